#include "families.h"
#include "operator.h"

/* Convolutions, pooling, matrix products and normalisation. Filters are [O, H, W, I]. */

enum {
  CONV_PADDING,
  CONV_STRIDE_W,
  CONV_STRIDE_H,
  CONV_ACTIVATION,
  CONV_DILATION_W,
  CONV_DILATION_H
};
enum {
  DEPTHWISE_PADDING,
  DEPTHWISE_STRIDE_W,
  DEPTHWISE_STRIDE_H,
  DEPTHWISE_MULTIPLIER,
  DEPTHWISE_ACTIVATION,
  DEPTHWISE_DILATION_W,
  DEPTHWISE_DILATION_H
};
enum {
  CONV_3D_PADDING,
  CONV_3D_STRIDE_D,
  CONV_3D_STRIDE_W,
  CONV_3D_STRIDE_H,
  CONV_3D_ACTIVATION,
  CONV_3D_DILATION_D,
  CONV_3D_DILATION_W,
  CONV_3D_DILATION_H
};
enum {
  POOL_PADDING,
  POOL_STRIDE_W,
  POOL_STRIDE_H,
  POOL_WIDTH,
  POOL_HEIGHT,
  POOL_ACTIVATION
};
enum {
  TRANSPOSED_PADDING,
  TRANSPOSED_STRIDE_W,
  TRANSPOSED_STRIDE_H,
  TRANSPOSED_ACTIVATION
};
enum { FC_ACTIVATION, FC_WEIGHTS_FORMAT, FC_KEEP_DIMS };
enum { MATMUL_ADJOINT_X, MATMUL_ADJOINT_Y };
enum { LRN_RADIUS, LRN_BIAS, LRN_ALPHA, LRN_BETA };

static const char *
auto_pad (gint32 padding)
{
  return padding == PADDING_VALID ? "valid" : "same_upper";
}

static void
set_window (WeirNode *node, gint32 padding, const gint64 *strides, gsize n)
{
  const gint64 none[WEIR_MAX_RANK] = { 0 };

  weir_node_set_ints (node, "strides", strides, n);
  weir_node_set_ints (node, "pads_begin", none, n);
  weir_node_set_ints (node, "pads_end", none, n);
  weir_node_set_string (node, "auto_pad", auto_pad (padding));
}

/* Adds the bias at input @index, if there is one, to @x, whose channels stand second;
 * with it what the rounding of integers asks for. */
static WeirPort
add_bias (WeirTfliteOp *op, guint index, WeirPort x, int spatial, WeirPort lift)
{
  const WeirTfliteOrder order = { .rank = 1, .groups = 1, .ones = spatial };
  WeirPort bias = lift;

  if (weir_tflite_has_input (op, index)) {
    bias = weir_tflite_weights (op, index, &order);
    if (!weir_port_is_none (lift))
      bias = weir_tflite_2 (op, "Add", bias, lift);
  }
  return weir_port_is_none (bias) ? x : weir_tflite_2 (op, "Add", x, bias);
}

/* How many channels @x has, the last of its dimensions; 0 and an error if not known. */
static gint64
channels_of (WeirTfliteOp *op, WeirPort x)
{
  WeirShape shape = weir_tflite_shape (op, x);

  if (shape.rank > 0 && shape.dims[shape.rank - 1] > 0)
    return shape.dims[shape.rank - 1];
  weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                   "the number of input channels is not known");
  return 0;
}

typedef struct {
  gint32 padding, activation;
  gint64 strides[3], dilations[3];
  gsize n;
} Convolution;

/* Convolution of the NHWC value @x with filters in the IR's order. */
static WeirPort
convolve (WeirTfliteOp *op, WeirPort x, WeirPort filters, gboolean grouped,
          const Convolution *conv)
{
  const char *ir = grouped ? "GroupConvolution" : "Convolution";
  WeirNode *node;
  WeirPort y;

  x = weir_tflite_to_nchw (op, x);
  node = weir_tflite_begin (op, ir, WEIR_INPUTS (x, filters));
  set_window (node, conv->padding, conv->strides, conv->n);
  weir_node_set_ints (node, "dilations", conv->dilations, conv->n);
  y = add_bias (op, 2, weir_tflite_end (op, node), (int) conv->n,
                weir_tflite_lift (op, conv->activation, (int) conv->n));
  return weir_tflite_to_nhwc (op, weir_tflite_activate (op, y, conv->activation));
}

