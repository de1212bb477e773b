#include "table.h"

#include <string.h>

/* Resizing and looking up pictures [N, C, H, W]. */

static WeirPort
picture_size (MxNode *n, WeirPort x)
{
  return weir_make_slice (&n->make, weir_make_shape_of (&n->make, x),
                          WEIR_MAKE_INTS (&n->make, 2), WEIR_MAKE_INTS (&n->make, 4), 0);
}

/* To @sizes, a vector of height and width. */
static WeirPort
resize (MxNode *n, WeirPort x, WeirPort sizes, const char *mode, const char *coordinates)
{
  WeirShape two = WEIR_SHAPE (2);
  WeirPort scales =
      weir_make_constant (&n->make, weir_tensor_new_f32 (&two, (const float[]){ 1, 1 }));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Interpolate", x, sizes, scales,
                                    WEIR_MAKE_INTS (&n->make, 2, 3));

  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  weir_node_set_string (node, "coordinate_transformation_mode", coordinates);
  weir_node_set_string (node, "nearest_mode", "floor");
  return weir_make_end (&n->make, node);
}

/* All inputs become as large as the first does, and are joined along channels or summed.
 */
static WeirPort
join_nearest (MxNode *n, gint64 scale)
{
  gboolean is_sum = strcmp (mx_string (n, "multi_input_mode", "concat"), "sum") == 0;
  guint count = mx_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));
  WeirPort sizes =
      weir_make_2 (&n->make, "Multiply", picture_size (n, mx_in_rank (n, 0, 4)),
                   weir_make_int (&n->make, scale));

  for (guint i = 0; i < count; i++)
    parts[i] = resize (n, mx_in_rank (n, i, 4), sizes, "nearest", "asymmetric");
  for (guint i = 1; is_sum && i < count; i++)
    parts[0] = weir_make_2 (&n->make, "Add", parts[0], parts[i]);
  return is_sum || count == 1 ? parts[0] : weir_make_concat (&n->make, parts, count, 1);
}

/* By the learned filter of its second input: one for each channel. */
static WeirPort
up_filter (MxNode *n, gint64 scale)
{
  gint64 pad = scale / 2, groups = mx_int (n, "num_filter", 0);
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "GroupConvolutionBackpropData", mx_in_rank (n, 0, 4),
                       weir_make_split_groups (&n->make, mx_in (n, 1), groups));

  weir_node_set_ints (node, "strides", (const gint64[]){ scale, scale }, 2);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "dilations", (const gint64[]){ 1, 1 }, 2);
  return weir_make_end (&n->make, node);
}

static WeirPort
up_sampling (MxNode *n)
{
  gint64 scale = mx_int (n, "scale", 1);

  if (scale < 1 || scale > G_MAXUINT16)
    return weir_make_invalid (&n->make, "attribute 'scale': found %" G_GINT64_FORMAT,
                              scale);
  return strcmp (mx_string (n, "sample_type", "nearest"), "bilinear") == 0
             ? up_filter (n, scale)
             : join_nearest (n, scale);
}

/* A height or a width: as the attribute says, or as a scale makes it. */
static WeirPort
side (MxNode *n, WeirPort x, const char *size, const char *scale, gint64 axis)
{
  WeirPort length, scaled;

  if (mx_attr (n, scale) == NULL)
    return WEIR_MAKE_INTS (&n->make, mx_int (n, size, 1));
  length =
      weir_make_convert (&n->make, weir_make_dim_of (&n->make, x, axis), WEIR_DTYPE_F32);
  scaled = weir_make_2 (&n->make, "Multiply", length,
                        weir_make_scalar (&n->make, length, mx_float (n, scale, 1)));
  return weir_make_convert (&n->make, scaled, WEIR_DTYPE_I64);
}

static WeirPort
bilinear_resize (MxNode *n)
{
  const char *mode = mx_string (n, "mode", "size");
  WeirPort x = mx_in_rank (n, 0, 4), sizes[2];
  const char *coordinates =
      mx_bool (n, "align_corners", TRUE) ? "align_corners" : "half_pixel";

  if (strcmp (mode, "like") == 0)
    return resize (n, x, picture_size (n, mx_in_rank (n, 1, 4)), "linear_onnx",
                   coordinates);
  if (strcmp (mode, "size") != 0)
    return weir_make_unsupported (&n->make, "mode %s", mode);
  sizes[0] = side (n, x, "height", "scale_height", 2);
  sizes[1] = side (n, x, "width", "scale_width", 3);
  return resize (n, x, weir_make_concat (&n->make, sizes, 2, 0), "linear_onnx",
                 coordinates);
}

static WeirPort
adaptive_pooling (MxNode *n)
{
  gint64 size[WEIR_MAX_RANK];
  guint count = mx_ints (n, "output_size", size);
  WeirPort x = mx_in_rank (n, 0, 4);

  if (count == 0 || (size[0] == 1 && (count == 1 || size[1] == 1)))
    return weir_make_reduce (&n->make, "ReduceMean", x, WEIR_MAKE_INTS (&n->make, 2, 3),
                             TRUE);
  return weir_make_2 (&n->make, "AdaptiveAvgPool", x,
                      WEIR_MAKE_INTS (&n->make, size[0], count > 1 ? size[1] : size[0]));
}

