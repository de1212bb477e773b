#include "attr.h"
#include "onnx-build.h"
#include "table.h"

#include <float.h>
#include <string.h>

/* Arithmetic, comparison and logic, element by element, and matrix products. */

/* Where the IR calls an operation otherwise. */
static const struct {
  const char *onnx, *ir;
} names[] = {
  { "Ceil", "Ceiling" },          { "Neg", "Negative" },
  { "Not", "LogicalNot" },        { "Mul", "Multiply" },
  { "Sub", "Subtract" },          { "Div", "Divide" },
  { "And", "LogicalAnd" },        { "Or", "LogicalOr" },
  { "Xor", "LogicalXor" },        { "GreaterOrEqual", "GreaterEqual" },
  { "LessOrEqual", "LessEqual" }, { "Max", "Maximum" },
  { "Min", "Minimum" },           { "Sum", "Add" },
};

static const char *
ir_name (const OnnxNode *n)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].onnx, n->proto->op_type) == 0)
      return names[i].ir;
  return n->proto->op_type;
}

static WeirPort
unary (OnnxNode *n)
{
  return ONNX_OP (n, ir_name (n), onnx_in (n, 0));
}

/* Before version 7, the second operand met the first one's dimensions from `axis` on, and
 * only where `broadcast` said so. */
static WeirPort
second_operand (OnnxNode *n, WeirPort x, WeirPort y)
{
  int rank_x, rank_y, axis;
  gint64 axes[WEIR_MAX_RANK];
  gsize count = 0;

  if (n->version >= 7 || onnx_attr_int (n, "broadcast", 0) == 0 ||
      onnx_attr (n, "axis") == NULL)
    return y;
  rank_x = onnx_rank (n, x);
  rank_y = onnx_rank (n, y);
  axis = onnx_axis (n, onnx_attr_int (n, "axis", 0), rank_x);
  for (int i = axis + rank_y; i < rank_x; i++)
    axes[count++] = i - axis;
  return count > 0 ? weir_build_unsqueeze (n->b, n->name, y, axes, count) : y;
}

static WeirPort
binary (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = second_operand (n, x, onnx_in (n, 1));

  return ONNX_OP (n, ir_name (n), x, y);
}

/* Integers are divided like in C, towards zero. */
static WeirPort
divide (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = second_operand (n, x, onnx_in (n, 1));
  WeirNode *node = ONNX_BEGIN (n, "Divide", x, y);

  if (!weir_dtype_is_float (onnx_dtype (n, x)))
    weir_node_set_bool (node, "m_pythondiv", FALSE);
  return onnx_end (n, node);
}

/* The sign of the divisor, or of the dividend with fmod as in C. */
static WeirPort
mod (OnnxNode *n)
{
  const char *op = onnx_attr_int (n, "fmod", 0) != 0 ? "Mod" : "FloorMod";

  return ONNX_OP (n, op, onnx_in (n, 0), onnx_in (n, 1));
}

/* The result has the type of the base, whatever the exponent's. */
static WeirPort
power (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = second_operand (n, x, onnx_in (n, 1));
  WeirDtype base = onnx_dtype (n, x), exponent = onnx_dtype (n, y);

  if (base == exponent || weir_dtype_is_float (base))
    return ONNX_OP (n, "Power", x, onnx_convert (n, y, base));
  if (!weir_dtype_is_float (exponent))
    return ONNX_OP (n, "Power", x, onnx_convert (n, y, base));
  x = ONNX_OP (n, "Power", onnx_convert (n, x, exponent), y);
  return onnx_convert (n, x, base);
}

/* Any number of operands, one after the other. */
static WeirPort
variadic (OnnxNode *n)
{
  WeirPort y = onnx_in (n, 0);

  for (guint i = 1; i < n->n_inputs; i++)
    y = ONNX_OP (n, ir_name (n), y, onnx_in (n, i));
  return y;
}

static WeirPort
mean (OnnxNode *n)
{
  WeirPort y = onnx_in (n, 0);

  for (guint i = 1; i < n->n_inputs; i++)
    y = ONNX_OP (n, "Add", y, onnx_in (n, i));
  return ONNX_OP (n, "Divide", y, onnx_scalar (n, y, MAX (n->n_inputs, 1)));
}

static WeirPort
reciprocal (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  return ONNX_OP (n, "Divide", onnx_scalar (n, x, 1), x);
}

