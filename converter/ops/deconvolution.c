#include "convolve.h"

/* ConvolutionBackpropData and GroupConvolutionBackpropData: every input element adds the
 * weights, scaled by it, to a window of the output. Weights are [I, O, spatial...],
 * grouped ones [G, I/G, O/G, spatial...]. */

static const WeirAttrRow attrs[] = { { "strides", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
                                     { "dilations", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
                                     { "pads_begin", WEIR_ATTR_INTS, "", NULL, 0, 0 },
                                     { "pads_end", WEIR_ATTR_INTS, "", NULL, 0, 0 },
                                     { "auto_pad", WEIR_ATTR_STRING, "explicit",
                                       "explicit|same_upper|same_lower|valid", 0, 0 },
                                     { "output_padding", WEIR_ATTR_INTS, "",
                                       "0..2147483647", 0, 0 },
                                     { NULL } };

/* Channels of the weights: how many groups, inputs and outputs a group. */
typedef struct {
  gint64 groups, inputs, outputs;
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

/* The size that strides, kernel and output_padding ask for, before any pad is cut off. */
static gboolean
full_size (const WeirNode *node, const WeirWindow *window, int i, gint64 size,
           gint64 *full, GError **error)
{
  gint64 reach = (window->kernel[i] - 1) * window->dilation[i] + 1 +
                 weir_node_int_at (node, "output_padding", (gsize) i, 0);

  *full = WEIR_DIM_UNKNOWN;
  if (size < 0 || window->kernel[i] < 0)
    return TRUE;
  if (size == 0 || !weir_mul_i64 (size - 1, window->stride[i], full) ||
      !weir_add_i64 (*full, reach, full))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "spatial dimension %d of size %" G_GINT64_FORMAT
                      " is empty or too large",
                      i, size);
  return TRUE;
}

/* Pads that lead from the @full size to the one that was asked for. */
static void
pad_same (WeirWindow *window, int i, gint64 full, gint64 wanted, gboolean upper)
{
  gint64 total = MAX (full - wanted, 0);

  window->pad_begin[i] = upper ? total - total / 2 : total / 2;
  window->pad_end[i] = total - window->pad_begin[i];
}

/* The sizes in input 2, where it is there and known. */
static gboolean
wanted_sizes (const WeirTensor *value, int n, gint64 *sizes, GError **error)
{
  for (int i = 0; i < n; i++)
    sizes[i] = WEIR_DIM_UNKNOWN;
  if (value == NULL)
    return TRUE;
  if (!weir_dtype_is_integer (weir_tensor_dtype (value)) ||
      weir_tensor_count (value) != (gsize) n)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "output_shape must be %d integers, found %" G_GSIZE_FORMAT " of %s",
                      n, weir_tensor_count (value),
                      weir_dtype_name (weir_tensor_dtype (value)));
  for (int i = 0; i < n; i++) {
    sizes[i] = weir_tensor_get_int (value, (gsize) i);
    if (sizes[i] < 0)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "output_shape: dimension %d is %" G_GINT64_FORMAT, i, sizes[i]);
  }
  return TRUE;
}

/* Window and spatial sizes of the output. Automatic pads exist only beside an
 * output_shape; without one they are zero. */
static gboolean
geometry (const WeirNode *node, const WeirShape *x, const gint64 *kernel,
          const WeirTensor *output_shape, WeirWindow *window, gint64 *sizes,
          GError **error)
{
  gboolean upper = weir_node_string_is (node, "auto_pad", "same_upper");
  gboolean same = upper || weir_node_string_is (node, "auto_pad", "same_lower");

  if (!weir_window_init (window, node, x, kernel, error) ||
      !wanted_sizes (output_shape, window->n, sizes, error))
    return FALSE;
  for (int i = 0; i < window->n; i++) {
    gint64 full;

    if (!full_size (node, window, i, x->dims[i + 2], &full, error))
      return FALSE;
    if (same)
      window->pad_begin[i] = window->pad_end[i] = 0;
    if (same && full >= 0 && sizes[i] >= 0)
      pad_same (window, i, full, sizes[i], upper);
    if (node->n_inputs > 2 || full < 0)
      continue;
    sizes[i] = full - window->pad_begin[i] - window->pad_end[i];
    if (sizes[i] < 0)
      return weir_fail (
          error, WEIR_ERROR_SHAPE,
          "spatial dimension %d: pads cut off more than the %" G_GINT64_FORMAT
          " elements that there are",
          i, full);
  }
  return TRUE;
}

static gboolean
deconvolution_infer (WeirInfer *infer, GError **error)
{
  gboolean grouped = weir_node_is (infer->node, "GroupConvolutionBackpropData");
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
  y = *x;
  if (!geometry (infer->node, x, filter.spatial,
                 infer->n_inputs > 2 ? infer->inputs[2].value : NULL, &window, y.dims + 2,
                 error))
    return FALSE;
  channels = product (filter.groups, filter.inputs);
  if (channels >= 0 && x->dims[1] >= 0 && x->dims[1] != channels)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "weights expect %" G_GINT64_FORMAT
                      " input channels, the input has %" G_GINT64_FORMAT,
                      channels, x->dims[1]);
  y.dims[1] = product (filter.groups, filter.outputs);
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
deconvolution_evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *x = eval->inputs[0], *w = eval->inputs[1];
  gboolean grouped = weir_node_is (eval->node, "GroupConvolutionBackpropData");
  Filter filter = filter_of (weir_tensor_shape (w), grouped);
  WeirConvolve c = { .groups = filter.groups,
                     .inputs = filter.inputs,
                     .outputs = filter.outputs,
                     .scatter = TRUE };
  gint64 sizes[WEIR_MAX_SPATIAL];
  WeirTensor *y;

  if (!geometry (eval->node, weir_tensor_shape (x), filter.spatial,
                 eval->n_inputs > 2 ? eval->inputs[2] : NULL, &c.window, sizes, error))
    return FALSE;
  c.w_output = 1;
  for (int i = 0; i < c.window.n; i++)
    c.w_output *= (gsize) filter.spatial[i];
  c.w_input = c.w_output * (gsize) c.outputs;
  c.w_group = c.w_input * (gsize) c.inputs;
  y = weir_eval_inferred (eval, 0, error);
  return y != NULL && weir_convolve (&c, x, w, y, error);
}

WEIR_OP_DEFINE (convolution_backprop_data) = {
  .name = "ConvolutionBackpropData",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Transposed convolution in one to three spatial dimensions",
  .infer = deconvolution_infer,
  .evaluate = deconvolution_evaluate,
};

WEIR_OP_DEFINE (group_convolution_backprop_data) = {
  .name = "GroupConvolutionBackpropData",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Transposed convolution of separate groups of channels",
  .infer = deconvolution_infer,
  .evaluate = deconvolution_evaluate,
};
