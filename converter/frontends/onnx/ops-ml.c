#include "attr.h"
#include "onnx-build.h"
#include "post-transform.h"
#include "table.h"

#include <math.h>

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

static WeirPort
scaler (OnnxNode *n)
{
  WeirPort x = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_F32), y;

  y = ONNX_OP (n, "Subtract", x, onnx_floats (n, "offset", 0));
  return ONNX_OP (n, "Multiply", y, onnx_floats (n, "scale", 1));
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

/* @x times the transposed matrix of attribute @name, whose rows are as long as those of
 * @x. */
static WeirPort
products (OnnxNode *n, WeirPort x, const char *name)
{
  const WeirShape *shape = onnx_shape (n, x);
  gint64 columns = shape->rank == 2 ? shape->dims[1] : WEIR_DIM_UNKNOWN;
  gsize count;
  WeirNode *node;

  onnx_attr_floats (n, name, &count);
  if (columns < 1 || count == 0 || count % (gsize) columns != 0)
    return onnx_unsupported (n, "%zu coefficients for rows of unknown or of this length",
                             count);
  node = ONNX_BEGIN (
      n, "MatMul", x,
      onnx_reshape (n, onnx_floats (n, name, 0), (const gint64[]){ -1, columns }, 2));
  weir_node_set_bool (node, "transpose_b", TRUE);
  return onnx_end (n, node);
}

static WeirPort
rows_of (OnnxNode *n)
{
  WeirPort x = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_F32);

  return onnx_rank (n, x) == 1 ? onnx_unsqueeze (n, x, 0) : x;
}

static WeirPort
linear_regressor (OnnxNode *n)
{
  WeirPort y = products (n, rows_of (n), "coefficients");

  y = ONNX_OP (n, "Add", y, onnx_floats (n, "intercepts", 0));
  return onnx_post (n, y, onnx_post_of (n));
}

/* One score for two labels says how much the second one is to be preferred. */
static WeirPort
linear_classifier (OnnxNode *n)
{
  WeirPort x = products (n, rows_of (n), "coefficients"), parts[2];
  OnnxPost post = onnx_post_of (n);
  const WeirShape *shape;

  x = ONNX_OP (n, "Add", x, onnx_floats (n, "intercepts", 0));
  shape = onnx_shape (n, x);
  if (shape->rank == 2 && shape->dims[1] == 1) {
    parts[1] = post == ONNX_POST_LOGISTIC ? ONNX_OP (n, "Sigmoid", x) : x;
    parts[0] = ONNX_OP (n, "Subtract", onnx_scalar (n, x, 1), parts[1]);
    onnx_two_classes (n, x, 0, onnx_concat (n, parts, 2, 1));
  } else {
    onnx_classes (n, x, onnx_post (n, x, post));
  }
  return WEIR_PORT_NONE;
}

/* How much each row of @x is like each of the support vectors. */
static WeirPort
kernel (OnnxNode *n, WeirPort x)
{
  gsize count;
  const float *params = onnx_attr_floats (n, "kernel_params", &count);
  float none[3] = { 0, 0, 3 };
  gint64 columns = onnx_rank (n, x) == 2 ? onnx_shape (n, x)->dims[1] : 0;
  WeirPort vectors, y;

  params = count >= 3 ? params : none;
  if (onnx_attr_is (n, "kernel_type", "LINEAR", "RBF")) {
    vectors = onnx_reshape (n, onnx_floats (n, "support_vectors", 0),
                            (const gint64[]){ 1, -1, MAX (columns, 1) }, 3);
    y = ONNX_OP (n, "Subtract", onnx_unsqueeze (n, x, 1), vectors);
    y = onnx_reduce (n, "ReduceSum", ONNX_OP (n, "Multiply", y, y), ONNX_INTS (n, 2),
                     FALSE);
    return ONNX_OP (n, "Exp", ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, -params[0])));
  }
  y = products (n, x, "support_vectors");
  if (onnx_attr_is (n, "kernel_type", "LINEAR", "LINEAR"))
    return y;
  y = ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, params[0]));
  y = ONNX_OP (n, "Add", y, onnx_scalar (n, y, params[1]));
  if (onnx_attr_is (n, "kernel_type", "LINEAR", "SIGMOID"))
    return ONNX_OP (n, "Tanh", y);
  return ONNX_OP (n, "Power", y, onnx_scalar (n, y, params[2]));
}

static WeirPort
svm_regressor (OnnxNode *n)
{
  WeirPort x = rows_of (n), y;
  WeirNode *node;

  if (onnx_attr_int (n, "n_supports", 0) > 0) {
    node = ONNX_BEGIN (n, "MatMul", kernel (n, x),
                       onnx_reshape (n, onnx_floats (n, "coefficients", 0),
                                     (const gint64[]){ 1, -1 }, 2));
    weir_node_set_bool (node, "transpose_b", TRUE);
    y = onnx_end (n, node);
  } else {
    y = products (n, x, "coefficients");
  }
  y = ONNX_OP (n, "Add", y, onnx_floats (n, "rho", 0));
  if (onnx_attr_int (n, "one_class", 0) == 0)
    return onnx_post (n, y, onnx_post_of (n));
  y = ONNX_OP (n, "Greater", y, onnx_scalar (n, y, 0));
  return ONNX_OP (n, "Select", y, onnx_constant (n, weir_tensor_new_f32_scalar (1)),
                  onnx_constant (n, weir_tensor_new_f32_scalar (-1)));
}

