#include "read.h"

#include <string.h>

/* The ports that a layer declares: their numbers, names, layouts, types and shapes. */

/* Names of a port are compared with each other. */
#define MAX_NAMES 256

static const WeirXmlNode *
first_port (const WeirXmlNode *layer, const char *side)
{
  const WeirXmlNode *list = weir_xml_child (layer, side);

  return list != NULL ? weir_xml_child (list, "port") : NULL;
}

/* Types that the IR has and that are none: the runtime finds them out. */
static gboolean
is_no_type (const char *precision)
{
  static const char *const words[] = { "UNSPECIFIED", "dynamic", "undefined", "" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (precision, words[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
check_precision (const WeirXmlNode *port, GError **error)
{
  const char *precision = weir_xml_attr (port, "precision");

  if (precision == NULL || is_no_type (precision) ||
      weir_dtype_parse (precision) != WEIR_DTYPE_UNKNOWN)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "port %s on line %u: precision '%.80s' is not known",
                    weir_xml_attr (port, "id"), weir_xml_line (port), precision);
}

gboolean
ir_read_ports (IrReader *reader, const WeirXmlNode *xml, const char *side, IrIds *ids,
               GError **error)
{
  const WeirXmlNode *first = first_port (xml, side), *port;
  const IrId *twice;
  guint n = 0;

  for (port = first; port != NULL; port = weir_xml_next (port, "port"))
    n++;
  if (!weir_budget_take (&reader->budget, n * (sizeof (IrId) + 2 * sizeof (WeirPort)),
                         "the list of ports", error))
    return FALSE;
  ids->items = g_new0 (IrId, MAX (n, 1));
  for (port = first; port != NULL; port = weir_xml_next (port, "port")) {
    IrId *item = &ids->items[ids->n];

    item->xml = port;
    item->index = ids->n++;
    if (!ir_read_number (port, "id", &item->id, error) || !check_precision (port, error))
      return FALSE;
  }
  twice = ir_ids_sort (ids);
  return twice == NULL ||
         weir_fail (error, WEIR_ERROR_FORMAT,
                    "port %" G_GUINT64_FORMAT " on line %u is there twice", twice->id,
                    weir_xml_line (twice->xml));
}

/* A comma list where "\," stands for a comma. */
static gboolean
add_names (WeirGraph *graph, WeirPort port, const char *list, GError **error)
{
  g_autoptr (GString) name = g_string_new (NULL);
  guint n = 0;

  for (const char *at = list;; at++) {
    if (*at != ',' && *at != '\0') {
      at += at[0] == '\\' && at[1] == ',';
      g_string_append_c (name, *at);
      continue;
    }
    if (++n > MAX_NAMES)
      return weir_fail (error, WEIR_ERROR_LIMIT, "a port with more than %d names",
                        MAX_NAMES);
    if (name->len > 0)
      weir_edit_add_tensor_name (graph, port, name->str);
    g_string_truncate (name, 0);
    if (*at == '\0')
      return TRUE;
  }
}

static const char *
layout_of (const WeirXmlNode *port)
{
  const WeirXmlNode *list = weir_xml_child (port, "rt_info"), *attribute;

  attribute = list != NULL ? weir_xml_child (list, "attribute") : NULL;
  for (; attribute != NULL; attribute = weir_xml_next (attribute, "attribute"))
    if (g_strcmp0 (weir_xml_attr (attribute, "name"), "layout") == 0)
      return weir_xml_attr (attribute, "layout");
  return NULL;
}

gboolean
ir_read_port_info (WeirGraph *graph, const IrLayer *layer, GError **error)
{
  for (guint i = 0; i < layer->outputs.n; i++) {
    const IrId *item = &layer->outputs.items[i];
    WeirPort port = WEIR_PORT (layer->node, item->index);
    const char *names = weir_xml_attr (item->xml, "names");
    const char *layout = layout_of (item->xml);

    if (names != NULL && !add_names (graph, port, names, error))
      return FALSE;
    if (layout != NULL)
      weir_edit_set_layout (graph, port, layout);
  }
  if (layer->node->n_inputs == 1 && weir_xml_attr (layer->xml, "output_names") != NULL)
    return add_names (graph, layer->node->inputs[0],
                      weir_xml_attr (layer->xml, "output_names"), error);
  return TRUE;
}

/* No dimension at all says either a scalar or any rank: only real ranks are compared. */
static gboolean
read_shape (const WeirXmlNode *port, WeirShape *shape, GError **error)
{
  *shape = WEIR_SHAPE_SCALAR;
  for (const WeirXmlNode *dim = weir_xml_child (port, "dim"); dim != NULL;
       dim = weir_xml_next (dim, "dim")) {
    gint64 value;

    if (!g_ascii_string_to_signed (weir_xml_text (dim), 10, WEIR_DIM_UNKNOWN, G_MAXINT64,
                                   &value, NULL))
      return weir_fail (error, WEIR_ERROR_FORMAT, "'%.80s' is not a dimension",
                        weir_xml_text (dim));
    if (!weir_shape_append (shape, value, error))
      return FALSE;
  }
  if (shape->rank == 0)
    *shape = WEIR_SHAPE_UNKNOWN;
  return TRUE;
}

static gboolean
check_port (const WeirXmlNode *port, const WeirValueInfo *info, GError **error)
{
  const char *precision = weir_xml_attr (port, "precision");
  WeirDtype dtype = precision != NULL ? weir_dtype_parse (precision) : WEIR_DTYPE_UNKNOWN;
  WeirShape shape, both;

  if (!read_shape (port, &shape, error))
    return FALSE;
  both = shape;
  if (dtype != WEIR_DTYPE_UNKNOWN && info->dtype != WEIR_DTYPE_UNKNOWN &&
      dtype != info->dtype)
    return weir_fail (error, WEIR_ERROR_SHAPE, "the file says %s, but it is %s",
                      weir_dtype_name (dtype), weir_dtype_name (info->dtype));
  if (!weir_shape_merge (&both, &info->shape)) {
    g_autofree char *said = weir_shape_to_string (&shape);
    g_autofree char *found = weir_shape_to_string (&info->shape);

    return weir_fail (error, WEIR_ERROR_SHAPE, "the file says %s, but it is %s", said,
                      found);
  }
  return TRUE;
}

static gboolean
check_side (const WeirGraph *graph, const WeirNode *node, const WeirXmlNode *layer,
            const char *side, GError **error)
{
  gboolean in = strcmp (side, "input") == 0;
  guint i = 0;

  for (const WeirXmlNode *port = first_port (layer, side); port != NULL;
       port = weir_xml_next (port, "port"), i++) {
    const WeirValueInfo *info =
        in ? weir_node_input_info (graph, node, i) : &node->outputs[i].info;

    if (check_port (port, info, error))
      continue;
    g_prefix_error (error, "%s port %s on line %u: ", side, weir_xml_attr (port, "id"),
                    weir_xml_line (port));
    return ir_layer_prefix (layer, error);
  }
  return TRUE;
}

gboolean
ir_check_ports (const WeirGraph *graph, const WeirXmlNode *net, GError **error)
{
  const WeirXmlNode *layer = weir_xml_child (weir_xml_child (net, "layers"), "layer");

  /* Nodes were added in the order of the file. */
  for (WeirNodeId id = 0; layer != NULL; layer = weir_xml_next (layer, "layer"), id++) {
    const WeirNode *node = weir_graph_node (graph, id);

    if (!check_side (graph, node, layer, "input", error) ||
        !check_side (graph, node, layer, "output", error))
      return FALSE;
  }
  return TRUE;
}
