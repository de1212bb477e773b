#include "graph-private.h"

#include "base/error.h"

#include <string.h>

WeirGraph *
weir_graph_new (void)
{
  WeirGraph *graph = g_new0 (WeirGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_node_free);
  graph->parameters = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  graph->results = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  return graph;
}

void
weir_graph_free (WeirGraph *graph)
{
  if (graph == NULL)
    return;
  g_ptr_array_unref (graph->nodes);
  g_array_unref (graph->parameters);
  g_array_unref (graph->results);
  g_free (graph);
}

static void
output_clear (WeirOutput *output)
{
  weir_tensor_unref (output->info.value);
  g_clear_pointer (&output->names, g_ptr_array_unref);
  g_clear_pointer (&output->uses, g_array_unref);
  g_free (output->layout);
}

void
weir_body_clear (WeirBody *body)
{
  weir_graph_free (body->graph);
  g_array_unref (body->inputs);
  g_array_unref (body->outputs);
  g_array_unref (body->back_edges);
}

void
weir_node_free (WeirNode *node)
{
  if (node == NULL)
    return;
  for (guint i = 0; i < node->n_outputs; i++)
    output_clear (&node->outputs[i]);
  for (guint i = 0; i < weir_op_n_attrs (node->op); i++)
    weir_attr_clear (&node->attrs[i]);
  for (guint i = 0; i < node->n_bodies; i++)
    weir_body_clear (&node->bodies[i]);
  g_clear_pointer (&node->rt_info, g_hash_table_unref);
  g_free (node->outputs);
  g_free (node->attrs);
  g_free (node->bodies);
  g_free (node->inputs);
  g_free (node->name);
  g_free (node);
}

void
weir_node_alloc (WeirNode *node, const WeirOp *op, guint version, guint n_inputs,
                 guint n_outputs)
{
  node->op = op;
  node->version = version;
  node->n_inputs = n_inputs;
  node->inputs = g_new0 (WeirPort, MAX (n_inputs, 1));
  node->n_outputs = n_outputs;
  node->outputs = g_new0 (WeirOutput, MAX (n_outputs, 1));
  node->attrs = g_new0 (WeirAttr, weir_op_n_attrs (op) + 1);
  for (guint i = 0; i < n_outputs; i++) {
    node->outputs[i].info.shape = WEIR_SHAPE_UNKNOWN;
    node->outputs[i].uses = g_array_new (FALSE, FALSE, sizeof (WeirUse));
  }
}

static void
output_copy (WeirOutput *to, const WeirOutput *from)
{
  to->info = from->info;
  if (from->info.value != NULL)
    weir_tensor_ref (from->info.value);
  g_array_append_vals (to->uses, from->uses->data, from->uses->len);
  to->layout = g_strdup (from->layout);
  if (from->names == NULL)
    return;
  to->names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < from->names->len; i++)
    g_ptr_array_add (to->names, g_strdup (from->names->pdata[i]));
}

void
weir_body_copy (WeirBody *to, const WeirBody *from)
{
  to->graph = weir_graph_copy (from->graph);
  to->inputs = g_array_copy (from->inputs);
  to->outputs = g_array_copy (from->outputs);
  to->back_edges = g_array_copy (from->back_edges);
  to->condition = from->condition;
}

static WeirNode *
node_copy (const WeirNode *from)
{
  WeirNode *node = g_new0 (WeirNode, 1);

  weir_node_alloc (node, from->op, from->version, from->n_inputs, from->n_outputs);
  node->id = from->id;
  node->name = g_strdup (from->name);
  for (guint i = 0; i < from->n_inputs; i++)
    node->inputs[i] = from->inputs[i];
  for (guint i = 0; i < from->n_outputs; i++)
    output_copy (&node->outputs[i], &from->outputs[i]);
  for (guint i = 0; i < weir_op_n_attrs (from->op); i++)
    weir_attr_copy (&node->attrs[i], &from->attrs[i]);
  node->n_bodies = from->n_bodies;
  node->bodies = g_new0 (WeirBody, MAX (from->n_bodies, 1));
  for (guint i = 0; i < from->n_bodies; i++)
    weir_body_copy (&node->bodies[i], &from->bodies[i]);
  if (from->rt_info != NULL) {
    GHashTableIter iter;
    gpointer key, value;

    node->rt_info = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_iter_init (&iter, from->rt_info);
    while (g_hash_table_iter_next (&iter, &key, &value))
      g_hash_table_insert (node->rt_info, g_strdup (key), g_strdup (value));
  }
  return node;
}

