#include "cut.h"
#include "flow.h"
#include "ir/verify.h"
#include "offload.h"
#include "replace.h"

#include <string.h>

/* What of a graph becomes the network. */

#define MOST_ROUNDS 16

/* Operations whose results nobody wants, though nobody else reads them; and those whose
 * names begin like what training and saving leave behind. */
static const char *const no_outputs[] = {
  "Const",
  "NoOp",
  "Assert",
  "Placeholder",
  "PlaceholderWithDefault",
  "MakeIterator",
  "IteratorToStringHandle",
  "IteratorFromStringHandle",
  "VarHandleOp",
  "Variable",
  "ReadVariableOp",
  "VariableV2",
  "VarIsInitializedOp",
  "IsVariableInitialized",
  "ShardedFilename",
  "MergeV2Checkpoints",
  "TensorArrayCloseV3",
  "Switch",
  "NextIteration",
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

/* Whether @text, an input of @reader, makes nothing an output that it names: what others
 * only wait for, as for an assertion, is none either. */
static gboolean
is_reading (const Tf__NodeDef *reader, const char *text)
{
  return !tf_is_control (text) || strcmp (reader->op, "NoOp") != 0;
}

GPtrArray *
tf_graph_outputs (TfScope *scope, const Tf__GraphDef *graph)
{
  GPtrArray *outputs = tf_wanted_new ();
  g_autoptr (GHashTable) read =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < graph->n_node; i++)
    for (gsize k = 0; k < graph->node[i]->n_input; k++) {
      const char *text = graph->node[i]->input[k];
      g_autofree char *output = NULL;
      guint index;

      if (is_reading (graph->node[i], text))
        g_hash_table_add (read, tf_split_name (tf_is_control (text) ? text + 1 : text,
                                               &output, &index));
    }
  for (gsize i = 0; i < graph->n_node; i++)
    if (!gives_nothing (graph->node[i]) &&
        !g_hash_table_contains (read, graph->node[i]->name) &&
        (scope == NULL || !tf_flow_is_inside (scope, graph->node[i])))
      tf_wanted_add (outputs, graph->node[i]->name, graph->node[i]->name);
  return outputs;
}

/* (transfer full) (nullable): the nodes that --output names, where all are there: what
 * training has left behind need not be read then. */
static GPtrArray *
asked_outputs (TfScope *scope)
{
  const char *text = weir_frontend_option (scope->import->input, "output");
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, ",", -1) : NULL;
  g_autoptr (GPtrArray) outputs = tf_wanted_new ();

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++) {
    g_autofree char *output = NULL;
    g_autofree char *name = NULL;
    guint index;

    name = tf_split_name (g_strstrip (parts[i]), &output, &index);
    if (!g_hash_table_contains (scope->nodes, name))
      return NULL;
    tf_wanted_add (outputs, name, parts[i]);
  }
  return outputs->len > 0 ? g_steal_pointer (&outputs) : NULL;
}

/* (transfer full): the nodes that @outputs depend on. */
static GHashTable *
find_reached (TfScope *scope, const GPtrArray *outputs)
{
  GHashTable *reached = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  for (guint i = 0; i < outputs->len; i++) {
    const TfWanted *wanted = outputs->pdata[i];
    TfRef ref;

    if (tf_scope_resolve (scope, wanted->ref, &ref, NULL) && ref.entry != NULL)
      g_ptr_array_add (stack, ref.entry);
  }
  while (stack->len > 0) {
    TfEntry *entry = g_ptr_array_steal_index (stack, stack->len - 1);

    if (!g_hash_table_add (reached, entry))
      continue;
    for (gsize i = 0; i < entry->proto->n_input; i++) {
      TfRef ref;

      if (!tf_is_control (entry->proto->input[i]) &&
          tf_scope_resolve (scope, entry->proto->input[i], &ref, NULL) &&
          ref.entry != NULL)
        g_ptr_array_add (stack, ref.entry);
    }
  }
  return reached;
}

