#include "broadcast.h"
#include "list.h"
#include "move.h"

/* Select: one of two values by a condition; Identity: the input. */

static const WeirAttrRow select_attrs[] = {
  WEIR_ROW_AUTO_BROADCAST,
  { NULL },
};

static gboolean
select_infer (WeirInfer *infer, GError **error)
{
  WeirDtype condition = infer->inputs[0].dtype, dtype = infer->inputs[1].dtype;
  WeirShape y;

  if (condition != WEIR_DTYPE_UNKNOWN && condition != WEIR_DTYPE_BOOL)
    return weir_fail (error, WEIR_ERROR_SHAPE, "the condition is %s, expected boolean",
                      weir_dtype_name (condition));
  if (!weir_infer_same_type (infer, 1, 2, error) ||
      !weir_broadcast_by (infer->node, &infer->inputs[1].shape, &infer->inputs[2].shape,
                          &y, error) ||
      !weir_broadcast_by (infer->node, &y, &infer->inputs[0].shape, &y, error))
    return FALSE;
  return weir_infer_set (
      infer, 0, dtype != WEIR_DTYPE_UNKNOWN ? dtype : infer->inputs[2].dtype, &y);
}

/* The two values and the operand of the walk that each is. */
enum { CONDITION, THEN, OTHERWISE };

static gboolean
select_evaluate (WeirEval *eval, GError **error)
{
  int rank = weir_tensor_shape (eval->inputs[THEN])->rank;
  WeirShape condition_shape = weir_broadcast_aligned (
      eval->node, weir_tensor_shape (eval->inputs[CONDITION]), rank);
  WeirShape otherwise_shape = weir_broadcast_aligned (
      eval->node, weir_tensor_shape (eval->inputs[OTHERWISE]), rank);
  const WeirShape *shapes[] = { &condition_shape, weir_tensor_shape (eval->inputs[THEN]),
                                &otherwise_shape };
  const guint8 *condition = weir_tensor_data (eval->inputs[CONDITION]);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  const WeirMove one = { 0 };
  WeirWalk walk;

  if (y == NULL)
    return FALSE;
  for (weir_walk_init (&walk, &eval->infos[0].shape, shapes, G_N_ELEMENTS (shapes));
       walk.more; weir_walk_next (&walk))
    for (gsize i = 0; i < walk.row; i++) {
      gboolean yes = condition[walk.offset[CONDITION] + i * walk.step[CONDITION]] != 0;
      guint from = yes ? THEN : OTHERWISE;

      weir_move_run (&one, eval->inputs[from],
                     (gint64) (walk.offset[from] + i * walk.step[from]), y,
                     (gint64) (walk.at + i));
    }
  return TRUE;
}

WEIR_OP_DEFINE (select) = {
  .name = "Select",
  .versions = { 1 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .moves = 1 << 1 | 1 << 2,
  .attrs = select_attrs,
  .summary = "One of two values, element by element, by a condition",
  .infer = select_infer,
  .evaluate = select_evaluate,
};

static gboolean
identity_evaluate (WeirEval *eval, GError **error)
{
  (void) error;
  eval->outputs[0] = weir_tensor_ref (eval->inputs[0]);
  return TRUE;
}

WEIR_OP_DEFINE (identity) = {
  .name = "Identity",
  .versions = { 16 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .moves = 1,
  .summary = "The input as it is",
  .infer = weir_infer_same,
  .evaluate = identity_evaluate,
};
