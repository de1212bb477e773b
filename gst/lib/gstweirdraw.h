#pragma once

#include <gst/video/video.h>

/** GstWeirDrawStyle: @line and @font in pixels, 0 chooses by the size of the frame. */
typedef struct {
  guint line;
  guint font;
  gboolean labels;
  gboolean confidence;
} GstWeirDrawStyle;

/**
 * gst_weir_draw_regions: (transfer full) (nullable):
 *
 * The regions of @buffer as an overlay: boxes, labels with scores, classifications, ids
 * and key points, in one colour a class. %NULL where there is nothing to draw.
 */
GstVideoOverlayComposition *gst_weir_draw_regions (GstBuffer *buffer,
                                                   const GstVideoInfo *info,
                                                   const GstWeirDrawStyle *style);
