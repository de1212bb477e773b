#include "detection.h"

#include "base/problem.h"

/* Mask R-CNN: a mask for each detection. The graph cuts what its own suppression of boxes
 * has left out of the picture's features; DetectionOutput's rows are cut instead. */

#define SUPPRESSED "BatchMultiClassNonMaxSuppression_1/map/TensorArrayStack"
#define BOXES      SUPPRESSED "/TensorArrayGatherV3"
#define CLASSES    SUPPRESSED "_2/TensorArrayGatherV3"

/* Columns @from to @to of the rows [image, label, score, x0, y0, x1, y1]. */
static WeirPort
columns (TfNode *n, gint64 from, gint64 to)
{
  return weir_make_slice (&n->make, tf_in (n, 0), WEIR_MAKE_INTS (&n->make, from),
                          WEIR_MAKE_INTS (&n->make, to), 3);
}

/* [1, rows, 4], y before x. */
static WeirPort
row_boxes (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort boxes =
      weir_make_gather (m, columns (n, 3, 7), WEIR_MAKE_INTS (m, 1, 0, 3, 2), 3);

  return weir_make_reshape (m, boxes, (gint64[]){ 1, -1, 4 }, 3);
}

/* [1, rows], counted from 0; rows that nothing was found for are of the first class. */
static WeirPort
row_classes (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort labels = columns (n, 1, 2);

  labels = WEIR_MAKE (m, "Subtract", labels, weir_make_scalar (m, labels, 1));
  labels = WEIR_MAKE (m, "Maximum", labels, weir_make_scalar (m, labels, 0));
  return weir_make_reshape (m, labels, (gint64[]){ 1, -1 }, 2);
}

gboolean
tf_detection_has_masks (const TfRewrite *rewrite)
{
  return g_hash_table_contains (rewrite->nodes, TF_MASKS) &&
         g_hash_table_contains (rewrite->nodes, BOXES) &&
         g_hash_table_contains (rewrite->nodes, CLASSES);
}

gboolean
tf_detection_masks (TfReplace *r, GError **error)
{
  if (!tf_detection_has_masks (r->rewrite))
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "the graph has no node '%s' behind '%s'", TF_MASKS, BOXES);
  if (r->detections == NULL)
    return weir_problem_fail (
        error, WEIR_PROBLEM_CONFIG_MATCH,
        "expected ObjectDetectionAPIDetectionOutputReplacement before it");
  if (r->shape->dims[0] != 1)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "masks of %" G_GINT64_FORMAT " images; expected one",
                      r->shape->dims[0]);
  tf_rewrite_redirect (r->rewrite, BOXES,
                       tf_rewrite_add (r->rewrite, "mask_boxes", "Slice", row_boxes, NULL,
                                       &r->detections, 1));
  tf_rewrite_redirect (r->rewrite, CLASSES,
                       tf_rewrite_add (r->rewrite, "mask_classes", "Slice", row_classes,
                                       NULL, &r->detections, 1));
  tf_replace_output (r, TF_MASKS, TF_MASKS);
  return TRUE;
}
