#include "list.h"

#include "base/error.h"
#include "ir/infer.h"
#include "names.h"

#include <string.h>

/* Cuts the network out between the inputs and outputs that the user named. What stands
 * before the new inputs and behind the new outputs goes. Frontends cut better, as there
 * what goes need not be convertible; this is for an IR. */

/* The readers of one value that shall read a new input instead. */
typedef struct {
  WeirPort value;
  GArray *uses; /* WeirUse; NULL: all of them */
} Cut;

/* A framework's node may have become several: NAME, and NAME/something before it. What
 * enters them from outside is what the user counts as inputs of NAME. */
static gboolean
is_inner (const WeirNode *node, const WeirNode *outer)
{
  gsize length = strlen (outer->name);

  return strncmp (node->name, outer->name, length) == 0 && node->name[length] == '/';
}

static void
note_entry (GPtrArray *cuts, WeirPort value, WeirUse use)
{
  Cut *cut = NULL;

  for (guint i = 0; i < cuts->len && cut == NULL; i++)
    if (weir_port_equal (((Cut *) cuts->pdata[i])->value, value))
      cut = cuts->pdata[i];
  if (cut == NULL) {
    cut = g_new0 (Cut, 1);
    cut->value = value;
    cut->uses = g_array_new (FALSE, FALSE, sizeof (WeirUse));
    g_ptr_array_add (cuts, cut);
  }
  g_array_append_val (cut->uses, use);
}

static void
cut_free (gpointer data)
{
  Cut *cut = data;

  g_clear_pointer (&cut->uses, g_array_unref);
  g_free (cut);
}

static void
push_inputs (GArray *stack, const WeirNode *node)
{
  for (guint i = node->n_inputs; i-- > 0;) {
    WeirUse use = { .node = node->id, .index = i };
    g_array_append_val (stack, use);
  }
}

/* (transfer full): the values that enter @node, in the order of its inputs. */
static GPtrArray *
entries_of (const WeirGraph *graph, const WeirNode *node)
{
  GPtrArray *cuts = g_ptr_array_new_with_free_func (cut_free);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (WeirUse));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  push_inputs (stack, node);
  while (stack->len > 0) {
    WeirUse use = g_array_index (stack, WeirUse, stack->len - 1);
    WeirPort value = weir_graph_node (graph, use.node)->inputs[use.index];
    const WeirNode *from = weir_graph_node (graph, value.node);

    g_array_set_size (stack, stack->len - 1);
    if (!is_inner (from, node))
      note_entry (cuts, value, use);
    else if (g_hash_table_add (seen, GUINT_TO_POINTER (value.node)))
      push_inputs (stack, from);
  }
  return cuts;
}

static gboolean
fail_port (const WeirNode *node, const char *what, int port, guint count, GError **error)
{
  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "%s: expected one of the %u ports of node '%s', found port %d", what,
                    count, node->name, port);
}

static Cut *
take_entry (GPtrArray *entries, guint index)
{
  Cut *cut = g_ptr_array_index (entries, index);

  g_ptr_array_set_free_func (entries, NULL);
  for (guint i = 0; i < entries->len; i++)
    if (i != index)
      cut_free (entries->pdata[i]);
  return cut;
}

static gboolean
is_constant (const WeirGraph *graph, WeirPort port)
{
  return weir_node_is (weir_graph_node (graph, port.node), "Constant");
}

/* "node" alone: its only input that is not constant. */
static Cut *
only_entry (const WeirGraph *graph, const WeirNode *node, GPtrArray *entries,
            GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint count = 0, found = 0;

  for (guint i = 0; i < entries->len; i++) {
    const Cut *cut = entries->pdata[i];

    if (is_constant (graph, cut->value))
      continue;
    found = i;
    g_string_append_printf (list, "%s%u:%s from '%s'", count++ > 0 ? ", " : "", i,
                            node->name, weir_graph_node (graph, cut->value.node)->name);
  }
  if (count == 1)
    return take_entry (entries, found);
  weir_fail (
      error, WEIR_ERROR_ARGUMENT,
      "--input: expected a node with one input, or which of them; '%s' (%s) has %u%s%s",
      node->name, node->op->name, count, count > 0 ? ": " : "", list->str);
  return NULL;
}

static Cut *
cut_value (WeirPort value)
{
  Cut *cut = g_new0 (Cut, 1);

  cut->value = value;
  return cut;
}

