#pragma once

#include <gst/video/video.h>

/**
 * GstWeirMask:
 * @alpha: (nullable): one byte a pixel, 0 to 255; %NULL: 255 everywhere
 * @stride: bytes a row of @alpha
 * @x, @y, @width, @height: the part of the frame that it covers
 *
 * How much each pixel takes of a colour.
 */
typedef struct {
  const guint8 *alpha;
  int stride;
  int x, y, width, height;
} GstWeirMask;

/** gst_weir_blend: paints @color (0xRRGGBB) on every component of @frame, as much of it
 * as
 * @mask says; in the frame's own colour space and range. @mask lies inside of the frame.
 */
void gst_weir_blend (GstVideoFrame *frame, const GstWeirMask *mask, guint32 color);
