#pragma once

#include "node.h"

/** onnx_offload_may: whether the user lets ONNX's own runtime run what is not converted.
 */
gboolean onnx_offload_may (const OnnxNode *n);
/** onnx_offload_convert: makes node @n an Offload, with a model of this node alone. */
void onnx_offload_convert (OnnxNode *n);
