#!/usr/bin/env bash
# Makes samples for `weir quantize`: frames of a clip, or the pictures of a folder (PNG, JPEG),
# as PPM files.
#
# usage: pipelines/samples.sh CLIP|PICTURE|FOLDER DIR [FRAMES-PER-SECOND]
#                                              without: every frame of a clip
set -euo pipefail
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
from=$1 to=$2 rate=${3:-}
[ -r "$from" ] || { echo "samples: cannot read $from" >&2; exit 1; }
mkdir -p "$to"

frames() {
  local thin=()
  [ -z "$2" ] || thin=(! videorate drop-only=true "max-rate=$2")
  gst-launch-1.0 -q filesrc location="$1" ! decodebin ! videoconvert "${thin[@]}" \
    ! video/x-raw,format=RGB ! pnmenc ! multifilesink location="$3-%05d.ppm"
}

if [ -d "$from" ]; then
  find "$from" -maxdepth 1 -type f \( -iname '*.png' -o -iname '*.jpg' -o -iname '*.jpeg' \) -print0 | sort -z |
    while IFS= read -r -d '' file; do
      name=$(basename "$file")
      frames "$file" "" "$to/${name%.*}" </dev/null
    done
else
  name=$(basename "$from")
  frames "$from" "$rate" "$to/${name%.*}"
fi
echo "samples: $(find "$to" -maxdepth 1 -name '*.ppm' | wc -l) files in $to"
