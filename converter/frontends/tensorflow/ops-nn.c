#include "table.h"
#include "window.h"

#include "ir/demand.h"

#include <string.h>

/* Convolutions, pooling, matrix products, normalisation. Filters are [H, W, I, O]. */

static WeirPort
convolve (TfNode *n, WeirPort x, WeirPort filters, gboolean grouped, const TfWindow *w)
{
  WeirNode *node =
      weir_build_begin (n->make.b, grouped ? "GroupConvolution" : "Convolution",
                        n->make.name, WEIR_INPUTS (x, filters));

  tf_window_set (node, w);
  weir_node_set_ints (node, "dilations", w->dilations, (gsize) w->spatial);
  return tf_channels_back (n, weir_make_end (&n->make, node), w);
}

static WeirPort
conv (TfNode *n, int spatial)
{
  WeirPort x = tf_in (n, 0), filters = tf_in (n, 1);
  gint64 channels, inputs;
  TfWindow w;

  if (!tf_window_read (n, spatial, &w))
    return WEIR_PORT_NONE;
  x = tf_channels_first (n, x, &w);
  filters = tf_filters_first (n, filters, spatial);
  channels = weir_make_shape (&n->make, x)->dims[1];
  inputs = weir_make_shape (&n->make, filters)->dims[1];
  if (weir_build_failed (n->make.b) || channels <= 0 || inputs <= 0 || channels == inputs)
    return convolve (n, x, filters, FALSE, &w);
  if (channels % inputs != 0)
    return weir_make_invalid (&n->make,
                              "filters of %" G_GINT64_FORMAT
                              " channels do not fit to %" G_GINT64_FORMAT,
                              inputs, channels);
  return convolve (n, x, weir_make_split_groups (&n->make, filters, channels / inputs),
                   TRUE, &w);
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
  TfWindow w;

  if (!tf_window_read (n, 2, &w))
    return WEIR_PORT_NONE;
  if (shape->rank != 4 || !weir_shape_is_static (shape))
    return weir_make_unsupported (&n->make, "the shape of the filters must be known");
  memcpy (dims,
          (gint64[]){ shape->dims[2], shape->dims[3], 1, shape->dims[0], shape->dims[1] },
          sizeof dims);
  filters = weir_make_transpose (&n->make, filters, (gint64[]){ 2, 3, 0, 1 }, 4);
  filters = weir_make_reshape (&n->make, filters, dims, 5);
  return convolve (n, tf_channels_first (n, x, &w), filters, TRUE, &w);
}

static gboolean
read_pool (TfNode *n, int spatial, TfWindow *w)
{
  if (spatial < 1 || spatial > 3) {
    weir_make_invalid (&n->make, "expected 3 to 5 dimensions, found %d", spatial + 2);
    return FALSE;
  }
  if (!tf_window_read (n, spatial, w))
    return FALSE;
  return tf_n_inputs (n) < 3 ||
         (tf_window_input (n, 1, w, w->kernel) && tf_window_input (n, 2, w, w->strides));
}

static WeirNode *
begin_pool (TfNode *n, const char *op, WeirPort x, const TfWindow *w)
{
  WeirNode *node = weir_build_begin (n->make.b, op, n->make.name, &x, 1);

  tf_window_set (node, w);
  weir_node_set_ints (node, "kernel", w->kernel, (gsize) w->spatial);
  weir_node_set_string (node, "rounding_type", "floor");
  if (strcmp (op, "AvgPool") == 0)
    weir_node_set_bool (node, "exclude-pad", TRUE);
  else
    weir_node_set_ints (node, "dilations", w->dilations, (gsize) w->spatial);
  return node;
}

/* MaxPoolV2 has kernel and strides as inputs. */
static WeirPort
pool (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  int spatial = weir_make_rank (&n->make, x) - 2;
  TfWindow w;

  if (weir_build_failed (n->make.b) || !read_pool (n, spatial, &w))
    return WEIR_PORT_NONE;
  x = tf_channels_first (n, x, &w);
  return tf_channels_back (n, weir_make_end (&n->make, begin_pool (n, n->row->ir, x, &w)),
                           &w);
}