/* A filter with fewer input channels than the data makes groups. */
static WeirPort
conv_2d (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  Convolution conv = {
    .padding = weir_flat_i8 (o, CONV_PADDING, PADDING_SAME),
    .activation = weir_flat_i8 (o, CONV_ACTIVATION, ACTIVATION_NONE),
    .strides = { weir_flat_i32 (o, CONV_STRIDE_H, 0),
                 weir_flat_i32 (o, CONV_STRIDE_W, 0) },
    .dilations = { weir_flat_i32 (o, CONV_DILATION_H, 1),
                   weir_flat_i32 (o, CONV_DILATION_W, 1) },
    .n = 2,
  };
  WeirTfliteOrder order = { .order = { 0, 3, 1, 2 }, .rank = 4 };
  const WeirTfliteTensor *filters = weir_tflite_tensor (op, 1);
  WeirPort x = weir_tflite_input (op, 0);
  gint64 channels = channels_of (op, x);
  gint64 inputs =
      filters != NULL && filters->shape.rank == 4 ? filters->shape.dims[3] : 0;

  if (channels == 0)
    return WEIR_PORT_NONE;
  if (inputs <= 0 || channels % inputs != 0)
    return weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                            "a filter of %" G_GINT64_FORMAT
                            " channels does not fit to %" G_GINT64_FORMAT,
                            inputs, channels);
  if (channels != inputs)
    order.groups = channels / inputs;
  return convolve (op, x, weir_tflite_weights (op, 1, &order), order.groups != 0, &conv);
}

/* Filters are [1, H, W, C * multiplier]; the outputs of one channel stand together. */
static WeirPort
depthwise_conv_2d (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  Convolution conv = {
    .padding = weir_flat_i8 (o, DEPTHWISE_PADDING, PADDING_SAME),
    .activation = weir_flat_i8 (o, DEPTHWISE_ACTIVATION, ACTIVATION_NONE),
    .strides = { weir_flat_i32 (o, DEPTHWISE_STRIDE_H, 0),
                 weir_flat_i32 (o, DEPTHWISE_STRIDE_W, 0) },
    .dilations = { weir_flat_i32 (o, DEPTHWISE_DILATION_H, 1),
                   weir_flat_i32 (o, DEPTHWISE_DILATION_W, 1) },
    .n = 2,
  };
  WeirTfliteOrder order = { .order = { 3, 0, 1, 2 }, .rank = 4 };
  WeirPort x = weir_tflite_input (op, 0);

  order.groups = channels_of (op, x);
  if (order.groups == 0)
    return WEIR_PORT_NONE;
  return convolve (op, x, weir_tflite_weights (op, 1, &order), TRUE, &conv);
}

/* Filters are [D, H, W, I, O]. */
static WeirPort
conv_3d (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  const WeirTfliteOrder order = { .order = { 4, 3, 0, 1, 2 }, .rank = 5 };
  Convolution conv = {
    .padding = weir_flat_i8 (o, CONV_3D_PADDING, PADDING_SAME),
    .activation = weir_flat_i8 (o, CONV_3D_ACTIVATION, ACTIVATION_NONE),
    .strides = { weir_flat_i32 (o, CONV_3D_STRIDE_D, 0),
                 weir_flat_i32 (o, CONV_3D_STRIDE_H, 0),
                 weir_flat_i32 (o, CONV_3D_STRIDE_W, 0) },
    .dilations = { weir_flat_i32 (o, CONV_3D_DILATION_D, 1),
                   weir_flat_i32 (o, CONV_3D_DILATION_H, 1),
                   weir_flat_i32 (o, CONV_3D_DILATION_W, 1) },
    .n = 3,
  };

  return convolve (op, weir_tflite_input (op, 0), weir_tflite_weights (op, 1, &order),
                   FALSE, &conv);
}

