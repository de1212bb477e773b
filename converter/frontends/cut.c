#include "cut-plan.h"

#include "base/error.h"

static void
input_clear (gpointer data)
{
  g_free (((WeirCutInput *) data)->name);
}

static void
node_clear (gpointer data)
{
  WeirCutNode *node = data;

  g_array_unref (node->reads);
  g_array_unref (node->writes);
}

WeirCutPlan *
weir_cut_plan_new (const WeirCut *cut, gboolean tensors_first)
{
  WeirCutPlan *plan = g_new0 (WeirCutPlan, 1);

  plan->cut = cut;
  plan->tensors_first = tensors_first;
  plan->nodes = g_array_new (FALSE, FALSE, sizeof (WeirCutNode));
  g_array_set_clear_func (plan->nodes, node_clear);
  plan->tensors = g_array_new (FALSE, FALSE, sizeof (WeirCutTensor));
  plan->node_names = g_hash_table_new (g_str_hash, g_str_equal);
  plan->tensor_names = g_hash_table_new (g_str_hash, g_str_equal);
  plan->own_inputs = g_array_new (FALSE, FALSE, sizeof (guint));
  plan->own_outputs = g_array_new (FALSE, FALSE, sizeof (guint));
  plan->inputs = g_array_new (FALSE, FALSE, sizeof (WeirCutInput));
  g_array_set_clear_func (plan->inputs, input_clear);
  plan->outputs = g_array_new (FALSE, FALSE, sizeof (WeirCutOutput));
  return plan;
}

void
weir_cut_plan_free (WeirCutPlan *plan)
{
  if (plan == NULL)
    return;
  g_array_unref (plan->nodes);
  g_array_unref (plan->tensors);
  g_hash_table_unref (plan->node_names);
  g_hash_table_unref (plan->tensor_names);
  g_array_unref (plan->own_inputs);
  g_array_unref (plan->own_outputs);
  g_array_unref (plan->inputs);
  g_array_unref (plan->outputs);
  g_free (plan);
}

/* The first of a name bears it. */
static void
register_name (GHashTable *names, const char *name, guint index)
{
  if (*name != '\0' && !g_hash_table_contains (names, name))
    g_hash_table_insert (names, (gpointer) name, GUINT_TO_POINTER (index + 1));
}

guint
weir_cut_plan_add_tensor (WeirCutPlan *plan, const char *name)
{
  WeirCutTensor tensor = { .name = name, .writer = WEIR_CUT_NONE, .replaced = -1 };

  register_name (plan->tensor_names, name, plan->tensors->len);
  g_array_append_val (plan->tensors, tensor);
  return plan->tensors->len - 1;
}

guint
weir_cut_plan_tensor (WeirCutPlan *plan, const char *name)
{
  guint found = weir_cut_plan_find_tensor (plan, name);

  return found != WEIR_CUT_NONE ? found : weir_cut_plan_add_tensor (plan, name);
}

void
weir_cut_plan_alias (WeirCutPlan *plan, guint tensor, const char *name)
{
  register_name (plan->tensor_names, name, tensor);
}

void
weir_cut_plan_set_constant (WeirCutPlan *plan, guint tensor)
{
  weir_cut_tensor (plan, tensor)->is_constant = TRUE;
}

void
weir_cut_plan_add_input (WeirCutPlan *plan, guint tensor)
{
  weir_cut_tensor (plan, tensor)->is_input = TRUE;
  g_array_append_val (plan->own_inputs, tensor);
}

void
weir_cut_plan_add_output (WeirCutPlan *plan, guint tensor)
{
  weir_cut_tensor (plan, tensor)->is_output = TRUE;
  g_array_append_val (plan->own_outputs, tensor);
}

guint
weir_cut_plan_add_node (WeirCutPlan *plan, const char *name, const char *op)
{
  WeirCutNode node = { .name = name,
                       .op = op,
                       .reads = g_array_new (FALSE, FALSE, sizeof (guint)),
                       .writes = g_array_new (FALSE, FALSE, sizeof (guint)) };

  register_name (plan->node_names, name, plan->nodes->len);
  g_array_append_val (plan->nodes, node);
  return plan->nodes->len - 1;
}

void
weir_cut_plan_read (WeirCutPlan *plan, guint node, guint tensor)
{
  WeirCutNode *reader = weir_cut_node (plan, node);

  g_array_append_val (reader->reads, tensor);
  reader->n_ports = reader->reads->len;
}

