#include "detection.h"

#include "base/problem.h"

/* R-CNN: a first stage that proposes boxes, and a second one that looks into each. */

#define FIRST_CLASSES "FirstStageBoxPredictor/ClassPredictor/BiasAdd"
#define FIRST_BOXES   "FirstStageBoxPredictor/BoxEncodingPredictor/BiasAdd"
#define PROPOSALS     "map/TensorArrayStack/TensorArrayGatherV3"

static const Detection__FasterRcnn *
rcnn_of (const TfReplace *r, GError **error)
{
  if (!tf_detection_pipeline (r, error))
    return NULL;
  if (r->pipeline->model->faster_rcnn == NULL)
    weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                       "pipeline.config: expected a model of kind faster_rcnn");
  return r->pipeline->model->faster_rcnn;
}

/* What Proposal has to know; lists are of @n_ratios and @n_scales numbers. */
typedef struct {
  gint64 base, stride, most;
  double iou;
  double *ratios, *scales;
  gsize n_ratios, n_scales;
  gboolean clip_before, clip_after;
} Grid;

static double *
copy_numbers (TfReplace *r, const float *from, gsize count)
{
  double *to = tf_rewrite_keep (r->rewrite, g_new (double, count));

  for (gsize i = 0; i < count; i++)
    to[i] = from[i];
  return to;
}

static Grid *
read_grid (TfReplace *r, const Detection__FasterRcnn *rcnn)
{
  const Detection__GridAnchorGenerator *from =
      rcnn->first_stage_anchor_generator->grid_anchor_generator;
  Grid *grid = tf_rewrite_keep (r->rewrite, g_new (Grid, 1));

  *grid = (Grid){ .base = from->height,
                  .stride = from->height_stride,
                  .most = rcnn->first_stage_max_proposals,
                  .iou = rcnn->first_stage_nms_iou_threshold,
                  .ratios = copy_numbers (r, from->aspect_ratios, from->n_aspect_ratios),
                  .scales = copy_numbers (r, from->scales, from->n_scales),
                  .n_ratios = from->n_aspect_ratios,
                  .n_scales = from->n_scales,
                  .clip_before = tf_replace_bool (r, "clip_before_nms", FALSE),
                  .clip_after = tf_replace_bool (r, "clip_after_nms", TRUE) };
  return grid;
}

/* The logits of two classes beside each other, for each anchor, become probabilities, the
 * anchors of a class beside each other. */
static WeirPort
objectness (WeirMake *m, WeirPort logits, gint64 anchors)
{
  WeirPort x = weir_make_to_nchw (m, logits), shape = weir_make_shape_of (m, x);
  WeirNode *node;

  x = weir_make_reshape (m, x, (gint64[]){ 0, anchors, 2, -1 }, 4);
  node = WEIR_MAKE_BEGIN (m, "Softmax", x);
  weir_node_set_int (node, "axis", 2);
  x = weir_make_transpose (m, weir_make_end (m, node), (gint64[]){ 0, 2, 1, 3 }, 4);
  return weir_make_reshape_to (m, x, shape);
}

static WeirNode *
begin_proposal (TfNode *n, const Grid *grid)
{
  WeirMake *m = &n->make;
  WeirPort scores =
      objectness (m, tf_in (n, 0), (gint64) (grid->n_ratios * grid->n_scales));
  WeirPort info = weir_make_reshape (m, tf_in (n, 2), (gint64[]){ 3 }, 1);
  WeirNode *node;

  node =
      WEIR_MAKE_BEGIN (m, "Proposal", scores, weir_make_to_nchw (m, tf_in (n, 1)), info);
  weir_node_set_int (node, "base_size", grid->base);
  weir_node_set_int (node, "pre_nms_topn", G_MAXINT32);
  weir_node_set_int (node, "post_nms_topn", grid->most);
  weir_node_set_float (node, "nms_thresh", grid->iou);
  weir_node_set_int (node, "feat_stride", grid->stride);
  weir_node_set_int (node, "min_size", 1);
  weir_node_set_floats (node, "ratio", grid->ratios, grid->n_ratios);
  weir_node_set_floats (node, "scale", grid->scales, grid->n_scales);
  weir_node_set_bool (node, "clip_before_nms", grid->clip_before);
  weir_node_set_bool (node, "clip_after_nms", grid->clip_after);
  weir_node_set_bool (node, "normalize", TRUE);
  weir_node_set_float (node, "box_size_scale", 5);
  weir_node_set_float (node, "box_coordinate_scale", 10);
  weir_node_set_string (node, "framework", "tensorflow");
  return node;
}

/* Output 0 is as the graph's own, [images, boxes, 4], output 1 all boxes below each
 * other; Proposal's rows begin with the number of the image. */
