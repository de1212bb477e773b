#include "elementwise.h"

/* PRelu: x, or slope x where x is negative. A slope of rank 1 that has as many elements
 * as there are channels belongs to dimension 1, else it broadcasts as usual. */

static gboolean
is_by_channel (const WeirShape *x, const WeirShape *slope)
{
  return slope->rank == 1 && x->rank > 1 && slope->dims[0] == x->dims[1];
}

static gboolean
check_types (const WeirInfer *infer, GError **error)
{
  WeirDtype x = infer->inputs[0].dtype, slope = infer->inputs[1].dtype;

  if (x != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (x))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (x));
  if (x != WEIR_DTYPE_UNKNOWN && slope != WEIR_DTYPE_UNKNOWN && x != slope)
    return weir_fail (error, WEIR_ERROR_SHAPE, "a slope of %s for an input of %s",
                      weir_dtype_name (slope), weir_dtype_name (x));
  return TRUE;
}

static gboolean
prelu_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *slope = &infer->inputs[1].shape;
  WeirShape shape;

  if (!check_types (infer, error))
    return FALSE;
  if (weir_shape_is_static (x) && weir_shape_is_static (slope) &&
      !is_by_channel (x, slope) &&
      (!weir_shape_broadcast (x, slope, &shape, NULL) || !weir_shape_equal (x, &shape))) {
    g_autofree char *tx = weir_shape_to_string (x);
    g_autofree char *ts = weir_shape_to_string (slope);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "a slope of shape %s does not fit to an input of shape %s", ts, tx);
  }
  return weir_infer_same (infer, error);
}

WEIR_ROW (prelu_f32, float, float, p < 0 ? p * q : p)
WEIR_ROW (prelu_f64, double, double, p < 0 ? p * q : p)

static const WeirRows prelu_rows = { .f32 = prelu_f32, .f64 = prelu_f64 };

static gboolean
prelu_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]);
  g_autoptr (WeirTensor) slope = weir_tensor_ref (eval->inputs[1]);
  WeirTensor *inputs[] = { eval->inputs[0], NULL };
  WeirEval wide = *eval;

  if (is_by_channel (x, weir_tensor_shape (slope))) {
    WeirShape shape = *x;

    for (int i = 0; i < shape.rank; i++)
      shape.dims[i] = i == 1 ? x->dims[1] : 1;
    weir_tensor_unref (slope);
    slope = weir_tensor_reshape (eval->inputs[1], &shape, error);
    if (slope == NULL)
      return FALSE;
  }
  inputs[1] = slope;
  wide.inputs = inputs;
  return weir_binary_evaluate (&wide, &prelu_rows, error);
}

WEIR_OP_DEFINE (prelu) = {
  .name = "PRelu",
  .xml_type = "PReLU",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .summary = "x, or slope times x where x is negative",
  .infer = prelu_infer,
  .evaluate = prelu_evaluate,
};
