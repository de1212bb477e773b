#include "list.h"

/* GroupedMatMul: rows times the transposed weights of the group that they belong to. The
 * groups of a matrix are runs of rows, whose ends are given; each of a stack of matrices
 * is a group. */

enum { ROWS, WEIGHTS, ENDS };

static gboolean
check_ends (const WeirTensor *ends, gint64 rows, GError **error)
{
  gint64 last = 0;

  for (gsize i = 0; i < weir_tensor_count (ends); i++) {
    gint64 end = weir_tensor_get_int (ends, i);

    if (end < last || (rows >= 0 && end > rows))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "group %zu ends at %" G_GINT64_FORMAT
                        ", expected %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                        i, end, last, rows);
    last = end;
  }
  return TRUE;
}

static gboolean
check_rank (const WeirInfer *infer, GError **error)
{
  int want = infer->n_inputs > ENDS ? 2 : 3, found = infer->inputs[ROWS].shape.rank;

  if (found < 0 || found == want)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE, "expected data of rank %d, found %d", want,
                    found);
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  gboolean ends = infer->n_inputs > ENDS;
  WeirShape x = weir_shape_unknown (ends ? 2 : 3), w = weir_shape_unknown (3), groups;
  gboolean good;

  if (!check_rank (infer, error) || !weir_infer_same_type (infer, ROWS, WEIGHTS, error))
    return FALSE;
  weir_shape_merge (&x, &infer->inputs[ROWS].shape);
  w.dims[2] = x.dims[x.rank - 1];
  w.dims[0] = ends ? WEIR_DIM_UNKNOWN : x.dims[0];
  good = weir_shape_merge (&w, &infer->inputs[WEIGHTS].shape);
  groups = WEIR_SHAPE (w.dims[0]);
  if (good && ends)
    good = weir_shape_merge (&groups, &infer->inputs[ENDS].shape);
  if (!good) {
    g_autofree char *a = weir_shape_to_string (&infer->inputs[ROWS].shape);
    g_autofree char *b = weir_shape_to_string (&infer->inputs[WEIGHTS].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "data %s and weights %s do not fit together", a, b);
  }
  if (ends && (!weir_infer_indices (infer, ENDS, error) ||
               (infer->inputs[ENDS].value != NULL &&
                !check_ends (infer->inputs[ENDS].value, x.dims[0], error))))
    return FALSE;
  x.dims[0] = ends ? x.dims[0] : groups.dims[0];
  x.dims[x.rank - 1] = w.dims[1];
  return weir_infer_set (infer, 0, infer->inputs[ROWS].dtype, &x);
}

/* Rows @first to @end - 1 times the weights of @group. */
static void
multiply (const WeirEval *eval, WeirTensor *y, gint64 first, gint64 end, gint64 group)
{
  const WeirTensor *x = eval->inputs[ROWS], *w = eval->inputs[WEIGHTS];
  const gint64 *d = weir_tensor_shape (w)->dims;

  for (gint64 i = first * d[1]; i < end * d[1]; i++) {
    gint64 a = i / d[1] * d[2], b = (group * d[1] + i % d[1]) * d[2];
    double sum = 0;

    for (gint64 k = 0; k < d[2]; k++)
      sum += weir_tensor_get (x, (gsize) (a + k)) * weir_tensor_get (w, (gsize) (b + k));
    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), (gsize) i, sum);
  }
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const gint64 *in = weir_tensor_shape (eval->inputs[ROWS])->dims;
  gint64 groups = weir_tensor_shape (eval->inputs[WEIGHTS])->dims[0], first = 0;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  for (gint64 g = 0; g < groups; g++) {
    gint64 end = eval->n_inputs > ENDS
                     ? weir_tensor_get_int (eval->inputs[ENDS], (gsize) g)
                     : first + in[1];

    multiply (eval, y, first, end, g);
    first = end;
  }
  return TRUE;
}

WEIR_OP_DEFINE (grouped_matmul) = {
  .name = "GroupedMatMul",
  .versions = { 17 },
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 1,
  .summary = "Rows times the weights of the group that they belong to",
  .infer = infer,
  .evaluate = evaluate,
};
