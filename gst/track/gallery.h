#pragma once

#include <glib.h>

/**
 * GstWeirGallery:
 *
 * How one object has looked: the last so many feature vectors of an embedding network,
 * each of length 1. All zeros is an empty one.
 */
typedef struct {
  float *features; /* a ring of @room vectors of @size numbers */
  guint size, room, n, next;
} GstWeirGallery;

/** GST_WEIR_MAX_FEATURE: numbers that a feature vector may have. */
#define GST_WEIR_MAX_FEATURE 1024

void gst_weir_gallery_clear (GstWeirGallery *gallery);
/** gst_weir_gallery_add: keeps at most @budget vectors. One of another size than the
 * first, or without a direction, is left out. */
void gst_weir_gallery_add (GstWeirGallery *gallery, const float *feature, guint size,
                           guint budget);
/** gst_weir_gallery_distance: 1 less the cosine of the angle to the nearest of them: 0
 * the same, 1 unlike, 2 opposite; 2 where there is nothing to compare. */
double gst_weir_gallery_distance (const GstWeirGallery *gallery, const float *feature,
                                  guint size);
