#!/usr/bin/env bash
# Which lines of the readers the unit tests and the seeds of fuzzing run: builds build/coverage and
# prints a table of the rooms, without and, where a folder `shared` with models lies beside the
# checkout, with the real models.
#
# usage: tests/coverage.sh [--files]     --files: each file, with the lines that were not run
# Exit status 1 if a room of readers is below 85 percent without the real models.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
build=build/coverage
suites=(frontends io ops fuzz)
export PATH="/usr/lib/ccache:$PATH"

mkdir -p build
if [ ! -f "$build/build.ninja" ]; then
  meson setup "$build" -Dbuildtype=debugoptimized -Doptimization=0 -Db_coverage=true \
    -Dgstreamer=disabled -Dintrospection=disabled >"$build.log" 2>&1 || { tail -n 30 "$build.log"; exit 1; }
fi
ninja -C "$build" build.ninja >"$build.log" 2>&1 || { tail -n 30 "$build.log"; exit 1; }
mapfile -t targets < <(python3 tests/coverage.py --targets "$build" "${suites[@]}")
ninja -C "$build" inference/cli/weir "${targets[@]}" >"$build.log" 2>&1 ||
  { grep -E 'error|FAILED' -A 3 "$build.log" | head -n 40; exit 1; }

find "$build" -name '*.gcda' -delete
if ! meson test -C "$build" --no-rebuild --print-errorlogs --no-suite slow --timeout-multiplier 4 \
    "${suites[@]/#/--suite=}" >"$build.test.log" 2>&1; then
  tail -n 40 "$build.test.log"
  exit 1
fi
echo "unit tests and seeds"
python3 tests/coverage.py "$build" --at-least 85 "$@"
status=$?

accept=$root/../shared/accept
if [ -d "$accept" ] && [ -d "$root/../shared/models" ]; then
  "$root/pipelines/setup.sh" --python numpy >"$build.log" 2>&1
  build/venv/bin/python "$accept/models.py" --weir "$build/inference/cli/weir" --timeout 600 >"$build.models.log" 2>&1
  echo
  echo "with the real models"
  python3 tests/coverage.py "$build" --at-least 0 "$@"
fi
exit "$status"
