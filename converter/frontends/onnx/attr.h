#pragma once

#include "node.h"

/* Attributes of the node that is converted. In a function body they may refer to those of
 * the node that calls it. */

/** OnnxAttrKind: AttributeProto.AttributeType, as far as nodes are read by it. */
typedef enum {
  ONNX_ATTR_UNDEFINED,
  ONNX_ATTR_FLOAT,
  ONNX_ATTR_INT,
  ONNX_ATTR_STRING,
  ONNX_ATTR_TENSOR,
  ONNX_ATTR_GRAPH,
  ONNX_ATTR_FLOATS,
  ONNX_ATTR_INTS,
  ONNX_ATTR_STRINGS,
} OnnxAttrKind;

/** onnx_attr_kind: undefined where there is no such attribute. */
OnnxAttrKind onnx_attr_kind (const OnnxNode *n, const char *name);
const Onnx__AttributeProto *onnx_attr (const OnnxNode *n, const char *name);
gint64 onnx_attr_int (OnnxNode *n, const char *name, gint64 fallback);
double onnx_attr_float (OnnxNode *n, const char *name, double fallback);
/** onnx_attr_string: (transfer none) (nullable) */
const char *onnx_attr_string (OnnxNode *n, const char *name, const char *fallback);
gboolean onnx_attr_is (OnnxNode *n, const char *name, const char *fallback,
                       const char *value);
/** onnx_attr_ints: (nullable): @count is 0 where it is absent. */
const gint64 *onnx_attr_ints (OnnxNode *n, const char *name, gsize *count);
const float *onnx_attr_floats (OnnxNode *n, const char *name, gsize *count);
/** onnx_attr_strings: (transfer full) (nullable) */
char **onnx_attr_strings (OnnxNode *n, const char *name, gsize *count);
const Onnx__GraphProto *onnx_attr_graph (OnnxNode *n, const char *name);
/** onnx_attr_tensor: (transfer full) (nullable) */
WeirTensor *onnx_attr_tensor (OnnxNode *n, const char *name);
/** onnx_list: integers that older versions give as attribute @name and newer ones as
 * input
 * @index; no port where there are none. */
WeirPort onnx_list (OnnxNode *n, const char *name, guint index);
WeirDtype onnx_attr_dtype (OnnxNode *n, const char *name, WeirDtype fallback);
