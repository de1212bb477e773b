#include "read.h"

/* Layers and edges of a network, or of a body, into a graph. Node ids are the places of
 * the layers in the file, so that parameters and results keep that order, as in OpenVINO.
 */

gboolean
ir_layer_prefix (const WeirXmlNode *xml, GError **error)
{
  const char *name = weir_xml_attr (xml, "name"), *type = weir_xml_attr (xml, "type");

  g_prefix_error (error, "line %u: layer '%.200s' (%.80s): ", weir_xml_line (xml),
                  name != NULL ? name : "", type != NULL ? type : "");
  return FALSE;
}

gboolean
ir_read_number (const WeirXmlNode *xml, const char *attr, guint64 *value, GError **error)
{
  const char *text = weir_xml_attr (xml, attr);

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, value, NULL))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "line %u: <%s>: '%s' should be a number from 0 to %u, found '%.80s'",
                    weir_xml_line (xml), weir_xml_name (xml), attr, G_MAXUINT32,
                    text != NULL ? text : "");
}

gboolean
ir_read_integer (const WeirXmlNode *xml, const char *attr, gint64 fallback, gint64 *value,
                 GError **error)
{
  const char *text = weir_xml_attr (xml, attr);

  *value = fallback;
  if (text == NULL ||
      g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, value, NULL))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "line %u: <%s>: '%s' should be a number, found '%.80s'",
                    weir_xml_line (xml), weir_xml_name (xml), attr, text);
}

static gboolean
read_attrs (WeirNode *node, const WeirXmlNode *layer, GError **error)
{
  const WeirXmlNode *data = weir_xml_child (layer, "data");
  const WeirAttrRow *rows = node->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    const char *text = data != NULL ? weir_xml_attr (data, rows[i].name) : NULL;

    if (!weir_attr_row_in (&rows[i], node->version))
      continue;
    if (text == NULL && rows[i].fallback == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "attribute '%s' is missing",
                        rows[i].name);
    if (text != NULL && !weir_node_set_text (node, i, text, error))
      return FALSE;
  }
  return TRUE;
}

static void
read_rt_info (WeirNode *node, const WeirXmlNode *layer)
{
  const WeirXmlNode *list = weir_xml_child (layer, "rt_info"), *attribute;

  attribute = list != NULL ? weir_xml_child (list, "attribute") : NULL;
  for (; attribute != NULL; attribute = weir_xml_next (attribute, "attribute")) {
    const char *name = weir_xml_attr (attribute, "name");
    const char *value = weir_xml_attr (attribute, "value");

    if (name != NULL)
      weir_edit_set_rt_info (node, name, value != NULL ? value : "");
  }
}

/* What a node and its attributes take. */
static gboolean
budget_node (IrReader *reader, const WeirOp *op, guint n_outputs, GError **error)
{
  gsize attrs = weir_op_n_attrs (op) * (sizeof (WeirAttr) + 32);
  gsize outputs = MAX (n_outputs, 1) * (sizeof (WeirOutput) + sizeof (GArray) + 64);

  return weir_budget_take (&reader->budget, sizeof (WeirNode) + 128 + attrs + outputs,
                           "the graph", error);
}

static gboolean
read_node (IrReader *reader, IrLayers *all, IrLayer *layer, GError **error)
{
  const char *name = weir_xml_attr (layer->xml, "name");
  guint version = 0, n_outputs;
  const WeirOp *op = ir_find_op (layer->xml, &version, error);

  if (op == NULL || !ir_read_ports (reader, layer->xml, "input", &layer->inputs, error) ||
      !ir_read_ports (reader, layer->xml, "output", &layer->outputs, error))
    return FALSE;
  n_outputs = weir_op_n_outputs (op, version);
  if (n_outputs == WEIR_ANY_NUMBER)
    n_outputs = layer->outputs.n;
  else if (layer->outputs.n > n_outputs)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %u output ports, found %u",
                      n_outputs, layer->outputs.n);
  if (!budget_node (reader, op, n_outputs, error))
    return FALSE;
  layer->feeds = g_new (WeirPort, MAX (layer->inputs.n, 1));
  for (guint i = 0; i < layer->inputs.n; i++)
    layer->feeds[i] = WEIR_PORT_NONE;
  layer->node = weir_edit_add (all->graph, op, version, name != NULL ? name : "", NULL, 0,
                               n_outputs, error);
  return layer->node != NULL;
}

