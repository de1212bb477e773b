#include "tflite.h"

#include "cut.h"
#include "ir/verify.h"
#include "metadata.h"
#include "operator.h"

#include <string.h>

/* What the tools of TensorFlow Lite call the metadata that they add. */
#define METADATA "TFLITE_METADATA"

static int
tflite_probe (const WeirBytes *head, const char *path)
{
  WeirBytes found;

  (void) path;
  return weir_bytes_slice (head, 4, strlen (TFL_IDENTIFIER), &found) &&
                 memcmp (found.data, TFL_IDENTIFIER, found.size) == 0
             ? 100
             : 0;
}

static gboolean
file_open (WeirTfliteFile *file)
{
  WeirFlat *flat = &file->flat;
  guint32 version;

  if (!weir_flat_root (flat, TFL_IDENTIFIER, &file->model))
    return FALSE;
  version = weir_flat_u32 (&file->model, MODEL_VERSION, 0);
  if (version != TFL_VERSION)
    return weir_flat_fail (flat, "expected format version %d, found %u", TFL_VERSION,
                           version);
  file->codes = weir_flat_vector (&file->model, MODEL_OPERATOR_CODES, 4);
  file->subgraphs = weir_flat_vector (&file->model, MODEL_SUBGRAPHS, 4);
  file->buffers = weir_flat_vector (&file->model, MODEL_BUFFERS, 4);
  if (flat->error == NULL && file->subgraphs.count == 0)
    return weir_flat_fail (flat, "there is no sub-graph");
  return flat->error == NULL;
}

/* Pictures are [N,H,W,C] in TensorFlow Lite. */
static gboolean
is_picture (const WeirShape *shape)
{
  gint64 channels = shape->rank == 4 ? shape->dims[3] : 0;

  return channels == 1 || channels == 3 || channels == 4;
}

static WeirPort
add_input (WeirTfliteScope *scope, WeirTfliteTensor *tensor)
{
  WeirPort port;

  if (!weir_port_is_none (tensor->port)) {
    weir_flat_fail (&scope->file->flat, "input '%s' is listed twice", tensor->name);
    return WEIR_PORT_NONE;
  }
  if (tensor->dtype == WEIR_DTYPE_UNKNOWN)
    return weir_build_fail (&scope->builder, WEIR_ERROR_UNSUPPORTED,
                            "input '%s' has element type %d", tensor->name, tensor->type);
  port =
      weir_build_parameter (&scope->builder, tensor->name, tensor->dtype, &tensor->shape);
  if (weir_build_failed (&scope->builder))
    return WEIR_PORT_NONE;
  weir_edit_add_tensor_name (scope->builder.graph, port, tensor->name);
  if (is_picture (&tensor->shape))
    weir_edit_set_layout (scope->builder.graph, port, "[N,H,W,C]");
  tensor->port = weir_tflite_real (scope, tensor, port);
  return port;
}

static gboolean
add_inputs (WeirTfliteScope *scope)
{
  for (guint32 i = 0; i < scope->inputs.count; i++) {
    WeirTfliteTensor *tensor = weir_tflite_listed (scope, &scope->inputs, i);
    WeirPort port = WEIR_PORT_NONE;

    if (tensor == NULL)
      return FALSE;
    if (weir_cut_plan_need_of (scope->cut->plan, (guint) (tensor - scope->tensors)) ==
        WEIR_CUT_KEEP)
      port = add_input (scope, tensor);
    if (scope->file->flat.error != NULL || weir_build_failed (&scope->builder))
      return FALSE;
    g_array_append_val (scope->cut->own, port);
  }
  return TRUE;
}

/* An output of the model is handed out as it is stored, any other value as it is. */
static gboolean
add_outputs (WeirTfliteScope *scope)
{
  const WeirCutPlan *plan = scope->cut->plan;

  for (guint i = 0; i < weir_cut_plan_n_outputs (plan); i++) {
    const WeirCutOutput *output = weir_cut_plan_output (plan, i);
    WeirTfliteTensor *tensor;
    WeirPort port;

    tensor = &scope->tensors[output->tensor];
    port = weir_tflite_value (scope, (gint32) output->tensor);
    if (output->name == NULL)
      port = weir_tflite_stored (scope, tensor, port);
    if (weir_build_failed (&scope->builder))
      return FALSE;
    if (*tensor->name != '\0')
      weir_edit_add_tensor_name (scope->builder.graph, port, tensor->name);
    weir_build_result (&scope->builder,
                       output->name != NULL ? output->name : tensor->name, port);
  }
  return !weir_build_failed (&scope->builder);
}

