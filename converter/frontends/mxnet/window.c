#include "window.h"

/* No window of a real network is larger, and products of two such numbers fit. */
#define MAX_STEP (1 << 20)

static gboolean
check_range (MxNode *n, const char *name, const gint64 *values, guint count)
{
  for (guint i = 0; i < count; i++)
    if (values[i] < 0 || values[i] > MAX_STEP) {
      weir_make_invalid (&n->make,
                         "attribute '%s': expected 0 to %d, found %" G_GINT64_FORMAT,
                         name, MAX_STEP, values[i]);
      return FALSE;
    }
  return TRUE;
}

gboolean
mx_window_list (MxNode *n, const char *name, gint64 fallback, guint spatial,
                gint64 values[WEIR_MAX_RANK])
{
  guint count = mx_ints (n, name, values);

  for (guint i = 0; count == 0 && i < spatial; i++)
    values[i] = fallback;
  if (count == 0 || count == spatial)
    return check_range (n, name, values, spatial);
  weir_make_invalid (&n->make, "attribute '%s': expected %u numbers, found %u", name,
                     spatial, count);
  return FALSE;
}

gboolean
mx_window_read (MxNode *n, MxWindow *w)
{
  w->spatial = mx_ints (n, "kernel", w->kernel);
  if (w->spatial < 1 || w->spatial > MX_MAX_SPATIAL) {
    weir_make_invalid (&n->make, "attribute 'kernel': expected 1 to %d numbers, found %u",
                       MX_MAX_SPATIAL, w->spatial);
    return FALSE;
  }
  return check_range (n, "kernel", w->kernel, w->spatial) &&
         mx_window_list (n, "stride", 1, w->spatial, w->strides) &&
         mx_window_list (n, "pad", 0, w->spatial, w->pads) &&
         mx_window_list (n, "dilate", 1, w->spatial, w->dilations);
}

void
mx_window_set (WeirNode *node, const MxWindow *w)
{
  weir_node_set_ints (node, "strides", w->strides, w->spatial);
  weir_node_set_ints (node, "pads_begin", w->pads, w->spatial);
  weir_node_set_ints (node, "pads_end", w->pads, w->spatial);
  weir_node_set_string (node, "auto_pad", "explicit");
}

WeirPort
mx_window_bias (MxNode *n, WeirPort x, guint index, guint spatial)
{
  return weir_make_2 (&n->make, "Add", x,
                      weir_make_channels (&n->make, mx_in (n, index), (int) spatial + 2));
}
