#include "attr.h"
#include "node.h"
#include "post-transform.h"
#include "table.h"

#include <math.h>

/* The simple ones of the domain ai.onnx.ml. */

#define ML "ai.onnx.ml"

static WeirPort
array_feature_extractor (OnnxNode *n)
{
  WeirPort indices =
      weir_make_reshape (&n->make, onnx_in (n, 1), (const gint64[]){ -1 }, 1);
  WeirPort x = onnx_in (n, 0);

  if (weir_make_shape (&n->make, x)->rank == 1)
    x = weir_make_unsqueeze (&n->make, x, 0);
  return weir_make_gather (&n->make, x, indices, -1);
}

static WeirPort
binarizer (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;

  y = WEIR_MAKE (&n->make, "Greater", x,
                 weir_make_scalar (&n->make, x, onnx_attr_float (n, "threshold", 0)));
  return weir_make_convert (&n->make, y, weir_make_dtype (&n->make, x));
}

static WeirPort
scaler (OnnxNode *n)
{
  WeirPort x = weir_make_convert (&n->make, onnx_in (n, 0), WEIR_DTYPE_F32), y;

  y = WEIR_MAKE (&n->make, "Subtract", x, onnx_floats (n, "offset", 0));
  return WEIR_MAKE (&n->make, "Multiply", y, onnx_floats (n, "scale", 1));
}

static WeirPort
normalizer (OnnxNode *n)
{
  WeirPort x = weir_make_convert (&n->make, onnx_in (n, 0), WEIR_DTYPE_F32), norm;
  const char *kind = onnx_attr_string (n, "norm", "MAX");
  const char *op = *kind == 'M' ? "ReduceMax" : kind[1] == '1' ? "ReduceL1" : "ReduceL2";

  norm = weir_make_reduce (&n->make, op, x, WEIR_MAKE_INTS (&n->make, -1), TRUE);
  return WEIR_MAKE (&n->make, "Divide", x, norm);
}

/* @x times the transposed matrix of attribute @name, whose rows are as long as those of
 * @x. */
static WeirPort
products (OnnxNode *n, WeirPort x, const char *name)
{
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 columns = shape->rank == 2 ? shape->dims[1] : WEIR_DIM_UNKNOWN;
  gsize count;
  WeirNode *node;

  onnx_attr_floats (n, name, &count);
  if (columns < 1 || count == 0 || count % (gsize) columns != 0)
    return weir_make_unsupported (
        &n->make, "%zu coefficients for rows of unknown or of this length", count);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul", x,
                          weir_make_reshape (&n->make, onnx_floats (n, name, 0),
                                             (const gint64[]){ -1, columns }, 2));
  weir_node_set_bool (node, "transpose_b", TRUE);
  return weir_make_end (&n->make, node);
}

static WeirPort
rows_of (OnnxNode *n)
{
  WeirPort x = weir_make_convert (&n->make, onnx_in (n, 0), WEIR_DTYPE_F32);

  return weir_make_rank (&n->make, x) == 1 ? weir_make_unsqueeze (&n->make, x, 0) : x;
}

static WeirPort
linear_regressor (OnnxNode *n)
{
  WeirPort y = products (n, rows_of (n), "coefficients");

  y = WEIR_MAKE (&n->make, "Add", y, onnx_floats (n, "intercepts", 0));
  return onnx_post (n, y, onnx_post_of (n));
}

