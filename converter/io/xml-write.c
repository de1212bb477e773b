#include "write.h"

#include <string.h>

/* An IR from a model: the net and its layers. */

/* Model Optimizer of 2021, the last to write v10, knew these operation sets. */
#define V10_OPSET 7

static guint
version_of (const WeirNode *node)
{
  guint version = node->op->versions[0];

  for (guint i = 0; i < WEIR_MAX_VERSIONS && node->op->versions[i] != 0; i++)
    if (node->op->versions[i] <= node->version)
      version = node->op->versions[i];
  return version;
}

static void
write_shape_attr (IrWriter *writer, const WeirShape *shape)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "",
                            shape->dims[i]);
  ir_text_attr (&writer->text, "shape", text->str);
}

static gboolean
write_constant (IrWriter *writer, const WeirNode *node, GError **error)
{
  WeirTensor *value = node->outputs[0].info.value;
  gsize offset;

  if (value == NULL)
    return weir_fail (error, WEIR_ERROR_INTERNAL, "a constant without contents");
  if (!ir_blobs_add (writer->blobs, value, &offset, error))
    return FALSE;
  ir_text_open (&writer->text, "data");
  ir_text_attr (&writer->text, "element_type",
                weir_dtype_name (weir_tensor_dtype (value)));
  write_shape_attr (writer, weir_tensor_shape (value));
  ir_text_attr_int (&writer->text, "offset", (gint64) offset);
  ir_text_attr_int (&writer->text, "size", (gint64) weir_tensor_size (value));
  ir_text_close (&writer->text, "data");
  return TRUE;
}

static gboolean
write_data (IrWriter *writer, const WeirNode *node, GError **error)
{
  const WeirAttrRow *rows = node->op->attrs;
  gboolean any = FALSE;

  if (weir_node_is (node, "Constant"))
    return write_constant (writer, node, error);
  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    g_autofree char *value = NULL;

    if (!weir_attr_row_in (&rows[i], version_of (node)))
      continue;
    if (rows[i].fallback == NULL && !node->attrs[i].set)
      return weir_fail (error, WEIR_ERROR_INTERNAL, "attribute '%s' is missing",
                        rows[i].name);
    if (!any)
      ir_text_open (&writer->text, "data");
    any = TRUE;
    value = weir_attr_print (&rows[i], &node->attrs[i]);
    ir_text_attr (&writer->text, rows[i].name, value);
  }
  if (any)
    ir_text_close (&writer->text, "data");
  return TRUE;
}

static void
write_note (IrWriter *writer, const char *name, const char *attr, const char *value)
{
  ir_text_open (&writer->text, "attribute");
  ir_text_attr (&writer->text, "name", name);
  ir_text_attr (&writer->text, "version", "0");
  if (*value != '\0')
    ir_text_attr (&writer->text, attr, value);
  ir_text_close (&writer->text, "attribute");
}

static void
write_rt_info (IrWriter *writer, const WeirNode *node)
{
  g_autoptr (GList) names = NULL;

  if (node->rt_info == NULL || g_hash_table_size (node->rt_info) == 0)
    return;
  names = g_list_sort (g_hash_table_get_keys (node->rt_info), (GCompareFunc) strcmp);
  ir_text_open (&writer->text, "rt_info");
  for (const GList *at = names; at != NULL; at = at->next)
    write_note (writer, at->data, "value", weir_node_rt_info (node, at->data));
  ir_text_close (&writer->text, "rt_info");
}

static void
write_names (IrWriter *writer, const GPtrArray *names)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++) {
    if (i > 0)
      g_string_append_c (list, ',');
    for (const char *at = names->pdata[i]; *at != '\0'; at++) {
      if (*at == ',')
        g_string_append_c (list, '\\');
      g_string_append_c (list, *at);
    }
  }
  ir_text_attr (&writer->text, "names", list->str);
}

