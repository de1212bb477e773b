#pragma once

#include "onnx.h"

/** onnx_dtype_from: element type of the format's number; unknown for one that Weir lacks.
 */
WeirDtype onnx_dtype_from (gint64 data_type);
/** onnx_dtype_to: the format's number; 0 for a type that it lacks. */
gint64 onnx_dtype_to (WeirDtype dtype);
/** onnx_dtype_name: for messages. */
const char *onnx_dtype_name (gint64 data_type);

/** onnx_tensor_read: (transfer full) (nullable): elements in the file stay where they
 * are; those in a file beside the model are read through a door that only opens beneath
 * it. */
WeirTensor *onnx_tensor_read (OnnxImport *import, const Onnx__TensorProto *proto,
                              GError **error);
/** onnx_sparse_read: (transfer full) (nullable): as a dense tensor. */
WeirTensor *onnx_sparse_read (OnnxImport *import, const Onnx__SparseTensorProto *proto,
                              GError **error);