/* Padding of a transposed convolution along one dimension: that of the convolution which
 * leads from @out back to @in. */
static gboolean
transposed_pads (gint64 in, gint64 out, gint64 kernel, gint64 stride, gint64 *begin,
                 gint64 *end, gint64 *extra)
{
  gint64 full = (in - 1) * stride + kernel, total = full - out;

  if (in < 1 || out < 1 || kernel < 1 || stride < 1 || total <= -stride)
    return FALSE;
  *begin = MAX (total, 0) / 2;
  *end = MAX (total, 0) - *begin;
  *extra = MAX (-total, 0);
  return TRUE;
}

/* Inputs: shape of the output, filters, data, bias. */
static WeirPort
deconvolve (WeirTfliteOp *op, const WeirTfliteOrder *order, const gint64 *strides, int n,
            gint32 activation)
{
  const gint64 ones[] = { 1, 1, 1 };
  gint64 size[WEIR_MAX_RANK], begin[3], end[3], extra[3];
  WeirPort filters = weir_tflite_weights (op, 1, order);
  WeirPort x = weir_tflite_to_nchw (op, weir_tflite_input (op, 2));
  WeirShape shape = weir_tflite_shape (op, x), filter = weir_tflite_shape (op, filters);
  WeirNode *node;
  guint count;

  if (!weir_tflite_ints (op, 0, size, G_N_ELEMENTS (size), &count))
    return WEIR_PORT_NONE;
  for (int i = 0; i < n; i++)
    if ((int) count != n + 2 || shape.rank != n + 2 || filter.rank != n + 2 ||
        !transposed_pads (shape.dims[i + 2], size[i + 1], filter.dims[i + 2], strides[i],
                          &begin[i], &end[i], &extra[i]))
      return weir_build_fail (
          op->builder, WEIR_ERROR_SHAPE,
          "the sizes of input, filter and output do not fit together");
  node = weir_tflite_begin (op, "ConvolutionBackpropData", WEIR_INPUTS (x, filters));
  weir_node_set_ints (node, "strides", strides, (gsize) n);
  weir_node_set_ints (node, "dilations", ones, (gsize) n);
  weir_node_set_ints (node, "pads_begin", begin, (gsize) n);
  weir_node_set_ints (node, "pads_end", end, (gsize) n);
  weir_node_set_ints (node, "output_padding", extra, (gsize) n);
  x = add_bias (op, 3, weir_tflite_end (op, node), n, WEIR_PORT_NONE);
  return weir_tflite_to_nhwc (op, weir_tflite_activate (op, x, activation));
}

/* Filters are [O, H, W, I]. */
static WeirPort
transpose_conv (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  const WeirTfliteOrder order = { .order = { 3, 0, 1, 2 }, .rank = 4 };
  const gint64 strides[] = { weir_flat_i32 (o, TRANSPOSED_STRIDE_H, 0),
                             weir_flat_i32 (o, TRANSPOSED_STRIDE_W, 0) };

  return deconvolve (op, &order, strides, 2,
                     weir_flat_i8 (o, TRANSPOSED_ACTIVATION, ACTIVATION_NONE));
}

/* The same in three dimensions; filters are [D, H, W, O, I]. */
static WeirPort
conv_3d_transpose (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  const WeirTfliteOrder order = { .order = { 4, 3, 0, 1, 2 }, .rank = 5 };
  const gint64 strides[] = { weir_flat_i32 (o, CONV_3D_STRIDE_D, 0),
                             weir_flat_i32 (o, CONV_3D_STRIDE_H, 0),
                             weir_flat_i32 (o, CONV_3D_STRIDE_W, 0) };

  return deconvolve (op, &order, strides, 3,
                     weir_flat_i8 (o, CONV_3D_ACTIVATION, ACTIVATION_NONE));
}

