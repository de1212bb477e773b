#!/usr/bin/env python3
"""Adds up which lines of each room were run: what gcov says of a build with -Db_coverage=true.

usage: coverage.py BUILD [--at-least PERCENT] [--files] [--gcov PROGRAM]
       coverage.py --targets BUILD SUITE...     the test programs of these suites, for ninja
Prints a table: room, lines, covered, percent. Exit status 1 if a room of a reader is below PERCENT.
--files lists each file, with the lines that were not run.
"""
import argparse
import json
import os
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))

# A room of readers: its name and the files that it is made of, by the beginnings of their paths.
ROOMS = [
    ("onnx and wire", ["converter/frontends/onnx/", "converter/frontends/wire.c"]),
    ("tflite", ["converter/frontends/tflite/"]),
    ("tensorflow", ["converter/frontends/tensorflow/"]),
    ("caffe", ["converter/frontends/caffe/"]),
    ("mxnet", ["converter/frontends/mxnet/"]),
    ("paddle", ["converter/frontends/paddle/"]),
    ("kaldi", ["converter/frontends/kaldi/"]),
    ("text", ["converter/frontends/text"]),
    ("io, reading", ["converter/io/read", "converter/io/xml-read.c", "converter/io/bin.c",
                     "converter/io/ids.c", "converter/io/versions.c", "converter/io/parts.c",
                     "converter/io/stream.c"]),
]


def objects(build):
    for folder, _, names in os.walk(build):
        for name in names:
            if name.endswith(".gcda"):
                yield os.path.join(folder, name)


def reports(gcov, build, paths):
    """What gcov prints for each file, a few hundred of them a call."""
    for i in range(0, len(paths), 200):
        out = subprocess.run([gcov, "--json-format", "--stdout", *paths[i:i + 200]], cwd=build,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
        for line in out.stdout.splitlines():
            if line.startswith("{"):
                yield json.loads(line)


def lines_of(gcov, build):
    """file -> line -> how often it was run, over all objects that it was compiled into"""
    files = {}
    for report in reports(gcov, build, [os.path.relpath(p, build) for p in sorted(objects(build))]):
        for entry in report["files"]:
            path = os.path.realpath(os.path.join(build, entry["file"]))
            if not path.startswith(ROOT + os.sep) or path.startswith(os.path.realpath(build) + os.sep):
                continue
            lines = files.setdefault(os.path.relpath(path, ROOT), {})
            for line in entry["lines"]:
                number = line["line_number"]
                lines[number] = max(lines.get(number, 0), line["count"])
    return files


def ranges(numbers):
    """[1, 2, 3, 7] -> 1-3 7"""
    parts = []
    for n in sorted(numbers):
        if parts and parts[-1][1] == n - 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return " ".join("%d" % a if a == b else "%d-%d" % (a, b) for a, b in parts)


def row(name, lines):
    covered = sum(count > 0 for count in lines)
    percent = 100.0 * covered / len(lines)
    print("%-44s %6d %8d %7.1f %%" % (name, len(lines), covered, percent))
    return percent


def targets(build, suites):
    """Test programs that the build makes, and what they are run with."""
    tests = json.loads(subprocess.run(["meson", "introspect", "--tests", build], stdout=subprocess.PIPE, check=True,
                                      text=True).stdout)
    top = os.path.realpath(build) + os.sep
    made = {os.path.realpath(word) for test in tests for word in test["cmd"]
            if {s.split(":")[-1] for s in test["suite"]} & set(suites)}
    return sorted(os.path.relpath(path, top) for path in made if path.startswith(top))


def main():
    if sys.argv[1:2] == ["--targets"]:
        print("\n".join(targets(sys.argv[2], sys.argv[3:])))
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--at-least", type=float, default=85.0)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--gcov", default="gcov")
    args = parser.parse_args()
    files = lines_of(args.gcov, args.build)
    below = []
    print("%-44s %6s %8s %9s" % ("room", "lines", "covered", "percent"))
    for name, starts in ROOMS:
        mine = {p: l for p, l in sorted(files.items()) if p.endswith(".c") and p.startswith(tuple(starts))}
        counts = [count for lines in mine.values() for count in lines.values()]
        if not counts:
            continue
        if row(name, counts) < args.at_least:
            below.append(name)
        for path, lines in mine.items() if args.files else ():
            row("  " + path, list(lines.values()))
            missed = ranges(n for n, count in lines.items() if count == 0)
            if missed:
                print("    not run: " + missed)
    if not files:
        print("nothing was run")
    for name in below:
        print("below %g %%: %s" % (args.at_least, name))
    return 1 if below or not files else 0


if __name__ == "__main__":
    sys.exit(main())
