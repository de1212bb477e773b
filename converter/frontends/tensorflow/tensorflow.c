#include "tensorflow.h"

#include "ir/verify.h"
#include "node.h"

#include <string.h>

/* GraphDef begins with field 1, a node whose field 1 is its name and field 2 its
 * operation. */
static int
probe_graph (const WeirBytes *head)
{
  WeirBytes bytes = *head;
  guint64 size, length;
  guint8 tag;

  if (!weir_bytes_u8 (&bytes, &tag) || tag != 0x0a ||
      !weir_bytes_varint (&bytes, &size) || !weir_bytes_u8 (&bytes, &tag) ||
      tag != 0x0a || !weir_bytes_varint (&bytes, &length) || length >= size ||
      length > G_MAXINT || !weir_bytes_skip (&bytes, (gsize) length) ||
      !weir_bytes_u8 (&bytes, &tag) || tag != 0x12)
    return 0;
  return 80;
}

static gboolean
begins_like_text (const WeirBytes *head)
{
  WeirBytes bytes = *head;

  while (bytes.pos < bytes.size && g_ascii_isspace (bytes.data[bytes.pos]))
    bytes.pos++;
  if (!weir_bytes_begins (&bytes, "node"))
    return FALSE;
  bytes.pos += strlen ("node");
  while (bytes.pos < bytes.size && g_ascii_isspace (bytes.data[bytes.pos]))
    bytes.pos++;
  return weir_bytes_begins (&bytes, "{");
}

static int
tf_probe (const WeirBytes *head, const char *path)
{
  (void) path;
  return begins_like_text (head) ? 60 : probe_graph (head);
}

static void
add_functions (TfImport *import, const Tf__FunctionDefLibrary *library)
{
  for (gsize i = 0; library != NULL && i < library->n_function; i++) {
    Tf__FunctionDef *function = library->function[i];

    if (function->signature != NULL && function->signature->name != NULL)
      g_hash_table_insert (import->functions, function->signature->name, function);
  }
}

/* Operations whose results nobody wants, though nobody else reads them. */
static const char *const no_outputs[] = {
  "Const",      "NoOp",      "Assert", "Placeholder",      "PlaceholderWithDefault",
  "SaveV2",     "RestoreV2", "Assign", "AssignVariableOp", "VarHandleOp",
  "VariableV2", "Variable",
};

static gboolean
gives_nothing (const Tf__NodeDef *proto)
{
  for (guint i = 0; i < G_N_ELEMENTS (no_outputs); i++)
    if (strcmp (proto->op, no_outputs[i]) == 0)
      return TRUE;
  return FALSE;
}

/* (transfer full): the nodes that no other reads, in the order of the file. */
static GPtrArray *
find_outputs (const Tf__GraphDef *graph)
{
  GPtrArray *outputs = g_ptr_array_new ();
  g_autoptr (GHashTable) read =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < graph->n_node; i++)
    for (gsize k = 0; k < graph->node[i]->n_input; k++) {
      const char *text = graph->node[i]->input[k];
      g_autofree char *output = NULL;
      guint index;

      if (!tf_is_control (text))
        g_hash_table_add (read, tf_split_name (text, &output, &index));
    }
  for (gsize i = 0; i < graph->n_node; i++)
    if (!gives_nothing (graph->node[i]) &&
        !g_hash_table_contains (read, graph->node[i]->name))
      g_ptr_array_add (outputs, graph->node[i]->name);
  return outputs;
}

/* Inputs stand in the order of the file, whatever reads them first. */
static gboolean
convert_inputs (TfScope *scope, const Tf__GraphDef *graph, GError **error)
{
  for (gsize i = 0; i < graph->n_node; i++)
    if (strcmp (graph->node[i]->op, "Placeholder") == 0 &&
        tf_scope_value (scope, graph->node[i]->name, error) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
convert_outputs (TfScope *scope, const Tf__GraphDef *graph, GError **error)
{
  g_autoptr (GPtrArray) outputs = find_outputs (graph);

  if (outputs->len == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the graph has no output");
  for (guint i = 0; i < outputs->len; i++) {
    const TfValue *value = tf_scope_value (scope, outputs->pdata[i], error);

    if (value == NULL)
      return FALSE;
    if (!value->broken)
      weir_build_result (scope->builder, outputs->pdata[i], value->port);
  }
  return weir_build_finish (scope->builder, error);
}

static gboolean
convert_graph (TfImport *import, const Tf__GraphDef *graph, WeirGraph *result,
               GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (result);
  TfScope scope;
  gboolean good;

  add_functions (import, graph->library);
  tf_scope_init (&scope, import, &builder);
  good = tf_scope_add (&scope, graph->node, graph->n_node, error) &&
         convert_inputs (&scope, graph, error) && convert_outputs (&scope, graph, error);
  if (good && import->unsupported->len > 0)
    good = weir_unsupported_fail (import->unsupported, "TensorFlow", error);
  tf_scope_clear (&scope);
  g_clear_error (&builder.error);
  if (!good)
    return FALSE;
  weir_edit_remove_all_unused (result);
  return weir_graph_verify (result, error);
}

static WeirModel *
load_file (TfImport *import, TfFile *file, GError **error)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autofree char *name = weir_frontend_model_name (import->input);
  gboolean good;

  import->file = file;
  import->functions = g_hash_table_new (g_str_hash, g_str_equal);
  import->names = g_string_chunk_new (4096);
  good = convert_graph (import, weir_wire_message (file->wire), graph, error);
  g_hash_table_unref (import->functions);
  g_string_chunk_free (import->names);
  return good ? weir_model_new (g_steal_pointer (&graph), name, "tensorflow") : NULL;
}

static gboolean
is_text (const WeirFrontendInput *input)
{
  WeirBytes bytes = weir_source_bytes (input->source);

  return weir_frontend_flag (input, "input_model_is_text") || begins_like_text (&bytes);
}

static WeirModel *
tf_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  TfImport import = { .input = input, .unsupported = unsupported };
  TfFile file = { 0 };
  WeirModel *model = NULL;

  if (input->source == NULL)
    weir_fail (error, WEIR_ERROR_ARGUMENT, "expected a graph, found a directory");
  else if (tf_file_read (&file, weir_source_gbytes (input->source),
                         &tf__graph_def__descriptor, is_text (input), error))
    model = load_file (&import, &file, error);
  tf_file_clear (&file);
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_frontend_input_name (input));
  return model;
}

const WeirFrontend weir_frontend_tensorflow = {
  .name = "tensorflow",
  .alias = "tf",
  .media_type = "application/x-tensorflow",
  .extensions = "pb|pbtxt",
  .probe = tf_probe,
  .op_names = tf_op_names,
  .load = tf_load,
};
