#include "cut.h"

#include "base/error.h"

#include <string.h>

/* Which operations are converted, and what stands where the program is cut. */

void
pd_cut_init (PdCut *cut, PdScope *scope)
{
  *cut = (PdCut){ .scope = scope,
                  .plan = weir_cut_plan_new (scope->import->input->cut, TRUE),
                  .current = g_hash_table_new (g_str_hash, g_str_equal),
                  .left = g_hash_table_new (g_str_hash, g_str_equal),
                  .names = g_ptr_array_new (),
                  .made = g_ptr_array_new_with_free_func (g_free),
                  .ops = g_array_new (FALSE, FALSE, sizeof (PdOp)),
                  .reads = g_array_new (FALSE, FALSE, sizeof (PdRead)),
                  .writes = g_array_new (FALSE, FALSE, sizeof (guint)),
                  .values = g_array_new (FALSE, FALSE, sizeof (PdValue)) };
}

void
pd_cut_clear (PdCut *cut)
{
  weir_cut_plan_free (cut->plan);
  g_hash_table_unref (cut->current);
  g_hash_table_unref (cut->left);
  g_ptr_array_unref (cut->names);
  g_ptr_array_unref (cut->made);
  g_array_unref (cut->ops);
  g_array_unref (cut->reads);
  g_array_unref (cut->writes);
  g_array_unref (cut->values);
  g_free (cut->inputs);
}

static PdValue *
value_of (const PdCut *cut, guint tensor)
{
  return &g_array_index (cut->values, PdValue, tensor);
}

/* What stands under the name of @tensor, which has just been written. */
static void
note_value (PdCut *cut, guint tensor)
{
  const PdValue *value =
      g_hash_table_lookup (cut->scope->values, cut->names->pdata[tensor]);

  if (value != NULL)
    *value_of (cut, tensor) = *value;
}

/* Input @index, made when it is first read: what tells its shape is converted by then;
 * where it could not be, the program tells it. */
static WeirPort
make_input (PdCut *cut, guint index)
{
  guint tensor = weir_cut_plan_input (cut->plan, index)->tensor;
  WeirBuilder *builder = cut->scope->builder;
  WeirPort *made = &cut->inputs[index];
  WeirValueInfo told = { 0 };

  if (!weir_port_is_none (*made) || weir_build_failed (builder))
    return *made;
  if (!pd_var_shape (cut->scope->import, cut->names->pdata[tensor], &told.dtype,
                     &told.shape))
    told.shape = WEIR_SHAPE_UNKNOWN;
  *made = weir_cut_plan_build (cut->plan, index, builder, value_of (cut, tensor)->port,
                               &told);
  return *made;
}

/* The new input that stands for @tensor wherever it is read, or -1. */
static int
find_new (const PdCut *cut, guint tensor)
{
  int index = weir_cut_plan_replaced (cut->plan, tensor);

  return index >= 0 && weir_cut_plan_is_new (cut->plan, (guint) index) ? index : -1;
}

/* While an operation is converted, @name stands for a new input. */
typedef struct {
  char **argument, *was;
  const char *name;
  PdValue old;
  gboolean had;
} Swap;

/* Blocks read what they need by its name, whatever their operation says. */
static gboolean
has_block (const Paddle__OpDesc *op)
{
  for (gsize i = 0; i < op->n_attrs; i++)
    if (g_strcmp0 (op->attrs[i]->name, "sub_block") == 0)
      return TRUE;
  return FALSE;
}

static void
swap_in (PdCut *cut, const PdRead *read, guint index, gboolean by_name, GArray *swaps)
{
  PdValue value = { .port = make_input (cut, index),
                    .is_array = value_of (cut, read->tensor)->is_array };
  Swap swap = { .name = weir_cut_plan_input (cut->plan, index)->name };
  const PdValue *old;

  if (by_name || read->argument == NULL) {
    swap.name = cut->names->pdata[read->tensor];
  } else {
    swap.argument = read->argument;
    swap.was = *read->argument;
    *read->argument = (char *) swap.name;
  }
  old = g_hash_table_lookup (cut->scope->values, swap.name);
  swap.had = old != NULL;
  if (old != NULL)
    swap.old = *old;
  pd_scope_set (cut->scope, swap.name, value);
  g_array_append_val (swaps, swap);
}

static gboolean
writes (const Paddle__OpDesc *op, const char *name)
{
  for (gsize i = 0; i < op->n_outputs; i++)
    for (gsize j = 0; j < op->outputs[i]->n_arguments; j++)
      if (strcmp (op->outputs[i]->arguments[j], name) == 0)
        return TRUE;
  return FALSE;
}

/* In the other order: what was first swapped is what was there before. */
static void
swap_out (PdCut *cut, const Paddle__OpDesc *op, const GArray *swaps)
{
  for (guint i = swaps->len; i-- > 0;) {
    const Swap *swap = &g_array_index (swaps, Swap, i);

    if (swap->argument != NULL)
      *swap->argument = swap->was;
    if (writes (op, swap->name))
      continue;
    if (swap->had)
      pd_scope_set (cut->scope, swap->name, swap->old);
    else
      g_hash_table_remove (cut->scope->values, swap->name);
  }
}

