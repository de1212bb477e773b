#include "attr.h"
#include "node.h"
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
  return onnx_has (n, index) ? weir_make_scalar_of (&n->make, onnx_in (n, index))
                             : fallback;
}

/* A box goes where it overlaps more than the threshold says; in the IR as much is enough.
 */
static WeirPort
just_above (OnnxNode *n, WeirPort threshold)
{
  WeirTensor *value = weir_make_value (&n->make, threshold);

  if (value == NULL || weir_make_dtype (&n->make, threshold) != WEIR_DTYPE_F32)
    return WEIR_MAKE (&n->make, "Multiply", threshold,
                      weir_make_scalar (&n->make, threshold, 1 + FLT_EPSILON));
  return weir_make_scalar (&n->make, threshold,
                           nextafterf ((float) weir_tensor_get (value, 0), INFINITY));
}

static WeirPort
non_max_suppression (OnnxNode *n)
{
  WeirPort boxes = onnx_in (n, 0), scores = onnx_in (n, 1), most, iou, score;
  WeirNode *node;

  most = nms_number (n, 2, weir_make_int (&n->make, 0));
  iou = nms_number (n, 3, weir_make_scalar (&n->make, boxes, 0));
  iou = just_above (n, iou);
  score = nms_number (n, 4, weir_make_scalar (&n->make, boxes, -FLT_MAX));
  node = WEIR_MAKE_BEGIN (&n->make, "NonMaxSuppression", boxes, scores, most, iou, score);
  weir_node_set_string (node, "box_encoding",
                        onnx_attr_int (n, "center_point_box", 0) != 0 ? "center"
                                                                      : "corner");
  weir_node_set_bool (node, "sort_result_descending", FALSE);
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return weir_make_end (&n->make, node);
}

/* Before version 16 the corner of a pixel was its place. */
static WeirPort
roi_align (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "ROIAlign", onnx_in (n, 0), onnx_in (n, 1),
                                    onnx_in (n, 2));
  const char *usual = n->version < 16 ? "output_half_pixel" : "half_pixel";
  gboolean half = onnx_attr_is (n, "coordinate_transformation_mode", usual, "half_pixel");

  weir_node_set_int (node, "pooled_h", onnx_attr_int (n, "output_height", 1));
  weir_node_set_int (node, "pooled_w", onnx_attr_int (n, "output_width", 1));
  weir_node_set_int (node, "sampling_ratio", onnx_attr_int (n, "sampling_ratio", 0));
  weir_node_set_float (node, "spatial_scale", onnx_attr_float (n, "spatial_scale", 1));
  weir_node_set_string (node, "mode", onnx_attr_string (n, "mode", "avg"));
  weir_node_set_string (node, "aligned_mode", half ? "half_pixel_for_nn" : "asymmetric");
  return weir_make_end (&n->make, node);
}

static WeirPort
max_roi_pool (OnnxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "ROIPooling", onnx_in (n, 0), onnx_in (n, 1));
  gsize count;
  const gint64 *size = onnx_attr_ints (n, "pooled_shape", &count);

  if (count != 2)
    return weir_make_invalid (
        &n->make, "attribute 'pooled_shape': expected 2 numbers, found %zu", count);
  weir_node_set_int (node, "pooled_h", size[0]);
  weir_node_set_int (node, "pooled_w", size[1]);
  weir_node_set_float (node, "spatial_scale", onnx_attr_float (n, "spatial_scale", 1));
  weir_node_set_string (node, "method", "max");
  return weir_make_end (&n->make, node);
}

/* Version 20 says linear and cubic for what was bilinear and bicubic. */
static WeirPort
grid_sample (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), grid = onnx_in (n, 1);
  const char *mode =
      onnx_attr_string (n, "mode", n->version < 20 ? "bilinear" : "linear");
  WeirNode *node;

  if (weir_make_shape (&n->make, x)->rank > 4)
    return onnx_grid_sample_volume (n, x, grid, mode);
  node = WEIR_MAKE_BEGIN (&n->make, "GridSample", x, grid);
  weir_node_set_string (node, "mode",
                        strcmp (mode, "linear") == 0  ? "bilinear"
                        : strcmp (mode, "cubic") == 0 ? "bicubic"
                                                      : mode);
  weir_node_set_string (node, "padding_mode",
                        onnx_attr_string (n, "padding_mode", "zeros"));
  weir_node_set_bool (node, "align_corners", onnx_attr_int (n, "align_corners", 0) != 0);
  return weir_make_end (&n->make, node);
}

