#include "families.h"
#include "flexbuf.h"
#include "operator.h"

#include <math.h>

/* Suppression of boxes that overlap a better one. */

/* What TFLite_Detection_PostProcess is told. */
typedef struct {
  double max_detections, classes_per_detection, detections_per_class;
  double use_regular_nms, score_threshold, iou_threshold, num_classes;
  double y_scale, x_scale, h_scale, w_scale;
} Options;

static const struct {
  const char *key;
  gsize offset;
  double low, high;
  gboolean required;
} rows[] = {
#define ROW(key, field, low, high, required)                   \
  {                                                            \
    key, G_STRUCT_OFFSET (Options, field), low, high, required \
  }
  ROW ("max_detections", max_detections, 1, 100000, TRUE),
  ROW ("max_classes_per_detection", classes_per_detection, 1, 100000, TRUE),
  ROW ("detections_per_class", detections_per_class, 1, 100000, FALSE),
  ROW ("use_regular_nms", use_regular_nms, 0, 1, FALSE),
  ROW ("nms_score_threshold", score_threshold, -HUGE_VAL, HUGE_VAL, TRUE),
  ROW ("nms_iou_threshold", iou_threshold, 0, 1, TRUE),
  ROW ("num_classes", num_classes, 1, 1000000, TRUE),
  ROW ("y_scale", y_scale, 1e-30, 1e30, TRUE),
  ROW ("x_scale", x_scale, 1e-30, 1e30, TRUE),
  ROW ("h_scale", h_scale, 1e-30, 1e30, TRUE),
  ROW ("w_scale", w_scale, 1e-30, 1e30, TRUE),
#undef ROW
};

static gboolean
read_options (WeirTfliteOp *op, Options *options)
{
  *options = (Options){ .detections_per_class = 100 };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    double *value = G_STRUCT_MEMBER_P (options, rows[i].offset);

    if ((!weir_flex_number (&op->custom, rows[i].key, value) && rows[i].required) ||
        !(*value >= rows[i].low && *value <= rows[i].high)) {
      weir_build_fail (op->builder, WEIR_ERROR_FORMAT, "option '%s' is %g, or missing",
                       rows[i].key, *value);
      return FALSE;
    }
  }
  return TRUE;
}

/* @x between @from and @to, along dimension @axis. */
static WeirPort
part (WeirTfliteOp *op, WeirPort x, gint64 axis, gint64 from, gint64 to)
{
  return weir_tflite_end (
      op, weir_tflite_begin (op, "Slice",
                             WEIR_INPUTS (x, weir_tflite_list (op, &from, 1),
                                          weir_tflite_list (op, &to, 1),
                                          weir_tflite_list (op, (gint64[]){ 1 }, 1),
                                          weir_tflite_list (op, &axis, 1))));
}

static WeirPort
joined (WeirTfliteOp *op, WeirPort x, WeirPort y, gint64 axis)
{
  WeirNode *node = weir_tflite_begin (op, "Concat", WEIR_INPUTS (x, y));

  weir_node_set_int (node, "axis", axis);
  return weir_tflite_end (op, node);
}

/* A row of two numbers as f32. */
static WeirPort
two (WeirTfliteOp *op, double a, double b)
{
  return weir_build_constant (
      op->builder, weir_tflite_name (op, "scale"),
      weir_tensor_new_f32 (&WEIR_SHAPE (2), (const float[]){ (float) a, (float) b }));
}

/* Corners [1, n, 4] from encodings (y, x, h, w) relative to anchors of the same order. */
static WeirPort
decoded (WeirTfliteOp *op, const Options *o)
{
  WeirPort x = weir_tflite_input (op, 0), anchors = weir_tflite_input (op, 2);
  WeirPort sizes = part (op, anchors, 1, 2, 4), center, half;

  center = weir_tflite_2 (op, "Divide", part (op, x, 2, 0, 2),
                          two (op, o->y_scale, o->x_scale));
  center = weir_tflite_2 (op, "Add", weir_tflite_2 (op, "Multiply", center, sizes),
                          part (op, anchors, 1, 0, 2));
  half = weir_tflite_2 (op, "Divide", part (op, x, 2, 2, 4),
                        two (op, o->h_scale, o->w_scale));
  half = weir_tflite_2 (op, "Multiply", weir_tflite_1 (op, "Exp", half), sizes);
  half = weir_tflite_2 (op, "Multiply", half, weir_tflite_number (op, half, 0.5));
  return joined (op, weir_tflite_2 (op, "Subtract", center, half),
                 weir_tflite_2 (op, "Add", center, half), 2);
}

