#include "elementwise.h"

/* Bits of integers, and of booleans as one bit. */

static const WeirAttrRow attrs[] = { WEIR_ROW_AUTO_BROADCAST, { NULL } };

static gboolean
check_type (const WeirInfer *infer, GError **error)
{
  for (guint i = 0; i < infer->n_inputs; i++)
    if (weir_dtype_is_float (infer->inputs[i].dtype))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u must be integer or boolean, found %s", i,
                        weir_dtype_name (infer->inputs[i].dtype));
  return TRUE;
}

static gboolean
bitwise_infer (WeirInfer *infer, GError **error)
{
  return check_type (infer, error) && weir_binary_infer (infer, error);
}

/* A shift by all bits or more leaves nothing but the sign. */
static gint64
shift_right (gint64 p, gint64 q)
{
  return p >> (q < 0 || q > 63 ? 63 : q);
}

#define ROWS(id, s, u)                     \
  WEIR_ROW (id##_i64, gint64, gint64, s)   \
  WEIR_ROW (id##_u64, guint64, guint64, u) \
  static const WeirRows id##_rows = { .i64 = id##_i64, .u64 = id##_u64 };

ROWS (and, (p) &q, (p) &q)
ROWS (or, p | q, p | q)
ROWS (xor, p ^ q, p ^ q)
ROWS (left_shift, q<0 || q> 63 ? 0 : (guint64) p << q, q > 63 ? 0 : p << q)
ROWS (right_shift, shift_right (p, q), q > 63 ? 0 : p >> q)

#define WEIR_OP_BITWISE_DEFINE(id, op, since, rows, text)        \
  static gboolean id##_evaluate (WeirEval *eval, GError **error) \
  {                                                              \
    return weir_binary_evaluate (eval, &rows, error);            \
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
    .infer = bitwise_infer,                                      \
    .evaluate = id##_evaluate,                                   \
  }

WEIR_OP_BITWISE_DEFINE (bitwise_and, "BitwiseAnd", 13, and_rows, "Bits set in both");
WEIR_OP_BITWISE_DEFINE (bitwise_or, "BitwiseOr", 13, or_rows, "Bits set in either");
WEIR_OP_BITWISE_DEFINE (bitwise_xor, "BitwiseXor", 13, xor_rows,
                        "Bits set in one of both");
WEIR_OP_BITWISE_DEFINE (bitwise_left_shift, "BitwiseLeftShift", 15, left_shift_rows,
                        "Bits moved up; zeros come in");
WEIR_OP_BITWISE_DEFINE (bitwise_right_shift, "BitwiseRightShift", 15, right_shift_rows,
                        "Bits moved down; the sign comes in");

static gboolean
bitwise_not_infer (WeirInfer *infer, GError **error)
{
  return check_type (infer, error) && weir_infer_same (infer, error);
}

static gboolean
bitwise_not_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirDtype dtype = weir_tensor_dtype (x);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (x); i++) {
    gint64 value = weir_tensor_get_int (x, i);

    weir_dtype_store_int (dtype, weir_tensor_writable (y), i,
                          dtype == WEIR_DTYPE_BOOL ? value == 0 : ~value);
  }
  return TRUE;
}

WEIR_OP_DEFINE (bitwise_not) = {
  .name = "BitwiseNot",
  .versions = { 13 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .flags = WEIR_OP_UNARY,
  .summary = "All bits turned over",
  .infer = bitwise_not_infer,
  .evaluate = bitwise_not_evaluate,
};
