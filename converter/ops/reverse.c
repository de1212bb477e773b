#include "list.h"
#include "move.h"

/* Reverse, ReverseSequence, Roll: the same elements in another order along some axes. */

static const WeirAttrRow reverse_attrs[] = {
  { "mode", WEIR_ATTR_STRING, NULL, "index|mask", 0, 0 },
  { NULL },
};

/* Which axes are turned around; @known is %FALSE where the second input is not known. */
static gboolean
reverse_axes (const WeirInfer *infer, int rank, gboolean *flip, gboolean *known,
              GError **error)
{
  const WeirValueInfo *info = &infer->inputs[1];
  WeirList axes;

  *known = info->value != NULL;
  if (weir_node_string_is (infer->node, "mode", "mask")) {
    if (info->shape.rank >= 0 && (info->shape.rank != 1 || (info->shape.dims[0] >= 0 &&
                                                            info->shape.dims[0] != rank)))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "expected a mask of one value for each of %d dimensions", rank);
    for (int i = 0; *known && i < rank; i++)
      flip[i] = weir_tensor_get_int (info->value, (gsize) i) != 0;
    return TRUE;
  }
  if (!weir_list_input (infer, 1, "axes", &axes, error) ||
      (axes.known && !weir_list_axes (&axes, "axes", rank, error)))
    return FALSE;
  for (int i = 0; i < rank; i++)
    flip[i] = FALSE;
  for (int i = 0; axes.known && i < axes.n; i++)
    flip[axes.values[i]] = TRUE;
  return TRUE;
}

static gboolean
reverse_infer (WeirInfer *infer, GError **error)
{
  gboolean flip[WEIR_MAX_RANK], known;

  return (infer->inputs[0].shape.rank < 0 ||
          reverse_axes (infer, infer->inputs[0].shape.rank, flip, &known, error)) &&
         weir_infer_same (infer, error);
}

static gboolean
reverse_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (eval->inputs[0]);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gint64 steps[WEIR_MAX_RANK], from = 0;
  gboolean flip[WEIR_MAX_RANK], known;
  WeirMove move = { 0 };

  if (y == NULL || !reverse_axes (eval->infer, shape->rank, flip, &known, error))
    return FALSE;
  weir_move_steps (shape, steps);
  for (int i = 0; i < shape->rank; i++) {
    if (flip[i])
      from += (shape->dims[i] - 1) * steps[i];
    weir_move_loop (&move, shape->dims[i], flip[i] ? -steps[i] : steps[i], steps[i]);
  }
  weir_move_run (&move, eval->inputs[0], from, y, 0);
  return TRUE;
}

WEIR_OP_DEFINE (reverse) = {
  .name = "Reverse",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = reverse_attrs,
  .summary = "Some axes turned around",
  .infer = reverse_infer,
  .evaluate = reverse_evaluate,
};

static const WeirAttrRow sequence_attrs[] = {
  { "batch_axis", WEIR_ATTR_INT, "0", NULL, 0, 0 },
  { "seq_axis", WEIR_ATTR_INT, "1", NULL, 0, 0 },
  { NULL },
};

static gboolean
sequence_axes (const WeirNode *node, int rank, int *batch, int *axis, GError **error)
{
  if (!weir_shape_axis (weir_node_int (node, "batch_axis"), rank, batch, error) ||
      !weir_shape_axis (weir_node_int (node, "seq_axis"), rank, axis, error))
    return FALSE;
  if (*batch == *axis)
    return weir_fail (error, WEIR_ERROR_SHAPE, "batch_axis and seq_axis are both %d",
                      *axis);
  return TRUE;
}

static gboolean
sequence_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape lengths = infer->inputs[1].shape;
  int batch, axis;

  if (x->rank >= 0 && !sequence_axes (infer->node, x->rank, &batch, &axis, error))
    return FALSE;
  if (!weir_shape_merge (&lengths,
                         &WEIR_SHAPE (x->rank < 0 ? WEIR_DIM_UNKNOWN : x->dims[batch]))) {
    g_autofree char *found = weir_shape_to_string (&infer->inputs[1].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected one length for each item of the batch, found %s", found);
  }
  return weir_infer_same (infer, error);
}

