#include "list.h"

#include "ir/edit.h"
#include "order.h"

/* A Transpose of the two last dimensions in front of a MatMul is one of its attributes.
 */

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

static const WeirRewrite rows[] = { { "MatMul", matmul }, { NULL } };

gboolean
weir_pass_matmul_transpose (WeirModel *model, const WeirPassOptions *options,
                            GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