static gboolean
read_layer (IrReader *reader, IrLayers *all, IrLayer *layer, guint depth, GError **error)
{
  if (!read_node (reader, all, layer, error) ||
      !read_attrs (layer->node, layer->xml, error))
    return FALSE;
  read_rt_info (layer->node, layer->xml);
  if (weir_node_is (layer->node, "Constant")) {
    g_autoptr (WeirTensor) value = ir_read_constant (reader, layer->xml, error);

    if (value == NULL)
      return FALSE;
    weir_edit_set_constant (layer->node, value);
  }
  return (layer->node->op->flags & WEIR_OP_BODY) == 0 ||
         ir_read_bodies (reader, layer, depth, error);
}

static gboolean
read_layers (IrReader *reader, IrLayers *all, const WeirXmlNode *list, guint depth,
             GError **error)
{
  const IrId *twice;
  guint n = 0;

  for (const WeirXmlNode *xml = weir_xml_child (list, "layer"); xml != NULL;
       xml = weir_xml_next (xml, "layer"))
    n++;
  if (!weir_budget_take (&reader->budget, n * (sizeof (IrLayer) + sizeof (IrId)),
                         "the list of layers", error))
    return FALSE;
  all->layers = g_new0 (IrLayer, MAX (n, 1));
  all->ids.items = g_new0 (IrId, MAX (n, 1));
  for (const WeirXmlNode *xml = weir_xml_child (list, "layer"); xml != NULL;
       xml = weir_xml_next (xml, "layer")) {
    IrId *item = &all->ids.items[all->n];
    IrLayer *layer = &all->layers[all->n];

    layer->xml = item->xml = xml;
    item->index = all->n++;
    all->ids.n = all->n;
    if (!ir_read_number (xml, "id", &item->id, error))
      return FALSE;
    if (!read_layer (reader, all, layer, depth, error))
      return ir_layer_prefix (xml, error);
  }
  twice = ir_ids_sort (&all->ids);
  if (twice == NULL)
    return TRUE;
  weir_fail (error, WEIR_ERROR_FORMAT,
             "another layer has the id %" G_GUINT64_FORMAT " too", twice->id);
  return ir_layer_prefix (twice->xml, error);
}

/* One end of an edge: the layer, and the place of its port. */
static IrLayer *
read_end (const IrLayers *all, const WeirXmlNode *edge, gboolean from, guint *index,
          GError **error)
{
  const char *layer_attr = from ? "from-layer" : "to-layer";
  const char *port_attr = from ? "from-port" : "to-port";
  guint64 id, port;
  const IrId *found;
  IrLayer *layer;

  if (!ir_read_number (edge, layer_attr, &id, error) ||
      !ir_read_number (edge, port_attr, &port, error))
    return NULL;
  found = ir_ids_find (&all->ids, id);
  if (found == NULL) {
    weir_xml_fail (edge, error, WEIR_ERROR_FORMAT,
                   "edge: there is no layer %" G_GUINT64_FORMAT, id);
    return NULL;
  }
  layer = &all->layers[found->index];
  found = ir_ids_find (from ? &layer->outputs : &layer->inputs, port);
  if (found == NULL) {
    weir_xml_fail (edge, error, WEIR_ERROR_FORMAT,
                   "edge: layer '%s' (%s) has no %s port %" G_GUINT64_FORMAT,
                   layer->node->name, layer->node->op->name, from ? "output" : "input",
                   port);
    return NULL;
  }
  *index = found->index;
  return layer;
}

