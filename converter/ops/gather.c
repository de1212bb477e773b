#include "list.h"
#include "move.h"

/* Gather, GatherElements, GatherND, GatherTree: elements and slices at given indices. */

static const WeirAttrRow gather_attrs[] = {
  { "batch_dims", WEIR_ATTR_INT, "0", NULL, 7, 0 },
  { NULL },
};

/* The first @count dimensions of both must be the same. */
static gboolean
merge_batch (WeirShape *y, const WeirShape *x, int count, GError **error)
{
  WeirShape a = *y, b = *x;

  a.rank = b.rank = count;
  if (!weir_shape_merge (&a, &b)) {
    g_autofree char *ta = weir_shape_to_string (&b);
    g_autofree char *tb = weir_shape_to_string (&a);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "the batch dimensions of data %s and indices %s differ", ta, tb);
  }
  for (int i = 0; i < count; i++)
    y->dims[i] = a.dims[i];
  return TRUE;
}

static gboolean
batch_dims (const WeirNode *node, int rank, int *batch, GError **error)
{
  gint64 value = node->version >= 7 ? weir_node_int (node, "batch_dims") : 0;

  if (value < -rank || value > rank)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "batch_dims %" G_GINT64_FORMAT
                      " is out of range for indices of rank %d",
                      value, rank);
  *batch = (int) (value < 0 ? value + rank : value);
  return TRUE;
}

static gboolean
gather_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *at = &infer->inputs[1].shape;
  WeirDtype dtype = infer->inputs[0].dtype;
  WeirShape y;
  int axis, batch;

  if (!weir_infer_indices (infer, 1, error) ||
      !weir_list_axis (infer, 2, x->rank, &axis, error))
    return FALSE;
  if (x->rank < 0 || at->rank < 0)
    return weir_infer_set (infer, 0, dtype, &WEIR_SHAPE_UNKNOWN);
  if (!batch_dims (infer->node, at->rank, &batch, error))
    return FALSE;
  if (batch > x->rank || (axis >= 0 && axis < batch))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "batch_dims %d do not lie before axis %d of rank %d", batch, axis,
                      x->rank);
  y = *x;
  y.rank = MAX (axis, 0);
  if (axis < 0) {
    int rank = x->rank + at->rank - 1 - batch;
    if (rank > WEIR_MAX_RANK)
      return weir_fail (error, WEIR_ERROR_LIMIT, "rank %d is beyond the largest of %d",
                        rank, WEIR_MAX_RANK);
    y = weir_shape_unknown (rank);
  } else if (!merge_batch (&y, at, batch, error) ||
             !weir_shape_append_dims (&y, at, batch, at->rank, error) ||
             !weir_shape_append_dims (&y, x, axis + 1, x->rank, error))
    return FALSE;
  return weir_infer_set (infer, 0, dtype, &y);
}

static gint64
product (const WeirShape *shape, int first, int end)
{
  gint64 result = 1;

  for (int i = first; i < end; i++)
    result *= shape->dims[i];
  return result;
}

/* Negative indices count from the end of the axis, which version 8 says and OpenVINO does
 * for constants of the older ones too; those outside of it give zeros (Gather-8). */
static gboolean
gather_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0], *at = eval->inputs[1];
  const WeirShape *shape = weir_tensor_shape (x);
  int axis, batch, rank = weir_tensor_shape (at)->rank;
  gint64 groups, outer, count, size, inner;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL || !batch_dims (eval->node, rank, &batch, error) ||
      !weir_shape_axis (weir_tensor_get_int (eval->inputs[2], 0), shape->rank, &axis,
                        error))
    return FALSE;
  groups = product (shape, 0, batch);
  outer = product (shape, batch, axis);
  count = product (weir_tensor_shape (at), batch, rank);
  size = shape->dims[axis];
  inner = product (shape, axis + 1, shape->rank);
  for (gint64 g = 0; g < groups; g++)
    for (gint64 i = 0; i < count; i++) {
      gint64 index = weir_tensor_get_int (at, (gsize) (g * count + i));
      WeirMove move = { 0 };

      if (index < 0)
        index += size;
      if (index < 0 || index >= size)
        continue;
      weir_move_loop (&move, outer, size * inner, count * inner);
      weir_move_loop (&move, inner, 1, 1);
      weir_move_run (&move, x, (g * outer * size + index) * inner, y,
                     (g * outer * count + i) * inner);
    }
  return TRUE;
}

