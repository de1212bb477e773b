#!/usr/bin/env bash
# Finds faces by MTCNN's cascade: a network that slides over the picture in several sizes
# proposes squares, the second looks at each, the third at what the second left, and gives five
# key points. Each stage is a weirdetect; JSON lines go to standard output.
#
# usage: pipelines/mtcnn.sh FOLDER VIDEO [HEIGHT...]
#   FOLDER   holds det1, det2 and det3 of MXNet: det1-0001.params with det1-symbol.json, ...
#   HEIGHT   of the pictures that the first network slides over; it finds faces of 12 pixels.
#            Without: 96 68 48 34, faces of an eighth of the picture and more
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -lt 2 ]; then
  sed -n 's/^# usage: /usage: /p' "$0" >&2
  exit 2
fi
folder=$1 video=$2
shift 2
[ $# -gt 0 ] || set -- 96 68 48 34

model() {
  local found=("$folder/$1"-*.params)
  [ -r "${found[0]}" ] || { echo "mtcnn: there is no $folder/$1-NNNN.params" >&2; exit 1; }
  echo "${found[0]}"
}
propose=$(model det1) refine=$(model det2) finish=$(model det3)

stages=()
for height in "$@"; do
  stages+=(! weirdetect model="$propose" convert-options="--input_shape [1,3,$height,$((height * 4 / 3))]"
           labels=proposal, threshold=0.6 iou-threshold=0.5)
done
stages+=(! weirdetect model="$refine" convert-options="--input_shape [1,3,24,24]" inference-region=roi-list
         object-class=proposal keep-regions=false labels=refined, threshold=0.7 iou-threshold=0.7)
stages+=(! weirdetect model="$finish" convert-options="--input_shape [1,3,48,48]" inference-region=roi-list
         object-class=refined keep-regions=false labels=face, threshold=0.7 iou-threshold=0.4)

export GST_PLUGIN_PATH=${GST_PLUGIN_PATH:-$root/build/plain/gst}
exec gst-launch-1.0 -q filesrc location="$video" ! decodebin ! videoconvert "${stages[@]}" \
  ! weirpublish method=stdout ! fakesink