static WeirPort
col2im (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), size = onnx_in (n, 1), block = onnx_in (n, 2);
  const WeirShape *shape = weir_make_shape (&n->make, block);
  gint64 values[2 * WEIR_MAX_RANK];
  WeirNode *node;

  if (shape->rank != 1 || shape->dims[0] < 1)
    return weir_make_unsupported (&n->make, "blocks of unknown rank");
  if (shape->dims[0] != 2)
    return onnx_col2im_of_volume (n, x, size, block);
  node = WEIR_MAKE_BEGIN (&n->make, "Col2Im", x, size, block);
  onnx_spatial_list (n, "strides", 2, 1, values);
  weir_node_set_ints (node, "strides", values, 2);
  onnx_spatial_list (n, "dilations", 2, 1, values);
  weir_node_set_ints (node, "dilations", values, 2);
  onnx_spatial_list (n, "pads", 4, 0, values);
  weir_node_set_ints (node, "pads_begin", values, 2);
  weir_node_set_ints (node, "pads_end", values + 2, 2);
  return weir_make_end (&n->make, node);
}

/* From -1 to 1 over @size elements: their centres, or from the first to the last. */
static WeirPort
coordinates (OnnxNode *n, WeirPort size, gboolean corners)
{
  WeirPort at = weir_make_counting (&n->make, size), one, gaps;

  at = weir_make_convert (&n->make, at, WEIR_DTYPE_F32);
  size = weir_make_convert (&n->make, size, WEIR_DTYPE_F32);
  one = weir_make_scalar (&n->make, at, 1);
  at = WEIR_MAKE (&n->make, "Multiply", at, weir_make_scalar (&n->make, at, 2));
  gaps = corners ? WEIR_MAKE (&n->make, "Subtract", size, one) : size;
  if (!corners)
    at = WEIR_MAKE (&n->make, "Add", at, one);
  return WEIR_MAKE (&n->make, "Subtract", WEIR_MAKE (&n->make, "Divide", at, gaps), one);
}

/* The points of a grid, last dimension first, then 1, times the matrix of each sample. */
static WeirPort
affine_grid (OnnxNode *n)
{
  WeirPort theta = onnx_in (n, 0),
           size = weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_I64);
  WeirPort parts[4], shape[3], y, grid;
  const WeirShape *known = weir_make_shape (&n->make, theta);
  int spatial = known->rank == 3 && known->dims[1] > 0 ? (int) known->dims[1] : 0;
  gboolean corners = onnx_attr_int (n, "align_corners", 0) != 0;
  WeirNode *node;

  if (spatial != 2 && spatial != 3)
    return weir_make_unsupported (&n->make, "expected [N, 2, 3] or [N, 3, 4]");
  size = weir_make_known (&n->make, size);
  grid = weir_make_slice (&n->make, size, WEIR_MAKE_INTS (&n->make, 2),
                          WEIR_MAKE_INTS (&n->make, 2 + spatial), 0);
  for (int i = 0; i < spatial; i++) {
    gint64 dims[] = { 1, 1, 1 };

    dims[spatial - 1 - i] = -1;
    y = weir_make_gather (&n->make, grid, weir_make_int (&n->make, spatial - 1 - i), 0);
    y = weir_make_reshape (&n->make, coordinates (n, y, corners), dims, (gsize) spatial);
    parts[i] =
        weir_make_unsqueeze (&n->make, weir_make_broadcast (&n->make, y, grid), -1);
  }
  parts[spatial] = weir_make_scalar (&n->make, parts[0], 1);
  shape[0] = grid;
  shape[1] = WEIR_MAKE_INTS (&n->make, 1);
  parts[spatial] = weir_make_broadcast (&n->make, parts[spatial],
                                        weir_make_concat (&n->make, shape, 2, 0));
  y = weir_make_concat (&n->make, parts, (guint) spatial + 1, -1);
  y = weir_make_reshape (&n->make, y, (const gint64[]){ 1, -1, spatial + 1 }, 3);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul", weir_make_known (&n->make, y),
                          weir_make_convert (&n->make, theta, WEIR_DTYPE_F32));
  weir_node_set_bool (node, "transpose_b", TRUE);
  y = weir_make_end (&n->make, node);
  shape[0] = weir_make_dim_of (&n->make, theta, 0);
  shape[1] = grid;
  shape[2] = WEIR_MAKE_INTS (&n->make, spatial);
  y = weir_make_reshape_to (
      &n->make, y, weir_make_known (&n->make, weir_make_concat (&n->make, shape, 3, 0)));
  return weir_make_convert (&n->make, y, weir_make_dtype (&n->make, theta));
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
