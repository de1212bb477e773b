#include "onnx.h"

#include "base/error.h"
#include "cut.h"
#include "functions.h"
#include "ir/verify.h"
#include "node.h"
#include "table.h"

#include <string.h>

/* The newest version of the standard's operations that the tables were written against.
 */
#define NEWEST_OPSET 28
#define OLDEST_IR    3

/* More entries than any exporter writes; each is compared with all before it. */
#define MAX_ENTRIES  ((gsize) 1000)
#define MAX_METADATA ((gsize) 1 << 20)

/* ModelProto begins with field 1, ir_version, or with the producer's name in files of old
 * writers; there is no magic number, so the first fields must be those of a model. */
static int
onnx_probe (const WeirBytes *head, const char *path)
{
  WeirBytes bytes = *head, text;
  guint64 tag, value;
  int sure = 0;

  (void) path;
  for (guint fields = 0; fields < 4 && weir_bytes_varint (&bytes, &tag); fields++) {
    guint64 number = tag >> 3;

    if (number == 0 || number > 26 || !weir_bytes_varint (&bytes, &value))
      return 0;
    if ((tag & 7) == 0 && number == 1 && value >= OLDEST_IR && value < 100)
      sure = 50;
    if ((tag & 7) == 0)
      continue;
    if ((tag & 7) != 2)
      return 0;
    if (sure > 0 && (number == 7 || number == 2 || number == 8))
      sure = 80;
    if (!weir_bytes_take (&bytes, value, &text))
      break;
  }
  return sure;
}

static gboolean
add_input (OnnxScope *scope, const Onnx__ValueInfoProto *info, GError **error)
{
  OnnxValue value = { .port = WEIR_PORT_NONE };
  WeirDtype dtype;
  WeirShape shape;

  if (!onnx_value_info (info, &dtype, &shape, error)) {
    g_prefix_error (error, "input ");
    return FALSE;
  }
  value.port = weir_build_parameter (scope->builder, info->name, dtype, &shape);
  if (!weir_build_finish (scope->builder, error) ||
      !onnx_scope_set (scope, info->name, &value, error))
    return FALSE;
  weir_edit_add_tensor_name (scope->builder->graph, value.port, info->name);
  return TRUE;
}

/* A Parameter for each input that is needed and has no initializer (up to IR version 3
 * those were listed as inputs too). */