WeirGraph *
weir_graph_copy (const WeirGraph *graph)
{
  WeirGraph *copy = weir_graph_new ();

  for (guint i = 0; i < graph->nodes->len; i++) {
    const WeirNode *node = graph->nodes->pdata[i];
    g_ptr_array_add (copy->nodes, node != NULL ? node_copy (node) : NULL);
  }
  copy->count = graph->count;
  g_array_append_vals (copy->parameters, graph->parameters->data, graph->parameters->len);
  g_array_append_vals (copy->results, graph->results->data, graph->results->len);
  return copy;
}

guint
weir_graph_size (const WeirGraph *graph)
{
  return graph->nodes->len;
}

guint
weir_graph_count (const WeirGraph *graph)
{
  return graph->count;
}

WeirNode *
weir_graph_node (const WeirGraph *graph, WeirNodeId id)
{
  return id < graph->nodes->len ? graph->nodes->pdata[id] : NULL;
}

WeirNode *
weir_graph_find (const WeirGraph *graph, const char *name)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    WeirNode *node = graph->nodes->pdata[i];
    if (node != NULL && strcmp (node->name, name) == 0)
      return node;
  }
  return NULL;
}

static gboolean
output_has_name (const WeirOutput *output, const char *name)
{
  for (guint i = 0; output->names != NULL && i < output->names->len; i++)
    if (strcmp (output->names->pdata[i], name) == 0)
      return TRUE;
  return FALSE;
}

WeirPort
weir_graph_find_tensor (const WeirGraph *graph, const char *name)
{
  WeirNode *node;

  for (guint i = 0; i < graph->nodes->len; i++) {
    node = graph->nodes->pdata[i];
    for (guint o = 0; node != NULL && o < node->n_outputs; o++)
      if (output_has_name (&node->outputs[o], name))
        return WEIR_PORT (node, o);
  }
  node = weir_graph_find (graph, name);
  return node != NULL && node->n_outputs > 0 ? WEIR_PORT (node, 0) : WEIR_PORT_NONE;
}

/* Kahn's algorithm; ready nodes wait in a heap by id, so that the order is stable. Ids
 * are below WEIR_MAX_NODES: the high bit puts operations that run late behind all others.
 */
#define LATE ((WeirNodeId) 1 << 31)

static void
heap_push (GArray *heap, WeirNodeId id)
{
  guint at = heap->len;

  g_array_append_val (heap, id);
  while (at > 0) {
    guint parent = (at - 1) / 2;
    WeirNodeId *items = (WeirNodeId *) heap->data;

    if (items[parent] <= items[at])
      break;
    items[at] = items[parent];
    items[parent] = id;
    at = parent;
  }
}

static WeirNodeId
heap_pop (GArray *heap)
{
  WeirNodeId *items = (WeirNodeId *) heap->data;
  WeirNodeId top = items[0], last = items[heap->len - 1];
  guint at = 0;

  g_array_set_size (heap, heap->len - 1);
  if (heap->len == 0)
    return top;
  for (;;) {
    guint child = 2 * at + 1;

    if (child + 1 < heap->len && items[child + 1] < items[child])
      child++;
    if (child >= heap->len || items[child] >= last)
      break;
    items[at] = items[child];
    at = child;
  }
  items[at] = last;
  return top;
}

static void
make_ready (GArray *ready, const WeirNode *node)
{
  heap_push (ready, node->id | ((node->op->flags & WEIR_OP_LATE) != 0 ? LATE : 0));
}

