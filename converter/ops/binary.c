#include "elementwise.h"

#include <math.h>

/* Arithmetic of two operands, element by element. Integers wrap; a division by zero gives
 * 0 for them, as no rule of the specification says what else. */

static const WeirAttrRow attrs[] = { WEIR_ROW_AUTO_BROADCAST, { NULL } };

static const WeirAttrRow divide_attrs[] = {
  { "m_pythondiv", WEIR_ATTR_BOOL, "true", NULL, 0, 0 }, WEIR_ROW_AUTO_BROADCAST, { NULL }
};

/* Division of integers; the remainder goes with it: p = quotient * q + remainder. */

static gint64
quotient (gint64 p, gint64 q)
{
  if (q == 0)
    return 0;
  return q == -1 ? (gint64) - (guint64) p : p / q;
}

static gint64
remainder_of (gint64 p, gint64 q)
{
  return q == 0 || q == -1 ? 0 : p % q;
}

static gint64
floor_quotient (gint64 p, gint64 q)
{
  gint64 rest = remainder_of (p, q);

  return quotient (p, q) - (rest != 0 && (rest < 0) != (q < 0));
}

static gint64
floor_remainder (gint64 p, gint64 q)
{
  gint64 rest = remainder_of (p, q);

  return rest != 0 && (rest < 0) != (q < 0) ? rest + q : rest;
}

static double
floor_mod (double p, double q)
{
  double rest = fmod (p, q);

  return rest != 0 && (rest < 0) != (q < 0) ? rest + q : rest;
}

static guint64
unsigned_power (guint64 base, guint64 exponent)
{
  guint64 result = 1;

  for (; exponent != 0; exponent >>= 1, base *= base)
    if (exponent & 1)
      result *= base;
  return result;
}

/* A negative exponent leaves a fraction, but of 1 and -1; fractions are cut off. */
static gint64
signed_power (gint64 base, gint64 exponent)
{
  if (exponent >= 0)
    return (gint64) unsigned_power ((guint64) base, (guint64) exponent);
  if (base == 1)
    return 1;
  if (base == -1)
    return exponent % 2 == 0 ? 1 : -1;
  return 0;
}

/* NaN wins, as in NumPy. */
#define LARGER(p, q)  ((p) > (q) || isnan (p) ? (p) : (q))
#define SMALLER(p, q) ((p) < (q) || isnan (p) ? (p) : (q))

#define ROWS(id, f32, f64, i64, u64)         \
  WEIR_ROW (id##_f32, float, float, f32)     \
  WEIR_ROW (id##_f64, double, double, f64)   \
  WEIR_ROW (id##_i64, gint64, gint64, i64)   \
  WEIR_ROW (id##_u64, guint64, guint64, u64) \
  static const WeirRows id##_rows = { id##_f32, id##_f64, id##_i64, id##_u64 };

#define WEIR_OP_BINARY_DEFINE(id, op, since, text)               \
  static gboolean id##_evaluate (WeirEval *eval, GError **error) \
  {                                                              \
    return weir_binary_evaluate (eval, &id##_rows, error);       \
  }                                                              \
  WEIR_OP_DEFINE (id) = {                                        \
    .name = op,                                                  \
    .versions = { since },                                       \
    .min_inputs = 2,                                             \
    .max_inputs = 2,                                             \
    .outputs = 1,                                                \
    .flags = WEIR_OP_BINARY,                                     \
    .attrs = attrs,                                              \
    .summary = text,                                             \
    .infer = weir_binary_infer,                                  \
    .evaluate = id##_evaluate,                                   \
  }

ROWS (add, p + q, p + q, (guint64) p + (guint64) q, p + q)
ROWS (subtract, p - q, p - q, (guint64) p - (guint64) q, p - q)
ROWS (multiply, (p) *q, (p) *q, (guint64) p *(guint64) q, (p) *q)
ROWS (divide, p / q, p / q, quotient (p, q), q == 0 ? 0 : p / q)
ROWS (floor_divide, p / q, p / q, floor_quotient (p, q), q == 0 ? 0 : p / q)
ROWS (mod, fmod (p, q), fmod (p, q), remainder_of (p, q), q == 0 ? 0 : p % q)
ROWS (floor_mod, floor_mod (p, q), floor_mod (p, q), floor_remainder (p, q),
      q == 0 ? 0 : p % q)
ROWS (power, pow (p, q), pow (p, q), signed_power (p, q), unsigned_power (p, q))
ROWS (maximum, LARGER (p, q), LARGER (p, q), MAX (p, q), MAX (p, q))
ROWS (minimum, SMALLER (p, q), SMALLER (p, q), MIN (p, q), MIN (p, q))
ROWS (squared_difference, ((double) p - q) * ((double) p - q), (p - q) * (p - q),
      ((guint64) p - (guint64) q) * ((guint64) p - (guint64) q), (p - q) * (p - q))

WEIR_OP_BINARY_DEFINE (add, "Add", 1, "Sum");
WEIR_OP_BINARY_DEFINE (subtract, "Subtract", 1, "Difference");
WEIR_OP_BINARY_DEFINE (multiply, "Multiply", 1, "Product");
WEIR_OP_BINARY_DEFINE (mod, "Mod", 1, "Remainder with the sign of the dividend");
WEIR_OP_BINARY_DEFINE (floor_mod, "FloorMod", 1,
                       "Remainder with the sign of the divisor");
WEIR_OP_BINARY_DEFINE (power, "Power", 1, "First operand to the power of the second");
WEIR_OP_BINARY_DEFINE (maximum, "Maximum", 1, "The larger operand");
WEIR_OP_BINARY_DEFINE (minimum, "Minimum", 1, "The smaller operand");
WEIR_OP_BINARY_DEFINE (squared_difference, "SquaredDifference", 1,
                       "Square of the difference");

static gboolean
divide_evaluate (WeirEval *eval, GError **error)
{
  gboolean floors = weir_node_bool (eval->node, "m_pythondiv");

  return weir_binary_evaluate (eval, floors ? &floor_divide_rows : &divide_rows, error);
}

WEIR_OP_DEFINE (divide) = {
  .name = "Divide",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .flags = WEIR_OP_BINARY,
  .attrs = divide_attrs,
  .summary = "Quotient; that of integers is rounded down, or toward zero",
  .infer = weir_binary_infer,
  .evaluate = divide_evaluate,
};