static WeirPort
proposals (TfNode *n)
{
  const Grid *grid = tf_piece (n);
  WeirMake *m = &n->make;
  WeirPort rows = weir_make_end (m, begin_proposal (n, grid));
  WeirPort boxes =
      weir_make_slice (m, rows, WEIR_MAKE_INTS (m, 1), WEIR_MAKE_INTS (m, 5), 1);

  tf_out (n, 0, weir_make_reshape (m, boxes, (gint64[]){ -1, grid->most, 4 }, 3));
  tf_out (n, 1, boxes);
  return WEIR_PORT_NONE;
}

gboolean
tf_detection_proposals (TfReplace *r, GError **error)
{
  const Detection__FasterRcnn *rcnn = rcnn_of (r, error);
  const Tf__NodeDef *classes = tf_rewrite_find (r->rewrite, FIRST_CLASSES);
  const Tf__NodeDef *boxes = tf_rewrite_find (r->rewrite, FIRST_BOXES);
  const char *inputs[3];

  if (rcnn == NULL)
    return FALSE;
  if (classes == NULL || boxes == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "the graph has no node '%s'",
                              classes == NULL ? FIRST_CLASSES : FIRST_BOXES);
  if (!g_hash_table_contains (r->rewrite->nodes, PROPOSALS))
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "the graph has no node '%s'", PROPOSALS);
  if (r->shape == NULL)
    return weir_problem_fail (
        error, WEIR_PROBLEM_CONFIG_MATCH,
        "expected ObjectDetectionAPIPreprocessorReplacement before it");
  inputs[0] = classes->name;
  inputs[1] = boxes->name;
  inputs[2] = tf_detection_info (r);
  r->proposals = tf_rewrite_add (r->rewrite, "proposals", "Proposal", proposals,
                                 read_grid (r, rcnn), inputs, 3);
  tf_rewrite_redirect (r->rewrite, PROPOSALS, r->proposals);
  return TRUE;
}

/* (nullable): the prefix of the names of the second stage's end: a scope of its own, or
 * that of the whole network where masks are made of its boxes. */
static const char *
find_second (const TfRewrite *rewrite)
{
  static const char *const prefixes[] = { "SecondStagePostprocessor/", "" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++) {
    g_autofree char *name = g_strconcat (prefixes[i], "convert_scores", NULL);

    if (g_hash_table_contains (rewrite->nodes, name))
      return prefixes[i];
  }
  return NULL;
}

gboolean
tf_detection_boxes (TfReplace *r, GError **error)
{
  const Detection__FasterRcnn *rcnn = rcnn_of (r, error);
  const char *prefix = find_second (r->rewrite);
  g_autofree char *decode = NULL;
  g_autofree char *scores = NULL;
  g_autofree char *anchors = NULL;
  const char *inputs[3];

  if (rcnn == NULL)
    return FALSE;
  if (prefix == NULL)
    return weir_problem_fail (
        error, WEIR_PROBLEM_CONFIG_MATCH,
        "the graph has no node 'SecondStagePostprocessor/convert_scores'");
  if (r->proposals == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "expected ObjectDetectionAPIProposalReplacement before it");
  decode =
      g_strconcat (prefix, *prefix != '\0' ? "Decode" : "Decode_1", "/transpose", NULL);
  scores = g_strconcat (prefix, "convert_scores", NULL);
  anchors = g_strconcat (r->proposals, ":1", NULL);
  inputs[0] = tf_rewrite_input (r->rewrite, decode, 0, error);
  inputs[1] = scores;
  inputs[2] = anchors;
  if (inputs[0] == NULL)
    return FALSE;
  r->detections = tf_rewrite_add (
      r->rewrite, "detection_output", "DetectionOutput", tf_detection_output,
      tf_detection_head (r, rcnn->num_classes,
                         rcnn->second_stage_post_processing->batch_non_max_suppression),
      inputs, 3);
  tf_replace_output (r, "detection_output", r->detections);
  return TRUE;
}

const TfReplaceRow tf_replace_detection[] = {
  { "ObjectDetectionAPIPreprocessorReplacement", tf_detection_image },
  { "ObjectDetectionAPISSDPostprocessorReplacement", tf_detection_ssd },
  { "ObjectDetectionAPIProposalReplacement", tf_detection_proposals },
  { "ObjectDetectionAPIDetectionOutputReplacement", tf_detection_boxes },
  { "ObjectDetectionAPIMaskRCNNROIPoolingSecondReplacement", tf_detection_masks },
  { "ObjectDetectionAPIMaskRCNNSigmoidReplacement", NULL },
  { "ObjectDetectionAPIPSROIPoolingReplacement", NULL },
  { "ObjectDetectionAPIOutputReplacement", NULL },
  { "ObjectDetectionAPIConstValueOverride", NULL },
  { NULL, NULL },
};
