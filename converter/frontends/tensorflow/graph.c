#include "cut.h"
#include "replace.h"

#include "ir/verify.h"

#include <string.h>

/* What of a graph becomes the network. */

/* Operations whose results nobody wants, though nobody else reads them; and those whose
 * names begin like what training and saving leave behind. */
static const char *const no_outputs[] = {
  "Const",
  "NoOp",
  "Assert",
  "Placeholder",
  "PlaceholderWithDefault",
  "VarHandleOp",
  "Variable",
  "ReadVariableOp",
  "VariableV2",
  "VarIsInitializedOp",
  "IsVariableInitialized",
  "ShardedFilename",
  "MergeV2Checkpoints",
};
static const char *const no_output_families[] = {
  "Assign",      "Save",          "Restore",          "Apply",        "ResourceApply",
  "SparseApply", "ScalarSummary", "HistogramSummary", "ImageSummary", "MergeSummary",
  "WriteFile",   "Queue",         "Initialize",
};

static gboolean
is_text (const Tf__NodeDef *proto)
{
  for (gsize i = 0; i < proto->n_attr; i++)
    if (proto->attr[i]->value != NULL && proto->attr[i]->value->has_type &&
        proto->attr[i]->value->type == TF__DATA_TYPE__DT_STRING)
      return TRUE;
  return FALSE;
}

static gboolean
gives_nothing (const Tf__NodeDef *proto)
{
  for (guint i = 0; i < G_N_ELEMENTS (no_outputs); i++)
    if (strcmp (proto->op, no_outputs[i]) == 0)
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (no_output_families); i++)
    if (g_str_has_prefix (proto->op, no_output_families[i]))
      return TRUE;
  return is_text (proto);
}

static void
wanted_free (gpointer data)
{
  TfWanted *wanted = data;

  g_free (wanted->name);
  g_free (wanted->ref);
  g_free (wanted);
}

GPtrArray *
tf_wanted_new (void)
{
  return g_ptr_array_new_with_free_func (wanted_free);
}

void
tf_wanted_add (GPtrArray *list, const char *name, const char *ref)
{
  TfWanted *wanted = g_new (TfWanted, 1);

  *wanted = (TfWanted){ .name = g_strdup (name), .ref = g_strdup (ref) };
  g_ptr_array_add (list, wanted);
}

GPtrArray *
tf_graph_outputs (const Tf__GraphDef *graph)
{
  GPtrArray *outputs = tf_wanted_new ();
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
      tf_wanted_add (outputs, graph->node[i]->name, graph->node[i]->name);
  return outputs;
}

/* Signatures have names of their own for inputs. */
static gboolean
name_inputs (TfScope *scope, const GPtrArray *inputs, GError **error)
{
  WeirGraph *graph = scope->builder->graph;

  for (guint i = 0; inputs != NULL && i < inputs->len; i++) {
    const TfWanted *wanted = inputs->pdata[i];
    const TfValue *value;
    WeirNode *node;
    TfRef ref;

    if (!tf_scope_resolve (scope, wanted->ref, &ref, error))
      return FALSE;
    value = ref.entry != NULL && ref.entry->outputs->len > 0
                ? &g_array_index (ref.entry->outputs, TfValue, 0)
                : NULL;
    if (value == NULL || value->broken || weir_port_is_none (value->port))
      continue;
    node = weir_graph_node (graph, value->port.node);
    if (!weir_node_is (node, "Parameter") || strcmp (node->name, wanted->name) == 0)
      continue;
    weir_edit_rename (node, wanted->name);
    weir_edit_add_tensor_name (graph, value->port, wanted->name);
  }
  return TRUE;
}

static gboolean
convert (TfScope *scope, const Tf__GraphDef *graph, const TfRequest *request,
         GError **error)
{
  const TfImport *import = scope->import;

  if (!tf_cut_init (scope->cut, scope, graph, request, error) ||
      !tf_cut_convert (scope, graph, error))
    return FALSE;
  if (import->unsupported->len > 0) {
    if (import->input->hint != NULL)
      weir_cut_plan_suggest (scope->cut->plan, import->input->hint);
    return weir_unsupported_fail (import->unsupported, "TensorFlow", error);
  }
  return weir_build_finish (scope->builder, error) && tf_cut_finish (scope, error) &&
         name_inputs (scope, request->inputs, error);
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

/* The nodes of @rewrite's graph, with what it has changed. */
static gboolean
convert_changed (TfScope *scope, const TfRewrite *rewrite, const TfRequest *request,
                 GError **error)
{
  const Tf__GraphDef *graph = &rewrite->graph;
  g_autoptr (GPtrArray) own = NULL;
  TfRequest wanted = *request;

  if (rewrite->outputs != NULL)
    wanted.outputs = rewrite->outputs;
  else if (wanted.outputs == NULL)
    wanted.outputs = own = tf_graph_outputs (graph);
  if (!tf_scope_add (scope, graph->node, graph->n_node, error))
    return FALSE;
  tf_rewrite_apply (rewrite, scope);
  return convert (scope, graph, &wanted, error);
}

static gboolean
convert_into (TfImport *import, const Tf__GraphDef *graph, const TfRequest *request,
              WeirGraph *result, GError **error)
{
  TfRewrite *rewrite = tf_rewrite_new (import, graph);
  WeirBuilder builder = WEIR_BUILDER (result);
  TfCut cut = { 0 };
  TfScope scope;
  gboolean good;

  add_functions (import, graph->library);
  tf_scope_init (&scope, import, &builder);
  scope.cut = &cut;
  good = tf_replace (rewrite, error) && convert_changed (&scope, rewrite, request, error);
  tf_cut_clear (&cut);
  tf_scope_clear (&scope);
  tf_rewrite_free (rewrite);
  g_clear_error (&builder.error);
  return good && weir_graph_verify (result, error);
}

WeirModel *
tf_graph_convert (TfImport *import, const Tf__GraphDef *graph, const TfRequest *request,
                  GError **error)
{
  g_autoptr (WeirGraph) result = weir_graph_new ();
  g_autofree char *name = weir_frontend_model_name (import->input);
  gboolean good;

  import->functions = g_hash_table_new (g_str_hash, g_str_equal);
  import->names = g_string_chunk_new (4096);
  good = convert_into (import, graph, request, result, error);
  g_hash_table_unref (import->functions);
  g_string_chunk_free (import->names);
  return good ? weir_model_new (g_steal_pointer (&result), name, "tensorflow") : NULL;
}
