#include "write.h"

/* The sub-graphs of If, Loop and TensorIterator. */

/* If's first body is taken when the condition holds. */
static const struct {
  const char *body;
  const char *map;
} single = { "body", "port_map" },
  branches[] = { { "then_body", "then_port_map" }, { "else_body", "else_port_map" } };

static guint32
layer_of (const IrOrder *body, const WeirNode *node)
{
  return body->ids[node->id];
}

static void
write_slice (IrWriter *writer, const WeirPortMap *map)
{
  if (map->axis == -1)
    return;
  ir_text_attr_int (&writer->text, "axis", map->axis);
  ir_text_attr_int (&writer->text, "start", map->start);
  ir_text_attr_int (&writer->text, "end", map->end);
  ir_text_attr_int (&writer->text, "stride", map->stride);
  ir_text_attr_int (&writer->text, "part_size", map->part_size);
}

/* @port is the number of the layer's port, or -1. */
static void
write_map (IrWriter *writer, const char *side, gint64 port, guint32 layer,
           const WeirPortMap *slice, const char *purpose)
{
  ir_text_open (&writer->text, side);
  ir_text_attr_int (&writer->text, "external_port_id", port);
  ir_text_attr_int (&writer->text, "internal_layer_id", layer);
  if (slice != NULL)
    write_slice (writer, slice);
  if (purpose != NULL)
    ir_text_attr (&writer->text, "purpose", purpose);
  ir_text_close (&writer->text, side);
}

static void
write_port_map (IrWriter *writer, const WeirNode *node, const WeirBody *body,
                const IrOrder *order, const char *element)
{
  const WeirGraph *graph = body->graph;

  ir_text_open (&writer->text, element);
  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);

    write_map (writer, "input", map->external,
               layer_of (order, weir_graph_parameter (graph, map->internal)), map,
               map->external < 0 ? "current_iteration" : NULL);
  }
  for (guint i = 0; i < body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->outputs, WeirPortMap, i);

    write_map (writer, "output", node->n_inputs + map->external,
               layer_of (order, weir_graph_result (graph, map->internal)), map, NULL);
  }
  if (body->condition >= 0)
    write_map (writer, "output", -1,
               layer_of (order, weir_graph_result (graph, (guint) body->condition)), NULL,
               "execution_condition");
  ir_text_close (&writer->text, element);
}

static void
write_back_edges (IrWriter *writer, const WeirBody *body, const IrOrder *order)
{
  if (body->back_edges->len == 0)
    return;
  ir_text_open (&writer->text, "back_edges");
  for (guint i = 0; i < body->back_edges->len; i++) {
    WeirBackEdge edge = g_array_index (body->back_edges, WeirBackEdge, i);

    ir_text_open (&writer->text, "edge");
    ir_text_attr_int (&writer->text, "from-layer",
                      layer_of (order, weir_graph_result (body->graph, edge.from)));
    ir_text_attr_int (&writer->text, "to-layer",
                      layer_of (order, weir_graph_parameter (body->graph, edge.to)));
    ir_text_close (&writer->text, "edge");
  }
  ir_text_close (&writer->text, "back_edges");
}

void
ir_write_maps (IrWriter *writer, const WeirNode *node, const IrOrder *bodies)
{
  gboolean is_if = weir_node_is (node, "If");

  for (guint i = 0; i < node->n_bodies && i < G_N_ELEMENTS (branches); i++)
    write_port_map (writer, node, &node->bodies[i], &bodies[i],
                    is_if ? branches[i].map : single.map);
  if (!is_if && node->n_bodies > 0)
    write_back_edges (writer, &node->bodies[0], &bodies[0]);
}

gboolean
ir_write_bodies (IrWriter *writer, const WeirNode *node, const IrOrder *bodies,
                 guint depth, GError **error)
{
  gboolean is_if = weir_node_is (node, "If");

  if (node->n_bodies > 0 && depth >= WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT, "bodies are nested more than %d deep",
                      WEIR_MAX_BODY_DEPTH);
  if (node->n_bodies > (is_if ? 2 : 1))
    return weir_fail (error, WEIR_ERROR_INTERNAL, "has %u bodies", node->n_bodies);
  for (guint i = 0; i < node->n_bodies; i++) {
    const char *element = is_if ? branches[i].body : single.body;

    ir_text_open (&writer->text, element);
    if (!ir_write_graph (writer, &bodies[i], depth + 1, error))
      return FALSE;
    ir_text_close (&writer->text, element);
  }
  return TRUE;
}