void
weir_cut_plan_capture (WeirCutPlan *plan, guint node, guint tensor)
{
  g_array_append_val (weir_cut_node (plan, node)->reads, tensor);
}

void
weir_cut_plan_write (WeirCutPlan *plan, guint node, guint tensor)
{
  WeirCutNode *writer = weir_cut_node (plan, node);

  if (weir_cut_tensor (plan, tensor)->writer == WEIR_CUT_NONE) {
    weir_cut_tensor (plan, tensor)->writer = node;
    weir_cut_tensor (plan, tensor)->index = writer->writes->len;
  }
  g_array_append_val (writer->writes, tensor);
}

/* The numbers of the nodes whose reads are yet to be followed. */
typedef struct {
  WeirCutPlan *plan;
  GArray *stack;
} Walk;

static void
keep_tensor (Walk *walk, guint index)
{
  WeirCutTensor *tensor = weir_cut_tensor (walk->plan, index);
  WeirCutNode *node;

  tensor->is_kept = TRUE;
  if (tensor->replaced >= 0 || tensor->is_input || tensor->writer == WEIR_CUT_NONE)
    return;
  node = weir_cut_node (walk->plan, tensor->writer);
  if (node->need == WEIR_CUT_KEEP)
    return;
  node->need = WEIR_CUT_KEEP;
  g_array_append_val (walk->stack, tensor->writer);
}

static void
keep_reads (Walk *walk, guint index)
{
  const WeirCutNode *node = weir_cut_node (walk->plan, index);

  for (guint i = 0; i < node->reads->len; i++) {
    guint tensor = g_array_index (node->reads, guint, i);

    if (tensor != WEIR_CUT_NONE && weir_cut_plan_edge (walk->plan, index, i) < 0)
      keep_tensor (walk, tensor);
  }
}

static void
look_tensor (Walk *walk, guint index)
{
  WeirCutTensor *tensor = weir_cut_tensor (walk->plan, index);
  WeirCutNode *node;

  if (tensor->is_looked)
    return;
  tensor->is_looked = TRUE;
  if (tensor->writer == WEIR_CUT_NONE)
    return;
  node = weir_cut_node (walk->plan, tensor->writer);
  if (node->need == WEIR_CUT_SKIP)
    node->need = WEIR_CUT_LOOK;
  g_array_append_val (walk->stack, tensor->writer);
}

static void
look_reads (Walk *walk, guint index)
{
  const GArray *reads = weir_cut_node (walk->plan, index)->reads;

  for (guint i = 0; i < reads->len; i++)
    if (g_array_index (reads, guint, i) != WEIR_CUT_NONE)
      look_tensor (walk, g_array_index (reads, guint, i));
}

static void
follow (Walk *walk, void (*reads) (Walk *walk, guint node))
{
  while (walk->stack->len > 0) {
    guint node = g_array_index (walk->stack, guint, walk->stack->len - 1);

    g_array_set_size (walk->stack, walk->stack->len - 1);
    reads (walk, node);
  }
}

static void
find_needs (WeirCutPlan *plan)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));
  Walk walk = { .plan = plan, .stack = stack };

  for (guint i = 0; i < plan->outputs->len; i++)
    keep_tensor (&walk, g_array_index (plan->outputs, WeirCutOutput, i).tensor);
  follow (&walk, keep_reads);
  for (guint i = 0; i < plan->inputs->len; i++) {
    const WeirCutInput *input = &g_array_index (plan->inputs, WeirCutInput, i);

    if (!input->is_own &&
        (input->spec->shape == NULL || input->spec->dtype == WEIR_DTYPE_UNKNOWN))
      look_tensor (&walk, input->tensor);
  }
  follow (&walk, look_reads);
}

/* Who needs @tensor, for the message: its first reader. */
static const char *
reader_of (const WeirCutPlan *plan, guint tensor)
{
  for (guint i = 0; i < plan->nodes->len; i++) {
    const WeirCutNode *node = weir_cut_node (plan, i);

    for (guint k = 0; node->need == WEIR_CUT_KEEP && k < node->reads->len; k++)
      if (g_array_index (node->reads, guint, k) == tensor)
        return node->name;
  }
  return "Result";
}

/* If some inputs were named to be inputs, and not only frozen, all that are needed have
 * to be. */
