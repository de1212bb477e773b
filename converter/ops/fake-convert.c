#include "broadcast.h"

#include <math.h>

/* FakeConvert: rounds to an 8-bit float and back, scaled before and after. */

static const WeirAttrRow attrs[] = {
  { "destination_type", WEIR_ATTR_STRING, "f8e4m3", "f8e4m3|f8e5m2", 0, 0 }, { NULL }
};

/* An 8-bit float: bits of the mantissa, the exponent below which it loses bits, and its
 * largest number, where it saturates. */
typedef struct {
  int mantissa, least;
  double largest;
} Format;

static const Format e4m3 = { 3, -6, 448 };
static const Format e5m2 = { 2, -14, 57344 };

enum { DATA, SCALE, SHIFT, N_INPUTS };

static gboolean
fake_convert_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[DATA];

  if (x->dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (x->dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (x->dtype));
  for (guint i = SCALE; i < infer->n_inputs; i++) {
    WeirShape shape;

    if (!weir_shape_broadcast (&x->shape, &infer->inputs[i].shape, &shape, error))
      return FALSE;
    if (x->shape.rank >= 0 && !weir_shape_merge (&shape, &x->shape))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u has more elements than the data", i);
  }
  return weir_infer_same (infer, error);
}

static double
round_to (const Format *format, double value)
{
  double size = fabs (value), step;
  int exponent;

  if (isnan (value) || size == 0)
    return value;
  if (size >= format->largest)
    return copysign (format->largest, value);
  frexp (size, &exponent);
  step = ldexp (1, MAX (exponent - 1, format->least) - format->mantissa);
  return copysign (MIN (rint (size / step) * step, format->largest), value);
}

static gboolean
fake_convert_evaluate (WeirEval *eval, GError **error)
{
  gboolean is_e4m3 = weir_node_string_is (eval->node, "destination_type", "f8e4m3");
  const Format *format = is_e4m3 ? &e4m3 : &e5m2;
  const WeirShape *shapes[N_INPUTS];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirWalk walk;

  if (y == NULL)
    return FALSE;
  for (guint k = 0; k < eval->n_inputs; k++)
    shapes[k] = weir_tensor_shape (eval->inputs[k]);
  for (weir_walk_init (&walk, weir_tensor_shape (y), shapes, eval->n_inputs); walk.more;
       weir_walk_next (&walk))
    for (gsize i = 0; i < walk.row; i++) {
      double in[N_INPUTS] = { 0 };

      for (guint k = 0; k < eval->n_inputs; k++)
        in[k] = weir_tensor_get (eval->inputs[k], walk.offset[k] + i * walk.step[k]);
      weir_dtype_store (
          weir_tensor_dtype (y), weir_tensor_writable (y), walk.at + i,
          (round_to (format, in[DATA] * in[SCALE] - in[SHIFT]) + in[SHIFT]) / in[SCALE]);
    }
  return TRUE;
}

WEIR_OP_DEFINE (fake_convert) = {
  .name = "FakeConvert",
  .versions = { 13 },
  .min_inputs = 2,
  .max_inputs = N_INPUTS,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Rounds to an 8-bit float and back",
  .infer = fake_convert_infer,
  .evaluate = fake_convert_evaluate,
};
