#include "list.h"

#include "ir/edit.h"

/* Removes what no output and no variable depends on. Parameters stay: they are the
 * network's interface. Outputs of bodies stay too, used or not. */

static gboolean
is_root (const WeirNode *node)
{
  if (weir_node_is (node, "Result") || weir_node_is (node, "Parameter") ||
      (node->op->flags & WEIR_OP_STATEFUL) != 0)
    return TRUE;
  for (guint b = 0; b < node->n_bodies; b++)
    for (guint i = 0; i < weir_graph_size (node->bodies[b].graph); i++) {
      const WeirNode *inner = weir_graph_node (node->bodies[b].graph, i);

      if (inner != NULL && (inner->op->flags & WEIR_OP_STATEFUL) != 0)
        return TRUE;
    }
  return FALSE;
}

static void
mark (GArray *queue, gboolean *alive, WeirNodeId id)
{
  if (alive[id])
    return;
  alive[id] = TRUE;
  g_array_append_val (queue, id);
}

static gboolean *
find_alive (const WeirGraph *graph)
{
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  gboolean *alive = g_new0 (gboolean, weir_graph_size (graph) + 1);

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);
    if (node != NULL && is_root (node))
      mark (queue, alive, i);
  }
  while (queue->len > 0) {
    const WeirNode *node =
        weir_graph_node (graph, g_array_index (queue, WeirNodeId, queue->len - 1));

    g_array_set_size (queue, queue->len - 1);
    for (guint i = 0; i < node->n_inputs; i++)
      mark (queue, alive, node->inputs[i].node);
  }
  return alive;
}

static gboolean
sweep (WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);
  g_autofree gboolean *alive = NULL;

  if (order == NULL)
    return FALSE;
  alive = find_alive (graph);
  for (guint i = order->len; i-- > 0;) {
    WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    if (!alive[node->id]) {
      weir_edit_remove (graph, node);
      continue;
    }
    for (guint b = 0; b < node->n_bodies; b++)
      if (!sweep (node->bodies[b].graph, error))
        return FALSE;
  }
  return TRUE;
}

gboolean
weir_pass_dead_code (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return sweep (weir_model_graph (model), error);
}