WEIR_OP_DEFINE (gather) = {
  .name = "Gather",
  .versions = { 1, 7, 8 },
  .preferred = 8,
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .moves = 1,
  .attrs = gather_attrs,
  .summary = "Slices of the data at given indices of one axis",
  .infer = gather_infer,
  .evaluate = gather_evaluate,
};

static const WeirAttrRow elements_attrs[] = {
  { "axis", WEIR_ATTR_INT, NULL, NULL, 0, 0 },
  { NULL },
};

static gboolean
elements_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *at = &infer->inputs[1].shape;
  WeirShape others = *x, y = *at;
  int axis, rank = MAX (x->rank, at->rank);

  if (!weir_infer_indices (infer, 1, error))
    return FALSE;
  if (rank < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  if (!weir_shape_axis (weir_node_int (infer->node, "axis"), rank, &axis, error))
    return FALSE;
  if (x->rank >= 0)
    others.dims[axis] = at->rank == x->rank ? at->dims[axis] : WEIR_DIM_UNKNOWN;
  if (!weir_shape_merge (&y, &others)) {
    g_autofree char *data = weir_shape_to_string (x);
    g_autofree char *indices = weir_shape_to_string (at);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "data %s and indices %s differ in another dimension than %d", data,
                      indices, axis);
  }
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
elements_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0], *at = eval->inputs[1];
  const WeirShape *shape = weir_tensor_shape (x), *out = weir_tensor_shape (at);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  const WeirMove one = { 0 };
  gint64 inner, count, size;
  int axis;

  if (y == NULL ||
      !weir_shape_axis (weir_node_int (eval->node, "axis"), shape->rank, &axis, error))
    return FALSE;
  inner = product (shape, axis + 1, shape->rank);
  count = out->dims[axis];
  size = shape->dims[axis];
  for (gint64 i = 0; i < (gint64) weir_tensor_count (y); i++) {
    gint64 index = weir_tensor_get_int (at, (gsize) i);

    if (!weir_index_wrap (&index, size, error))
      return FALSE;
    weir_move_run (&one, x, (i / (inner * count) * size + index) * inner + i % inner, y,
                   i);
  }
  return TRUE;
}

WEIR_OP_DEFINE (gather_elements) = {
  .name = "GatherElements",
  .versions = { 6 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .moves = 1,
  .attrs = elements_attrs,
  .summary = "Elements of the data, each at its own index of one axis",
  .infer = elements_infer,
  .evaluate = elements_evaluate,
};

static const WeirAttrRow nd_attrs[] = {
  { "batch_dims", WEIR_ATTR_INT, "0", "0..", 0, 0 },
  { NULL },
};

/* Version 5 melts the batch dimensions into one. */
static gboolean
nd_batch (const WeirNode *node, WeirShape *y, const WeirShape *at, GError **error)
{
  gint64 product = 1;

  if (node->version >= 8 || y->rank <= 1)
    return TRUE;
  for (int i = 0; i < y->rank; i++)
    if (y->dims[i] < 0 || product < 0)
      product = WEIR_DIM_UNKNOWN;
    else if (!weir_mul_i64 (product, y->dims[i], &product))
      return weir_fail (error, WEIR_ERROR_LIMIT, "%d batch dimensions are too large",
                        at->rank);
  *y = WEIR_SHAPE (product);
  return TRUE;
}

static gboolean
nd_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *at = &infer->inputs[1].shape;
  gint64 batch = weir_node_int (infer->node, "batch_dims");
  gint64 tuple;
  WeirShape y = *x;

  if (!weir_infer_indices (infer, 1, error))
    return FALSE;
  if (x->rank < 0 || at->rank < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
  if (at->rank < 1 || batch >= at->rank || batch > x->rank)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "batch_dims %" G_GINT64_FORMAT
                      " do not fit data of rank %d and indices of rank %d",
                      batch, x->rank, at->rank);
  y.rank = (int) batch;
  tuple = at->dims[at->rank - 1];
  if (tuple > x->rank - batch)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "indices of %" G_GINT64_FORMAT
                      " numbers, the data have %d dimensions behind %d batch dimensions",
                      tuple, x->rank - y.rank, y.rank);
  if (!merge_batch (&y, at, y.rank, error) || !nd_batch (infer->node, &y, at, error) ||
      !weir_shape_append_dims (&y, at, (int) batch, at->rank - 1, error))
    return FALSE;
  if (tuple < 0)
    y = WEIR_SHAPE_UNKNOWN;
  else if (!weir_shape_append_dims (&y, x, (int) (batch + tuple), x->rank, error))
    return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