static WeirPort
round_even (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "Round", onnx_in (n, 0));

  weir_node_set_string (node, "mode", "half_to_even");
  return onnx_end (n, node);
}

static WeirPort
is_inf (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "IsInf", onnx_in (n, 0));

  weir_node_set_bool (node, "detect_negative",
                      onnx_attr_int (n, "detect_negative", 1) != 0);
  weir_node_set_bool (node, "detect_positive",
                      onnx_attr_int (n, "detect_positive", 1) != 0);
  return onnx_end (n, node);
}

static WeirPort
bit_shift (OnnxNode *n)
{
  gboolean left = onnx_attr_is (n, "direction", "", "LEFT");

  return ONNX_OP (n, left ? "BitwiseLeftShift" : "BitwiseRightShift", onnx_in (n, 0),
                  onnx_in (n, 1));
}

static gboolean
bound_value (const OnnxNode *n, WeirPort port, double *value)
{
  const WeirTensor *tensor = onnx_value (n, port);

  if (tensor == NULL || weir_tensor_count (tensor) != 1)
    return FALSE;
  *value = weir_tensor_get (tensor, 0);
  return TRUE;
}

static WeirPort
clamp (OnnxNode *n, WeirPort x, double low, double high)
{
  WeirNode *node = ONNX_BEGIN (n, "Clamp", x);

  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  return onnx_end (n, node);
}

/* Bounds are inputs from version 11 on. Where they contradict, the upper one wins. */
static WeirPort
clip (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  double low = -FLT_MAX, high = FLT_MAX;

  if (n->version < 11)
    return clamp (n, x, onnx_attr_float (n, "min", low),
                  onnx_attr_float (n, "max", high));
  if ((onnx_has (n, 1) || onnx_has (n, 2)) && weir_dtype_is_float (onnx_dtype (n, x)) &&
      (!onnx_has (n, 1) || bound_value (n, onnx_in (n, 1), &low)) &&
      (!onnx_has (n, 2) || bound_value (n, onnx_in (n, 2), &high)) && low <= high)
    return clamp (n, x, low, high);
  if (onnx_has (n, 1))
    x = ONNX_OP (n, "Maximum", x, onnx_in (n, 1));
  return onnx_has (n, 2) ? ONNX_OP (n, "Minimum", x, onnx_in (n, 2)) : x;
}

static WeirPort
mat_mul (OnnxNode *n)
{
  return ONNX_OP (n, "MatMul", onnx_in (n, 0), onnx_in (n, 1));
}

static WeirPort
scaled (OnnxNode *n, WeirPort x, double factor)
{
  return factor == 1 ? x : ONNX_OP (n, "Multiply", x, onnx_scalar (n, x, factor));
}

static WeirPort
gemm (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "MatMul", onnx_in (n, 0), onnx_in (n, 1));
  double alpha = onnx_attr_float (n, "alpha", 1), beta = onnx_attr_float (n, "beta", 1);
  WeirPort y;

  weir_node_set_bool (node, "transpose_a", onnx_attr_int (n, "transA", 0) != 0);
  weir_node_set_bool (node, "transpose_b", onnx_attr_int (n, "transB", 0) != 0);
  y = scaled (n, onnx_end (n, node), alpha);
  return onnx_has (n, 2) ? ONNX_OP (n, "Add", y, scaled (n, onnx_in (n, 2), beta)) : y;
}

static WeirPort
einsum (OnnxNode *n)
{
  WeirPort inputs[16];
  WeirNode *node;

  if (n->n_inputs > G_N_ELEMENTS (inputs))
    return onnx_unsupported (n, "%u operands", n->n_inputs);
  for (guint i = 0; i < n->n_inputs; i++)
    inputs[i] = onnx_in (n, i);
  node = weir_build_begin (n->b, "Einsum", n->name, inputs, n->n_inputs);
  weir_node_set_string (node, "equation", onnx_attr_string (n, "equation", ""));
  return onnx_end (n, node);
}

/* Element @row, @column of the last two dimensions. */
static WeirPort
entry (OnnxNode *n, WeirPort x, gint64 row, gint64 column)
{
  WeirPort line = onnx_gather (n, x, onnx_int (n, row), -2);

  return onnx_gather (n, line, onnx_int (n, column), -1);
}

