#include "table.h"

#include <string.h>

/* Convolution and pooling. Data is [N, C, spatial...], or has its channels last. */

#define MAX_SPATIAL 3

/* No window of a network reaches further; sums of products of these stay in range. */
#define MAX_EXTENT (1 << 24)

typedef struct {
  guint spatial;
  gint64 strides[MAX_SPATIAL], begin[MAX_SPATIAL], end[MAX_SPATIAL];
  gint64 dilations[MAX_SPATIAL], kernel[MAX_SPATIAL];
  const char *auto_pad;
} Window;

gboolean
pd_is_last (PdNode *n, const char *name)
{
  const char *layout = pd_string (n, name, "NCHW");

  return *layout != '\0' && layout[strlen (layout) - 1] == 'C';
}

static gboolean
in_range (PdNode *n, const char *name, const gint64 *values, guint count)
{
  for (guint i = 0; i < count; i++)
    if (values[i] < -MAX_EXTENT || values[i] > MAX_EXTENT) {
      weir_make_invalid (&n->make, "attribute '%s': %" G_GINT64_FORMAT " is out of range",
                         name, values[i]);
      return FALSE;
    }
  return TRUE;
}

/* @count numbers of list @name, @fallback each where it is not given. */
static gboolean
read_list (PdNode *n, const char *name, gint64 fallback, guint count, gint64 *values)
{
  guint found = pd_ints (n, name, values, MAX_SPATIAL);

  for (guint i = 0; i < count && found <= 1; i++)
    values[i] = found == 1 ? values[0] : fallback;
  if (found <= 1 || found == count)
    return in_range (n, name, values, count);
  weir_make_invalid (&n->make, "attribute '%s': expected %u numbers, found %u", name,
                     count, found);
  return FALSE;
}

static gboolean
read_paddings (PdNode *n, Window *w)
{
  gint64 values[2 * MAX_SPATIAL] = { 0 };
  guint found = pd_ints (n, "paddings", values, 2 * MAX_SPATIAL);
  const char *algorithm = pd_string (n, "padding_algorithm", "EXPLICIT");

  w->auto_pad = "explicit";
  if (strcmp (algorithm, "SAME") == 0 || strcmp (algorithm, "VALID") == 0) {
    w->auto_pad = algorithm[0] == 'S' ? "same_upper" : "valid";
    found = 0;
  }
  if (found > 1 && found != w->spatial && found != 2 * w->spatial) {
    weir_make_invalid (&n->make,
                       "attribute 'paddings': expected %u or %u numbers, found %u",
                       w->spatial, 2 * w->spatial, found);
    return FALSE;
  }
  if (!in_range (n, "paddings", values, found))
    return FALSE;
  for (guint i = 0; i < w->spatial && found > 0; i++) {
    gboolean pairs = found == 2 * w->spatial;

    w->begin[i] = values[pairs ? 2 * i : found == 1 ? 0 : i];
    w->end[i] = values[pairs ? 2 * i + 1 : found == 1 ? 0 : i];
  }
  return TRUE;
}

/* Where the padding is SAME, PaddlePaddle takes dilations for 1. */
static gboolean
read_window (PdNode *n, guint spatial, Window *w)
{
  *w = (Window){ .spatial = spatial };
  if (spatial < 1 || spatial > MAX_SPATIAL) {
    weir_make_invalid (&n->make, "expected 1 to %d spatial dimensions, found %u",
                       MAX_SPATIAL, spatial);
    return FALSE;
  }
  if (!read_list (n, "strides", 1, spatial, w->strides) ||
      !read_list (n, "dilations", 1, spatial, w->dilations) || !read_paddings (n, w))
    return FALSE;
  for (guint i = 0; i < spatial && w->auto_pad[0] == 's'; i++)
    w->dilations[i] = 1;
  return TRUE;
}

static void
set_window (WeirNode *node, const Window *w)
{
  weir_node_set_ints (node, "strides", w->strides, w->spatial);
  weir_node_set_ints (node, "pads_begin", w->begin, w->spatial);
  weir_node_set_ints (node, "pads_end", w->end, w->spatial);
  weir_node_set_string (node, "auto_pad", w->auto_pad);
}

/* How many spatial dimensions the input @name has. */
static guint
spatial_of (PdNode *n, const char *name)
{
  int rank = weir_make_rank (&n->make, pd_in (n, name));

  return rank > 2 ? (guint) rank - 2 : 0;
}

