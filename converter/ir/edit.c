#include "edit.h"

#include "base/error.h"
#include "graph-private.h"

#include <string.h>

static void
use_add (WeirGraph *graph, WeirPort port, WeirNodeId node, guint index)
{
  WeirUse use = { .node = node, .index = index };

  g_array_append_val (weir_graph_output (graph, port)->uses, use);
}

static void
use_drop (WeirGraph *graph, WeirPort port, WeirNodeId node, guint index)
{
  GArray *uses = weir_graph_output (graph, port)->uses;

  /* From the end: weir_edit_redirect() empties a list in that order. */
  for (guint i = uses->len; i-- > 0;) {
    WeirUse *use = &g_array_index (uses, WeirUse, i);
    if (use->node == node && use->index == index) {
      g_array_remove_index_fast (uses, i);
      return;
    }
  }
}

static gboolean
port_exists (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_graph_node (graph, port.node);

  return node != NULL && port.index < node->n_outputs;
}

static void
attrs_set_defaults (WeirNode *node)
{
  const WeirAttrRow *rows = node->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    if (rows[i].fallback == NULL)
      continue;
    if (!weir_attr_parse (&rows[i], rows[i].fallback, &node->attrs[i], NULL))
      g_critical ("%s: the default of attribute '%s' is wrong", node->op->name,
                  rows[i].name);
    node->attrs[i].set = FALSE;
  }
}

WeirNode *
weir_edit_add (WeirGraph *graph, const WeirOp *op, guint version, const char *name,
               const WeirPort *inputs, guint n_inputs, guint n_outputs, GError **error)
{
  WeirNode *node;

  if (graph->nodes->len >= WEIR_MAX_NODES) {
    weir_fail (error, WEIR_ERROR_LIMIT, "more than %d nodes", WEIR_MAX_NODES);
    return NULL;
  }
  for (guint i = 0; i < n_inputs; i++)
    if (!port_exists (graph, inputs[i])) {
      weir_fail (error, WEIR_ERROR_INTERNAL, "node '%s' (%s): input %u does not exist",
                 name, op->name, i);
      return NULL;
    }
  if (version == 0)
    version = op->preferred != 0 ? op->preferred : op->versions[0];
  if (op->outputs != WEIR_ANY_NUMBER)
    n_outputs = weir_op_n_outputs (op, version);
  node = g_new0 (WeirNode, 1);
  weir_node_alloc (node, op, version, n_inputs, n_outputs);
  node->id = graph->nodes->len;
  node->name = weir_dup_name (name);
  attrs_set_defaults (node);
  g_ptr_array_add (graph->nodes, node);
  graph->count++;
  for (guint i = 0; i < n_inputs; i++) {
    node->inputs[i] = inputs[i];
    use_add (graph, inputs[i], node->id, i);
  }
  if (weir_node_is (node, "Parameter"))
    g_array_append_val (graph->parameters, node->id);
  else if (weir_node_is (node, "Result"))
    g_array_append_val (graph->results, node->id);
  return node;
}

static void
list_drop (GArray *list, WeirNodeId id)
{
  for (guint i = 0; i < list->len; i++)
    if (g_array_index (list, WeirNodeId, i) == id) {
      g_array_remove_index (list, i);
      return;
    }
}

static gboolean
is_used (const WeirNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i].uses->len > 0)
      return TRUE;
  return FALSE;
}

void
weir_edit_remove (WeirGraph *graph, WeirNode *node)
{
  WeirNodeId id = node->id;

  g_return_if_fail (!is_used (node));
  weir_edit_truncate_inputs (graph, node, 0);
  if (weir_node_is (node, "Parameter"))
    list_drop (graph->parameters, id);
  else if (weir_node_is (node, "Result"))
    list_drop (graph->results, id);
  graph->nodes->pdata[id] = NULL;
  graph->count--;
  weir_node_free (node);
}

void
weir_edit_remove_unused (WeirGraph *graph, WeirNode *node)
{
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));

  g_array_append_val (queue, node->id);
  while (queue->len > 0) {
    WeirNode *next =
        weir_graph_node (graph, g_array_index (queue, WeirNodeId, queue->len - 1));

    g_array_set_size (queue, queue->len - 1);
    if (next == NULL || is_used (next) || weir_node_is (next, "Parameter") ||
        weir_node_is (next, "Result") || (next->op->flags & WEIR_OP_STATEFUL) != 0)
      continue;
    for (guint i = 0; i < next->n_inputs; i++)
      g_array_append_val (queue, next->inputs[i].node);
    weir_edit_remove (graph, next);
  }
}

void
weir_edit_set_input (WeirGraph *graph, WeirNode *node, guint index, WeirPort port)
{
  g_return_if_fail (index < node->n_inputs && port_exists (graph, port));
  use_drop (graph, node->inputs[index], node->id, index);
  node->inputs[index] = port;
  use_add (graph, port, node->id, index);
}

