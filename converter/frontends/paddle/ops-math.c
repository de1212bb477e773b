#include "table.h"

#include <string.h>

/* Arithmetic element by element. */

WeirPort
pd_align (PdNode *n, WeirPort x, WeirPort y, gint64 axis)
{
  int rank = weir_make_shape (&n->make, x)->rank;
  int own = weir_make_shape (&n->make, y)->rank;

  if (axis < 0 || rank < 0 || own < 0)
    return y;
  for (gint64 i = axis + own; i < rank; i++, own++)
    y = weir_make_unsqueeze (&n->make, y, own);
  return y;
}

static WeirPort
binary (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirPort y = pd_in (n, "Y");

  return weir_make_2 (&n->make, n->row->ir, x,
                      pd_align (n, x, y, pd_int (n, "axis", -1)));
}

/* Division of integers cuts off what is behind the point. */
static WeirPort
divide (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), y = pd_in (n, "Y");
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Divide", x, pd_align (n, x, y, pd_int (n, "axis", -1)));

  weir_node_set_bool (node, "m_pythondiv", FALSE);
  return weir_make_end (&n->make, node);
}

static WeirPort
floor_divide (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), y = pd_in (n, "Y"), quotient;

  quotient =
      weir_make_2 (&n->make, "Divide", x, pd_align (n, x, y, pd_int (n, "axis", -1)));
  return weir_dtype_is_float (weir_make_dtype (&n->make, x))
             ? weir_make_1 (&n->make, "Floor", quotient)
             : quotient;
}

WeirPort
pd_row_unary (PdNode *n)
{
  return weir_make_1 (&n->make, n->row->ir, pd_in (n, "X"));
}

static WeirPort
scale (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirPort factor = pd_scalar (n, "ScaleTensor", "scale", x, 1);
  double bias = pd_float (n, "bias", 0);
  gboolean after = pd_bool (n, "bias_after_scale", TRUE);

  if (bias != 0 && !after)
    x = weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, bias));
  if (pd_has (n, "ScaleTensor") || pd_float (n, "scale", 1) != 1 || bias == 0)
    x = weir_make_2 (&n->make, "Multiply", x, factor);
  if (bias != 0 && after)
    x = weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, bias));
  return x;
}

static WeirPort
increment (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_2 (&n->make, "Add", x,
                      weir_make_scalar (&n->make, x, pd_float (n, "step", 1)));
}

static WeirPort
cast (PdNode *n)
{
  return weir_make_convert (&n->make, pd_in (n, "X"),
                            pd_attr_dtype (n, "out_dtype", WEIR_DTYPE_F32));
}

static WeirPort
clip (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  if (!pd_has (n, "Min") && !pd_has (n, "Max"))
    return weir_make_clamp (&n->make, x, pd_float (n, "min", 0), pd_float (n, "max", 0));
  x = weir_make_2 (&n->make, "Maximum", x, pd_scalar (n, "Min", "min", x, 0));
  return weir_make_2 (&n->make, "Minimum", x, pd_scalar (n, "Max", "max", x, 0));
}

static WeirPort
power (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_2 (&n->make, "Power", x,
                      pd_scalar (n, "FactorTensor", "factor", x, 1));
}

static WeirPort
rounding (PdNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Round", pd_in (n, "X"));

  weir_node_set_string (node, "mode", "half_away_from_zero");
  return weir_make_end (&n->make, node);
}

static WeirPort
square (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_2 (&n->make, "Multiply", x, x);
}

/* A power of x: its row's name tells which. */
static WeirPort
root (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  double exponent = strcmp (n->row->op, "rsqrt") == 0 ? -0.5 : -1;

  return weir_make_2 (&n->make, "Power", x, weir_make_scalar (&n->make, x, exponent));
}

static WeirPort
logarithm (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  double base = strcmp (n->row->op, "log2") == 0 ? G_LN2 : G_LN10;

  return weir_make_2 (&n->make, "Divide", weir_make_1 (&n->make, "Log", x),
                      weir_make_scalar (&n->make, x, base));
}

static WeirPort
log_of_more (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_1 (
      &n->make, "Log",
      weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, 1)));
}

static WeirPort
sum (PdNode *n)
{
  guint count;
  g_autofree WeirPort *parts = pd_ins (n, "X", &count);
  WeirPort y = parts[0];

  for (guint i = 1; i < count; i++)
    y = weir_make_2 (&n->make, "Add", y, parts[i]);
  return y;
}

static WeirPort
matmul_of (PdNode *n, WeirPort x, WeirPort y, gboolean transpose_x, gboolean transpose_y)
{
  WeirNode *node;
  gboolean flat_x = weir_make_shape (&n->make, x)->rank == 1;
  gboolean flat_y = weir_make_shape (&n->make, y)->rank == 1;

  node = WEIR_MAKE_BEGIN (&n->make, "MatMul", x, y);
  weir_node_set_bool (node, "transpose_a", transpose_x && !flat_x);
  weir_node_set_bool (node, "transpose_b", transpose_y && !flat_y);
  return weir_make_end (&n->make, node);
}

static WeirPort
matmul_v2 (PdNode *n)
{
  return matmul_of (n, pd_in (n, "X"), pd_in (n, "Y"), pd_bool (n, "trans_x", FALSE),
                    pd_bool (n, "trans_y", FALSE));
}

static WeirPort
matmul (PdNode *n)
{
  double alpha = pd_float (n, "alpha", 1);
  WeirPort y =
      matmul_of (n, pd_in (n, "X"), pd_in (n, "Y"), pd_bool (n, "transpose_X", FALSE),
                 pd_bool (n, "transpose_Y", FALSE));

  return alpha == 1 ? y
                    : weir_make_2 (&n->make, "Multiply", y,
                                   weir_make_scalar (&n->make, y, alpha));
}

