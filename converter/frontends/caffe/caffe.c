#include "caffe.h"

#include "frontends/text.h"
#include "ir/verify.h"

#include <string.h>

/* NetParameter: an optional name (field 1), then layers: field 100, or in the first
 * version field 2, each of which begins with bottoms, tops or its name (fields 2 to 4).
 */
static int
cf_probe (const WeirBytes *head, const char *path)
{
  WeirBytes bytes = *head;
  guint64 size = 0;
  guint8 tag, second;

  if (!weir_bytes_u8 (&bytes, &tag))
    return 0;
  if (tag == 0x0a &&
      (!weir_bytes_varint (&bytes, &size) || size > WEIR_MAX_NAME ||
       !weir_bytes_skip (&bytes, (gsize) size) || !weir_bytes_u8 (&bytes, &tag)))
    return 0;
  if (tag == 0xa2 && weir_bytes_u8 (&bytes, &second) && second == 0x06)
    return 70;
  if (tag == 0x12 && weir_bytes_varint (&bytes, &size) &&
      weir_bytes_u8 (&bytes, &second) &&
      (second == 0x12 || second == 0x1a || second == 0x22))
    return path != NULL && g_str_has_suffix (path, ".caffemodel") ? 60 : 40;
  return path != NULL && g_str_has_suffix (path, ".caffemodel") ? 60 : 0;
}

/* "net.caffemodel" -> "net.prototxt" */
static char *
cf_topology_name (const char *name)
{
  const char *dot = strrchr (name, '.');

  return g_strdup_printf (
      "%.*s.prototxt", (int) (dot != NULL ? dot - name : (gssize) strlen (name)), name);
}

static gboolean
names_stage (char *const *stages, gsize n, const char *stage)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (stages[i], stage) == 0)
      return TRUE;
  return FALSE;
}

/* Whether a rule is that of a network that is tested, at the level and the stages that
 * the text itself may ask for. */
