#include "box.h"

/* What two stretches have in common. */
static double
shared (double a, double a_size, double b, double b_size)
{
  return MAX (MIN (a + a_size, b + b_size) - MAX (a, b), 0);
}

double
gst_weir_box_iou (const GstWeirBox *a, const GstWeirBox *b)
{
  double both =
      shared (a->x, a->width, b->x, b->width) * shared (a->y, a->height, b->y, b->height);
  double either = a->width * a->height + b->width * b->height - both;

  return both > 0 ? both / either : 0;
}

GstWeirBox
gst_weir_box_grow (const GstWeirBox *box, double share)
{
  return (GstWeirBox){ box->x - share * box->width, box->y - share * box->height,
                       box->width * (1 + 2 * share), box->height * (1 + 2 * share) };
}