static gboolean
keep (PdCut *cut, guint number, GError **error)
{
  const PdOp *entry = &g_array_index (cut->ops, PdOp, number);
  const PdImport *import = cut->scope->import;
  g_autoptr (GArray) swaps = g_array_new (FALSE, FALSE, sizeof (Swap));
  gboolean by_name = has_block (entry->op), done;
  guint listed = import->unsupported->len;

  for (guint i = 0; i < entry->n_reads; i++) {
    const PdRead *read = &g_array_index (cut->reads, PdRead, entry->first_read + i);
    int edge = weir_cut_plan_edge (cut->plan, number, i);
    int index = edge >= 0 ? edge : find_new (cut, read->tensor);

    if (index >= 0)
      swap_in (cut, read, (guint) index, by_name, swaps);
  }
  done = weir_build_finish (cut->scope->builder, error) &&
         pd_node_convert (cut->scope, entry->op, error);
  swap_out (cut, entry->op, swaps);
  if (import->input->hint != NULL && import->unsupported->len > listed)
    g_hash_table_add (import->input->hint->refused, GUINT_TO_POINTER (number));
  return done;
}

/* For the shapes behind it: its failure is none, but for running out of what a file may
 * cost. */
static gboolean
look (PdCut *cut, guint number, GError **error)
{
  const PdOp *entry = &g_array_index (cut->ops, PdOp, number);
  GPtrArray *unsupported = cut->scope->import->unsupported;
  guint listed = unsupported->len;
  GError *local = NULL;

  if (!pd_node_convert (cut->scope, entry->op, &local))
    pd_op_break (cut->scope, entry->op);
  g_ptr_array_set_size (unsupported, (int) listed);
  g_clear_error (&cut->scope->builder->error);
  if (g_error_matches (local, WEIR_ERROR, WEIR_ERROR_LIMIT)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_clear_error (&local);
  return TRUE;
}

/* Without cuts, too, what no output needs is left alone. */
static WeirCutNeed
need_of (const PdCut *cut, guint number)
{
  const PdOp *entry = &g_array_index (cut->ops, PdOp, number);
  WeirCutNeed need = weir_cut_plan_need (cut->plan, number);

  for (guint i = 0; need == WEIR_CUT_KEEP && i < entry->n_writes; i++)
    if (weir_cut_plan_is_reached (
            cut->plan, g_array_index (cut->writes, guint, entry->first_write + i)))
      return need;
  return need == WEIR_CUT_LOOK ? WEIR_CUT_LOOK : WEIR_CUT_SKIP;
}

static gboolean
convert_op (PdCut *cut, guint number, GError **error)
{
  const PdOp *entry = &g_array_index (cut->ops, PdOp, number);
  WeirCutNeed need = need_of (cut, number);

  if (need == WEIR_CUT_SKIP)
    return TRUE;
  if (!(need == WEIR_CUT_KEEP ? keep : look) (cut, number, error))
    return FALSE;
  for (guint i = 0; i < entry->n_writes; i++)
    note_value (cut, g_array_index (cut->writes, guint, entry->first_write + i));
  return TRUE;
}

gboolean
pd_cut_convert (PdCut *cut, GError **error)
{
  for (guint i = 0; i < cut->ops->len; i++)
    if (!convert_op (cut, i, error))
      return FALSE;
  return TRUE;
}

/* What @tensor is at the end: parameters may be read first here. */
static gboolean
read_at_end (PdCut *cut, guint tensor, PdValue *value, GError **error)
{
  const char *name = cut->names->pdata[tensor];
  int index = find_new (cut, tensor);
  const PdValue *found = NULL;

  *value = *value_of (cut, tensor);
  if (index >= 0)
    value->port = make_input (cut, (guint) index);
  else if (weir_port_is_none (value->port) && !value->is_array) {
    if (!pd_scope_find (cut->scope, name, &found, error))
      return FALSE;
    if (found == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "output '%s': nothing writes this variable", name);
    *value = *found;
  }
  return weir_build_finish (cut->scope->builder, error);
}

static gboolean
add_output (PdCut *cut, const WeirCutOutput *output, GError **error)
{
  const char *name = cut->names->pdata[output->tensor];
  PdValue value;

  if (!read_at_end (cut, output->tensor, &value, error))
    return FALSE;
  if (value.is_array)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "output '%s' is a list of tensors",
                      name);
  weir_build_result (cut->scope->builder, output->name != NULL ? output->name : name,
                     value.port);
  return weir_build_finish (cut->scope->builder, error);
}

gboolean
pd_cut_finish (PdCut *cut, GError **error)
{
  guint n = weir_cut_plan_n_inputs (cut->plan);
  g_autofree WeirPort *old = g_new (WeirPort, n + 1);

  for (guint i = 0; i < weir_cut_plan_n_outputs (cut->plan); i++)
    if (!add_output (cut, weir_cut_plan_output (cut->plan, i), error))
      return FALSE;
  for (guint i = 0; i < n; i++) {
    WeirPort port = value_of (cut, weir_cut_plan_input (cut->plan, i)->tensor)->port;

    old[i] = weir_cut_plan_is_new (cut->plan, i) ? port : WEIR_PORT_NONE;
    if (weir_cut_plan_is_new (cut->plan, i))
      make_input (cut, i);
    else
      cut->inputs[i] = port;
  }
  return weir_build_finish (cut->scope->builder, error) &&
         weir_cut_plan_finish (cut->plan, cut->scope->builder->graph, cut->inputs, old,
                               error);
}
