#include "table.h"
#include "window.h"

#include <string.h>

/* Pictures: resizing, cutting, colours, space for channels or batches. */

/* Input 1 is the new height and width. */
static WeirPort
resize (TfNode *n, gboolean nearest)
{
  gboolean corners = tf_attr_bool (n, "align_corners", FALSE);
  gboolean centers = tf_attr_bool (n, "half_pixel_centers", FALSE);
  const char *coordinates = corners ? "align_corners" : "asymmetric";
  TfWindow w = { .nhwc = TRUE };
  WeirPort x = tf_channels_first (n, tf_in (n, 0), &w), size = tf_in (n, 1), scales;
  WeirNode *node;

  if (!nearest)
    x = weir_make_convert (&n->make, x, WEIR_DTYPE_F32);
  if (centers && !corners)
    coordinates = nearest ? "tf_half_pixel_for_nn" : "half_pixel";
  scales = weir_make_constant (
      &n->make, weir_tensor_new_f32 (&WEIR_SHAPE (2), (const float[]){ 1, 1 }));
  node = WEIR_MAKE_BEGIN (&n->make, "Interpolate", x, size, scales,
                          WEIR_MAKE_INTS (&n->make, 2, 3));
  weir_node_set_string (node, "mode", nearest ? "nearest" : "linear_onnx");
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  weir_node_set_string (node, "coordinate_transformation_mode", coordinates);
  weir_node_set_string (node, "nearest_mode", corners ? "round_prefer_ceil" : "floor");
  return tf_channels_back (n, weir_make_end (&n->make, node), &w);
}

static WeirPort
resize_bilinear (TfNode *n)
{
  return resize (n, FALSE);
}

static WeirPort
resize_nearest (TfNode *n)
{
  return resize (n, TRUE);
}

/* Inputs: pictures, boxes (y1, x1, y2, x2) as parts of them, the picture of each box, the
 * height and width of what is cut out. */
static WeirPort
crop_and_resize (TfNode *n)
{
  WeirMake *m = &n->make;
  TfWindow w = { .nhwc = TRUE };
  WeirPort x = tf_channels_first (n, tf_in (n, 0), &w), boxes = tf_in (n, 1), parts[2];
  gint64 size[2];
  gsize count;
  WeirNode *node;

  if (strcmp (tf_attr_string (n, "method", "bilinear"), "bilinear") != 0)
    return weir_make_unsupported (m, "attribute 'method': only bilinear is supported");
  if (tf_attr_float (n, "extrapolation_value", 0) != 0)
    return weir_make_unsupported (m,
                                  "attribute 'extrapolation_value': only 0 is supported");
  if (!weir_make_known_ints (m, tf_in (n, 3), "the size", size, 2, &count))
    return WEIR_PORT_NONE;
  if (count != 2)
    return weir_make_invalid (m, "the size: expected 2 numbers, found %zu", count);
  parts[0] = weir_make_convert (m, tf_in (n, 2), WEIR_DTYPE_F32);
  parts[0] = weir_make_unsqueeze (m, parts[0], 1);
  parts[1] = weir_make_gather (m, boxes, WEIR_MAKE_INTS (m, 1, 0, 3, 2), 1);
  node = WEIR_MAKE_BEGIN (m, "ROIPooling", weir_make_convert (m, x, WEIR_DTYPE_F32),
                          weir_make_concat (m, parts, 2, 1));
  weir_node_set_ints (node, "output_size", size, 2);
  weir_node_set_ints (node, "output_roi", size, 2);
  weir_node_set_int (node, "pooled_h", size[0]);
  weir_node_set_int (node, "pooled_w", size[1]);
  weir_node_set_float (node, "spatial_scale", 1);
  weir_node_set_string (node, "method", "bilinear");
  return tf_channels_back (n, weir_make_end (m, node), &w);
}

/* The block's position is the slower part of the channel. */
static WeirPort
space_depth (TfNode *n)
{
  TfWindow w = { .nhwc = tf_is_nhwc (n) };
  WeirPort x;
  WeirNode *node;

  if (strcmp (tf_attr_string (n, "data_format", "NHWC"), "NCHW_VECT_C") == 0)
    return weir_make_unsupported (&n->make, "attribute 'data_format': NCHW_VECT_C");
  x = tf_channels_first (n, tf_in (n, 0), &w);
  node = weir_build_begin (n->make.b, n->row->ir, n->make.name, &x, 1);
  weir_node_set_string (node, "mode", "blocks_first");
  weir_node_set_int (node, "block_size", tf_attr_int (n, "block_size", 0));
  return tf_channels_back (n, weir_make_end (&n->make, node), &w);
}

