#pragma once

#include "weir-infer.h"

#include <gst/video/video.h>

/** gst_weir_image_from_frame: borrows the planes of a mapped frame. */
gboolean gst_weir_image_from_frame (WeirImage *image, const GstVideoFrame *frame);

/** GST_WEIR_VIDEO_CAPS: the formats that are read. */
#define GST_WEIR_VIDEO_CAPS                                                           \
  GST_VIDEO_CAPS_MAKE ("{ NV12, I420, YV12, YUY2, UYVY, RGB, BGR, RGBA, BGRA, RGBx, " \
                       "BGRx, GRAY8 }")
