#include "cut.h"

#include <string.h>

#define OUTPUTS_BASE 1000000

static void
count_outputs (TfScope *scope, const char *text)
{
  TfRef ref;

  if (!tf_is_control (text) && tf_scope_resolve (scope, text, &ref, NULL) &&
      ref.entry != NULL)
    ref.entry->n_outputs = MAX (ref.entry->n_outputs, MIN (ref.index, G_MAXUINT16) + 1);
}

/* What the user names has ports that nobody need read. */
static void
count_named (TfScope *scope, const char *name, int port, gboolean before)
{
  TfEntry *entry = name != NULL ? g_hash_table_lookup (scope->nodes, name) : NULL;

  if (entry != NULL && !before && port >= 0)
    entry->n_outputs = MAX (entry->n_outputs, (guint) MIN (port, G_MAXUINT16) + 1);
}

static void
count_all (TfScope *scope, const Tf__GraphDef *graph, const GPtrArray *wanted)
{
  const WeirCut *asked = scope->import->input->cut;
  const GPtrArray *inputs = asked != NULL ? asked->inputs : NULL;
  const GPtrArray *outputs = asked != NULL ? asked->outputs : NULL;

  for (gsize i = 0; i < graph->n_node; i++)
    for (gsize k = 0; k < graph->node[i]->n_input; k++)
      count_outputs (scope, graph->node[i]->input[k]);
  for (guint i = 0; i < wanted->len; i++)
    count_outputs (scope, ((const TfWanted *) wanted->pdata[i])->ref);
  for (guint i = 0; inputs != NULL && i < inputs->len; i++) {
    const WeirInputSpec *spec = inputs->pdata[i];

    count_named (scope, spec->name, spec->port, spec->before);
  }
  for (guint i = 0; outputs != NULL && i < outputs->len; i++) {
    const WeirOutputSpec *spec = outputs->pdata[i];

    count_named (scope, spec->name, spec->port, spec->before);
  }
}

static gboolean
is_input (const TfEntry *entry)
{
  return strcmp (entry->proto->op, "Placeholder") == 0 ||
         strcmp (entry->proto->op, "IteratorGetNext") == 0;
}

/* An input is no node of the plan: it is called as its node is. */
static void
add_tensors (TfScope *scope, WeirCutPlan *plan, TfEntry *entry)
{
  GStringChunk *names = scope->import->names;
  gboolean own = is_input (entry);

  for (guint i = 0; i < MAX (entry->n_outputs, 1); i++) {
    g_autofree char *full = g_strdup_printf ("%s:%u", entry->proto->name, i);
    const char *name = g_string_chunk_insert (names, full);
    guint tensor =
        weir_cut_plan_add_tensor (plan, own && i == 0 ? entry->proto->name : name);

    if (i == 0)
      entry->tensor = tensor;
    if (own && i == 0)
      weir_cut_plan_alias (plan, tensor, name);
    if (own)
      weir_cut_plan_add_input (plan, tensor);
    if (strcmp (entry->proto->op, "Const") == 0)
      weir_cut_plan_set_constant (plan, tensor);
  }
}

static guint
tensor_of (TfScope *scope, const char *text)
{
  TfRef ref;

  if (!tf_scope_resolve (scope, text, &ref, NULL) || ref.entry == NULL ||
      ref.index >= ref.entry->n_outputs)
    return WEIR_CUT_NONE;
  return ref.entry->tensor + ref.index;
}

static void
add_node (TfScope *scope, WeirCutPlan *plan, TfEntry *entry)
{
  const Tf__NodeDef *proto = entry->proto;

  if (is_input (entry))
    return;
  entry->number = weir_cut_plan_add_node (plan, proto->name, proto->op);
  for (gsize i = 0; i < proto->n_input; i++)
    if (!tf_is_control (proto->input[i]))
      weir_cut_plan_read (plan, entry->number, tensor_of (scope, proto->input[i]));
  for (guint i = 0; i < MAX (entry->n_outputs, 1); i++)
    weir_cut_plan_write (plan, entry->number, entry->tensor + i);
}

/* A signature's names mean what they stand for. */
static void
add_aliases (TfScope *scope, WeirCutPlan *plan, const GPtrArray *list)
{
  for (guint i = 0; list != NULL && i < list->len; i++) {
    const TfWanted *wanted = list->pdata[i];
    guint tensor = tensor_of (scope, wanted->ref);

    if (tensor != WEIR_CUT_NONE)
      weir_cut_plan_alias (plan, tensor, wanted->name);
  }
}

static gboolean
add_outputs (TfScope *scope, WeirCutPlan *plan, const GPtrArray *list, GError **error)
{
  for (guint i = 0; i < list->len; i++) {
    const TfWanted *wanted = list->pdata[i];
    guint tensor = tensor_of (scope, wanted->ref);
    TfRef ref;

    if (!tf_scope_resolve (scope, wanted->ref, &ref, error))
      return FALSE;
    if (tensor == WEIR_CUT_NONE)
      return weir_fail (error, WEIR_ERROR_FORMAT, "output '%s' is '%s': there is none",
                        wanted->name, wanted->ref);
    weir_cut_plan_add_output (plan, tensor);
  }
  return TRUE;
}

