#pragma once

#include "weir-image.h"

WEIR_BEGIN_DECLS

/**
 * WeirPictureProfile:
 * @order, @mean, @scale, @resize, @pad: what networks of one kind want of a picture
 *
 * Used where neither the user nor the model says anything.
 */
typedef struct {
  WeirChannelOrder order;
  float mean;
  float scale;
  WeirResizeMode resize;
  float pad;
} WeirPictureProfile;

/**
 * WeirPreprocess:
 * @transform: what weir_request_set_image() is given; the crop is set by each call
 * @order_from, @mean_from, @resize_from: what decided: "property", "model_info",
 *   "metadata", "decoder", "framework"
 */
typedef struct {
  WeirImageTransform transform;
  const char *order_from;
  const char *mean_from;
  const char *resize_from;
} WeirPreprocess;

/** WeirPreprocessWishes: what a user says; texts are (nullable), @reverse is -1 for auto.
 */
typedef struct {
  const char *mean_values;
  const char *scale_values;
  const char *config;
  int reverse;
} WeirPreprocessWishes;

/**
 * weir_preprocess_decide:
 * @preprocess: (out caller-allocates): the result
 * @wishes: what the user says
 * @model: whose input the picture becomes
 * @profile: (nullable): what is known of its kind
 *
 * How a picture becomes the network's input. The user before model_info of the IR, before
 * the framework's own metadata, before the profile, before the framework's habit (Caffe
 * and bare IR: BGR; all others: RGB).
 */
gboolean weir_preprocess_decide (WeirPreprocess *preprocess,
                                 const WeirPreprocessWishes *wishes,
                                 const WeirModel *model,
                                 const WeirPictureProfile *profile, GError **error);

/** weir_picture_input: the network's picture input: rank 4, 1 or 3 channels; fails with
 * the shapes seen where there is none.
 * @index: (out): which it is */
gboolean weir_picture_input (const WeirNetwork *network, guint *index, GError **error);

WEIR_END_DECLS
