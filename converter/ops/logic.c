#include "elementwise.h"

#include <math.h>

/* Questions whose answers are booleans: comparisons, logic, and kinds of numbers. */

static const WeirAttrRow attrs[] = { WEIR_ROW_AUTO_BROADCAST, { NULL } };

static gboolean
compare_infer (WeirInfer *infer, GError **error)
{
  if (!weir_binary_infer (infer, error))
    return FALSE;
  infer->outputs[0].dtype = WEIR_DTYPE_BOOL;
  return TRUE;
}

static gboolean
check_boolean (const WeirInfer *infer, GError **error)
{
  for (guint i = 0; i < infer->n_inputs; i++)
    if (infer->inputs[i].dtype != WEIR_DTYPE_BOOL &&
        infer->inputs[i].dtype != WEIR_DTYPE_UNKNOWN)
      return weir_fail (error, WEIR_ERROR_SHAPE, "input %u must be boolean, found %s", i,
                        weir_dtype_name (infer->inputs[i].dtype));
  return TRUE;
}

static gboolean
logical_infer (WeirInfer *infer, GError **error)
{
  return check_boolean (infer, error) && compare_infer (infer, error);
}

#define ROWS(id, expression)                       \
  WEIR_ROW (id##_f32, float, guint8, expression)   \
  WEIR_ROW (id##_f64, double, guint8, expression)  \
  WEIR_ROW (id##_i64, gint64, guint8, expression)  \
  WEIR_ROW (id##_u64, guint64, guint8, expression) \
  static const WeirRows id##_rows = { id##_f32, id##_f64, id##_i64, id##_u64 };

#define WEIR_OP_LOGIC_DEFINE(id, op, since, how, rows, text)     \
  static gboolean id##_evaluate (WeirEval *eval, GError **error) \
  {                                                              \
    return weir_predicate_evaluate (eval, &rows, error);         \
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
    .infer = how,                                                \
    .evaluate = id##_evaluate,                                   \
  }

ROWS (equal, p == q)
ROWS (not_equal, p != q)
ROWS (less, p < q)
ROWS (less_equal, p <= q)
ROWS (greater, p > q)
ROWS (greater_equal, p >= q)

WEIR_OP_LOGIC_DEFINE (equal, "Equal", 1, compare_infer, equal_rows, "p = q");
WEIR_OP_LOGIC_DEFINE (not_equal, "NotEqual", 1, compare_infer, not_equal_rows, "p ≠ q");
WEIR_OP_LOGIC_DEFINE (less, "Less", 1, compare_infer, less_rows, "p < q");
WEIR_OP_LOGIC_DEFINE (less_equal, "LessEqual", 1, compare_infer, less_equal_rows,
                      "p ≤ q");
WEIR_OP_LOGIC_DEFINE (greater, "Greater", 1, compare_infer, greater_rows, "p > q");
WEIR_OP_LOGIC_DEFINE (greater_equal, "GreaterEqual", 1, compare_infer, greater_equal_rows,
                      "p ≥ q");

WEIR_ROW (and_row, gint64, guint8, (p) &q)
WEIR_ROW (or_row, gint64, guint8, p | q)
WEIR_ROW (xor_row, gint64, guint8, p ^ q)

static const WeirRows and_rows = { .i64 = and_row };
static const WeirRows or_rows = { .i64 = or_row };
static const WeirRows xor_rows = { .i64 = xor_row };

WEIR_OP_LOGIC_DEFINE (logical_and, "LogicalAnd", 1, logical_infer, and_rows, "Both");
WEIR_OP_LOGIC_DEFINE (logical_or, "LogicalOr", 1, logical_infer, or_rows, "Either");
WEIR_OP_LOGIC_DEFINE (logical_xor, "LogicalXor", 1, logical_infer, xor_rows,
                      "One of both");
WEIR_OP_LOGIC_DEFINE (xor, "Xor", 1, logical_infer, xor_rows,
                      "One of both; the first name of LogicalXor");

static gboolean
kind_infer (WeirInfer *infer, GError **error)
{
  (void) error;
  return weir_infer_set (infer, 0, WEIR_DTYPE_BOOL, &infer->inputs[0].shape);
}

static gboolean
kind_evaluate (WeirEval *eval, gboolean (*kind) (const WeirNode *, double),
               GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  guint8 *data;

  if (y == NULL)
    return FALSE;
  data = weir_tensor_writable (y);
  for (gsize i = 0; i < weir_tensor_count (x); i++)
    data[i] = kind (eval->node, weir_tensor_get (x, i)) != 0;
  return TRUE;
}

static gboolean
logical_not_infer (WeirInfer *infer, GError **error)
{
  return check_boolean (infer, error) && kind_infer (infer, error);
}

static const WeirAttrRow is_inf_attrs[] = {
  { "detect_negative", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "detect_positive", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { NULL }
};

static gboolean
is_wanted_inf (const WeirNode *node, double x)
{
  return isinf (x) &&
         weir_node_bool (node, x < 0 ? "detect_negative" : "detect_positive");
}

#define WEIR_OP_KIND_DEFINE(id, op, since, how, rows, expression, text) \
  static gboolean id##_at (const WeirNode *node, double x)              \
  {                                                                     \
    (void) node;                                                        \
    return expression;                                                  \
  }                                                                     \
  static gboolean id##_evaluate (WeirEval *eval, GError **error)        \
  {                                                                     \
    return kind_evaluate (eval, id##_at, error);                        \
  }                                                                     \
  WEIR_OP_DEFINE (id) = {                                               \
    .name = op,                                                         \
    .versions = { since },                                              \
    .min_inputs = 1,                                                    \
    .max_inputs = 1,                                                    \
    .outputs = 1,                                                       \
    .attrs = rows,                                                      \
    .summary = text,                                                    \
    .infer = how,                                                       \
    .evaluate = id##_evaluate,                                          \
  }

WEIR_OP_KIND_DEFINE (logical_not, "LogicalNot", 1, logical_not_infer, NULL, x == 0,
                     "Not");
WEIR_OP_KIND_DEFINE (is_nan, "IsNaN", 10, kind_infer, NULL, isnan (x),
                     "Whether an element is not a number");
WEIR_OP_KIND_DEFINE (is_inf, "IsInf", 10, kind_infer, is_inf_attrs,
                     is_wanted_inf (node, x), "Whether an element is infinite");
WEIR_OP_KIND_DEFINE (is_finite, "IsFinite", 10, kind_infer, NULL, isfinite (x),
                     "Whether an element is neither infinite nor NaN");
