#include "ops.h"

#include "ir/evaluate.h"

/* ReadValue and Assign: variables that live from one inference to the next. Version 3
 * takes type and shape from the value, version 6 may declare them. */

static const WeirAttrRow attrs[] = {
  { "variable_id", WEIR_ATTR_STRING, NULL, NULL, 0, 0 },
  { "variable_type", WEIR_ATTR_DTYPE, "dynamic", NULL, 6, 0 },
  { "variable_shape", WEIR_ATTR_STRING, "...", NULL, 6, 0 },
  { NULL }
};

/* What the node declares; unknown where it does not. */
static gboolean
declared (const WeirNode *node, WeirDtype *dtype, WeirShape *shape, GError **error)
{
  *dtype = WEIR_DTYPE_UNKNOWN;
  *shape = WEIR_SHAPE_UNKNOWN;
  if (node->version < 6)
    return TRUE;
  *dtype = weir_node_dtype (node, "variable_type");
  return weir_shape_parse (weir_node_string (node, "variable_shape"), shape, error);
}

static gboolean
check_value (const WeirNode *node, WeirDtype want, const WeirShape *shape,
             WeirDtype found, const WeirShape *found_shape, GError **error)
{
  WeirShape merged = *shape;
  g_autofree char *want_text = weir_shape_to_string (shape);
  g_autofree char *found_text = weir_shape_to_string (found_shape);

  if (weir_shape_merge (&merged, found_shape) &&
      (want == found || want == WEIR_DTYPE_UNKNOWN || found == WEIR_DTYPE_UNKNOWN))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "variable '%s': expected %s of %s, found %s of %s",
                    weir_node_string (node, "variable_id"), want_text,
                    weir_dtype_name (want), found_text, weir_dtype_name (found));
}

static gboolean
memory_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *input = infer->n_inputs > 0 ? &infer->inputs[0] : NULL;
  WeirDtype dtype;
  WeirShape shape;

  if (!declared (infer->node, &dtype, &shape, error))
    return FALSE;
  if (infer->node->version < 6 && input == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "version 3 expects an initial value as its input");
  if (input != NULL &&
      !check_value (infer->node, dtype, &shape, input->dtype, &input->shape, error))
    return FALSE;
  if (input != NULL && dtype == WEIR_DTYPE_UNKNOWN)
    dtype = input->dtype;
  if (input != NULL && shape.rank < 0)
    shape = input->shape;
  return weir_infer_set (infer, 0, dtype, &shape);
}

/* Before the first Assign: the initial value, else zeros, of nothing in dimensions that
 * are not declared. */
static gboolean
initial_value (WeirEval *eval, GError **error)
{
  WeirShape shape = eval->infos[0].shape;

  if (eval->n_inputs > 0) {
    eval->outputs[0] = weir_tensor_ref (eval->inputs[0]);
    return TRUE;
  }
  if (shape.rank < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "variable '%s' has neither an initial value nor a declared shape",
                      weir_node_string (eval->node, "variable_id"));
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = MAX (shape.dims[i], 0);
  return weir_eval_output (eval, 0, eval->infos[0].dtype, &shape, error) != NULL;
}

static gboolean
read_value_evaluate (WeirEval *eval, GError **error)
{
  const WeirNode *node = eval->node;
  const WeirValueInfo *info = &node->outputs[0].info;
  WeirTensor *value =
      eval->state != NULL
          ? weir_state_get (eval->state, weir_node_string (node, "variable_id"))
          : NULL;

  if (value == NULL)
    return initial_value (eval, error);
  if (!check_value (node, info->dtype, &info->shape, weir_tensor_dtype (value),
                    weir_tensor_shape (value), error))
    return FALSE;
  eval->outputs[0] = weir_tensor_ref (value);
  return TRUE;
}

WEIR_OP_DEFINE (read_value) = {
  .name = "ReadValue",
  .versions = { 3, 6 },
  .preferred = 6,
  .max_inputs = 1,
  .outputs = 1,
  .flags = WEIR_OP_STATEFUL,
  .attrs = attrs,
  .summary = "The contents of a variable, or an initial value before it was assigned",
  .infer = memory_infer,
  .evaluate = read_value_evaluate,
};

/* A copy is kept: the value may lie in memory that is used again before it is read. */
static gboolean
assign_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *value = eval->inputs[0];
  g_autoptr (WeirTensor) kept = NULL;

  eval->outputs[0] = weir_tensor_ref (eval->inputs[0]);
  if (eval->state == NULL)
    return TRUE;
  kept = weir_tensor_new_copy (weir_tensor_dtype (value), weir_tensor_shape (value),
                               weir_tensor_data (value), error);
  if (kept == NULL)
    return FALSE;
  weir_state_set (eval->state, weir_node_string (eval->node, "variable_id"), kept);
  return TRUE;
}

WEIR_OP_DEFINE (assign) = {
  .name = "Assign",
  .versions = { 3, 6 },
  .preferred = 6,
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .flags = WEIR_OP_STATEFUL | WEIR_OP_LATE,
  .attrs = attrs,
  .summary = "Stores a value in a variable for the next inference",
  .infer = memory_infer,
  .evaluate = assign_evaluate,
};
