#include "caffe.h"

/* Which layers are converted, and what stands where the network is cut. */

gboolean
cf_cut_solve (CfImport *import, GError **error)
{
  guint n;

  if (!weir_cut_plan_solve (import->plan, error))
    return FALSE;
  n = weir_cut_plan_n_inputs (import->plan);
  import->inputs = g_new (WeirPort, n + 1);
  for (guint i = 0; i < n; i++)
    import->inputs[i] = WEIR_PORT_NONE;
  return TRUE;
}

/* Input @index, made when it is first read: what tells its shape is converted by then. */
static const WeirPort *
make_input (CfImport *import, guint index)
{
  guint tensor = weir_cut_plan_input (import->plan, index)->tensor;
  WeirPort *made = &import->inputs[index];

  if (weir_port_is_none (*made))
    *made = weir_cut_plan_build (import->plan, index, &import->builder,
                                 cf_value (import, tensor)->port, NULL);
  return made;
}

const WeirPort *
cf_cut_read (CfImport *import, guint number, guint bottom, guint tensor)
{
  int index;

  if (!import->keeps || tensor == WEIR_CUT_NONE)
    return NULL;
  index = weir_cut_plan_edge (import->plan, number, bottom);
  if (index < 0)
    index = weir_cut_plan_replaced (import->plan, tensor);
  return index >= 0 && weir_cut_plan_is_new (import->plan, (guint) index)
             ? make_input (import, (guint) index)
             : NULL;
}

/* For the shapes behind it: its failure is none, but for running out of what a file may
 * cost. */
static gboolean
look (CfImport *import, guint number, GError **error)
{
  const CfEntry *entry = &g_array_index (import->entries, CfEntry, number);
  guint listed = import->unsupported->len;
  GError *local = NULL;
  gboolean done = cf_layer_convert (import, number, &local);

  g_ptr_array_set_size (import->unsupported, (int) listed);
  g_clear_error (&import->builder.error);
  if (g_error_matches (local, WEIR_ERROR, WEIR_ERROR_LIMIT)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_clear_error (&local);
  for (gsize i = 0; !done && i < entry->proto->n_top; i++)
    *cf_value (import, entry->tops[i]) =
        (CfValue){ .port = WEIR_PORT_NONE, .broken = TRUE };
  return TRUE;
}

/* Layers that make inputs are needed for their tops, which stand for themselves. */
static WeirCutNeed
need_of (const CfImport *import, guint number)
{
  const CfEntry *entry = &g_array_index (import->entries, CfEntry, number);
  WeirCutNeed need = weir_cut_plan_need (import->plan, number);

  for (gsize i = 0; entry->proto->n_bottom == 0 && i < entry->proto->n_top; i++)
    need = MAX (need, weir_cut_plan_need_of (import->plan, entry->tops[i]));
  return need;
}

gboolean
cf_cut_convert (CfImport *import, GError **error)
{
  for (guint i = 0; i < import->entries->len; i++) {
    WeirCutNeed need = need_of (import, i);
    guint listed = import->unsupported->len;

    import->keeps = need == WEIR_CUT_KEEP;
    if (need == WEIR_CUT_LOOK && !look (import, i, error))
      return FALSE;
    if (need != WEIR_CUT_KEEP)
      continue;
    if (!cf_layer_convert (import, i, error))
      return FALSE;
    if (import->input->hint != NULL && import->unsupported->len > listed)
      g_hash_table_add (import->input->hint->refused, GUINT_TO_POINTER (i));
  }
  import->keeps = TRUE;
  return TRUE;
}

static gboolean
add_outputs (CfImport *import, GError **error)
{
  for (guint i = 0; i < weir_cut_plan_n_outputs (import->plan); i++) {
    const WeirCutOutput *output = weir_cut_plan_output (import->plan, i);
    const char *name = weir_cut_plan_tensor_name (import->plan, output->tensor);
    int index = weir_cut_plan_replaced (import->plan, output->tensor);
    WeirPort port = index >= 0 && weir_cut_plan_is_new (import->plan, (guint) index)
                        ? *make_input (import, (guint) index)
                        : cf_value (import, output->tensor)->port;

    weir_build_result (&import->builder, output->name != NULL ? output->name : name,
                       port);
    if (!weir_port_is_none (port))
      weir_edit_add_tensor_name (import->builder.graph, port, name);
  }
  return weir_build_finish (&import->builder, error);
}

gboolean
cf_cut_finish (CfImport *import, GError **error)
{
  guint n = weir_cut_plan_n_inputs (import->plan);
  g_autofree WeirPort *old = g_new (WeirPort, n + 1);

  if (!add_outputs (import, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    const WeirCutInput *input = weir_cut_plan_input (import->plan, i);
    WeirPort port = cf_value (import, input->tensor)->port;

    old[i] = weir_cut_plan_is_new (import->plan, i) ? port : WEIR_PORT_NONE;
    if (weir_cut_plan_is_new (import->plan, i))
      make_input (import, i);
    else
      import->inputs[i] = port;
  }
  return weir_build_finish (&import->builder, error) &&
         weir_cut_plan_finish (import->plan, import->builder.graph, import->inputs, old,
                               error);
}
