#!/usr/bin/env python3
"""Converts IRs again, and asks OpenVINO's runtime whether they still compute the same.

usage: round-trip.py [--weir PROGRAM] [--only PATTERN] [--manifest FILE] [--samples FOLDER]

The IRs: those that Weir writes of every model of a manifest (../shared/models/manifest.json by default), those that
OpenVINO's converter writes of them, with weights of 32 and of 16 bits, and a folder of IRs that its tools have written
(../shared/ir-samples). Each is converted by Weir, and what comes of it once more. Outputs of the first and the second
generation must be equal by the runtime, where that runs the first; the second and third must be equal by the byte.
The last line is `N passed, N failed`; exit status 77: neither models nor samples are there.
"""
import argparse
import fnmatch
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import openvino as ov

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
SHARED = os.path.join(ROOT, "..", "shared")
# Frameworks whose models ovc takes as a file.
OVC = ("onnx", "tflite", "tensorflow", "paddle")
# Share of the largest value: what is fused is rounded elsewhere.
TOLERANCE = 1e-4
# A weight that was stored in 16 bits is rounded once more when a factor moves into it.
TOLERANCE_F16 = 4e-3


def convert(weir, arguments, folder):
    """-> path of the XML, or the error's text"""
    os.makedirs(folder)
    done = subprocess.run([weir, "convert", *arguments, "--output_dir", folder, "--model_name", "m"],
                          capture_output=True, text=True, errors="replace", timeout=120)
    return os.path.join(folder, "m.xml"), "" if done.returncode == 0 else done.stderr.strip()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def different(a, b):
    """-> the suffixes of the files that differ"""
    return [s for s in (".xml", ".bin") if read(a[:-4] + s) != read(b[:-4] + s)]


def is_same_network(a, b):
    """Whether only the notes on how they were converted differ."""
    networks = [re.sub(rb"\n\t<rt_info>.*", b"", read(path), flags=re.DOTALL) for path in (a, b)]
    return networks[0] == networks[1] and read(a[:-4] + ".bin") == read(b[:-4] + ".bin")


def array_for(port, known, rng):
    """An input that fits: the model's own where there is one."""
    shape = port.partial_shape
    for value in known:
        if len(value.shape) == len(shape) and all(d.is_dynamic or d.get_length() == n for d, n in zip(shape, value.shape)):
            return value.astype(port.element_type.to_dtype())
    dims = [max(d.min_length, 2) if d.is_dynamic else d.get_length() for d in shape] if shape.rank.is_static else [2]
    kind = port.element_type.to_dtype()
    if np.issubdtype(kind, np.floating):
        return rng.uniform(-1, 1, dims).astype(kind)
    return rng.integers(0, 2, dims).astype(kind)


def by_weir(weir, path, known):
    """Outputs of a network with state, which the newest runtime does not compute right."""
    with tempfile.TemporaryDirectory() as tmp:
        arguments = []
        rng = np.random.default_rng(1)
        for i, port in enumerate(ov.Core().read_model(path).inputs):
            np.save(os.path.join(tmp, "%d.npy" % i), array_for(port, known, rng))
            arguments += ["--input", "%s=%s" % (port.any_name, os.path.join(tmp, "%d.npy" % i))]
        subprocess.run([weir, "run", path, *arguments, "--device", "REFERENCE", "--output-dir", tmp + "/out"], check=True)
        rows = json.load(open(tmp + "/out/outputs.json"))
        return [np.load(os.path.join(tmp, "out", r["file"])) for r in rows]


def has_state(path):
    return b'type="ReadValue"' in read(path)


def outputs(core, path, known):
    network = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    rng = np.random.default_rng(1)
    results = network([array_for(p, known, rng) for p in network.inputs])
    return [np.array(results[o]) for o in network.outputs]


def difference(a, b, tolerance):
    """-> what differs, or nothing"""
    if len(a) != len(b):
        return "%d outputs, then %d" % (len(a), len(b))
    for i, (x, y) in enumerate(zip(a, b)):
        if x.shape != y.shape or x.dtype != y.dtype:
            return "output %d: %s %s, then %s %s" % (i, x.dtype, x.shape, y.dtype, y.shape)
        if x.size == 0 or np.array_equal(x, y, equal_nan=x.dtype.kind == "f"):
            continue
        x, y = x.astype(np.float64), y.astype(np.float64)
        worst, most = np.nanmax(np.abs(x - y)), np.nanmax(np.abs(x))
        if not worst <= tolerance * max(most, 1e-6):
            return "output %d: differs by %g of %g" % (i, worst, most)
    return ""


