#include "families.h"
#include "operator.h"

/* Element by element. */

static WeirPort
unary (WeirTfliteOp *op)
{
  return weir_tflite_1 (op, op->row->ir, weir_tflite_input (op, 0));
}

/* The four operations of arithmetic have a fused activation as their first option. */
static WeirPort
binary (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_2 (op, op->row->ir, weir_tflite_input (op, 0),
                              weir_tflite_input (op, 1));

  return weir_tflite_activate (op, x, weir_flat_i8 (&op->options, 0, ACTIVATION_NONE));
}

/* Integers are divided as in C. */
static WeirPort
divide (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), y = weir_tflite_input (op, 1);
  WeirNode *node = weir_tflite_begin (op, "Divide", WEIR_INPUTS (x, y));

  weir_node_set_bool (node, "m_pythondiv", FALSE);
  return weir_tflite_activate (op, weir_tflite_end (op, node),
                               weir_flat_i8 (&op->options, 0, ACTIVATION_NONE));
}

static WeirPort
floor_div (WeirTfliteOp *op)
{
  WeirPort x =
      weir_tflite_2 (op, "Divide", weir_tflite_input (op, 0), weir_tflite_input (op, 1));

  return weir_dtype_is_float (weir_tflite_dtype (op, x)) ? weir_tflite_1 (op, "Floor", x)
                                                         : x;
}

static WeirPort
add_n (WeirTfliteOp *op)
{
  WeirPort sum = weir_tflite_input (op, 0);

  for (guint i = 1; i < weir_tflite_n_inputs (op); i++)
    sum = weir_tflite_2 (op, "Add", sum, weir_tflite_input (op, i));
  return sum;
}

/* The IR has only the angle of a quotient: left of the vertical axis it lies half a turn
 * away, and at 0 / 0 it is 0. */
static WeirPort
atan2_of (WeirTfliteOp *op)
{
  WeirPort y = weir_tflite_input (op, 0), x = weir_tflite_input (op, 1);
  WeirPort zero = weir_tflite_number (op, x, 0);
  WeirPort angle = weir_tflite_1 (op, "Atan", weir_tflite_2 (op, "Divide", y, x));
  WeirPort turn =
      weir_tflite_3 (op, "Select", weir_tflite_2 (op, "Less", y, zero),
                     weir_tflite_number (op, y, -G_PI), weir_tflite_number (op, y, G_PI));
  WeirPort both = weir_tflite_2 (op, "LogicalAnd", weir_tflite_2 (op, "Equal", x, zero),
                                 weir_tflite_2 (op, "Equal", y, zero));

  angle = weir_tflite_3 (op, "Select", weir_tflite_2 (op, "Less", x, zero),
                         weir_tflite_2 (op, "Add", angle, turn), angle);
  return weir_tflite_3 (op, "Select", both, zero, angle);
}

static WeirPort
square (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);

  return weir_tflite_2 (op, "Multiply", x, x);
}

static WeirPort
rsqrt (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_1 (op, "Sqrt", weir_tflite_input (op, 0));

  return weir_tflite_2 (op, "Divide", weir_tflite_number (op, x, 1), x);
}

static WeirPort
relu6 (WeirTfliteOp *op)
{
  return weir_tflite_clamp (op, weir_tflite_input (op, 0), 0, 6);
}

static WeirPort
relu_n1_to_1 (WeirTfliteOp *op)
{
  return weir_tflite_clamp (op, weir_tflite_input (op, 0), -1, 1);
}

static WeirPort
relu_0_to_1 (WeirTfliteOp *op)
{
  return weir_tflite_clamp (op, weir_tflite_input (op, 0), 0, 1);
}

static WeirPort
leaky_relu (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);

  return weir_tflite_2 (op, "PRelu", x,
                        weir_tflite_number (op, x, weir_flat_f32 (&op->options, 0, 0)));
}

static WeirPort
elu (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);
  WeirNode *node = weir_tflite_begin (op, "Elu", &x, 1);

  weir_node_set_float (node, "alpha", 1);
  return weir_tflite_end (op, node);
}

static WeirPort
gelu (WeirTfliteOp *op)
{
  gboolean approximate = weir_flat_bool (&op->options, 0, FALSE);
  WeirPort x = weir_tflite_input (op, 0);
  WeirNode *node = weir_tflite_begin (op, "Gelu", &x, 1);

  weir_node_set_string (node, "approximation_mode", approximate ? "tanh" : "erf");
  return weir_tflite_end (op, node);
}

/* A slope for each channel, [1, 1, C], becomes the IR's list; any other one broadcasts.
 */
static WeirPort
prelu (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), slope = weir_tflite_input (op, 1);
  WeirShape shape = weir_tflite_shape (op, slope);
  int rank = weir_tflite_rank (op, x);
  gboolean by_channel = rank >= 3 && shape.rank > 0;

  for (int i = 0; i < shape.rank - 1; i++)
    by_channel = by_channel && shape.dims[i] == 1;
  if (!by_channel)
    return weir_tflite_2 (op, "PRelu", x, slope);
  slope = weir_tflite_reshape (op, slope, (gint64[]){ -1 }, 1);
  x = weir_tflite_2 (op, "PRelu", weir_tflite_to_nchw (op, x), slope);
  return weir_tflite_to_nhwc (op, x);
}