/* Boxes [1, n, 4] and scores [1, classes, n]; the rows (batch, class, box) that stay. */
static WeirNode *
suppressed (WeirTfliteOp *op, WeirPort boxes, WeirPort scores, WeirPort most,
            WeirPort iou, WeirPort score)
{
  WeirNode *node = weir_tflite_begin (op, "NonMaxSuppression",
                                      WEIR_INPUTS (boxes, scores, most, iou, score));

  weir_node_set_string (node, "box_encoding", "corner");
  weir_node_set_bool (node, "sort_result_descending", TRUE);
  return weir_port_is_none (weir_tflite_end (op, node)) ? NULL : node;
}

/* Column @column of the rows @x, as a list. */
static WeirPort
column (WeirTfliteOp *op, WeirPort x, gint64 column)
{
  return weir_tflite_3 (op, "Gather", x, weir_tflite_int (op, column),
                        weir_tflite_int (op, 1));
}

static WeirPort
rows_at (WeirTfliteOp *op, WeirPort x, WeirPort indices)
{
  return weir_tflite_3 (op, "Gather", x, indices, weir_tflite_int (op, 0));
}

/* Filled up with zeros to @most along dimension 0 of @rank. */
static WeirPort
filled (WeirTfliteOp *op, WeirPort x, WeirPort most, gint64 rank)
{
  const gint64 zeros[WEIR_MAX_RANK] = { 0 };
  WeirPort begin = weir_tflite_list (op, zeros, (gsize) rank), end;
  WeirNode *node;

  end = weir_tflite_2 (op, "Subtract", most,
                       part (op, weir_tflite_1 (op, "ShapeOf", x), 0, 0, 1));
  if (rank > 1)
    end = joined (op, end, weir_tflite_list (op, zeros, (gsize) rank - 1), 0);
  node = weir_tflite_begin (op, "Pad", WEIR_INPUTS (x, begin, end));
  weir_node_set_string (node, "pad_mode", "constant");
  return weir_tflite_end (op, node);
}

/* How many elements the list @x has. */
static WeirPort
length (WeirTfliteOp *op, WeirPort x)
{
  return part (op, weir_tflite_1 (op, "ShapeOf", x), 0, 0, 1);
}

static WeirPort
batched (WeirTfliteOp *op, WeirPort x)
{
  return weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"), x,
                               (gint64[]){ 0 }, 1);
}

/* The outputs from the lists of boxes [k, 4], classes and scores. */
static WeirPort
give_detections (WeirTfliteOp *op, gint64 most, WeirPort boxes, WeirPort classes,
                 WeirPort scores)
{
  WeirPort list = weir_tflite_list (op, &most, 1);
  WeirPort number = weir_tflite_convert (op, length (op, scores), WEIR_DTYPE_F32);

  classes = weir_tflite_convert (op, classes, WEIR_DTYPE_F32);
  weir_tflite_set_output (op, 1, batched (op, filled (op, classes, list, 1)));
  weir_tflite_set_output (op, 2, batched (op, filled (op, scores, list, 1)));
  weir_tflite_set_output (op, 3, number);
  return batched (op, filled (op, boxes, list, 2));
}

/* Every class by itself; the best of all of them stay. */
static WeirPort
detect_by_class (WeirTfliteOp *op, const Options *o, WeirPort boxes, WeirPort scores)
{
  gint64 most = (gint64) o->max_detections;
  WeirNode *node;
  WeirPort kept, found;

  scores = weir_tflite_transpose (op, scores, (gint64[]){ 0, 2, 1 }, 3);
  node = suppressed (op, boxes, scores,
                     weir_tflite_int (op, (gint64) o->detections_per_class),
                     weir_tflite_number (op, boxes, o->iou_threshold),
                     weir_tflite_number (op, boxes, o->score_threshold));
  if (node == NULL)
    return WEIR_PORT_NONE;
  kept = part (op, WEIR_PORT (node, 0), 0, 0, most);
  found = column (op, part (op, WEIR_PORT (node, 1), 0, 0, most), 2);
  boxes = rows_at (op, weir_tflite_reshape (op, boxes, (gint64[]){ -1, 4 }, 2),
                   column (op, kept, 2));
  return give_detections (op, most, boxes, column (op, kept, 1), found);
}