/* The sequence of one item of the batch: @length steps backwards, the rest as it is. */
static void
sequence_item (const WeirTensor *x, WeirTensor *y, int batch, int axis, gint64 item,
               gint64 length)
{
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 steps[WEIR_MAX_RANK], rest;
  WeirMove turned = { 0 }, kept = { 0 };

  weir_move_steps (shape, steps);
  rest = shape->dims[axis] - length;
  weir_move_loop (&turned, length, -steps[axis], steps[axis]);
  weir_move_loop (&kept, rest, steps[axis], steps[axis]);
  for (int i = 0; i < shape->rank; i++)
    if (i != batch && i != axis) {
      weir_move_loop (&turned, shape->dims[i], steps[i], steps[i]);
      weir_move_loop (&kept, shape->dims[i], steps[i], steps[i]);
    }
  item *= steps[batch];
  weir_move_run (&turned, x, item + (length - 1) * steps[axis], y, item);
  weir_move_run (&kept, x, item + length * steps[axis], y, item + length * steps[axis]);
}

static gboolean
sequence_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  int batch, axis;

  if (y == NULL || !sequence_axes (eval->node, shape->rank, &batch, &axis, error))
    return FALSE;
  for (gint64 i = 0; i < shape->dims[batch]; i++) {
    gint64 length = weir_tensor_get_int (eval->inputs[1], (gsize) i);

    if (length < 0 || length > shape->dims[axis])
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "seq_lengths[%" G_GINT64_FORMAT "] is %" G_GINT64_FORMAT
                        ", the sequence has %" G_GINT64_FORMAT,
                        i, length, shape->dims[axis]);
    sequence_item (x, y, batch, axis, i, length);
  }
  return TRUE;
}

WEIR_OP_DEFINE (reverse_sequence) = {
  .name = "ReverseSequence",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = sequence_attrs,
  .summary = "Sequences turned around up to a length for each item of the batch",
  .infer = sequence_infer,
  .evaluate = sequence_evaluate,
};

/* How far each axis moves, in 0..its size - 1. Axes may come more than once; one shift
 * may stand for all axes (Roll-7). */
static gboolean
roll_shifts (const WeirInfer *infer, gint64 *shifts, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirList shift, axes;

  if (!weir_list_input (infer, 1, "shift", &shift, error) ||
      !weir_list_input (infer, 2, "axes", &axes, error) ||
      (shift.n != 1 && !weir_list_length (&shift, "shift", axes.n, error)))
    return FALSE;
  for (int i = 0; i < x->rank; i++)
    shifts[i] = 0;
  for (int i = 0; x->rank >= 0 && axes.known && i < axes.n; i++) {
    gint64 by = shift.known ? shift.values[shift.n == 1 ? 0 : i] : 0;
    int axis;

    if (!weir_shape_axis (axes.values[i], x->rank, &axis, error))
      return FALSE;
    if (x->dims[axis] <= 0)
      continue;
    by = by % x->dims[axis] + x->dims[axis];
    shifts[axis] = (shifts[axis] + by % x->dims[axis]) % x->dims[axis];
  }
  return TRUE;
}

static gboolean
roll_infer (WeirInfer *infer, GError **error)
{
  gint64 shifts[WEIR_MAX_RANK];

  return roll_shifts (infer, shifts, error) && weir_infer_same (infer, error);
}

/* Each axis falls into two parts that change places; bit i of @block says which of axis
 * i. */
static void
roll_block (const WeirTensor *x, WeirTensor *y, const gint64 *shifts, guint block)
{
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 steps[WEIR_MAX_RANK], from = 0, to = 0;
  WeirMove move = { 0 };

  weir_move_steps (shape, steps);
  for (int i = 0; i < shape->rank; i++) {
    gboolean tail = (block >> i & 1) != 0;
    gint64 count = tail ? shifts[i] : shape->dims[i] - shifts[i];

    from += tail ? (shape->dims[i] - shifts[i]) * steps[i] : 0;
    to += tail ? 0 : shifts[i] * steps[i];
    weir_move_loop (&move, count, steps[i], steps[i]);
  }
  weir_move_run (&move, x, from, y, to);
}

static gboolean
roll_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gint64 shifts[WEIR_MAX_RANK];

  if (y == NULL || !roll_shifts (eval->infer, shifts, error))
    return FALSE;
  for (guint block = 0; block < 1u << weir_tensor_shape (x)->rank; block++)
    roll_block (x, y, shifts, block);
  return TRUE;
}

WEIR_OP_DEFINE (roll) = {
  .name = "Roll",
  .versions = { 7 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .summary =
      "Axes moved along themselves, what leaves at the end enters at the beginning",
  .infer = roll_infer,
  .evaluate = roll_evaluate,
};
