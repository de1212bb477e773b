#include "evaluate.h"

#include "base/error.h"

struct _WeirState {
  GHashTable *variables; /* name -> WeirTensor */
};

WeirState *
weir_state_new (void)
{
  WeirState *state = g_new0 (WeirState, 1);

  state->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) weir_tensor_unref);
  return state;
}

void
weir_state_free (WeirState *state)
{
  if (state == NULL)
    return;
  g_hash_table_unref (state->variables);
  g_free (state);
}

void
weir_state_reset (WeirState *state)
{
  g_hash_table_remove_all (state->variables);
}

WeirTensor *
weir_state_get (WeirState *state, const char *variable)
{
  return g_hash_table_lookup (state->variables, variable);
}

void
weir_state_set (WeirState *state, const char *variable, WeirTensor *value)
{
  g_hash_table_replace (state->variables, g_strdup (variable), weir_tensor_ref (value));
}

static void
clear_tensors (WeirTensor **tensors, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&tensors[i], weir_tensor_unref);
}

/* Inference ran on what was known beforehand; these are the real types and shapes, and no
 * `evaluate` sees any that its `infer` refuses. Bodies are inferred with their graph. */
static gboolean
infer_outputs (const WeirEval *eval, WeirInfer *infer, WeirValueInfo *known,
               GError **error)
{
  for (guint i = 0; i < eval->n_inputs; i++)
    known[i] = (WeirValueInfo){ .dtype = weir_tensor_dtype (eval->inputs[i]),
                                .shape = *weir_tensor_shape (eval->inputs[i]),
                                .value = eval->inputs[i] };
  for (guint i = 0; i < infer->n_outputs; i++)
    infer->outputs[i].shape = WEIR_SHAPE_UNKNOWN;
  return (eval->node->op->flags & WEIR_OP_BODY) != 0 ||
         eval->node->op->infer (infer, error);
}

static gboolean
evaluate_op (WeirEval *eval, GError **error)
{
  g_autofree WeirValueInfo *known = g_new0 (WeirValueInfo, MAX (eval->n_inputs, 1));
  g_autofree WeirValueInfo *infos = g_new0 (WeirValueInfo, MAX (eval->n_outputs, 1));
  WeirInfer infer = { .node = (WeirNode *) eval->node,
                      .inputs = known,
                      .n_inputs = eval->n_inputs,
                      .outputs = infos,
                      .n_outputs = eval->n_outputs };
  gboolean good;

  eval->infer = &infer;
  eval->infos = infos;
  good = infer_outputs (eval, &infer, known, error) &&
         eval->node->op->evaluate (eval, error);
  for (guint i = 0; i < eval->n_outputs; i++)
    weir_tensor_unref (infos[i].value);
  return good;
}

gboolean
weir_node_evaluate (const WeirNode *node, WeirTensor *const *inputs, WeirTensor **outputs,
                    WeirState *state, GError **error)
{
  WeirEval eval = { .node = node,
                    .inputs = inputs,
                    .n_inputs = node->n_inputs,
                    .outputs = outputs,
                    .n_outputs = node->n_outputs,
                    .state = state };

  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i] = NULL;
  if (node->op->evaluate == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "node '%s' (%s): there is no implementation", node->name,
                      node->op->name);
  if (evaluate_op (&eval, error))
    return TRUE;
  clear_tensors (outputs, node->n_outputs);
  g_prefix_error (error, "node '%s' (%s): ", node->name, node->op->name);
  return FALSE;
}

/* The values of a run, by node and output; a value goes when its last reader has run. */
typedef struct {
  const WeirGraph *graph;
  WeirTensor ***values; /* [node id][output] */
  guint **uses;         /* readers still to come */
} Run;

static void
run_init (Run *run, const WeirGraph *graph)
{
  guint n = weir_graph_size (graph);

  run->graph = graph;
  run->values = g_new0 (WeirTensor **, MAX (n, 1));
  run->uses = g_new0 (guint *, MAX (n, 1));
  for (guint i = 0; i < n; i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (node == NULL)
      continue;
    run->values[i] = g_new0 (WeirTensor *, MAX (node->n_outputs, 1));
    run->uses[i] = g_new0 (guint, MAX (node->n_outputs, 1));
    for (guint o = 0; o < node->n_outputs; o++)
      run->uses[i][o] = node->outputs[o].uses->len;
  }
}

static void
run_clear (Run *run)
{
  for (guint i = 0; i < weir_graph_size (run->graph); i++) {
    const WeirNode *node = weir_graph_node (run->graph, i);

    if (node == NULL)
      continue;
    clear_tensors (run->values[i], node->n_outputs);
    g_free (run->values[i]);
    g_free (run->uses[i]);
  }
  g_free (run->values);
  g_free (run->uses);
}

static void
run_release (Run *run, WeirPort port)
{
  if (--run->uses[port.node][port.index] == 0)
    g_clear_pointer (&run->values[port.node][port.index], weir_tensor_unref);
}

static gboolean
run_node (Run *run, const WeirNode *node, WeirState *state, GError **error)
{
  g_autofree WeirTensor **inputs = g_new0 (WeirTensor *, MAX (node->n_inputs, 1));
  WeirTensor **values = run->values[node->id];

  if (weir_node_is (node, "Constant")) {
    values[0] = weir_tensor_ref (node->outputs[0].info.value);
    return TRUE;
  }
  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = run->values[node->inputs[i].node][node->inputs[i].index];
  if (!weir_node_evaluate (node, inputs, values, state, error))
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    run_release (run, node->inputs[i]);
  return TRUE;
}

static gboolean
check_input (const WeirNode *parameter, const WeirTensor *input, GError **error)
{
  WeirShape shape = parameter->outputs[0].info.shape;
  WeirDtype dtype = weir_node_dtype (parameter, "element_type");

  if (!weir_shape_merge (&shape, weir_tensor_shape (input)) ||
      (dtype != WEIR_DTYPE_UNKNOWN && dtype != weir_tensor_dtype (input))) {
    g_autofree char *want = weir_shape_to_string (&parameter->outputs[0].info.shape);
    g_autofree char *got = weir_shape_to_string (weir_tensor_shape (input));
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input '%s': expected %s of %s, found %s of %s", parameter->name,
                      want, weir_dtype_name (dtype), got,
                      weir_dtype_name (weir_tensor_dtype (input)));
  }
  return TRUE;
}

gboolean
weir_graph_evaluate (const WeirGraph *graph, WeirTensor *const *inputs,
                     WeirTensor **outputs, WeirState *state, GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);
  Run run;
  gboolean good = order != NULL;

  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    outputs[i] = NULL;
  if (!good)
    return FALSE;
  run_init (&run, graph);
  for (guint i = 0; good && i < weir_graph_n_parameters (graph); i++) {
    const WeirNode *parameter = weir_graph_parameter (graph, i);

    good = check_input (parameter, inputs[i], error);
    run.values[parameter->id][0] = weir_tensor_ref (inputs[i]);
  }
  for (guint i = 0; good && i < order->len; i++) {
    const WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    if (!weir_node_is (node, "Parameter") && !weir_node_is (node, "Result"))
      good = run_node (&run, node, state, error);
  }
  for (guint i = 0; good && i < weir_graph_n_results (graph); i++) {
    WeirPort port = weir_graph_result (graph, i)->inputs[0];
    outputs[i] = weir_tensor_ref (run.values[port.node][port.index]);
  }
  run_clear (&run);
  return good;
}
