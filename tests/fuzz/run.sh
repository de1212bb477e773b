#!/usr/bin/env bash
# Runs a fuzzing program on what it found before and on its seeds in the tree. Leaves
# build/NAME.log, and build/NAME.passed where there was no finding.
#
# usage: LIMIT="-max_total_time=60" tests/fuzz/run.sh PROGRAM
set -u
name=$(basename "$1")
mkdir -p "build/corpus/$name"
rm -f "build/$name.passed"
# shellcheck disable=SC2086
if "$1" $LIMIT -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 -artifact_prefix=build/corpus/ \
    "build/corpus/$name" "tests/fuzz/corpus/${name#fuzz-}" >"build/$name.log" 2>&1; then
  touch "build/$name.passed"
fi
exit 0
