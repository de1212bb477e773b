#include "axes.h"

#include <math.h>

/* LRN: x / (bias + alpha / size^n * sum)^beta, where the sum goes over the squares in a
 * window of @size elements along each of n axes. An even size reaches as far as the odd
 * one below it, which is what OpenVINO computes. */

static const WeirAttrRow attrs[] = { { "alpha", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                     { "beta", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                     { "bias", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                     { "size", WEIR_ATTR_INT, NULL, "1..2147483647", 0,
                                       0 },
                                     { NULL } };

static gboolean
lrn_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[0];
  gboolean known;
  guint set;

  if (x->dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (x->dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (x->dtype));
  return weir_axes_infer (infer, 1, x->shape.rank, &set, &known, error) &&
         weir_infer_same (infer, error);
}

/* Each element becomes the sum of those up to @reach away from it along dimension @axis;
 * @spare has room for one line. */
static void
sum_window (double *squares, const WeirShape *shape, int axis, gsize reach, double *spare)
{
  gsize strides[WEIR_MAX_RANK], n = (gsize) shape->dims[axis];
  gsize count = weir_shape_elements (shape);

  weir_shape_strides (shape, strides);
  for (gsize line = 0; line < count / n; line++) {
    gsize step = strides[axis];
    double *first = squares + line / step * step * n + line % step;

    for (gsize i = 0; i < n; i++)
      spare[i] = first[i * step];
    for (gsize i = 0; i < n; i++) {
      double sum = 0;

      for (gsize k = i > reach ? i - reach : 0; k < n && k <= i + reach; k++)
        sum += spare[k];
      first[i * step] = sum;
    }
  }
}

static void
lrn (const WeirNode *node, const WeirTensor *x, guint set, double *squares, double *spare,
     WeirTensor *y)
{
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 size = weir_node_int (node, "size");
  double alpha = weir_node_float (node, "alpha"), bias = weir_node_float (node, "bias");
  double beta = weir_node_float (node, "beta");

  for (gsize i = 0; i < weir_tensor_count (x); i++)
    squares[i] = weir_tensor_get (x, i) * weir_tensor_get (x, i);
  for (int axis = 0; axis < shape->rank; axis++) {
    if ((set >> axis & 1) == 0)
      continue;
    sum_window (squares, shape, axis, (gsize) (size - 1) / 2, spare);
    alpha /= (double) size;
  }
  for (gsize i = 0; i < weir_tensor_count (x); i++)
    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), i,
                      weir_tensor_get (x, i) / pow (bias + alpha * squares[i], beta));
}

static gboolean
lrn_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize count = weir_tensor_count (x);
  double *room;
  guint set;

  if (y == NULL || !weir_axes_evaluate (eval->inputs[1], shape->rank, &set, error))
    return FALSE;
  if (count == 0)
    return TRUE;
  room = weir_try_alloc (2 * count * sizeof *room, error);
  if (room == NULL)
    return FALSE;
  lrn (eval->node, x, set, room, room + count, y);
  weir_free (room);
  return TRUE;
}

WEIR_OP_DEFINE (lrn) = {
  .name = "LRN",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Local response normalization",
  .infer = lrn_infer,
  .evaluate = lrn_evaluate,
};
