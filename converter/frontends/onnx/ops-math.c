#include "attr.h"
#include "ir/demand.h"
#include "node.h"
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
  return WEIR_MAKE (&n->make, ir_name (n), onnx_in (n, 0));
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
  rank_x = weir_make_rank (&n->make, x);
  rank_y = weir_make_rank (&n->make, y);
  axis = onnx_axis (n, onnx_attr_int (n, "axis", 0), rank_x);
  for (int i = axis + rank_y; i < rank_x; i++)
    axes[count++] = i - axis;
  return count > 0 ? weir_build_unsqueeze (n->make.b, n->make.name, y, axes, count) : y;
}

static WeirPort
binary (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = second_operand (n, x, onnx_in (n, 1));

  return WEIR_MAKE (&n->make, ir_name (n), x, y);
}

/* Integers are divided like in C, towards zero. */
static WeirPort
divide (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = second_operand (n, x, onnx_in (n, 1));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Divide", x, y);

  if (!weir_dtype_is_float (weir_make_dtype (&n->make, x)))
    weir_node_set_bool (node, "m_pythondiv", FALSE);
  return weir_make_end (&n->make, node);
}

/* The sign of the divisor, or of the dividend with fmod as in C. */
static WeirPort
mod (OnnxNode *n)
{
  const char *op = onnx_attr_int (n, "fmod", 0) != 0 ? "Mod" : "FloorMod";

  return WEIR_MAKE (&n->make, op, onnx_in (n, 0), onnx_in (n, 1));
}

/* The result has the type of the base, whatever the exponent's. */
static WeirPort
power (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = second_operand (n, x, onnx_in (n, 1));
  WeirDtype base = weir_make_dtype (&n->make, x),
            exponent = weir_make_dtype (&n->make, y);

  if (base == exponent || weir_dtype_is_float (base))
    return WEIR_MAKE (&n->make, "Power", x, weir_make_convert (&n->make, y, base));
  if (!weir_dtype_is_float (exponent))
    return WEIR_MAKE (&n->make, "Power", x, weir_make_convert (&n->make, y, base));
  x = WEIR_MAKE (&n->make, "Power", weir_make_convert (&n->make, x, exponent), y);
  return weir_make_convert (&n->make, x, base);
}

/* Any number of operands, one after the other. */
static WeirPort
variadic (OnnxNode *n)
{
  WeirPort y = onnx_in (n, 0);

  for (guint i = 1; i < n->n_inputs; i++)
    y = WEIR_MAKE (&n->make, ir_name (n), y, onnx_in (n, i));
  return y;
}

static WeirPort
mean (OnnxNode *n)
{
  WeirPort y = onnx_in (n, 0);

  for (guint i = 1; i < n->n_inputs; i++)
    y = WEIR_MAKE (&n->make, "Add", y, onnx_in (n, i));
  return WEIR_MAKE (&n->make, "Divide", y,
                    weir_make_scalar (&n->make, y, MAX (n->n_inputs, 1)));
}

static WeirPort
reciprocal (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  return WEIR_MAKE (&n->make, "Divide", weir_make_scalar (&n->make, x, 1), x);
}

static WeirPort
round_even (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Round", onnx_in (n, 0));

  weir_node_set_string (node, "mode", "half_to_even");
  return weir_make_end (&n->make, node);
}

static WeirPort
is_inf (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "IsInf", onnx_in (n, 0));

  weir_node_set_bool (node, "detect_negative",
                      onnx_attr_int (n, "detect_negative", 1) != 0);
  weir_node_set_bool (node, "detect_positive",
                      onnx_attr_int (n, "detect_positive", 1) != 0);
  return weir_make_end (&n->make, node);
}

static WeirPort
bit_shift (OnnxNode *n)
{
  gboolean left = onnx_attr_is (n, "direction", "", "LEFT");

  return WEIR_MAKE (&n->make, left ? "BitwiseLeftShift" : "BitwiseRightShift",
                    onnx_in (n, 0), onnx_in (n, 1));
}

static gboolean
bound_value (const OnnxNode *n, WeirPort port, double *value)
{
  const WeirTensor *tensor = weir_make_value (&n->make, port);

  if (tensor == NULL || weir_tensor_count (tensor) != 1)
    return FALSE;
  *value = weir_tensor_get (tensor, 0);
  return TRUE;
}

