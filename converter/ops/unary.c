#include "ops.h"

#include <math.h>

/* Arithmetic of one operand, element by element. */

static gboolean
map (WeirEval *eval, double (*function) (double), GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirDtype dtype = weir_tensor_dtype (x);
  WeirTensor *y = weir_eval_output (eval, 0, dtype, weir_tensor_shape (x), error);

  if (y == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (x); i++)
    weir_dtype_store (dtype, weir_tensor_writable (y), i,
                      function (weir_tensor_get (x, i)));
  return TRUE;
}

#define WEIR_OP_UNARY_DEFINE(id, op, since, function, text)      \
  static gboolean id##_evaluate (WeirEval *eval, GError **error) \
  {                                                              \
    return map (eval, function, error);                          \
  }                                                              \
  WEIR_OP_DEFINE (id) = {                                        \
    .name = op,                                                  \
    .versions = { since },                                       \
    .min_inputs = 1,                                             \
    .max_inputs = 1,                                             \
    .outputs = 1,                                                \
    .flags = WEIR_OP_UNARY,                                      \
    .summary = text,                                             \
    .infer = weir_infer_same,                                    \
    .evaluate = id##_evaluate,                                   \
  }

static double
negative (double x)
{
  return -x;
}

static double
sign (double x)
{
  return isnan (x) ? x : (x > 0) - (x < 0);
}

WEIR_OP_UNARY_DEFINE (abs, "Abs", 1, fabs, "Absolute value");
WEIR_OP_UNARY_DEFINE (negative, "Negative", 1, negative, "Change of sign");
WEIR_OP_UNARY_DEFINE (sign, "Sign", 1, sign, "-1, 0 or 1; NaN stays");
WEIR_OP_UNARY_DEFINE (sqrt, "Sqrt", 1, sqrt, "Square root");
WEIR_OP_UNARY_DEFINE (exp, "Exp", 1, exp, "e to the power of x");
