#include "table.h"

/* Element by element. */

static WeirPort
unary (MxNode *n)
{
  return weir_make_1 (&n->make, n->row->ir, mx_in (n, 0));
}

static WeirPort
binary (MxNode *n)
{
  WeirPort a = mx_in (n, 0), b = mx_in (n, 1);

  return weir_make_2 (&n->make, n->row->ir, a, b);
}

/* Comparisons give numbers, 0 and 1. */
static WeirPort
compare (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirPort y = weir_make_2 (&n->make, n->row->ir, x, mx_in (n, 1));

  return weir_make_convert (&n->make, y, weir_make_dtype (&n->make, x));
}

static WeirPort
scalar_of (MxNode *n, WeirPort like)
{
  return weir_make_scalar (&n->make, like, mx_float (n, "scalar", 0));
}

static WeirPort
with_scalar (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  return weir_make_2 (&n->make, n->row->ir, x, scalar_of (n, x));
}

static WeirPort
scalar_with (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  return weir_make_2 (&n->make, n->row->ir, scalar_of (n, x), x);
}

static WeirPort
compare_scalar (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirPort y = weir_make_2 (&n->make, n->row->ir, x, scalar_of (n, x));

  return weir_make_convert (&n->make, y, weir_make_dtype (&n->make, x));
}

static WeirPort
add_n (MxNode *n)
{
  WeirPort sum = mx_in (n, 0);

  for (guint i = 1; i < mx_n_inputs (n); i++)
    sum = weir_make_2 (&n->make, "Add", sum, mx_in (n, i));
  return sum;
}

static WeirPort
clip (MxNode *n)
{
  return weir_make_clamp (&n->make, mx_in (n, 0), mx_float (n, "a_min", -G_MAXDOUBLE),
                          mx_float (n, "a_max", G_MAXDOUBLE));
}

static WeirPort
square (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  return weir_make_2 (&n->make, "Multiply", x, x);
}

static WeirPort
power_of (MxNode *n, double exponent)
{
  WeirPort x = mx_in (n, 0);

  return weir_make_2 (&n->make, "Power", x, weir_make_scalar (&n->make, x, exponent));
}

static WeirPort
rsqrt (MxNode *n)
{
  return power_of (n, -0.5);
}

static WeirPort
reciprocal (MxNode *n)
{
  return power_of (n, -1);
}