static gboolean
rule_holds (const Caffe__NetStateRule *rule, const Caffe__NetState *state)
{
  if ((rule->phase != NULL && strcmp (rule->phase, "TEST") != 0) ||
      (rule->has_min_level && state->level < rule->min_level) ||
      (rule->has_max_level && state->level > rule->max_level))
    return FALSE;
  for (gsize i = 0; i < rule->n_stage; i++)
    if (!names_stage (state->stage, state->n_stage, rule->stage[i]))
      return FALSE;
  for (gsize i = 0; i < rule->n_not_stage; i++)
    if (names_stage (state->stage, state->n_stage, rule->not_stage[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_included (const Caffe__LayerParameter *layer, const Caffe__NetState *state)
{
  gboolean included = layer->n_include == 0;

  for (gsize i = 0; i < layer->n_exclude; i++)
    if (rule_holds (layer->exclude[i], state))
      return FALSE;
  for (gsize i = 0; i < layer->n_include; i++)
    included |= rule_holds (layer->include[i], state);
  return included;
}

/* Inputs without a layer of their own: "input", with shapes of either form. */
static gboolean
add_inputs (CfImport *import, const Caffe__NetParameter *net, GError **error)
{
  for (gsize i = 0; i < net->n_input; i++) {
    WeirShape shape = WEIR_SHAPE_UNKNOWN;
    const Caffe__BlobShape *given = i < net->n_input_shape ? net->input_shape[i] : NULL;

    if (given != NULL && !weir_shape_init (&shape, given->dim, given->n_dim, error))
      return FALSE;
    if (given == NULL && net->n_input_dim >= 4 * (i + 1) &&
        !weir_shape_init (&shape, net->input_dim + 4 * i, 4, error))
      return FALSE;
    cf_set (
        import, net->input[i],
        weir_build_parameter (&import->builder, net->input[i], WEIR_DTYPE_F32, &shape));
  }
  return weir_build_finish (&import->builder, error);
}

static gboolean
add_layers (CfImport *import, const Caffe__NetState *state,
            Caffe__LayerParameter **layers, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (is_included (layers[i], state) && !cf_layer_convert (import, layers[i], error))
      return FALSE;
  return TRUE;
}

/* Labels that only a measurement reads are no output. */
static gboolean
is_input (const CfImport *import, const char *top, const CfValue *value)
{
  const WeirNode *node = weir_port_is_none (value->port)
                             ? NULL
                             : weir_graph_node (import->builder.graph, value->port.node);

  return node != NULL && weir_node_is (node, "Parameter") &&
         strcmp (node->name, top) == 0;
}

/* What no layer reads, in the order in which it was written. */
static gboolean
add_outputs (CfImport *import, GError **error)
{
  guint count = 0;

  for (guint i = 0; i < import->tops->len; i++) {
    const char *top = import->tops->pdata[i];
    const CfValue *value = g_hash_table_lookup (import->values, top);

    if (value->read || is_input (import, top, value))
      continue;
    weir_build_result (&import->builder, top, value->port);
    if (!weir_port_is_none (value->port))
      weir_edit_add_tensor_name (import->builder.graph, value->port, top);
    count++;
  }
  return count > 0 ? weir_build_finish (&import->builder, error)
                   : weir_fail (error, WEIR_ERROR_FORMAT, "the network has no output");
}

static gboolean
build (CfImport *import, const Caffe__NetParameter *net, WeirGraph *graph, GError **error)
{
  const Caffe__NetState none = CAFFE__NET_STATE__INIT;
  const Caffe__NetState *state = net->state != NULL ? net->state : &none;

  import->builder = WEIR_BUILDER (graph);
  if (!add_inputs (import, net, error) ||
      !add_layers (import, state, net->layers, net->n_layers, error) ||
      !add_layers (import, state, net->layer, net->n_layer, error))
    return FALSE;
  if (import->unsupported->len > 0)
    return weir_unsupported_fail (import->unsupported, "Caffe", error);
  if (!add_outputs (import, error))
    return FALSE;
  weir_edit_remove_all_unused (graph);
  return weir_graph_verify (graph, error);
}

static gboolean
convert (CfImport *import, const Caffe__NetParameter *net, WeirGraph *graph,
         GError **error)
{
  gboolean good;

  import->blobs = cf_blobs_index (weir_wire_message (import->weights));
  import->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  import->tops = g_ptr_array_new ();
  good = build (import, net, graph, error);
  g_clear_error (&import->builder.error);
  g_ptr_array_unref (import->tops);
  g_hash_table_unref (import->values);
  g_hash_table_unref (import->blobs);
  return good;
}

/* The topology as a message. @text is what it was encoded to. */
static WeirWire *
read_topology (const WeirFrontendInput *input, GBytes **text, GError **error)
{
  WeirBytes bytes;
  WeirWire *wire;

  if (input->topology == NULL) {
    weir_fail (
        error, WEIR_ERROR_ARGUMENT,
        "the topology is missing: expected a .prototxt of the same name beside it, "
        "or --input_proto FILE");
    return NULL;
  }
  bytes = weir_source_bytes (input->topology);
  *text = weir_text_encode (&bytes, &caffe__net_parameter__descriptor, NULL, error);
  wire = *text != NULL ? weir_wire_read (WEIR_BYTES (g_bytes_get_data (*text, NULL),
                                                     g_bytes_get_size (*text)),
                                         &caffe__net_parameter__descriptor, NULL, error)
                       : NULL;
  if (wire == NULL)
    g_prefix_error (error, "%s: ", weir_source_name (input->topology));
  return wire;
}

static WeirModel *
load (CfImport *import, GError **error)
{
  const WeirFrontendInput *input = import->input;
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (GBytes) text = NULL;
  g_autoptr (WeirWire) topology = read_topology (input, &text, error);
  g_autofree char *name = weir_frontend_model_name (input);
  const Caffe__NetParameter *net;

  if (topology == NULL)
    return NULL;
  import->weights = weir_wire_read (weir_source_bytes (input->source),
                                    &caffe__net_weights__descriptor, NULL, error);
  import->topology = topology;
  net = weir_wire_message (topology);
  if (import->weights == NULL || !convert (import, net, graph, error))
    return NULL;
  return weir_model_new (g_steal_pointer (&graph),
                         net->name != NULL && *net->name != '\0' ? net->name : name,
                         "caffe");
}

static WeirModel *
cf_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  CfImport import = { .input = input, .unsupported = unsupported };
  WeirModel *model = NULL;

  if (input->source == NULL)
    weir_fail (error, WEIR_ERROR_ARGUMENT, "expected a .caffemodel, found a directory");
  else
    model = load (&import, error);
  weir_wire_free (import.weights);
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_frontend_input_name (input));
  return model;
}

const WeirFrontend weir_frontend_caffe = {
  .name = "caffe",
  .media_type = "application/x-caffe",
  .extensions = "caffemodel",
  .topology_option = "input_proto",
  .topology_name = cf_topology_name,
  .probe = cf_probe,
  .op_names = cf_op_names,
  .load = cf_load,
};
