#!/usr/bin/env bash
# Installs what building, testing and the demo need, on Debian 12 or Ubuntu 24.04, and skips
# what is there. Says what it installs; needs no network once all of it is there.
#
# usage: pipelines/setup.sh [--python PACKAGE==VERSION...]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/build/venv

packages=(
  build-essential meson ninja-build pkg-config python3 python3-venv clang
  libglib2.0-dev libxml2-dev libjson-glib-dev libprotobuf-c-dev protobuf-c-compiler
  libsnappy-dev libhdf5-dev
  libcairo2-dev libpango1.0-dev gobject-introspection libgirepository1.0-dev
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev gstreamer1.0-tools
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly gstreamer1.0-libav fonts-dejavu-core
)

# The sanitizers and libFuzzer of the distribution's clang.
if grep -q '^VERSION_ID="24.04"' /etc/os-release 2>/dev/null; then
  packages+=(libclang-rt-18-dev)
else
  packages+=(libclang-rt-14-dev)
fi

missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q '^install ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  echo "setup: installing ${missing[*]}"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
fi

if [ "${1:-}" = --python ]; then
  shift
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  wanted=()
  for p in "$@"; do
    name=${p%%==*}
    have=$("$venv/bin/python" -c "import importlib.metadata as m; print(m.version('$name'))" 2>/dev/null || true)
    if [ -z "$have" ] || { [ "$name" != "$p" ] && [ "$have" != "${p##*==}" ]; }; then
      wanted+=("$p")
    fi
  done
  if [ ${#wanted[@]} -gt 0 ]; then
    echo "setup: installing the Python packages ${wanted[*]}"
    "$venv/bin/pip" install -q --disable-pip-version-check "${wanted[@]}"
  fi
fi