nd_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0], *at = eval->inputs[1];
  const WeirShape *shape = weir_tensor_shape (x), *ashape = weir_tensor_shape (at);
  int batch = (int) weir_node_int (eval->node, "batch_dims");
  int tuple = (int) ashape->dims[ashape->rank - 1];
  gint64 steps[WEIR_MAX_RANK], slice, tuples, count;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirMove move = { 0 };

  if (y == NULL)
    return FALSE;
  weir_move_steps (shape, steps);
  slice = product (shape, batch + tuple, shape->rank);
  weir_move_loop (&move, slice, 1, 1);
  tuples = product (ashape, batch, ashape->rank - 1);
  count = product (ashape, 0, batch) * tuples;
  for (gint64 i = 0; i < count; i++) {
    gint64 from = i / tuples * product (shape, batch, shape->rank);

    for (int k = 0; k < tuple; k++) {
      gint64 index = weir_tensor_get_int (at, (gsize) (i * tuple + k));

      if (!weir_index_wrap (&index, shape->dims[batch + k], error))
        return FALSE;
      from += index * steps[batch + k];
    }
    weir_move_run (&move, x, from, y, i * slice);
  }
  return TRUE;
}

WEIR_OP_DEFINE (gather_nd) = {
  .name = "GatherND",
  .versions = { 5, 8 },
  .preferred = 8,
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .moves = 1,
  .attrs = nd_attrs,
  .summary = "Slices of the data at tuples of indices",
  .infer = nd_infer,
  .evaluate = nd_evaluate,
};

static gboolean
tree_infer (WeirInfer *infer, GError **error)
{
  WeirShape y = infer->inputs[0].shape, lengths = infer->inputs[2].shape;

  for (guint i = 1; i < 4; i++)
    if (!weir_infer_same_type (infer, 0, i, error))
      return FALSE;
  if (!weir_shape_merge (&y, &infer->inputs[1].shape) || (y.rank >= 0 && y.rank != 3))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected step_ids and parent_idx of one shape [T,B,W]");
  if (y.rank == 3 && !weir_shape_merge (&lengths, &WEIR_SHAPE (y.dims[1])))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected one max_seq_len for each item of the batch");
  if (infer->inputs[3].shape.rank > 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a scalar end_token, found rank %d",
                      infer->inputs[3].shape.rank);
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

/* Follows one beam of batch item @item from its last step back to its first. */
static gboolean
tree_beam (WeirEval *eval, WeirTensor *y, gint64 item, gint64 beam, GError **error)
{
  const WeirTensor *steps = eval->inputs[0], *parents = eval->inputs[1];
  const gint64 *d = weir_tensor_shape (steps)->dims;
  gint64 end = MIN (weir_tensor_get_int (eval->inputs[2], (gsize) item), d[0]);
  double stop = weir_tensor_get (eval->inputs[3], 0);
  const WeirMove one = { 0 };
  gint64 from = beam;
  gboolean stopped = FALSE;

  for (gint64 t = end - 1; t >= 0; t--) {
    gint64 row = (t * d[1] + item) * d[2];

    if (from < 0 || from >= d[2])
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "parent_idx %" G_GINT64_FORMAT
                        " is out of range for %" G_GINT64_FORMAT " beams",
                        from, d[2]);
    weir_move_run (&one, steps, row + from, y, row + beam);
    from = weir_tensor_get_int (parents, (gsize) (row + from));
  }
  for (gint64 t = 0; t < end; t++) {
    gint64 at = (t * d[1] + item) * d[2] + beam;

    if (stopped)
      weir_move_run (&one, eval->inputs[3], 0, y, at);
    stopped |= weir_tensor_get (y, (gsize) at) == stop;
  }
  return TRUE;
}

static gboolean
tree_evaluate (WeirEval *eval, GError **error)
{
  const gint64 *d = weir_tensor_shape (eval->inputs[0])->dims;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  weir_move_fill (eval->inputs[3], y);
  for (gint64 b = 0; b < d[1]; b++)
    for (gint64 w = 0; w < d[2]; w++)
      if (!tree_beam (eval, y, b, w, error))
        return FALSE;
  return TRUE;
}

WEIR_OP_DEFINE (gather_tree) = {
  .name = "GatherTree",
  .versions = { 1 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 1,
  .summary = "Complete beams from the steps and parents of a beam search",
  .infer = tree_infer,
  .evaluate = tree_evaluate,
};
