#include "cut.h"

#include <string.h>

static MxEntry *
entry_at (const MxImport *import, guint index)
{
  return import->symbol.nodes->pdata[index];
}

static gboolean
is_input (const MxEntry *entry)
{
  return strcmp (entry->op, "null") == 0;
}

static char *
output_name (const MxEntry *entry, guint index)
{
  if (is_input (entry))
    return g_strdup (entry->name);
  return entry->n_read == 1 ? g_strdup_printf ("%s_output", entry->name)
                            : g_strdup_printf ("%s_output%u", entry->name, index);
}

/* All outputs that somebody reads, by number. */
static gboolean
describe_tensors (MxImport *import, GError **error)
{
  MxCut *cut = &import->cut;

  for (guint i = 0; i < import->symbol.nodes->len; i++) {
    MxEntry *entry = entry_at (import, i);

    entry->first_tensor = cut->tensors->len;
    if (cut->tensors->len + entry->n_read > WEIR_MAX_NODES)
      return weir_fail (error, WEIR_ERROR_LIMIT, "more than %d outputs of nodes",
                        WEIR_MAX_NODES);
    for (guint k = 0; k < entry->n_read; k++) {
      MxRef ref = { .node = i, .index = k };
      char *name = output_name (entry, k);

      g_ptr_array_add (cut->names, name);
      g_array_append_val (cut->tensors, ref);
      weir_cut_plan_add_tensor (cut->plan, name);
    }
  }
  return TRUE;
}

static guint
tensor_of (const MxImport *import, const MxRef *ref)
{
  return entry_at (import, ref->node)->first_tensor + ref->index;
}

static void
describe_node (MxImport *import, MxEntry *entry)
{
  WeirCutPlan *plan = import->cut.plan;

  if (is_input (entry)) {
    if (g_hash_table_contains (import->arrays, entry->name))
      weir_cut_plan_set_constant (plan, entry->first_tensor);
    else
      weir_cut_plan_add_input (plan, entry->first_tensor);
    return;
  }
  entry->cut_node = weir_cut_plan_add_node (plan, entry->name, entry->op);
  for (guint i = 0; i < entry->inputs->len; i++)
    weir_cut_plan_read (plan, entry->cut_node,
                        tensor_of (import, &g_array_index (entry->inputs, MxRef, i)));
  for (guint i = 0; i < entry->n_read; i++)
    weir_cut_plan_write (plan, entry->cut_node, entry->first_tensor + i);
}

gboolean
mx_cut_init (MxImport *import, GError **error)
{
  MxCut *cut = &import->cut;
  guint n;

  cut->plan = weir_cut_plan_new (import->input->cut, TRUE);
  cut->names = g_ptr_array_new_with_free_func (g_free);
  cut->tensors = g_array_new (FALSE, FALSE, sizeof (MxRef));
  if (!describe_tensors (import, error))
    return FALSE;
  for (guint i = 0; i < import->symbol.nodes->len; i++)
    describe_node (import, entry_at (import, i));
  for (guint i = 0; i < import->symbol.heads->len; i++)
    weir_cut_plan_add_output (
        cut->plan, tensor_of (import, &g_array_index (import->symbol.heads, MxRef, i)));
  if (!weir_cut_plan_solve (cut->plan, error))
    return FALSE;
  n = weir_cut_plan_n_inputs (cut->plan);
  cut->ports = g_new0 (WeirPort, n + 1);
  cut->old = g_new0 (WeirPort, n + 1);
  for (guint i = 0; i < n; i++)
    cut->ports[i] = cut->old[i] = WEIR_PORT_NONE;
  return TRUE;
}

void
mx_cut_clear (MxCut *cut)
{
  g_clear_pointer (&cut->plan, weir_cut_plan_free);
  g_clear_pointer (&cut->names, g_ptr_array_unref);
  g_clear_pointer (&cut->tensors, g_array_unref);
  g_free (cut->ports);
  g_free (cut->old);
}

/* The new input that stands for @tensor, or -1; an input of the model stays as it is
 * unless it is frozen. */
static int
replaced (const MxCut *cut, guint tensor)
{
  int index = weir_cut_plan_replaced (cut->plan, tensor);

  return index >= 0 && weir_cut_plan_is_new (cut->plan, (guint) index) ? index : -1;
}

/* What input @index of the node that is being converted reads: a new input, or -1. */
static int
find_new (const MxNode *n, guint index)
{
  const MxCut *cut = &n->import->cut;
  int edge;

  if (!cut->keeps || index >= n->entry->inputs->len)
    return -1;
  edge = weir_cut_plan_edge (cut->plan, n->entry->cut_node, index);
  return edge >= 0
             ? edge
             : replaced (cut, tensor_of (n->import, &g_array_index (n->entry->inputs,
                                                                    MxRef, index)));
}

