#!/usr/bin/env bash
# Builds Weir and runs its tests: units plain and under ASan and UBSan, the engine's threads
# under TSan, a short fuzzing of the readers, the style of the tree, and, where a folder
# `shared` with models lies beside the checkout, those models too.
#
# usage: tests/run.sh [--full]     --full: long fuzzing, soak, and what needs the heavy peers
# The last line is `N passed, N failed`.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
full=${1:-}
passed=0
failed=0
failures=()
started=$SECONDS

"$root/pipelines/setup.sh" || { echo "0 passed, 1 failed"; exit 1; }
export PATH="/usr/lib/ccache:$PATH"

good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); failures+=("$1"); }

say() { printf '\n== %s (%d s)\n' "$*" $((SECONDS - started)); }

# build DIR TARGETS MESON-OPTIONS...: configures once and builds TARGETS, all when empty
build() {
  local dir=$1 targets=$2
  shift 2
  [ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" >"$dir.log" 2>&1 || { tail -n 30 "$dir.log"; return 1; }
  # shellcheck disable=SC2086
  ninja -C "$dir" $targets >"$dir.log" 2>&1 || { grep -E 'error|FAILED' -A 3 "$dir.log" | head -n 40; return 1; }
}

# units DIR MESON-TEST-ARGUMENTS...: counts each test program
units() {
  local dir=$1
  shift
  meson test -C "$dir" --no-rebuild --print-errorlogs "$@" >"$dir.test.log" 2>&1
  local counts
  counts=$(python3 tests/count.py "$dir/meson-logs/testlog.json")
  passed=$((passed + ${counts%% *}))
  if [ "${counts##* }" -gt 0 ]; then
    failed=$((failed + ${counts##* }))
    failures+=("$dir: $(python3 tests/count.py --names "$dir/meson-logs/testlog.json")")
    tail -n 60 "$dir.test.log"
  fi
}

# peer NAME ARGUMENTS...: runs tests/peers/NAME.py, whose last line counts
peer() {
  build/venv/bin/python "tests/peers/$1.py" "${@:2}" >"build/$1.log" 2>&1
  local counts
  counts=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "build/$1.log")
  [ -n "$counts" ] || counts="0 1"
  passed=$((passed + ${counts%% *}))
  if [ "${counts##* }" -gt 0 ]; then
    failed=$((failed + ${counts##* }))
    failures+=("$1: see build/$1.log")
    grep '^not ok' "build/$1.log" | head -n 20
  fi
}

mkdir -p build

say "build"
if build build/plain "" -Dbuildtype=debugoptimized; then good; else bad "the plain build"; fi
say "unit tests"
units build/plain --no-suite slow

say "build with ASan and UBSan"
if build build/asan "" -Dbuildtype=debugoptimized -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false; then good; else bad "the sanitized build"; fi
say "unit tests with ASan and UBSan"
# GCC 13 aligns vectors wrongly in the frames that find uses after a return.
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:detect_stack_use_after_return=0
units build/asan --no-suite slow --no-suite kernels --no-suite gst --timeout-multiplier 4
ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=0 LSAN_OPTIONS=suppressions=$root/tests/lsan.supp \
  units build/asan --suite gst --timeout-multiplier 4
unset ASAN_OPTIONS

say "the engine's threads with TSan"
if build build/tsan "tests/compile/test-compile-threads tests/compile/test-compile-compile" -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false -Dgstreamer=disabled -Dintrospection=disabled; then
  good
  units build/tsan compile-threads compile-compile
else
  bad "the build for TSan"
fi

say "fuzzing"
targets=$(cd tests/fuzz && for f in fuzz-*.c; do printf 'tests/fuzz/%s ' "${f%.c}"; done)
if CC=clang build build/fuzz "$targets" -Dfuzz=true -Dbuildtype=debugoptimized -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false -Dgstreamer=disabled -Dintrospection=disabled; then
  good
  how="fixed 60"
  [ "$full" = --full ] && how="explore 1200"
  rm -f build/fuzz-*.log build/fuzz-*.passed
  # shellcheck disable=SC2086
  find build/fuzz/tests/fuzz -maxdepth 1 -name 'fuzz-*' -type f -perm -u+x | sort |
    xargs -P "$(nproc)" -n 1 tests/fuzz/run.sh $how
  for log in build/fuzz-*.log; do
    if [ -f "${log%.log}.passed" ]; then
      good
    else
      bad "$(basename "$log" .log)"
      tail -n 20 "$log"
    fi
  done
else
  bad "the build for fuzzing"
fi

if [ "$full" = --full ]; then
  say "1000 state changes, no object left alive"
  if WEIR_CYCLES=1000 G_DEBUG=fatal-criticals GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 \
      build/plain/tests/gst/test-gst-stream -p /gst/stream/states >build/leaks.log 2>&1 &&
      ! grep -q 'object-alive, type-name=(string)Gst' build/leaks.log; then
    good
  else
    bad "state changes or leaks"
    grep 'object-alive, type-name=(string)Gst' build/leaks.log | head
  fi
fi

if [ "$full" = --full ]; then
  say "every operation, beside OpenVINO's runtime and its specification, and ONNX Runtime"
  "$root/pipelines/setup.sh" --python numpy openvino onnx onnxruntime
  peer ops-openvino
  [ ! -f "$root/../shared/opset.json" ] || peer opset-audit
  peer onnx-runtime
fi

if [ "$full" = --full ]; then
  say "random graphs and TensorFlow Lite models, beside TensorFlow"
  "$root/pipelines/setup.sh" --python numpy tensorflow-cpu
  peer tensorflow-random
  peer tflite-random
  peer tensorflow-forms
  peer tensorflow-offload
  peer tensorflow-networks
  peer tensorflow-flow
fi

# Model Optimizer is the last release that reads five frameworks; it wants an older Python and NumPy.
if [ "$full" = --full ] && [ ! -x build/mo-venv/bin/mo ]; then
  { python3.11 -m venv build/mo-venv &&
    build/mo-venv/bin/pip install -q --disable-pip-version-check 'numpy<1.24' 'openvino-dev[onnx]==2023.0.2' \
      'mxnet==1.9.1' 'tensorflow-cpu==2.12.1'; } >build/mo-venv.log 2>&1
fi

if [ "$full" = --full ] && [ -f "$root/../shared/models/manifest.json" ]; then
  say "conversions, beside OpenVINO's converters"
  "$root/pipelines/setup.sh" --python numpy openvino onnx
  mo=()
  [ ! -x build/mo-venv/bin/mo ] || mo=(--mo build/mo-venv/bin/mo)
  peer kaldi-stream --models "$root/../shared/models"
  peer op-counts "${mo[@]+"${mo[@]}"}"
  peer round-trip
  if build build/release inference/cli/weir -Dbuildtype=release -Dgstreamer=disabled -Dintrospection=disabled; then
    peer convert-speed --weir build/release/inference/cli/weir
  else
    bad "the release build"
  fi
fi

say "style"
if python3 tests/style/check.py; then good; else bad "style"; fi

accept=$root/../shared/accept
if [ -d "$accept" ]; then
  say "models"
  check=()
  frameworks=()
  for framework in onnx tflite caffe tensorflow mxnet kaldi keras paddle; do
    frameworks+=(--framework "$framework")
  done
  if [ "$full" = --full ]; then
    "$root/pipelines/setup.sh" --python numpy openvino
    check=(--cross-check)
  else
    "$root/pipelines/setup.sh" --python numpy
  fi
  build/venv/bin/python "$accept/models.py" --weir build/plain/inference/cli/weir "${frameworks[@]}" \
    "${check[@]+"${check[@]}"}" --json build/models.json >build/models.log 2>&1
  counts=$(python3 tests/count.py --models build/models.json tests/models/expected-failures.txt)
  passed=$((passed + ${counts%% *}))
  if [ "${counts##* }" -gt 0 ]; then
    failed=$((failed + ${counts##* }))
    failures+=("models: see build/models.log")
    grep -A 2 FAIL build/models.log
  fi
  if [ "$full" = --full ]; then
    say "options, beside Model Optimizer"
    if build/mo-venv/bin/python tests/peers/mo-options.py --weir build/plain/inference/cli/weir --models "$root/../shared/models/onnx" >build/mo-options.log 2>&1; then
      good
    else
      bad "options"
      tail -n 20 build/mo-options.log
    fi
  fi
  say "video"
  if GST_REGISTRY=$root/build/registry.bin build/venv/bin/python "$accept/video.py" --plugin-path build/plain/gst --no-formats >build/video.log 2>&1; then
    good
  else
    bad "video"
    cat build/video.log
  fi
fi

say "done"
for f in "${failures[@]+"${failures[@]}"}"; do echo "failed: $f"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
