#pragma once

#include "frontends/frontend.h"

/**
 * CaffeBlob:
 * @layer: (nullable): which layer's; %NULL ends a list
 * @text: its shape and elements, as tensor_from_text() takes them
 */
typedef struct {
  const char *layer, *text;
} CaffeBlob;

/** caffe_weights: (transfer full): a weights file; blobs of a layer follow one another.
 */
GBytes *caffe_weights (const CaffeBlob *blobs, gboolean old);
/** caffe_load: (nullable): the model of a topology and weights. */
WeirModel *caffe_load (const char *topology, GBytes *weights, GError **error);
/** caffe_load_with: the same with options (name, value, …, %NULL), and cut where @inputs
 * or
 * @outputs (nullable) say. */
WeirModel *caffe_load_with (const char *topology, GBytes *weights,
                            const char *const *options, const char *inputs,
                            const char *outputs, GError **error);
/** caffe_check: what @model, of one input and one output, makes of @in is @out. */
void caffe_check (WeirModel *model, const char *in, const char *out);
/** caffe_layer: (transfer full): a topology of inputs x0, x1, … of @shapes ("1x2x3;2")
 * and one layer y of them. */
char *caffe_layer (const char *shapes, const char *type, const char *params);
/** caffe_refuse: @topology must be refused with @code and a message that holds @text. */
void caffe_refuse (const char *topology, const CaffeBlob *blobs, int code,
                   const char *text);
