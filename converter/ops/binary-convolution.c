#include "convolve.h"

/* BinaryConvolution: a convolution of signs. Weights are bits, which stand for -1 and 1;
 * inputs count as 1 where they are positive, else as -1. Pads of value 0 add nothing,
 * others count like inputs. Weights are [O, I, spatial...]; other than in all else that
 * is made of bits, OpenVINO takes the lowest bit of a byte of them first. */

static const WeirAttrRow attrs[] = { { "strides", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
                                     { "pads_begin", WEIR_ATTR_INTS, "", NULL, 0, 0 },
                                     { "pads_end", WEIR_ATTR_INTS, "", NULL, 0, 0 },
                                     { "dilations", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
                                     { "mode", WEIR_ATTR_STRING, "xnor-popcount",
                                       "xnor-popcount", 0, 0 },
                                     { "pad_value", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                     { "auto_pad", WEIR_ATTR_STRING, "explicit",
                                       "explicit|same_upper|same_lower|valid", 0, 0 },
                                     { NULL } };

static gboolean
binary_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *w = &infer->inputs[1].shape;
  WeirShape y = *x;
  WeirWindow window;

  if (x->rank < 0 || w->rank < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
  if (w->rank != x->rank || x->rank < 3)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input of rank %d does not fit to weights of rank %d", x->rank,
                      w->rank);
  if (x->dims[1] >= 0 && w->dims[1] >= 0 && x->dims[1] != w->dims[1])
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "weights expect %" G_GINT64_FORMAT
                      " input channels, the input has %" G_GINT64_FORMAT,
                      w->dims[1], x->dims[1]);
  if (!weir_window_init (&window, infer->node, x, w->dims + 2, error))
    return FALSE;
  y.dims[1] = w->dims[0];
  for (int i = 0; i < window.n; i++)
    if (!weir_window_size (&window, i, x->dims[i + 2], &y.dims[i + 2], error))
      return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static float
sign_of (double value)
{
  return value > 0 ? 1 : -1;
}

/* The signs of @tensor, less @shift. */
static WeirTensor *
signs (const WeirTensor *tensor, float shift, GError **error)
{
  WeirTensor *result =
      weir_tensor_new (WEIR_DTYPE_F32, weir_tensor_shape (tensor), error);
  float *values = result != NULL ? weir_tensor_writable (result) : NULL;

  for (gsize i = 0; result != NULL && i < weir_tensor_count (tensor); i++)
    values[i] = sign_of (weir_tensor_get (tensor, i)) - shift;
  return result;
}

/* Convolution pads with zeros, so pads of another value are taken off the input before,
 * and what the weights make of them is added here. */
static void
add_pads (WeirTensor *y, const WeirTensor *weights, float pad)
{
  const gint64 *d = weir_tensor_shape (y)->dims;
  const float *w = weir_tensor_data (weights);
  gsize outputs = (gsize) d[1], planes = (gsize) d[0] * outputs;
  gsize terms = weir_tensor_count (weights) / outputs;
  gsize size = weir_tensor_count (y) / planes;

  for (gsize plane = 0; plane < planes; plane++) {
    double sum = 0;

    for (gsize k = 0; k < terms; k++)
      sum += (double) w[plane % outputs * terms + k];
    for (gsize i = plane * size; i < (plane + 1) * size; i++)
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), i,
                        weir_tensor_get (y, i) + (double) pad * sum);
  }
}

static WeirTensor *
signs_of_bits (const WeirTensor *weights, GError **error)
{
  WeirTensor *result =
      weir_tensor_new (WEIR_DTYPE_F32, weir_tensor_shape (weights), error);
  const guint8 *bytes = weir_tensor_data (weights);
  float *values = result != NULL ? weir_tensor_writable (result) : NULL;

  for (gsize i = 0; result != NULL && i < weir_tensor_count (weights); i++)
    values[i] = sign_of (bytes[i / 8] >> i % 8 & 1);
  return result;
}

static gboolean
binary_evaluate (WeirEval *eval, GError **error)
{
  double pad_value = weir_node_float (eval->node, "pad_value");
  float pad = pad_value == 0 ? 0 : sign_of (pad_value);
  const WeirShape *w = weir_tensor_shape (eval->inputs[1]);
  WeirConvolve c = { .groups = 1, .outputs = w->dims[0], .inputs = w->dims[1] };
  g_autoptr (WeirTensor) input = signs (eval->inputs[0], pad, error);
  gboolean packed = weir_tensor_dtype (eval->inputs[1]) == WEIR_DTYPE_U1;
  g_autoptr (WeirTensor) weights = input == NULL ? NULL
                                   : packed      ? signs_of_bits (eval->inputs[1], error)
                                                 : signs (eval->inputs[1], 0, error);
  WeirTensor *y = weights != NULL ? weir_eval_inferred (eval, 0, error) : NULL;

  if (y == NULL || !weir_window_init (&c.window, eval->node, weir_tensor_shape (input),
                                      w->dims + 2, error))
    return FALSE;
  c.w_input = 1;
  for (int i = 0; i < c.window.n; i++)
    c.w_input *= (gsize) w->dims[i + 2];
  c.w_output = c.w_input * (gsize) c.inputs;
  if (!weir_convolve (&c, input, weights, y, error))
    return FALSE;
  if (pad != 0 && weir_tensor_count (y) > 0)
    add_pads (y, weights, pad);
  return TRUE;
}

WEIR_OP_DEFINE (binary_convolution) = {
  .name = "BinaryConvolution",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Convolution of signs",
  .infer = binary_infer,
  .evaluate = binary_evaluate,
};
