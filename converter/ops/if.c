#include "body.h"

/* If: one of two sub-graphs, chosen by input 0. bodies[0] is "then", bodies[1] "else". */

static const char *const names[] = { "then", "else" };

static gboolean
feed (const WeirBody *body, const WeirInfer *infer, GError **error)
{
  if (!weir_body_check (body, infer->n_inputs, infer->n_outputs, error))
    return FALSE;
  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);

    if (map->external < 0)
      return weir_fail (error, WEIR_ERROR_FORMAT, "input map %u has no port", i);
    weir_body_set_parameter (body, map->internal, infer->inputs[map->external].dtype,
                             &infer->inputs[map->external].shape);
  }
  return TRUE;
}

/* Takes the results of one branch over; those of the other branch are joined with them.
 */
static gboolean
take_results (WeirInfer *infer, const WeirBody *body, gboolean *taken, gboolean first,
              GError **error)
{
  for (guint i = 0; i < body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->outputs, WeirPortMap, i);
    const WeirValueInfo *result = weir_body_result (body, map->internal);
    WeirValueInfo *output;

    if (map->external < 0)
      continue;
    output = &infer->outputs[map->external];
    taken[map->external] = TRUE;
    if (!first && output->dtype != result->dtype && output->dtype != WEIR_DTYPE_UNKNOWN &&
        result->dtype != WEIR_DTYPE_UNKNOWN)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "output %" G_GINT64_FORMAT
                        " is %s in one branch and %s in the other",
                        map->external, weir_dtype_name (output->dtype),
                        weir_dtype_name (result->dtype));
    output->shape =
        first ? result->shape : weir_body_join (&output->shape, &result->shape);
    if (first || output->dtype == WEIR_DTYPE_UNKNOWN)
      output->dtype = result->dtype;
  }
  for (guint i = 0; i < infer->n_outputs; i++)
    if (!taken[i])
      return weir_fail (error, WEIR_ERROR_FORMAT, "no result is mapped to output %u", i);
  return TRUE;
}

static gboolean
infer_branch (WeirInfer *infer, guint branch, gboolean first, GError **error)
{
  const WeirBody *body = &infer->node->bodies[branch];
  g_autofree gboolean *taken = g_new0 (gboolean, MAX (infer->n_outputs, 1));

  if (feed (body, infer, error) && weir_body_infer (body, names[branch], error) &&
      take_results (infer, body, taken, first, error))
    return TRUE;
  return FALSE;
}

static gboolean
check_condition (const WeirTensor *condition, GError **error)
{
  if (weir_tensor_count (condition) == 1)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "expected one element as the condition, found %zu",
                    weir_tensor_count (condition));
}

/* A branch that is never taken may be wrong for these shapes: exporters write the test of
 * a shape and both consequences. So it is not looked at where the condition is known. */
static gboolean
if_infer (WeirInfer *infer, GError **error)
{
  const WeirTensor *condition = infer->inputs[0].value;
  gboolean good;

  if (infer->node->n_bodies != 2)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected 2 bodies, found %u",
                      infer->node->n_bodies);
  if (condition != NULL && !check_condition (condition, error))
    return FALSE;
  if (!weir_body_enter (error))
    return FALSE;
  if (condition != NULL)
    good = infer_branch (infer, weir_tensor_get (condition, 0) != 0 ? 0 : 1, TRUE, error);
  else
    good = infer_branch (infer, 0, TRUE, error) && infer_branch (infer, 1, FALSE, error);
  weir_body_leave ();
  return good;
}

static gboolean
run_branch (WeirEval *eval, const WeirBody *body, GError **error)
{
  guint n = weir_graph_n_parameters (body->graph);
  guint n_results = weir_graph_n_results (body->graph);
  g_autofree WeirTensor **parameters = g_new0 (WeirTensor *, MAX (n, 1));
  g_autofree WeirTensor **results = g_new0 (WeirTensor *, MAX (n_results, 1));

  if (!weir_body_check (body, eval->n_inputs, eval->n_outputs, error))
    return FALSE;
  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);

    parameters[map->internal] = eval->inputs[MAX (map->external, 0)];
  }
  if (!weir_body_run (body, parameters, results, eval->state, error))
    return FALSE;
  for (guint i = 0; i < body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->outputs, WeirPortMap, i);

    if (map->external < 0)
      continue;
    weir_tensor_unref (eval->outputs[map->external]);
    eval->outputs[map->external] = weir_tensor_ref (results[map->internal]);
  }
  weir_body_clear_tensors (results, n_results);
  return TRUE;
}

static gboolean
if_evaluate (WeirEval *eval, GError **error)
{
  guint branch;
  gboolean good;

  if (!check_condition (eval->inputs[0], error) || !weir_body_enter (error))
    return FALSE;
  branch = weir_tensor_get (eval->inputs[0], 0) != 0 ? 0 : 1;
  good = run_branch (eval, &eval->node->bodies[branch], error);
  weir_body_leave ();
  if (!good)
    g_prefix_error (error, "%s: ", names[branch]);
  for (guint i = 0; good && i < eval->n_outputs; i++)
    if (eval->outputs[i] == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "no result is mapped to output %u", i);
  return good;
}

WEIR_OP_DEFINE (if) = {
  .name = "If",
  .versions = { 8 },
  .min_inputs = 1,
  .max_inputs = WEIR_ANY_NUMBER,
  .outputs = WEIR_ANY_NUMBER,
  .flags = WEIR_OP_BODY,
  .summary = "One of two sub-graphs, chosen by the first input",
  .infer = if_infer,
  .evaluate = if_evaluate,
};
