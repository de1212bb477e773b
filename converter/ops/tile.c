#include "list.h"
#include "move.h"

/* Tile: the whole input repeated along each dimension. The shorter of shape and repeats
 * is filled up with ones in front. */

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y;
  WeirList repeats;

  if (!weir_list_input (infer, 1, "repeats", &repeats, error))
    return FALSE;
  if (repeats.n > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT, "rank %d is beyond the largest of %d",
                      repeats.n, WEIR_MAX_RANK);
  y = weir_shape_unknown (x->rank < 0 || repeats.n < 0 ? -1 : MAX (x->rank, repeats.n));
  for (int i = 0; repeats.known && i < y.rank; i++) {
    int ix = i - (y.rank - x->rank), ir = i - (y.rank - repeats.n);
    gint64 size = ix < 0 ? 1 : x->dims[ix], times = ir < 0 ? 1 : repeats.values[ir];

    if (times < 0)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "repeats[%d] is %" G_GINT64_FORMAT ", expected at least 0", ir,
                        times);
    if (size >= 0 && !weir_mul_i64 (size, times, &y.dims[i]))
      return weir_fail (error, WEIR_ERROR_LIMIT, "dimension %d is too large", i);
  }
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]), *out = &eval->infos[0].shape;
  gint64 from[WEIR_MAX_RANK], to[WEIR_MAX_RANK];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirMove move = { 0 };

  if (y == NULL)
    return FALSE;
  if (weir_tensor_count (y) == 0)
    return TRUE;
  weir_move_steps (x, from);
  weir_move_steps (out, to);
  for (int i = 0; i < out->rank; i++) {
    int ix = i - (out->rank - x->rank);
    gint64 size = ix < 0 ? 1 : x->dims[ix];

    weir_move_loop (&move, out->dims[i] / size, 0, size * to[i]);
    weir_move_loop (&move, size, ix < 0 ? 0 : from[ix], to[i]);
  }
  weir_move_run (&move, eval->inputs[0], 0, y, 0);
  return TRUE;
}

WEIR_OP_DEFINE (tile) = {
  .name = "Tile",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .moves = 1,
  .summary = "The input repeated along each dimension",
  .infer = infer,
  .evaluate = evaluate,
};
