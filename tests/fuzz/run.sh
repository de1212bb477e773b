#!/usr/bin/env bash
# Runs a fuzzing program for some seconds on its seeds in the tree. Leaves build/NAME.log,
# and build/NAME.passed where there was no finding.
#
# usage: tests/fuzz/run.sh fixed|explore SECONDS PROGRAM
#   fixed     the same inputs in the same order on every machine: how far it comes is all that
#             the machine decides, so that a finding belongs to the change that is tested
#   explore   other inputs each time, beginning with what was found before
set -u
mode=$1 seconds=$2 program=$3
name=$(basename "$program")
seeds=tests/fuzz/corpus/${name#fuzz-}
limits=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512
        -artifact_prefix=build/corpus/)
mkdir -p "build/corpus/$name"
rm -f "build/$name.passed"
# What libraries leak by themselves.
export LSAN_OPTIONS=suppressions=tests/lsan.supp:print_suppressions=0

if [ "$mode" = explore ]; then
  "$program" "${limits[@]}" "build/corpus/$name" "$seeds"
else
  # Folders list their files, and the loader places a program, as each machine likes.
  find "$seeds" -type f | LC_ALL=C sort | paste -sd , >"build/$name.seeds"
  steady=()
  ! setarch -R true 2>/dev/null || steady=(setarch -R)
  "${steady[@]+"${steady[@]}"}" "$program" "${limits[@]}" -seed=1 -seed_inputs="@build/$name.seeds"
fi >"build/$name.log" 2>&1 && touch "build/$name.passed"
exit 0