/* A list of numbers that stands in one of three attributes. */
static WeirPort
numbers (OnnxNode *n, const char *ints, const char *floats, const char *tensor)
{
  gsize count;
  WeirTensor *value;

  if (onnx_attr_ints (n, ints, &count) != NULL)
    return onnx_ints (n, onnx_attr_ints (n, ints, &count), count);
  if (onnx_attr_floats (n, floats, &count) != NULL)
    return onnx_floats (n, floats, 0);
  value = onnx_attr_tensor (n, tensor);
  return value != NULL ? onnx_constant (n, value)
                       : onnx_unsupported (n, "keys or values that are texts");
}

static WeirPort
default_of (OnnxNode *n, WeirPort values)
{
  WeirTensor *given = onnx_attr_tensor (n, "default_tensor");

  if (given != NULL)
    return onnx_reshape (n, onnx_constant (n, given), (const gint64[]){ 1 }, 1);
  if (weir_dtype_is_float (onnx_dtype (n, values)))
    return onnx_reshape (
        n, onnx_scalar (n, values, onnx_attr_float (n, "default_float", -0.0)),
        (const gint64[]){ 1 }, 1);
  return ONNX_INTS (n, onnx_attr_int (n, "default_int64", -1));
}

/* Which of the @keys each element is, or how many there are where it is none. */
static WeirPort
find (OnnxNode *n, WeirPort x, WeirPort keys)
{
  WeirPort count = onnx_length_of (n, keys, 0), same;
  WeirPort wide = onnx_unsqueeze (n, x, -1);

  same = ONNX_OP (n, "Equal", wide, keys);
  if (weir_dtype_is_float (onnx_dtype (n, keys)))
    same = ONNX_OP (n, "LogicalOr", same,
                    ONNX_OP (n, "LogicalAnd", ONNX_OP (n, "IsNaN", wide),
                             ONNX_OP (n, "IsNaN", keys)));
  same = ONNX_OP (n, "Select", same, onnx_counting (n, count), count);
  return onnx_reduce (n, "ReduceMin", same, ONNX_INTS (n, -1), FALSE);
}

static WeirPort
label_encoder (OnnxNode *n)
{
  WeirPort keys = numbers (n, "keys_int64s", "keys_floats", "keys_tensor"), parts[2];

  parts[0] = numbers (n, "values_int64s", "values_floats", "values_tensor");
  parts[1] = default_of (n, parts[0]);
  return onnx_gather (n, onnx_concat (n, parts, 2, 0), find (n, onnx_in (n, 0), keys), 0);
}

static WeirPort
one_hot_encoder (OnnxNode *n)
{
  WeirPort x = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_I64);
  gsize count;
  const gint64 *kinds = onnx_attr_ints (n, "cats_int64s", &count);

  if (kinds == NULL)
    return onnx_unsupported (n, "categories that are texts");
  x = ONNX_OP (n, "Equal", onnx_unsqueeze (n, x, -1), onnx_ints (n, kinds, count));
  return onnx_convert (n, x, WEIR_DTYPE_F32);
}

static WeirPort
imputer (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), missing, filling;
  double replaced = onnx_attr_float (n, "replaced_value_float", 0);

  if (!weir_dtype_is_float (onnx_dtype (n, x))) {
    gsize count;
    const gint64 *list = onnx_attr_ints (n, "imputed_value_int64s", &count);

    filling = onnx_convert (n, onnx_ints (n, list, count), onnx_dtype (n, x));
    missing = ONNX_OP (
        n, "Equal", x,
        onnx_scalar (n, x, (double) onnx_attr_int (n, "replaced_value_int64", 0)));
  } else {
    filling =
        onnx_convert (n, onnx_floats (n, "imputed_value_floats", 0), onnx_dtype (n, x));
    missing = isnan (replaced) ? ONNX_OP (n, "IsNaN", x)
                               : ONNX_OP (n, "Equal", x, onnx_scalar (n, x, replaced));
  }
  return ONNX_OP (n, "Select", missing, filling, x);
}

static WeirPort
feature_vectorizer (OnnxNode *n)
{
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (n->n_inputs, 1));

  for (guint i = 0; i < n->n_inputs; i++) {
    parts[i] = onnx_convert (n, onnx_in (n, i), WEIR_DTYPE_F32);
    if (onnx_rank (n, parts[i]) == 1)
      parts[i] = onnx_unsqueeze (n, parts[i], 1);
  }
  return onnx_concat (n, parts, n->n_inputs, 1);
}

/* The scores themselves, where the standard has a list of maps from labels to them. */
static WeirPort
zip_map (OnnxNode *n)
{
  return onnx_in (n, 0);
}

const OnnxRow onnx_rows_ml[] = {
  { "ArrayFeatureExtractor", ML, 0, 0, array_feature_extractor },
  { "Binarizer", ML, 0, 0, binarizer },
  { "FeatureVectorizer", ML, 0, 0, feature_vectorizer },
  { "Imputer", ML, 0, 0, imputer },
  { "LabelEncoder", ML, 0, 0, label_encoder },
  { "LinearClassifier", ML, 0, 0, linear_classifier },
  { "LinearRegressor", ML, 0, 0, linear_regressor },
  { "Normalizer", ML, 0, 0, normalizer },
  { "OneHotEncoder", ML, 0, 0, one_hot_encoder },
  { "SVMRegressor", ML, 0, 0, svm_regressor },
  { "Scaler", ML, 0, 0, scaler },
  { "ZipMap", ML, 0, 0, zip_map },
  { NULL },
};