static WeirPort
cross (OnnxNode *n, WeirPort x, const gint64 rows[2], const gint64 columns[2])
{
  WeirPort down = ONNX_OP (n, "Multiply", entry (n, x, rows[0], columns[0]),
                           entry (n, x, rows[1], columns[1]));
  WeirPort up = ONNX_OP (n, "Multiply", entry (n, x, rows[0], columns[1]),
                         entry (n, x, rows[1], columns[0]));

  return ONNX_OP (n, "Subtract", down, up);
}

/* Determinants of 2 x 2 and 3 x 3 matrices, written out. */
static WeirPort
det (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  const WeirShape *shape = onnx_shape (n, x);
  gint64 size = shape->rank >= 2 ? shape->dims[shape->rank - 1] : WEIR_DIM_UNKNOWN;
  static const gint64 below[] = { 1, 2 }, all[] = { 0, 1 };
  static const gint64 rest[][2] = { { 1, 2 }, { 0, 2 }, { 0, 1 } };

  if (size == 2)
    return cross (n, x, all, all);
  if (size != 3)
    return onnx_unsupported (n, "matrices that are not 2 x 2 or 3 x 3");
  y = ONNX_OP (n, "Multiply", entry (n, x, 0, 0), cross (n, x, below, rest[0]));
  y = ONNX_OP (n, "Subtract", y,
               ONNX_OP (n, "Multiply", entry (n, x, 0, 1), cross (n, x, below, rest[1])));
  return ONNX_OP (
      n, "Add", y,
      ONNX_OP (n, "Multiply", entry (n, x, 0, 2), cross (n, x, below, rest[2])));
}

const OnnxRow onnx_rows_math[] = {
  { "Abs", NULL, 0, 0, unary },         { "Acos", NULL, 0, 0, unary },
  { "Acosh", NULL, 0, 0, unary },       { "Add", NULL, 0, 0, binary },
  { "And", NULL, 0, 0, binary },        { "Asin", NULL, 0, 0, unary },
  { "Asinh", NULL, 0, 0, unary },       { "Atan", NULL, 0, 0, unary },
  { "Atanh", NULL, 0, 0, unary },       { "BitShift", NULL, 0, 0, bit_shift },
  { "BitwiseAnd", NULL, 0, 0, binary }, { "BitwiseNot", NULL, 0, 0, unary },
  { "BitwiseOr", NULL, 0, 0, binary },  { "BitwiseXor", NULL, 0, 0, binary },
  { "Ceil", NULL, 0, 0, unary },        { "Clip", NULL, 0, 0, clip },
  { "Cos", NULL, 0, 0, unary },         { "Cosh", NULL, 0, 0, unary },
  { "Det", NULL, 0, 0, det },           { "Div", NULL, 0, 0, divide },
  { "Einsum", NULL, 0, 0, einsum },     { "Equal", NULL, 0, 0, binary },
  { "Erf", NULL, 0, 0, unary },         { "Exp", NULL, 0, 0, unary },
  { "Floor", NULL, 0, 0, unary },       { "Gemm", NULL, 0, 0, gemm },
  { "Greater", NULL, 0, 0, binary },    { "GreaterOrEqual", NULL, 0, 0, binary },
  { "IsInf", NULL, 0, 0, is_inf },      { "IsNaN", NULL, 0, 0, unary },
  { "Less", NULL, 0, 0, binary },       { "LessOrEqual", NULL, 0, 0, binary },
  { "Log", NULL, 0, 0, unary },         { "MatMul", NULL, 0, 0, mat_mul },
  { "Max", NULL, 0, 0, variadic },      { "Mean", NULL, 0, 0, mean },
  { "Min", NULL, 0, 0, variadic },      { "Mod", NULL, 0, 0, mod },
  { "Mul", NULL, 0, 0, binary },        { "Neg", NULL, 0, 0, unary },
  { "Not", NULL, 0, 0, unary },         { "Or", NULL, 0, 0, binary },
  { "Pow", NULL, 0, 0, power },         { "Reciprocal", NULL, 0, 0, reciprocal },
  { "Round", NULL, 0, 0, round_even },  { "Sign", NULL, 0, 0, unary },
  { "Sin", NULL, 0, 0, unary },         { "Sinh", NULL, 0, 0, unary },
  { "Sqrt", NULL, 0, 0, unary },        { "Sub", NULL, 0, 0, binary },
  { "Sum", NULL, 0, 0, variadic },      { "Tan", NULL, 0, 0, unary },
  { "Xor", NULL, 0, 0, binary },        { NULL },
};
