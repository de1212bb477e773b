#include "attr.h"
#include "base/checked.h"
#include "node.h"
#include "table.h"
#include "window.h"

#include <string.h>

/* Convolution and pooling. */

/* Spatial dimensions of a node: from its input, else from the kernel it names. */
static int
spatial_of (OnnxNode *n, WeirPort x)
{
  int rank = weir_make_shape (&n->make, x)->rank;
  gsize kernel;

  onnx_attr_ints (n, "kernel_shape", &kernel);
  if (rank < 0 && kernel > 0 && kernel <= WEIR_MAX_RANK - 2)
    return (int) kernel;
  if (rank < 3)
    weir_make_unsupported (&n->make, "expected an input of rank 3 or more, found rank %d",
                           rank);
  return MAX (rank, 3) - 2;
}

/* [O, I/G, ...] as [G, O/G, I/G, ...]; for a transposed convolution [I, O/G, ...] as
 * [G, I/G, O/G, ...]. */
static WeirPort
grouped (OnnxNode *n, WeirPort w, gint64 groups)
{
  WeirShape shape = *weir_make_shape (&n->make, w);
  gint64 dims[WEIR_MAX_RANK + 1] = { groups };

  if (shape.rank < 3 || shape.rank >= WEIR_MAX_RANK || !weir_shape_is_static (&shape))
    return weir_make_unsupported (&n->make,
                                  "weights of a grouped convolution of unknown shape");
  if (groups < 1 || shape.dims[0] % groups != 0)
    return weir_make_invalid (
        &n->make, "%" G_GINT64_FORMAT " channels in %" G_GINT64_FORMAT " groups",
        shape.dims[0], groups);
  dims[1] = shape.dims[0] / groups;
  for (int i = 1; i < shape.rank; i++)
    dims[i + 1] = shape.dims[i];
  return weir_make_reshape (&n->make, w, dims, (gsize) shape.rank + 1);
}

static WeirPort
add_bias (OnnxNode *n, WeirPort y, guint index, int rank)
{
  return onnx_has (n, index)
             ? WEIR_MAKE (&n->make, "Add", y,
                          weir_make_channels (&n->make, onnx_in (n, index), rank))
             : y;
}

WeirPort
onnx_conv (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 1);
  gint64 groups = onnx_attr_int (n, "group", 1);
  int spatial = spatial_of (n, w);
  WeirNode *node;

  if (groups != 1)
    w = grouped (n, w, groups);
  node =
      WEIR_MAKE_BEGIN (&n->make, groups != 1 ? "GroupConvolution" : "Convolution", x, w);
  onnx_set_window (n, node, spatial, TRUE);
  return add_bias (n, weir_make_end (&n->make, node), 2, spatial + 2);
}

/* Pads that make a transposed convolution give the output that is asked for
 * (ConvTranspose, output_shape); what is odd goes to the end for SAME_UPPER. */
static gboolean
deconv_pads (OnnxNode *n, WeirPort x, WeirPort w, int spatial, gint64 *begin, gint64 *end,
             gint64 *extra)
{
  const WeirShape *in = weir_make_shape (&n->make, x),
                  *kernel = weir_make_shape (&n->make, w);
  gint64 strides[WEIR_MAX_RANK], dilations[WEIR_MAX_RANK];
  gboolean upper = onnx_attr_is (n, "auto_pad", "NOTSET", "SAME_UPPER");
  gsize count;
  const gint64 *wanted = onnx_attr_ints (n, "output_shape", &count);

  onnx_spatial_list (n, "strides", spatial, 1, strides);
  onnx_spatial_list (n, "dilations", spatial, 1, dilations);
  for (int i = 0; i < spatial; i++) {
    gint64 size = in->rank > i + 2 ? in->dims[i + 2] : WEIR_DIM_UNKNOWN, full, total;
    gint64 taps = kernel->rank > i + 2 ? kernel->dims[i + 2] : WEIR_DIM_UNKNOWN;
    gint64 target;

    if (size < 1 || taps < 1 || !weir_mul_i64 (size, strides[i], &target) ||
        !weir_mul_i64 (taps - 1, dilations[i], &full) ||
        !weir_add_i64 (full, target - strides[i] + 1, &full) ||
        !weir_add_i64 (full, extra[i], &full))
      return FALSE;
    if (count > 0)
      target = wanted[count - (gsize) spatial + (gsize) i];
    total = MAX (full - target, 0);
    extra[i] += MAX (target - full, 0);
    begin[i] = upper ? total / 2 : total - total / 2;
    end[i] = total - begin[i];
  }
  return TRUE;
}