/* @grid is [N, 2, H, W]: x and y between -1 and 1, the centres of the outer pixels. */
static WeirPort
sample (MxNode *n, WeirPort x, WeirPort grid)
{
  WeirNode *node;

  grid = weir_make_transpose (&n->make, grid, (const gint64[]){ 0, 2, 3, 1 }, 4);
  node = WEIR_MAKE_BEGIN (&n->make, "GridSample", x, grid);
  weir_node_set_bool (node, "align_corners", TRUE);
  weir_node_set_string (node, "mode", "bilinear");
  weir_node_set_string (node, "padding_mode", "zeros");
  return weir_make_end (&n->make, node);
}

static WeirPort
bilinear_sampler (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4);

  return sample (n, x, mx_in_rank (n, 1, 4));
}

/* [0, 1, …] of a scalar @length, in f32. */
static WeirPort
pixels (MxNode *n, WeirPort length)
{
  return weir_make_convert (&n->make, weir_make_counting (&n->make, length),
                            WEIR_DTYPE_F32);
}

/* Pixels of a side as numbers between -1 and 1. */
static WeirPort
centred (MxNode *n, WeirPort x, WeirPort length)
{
  WeirPort half = weir_make_convert (&n->make, length, WEIR_DTYPE_F32);
  WeirPort one = weir_make_scalar (&n->make, half, 1);

  half = weir_make_2 (&n->make, "Subtract", half, one);
  half = weir_make_2 (&n->make, "Divide", half, weir_make_scalar (&n->make, half, 2));
  x = weir_make_2 (&n->make, "Divide", x, half);
  return weir_make_2 (&n->make, "Subtract", x, one);
}

/* 2 × 3 matrices @x, [N, 6], over the grid of attribute target_shape: [N, 2, H, W]. */
static WeirPort
affine_grid (MxNode *n, WeirPort x)
{
  gint64 size[WEIR_MAX_RANK];
  WeirPort across, down, rows[3], flat, dims;

  if (mx_ints (n, "target_shape", size) != 2 || size[0] < 2 || size[1] < 2)
    return weir_make_unsupported (&n->make, "target_shape that is not two sizes above 1");
  dims = WEIR_MAKE_INTS (&n->make, size[0], size[1]);
  across = weir_make_int (&n->make, size[1]);
  down = weir_make_int (&n->make, size[0]);
  rows[0] = centred (n, pixels (n, across), across);
  rows[1] = weir_make_unsqueeze (&n->make, centred (n, pixels (n, down), down), 1);
  rows[2] = weir_make_scalar (&n->make, rows[0], 1);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i] = weir_make_reshape (&n->make, weir_make_broadcast (&n->make, rows[i], dims),
                                 (const gint64[]){ 1, -1 }, 2);
  flat = weir_make_2 (&n->make, "MatMul",
                      weir_make_reshape (&n->make, x, (const gint64[]){ -1, 2, 3 }, 3),
                      weir_make_concat (&n->make, rows, G_N_ELEMENTS (rows), 0));
  return weir_make_reshape (&n->make, flat, (const gint64[]){ 0, 0, size[0], size[1] },
                            4);
}

/* A flow [N, 2, H, W] in pixels, added to where each pixel is. */
static WeirPort
warp_grid (MxNode *n, WeirPort flow)
{
  WeirPort down = weir_make_length_of (&n->make, flow, 2);
  WeirPort across = weir_make_length_of (&n->make, flow, 3);
  WeirPort x = weir_make_gather (&n->make, flow, weir_make_int (&n->make, 0), 1);
  WeirPort y = weir_make_gather (&n->make, flow, weir_make_int (&n->make, 1), 1);

  x = weir_make_2 (&n->make, "Add", x, pixels (n, across));
  y = weir_make_2 (&n->make, "Add", y,
                   weir_make_unsqueeze (&n->make, pixels (n, down), 1));
  x = weir_make_unsqueeze (&n->make, centred (n, x, across), 1);
  y = weir_make_unsqueeze (&n->make, centred (n, y, down), 1);
  return weir_make_concat (&n->make, (const WeirPort[]){ x, y }, 2, 1);
}

static WeirPort
grid_generator (MxNode *n)
{
  const char *type = mx_string (n, "transform_type", "affine");

  if (strcmp (type, "affine") == 0)
    return affine_grid (n, mx_in_rank (n, 0, 2));
  if (strcmp (type, "warp") == 0)
    return warp_grid (n, mx_in_rank (n, 0, 4));
  return weir_make_unsupported (&n->make, "transform_type %s", type);
}

static WeirPort
spatial_transformer (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4);

  return sample (n, x, affine_grid (n, mx_in_rank (n, 1, 2)));
}

const MxRow mx_rows_image[] = {
  { "UpSampling", up_sampling },
  { "_contrib_BilinearResize2D", bilinear_resize },
  { "_contrib_AdaptiveAvgPooling2D", adaptive_pooling },
  { "BilinearSampler", bilinear_sampler },
  { "GridGenerator", grid_generator },
  { "SpatialTransformer", spatial_transformer },
  { NULL },
};