/* The IR counts inside of one channel's plane; TensorFlow through all channels of it. */
static WeirPort
max_pool_with_argmax (TfNode *n)
{
  WeirPort x = tf_in (n, 0), index, channels, planes;
  gboolean batch = tf_attr_bool (n, "include_batch_in_index", FALSE);
  const Tf__AttrValue *type = tf_attr (n, "Targmax");
  WeirNode *node;
  TfWindow w;

  if (!read_pool (n, 2, &w))
    return WEIR_PORT_NONE;
  x = tf_channels_first (n, x, &w);
  node = begin_pool (n, "MaxPool", x, &w);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_node_set_int (node, "axis", 2);
  weir_make_end (&n->make, node);
  channels = weir_make_length_of (&n->make, x, 1);
  index = tf_channels_back (n, weir_make_port (&n->make, node, 1), &w);
  index = weir_make_2 (&n->make, "Multiply", index, channels);
  index = weir_make_2 (&n->make, "Add", index, weir_make_counting (&n->make, channels));
  if (batch) {
    planes =
        weir_make_reduce (&n->make, "ReduceProd",
                          weir_make_gather (&n->make, weir_make_shape_of (&n->make, x),
                                            weir_make_range (&n->make, 1, 4), 0),
                          WEIR_MAKE_INTS (&n->make, 0), FALSE);
    planes =
        weir_make_2 (&n->make, "Multiply", planes,
                     weir_make_counting (&n->make, weir_make_length_of (&n->make, x, 0)));
    index =
        weir_make_2 (&n->make, "Add", index,
                     weir_make_reshape (&n->make, planes, (gint64[]){ -1, 1, 1, 1 }, 4));
  }
  if (type != NULL && type->has_type)
    index = weir_make_convert (&n->make, index, tf_dtype (type->type));
  tf_out (n, 1, index);
  return tf_channels_back (n, weir_make_port (&n->make, node, 0), &w);
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

/* Matrices, where the operation is not that of batches: the IR's takes any rank. */
static void
demand_matrices (TfNode *n)
{
  for (guint i = 0; i < 2 && n->scope->body == NULL && !weir_build_failed (n->make.b);
       i++)
    weir_graph_demand_rank (n->make.b->graph, tf_in (n, i), 2);
}

static WeirPort
mat_mul (TfNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", tf_in (n, 0), tf_in (n, 1));
  gboolean adjoint = g_str_has_prefix (n->proto->op, "Batch");

  if (!adjoint)
    demand_matrices (n);
  weir_node_set_bool (node, "transpose_a",
                      tf_attr_bool (n, adjoint ? "adj_x" : "transpose_a", FALSE));
  weir_node_set_bool (node, "transpose_b",
                      tf_attr_bool (n, adjoint ? "adj_y" : "transpose_b", FALSE));
  return weir_make_end (&n->make, node);
}

/* Statistics of the batch; the variance that is handed out is that of a sample. */
static WeirPort
train_norm (TfNode *n, WeirPort x)
{
  WeirMake *m = &n->make;
  int rank = weir_make_rank (m, x);
  gint64 axes[WEIR_MAX_RANK], count = 0;
  WeirPort list, y, mean, variance, number;
  WeirNode *node;

  for (int i = 0; i < rank; i++)
    if (i != 1)
      axes[count++] = i;
  list = weir_make_ints (m, axes, (gsize) count);
  node = WEIR_MAKE_BEGIN (m, "MVN", x, list);
  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", tf_attr_float (n, "epsilon", 1e-4));
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  y = weir_make_2 (m, "Multiply", weir_make_end (m, node),
                   weir_make_channels (m, tf_in (n, 1), rank));
  y = weir_make_2 (m, "Add", y, weir_make_channels (m, tf_in (n, 2), rank));
  mean = weir_make_reduce (m, "ReduceMean", x, list, TRUE);
  number = weir_make_reduce (m, "ReduceProd",
                             weir_make_gather (m, weir_make_shape_of (m, x), list, 0),
                             WEIR_MAKE_INTS (m, 0), FALSE);
  number = weir_make_convert (m, number, weir_make_dtype (m, x));
  number = weir_make_2 (m, "Subtract", number, weir_make_scalar (m, number, 1));
  number = weir_make_2 (m, "Maximum", number, weir_make_scalar (m, number, 1));
  variance = weir_make_2 (m, "SquaredDifference", x, mean);
  variance = weir_make_reduce (m, "ReduceSum", variance, list, FALSE);
  tf_out (n, 1, weir_make_reshape (m, mean, (gint64[]){ -1 }, 1));
  tf_out (n, 2, weir_make_2 (m, "Divide", variance, number));
  return y;
}

/* Inputs: x, scale, offset, mean, variance. */
static WeirPort
fused_batch_norm (TfNode *n)
{
  TfWindow w = { .nhwc = tf_is_nhwc (n) };
  WeirPort x = tf_channels_first (n, tf_in (n, 0), &w), y;
  WeirNode *node;

  if (tf_attr_bool (n, "is_training", TRUE))
    return tf_channels_back (n, train_norm (n, x), &w);
  node = WEIR_MAKE_BEGIN (&n->make, "BatchNormInference", x, tf_in (n, 1), tf_in (n, 2),
                          tf_in (n, 3), tf_in (n, 4));
  weir_node_set_float (node, "epsilon", tf_attr_float (n, "epsilon", 1e-4));
  y = tf_channels_back (n, weir_make_end (&n->make, node), &w);
  tf_out (n, 1, tf_in (n, 3));
  tf_out (n, 2, tf_in (n, 4));
  return y;
}

/* The sum of squares has the factor alpha; the IR divides that by the window's size. */
static WeirPort
lrn (TfNode *n)
{
  TfWindow w = { .nhwc = TRUE };
  gint64 size = 2 * CLAMP (tf_attr_int (n, "depth_radius", 5), 0, G_MAXINT16) + 1;
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "LRN", tf_channels_first (n, tf_in (n, 0), &w),
                       WEIR_MAKE_INTS (&n->make, 1));

  weir_node_set_float (node, "alpha", tf_attr_float (n, "alpha", 1) * (double) size);
  weir_node_set_float (node, "beta", tf_attr_float (n, "beta", 0.5));
  weir_node_set_float (node, "bias", tf_attr_float (n, "bias", 1));
  weir_node_set_int (node, "size", size);
  return tf_channels_back (n, weir_make_end (&n->make, node), &w);
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
  { "MaxPoolV2", pool, "MaxPool" },
  { "MaxPoolWithArgmax", max_pool_with_argmax, NULL, "output,argmax" },
  { "AvgPool", pool, "AvgPool" },
  { "AvgPool3D", pool, "AvgPool" },
  { "AvgPoolV2", pool, "AvgPool" },
  { "BiasAdd", bias_add },
  { "LRN", lrn },
  { "MatMul", mat_mul },
  { "BatchMatMul", mat_mul },
  { "BatchMatMulV2", mat_mul },
  { "BatchMatMulV3", mat_mul },
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
