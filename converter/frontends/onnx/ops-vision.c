#include "attr.h"
#include "onnx-build.h"
#include "resize.h"
#include "table.h"
#include "volumes.h"
#include "window.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Boxes, regions and sampling grids; resizing is in resize.c. */

static WeirPort
nms_number (OnnxNode *n, guint index, WeirPort fallback)
{
  return onnx_has (n, index) ? onnx_scalar_of (n, onnx_in (n, index)) : fallback;
}

/* A box goes where it overlaps more than the threshold says; in the IR as much is enough.
 */
static WeirPort
just_above (OnnxNode *n, WeirPort threshold)
{
  WeirTensor *value = onnx_value (n, threshold);

  if (value == NULL || onnx_dtype (n, threshold) != WEIR_DTYPE_F32)
    return ONNX_OP (n, "Multiply", threshold,
                    onnx_scalar (n, threshold, 1 + FLT_EPSILON));
  return onnx_scalar (n, threshold,
                      nextafterf ((float) weir_tensor_get (value, 0), INFINITY));
}

static WeirPort
non_max_suppression (OnnxNode *n)
{
  WeirPort boxes = onnx_in (n, 0), scores = onnx_in (n, 1), most, iou, score;
  WeirNode *node;

  most = nms_number (n, 2, onnx_int (n, 0));
  iou = nms_number (n, 3, onnx_scalar (n, boxes, 0));
  iou = just_above (n, iou);
  score = nms_number (n, 4, onnx_scalar (n, boxes, -FLT_MAX));
  node = ONNX_BEGIN (n, "NonMaxSuppression", boxes, scores, most, iou, score);
  weir_node_set_string (node, "box_encoding",
                        onnx_attr_int (n, "center_point_box", 0) != 0 ? "center"
                                                                      : "corner");
  weir_node_set_bool (node, "sort_result_descending", FALSE);
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return onnx_end (n, node);
}

/* Before version 16 the corner of a pixel was its place. */
static WeirPort
roi_align (OnnxNode *n)
{
  WeirNode *node =
      ONNX_BEGIN (n, "ROIAlign", onnx_in (n, 0), onnx_in (n, 1), onnx_in (n, 2));
  const char *usual = n->version < 16 ? "output_half_pixel" : "half_pixel";
  gboolean half = onnx_attr_is (n, "coordinate_transformation_mode", usual, "half_pixel");

  weir_node_set_int (node, "pooled_h", onnx_attr_int (n, "output_height", 1));
  weir_node_set_int (node, "pooled_w", onnx_attr_int (n, "output_width", 1));
  weir_node_set_int (node, "sampling_ratio", onnx_attr_int (n, "sampling_ratio", 0));
  weir_node_set_float (node, "spatial_scale", onnx_attr_float (n, "spatial_scale", 1));
  weir_node_set_string (node, "mode", onnx_attr_string (n, "mode", "avg"));
  weir_node_set_string (node, "aligned_mode", half ? "half_pixel_for_nn" : "asymmetric");
  return onnx_end (n, node);
}

static WeirPort
max_roi_pool (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "ROIPooling", onnx_in (n, 0), onnx_in (n, 1));
  gsize count;
  const gint64 *size = onnx_attr_ints (n, "pooled_shape", &count);

  if (count != 2)
    return onnx_invalid (n, "attribute 'pooled_shape': expected 2 numbers, found %zu",
                         count);
  weir_node_set_int (node, "pooled_h", size[0]);
  weir_node_set_int (node, "pooled_w", size[1]);
  weir_node_set_float (node, "spatial_scale", onnx_attr_float (n, "spatial_scale", 1));
  weir_node_set_string (node, "method", "max");
  return onnx_end (n, node);
}

/* Version 20 says linear and cubic for what was bilinear and bicubic. */
static WeirPort
grid_sample (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), grid = onnx_in (n, 1);
  const char *mode =
      onnx_attr_string (n, "mode", n->version < 20 ? "bilinear" : "linear");
  WeirNode *node;

  if (onnx_shape (n, x)->rank > 4)
    return onnx_grid_sample_volume (n, x, grid, mode);
  node = ONNX_BEGIN (n, "GridSample", x, grid);
  weir_node_set_string (node, "mode",
                        strcmp (mode, "linear") == 0  ? "bilinear"
                        : strcmp (mode, "cubic") == 0 ? "bicubic"
                                                      : mode);
  weir_node_set_string (node, "padding_mode",
                        onnx_attr_string (n, "padding_mode", "zeros"));
  weir_node_set_bool (node, "align_corners", onnx_attr_int (n, "align_corners", 0) != 0);
  return onnx_end (n, node);
}

