#include "inline-body.h"

const WeirPortMap *
weir_pass_port_map (const GArray *maps, guint internal)
{
  for (guint i = 0; i < maps->len; i++)
    if (g_array_index (maps, WeirPortMap, i).internal == internal)
      return &g_array_index (maps, WeirPortMap, i);
  return NULL;
}

/* Ports of the graph for those of the body, which are looked up by node and number. */
typedef struct {
  WeirPort **ports;
  guint size;
} Copies;

static void
copies_clear (Copies *copies)
{
  for (guint i = 0; i < copies->size; i++)
    g_free (copies->ports[i]);
  g_free (copies->ports);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Copies, copies_clear)

static void
copy_node (WeirBuilder *b, const WeirNode *inner, Copies *copies)
{
  g_autofree WeirPort *inputs = g_new0 (WeirPort, MAX (inner->n_inputs, 1));
  WeirNode *node;
  WeirPort port;

  copies->ports[inner->id] = g_new0 (WeirPort, MAX (inner->n_outputs, 1));
  if (weir_node_is (inner, "Constant")) {
    copies->ports[inner->id][0] = weir_build_constant (
        b, inner->name, weir_tensor_ref (inner->outputs[0].info.value));
    return;
  }
  for (guint i = 0; i < inner->n_inputs; i++)
    inputs[i] = copies->ports[inner->inputs[i].node][inner->inputs[i].index];
  node = weir_build_begin_like (b, inner, inner->name, inputs, inner->n_inputs);
  if (node != NULL)
    weir_edit_copy_bodies (node, inner);
  port = weir_build_end (b, node);
  for (guint i = 0; i < inner->n_outputs; i++)
    copies->ports[inner->id][i] = (WeirPort){ .node = port.node, .index = i };
}

static gboolean
copy_body (WeirBuilder *b, const WeirGraph *body, const WeirPort *parameters,
           Copies *copies)
{
  g_autoptr (GArray) order = weir_graph_order (body, &b->error);

  copies->size = weir_graph_size (body);
  copies->ports = g_new0 (WeirPort *, MAX (copies->size, 1));
  for (guint i = 0; i < weir_graph_n_parameters (body); i++)
    copies->ports[weir_graph_parameter (body, i)->id] =
        g_memdup2 (&parameters[i], sizeof parameters[i]);
  for (guint i = 0; order != NULL && i < order->len && !weir_build_failed (b); i++) {
    const WeirNode *inner = weir_graph_node (body, g_array_index (order, WeirNodeId, i));

    if (!weir_node_is (inner, "Parameter") && !weir_node_is (inner, "Result"))
      copy_node (b, inner, copies);
  }
  return !weir_build_failed (b);
}

gboolean
weir_pass_inline_body (WeirBuilder *b, WeirNode *node, const WeirBody *body,
                       const WeirPort *parameters)
{
  g_auto (Copies) copies = { 0 };

  if (!copy_body (b, body->graph, parameters, &copies))
    return FALSE;
  for (guint i = 0; i < body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->outputs, WeirPortMap, i);
    WeirPort inner = weir_graph_result (body->graph, map->internal)->inputs[0];

    weir_edit_bypass (b->graph, WEIR_PORT (node, (guint) map->external),
                      copies.ports[inner.node][inner.index]);
  }
  weir_edit_remove_unused (b->graph, node);
  return TRUE;
}
