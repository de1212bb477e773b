#include "cut.h"

#include "base/error.h"

/* What a description costs, beside its lists. */
#define NODE_COST 256

static guint
tensor_number (const WeirTfliteScope *scope, gint32 index)
{
  return index >= 0 && (guint32) index < scope->n_tensors ? (guint) index : WEIR_CUT_NONE;
}

static void
note_variable (WeirTfliteScope *scope, const WeirFlatTable *table, guint node)
{
  g_autofree char *name = NULL;
  const WeirTfliteRow *row =
      weir_tflite_row (scope->file, weir_flat_u32 (table, OPERATOR_CODE, 0), &name);

  if (row != NULL && row->code == BUILTIN_READ_VARIABLE)
    g_array_append_val (scope->cut->readers, node);
  if (row != NULL && row->code == BUILTIN_ASSIGN_VARIABLE)
    scope->file->variables_change = TRUE;
}

/* Who reads a variable needs all operators that give nothing but write variables. */
static void
describe_variables (WeirCutPlan *plan, WeirTfliteCut *cut)
{
  guint all, node;

  if (cut->silent->len == 0 || cut->readers->len == 0)
    return;
  all = weir_cut_plan_add_tensor (plan, "");
  node = weir_cut_plan_add_node (plan, "", "variables");
  for (guint i = 0; i < cut->silent->len; i++)
    weir_cut_plan_read (plan, node, g_array_index (cut->silent, guint, i));
  weir_cut_plan_write (plan, node, all);
  for (guint i = 0; i < cut->readers->len; i++)
    weir_cut_plan_capture (plan, g_array_index (cut->readers, guint, i), all);
}

/* The operator is called as its first output, as its nodes are. */
static gboolean
describe_operator (WeirCutPlan *plan, WeirTfliteScope *scope, const WeirFlatTable *table)
{
  WeirFlat *flat = &scope->file->flat;
  WeirFlatVector inputs = weir_flat_vector (table, OPERATOR_INPUTS, sizeof (gint32));
  WeirFlatVector outputs = weir_flat_vector (table, OPERATOR_OUTPUTS, sizeof (gint32));
  guint first = outputs.count > 0 ? tensor_number (scope, weir_flat_at_i32 (&outputs, 0))
                                  : WEIR_CUT_NONE;
  guint node;

  if (!weir_flat_charge (
          flat, NODE_COST + 2 * sizeof (guint) * ((gsize) inputs.count + outputs.count),
          "the operators"))
    return FALSE;
  node = weir_cut_plan_add_node (
      plan, first != WEIR_CUT_NONE ? scope->tensors[first].name : "", "operator");
  for (guint32 i = 0; i < inputs.count; i++)
    weir_cut_plan_read (plan, node, tensor_number (scope, weir_flat_at_i32 (&inputs, i)));
  if (outputs.count == 0) {
    guint done = weir_cut_plan_add_tensor (plan, "");

    weir_cut_plan_write (plan, node, done);
    g_array_append_val (scope->cut->silent, done);
  }
  note_variable (scope, table, node);
  for (guint32 i = 0; i < outputs.count; i++) {
    guint tensor = tensor_number (scope, weir_flat_at_i32 (&outputs, i));

    weir_cut_plan_write (plan, node,
                         tensor != WEIR_CUT_NONE ? tensor
                                                 : weir_cut_plan_add_tensor (plan, ""));
  }
  return flat->error == NULL;
}

static gboolean
describe (WeirCutPlan *plan, WeirTfliteScope *scope)
{
  WeirFlatTable table;

  for (guint32 i = 0; i < scope->n_tensors; i++)
    weir_cut_plan_add_tensor (plan, scope->tensors[i].name);
  for (guint32 i = 0; i < scope->inputs.count; i++) {
    WeirTfliteTensor *tensor = weir_tflite_listed (scope, &scope->inputs, i);

    if (tensor == NULL)
      return FALSE;
    weir_cut_plan_add_input (plan, (guint) (tensor - scope->tensors));
    tensor->is_constant = FALSE;
  }
  for (guint32 i = 0; i < scope->n_tensors; i++)
    if (scope->tensors[i].is_constant)
      weir_cut_plan_set_constant (plan, i);
  for (guint32 i = 0; i < scope->operators.count; i++)
    if (!weir_flat_at_table (&scope->operators, i, &table) ||
        !describe_operator (plan, scope, &table))
      return FALSE;
  describe_variables (plan, scope->cut);
  for (guint32 i = 0; i < scope->outputs.count; i++) {
    const WeirTfliteTensor *tensor = weir_tflite_listed (scope, &scope->outputs, i);

    if (tensor == NULL)
      return FALSE;
    weir_cut_plan_add_output (plan, (guint) (tensor - scope->tensors));
  }
  return TRUE;
}

/* An operator may leave an output out, and that be named. */
static gboolean
check_tensors (const WeirTfliteScope *scope, const WeirCutPlan *plan, GError **error)
{
  gboolean good = TRUE;

  for (guint i = 0; i < weir_cut_plan_n_inputs (plan); i++)
    good &= weir_cut_plan_input (plan, i)->tensor < scope->n_tensors;
  for (guint i = 0; i < weir_cut_plan_n_outputs (plan); i++)
    good &= weir_cut_plan_output (plan, i)->tensor < scope->n_tensors;
  return good || weir_fail (error, WEIR_ERROR_ARGUMENT,
                            "--input, --output: an output is named that its operator "
                            "leaves out");
}