class Check:
    def __init__(self, weir):
        self.weir, self.core = weir, ov.Core()
        self.passed = self.failed = 0

    def say(self, name, problem):
        self.passed += not problem
        self.failed += bool(problem)
        print("%s %s%s" % ("not ok" if problem else "ok", name, ": " + problem if problem else ""), flush=True)

    def outputs(self, path, known):
        return by_weir(self.weir, path, known) if has_state(path) else outputs(self.core, path, known)

    def generations(self, name, first, known, folder, tolerance):
        second, error = convert(self.weir, ["--input_model", first], os.path.join(folder, "second"))
        if error:
            return self.say(name, "second generation: " + error)
        third, error = convert(self.weir, ["--input_model", second], os.path.join(folder, "third"))
        if error:
            return self.say(name, "third generation: " + error)
        changed = different(second, third)
        if changed:
            return self.say(name, "second and third generation differ in " + " ".join(changed))
        if is_same_network(first, second):
            return self.say(name, "")
        try:
            before = self.outputs(first, known)
        except RuntimeError as e:
            print("# %s: by the byte alone, for the runtime says: %s" % (name, str(e).strip().splitlines()[-1]))
            return self.say(name, "")
        try:
            after = self.outputs(second, known)
        except RuntimeError as e:
            return self.say(name, "the runtime: " + str(e).strip().splitlines()[-1])
        return self.say(name, difference(before, after, tolerance))


def options(model, base):
    out = []
    for key, value in model["model"].items():
        out += [key, os.path.join(base, value)]
    return out + [a.replace("{dir}", os.path.join(base, model["dir"])) for a in model["convert_args"]]


def inputs_of(model, base):
    return [np.load(os.path.join(base, i["file"])) for c in model.get("cases", [])[:1] for i in c.get("inputs", [])]


def by_ovc(model, base, folder, half):
    """-> an IR that OpenVINO's converter writes, or nothing where it cannot"""
    if model["framework"] not in OVC or model["convert_args"]:
        return None
    path = os.path.join(folder, "m.xml")
    try:
        converted = ov.convert_model(os.path.join(base, next(iter(model["model"].values()))))
        ov.save_model(converted, path, compress_to_fp16=half)
    except Exception:
        return None
    return path


def check_model(check, model, base):
    known = inputs_of(model, base)
    with tempfile.TemporaryDirectory() as tmp:
        first, error = convert(check.weir, options(model, base), os.path.join(tmp, "first"))
        if error:
            return print("# %s left out: Weir does not convert it" % model["name"], flush=True)
        check.generations(model["name"], first, known, tmp, TOLERANCE)
    for half in (False, True):
        with tempfile.TemporaryDirectory() as tmp:
            first = by_ovc(model, base, tmp, half)
            name = "%s by ovc, %s" % (model["name"], "f16" if half else "f32")
            if first:
                check.generations(name, first, known, tmp, TOLERANCE_F16 if half else TOLERANCE)
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--weir", default=os.path.join(ROOT, "build", "plain", "inference", "cli", "weir"))
    p.add_argument("--only", default="*")
    p.add_argument("--manifest", default=os.path.join(SHARED, "models", "manifest.json"))
    p.add_argument("--samples", default=os.path.join(SHARED, "ir-samples"))
    args = p.parse_args()
    check = Check(args.weir)
    if not os.path.isfile(args.manifest) and not os.path.isdir(args.samples):
        return 77
    base = os.path.dirname(os.path.abspath(args.manifest))
    models = json.load(open(args.manifest))["models"] if os.path.isfile(args.manifest) else []
    for model in models:
        if model.get("expect") != "refused" and fnmatch.fnmatch(model["name"], args.only):
            check_model(check, model, base)
    for path in sorted(glob.glob(os.path.join(args.samples, "*.xml"))):
        name = os.path.basename(path)
        if not fnmatch.fnmatch(name, args.only):
            continue
        with tempfile.TemporaryDirectory() as tmp:
            for suffix in (".xml", ".bin"):
                shutil.copy(path[:-4] + suffix, os.path.join(tmp, "m" + suffix))
            check.generations(name, os.path.join(tmp, "m.xml"), [], tmp, TOLERANCE_F16 if "16" in name else TOLERANCE)
    print("%d passed, %d failed" % (check.passed, check.failed))
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
