#include "ops.h"

#include <math.h>

/* Softmax and its logarithm, along one axis. */

static const WeirAttrRow softmax_attrs[] = { { "axis", WEIR_ATTR_INT, "1", NULL, 0, 0 },
                                             { NULL } };
static const WeirAttrRow log_softmax_attrs[] = {
  { "axis", WEIR_ATTR_INT, "-1", NULL, 0, 0 }, { NULL }
};

static gboolean
softmax_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[0];
  int axis;

  if (x->dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (x->dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (x->dtype));
  if (x->shape.rank >= 0 &&
      !weir_shape_axis (weir_node_int (infer->node, "axis"), x->shape.rank, &axis, error))
    return FALSE;
  return weir_infer_same (infer, error);
}

/* One line of @n elements, @step apart from each other. */
static void
softmax_line (double *line, gsize n, gboolean logarithm)
{
  double largest = -(double) INFINITY, sum = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, line[i]);
  for (gsize i = 0; i < n; i++)
    sum += exp (line[i] - largest);
  for (gsize i = 0; i < n; i++)
    line[i] = logarithm ? line[i] - largest - log (sum) : exp (line[i] - largest) / sum;
}

static void
softmax (const WeirTensor *x, WeirTensor *y, int axis, gboolean logarithm, double *line)
{
  const WeirShape *shape = weir_tensor_shape (x);
  WeirDtype dtype = weir_tensor_dtype (x);
  gsize n = (gsize) shape->dims[axis], step = 1;

  if (weir_tensor_count (x) == 0)
    return;
  for (int i = axis + 1; i < shape->rank; i++)
    step *= (gsize) shape->dims[i];
  for (gsize at = 0; at < weir_tensor_count (x) / n; at++) {
    gsize first = at / step * step * n + at % step;

    for (gsize i = 0; i < n; i++)
      line[i] = weir_tensor_get (x, first + i * step);
    softmax_line (line, n, logarithm);
    for (gsize i = 0; i < n; i++)
      weir_dtype_store (dtype, weir_tensor_writable (y), first + i * step, line[i]);
  }
}

static gboolean
softmax_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  double *line;
  int axis;

  if (y == NULL ||
      !weir_shape_axis (weir_node_int (eval->node, "axis"), shape->rank, &axis, error))
    return FALSE;
  line = weir_try_alloc ((gsize) shape->dims[axis] * sizeof *line, error);
  if (line == NULL)
    return FALSE;
  softmax (x, y, axis, weir_node_is (eval->node, "LogSoftmax"), line);
  weir_free (line);
  return TRUE;
}

WEIR_OP_DEFINE (softmax) = {
  .name = "Softmax",
  .xml_type = "SoftMax",
  .versions = { 1, 8 },
  .preferred = 8,
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = softmax_attrs,
  .summary = "e^x divided by the sum of all e^x along an axis",
  .infer = softmax_infer,
  .evaluate = softmax_evaluate,
};

WEIR_OP_DEFINE (log_softmax) = {
  .name = "LogSoftmax",
  .versions = { 5 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = log_softmax_attrs,
  .summary = "Logarithm of Softmax",
  .infer = softmax_infer,
  .evaluate = softmax_evaluate,
};
