#include "write.h"

/* The order of layers. It follows from what the graph is, not from how it was made: each
 * output after all that it needs, and of that what is read first comes first. So an IR
 * that is read and written again keeps its order. */

typedef struct {
  WeirNodeId node;
  guint next;
} Visit;

static gboolean
is_terminal (const WeirNode *node)
{
  return weir_node_is (node, "Parameter") || weir_node_is (node, "Result");
}

/* Adds @start behind all that it reads; not by recursion, as a graph may be a million
 * nodes deep. It is known to have no cycle. */
static void
visit (IrOrder *order, WeirNodeId start, guint8 *seen)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Visit));
  Visit first = { .node = start };

  if (seen[start])
    return;
  seen[start] = TRUE;
  g_array_append_val (stack, first);
  while (stack->len > 0) {
    Visit *top = &g_array_index (stack, Visit, stack->len - 1);
    const WeirNode *node = weir_graph_node (order->graph, top->node);
    Visit next;

    if (top->next == node->n_inputs) {
      if (!is_terminal (node))
        g_array_append_val (order->nodes, top->node);
      g_array_set_size (stack, stack->len - 1);
      continue;
    }
    next = (Visit){ .node = node->inputs[top->next++].node };
    if (seen[next.node])
      continue;
    seen[next.node] = TRUE;
    g_array_append_val (stack, next);
  }
}

gboolean
ir_order_init (IrOrder *order, const WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) sorted = weir_graph_order (graph, error);
  g_autofree guint8 *seen = g_new0 (guint8, weir_graph_size (graph) + 1);

  *order = (IrOrder){ .graph = graph };
  if (sorted == NULL)
    return FALSE;
  order->nodes = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  order->ids = g_new0 (guint32, weir_graph_size (graph) + 1);
  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    g_array_append_val (order->nodes, weir_graph_parameter (graph, i)->id);
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    visit (order, weir_graph_result (graph, i)->id, seen);
  for (guint i = 0; i < sorted->len; i++)
    visit (order, g_array_index (sorted, WeirNodeId, i), seen);
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    g_array_append_val (order->nodes, weir_graph_result (graph, i)->id);
  for (guint i = 0; i < order->nodes->len; i++)
    order->ids[g_array_index (order->nodes, WeirNodeId, i)] = i;
  return TRUE;
}

void
ir_order_clear (IrOrder *order)
{
  g_clear_pointer (&order->nodes, g_array_unref);
  g_clear_pointer (&order->ids, g_free);
}