static gboolean
check_left_out (const WeirCutPlan *plan, GError **error)
{
  gboolean all = FALSE;

  for (guint i = 0; i < plan->inputs->len; i++)
    all |= g_array_index (plan->inputs, WeirCutInput, i).spec->value == NULL;
  for (guint i = 0; all && i < plan->own_inputs->len; i++) {
    guint index = g_array_index (plan->own_inputs, guint, i);
    const WeirCutTensor *tensor = weir_cut_tensor (plan, index);

    if (tensor->is_kept && tensor->replaced < 0)
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "--input: input '%s' is left out, but node '%s' needs it",
                        tensor->name, reader_of (plan, index));
  }
  return TRUE;
}

/* The last of those that replace a tensor, where nobody else needs it. */
static void
hand_on_names (WeirCutPlan *plan)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);

  for (guint i = plan->inputs->len; i-- > 0;) {
    WeirCutInput *input = &g_array_index (plan->inputs, WeirCutInput, i);
    const WeirCutTensor *tensor = weir_cut_tensor (plan, input->tensor);

    if (input->node == WEIR_CUT_NONE)
      input->takes_names = TRUE;
    else
      input->takes_names = !tensor->is_kept && tensor->replaced < 0 &&
                           g_hash_table_add (taken, GUINT_TO_POINTER (input->tensor));
  }
}

gboolean
weir_cut_plan_solve (WeirCutPlan *plan, GError **error)
{
  if (!weir_cut_plan_resolve (plan, error))
    return FALSE;
  find_needs (plan);
  hand_on_names (plan);
  return check_left_out (plan, error);
}

gboolean
weir_cut_plan_is_cut (const WeirCutPlan *plan)
{
  return plan->cut != NULL && (plan->inputs->len > 0 || (plan->cut->outputs != NULL &&
                                                         plan->cut->outputs->len > 0));
}

WeirCutNeed
weir_cut_plan_need (const WeirCutPlan *plan, guint node)
{
  return weir_cut_plan_is_cut (plan) ? weir_cut_node (plan, node)->need : WEIR_CUT_KEEP;
}

WeirCutNeed
weir_cut_plan_need_of (const WeirCutPlan *plan, guint tensor)
{
  const WeirCutTensor *found = weir_cut_tensor (plan, tensor);

  if (!weir_cut_plan_is_cut (plan) || found->is_kept || found->replaced >= 0)
    return WEIR_CUT_KEEP;
  return found->is_looked ? WEIR_CUT_LOOK : WEIR_CUT_SKIP;
}

gboolean
weir_cut_plan_is_reached (const WeirCutPlan *plan, guint tensor)
{
  return weir_cut_tensor (plan, tensor)->is_kept;
}

const char *
weir_cut_plan_tensor_name (const WeirCutPlan *plan, guint tensor)
{
  return weir_cut_tensor (plan, tensor)->name;
}

guint
weir_cut_plan_n_inputs (const WeirCutPlan *plan)
{
  return plan->inputs->len;
}

const WeirCutInput *
weir_cut_plan_input (const WeirCutPlan *plan, guint index)
{
  return &g_array_index (plan->inputs, WeirCutInput, index);
}

guint
weir_cut_plan_n_outputs (const WeirCutPlan *plan)
{
  return plan->outputs->len;
}

const WeirCutOutput *
weir_cut_plan_output (const WeirCutPlan *plan, guint index)
{
  return &g_array_index (plan->outputs, WeirCutOutput, index);
}

int
weir_cut_plan_replaced (const WeirCutPlan *plan, guint tensor)
{
  return tensor != WEIR_CUT_NONE ? weir_cut_tensor (plan, tensor)->replaced : -1;
}

int
weir_cut_plan_edge (const WeirCutPlan *plan, guint node, guint port)
{
  const WeirCutNode *reader = weir_cut_node (plan, node);
  guint tensor;

  if (!reader->has_edges || port >= reader->n_ports)
    return -1;
  tensor = g_array_index (reader->reads, guint, port);
  for (guint i = 0; i < plan->inputs->len; i++) {
    const WeirCutInput *input = &g_array_index (plan->inputs, WeirCutInput, i);

    if (input->node == node && input->tensor == tensor &&
        (input->port < 0 || input->port == (int) port))
      return (int) i;
  }
  return -1;
}

gboolean
weir_cut_plan_is_new (const WeirCutPlan *plan, guint index)
{
  const WeirCutInput *input = weir_cut_plan_input (plan, index);

  return !input->is_own || input->spec->value != NULL;
}
