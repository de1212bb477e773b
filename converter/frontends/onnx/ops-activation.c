#include "attr.h"
#include "onnx-build.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* Activations and the softmax family. */

static WeirPort
same (OnnxNode *n)
{
  return ONNX_OP (n, n->proto->op_type, onnx_in (n, 0));
}

static WeirPort
softplus (OnnxNode *n)
{
  return ONNX_OP (n, "SoftPlus", onnx_in (n, 0));
}

static WeirPort
softsign (OnnxNode *n)
{
  return ONNX_OP (n, "SoftSign", onnx_in (n, 0));
}

static WeirPort
hard_swish (OnnxNode *n)
{
  return ONNX_OP (n, "HSwish", onnx_in (n, 0));
}

static WeirPort
leaky_relu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), slope;

  slope = onnx_scalar (n, x, onnx_attr_float (n, "alpha", 0.01));
  return ONNX_OP (n, "PRelu", x, onnx_reshape (n, slope, (const gint64[]){ 1 }, 1));
}

/* ONNX broadcasts the slope to the input's last dimensions; PRelu takes a vector for the
 * channels, and anything else as it is broadcast too. Before version 7 a vector meant the
 * channels in ONNX too. */
static WeirPort
prelu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), slope = onnx_in (n, 1);
  const WeirShape *shape = onnx_shape (n, slope);
  gboolean vector = shape->rank == 1 && shape->dims[0] != 1;
  int rank = onnx_rank (n, x);
  gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };

  if (vector && n->version >= 7 && rank > 2) {
    dims[rank - 1] = -1;
    slope = onnx_reshape (n, slope, dims, (gsize) rank);
  }
  return ONNX_OP (n, "PRelu", x, slope);
}

static WeirPort
elu_of (OnnxNode *n, WeirPort x, double alpha)
{
  WeirNode *node = ONNX_BEGIN (n, "Elu", x);

  weir_node_set_float (node, "alpha", alpha);
  return onnx_end (n, node);
}

static WeirPort
elu (OnnxNode *n)
{
  return elu_of (n, onnx_in (n, 0), onnx_attr_float (n, "alpha", 1));
}

/* max (0, x) + min (0, a (exp (x / a) - 1)) = a elu (x / a) */
static WeirPort
celu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), alpha;

  alpha = onnx_scalar (n, x, onnx_attr_float (n, "alpha", 1));
  x = elu_of (n, ONNX_OP (n, "Divide", x, alpha), 1);
  return ONNX_OP (n, "Multiply", x, alpha);
}

static WeirPort
selu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  gboolean old = n->version < 6;
  WeirPort alpha, gamma;

  alpha = onnx_scalar (
      n, x, onnx_attr_float (n, "alpha", old ? 1.6732 : 1.67326319217681884765625));
  gamma = onnx_scalar (
      n, x, onnx_attr_float (n, "gamma", old ? 1.0507 : 1.05070102214813232421875));
  return ONNX_OP (n, "Selu", x, alpha, gamma);
}

static WeirPort
hard_sigmoid (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), alpha, beta;

  alpha = onnx_scalar (n, x, onnx_attr_float (n, "alpha", 0.2));
  beta = onnx_scalar (n, x, onnx_attr_float (n, "beta", 0.5));
  return ONNX_OP (n, "HardSigmoid", x, alpha, beta);
}

static WeirPort
thresholded_relu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), above;

  above = ONNX_OP (n, "Greater", x, onnx_scalar (n, x, onnx_attr_float (n, "alpha", 1)));
  return ONNX_OP (n, "Multiply", x, onnx_convert (n, above, onnx_dtype (n, x)));
}

static WeirPort
gelu (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "Gelu", onnx_in (n, 0));
  gboolean fast = onnx_attr_is (n, "approximate", "none", "tanh");

  weir_node_set_string (node, "approximation_mode", fast ? "TANH" : "ERF");
  return onnx_end (n, node);
}

static WeirPort
swish (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  return ONNX_OP (n, "Swish", x, onnx_scalar (n, x, onnx_attr_float (n, "alpha", 1)));
}