static void
set_deconv_window (OnnxNode *n, WeirNode *node, WeirPort x, WeirPort w, int spatial)
{
  gint64 begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK], extra[WEIR_MAX_RANK];
  gboolean same = g_str_has_prefix (onnx_attr_string (n, "auto_pad", "NOTSET"), "SAME");
  gsize count;

  onnx_attr_ints (n, "output_shape", &count);
  if (count != 0 && count < (gsize) spatial)
    weir_make_invalid (
        &n->make, "attribute 'output_shape': expected %d numbers, found %" G_GSIZE_FORMAT,
        spatial, count);
  onnx_set_window (n, node, spatial, TRUE);
  onnx_spatial_list (n, "output_padding", spatial, 0, extra);
  weir_node_set_ints (node, "output_padding", extra, (gsize) spatial);
  if ((count == 0 && !same) || weir_build_failed (n->make.b))
    return;
  if (!deconv_pads (n, x, w, spatial, begin, end, extra)) {
    weir_make_unsupported (&n->make, "an output shape for an input of unknown size");
    return;
  }
  weir_node_set_string (node, "auto_pad", "explicit");
  weir_node_set_ints (node, "output_padding", extra, (gsize) spatial);
  weir_node_set_ints (node, "pads_begin", begin, (gsize) spatial);
  weir_node_set_ints (node, "pads_end", end, (gsize) spatial);
}

static WeirPort
conv_transpose (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 1), filter = w;
  gint64 groups = onnx_attr_int (n, "group", 1);
  int spatial = spatial_of (n, w);
  WeirNode *node;

  if (groups != 1)
    filter = grouped (n, w, groups);
  node = WEIR_MAKE_BEGIN (
      &n->make, groups != 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData",
      x, filter);
  set_deconv_window (n, node, x, w, spatial);
  return add_bias (n, weir_make_end (&n->make, node), 2, spatial + 2);
}

/* DeformConv keeps what lies half outside at the border, as bilinear_interpolation_pad.
 */
static WeirPort
deform_conv (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 1), offsets = onnx_in (n, 2);
  WeirNode *node;

  if (onnx_has (n, 4))
    node = WEIR_MAKE_BEGIN (&n->make, "DeformableConvolution", x, offsets, w,
                            onnx_in (n, 4));
  else
    node = WEIR_MAKE_BEGIN (&n->make, "DeformableConvolution", x, offsets, w);
  onnx_set_window (n, node, 2, TRUE);
  weir_node_set_int (node, "group", onnx_attr_int (n, "group", 1));
  weir_node_set_int (node, "deformable_group", onnx_attr_int (n, "offset_group", 1));
  weir_node_set_bool (node, "bilinear_interpolation_pad", TRUE);
  return add_bias (n, weir_make_end (&n->make, node), 3, 4);
}

typedef struct {
  int spatial;
  gint64 kernel[WEIR_MAX_RANK], strides[WEIR_MAX_RANK], dilations[WEIR_MAX_RANK];
  gint64 pads[2 * WEIR_MAX_RANK];
} Pool;

static void
pool_init (OnnxNode *n, Pool *p, WeirPort x)
{
  p->spatial = spatial_of (n, x);
  if (onnx_attr (n, "kernel_shape") == NULL)
    weir_make_invalid (&n->make, "attribute 'kernel_shape' is missing");
  onnx_spatial_list (n, "kernel_shape", p->spatial, 1, p->kernel);
  onnx_spatial_list (n, "strides", p->spatial, 1, p->strides);
  onnx_spatial_list (n, "dilations", p->spatial, 1, p->dilations);
  onnx_spatial_list (n, "pads", 2 * p->spatial, 0, p->pads);
}

