#pragma once

#include "node.h"

/** onnx_extension_find: whether an extension translates this node's operation. */
gboolean onnx_extension_find (const OnnxNode *n);
/** onnx_extension_convert: lets it do so. */
void onnx_extension_convert (OnnxNode *n);
