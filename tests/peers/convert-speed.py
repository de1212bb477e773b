#!/usr/bin/env python3
"""Times `weir convert` as a whole process beside `ovc`, in turns, on the ONNX models of a manifest
(../shared/models/manifest.json by default), and takes the peak of its memory.

usage: convert-speed.py --weir PATH [--ovc PATH] [--turns N] [--only PATTERN] [--manifest FILE]

Weir must be built with --buildtype=release. Prints medians, their ratio, and peak memory beside the model's size; exit
status 1 where Weir is less than 20 times as fast, or takes more than 2 x the model + 48 MiB.
The last line is `N passed, N failed`.
"""
import argparse
import fnmatch
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20


def timed(command):
    """-> (seconds, peak resident bytes), None where it failed"""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (time.monotonic() - began, usage.ru_maxrss * 1024) if process.returncode == 0 else None


def one(path, args, folder):
    ours, theirs, peak = [], [], 0
    for turn in range(args.turns + 1):
        a = timed([args.weir, "convert", "--input_model", path, "--output_dir", folder, "--silent"])
        b = timed([args.ovc, path, "--output_model", os.path.join(folder, "o"), "--compress_to_fp16=False"])
        if a is None:
            return None
        peak = max(peak, a[1])
        if turn > 0:
            ours.append(a[0])
            theirs += [b[0]] if b else []
    return statistics.median(ours), statistics.median(theirs) if theirs else None, peak


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--weir", required=True)
    p.add_argument("--ovc", default=os.path.join(os.path.dirname(sys.executable), "ovc"))
    p.add_argument("--turns", type=int, default=5)
    p.add_argument("--only", default="*")
    p.add_argument("--manifest", default=os.path.join(HERE, "..", "..", "..", "shared", "models", "manifest.json"))
    args = p.parse_args()
    base = os.path.dirname(os.path.abspath(args.manifest))
    passed = failed = 0
    for model in json.load(open(args.manifest))["models"]:
        if model["framework"] != "onnx" or model["convert_args"] or not fnmatch.fnmatch(model["name"], args.only):
            continue
        path = os.path.join(base, model["model"]["--input_model"])
        with tempfile.TemporaryDirectory() as folder:
            found = one(path, args, folder)
        if found is None:
            print("%-28s Weir does not convert it" % model["name"])
            failed += 1
            continue
        ours, theirs, peak = found
        size, limit = os.path.getsize(path), 2 * os.path.getsize(path) + 48 * MIB
        good = peak <= limit and (theirs is None or theirs >= 20 * ours)
        passed += good
        failed += not good
        print("%-28s weir %7.1f ms  ovc %s  peak %6.1f MiB of a model of %5.1f MiB%s" % (
            model["name"], ours * 1e3, "%8.1f ms  ratio %6.1f" % (theirs * 1e3, theirs / ours) if theirs else "does not convert it",
            peak / MIB, size / MIB, "" if good else "  FAIL"), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
