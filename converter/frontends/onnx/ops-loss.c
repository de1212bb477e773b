#include "attr.h"
#include "node.h"
#include "table.h"

/* Losses: exporters leave them in networks that were trained. */

/* Minus the log-probability of each target, times the weight of its class; targets equal
 * to ignore_index count nothing. [N, C, ...] and [N, ...]. */
static WeirPort
likelihood_loss (OnnxNode *n, WeirPort x, WeirPort target, guint weight_index)
{
  WeirPort zero = weir_make_scalar (&n->make, x, 0), picked, weight, loss,
           ignored = WEIR_PORT_NONE;
  WeirNode *node;

  target = weir_make_convert (&n->make, target, WEIR_DTYPE_I64);
  if (onnx_attr (n, "ignore_index") != NULL) {
    ignored = WEIR_MAKE (&n->make, "Equal", target,
                         weir_make_int (&n->make, onnx_attr_int (n, "ignore_index", 0)));
    target = WEIR_MAKE (&n->make, "Select", ignored, weir_make_int (&n->make, 0), target);
  }
  node = WEIR_MAKE_BEGIN (&n->make, "GatherElements", x,
                          weir_make_unsqueeze (&n->make, target, 1));
  weir_node_set_int (node, "axis", 1);
  picked = weir_make_squeeze (&n->make, weir_make_end (&n->make, node), 1);
  weight = onnx_has (n, weight_index)
               ? weir_make_gather (&n->make, onnx_in (n, weight_index), target, 0)
               : weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 1),
                                      weir_make_shape_of (&n->make, target));
  if (!weir_port_is_none (ignored))
    weight = WEIR_MAKE (&n->make, "Select", ignored, zero, weight);
  loss =
      WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Negative", picked), weight);
  if (onnx_attr_is (n, "reduction", "mean", "none"))
    return loss;
  picked = weir_make_range (&n->make, 0, weir_make_rank (&n->make, loss));
  loss = weir_make_reduce (&n->make, "ReduceSum", loss, picked, FALSE);
  if (onnx_attr_is (n, "reduction", "mean", "sum"))
    return loss;
  return WEIR_MAKE (&n->make, "Divide", loss,
                    weir_make_reduce (&n->make, "ReduceSum", weight, picked, FALSE));
}

static WeirPort
negative_log_likelihood (OnnxNode *n)
{
  return likelihood_loss (n, onnx_in (n, 0), onnx_in (n, 1), 2);
}

static WeirPort
softmax_cross_entropy (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "LogSoftmax", onnx_in (n, 0));
  WeirPort probability;

  weir_node_set_int (node, "axis", 1);
  probability = weir_make_end (&n->make, node);
  onnx_out (n, 1, probability);
  return likelihood_loss (n, probability, onnx_in (n, 1), 2);
}

const OnnxRow onnx_rows_loss[] = {
  { "NegativeLogLikelihoodLoss", NULL, 0, 0, negative_log_likelihood },
  { "SoftmaxCrossEntropyLoss", NULL, 0, 0, softmax_cross_entropy },
  { NULL },
};
