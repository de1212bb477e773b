#include "table.h"
#include "window.h"

#include <string.h>

/* Convolutions and matrices of weights. Data is [N, C, H, W], or of other dimensions
 * behind the channels. */

static gboolean
read_window (CfLayer *l, const Caffe__ConvolutionParameter *p, int rank, CfWindow *w)
{
  return cf_window_begin (l, w, rank - 2) &&
         CF_WINDOW_LIST (l, w, kernel, p, kernel_size, kernel_h, kernel_w) &&
         CF_WINDOW_LIST (l, w, strides, p, stride, stride_h, stride_w) &&
         CF_WINDOW_LIST (l, w, pads, p, pad, pad_h, pad_w) &&
         cf_window_list (l, w, "dilation", p->dilation, p->n_dilation, NULL,
                         w->dilations);
}

/* A convolution of a channel each has as many groups as channels, given or not. */
static gint64
groups_of (CfLayer *l, const Caffe__ConvolutionParameter *p)
{
  return p->has_group || strstr (l->proto->type, "epthwise") == NULL ? p->group
                                                                     : p->num_output;
}

/* Weights [O, I / G, H, W], of a deconvolution [I, O / G, H, W]; groups first. */
static WeirPort
filters (CfLayer *l, gint64 groups, gint64 rows, gint64 columns, const CfWindow *w)
{
  WeirShape shape = { .rank = 0 };

  if (groups > 1)
    shape.dims[shape.rank++] = groups;
  shape.dims[shape.rank++] = rows / groups;
  shape.dims[shape.rank++] = columns;
  for (gsize i = 0; i < w->n; i++)
    shape.dims[shape.rank++] = w->kernel[i];
  return cf_weights (l, 0, &shape);
}

static WeirPort
convolution (CfLayer *l)
{
  const Caffe__ConvolutionParameter *p =
      CF_PARAM (l, convolution_param, Caffe__ConvolutionParameter,
                CAFFE__CONVOLUTION_PARAMETER__INIT);
  gboolean back = g_str_has_prefix (l->row->ir, "Back");
  WeirPort x = cf_in (l, 0), weights, y;
  int rank = weir_make_rank (&l->make, x);
  gint64 channels, groups = groups_of (l, p);
  g_autofree char *ir = g_strconcat (groups > 1 ? "Group" : "", "Convolution",
                                     back ? "BackpropData" : "", NULL);
  WeirNode *node;
  CfWindow w;

  if (weir_build_failed (l->make.b) || !read_window (l, p, rank, &w))
    return WEIR_PORT_NONE;
  channels = weir_make_shape (&l->make, x)->dims[1];
  if (p->axis != 1)
    return weir_make_unsupported (&l->make, "axis %d", p->axis);
  if (channels <= 0 || p->num_output == 0 || groups == 0 || channels % groups != 0 ||
      p->num_output % groups != 0)
    return weir_make_invalid (&l->make,
                              "%" G_GINT64_FORMAT
                              " channels, %u outputs and %" G_GINT64_FORMAT " groups",
                              channels, p->num_output, groups);
  weights = filters (l, groups, back ? channels : p->num_output,
                     (back ? p->num_output : channels) / groups, &w);
  node = WEIR_MAKE_BEGIN (&l->make, ir, x, weights);
  cf_window_set (&w, node);
  weir_node_set_ints (node, "dilations", w.dilations, w.n);
  y = weir_make_end (&l->make, node);
  return p->bias_term
             ? weir_make_2 (&l->make, "Add", y,
                            weir_make_channels (&l->make, cf_vector (l, 1), rank))
             : y;
}

/* The windows themselves, [N, C * H * W, ...]: a convolution with filters of one 1. */
static WeirPort
im2col (CfLayer *l)
{
  const Caffe__ConvolutionParameter *p =
      CF_PARAM (l, convolution_param, Caffe__ConvolutionParameter,
                CAFFE__CONVOLUTION_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  gint64 channels = weir_make_shape (&l->make, x)->dims[1], taps;
  WeirTensor *ones;
  WeirShape shape;
  WeirNode *node;
  CfWindow w;

  if (!read_window (l, p, weir_make_rank (&l->make, x), &w))
    return WEIR_PORT_NONE;
  if (w.n != 2 || channels <= 0 || w.kernel[0] > 64 || w.kernel[1] > 64)
    return weir_make_unsupported (
        &l->make, "other than two dimensions and windows of up to 64 elements each");
  taps = w.kernel[0] * w.kernel[1];
  shape = WEIR_SHAPE (channels, taps, 1, w.kernel[0], w.kernel[1]);
  ones = weir_tensor_new (WEIR_DTYPE_F32, &shape, &l->make.b->error);
  for (gint64 i = 0; ones != NULL && i < channels * taps; i++)
    ((float *) weir_tensor_writable (ones))[i * taps + i % taps] = 1;
  node = WEIR_MAKE_BEGIN (&l->make, "GroupConvolution", x,
                          weir_make_constant (&l->make, ones));
  cf_window_set (&w, node);
  weir_node_set_ints (node, "dilations", w.dilations, w.n);
  return weir_make_end (&l->make, node);
}

/* The dimensions from @axis on become one; those before it stay. */
static WeirPort
rows_of (CfLayer *l, WeirPort x, int axis)
{
  gint64 dims[WEIR_MAX_RANK] = { 0 };

  if (axis == 1)
    return weir_make_flatten (&l->make, x, axis);
  if (axis == weir_make_rank (&l->make, x) - 1)
    return x;
  dims[axis] = -1;
  return weir_make_reshape (&l->make, x, dims, (gsize) axis + 1);
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
  node = WEIR_MAKE_BEGIN (&l->make, "MatMul", rows_of (l, x, axis),
                          cf_weights (l, 0, &shape));
  weir_node_set_bool (node, "transpose_b", !p->transpose);
  y = weir_make_end (&l->make, node);
  return p->bias_term ? weir_make_2 (&l->make, "Add", y, cf_vector (l, 1)) : y;
}

/* A row of the table for each number. */
static WeirPort
embed (CfLayer *l)
{
  const Caffe__EmbedParameter *p =
      CF_PARAM (l, embed_param, Caffe__EmbedParameter, CAFFE__EMBED_PARAMETER__INIT);
  WeirShape shape = WEIR_SHAPE (p->input_dim, p->num_output);
  WeirPort rows = weir_make_convert (&l->make, cf_in (l, 0), WEIR_DTYPE_I32);
  WeirPort y = weir_make_gather (&l->make, cf_weights (l, 0, &shape), rows, 0);

  return p->bias_term ? weir_make_2 (&l->make, "Add", y, cf_vector (l, 1)) : y;
}

const CfRow cf_rows_nn[] = {
  { "Convolution", convolution, "Forward" },
  { "ConvolutionDepthwise", convolution, "Forward" },
  { "DepthwiseConvolution", convolution, "Forward" },
  { "Deconvolution", convolution, "Backward" },
  { "Im2col", im2col },
  { "InnerProduct", inner_product },
  { "Embed", embed },
  { NULL },
};