typedef struct {
  gint64 sizes[WEIR_MAX_RANK], begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK];
} Blocks;

/* Inputs 1 and 2: sizes and borders of the dimensions from the second on. @first is where
 * they stand in the IR's lists, which are of all dimensions. */
static gboolean
read_blocks (TfNode *n, int first, const gint64 *sizes, gsize count, Blocks *b)
{
  gint64 borders[2 * WEIR_MAX_RANK];
  gsize n_borders;

  if (!weir_make_known_ints (&n->make, tf_in (n, 2), "the borders", borders,
                             G_N_ELEMENTS (borders), &n_borders))
    return FALSE;
  if (n_borders != 2 * count || count + (gsize) first > WEIR_MAX_RANK) {
    weir_make_invalid (&n->make, "%zu blocks, but %zu borders", count, n_borders);
    return FALSE;
  }
  *b = (Blocks){ .sizes = { 1, 1, 1, 1, 1, 1, 1, 1 } };
  for (gsize i = 0; i < count; i++) {
    b->sizes[(gsize) first + i] = sizes[i];
    b->begin[(gsize) first + i] = borders[2 * i];
    b->end[(gsize) first + i] = borders[2 * i + 1];
  }
  return TRUE;
}

/* As channels-first where all but batch and channels have blocks: it surrounds
 * convolutions. */
static WeirPort
space_batch (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0);
  int rank = weir_make_rank (m, x);
  TfWindow w = { .nhwc = FALSE };
  gint64 sizes[WEIR_MAX_RANK];
  gsize count;
  Blocks b;

  if (!weir_make_known_ints (m, tf_in (n, 1), "the blocks", sizes, WEIR_MAX_RANK, &count))
    return WEIR_PORT_NONE;
  w.nhwc = rank >= 3 && count == (gsize) rank - 2;
  if (count >= (gsize) rank)
    return weir_make_invalid (m, "%zu blocks for %d dimensions", count, rank);
  if (!read_blocks (n, w.nhwc ? 2 : 1, sizes, count, &b))
    return WEIR_PORT_NONE;
  x = WEIR_MAKE (m, n->row->ir, tf_channels_first (n, x, &w),
                 weir_make_ints (m, b.sizes, (gsize) rank),
                 weir_make_ints (m, b.begin, (gsize) rank),
                 weir_make_ints (m, b.end, (gsize) rank));
  return tf_channels_back (n, x, &w);
}

/* A list of one number a dimension of [batch, height, width, channels]. */
static void
set_patch (TfNode *n, WeirNode *node, const char *name, const char *ir)
{
  gsize count;
  const gint64 *list = tf_attr_ints (n, name, &count);

  if (list == NULL || count != 4)
    weir_make_invalid (&n->make, "attribute '%s': expected 4 numbers, found %zu", name,
                       count);
  else
    weir_node_set_ints (node, ir, list + 1, 2);
}

static WeirPort
extract_patches (TfNode *n)
{
  TfWindow w = { .nhwc = TRUE };
  WeirPort x = tf_channels_first (n, tf_in (n, 0), &w);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "ExtractImagePatches", x);
  gboolean same = strcmp (tf_attr_string (n, "padding", "VALID"), "SAME") == 0;

  set_patch (n, node, "ksizes", "sizes");
  set_patch (n, node, "strides", "strides");
  set_patch (n, node, "rates", "rates");
  weir_node_set_string (node, "auto_pad", same ? "same_upper" : "valid");
  return tf_channels_back (n, weir_make_end (&n->make, node), &w);
}

/* Away from the mean of each picture's channel by a factor. */
static WeirPort
adjust_contrast (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0), mean, y;

  mean = weir_make_reduce (m, "ReduceMean", x, WEIR_MAKE_INTS (m, -3, -2), TRUE);
  y = weir_make_2 (m, "Multiply", weir_make_2 (m, "Subtract", x, mean), tf_in (n, 1));
  return weir_make_2 (m, "Add", y, mean);
}

const TfRow tf_rows_image[] = {
  { "ResizeBilinear", resize_bilinear },
  { "ResizeNearestNeighbor", resize_nearest },
  { "CropAndResize", crop_and_resize },
  { "SpaceToDepth", space_depth, "SpaceToDepth" },
  { "DepthToSpace", space_depth, "DepthToSpace" },
  { "SpaceToBatchND", space_batch, "SpaceToBatch" },
  { "BatchToSpaceND", space_batch, "BatchToSpace" },
  { "ExtractImagePatches", extract_patches },
  { "AdjustContrastv2", adjust_contrast },
  { NULL },
};
