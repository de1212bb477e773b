#include "detection.h"

#include "base/checked.h"

/* The end of a detector: boxes and scores become rows of detections. TensorFlow has y
 * before x. */

TfHead *
tf_detection_head (TfReplace *r, int classes,
                   const Detection__BatchNonMaxSuppression *nms)
{
  TfHead *head = tf_rewrite_keep (r->rewrite, g_new0 (TfHead, 1));

  *head = (TfHead){ .classes = classes,
                    .per_class = nms->max_detections_per_class,
                    .total = nms->max_total_detections,
                    .score = nms->score_threshold,
                    .iou = nms->iou_threshold,
                    .scales = { 10, 10, 5, 5 },
                    .clip_before = tf_replace_bool (r, "clip_before_nms", FALSE),
                    .clip_after = tf_replace_bool (r, "clip_after_nms", TRUE) };
  return head;
}

/* One 0 more in front along @axis. */
static WeirPort
with_zero (WeirMake *m, WeirPort x, int axis, int rank)
{
  gint64 begin[3] = { 0 };
  WeirNode *node;

  begin[axis] = 1;
  node = WEIR_MAKE_BEGIN (m, "Pad", x, weir_make_ints (m, begin, (gsize) rank),
                          WEIR_MAKE_INTS (m, 0, 0, 0), weir_make_scalar (m, x, 0));
  weir_node_set_string (node, "pad_mode", "constant");
  return weir_make_end (m, node);
}

static WeirPort
swapped (WeirMake *m, WeirPort boxes)
{
  return weir_make_gather (m, boxes, WEIR_MAKE_INTS (m, 1, 0, 3, 2), 1);
}

/* As many rows as there are images in @scores. */
static WeirPort
by_image (WeirMake *m, WeirPort x, WeirPort scores, gboolean plane)
{
  gint64 images = weir_make_shape (m, scores)->rank == 3
                      ? weir_make_shape (m, scores)->dims[0]
                      : WEIR_DIM_UNKNOWN;
  WeirPort parts[3] = { WEIR_PORT_NONE, WEIR_PORT_NONE, WEIR_PORT_NONE };
  gint64 dims[3] = { images, plane ? 1 : -1, -1 };
  guint count = plane ? 3 : 2;

  if (images > 0)
    return weir_make_reshape (m, x, dims, count);
  parts[0] = weir_make_dim_of (m, scores, 0);
  for (guint i = 1; i < count; i++)
    parts[i] = WEIR_MAKE_INTS (m, dims[i]);
  return weir_make_reshape_to (m, x, weir_make_concat (m, parts, count, 0));
}

/* Scores of all classes, the background first. */
static WeirPort
all_scores (TfNode *n, const TfHead *head)
{
  WeirMake *m = &n->make;
  WeirPort scores = tf_in (n, 1);
  const WeirShape *shape = weir_make_shape (m, scores);
  gint64 found = shape->rank == 3 ? shape->dims[2] : head->classes + 1;

  if (shape->rank >= 0 && shape->rank != 3)
    return weir_make_invalid (m, "the scores: expected rank 3, found %d", shape->rank);
  if (found == head->classes)
    scores = with_zero (m, scores, 2, 3);
  else if (found >= 0 && found != head->classes + 1)
    return weir_make_invalid (m,
                              "pipeline.config has %" G_GINT64_FORMAT
                              " classes, the graph %" G_GINT64_FORMAT
                              " scores for each box",
                              head->classes, found);
  return by_image (m, scores, tf_in (n, 1), FALSE);
}

/* How many boxes an anchor has: one, or one for each class. */
static gint64
boxes_each (TfNode *n)
{
  const WeirShape *boxes = weir_make_shape (&n->make, tf_in (n, 0));
  const WeirShape *scores = weir_make_shape (&n->make, tf_in (n, 1));
  gint64 anchors;

  if (boxes->rank != 2 || scores->rank != 3 || boxes->dims[0] < 0 ||
      scores->dims[0] < 0 || scores->dims[1] < 0 ||
      !weir_mul_i64 (scores->dims[0], scores->dims[1], &anchors) || anchors == 0)
    return 1;
  return boxes->dims[0] / anchors;
}

static WeirPort
all_boxes (TfNode *n, gint64 each)
{
  WeirMake *m = &n->make;
  WeirPort boxes = swapped (m, tf_in (n, 0));

  if (each > 1)
    boxes =
        with_zero (m, weir_make_reshape (m, boxes, (gint64[]){ -1, each, 4 }, 3), 1, 3);
  return by_image (m, boxes, tf_in (n, 1), FALSE);
}

/* Anchors, and beside them by what each offset is scaled. */
static WeirPort
priors (TfNode *n, const TfHead *head)
{
  WeirMake *m = &n->make;
  WeirPort anchors = tf_in (n, 2), parts[2], row;
  float scales[4];
  WeirTensor *tensor;

  for (guint i = 0; i < 4; i++)
    scales[i] = (float) (1 / head->scales[i ^ 1]);
  tensor = weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4), &m->b->error);
  if (tensor == NULL)
    return WEIR_PORT_NONE;
  for (gsize i = 0; i < 4; i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (tensor), i, scales[i]);
  row = weir_make_constant (m, tensor);
  row = weir_make_broadcast (m, row, weir_make_shape_of (m, anchors));
  parts[0] = by_image (m, swapped (m, anchors), tf_in (n, 1), TRUE);
  parts[1] = by_image (m, row, tf_in (n, 1), TRUE);
  return weir_make_concat (m, parts, 2, 1);
}

/* Boxes that are decoded are offsets to anchors of no size at all. */
static WeirPort
no_priors (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort boxes = swapped (m, tf_in (n, 0));

  boxes = WEIR_MAKE (m, "Multiply", boxes, weir_make_scalar (m, boxes, 0));
  return by_image (m, boxes, tf_in (n, 1), TRUE);
}

WeirPort
tf_detection_output (TfNode *n)
{
  const TfHead *head = tf_piece (n);
  WeirMake *m = &n->make;
  gint64 each = boxes_each (n);
  WeirNode *node;

  node = WEIR_MAKE_BEGIN (m, "DetectionOutput", all_boxes (n, each), all_scores (n, head),
                          head->is_decoded ? no_priors (n) : priors (n, head));
  weir_node_set_int (node, "background_label_id", 0);
  weir_node_set_int (node, "top_k", head->per_class);
  weir_node_set_bool (node, "variance_encoded_in_target", head->is_decoded);
  weir_node_set_ints (node, "keep_top_k", &head->total, 1);
  weir_node_set_string (node, "code_type",
                        head->is_decoded ? "caffe.PriorBoxParameter.CORNER"
                                         : "caffe.PriorBoxParameter.CENTER_SIZE");
  weir_node_set_bool (node, "share_location", each <= 1);
  weir_node_set_float (node, "nms_threshold", head->iou);
  weir_node_set_float (node, "confidence_threshold", head->score);
  weir_node_set_bool (node, "clip_before_nms", head->clip_before);
  weir_node_set_bool (node, "clip_after_nms", head->clip_after);
  weir_node_set_bool (node, "normalized", TRUE);
  return weir_make_end (m, node);
}