static WeirPort
with_bias (PdNode *n, WeirPort y, guint spatial)
{
  return pd_has (n, "Bias")
             ? weir_make_2 (
                   &n->make, "Add", y,
                   weir_make_channels (&n->make, pd_in (n, "Bias"), (int) spatial + 2))
             : y;
}

static WeirPort
convolution (PdNode *n)
{
  gboolean last = pd_is_last (n, "data_format");
  WeirPort x = pd_in (n, "Input"), filter = pd_in (n, "Filter");
  gint64 groups = pd_int (n, "groups", 1);
  WeirNode *node;
  WeirPort y;
  Window w;

  if (!read_window (n, spatial_of (n, "Filter"), &w))
    return WEIR_PORT_NONE;
  if (last)
    x = weir_make_to_nchw (&n->make, x);
  if (groups != 1)
    filter = weir_make_split_groups (&n->make, filter, groups);
  node = WEIR_MAKE_BEGIN (&n->make, groups != 1 ? "GroupConvolution" : "Convolution", x,
                          filter);
  set_window (node, &w);
  weir_node_set_ints (node, "dilations", w.dilations, w.spatial);
  y = with_bias (n, weir_make_end (&n->make, node), w.spatial);
  return last ? weir_make_to_nhwc (&n->make, y) : y;
}

/* What output_size asks for beyond what the window gives is padding at the end. */
static gboolean
size_to_padding (PdNode *n, WeirPort x, WeirPort filter, const Window *w,
                 const gint64 *size, gint64 *padding)
{
  const WeirShape *in = weir_make_shape (&n->make, x);
  const WeirShape *taps = weir_make_shape (&n->make, filter);

  for (guint i = 0; i < w->spatial; i++) {
    gint64 dim = in->rank > 0 ? in->dims[i + 2] : WEIR_DIM_UNKNOWN;

    if (dim < 0 || dim > G_MAXINT32 || taps->dims[i + 2] < 0 || w->auto_pad[0] == 's') {
      weir_make_unsupported (&n->make, "output_size where the data's shape is not known");
      return FALSE;
    }
    padding[i] = size[i] - (w->strides[i] * (dim - 1) - w->begin[i] - w->end[i] +
                            w->dilations[i] * (taps->dims[i + 2] - 1) + 1);
  }
  return TRUE;
}

static gboolean
read_output_padding (PdNode *n, WeirPort x, WeirPort filter, const Window *w,
                     gint64 *padding)
{
  gint64 size[MAX_SPATIAL];
  guint sized = pd_ints (n, "output_size", size, MAX_SPATIAL);

  if (sized == 0)
    return read_list (n, "output_padding", 0, w->spatial, padding);
  if (sized == w->spatial && in_range (n, "output_size", size, sized))
    return size_to_padding (n, x, filter, w, size, padding);
  weir_make_invalid (&n->make, "attribute 'output_size': expected %u numbers, found %u",
                     w->spatial, sized);
  return FALSE;
}

static WeirPort
deconvolution (PdNode *n)
{
  gboolean last = pd_is_last (n, "data_format");
  WeirPort x = pd_in (n, "Input"), filter = pd_in (n, "Filter"), y;
  gint64 groups = pd_int (n, "groups", 1), padding[MAX_SPATIAL];
  WeirNode *node;
  Window w;

  if (!read_window (n, spatial_of (n, "Filter"), &w))
    return WEIR_PORT_NONE;
  if (last)
    x = weir_make_to_nchw (&n->make, x);
  if (!read_output_padding (n, x, filter, &w, padding))
    return WEIR_PORT_NONE;
  if (groups != 1)
    filter = weir_make_split_groups (&n->make, filter, groups);
  node = WEIR_MAKE_BEGIN (
      &n->make, groups != 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData",
      x, filter);
  set_window (node, &w);
  weir_node_set_ints (node, "dilations", w.dilations, w.spatial);
  weir_node_set_ints (node, "output_padding", padding, w.spatial);
  y = with_bias (n, weir_make_end (&n->make, node), w.spatial);
  return last ? weir_make_to_nhwc (&n->make, y) : y;
}

static WeirPort
deformable (PdNode *n)
{
  WeirPort inputs[] = { pd_in (n, "Input"), pd_in (n, "Offset"), pd_in (n, "Filter"),
                        WEIR_PORT_NONE };
  guint count = 3;
  WeirNode *node;
  Window w;

  if (!read_window (n, spatial_of (n, "Filter"), &w))
    return WEIR_PORT_NONE;
  if (pd_has (n, "Mask"))
    inputs[count++] = pd_in (n, "Mask");
  node =
      weir_build_begin (n->make.b, "DeformableConvolution", n->make.name, inputs, count);
  set_window (node, &w);
  weir_node_set_ints (node, "dilations", w.dilations, w.spatial);
  weir_node_set_int (node, "group", pd_int (n, "groups", 1));
  weir_node_set_int (node, "deformable_group", pd_int (n, "deformable_groups", 1));
  weir_node_set_bool (node, "bilinear_interpolation_pad", TRUE);
  return weir_make_end (&n->make, node);
}