/* New input @index, made when it is first asked for: all that tells its shape has been
 * converted by then. */
static WeirPort
make_input (MxImport *import, guint index)
{
  MxCut *cut = &import->cut;
  const WeirCutInput *input = weir_cut_plan_input (cut->plan, index);
  const MxRef *ref = &g_array_index (cut->tensors, MxRef, input->tensor);
  WeirPort *made = &cut->ports[index];

  if (!weir_port_is_none (*made) || weir_build_failed (&import->builder))
    return *made;
  cut->old[index] = mx_known_port (entry_at (import, ref->node), ref->index);
  *made = weir_cut_plan_build (cut->plan, index, &import->builder, cut->old[index], NULL);
  return *made;
}

gboolean
mx_cut_is_replaced (const MxNode *n, guint index)
{
  return find_new (n, index) >= 0;
}

WeirPort
mx_cut_read (MxNode *n, guint index)
{
  int found = find_new (n, index);

  return found >= 0 ? make_input (n->import, (guint) found) : WEIR_PORT_NONE;
}

/* For the shapes behind it; its failure is none, but for running out of what a file may
 * cost. */
static gboolean
look (MxImport *import, guint index, GError **error)
{
  guint listed = import->unsupported->len;
  GError *local = NULL;

  if (!mx_node_convert (import, index, &local))
    mx_break (entry_at (import, index));
  g_ptr_array_set_size (import->unsupported, (int) listed);
  g_clear_error (&import->builder.error);
  if (g_error_matches (local, WEIR_ERROR, WEIR_ERROR_LIMIT)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_clear_error (&local);
  return TRUE;
}

gboolean
mx_cut_convert (MxImport *import, guint index, GError **error)
{
  const MxEntry *entry = entry_at (import, index);
  MxCut *cut = &import->cut;
  guint listed = import->unsupported->len;
  WeirCutNeed need;

  if (is_input (entry))
    return TRUE;
  need = weir_cut_plan_need (cut->plan, entry->cut_node);
  cut->keeps = need == WEIR_CUT_KEEP;
  if (need == WEIR_CUT_SKIP)
    return TRUE;
  if (need == WEIR_CUT_LOOK)
    return look (import, index, error);
  if (!mx_node_convert (import, index, error))
    return FALSE;
  if (import->input->hint != NULL && import->unsupported->len > listed)
    g_hash_table_add (import->input->hint->refused, GUINT_TO_POINTER (entry->cut_node));
  return TRUE;
}

/* An output of the model is called as MXNet does, which counts all that the node writes.
 */
static char *
head_name (const MxEntry *entry, guint index)
{
  if (is_input (entry))
    return g_strdup (entry->name);
  return entry->outputs->len == 1 ? g_strdup_printf ("%s_output", entry->name)
                                  : g_strdup_printf ("%s_output%u", entry->name, index);
}

static gboolean
add_output (MxImport *import, const WeirCutOutput *output, GError **error)
{
  const MxRef *ref = &g_array_index (import->cut.tensors, MxRef, output->tensor);
  int index = replaced (&import->cut, output->tensor);
  g_autofree char *name = NULL;
  const MxValue *value;
  WeirPort port;

  if (index >= 0) {
    port = make_input (import, (guint) index);
    if (!weir_build_finish (&import->builder, error))
      return FALSE;
  } else {
    value = mx_read (import, ref, 0, error);
    if (value == NULL)
      return FALSE;
    port = value->port;
  }
  name = output->name != NULL ? g_strdup (output->name)
                              : head_name (entry_at (import, ref->node), ref->index);
  weir_build_result (&import->builder, name, port);
  return weir_build_finish (&import->builder, error);
}

gboolean
mx_cut_outputs (MxImport *import, GError **error)
{
  const WeirCutPlan *plan = import->cut.plan;

  import->cut.keeps = TRUE;
  for (guint i = 0; i < weir_cut_plan_n_outputs (plan); i++)
    if (!add_output (import, weir_cut_plan_output (plan, i), error))
      return FALSE;
  return TRUE;
}

gboolean
mx_cut_finish (MxImport *import, GError **error)
{
  MxCut *cut = &import->cut;

  for (guint i = 0; i < weir_cut_plan_n_inputs (cut->plan); i++)
    if (weir_cut_plan_is_new (cut->plan, i))
      make_input (import, i);
  return weir_build_finish (&import->builder, error) &&
         weir_cut_plan_finish (cut->plan, import->builder.graph, cut->ports, cut->old,
                               error);
}