/* @output is NULL for an input port. */
static void
write_port (IrWriter *writer, guint id, const WeirValueInfo *info,
            const WeirOutput *output)
{
  ir_text_open (&writer->text, "port");
  ir_text_attr_int (&writer->text, "id", id);
  if (writer->version >= 11 || output != NULL)
    ir_text_attr (&writer->text, "precision", weir_dtype_precision (info->dtype));
  if (output != NULL && output->names != NULL && output->names->len > 0)
    write_names (writer, output->names);
  for (int i = 0; i < info->shape.rank; i++)
    ir_text_number (&writer->text, "dim", info->shape.dims[i]);
  if (output != NULL && output->layout != NULL) {
    ir_text_open (&writer->text, "rt_info");
    write_note (writer, "layout", "layout", output->layout);
    ir_text_close (&writer->text, "rt_info");
  }
  ir_text_close (&writer->text, "port");
}

/* Outputs are numbered on from the inputs. */
static void
write_ports (IrWriter *writer, const WeirGraph *graph, const WeirNode *node)
{
  if (node->n_inputs > 0)
    ir_text_open (&writer->text, "input");
  for (guint i = 0; i < node->n_inputs; i++)
    write_port (writer, i, weir_node_input_info (graph, node, i), NULL);
  if (node->n_inputs > 0)
    ir_text_close (&writer->text, "input");
  if (node->n_outputs > 0)
    ir_text_open (&writer->text, "output");
  for (guint i = 0; i < node->n_outputs; i++)
    write_port (writer, node->n_inputs + i, &node->outputs[i].info, &node->outputs[i]);
  if (node->n_outputs > 0)
    ir_text_close (&writer->text, "output");
}

static gboolean
write_inside (IrWriter *writer, const WeirGraph *graph, const WeirNode *node,
              const IrOrder *bodies, guint depth, GError **error)
{
  if (!write_data (writer, node, error))
    return FALSE;
  write_rt_info (writer, node);
  ir_write_maps (writer, node, bodies);
  write_ports (writer, graph, node);
  return ir_write_bodies (writer, node, bodies, depth, error);
}

static gboolean
write_layer (IrWriter *writer, const WeirGraph *graph, const WeirNode *node, guint id,
             const char *name, guint depth, GError **error)
{
  const char *type = node->op->xml_type != NULL ? node->op->xml_type : node->op->name;
  g_autofree IrOrder *bodies = g_new0 (IrOrder, MAX (node->n_bodies, 1));
  char opset[16];
  gboolean good = TRUE;

  g_snprintf (opset, sizeof opset, "opset%u", version_of (node));
  ir_text_open (&writer->text, "layer");
  ir_text_attr_int (&writer->text, "id", id);
  ir_text_attr (&writer->text, "name", name);
  ir_text_attr (&writer->text, "type", type);
  ir_text_attr (&writer->text, "version",
                node->op->extension != NULL ? node->op->extension->version : opset);
  for (guint i = 0; good && i < node->n_bodies; i++)
    good = ir_order_init (&bodies[i], node->bodies[i].graph, error);
  good = good && write_inside (writer, graph, node, bodies, depth, error);
  for (guint i = 0; i < node->n_bodies; i++)
    ir_order_clear (&bodies[i]);
  ir_text_close (&writer->text, "layer");
  if (!good)
    g_prefix_error (error, "node '%s' (%s): ", node->name, node->op->name);
  return good;
}

/* OpenVINO wants every name once, but for those of results. @used counts, by name, how
 * many were made from it. */
static char *
unique_name (GHashTable *used, const WeirNode *node)
{
  char *name = g_strdup (node->name);
  guint made;

  if (weir_node_is (node, "Result"))
    return name;
  made = GPOINTER_TO_UINT (g_hash_table_lookup (used, node->name));
  while (g_hash_table_contains (used, name)) {
    g_free (name);
    name = g_strdup_printf ("%s_%u", node->name, ++made);
  }
  g_hash_table_insert (used, g_strdup (node->name), GUINT_TO_POINTER (made));
  if (made > 0)
    g_hash_table_insert (used, g_strdup (name), GUINT_TO_POINTER (0));
  return name;
}

