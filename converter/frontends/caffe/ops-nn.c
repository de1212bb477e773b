#include "table.h"

#include <string.h>

/* Layers with weights, pooling, normalisation, softmax. Data is [N, C, H, W]. */

/* A number for height and width each: two fields, or one or two in a list. */
static void
pair_of (const guint32 *list, gsize n, gboolean has_h, guint32 h, guint32 w,
         gint64 fallback, gint64 pair[2])
{
  pair[0] = n > 0 ? list[0] : fallback;
  pair[1] = n > 1 ? list[1] : pair[0];
  if (has_h) {
    pair[0] = h;
    pair[1] = w;
  }
}

static void
set_pairs (WeirNode *node, const gint64 strides[2], const gint64 pads[2])
{
  weir_node_set_ints (node, "strides", strides, 2);
  weir_node_set_ints (node, "pads_begin", pads, 2);
  weir_node_set_ints (node, "pads_end", pads, 2);
  weir_node_set_string (node, "auto_pad", "explicit");
}

typedef struct {
  gint64 kernel[2], strides[2], pads[2], dilations[2];
} Window;

static void
read_window (const Caffe__ConvolutionParameter *p, Window *w)
{
  pair_of (p->kernel_size, p->n_kernel_size, p->has_kernel_h, p->kernel_h, p->kernel_w, 1,
           w->kernel);
  pair_of (p->stride, p->n_stride, p->has_stride_h, p->stride_h, p->stride_w, 1,
           w->strides);
  pair_of (p->pad, p->n_pad, p->has_pad_h, p->pad_h, p->pad_w, 0, w->pads);
  pair_of (p->dilation, p->n_dilation, FALSE, 0, 0, 1, w->dilations);
}

static WeirPort
add_bias (CfLayer *l, WeirPort x, gboolean has_bias)
{
  if (!has_bias)
    return x;
  return weir_make_2 (&l->make, "Add", x,
                      weir_make_channels (&l->make, cf_vector (l, 1), 4));
}

/* Weights [O, I / G, H, W], of a deconvolution [I, O / G, H, W]; groups first. */
static WeirPort
filters (CfLayer *l, const Caffe__ConvolutionParameter *p, gint64 rows, gint64 columns,
         const Window *w)
{
  WeirShape plain = WEIR_SHAPE (rows, columns, w->kernel[0], w->kernel[1]);
  WeirShape grouped =
      WEIR_SHAPE (p->group, rows / p->group, columns, w->kernel[0], w->kernel[1]);

  return cf_weights (l, 0, p->group > 1 ? &grouped : &plain);
}

static WeirPort
convolution (CfLayer *l)
{
  const Caffe__ConvolutionParameter *p =
      CF_PARAM (l, convolution_param, Caffe__ConvolutionParameter,
                CAFFE__CONVOLUTION_PARAMETER__INIT);
  gboolean back = g_str_has_prefix (l->row->ir, "Back");
  WeirPort x = cf_in (l, 0), weights;
  gint64 channels, rows, columns;
  const char *ir;
  WeirNode *node;
  Window w;

  if (weir_make_rank (&l->make, x) != 4)
    return weir_make_unsupported (&l->make, "data of other than four dimensions");
  channels = weir_make_shape (&l->make, x)->dims[1];
  if (channels <= 0 || p->num_output == 0 || p->group == 0 || channels % p->group != 0 ||
      p->num_output % p->group != 0)
    return weir_make_invalid (&l->make,
                              "%" G_GINT64_FORMAT " channels, %u outputs and %u groups",
                              channels, p->num_output, p->group);
  read_window (p, &w);
  rows = back ? channels : p->num_output;
  columns = (back ? p->num_output : channels) / p->group;
  weights = filters (l, p, rows, columns, &w);
  ir = back ? p->group > 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData"
       : p->group > 1 ? "GroupConvolution"
                      : "Convolution";
  node = WEIR_MAKE_BEGIN (&l->make, ir, x, weights);
  set_pairs (node, w.strides, w.pads);
  weir_node_set_ints (node, "dilations", w.dilations, 2);
  return add_bias (l, weir_make_end (&l->make, node), p->bias_term);
}

static WeirPort
global_pool (CfLayer *l, WeirPort x, gboolean average)
{
  return weir_make_reduce (&l->make, average ? "ReduceMean" : "ReduceMax", x,
                           WEIR_MAKE_INTS (&l->make, 2, 3), TRUE);
}

static WeirPort
pooling (CfLayer *l)
{
  const Caffe__PoolingParameter *p = CF_PARAM (l, pooling_param, Caffe__PoolingParameter,
                                               CAFFE__POOLING_PARAMETER__INIT);
  gboolean average = strcmp (p->pool, "AVE") == 0;
  gboolean ceil = p->ceil_mode && strcmp (p->round_mode, "CEIL") == 0;
  const gint64 ones[] = { 1, 1 };
  gint64 kernel[2], strides[2], pads[2];
  WeirPort x = cf_in (l, 0);
  WeirNode *node;

  if (!average && strcmp (p->pool, "MAX") != 0)
    return weir_make_unsupported (&l->make, "pool %s", p->pool);
  if (p->global_pooling)
    return global_pool (l, x, average);
  pair_of (&p->kernel_size, p->has_kernel_size, p->has_kernel_h, p->kernel_h, p->kernel_w,
           1, kernel);
  pair_of (&p->stride, 1, p->has_stride_h, p->stride_h, p->stride_w, 1, strides);
  pair_of (&p->pad, 1, p->has_pad_h, p->pad_h, p->pad_w, 0, pads);
  node =
      weir_build_begin (l->make.b, average ? "AvgPool" : "MaxPool", l->make.name, &x, 1);
  set_pairs (node, strides, pads);
  weir_node_set_ints (node, "kernel", kernel, 2);
  weir_node_set_string (node, "rounding_type", ceil ? "ceil" : "floor");
  if (average)
    weir_node_set_bool (node, "exclude-pad", FALSE);
  else
    weir_node_set_ints (node, "dilations", ones, 2);
  return weir_make_end (&l->make, node);
}

