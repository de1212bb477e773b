#include "list.h"
#include "move.h"

/* Transpose: y[i...] = x[...], dimension k of the output is dimension order[k] of the
 * input; an empty order turns them all around. */

static void
reverse_order (WeirList *order, int rank)
{
  order->n = rank;
  for (int i = 0; i < rank; i++)
    order->values[i] = rank - 1 - i;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y;
  WeirList order;

  if (!weir_list_input (infer, 1, "order", &order, error))
    return FALSE;
  if (order.n > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT, "rank %d is beyond the largest of %d",
                      order.n, WEIR_MAX_RANK);
  if (order.n != 0 && !weir_list_length (&order, "order", x->rank, error))
    return FALSE;
  y = weir_shape_unknown (x->rank >= 0 ? x->rank : order.n > 0 ? order.n : -1);
  if (order.known && order.n == 0 && x->rank >= 0)
    reverse_order (&order, x->rank);
  if (order.known && !weir_list_axes (&order, "order", order.n, error))
    return FALSE;
  for (int i = 0; order.known && i < x->rank; i++)
    y.dims[i] = x->dims[order.values[i]];
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0], *order = eval->inputs[1];
  const WeirShape *shape = &eval->infos[0].shape;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gboolean backwards = weir_tensor_count (order) == 0;
  gint64 from[WEIR_MAX_RANK], to[WEIR_MAX_RANK];
  WeirMove move = { 0 };

  if (y == NULL)
    return FALSE;
  weir_move_steps (weir_tensor_shape (x), from);
  weir_move_steps (shape, to);
  for (int i = 0; i < shape->rank; i++) {
    gint64 axis =
        backwards ? shape->rank - 1 - i : weir_tensor_get_int (order, (gsize) i);

    weir_move_loop (&move, shape->dims[i], from[axis < 0 ? axis + shape->rank : axis],
                    to[i]);
  }
  weir_move_run (&move, x, 0, y, 0);
  return TRUE;
}

WEIR_OP_DEFINE (transpose) = {
  .name = "Transpose",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .moves = 1,
  .summary = "Another order of the dimensions",
  .infer = infer,
  .evaluate = evaluate,
};