static void
write_edges (IrWriter *writer, const IrOrder *order)
{
  ir_text_open (&writer->text, "edges");
  for (guint n = 0; n < order->nodes->len; n++) {
    WeirNodeId id = g_array_index (order->nodes, WeirNodeId, n);
    const WeirNode *node = weir_graph_node (order->graph, id);

    for (guint i = 0; i < node->n_inputs; i++) {
      const WeirNode *from = weir_node_input (order->graph, node, i);

      ir_text_open (&writer->text, "edge");
      ir_text_attr_int (&writer->text, "from-layer", order->ids[from->id]);
      ir_text_attr_int (&writer->text, "from-port",
                        from->n_inputs + node->inputs[i].index);
      ir_text_attr_int (&writer->text, "to-layer", order->ids[id]);
      ir_text_attr_int (&writer->text, "to-port", i);
      ir_text_close (&writer->text, "edge");
    }
  }
  ir_text_close (&writer->text, "edges");
}

gboolean
ir_write_graph (IrWriter *writer, const IrOrder *order, guint depth, GError **error)
{
  g_autoptr (GHashTable) used =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  ir_text_open (&writer->text, "layers");
  for (guint i = 0; i < order->nodes->len; i++) {
    const WeirNode *node =
        weir_graph_node (order->graph, g_array_index (order->nodes, WeirNodeId, i));
    g_autofree char *name = unique_name (used, node);

    if (!write_layer (writer, order->graph, node, i, name, depth, error))
      return FALSE;
  }
  ir_text_close (&writer->text, "layers");
  write_edges (writer, order);
  return TRUE;
}

static void
collect_too_new (const WeirGraph *graph, guint depth, GString *list)
{
  for (guint i = 0; i < weir_graph_size (graph) && list->len < WEIR_MAX_NAME; i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (node == NULL)
      continue;
    if (version_of (node) > V10_OPSET)
      g_string_append_printf (list, "%s'%s' (%s of opset%u)", list->len > 0 ? ", " : "",
                              node->name, node->op->name, version_of (node));
    for (guint b = 0; depth < WEIR_MAX_BODY_DEPTH && b < node->n_bodies; b++)
      collect_too_new (node->bodies[b].graph, depth + 1, list);
  }
}

static gboolean
check_version (const WeirModel *model, guint version, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  if (version != 10 && version != 11)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "IR version 10 or 11, not %u", version);
  if (version == 10)
    collect_too_new (weir_model_graph (model), 0, list);
  return list->len == 0 ||
         weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "IR v10 ends with opset%u and cannot hold %s", V10_OPSET, list->str);
}

gboolean
ir_write_model (IrWriter *writer, const WeirModel *model, GError **error)
{
  IrOrder order;
  gboolean good;

  if (!check_version (model, writer->version, error) ||
      !ir_order_init (&order, weir_model_graph (model), error))
    return FALSE;
  g_string_append (writer->text.text, "<?xml version=\"1.0\"?>\n");
  ir_text_open (&writer->text, "net");
  ir_text_attr (&writer->text, "name", weir_model_name (model));
  ir_text_attr_int (&writer->text, "version", writer->version);
  good = ir_write_graph (writer, &order, 0, error);
  ir_order_clear (&order);
  if (!good)
    return FALSE;
  ir_write_info (writer, model);
  ir_text_close (&writer->text, "net");
  return TRUE;
}

gboolean
weir_ir_serialize (const WeirModel *model, guint version, GBytes **xml, GBytes **bin,
                   GError **error)
{
  g_autoptr (IrBlobs) blobs = ir_blobs_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  IrWriter writer = { .text = { .text = text }, .blobs = blobs, .version = version };

  if (!ir_write_model (&writer, model, error))
    return FALSE;
  *bin = ir_blobs_bytes (blobs, error);
  if (*bin == NULL)
    return FALSE;
  *xml = g_string_free_to_bytes (g_steal_pointer (&text));
  return TRUE;
}