/* How the last window of a dimension lies when the output is rounded up. */
typedef enum { EXACT, BEYOND, IN_PADDING, NOT_KNOWN } Overhang;

static Overhang
overhang (const Pool *p, const WeirShape *shape, int i)
{
  gint64 size, taps, over;
  gint64 stride = p->strides[i], begin = p->pads[i], end = p->pads[p->spatial + i];

  if (shape->rank != p->spatial + 2 || shape->dims[i + 2] < 0 || stride < 1)
    return NOT_KNOWN;
  size = shape->dims[i + 2];
  if (!weir_mul_i64 (p->kernel[i] - 1, p->dilations[i], &taps) ||
      !weir_add_i64 (size, begin, &over) || !weir_add_i64 (over, end, &over) ||
      !weir_sub_i64 (over, taps, &over) || over < 1)
    return NOT_KNOWN;
  if ((over - 1) % stride == 0)
    return EXACT;
  return ((over - 1) / stride + 1) * stride >= size + begin ? IN_PADDING : BEYOND;
}

static Overhang
worst_overhang (const Pool *p, const WeirShape *shape)
{
  Overhang worst = EXACT;

  for (int i = 0; i < p->spatial; i++)
    worst = MAX (worst, overhang (p, shape, i));
  return worst;
}

/* ONNX drops a last window that would begin in the padding, and never counts what lies
 * beyond it: "ceil_torch", which is newer than "ceil". So the older one is taken where
 * both say the same. */
static const char *
rounding_of (OnnxNode *n, const Pool *p, WeirPort x, gboolean counts_pads)
{
  Overhang worst;

  if (onnx_attr_int (n, "ceil_mode", 0) == 0 ||
      g_str_has_prefix (onnx_attr_string (n, "auto_pad", "NOTSET"), "SAME"))
    return "floor";
  worst = worst_overhang (p, weir_make_shape (&n->make, x));
  if (worst == EXACT)
    return "floor";
  return worst == BEYOND && !counts_pads ? "ceil" : "ceil_torch";
}

static WeirNode *
pool_node (OnnxNode *n, const Pool *p, const char *op, guint version, WeirPort x,
           const char *rounding)
{
  WeirNode *node = weir_make_begin_version (&n->make, op, version, &x, 1);

  weir_node_set_ints (node, "kernel", p->kernel, (gsize) p->spatial);
  weir_node_set_string (node, "rounding_type", rounding);
  return node;
}

/* Indices that go down the columns of each plane. */
static WeirPort
column_major (OnnxNode *n, WeirPort indices, const WeirShape *shape)
{
  WeirPort height, width, plane, row, column;

  if (shape->rank != 4 || shape->dims[2] < 0 || shape->dims[3] < 0)
    return weir_make_unsupported (&n->make,
                                  "column-major indices of planes of unknown size");
  height = weir_make_int (&n->make, shape->dims[2]);
  width = weir_make_int (&n->make, shape->dims[3]);
  plane = WEIR_MAKE (&n->make, "Multiply", height, width);
  column = WEIR_MAKE (&n->make, "FloorMod", indices, width);
  row = WEIR_MAKE (&n->make, "FloorMod", WEIR_MAKE (&n->make, "Divide", indices, width),
                   height);
  plane = WEIR_MAKE (&n->make, "Subtract", indices,
                     WEIR_MAKE (&n->make, "FloorMod", indices, plane));
  column = WEIR_MAKE (&n->make, "Multiply", column, height);
  return WEIR_MAKE (&n->make, "Add", plane, WEIR_MAKE (&n->make, "Add", column, row));
}

