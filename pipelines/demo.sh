#!/usr/bin/env bash
# Sets up and builds Weir, converts a real model on the fly, runs it on a real clip, and leaves
# an annotated video, a contact sheet and JSON lines.
#
# usage: pipelines/demo.sh [MODEL [VIDEO]]     without: a face detector and a clip of a talking
#                                              person, fetched from Python packages
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${WEIR_DEMO_OUT:-$root/out}

"$root/pipelines/setup.sh"
build=$root/build/plain
if [ ! -f "$build/build.ninja" ]; then
  mkdir -p "$root/build"
  echo "demo: configuring (log: build/plain.log)"
  meson setup "$build" "$root" -Dbuildtype=debugoptimized >"$build.log" 2>&1
fi
echo "demo: building"
ninja -C "$build" >"$build.log" 2>&1 || { tail -n 20 "$build.log"; exit 1; }

model=${1:-$("$root/pipelines/sample.sh" faces)}
video=${2:-$("$root/pipelines/sample.sh" clip)}
for f in "$model" "$video"; do
  [ -r "$f" ] || { echo "demo: cannot read $f" >&2; exit 1; }
done

mkdir -p "$out"
rm -f "$out"/annotated.mp4 "$out"/objects.jsonl "$out"/frame-*.png "$out"/contact-sheet.png
export GST_PLUGIN_PATH=$build/gst GST_REGISTRY=$root/build/registry.bin
echo "demo: $(basename "$model") on $(basename "$video")"
start=$(date +%s.%N)
gst-launch-1.0 -q filesrc location="$video" ! decodebin ! videoconvert \
  ! weirdetect model="$model" ! weirpublish file-path="$out/objects.jsonl" \
  ! weiroverlay ! tee name=t \
  t. ! queue ! videoconvert ! x264enc speed-preset=veryfast ! mp4mux ! filesink location="$out/annotated.mp4" \
  t. ! queue ! videorate drop-only=true max-rate=2 ! videoconvert ! videoscale ! video/x-raw,width=320,pixel-aspect-ratio=1/1 \
  ! pngenc ! multifilesink location="$out/frame-%03d.png"
end=$(date +%s.%N)
python3 "$root/pipelines/summary.py" "$out" "$start" "$end"