/* Where tensor @index stands at the border of the graph, or none. */
static WeirPort
border_port (const WeirTfliteScope *scope, gint32 index, gboolean inputs)
{
  const WeirTfliteCut *cut = scope->cut;

  for (guint32 k = 0; inputs && k < cut->own->len; k++)
    if (weir_flat_at_i32 (&scope->inputs, k) == index)
      return g_array_index (cut->own, WeirPort, k);
  for (guint k = 0; !inputs && k < weir_cut_plan_n_outputs (cut->plan); k++)
    if ((gint32) weir_cut_plan_output (cut->plan, k)->tensor == index)
      return weir_graph_result (scope->builder.graph, k)->inputs[0];
  return WEIR_PORT_NONE;
}

/* The names of a signature, beside those of the tensors. */
static void
add_signature_names (WeirTfliteScope *scope, const WeirFlatTable *signature, guint slot,
                     gboolean inputs)
{
  WeirFlatVector maps = weir_flat_vector (signature, slot, 4);

  for (guint32 i = 0; i < maps.count; i++) {
    g_autofree char *name = NULL;
    WeirFlatTable map;
    WeirPort port;

    if (!weir_flat_at_table (&maps, i, &map))
      return;
    name = weir_flat_string (&map, TENSOR_MAP_NAME);
    port =
        border_port (scope, (gint32) weir_flat_u32 (&map, TENSOR_MAP_INDEX, 0), inputs);
    if (name != NULL && !weir_port_is_none (port))
      weir_edit_add_tensor_name (scope->builder.graph, port, name);
  }
}

static void
add_signatures (WeirTfliteScope *scope)
{
  WeirFlatVector list = weir_flat_vector (&scope->file->model, MODEL_SIGNATURE_DEFS, 4);

  for (guint32 i = 0; i < list.count; i++) {
    WeirFlatTable signature;

    if (!weir_flat_at_table (&list, i, &signature))
      return;
    if (weir_flat_u32 (&signature, SIGNATURE_SUBGRAPH, 0) != 0)
      continue;
    add_signature_names (scope, &signature, SIGNATURE_INPUTS, TRUE);
    add_signature_names (scope, &signature, SIGNATURE_OUTPUTS, FALSE);
  }
}

static void
add_tensor_names (WeirTfliteScope *scope)
{
  for (guint32 i = 0; i < scope->n_tensors; i++) {
    const WeirTfliteTensor *tensor = &scope->tensors[i];

    if (!weir_port_is_none (tensor->port) && *tensor->name != '\0' &&
        tensor->quant.n == 0 && !tensor->is_constant)
      weir_edit_add_tensor_name (scope->builder.graph, tensor->port, tensor->name);
  }
}

static gboolean
convert_operators (WeirTfliteScope *scope, GError **error)
{
  WeirTfliteFile *file = scope->file;
  GError *local = NULL;

  if (weir_tflite_scope_convert (scope, &local))
    return TRUE;
  if (file->hint != NULL && g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_hash_table_add (file->hint->refused, GUINT_TO_POINTER (scope->cut->node));
    weir_cut_plan_suggest (scope->cut->plan, file->hint);
  }
  g_propagate_error (error, local);
  return FALSE;
}

/* Sub-graph 0 as the graph of @scope. */
static gboolean
convert_main (WeirTfliteScope *scope, GError **error)
{
  WeirFlat *flat = &scope->file->flat;

  if (add_inputs (scope)) {
    if (!convert_operators (scope, error))
      return FALSE;
    if (add_outputs (scope)) {
      add_signatures (scope);
      add_tensor_names (scope);
    }
  }
  if (flat->error == NULL)
    return weir_build_finish (&scope->builder, error) &&
           weir_tflite_cut_finish (scope, error);
  g_propagate_error (error, g_steal_pointer (&flat->error));
  return FALSE;
}