static WeirPort
pooled (WeirTfliteOp *op, const char *ir, WeirPort x)
{
  const WeirFlatTable *o = &op->options;
  gint64 strides[] = { weir_flat_i32 (o, POOL_STRIDE_H, 0),
                       weir_flat_i32 (o, POOL_STRIDE_W, 0) };
  gint64 kernel[] = { weir_flat_i32 (o, POOL_HEIGHT, 0),
                      weir_flat_i32 (o, POOL_WIDTH, 0) };
  WeirNode *node = weir_tflite_begin (op, ir, &x, 1);

  set_window (node, weir_flat_i8 (o, POOL_PADDING, PADDING_SAME), strides, 2);
  weir_node_set_ints (node, "kernel", kernel, 2);
  if (weir_node_is (node, "AvgPool"))
    weir_node_set_bool (node, "exclude-pad", TRUE);
  else
    weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  return weir_tflite_end (op, node);
}

static WeirPort
pool (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_to_nchw (op, weir_tflite_input (op, 0));

  x = pooled (op, op->row->ir, x);
  x = weir_tflite_activate (op, x, weir_flat_i8 (&op->options, POOL_ACTIVATION, 0));
  return weir_tflite_to_nhwc (op, x);
}

/* Root of the mean of squares. */
static WeirPort
l2_pool (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_to_nchw (op, weir_tflite_input (op, 0));

  x = pooled (op, "AvgPool", weir_tflite_2 (op, "Multiply", x, x));
  x = weir_tflite_1 (op, "Sqrt", x);
  x = weir_tflite_activate (op, x, weir_flat_i8 (&op->options, POOL_ACTIVATION, 0));
  return weir_tflite_to_nhwc (op, x);
}

static WeirPort
matmul (WeirTfliteOp *op, WeirPort x, WeirPort y, gboolean transpose_x,
        gboolean transpose_y)
{
  WeirNode *node = weir_tflite_begin (op, "MatMul", WEIR_INPUTS (x, y));

  weir_node_set_bool (node, "transpose_a", transpose_x);
  weir_node_set_bool (node, "transpose_b", transpose_y);
  return weir_tflite_end (op, node);
}

/* Weights are [O, I]. Without keep_num_dims all but the input features become one batch.
 */
static WeirPort
fully_connected (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  WeirPort x = weir_tflite_input (op, 0), w = weir_tflite_input (op, 1);
  WeirShape shape = weir_tflite_shape (op, w);
  gint32 format = weir_flat_i8 (o, FC_WEIGHTS_FORMAT, 0);
  gint32 activation = weir_flat_i8 (o, FC_ACTIVATION, ACTIVATION_NONE);
  gint64 features = shape.rank == 2 ? shape.dims[1] : 0;

  if (format != 0)
    return weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                            "shuffled weights (format %d)", format);
  if (features <= 0)
    return weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                            "expected weights of two known dimensions");
  shape = weir_tflite_shape (op, x);
  if (!weir_flat_bool (o, FC_KEEP_DIMS, FALSE) &&
      (shape.rank != 2 || shape.dims[1] != features))
    x = weir_tflite_reshape (op, x, (gint64[]){ -1, features }, 2);
  x = matmul (op, x, w, FALSE, TRUE);
  x = add_bias (op, 2, x, 0, weir_tflite_lift (op, activation, 0));
  return weir_tflite_activate (op, x, activation);
}

static WeirPort
batch_matmul (WeirTfliteOp *op)
{
  return matmul (op, weir_tflite_input (op, 0), weir_tflite_input (op, 1),
                 weir_flat_bool (&op->options, MATMUL_ADJOINT_X, FALSE),
                 weir_flat_bool (&op->options, MATMUL_ADJOINT_Y, FALSE));
}

static WeirPort
along_channels (WeirTfliteOp *op, const char *ir, WeirPort x)
{
  int rank = weir_tflite_rank (op, x);
  WeirNode *node = weir_tflite_begin (op, ir, &x, 1);

  weir_node_set_int (node, "axis", MAX (rank - 1, 0));
  return weir_tflite_end (op, node);
}

