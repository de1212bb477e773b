#include "list.h"
#include "move.h"

/* OneHot: a one at each index. Eye: a diagonal of ones. */

static const WeirAttrRow one_hot_attrs[] = {
  { "axis", WEIR_ATTR_INT, NULL, NULL, 0, 0 },
  { "negative_indices_mode", WEIR_ATTR_STRING, "ignore_negative",
    "ignore_negative|normalize", 16, 0 },
  { NULL },
};

/* A scalar input that is a size; -1 where it is not known. */
static gboolean
size_input (const WeirInfer *infer, guint port, const char *what, gint64 *size,
            GError **error)
{
  WeirList list;

  *size = WEIR_DIM_UNKNOWN;
  if (!weir_list_input (infer, port, what, &list, error) ||
      !weir_list_length (&list, what, 1, error))
    return FALSE;
  if (!list.known)
    return TRUE;
  if (list.values[0] < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%s is %" G_GINT64_FORMAT ", expected at least 0", what,
                      list.values[0]);
  *size = list.values[0];
  return TRUE;
}

static gboolean
one_hot_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirDtype dtype;
  WeirShape y;
  gint64 depth;
  int axis;

  if (!weir_infer_indices (infer, 0, error) ||
      !size_input (infer, 1, "depth", &depth, error) ||
      !weir_infer_same_type (infer, 2, 3, error))
    return FALSE;
  if (infer->inputs[2].shape.rank > 0 || infer->inputs[3].shape.rank > 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "on_value and off_value must be scalars");
  dtype = infer->inputs[infer->inputs[2].dtype != WEIR_DTYPE_UNKNOWN ? 2 : 3].dtype;
  if (x->rank < 0)
    return weir_infer_set (infer, 0, dtype, &WEIR_SHAPE_UNKNOWN);
  y = *x;
  if (!weir_shape_append (&y, depth, error) ||
      !weir_shape_axis (weir_node_int (infer->node, "axis"), y.rank, &axis, error))
    return FALSE;
  for (int i = y.rank - 1; i > axis; i--)
    y.dims[i] = x->dims[i - 1];
  y.dims[axis] = depth;
  return weir_infer_sized (infer, 0, dtype, &y, error);
}

static gboolean
one_hot_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *indices = eval->inputs[0];
  const WeirShape *shape = &eval->infos[0].shape;
  gboolean wrap = eval->node->version >= 16 &&
                  weir_node_string_is (eval->node, "negative_indices_mode", "normalize");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gint64 inner = 1, depth;
  const WeirMove one = { 0 };
  int axis;

  if (y == NULL ||
      !weir_shape_axis (weir_node_int (eval->node, "axis"), shape->rank, &axis, error))
    return FALSE;
  weir_move_fill (eval->inputs[3], y);
  for (int i = axis + 1; i < shape->rank; i++)
    inner *= shape->dims[i];
  depth = shape->dims[axis];
  for (gint64 i = 0; i < (gint64) weir_tensor_count (indices); i++) {
    gint64 index = weir_tensor_get_int (indices, (gsize) i);

    if (wrap && index < 0)
      index += depth;
    if (index >= 0 && index < depth)
      weir_move_run (&one, eval->inputs[2], 0, y,
                     (i / inner * depth + index) * inner + i % inner);
  }
  return TRUE;
}

WEIR_OP_DEFINE (one_hot) = {
  .name = "OneHot",
  .versions = { 1, 16 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 1,
  .attrs = one_hot_attrs,
  .summary = "A new axis that is on at each index and off elsewhere",
  .infer = one_hot_infer,
  .evaluate = one_hot_evaluate,
};

static const WeirAttrRow eye_attrs[] = {
  { "output_type", WEIR_ATTR_DTYPE, NULL, NULL, 0, 0 },
  { NULL },
};

static gboolean
eye_infer (WeirInfer *infer, GError **error)
{
  WeirShape y = WEIR_SHAPE_SCALAR;
  WeirList batch = { .known = TRUE }, diagonal;
  gint64 rows, columns;

  if (!size_input (infer, 0, "num_rows", &rows, error) ||
      !size_input (infer, 1, "num_columns", &columns, error) ||
      !weir_list_input (infer, 2, "diagonal_index", &diagonal, error) ||
      !weir_list_length (&diagonal, "diagonal_index", 1, error) ||
      (infer->n_inputs > 3 && !weir_list_input (infer, 3, "batch_shape", &batch, error)))
    return FALSE;
  if (batch.n < 0)
    return weir_infer_set (infer, 0, weir_node_dtype (infer->node, "output_type"),
                           &WEIR_SHAPE_UNKNOWN);
  for (int i = 0; i < batch.n; i++) {
    if (batch.known && batch.values[i] < 0)
      return weir_fail (error, WEIR_ERROR_SHAPE, "batch_shape[%d] is negative", i);
    if (!weir_shape_append (&y, batch.known ? batch.values[i] : WEIR_DIM_UNKNOWN, error))
      return FALSE;
  }
  return weir_shape_append (&y, rows, error) && weir_shape_append (&y, columns, error) &&
         weir_infer_sized (infer, 0, weir_node_dtype (infer->node, "output_type"), &y,
                           error);
}

static gboolean
eye_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *shape = &eval->infos[0].shape;
  gint64 shift = weir_tensor_get_int (eval->inputs[2], 0);
  gint64 rows = shape->dims[shape->rank - 2], columns = shape->dims[shape->rank - 1];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  if (weir_tensor_count (y) == 0 || shift <= -rows || shift >= columns)
    return TRUE;
  for (gsize at = 0; at < weir_tensor_count (y); at += (gsize) (rows * columns))
    for (gint64 i = MAX (-shift, 0); i < MIN (rows, columns - shift); i++)
      weir_dtype_store (eval->infos[0].dtype, weir_tensor_writable (y),
                        at + (gsize) (i * columns + i + shift), 1);
  return TRUE;
}

WEIR_OP_DEFINE (eye) = {
  .name = "Eye",
  .versions = { 9 },
  .min_inputs = 3,
  .max_inputs = 4,
  .outputs = 1,
  .attrs = eye_attrs,
  .summary = "Matrices with ones on a diagonal",
  .infer = eye_infer,
  .evaluate = eye_evaluate,
};