static WeirPort
clamp (OnnxNode *n, WeirPort x, double low, double high)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Clamp", x);

  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  return weir_make_end (&n->make, node);
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
  if ((onnx_has (n, 1) || onnx_has (n, 2)) &&
      weir_dtype_is_float (weir_make_dtype (&n->make, x)) &&
      (!onnx_has (n, 1) || bound_value (n, onnx_in (n, 1), &low)) &&
      (!onnx_has (n, 2) || bound_value (n, onnx_in (n, 2), &high)) && low <= high)
    return clamp (n, x, low, high);
  if (onnx_has (n, 1))
    x = WEIR_MAKE (&n->make, "Maximum", x, onnx_in (n, 1));
  return onnx_has (n, 2) ? WEIR_MAKE (&n->make, "Minimum", x, onnx_in (n, 2)) : x;
}

static WeirPort
mat_mul (OnnxNode *n)
{
  return WEIR_MAKE (&n->make, "MatMul", onnx_in (n, 0), onnx_in (n, 1));
}

static WeirPort
scaled (OnnxNode *n, WeirPort x, double factor)
{
  return factor == 1 ? x
                     : WEIR_MAKE (&n->make, "Multiply", x,
                                  weir_make_scalar (&n->make, x, factor));
}

/* Matrices alone, where the IR's operation takes any rank. */
static WeirPort
gemm (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", onnx_in (n, 0), onnx_in (n, 1));
  double alpha = onnx_attr_float (n, "alpha", 1), beta = onnx_attr_float (n, "beta", 1);
  WeirPort y;

  for (guint i = 0; node != NULL && n->scope->outer == NULL && i < 2; i++)
    weir_graph_demand_rank (n->make.b->graph, onnx_in (n, i), 2);
  weir_node_set_bool (node, "transpose_a", onnx_attr_int (n, "transA", 0) != 0);
  weir_node_set_bool (node, "transpose_b", onnx_attr_int (n, "transB", 0) != 0);
  y = scaled (n, weir_make_end (&n->make, node), alpha);
  return onnx_has (n, 2)
             ? WEIR_MAKE (&n->make, "Add", y, scaled (n, onnx_in (n, 2), beta))
             : y;
}

static WeirPort
einsum (OnnxNode *n)
{
  WeirPort inputs[16];
  WeirNode *node;

  if (n->n_inputs > G_N_ELEMENTS (inputs))
    return weir_make_unsupported (&n->make, "%u operands", n->n_inputs);
  for (guint i = 0; i < n->n_inputs; i++)
    inputs[i] = onnx_in (n, i);
  node = weir_build_begin (n->make.b, "Einsum", n->make.name, inputs, n->n_inputs);
  weir_node_set_string (node, "equation", onnx_attr_string (n, "equation", ""));
  return weir_make_end (&n->make, node);
}

/* Element @row, @column of the last two dimensions. */
static WeirPort
entry (OnnxNode *n, WeirPort x, gint64 row, gint64 column)
{
  WeirPort line = weir_make_gather (&n->make, x, weir_make_int (&n->make, row), -2);

  return weir_make_gather (&n->make, line, weir_make_int (&n->make, column), -1);
}

static WeirPort
cross (OnnxNode *n, WeirPort x, const gint64 rows[2], const gint64 columns[2])
{
  WeirPort down = WEIR_MAKE (&n->make, "Multiply", entry (n, x, rows[0], columns[0]),
                             entry (n, x, rows[1], columns[1]));
  WeirPort up = WEIR_MAKE (&n->make, "Multiply", entry (n, x, rows[0], columns[1]),
                           entry (n, x, rows[1], columns[0]));

  return WEIR_MAKE (&n->make, "Subtract", down, up);
}

/* Determinants of 2 x 2 and 3 x 3 matrices, written out. */
static WeirPort
det (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 size = shape->rank >= 2 ? shape->dims[shape->rank - 1] : WEIR_DIM_UNKNOWN;
  static const gint64 below[] = { 1, 2 }, all[] = { 0, 1 };
  static const gint64 rest[][2] = { { 1, 2 }, { 0, 2 }, { 0, 1 } };

  if (size == 2)
    return cross (n, x, all, all);
  if (size != 3)
    return weir_make_unsupported (&n->make, "matrices that are not 2 x 2 or 3 x 3");
  y = WEIR_MAKE (&n->make, "Multiply", entry (n, x, 0, 0), cross (n, x, below, rest[0]));
  y = WEIR_MAKE (
      &n->make, "Subtract", y,
      WEIR_MAKE (&n->make, "Multiply", entry (n, x, 0, 1), cross (n, x, below, rest[1])));
  return WEIR_MAKE (
      &n->make, "Add", y,
      WEIR_MAKE (&n->make, "Multiply", entry (n, x, 0, 2), cross (n, x, below, rest[2])));
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