static gboolean
is_average (PdNode *n)
{
  return strcmp (pd_string (n, "pooling_type", "max"), "avg") == 0;
}

/* One window over all, or as many as ksize says, side by side. */
static WeirPort
pool_whole (PdNode *n, WeirPort x, gboolean average, guint spatial)
{
  return weir_make_reduce (&n->make, average ? "ReduceMean" : "ReduceMax", x,
                           weir_make_range (&n->make, 2, (gint64) spatial + 2), TRUE);
}

static WeirPort
pool_adaptive (PdNode *n, WeirPort x, gboolean average)
{
  WeirPort sizes = pd_vector (n, NULL, NULL, "ksize");
  WeirNode *node = WEIR_MAKE_BEGIN (
      &n->make, average ? "AdaptiveAvgPool" : "AdaptiveMaxPool", x, sizes);
  WeirPort y = weir_make_end (&n->make, node);

  if (!average)
    pd_out (
        n, "Mask",
        weir_make_convert (&n->make, weir_make_port (&n->make, node, 1), WEIR_DTYPE_I32));
  return y;
}

static gboolean
is_whole (PdNode *n, const Window *w)
{
  if (pd_bool (n, "global_pooling", FALSE))
    return TRUE;
  for (guint i = 0; i < w->spatial; i++)
    if (w->kernel[i] != 1)
      return FALSE;
  return pd_bool (n, "adaptive", FALSE);
}

static WeirPort
pool_window (PdNode *n, WeirPort x, gboolean average, const Window *w)
{
  gboolean ceil_mode = pd_bool (n, "ceil_mode", FALSE);
  WeirNode *node =
      weir_build_begin (n->make.b, average ? "AvgPool" : "MaxPool", n->make.name, &x, 1);
  WeirPort y;

  set_window (node, w);
  weir_node_set_ints (node, "kernel", w->kernel, w->spatial);
  weir_node_set_string (node, "rounding_type", ceil_mode ? "ceil" : "floor");
  if (average) {
    weir_node_set_bool (node, "exclude-pad", pd_bool (n, "exclusive", TRUE));
    return weir_make_end (&n->make, node);
  }
  weir_node_set_ints (node, "dilations", w->dilations, w->spatial);
  weir_node_set_int (node, "axis", 2);
  y = weir_make_end (&n->make, node);
  if (pd_n_out (n, "Mask") > 0)
    pd_out (
        n, "Mask",
        weir_make_convert (&n->make, weir_make_port (&n->make, node, 1), WEIR_DTYPE_I32));
  return y;
}

static WeirPort
pool (PdNode *n)
{
  gboolean last = pd_is_last (n, "data_format"), average = is_average (n);
  WeirPort x = pd_in (n, "X"), y;
  Window w;

  if (!read_window (n, spatial_of (n, "X"), &w) ||
      !read_list (n, "ksize", 1, w.spatial, w.kernel))
    return WEIR_PORT_NONE;
  if (last)
    x = weir_make_to_nchw (&n->make, x);
  if (pd_n_out (n, "Mask") == 0 && is_whole (n, &w))
    y = pool_whole (n, x, average, w.spatial);
  else if (pd_bool (n, "adaptive", FALSE))
    y = pool_adaptive (n, x, average);
  else
    y = pool_window (n, x, average, &w);
  return last ? weir_make_to_nhwc (&n->make, y) : y;
}

const PdRow pd_rows_nn[] = {
  { "conv2d", convolution, "Output" },
  { "conv3d", convolution, "Output" },
  { "depthwise_conv2d", convolution, "Output" },
  { "conv2d_transpose", deconvolution, "Output" },
  { "conv3d_transpose", deconvolution, "Output" },
  { "depthwise_conv2d_transpose", deconvolution, "Output" },
  { "deformable_conv", deformable, "Output" },
  { "deformable_conv_v1", deformable, "Output" },
  { "pool2d", pool },
  { "pool3d", pool },
  { "max_pool2d_with_index", pool },
  { "max_pool3d_with_index", pool },
  { NULL },
};
