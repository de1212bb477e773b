#pragma once

#include "node.h"

/** onnx_dequantize: @x by the scale and the zero point that stand at these inputs. */
WeirPort onnx_dequantize (OnnxNode *n, WeirPort x, guint scale, guint zero);
/** onnx_dequantize_along: the same; a vector of scales runs along @axis. */
WeirPort onnx_dequantize_along (OnnxNode *n, WeirPort x, guint scale, guint zero,
                                int axis);
/** onnx_quantize: @y by the scale and the zero point at these inputs, to the type of the
 * zero point, or @dtype where there is none. */
WeirPort onnx_quantize (OnnxNode *n, WeirPort y, guint scale, guint zero,
                        WeirDtype dtype);
