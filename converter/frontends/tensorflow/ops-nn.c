#include "table.h"

#include <string.h>

/* Convolutions, pooling, matrix products, normalisation. Filters are [H, W, I, O]. */

/* What Conv*, *Pool* say of their window, of spatial dimensions alone. */
typedef struct {
  int spatial;
  gboolean nhwc;
  gint64 kernel[3], strides[3], dilations[3], begin[3], end[3];
  const char *auto_pad;
} Window;

/* A list of one number a dimension of the data: those of its spatial ones. */
static gboolean
read_spatial (TfNode *n, const char *name, const Window *w, gint64 *values)
{
  gsize count;
  const gint64 *list = tf_attr_ints (n, name, &count);
  int first = w->nhwc ? 1 : 2;

  for (int i = 0; i < w->spatial; i++)
    values[i] = 1;
  if (list == NULL)
    return TRUE;
  if (count != (gsize) w->spatial + 2) {
    weir_make_invalid (&n->make, "attribute '%s': expected %d numbers, found %zu", name,
                       w->spatial + 2, count);
    return FALSE;
  }
  for (int i = 0; i < w->spatial; i++)
    values[i] = list[first + i];
  return TRUE;
}

static gboolean
read_padding (TfNode *n, Window *w)
{
  const char *padding = tf_attr_string (n, "padding", "VALID");
  int first = w->nhwc ? 1 : 2;
  const gint64 *list;
  gsize count;

  w->auto_pad = strcmp (padding, "SAME") == 0 ? "same_upper" : "valid";
  if (strcmp (padding, "EXPLICIT") != 0)
    return TRUE;
  w->auto_pad = "explicit";
  list = tf_attr_ints (n, "explicit_paddings", &count);
  if (count != 2 * ((gsize) w->spatial + 2)) {
    weir_make_invalid (&n->make,
                       "attribute 'explicit_paddings': expected %d numbers, found %zu",
                       2 * (w->spatial + 2), count);
    return FALSE;
  }
  for (int i = 0; i < w->spatial; i++) {
    w->begin[i] = list[2 * (first + i)];
    w->end[i] = list[2 * (first + i) + 1];
  }
  return TRUE;
}

static gboolean
read_window (TfNode *n, int spatial, Window *w)
{
  *w = (Window){ .spatial = spatial, .nhwc = tf_is_nhwc (n) };
  return read_spatial (n, "ksize", w, w->kernel) &&
         read_spatial (n, "strides", w, w->strides) &&
         read_spatial (n, "dilations", w, w->dilations) && read_padding (n, w);
}

static void
set_window (WeirNode *node, const Window *w)
{
  gsize count = (gsize) w->spatial;

  weir_node_set_ints (node, "strides", w->strides, count);
  weir_node_set_ints (node, "pads_begin", w->begin, count);
  weir_node_set_ints (node, "pads_end", w->end, count);
  weir_node_set_string (node, "auto_pad", w->auto_pad);
}

static WeirPort
channels_first (TfNode *n, WeirPort x, const Window *w)
{
  return w->nhwc ? weir_make_to_nchw (&n->make, x) : x;
}

static WeirPort
channels_back (TfNode *n, WeirPort x, const Window *w)
{
  return w->nhwc ? weir_make_to_nhwc (&n->make, x) : x;
}

/* [spatial..., I, O] as [O, I, spatial...]. */
static WeirPort
filters_first (TfNode *n, WeirPort filters, int spatial)
{
  gint64 order[WEIR_MAX_RANK] = { spatial + 1, spatial };

  for (int i = 0; i < spatial; i++)
    order[2 + i] = i;
  return weir_make_transpose (&n->make, filters, order, (gsize) spatial + 2);
}

/* Filters with fewer input channels than the data make groups: [O, I, ...] becomes
 * [G, O / G, I, ...]. */