static WeirPort
softmax (WeirTfliteOp *op)
{
  float beta = weir_flat_f32 (&op->options, 0, 0);
  WeirPort x = weir_tflite_input (op, 0);

  if (op->options.flat != NULL && beta != 1)
    x = weir_tflite_2 (op, "Multiply", x, weir_tflite_number (op, x, beta));
  return along_channels (op, "Softmax", x);
}

static WeirPort
log_softmax (WeirTfliteOp *op)
{
  return along_channels (op, "LogSoftmax", weir_tflite_input (op, 0));
}

/* Over the last dimension; a norm below 1e-6 counts as 1e-6. */
static WeirPort
l2_normalization (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);
  gint64 axis = MAX (weir_tflite_rank (op, x) - 1, 0);
  WeirPort axes = weir_tflite_list (op, &axis, 1);
  WeirNode *node = weir_tflite_begin (op, "NormalizeL2", WEIR_INPUTS (x, axes));

  weir_node_set_float (node, "eps", 1e-12);
  weir_node_set_string (node, "eps_mode", "max");
  return weir_tflite_activate (op, weir_tflite_end (op, node),
                               weir_flat_i8 (&op->options, 0, ACTIVATION_NONE));
}

/* The IR divides alpha by the size of the window, TensorFlow Lite does not. */
static WeirPort
local_response_normalization (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  gint64 radius = weir_flat_i32 (o, LRN_RADIUS, 0), size = 2 * radius + 1;
  WeirPort x = weir_tflite_to_nchw (op, weir_tflite_input (op, 0));
  WeirPort axes = weir_tflite_list (op, (gint64[]){ 1 }, 1);
  WeirNode *node;

  if (radius < 0)
    return weir_build_fail (op->builder, WEIR_ERROR_FORMAT,
                            "expected a radius, found %" G_GINT64_FORMAT, radius);
  node = weir_tflite_begin (op, "LRN", WEIR_INPUTS (x, axes));
  weir_node_set_int (node, "size", size);
  weir_node_set_float (node, "alpha", weir_flat_f32 (o, LRN_ALPHA, 0) * (double) size);
  weir_node_set_float (node, "beta", weir_flat_f32 (o, LRN_BETA, 0));
  weir_node_set_float (node, "bias", weir_flat_f32 (o, LRN_BIAS, 0));
  return weir_tflite_to_nhwc (op, weir_tflite_end (op, node));
}

const WeirTfliteRow weir_tflite_ops_nn[] = {
  { "AVERAGE_POOL_2D", 1, OPTIONS_POOL, 0, pool, "AvgPool" },
  { "CONV_2D", 3, OPTIONS_CONV_2D, 0, conv_2d },
  { "DEPTHWISE_CONV_2D", 4, OPTIONS_DEPTHWISE, 0, depthwise_conv_2d },
  { "FULLY_CONNECTED", 9, OPTIONS_FULLY_CONNECTED, 0, fully_connected },
  { "L2_NORMALIZATION", 11, OPTIONS_L2_NORM, 0, l2_normalization },
  { "L2_POOL_2D", 12, OPTIONS_POOL, 0, l2_pool },
  { "LOCAL_RESPONSE_NORMALIZATION", 13, OPTIONS_LRN, 0, local_response_normalization },
  { "MAX_POOL_2D", 17, OPTIONS_POOL, TFL_MOVES, pool, "MaxPool" },
  { "SOFTMAX", 25, OPTIONS_SOFTMAX, 0, softmax },
  { "LOG_SOFTMAX", 50, OPTIONS_NONE, 0, log_softmax },
  { "TRANSPOSE_CONV", 67, OPTIONS_TRANSPOSE_CONV, 0, transpose_conv },
  { "BATCH_MATMUL", 126, OPTIONS_BATCH_MATMUL, 0, batch_matmul },
  { "CONV_3D", 132, OPTIONS_CONV_3D, 0, conv_3d },
  { "CONV_3D_TRANSPOSE", 141, OPTIONS_CONV_3D, 0, conv_3d_transpose },
  { NULL },
};
