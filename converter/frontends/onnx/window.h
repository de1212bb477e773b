#pragma once

#include "attr.h"

/* The attributes that convolution and pooling share. */

/** onnx_spatial_list: @n integers of attribute @name, @fallback each where it is absent.
 */
void onnx_spatial_list (OnnxNode *n, const char *name, int count, gint64 fallback,
                        gint64 *values);
/** onnx_set_window: strides, pads and auto_pad of @node; dilations where it has them. */
void onnx_set_window (OnnxNode *n, WeirNode *node, int spatial, gboolean dilations);
/** onnx_average_pool, onnx_max_pool: of @x, by the attributes of the node. */
WeirPort onnx_average_pool (OnnxNode *n, WeirPort x);
WeirPort onnx_max_pool (OnnxNode *n, WeirPort x);
/** onnx_conv: the row of Conv, for those that are a convolution and more. */
WeirPort onnx_conv (OnnxNode *n);
