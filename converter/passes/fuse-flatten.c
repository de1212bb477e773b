#include "list.h"

#include "ir/edit.h"
#include "order.h"
#include "weights.h"

/* A Transpose, a Reshape that joins all but the first dimension, and a MatMul with
 * constant weights: the rows of the weights take the order that the values have without
 * the Transpose. So ends a convolutional network on NHWC. */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassWeights, weir_pass_weights_clear)

typedef struct {
  WeirNode *transpose, *reshape;
  WeirPassOrder order;
} Match;

/* Whether @reshape makes [first dimension, everything else] of what it reads, however it
 * says that. */
static gboolean
is_flattening (const WeirGraph *graph, const WeirNode *reshape)
{
  const WeirShape *in = weir_graph_shape (graph, reshape->inputs[0]);
  const WeirShape *out = &reshape->outputs[0].info.shape;
  gint64 target[2 * WEIR_MAX_RANK], size = 1;
  gsize n;

  if (out->rank != 2 || in->rank < 3 || in->dims[0] != out->dims[0] || out->dims[1] <= 0)
    return FALSE;
  for (int i = 1; i < in->rank; i++) {
    if (in->dims[i] <= 0)
      return FALSE;
    size *= in->dims[i];
  }
  if (size != out->dims[1])
    return FALSE;
  return weir_pass_ints (graph, reshape, 1, target, &n) && n == 2 &&
         (target[1] != 0 || !weir_node_bool (reshape, "special_zero"));
}

static gboolean
match_init (const WeirGraph *graph, const WeirNode *matmul, Match *match)
{
  match->reshape = weir_match_input (graph, matmul, 0, "Reshape");
  if (match->reshape == NULL || weir_graph_n_uses (graph, matmul->inputs[0]) != 1 ||
      !is_flattening (graph, match->reshape))
    return FALSE;
  match->transpose = weir_match_input (graph, match->reshape, 0, "Transpose");
  return match->transpose != NULL &&
         weir_pass_order_of (graph, match->transpose, &match->order) &&
         match->order.at[0] == 0;
}

/* The weights with a dimension for each that was joined, in the order without the
 * Transpose. */
static WeirTensor *
reorder (const WeirPassWeights *weights, const WeirShape *joined,
         const WeirPassOrder *order, GError **error)
{
  const WeirShape *matrix = weir_tensor_shape (weights->tensor);
  WeirPassOrder back = weir_pass_order_inverse (order), moved = { .rank = order->rank };
  int first = weights->inputs_first ? 0 : 1,
      other = weights->inputs_first ? back.rank - 1 : 0;
  WeirShape apart = { .rank = joined->rank };
  g_autoptr (WeirTensor) split = NULL, turned = NULL;

  apart.dims[other] = (gint64) weights->outputs;
  moved.at[other] = (gint8) other;
  for (int i = 1; i < joined->rank; i++) {
    apart.dims[first + i - 1] = joined->dims[i];
    moved.at[first + i - 1] = (gint8) (first + back.at[i] - 1);
  }
  split = weir_tensor_reshape (weights->tensor, &apart, error);
  turned = split != NULL ? weir_pass_order_tensor (split, &moved, error) : NULL;
  return turned != NULL ? weir_tensor_reshape (turned, matrix, error) : NULL;
}

static gboolean
matmul (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (WeirPassWeights) weights = { 0 };
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *reordered;
  WeirPort inputs[2], port;
  Match match;

  if (!match_init (graph, node, &match) || !weir_pass_weights (graph, node, &weights))
    return TRUE;
  reordered =
      reorder (&weights, &match.transpose->outputs[0].info.shape, &match.order, error);
  if (reordered == NULL)
    return FALSE;
  inputs[0] = match.transpose->inputs[0];
  inputs[1] = match.reshape->inputs[1];
  port =
      weir_build_end (&builder, weir_build_begin_like (&builder, match.reshape,
                                                       match.reshape->name, inputs, 2));
  port = weir_pass_weights_rebuild (&builder, node, port, reordered);
  return weir_pass_finish (&builder, node, port, changed, error);
}

static const WeirRewrite rows[] = { { "MatMul", matmul }, { NULL } };

gboolean
weir_pass_fuse_flatten (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