static void
release_users (const WeirGraph *graph, WeirNodeId id, guint *missing, GArray *ready)
{
  const WeirNode *node = weir_graph_node (graph, id);

  for (guint o = 0; o < node->n_outputs; o++)
    for (guint u = 0; u < node->outputs[o].uses->len; u++) {
      WeirUse use = g_array_index (node->outputs[o].uses, WeirUse, u);
      if (--missing[use.node] == 0)
        make_ready (ready, weir_graph_node (graph, use.node));
    }
}

static const char *
name_in_cycle (const WeirGraph *graph, const guint *missing)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (graph->nodes->pdata[i] != NULL && missing[i] > 0)
      return ((WeirNode *) graph->nodes->pdata[i])->name;
  return "";
}

GArray *
weir_graph_order (const WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  g_autoptr (GArray) ready = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  g_autofree guint *missing = g_new0 (guint, graph->nodes->len + 1);

  for (guint i = 0; i < graph->nodes->len; i++) {
    const WeirNode *node = graph->nodes->pdata[i];

    if (node == NULL)
      continue;
    missing[i] = node->n_inputs;
    if (node->n_inputs == 0)
      make_ready (ready, node);
  }
  while (ready->len > 0) {
    WeirNodeId id = heap_pop (ready) & ~LATE;

    g_array_append_val (order, id);
    release_users (graph, id, missing, ready);
  }
  if (order->len != graph->count) {
    weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' is part of a cycle",
               name_in_cycle (graph, missing));
    return NULL;
  }
  return g_steal_pointer (&order);
}

guint
weir_graph_n_parameters (const WeirGraph *graph)
{
  return graph->parameters->len;
}

WeirNode *
weir_graph_parameter (const WeirGraph *graph, guint index)
{
  g_return_val_if_fail (index < graph->parameters->len, NULL);
  return weir_graph_node (graph, g_array_index (graph->parameters, WeirNodeId, index));
}

guint
weir_graph_n_results (const WeirGraph *graph)
{
  return graph->results->len;
}

WeirNode *
weir_graph_result (const WeirGraph *graph, guint index)
{
  g_return_val_if_fail (index < graph->results->len, NULL);
  return weir_graph_node (graph, g_array_index (graph->results, WeirNodeId, index));
}

static const char *
port_name (const WeirGraph *graph, WeirPort port)
{
  const WeirOutput *output = weir_graph_output (graph, port);

  if (output->names != NULL && output->names->len > 0)
    return output->names->pdata[0];
  return weir_graph_node (graph, port.node)->name;
}

/* A port may have several names, and hand out several results: the one that the Result
 * itself is called by comes first. */
const char *
weir_graph_result_name (const WeirGraph *graph, guint index)
{
  const WeirNode *result = weir_graph_result (graph, index);
  const GPtrArray *names = weir_graph_output (graph, result->inputs[0])->names;

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *rest = result->name + strlen (names->pdata[i]);

    if (g_str_has_prefix (result->name, names->pdata[i]) &&
        (*rest == '\0' || strcmp (rest, "/sink_port_0") == 0))
      return names->pdata[i];
  }
  return port_name (graph, result->inputs[0]);
}

const char *
weir_graph_parameter_name (const WeirGraph *graph, guint index)
{
  return port_name (graph, WEIR_PORT (weir_graph_parameter (graph, index), 0));
}

WeirOutput *
weir_graph_output (const WeirGraph *graph, WeirPort port)
{
  WeirNode *node = weir_graph_node (graph, port.node);

  g_return_val_if_fail (node != NULL && port.index < node->n_outputs, NULL);
  return &node->outputs[port.index];
}

const WeirValueInfo *
weir_graph_info (const WeirGraph *graph, WeirPort port)
{
  return &weir_graph_output (graph, port)->info;
}

const WeirShape *
weir_graph_shape (const WeirGraph *graph, WeirPort port)
{
  return &weir_graph_output (graph, port)->info.shape;
}

WeirDtype
weir_graph_dtype (const WeirGraph *graph, WeirPort port)
{
  return weir_graph_output (graph, port)->info.dtype;
}

guint
weir_graph_n_uses (const WeirGraph *graph, WeirPort port)
{
  return weir_graph_output (graph, port)->uses->len;
}