static WeirPort
split_groups (TfNode *n, WeirPort filters, gint64 groups)
{
  WeirShape shape = *weir_make_shape (&n->make, filters);
  gint64 dims[WEIR_MAX_RANK];

  if (shape.rank < 3 || shape.dims[0] <= 0 || shape.dims[0] % groups != 0)
    return weir_make_invalid (
        &n->make, "%" G_GINT64_FORMAT " groups do not divide the filters", groups);
  dims[0] = groups;
  dims[1] = shape.dims[0] / groups;
  for (int i = 1; i < shape.rank; i++)
    dims[i + 1] = shape.dims[i];
  return weir_make_reshape (&n->make, filters, dims, (gsize) shape.rank + 1);
}

static WeirPort
convolve (TfNode *n, WeirPort x, WeirPort filters, gboolean grouped, const Window *w)
{
  WeirNode *node =
      weir_build_begin (n->make.b, grouped ? "GroupConvolution" : "Convolution",
                        n->make.name, WEIR_INPUTS (x, filters));

  set_window (node, w);
  weir_node_set_ints (node, "dilations", w->dilations, (gsize) w->spatial);
  return channels_back (n, weir_make_end (&n->make, node), w);
}

static WeirPort
conv (TfNode *n, int spatial)
{
  WeirPort x = tf_in (n, 0), filters = tf_in (n, 1);
  gint64 channels, inputs;
  Window w;

  if (!read_window (n, spatial, &w))
    return WEIR_PORT_NONE;
  x = channels_first (n, x, &w);
  filters = filters_first (n, filters, spatial);
  channels = weir_make_shape (&n->make, x)->dims[1];
  inputs = weir_make_shape (&n->make, filters)->dims[1];
  if (weir_build_failed (n->make.b) || channels <= 0 || inputs <= 0 || channels == inputs)
    return convolve (n, x, filters, FALSE, &w);
  if (channels % inputs != 0)
    return weir_make_invalid (&n->make,
                              "filters of %" G_GINT64_FORMAT
                              " channels do not fit to %" G_GINT64_FORMAT,
                              inputs, channels);
  return convolve (n, x, split_groups (n, filters, channels / inputs), TRUE, &w);
}

static WeirPort
conv_2d (TfNode *n)
{
  return conv (n, 2);
}

static WeirPort
conv_3d (TfNode *n)
{
  return conv (n, 3);
}

/* Filters are [H, W, C, multiplier]; the outputs of one channel stand together. */
static WeirPort
depthwise_conv_2d (TfNode *n)
{
  WeirPort x = tf_in (n, 0), filters = tf_in (n, 1);
  const WeirShape *shape = weir_make_shape (&n->make, filters);
  gint64 dims[5];
  Window w;

  if (!read_window (n, 2, &w))
    return WEIR_PORT_NONE;
  if (shape->rank != 4 || !weir_shape_is_static (shape))
    return weir_make_unsupported (&n->make, "the shape of the filters must be known");
  memcpy (dims,
          (gint64[]){ shape->dims[2], shape->dims[3], 1, shape->dims[0], shape->dims[1] },
          sizeof dims);
  filters = weir_make_transpose (&n->make, filters, (gint64[]){ 2, 3, 0, 1 }, 4);
  filters = weir_make_reshape (&n->make, filters, dims, 5);
  return convolve (n, channels_first (n, x, &w), filters, TRUE, &w);
}

static WeirPort
pool (TfNode *n)
{
  gboolean average = strcmp (n->row->ir, "AvgPool") == 0;
  WeirPort x = tf_in (n, 0);
  int spatial = weir_make_rank (&n->make, x) - 2;
  WeirNode *node;
  Window w;

  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  if (spatial < 1 || spatial > 3)
    return weir_make_invalid (&n->make, "expected 3 to 5 dimensions, found %d",
                              spatial + 2);
  if (!read_window (n, spatial, &w))
    return WEIR_PORT_NONE;
  x = channels_first (n, x, &w);
  node = weir_build_begin (n->make.b, n->row->ir, n->make.name, &x, 1);
  set_window (node, &w);
  weir_node_set_ints (node, "kernel", w.kernel, (gsize) spatial);
  weir_node_set_string (node, "rounding_type", "floor");
  if (average)
    weir_node_set_bool (node, "exclude-pad", TRUE);
  else
    weir_node_set_ints (node, "dilations", w.dilations, (gsize) spatial);
  return channels_back (n, weir_make_end (&n->make, node), &w);
}

