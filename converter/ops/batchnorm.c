#include "ops.h"

#include <math.h>

/* BatchNormInference: gamma (x - mean) / sqrt (variance + epsilon) + beta, with one of
 * each for a channel. The first version has the data at input 2, the fifth at input 0. */

static const WeirAttrRow attrs[] = { { "epsilon", WEIR_ATTR_FLOAT, NULL, "0..", 0, 0 },
                                     { NULL } };

enum { GAMMA, BETA, MEAN, VARIANCE, N_PARAMETERS };

static guint
data_port (const WeirNode *node)
{
  return node->version < 5 ? 2 : 0;
}

static guint
parameter_port (const WeirNode *node, guint parameter)
{
  return node->version < 5 && parameter < MEAN ? parameter : parameter + 1;
}

static gboolean
check_parameter (const WeirInfer *infer, guint port, WeirShape *channels, GError **error)
{
  const WeirShape *shape = &infer->inputs[port].shape;

  if (!weir_shape_merge (channels, shape)) {
    g_autofree char *found = weir_shape_to_string (shape);
    g_autofree char *expected = weir_shape_to_string (channels);
    return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected shape %s, found %s",
                      port, expected, found);
  }
  return TRUE;
}

static gboolean
batchnorm_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[data_port (infer->node)];
  WeirShape channels = weir_shape_unknown (1), y = x->shape;

  if (x->dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (x->dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (x->dtype));
  if (y.rank == 0 || y.rank == 1)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected data of rank 2 or more, found rank %d", y.rank);
  if (y.rank > 0)
    channels.dims[0] = y.dims[1];
  for (guint p = 0; p < N_PARAMETERS; p++)
    if (!check_parameter (infer, parameter_port (infer->node, p), &channels, error))
      return FALSE;
  if (y.rank > 0)
    y.dims[1] = channels.dims[0];
  return weir_infer_set (infer, 0, x->dtype, &y);
}

/* Elements of one channel of one image. */
static void
normalize (const WeirTensor *x, WeirTensor *y, gsize first, gsize n, double scale,
           double shift)
{
  WeirDtype dtype = weir_tensor_dtype (x);

  for (gsize i = first; i < first + n; i++)
    weir_dtype_store (dtype, weir_tensor_writable (y), i,
                      weir_tensor_get (x, i) * scale + shift);
}

static gboolean
batchnorm_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[data_port (eval->node)];
  const gint64 *dims = weir_tensor_shape (x)->dims;
  double epsilon = weir_node_float (eval->node, "epsilon");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize lines = (gsize) dims[0] * (gsize) dims[1];

  if (y == NULL)
    return FALSE;
  for (gsize i = 0; weir_tensor_count (x) > 0 && i < lines; i++) {
    double p[N_PARAMETERS], scale;
    gsize n = weir_tensor_count (x) / lines;

    for (guint k = 0; k < N_PARAMETERS; k++)
      p[k] = weir_tensor_get (eval->inputs[parameter_port (eval->node, k)],
                              i % (gsize) dims[1]);
    scale = p[GAMMA] / sqrt (p[VARIANCE] + epsilon);
    normalize (x, y, i * n, n, scale, p[BETA] - p[MEAN] * scale);
  }
  return TRUE;
}

WEIR_OP_DEFINE (batch_norm_inference) = {
  .name = "BatchNormInference",
  .versions = { 1, 5 },
  .preferred = 5,
  .min_inputs = 5,
  .max_inputs = 5,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Scale and shift of each channel that were learned in training",
  .infer = batchnorm_infer,
  .evaluate = batchnorm_evaluate,
};
