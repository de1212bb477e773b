#include "convolve.h"

/* Convolution and GroupConvolution: y[n,o] = sum over i and the window of x[n,i] *
 * w[o,i]. Weights are [O, I, spatial...], grouped ones [G, O/G, I/G, spatial...]. */

static const WeirAttrRow attrs[] = { { "strides", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
                                     { "pads_begin", WEIR_ATTR_INTS, "", NULL, 0, 0 },
                                     { "pads_end", WEIR_ATTR_INTS, "", NULL, 0, 0 },
                                     { "dilations", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
                                     { "auto_pad", WEIR_ATTR_STRING, "explicit",
                                       "explicit|same_upper|same_lower|valid", 0, 0 },
                                     { NULL } };

/* Channels of the weights: how many groups, outputs a group, inputs a group. */
typedef struct {
  gint64 groups, outputs, inputs;
  const gint64 *spatial;
} Filter;

static Filter
filter_of (const WeirShape *weights, gboolean grouped)
{
  const gint64 *d = weights->dims;

  if (grouped)
    return (Filter){ d[0], d[1], d[2], d + 3 };
  return (Filter){ 1, d[0], d[1], d + 2 };
}

static gint64
product (gint64 a, gint64 b)
{
  gint64 result;

  return a < 0 || b < 0 || !weir_mul_i64 (a, b, &result) ? WEIR_DIM_UNKNOWN : result;
}

static gboolean
convolution_infer (WeirInfer *infer, GError **error)
{
  gboolean grouped = weir_node_is (infer->node, "GroupConvolution");
  const WeirShape *x = &infer->inputs[0].shape, *w = &infer->inputs[1].shape;
  WeirShape y;
  WeirWindow window;
  Filter filter;
  gint64 channels;

  if (w->rank < 0 || x->rank < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
  if (w->rank != x->rank + (grouped ? 1 : 0))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input of rank %d needs weights of rank %d, found rank %d", x->rank,
                      x->rank + (grouped ? 1 : 0), w->rank);
  filter = filter_of (w, grouped);
  if (!weir_window_init (&window, infer->node, x, filter.spatial, error))
    return FALSE;
  channels = product (filter.groups, filter.inputs);
  if (channels >= 0 && x->dims[1] >= 0 && x->dims[1] != channels)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "weights expect %" G_GINT64_FORMAT
                      " input channels, the input has %" G_GINT64_FORMAT,
                      channels, x->dims[1]);
  y = *x;
  y.dims[1] = product (filter.groups, filter.outputs);
  for (int i = 0; i < window.n; i++)
    if (!weir_window_size (&window, i, x->dims[i + 2], &y.dims[i + 2], error))
      return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
convolution_evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *x = eval->inputs[0], *w = eval->inputs[1];
  gboolean grouped = weir_node_is (eval->node, "GroupConvolution");
  Filter filter = filter_of (weir_tensor_shape (w), grouped);
  WeirConvolve c = { .groups = filter.groups,
                     .outputs = filter.outputs,
                     .inputs = filter.inputs };
  WeirTensor *y;

  if (!weir_window_init (&c.window, eval->node, weir_tensor_shape (x), filter.spatial,
                         error))
    return FALSE;
  c.w_input = 1;
  for (int i = 0; i < c.window.n; i++)
    c.w_input *= (gsize) filter.spatial[i];
  c.w_output = c.w_input * (gsize) c.inputs;
  c.w_group = c.w_output * (gsize) c.outputs;
  y = weir_eval_inferred (eval, 0, error);
  return y != NULL && weir_convolve (&c, x, w, y, error);
}

WEIR_OP_DEFINE (convolution) = {
  .name = "Convolution",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Convolution in one to three spatial dimensions",
  .infer = convolution_infer,
  .evaluate = convolution_evaluate,
};

WEIR_OP_DEFINE (group_convolution) = {
  .name = "GroupConvolution",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = attrs,
  .summary =
      "Convolution of separate groups of channels; depthwise with one channel a group",
  .infer = convolution_infer,
  .evaluate = convolution_evaluate,
};