static WeirPort
cast (MxNode *n)
{
  return weir_make_convert (&n->make, mx_in (n, 0),
                            mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

static WeirPort
where (MxNode *n)
{
  WeirPort condition = weir_make_convert (&n->make, mx_in (n, 0), WEIR_DTYPE_BOOL);
  WeirPort yes = mx_in (n, 1), no = mx_in (n, 2);

  return WEIR_MAKE (&n->make, "Select", condition, yes, no);
}

const MxRow mx_rows_math[] = {
  { "elemwise_add", binary, "Add" },
  { "_Plus", binary, "Add" },
  { "_plus", binary, "Add" },
  { "broadcast_add", binary, "Add" },
  { "broadcast_plus", binary, "Add" },
  { "elemwise_sub", binary, "Subtract" },
  { "_Minus", binary, "Subtract" },
  { "_minus", binary, "Subtract" },
  { "broadcast_sub", binary, "Subtract" },
  { "broadcast_minus", binary, "Subtract" },
  { "elemwise_mul", binary, "Multiply" },
  { "_Mul", binary, "Multiply" },
  { "_mul", binary, "Multiply" },
  { "broadcast_mul", binary, "Multiply" },
  { "elemwise_div", binary, "Divide" },
  { "_Div", binary, "Divide" },
  { "_div", binary, "Divide" },
  { "broadcast_div", binary, "Divide" },
  { "broadcast_mod", binary, "FloorMod" },
  { "_mod", binary, "FloorMod" },
  { "_grad_add", binary, "Add" },
  { "broadcast_maximum", binary, "Maximum" },
  { "_maximum", binary, "Maximum" },
  { "_Maximum", binary, "Maximum" },
  { "broadcast_minimum", binary, "Minimum" },
  { "_minimum", binary, "Minimum" },
  { "_Minimum", binary, "Minimum" },
  { "broadcast_power", binary, "Power" },
  { "_power", binary, "Power" },
  { "_Power", binary, "Power" },
  { "broadcast_equal", compare, "Equal" },
  { "broadcast_not_equal", compare, "NotEqual" },
  { "broadcast_greater", compare, "Greater" },
  { "broadcast_greater_equal", compare, "GreaterEqual" },
  { "broadcast_lesser", compare, "Less" },
  { "broadcast_lesser_equal", compare, "LessEqual" },
  { "_equal", compare, "Equal" },
  { "_not_equal", compare, "NotEqual" },
  { "_greater", compare, "Greater" },
  { "_greater_equal", compare, "GreaterEqual" },
  { "_lesser", compare, "Less" },
  { "_lesser_equal", compare, "LessEqual" },
  { "_plus_scalar", with_scalar, "Add" },
  { "_PlusScalar", with_scalar, "Add" },
  { "_minus_scalar", with_scalar, "Subtract" },
  { "_MinusScalar", with_scalar, "Subtract" },
  { "_rminus_scalar", scalar_with, "Subtract" },
  { "_RMinusScalar", scalar_with, "Subtract" },
  { "_mul_scalar", with_scalar, "Multiply" },
  { "_MulScalar", with_scalar, "Multiply" },
  { "_div_scalar", with_scalar, "Divide" },
  { "_DivScalar", with_scalar, "Divide" },
  { "_rdiv_scalar", scalar_with, "Divide" },
  { "_RDivScalar", scalar_with, "Divide" },
  { "_power_scalar", with_scalar, "Power" },
  { "_PowerScalar", with_scalar, "Power" },
  { "_rpower_scalar", scalar_with, "Power" },
  { "_maximum_scalar", with_scalar, "Maximum" },
  { "_MaximumScalar", with_scalar, "Maximum" },
  { "_minimum_scalar", with_scalar, "Minimum" },
  { "_MinimumScalar", with_scalar, "Minimum" },
  { "_mod_scalar", with_scalar, "FloorMod" },
  { "_rmod_scalar", scalar_with, "FloorMod" },
  { "_equal_scalar", compare_scalar, "Equal" },
  { "_not_equal_scalar", compare_scalar, "NotEqual" },
  { "_greater_scalar", compare_scalar, "Greater" },
  { "_greater_equal_scalar", compare_scalar, "GreaterEqual" },
  { "_lesser_scalar", compare_scalar, "Less" },
  { "_lesser_equal_scalar", compare_scalar, "LessEqual" },
  { "add_n", add_n },
  { "ElementWiseSum", add_n },
  { "abs", unary, "Abs" },
  { "arccos", unary, "Acos" },
  { "arccosh", unary, "Acosh" },
  { "arcsin", unary, "Asin" },
  { "arcsinh", unary, "Asinh" },
  { "arctan", unary, "Atan" },
  { "arctanh", unary, "Atanh" },
  { "ceil", unary, "Ceiling" },
  { "cos", unary, "Cos" },
  { "cosh", unary, "Cosh" },
  { "erf", unary, "Erf" },
  { "erfinv", unary, "ErfInv" },
  { "exp", unary, "Exp" },
  { "floor", unary, "Floor" },
  { "log", unary, "Log" },
  { "negative", unary, "Negative" },
  { "relu", unary, "Relu" },
  { "LogisticRegressionOutput", unary, "Sigmoid" },
  { "sigmoid", unary, "Sigmoid" },
  { "sign", unary, "Sign" },
  { "sin", unary, "Sin" },
  { "sinh", unary, "Sinh" },
  { "softsign", unary, "SoftSign" },
  { "sqrt", unary, "Sqrt" },
  { "tan", unary, "Tan" },
  { "tanh", unary, "Tanh" },
  { "clip", clip },
  { "square", square },
  { "rsqrt", rsqrt },
  { "reciprocal", reciprocal },
  { "Cast", cast },
  { "cast", cast },
  { "amp_cast", cast },
  { "where", where },
  { NULL },
};
