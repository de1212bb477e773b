#pragma once

#include <gst/video/video.h>

/**
 * gst_weir_blur:
 * @x, @y, @width, @height: a part of @frame, in pixels; cut to it
 *
 * Leaves of that part only what eight by eight numbers a component can say, so that
 * nobody can bring back who was there. Works on every 8-bit format.
 */
void gst_weir_blur (GstVideoFrame *frame, int x, int y, int width, int height);
