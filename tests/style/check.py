#!/usr/bin/env python3
"""Checks the tree's own rules: which room may include which, sizes of files and functions, words that
must not stand in code. Prints each finding; exit status 1 if there are any.

usage: check.py
"""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MAX_FILE, MAX_HEADER, MAX_FUNCTION, MAX_COLUMNS = 600, 200, 60, 100

# room -> prefixes of project headers that its files may include; its own folder is always allowed.
# A header is named by its path from converter/, inference/ or gst/.
FRONTEND = ["frontends/frontend.h", "frontends/wire.h", "frontends/text.h", "frontends/text-tree.h", "frontends/arena.h", "frontends/capture.h", "frontends/make.h",
            "frontends/rows.h", "frontends/cut.h", "frontends/extension-ops.h", "frontends/offload-ops.h", "frontends/hdf5.h", "frontends/zip.h", "ir/", "base/"]
ALLOWED = {
    "converter/base": [],
    "converter/ir": ["base/"],
    "converter/ops": ["ir/", "base/"],
    "converter/io": ["ir/", "base/"],
    "converter/passes": ["ir/", "base/"],
    "converter/frontends/onnx": FRONTEND + ["frontends/proto/", "onnx.pb-c.h"],
    "converter/frontends/tflite": FRONTEND,
    "converter/frontends/tensorflow": FRONTEND + ["frontends/proto/", "tensorflow.pb-c.h"],
    "converter/frontends/keras": FRONTEND,
    "converter/frontends/caffe": FRONTEND + ["frontends/proto/", "caffe.pb-c.h"],
    "converter/frontends/mxnet": FRONTEND,
    "converter/frontends/kaldi": FRONTEND,
    "converter/frontends/paddle": FRONTEND + ["frontends/proto/", "paddle.pb-c.h"],
    "converter/frontends": ["ir/", "base/", "onnx.pb-c.h"],
    "converter/offload": ["ir/", "base/"],
    "converter/extensions": ["ir/", "base/", "io/read-xml.h"],
    "converter": [""],
    "inference/runtime": ["base/", "ir/", "runtime/", "device.h"],
    "inference/compile": ["base/", "ir/", "runtime/", "device.h", "compile/"],
    "inference/cpu/kernels": ["base/", "ir/", "runtime/", "device.h", "cpu/"],
    "inference/cpu": ["base/", "ir/", "runtime/", "device.h", "cpu/"],
    "inference/quantize": ["base/", "ir/", "passes/weights.h", "weir-infer.h", "weir-quantize.h", "quantize/"],
    "inference/cli": ["weir-ir.h", "weir-convert.h", "weir-infer.h", "weir-image.h", "base/bytes.h", "base/source.h"],
    "inference": [""],
    "gst/lib": ["weir-ir.h", "weir-convert.h", "weir-infer.h", "weir-image.h", "lib/"],
    "gst/decoders": ["weir-infer.h", "weir-ir.h", "lib/"],
    "gst/track": ["base/error.h"],
    "gst/analytics": ["base/error.h", "base/json.h"],
    "gst/elements": ["weir-ir.h", "weir-convert.h", "weir-infer.h", "lib/", "decoders/", "track/", "analytics/"],
    "gst": [""],
}
# Libraries that live behind one door.
DOORS = {r"<json-glib/": ("converter/base/json.h", "inference/cli/", "gst/lib/"), r"<libxml/": ("converter/io/",), r"<protobuf-c/": ("converter/frontends/", "inference/remote/")}
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|atoi|atof|strtok|alloca|gets|strtod)\s*\(")
LEFT = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def files():
    for top in ("converter", "inference", "gst", "tests"):
        for folder, _, names in sorted(os.walk(os.path.join(ROOT, top))):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def room_of(path):
    folder = os.path.dirname(path)
    while folder and folder not in ALLOWED:
        folder = os.path.dirname(folder)
    return folder


def check_includes(path, lines, found):
    room = room_of(path)
    here = os.path.dirname(path)
    for n, line in enumerate(lines, 1):
        for pattern, doors in DOORS.items():
            if line.startswith("#include " + pattern) and not path.startswith(doors):
                found.append("%s:%d: %s belongs behind %s" % (path, n, line.strip(), " or ".join(doors)))
        m = re.match(r'#include "([^"]+)"', line)
        if not m or path.startswith("tests/"):
            continue
        header = m.group(1)
        if os.path.exists(os.path.join(ROOT, here, header)):
            continue
        top = path.split("/")[0]
        if os.path.exists(os.path.join(ROOT, top, header)) and os.path.dirname(top + "/" + header) == here:
            continue
        if not any(header.startswith(p) for p in ALLOWED[room]):
            found.append("%s:%d: %s may not include %s" % (path, n, room, header))


def check_sizes(path, lines, found):
    limit = MAX_HEADER if path.endswith(".h") else MAX_FILE
    if len(lines) > limit:
        found.append("%s: %d lines, at most %d" % (path, len(lines), limit))
    start = None
    for n, line in enumerate(lines, 1):
        if len(line.rstrip("\n")) > MAX_COLUMNS:
            found.append("%s:%d: %d columns" % (path, n, len(line)))
        if line.startswith("{"):
            start = n
        elif line.startswith("}") and start is not None:
            if n - start - 1 > MAX_FUNCTION:
                found.append("%s:%d: a function of %d lines, at most %d" % (path, start, n - start - 1, MAX_FUNCTION))
            start = None


def check_words(path, lines, found):
    for n, line in enumerate(lines, 1):
        m = BANNED.search(line) or LEFT.search(line)
        if m:
            found.append("%s:%d: '%s'" % (path, n, m.group(1)))


def main():
    found = []
    for path in files():
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            lines = f.readlines()
        check_includes(path, lines, found)
        check_sizes(path, lines, found)
        check_words(path, lines, found)
    for line in found:
        print(line)
    print("style: %d findings" % len(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
