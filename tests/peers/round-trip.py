#!/usr/bin/env python3
"""Reads IRs with Weir and writes them again: OpenVINO must compute the same from what was read and what was written, and
what was written must stay as it is when it is read and written once more.

usage: round-trip.py --weir PATH [--only PATTERN] [--manifest FILE]

IRs are those that Weir makes of the models of a manifest (../shared/models/manifest.json by default), those that
OpenVINO's converter makes of the ONNX and TensorFlow Lite models in 32 and 16 bits, and ../shared/ir-samples.
Networks with state are compared as files only. The last line is `N passed, N failed`.
"""
import argparse
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import openvino

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(HERE, "..", "..", "..", "shared")


def weir(args, *rest):
    done = subprocess.run([args.weir, "convert", "--silent", *rest], capture_output=True, text=True, timeout=600)
    return None if done.returncode == 0 else done.stderr.strip()[:200]


def options(model, base):
    out = []
    for key, value in model["model"].items():
        out += [key, os.path.join(base, value)]
    return out + [a.replace("{dir}", os.path.join(base, model["dir"])) for a in model["convert_args"]]


def outputs(xml):
    """-> [arrays], or why there are none"""
    core = openvino.Core()
    model = core.read_model(xml)
    if any(op.get_type_name() in ("ReadValue", "Assign") for op in model.get_ops()):
        return "state"
    rng, feeds = np.random.RandomState(3), []
    for port in model.inputs:
        shape = [1 if d.is_dynamic else d.get_length() for d in port.partial_shape] if port.partial_shape.rank.is_static else []
        kind = np.dtype(port.element_type.to_dtype())
        feeds.append(np.asarray(rng.rand(*shape)).astype(kind) if kind.kind == "f" else np.ones(shape, kind))
    try:
        compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        result = compiled(feeds)
    except Exception as e:
        return "the runtime does not run it: " + str(e).strip().split("\n")[-1][:80]
    return [np.array(result[i]) for i in range(len(compiled.outputs))]


def same(a, b):
    if len(a) != len(b):
        return "%d and %d outputs" % (len(a), len(b))
    for x, y in zip(a, b):
        if x.shape != y.shape:
            return "shapes %s and %s" % (x.shape, y.shape)
        if x.size and np.isfinite(x).all() and np.abs(x - y).max() > 1e-4 * max(np.abs(x).max(), 1e-6):
            return "differ by %.3g of %.3g" % (np.abs(x - y).max(), np.abs(x).max())
    return ""


def content(folder, name):
    return [open(os.path.join(folder, name + end), "rb").read() for end in (".xml", ".bin")]


def check(args, xml, tmp):
    """-> what is wrong, or nothing"""
    first, once, twice = (os.path.join(tmp, n) for n in ("first", "once", "twice"))
    os.mkdir(first)
    # The name of the file that was read is told in what is written.
    for end in (".xml", ".bin"):
        shutil.copy(xml[:-4] + end, os.path.join(first, "m" + end))
    xml = os.path.join(first, "m.xml")
    failed = weir(args, "--input_model", xml, "--output_dir", once, "--model_name", "m")
    failed = failed or weir(args, "--input_model", os.path.join(once, "m.xml"), "--output_dir", twice, "--model_name", "m")
    if failed:
        return failed
    if content(once, "m") != content(twice, "m"):
        return "what was written changes when it is read and written again"
    before, after = outputs(xml), outputs(os.path.join(once, "m.xml"))
    if isinstance(before, str) or isinstance(after, str):
        return "" if isinstance(before, str) else after
    return same(before, after)


def irs(args, tmp):
    """Makes and names the IRs one by one."""
    base = os.path.dirname(os.path.abspath(args.manifest))
    for model in json.load(open(args.manifest))["models"]:
        name = "%s/%s" % (model["framework"], model["name"])
        if model.get("expect") == "refused" or not fnmatch.fnmatch(name, args.only):
            continue
        if weir(args, *options(model, base), "--output_dir", tmp, "--model_name", "w") is None:
            yield name, os.path.join(tmp, "w.xml")
        if model["framework"] not in ("onnx", "tflite") or model["convert_args"]:
            continue
        for half in (False, True):
            try:
                converted = openvino.convert_model(os.path.join(base, next(iter(model["model"].values()))))
                openvino.save_model(converted, os.path.join(tmp, "o.xml"), compress_to_fp16=half)
            except Exception:
                continue
            yield name + (" by ovc, 16 bits" if half else " by ovc"), os.path.join(tmp, "o.xml")
    samples = os.path.join(SHARED, "ir-samples")
    for file in sorted(os.listdir(samples)) if os.path.isdir(samples) else []:
        if file.endswith(".xml") and fnmatch.fnmatch("sample/" + file, args.only):
            yield "sample/" + file, os.path.join(samples, file)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--weir", required=True)
    p.add_argument("--only", default="*")
    p.add_argument("--manifest", default=os.path.join(SHARED, "models", "manifest.json"))
    args = p.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        for name, xml in irs(args, tmp):
            work = os.path.join(tmp, "work")
            os.mkdir(work)
            wrong = check(args, xml, work)
            shutil.rmtree(work)
            passed += not wrong
            failed += bool(wrong)
            if wrong:
                print("%-60s %s" % (name, wrong), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
