#include "attr.h"
#include "onnx-build.h"
#include "table.h"

/* Losses: exporters leave them in networks that were trained. */

/* Minus the log-probability of each target, times the weight of its class; targets equal
 * to ignore_index count nothing. [N, C, ...] and [N, ...]. */
static WeirPort
likelihood_loss (OnnxNode *n, WeirPort x, WeirPort target, guint weight_index)
{
  WeirPort zero = onnx_scalar (n, x, 0), picked, weight, loss, ignored = WEIR_PORT_NONE;
  WeirNode *node;

  target = onnx_convert (n, target, WEIR_DTYPE_I64);
  if (onnx_attr (n, "ignore_index") != NULL) {
    ignored =
        ONNX_OP (n, "Equal", target, onnx_int (n, onnx_attr_int (n, "ignore_index", 0)));
    target = ONNX_OP (n, "Select", ignored, onnx_int (n, 0), target);
  }
  node = ONNX_BEGIN (n, "GatherElements", x, onnx_unsqueeze (n, target, 1));
  weir_node_set_int (node, "axis", 1);
  picked = onnx_squeeze (n, onnx_end (n, node), 1);
  weight = onnx_has (n, weight_index)
               ? onnx_gather (n, onnx_in (n, weight_index), target, 0)
               : onnx_broadcast (n, onnx_scalar (n, x, 1), onnx_shape_of (n, target));
  if (!weir_port_is_none (ignored))
    weight = ONNX_OP (n, "Select", ignored, zero, weight);
  loss = ONNX_OP (n, "Multiply", ONNX_OP (n, "Negative", picked), weight);
  if (onnx_attr_is (n, "reduction", "mean", "none"))
    return loss;
  picked = onnx_range (n, 0, onnx_rank (n, loss));
  loss = onnx_reduce (n, "ReduceSum", loss, picked, FALSE);
  if (onnx_attr_is (n, "reduction", "mean", "sum"))
    return loss;
  return ONNX_OP (n, "Divide", loss, onnx_reduce (n, "ReduceSum", weight, picked, FALSE));
}

static WeirPort
negative_log_likelihood (OnnxNode *n)
{
  return likelihood_loss (n, onnx_in (n, 0), onnx_in (n, 1), 2);
}

static WeirPort
softmax_cross_entropy (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "LogSoftmax", onnx_in (n, 0));
  WeirPort probability;

  weir_node_set_int (node, "axis", 1);
  probability = onnx_end (n, node);
  onnx_out (n, 1, probability);
  return likelihood_loss (n, probability, onnx_in (n, 1), 2);
}

const OnnxRow onnx_rows_loss[] = {
  { "NegativeLogLikelihoodLoss", NULL, 0, 0, negative_log_likelihood },
  { "SoftmaxCrossEntropyLoss", NULL, 0, 0, softmax_cross_entropy },
  { NULL },
};
