#!/usr/bin/env python3
"""How long a conversion takes, and how much memory: `weir convert` beside OpenVINO's `ovc`, whole processes by turns, on
the ONNX models of a manifest (../shared/models/manifest.json by default) and on a made network of 128 MiB.

usage: convert-speed.py --weir PATH [--ovc PATH] [--turns N] [--ratio R] [--only PATTERN] [--manifest FILE]

--weir names a release build. Prints the medians of the turns, and the largest peak of resident memory; exit status 1 where
Weir is less than R times (20) as fast (models up to 64 MiB), or takes more than twice the model's file and 48 MiB.
The last line is `N passed, N failed`.
"""
import argparse
import fnmatch
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20
SPARE = 48 * MIB
# Beyond this both wait for the disk more than they work: only the memory is compared.
LARGE = 64 * MIB

# A process of its own: the peak of a child counts what its parent held when it started.
MAKE = """
import numpy as np, onnx, sys
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(1)
nodes, weights, x = [], [], "x"

def constant(name, *shape):
    weights.append(numpy_helper.from_array(rng.uniform(0.5, 1.5, shape).astype(np.float32), name))
    return name

for i in range(14):
    n = str(i)
    nodes.append(helper.make_node("Conv", [x, constant("w" + n, 512, 512, 3, 3)], ["c" + n], pads=[1] * 4))
    nodes.append(helper.make_node("BatchNormalization", ["c" + n] + [constant(k + n, 512) for k in "sbmv"], ["n" + n]))
    nodes.append(helper.make_node("Relu", ["n" + n], ["r" + n]))
    x = "r" + n
info = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 512, 14, 14])
graph = helper.make_graph(nodes, "large", [info("x")], [info(x)], weights)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), sys.argv[1])
"""


def measure(command, folder):
    """-> (seconds, peak bytes); into a folder that is empty each time"""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    os.sync()  # a flush waits for what others have left unwritten, too
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError("%s ends with %d" % (command[0], child.returncode))
    return time.monotonic() - start, usage.ru_maxrss * 1024


def turns(commands, n, folder):
    """-> for each command (median seconds, largest peak), all by turns"""
    runs = [[measure(c, folder) for c in commands] for _ in range(n)]
    return [(statistics.median(r[i][0] for r in runs), max(r[i][1] for r in runs)) for i in range(len(commands))]


def one(name, path, args, folder):
    """-> whether it is fast and small; nothing where ovc does not convert it"""
    size = os.path.getsize(path)
    weir = [args.weir, "convert", "--input_model", path, "--output_dir", folder, "--model_name", "weir"]
    ovc = [args.ovc, path, "--output_model", os.path.join(folder, "ovc"), "--compress_to_fp16=False"]
    try:
        measure(ovc, folder)
    except RuntimeError:
        print("%-28s left out: ovc does not convert it" % name, flush=True)
        return None
    (ours, our_peak), (theirs, their_peak) = turns([weir, ovc], args.turns, folder)
    fast, small = theirs / ours >= args.ratio or size > LARGE, our_peak <= 2 * size + SPARE
    print("%-28s %8.2f MB  weir %7.1f ms %6.1f MiB  ovc %7.1f ms %6.1f MiB  %5.1f times as fast%s%s" % (
        name, size / 1e6, ours * 1e3, our_peak / MIB, theirs * 1e3, their_peak / MIB, theirs / ours,
        "" if fast else "  TOO SLOW", "" if small else "  TOO LARGE"), flush=True)
    return fast and small


def models(args):
    base = os.path.dirname(os.path.abspath(args.manifest))
    for model in json.load(open(args.manifest))["models"]:
        if model["framework"] == "onnx" and not model["convert_args"]:
            yield model["name"], os.path.join(base, model["model"]["--input_model"])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--weir", required=True)
    p.add_argument("--ovc", default=os.path.join(os.path.dirname(sys.executable), "ovc"))
    p.add_argument("--turns", type=int, default=5)
    p.add_argument("--ratio", type=float, default=20)
    p.add_argument("--only", default="*")
    p.add_argument("--manifest", default=os.path.join(HERE, "..", "..", "..", "shared", "models", "manifest.json"))
    args = p.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        rows = list(models(args)) if os.path.isfile(args.manifest) else []
        large = os.path.join(folder, "large.onnx")
        subprocess.run([sys.executable, "-c", MAKE, large], check=True)
        for name, path in rows + [("made, 14 convolutions", large)]:
            if not fnmatch.fnmatch(name, args.only):
                continue
            good = one(name, path, args, os.path.join(folder, "out"))
            passed += good is True
            failed += good is False
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