static WeirPort
addmm (PdNode *n)
{
  WeirPort y = matmul_of (n, pd_in (n, "X"), pd_in (n, "Y"), FALSE, FALSE);
  WeirPort input = pd_in (n, "Input");

  y = weir_make_2 (&n->make, "Multiply", y,
                   weir_make_scalar (&n->make, y, pd_float (n, "Alpha", 1)));
  input = weir_make_2 (&n->make, "Multiply", input,
                       weir_make_scalar (&n->make, input, pd_float (n, "Beta", 1)));
  return weir_make_2 (&n->make, "Add", input, y);
}

/* The dimensions of @x from @first to @end, as a vector. */
static WeirPort
dims_of (PdNode *n, WeirPort x, int first, int end)
{
  return weir_make_gather (&n->make, weir_make_shape_of (&n->make, x),
                           weir_make_range (&n->make, first, end), 0);
}

/* Matrices of any rank: the first x_num_col_dims dimensions of X make its rows, what is
 * behind y_num_col_dims of Y its columns. */
static WeirPort
mul (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), y = pd_in (n, "Y"), product, dims[2];
  int x_axis = (int) pd_int (n, "x_num_col_dims", 1);
  int y_axis = (int) pd_int (n, "y_num_col_dims", 1);
  int x_rank = weir_make_rank (&n->make, x), y_rank = weir_make_rank (&n->make, y);

  if (x_axis < 1 || x_axis >= x_rank || y_axis < 1 || y_axis >= y_rank)
    return weir_make_invalid (&n->make,
                              "columns from dimensions %d and %d on of values of ranks "
                              "%d and %d",
                              x_axis, y_axis, x_rank, y_rank);
  product =
      matmul_of (n, x_rank == 2 ? x : weir_make_flatten (&n->make, x, x_axis),
                 y_rank == 2 ? y : weir_make_flatten (&n->make, y, y_axis), FALSE, FALSE);
  if (x_rank == 2 && y_rank == 2)
    return product;
  dims[0] = dims_of (n, x, 0, x_axis);
  dims[1] = dims_of (n, y, y_axis, y_rank);
  return weir_make_reshape_to (
      &n->make, product,
      weir_make_known (&n->make, weir_make_concat (&n->make, dims, 2, 0)));
}

const PdRow pd_rows_math[] = {
  { "elementwise_add", binary, .ir = "Add" },
  { "elementwise_sub", binary, .ir = "Subtract" },
  { "elementwise_mul", binary, .ir = "Multiply" },
  { "elementwise_div", divide },
  { "elementwise_max", binary, .ir = "Maximum" },
  { "elementwise_min", binary, .ir = "Minimum" },
  { "elementwise_pow", binary, .ir = "Power" },
  { "elementwise_mod", binary, .ir = "FloorMod" },
  { "elementwise_floordiv", floor_divide },
  { "equal", binary, .ir = "Equal" },
  { "not_equal", binary, .ir = "NotEqual" },
  { "less_than", binary, .ir = "Less" },
  { "less_equal", binary, .ir = "LessEqual" },
  { "greater_than", binary, .ir = "Greater" },
  { "greater_equal", binary, .ir = "GreaterEqual" },
  { "logical_and", binary, .ir = "LogicalAnd" },
  { "logical_or", binary, .ir = "LogicalOr" },
  { "logical_xor", binary, .ir = "LogicalXor" },
  { "logical_not", pd_row_unary, .ir = "LogicalNot" },
  { "isnan_v2", pd_row_unary, .ir = "IsNaN" },
  { "isinf_v2", pd_row_unary, .ir = "IsInf" },
  { "isfinite_v2", pd_row_unary, .ir = "IsFinite" },
  { "abs", pd_row_unary, .ir = "Abs" },
  { "acos", pd_row_unary, .ir = "Acos" },
  { "acosh", pd_row_unary, .ir = "Acosh" },
  { "asin", pd_row_unary, .ir = "Asin" },
  { "asinh", pd_row_unary, .ir = "Asinh" },
  { "atan", pd_row_unary, .ir = "Atan" },
  { "atanh", pd_row_unary, .ir = "Atanh" },
  { "ceil", pd_row_unary, .ir = "Ceiling" },
  { "cos", pd_row_unary, .ir = "Cos" },
  { "cosh", pd_row_unary, .ir = "Cosh" },
  { "erf", pd_row_unary, .ir = "Erf" },
  { "exp", pd_row_unary, .ir = "Exp" },
  { "floor", pd_row_unary, .ir = "Floor" },
  { "log", pd_row_unary, .ir = "Log" },
  { "log2", logarithm },
  { "log10", logarithm },
  { "log1p", log_of_more },
  { "round", rounding },
  { "reciprocal", root },
  { "rsqrt", root },
  { "sign", pd_row_unary, .ir = "Sign" },
  { "sin", pd_row_unary, .ir = "Sin" },
  { "sinh", pd_row_unary, .ir = "Sinh" },
  { "sqrt", pd_row_unary, .ir = "Sqrt" },
  { "square", square },
  { "tan", pd_row_unary, .ir = "Tan" },
  { "scale", scale },
  { "increment", increment },
  { "cast", cast },
  { "clip", clip },
  { "pow", power },
  { "sum", sum },
  { "matmul", matmul },
  { "matmul_v2", matmul_v2 },
  { "bmm", matmul_v2 },
  { "addmm", addmm },
  { "mul", mul },
  { NULL },
};