/* A name costs a few bytes in the file, and may be of output 65535. */
static gboolean
check_outputs (TfScope *scope, GError **error)
{
  gsize count = 0, most = OUTPUTS_BASE + 4 * (gsize) g_hash_table_size (scope->nodes);
  GHashTableIter iter;
  TfEntry *entry;

  g_hash_table_iter_init (&iter, scope->nodes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    count += MAX (entry->n_outputs, 1);
  return count <= most ||
         weir_fail (error, WEIR_ERROR_LIMIT,
                    "expected at most %zu outputs of nodes, found %zu", most, count);
}

gboolean
tf_cut_init (TfCut *cut, TfScope *scope, const Tf__GraphDef *graph,
             const TfRequest *request, GError **error)
{
  WeirCutPlan *plan = weir_cut_plan_new (scope->import->input->cut, FALSE);
  guint n;

  *cut = (TfCut){ .plan = plan,
                  .wanted = request->outputs,
                  .named = cut->named || weir_cut_plan_is_cut (plan) };
  count_all (scope, graph, cut->wanted);
  if (!check_outputs (scope, error))
    return FALSE;
  for (gsize i = 0; i < graph->n_node; i++)
    add_tensors (scope, plan, g_hash_table_lookup (scope->nodes, graph->node[i]->name));
  for (gsize i = 0; i < graph->n_node; i++)
    add_node (scope, plan, g_hash_table_lookup (scope->nodes, graph->node[i]->name));
  if (!add_outputs (scope, plan, cut->wanted, error))
    return FALSE;
  add_aliases (scope, plan, cut->wanted);
  add_aliases (scope, plan, request->inputs);
  if (!weir_cut_plan_solve (plan, error))
    return FALSE;
  n = weir_cut_plan_n_inputs (plan);
  cut->inputs = g_new0 (TfValue, n + 1);
  cut->old = g_new0 (WeirPort, n + 1);
  for (guint i = 0; i < n; i++)
    cut->inputs[i].port = cut->old[i] = WEIR_PORT_NONE;
  return TRUE;
}

void
tf_cut_clear (TfCut *cut)
{
  weir_cut_plan_free (cut->plan);
  g_free (cut->inputs);
  g_free (cut->old);
}

/* Whether input @index takes the place of what is there. */
static gboolean
is_new (const TfCut *cut, int index)
{
  return index >= 0 && weir_cut_plan_is_new (cut->plan, (guint) index);
}

int
tf_cut_replaced (const TfScope *scope, const TfRef *ref)
{
  const TfCut *cut = scope->cut;
  int index;

  if (cut == NULL || ref->entry == NULL || ref->index >= ref->entry->n_outputs)
    return -1;
  index = weir_cut_plan_replaced (cut->plan, ref->entry->tensor + ref->index);
  return is_new (cut, index) ? index : -1;
}

int
tf_cut_input (const TfScope *scope, const TfEntry *entry, guint port, const TfRef *ref)
{
  const TfCut *cut = scope->cut;
  int index;

  if (cut == NULL || ref->entry == NULL || ref->index >= ref->entry->n_outputs ||
      is_input (entry) || weir_cut_plan_need (cut->plan, entry->number) != WEIR_CUT_KEEP)
    return -1;
  index = weir_cut_plan_edge (cut->plan, entry->number, port);
  if (index < 0)
    return tf_cut_replaced (scope, ref);
  return is_new (cut, index) ? index : -1;
}

/* What was not converted where only shapes depend on it is converted again where it is
 * needed, to tell why not. */
static void
forget_failures (TfScope *scope)
{
  GHashTableIter iter;
  TfEntry *entry;

  g_hash_table_iter_init (&iter, scope->nodes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    if (entry->outputs->len > 0 && g_array_index (entry->outputs, TfValue, 0).broken)
      tf_scope_forget (entry);
}

/* The value that an input replaces; a failure to convert it is none, but for running out
 * of what a file may cost. */
static gboolean
look (TfScope *scope, const WeirCutInput *input, WeirPort *old, GError **error)
{
  GPtrArray *unsupported = scope->import->unsupported;
  const char *name = weir_cut_plan_tensor_name (scope->cut->plan, input->tensor);
  guint listed = unsupported->len;
  GError *local = NULL;
  const TfValue *value = tf_scope_own_value (scope, name, &local);

  if (value != NULL && !value->broken && value->array == NULL)
    *old = value->port;
  if (value == NULL || unsupported->len > listed)
    forget_failures (scope);
  g_ptr_array_set_size (unsupported, (int) listed);
  g_clear_error (&scope->builder->error);
  if (g_error_matches (local, WEIR_ERROR, WEIR_ERROR_LIMIT)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_clear_error (&local);
  return TRUE;
}

const TfValue *
tf_cut_make (TfScope *scope, guint index, GError **error)
{
  TfCut *cut = scope->cut;
  const WeirCutInput *input = weir_cut_plan_input (cut->plan, index);
  TfValue *made = &cut->inputs[index];

  if (!weir_port_is_none (made->port))
    return made;
  if ((input->is_own || input->spec->shape == NULL ||
       input->spec->dtype == WEIR_DTYPE_UNKNOWN) &&
      !look (scope, input, &cut->old[index], error))
    return NULL;
  made->port =
      weir_cut_plan_build (cut->plan, index, scope->builder, cut->old[index], NULL);
  return weir_build_finish (scope->builder, error) ? made : NULL;
}

void
tf_cut_refuse (const TfScope *scope, const TfEntry *entry)
{
  WeirCutHint *hint = scope->import->input->hint;

  if (scope->cut != NULL && hint != NULL && !is_input (entry))
    g_hash_table_add (hint->refused, GSIZE_TO_POINTER (entry->number));
}

/* Inputs stand in the order of the file, whatever reads them first. */
static gboolean
convert_inputs (TfScope *scope, const Tf__GraphDef *graph, GError **error)
{
  const WeirCutPlan *plan = scope->cut->plan;

  for (gsize i = 0; i < graph->n_node; i++) {
    const TfEntry *entry = g_hash_table_lookup (scope->nodes, graph->node[i]->name);

    if (is_input (entry) && weir_cut_plan_is_reached (plan, entry->tensor) &&
        !is_new (scope->cut, weir_cut_plan_replaced (plan, entry->tensor)) &&
        tf_scope_own_value (scope, entry->proto->name, error) == NULL)
      return FALSE;
  }
  return TRUE;
}

static const TfValue *
output_value (TfScope *scope, guint tensor, GError **error)
{
  int index = weir_cut_plan_replaced (scope->cut->plan, tensor);

  if (is_new (scope->cut, index))
    return tf_cut_make (scope, (guint) index, error);
  return tf_scope_own_value (scope, weir_cut_plan_tensor_name (scope->cut->plan, tensor),
                             error);
}

/* (nullable): the model's own output that is @tensor; output @index of the model, where
 * that is one of several names. */
static const TfWanted *
own_output (TfScope *scope, guint tensor, guint index)
{
  const GPtrArray *wanted = scope->cut->wanted;

  if (index < wanted->len &&
      tensor_of (scope, ((const TfWanted *) wanted->pdata[index])->ref) == tensor)
    return wanted->pdata[index];
  for (guint i = 0; i < wanted->len; i++)
    if (tensor_of (scope, ((const TfWanted *) wanted->pdata[i])->ref) == tensor)
      return wanted->pdata[i];
  return NULL;
}

static gboolean
convert_output (TfScope *scope, guint index, GError **error)
{
  const WeirCutOutput *output = weir_cut_plan_output (scope->cut->plan, index);
  const TfWanted *wanted = own_output (scope, output->tensor, index);
  const char *name = wanted != NULL ? wanted->name : output->name;
  const TfValue *value = output_value (scope, output->tensor, error);
  g_autofree char *part = NULL;
  g_autofree char *node = NULL;
  guint number;

  if (value == NULL)
    return FALSE;
  if (value->broken || (value->array != NULL && !scope->cut->named))
    return TRUE;
  if (value->array != NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "output '%s' is a TensorArray or a list", name);
  node = tf_split_name (weir_cut_plan_tensor_name (scope->cut->plan, output->tensor),
                        &part, &number);
  if (strcmp (node, name) != 0)
    weir_edit_add_tensor_name (scope->builder->graph, value->port, name);
  weir_build_result (scope->builder, name, value->port);
  return weir_build_finish (scope->builder, error);
}

gboolean
tf_cut_convert (TfScope *scope, const Tf__GraphDef *graph, GError **error)
{
  const WeirCutPlan *plan = scope->cut->plan;

  if (weir_cut_plan_n_outputs (plan) == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the graph has no output");
  if (!convert_inputs (scope, graph, error))
    return FALSE;
  for (guint i = 0; i < weir_cut_plan_n_outputs (plan); i++)
    if (!convert_output (scope, i, error))
      return FALSE;
  return TRUE;
}

gboolean
tf_cut_finish (TfScope *scope, GError **error)
{
  TfCut *cut = scope->cut;
  guint n = weir_cut_plan_n_inputs (cut->plan);
  g_autofree WeirPort *ports = g_new0 (WeirPort, n + 1);

  for (guint i = 0; i < n; i++) {
    if (is_new (cut, (int) i) && tf_cut_make (scope, i, error) == NULL)
      return FALSE;
    ports[i] = cut->inputs[i].port;
  }
  return weir_cut_plan_finish (cut->plan, scope->builder->graph, ports, cut->old, error);
}