/* Inputs stand in the order of the file, whatever reads them first. */
static gboolean
convert_inputs (TfScope *scope, const Tf__GraphDef *graph, const GPtrArray *outputs,
                GError **error)
{
  g_autoptr (GHashTable) reached = find_reached (scope, outputs);

  for (gsize i = 0; i < graph->n_node; i++)
    if (strcmp (graph->node[i]->op, "Placeholder") == 0 &&
        g_hash_table_contains (
            reached, g_hash_table_lookup (scope->nodes, graph->node[i]->name)) &&
        tf_scope_value (scope, graph->node[i]->name, error) == NULL)
      return FALSE;
  return TRUE;
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

/* @asked: whether somebody has named the outputs. */
static gboolean
convert_outputs (TfScope *scope, const GPtrArray *outputs, gboolean asked, GError **error)
{
  if (outputs->len == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the graph has no output");
  for (guint i = 0; i < outputs->len; i++) {
    const TfWanted *wanted = outputs->pdata[i];
    const TfValue *value = tf_scope_value (scope, wanted->ref, error);
    g_autofree char *output = NULL;
    g_autofree char *node = NULL;
    guint index;

    if (value == NULL)
      return FALSE;
    if (value->broken || (value->array != NULL && !asked))
      continue;
    if (value->array != NULL)
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                        "output '%s' is a TensorArray or a list", wanted->name);
    node = tf_split_name (wanted->ref, &output, &index);
    if (strcmp (node, wanted->name) != 0)
      weir_edit_add_tensor_name (scope->builder->graph, value->port, wanted->name);
    weir_build_result (scope->builder, wanted->name, value->port);
  }
  return weir_build_finish (scope->builder, error);
}

/* What TensorFlow shall run; @more are the names of what failed before. */
static gboolean
plan_offload (TfScope *scope, const Tf__GraphDef *graph, const GPtrArray *outputs,
              GHashTable *more, GError **error)
{
  g_autoptr (GHashTable) reached = find_reached (scope, outputs);
  g_autoptr (GError) local = NULL;

  scope->import->offload = tf_offload_new (scope, graph, outputs, reached, more, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* With parts that TensorFlow runs: only the outputs can be others than the model's own.
 */
static gboolean
convert_with_parts (TfScope *scope, const Tf__GraphDef *graph, const GPtrArray *outputs,
                    gboolean named, GError **error)
{
  const WeirCut *cut = scope->import->input->cut;

  if (cut != NULL && cut->inputs != NULL && cut->inputs->len > 0)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--input cannot cut a graph of which TensorFlow runs a part");
  return convert_inputs (scope, graph, outputs, error) &&
         convert_outputs (scope, outputs, named, error);
}

static gboolean
convert_kept (TfScope *scope, const Tf__GraphDef *graph, const TfRequest *request,
              gboolean named, GError **error)
{
  TfCut cut = { .named = named };
  gboolean good;

  scope->cut = &cut;
  good = tf_cut_init (&cut, scope, graph, request, error) &&
         tf_cut_convert (scope, graph, error);
  if (good && scope->import->unsupported->len == 0)
    good = tf_cut_finish (scope, error);
  else if (good && scope->import->input->hint != NULL)
    weir_cut_plan_suggest (cut.plan, scope->import->input->hint);
  tf_cut_clear (&cut);
  scope->cut = NULL;
  return good;
}

static gboolean
convert (TfScope *scope, const TfRewrite *rewrite, const TfRequest *request,
         GHashTable *more, GError **error)
{
  const Tf__GraphDef *graph = &rewrite->graph;
  TfRequest wanted = { .inputs = request->inputs,
                       .outputs = rewrite->outputs != NULL ? rewrite->outputs
                                                           : request->outputs };
  gboolean named = wanted.outputs != NULL;
  g_autoptr (GPtrArray) own = NULL;
  g_autoptr (GPtrArray) asked = NULL;

  if (!tf_scope_add (scope, graph->node, graph->n_node, error))
    return FALSE;
  tf_rewrite_apply (rewrite, scope);
  if (!named)
    wanted.outputs = own = tf_rewrite_outputs (rewrite, scope);
  asked = asked_outputs (scope);
  if (!plan_offload (scope, graph, asked != NULL ? asked : wanted.outputs, more, error))
    return FALSE;
  if (scope->import->offload != NULL
          ? !convert_with_parts (scope, graph, asked != NULL ? asked : wanted.outputs,
                                 named || asked != NULL, error)
          : !convert_kept (scope, graph, &wanted, named, error))
    return FALSE;
  return name_inputs (scope, request->inputs, error);
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

static gboolean
convert_into (TfImport *import, const Tf__GraphDef *graph, const TfRequest *request,
              GHashTable *more, WeirGraph *result, GError **error)
{
  TfRewrite *rewrite = tf_rewrite_new (import, graph);
  WeirBuilder builder = WEIR_BUILDER (result);
  TfScope scope;
  gboolean good;

  import->converted = 0;
  tf_scope_init (&scope, import, &builder);
  good = tf_replace (rewrite, error) && convert (&scope, rewrite, request, more, error);
  if (good && import->unsupported->len > 0)
    good = weir_unsupported_fail (import->unsupported, "TensorFlow", error);
  g_clear_pointer (&import->offload, tf_offload_free);
  tf_scope_clear (&scope);
  tf_rewrite_free (rewrite);
  g_clear_error (&builder.error);
  if (!good)
    return FALSE;
  weir_edit_remove_all_unused (result);
  return weir_graph_verify (result, error);
}

/* Whether what could not be converted is new: TensorFlow shall run it, then. */
static gboolean
note_unsupported (TfImport *import, GHashTable *more)
{
  gboolean is_new = FALSE;

  if (!weir_frontend_flag (import->input, "offload_unsupported_operations_to_tf"))
    return FALSE;
  for (guint i = 0; i < import->unsupported->len; i++) {
    const WeirUnsupported *unsupported = import->unsupported->pdata[i];

    is_new |= g_hash_table_add (more, g_strdup (unsupported->name));
  }
  return is_new;
}

/* (transfer full): what lies behind a node that fails is looked at in the next round. */
static WeirGraph *
convert_in_rounds (TfImport *import, const Tf__GraphDef *graph, const TfRequest *request,
                   GError **error)
{
  g_autoptr (GHashTable) more =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint round = 0;; round++) {
    g_autoptr (WeirGraph) result = weir_graph_new ();
    GError *local = NULL;

    if (convert_into (import, graph, request, more, result, &local))
      return g_steal_pointer (&result);
    if (round == MOST_ROUNDS ||
        !g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED) ||
        !note_unsupported (import, more)) {
      g_propagate_error (error, local);
      return NULL;
    }
    g_error_free (local);
    g_ptr_array_set_size (import->unsupported, 0);
  }
}

WeirModel *
tf_graph_convert (TfImport *import, const Tf__GraphDef *graph, const TfRequest *request,
                  GError **error)
{
  g_autofree char *name = weir_frontend_model_name (import->input);
  WeirGraph *result;

  if (!tf_tensorboard_write (import, error))
    return NULL;
  import->functions = g_hash_table_new (g_str_hash, g_str_equal);
  import->names = g_string_chunk_new (4096);
  import->arrays = g_ptr_array_new_with_free_func (g_free);
  add_functions (import, graph->library);
  import->restored = tf_restored_names (import, graph);
  result = convert_in_rounds (import, graph, request, error);
  g_hash_table_unref (import->functions);
  g_hash_table_unref (import->restored);
  g_string_chunk_free (import->names);
  g_ptr_array_unref (import->arrays);
  return result != NULL ? weir_model_new (result, name, "tensorflow") : NULL;
}