static WeirPort
inner_product (CfLayer *l)
{
  const Caffe__InnerProductParameter *p =
      CF_PARAM (l, inner_product_param, Caffe__InnerProductParameter,
                CAFFE__INNER_PRODUCT_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0), y;
  int axis = weir_make_axis (&l->make, p->axis, weir_make_rank (&l->make, x));
  gsize count = cf_blob_count (l, 0);
  WeirShape shape;
  WeirNode *node;

  if (weir_build_failed (l->make.b))
    return WEIR_PORT_NONE;
  if (p->num_output == 0 || count % p->num_output != 0)
    return weir_make_invalid (&l->make, "%zu weights for %u outputs", count,
                              p->num_output);
  shape = p->transpose ? WEIR_SHAPE ((gint64) (count / p->num_output), p->num_output)
                       : WEIR_SHAPE (p->num_output, (gint64) (count / p->num_output));
  node = WEIR_MAKE_BEGIN (&l->make, "MatMul", weir_make_flatten (&l->make, x, axis),
                          cf_weights (l, 0, &shape));
  weir_node_set_bool (node, "transpose_b", !p->transpose);
  y = weir_make_end (&l->make, node);
  return p->bias_term ? weir_make_2 (&l->make, "Add", y, cf_vector (l, 1)) : y;
}

/* Weights: sums of means and variances, and the number that they are sums of. */
static WeirTensor *
statistics (CfLayer *l, guint index, double count)
{
  WeirShape shape = WEIR_SHAPE ((gint64) cf_blob_count (l, index));
  g_autoptr (WeirTensor) sums = cf_blob (l, index, &shape);
  WeirTensor *result;

  if (sums == NULL)
    return NULL;
  result = weir_tensor_new (WEIR_DTYPE_F32, &shape, &l->make.b->error);
  for (gsize i = 0; result != NULL && i < weir_tensor_count (sums); i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (result), i,
                      count == 0 ? 0 : weir_tensor_get (sums, i) / count);
  return result;
}

static WeirPort
batch_norm (CfLayer *l)
{
  const Caffe__BatchNormParameter *p = CF_PARAM (
      l, batch_norm_param, Caffe__BatchNormParameter, CAFFE__BATCH_NORM_PARAMETER__INIT);
  WeirShape one = WEIR_SHAPE (1);
  g_autoptr (WeirTensor) count = cf_blob (l, 2, &one);
  WeirPort x = cf_in (l, 0), mean, variance, gamma, beta;
  WeirNode *node;

  if (count == NULL)
    return WEIR_PORT_NONE;
  mean = weir_make_constant (&l->make, statistics (l, 0, weir_tensor_get (count, 0)));
  variance = weir_make_constant (&l->make, statistics (l, 1, weir_tensor_get (count, 0)));
  gamma = weir_make_broadcast (&l->make, weir_make_scalar (&l->make, mean, 1),
                               weir_make_shape_of (&l->make, mean));
  beta = weir_make_broadcast (&l->make, weir_make_scalar (&l->make, mean, 0),
                              weir_make_shape_of (&l->make, mean));
  node = WEIR_MAKE_BEGIN (&l->make, "BatchNormInference", x, gamma, beta, mean, variance);
  weir_node_set_float (node, "epsilon", (double) p->eps);
  return weir_make_end (&l->make, node);
}

static WeirPort
softmax (CfLayer *l)
{
  WeirPort x = cf_in (l, 0);
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "Softmax", x);
  int axis =
      CF_PARAM (l, softmax_param, Caffe__SoftmaxParameter, CAFFE__SOFTMAX_PARAMETER__INIT)
          ->axis;

  weir_node_set_int (node, "axis",
                     weir_make_axis (&l->make, axis, weir_make_rank (&l->make, x)));
  return weir_make_end (&l->make, node);
}

static WeirPort
lrn (CfLayer *l)
{
  const Caffe__LRNParameter *p =
      CF_PARAM (l, lrn_param, Caffe__LRNParameter, CAFFE__LRNPARAMETER__INIT);
  gboolean within = strcmp (p->norm_region, "WITHIN_CHANNEL") == 0;
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "LRN", cf_in (l, 0),
                                    within ? WEIR_MAKE_INTS (&l->make, 2, 3)
                                           : WEIR_MAKE_INTS (&l->make, 1));

  weir_node_set_float (node, "alpha", (double) p->alpha);
  weir_node_set_float (node, "beta", (double) p->beta);
  weir_node_set_float (node, "bias", (double) p->k);
  weir_node_set_int (node, "size", p->local_size);
  return weir_make_end (&l->make, node);
}

const CfRow cf_rows_nn[] = {
  { "Convolution", convolution, "Forward" },
  { "ConvolutionDepthwise", convolution, "Forward" },
  { "DepthwiseConvolution", convolution, "Forward" },
  { "Deconvolution", convolution, "Backward" },
  { "Pooling", pooling },
  { "InnerProduct", inner_product },
  { "BatchNorm", batch_norm },
  { "Softmax", softmax },
  { "LRN", lrn },
  { NULL },
};
