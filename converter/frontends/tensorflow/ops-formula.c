#include "table.h"

/* Functions of elements that are several of the IR. */

static WeirPort
add_number (TfNode *n, WeirPort x, double value)
{
  return weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, value));
}

static WeirPort
times (TfNode *n, WeirPort x, double value)
{
  return weir_make_2 (&n->make, "Multiply", x, weir_make_scalar (&n->make, x, value));
}

static WeirPort
compare (TfNode *n, const char *op, WeirPort x, double value)
{
  return weir_make_2 (&n->make, op, x, weir_make_scalar (&n->make, x, value));
}

static WeirPort
choose (TfNode *n, WeirPort condition, WeirPort yes, WeirPort no)
{
  return WEIR_MAKE (&n->make, "Select", condition, yes, no);
}

static WeirPort
zero_where (TfNode *n, WeirPort condition, WeirPort x)
{
  return choose (n, condition, weir_make_scalar (&n->make, x, 0), x);
}

static WeirPort
exp_minus_1 (TfNode *n)
{
  return add_number (n, weir_make_1 (&n->make, "Exp", tf_in (n, 0)), -1);
}

static WeirPort
log_plus_1 (TfNode *n)
{
  return weir_make_1 (&n->make, "Log", add_number (n, tf_in (n, 0), 1));
}

static WeirPort
one_minus_erf (TfNode *n)
{
  WeirPort y = weir_make_1 (&n->make, "Erf", tf_in (n, 0));

  return weir_make_2 (&n->make, "Subtract", weir_make_scalar (&n->make, y, 1), y);
}

static WeirPort
reciprocal (TfNode *n)
{
  WeirPort x = tf_in (n, 0);

  return weir_make_2 (&n->make, "Divide", weir_make_scalar (&n->make, x, 1), x);
}

static WeirPort
selu (TfNode *n)
{
  WeirPort x = tf_in (n, 0);

  return WEIR_MAKE (&n->make, "Selu", x,
                    weir_make_scalar (&n->make, x, 1.6732632423543772848),
                    weir_make_scalar (&n->make, x, 1.0507009873554804934));
}

/* Halves go to the even neighbour. */
static WeirPort
round_even (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  WeirNode *node;

  if (!weir_dtype_is_float (weir_make_dtype (&n->make, x)))
    return x;
  node = WEIR_MAKE_BEGIN (&n->make, "Round", x);
  weir_node_set_string (node, "mode", "half_to_even");
  return weir_make_end (&n->make, node);
}

static WeirPort
floor_div (TfNode *n)
{
  WeirPort x = tf_in (n, 0), y = tf_in (n, 1);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Divide", x, y);

  weir_node_set_bool (node, "m_pythondiv", TRUE);
  y = weir_make_end (&n->make, node);
  return weir_dtype_is_float (weir_make_dtype (&n->make, x))
             ? weir_make_1 (&n->make, "Floor", y)
             : y;
}

static WeirPort
truncate_div (TfNode *n)
{
  WeirPort x = tf_in (n, 0), y = tf_in (n, 1);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Divide", x, y);

  weir_node_set_bool (node, "m_pythondiv", FALSE);
  y = weir_make_end (&n->make, node);
  if (!weir_dtype_is_float (weir_make_dtype (&n->make, x)))
    return y;
  return choose (n, compare (n, "Less", y, 0), weir_make_1 (&n->make, "Ceiling", y),
                 weir_make_1 (&n->make, "Floor", y));
}

/* 0 where the divisor is 0. */
static WeirPort
div_no_nan (TfNode *n)
{
  WeirPort x = tf_in (n, 0), y = tf_in (n, 1), quotient;

  quotient = weir_make_2 (&n->make, "Divide", x, y);
  return zero_where (n, compare (n, "Equal", y, 0), quotient);
}

static WeirPort
mul_no_nan (TfNode *n)
{
  WeirPort x = tf_in (n, 0), y = tf_in (n, 1), product;

  product = weir_make_2 (&n->make, "Multiply", x, y);
  return zero_where (n, compare (n, "Equal", y, 0), product);
}

/* 0 where x is 0, whatever y is. */
static WeirPort
xdivy (TfNode *n)
{
  WeirPort x = tf_in (n, 0), quotient = weir_make_2 (&n->make, "Divide", x, tf_in (n, 1));

  return zero_where (n, compare (n, "Equal", x, 0), quotient);
}

static WeirPort
x_log (TfNode *n, WeirPort y)
{
  WeirPort x = tf_in (n, 0);

  y = weir_make_2 (&n->make, "Multiply", x, weir_make_1 (&n->make, "Log", y));
  return zero_where (n, compare (n, "Equal", x, 0), y);
}

static WeirPort
xlogy (TfNode *n)
{
  return x_log (n, tf_in (n, 1));
}

static WeirPort
xlog1py (TfNode *n)
{
  return x_log (n, add_number (n, tf_in (n, 1), 1));
}

WeirPort
tf_atan2 (TfNode *n, WeirPort y, WeirPort x)
{
  WeirMake *m = &n->make;
  WeirPort angle = weir_make_1 (m, "Atan", weir_make_2 (m, "Divide", y, x)), turn, both;

  turn = choose (n, compare (n, "Less", y, 0), weir_make_scalar (m, y, -G_PI),
                 weir_make_scalar (m, y, G_PI));
  angle =
      choose (n, compare (n, "Less", x, 0), weir_make_2 (m, "Add", angle, turn), angle);
  both = weir_make_2 (m, "LogicalAnd", compare (n, "Equal", x, 0),
                      compare (n, "Equal", y, 0));
  return zero_where (n, both, angle);
}

