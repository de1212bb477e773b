#include "ops.h"

#include <math.h>
#include <string.h>

/* Inverse: of each matrix, or its adjoint, which the specification defines as the
 * transpose of the inverse. */

static const WeirAttrRow attrs[] = { { "adjoint", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
                                     { NULL } };

static gboolean
infer (WeirInfer *infer, GError **error)
{
  WeirShape y = infer->inputs[0].shape;
  gint64 *last = &y.dims[MAX (y.rank - 2, 0)];
  WeirDtype dtype = infer->inputs[0].dtype;

  if (dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floats, found %s",
                      weir_dtype_name (dtype));
  if (y.rank >= 0 &&
      (y.rank < 2 || (last[0] >= 0 && last[1] >= 0 && last[0] != last[1]))) {
    g_autofree char *found = weir_shape_to_string (&y);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected square matrices, found %s",
                      found);
  }
  return weir_infer_same (infer, error);
}

static void
swap_rows (double *a, double *b, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    double kept = a[i];

    a[i] = b[i];
    b[i] = kept;
  }
}

/* Gauss and Jordan, with the largest of each column as its pivot: @a becomes the unit
 * matrix while @b becomes the inverse. */
static void
invert (double *a, double *b, gsize n)
{
  for (gsize k = 0; k < n; k++) {
    gsize best = k;
    double pivot;

    for (gsize i = k + 1; i < n; i++)
      if (fabs (a[i * n + k]) > fabs (a[best * n + k]))
        best = i;
    if (best != k) {
      swap_rows (a + k * n, a + best * n, n);
      swap_rows (b + k * n, b + best * n, n);
    }
    pivot = a[k * n + k];
    for (gsize j = 0; j < n; j++) {
      a[k * n + j] /= pivot;
      b[k * n + j] /= pivot;
    }
    for (gsize i = 0; i < n; i++) {
      double factor = a[i * n + k];

      for (gsize j = 0; i != k && j < n; j++) {
        a[i * n + j] -= factor * a[k * n + j];
        b[i * n + j] -= factor * b[k * n + j];
      }
    }
  }
}

static void
invert_all (const WeirEval *eval, WeirTensor *y, double *room, gsize n)
{
  const WeirTensor *x = eval->inputs[0];
  gboolean adjoint = weir_node_bool (eval->node, "adjoint");
  double *result = room + n * n;

  for (gsize at = 0; at < weir_tensor_count (x); at += n * n) {
    memset (result, 0, n * n * sizeof *result);
    for (gsize i = 0; i < n * n; i++)
      room[i] = weir_tensor_get (x, at + i);
    for (gsize i = 0; i < n; i++)
      result[i * n + i] = 1;
    invert (room, result, n);
    for (gsize i = 0; i < n * n; i++)
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), at + i,
                        result[adjoint ? i % n * n + i / n : i]);
  }
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]);
  gsize n = (gsize) x->dims[x->rank - 1];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  g_autoptr (WeirTensor) room = NULL;

  if (y == NULL)
    return FALSE;
  if (weir_tensor_count (y) == 0)
    return TRUE;
  room = weir_tensor_new (WEIR_DTYPE_F64, &WEIR_SHAPE (2, (gint64) n, (gint64) n), error);
  if (room == NULL)
    return FALSE;
  invert_all (eval, y, weir_tensor_writable (room), n);
  return TRUE;
}

WEIR_OP_DEFINE (inverse) = {
  .name = "Inverse",
  .versions = { 14 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Inverse of each matrix, transposed if asked for",
  .infer = infer,
  .evaluate = evaluate,
};
