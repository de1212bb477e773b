#include "list.h"

#include "ir/edit.h"

#include <string.h>

/* Of nodes that do the same with the same inputs one is enough. Of constants only whole
 * numbers and single elements are compared: what names axes and shapes, so that the nodes
 * that read them are seen to be the same; weights are shared where they are written. */

static gboolean
is_comparable (const WeirNode *node)
{
  const WeirTensor *value;

  if (node->n_outputs == 0 || node->n_bodies > 0 ||
      (node->op->flags & (WEIR_OP_STATEFUL | WEIR_OP_BODY)) != 0 ||
      (node->rt_info != NULL && g_hash_table_size (node->rt_info) > 0) ||
      weir_node_is (node, "Parameter"))
    return FALSE;
  if (!weir_node_is (node, "Constant"))
    return TRUE;
  value = node->outputs[0].info.value;
  return weir_tensor_count (value) == 1 ||
         (weir_dtype_is_integer (weir_tensor_dtype (value)) &&
          weir_tensor_count (value) <= WEIR_MAX_RANK * 2);
}

static guint
node_hash (gconstpointer key)
{
  const WeirNode *node = key;
  guint hash = g_direct_hash (node->op) * 31 + node->n_inputs;

  for (guint i = 0; i < node->n_inputs; i++)
    hash = (hash * 31 + node->inputs[i].node) * 31 + node->inputs[i].index;
  if (weir_node_is (node, "Constant")) {
    const WeirTensor *value = node->outputs[0].info.value;
    const guint8 *bytes = weir_tensor_data (value);

    for (gsize i = 0; i < weir_tensor_size (value); i++)
      hash = hash * 31 + bytes[i];
  }
  return hash;
}

static gboolean
node_equal (gconstpointer first, gconstpointer second)
{
  const WeirNode *a = first, *b = second;

  if (a->op != b->op || a->version != b->version || a->n_inputs != b->n_inputs ||
      a->n_outputs != b->n_outputs)
    return FALSE;
  for (guint i = 0; i < a->n_inputs; i++)
    if (!weir_port_equal (a->inputs[i], b->inputs[i]))
      return FALSE;
  for (guint i = 0; i < weir_op_n_attrs (a->op); i++)
    if (!weir_attr_equal (&a->attrs[i], &b->attrs[i]))
      return FALSE;
  return !weir_node_is (a, "Constant") ||
         weir_tensor_equal (a->outputs[0].info.value, b->outputs[0].info.value);
}

/* The one that stays bears the lesser name, whichever was made first: so what is written
 * is the same when it is read and written again. */
static void
replace (WeirGraph *graph, WeirNode *node, WeirNode *by)
{
  if (weir_node_is (node, "Constant") && strcmp (node->name, by->name) < 0)
    weir_edit_rename (by, node->name);
  for (guint o = 0; o < node->n_outputs; o++)
    weir_edit_bypass (graph, WEIR_PORT (node, o), WEIR_PORT (by, o));
  weir_edit_remove_unused (graph, node);
}

static gboolean
share (WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);
  g_autoptr (GHashTable) seen = g_hash_table_new (node_hash, node_equal);

  if (order == NULL)
    return FALSE;
  for (guint i = 0; i < order->len; i++) {
    WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));
    WeirNode *same;

    if (node == NULL)
      continue;
    for (guint b = 0; b < node->n_bodies; b++)
      if (!share (node->bodies[b].graph, error))
        return FALSE;
    if (!is_comparable (node))
      continue;
    same = g_hash_table_lookup (seen, node);
    if (same != NULL)
      replace (graph, node, same);
    else
      g_hash_table_add (seen, node);
  }
  return TRUE;
}

gboolean
weir_pass_common_nodes (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return share (weir_model_graph (model), error);
}
