#include "list.h"
#include "move.h"

/* Split and VariadicSplit: parts of a tensor along an axis. Constant inputs make the
 * parts known; a list of lengths is as long as the node has outputs, so it may be long.
 */

static const WeirAttrRow split_attrs[] = {
  { "num_splits", WEIR_ATTR_INT, NULL, "1..", 0, 0 },
  { NULL },
};

static gboolean
set_parts (WeirInfer *infer, int axis, const gint64 *lengths)
{
  WeirShape y = infer->inputs[0].shape;

  if (axis < 0 && y.rank >= 0)
    y = weir_shape_unknown (y.rank);
  for (guint i = 0; i < infer->n_outputs; i++) {
    if (axis >= 0 && y.rank >= 0)
      y.dims[axis] = lengths != NULL ? lengths[i] : WEIR_DIM_UNKNOWN;
    weir_infer_set (infer, i, infer->inputs[0].dtype, &y);
  }
  return TRUE;
}

static gboolean
split_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  gint64 n = weir_node_int (infer->node, "num_splits");
  g_autofree gint64 *lengths = g_new (gint64, MAX (infer->n_outputs, 1));
  gint64 size;
  int axis;

  if (n != infer->n_outputs)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "num_splits is %" G_GINT64_FORMAT ", but there are %u outputs", n,
                      infer->n_outputs);
  if (!weir_list_axis (infer, 1, x->rank, &axis, error))
    return FALSE;
  if (axis < 0 || x->rank < 0)
    return set_parts (infer, axis, NULL);
  size = x->dims[axis];
  if (size >= 0 && size % n != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "dimension %d of %" G_GINT64_FORMAT
                      " cannot be split into %" G_GINT64_FORMAT " equal parts",
                      axis, size, n);
  for (guint i = 0; i < infer->n_outputs; i++)
    lengths[i] = size >= 0 ? size / n : WEIR_DIM_UNKNOWN;
  return set_parts (infer, axis, lengths);
}

/* The lengths, with what is left of @size in place of a -1; @size may be unknown. */
static gboolean
read_lengths (const WeirTensor *list, gint64 size, gint64 *lengths, GError **error)
{
  gsize n = weir_tensor_count (list), rest = n;
  gint64 sum = 0;

  for (gsize i = 0; i < n; i++) {
    lengths[i] = weir_tensor_get_int (list, i);
    if (lengths[i] < -1 || (lengths[i] == -1 && rest < n) ||
        (lengths[i] >= 0 && !weir_add_i64 (sum, lengths[i], &sum)))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "split_lengths[%" G_GSIZE_FORMAT "] is %" G_GINT64_FORMAT
                        ", expected a length, or one -1 for the rest",
                        i, lengths[i]);
    if (lengths[i] == -1)
      rest = i;
  }
  if (size < 0)
    return TRUE;
  if (sum > size || (rest == n && sum != size))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "split_lengths sum up to %" G_GINT64_FORMAT
                      ", the dimension is %" G_GINT64_FORMAT,
                      sum, size);
  if (rest < n)
    lengths[rest] = size - sum;
  return TRUE;
}

static gboolean
variadic_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  const WeirValueInfo *list = &infer->inputs[2];
  g_autofree gint64 *lengths = g_new (gint64, MAX (infer->n_outputs, 1));
  int axis;

  if (!weir_list_axis (infer, 1, x->rank, &axis, error))
    return FALSE;
  if (list->shape.rank >= 0 &&
      (list->shape.rank != 1 ||
       (list->shape.dims[0] >= 0 && list->shape.dims[0] != infer->n_outputs))) {
    g_autofree char *shape = weir_shape_to_string (&list->shape);
    return weir_fail (
        error, WEIR_ERROR_SHAPE,
        "expected a list of one split length for each of %u outputs, found %s",
        infer->n_outputs, shape);
  }
  if (axis < 0 || x->rank < 0 || list->value == NULL)
    return set_parts (infer, axis, NULL);
  if (!weir_dtype_is_integer (list->dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "split_lengths are %s, expected integers",
                      weir_dtype_name (list->dtype));
  if (!read_lengths (list->value, x->dims[axis], lengths, error))
    return FALSE;
  return set_parts (infer, axis, lengths);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 steps[WEIR_MAX_RANK], outer = 1, at = 0;
  int axis;

  if (!weir_shape_axis (weir_tensor_get_int (eval->inputs[1], 0), shape->rank, &axis,
                        error))
    return FALSE;
  weir_move_steps (shape, steps);
  for (int i = 0; i < axis; i++)
    outer *= shape->dims[i];
  for (guint i = 0; i < eval->n_outputs; i++) {
    WeirTensor *y = weir_eval_inferred (eval, i, error);
    gint64 block = eval->infos[i].shape.dims[axis] * steps[axis];
    WeirMove move = { 0 };

    if (y == NULL)
      return FALSE;
    weir_move_loop (&move, outer, shape->dims[axis] * steps[axis], block);
    weir_move_loop (&move, block, 1, 1);
    weir_move_run (&move, x, at, y, 0);
    at += block;
  }
  return TRUE;
}

WEIR_OP_DEFINE (split) = {
  .name = "Split",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = WEIR_ANY_NUMBER,
  .moves = 1,
  .attrs = split_attrs,
  .summary = "Equal parts of a tensor along one axis",
  .infer = split_infer,
  .evaluate = evaluate,
};

WEIR_OP_DEFINE (variadic_split) = {
  .name = "VariadicSplit",
  .versions = { 1 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = WEIR_ANY_NUMBER,
  .moves = 1,
  .summary = "Parts of a tensor along one axis, of given lengths",
  .infer = variadic_infer,
  .evaluate = evaluate,
};