/* One number a channel: the last dimension, or the second. */
static WeirPort
bias_add (TfNode *n)
{
  WeirPort x = tf_in (n, 0), bias = tf_in (n, 1);

  if (!tf_is_nhwc (n))
    bias = weir_make_channels (&n->make, bias, weir_make_rank (&n->make, x));
  return weir_make_2 (&n->make, "Add", x, bias);
}

static WeirPort
mat_mul (TfNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", tf_in (n, 0), tf_in (n, 1));
  gboolean adjoint = g_str_has_prefix (n->proto->op, "Batch");

  weir_node_set_bool (node, "transpose_a",
                      tf_attr_bool (n, adjoint ? "adj_x" : "transpose_a", FALSE));
  weir_node_set_bool (node, "transpose_b",
                      tf_attr_bool (n, adjoint ? "adj_y" : "transpose_b", FALSE));
  return weir_make_end (&n->make, node);
}

/* Inputs: x, scale, offset, mean, variance. */
static WeirPort
fused_batch_norm (TfNode *n)
{
  Window w = { .nhwc = tf_is_nhwc (n) };
  WeirPort x, y;
  WeirNode *node;

  if (tf_attr_bool (n, "is_training", TRUE))
    return weir_make_unsupported (&n->make,
                                  "it is in training mode (is_training is true)");
  x = channels_first (n, tf_in (n, 0), &w);
  node = WEIR_MAKE_BEGIN (&n->make, "BatchNormInference", x, tf_in (n, 1), tf_in (n, 2),
                          tf_in (n, 3), tf_in (n, 4));
  weir_node_set_float (node, "epsilon", tf_attr_float (n, "epsilon", 1e-4));
  y = channels_back (n, weir_make_end (&n->make, node), &w);
  tf_out (n, 1, tf_in (n, 3));
  tf_out (n, 2, tf_in (n, 4));
  return y;
}

static WeirPort
softmax (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  WeirNode *node = weir_build_begin (n->make.b, n->row->ir, n->make.name, &x, 1);

  weir_node_set_int (node, "axis", MAX (weir_make_rank (&n->make, x) - 1, 0));
  return weir_make_end (&n->make, node);
}

const TfRow tf_rows_nn[] = {
  { "Conv2D", conv_2d },
  { "Conv3D", conv_3d },
  { "DepthwiseConv2dNative", depthwise_conv_2d },
  { "MaxPool", pool, "MaxPool" },
  { "MaxPool3D", pool, "MaxPool" },
  { "AvgPool", pool, "AvgPool" },
  { "AvgPool3D", pool, "AvgPool" },
  { "BiasAdd", bias_add },
  { "MatMul", mat_mul },
  { "BatchMatMul", mat_mul },
  { "BatchMatMulV2", mat_mul },
  { "FusedBatchNorm", fused_batch_norm, NULL,
    "y,batch_mean,batch_variance,reserve_space_1,reserve_space_2" },
  { "FusedBatchNormV2", fused_batch_norm, NULL,
    "y,batch_mean,batch_variance,reserve_space_1,reserve_space_2" },
  { "FusedBatchNormV3", fused_batch_norm, NULL,
    "y,batch_mean,batch_variance,reserve_space_1,reserve_space_2,reserve_space_3" },
  { "Softmax", softmax, "Softmax" },
  { "LogSoftmax", softmax, "LogSoftmax" },
  { NULL },
};
