#include "window.h"

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

/* Sizes of one run, spatial dimensions filled up to three. */
typedef struct {
  WeirWindow window;
  Filter filter;
  gint64 in[WEIR_MAX_SPATIAL], out[WEIR_MAX_SPATIAL];
  gint64 in_size, out_size, kernel_size;
} Geometry;

static void
geometry_init (Geometry *g, const WeirShape *x, const WeirShape *y)
{
  g->in_size = g->out_size = g->kernel_size = 1;
  for (int i = 0; i < WEIR_MAX_SPATIAL; i++) {
    g->in[i] = i < g->window.n ? x->dims[i + 2] : 1;
    g->out[i] = i < g->window.n ? y->dims[i + 2] : 1;
    g->in_size *= g->in[i];
    g->out_size *= g->out[i];
    g->kernel_size *= g->window.kernel[i];
  }
}

/* Adds one input channel's window at output position @at. */
static double
window_sum (const Geometry *g, WeirDtype dtype, const void *x, gsize x_base,
            const void *w, gsize w_base, const gint64 *at)
{
  const WeirWindow *v = &g->window;
  double sum = 0;
  gsize k = w_base;

  for (gint64 a = 0; a < v->kernel[0]; a++)
    for (gint64 b = 0; b < v->kernel[1]; b++)
      for (gint64 c = 0; c < v->kernel[2]; c++, k++) {
        gint64 p0 = at[0] * v->stride[0] - v->pad_begin[0] + a * v->dilation[0];
        gint64 p1 = at[1] * v->stride[1] - v->pad_begin[1] + b * v->dilation[1];
        gint64 p2 = at[2] * v->stride[2] - v->pad_begin[2] + c * v->dilation[2];

        if (p0 < 0 || p0 >= g->in[0] || p1 < 0 || p1 >= g->in[1] || p2 < 0 ||
            p2 >= g->in[2])
          continue;
        sum += weir_dtype_load (dtype, x,
                                x_base + (gsize) ((p0 * g->in[1] + p1) * g->in[2] + p2)) *
               weir_dtype_load (dtype, w, k);
      }
  return sum;
}

static void
convolve_plane (const Geometry *g, WeirDtype dtype, const void *x, gsize x_base,
                const void *w, gsize w_base, void *y, gsize y_base)
{
  gint64 at[WEIR_MAX_SPATIAL];

  for (at[0] = 0; at[0] < g->out[0]; at[0]++)
    for (at[1] = 0; at[1] < g->out[1]; at[1]++)
      for (at[2] = 0; at[2] < g->out[2]; at[2]++) {
        gsize offset = (gsize) ((at[0] * g->out[1] + at[1]) * g->out[2] + at[2]);
        double sum = 0;

        for (gint64 i = 0; i < g->filter.inputs; i++)
          sum += window_sum (g, dtype, x, x_base + (gsize) (i * g->in_size), w,
                             w_base + (gsize) (i * g->kernel_size), at);
        weir_dtype_store (dtype, y, y_base + offset, sum);
      }
}

static gboolean
convolution_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0], *w = eval->inputs[1];
  gboolean grouped = weir_node_is (eval->node, "GroupConvolution");
  WeirDtype dtype = weir_tensor_dtype (x);
  WeirShape shape = *weir_tensor_shape (x);
  Geometry g = { .filter = filter_of (weir_tensor_shape (w), grouped) };
  gint64 per_group = g.filter.outputs, channels = per_group * g.filter.groups;
  WeirTensor *y;

  if (!weir_window_init (&g.window, eval->node, &shape, g.filter.spatial, error))
    return FALSE;
  shape.dims[1] = channels;
  for (int i = 0; i < g.window.n; i++)
    if (!weir_window_size (&g.window, i, shape.dims[i + 2], &shape.dims[i + 2], error))
      return FALSE;
  y = weir_eval_output (eval, 0, dtype, &shape, error);
  if (y == NULL)
    return FALSE;
  geometry_init (&g, weir_tensor_shape (x), &shape);
  for (gint64 n = 0; n < shape.dims[0]; n++)
    for (gint64 o = 0; o < channels; o++)
      convolve_plane (
          &g, dtype, weir_tensor_data (x),
          (gsize) ((n * g.filter.groups + o / per_group) * g.filter.inputs * g.in_size),
          weir_tensor_data (w), (gsize) (o * g.filter.inputs * g.kernel_size),
          weir_tensor_writable (y), (gsize) ((n * channels + o) * g.out_size));
  return TRUE;
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
