#pragma once

#include "frontends/frontend.h"

/**
 * CaffeBlob:
 * @layer: (nullable): which layer's; %NULL ends a list
 * @text: "2x3: 1 2 3 4 5 6": its shape and elements, the last of which is repeated
 */
typedef struct {
  const char *layer, *text;
} CaffeBlob;

/** caffe_weights: (transfer full): a weights file; blobs of a layer follow one another.
 */
GBytes *caffe_weights (const CaffeBlob *blobs, gboolean old);
/** caffe_load: (nullable): the model of a topology and weights. */
WeirModel *caffe_load (const char *topology, GBytes *weights, GError **error);
/** caffe_layer: (transfer full): a topology of inputs x0, x1, … of @shapes ("1x2x3;2")
 * and one layer y of them. */
char *caffe_layer (const char *shapes, const char *type, const char *params);
/** caffe_tensor: (transfer full): "2x3: 1 2 …" as a tensor. */
WeirTensor *caffe_tensor (const char *text);
/** caffe_refuse: @topology must be refused with @code and a message that holds @text. */
void caffe_refuse (const char *topology, const CaffeBlob *blobs, int code,
                   const char *text);
