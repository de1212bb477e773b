#include "list.h"
#include "move.h"

#include <stdlib.h>

/* SparseFillEmptyRows: a sparse matrix in which each row has a value. */

enum { VALUES, DENSE_SHAPE, INDICES, FALLBACK };

static gboolean
check_shapes (const WeirInfer *infer, GError **error)
{
  WeirShape values = weir_shape_unknown (1), indices = WEIR_SHAPE (WEIR_DIM_UNKNOWN, 2);
  const WeirTensor *fallback = infer->inputs[FALLBACK].value;
  gboolean good = weir_shape_merge (&values, &infer->inputs[VALUES].shape);

  indices.dims[0] = values.dims[0];
  if (!good || !weir_shape_merge (&indices, &infer->inputs[INDICES].shape)) {
    g_autofree char *v = weir_shape_to_string (&infer->inputs[VALUES].shape);
    g_autofree char *i = weir_shape_to_string (&infer->inputs[INDICES].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected values [n] and indices [n,2], found %s and %s", v, i);
  }
  if (fallback != NULL && weir_tensor_count (fallback) != 1)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected one default value, found %zu",
                      weir_tensor_count (fallback));
  return weir_infer_indices (infer, DENSE_SHAPE, error) &&
         weir_infer_indices (infer, INDICES, error) &&
         weir_infer_same_type (infer, VALUES, FALLBACK, error) &&
         weir_infer_same_type (infer, DENSE_SHAPE, INDICES, error);
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  WeirDtype index = infer->inputs[INDICES].dtype;
  WeirList dense;

  if (!check_shapes (infer, error) ||
      !weir_list_input (infer, DENSE_SHAPE, "dense_shape", &dense, error) ||
      !weir_list_length (&dense, "dense_shape", 2, error))
    return FALSE;
  for (int i = 0; dense.known && i < 2; i++)
    if (dense.values[i] < 0)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "dense_shape[%d] is %" G_GINT64_FORMAT ", expected at least 0", i,
                        dense.values[i]);
  if (index == WEIR_DTYPE_UNKNOWN)
    index = infer->inputs[DENSE_SHAPE].dtype;
  weir_infer_set (infer, 0, index, &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 2));
  weir_infer_set (infer, 1, infer->inputs[VALUES].dtype, &WEIR_SHAPE (WEIR_DIM_UNKNOWN));
  return weir_infer_sized (infer, 2, WEIR_DTYPE_BOOL,
                           &WEIR_SHAPE (dense.known ? dense.values[0] : WEIR_DIM_UNKNOWN),
                           error);
}

/* An element and where its value comes from; none for what fills a row. */
typedef struct {
  gint64 row, column, from;
} Element;

static int
compare (const void *a, const void *b)
{
  const Element *p = a, *q = b;

  if (p->row != q->row)
    return p->row < q->row ? -1 : 1;
  if (p->column != q->column)
    return p->column < q->column ? -1 : 1;
  return (p->from > q->from) - (p->from < q->from);
}

/* Reads the elements and marks the rows that have none. Returns how many these are. */
static gboolean
read_elements (const WeirTensor *indices, const WeirTensor *dense, Element *elements,
               WeirTensor *empty, gsize *n_empty, GError **error)
{
  gsize n = (gsize) weir_tensor_shape (indices)->dims[0];
  guint8 *marks = weir_tensor_writable (empty);

  *n_empty = weir_tensor_count (empty);
  for (gsize i = 0; i < *n_empty; i++)
    marks[i] = TRUE;
  for (gsize i = 0; i < n; i++) {
    gint64 row = weir_tensor_get_int (indices, 2 * i);
    gint64 column = weir_tensor_get_int (indices, 2 * i + 1);

    if (row < 0 || row >= weir_tensor_get_int (dense, 0) || column < 0 ||
        column >= weir_tensor_get_int (dense, 1))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "element %zu lies at %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
                        ", outside of the matrix",
                        i, row, column);
    *n_empty -= marks[row];
    marks[row] = FALSE;
    elements[i] = (Element){ row, column, (gint64) i };
  }
  return TRUE;
}

static gboolean
give_elements (WeirEval *eval, const Element *elements, gsize n, GError **error)
{
  WeirTensor *indices = weir_eval_output (eval, 0, eval->infos[0].dtype,
                                          &WEIR_SHAPE ((gint64) n, 2), error);
  WeirTensor *values =
      weir_eval_output (eval, 1, eval->infos[1].dtype, &WEIR_SHAPE ((gint64) n), error);
  const WeirMove one = { 0 };

  if (indices == NULL || values == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    gint64 from = elements[i].from;

    weir_dtype_store_int (weir_tensor_dtype (indices), weir_tensor_writable (indices),
                          2 * i, elements[i].row);
    weir_dtype_store_int (weir_tensor_dtype (indices), weir_tensor_writable (indices),
                          2 * i + 1, elements[i].column);
    weir_move_run (&one, eval->inputs[from < 0 ? FALLBACK : VALUES], MAX (from, 0),
                   values, (gint64) i);
  }
  return TRUE;
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  gsize n = weir_tensor_count (eval->inputs[VALUES]), n_empty, room;
  WeirTensor *empty = weir_eval_inferred (eval, 2, error);
  Element *elements = NULL;
  gboolean good;

  if (empty == NULL)
    return FALSE;
  if (!weir_add_size (n, weir_tensor_count (empty), &room) ||
      !weir_mul_size (room, sizeof *elements, &room))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many elements");
  elements = weir_try_alloc (room, error);
  good =
      elements != NULL && read_elements (eval->inputs[INDICES], eval->inputs[DENSE_SHAPE],
                                         elements, empty, &n_empty, error);
  for (gsize i = 0; good && i < weir_tensor_count (empty); i++)
    if (((const guint8 *) weir_tensor_data (empty))[i])
      elements[n++] = (Element){ (gint64) i, 0, -1 };
  if (good) {
    qsort (elements, n, sizeof *elements, compare);
    good = give_elements (eval, elements, n, error);
  }
  weir_free (elements);
  return good;
}

WEIR_OP_DEFINE (sparse_fill_empty_rows) = {
  .name = "SparseFillEmptyRows",
  .versions = { 16 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 3,
  .summary = "A sparse matrix with a default value in each row that has none",
  .infer = infer,
  .evaluate = evaluate,
};
