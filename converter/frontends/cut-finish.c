#include "cut-plan.h"

#include "base/error.h"

#include <string.h>

/* What a plan means for the graph that is built: new inputs, and their names and order.
 */

WeirPort
weir_cut_plan_build (const WeirCutPlan *plan, guint index, WeirBuilder *builder,
                     WeirPort old, const WeirValueInfo *told)
{
  const WeirCutInput *input = weir_cut_plan_input (plan, index);
  const char *name = weir_cut_plan_tensor_name (plan, input->tensor);
  WeirValueInfo info = { .shape = WEIR_SHAPE_UNKNOWN };
  WeirPort made;

  if (!weir_port_is_none (old)) {
    info = *weir_graph_info (builder->graph, old);
    info.value = NULL;
  } else if (told != NULL)
    info = *told;
  made = weir_input_spec_build (input->spec, builder, input->name, &info);
  if (input->takes_names && *name != '\0' && weir_port_is_none (old) &&
      !weir_port_is_none (made))
    weir_edit_add_tensor_name (builder->graph, made, name);
  return made;
}

/* The Parameter of input @index: the one that was built, or the model's own. */
static WeirNode *
parameter_of (const WeirCutPlan *plan, const WeirGraph *graph, const WeirPort *ports,
              guint index)
{
  const WeirCutInput *input = weir_cut_plan_input (plan, index);
  WeirNode *node = NULL;

  if (!weir_port_is_none (ports[index]))
    return weir_graph_node (graph, ports[index].node);
  for (guint i = 0; input->is_own && i < weir_graph_n_parameters (graph); i++) {
    node = weir_graph_parameter (graph, i);
    if (g_strcmp0 (node->name, input->name) == 0)
      return node;
  }
  return NULL;
}

static GPtrArray *
names_at (const WeirGraph *graph, WeirPort port)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);
  const GPtrArray *names =
      weir_port_is_none (port) ? NULL : weir_graph_output (graph, port)->names;

  for (guint i = 0; names != NULL && i < names->len; i++)
    g_ptr_array_add (copy, g_strdup (names->pdata[i]));
  return copy;
}

/* Before those that @made has as nodes that do nothing hand it on. Such a node may give
 * @old, too, which is needed then as another tensor, whose names stay there. */
static void
take_names (WeirGraph *graph, const char *own, const GPtrArray *names, WeirPort made,
            WeirPort old)
{
  g_autoptr (GPtrArray) later = names_at (graph, made);
  gboolean stays = weir_graph_node (graph, old.node) != NULL &&
                   weir_graph_output (graph, old)->uses->len > 0;

  for (guint i = 0; i < later->len; i++)
    weir_edit_drop_tensor_name (graph, made, later->pdata[i]);
  for (guint i = 0; i < names->len; i++)
    if (!stays || strcmp (names->pdata[i], own) == 0)
      weir_edit_add_tensor_name (graph, made, names->pdata[i]);
  for (guint i = 0; i < later->len; i++)
    weir_edit_add_tensor_name (graph, made, later->pdata[i]);
  if (stays)
    weir_edit_drop_tensor_name (graph, old, own);
}

/* Removes what nobody reads; the new inputs are called as what they replace. */
static void
remove_unread (const WeirCutPlan *plan, WeirGraph *graph, const WeirPort *ports,
               const WeirPort *old)
{
  g_autoptr (GPtrArray) lists =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < plan->inputs->len; i++)
    g_ptr_array_add (lists, names_at (graph, old[i]));
  weir_edit_remove_all_unused (graph);
  for (guint i = 0; i < plan->inputs->len; i++) {
    const WeirCutInput *input = weir_cut_plan_input (plan, i);

    if (input->takes_names && !weir_port_is_none (old[i]))
      take_names (graph, weir_cut_plan_tensor_name (plan, input->tensor), lists->pdata[i],
                  ports[i], old[i]);
  }
}

/* Of the inputs that are not among @ids, those go that nobody reads; what the model's
 * file does not have stands behind. */
static void
settle_others (WeirGraph *graph, GArray *ids)
{
  g_autoptr (GHashTable) named = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) unread = g_ptr_array_new ();
  gboolean all = ids->len > 0;

  for (guint i = 0; i < ids->len; i++)
    g_hash_table_add (named, GUINT_TO_POINTER (g_array_index (ids, WeirNodeId, i)));
  for (guint i = 0; i < weir_graph_n_parameters (graph); i++) {
    WeirNode *node = weir_graph_parameter (graph, i);

    if (g_hash_table_contains (named, GUINT_TO_POINTER (node->id)))
      continue;
    if (node->outputs[0].uses->len == 0)
      g_ptr_array_add (unread, node);
    else if (all && weir_node_rt_info (node, WEIR_NOTE_ADDED) != NULL)
      g_array_append_val (ids, node->id);
  }
  for (guint i = 0; i < unread->len; i++)
    weir_edit_remove (graph, unread->pdata[i]);
}

gboolean
weir_cut_plan_finish (const WeirCutPlan *plan, WeirGraph *graph, const WeirPort *ports,
                      const WeirPort *old, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));

  remove_unread (plan, graph, ports, old);
  if (!weir_cut_plan_is_cut (plan))
    return TRUE;
  for (guint i = 0; i < plan->inputs->len; i++) {
    WeirNode *node = parameter_of (plan, graph, ports, i);

    if (weir_node_is (node, "Parameter"))
      g_array_append_val (ids, node->id);
  }
  settle_others (graph, ids);
  if (ids->len > 0 && ids->len != weir_graph_n_parameters (graph))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--input: %u inputs are named, but %u are needed", ids->len,
                      weir_graph_n_parameters (graph));
  if (ids->len > 0)
    weir_edit_order_parameters (graph, (WeirNodeId *) ids->data, ids->len);
  return TRUE;
}