/* One score for two labels says how much the second one is to be preferred. */
static WeirPort
linear_classifier (OnnxNode *n)
{
  WeirPort x = products (n, rows_of (n), "coefficients"), parts[2];
  OnnxPost post = onnx_post_of (n);
  const WeirShape *shape;

  x = WEIR_MAKE (&n->make, "Add", x, onnx_floats (n, "intercepts", 0));
  shape = weir_make_shape (&n->make, x);
  if (shape->rank == 2 && shape->dims[1] == 1) {
    parts[1] = post == ONNX_POST_LOGISTIC ? WEIR_MAKE (&n->make, "Sigmoid", x) : x;
    parts[0] =
        WEIR_MAKE (&n->make, "Subtract", weir_make_scalar (&n->make, x, 1), parts[1]);
    onnx_two_classes (n, x, 0, weir_make_concat (&n->make, parts, 2, 1));
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
  gint64 columns =
      weir_make_rank (&n->make, x) == 2 ? weir_make_shape (&n->make, x)->dims[1] : 0;
  WeirPort vectors, y;

  params = count >= 3 ? params : none;
  if (onnx_attr_is (n, "kernel_type", "LINEAR", "RBF")) {
    vectors = weir_make_reshape (&n->make, onnx_floats (n, "support_vectors", 0),
                                 (const gint64[]){ 1, -1, MAX (columns, 1) }, 3);
    y = WEIR_MAKE (&n->make, "Subtract", weir_make_unsqueeze (&n->make, x, 1), vectors);
    y = weir_make_reduce (&n->make, "ReduceSum", WEIR_MAKE (&n->make, "Multiply", y, y),
                          WEIR_MAKE_INTS (&n->make, 2), FALSE);
    return WEIR_MAKE (
        &n->make, "Exp",
        WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, -params[0])));
  }
  y = products (n, x, "support_vectors");
  if (onnx_attr_is (n, "kernel_type", "LINEAR", "LINEAR"))
    return y;
  y = WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, params[0]));
  y = WEIR_MAKE (&n->make, "Add", y, weir_make_scalar (&n->make, y, params[1]));
  if (onnx_attr_is (n, "kernel_type", "LINEAR", "SIGMOID"))
    return WEIR_MAKE (&n->make, "Tanh", y);
  return WEIR_MAKE (&n->make, "Power", y, weir_make_scalar (&n->make, y, params[2]));
}

static WeirPort
svm_regressor (OnnxNode *n)
{
  WeirPort x = rows_of (n), y;
  WeirNode *node;

  if (onnx_attr_int (n, "n_supports", 0) > 0) {
    node =
        WEIR_MAKE_BEGIN (&n->make, "MatMul", kernel (n, x),
                         weir_make_reshape (&n->make, onnx_floats (n, "coefficients", 0),
                                            (const gint64[]){ 1, -1 }, 2));
    weir_node_set_bool (node, "transpose_b", TRUE);
    y = weir_make_end (&n->make, node);
  } else {
    y = products (n, x, "coefficients");
  }
  y = WEIR_MAKE (&n->make, "Add", y, onnx_floats (n, "rho", 0));
  if (onnx_attr_int (n, "one_class", 0) == 0)
    return onnx_post (n, y, onnx_post_of (n));
  y = WEIR_MAKE (&n->make, "Greater", y, weir_make_scalar (&n->make, y, 0));
  return WEIR_MAKE (&n->make, "Select", y,
                    weir_make_constant (&n->make, weir_tensor_new_f32_scalar (1)),
                    weir_make_constant (&n->make, weir_tensor_new_f32_scalar (-1)));
}

/* A list of numbers that stands in one of three attributes. */
static WeirPort
numbers (OnnxNode *n, const char *ints, const char *floats, const char *tensor)
{
  gsize count;
  WeirTensor *value;

  if (onnx_attr_ints (n, ints, &count) != NULL)
    return weir_make_ints (&n->make, onnx_attr_ints (n, ints, &count), count);
  if (onnx_attr_floats (n, floats, &count) != NULL)
    return onnx_floats (n, floats, 0);
  value = onnx_attr_tensor (n, tensor);
  return value != NULL
             ? weir_make_constant (&n->make, value)
             : weir_make_unsupported (&n->make, "keys or values that are texts");
}

static WeirPort
default_of (OnnxNode *n, WeirPort values)
{
  WeirTensor *given = onnx_attr_tensor (n, "default_tensor");

  if (given != NULL)
    return weir_make_reshape (&n->make, weir_make_constant (&n->make, given),
                              (const gint64[]){ 1 }, 1);
  if (weir_dtype_is_float (weir_make_dtype (&n->make, values)))
    return weir_make_reshape (
        &n->make,
        weir_make_scalar (&n->make, values, onnx_attr_float (n, "default_float", -0.0)),
        (const gint64[]){ 1 }, 1);
  return WEIR_MAKE_INTS (&n->make, onnx_attr_int (n, "default_int64", -1));
}

