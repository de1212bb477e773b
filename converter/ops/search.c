#include "list.h"
#include "order.h"

/* NonZero, Bucketize, SearchSorted: where something is. */

static gboolean
index_type (const WeirNode *node, const char *attr, WeirDtype *dtype, GError **error)
{
  *dtype = weir_node_dtype (node, attr);
  if (*dtype != WEIR_DTYPE_I32 && *dtype != WEIR_DTYPE_I64)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute '%s': expected i32 or i64, found %s", attr,
                      weir_dtype_name (*dtype));
  return TRUE;
}

static const WeirAttrRow index_attrs[] = {
  { "output_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },
  { NULL },
};

static gint64
count_non_zero (const WeirTensor *x)
{
  gint64 n = 0;

  for (gsize i = 0; i < weir_tensor_count (x); i++)
    n += weir_tensor_get (x, i) != 0;
  return n;
}

static gboolean
non_zero_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[0];
  gint64 rank = x->shape.rank < 0 ? WEIR_DIM_UNKNOWN : MAX (x->shape.rank, 1);
  gint64 n = x->value != NULL ? count_non_zero (x->value) : WEIR_DIM_UNKNOWN;
  WeirDtype dtype;

  return index_type (infer->node, "output_type", &dtype, error) &&
         weir_infer_set (infer, 0, dtype, &WEIR_SHAPE (rank, n));
}

/* [rank, n]: one column of indices for each element that is not zero; a scalar counts as
 * one dimension. */
static gboolean
non_zero_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  gsize n = (gsize) eval->infos[0].shape.dims[1], column = 0, strides[WEIR_MAX_RANK];
  WeirDtype dtype = eval->infos[0].dtype;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  weir_shape_strides (shape, strides);
  for (gsize i = 0; i < weir_tensor_count (x); i++) {
    if (weir_tensor_get (x, i) == 0)
      continue;
    for (int d = 0; d < shape->rank; d++)
      weir_dtype_store_int (dtype, weir_tensor_writable (y), (gsize) d * n + column,
                            (gint64) (i / strides[d] % (gsize) shape->dims[d]));
    column++;
  }
  return TRUE;
}

WEIR_OP_DEFINE (non_zero) = {
  .name = "NonZero",
  .versions = { 3 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = index_attrs,
  .summary = "Indices of the elements that are not zero",
  .infer = non_zero_infer,
  .evaluate = non_zero_evaluate,
};

/* How many of @n ascending elements come before @value; elements equal to it do if
 * @after_equal. */
static gint64
position (const WeirTensor *sorted, gsize start, gsize n, const WeirTensor *value,
          gsize at, gboolean after_equal)
{
  WeirDtype dtype = weir_tensor_dtype (sorted);
  gsize low = 0;

  while (low < n) {
    gsize middle = low + (n - low) / 2;
    int order = weir_order (dtype, weir_tensor_data (sorted), start + middle,
                            weir_tensor_data (value), at);

    if (order < 0 || (order == 0 && after_equal))
      low = middle + 1;
    else
      n = middle;
  }
  return (gint64) low;
}

static const WeirAttrRow bucketize_attrs[] = {
  { "output_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },
  { "with_right_bound", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { NULL },
};

static gboolean
bucketize_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype;

  if (!index_type (infer->node, "output_type", &dtype, error))
    return FALSE;
  if (infer->inputs[1].shape.rank >= 0 && infer->inputs[1].shape.rank != 1)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a list of buckets, found rank %d",
                      infer->inputs[1].shape.rank);
  return weir_infer_set (infer, 0, dtype, &infer->inputs[0].shape);
}

/* Data and buckets of different types meet in double. */
static gboolean
bucketize_evaluate (WeirEval *eval, GError **error)
{
  gboolean right = weir_node_bool (eval->node, "with_right_bound");
  gboolean same =
      weir_tensor_dtype (eval->inputs[0]) == weir_tensor_dtype (eval->inputs[1]);
  g_autoptr (WeirTensor) x =
      same ? weir_tensor_ref (eval->inputs[0])
           : weir_tensor_convert (eval->inputs[0], WEIR_DTYPE_F64, error);
  g_autoptr (WeirTensor) buckets =
      same ? weir_tensor_ref (eval->inputs[1])
           : weir_tensor_convert (eval->inputs[1], WEIR_DTYPE_F64, error);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (x == NULL || buckets == NULL || y == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (y); i++)
    weir_dtype_store_int (
        eval->infos[0].dtype, weir_tensor_writable (y), i,
        position (buckets, 0, weir_tensor_count (buckets), x, i, !right));
  return TRUE;
}

WEIR_OP_DEFINE (bucketize) = {
  .name = "Bucketize",
  .versions = { 3 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = bucketize_attrs,
  .summary = "The bucket, between ascending borders, that each element falls into",
  .infer = bucketize_infer,
  .evaluate = bucketize_evaluate,
};

static const WeirAttrRow sorted_attrs[] = {
  { "right_mode", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "output_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },
  { NULL },
};

/* The sorted sequences are one for all values, or one for each row of them. */
static gboolean
sorted_infer (WeirInfer *infer, GError **error)
{
  WeirShape sorted = infer->inputs[0].shape, values = infer->inputs[1].shape;
  WeirDtype dtype;

  if (!index_type (infer->node, "output_type", &dtype, error) ||
      !weir_infer_same_type (infer, 0, 1, error))
    return FALSE;
  if (sorted.rank == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected sorted sequences, found a scalar");
  if (sorted.rank > 1 && values.rank > 0)
    sorted.dims[sorted.rank - 1] = values.dims[values.rank - 1];
  if (sorted.rank > 1 && !weir_shape_merge (&values, &sorted)) {
    g_autofree char *a = weir_shape_to_string (&infer->inputs[0].shape);
    g_autofree char *b = weir_shape_to_string (&infer->inputs[1].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "sequences %s and values %s differ in rows", a, b);
  }
  return weir_infer_set (infer, 0, dtype, &values);
}

static gboolean
sorted_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *sorted = weir_tensor_shape (eval->inputs[0]);
  const WeirShape *values = weir_tensor_shape (eval->inputs[1]);
  gboolean right = weir_node_bool (eval->node, "right_mode");
  gsize n = (gsize) sorted->dims[sorted->rank - 1];
  gsize row = values->rank > 0 ? (gsize) values->dims[values->rank - 1] : 1;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (y); i++)
    weir_dtype_store_int (eval->infos[0].dtype, weir_tensor_writable (y), i,
                          position (eval->inputs[0], sorted->rank > 1 ? i / row * n : 0,
                                    n, eval->inputs[1], i, right));
  return TRUE;
}

WEIR_OP_DEFINE (search_sorted) = {
  .name = "SearchSorted",
  .versions = { 15 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = sorted_attrs,
  .summary = "Where values would be put into ascending sequences",
  .infer = sorted_infer,
  .evaluate = sorted_evaluate,
};
