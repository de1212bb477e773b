#include "cut-plan.h"

#include "base/error.h"
#include "base/near.h"

/* What the names mean that --input and --output give. */

#define COMPARED_NAMES 20000

static guint
find (GHashTable *names, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (names, name)) - 1;
}

guint
weir_cut_plan_find_tensor (const WeirCutPlan *plan, const char *name)
{
  return find (plan->tensor_names, name);
}

/* A name that only bodies read may be local there: it is none of the graph's. */
static gboolean
is_known (const WeirCutTensor *tensor)
{
  return tensor->writer != WEIR_CUT_NONE || tensor->is_input || tensor->is_constant;
}

static guint
find_known (const WeirCutPlan *plan, const char *name)
{
  guint found = find (plan->tensor_names, name);

  return found != WEIR_CUT_NONE && is_known (weir_cut_tensor (plan, found))
             ? found
             : WEIR_CUT_NONE;
}

static gboolean
fail_unknown (const WeirCutPlan *plan, const char *what, const char *name, GError **error)
{
  WeirNear near = { 0 };

  for (guint i = 0; i < MIN (plan->nodes->len, COMPARED_NAMES); i++)
    weir_near_offer (&near, weir_cut_node (plan, i)->name, name);
  for (guint i = 0; i < MIN (plan->tensors->len, COMPARED_NAMES); i++)
    if (is_known (weir_cut_tensor (plan, i)) && !weir_cut_tensor (plan, i)->is_constant)
      weir_near_offer (&near, weir_cut_tensor (plan, i)->name, name);
  return weir_near_fail (&near, what, name, error);
}

static gboolean
fail_port (const WeirCutNode *node, const char *what, int port, guint count,
           GError **error)
{
  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "%s: expected one of the %u ports of node '%s', found port %d", what,
                    count, node->name, port);
}

/* A tensor's whole name, where it looks like a node's and a port: "x:0". */
static guint
find_literal (const WeirCutPlan *plan, const char *name, int port, gboolean before)
{
  g_autofree char *literal = NULL;

  if (before || port < 0)
    return WEIR_CUT_NONE;
  literal = g_strdup_printf ("%s:%d", name, port);
  return find_known (plan, literal);
}

/* What a name means that is no node's. */
static guint
find_bare_tensor (const WeirCutPlan *plan, const char *name)
{
  g_autofree char *first = g_strconcat (name, ":0", NULL);
  guint tensor = find_known (plan, name);

  return tensor != WEIR_CUT_NONE ? tensor : find_known (plan, first);
}

/* "node" alone: its only input that is not constant. */
static gboolean
only_input (const WeirCutPlan *plan, guint index, WeirCutInput *input, GError **error)
{
  const WeirCutNode *node = weir_cut_node (plan, index);
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < node->n_ports; i++) {
    guint read = g_array_index (node->reads, guint, i);
    const WeirCutTensor *tensor;

    if (read == WEIR_CUT_NONE || weir_cut_tensor (plan, read)->is_constant ||
        !g_hash_table_add (seen, GUINT_TO_POINTER (read)))
      continue;
    tensor = weir_cut_tensor (plan, read);
    input->tensor = read;
    g_string_append_printf (
        list, "%s%u:%s from '%s'", list->len > 0 ? ", " : "", i, node->name,
        tensor->writer != WEIR_CUT_NONE ? weir_cut_node (plan, tensor->writer)->name
                                        : tensor->name);
  }
  if (g_hash_table_size (seen) == 1) {
    input->node = index;
    return TRUE;
  }
  return weir_fail (
      error, WEIR_ERROR_ARGUMENT,
      "--input: expected a node with one input, or which of them; '%s' (%s) has %u%s%s",
      node->name, node->op, g_hash_table_size (seen), list->len > 0 ? ": " : "",
      list->str);
}

static gboolean
input_at_node (const WeirCutPlan *plan, guint index, WeirCutInput *input, GError **error)
{
  const WeirCutNode *node = weir_cut_node (plan, index);
  const WeirInputSpec *spec = input->spec;
  guint count = spec->before ? node->n_ports : node->writes->len;

  if (spec->port < 0)
    return only_input (plan, index, input, error);
  if ((guint) spec->port >= count)
    return fail_port (node, "--input", spec->port, count, error);
  input->tensor = g_array_index (spec->before ? node->reads : node->writes, guint,
                                 (guint) spec->port);
  if (input->tensor == WEIR_CUT_NONE)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--input: node '%s' leaves its input %d out", node->name,
                      spec->port);
  if (spec->before) {
    input->node = index;
    input->port = spec->port;
  }
  return TRUE;
}

static gboolean
find_input (const WeirCutPlan *plan, WeirCutInput *input, GError **error)
{
  const WeirInputSpec *spec = input->spec;
  guint own = find_known (plan, spec->name);
  guint node = find (plan->node_names, spec->name);

  input->tensor = find_literal (plan, spec->name, spec->port, spec->before);
  if (input->tensor != WEIR_CUT_NONE)
    return TRUE;
  if (own != WEIR_CUT_NONE &&
      (weir_cut_tensor (plan, own)->is_input || (plan->tensors_first && spec->port < 0)))
    input->tensor = own;
  else if (node != WEIR_CUT_NONE)
    return input_at_node (plan, node, input, error);
  else
    input->tensor = find_bare_tensor (plan, spec->name);
  return input->tensor != WEIR_CUT_NONE ||
         fail_unknown (plan, "--input", spec->name, error);
}

