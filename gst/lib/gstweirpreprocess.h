#pragma once

#include "gstweirprofile.h"

#include <gst/video/video.h>

/**
 * GstWeirPreprocess:
 * @transform: what weir_request_set_image() is given; the crop is set by each call
 * @order_from, @mean_from, @resize_from: what decided: "property", "model_info",
 *   "metadata", "decoder", "framework"
 */
typedef struct {
  WeirImageTransform transform;
  const char *order_from;
  const char *mean_from;
  const char *resize_from;
} GstWeirPreprocess;

/** GstWeirPreprocessWishes: properties; texts are (nullable), @reverse is -1 for auto. */
typedef struct {
  const char *mean_values;
  const char *scale_values;
  const char *config;
  int reverse;
} GstWeirPreprocessWishes;

/**
 * gst_weir_preprocess_decide:
 * @profile: (nullable): the decoder's
 *
 * @profile: (nullable): the decoder's
 *
 * How a frame becomes the network's input. Property before model_info of the IR, before
 * the framework's own metadata, before the decoder's profile, before the framework's
 * habit (Caffe and bare IR: BGR; all others: RGB).
 */
gboolean gst_weir_preprocess_decide (GstWeirPreprocess *preprocess,
                                     const GstWeirPreprocessWishes *wishes,
                                     const WeirModel *model,
                                     const GstWeirProfile *profile, GError **error);

/** gst_weir_picture_input: index of the network's picture input: rank 4, 1 or 3 channels;
 * fails with the shapes seen where there is none. */
gboolean gst_weir_picture_input (const WeirNetwork *network, guint *index,
                                 GError **error);

/** gst_weir_image_from_frame: borrows the planes of a mapped frame. */
gboolean gst_weir_image_from_frame (WeirImage *image, const GstVideoFrame *frame);

/** GST_WEIR_VIDEO_CAPS: the formats that are read. */
#define GST_WEIR_VIDEO_CAPS                                                           \
  GST_VIDEO_CAPS_MAKE ("{ NV12, I420, YV12, YUY2, UYVY, RGB, BGR, RGBA, BGRA, RGBx, " \
                       "BGRx, GRAY8 }")