WeirPort
onnx_max_pool (OnnxNode *n, WeirPort x)
{
  const char *rounding;
  WeirNode *node;
  Pool pool;

  pool_init (n, &pool, x);
  rounding = rounding_of (n, &pool, x, FALSE);
  node = pool_node (n, &pool, "MaxPool", strcmp (rounding, "ceil_torch") == 0 ? 14 : 8, x,
                    rounding);
  onnx_set_window (n, node, pool.spatial, TRUE);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  /* Indices count through the whole tensor. */
  weir_node_set_int (node, "axis", 0);
  weir_make_end (&n->make, node);
  if (onnx_attr_int (n, "storage_order", 0) != 0 && onnx_wants (n, 1))
    onnx_out (n, 1,
              column_major (n, weir_make_port (&n->make, node, 1),
                            weir_make_shape (&n->make, x)));
  else
    onnx_out (n, 1, weir_make_port (&n->make, node, 1));
  return weir_make_port (&n->make, node, 0);
}

static WeirPort
max_pool (OnnxNode *n)
{
  return onnx_max_pool (n, onnx_in (n, 0));
}

static gboolean
is_dilated (const Pool *p)
{
  for (int i = 0; i < p->spatial; i++)
    if (p->dilations[i] != 1)
      return TRUE;
  return FALSE;
}

static WeirPort
average_pool_of (OnnxNode *n, WeirPort x, gboolean exclude_pad)
{
  const char *rounding;
  guint version;
  WeirNode *node;
  Pool pool;

  pool_init (n, &pool, x);
  rounding = rounding_of (n, &pool, x, !exclude_pad);
  version = is_dilated (&pool) ? 16 : strcmp (rounding, "ceil_torch") == 0 ? 14 : 1;
  node = pool_node (n, &pool, "AvgPool", version, x, rounding);
  onnx_set_window (n, node, pool.spatial, version == 16);
  weir_node_set_bool (node, "exclude-pad", exclude_pad);
  return weir_make_end (&n->make, node);
}

WeirPort
onnx_average_pool (OnnxNode *n, WeirPort x)
{
  return average_pool_of (n, x, onnx_attr_int (n, "count_include_pad", 0) == 0);
}

static WeirPort
average_pool (OnnxNode *n)
{
  return onnx_average_pool (n, onnx_in (n, 0));
}

/* The p-norm of each window: its elements' mean times their number. */
static WeirPort
lp_pool (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  double p = (double) onnx_attr_int (n, "p", 2), taps = 1;
  gsize count;
  const gint64 *kernel = onnx_attr_ints (n, "kernel_shape", &count);

  for (gsize i = 0; i < count; i++)
    taps *= (double) kernel[i];
  y = WEIR_MAKE (&n->make, "Power", WEIR_MAKE (&n->make, "Abs", x),
                 weir_make_scalar (&n->make, x, p));
  y = average_pool_of (n, y, FALSE);
  y = WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, taps));
  return WEIR_MAKE (&n->make, "Power", y, weir_make_scalar (&n->make, y, 1 / p));
}

static WeirPort
global_pool (OnnxNode *n, const char *op)
{
  WeirPort x = onnx_in (n, 0);
  int rank = weir_make_rank (&n->make, x);

  return weir_make_reduce (&n->make, op, x, weir_make_range (&n->make, 2, rank), TRUE);
}

static WeirPort
global_average_pool (OnnxNode *n)
{
  return global_pool (n, "ReduceMean");
}

static WeirPort
global_max_pool (OnnxNode *n)
{
  return global_pool (n, "ReduceMax");
}

static WeirPort
global_lp_pool (OnnxNode *n)
{
  double p = (double) onnx_attr_int (n, "p", 2);
  WeirPort x, y;

  if (p == 1 || p == 2)
    return global_pool (n, p == 1 ? "ReduceL1" : "ReduceL2");
  x = onnx_in (n, 0);
  y = WEIR_MAKE (&n->make, "Power", WEIR_MAKE (&n->make, "Abs", x),
                 weir_make_scalar (&n->make, x, p));
  y = weir_make_reduce (&n->make, "ReduceSum", y,
                        weir_make_range (&n->make, 2, weir_make_rank (&n->make, x)),
                        TRUE);
  return WEIR_MAKE (&n->make, "Power", y, weir_make_scalar (&n->make, y, 1 / p));
}