static WeirPort
cast (WeirTfliteOp *op)
{
  const WeirTfliteTensor *to = weir_tflite_output_tensor (op, 0);
  WeirPort x = weir_tflite_input (op, 0);

  if (to == NULL)
    return WEIR_PORT_NONE;
  if (to->dtype == WEIR_DTYPE_UNKNOWN)
    return weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED, "element type %d",
                            to->type);
  return weir_tflite_convert (op, x, to->quant.n > 0 ? WEIR_DTYPE_F32 : to->dtype);
}

/* SELECT takes a condition for each row, SELECT_V2 broadcasts. */
static WeirPort
select_v2 (WeirTfliteOp *op)
{
  return weir_tflite_3 (op, "Select", weir_tflite_input (op, 0),
                        weir_tflite_input (op, 1), weir_tflite_input (op, 2));
}

static WeirPort
select_rows (WeirTfliteOp *op)
{
  WeirPort condition = weir_tflite_input (op, 0), x = weir_tflite_input (op, 1);
  WeirShape shape = weir_tflite_shape (op, condition);
  int rank = weir_tflite_rank (op, x);
  gint64 axes[WEIR_MAX_RANK];

  for (int i = 1; i < rank; i++)
    axes[i - 1] = i;
  if (shape.rank == 1 && rank > 1)
    condition = weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"),
                                      condition, axes, (gsize) rank - 1);
  return weir_tflite_3 (op, "Select", condition, x, weir_tflite_input (op, 2));
}

#define UNARY(name, code, ir)              \
  {                                        \
    name, code, OPTIONS_NONE, 0, unary, ir \
  }
#define BINARY(name, code, ir)              \
  {                                         \
    name, code, OPTIONS_NONE, 0, binary, ir \
  }
#define ARITHMETIC(name, code, o, ir) \
  {                                   \
    name, code, o, 0, binary, ir      \
  }

const WeirTfliteRow weir_tflite_ops_math[] = {
  ARITHMETIC ("ADD", 0, OPTIONS_ADD, "Add"),
  ARITHMETIC ("MUL", 18, OPTIONS_MUL, "Multiply"),
  ARITHMETIC ("SUB", 41, OPTIONS_SUB, "Subtract"),
  { "DIV", 42, OPTIONS_DIV, 0, divide },
  BINARY ("MAXIMUM", 55, "Maximum"),
  BINARY ("MINIMUM", 57, "Minimum"),
  BINARY ("LESS", 58, "Less"),
  BINARY ("GREATER", 61, "Greater"),
  BINARY ("GREATER_EQUAL", 62, "GreaterEqual"),
  BINARY ("LESS_EQUAL", 63, "LessEqual"),
  BINARY ("EQUAL", 71, "Equal"),
  BINARY ("NOT_EQUAL", 72, "NotEqual"),
  BINARY ("POW", 78, "Power"),
  BINARY ("LOGICAL_OR", 84, "LogicalOr"),
  BINARY ("LOGICAL_AND", 86, "LogicalAnd"),
  BINARY ("FLOOR_MOD", 95, "FloorMod"),
  BINARY ("SQUARED_DIFFERENCE", 99, "SquaredDifference"),
  BINARY ("BITWISE_XOR", 160, "BitwiseXor"),
  BINARY ("RIGHT_SHIFT", 161, "BitwiseRightShift"),
  UNARY ("FLOOR", 8, "Floor"),
  UNARY ("LOGISTIC", 14, "Sigmoid"),
  UNARY ("RELU", 19, "Relu"),
  UNARY ("TANH", 28, "Tanh"),
  UNARY ("EXP", 47, "Exp"),
  UNARY ("NEG", 59, "Negative"),
  UNARY ("SIN", 66, "Sin"),
  UNARY ("LOG", 73, "Log"),
  UNARY ("SQRT", 75, "Sqrt"),
  UNARY ("LOGICAL_NOT", 87, "LogicalNot"),
  UNARY ("ABS", 101, "Abs"),
  UNARY ("CEIL", 104, "Ceiling"),
  UNARY ("COS", 108, "Cos"),
  UNARY ("ROUND", 116, "Round"),
  UNARY ("HARD_SWISH", 117, "HSwish"),
  UNARY ("SIGN", 158, "Sign"),
  { "RELU_N1_TO_1", 20, OPTIONS_NONE, 0, relu_n1_to_1 },
  { "RELU6", 21, OPTIONS_NONE, 0, relu6 },
  { "CAST", 53, OPTIONS_NONE, 0, cast },
  { "PRELU", 54, OPTIONS_NONE, 0, prelu },
  { "SELECT", 64, OPTIONS_NONE, 0, select_rows },
  { "RSQRT", 76, OPTIONS_NONE, 0, rsqrt },
  { "FLOOR_DIV", 90, OPTIONS_NONE, 0, floor_div },
  { "SQUARE", 92, OPTIONS_NONE, 0, square },
  { "LEAKY_RELU", 98, OPTIONS_LEAKY_RELU, 0, leaky_relu },
  { "ADD_N", 106, OPTIONS_NONE, 0, add_n },
  { "ELU", 111, OPTIONS_NONE, 0, elu },
  { "SELECT_V2", 123, OPTIONS_NONE, 0, select_v2 },
  { "GELU", 150, OPTIONS_GELU, 0, gelu },
  { "RELU_0_TO_1", 152, OPTIONS_NONE, 0, relu_0_to_1 },
  { "ATAN2", 156, OPTIONS_NONE, 0, atan2_of },
  { NULL },
};
