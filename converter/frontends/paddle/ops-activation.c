#include "table.h"

#include <string.h>

/* Activations, and softmax. */

static WeirPort
with_float (PdNode *n, const char *ir, const char *attr, double value)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, ir, pd_in (n, "X"));

  weir_node_set_float (node, attr, value);
  return weir_make_end (&n->make, node);
}

static WeirPort
relu6 (PdNode *n)
{
  return weir_make_clamp (&n->make, pd_in (n, "X"), 0, pd_float (n, "threshold", 6));
}

static WeirPort
brelu (PdNode *n)
{
  return weir_make_clamp (&n->make, pd_in (n, "X"), pd_float (n, "t_min", 0),
                          pd_float (n, "t_max", 24));
}

static WeirPort
elu (PdNode *n)
{
  return with_float (n, "Elu", "alpha", pd_float (n, "alpha", 1));
}

static WeirPort
celu (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirPort alpha = weir_make_scalar (&n->make, x, pd_float (n, "alpha", 1));
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Elu", weir_make_2 (&n->make, "Divide", x, alpha));

  weir_node_set_float (node, "alpha", 1);
  return weir_make_2 (&n->make, "Multiply", weir_make_end (&n->make, node), alpha);
}

static WeirPort
selu (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return WEIR_MAKE (
      &n->make, "Selu", x,
      weir_make_scalar (&n->make, x, pd_float (n, "alpha", 1.6732632423543772)),
      weir_make_scalar (&n->make, x, pd_float (n, "scale", 1.0507009873554805)));
}

static WeirPort
gelu (PdNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Gelu", pd_in (n, "X"));

  weir_node_set_string (node, "approximation_mode",
                        pd_bool (n, "approximate", FALSE) ? "tanh" : "erf");
  return weir_make_end (&n->make, node);
}

static WeirPort
leaky_relu (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_2 (&n->make, "PRelu", x,
                      weir_make_scalar (&n->make, x, pd_float (n, "alpha", 0.02)));
}

/* One slope for all, for each channel, or for each element behind the batch. */
static WeirPort
prelu (PdNode *n)
{
  const char *mode = pd_string (n, "mode", "all");
  WeirPort x = pd_in (n, "X"), slope = pd_in (n, "Alpha");
  int rank = weir_make_rank (&n->make, x);

  if (strcmp (mode, "element") == 0)
    return weir_make_2 (&n->make, "PRelu", x, slope);
  slope = weir_make_reshape (&n->make, slope, (const gint64[]){ -1 }, 1);
  if (strcmp (mode, "channel") == 0 && !pd_is_last (n, "data_format"))
    slope = weir_make_channels (&n->make, slope, rank);
  return weir_make_2 (&n->make, "PRelu", x, slope);
}

static WeirPort
hard_sigmoid (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return WEIR_MAKE (&n->make, "HardSigmoid", x,
                    weir_make_scalar (&n->make, x, pd_float (n, "slope", 0.2)),
                    weir_make_scalar (&n->make, x, pd_float (n, "offset", 0.5)));
}

/* x * min (max (x + offset, 0), threshold) / scale */
static WeirPort
hard_swish (PdNode *n)
{
  double threshold = pd_float (n, "threshold", 6), by = pd_float (n, "scale", 6);
  double offset = pd_float (n, "offset", 3);
  WeirPort x = pd_in (n, "X"), gate;

  if (threshold == 6 && by == 6 && offset == 3)
    return weir_make_1 (&n->make, "HSwish", x);
  gate = weir_make_clamp (
      &n->make, weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, offset)),
      0, threshold);
  return weir_make_2 (&n->make, "Divide", weir_make_2 (&n->make, "Multiply", x, gate),
                      weir_make_scalar (&n->make, x, by));
}

static WeirPort
swish (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  double beta = pd_float (n, "beta", 1);

  return beta == 1
             ? weir_make_1 (&n->make, "Swish", x)
             : weir_make_2 (&n->make, "Swish", x, weir_make_scalar (&n->make, x, beta));
}

