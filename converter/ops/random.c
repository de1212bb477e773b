#include "philox.h"

/* RandomUniform: numbers between two bounds; the same seeds give OpenVINO's numbers. */

static const WeirAttrRow attrs[] = { { "output_type", WEIR_ATTR_DTYPE, NULL, NULL, 0, 0 },
                                     { "global_seed", WEIR_ATTR_INT, "0", NULL, 0, 0 },
                                     { "op_seed", WEIR_ATTR_INT, "0", NULL, 0, 0 },
                                     { "alignment", WEIR_ATTR_STRING, "tensorflow",
                                       "tensorflow|pytorch", 0, 0 },
                                     { NULL } };

static gboolean
check_bounds (const WeirInfer *infer, WeirDtype dtype, GError **error)
{
  for (guint i = 1; i < 3; i++) {
    const WeirValueInfo *info = &infer->inputs[i];

    if (info->dtype != WEIR_DTYPE_UNKNOWN && info->dtype != dtype)
      return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", i,
                        weir_dtype_name (dtype), weir_dtype_name (info->dtype));
    if (info->value != NULL && weir_tensor_count (info->value) != 1)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected one element, found %zu", i,
                        weir_tensor_count (info->value));
  }
  return TRUE;
}

static gboolean
random_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = weir_node_dtype (infer->node, "output_type");
  const WeirShape *sizes = &infer->inputs[0].shape;
  gint64 dims[WEIR_MAX_RANK * 2];
  WeirShape shape = WEIR_SHAPE_UNKNOWN;
  gsize n;

  if (!weir_dtype_is_float (dtype) && dtype != WEIR_DTYPE_I32 && dtype != WEIR_DTYPE_I64)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "random numbers of type %s",
                      weir_dtype_name (dtype));
  if (weir_node_string_is (infer->node, "alignment", "pytorch"))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "the random numbers of PyTorch are not supported");
  if (!check_bounds (infer, dtype, error))
    return FALSE;
  if (weir_infer_ints (infer, 0, dims, &n)) {
    for (gsize i = 0; i < n; i++)
      if (dims[i] < 0)
        return weir_fail (error, WEIR_ERROR_SHAPE,
                          "dimension %zu is %" G_GINT64_FORMAT ", expected at least 0", i,
                          dims[i]);
    if (!weir_shape_init (&shape, dims, n, error))
      return FALSE;
  } else if (sizes->rank == 1 && sizes->dims[0] >= 0 && sizes->dims[0] <= WEIR_MAX_RANK)
    shape = weir_shape_unknown ((int) sizes->dims[0]);
  return weir_infer_set (infer, 0, dtype, &shape);
}

static void
store (WeirTensor *y, gsize i, const guint32 *bits, const WeirTensor *low,
       const WeirTensor *high)
{
  WeirDtype dtype = weir_tensor_dtype (y);
  void *data = weir_tensor_writable (y);
  guint64 range, value;

  if (weir_dtype_is_float (dtype)) {
    double from = weir_tensor_get (low, 0);

    weir_dtype_store (
        dtype, data, i,
        weir_philox_fraction (dtype, bits) * (weir_tensor_get (high, 0) - from) + from);
    return;
  }
  range =
      (guint64) weir_tensor_get_int (high, 0) - (guint64) weir_tensor_get_int (low, 0);
  value = dtype == WEIR_DTYPE_I64 ? (guint64) bits[1] << 32 | bits[0] : bits[0];
  weir_dtype_store_int (
      dtype, data, i, (gint64) (value % range + (guint64) weir_tensor_get_int (low, 0)));
}

static gboolean
random_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *low = eval->inputs[1], *high = eval->inputs[2];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirPhilox philox = weir_philox_begin (eval);
  gsize each, count;
  guint32 bits[4];

  if (y == NULL)
    return FALSE;
  if (!weir_dtype_is_float (weir_tensor_dtype (y)) &&
      weir_tensor_get_int (low, 0) >= weir_tensor_get_int (high, 0))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a bound above %" G_GINT64_FORMAT
                      ", found %" G_GINT64_FORMAT,
                      weir_tensor_get_int (low, 0), weir_tensor_get_int (high, 0));
  each = weir_dtype_size (weir_tensor_dtype (y)) > 4 ? 2 : 4;
  count = weir_tensor_count (y);
  weir_philox_keep (&philox, eval, (count + each - 1) / each);
  for (gsize i = 0; i < count; i++) {
    if (i % each == 0)
      weir_philox_next (&philox, bits);
    store (y, i, bits + i % each * (4 / each), low, high);
  }
  return TRUE;
}

WEIR_OP_DEFINE (random_uniform) = {
  .name = "RandomUniform",
  .versions = { 8 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .flags = WEIR_OP_STATEFUL,
  .attrs = attrs,
  .summary = "Random numbers between two bounds",
  .infer = random_infer,
  .evaluate = random_evaluate,
};