/* (transfer full) (nullable): what @spec means. */
static Cut *
find_cut (const WeirGraph *graph, const WeirInputSpec *spec, GError **error)
{
  const WeirNode *node = weir_graph_find (graph, spec->name);
  WeirPort tensor = weir_pass_find_tensor (graph, spec->name);
  g_autoptr (GPtrArray) entries = NULL;

  if (node == NULL && !weir_port_is_none (tensor))
    return cut_value (tensor);
  if (node == NULL) {
    weir_pass_unknown_name (graph, "--input", spec->name, error);
    return NULL;
  }
  if (weir_node_is (node, "Parameter"))
    return cut_value (WEIR_PORT (node, 0));
  if (spec->port >= 0 && !spec->before) {
    if ((guint) spec->port < node->n_outputs)
      return cut_value (WEIR_PORT (node, spec->port));
    fail_port (node, "--input", spec->port, node->n_outputs, error);
    return NULL;
  }
  entries = entries_of (graph, node);
  if (spec->port < 0)
    return only_entry (graph, node, entries, error);
  if ((guint) spec->port < entries->len)
    return take_entry (entries, (guint) spec->port);
  fail_port (node, "--input", spec->port, entries->len, error);
  return NULL;
}

/* The old value's names go along when nobody reads it any more. */
static void
connect_cut (WeirGraph *graph, const Cut *cut, WeirPort port)
{
  if (cut->uses == NULL) {
    weir_edit_bypass (graph, cut->value, port);
    return;
  }
  for (guint i = 0; i < cut->uses->len; i++) {
    WeirUse use = g_array_index (cut->uses, WeirUse, i);
    weir_edit_set_input (graph, weir_graph_node (graph, use.node), use.index, port);
  }
  if (weir_graph_n_uses (graph, cut->value) == 0)
    weir_edit_replace (graph, cut->value, port);
}

static char *
input_name (const WeirGraph *graph, const WeirInputSpec *spec, const Cut *cut)
{
  const WeirNode *node = weir_graph_node (graph, cut->value.node);

  if (weir_node_is (node, "Parameter"))
    return g_strdup (node->name);
  if (cut->uses == NULL)
    return cut->value.index == 0 ? g_strdup (node->name)
                                 : g_strdup_printf ("%s/placeholder_out_port_%u",
                                                    node->name, cut->value.index);
  return g_strdup_printf ("%s/placeholder_port_%d", spec->name, MAX (spec->port, 0));
}

/* Makes the input of @spec. @id: its Parameter, or none where it is frozen. */
static gboolean
cut_input (WeirGraph *graph, const WeirInputSpec *spec, WeirNodeId *id, GError **error)
{
  Cut *cut = find_cut (graph, spec, error);
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autofree char *name = NULL;
  WeirNode *node;
  WeirPort port;

  *id = WEIR_NODE_NONE;
  if (cut == NULL)
    return FALSE;
  node = weir_graph_node (graph, cut->value.node);
  if (weir_node_is (node, "Parameter") && spec->value == NULL) {
    *id = node->id;
    cut_free (cut);
    return TRUE;
  }
  name = input_name (graph, spec, cut);
  port =
      weir_input_spec_build (spec, &builder, name, weir_graph_info (graph, cut->value));
  if (!weir_build_failed (&builder)) {
    connect_cut (graph, cut, port);
    *id = spec->value == NULL ? port.node : WEIR_NODE_NONE;
    if (weir_node_is (node, "Parameter"))
      weir_edit_remove (graph, node);
  }
  cut_free (cut);
  return weir_build_finish (&builder, error);
}

static gboolean
contains (const GArray *ids, WeirNodeId id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, WeirNodeId, i) == id)
      return TRUE;
  return FALSE;
}

/* Inputs that were not named go if nobody needs them. If some were named to be inputs,
 * and not only frozen, all that are needed have to be. */
static gboolean
settle_inputs (WeirGraph *graph, GArray *named, GError **error)
{
  gboolean all = named->len > 0;

  for (guint i = weir_graph_n_parameters (graph); i-- > 0;) {
    WeirNode *node = weir_graph_parameter (graph, i);
    const GArray *uses = node->outputs[0].uses;

    if (contains (named, node->id))
      continue;
    if (uses->len == 0)
      weir_edit_remove (graph, node);
    else if (all)
      return weir_fail (
          error, WEIR_ERROR_ARGUMENT,
          "--input: input '%s' is left out, but node '%s' needs it",
          weir_graph_parameter_name (graph, i),
          weir_graph_node (graph, g_array_index (uses, WeirUse, 0).node)->name);
  }
  if (named->len == weir_graph_n_parameters (graph) && all)
    weir_edit_order_parameters (graph, (WeirNodeId *) named->data, named->len);
  return TRUE;
}

