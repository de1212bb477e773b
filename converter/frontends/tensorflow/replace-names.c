#include "replace.h"

#include <string.h>

/* The configurations that come with Weir, under the names that Model Optimizer's have.
 * What theirs say of nodes is known to the replacements. */

#define GENERAL(id, attributes)                                                          \
  "{\"id\":\"" id "\",\"match_kind\":\"general\",\"custom_attributes\":{" attributes "}" \
  "}"
#define CLIP_BEFORE  "\"clip_before_nms\":true,\"clip_after_nms\":false"
#define CLIP_AFTER   "\"clip_before_nms\":false,\"clip_after_nms\":true"
#define PREPROCESSOR GENERAL ("ObjectDetectionAPIPreprocessorReplacement", "")
#define PROPOSALS(clip) \
  "[" PREPROCESSOR "," GENERAL ("ObjectDetectionAPIProposalReplacement", clip) ","
#define DETECTIONS(clip) GENERAL ("ObjectDetectionAPIDetectionOutputReplacement", clip)

#define SSD(clip) \
  "[" PREPROCESSOR "," GENERAL ("ObjectDetectionAPISSDPostprocessorReplacement", clip) "]"
#define RCNN(clip) PROPOSALS (clip) DETECTIONS (clip) "]"
#define MASK(clip)  \
  PROPOSALS (clip)  \
  DETECTIONS (clip) \
  "," GENERAL ("ObjectDetectionAPIMaskRCNNROIPoolingSecondReplacement", "") "]"

#define YOLO(attributes)  "[" GENERAL ("TFYOLO", "\"coords\":4," attributes) "]"
#define YOLO3(attributes) "[" GENERAL ("TFYOLOV3", "\"coords\":4," attributes) "]"
#define YOLO2_ANCHORS                                                         \
  "\"num\":5,\"do_softmax\":1,\"anchors\":[0.57273,0.677385,1.87446,2.06253," \
  "3.33843,5.47434,7.88282,3.52778,9.77052,9.16828]"
#define YOLO3_ANCHORS                                                                    \
  "\"num\":9,\"masks\":[[6,7,8],[3,4,5],[0,1,2]],\"anchors\":[10,13,16,30,33,23,30,61,"  \
  "62,45,59,119,116,90,156,198,373,326],\"entry_points\":[\"detector/yolo-v3/Reshape\"," \
  "\"detector/yolo-v3/Reshape_4\",\"detector/yolo-v3/Reshape_8\"]"

static const struct {
  const char *name;
  const char *text;
} known[] = {
  { "ssd_support", SSD (CLIP_BEFORE) },
  { "ssd_v2_support", SSD (CLIP_AFTER) },
  { "ssd_support_api_v1.14", SSD (CLIP_AFTER) },
  { "ssd_support_api_v1.15", SSD (CLIP_AFTER) },
  { "faster_rcnn_support", RCNN (CLIP_BEFORE) },
  { "faster_rcnn_support_api_v1.7", RCNN (CLIP_BEFORE) },
  { "faster_rcnn_support_api_v1.10", RCNN (CLIP_AFTER) },
  { "faster_rcnn_support_api_v1.13", RCNN (CLIP_AFTER) },
  { "faster_rcnn_support_api_v1.14", RCNN (CLIP_AFTER) },
  { "faster_rcnn_support_api_v1.15", RCNN (CLIP_AFTER) },
  { "mask_rcnn_support", MASK (CLIP_BEFORE) },
  { "mask_rcnn_support_api_v1.7", MASK (CLIP_BEFORE) },
  { "mask_rcnn_support_api_v1.11", MASK (CLIP_AFTER) },
  { "mask_rcnn_support_api_v1.13", MASK (CLIP_AFTER) },
  { "mask_rcnn_support_api_v1.14", MASK (CLIP_AFTER) },
  { "mask_rcnn_support_api_v1.15", MASK (CLIP_AFTER) },
  { "rfcn_support", RCNN (CLIP_BEFORE) },
  { "rfcn_support_api_v1.10", RCNN (CLIP_AFTER) },
  { "rfcn_support_api_v1.13", RCNN (CLIP_AFTER) },
  { "rfcn_support_api_v1.14", RCNN (CLIP_AFTER) },
  { "yolo_v1", YOLO ("\"classes\":20,\"num\":3,\"do_softmax\":0") },
  { "yolo_v1_tiny", YOLO ("\"classes\":20,\"num\":2,\"do_softmax\":0") },
  { "yolo_v2", YOLO ("\"classes\":80," YOLO2_ANCHORS) },
  { "yolo_v2_tiny", YOLO ("\"classes\":80," YOLO2_ANCHORS) },
  { "yolo_v2_voc",
    YOLO ("\"classes\":20,\"num\":5,\"do_softmax\":1,\"anchors\":[1.3221,1.73145,3.19275,"
          "4.00944,5.05587,8.09892,9.47112,4.84053,11.2364,10.0071]") },
  { "yolo_v2_tiny_voc",
    YOLO ("\"classes\":20,\"num\":5,\"do_softmax\":1,\"anchors\":[1.08,1.19,3.42,4.41,"
          "6.63,11.38,9.42,5.11,16.62,10.52]") },
  { "yolo_v3", YOLO3 ("\"classes\":80," YOLO3_ANCHORS) },
  { "yolo_v3_voc", YOLO3 ("\"classes\":20," YOLO3_ANCHORS) },
  { "yolo_v3_tiny",
    YOLO3 (
        "\"classes\":80,\"num\":6,\"masks\":[[3,4,5],[0,1,2]],\"anchors\":[10,14,23,27,"
        "37,58,81,82,135,169,344,319],\"entry_points\":[\"detector/yolo-v3-tiny/"
        "Reshape\",\"detector/yolo-v3-tiny/Reshape_4\"]") },
};

const char *
tf_replace_known (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].name, name) == 0)
      return known[i].text;
  return NULL;
}
