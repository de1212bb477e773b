#include "list.h"

#include <math.h>

/* Range: start, start + step, … up to but without stop. */

static const WeirAttrRow attrs[] = {
  { "output_type", WEIR_ATTR_DTYPE, NULL, NULL, 4, 0 },
  { NULL },
};

static gboolean
count_ints (gint64 start, gint64 stop, gint64 step, guint64 *count, GError **error)
{
  guint64 stride = step > 0 ? (guint64) step : -(guint64) step;
  guint64 length =
      step > 0 ? (guint64) stop - (guint64) start : (guint64) start - (guint64) stop;

  if (step == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "the step of a range is 0");
  *count = (step > 0 ? start >= stop : start <= stop) ? 0 : (length - 1) / stride + 1;
  return TRUE;
}

static gboolean
count_floats (double start, double stop, double step, guint64 *count, GError **error)
{
  double steps = ceil ((stop - start) / step);

  if (!isfinite (start) || !isfinite (stop) || !isfinite (step) || step == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "no range from %g to %g in steps of %g",
                      start, stop, step);
  *count = steps > 0 ? steps < 0x1p63 ? (guint64) steps : G_MAXUINT64 : 0;
  return TRUE;
}

/* Integers are counted in integers: where an integer output has floats for inputs, these
 * are cut off first (Range-4, "Detailed description"). */
static gboolean
count (const WeirValueInfo *inputs, WeirDtype dtype, guint64 *result, GError **error)
{
  const WeirTensor *start = inputs[0].value, *stop = inputs[1].value,
                   *step = inputs[2].value;
  gboolean good =
      weir_dtype_is_float (dtype)
          ? count_floats (weir_tensor_get (start, 0), weir_tensor_get (stop, 0),
                          weir_tensor_get (step, 0), result, error)
          : count_ints (weir_tensor_get_int (start, 0), weir_tensor_get_int (stop, 0),
                        weir_tensor_get_int (step, 0), result, error);

  if (good && *result > WEIR_MAX_TENSOR_BYTES)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "a range of %" G_GUINT64_FORMAT " elements is too long", *result);
  return good;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  static const char *const names[] = { "start", "stop", "step" };
  gboolean old = infer->node->version < 4;
  WeirDtype dtype =
      old ? infer->inputs[0].dtype : weir_node_dtype (infer->node, "output_type");
  gboolean known = dtype != WEIR_DTYPE_UNKNOWN;
  guint64 n = 0;

  for (guint i = 0; i < 3; i++) {
    const WeirShape *shape = &infer->inputs[i].shape;

    if (shape->rank > 1 || (shape->rank == 1 && shape->dims[0] > 1) ||
        (shape->rank == 1 && shape->dims[0] == 0))
      return weir_fail (error, WEIR_ERROR_SHAPE, "%s: expected a scalar", names[i]);
    if (old && !weir_infer_same_type (infer, 0, i, error))
      return FALSE;
    known &= infer->inputs[i].value != NULL;
  }
  if (!known)
    return weir_infer_set (infer, 0, dtype, &WEIR_SHAPE (WEIR_DIM_UNKNOWN));
  if (!count (infer->inputs, dtype, &n, error))
    return FALSE;
  return weir_infer_sized (infer, 0, dtype, &WEIR_SHAPE ((gint64) n), error);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *start = eval->inputs[0], *step = eval->inputs[2];
  WeirDtype dtype = eval->infos[0].dtype;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (y); i++)
    if (weir_dtype_is_float (dtype))
      weir_dtype_store (dtype, weir_tensor_writable (y), i,
                        weir_tensor_get (start, 0) +
                            (double) i * weir_tensor_get (step, 0));
    else
      weir_dtype_store_int (dtype, weir_tensor_writable (y), i,
                            (gint64) ((guint64) weir_tensor_get_int (start, 0) +
                                      i * (guint64) weir_tensor_get_int (step, 0)));
  return TRUE;
}

WEIR_OP_DEFINE (range) = {
  .name = "Range",
  .versions = { 1, 4 },
  .preferred = 4,
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Numbers from start to stop in equal steps",
  .infer = infer,
  .evaluate = evaluate,
};
