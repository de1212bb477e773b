#!/usr/bin/env python3
"""Small graphs of each ONNX operation, through Weir and through ONNX Runtime.

usage: onnx-runtime.py [--weir PROGRAM] [--only PATTERN] [--seeds N] [--failures] [--jobs N]
       onnx-runtime.py --write FOLDER [--only PATTERN]     the models alone, as seeds for fuzzing
Each row of the table is a graph of one node (or a few), in as many variants as there are seeds. What
ONNX Runtime refuses is counted apart. The last line is `N passed, N failed`; exit status 1 if any failed.
Needs the packages numpy, onnx and onnxruntime.
"""
import argparse
import fnmatch
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
from onnx import helper

import onnx_cases

WEIR = os.path.join(os.path.dirname(__file__), "..", "..", "build", "plain", "inference", "cli", "weir")


class Case:
    """A model, what it is fed, and how far the results may lie apart."""

    def __init__(self, row, seed):
        self.name = "%s-%d" % (row.name, seed)
        self.row = row
        self.feeds = {}

    def write(self, folder):
        row = self.row
        names, inputs, initializers = [], [], []
        for i, value in enumerate(row.inputs):
            name = "" if value is None else "in%d" % i
            names.append(name)
            if value is None:
                continue
            if isinstance(value, onnx_cases.Const):
                initializers.append(value.tensor(name))
                continue
            array = np.asarray(value)
            self.feeds[name] = array
            shape = ["d%d_%d" % (i, k) for k in range(array.ndim)] if row.dynamic else array.shape
            inputs.append(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), shape))
        while names and names[-1] == "":
            names.pop()
        outputs = [o if o else "" for o in row.outputs]
        nodes = [helper.make_node(row.op, names, outputs, name="node", domain=row.domain, **row.attrs)]
        if row.nodes:
            nodes = row.nodes
        graph = helper.make_graph(nodes, "graph", inputs,
                                  [helper.make_empty_tensor_value_info(o) for o in outputs if o], initializers)
        sets = [helper.make_opsetid("", row.sets)]
        if row.domain:
            sets.append(helper.make_opsetid(row.domain, row.version))
        model = helper.make_model(graph, opset_imports=sets, ir_version=10)
        self.path = os.path.join(folder, self.name + ".onnx")
        with open(self.path, "wb") as f:
            f.write(model.SerializeToString())

    def expected(self):
        if self.row.expected is not None:
            return self.row.expected
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(self.path, options, providers=["CPUExecutionProvider"])
        return session.run(None, self.feeds)

    def found(self, weir, folder):
        out = os.path.join(folder, self.name)
        command = [weir, "run", self.path, "--output-dir", out]
        for name, array in self.feeds.items():
            path = os.path.join(folder, "%s-%s.npy" % (self.name, name))
            np.save(path, array)
            command += ["--input", "%s=%s" % (name, path)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError("weir: " + (done.stdout.strip().splitlines() or ["status %d" % done.returncode])[-1])
        with open(os.path.join(out, "outputs.json"), encoding="utf-8") as f:
            rows = json.load(f)
        return [np.load(os.path.join(out, row["file"])) for row in rows]


def differs(row, want, got):
    """'' or what is wrong."""
    if len(want) != len(got):
        return "%d outputs, expected %d" % (len(got), len(want))
    for i, (a, b) in enumerate(zip(want, got)):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape:
            return "output %d: shape %s, expected %s" % (i, b.shape, a.shape)
        x, y = a.astype(np.float64), b.astype(np.float64)
        if np.any(np.isnan(x) != np.isnan(y)):
            return "output %d: NaN in other places" % i
        finite = np.isfinite(x)
        if np.any(x[~finite & ~np.isnan(x)] != y[~finite & ~np.isnan(x)]):
            return "output %d: infinite in other places" % i
        top = float(np.abs(x[finite]).max()) if finite.any() else 0.0
        bound = row.steps if a.dtype.kind in "iub" else max(row.tolerance, 2e-3 * (a.dtype == np.float16)) * max(top, 1)
        error = float(np.abs(x[finite] - y[finite]).max()) if finite.any() else 0.0
        if error > bound:
            return "output %d: error %.3g, at most %.3g" % (i, error, bound)
    return ""


def run(case, weir, folder):
    """('passed' | 'failed' | 'refused', why)"""
    try:
        case.write(folder)
        want = case.expected()
    except Exception as e:                                        # whatever the peer raises is its refusal
        return "refused", str(e).strip().splitlines()[-1]
    try:
        why = differs(case.row, want, case.found(weir, folder))
    except Exception as e:
        why = str(e)
    return ("failed", why) if why else ("passed", "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--write", metavar="FOLDER")
    parser.add_argument("--only", default="*")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--failures", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    cases = [Case(row, seed) for seed in range(args.seeds) for row in onnx_cases.rows(np.random.default_rng(seed))
             if fnmatch.fnmatch(row.name, args.only)]
    if args.write:
        for case in cases:
            if case.name.endswith("-0"):
                case.write(args.write)
        return 0
    counts = {"passed": 0, "failed": 0, "refused": 0}
    with tempfile.TemporaryDirectory(prefix="onnx-runtime-") as folder, ThreadPoolExecutor(args.jobs) as pool:
        os.environ["XDG_CACHE_HOME"] = folder
        for case, (state, why) in zip(cases, pool.map(lambda c: run(c, args.weir, folder), cases)):
            counts[state] += 1
            if state == "failed" or (args.failures and why):
                print("%s %s: %s" % ("not ok" if state == "failed" else state, case.name, why))
    print("%d refused by ONNX Runtime" % counts["refused"])
    print("%d passed, %d failed" % (counts["passed"], counts["failed"]))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