static gboolean
cut_inputs (WeirGraph *graph, const GPtrArray *specs, GArray *named, GError **error)
{
  for (guint i = 0; i < specs->len; i++) {
    const WeirInputSpec *spec = specs->pdata[i];
    WeirNodeId id;

    if (spec->name == NULL)
      continue;
    if (!cut_input (graph, spec, &id, error))
      return FALSE;
    if (id != WEIR_NODE_NONE && contains (named, id))
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "--input: '%s' is named twice",
                        spec->name);
    if (id != WEIR_NODE_NONE)
      g_array_append_val (named, id);
  }
  return TRUE;
}

/* Adds the values that @spec means to @ports. */
static gboolean
find_outputs (const WeirGraph *graph, const WeirOutputSpec *spec, GArray *ports,
              GError **error)
{
  const WeirNode *node = weir_graph_find (graph, spec->name);
  WeirPort port = weir_pass_find_tensor (graph, spec->name);
  g_autoptr (GPtrArray) entries = NULL;
  guint count;

  if (weir_node_is (node, "Result"))
    port = node->inputs[0];
  if (spec->port < 0 && !weir_port_is_none (port)) {
    g_array_append_val (ports, port);
    return TRUE;
  }
  if (node == NULL)
    return weir_port_is_none (port)
               ? weir_pass_unknown_name (graph, "--output", spec->name, error)
               : (g_array_append_val (ports, port), TRUE);
  entries = entries_of (graph, node);
  count = spec->before ? entries->len : node->n_outputs;
  if (spec->port >= 0 && (guint) spec->port >= count)
    return fail_port (node, "--output", spec->port, count, error);
  for (guint i = 0; i < count; i++) {
    port = spec->before ? ((Cut *) entries->pdata[i])->value : WEIR_PORT (node, i);
    if (spec->port < 0 ? i == 0 || weir_graph_n_uses (graph, port) > 0
                       : (int) i == spec->port)
      g_array_append_val (ports, port);
  }
  return TRUE;
}

/* The Result that reads @port, taken from @old, or a new one. */
static WeirNodeId
result_of (WeirBuilder *builder, WeirPort port, GArray *old)
{
  WeirGraph *graph = builder->graph;

  for (guint i = 0; i < old->len; i++) {
    WeirNodeId id = g_array_index (old, WeirNodeId, i);

    if (weir_port_equal (weir_graph_node (graph, id)->inputs[0], port)) {
      g_array_remove_index (old, i);
      return id;
    }
  }
  weir_build_result (builder, weir_graph_node (graph, port.node)->name, port);
  return weir_build_failed (builder)
             ? WEIR_NODE_NONE
             : weir_graph_result (graph, weir_graph_n_results (graph) - 1)->id;
}

static gboolean
cut_outputs (WeirGraph *graph, const GPtrArray *specs, GError **error)
{
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  g_autoptr (GArray) old = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  WeirBuilder builder = WEIR_BUILDER (graph);

  for (guint i = 0; i < specs->len; i++)
    if (!find_outputs (graph, specs->pdata[i], ports, error))
      return FALSE;
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    g_array_append_val (old, weir_graph_result (graph, i)->id);
  for (guint i = 0; i < ports->len; i++) {
    WeirNodeId id = result_of (&builder, g_array_index (ports, WeirPort, i), old);
    g_array_append_val (results, id);
  }
  if (!weir_build_finish (&builder, error))
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    weir_edit_remove (graph, weir_graph_node (graph, g_array_index (old, WeirNodeId, i)));
  weir_edit_order_results (graph, (WeirNodeId *) results->data, results->len);
  return TRUE;
}

gboolean
weir_pass_cut_graph (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  g_autoptr (GArray) named = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  gboolean inputs = options->inputs != NULL && options->inputs->len > 0;
  gboolean outputs = options->outputs != NULL && options->outputs->len > 0;

  if (options->is_cut || (!inputs && !outputs))
    return TRUE;
  if ((outputs && !cut_outputs (graph, options->outputs, error)) ||
      (inputs && !cut_inputs (graph, options->inputs, named, error)))
    return FALSE;
  return (outputs ? weir_pass_drop_unread (graph, error)
                  : weir_pass_dead_code (model, options, error)) &&
         settle_inputs (graph, named, error);
}