/* As Model Optimizer calls them; an input of the model keeps its name. */
static char *
name_input (const WeirCutPlan *plan, const WeirCutInput *input)
{
  const WeirCutTensor *tensor = weir_cut_tensor (plan, input->tensor);
  const char *writer;

  if (input->node != WEIR_CUT_NONE)
    return g_strdup_printf ("%s/placeholder_port_%d",
                            weir_cut_node (plan, input->node)->name,
                            MAX (input->spec->port, 0));
  if (tensor->is_input || tensor->writer == WEIR_CUT_NONE)
    return g_strdup (tensor->name);
  writer = weir_cut_node (plan, tensor->writer)->name;
  return tensor->index == 0
             ? g_strdup (writer)
             : g_strdup_printf ("%s/placeholder_out_port_%u", writer, tensor->index);
}

static gboolean
add_input (WeirCutPlan *plan, WeirCutInput *input, GError **error)
{
  for (guint i = 0; i < plan->inputs->len; i++) {
    const WeirCutInput *other = &g_array_index (plan->inputs, WeirCutInput, i);

    if (other->tensor == input->tensor && other->node == input->node &&
        (other->port == input->port || other->port < 0 || input->port < 0))
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "--input: '%s' is named twice",
                        input->spec->name);
  }
  if (input->node == WEIR_CUT_NONE)
    weir_cut_tensor (plan, input->tensor)->replaced = (int) plan->inputs->len;
  else
    weir_cut_node (plan, input->node)->has_edges = TRUE;
  input->is_own =
      input->node == WEIR_CUT_NONE && weir_cut_tensor (plan, input->tensor)->is_input;
  input->name = name_input (plan, input);
  g_array_append_val (plan->inputs, *input);
  return TRUE;
}

static void
add_output (WeirCutPlan *plan, guint tensor)
{
  const WeirCutTensor *found = weir_cut_tensor (plan, tensor);
  WeirCutOutput output = { .tensor = tensor };

  if (!found->is_output)
    output.name = found->writer != WEIR_CUT_NONE
                      ? weir_cut_node (plan, found->writer)->name
                      : found->name;
  g_array_append_val (plan->outputs, output);
}

static gboolean
is_read (const WeirCutPlan *plan, guint tensor)
{
  if (weir_cut_tensor (plan, tensor)->is_output)
    return TRUE;
  for (guint i = 0; i < plan->nodes->len; i++) {
    const GArray *reads = weir_cut_node (plan, i)->reads;

    for (guint k = 0; k < reads->len; k++)
      if (g_array_index (reads, guint, k) == tensor)
        return TRUE;
  }
  return FALSE;
}

static gboolean
outputs_at_node (WeirCutPlan *plan, guint index, const WeirOutputSpec *spec,
                 GError **error)
{
  const WeirCutNode *node = weir_cut_node (plan, index);
  const GArray *list = spec->before ? node->reads : node->writes;
  guint count = spec->before ? node->n_ports : list->len;

  if (count == 0 || (spec->port >= 0 && (guint) spec->port >= count))
    return fail_port (node, "--output", MAX (spec->port, 0), count, error);
  for (guint i = 0; i < count; i++) {
    guint tensor = g_array_index (list, guint, i);

    if (tensor != WEIR_CUT_NONE &&
        (spec->port < 0 ? i == 0 || is_read (plan, tensor) : (int) i == spec->port))
      add_output (plan, tensor);
    else if ((int) i == spec->port)
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "--output: node '%s' leaves its input %u out", node->name, i);
  }
  return TRUE;
}

static gboolean
find_output (WeirCutPlan *plan, const WeirOutputSpec *spec, GError **error)
{
  guint tensor = spec->port < 0
                     ? find_bare_tensor (plan, spec->name)
                     : find_literal (plan, spec->name, spec->port, spec->before);
  guint node = find (plan->node_names, spec->name);

  if (tensor == WEIR_CUT_NONE && node != WEIR_CUT_NONE)
    return outputs_at_node (plan, node, spec, error);
  if (tensor == WEIR_CUT_NONE)
    tensor = find_bare_tensor (plan, spec->name);
  if (tensor == WEIR_CUT_NONE)
    return fail_unknown (plan, "--output", spec->name, error);
  add_output (plan, tensor);
  return TRUE;
}

static gboolean
resolve_inputs (WeirCutPlan *plan, const GPtrArray *specs, GError **error)
{
  for (guint i = 0; specs != NULL && i < specs->len; i++) {
    WeirCutInput input = { .spec = specs->pdata[i], .node = WEIR_CUT_NONE, .port = -1 };

    if (input.spec->name != NULL &&
        (!find_input (plan, &input, error) || !add_input (plan, &input, error)))
      return FALSE;
  }
  return TRUE;
}

gboolean
weir_cut_plan_resolve (WeirCutPlan *plan, GError **error)
{
  const GPtrArray *outputs = plan->cut != NULL ? plan->cut->outputs : NULL;
  guint named = outputs != NULL ? outputs->len : 0;

  for (guint i = 0; i < named; i++)
    if (!find_output (plan, outputs->pdata[i], error))
      return FALSE;
  for (guint i = 0; named == 0 && i < plan->own_outputs->len; i++)
    add_output (plan, g_array_index (plan->own_outputs, guint, i));
  return plan->cut == NULL || resolve_inputs (plan, plan->cut->inputs, error);
}