gboolean
weir_tflite_cut_init (WeirTfliteCut *cut, WeirTfliteScope *scope, const WeirCut *asked,
                      GError **error)
{
  WeirCutPlan *plan = weir_cut_plan_new (asked, TRUE);
  guint n;

  *cut = (WeirTfliteCut){ .plan = plan,
                          .own = g_array_new (FALSE, FALSE, sizeof (WeirPort)),
                          .silent = g_array_new (FALSE, FALSE, sizeof (guint)),
                          .readers = g_array_new (FALSE, FALSE, sizeof (guint)) };
  scope->cut = cut;
  if (!describe (plan, scope)) {
    g_propagate_error (error, g_steal_pointer (&scope->file->flat.error));
    return FALSE;
  }
  if (!weir_cut_plan_solve (plan, error) || !check_tensors (scope, plan, error))
    return FALSE;
  n = weir_cut_plan_n_inputs (plan);
  cut->ports = g_new0 (WeirPort, n + 1);
  cut->values = g_new0 (WeirPort, n + 1);
  for (guint i = 0; i < n; i++)
    cut->ports[i] = cut->values[i] = WEIR_PORT_NONE;
  return TRUE;
}

void
weir_tflite_cut_clear (WeirTfliteCut *cut)
{
  weir_cut_plan_free (cut->plan);
  g_clear_pointer (&cut->own, g_array_unref);
  g_clear_pointer (&cut->silent, g_array_unref);
  g_clear_pointer (&cut->readers, g_array_unref);
  g_free (cut->ports);
  g_free (cut->values);
}

/* Files tell all types and shapes, so nothing is converted for these only. */
gboolean
weir_tflite_cut_keeps (const WeirTfliteScope *scope, guint32 index)
{
  return scope->cut == NULL ||
         weir_cut_plan_need (scope->cut->plan, index) == WEIR_CUT_KEEP;
}

/* An input of the model stays as it is unless it is frozen. */
int
weir_tflite_cut_tensor (const WeirTfliteScope *scope, gint32 tensor)
{
  int index;

  if (scope->cut == NULL || tensor < 0)
    return -1;
  index = weir_cut_plan_replaced (scope->cut->plan, (guint) tensor);
  return index >= 0 && weir_cut_plan_is_new (scope->cut->plan, (guint) index) ? index
                                                                              : -1;
}

int
weir_tflite_cut_read (const WeirTfliteScope *scope, guint index, gint32 tensor)
{
  int edge = scope->cut != NULL
                 ? weir_cut_plan_edge (scope->cut->plan, scope->cut->node, index)
                 : -1;

  return edge >= 0 ? edge : weir_tflite_cut_tensor (scope, tensor);
}

static gboolean
is_stored (const WeirTfliteTensor *tensor, const WeirCutInput *input)
{
  return tensor->quant.n > 0 && (input->is_own || input->spec->dtype == tensor->dtype);
}

/* A quantised tensor inside the graph is a real number there, unless the user asks for
 * the type in which it is stored. */
WeirPort
weir_tflite_cut_value (WeirTfliteScope *scope, int index)
{
  WeirTfliteCut *cut = scope->cut;
  const WeirCutInput *input = weir_cut_plan_input (cut->plan, (guint) index);
  const WeirTfliteTensor *tensor = &scope->tensors[input->tensor];
  WeirValueInfo info = { .shape = tensor->shape };
  WeirPort port;

  if (!weir_port_is_none (cut->values[index]))
    return cut->values[index];
  info.dtype =
      tensor->quant.n > 0 && !is_stored (tensor, input) ? WEIR_DTYPE_F32 : tensor->dtype;
  port = weir_cut_plan_build (cut->plan, (guint) index, &scope->builder, WEIR_PORT_NONE,
                              &info);
  if (weir_build_failed (&scope->builder))
    return WEIR_PORT_NONE;
  cut->ports[index] = port;
  cut->values[index] =
      is_stored (tensor, input) ? weir_tflite_real (scope, tensor, port) : port;
  return cut->values[index];
}

gboolean
weir_tflite_cut_finish (WeirTfliteScope *scope, GError **error)
{
  WeirTfliteCut *cut = scope->cut;
  guint n = weir_cut_plan_n_inputs (cut->plan);
  g_autofree WeirPort *old = g_new0 (WeirPort, n + 1);

  for (guint i = 0; i < n; i++) {
    const WeirCutInput *input = weir_cut_plan_input (cut->plan, i);

    old[i] = WEIR_PORT_NONE;
    if (weir_cut_plan_is_new (cut->plan, i))
      weir_tflite_cut_value (scope, (int) i);
    else
      for (guint32 k = 0; k < scope->inputs.count && k < cut->own->len; k++)
        if (weir_flat_at_i32 (&scope->inputs, k) == (gint32) input->tensor)
          cut->ports[i] = g_array_index (cut->own, WeirPort, k);
  }
  return weir_build_finish (&scope->builder, error) &&
         weir_cut_plan_finish (cut->plan, scope->builder.graph, cut->ports, old, error);
}
