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

static void
spread (const WeirGraph *graph, GArray *queue, gboolean *alive)
{
  while (queue->len > 0) {
    const WeirNode *node =
        weir_graph_node (graph, g_array_index (queue, WeirNodeId, queue->len - 1));

    g_array_set_size (queue, queue->len - 1);
    for (guint i = 0; i < node->n_inputs; i++)
      mark (queue, alive, node->inputs[i].node);
  }
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
  spread (graph, queue, alive);
  return alive;
}

/* (transfer full): the variables that a needed node reads. */
static GHashTable *
read_variables (const WeirGraph *graph, const gboolean *alive)
{
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (weir_node_is (node, "ReadValue") && alive[i])
      g_hash_table_add (set, (gpointer) weir_node_string (node, "variable_id"));
  }
  return set;
}

static gboolean
sweep (WeirGraph *graph, const gboolean *alive, GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);

  for (guint i = order != NULL ? order->len : 0; i-- > 0;) {
    WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    if (!alive[node->id] && !weir_node_is (node, "Parameter"))
      weir_edit_remove (graph, node);
  }
  return order != NULL;
}

gboolean
weir_pass_drop_unread (WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  g_autofree gboolean *alive = g_new0 (gboolean, weir_graph_size (graph) + 1);
  gboolean again = TRUE;

  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    mark (queue, alive, weir_graph_result (graph, i)->id);
  while (again) {
    g_autoptr (GHashTable) variables = NULL;

    again = FALSE;
    spread (graph, queue, alive);
    variables = read_variables (graph, alive);
    for (guint i = 0; i < weir_graph_size (graph); i++) {
      const WeirNode *node = weir_graph_node (graph, i);

      if (alive[i] || !weir_node_is (node, "Assign") ||
          !g_hash_table_contains (variables, weir_node_string (node, "variable_id")))
        continue;
      mark (queue, alive, i);
      again = TRUE;
    }
  }
  return sweep (graph, alive, error);
}

static gboolean
clean (WeirGraph *graph, GError **error)
{
  g_autofree gboolean *alive = find_alive (graph);

  if (!sweep (graph, alive, error))
    return FALSE;
  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    for (guint b = 0; node != NULL && b < node->n_bodies; b++)
      if (!clean (node->bodies[b].graph, error))
        return FALSE;
  }
  return TRUE;
}

gboolean
weir_pass_dead_code (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return clean (weir_model_graph (model), error);
}
