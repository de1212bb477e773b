#include "read.h"

/* The sub-graphs of If, Loop and TensorIterator: port_map, back_edges, body. */

/* Which maps and which body belong together; If has two bodies, the others one. */
static const struct {
  const char *body;
  const char *map;
} parts[] = {
  { "body", "port_map" },
  { "then_body", "then_port_map" },
  { "else_body", "else_port_map" },
};

/* A body while its maps are read: what the file's layer ids stand for. */
typedef struct {
  WeirBody *body;
  const IrLayer *layer; /* whose body it is */
  IrIds ids;            /* the body's layers */
  guint *place;         /* by node id: the place among parameters or results */
} Body;

static void
body_init (Body *b, const WeirXmlNode *xml)
{
  const WeirGraph *graph = b->body->graph;
  guint n = weir_graph_size (graph);
  const WeirXmlNode *at = weir_xml_child (weir_xml_child (xml, "layers"), "layer");

  b->ids.items = g_new0 (IrId, MAX (n, 1));
  b->place = g_new0 (guint, MAX (n, 1));
  for (; at != NULL; at = weir_xml_next (at, "layer")) {
    IrId *item = &b->ids.items[b->ids.n];

    item->index = b->ids.n++;
    ir_read_number (at, "id", &item->id, NULL);
  }
  ir_ids_sort (&b->ids);
  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    b->place[weir_graph_parameter (graph, i)->id] = i;
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    b->place[weir_graph_result (graph, i)->id] = i;
}

static void
body_clear (Body *b)
{
  ir_ids_clear (&b->ids);
  g_free (b->place);
}

/* The place among the body's parameters or results of the layer that @attr names. */
static gboolean
read_internal (const Body *b, const WeirXmlNode *xml, const char *attr, const char *op,
               guint *place, GError **error)
{
  const WeirNode *node;
  const IrId *found;
  guint64 id;

  if (!ir_read_number (xml, attr, &id, error))
    return FALSE;
  found = ir_ids_find (&b->ids, id);
  if (found == NULL)
    return weir_xml_fail (xml, error, WEIR_ERROR_FORMAT,
                          "the body has no layer %" G_GUINT64_FORMAT, id);
  node = weir_graph_node (b->body->graph, found->index);
  if (!weir_node_is (node, op))
    return weir_xml_fail (xml, error, WEIR_ERROR_FORMAT,
                          "expected a %s of the body, found '%s' (%s)", op, node->name,
                          node->op->name);
  *place = b->place[node->id];
  return TRUE;
}

static gboolean
read_external (const WeirXmlNode *xml, const IrIds *ports, gint64 *external,
               GError **error)
{
  const IrId *found;
  gint64 id;

  if (!ir_read_integer (xml, "external_port_id", -1, &id, error))
    return FALSE;
  *external = -1;
  if (id == -1)
    return TRUE;
  found = id >= 0 ? ir_ids_find (ports, (guint64) id) : NULL;
  if (found == NULL)
    return weir_xml_fail (xml, error, WEIR_ERROR_FORMAT,
                          "the layer has no %s port %" G_GINT64_FORMAT,
                          weir_xml_name (xml), id);
  *external = found->index;
  return TRUE;
}

static gboolean
read_slice (const WeirXmlNode *xml, WeirPortMap *map, GError **error)
{
  return ir_read_integer (xml, "axis", -1, &map->axis, error) &&
         ir_read_integer (xml, "start", 0, &map->start, error) &&
         ir_read_integer (xml, "end", -1, &map->end, error) &&
         ir_read_integer (xml, "stride", 1, &map->stride, error) &&
         ir_read_integer (xml, "part_size", 1, &map->part_size, error);
}

