#include "families.h"
#include "operator.h"

/* Pictures: resizing, and exchanging space for channels or batches. */

/* Where the centre of an output's pixel lies, and which input pixel is its nearest. */
static void
set_coordinates (WeirNode *node, gboolean corners, gboolean centers, gboolean nearest)
{
  const char *coordinates = "asymmetric";

  if (corners)
    coordinates = "align_corners";
  else if (centers)
    coordinates = nearest ? "tf_half_pixel_for_nn" : "half_pixel";
  weir_node_set_string (node, "coordinate_transformation_mode", coordinates);
  weir_node_set_string (node, "nearest_mode", corners ? "round_prefer_ceil" : "floor");
}

/* The new height and width are input 1; @first is the slot of the first of two options.
 */
static WeirPort
resize (WeirTfliteOp *op, gboolean nearest, guint first)
{
  WeirPort x = weir_tflite_to_nchw (op, weir_tflite_input (op, 0));
  WeirPort size = weir_tflite_input (op, 1);
  WeirPort axes = weir_tflite_list (op, (gint64[]){ 2, 3 }, 2);
  WeirPort scales = weir_build_constant (
      op->builder, weir_tflite_name (op, "scales"),
      weir_tensor_new_f32 (&WEIR_SHAPE (2), (const float[]){ 1, 1 }));
  WeirNode *node;

  node = weir_tflite_begin (op, "Interpolate", WEIR_INPUTS (x, size, scales, axes));
  weir_node_set_string (node, "mode", nearest ? "nearest" : "linear_onnx");
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  set_coordinates (node, weir_flat_bool (&op->options, first, FALSE),
                   weir_flat_bool (&op->options, first + 1, FALSE), nearest);
  return weir_tflite_to_nhwc (op, weir_tflite_end (op, node));
}

/* The first two options have not been used since the format was settled. */
static WeirPort
resize_bilinear (WeirTfliteOp *op)
{
  return resize (op, FALSE, 2);
}

static WeirPort
resize_nearest (WeirTfliteOp *op)
{
  return resize (op, TRUE, 0);
}

/* The block's position is the slower part of the channel. */
static WeirPort
space_depth (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_to_nchw (op, weir_tflite_input (op, 0));
  WeirNode *node = weir_tflite_begin (op, op->row->ir, &x, 1);

  weir_node_set_string (node, "mode", "blocks_first");
  weir_node_set_int (node, "block_size", weir_flat_i32 (&op->options, 0, 0));
  return weir_tflite_to_nhwc (op, weir_tflite_end (op, node));
}

/* Inputs: data, the block's sizes, borders that are added before or cut off afterwards.
 * The IR wants both for every dimension: batch and channels have the block 1 and no
 * borders. */
static WeirPort
space_batch (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_to_nchw (op, weir_tflite_input (op, 0));
  int rank = weir_tflite_rank (op, x);
  gint64 block[WEIR_MAX_RANK], borders[2 * WEIR_MAX_RANK];
  gint64 blocks[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  gint64 begin[WEIR_MAX_RANK] = { 0 }, end[WEIR_MAX_RANK] = { 0 };
  guint n, n_borders;

  if (!weir_tflite_ints (op, 1, block, WEIR_MAX_RANK, &n) ||
      !weir_tflite_ints (op, 2, borders, G_N_ELEMENTS (borders), &n_borders))
    return WEIR_PORT_NONE;
  if ((int) n != rank - 2 || n_borders != 2 * n)
    return weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                            "%u blocks and %u borders for %d dimensions", n, n_borders,
                            rank);
  for (guint i = 0; i < n; i++) {
    blocks[i + 2] = block[i];
    begin[i + 2] = borders[2 * i];
    end[i + 2] = borders[2 * i + 1];
  }
  x = weir_tflite_end (
      op, weir_tflite_begin (op, op->row->ir,
                             WEIR_INPUTS (x, weir_tflite_list (op, blocks, (gsize) rank),
                                          weir_tflite_list (op, begin, (gsize) rank),
                                          weir_tflite_list (op, end, (gsize) rank))));
  return weir_tflite_to_nhwc (op, x);
}

const WeirTfliteRow weir_tflite_ops_vision[] = {
  { "DEPTH_TO_SPACE", 5, OPTIONS_DEPTH_TO_SPACE, TFL_MOVES, space_depth, "DepthToSpace" },
  { "RESIZE_BILINEAR", 23, OPTIONS_RESIZE_BILINEAR, 0, resize_bilinear },
  { "SPACE_TO_DEPTH", 26, OPTIONS_SPACE_TO_DEPTH, TFL_MOVES, space_depth,
    "SpaceToDepth" },
  { "BATCH_TO_SPACE_ND", 37, OPTIONS_NONE, TFL_MOVES, space_batch, "BatchToSpace" },
  { "SPACE_TO_BATCH_ND", 38, OPTIONS_NONE, TFL_MOVES, space_batch, "SpaceToBatch" },
  { "RESIZE_NEAREST_NEIGHBOR", 97, OPTIONS_RESIZE_NEAREST, TFL_MOVES, resize_nearest },
  { NULL },
};
