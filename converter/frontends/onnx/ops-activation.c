#include "attr.h"
#include "node.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* Activations and the softmax family. */

static WeirPort
same (OnnxNode *n)
{
  return WEIR_MAKE (&n->make, n->proto->op_type, onnx_in (n, 0));
}

static WeirPort
softplus (OnnxNode *n)
{
  return WEIR_MAKE (&n->make, "SoftPlus", onnx_in (n, 0));
}

static WeirPort
softsign (OnnxNode *n)
{
  return WEIR_MAKE (&n->make, "SoftSign", onnx_in (n, 0));
}

static WeirPort
hard_swish (OnnxNode *n)
{
  return WEIR_MAKE (&n->make, "HSwish", onnx_in (n, 0));
}

static WeirPort
leaky_relu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), slope;

  slope = weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 0.01));
  return WEIR_MAKE (&n->make, "PRelu", x,
                    weir_make_reshape (&n->make, slope, (const gint64[]){ 1 }, 1));
}

/* ONNX broadcasts the slope to the input's last dimensions; PRelu takes a vector for the
 * channels, and anything else as it is broadcast too. Before version 7 a vector meant the
 * channels in ONNX too. */
static WeirPort
prelu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), slope = onnx_in (n, 1);
  const WeirShape *shape = weir_make_shape (&n->make, slope);
  gboolean vector = shape->rank == 1 && shape->dims[0] != 1;
  int rank = weir_make_rank (&n->make, x);
  gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };

  if (vector && n->version >= 7 && rank > 2) {
    dims[rank - 1] = -1;
    slope = weir_make_reshape (&n->make, slope, dims, (gsize) rank);
  }
  return WEIR_MAKE (&n->make, "PRelu", x, slope);
}

static WeirPort
elu_of (OnnxNode *n, WeirPort x, double alpha)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Elu", x);

  weir_node_set_float (node, "alpha", alpha);
  return weir_make_end (&n->make, node);
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

  alpha = weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 1));
  x = elu_of (n, WEIR_MAKE (&n->make, "Divide", x, alpha), 1);
  return WEIR_MAKE (&n->make, "Multiply", x, alpha);
}

static WeirPort
selu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  gboolean old = n->version < 6;
  WeirPort alpha, gamma;

  alpha = weir_make_scalar (
      &n->make, x,
      onnx_attr_float (n, "alpha", old ? 1.6732 : 1.67326319217681884765625));
  gamma = weir_make_scalar (
      &n->make, x,
      onnx_attr_float (n, "gamma", old ? 1.0507 : 1.05070102214813232421875));
  return WEIR_MAKE (&n->make, "Selu", x, alpha, gamma);
}

static WeirPort
hard_sigmoid (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), alpha, beta;

  alpha = weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 0.2));
  beta = weir_make_scalar (&n->make, x, onnx_attr_float (n, "beta", 0.5));
  return WEIR_MAKE (&n->make, "HardSigmoid", x, alpha, beta);
}

static WeirPort
thresholded_relu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), above;

  above = WEIR_MAKE (&n->make, "Greater", x,
                     weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 1)));
  return WEIR_MAKE (&n->make, "Multiply", x,
                    weir_make_convert (&n->make, above, weir_make_dtype (&n->make, x)));
}

static WeirPort
gelu (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Gelu", onnx_in (n, 0));
  gboolean fast = onnx_attr_is (n, "approximate", "none", "tanh");

  weir_node_set_string (node, "approximation_mode", fast ? "TANH" : "ERF");
  return weir_make_end (&n->make, node);
}

static WeirPort
swish (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  return WEIR_MAKE (&n->make, "Swish", x,
                    weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 1)));
}

static WeirPort
shrink (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), bias, limit, above, below, zero;
  double lambd = onnx_attr_float (n, "lambd", 0.5);

  bias = weir_make_scalar (&n->make, x, onnx_attr_float (n, "bias", 0));
  limit = weir_make_scalar (&n->make, x, lambd);
  zero = weir_make_scalar (&n->make, x, 0);
  above = WEIR_MAKE (&n->make, "Greater", x, limit);
  below = WEIR_MAKE (&n->make, "Less", x, weir_make_scalar (&n->make, x, -lambd));
  below =
      WEIR_MAKE (&n->make, "Select", below, WEIR_MAKE (&n->make, "Add", x, bias), zero);
  return WEIR_MAKE (&n->make, "Select", above, WEIR_MAKE (&n->make, "Subtract", x, bias),
                    below);
}

static WeirPort
along_axis (OnnxNode *n, const char *op, WeirPort x, gint64 axis)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, op, x);

  weir_node_set_int (node, "axis", axis);
  return weir_make_end (&n->make, node);
}

/* Index of the largest element along @axis, as 1 among zeros. */
static WeirPort
hardmax_of (OnnxNode *n, WeirPort x, gint64 axis)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "TopK", x, weir_make_int (&n->make, 1));
  WeirPort top, depth;

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", "max");
  weir_node_set_string (node, "sort", "none");
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_make_end (&n->make, node);
  top = weir_make_squeeze (&n->make, weir_make_port (&n->make, node, 1), axis);
  depth = weir_make_length_of (&n->make, x, axis);
  node =
      WEIR_MAKE_BEGIN (&n->make, "OneHot", top, depth, weir_make_scalar (&n->make, x, 1),
                       weir_make_scalar (&n->make, x, 0));
  weir_node_set_int (node, "axis", axis);
  return weir_make_end (&n->make, node);
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
  int rank = weir_make_rank (&n->make, x);
  int axis =
      onnx_axis (n, onnx_attr_int (n, "axis", n->version < 13 ? 1 : -1), MAX (rank, 1));

  if (n->version >= 13 || axis == rank - 1)
    return softmax_of (n, x, axis);
  flat = weir_make_flatten (&n->make, x, axis);
  y = softmax_of (n, flat, 1);
  return weir_make_reshape_to (&n->make, y, weir_make_shape_of (&n->make, x));
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
