#include "elementwise.h"

#include <math.h>

/* Arithmetic of one operand, element by element. Integers go through the same function
 * and are rounded, but for those that have an exact one. */

#define WEIR_OP_UNARY_DEFINE(id, op, since, integer, expression, text) \
  static double id##_at (double x, const double *p)                    \
  {                                                                    \
    (void) p;                                                          \
    return expression;                                                 \
  }                                                                    \
  static gboolean id##_evaluate (WeirEval *eval, GError **error)       \
  {                                                                    \
    return weir_map_evaluate (eval, id##_at, NULL, integer, error);    \
  }                                                                    \
  WEIR_OP_DEFINE (id) = {                                              \
    .name = op,                                                        \
    .versions = { since },                                             \
    .min_inputs = 1,                                                   \
    .max_inputs = 1,                                                   \
    .outputs = 1,                                                      \
    .flags = WEIR_OP_UNARY,                                            \
    .summary = text,                                                   \
    .infer = weir_infer_same,                                          \
    .evaluate = id##_evaluate,                                         \
  }

static gint64
int_abs (gint64 x, gboolean negative)
{
  return negative ? (gint64) - (guint64) x : x;
}

static gint64
int_negative (gint64 x, gboolean negative)
{
  (void) negative;
  return (gint64) - (guint64) x;
}

static gint64
int_sign (gint64 x, gboolean negative)
{
  return negative ? -1 : x != 0;
}

static gint64
int_same (gint64 x, gboolean negative)
{
  (void) negative;
  return x;
}

/* Solves erf (y) = x by Newton's method, on erfc where x is near 1 and digits are few. */
static double
erf_inverse (double x)
{
  const double rest = 1 - fabs (x), logarithm = log (rest * (1 + fabs (x)));
  const double a = 0.147, half = 2 / (G_PI * a) + logarithm / 2;
  double y = sqrt (sqrt (half * half - logarithm / a) - half);

  if (!(rest > 0))
    return rest < 0 ? (double) NAN : rest == 0 ? copysign ((double) INFINITY, x) : x;
  for (int i = 0; i < 4; i++) {
    double slope = 2 / sqrt (G_PI) * exp (-y * y);

    y -= rest < 0.5 ? (rest - erfc (y)) / slope : (erf (y) - fabs (x)) / slope;
  }
  return copysign (y, x);
}

WEIR_OP_UNARY_DEFINE (abs, "Abs", 1, int_abs, fabs (x), "Absolute value");
WEIR_OP_UNARY_DEFINE (acos, "Acos", 1, NULL, acos (x), "Inverse cosine");
WEIR_OP_UNARY_DEFINE (acosh, "Acosh", 4, NULL, acosh (x), "Inverse hyperbolic cosine");
WEIR_OP_UNARY_DEFINE (asin, "Asin", 1, NULL, asin (x), "Inverse sine");
WEIR_OP_UNARY_DEFINE (asinh, "Asinh", 4, NULL, asinh (x), "Inverse hyperbolic sine");
WEIR_OP_UNARY_DEFINE (atan, "Atan", 1, NULL, atan (x), "Inverse tangent");
WEIR_OP_UNARY_DEFINE (atanh, "Atanh", 4, NULL, atanh (x), "Inverse hyperbolic tangent");
WEIR_OP_UNARY_DEFINE (ceiling, "Ceiling", 1, int_same, ceil (x), "Rounds up");
WEIR_OP_UNARY_DEFINE (cos, "Cos", 1, NULL, cos (x), "Cosine");
WEIR_OP_UNARY_DEFINE (cosh, "Cosh", 1, NULL, cosh (x), "Hyperbolic cosine");
WEIR_OP_UNARY_DEFINE (erf, "Erf", 1, NULL, erf (x), "Gauss error function");
WEIR_OP_UNARY_DEFINE (erf_inv, "ErfInv", 17, NULL, erf_inverse (x),
                      "Inverse of the Gauss error function");
WEIR_OP_UNARY_DEFINE (exp, "Exp", 1, NULL, exp (x), "e to the power of x");
WEIR_OP_UNARY_DEFINE (floor, "Floor", 1, int_same, floor (x), "Rounds down");
WEIR_OP_UNARY_DEFINE (log, "Log", 1, NULL, log (x), "Natural logarithm");
WEIR_OP_UNARY_DEFINE (negative, "Negative", 1, int_negative, -x, "Change of sign");
WEIR_OP_UNARY_DEFINE (sign, "Sign", 1, int_sign, isnan (x) ? x : (x > 0) - (x < 0),
                      "-1, 0 or 1; NaN stays");
WEIR_OP_UNARY_DEFINE (sin, "Sin", 1, NULL, sin (x), "Sine");
WEIR_OP_UNARY_DEFINE (sinh, "Sinh", 1, NULL, sinh (x), "Hyperbolic sine");
WEIR_OP_UNARY_DEFINE (sqrt, "Sqrt", 1, NULL, sqrt (x), "Square root");
WEIR_OP_UNARY_DEFINE (tan, "Tan", 1, NULL, tan (x), "Tangent");
WEIR_OP_UNARY_DEFINE (tanh, "Tanh", 1, NULL, tanh (x), "Hyperbolic tangent");

static const WeirAttrRow round_attrs[] = { { "mode", WEIR_ATTR_STRING, "half_to_even",
                                             "half_to_even|half_away_from_zero", 0, 0 },
                                           { NULL } };

static double
half_to_even (double x, const double *p)
{
  (void) p;
  return rint (x);
}

static double
half_away (double x, const double *p)
{
  (void) p;
  return round (x);
}

static gboolean
round_evaluate (WeirEval *eval, GError **error)
{
  gboolean even = weir_node_string_is (eval->node, "mode", "half_to_even");

  return weir_map_evaluate (eval, even ? half_to_even : half_away, NULL, int_same, error);
}

WEIR_OP_DEFINE (round) = {
  .name = "Round",
  .versions = { 5 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .flags = WEIR_OP_UNARY,
  .attrs = round_attrs,
  .summary = "Rounds to the nearest integer, halves as the mode says",
  .infer = weir_infer_same,
  .evaluate = round_evaluate,
};
