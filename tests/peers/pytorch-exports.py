#!/usr/bin/env python3
"""What PyTorch's two exporters write, the older by tracing and the newer by torch.export, through `weir run`, beside what PyTorch computes.

usage: pytorch-exports.py [--weir PROGRAM] [--only PATTERN] [--exporter trace|dynamo] [--keep FOLDER]
What an exporter refuses is counted apart. The last line is `N passed, N failed`; exit status 1 if any failed.
Needs the packages numpy, torch, onnx and onnxscript.
"""
import argparse
import fnmatch
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import torch

import pytorch_modules

WEIR = os.path.join(os.path.dirname(__file__), "..", "..", "build", "plain", "inference", "cli", "weir")


def export(module, inputs, dynamic, exporter, path):
    axes = {"x0": {0: "batch"}} if dynamic else None
    names = ["x%d" % i for i in range(len(inputs))]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        if exporter == "dynamo":
            torch.onnx.export(module, inputs, path, dynamo=True, input_names=names, fallback=False,
                              dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=64)},) if dynamic else None)
        else:
            torch.onnx.export(module, inputs, path, input_names=names, dynamic_axes=axes, opset_version=17)


def computed(weir, path, inputs, folder):
    command = [weir, "run", path, "--output-dir", os.path.join(folder, "out")]
    for i, value in enumerate(inputs):
        file = os.path.join(folder, "x%d.npy" % i)
        np.save(file, value.numpy())
        command.append("--input=x%d=%s" % (i, file))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise ValueError((done.stderr.strip().splitlines() or ["exit status %d" % done.returncode])[-1])
    with open(os.path.join(folder, "out", "outputs.json")) as f:
        return [np.load(os.path.join(folder, "out", o["file"])) for o in json.load(f)]


def difference(found, expected):
    """None where they agree, else what differs."""
    if found.shape != expected.shape:
        return "shape %s instead of %s" % (found.shape, expected.shape)
    if expected.dtype.kind in "iub":
        return None if np.array_equal(found, expected) else "other integers"
    worst = float(np.max(np.abs(found - expected), initial=0))
    limit = 1e-4 * max(1.0, float(np.max(np.abs(expected), initial=0)))
    return None if worst <= limit else "a difference of %.3g" % worst


def verdict(weir, row, exporter, folder):
    _, module, inputs, dynamic = row
    path = os.path.join(folder, "model.onnx")
    if dynamic:  # the newer exporter takes an axis of 1 for a constant
        inputs = tuple(torch.cat([x, x]) for x in inputs)
    try:
        export(module, inputs, dynamic, exporter, path)
    except Exception as e:
        return "refused", "the exporter: %s" % (str(e).strip().splitlines() or [type(e).__name__])[0][:150]
    if dynamic:
        inputs = tuple(torch.cat([x, x * 2 if x.is_floating_point() else x]) for x in inputs)
    with torch.no_grad():
        expected = module(*inputs)
    expected = expected if isinstance(expected, (tuple, list)) else [expected]
    try:
        found = computed(weir, path, inputs, folder)
    except ValueError as e:
        return "not ok", str(e)
    if len(found) != len(expected):
        return "not ok", "%d outputs instead of %d" % (len(found), len(expected))
    for got, want in zip(found, expected):
        why = difference(got, want.detach().numpy())
        if why is not None:
            return "not ok", why
    return "ok", ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--only", default="*")
    parser.add_argument("--exporter", choices=["trace", "dynamo"])
    parser.add_argument("--keep", help="a folder for the models")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    torch.manual_seed(1)
    counts = {"ok": 0, "not ok": 0, "refused": 0}
    for row in pytorch_modules.rows():
        if not fnmatch.fnmatch(row[0], args.only):
            continue
        row[1].eval()
        for exporter in [args.exporter] if args.exporter else ["trace", "dynamo"]:
            with tempfile.TemporaryDirectory() as scratch:
                folder = scratch
                if args.keep:
                    folder = os.path.join(args.keep, row[0] + "-" + exporter)
                    os.makedirs(folder, exist_ok=True)
                result, why = verdict(args.weir, row, exporter, folder)
            counts[result] += 1
            if result != "ok":
                print("%s %s-%s: %s" % (result, row[0], exporter, why), flush=True)
    print("%d refused by the exporters" % counts["refused"])
    print("%d passed, %d failed" % (counts["ok"], counts["not ok"]))
    return 1 if counts["not ok"] or not counts["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