static gboolean
read_edges (const IrLayers *all, const WeirXmlNode *list, GError **error)
{
  const WeirXmlNode *edge = list != NULL ? weir_xml_child (list, "edge") : NULL;

  for (; edge != NULL; edge = weir_xml_next (edge, "edge")) {
    guint output = 0, input = 0;
    IrLayer *from = read_end (all, edge, TRUE, &output, error);
    IrLayer *to = from != NULL ? read_end (all, edge, FALSE, &input, error) : NULL;

    if (to == NULL)
      return FALSE;
    if (!weir_port_is_none (to->feeds[input]))
      return weir_xml_fail (edge, error, WEIR_ERROR_FORMAT,
                            "edge: input %u of layer '%s' (%s) is fed twice", input,
                            to->node->name, to->node->op->name);
    to->feeds[input] = WEIR_PORT (from->node, output);
  }
  return TRUE;
}

static gboolean
connect_layers (const IrLayers *all, GError **error)
{
  for (guint l = 0; l < all->n; l++) {
    const IrLayer *layer = &all->layers[l];

    for (guint i = 0; i < layer->inputs.n; i++) {
      if (weir_port_is_none (layer->feeds[i])) {
        weir_fail (error, WEIR_ERROR_FORMAT, "no edge feeds input %u", i);
        return ir_layer_prefix (layer->xml, error);
      }
      weir_edit_append_input (all->graph, layer->node, layer->feeds[i]);
    }
  }
  for (guint l = 0; l < all->n; l++)
    if (!ir_read_port_info (all->graph, &all->layers[l], error))
      return ir_layer_prefix (all->layers[l].xml, error);
  return TRUE;
}

/* Steps back from a layer that never becomes ready until one comes up again. */
static const IrLayer *
layer_in_cycle (const IrLayers *all, const guint *missing)
{
  g_autofree gboolean *seen = g_new0 (gboolean, MAX (all->n, 1));
  guint at = 0;

  while (at < all->n && missing[at] == 0)
    at++;
  while (at < all->n && !seen[at]) {
    const WeirNode *node = all->layers[at].node;

    seen[at] = TRUE;
    for (guint i = 0; i < node->n_inputs; i++)
      if (missing[node->inputs[i].node] > 0) {
        at = node->inputs[i].node;
        break;
      }
  }
  return &all->layers[at];
}

static gboolean
check_cycles (const IrLayers *all, GError **error)
{
  g_autofree guint *missing = g_new0 (guint, MAX (all->n, 1));
  g_autofree guint *ready = g_new0 (guint, MAX (all->n, 1));
  guint n_ready = 0;

  for (guint i = 0; i < all->n; i++) {
    missing[i] = all->layers[i].node->n_inputs;
    if (missing[i] == 0)
      ready[n_ready++] = i;
  }
  for (guint i = 0; i < n_ready; i++) {
    const WeirNode *node = all->layers[ready[i]].node;

    for (guint o = 0; o < node->n_outputs; o++)
      for (guint u = 0; u < node->outputs[o].uses->len; u++) {
        guint user = g_array_index (node->outputs[o].uses, WeirUse, u).node;
        if (--missing[user] == 0)
          ready[n_ready++] = user;
      }
  }
  if (n_ready == all->n)
    return TRUE;
  weir_fail (error, WEIR_ERROR_FORMAT, "the layer is part of a cycle");
  return ir_layer_prefix (layer_in_cycle (all, missing)->xml, error);
}

static void
layers_clear (IrLayers *all)
{
  for (guint i = 0; i < all->n; i++) {
    ir_ids_clear (&all->layers[i].inputs);
    ir_ids_clear (&all->layers[i].outputs);
    g_free (all->layers[i].feeds);
  }
  g_free (all->layers);
  ir_ids_clear (&all->ids);
}

WeirGraph *
ir_read_graph (IrReader *reader, const WeirXmlNode *net, guint depth, GError **error)
{
  const WeirXmlNode *list = weir_xml_child (net, "layers");
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  IrLayers all = { .graph = graph };
  gboolean good;

  if (list == NULL) {
    weir_xml_fail (net, error, WEIR_ERROR_FORMAT, "<%s> without <layers>",
                   weir_xml_name (net));
    return NULL;
  }
  good = read_layers (reader, &all, list, depth, error) &&
         read_edges (&all, weir_xml_child (net, "edges"), error) &&
         connect_layers (&all, error) && check_cycles (&all, error);
  layers_clear (&all);
  return good ? g_steal_pointer (&graph) : NULL;
}