static WeirPort
shrink (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), bias, limit, above, below, zero;
  double lambd = onnx_attr_float (n, "lambd", 0.5);

  bias = onnx_scalar (n, x, onnx_attr_float (n, "bias", 0));
  limit = onnx_scalar (n, x, lambd);
  zero = onnx_scalar (n, x, 0);
  above = ONNX_OP (n, "Greater", x, limit);
  below = ONNX_OP (n, "Less", x, onnx_scalar (n, x, -lambd));
  below = ONNX_OP (n, "Select", below, ONNX_OP (n, "Add", x, bias), zero);
  return ONNX_OP (n, "Select", above, ONNX_OP (n, "Subtract", x, bias), below);
}

static WeirPort
along_axis (OnnxNode *n, const char *op, WeirPort x, gint64 axis)
{
  WeirNode *node = ONNX_BEGIN (n, op, x);

  weir_node_set_int (node, "axis", axis);
  return onnx_end (n, node);
}

/* Index of the largest element along @axis, as 1 among zeros. */
static WeirPort
hardmax_of (OnnxNode *n, WeirPort x, gint64 axis)
{
  WeirNode *node = ONNX_BEGIN (n, "TopK", x, onnx_int (n, 1));
  WeirPort top, depth;

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", "max");
  weir_node_set_string (node, "sort", "none");
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  onnx_end (n, node);
  top = onnx_squeeze (n, onnx_port (n, node, 1), axis);
  depth = onnx_length_of (n, x, axis);
  node =
      ONNX_BEGIN (n, "OneHot", top, depth, onnx_scalar (n, x, 1), onnx_scalar (n, x, 0));
  weir_node_set_int (node, "axis", axis);
  return onnx_end (n, node);
}

static WeirPort
softmax_of (OnnxNode *n, WeirPort x, gint64 axis)
{
  return strcmp (n->proto->op_type, "Hardmax") == 0
             ? hardmax_of (n, x, axis)
             : along_axis (n, n->proto->op_type, x, axis);
}

/* Softmax, LogSoftmax and Hardmax. Before version 13 these saw a matrix: the dimensions
 * before `axis` made its rows, the others its columns. */
static WeirPort
softmax (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), flat, y;
  int rank = onnx_rank (n, x);
  int axis =
      onnx_axis (n, onnx_attr_int (n, "axis", n->version < 13 ? 1 : -1), MAX (rank, 1));

  if (n->version >= 13 || axis == rank - 1)
    return softmax_of (n, x, axis);
  flat = onnx_flatten (n, x, axis);
  y = softmax_of (n, flat, 1);
  return onnx_reshape_to (n, y, onnx_shape_of (n, x));
}

const OnnxRow onnx_rows_activation[] = {
  { "Celu", NULL, 0, 0, celu },
  { "Elu", NULL, 0, 0, elu },
  { "Gelu", NULL, 0, 0, gelu },
  { "HardSigmoid", NULL, 0, 0, hard_sigmoid },
  { "HardSwish", NULL, 0, 0, hard_swish },
  { "Hardmax", NULL, 0, 0, softmax },
  { "LeakyRelu", NULL, 0, 0, leaky_relu },
  { "LogSoftmax", NULL, 0, 0, softmax },
  { "Mish", NULL, 0, 0, same },
  { "PRelu", NULL, 0, 0, prelu },
  { "Relu", NULL, 0, 0, same },
  { "Selu", NULL, 0, 0, selu },
  { "Shrink", NULL, 0, 0, shrink },
  { "Sigmoid", NULL, 0, 0, same },
  { "Softmax", NULL, 0, 0, softmax },
  { "Softplus", NULL, 0, 0, softplus },
  { "Softsign", NULL, 0, 0, softsign },
  { "Swish", NULL, 0, 0, swish },
  { "Tanh", NULL, 0, 0, same },
  { "ThresholdedRelu", NULL, 0, 0, thresholded_relu },
  { NULL },
};
