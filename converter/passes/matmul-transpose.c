#include "list.h"

#include "ir/edit.h"
#include "order.h"

/* A Transpose of the two last dimensions in front of a MatMul is one of its attributes;
 * behind it, the product of both the other way round: (a b)' = b' a'. Weights stay the
 * second operand: layers have them there. */

static const char *const attrs[] = { "transpose_a", "transpose_b" };

static gboolean
swaps_last_two (const WeirPassOrder *order)
{
  for (int i = 0; i < order->rank - 2; i++)
    if (order->at[i] != i)
      return FALSE;
  return order->rank >= 2 && order->at[order->rank - 1] == order->rank - 2;
}

static gboolean
matmul (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  (void) error;
  for (guint i = 0; i < G_N_ELEMENTS (attrs); i++) {
    WeirNode *transpose = weir_match_input (graph, node, i, "Transpose");
    WeirPassOrder order;

    if (transpose == NULL || weir_graph_n_uses (graph, node->inputs[i]) != 1 ||
        !weir_pass_order_of (graph, transpose, &order) || !swaps_last_two (&order))
      continue;
    weir_node_set_bool (node, attrs[i], !weir_node_bool (node, attrs[i]));
    weir_edit_set_input (graph, node, i, transpose->inputs[0]);
    weir_edit_remove_unused (graph, transpose);
    *changed = TRUE;
  }
  return TRUE;
}

static gboolean
is_variable_matrix (const WeirGraph *graph, const WeirNode *node, guint index)
{
  g_autoptr (WeirTensor) constant = weir_pass_constant (graph, node->inputs[index]);

  return constant == NULL && weir_graph_shape (graph, node->inputs[index])->rank >= 2;
}

static gboolean
transpose (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *product = weir_match_input (graph, node, 0, "MatMul");
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPassOrder order;
  WeirNode *made;

  if (product == NULL || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      !weir_pass_order_of (graph, node, &order) || !swaps_last_two (&order) ||
      !is_variable_matrix (graph, product, 0) || !is_variable_matrix (graph, product, 1))
    return TRUE;
  made = weir_build_begin_like (&builder, product, node->name,
                                WEIR_INPUTS (product->inputs[1], product->inputs[0]));
  for (guint i = 0; made != NULL && i < G_N_ELEMENTS (attrs); i++)
    weir_node_set_bool (made, attrs[i], !weir_node_bool (product, attrs[1 - i]));
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static const WeirRewrite rows[] = {
  { "MatMul", matmul },
  { "Transpose", transpose },
  { NULL },
};

gboolean
weir_pass_matmul_transpose (WeirModel *model, const WeirPassOptions *options,
                            GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
