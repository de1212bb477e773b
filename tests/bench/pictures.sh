#!/usr/bin/env bash
# What reading pictures costs: user CPU seconds of 1080p NV12 frames into weirinfer with a
# network of one Relu, beside the same frames through videoconvertscale, both less the bare
# source. The three pipelines take turns, so that all see the same machine.
#
# usage: tests/bench/pictures.sh [PLUGIN-DIR [TURNS [FRAMES]]]
# PLUGIN-DIR is a release build's `gst` folder (default build/rel/gst).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
plugins=${1:-$root/build/rel/gst}
turns=${2:-7}
frames=${3:-600}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GST_PLUGIN_PATH=$plugins GST_REGISTRY=$folder/registry XDG_CACHE_HOME=$folder

# An ONNX model in protobuf's encoding: y = Relu(x), both f32 of [1,3,240,320].
port='\x12\x18\x0a\x16\x08\x01\x12\x12\x0a\x02\x08\x01\x0a\x02\x08\x03\x0a\x03\x08\xf0\x01\x0a\x03\x08\xc0\x02'
printf '%b' '\x08\x08\x42\x02\x10\x0d\x3a\x4f\x0a\x0c\x0a\x01x\x12\x01y\x22\x04Relu\x12\x01g' \
  '\x5a\x1d\x0a\x01x' "$port" '\x62\x1d\x0a\x01y' "$port" >"$folder/relu.onnx"

source="videotestsrc num-buffers=$frames pattern=black !
  video/x-raw,format=NV12,width=1920,height=1080,framerate=30/1"
pipelines=(
  "$source ! fakesink"
  "$source ! videoconvertscale n-threads=1 ! video/x-raw,format=RGB,width=320,height=240 ! fakesink"
  "$source ! weirinfer model=$folder/relu.onnx threads=1 nireq=1 ! fakesink"
)
names=(source videoconvertscale weirinfer)

# user SECONDS of one run
user() {
  local TIMEFORMAT=%3U
  # shellcheck disable=SC2086
  { time gst-launch-1.0 -q $1 >"$folder/log" 2>&1; } 2>&1 || { cat "$folder/log" >&2; return 1; }
}

for pipeline in "${pipelines[@]}"; do user "${pipeline/num-buffers=$frames/num-buffers=2}" >"$folder/warm"; done
for ((turn = 0; turn < turns; turn++)); do
  for i in 0 1 2; do user "${pipelines[i]}" >>"$folder/${names[i]}"; done
done

# least NAME and median NAME
least() { sort -n "$folder/$1" | head -n 1; }
median() { sort -n "$folder/$1" | sed -n "$(((turns + 1) / 2))p"; }

for of in least median; do
  awk -v of=$of -v source="$($of source)" -v peer="$($of videoconvertscale)" \
    -v own="$($of weirinfer)" 'BEGIN {
      printf "%-6s  source %.3f s, videoconvertscale +%.3f s, weirinfer +%.3f s, ratio %.2f\n",
        of, source, peer - source, own - source, (own - source) / (peer - source)
    }'
done