static WeirPort
col2im (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), size = onnx_in (n, 1), block = onnx_in (n, 2);
  const WeirShape *shape = onnx_shape (n, block);
  gint64 values[2 * WEIR_MAX_RANK];
  WeirNode *node;

  if (shape->rank != 1 || shape->dims[0] < 1)
    return onnx_unsupported (n, "blocks of unknown rank");
  if (shape->dims[0] != 2)
    return onnx_col2im_of_volume (n, x, size, block);
  node = ONNX_BEGIN (n, "Col2Im", x, size, block);
  onnx_spatial_list (n, "strides", 2, 1, values);
  weir_node_set_ints (node, "strides", values, 2);
  onnx_spatial_list (n, "dilations", 2, 1, values);
  weir_node_set_ints (node, "dilations", values, 2);
  onnx_spatial_list (n, "pads", 4, 0, values);
  weir_node_set_ints (node, "pads_begin", values, 2);
  weir_node_set_ints (node, "pads_end", values + 2, 2);
  return onnx_end (n, node);
}

/* From -1 to 1 over @size elements: their centres, or from the first to the last. */
static WeirPort
coordinates (OnnxNode *n, WeirPort size, gboolean corners)
{
  WeirPort at = onnx_counting (n, size), one, gaps;

  at = onnx_convert (n, at, WEIR_DTYPE_F32);
  size = onnx_convert (n, size, WEIR_DTYPE_F32);
  one = onnx_scalar (n, at, 1);
  at = ONNX_OP (n, "Multiply", at, onnx_scalar (n, at, 2));
  gaps = corners ? ONNX_OP (n, "Subtract", size, one) : size;
  if (!corners)
    at = ONNX_OP (n, "Add", at, one);
  return ONNX_OP (n, "Subtract", ONNX_OP (n, "Divide", at, gaps), one);
}

/* The points of a grid, last dimension first, then 1, times the matrix of each sample. */
static WeirPort
affine_grid (OnnxNode *n)
{
  WeirPort theta = onnx_in (n, 0),
           size = onnx_convert (n, onnx_in (n, 1), WEIR_DTYPE_I64);
  WeirPort parts[4], shape[3], y, grid;
  const WeirShape *known = onnx_shape (n, theta);
  int spatial = known->rank == 3 && known->dims[1] > 0 ? (int) known->dims[1] : 0;
  gboolean corners = onnx_attr_int (n, "align_corners", 0) != 0;
  WeirNode *node;

  if (spatial != 2 && spatial != 3)
    return onnx_unsupported (n, "expected [N, 2, 3] or [N, 3, 4]");
  size = onnx_known (n, size);
  grid = onnx_slice (n, size, ONNX_INTS (n, 2), ONNX_INTS (n, 2 + spatial), 0);
  for (int i = 0; i < spatial; i++) {
    gint64 dims[] = { 1, 1, 1 };

    dims[spatial - 1 - i] = -1;
    y = onnx_gather (n, grid, onnx_int (n, spatial - 1 - i), 0);
    y = onnx_reshape (n, coordinates (n, y, corners), dims, (gsize) spatial);
    parts[i] = onnx_unsqueeze (n, onnx_broadcast (n, y, grid), -1);
  }
  parts[spatial] = onnx_scalar (n, parts[0], 1);
  shape[0] = grid;
  shape[1] = ONNX_INTS (n, 1);
  parts[spatial] = onnx_broadcast (n, parts[spatial], onnx_concat (n, shape, 2, 0));
  y = onnx_concat (n, parts, (guint) spatial + 1, -1);
  y = onnx_reshape (n, y, (const gint64[]){ 1, -1, spatial + 1 }, 3);
  node = ONNX_BEGIN (n, "MatMul", onnx_known (n, y),
                     onnx_convert (n, theta, WEIR_DTYPE_F32));
  weir_node_set_bool (node, "transpose_b", TRUE);
  y = onnx_end (n, node);
  shape[0] = onnx_dim_of (n, theta, 0);
  shape[1] = grid;
  shape[2] = ONNX_INTS (n, spatial);
  y = onnx_reshape_to (n, y, onnx_known (n, onnx_concat (n, shape, 3, 0)));
  return onnx_convert (n, y, onnx_dtype (n, theta));
}

const OnnxRow onnx_rows_vision[] = {
  { "AffineGrid", NULL, 0, 0, affine_grid },
  { "Col2Im", NULL, 0, 0, col2im },
  { "GridSample", NULL, 0, 0, grid_sample },
  { "GridSample", "com.microsoft", 0, 0, grid_sample },
  { "MaxRoiPool", NULL, 0, 0, max_roi_pool },
  { "NonMaxSuppression", NULL, 0, 0, non_max_suppression },
  { "Resize", NULL, 0, 0, onnx_resize },
  { "RoiAlign", NULL, 0, 0, roi_align },
  { "Upsample", NULL, 0, 0, onnx_upsample },
  { NULL },
};