/* Which of the @keys each element is, or how many there are where it is none. */
static WeirPort
find (OnnxNode *n, WeirPort x, WeirPort keys)
{
  WeirPort count = weir_make_length_of (&n->make, keys, 0), same;
  WeirPort wide = weir_make_unsqueeze (&n->make, x, -1);

  same = WEIR_MAKE (&n->make, "Equal", wide, keys);
  if (weir_dtype_is_float (weir_make_dtype (&n->make, keys)))
    same =
        WEIR_MAKE (&n->make, "LogicalOr", same,
                   WEIR_MAKE (&n->make, "LogicalAnd", WEIR_MAKE (&n->make, "IsNaN", wide),
                              WEIR_MAKE (&n->make, "IsNaN", keys)));
  same =
      WEIR_MAKE (&n->make, "Select", same, weir_make_counting (&n->make, count), count);
  return weir_make_reduce (&n->make, "ReduceMin", same, WEIR_MAKE_INTS (&n->make, -1),
                           FALSE);
}

static WeirPort
label_encoder (OnnxNode *n)
{
  WeirPort keys = numbers (n, "keys_int64s", "keys_floats", "keys_tensor"), parts[2];

  parts[0] = numbers (n, "values_int64s", "values_floats", "values_tensor");
  parts[1] = default_of (n, parts[0]);
  return weir_make_gather (&n->make, weir_make_concat (&n->make, parts, 2, 0),
                           find (n, onnx_in (n, 0), keys), 0);
}

static WeirPort
one_hot_encoder (OnnxNode *n)
{
  WeirPort x = weir_make_convert (&n->make, onnx_in (n, 0), WEIR_DTYPE_I64);
  gsize count;
  const gint64 *kinds = onnx_attr_ints (n, "cats_int64s", &count);

  if (kinds == NULL)
    return weir_make_unsupported (&n->make, "categories that are texts");
  x = WEIR_MAKE (&n->make, "Equal", weir_make_unsqueeze (&n->make, x, -1),
                 weir_make_ints (&n->make, kinds, count));
  return weir_make_convert (&n->make, x, WEIR_DTYPE_F32);
}

static WeirPort
imputer (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), missing, filling;
  double replaced = onnx_attr_float (n, "replaced_value_float", 0);

  if (!weir_dtype_is_float (weir_make_dtype (&n->make, x))) {
    gsize count;
    const gint64 *list = onnx_attr_ints (n, "imputed_value_int64s", &count);

    filling = weir_make_convert (&n->make, weir_make_ints (&n->make, list, count),
                                 weir_make_dtype (&n->make, x));
    missing = WEIR_MAKE (
        &n->make, "Equal", x,
        weir_make_scalar (&n->make, x,
                          (double) onnx_attr_int (n, "replaced_value_int64", 0)));
  } else {
    filling = weir_make_convert (&n->make, onnx_floats (n, "imputed_value_floats", 0),
                                 weir_make_dtype (&n->make, x));
    missing = isnan (replaced) ? WEIR_MAKE (&n->make, "IsNaN", x)
                               : WEIR_MAKE (&n->make, "Equal", x,
                                            weir_make_scalar (&n->make, x, replaced));
  }
  return WEIR_MAKE (&n->make, "Select", missing, filling, x);
}

static WeirPort
feature_vectorizer (OnnxNode *n)
{
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (n->n_inputs, 1));

  for (guint i = 0; i < n->n_inputs; i++) {
    parts[i] = weir_make_convert (&n->make, onnx_in (n, i), WEIR_DTYPE_F32);
    if (weir_make_rank (&n->make, parts[i]) == 1)
      parts[i] = weir_make_unsqueeze (&n->make, parts[i], 1);
  }
  return weir_make_concat (&n->make, parts, n->n_inputs, 1);
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
