#pragma once

#include "node.h"

/** onnx_functions_index: (transfer full): the functions of a model by what calls them. */
GHashTable *onnx_functions_index (const Onnx__ModelProto *model);
/** onnx_function_find: (nullable): the model's own function that @proto calls. */
const Onnx__FunctionProto *onnx_function_find (const OnnxImport *import,
                                               const Onnx__NodeProto *proto);
/** onnx_function_call: puts the body of @function in the place of @n. */
gboolean onnx_function_call (OnnxNode *n, const Onnx__FunctionProto *function,
                             GError **error);