/* Dimensions before max pooling, as far as its window tells. */
static gboolean
unpooled (OnnxNode *n, const WeirShape *in, int spatial, gint64 *dims)
{
  gint64 strides[WEIR_MAX_RANK], kernel[WEIR_MAX_RANK], pads[2 * WEIR_MAX_RANK];

  onnx_spatial_list (n, "kernel_shape", spatial, 1, kernel);
  onnx_spatial_list (n, "strides", spatial, 1, strides);
  onnx_spatial_list (n, "pads", 2 * spatial, 0, pads);
  if (in->rank != spatial + 2 || !weir_shape_is_static (in))
    return FALSE;
  dims[0] = in->dims[0];
  dims[1] = in->dims[1];
  for (int i = 0; i < spatial; i++)
    if (!weir_mul_i64 (in->dims[i + 2] - 1, strides[i], &dims[i + 2]) ||
        !weir_add_i64 (dims[i + 2], kernel[i], &dims[i + 2]) ||
        !weir_sub_i64 (dims[i + 2], pads[i], &dims[i + 2]) ||
        !weir_sub_i64 (dims[i + 2], pads[i + spatial], &dims[i + 2]))
      return FALSE;
  return TRUE;
}

/* Values go back to where max pooling took them from; all else is zero, also what is
 * beyond the dimensions that the window tells. */
static WeirPort
max_unpool (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), indices = onnx_in (n, 1), shape, y, end;
  int spatial = spatial_of (n, x);
  gint64 dims[WEIR_MAX_RANK];
  WeirNode *node;

  if (!unpooled (n, weir_make_shape (&n->make, x), spatial, dims))
    return weir_make_unsupported (&n->make, "an input of unknown shape");
  shape = weir_make_ints (&n->make, dims, (gsize) spatial + 2);
  y = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 0), shape);
  y = weir_make_reshape (&n->make, y, (const gint64[]){ -1 }, 1);
  indices = weir_make_reshape (&n->make, indices, (const gint64[]){ -1 }, 1);
  x = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  y = WEIR_MAKE (&n->make, "ScatterElementsUpdate", y, indices, x,
                 weir_make_int (&n->make, 0));
  y = weir_make_reshape_to (&n->make, y, shape);
  if (!onnx_has (n, 2))
    return y;
  end = WEIR_MAKE (&n->make, "Subtract",
                   weir_make_convert (&n->make, onnx_in (n, 2), WEIR_DTYPE_I64), shape);
  shape = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                               WEIR_MAKE_INTS (&n->make, spatial + 2));
  node =
      WEIR_MAKE_BEGIN (&n->make, "Pad", y, shape, end, weir_make_scalar (&n->make, y, 0));
  weir_node_set_string (node, "pad_mode", "constant");
  return weir_make_end (&n->make, node);
}

static WeirPort
lrn (OnnxNode *n)
{
  WeirPort axes = WEIR_MAKE_INTS (&n->make, 1);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "LRN", onnx_in (n, 0), axes);

  weir_node_set_float (node, "alpha", onnx_attr_float (n, "alpha", 1e-4));
  weir_node_set_float (node, "beta", onnx_attr_float (n, "beta", 0.75));
  weir_node_set_float (node, "bias", onnx_attr_float (n, "bias", 1));
  weir_node_set_int (node, "size", onnx_attr_int (n, "size", 1));
  return weir_make_end (&n->make, node);
}

const OnnxRow onnx_rows_nn[] = {
  { "AveragePool", NULL, 0, 0, average_pool },
  { "Conv", NULL, 0, 0, onnx_conv },
  { "ConvTranspose", NULL, 0, 0, conv_transpose },
  { "DeformConv", NULL, 0, 0, deform_conv },
  { "GlobalAveragePool", NULL, 0, 0, global_average_pool },
  { "GlobalLpPool", NULL, 0, 0, global_lp_pool },
  { "GlobalMaxPool", NULL, 0, 0, global_max_pool },
  { "LRN", NULL, 0, 0, lrn },
  { "LpPool", NULL, 0, 0, lp_pool },
  { "MaxPool", NULL, 0, 0, max_pool },
  { "MaxUnpool", NULL, 0, 0, max_unpool },
  { NULL },
};