static gboolean
read_map (const Body *b, const WeirXmlNode *xml, GError **error)
{
  gboolean in = weir_xml_is (xml, "input");
  const char *purpose = weir_xml_attr (xml, "purpose");
  WeirPortMap map = { 0 };

  if (!read_internal (b, xml, "internal_layer_id", in ? "Parameter" : "Result",
                      &map.internal, error) ||
      !read_external (xml, in ? &b->layer->inputs : &b->layer->outputs, &map.external,
                      error) ||
      !read_slice (xml, &map, error))
    return FALSE;
  if (!in && g_strcmp0 (purpose, "execution_condition") == 0)
    b->body->condition = (int) map.internal;
  if (map.external < 0 && !(in && g_strcmp0 (purpose, "current_iteration") == 0))
    return !in || weir_xml_fail (xml, error, WEIR_ERROR_FORMAT,
                                 "an input of the body without a port of the layer");
  g_array_append_val (*(in ? &b->body->inputs : &b->body->outputs), map);
  return TRUE;
}

/* Every parameter of a body is fed by one map. */
static gboolean
check_maps (const Body *b, GError **error)
{
  const WeirGraph *graph = b->body->graph;
  guint n = weir_graph_n_parameters (graph);
  g_autofree guint *fed = g_new0 (guint, MAX (n, 1));

  for (guint i = 0; i < b->body->inputs->len; i++)
    fed[g_array_index (b->body->inputs, WeirPortMap, i).internal]++;
  for (guint i = 0; i < n; i++)
    if (fed[i] != 1)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "parameter '%s' of the body is fed by %u maps, expected 1",
                        weir_graph_parameter (graph, i)->name, fed[i]);
  return TRUE;
}

static gboolean
read_maps (const Body *b, const WeirXmlNode *list, GError **error)
{
  const WeirXmlNode *map = list != NULL ? weir_xml_child (list, NULL) : NULL;

  for (; map != NULL; map = weir_xml_next (map, NULL)) {
    if (!weir_xml_is (map, "input") && !weir_xml_is (map, "output"))
      continue;
    if (!read_map (b, map, error))
      return FALSE;
  }
  return check_maps (b, error);
}

static gboolean
read_back_edges (const Body *b, const WeirXmlNode *list, GError **error)
{
  const WeirXmlNode *edge = list != NULL ? weir_xml_child (list, "edge") : NULL;

  for (; edge != NULL; edge = weir_xml_next (edge, "edge")) {
    WeirBackEdge back = { 0 };

    if (!read_internal (b, edge, "from-layer", "Result", &back.from, error) ||
        !read_internal (b, edge, "to-layer", "Parameter", &back.to, error))
      return FALSE;
    g_array_append_val (b->body->back_edges, back);
  }
  return TRUE;
}

static gboolean
read_body (IrReader *reader, IrLayer *layer, guint part, guint depth, GError **error)
{
  const WeirXmlNode *xml = weir_xml_child (layer->xml, parts[part].body);
  WeirGraph *graph = ir_read_graph (reader, xml, depth + 1, error);
  Body b = { .layer = layer };
  gboolean good;

  if (graph == NULL)
    return FALSE;
  b.body = weir_edit_add_body (layer->node);
  weir_graph_free (b.body->graph);
  b.body->graph = graph;
  body_init (&b, xml);
  good = read_maps (&b, weir_xml_child (layer->xml, parts[part].map), error) &&
         read_back_edges (&b, weir_xml_child (layer->xml, "back_edges"), error);
  body_clear (&b);
  return good;
}

gboolean
ir_read_bodies (IrReader *reader, IrLayer *layer, guint depth, GError **error)
{
  if (depth >= WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT, "bodies are nested more than %d deep",
                      WEIR_MAX_BODY_DEPTH);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    if (weir_xml_child (layer->xml, parts[i].body) == NULL)
      continue;
    if (!read_body (reader, layer, i, depth, error)) {
      g_prefix_error (error, "<%s>: ", parts[i].body);
      return FALSE;
    }
  }
  return layer->node->n_bodies > 0 ||
         weir_fail (error, WEIR_ERROR_FORMAT, "the layer has no body");
}