static gboolean
add_inputs (OnnxScope *scope, const Onnx__GraphProto *graph, GError **error)
{
  for (gsize i = 0; i < graph->n_input; i++) {
    const Onnx__ValueInfoProto *info = graph->input[i];
    OnnxValue broken = { .port = WEIR_PORT_NONE, .broken = TRUE };
    WeirCutNeed need;

    if (info->name == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "an input has no name");
    need = onnx_cut_need (scope->cut, info->name);
    if (need == WEIR_CUT_SKIP ||
        g_hash_table_contains (scope->initializers, info->name) ||
        g_hash_table_contains (scope->sparse, info->name))
      continue;
    if (!add_input (scope, info, need == WEIR_CUT_LOOK ? NULL : error) &&
        (need == WEIR_CUT_KEEP || !onnx_scope_set (scope, info->name, &broken, error)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
convert_nodes (OnnxScope *scope, const Onnx__GraphProto *proto, GError **error)
{
  const OnnxImport *import = scope->import;

  if (!add_inputs (scope, proto, error) ||
      !onnx_scope_run (scope, proto->node, proto->n_node, error))
    return FALSE;
  if (import->unsupported->len == 0)
    return TRUE;
  if (import->input->hint != NULL)
    weir_cut_plan_suggest (scope->cut->plan, import->input->hint);
  return weir_unsupported_fail (import->unsupported, "ONNX", error);
}

static gboolean
build_graph (OnnxImport *import, WeirGraph *graph, GError **error)
{
  const Onnx__GraphProto *proto = import->model->graph;
  WeirBuilder builder = WEIR_BUILDER (graph);
  OnnxCut cut = { 0 };
  OnnxScope scope;
  gboolean done;

  if (proto->n_output == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the graph has no outputs");
  onnx_scope_init (&scope, import, NULL, &builder);
  scope.cut = &cut;
  done = onnx_scope_add_graph (&scope, proto, error) &&
         onnx_cut_init (&cut, &scope, proto, error) &&
         convert_nodes (&scope, proto, error) && onnx_cut_outputs (&scope, error) &&
         onnx_cut_finish (&scope, error);
  onnx_cut_clear (&cut);
  onnx_scope_clear (&scope);
  return done && weir_graph_verify (graph, error);
}

static gboolean
check_versions (const Onnx__ModelProto *model, GError **error)
{
  if (model->graph == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "not an ONNX model: it holds no graph");
  if (model->ir_version < OLDEST_IR)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "IR version %" G_GINT64_FORMAT "; expected %d or newer",
                      model->ir_version, OLDEST_IR);
  for (gsize i = 0; i < model->n_opset_import; i++) {
    const Onnx__OperatorSetIdProto *set = model->opset_import[i];

    if ((set->domain == NULL || *set->domain == '\0') && set->version > NEWEST_OPSET)
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                        "operation set %" G_GINT64_FORMAT "; at most %d is known",
                        set->version, NEWEST_OPSET);
  }
  return TRUE;
}

/* What the exporting program says about the model: classes, strides, tasks. */
static void
add_metadata (const OnnxImport *import, WeirModel *model)
{
  const Onnx__ModelProto *proto = import->model;

  if (proto->producer_name != NULL && *proto->producer_name != '\0')
    weir_model_set_info (model, "framework_producer", proto->producer_name);
  for (gsize i = 0; i < MIN (proto->n_metadata_props, MAX_ENTRIES); i++) {
    const Onnx__StringStringEntryProto *entry = proto->metadata_props[i];
    g_autofree char *path = g_strconcat ("framework_metadata/", entry->key, NULL);
    g_autofree char *text =
        weir_wire_text (import->wire, &entry->value, MAX_METADATA, NULL);

    if (entry->key != NULL && text != NULL)
      weir_model_set_info (model, path, text);
  }
}

static void
import_init (OnnxImport *import, const WeirFrontendInput *input, const WeirWire *wire,
             GPtrArray *unsupported)
{
  *import = (OnnxImport){ .input = input,
                          .wire = wire,
                          .model = weir_wire_message (wire),
                          .unsupported = unsupported };
  import->functions = onnx_functions_index (import->model);
  import->names = g_string_chunk_new (4096);
  import->sequences = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  weir_budget_init (&import->budget, weir_source_bytes (input->source).size);
}

static void
import_clear (OnnxImport *import)
{
  g_hash_table_unref (import->functions);
  g_string_chunk_free (import->names);
  g_ptr_array_unref (import->sequences);
}

static WeirModel *
load (OnnxImport *import, GError **error)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  const char *name;
  WeirModel *model;

  if (!check_versions (import->model, error) || !build_graph (import, graph, error))
    return NULL;
  name = import->model->graph->name;
  model = weir_model_new (g_steal_pointer (&graph), name != NULL ? name : "", "onnx");
  add_metadata (import, model);
  return model;
}

static WeirModel *
onnx_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  g_autoptr (WeirWire) wire = NULL;
  WeirModel *model = NULL;
  WeirBytes bytes;
  OnnxImport import;

  if (input->source == NULL) {
    weir_fail (error, WEIR_ERROR_ARGUMENT, "expected an ONNX file, found a directory");
    return NULL;
  }
  bytes = weir_source_bytes (input->source);
  if (bytes.size == 0)
    weir_fail (error, WEIR_ERROR_FORMAT, "the file is empty");
  else
    wire = weir_wire_read (bytes, &onnx__model_proto__descriptor,
                           &onnx__graph_proto__descriptor, error);
  if (wire != NULL) {
    import_init (&import, input, wire, unsupported);
    model = load (&import, error);
    import_clear (&import);
  }
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_source_name (input->source));
  return model;
}

const WeirFrontend weir_frontend_onnx = {
  .name = "onnx",
  .media_type = "application/x-onnx",
  .extensions = "onnx",
  .probe = onnx_probe,
  .op_names = onnx_op_names,
  .cuts = TRUE,
  .load = onnx_load,
};
