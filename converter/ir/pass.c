#include "pass.h"

#include "base/error.h"

#define MAX_ROUNDS 50

static gboolean
rewrite_node (WeirGraph *graph, WeirNodeId id, const WeirRewrite *rows, gboolean *changed,
              GError **error)
{
  for (guint r = 0; rows[r].rewrite != NULL; r++) {
    WeirNode *node = weir_graph_node (graph, id);

    if (node == NULL)
      return TRUE;
    if (rows[r].op != NULL && !weir_node_is (node, rows[r].op))
      continue;
    if (!rows[r].rewrite (graph, node, changed, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
rewrite_bodies (WeirNode *node, const WeirRewrite *rows, gboolean *changed,
                GError **error)
{
  for (guint b = 0; b < node->n_bodies; b++)
    if (!weir_rewrite_graph (node->bodies[b].graph, rows, changed, error))
      return FALSE;
  return TRUE;
}

static gboolean
rewrite_once (WeirGraph *graph, const WeirRewrite *rows, gboolean *changed,
              GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);

  if (order == NULL)
    return FALSE;
  for (guint i = 0; i < order->len; i++) {
    WeirNodeId id = g_array_index (order, WeirNodeId, i);
    WeirNode *node = weir_graph_node (graph, id);

    if (node != NULL && !rewrite_bodies (node, rows, changed, error))
      return FALSE;
    if (!rewrite_node (graph, id, rows, changed, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
weir_rewrite_graph (WeirGraph *graph, const WeirRewrite *rows, gboolean *changed,
                    GError **error)
{
  for (guint round = 0; round < MAX_ROUNDS; round++) {
    gboolean again = FALSE;

    if (!rewrite_once (graph, rows, &again, error))
      return FALSE;
    if (!again)
      return TRUE;
    if (changed != NULL)
      *changed = TRUE;
  }
  return weir_fail (error, WEIR_ERROR_INTERNAL, "a rewrite does not come to an end");
}
