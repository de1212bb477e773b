#include "caffe.h"

#include "frontends/text.h"
#include "ir/verify.h"

#include <string.h>

static gboolean
is_hdf5_name (const char *path)
{
  return path != NULL && g_str_has_suffix (path, ".caffemodel.h5");
}

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
  if (tag == 0x89 && is_hdf5_name (path))
    return 95;
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

/* "net.caffemodel", "net.caffemodel.h5" -> "net.prototxt" */
static char *
cf_topology_name (const char *name)
{
  gsize length = strlen (name) - (is_hdf5_name (name) ? strlen (".h5") : 0);
  const char *dot = g_strrstr_len (name, (gssize) length, ".");

  return g_strdup_printf ("%.*s.prototxt",
                          (int) (dot != NULL ? (gsize) (dot - name) : length), name);
}

static gboolean
build (CfImport *import, const Caffe__NetParameter *net, WeirGraph *graph, GError **error)
{
  import->builder = WEIR_BUILDER (graph);
  if (!cf_net_describe (import, net, error) || !cf_cut_solve (import, error) ||
      !cf_cut_convert (import, error))
    return FALSE;
  if (import->unsupported->len > 0)
    return weir_unsupported_fail (import->unsupported, "Caffe", error);
  return cf_cut_finish (import, error) && weir_graph_verify (graph, error);
}

static void
clear_entry (gpointer data)
{
  g_free (((CfEntry *) data)->bottoms);
  g_free (((CfEntry *) data)->tops);
}

static gboolean
convert (CfImport *import, const Caffe__NetParameter *net, WeirGraph *graph,
         GError **error)
{
  gboolean good;

  import->plan = weir_cut_plan_new (import->input->cut, FALSE);
  import->values = g_array_new (FALSE, FALSE, sizeof (CfValue));
  import->entries = g_array_new (FALSE, FALSE, sizeof (CfEntry));
  g_array_set_clear_func (import->entries, clear_entry);
  good = build (import, net, graph, error);
  if (!good && import->input->hint != NULL)
    weir_cut_plan_suggest (import->plan, import->input->hint);
  g_clear_error (&import->builder.error);
  g_array_unref (import->entries);
  g_array_unref (import->values);
  g_free (import->inputs);
  weir_cut_plan_free (import->plan);
  return good;
}

/* The topology as a message, and as it stands. @text is what it was encoded to. */
static WeirWire *
read_topology (const WeirFrontendInput *input, GBytes **text, WeirTextTree **tree,
               GError **error)
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
  *tree = *text != NULL ? weir_text_tree_new (&bytes, error) : NULL;
  wire = *tree != NULL ? weir_wire_read (WEIR_BYTES (g_bytes_get_data (*text, NULL),
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
  g_autoptr (WeirTextTree) tree = NULL;
  g_autoptr (WeirWire) topology = read_topology (input, &text, &tree, error);
  g_autofree char *name = weir_frontend_model_name (input);
  const Caffe__NetParameter *net;

  if (topology == NULL)
    return NULL;
  import->topology = topology;
  import->tree = tree;
  net = weir_wire_message (topology);
  cf_fields_note (import);
  if (!cf_custom_open (import, error) ||
      !cf_weights_open (&import->weights, input, error) ||
      !convert (import, net, graph, error) || !cf_mean_subtract (import, graph, error))
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
  cf_weights_clear (&import.weights);
  g_clear_pointer (&import.custom, g_hash_table_unref);
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
  .cuts = TRUE,
  .load = cf_load,
};
