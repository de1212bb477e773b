#include "table.h"
#include "window.h"

#include "base/checked.h"

#include <string.h>

/* Gradients of convolutions as layers: inputs are the output's shape, filters as the
 * convolution has them, [spatial..., O, I], and the data. */

/* How far the output is longer than what the data reach; FALSE where they reach beyond.
 */
static gboolean
output_padding (const TfWindow *w, const WeirShape *x, const WeirShape *filters,
                const gint64 *size, gint64 *rest)
{
  int first = filters->rank - w->spatial;

  for (int i = 0; i < w->spatial; i++) {
    gint64 in = x->dims[2 + i], kernel = filters->dims[first + i], reach, window;

    if (in < 1 || kernel < 1 || !weir_mul_i64 (in - 1, w->strides[i], &reach) ||
        !weir_mul_i64 (kernel - 1, w->dilations[i], &window) ||
        !weir_add_i64 (reach, window, &reach))
      return FALSE;
    rest[i] = size[i] - (reach + 1 - w->begin[i] - w->end[i]);
    if (rest[i] < 0 || rest[i] >= MAX (w->strides[i], w->dilations[i]))
      return FALSE;
  }
  return TRUE;
}

/* The spatial part of the shape in input 0. */
static gboolean
spatial_size (TfNode *n, const TfWindow *w, gint64 *size)
{
  gint64 shape[WEIR_MAX_RANK] = { 0 };
  int first = w->nhwc ? 1 : 2;
  gsize count;

  if (!weir_make_known_ints (&n->make, tf_in (n, 0), "the output's shape", shape,
                             WEIR_MAX_RANK, &count))
    return FALSE;
  if (count == (gsize) w->spatial)
    first = 0;
  else if (count != (gsize) w->spatial + 2) {
    weir_make_invalid (&n->make, "the output's shape: expected %d numbers, found %zu",
                       w->spatial + 2, count);
    return FALSE;
  }
  memcpy (size, shape + first, (gsize) w->spatial * sizeof *size);
  return TRUE;
}

/* TensorFlow puts the smaller half of the pads in front, which the IR calls same_lower
 * where they are cut off. */
static WeirPort
same (TfNode *n, const char *op, WeirPort x, WeirPort filters, TfWindow *w)
{
  int first = w->nhwc ? 1 : 2;
  WeirPort size, shape = weir_make_convert (&n->make, tf_in (n, 0), WEIR_DTYPE_I64);
  const WeirShape *list = weir_make_shape (&n->make, shape);
  WeirNode *node;

  w->auto_pad = "same_lower";
  if (list->rank == 1 && list->dims[0] == w->spatial)
    first = 0;
  size = weir_make_slice (&n->make, shape, WEIR_MAKE_INTS (&n->make, first),
                          WEIR_MAKE_INTS (&n->make, first + w->spatial), 0);
  node = WEIR_MAKE_BEGIN (&n->make, op, x, filters, weir_make_known (&n->make, size));
  tf_window_set (node, w);
  weir_node_set_ints (node, "dilations", w->dilations, (gsize) w->spatial);
  return weir_make_end (&n->make, node);
}

static WeirPort
with_pads (TfNode *n, const char *op, WeirPort x, WeirPort filters, TfWindow *w)
{
  gint64 size[3], rest[3];
  WeirNode *node;

  if (!spatial_size (n, w, size))
    return WEIR_PORT_NONE;
  if (!output_padding (w, weir_make_shape (&n->make, x),
                       weir_make_shape (&n->make, filters), size, rest))
    return weir_make_unsupported (
        &n->make, "the output's shape does not fit to data of known size");
  w->auto_pad = "explicit";
  node = WEIR_MAKE_BEGIN (&n->make, op, x, filters);
  tf_window_set (node, w);
  weir_node_set_ints (node, "dilations", w->dilations, (gsize) w->spatial);
  weir_node_set_ints (node, "output_padding", rest, (gsize) w->spatial);
  return weir_make_end (&n->make, node);
}

/* Where strides leave gaps behind the last window there is less than nothing to cut off,
 * which same_lower would share out: pads of SAME as numbers then. */
static gboolean
leaves_gaps (TfNode *n, WeirPort x, WeirPort filters, TfWindow *w)
{
  const WeirShape *data = weir_make_shape (&n->make, x);
  const WeirShape *kernel = weir_make_shape (&n->make, filters);
  gboolean gaps = FALSE;
  gint64 size[3], rest[3];
  int first = kernel->rank - w->spatial;

  if (weir_make_value (&n->make, tf_in (n, 0)) == NULL || !spatial_size (n, w, size) ||
      data->rank != w->spatial + 2 || first < 0)
    return FALSE;
  for (int i = 0; i < w->spatial; i++) {
    gint64 in = data->dims[2 + i], width = kernel->dims[first + i], reach;

    if (in < 1 || width < 1 || !weir_mul_i64 (in - 1, w->strides[i], &reach) ||
        !weir_mul_i64 (width - 1, w->dilations[i], &rest[i]) ||
        !weir_add_i64 (reach, rest[i], &reach))
      return FALSE;
    rest[i] = MAX (reach + 1 - size[i], 0);
    gaps |= reach + 1 < size[i];
  }
  for (int i = 0; gaps && i < w->spatial; i++) {
    w->begin[i] = rest[i] / 2;
    w->end[i] = rest[i] - w->begin[i];
  }
  return gaps;
}

static WeirPort
spread (TfNode *n, const char *op, WeirPort x, WeirPort filters, TfWindow *w)
{
  gboolean upper = strcmp (w->auto_pad, "same_upper") == 0;
  WeirPort y = upper && !leaves_gaps (n, x, filters, w)
                   ? same (n, op, x, filters, w)
                   : with_pads (n, op, x, filters, w);

  return tf_channels_back (n, y, w);
}

static WeirPort
deconv (TfNode *n, int spatial)
{
  WeirPort filters = tf_in (n, 1), x = tf_in (n, 2);
  TfWindow w;

  if (!tf_window_read (n, spatial, &w))
    return WEIR_PORT_NONE;
  return spread (n, "ConvolutionBackpropData", tf_channels_first (n, x, &w),
                 tf_filters_first (n, filters, spatial), &w);
}

static WeirPort
deconv_2d (TfNode *n)
{
  return deconv (n, 2);
}

static WeirPort
deconv_3d (TfNode *n)
{
  return deconv (n, 3);
}

/* Filters are [H, W, C, multiplier]. */
static WeirPort
depthwise (TfNode *n)
{
  WeirPort filters = tf_in (n, 1), x = tf_in (n, 2);
  WeirShape shape = *weir_make_shape (&n->make, filters);
  TfWindow w;

  if (!tf_window_read (n, 2, &w))
    return WEIR_PORT_NONE;
  if (shape.rank != 4 || !weir_shape_is_static (&shape))
    return weir_make_unsupported (&n->make, "the shape of the filters must be known");
  filters = weir_make_transpose (&n->make, filters, (gint64[]){ 2, 3, 0, 1 }, 4);
  filters = weir_make_reshape (
      &n->make, filters,
      (gint64[]){ shape.dims[2], shape.dims[3], 1, shape.dims[0], shape.dims[1] }, 5);
  return spread (n, "GroupConvolutionBackpropData", tf_channels_first (n, x, &w), filters,
                 &w);
}

const TfRow tf_rows_deconv[] = {
  { "Conv2DBackpropInput", deconv_2d },
  { "Conv3DBackpropInputV2", deconv_3d },
  { "DepthwiseConv2dNativeBackpropInput", depthwise },
  { NULL },
};
