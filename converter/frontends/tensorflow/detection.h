#pragma once

#include "replace.h"

/* The Object Detection API's networks: what its replacements share. */

/** TF_MASKS: the output of Mask R-CNN. */
#define TF_MASKS "detection_masks"

/**
 * TfHead:
 * @classes: without the background
 * @scales: of the offsets of box corners or centers, sizes: y, x, height, width
 * @is_decoded: whether boxes are corners that the graph has worked out itself
 *
 * What DetectionOutput has to know.
 */
typedef struct {
  gint64 classes, per_class, total;
  double score, iou;
  double scales[4];
  gboolean clip_before, clip_after, is_decoded;
} TfHead;

/** tf_detection_pipeline: whether there is a pipeline.config; an error if not. */
gboolean tf_detection_pipeline (const TfReplace *r, GError **error);
/** tf_detection_image: a replacement: takes the preprocessing away. */
gboolean tf_detection_image (TfReplace *r, GError **error);
/** tf_detection_info: adds the input `image_info`, or its constant where nobody asked for
 * it; its name. */
const char *tf_detection_info (TfReplace *r);
/** tf_detection_ssd, tf_detection_proposals, tf_detection_boxes: replacements: the end of
 * SSD, and of the stages of R-CNN. */
gboolean tf_detection_ssd (TfReplace *r, GError **error);
gboolean tf_detection_proposals (TfReplace *r, GError **error);
gboolean tf_detection_boxes (TfReplace *r, GError **error);
/** tf_detection_masks: a replacement: masks of what the second stage of R-CNN finds. */
gboolean tf_detection_masks (TfReplace *r, GError **error);
/** tf_detection_has_masks: whether the graph makes masks of its detections. */
gboolean tf_detection_has_masks (const TfRewrite *rewrite);
/** tf_detection_head: what @nms and the attributes of the replacement say. */
TfHead *tf_detection_head (TfReplace *r, int classes,
                           const Detection__BatchNonMaxSuppression *nms);
/** tf_detection_output: builds DetectionOutput of boxes [n, 4], scores [images, anchors,
 * classes], and, unless boxes are decoded, anchors [n, 4]; the piece's data is a #TfHead.
 */
WeirPort tf_detection_output (TfNode *n);