static WeirPort
angle_of (TfNode *n)
{
  return tf_atan2 (n, tf_in (n, 0), tf_in (n, 1));
}

static WeirPort
approximate_equal (TfNode *n)
{
  WeirPort difference = weir_make_2 (&n->make, "Subtract", tf_in (n, 0), tf_in (n, 1));

  return compare (n, "Less", weir_make_1 (&n->make, "Abs", difference),
                  tf_attr_float (n, "tolerance", 1e-5));
}

static gboolean
known_bound (TfNode *n, guint index, double *value)
{
  const WeirTensor *tensor = weir_make_value (&n->make, tf_in (n, index));

  if (tensor == NULL || weir_tensor_count (tensor) != 1)
    return FALSE;
  *value = weir_tensor_get (tensor, 0);
  return TRUE;
}

static WeirPort
clip_by_value (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  double low, high;

  if (known_bound (n, 1, &low) && known_bound (n, 2, &high) && low <= high &&
      weir_dtype_is_float (weir_make_dtype (&n->make, x)))
    return weir_make_clamp (&n->make, x, low, high);
  x = weir_make_2 (&n->make, "Minimum", x, tf_in (n, 2));
  return weir_make_2 (&n->make, "Maximum", x, tf_in (n, 1));
}

static WeirPort
to_bool (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  const WeirShape *shape = weir_make_shape (&n->make, x);

  if (shape->rank == 0)
    return compare (n, "NotEqual", x, 0);
  x = weir_make_reduce (&n->make, "ReduceProd", weir_make_shape_of (&n->make, x),
                        WEIR_MAKE_INTS (&n->make, 0), FALSE);
  return compare (n, "NotEqual", x, 0);
}

/* Half of the sum of squares. */
static WeirPort
l2_loss (TfNode *n)
{
  WeirPort x = tf_in (n, 0);

  x = weir_make_reshape (&n->make, weir_make_2 (&n->make, "Multiply", x, x),
                         (gint64[]){ -1 }, 1);
  x = weir_make_reduce (&n->make, "ReduceSum", x, WEIR_MAKE_INTS (&n->make, 0), FALSE);
  return times (n, x, 0.5);
}

static WeirPort
constant_like (TfNode *n, double value)
{
  WeirPort x = tf_in (n, 0);

  return weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, value),
                              weir_make_shape_of (&n->make, x));
}

static WeirPort
zeros_like (TfNode *n)
{
  return constant_like (n, 0);
}

static WeirPort
ones_like (TfNode *n)
{
  return constant_like (n, 1);
}

static WeirPort
one_input (TfNode *n)
{
  return weir_make_1 (&n->make, n->row->ir, tf_in (n, 0));
}

static WeirPort
two_inputs (TfNode *n)
{
  return weir_make_2 (&n->make, n->row->ir, tf_in (n, 0), tf_in (n, 1));
}

const TfRow tf_rows_formula[] = {
  { "Acos", one_input, "Acos" },
  { "Acosh", one_input, "Acosh" },
  { "Asin", one_input, "Asin" },
  { "Asinh", one_input, "Asinh" },
  { "Atan", one_input, "Atan" },
  { "Atanh", one_input, "Atanh" },
  { "Cosh", one_input, "Cosh" },
  { "Sinh", one_input, "Sinh" },
  { "Tan", one_input, "Tan" },
  { "IsFinite", one_input, "IsFinite" },
  { "IsInf", one_input, "IsInf" },
  { "IsNan", one_input, "IsNaN" },
  { "Invert", one_input, "BitwiseNot" },
  { "Mish", one_input, "Mish" },
  { "Softsign", one_input, "SoftSign" },
  { "swish_f32", one_input, "Swish" },
  { "LogicalXor", two_inputs, "LogicalXor" },
  { "BitwiseAnd", two_inputs, "BitwiseAnd" },
  { "BitwiseOr", two_inputs, "BitwiseOr" },
  { "BitwiseXor", two_inputs, "BitwiseXor" },
  { "LeftShift", two_inputs, "BitwiseLeftShift" },
  { "RightShift", two_inputs, "BitwiseRightShift" },
  { "Mod", two_inputs, "Mod" },
  { "TruncateMod", two_inputs, "Mod" },
  { "Expm1", exp_minus_1 },
  { "Log1p", log_plus_1 },
  { "Erfc", one_minus_erf },
  { "Inv", reciprocal },
  { "Reciprocal", reciprocal },
  { "Selu", selu },
  { "Round", round_even },
  { "Rint", round_even },
  { "FloorDiv", floor_div },
  { "TruncateDiv", truncate_div },
  { "DivNoNan", div_no_nan },
  { "MulNoNan", mul_no_nan },
  { "Xdivy", xdivy },
  { "Xlogy", xlogy },
  { "Xlog1py", xlog1py },
  { "Atan2", angle_of },
  { "ApproximateEqual", approximate_equal },
  { "ClipByValue", clip_by_value },
  { "ToBool", to_bool },
  { "L2Loss", l2_loss },
  { "ZerosLike", zeros_like },
  { "OnesLike", ones_like },
  { NULL },
};