void
weir_edit_append_input (WeirGraph *graph, WeirNode *node, WeirPort port)
{
  g_return_if_fail (port_exists (graph, port));
  node->inputs = g_renew (WeirPort, node->inputs, node->n_inputs + 1);
  node->inputs[node->n_inputs] = port;
  use_add (graph, port, node->id, node->n_inputs);
  node->n_inputs++;
}

void
weir_edit_truncate_inputs (WeirGraph *graph, WeirNode *node, guint count)
{
  while (node->n_inputs > count) {
    node->n_inputs--;
    use_drop (graph, node->inputs[node->n_inputs], node->id, node->n_inputs);
  }
}

void
weir_edit_redirect (WeirGraph *graph, WeirPort from, WeirPort to, WeirNodeId except)
{
  GArray *uses = weir_graph_output (graph, from)->uses;

  for (guint i = uses->len; i-- > 0;) {
    WeirUse use = g_array_index (uses, WeirUse, i);

    if (use.node != except)
      weir_edit_set_input (graph, weir_graph_node (graph, use.node), use.index, to);
  }
}

void
weir_edit_replace (WeirGraph *graph, WeirPort from, WeirPort to)
{
  WeirOutput *source = weir_graph_output (graph, from);

  weir_edit_redirect (graph, from, to, WEIR_NODE_NONE);
  for (guint i = 0; source->names != NULL && i < source->names->len; i++)
    weir_edit_add_tensor_name (graph, to, source->names->pdata[i]);
  g_clear_pointer (&source->names, g_ptr_array_unref);
}

static gboolean
feeds_result (const WeirGraph *graph, WeirPort port)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;

  for (guint i = 0; i < uses->len; i++)
    if (weir_node_is (weir_graph_node (graph, g_array_index (uses, WeirUse, i).node),
                      "Result"))
      return TRUE;
  return FALSE;
}

static void
redirect_inner (WeirGraph *graph, WeirPort from, WeirPort to)
{
  GArray *uses = weir_graph_output (graph, from)->uses;

  for (guint i = uses->len; i-- > 0;) {
    WeirUse use = g_array_index (uses, WeirUse, i);
    WeirNode *user = weir_graph_node (graph, use.node);

    if (!weir_node_is (user, "Result"))
      weir_edit_set_input (graph, user, use.index, to);
  }
}

gboolean
weir_edit_bypass (WeirGraph *graph, WeirPort from, WeirPort to)
{
  WeirOutput *source = weir_graph_output (graph, from);
  WeirOutput *target = weir_graph_output (graph, to);

  if (feeds_result (graph, from)) {
    g_autoptr (GPtrArray) later = NULL;

    if (weir_node_is (weir_graph_node (graph, to.node), "Parameter") ||
        feeds_result (graph, to)) {
      redirect_inner (graph, from, to);
      return FALSE;
    }
    if (source->names == NULL || source->names->len == 0)
      weir_edit_add_tensor_name (graph, from, weir_graph_node (graph, from.node)->name);
    later = g_steal_pointer (&target->names);
    target->names = g_steal_pointer (&source->names);
    for (guint i = 0; later != NULL && i < later->len; i++)
      weir_edit_add_tensor_name (graph, to, later->pdata[i]);
  }
  weir_edit_replace (graph, from, to);
  return TRUE;
}

void
weir_edit_set_version (WeirNode *node, guint version)
{
  if (node == NULL)
    return;
  g_return_if_fail (weir_op_has_version (node->op, version));
  g_return_if_fail (weir_op_n_outputs (node->op, version) ==
                    weir_op_n_outputs (node->op, node->version));
  node->version = version;
}

void
weir_edit_rename (WeirNode *node, const char *name)
{
  g_free (node->name);
  node->name = weir_dup_name (name);
}

void
weir_edit_add_tensor_name (WeirGraph *graph, WeirPort port, const char *name)
{
  WeirOutput *output = weir_graph_output (graph, port);

  if (output->names == NULL)
    output->names = g_ptr_array_new_with_free_func (g_free);
  if (!g_ptr_array_find_with_equal_func (output->names, name, g_str_equal, NULL))
    g_ptr_array_add (output->names, weir_dup_name (name));
}

void
weir_edit_drop_tensor_name (WeirGraph *graph, WeirPort port, const char *name)
{
  GPtrArray *names = weir_graph_output (graph, port)->names;
  guint index;

  if (names != NULL &&
      g_ptr_array_find_with_equal_func (names, name, g_str_equal, &index))
    g_ptr_array_remove_index (names, index);
}

void
weir_edit_set_layout (WeirGraph *graph, WeirPort port, const char *layout)
{
  WeirOutput *output = weir_graph_output (graph, port);

  g_free (output->layout);
  output->layout = g_strdup (layout);
}