WeirPort
pd_softplus (PdNode *n, WeirPort x, double beta)
{
  WeirPort factor = weir_make_scalar (&n->make, x, beta);

  if (beta == 1)
    return weir_make_1 (&n->make, "SoftPlus", x);
  x = weir_make_1 (&n->make, "SoftPlus", weir_make_2 (&n->make, "Multiply", x, factor));
  return weir_make_2 (&n->make, "Divide", x, factor);
}

static WeirPort
softplus (PdNode *n)
{
  return pd_softplus (n, pd_in (n, "X"), pd_float (n, "beta", 1));
}

static WeirPort
log_sigmoid (PdNode *n)
{
  return weir_make_1 (
      &n->make, "Negative",
      pd_softplus (n, weir_make_1 (&n->make, "Negative", pd_in (n, "X")), 1));
}

/* @x where @condition holds, else 0. */
static WeirPort
keep_where (PdNode *n, WeirPort condition, WeirPort x)
{
  return WEIR_MAKE (&n->make, "Select", condition, x, weir_make_scalar (&n->make, x, 0));
}

static WeirPort
thresholded_relu (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirPort bound = weir_make_scalar (&n->make, x, pd_float (n, "threshold", 1));

  return keep_where (n, weir_make_2 (&n->make, "Greater", x, bound), x);
}

static WeirPort
hard_shrink (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirPort bound = weir_make_scalar (&n->make, x, pd_float (n, "threshold", 0.5));

  return keep_where (
      n, weir_make_2 (&n->make, "Greater", weir_make_1 (&n->make, "Abs", x), bound), x);
}

static WeirPort
soft_shrink (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  double lambda = pd_float (n, "lambda", 0.5);

  return weir_make_2 (&n->make, "Subtract", x,
                      weir_make_clamp (&n->make, x, -lambda, lambda));
}

static WeirPort
tanh_shrink (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_2 (&n->make, "Subtract", x, weir_make_1 (&n->make, "Tanh", x));
}

static WeirPort
scaled_tanh (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirPort inner = weir_make_scalar (&n->make, x, pd_float (n, "scale_a", 0.67));
  WeirPort outer = weir_make_scalar (&n->make, x, pd_float (n, "scale_b", 1.7159));

  x = weir_make_1 (&n->make, "Tanh", weir_make_2 (&n->make, "Multiply", x, inner));
  return weir_make_2 (&n->make, "Multiply", x, outer);
}

static WeirPort
softmax (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirNode *node;
  int rank = weir_make_rank (&n->make, x);

  if (rank == 0)
    return weir_make_reshape (
        &n->make, weir_make_1 (&n->make, n->row->ir, weir_make_vector_of (&n->make, x)),
        NULL, 0);
  node = weir_build_begin (n->make.b, n->row->ir, n->make.name, &x, 1);
  weir_node_set_int (node, "axis",
                     weir_make_axis (&n->make, pd_int (n, "axis", -1), rank));
  return weir_make_end (&n->make, node);
}

const PdRow pd_rows_activation[] = {
  { "relu", pd_row_unary, .ir = "Relu" },
  { "relu6", relu6 },
  { "brelu", brelu },
  { "sigmoid", pd_row_unary, .ir = "Sigmoid" },
  { "logsigmoid", log_sigmoid },
  { "tanh", pd_row_unary, .ir = "Tanh" },
  { "stanh", scaled_tanh },
  { "tanh_shrink", tanh_shrink },
  { "hard_shrink", hard_shrink },
  { "softshrink", soft_shrink },
  { "softplus", softplus },
  { "softsign", pd_row_unary, .ir = "SoftSign" },
  { "hard_sigmoid", hard_sigmoid },
  { "hard_swish", hard_swish },
  { "swish", swish },
  { "silu", swish },
  { "mish", pd_row_unary, .ir = "Mish" },
  { "elu", elu },
  { "celu", celu },
  { "selu", selu },
  { "gelu", gelu },
  { "leaky_relu", leaky_relu },
  { "prelu", prelu },
  { "thresholded_relu", thresholded_relu },
  { "softmax", softmax, .ir = "Softmax" },
  { "log_softmax", softmax, .ir = "LogSoftmax" },
  { NULL },
};