/* All classes together: each box stands for its best class. */
static WeirPort
detect_fast (WeirTfliteOp *op, const Options *o, WeirPort boxes, WeirPort scores)
{
  gint64 most = (gint64) o->max_detections;
  WeirPort best, classes, index;
  WeirNode *node =
      weir_tflite_begin (op, "TopK", WEIR_INPUTS (scores, weir_tflite_int (op, 1)));

  weir_node_set_int (node, "axis", 2);
  weir_node_set_string (node, "mode", "max");
  weir_node_set_string (node, "sort", "value");
  best = weir_tflite_end (op, node);
  if (weir_port_is_none (best))
    return best;
  classes = weir_tflite_reshape (op, WEIR_PORT (node, 1), (gint64[]){ -1 }, 1);
  node = suppressed (
      op, boxes, weir_tflite_transpose (op, best, (gint64[]){ 0, 2, 1 }, 3),
      weir_tflite_int (op, most), weir_tflite_number (op, boxes, o->iou_threshold),
      weir_tflite_number (op, boxes, o->score_threshold));
  if (node == NULL)
    return WEIR_PORT_NONE;
  index = column (op, WEIR_PORT (node, 0), 2);
  boxes = weir_tflite_reshape (op, boxes, (gint64[]){ -1, 4 }, 2);
  best = weir_tflite_reshape (op, best, (gint64[]){ -1 }, 1);
  return give_detections (op, most, rows_at (op, boxes, index),
                          rows_at (op, classes, index), rows_at (op, best, index));
}

/* Inputs: encoded boxes, scores with a background class in front, anchors. */
static WeirPort
detection_post_process (WeirTfliteOp *op)
{
  WeirPort scores = weir_tflite_input (op, 1), boxes;
  WeirShape shape = weir_tflite_shape (op, scores);
  gint64 background;
  Options o;

  if (!read_options (op, &o))
    return WEIR_PORT_NONE;
  background = shape.rank == 3 ? shape.dims[2] - (gint64) o.num_classes : -1;
  if (background < 0 || background > 1)
    return weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                            "expected scores of %g classes, one more at most",
                            o.num_classes);
  if (o.use_regular_nms == 0 && o.classes_per_detection != 1)
    return weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED, "%g classes a detection",
                            o.classes_per_detection);
  boxes = decoded (op, &o);
  scores = part (op, scores, 2, background, G_MAXINT64);
  return o.use_regular_nms != 0 ? detect_by_class (op, &o, boxes, scores)
                                : detect_fast (op, &o, boxes, scores);
}

/* Inputs: boxes [n, 4], scores, how many, IoU, score, and for V5 the sigma of soft
 * suppression. Outputs: indices, the scores (V5), how many they are. */
static WeirPort
non_max_suppression (WeirTfliteOp *op)
{
  gboolean soft = weir_tflite_n_inputs (op) > 5;
  WeirPort most = weir_tflite_scalar (op, weir_tflite_input (op, 2)), index, list, number;
  WeirPort ports[6] = { batched (op, weir_tflite_input (op, 0)),
                        batched (op, batched (op, weir_tflite_input (op, 1))), most };
  WeirNode *node;

  for (guint i = 3; i < 5u + soft; i++)
    ports[i] = weir_tflite_scalar (op, weir_tflite_input (op, i));
  node = weir_tflite_begin (op, "NonMaxSuppression", ports, 5u + soft);
  weir_node_set_string (node, "box_encoding", "corner");
  if (weir_port_is_none (weir_tflite_end (op, node)))
    return WEIR_PORT_NONE;
  list = weir_tflite_reshape (op, weir_tflite_convert (op, most, WEIR_DTYPE_I64),
                              (gint64[]){ 1 }, 1);
  index = column (op, WEIR_PORT (node, 0), 2);
  number = weir_tflite_scalar (
      op, weir_tflite_convert (op, length (op, index), WEIR_DTYPE_I32));
  weir_tflite_set_output (op, soft ? 2 : 1, number);
  if (soft)
    weir_tflite_set_output (op, 1,
                            filled (op, column (op, WEIR_PORT (node, 1), 2), list, 1));
  return filled (op, weir_tflite_convert (op, index, WEIR_DTYPE_I32), list, 1);
}

const WeirTfliteRow weir_tflite_ops_detect[] = {
  { "NON_MAX_SUPPRESSION_V4", 120, OPTIONS_NONE, 0, non_max_suppression },
  { "NON_MAX_SUPPRESSION_V5", 121, OPTIONS_NONE, 0, non_max_suppression },
  { "TFLite_Detection_PostProcess", BUILTIN_CUSTOM, OPTIONS_NONE, 0,
    detection_post_process },
  { NULL },
};