/* Refuses a file whose operators are not all known, after all of them are listed. */
static gboolean
check_operators (WeirTfliteScope *scope, GError **error)
{
  WeirTfliteFile *file = scope->file;

  if (!weir_tflite_scan (scope)) {
    g_propagate_error (error, g_steal_pointer (&file->flat.error));
    return FALSE;
  }
  if (file->unsupported->len == 0)
    return TRUE;
  if (file->hint != NULL)
    weir_cut_plan_suggest (scope->cut->plan, file->hint);
  return weir_unsupported_fail (file->unsupported, "TensorFlow Lite", error);
}

static gboolean
convert_file (WeirTfliteFile *file, const WeirCut *asked, WeirGraph *graph,
              GError **error)
{
  WeirTfliteCut cut = { 0 };
  WeirTfliteScope scope;
  gboolean good;

  if (!file_open (file)) {
    g_propagate_error (error, g_steal_pointer (&file->flat.error));
    return FALSE;
  }
  good = weir_tflite_scope_open (&scope, file, 0, graph, 0, error) &&
         weir_tflite_cut_init (&cut, &scope, asked, error) &&
         check_operators (&scope, error) && convert_main (&scope, error) &&
         weir_graph_verify (graph, error);
  weir_tflite_cut_clear (&cut);
  weir_tflite_scope_close (&scope);
  return good;
}

/* What the graph is called: by itself, else by its file. */
static char *
model_name (WeirTfliteFile *file, const WeirFrontendInput *input)
{
  WeirFlatTable subgraph;
  g_autofree char *name = NULL;

  if (weir_flat_at_table (&file->subgraphs, 0, &subgraph))
    name = weir_flat_string (&subgraph, SUBGRAPH_NAME);
  return name != NULL && *name != '\0' ? g_steal_pointer (&name)
                                       : weir_frontend_model_name (input);
}

/* The buffer that the file lists under @name; FALSE if there is none. */
static gboolean
find_metadata (WeirTfliteFile *file, const char *name, WeirBytes *bytes)
{
  WeirFlatVector list = weir_flat_vector (&file->model, MODEL_METADATA, 4);

  for (guint32 i = 0; i < list.count; i++) {
    g_autofree char *found = NULL;
    WeirFlatTable entry, buffer;

    if (!weir_flat_at_table (&list, i, &entry))
      return FALSE;
    found = weir_flat_string (&entry, METADATA_NAME);
    if (g_strcmp0 (found, name) != 0)
      continue;
    if (!weir_flat_at_table (&file->buffers, weir_flat_u32 (&entry, METADATA_BUFFER, 0),
                             &buffer))
      return FALSE;
    *bytes = weir_flat_bytes (&buffer, BUFFER_DATA);
    return bytes->size > 0;
  }
  return FALSE;
}

static WeirModel *
tflite_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  WeirBytes bytes = weir_source_bytes (input->source);
  WeirTfliteFile file = { .source = input->source,
                          .unsupported = unsupported,
                          .hint = input->hint };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirModel *model = NULL;
  WeirBytes metadata;

  weir_flat_init (&file.flat, &bytes);
  if (convert_file (&file, input->cut, graph, error)) {
    g_autofree char *name = model_name (&file, input);
    model = weir_model_new (g_steal_pointer (&graph), name, weir_frontend_tflite.name);
    if (find_metadata (&file, METADATA, &metadata))
      weir_tflite_metadata (&metadata, &bytes, model);
  } else {
    g_prefix_error (error, "%s: ", weir_source_name (input->source));
  }
  g_clear_pointer (&file.variables, g_hash_table_unref);
  weir_flat_clear (&file.flat);
  return model;
}

const WeirFrontend weir_frontend_tflite = {
  .name = "tflite",
  .media_type = "application/x-tflite",
  .extensions = "tflite|lite",
  .probe = tflite_probe,
  .op_names = weir_tflite_op_names,
  .cuts = TRUE,
  .load = tflite_load,
};
