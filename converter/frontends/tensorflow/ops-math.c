#include "table.h"

/* Element by element. */

static WeirPort
unary (TfNode *n)
{
  return weir_make_1 (&n->make, n->row->ir, tf_in (n, 0));
}

static WeirPort
binary (TfNode *n)
{
  return weir_make_2 (&n->make, n->row->ir, tf_in (n, 0), tf_in (n, 1));
}

/* Integers are divided as C does it, towards zero. */
static WeirPort
divide (TfNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Divide", tf_in (n, 0), tf_in (n, 1));

  weir_node_set_bool (node, "m_pythondiv", FALSE);
  return weir_make_end (&n->make, node);
}

static WeirPort
add_n (TfNode *n)
{
  WeirPort sum = tf_in (n, 0);

  for (guint i = 1; i < tf_n_inputs (n); i++)
    sum = weir_make_2 (&n->make, "Add", sum, tf_in (n, i));
  return sum;
}

static WeirPort
relu6 (TfNode *n)
{
  return weir_make_clamp (&n->make, tf_in (n, 0), 0, 6);
}

static WeirPort
square (TfNode *n)
{
  WeirPort x = tf_in (n, 0);

  return weir_make_2 (&n->make, "Multiply", x, x);
}

static WeirPort
rsqrt (TfNode *n)
{
  WeirPort x = tf_in (n, 0);

  return weir_make_2 (&n->make, "Power", x, weir_make_scalar (&n->make, x, -0.5));
}

static WeirPort
leaky_relu (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  double alpha = tf_attr_float (n, "alpha", 0.2);

  return weir_make_2 (&n->make, "PRelu", x, weir_make_scalar (&n->make, x, alpha));
}

static WeirPort
elu (TfNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Elu", tf_in (n, 0));

  weir_node_set_float (node, "alpha", 1);
  return weir_make_end (&n->make, node);
}

static WeirPort
cast (TfNode *n)
{
  WeirDtype dtype = tf_attr_dtype (n, "DstT");

  return weir_make_convert (&n->make, tf_in (n, 0), dtype);
}

const TfRow tf_rows_math[] = {
  { "Add", binary, "Add", .is_complex = TRUE },
  { "AddV2", binary, "Add", .is_complex = TRUE },
  { "Sub", binary, "Subtract", .is_complex = TRUE },
  { "Maximum", binary, "Maximum" },
  { "Minimum", binary, "Minimum" },
  { "Pow", binary, "Power" },
  { "SquaredDifference", binary, "SquaredDifference" },
  { "FloorMod", binary, "FloorMod" },
  { "Greater", binary, "Greater" },
  { "GreaterEqual", binary, "GreaterEqual" },
  { "Less", binary, "Less" },
  { "LessEqual", binary, "LessEqual" },
  { "Equal", binary, "Equal" },
  { "NotEqual", binary, "NotEqual" },
  { "LogicalAnd", binary, "LogicalAnd" },
  { "LogicalOr", binary, "LogicalOr" },
  { "RealDiv", divide },
  { "Div", divide },
  { "AddN", add_n },
  { "Abs", unary, "Abs" },
  { "Ceil", unary, "Ceiling" },
  { "Cos", unary, "Cos" },
  { "Erf", unary, "Erf" },
  { "Exp", unary, "Exp" },
  { "Floor", unary, "Floor" },
  { "Log", unary, "Log" },
  { "LogicalNot", unary, "LogicalNot" },
  { "Neg", unary, "Negative", .is_complex = TRUE },
  { "Relu", unary, "Relu" },
  { "Sigmoid", unary, "Sigmoid" },
  { "Sign", unary, "Sign" },
  { "Sin", unary, "Sin" },
  { "Softplus", unary, "SoftPlus" },
  { "Sqrt", unary, "Sqrt" },
  { "Tanh", unary, "Tanh" },
  { "Relu6", relu6 },
  { "Elu", elu },
  { "LeakyRelu", leaky_relu },
  { "Square", square },
  { "Rsqrt", rsqrt },
  { "Cast", cast },
  { NULL },
};
