#include "gallery.h"

#include <math.h>

#define NOTHING 2

void
gst_weir_gallery_clear (GstWeirGallery *gallery)
{
  g_free (gallery->features);
  *gallery = (GstWeirGallery){ 0 };
}

/* 0 for what has no direction. */
static double
length_of (const float *feature, guint size)
{
  double sum = 0;

  for (guint i = 0; i < size; i++)
    sum += (double) feature[i] * feature[i];
  return isfinite (sum) ? sqrt (sum) : 0;
}

void
gst_weir_gallery_add (GstWeirGallery *gallery, const float *feature, guint size,
                      guint budget)
{
  double length = size <= GST_WEIR_MAX_FEATURE ? length_of (feature, size) : 0;
  float *to;

  if (gallery->features == NULL) {
    gallery->size = size;
    gallery->room = MAX (budget, 1);
  }
  if (!(length > 0) || size != gallery->size)
    return;
  if (gallery->features == NULL)
    gallery->features = g_new (float, (gsize) gallery->room *size);
  to = gallery->features + (gsize) gallery->next * size;
  for (guint i = 0; i < size; i++)
    to[i] = (float) (feature[i] / length);
  gallery->next = (gallery->next + 1) % gallery->room;
  gallery->n = MIN (gallery->n + 1, gallery->room);
}

double
gst_weir_gallery_distance (const GstWeirGallery *gallery, const float *feature,
                           guint size)
{
  double length, best = -1;

  if (gallery->n == 0 || size != gallery->size)
    return NOTHING;
  length = length_of (feature, size);
  if (!(length > 0))
    return NOTHING;
  for (guint k = 0; k < gallery->n; k++) {
    const float *other = gallery->features + (gsize) k * size;
    double dot = 0;

    for (guint i = 0; i < size; i++)
      dot += (double) other[i] * feature[i];
    best = MAX (best, dot / length);
  }
  return 1 - MIN (best, 1);
}