void
weir_edit_set_rt_info (WeirNode *node, const char *name, const char *value)
{
  if (node->rt_info == NULL)
    node->rt_info = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (value != NULL)
    g_hash_table_insert (node->rt_info, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (node->rt_info, name);
}

void
weir_edit_set_exact (WeirNode *node)
{
  weir_edit_set_rt_info (node, WEIR_NOTE_EXACT, "");
}

void
weir_edit_copy_bodies (WeirNode *node, const WeirNode *from)
{
  node->bodies = g_renew (WeirBody, node->bodies, node->n_bodies + from->n_bodies);
  for (guint i = 0; i < from->n_bodies; i++)
    weir_body_copy (&node->bodies[node->n_bodies++], &from->bodies[i]);
}

WeirBody *
weir_edit_add_body (WeirNode *node)
{
  WeirBody *body;

  node->bodies = g_renew (WeirBody, node->bodies, node->n_bodies + 1);
  body = &node->bodies[node->n_bodies++];
  body->graph = weir_graph_new ();
  body->inputs = g_array_new (FALSE, FALSE, sizeof (WeirPortMap));
  body->outputs = g_array_new (FALSE, FALSE, sizeof (WeirPortMap));
  body->back_edges = g_array_new (FALSE, FALSE, sizeof (WeirBackEdge));
  body->condition = -1;
  return body;
}

void
weir_edit_set_constant (WeirNode *node, WeirTensor *value)
{
  WeirValueInfo *info = &node->outputs[0].info;

  g_return_if_fail (weir_node_is (node, "Constant"));
  weir_tensor_ref (value);
  weir_tensor_unref (info->value);
  info->value = value;
  info->dtype = weir_tensor_dtype (value);
  info->shape = *weir_tensor_shape (value);
}

void
weir_edit_order_parameters (WeirGraph *graph, const WeirNodeId *ids, guint n)
{
  g_return_if_fail (n == graph->parameters->len);
  memcpy (graph->parameters->data, ids, n * sizeof *ids);
}

void
weir_edit_order_results (WeirGraph *graph, const WeirNodeId *ids, guint n)
{
  g_return_if_fail (n == graph->results->len);
  memcpy (graph->results->data, ids, n * sizeof *ids);
}

/* The row's value, emptied and marked as set; NULL for no node. */
static WeirAttr *
attr_to_set (WeirNode *node, const char *name, WeirAttrType type)
{
  WeirAttr *attr;

  if (node == NULL)
    return NULL;
  attr = weir_node_attr (node, name, type);
  weir_attr_clear (attr);
  attr->set = TRUE;
  return attr;
}

void
weir_node_set_int (WeirNode *node, const char *attr, gint64 value)
{
  WeirAttr *a = attr_to_set (node, attr, WEIR_ATTR_INT);

  if (a != NULL)
    a->i = value;
}

void
weir_node_set_float (WeirNode *node, const char *attr, double value)
{
  WeirAttr *a = attr_to_set (node, attr, WEIR_ATTR_FLOAT);

  if (a != NULL)
    a->f = value;
}

void
weir_node_set_bool (WeirNode *node, const char *attr, gboolean value)
{
  WeirAttr *a = attr_to_set (node, attr, WEIR_ATTR_BOOL);

  if (a != NULL)
    a->i = value != FALSE;
}

void
weir_node_set_dtype (WeirNode *node, const char *attr, WeirDtype value)
{
  WeirAttr *a = attr_to_set (node, attr, WEIR_ATTR_DTYPE);

  if (a != NULL)
    a->i = value;
}

void
weir_node_set_string (WeirNode *node, const char *attr, const char *value)
{
  g_autofree char *copy = weir_dup_name (value);
  WeirAttr *a = attr_to_set (node, attr, WEIR_ATTR_STRING);

  if (a != NULL)
    a->s = g_steal_pointer (&copy);
}

void
weir_node_set_ints (WeirNode *node, const char *attr, const gint64 *values, gsize n)
{
  g_autofree gint64 *copy = g_new0 (gint64, MAX (n, 1));
  WeirAttr *a;

  if (n > 0)
    memcpy (copy, values, n * sizeof *values);
  a = attr_to_set (node, attr, WEIR_ATTR_INTS);
  if (a == NULL)
    return;
  a->ints = g_steal_pointer (&copy);
  a->n = n;
}

void
weir_node_set_floats (WeirNode *node, const char *attr, const double *values, gsize n)
{
  g_autofree double *copy = g_new0 (double, MAX (n, 1));
  WeirAttr *a;

  if (n > 0)
    memcpy (copy, values, n * sizeof *values);
  a = attr_to_set (node, attr, WEIR_ATTR_FLOATS);
  if (a == NULL)
    return;
  a->floats = g_steal_pointer (&copy);
  a->n = n;
}

gboolean
weir_node_set_text (WeirNode *node, guint row, const char *text, GError **error)
{
  return weir_attr_parse (&node->op->attrs[row], text, &node->attrs[row], error);
}

void
weir_edit_remove_all_unused (WeirGraph *graph)
{
  for (guint id = weir_graph_size (graph); id-- > 0;) {
    WeirNode *node = weir_graph_node (graph, id);

    if (node != NULL)
      weir_edit_remove_unused (graph, node);
  }
}
