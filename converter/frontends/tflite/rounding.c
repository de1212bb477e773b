#include "operator.h"

#include <math.h>

/* TensorFlow Lite's integer kernels multiply a sum by M = s_input * s_filter / s_output
 * as a fraction of 31 bits and a shift to the right, and round after each of the two.
 * What lies less than half a unit of the first result below a tie is so rounded up. That
 * much added to the bias makes one rounding do the same, for results that are not
 * negative. */

/* In units of the output: 0 where nothing is shifted. */
static double
lift (double multiplier)
{
  int exponent;
  double fraction = frexp (multiplier, &exponent);

  if (fraction >= 1 - ldexp (1, -32))
    exponent++;
  return exponent < 0 ? ldexp (1, exponent - 1) : 0;
}

static gboolean
is_eight_bits (const WeirTfliteTensor *tensor, gboolean one_scale)
{
  return (tensor->dtype == WEIR_DTYPE_U8 || tensor->dtype == WEIR_DTYPE_I8) &&
         (one_scale ? tensor->quant.n == 1 : tensor->quant.n > 0);
}

WeirPort
weir_tflite_lift (WeirTfliteOp *op, gint32 activation, int spatial)
{
  const WeirTfliteTensor *x = weir_tflite_tensor (op, 0), *w = weir_tflite_tensor (op, 1);
  const WeirTfliteTensor *y = weir_tflite_output_tensor (op, 0);
  WeirShape shape = { .rank = 0 };
  double out;
  WeirTensor *list;

  if (weir_build_failed (op->builder) || !is_eight_bits (x, TRUE) ||
      !is_eight_bits (w, FALSE) || !is_eight_bits (y, TRUE) ||
      (activation != ACTIVATION_RELU && activation != ACTIVATION_RELU6))
    return WEIR_PORT_NONE;
  if (w->quant.n > 1) {
    shape.dims[shape.rank++] = 1;
    shape.dims[shape.rank++] = w->quant.n;
    for (int i = 0; i < spatial; i++)
      shape.dims[shape.rank++] = 1;
  }
  list = weir_tensor_new (WEIR_DTYPE_F32, &shape, &op->builder->error);
  out = weir_flat_at_f32 (&y->quant.scales, 0);
  for (guint32 i = 0; list != NULL && i < w->quant.n; i++) {
    double product = (double) weir_flat_at_f32 (&x->quant.scales, 0) *
                     (double) weir_flat_at_f32 (&w->quant.scales, i);

    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (list), i,
                      lift (product / out) * out);
  }
  return weir_build_constant (op->builder, weir_tflite_name (op, "lift"), list);
}
