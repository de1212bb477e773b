#include "attr.h"
#include "onnx-build.h"
#include "table.h"

/* The simple ones of the domain ai.onnx.ml. */

#define ML "ai.onnx.ml"

static WeirPort
array_feature_extractor (OnnxNode *n)
{
  WeirPort indices = onnx_reshape (n, onnx_in (n, 1), (const gint64[]){ -1 }, 1);
  WeirPort x = onnx_in (n, 0);

  if (onnx_shape (n, x)->rank == 1)
    x = onnx_unsqueeze (n, x, 0);
  return onnx_gather (n, x, indices, -1);
}

static WeirPort
binarizer (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;

  y = ONNX_OP (n, "Greater", x, onnx_scalar (n, x, onnx_attr_float (n, "threshold", 0)));
  return onnx_convert (n, y, onnx_dtype (n, x));
}

/* One value for all columns, or one for each. */
static WeirPort
floats_of (OnnxNode *n, const char *name, double fallback)
{
  gsize count;
  const float *values = onnx_attr_floats (n, name, &count);
  const float one = (float) fallback;
  WeirShape shape = WEIR_SHAPE (count > 0 ? (gint64) count : 1);

  return onnx_constant (n, weir_tensor_new_f32 (&shape, count > 0 ? values : &one));
}

static WeirPort
scaler (OnnxNode *n)
{
  WeirPort x = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_F32), y;

  y = ONNX_OP (n, "Subtract", x, floats_of (n, "offset", 0));
  return ONNX_OP (n, "Multiply", y, floats_of (n, "scale", 1));
}

static WeirPort
normalizer (OnnxNode *n)
{
  WeirPort x = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_F32), norm;
  const char *kind = onnx_attr_string (n, "norm", "MAX");
  const char *op = *kind == 'M' ? "ReduceMax" : kind[1] == '1' ? "ReduceL1" : "ReduceL2";

  norm = onnx_reduce (n, op, x, ONNX_INTS (n, -1), TRUE);
  return ONNX_OP (n, "Divide", x, norm);
}

static WeirPort
linear_regressor (OnnxNode *n)
{
  WeirPort x = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_F32), y;
  gint64 targets = onnx_attr_int (n, "targets", 1);
  WeirNode *node;

  if (!onnx_attr_is (n, "post_transform", "NONE", "NONE"))
    return onnx_unsupported (n, "a transform of the result");
  y = onnx_reshape (n, floats_of (n, "coefficients", 0), (const gint64[]){ targets, -1 },
                    2);
  node = ONNX_BEGIN (n, "MatMul", x, y);
  weir_node_set_bool (node, "transpose_b", TRUE);
  y = onnx_end (n, node);
  return ONNX_OP (n, "Add", y, floats_of (n, "intercepts", 0));
}

const OnnxRow onnx_rows_ml[] = {
  { "ArrayFeatureExtractor", ML, 0, 0, array_feature_extractor },
  { "Binarizer", ML, 0, 0, binarizer },
  { "LinearRegressor", ML, 0, 0, linear_regressor },
  { "Normalizer", ML, 0, 0, normalizer },
  { "Scaler", ML, 0, 0, scaler },
  { NULL },
};
