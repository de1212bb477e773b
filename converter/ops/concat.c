#include "list.h"
#include "move.h"

/* Concat: inputs one behind the other along an axis. */

static const WeirAttrRow attrs[] = {
  { "axis", WEIR_ATTR_INT, NULL, NULL, 0, 0 },
  { NULL },
};

/* Takes one more input into @y; its size along the axis goes into @total. */
static gboolean
join (WeirShape *y, const WeirShape *x, int axis, gint64 *total, GError **error)
{
  WeirShape others = *x;

  if (*total < 0 || x->dims[axis] < 0)
    *total = WEIR_DIM_UNKNOWN;
  else if (!weir_add_i64 (*total, x->dims[axis], total))
    return weir_fail (error, WEIR_ERROR_LIMIT, "dimension %d is too large", axis);
  others.dims[axis] = WEIR_DIM_UNKNOWN;
  if (!weir_shape_merge (y, &others)) {
    g_autofree char *before = weir_shape_to_string (y);
    g_autofree char *found = weir_shape_to_string (x);
    return weir_fail (error, WEIR_ERROR_SHAPE, "%s does not go with %s along axis %d",
                      found, before, axis);
  }
  return TRUE;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = WEIR_DTYPE_UNKNOWN;
  WeirShape y = WEIR_SHAPE_UNKNOWN;
  gint64 total = 0;
  int axis = 0;

  for (guint i = 0; i < infer->n_inputs; i++) {
    if (!weir_infer_same_type (infer, 0, i, error))
      return FALSE;
    if (dtype == WEIR_DTYPE_UNKNOWN)
      dtype = infer->inputs[i].dtype;
    if (y.rank < 0)
      y = weir_shape_unknown (infer->inputs[i].shape.rank);
  }
  if (y.rank < 0)
    return weir_infer_set (infer, 0, dtype, &y);
  if (!weir_shape_axis (weir_node_int (infer->node, "axis"), y.rank, &axis, error))
    return FALSE;
  for (guint i = 0; i < infer->n_inputs; i++) {
    const WeirShape *x = &infer->inputs[i].shape;

    if (x->rank >= 0 && x->rank != y.rank)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected rank %d as before, found rank %d", i, y.rank,
                        x->rank);
    if (x->rank < 0)
      total = WEIR_DIM_UNKNOWN;
    else if (!join (&y, x, axis, &total, error)) {
      g_prefix_error (error, "input %u: ", i);
      return FALSE;
    }
  }
  y.dims[axis] = total;
  return weir_infer_set (infer, 0, dtype, &y);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  const WeirShape *shape = &eval->infos[0].shape;
  gint64 steps[WEIR_MAX_RANK], outer = 1, at = 0;
  int axis;

  if (y == NULL ||
      !weir_shape_axis (weir_node_int (eval->node, "axis"), shape->rank, &axis, error))
    return FALSE;
  weir_move_steps (shape, steps);
  for (int i = 0; i < axis; i++)
    outer *= shape->dims[i];
  for (guint i = 0; i < eval->n_inputs; i++) {
    gint64 block = weir_tensor_shape (eval->inputs[i])->dims[axis] * steps[axis];
    WeirMove move = { 0 };

    weir_move_loop (&move, outer, block, shape->dims[axis] * steps[axis]);
    weir_move_loop (&move, block, 1, 1);
    weir_move_run (&move, eval->inputs[i], 0, y, at);
    at += block;
  }
  return TRUE;
}

WEIR_OP_DEFINE (concat) = {
  .name = "Concat",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = WEIR_ANY_NUMBER,
  .outputs = 1,
  .moves = 0xff,
  .attrs = attrs,
  .summary = "Joins tensors along one axis",
  .infer = infer,
  .evaluate = evaluate,
};
