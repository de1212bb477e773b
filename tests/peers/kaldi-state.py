#!/usr/bin/env python3
"""Networks with state: our IRs in OpenVINO's runtime 2023.0.2, and what its converter makes.

Every binary model of `shared/models/kaldi` is converted by `weir convert` and by `mo`. The
runtime reads both IRs and is fed the same random rows one by one, with the state kept; `weir
run` gets them, too. All three must give the same, and our IR may not have more operations.
Needs openvino and openvino-dev 2023.0.2 (newer runtimes compute state wrongly). The last line is
`N passed, N failed`.

    kaldi-state.py --models DIR [--weir PATH] [--mo PATH] [--only PATTERN]
"""

import argparse
import fnmatch
import glob
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import numpy as np
from openvino.runtime import Core

WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")
ROWS = 12
NOT_COUNTED = {"Const", "Parameter", "Result"}


def convert(tool, model, folder):
    done = subprocess.run(tool + ["--framework", "kaldi", "--input_model", model, "--output_dir",
                                  folder, "--model_name", "net"], capture_output=True, text=True)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        return None, lines[-1] if lines else "no message"
    return os.path.join(folder, "net.xml"), None


def operations(path):
    layers = xml.etree.ElementTree.parse(path).getroot().iter("layer")
    return sum(layer.get("type") not in NOT_COUNTED for layer in layers)


def infer(path, inputs):
    """The first output of each row, the state kept from row to row."""
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    request = Core().compile_model(path, "CPU", exact).create_infer_request()
    for state in request.query_state():
        state.reset()
    rows = []
    for row in inputs:
        request.infer({0: row[None]})
        rows.append(request.get_output_tensor(0).data.copy())
    return np.concatenate(rows)


def run_weir(weir, path, inputs, folder):
    rows = os.path.join(folder, "rows.npy")
    np.save(rows, inputs)
    subprocess.run([weir, "run", path, "--input", rows, "--output-dir", folder], check=True,
                   capture_output=True)
    return np.load(os.path.join(folder, "000.npy"))


def differs(a, b):
    return a.shape != b.shape or np.abs(a - b).max() > 1e-4 * max(1, np.abs(b).max())


def check(options, model, folder):
    """What is wrong, or nothing; and a note."""
    ours, trouble = convert([options.weir, "convert"], model, os.path.join(folder, "ours"))
    if trouble:
        return trouble, ""
    shape = Core().read_model(ours).inputs
    if len(shape) != 1:
        return None, "several inputs: not fed"
    inputs = np.random.default_rng(3).normal(size=(ROWS, shape[0].shape[1])).astype(np.float32)
    found = infer(ours, inputs)
    if differs(run_weir(options.weir, ours, inputs, folder), found):
        return "weir and the runtime differ on our IR", ""
    theirs, trouble = convert([options.mo], model, os.path.join(folder, "theirs"))
    if trouble:
        return None, "mo: " + trouble[:90]
    expected = infer(theirs, inputs)
    counts = operations(ours), operations(theirs)
    if differs(found, expected):
        return "the two IRs differ", ""
    if counts[0] > counts[1]:
        return "%d operations, mo %d" % counts, ""
    return None, "%d operations, mo %d" % counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", required=True)
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--mo", default=os.path.join(os.path.dirname(sys.executable), "mo"))
    parser.add_argument("--only", default="*")
    options = parser.parse_args()
    options.weir = os.path.abspath(options.weir)
    passed = failed = 0
    for model in sorted(sum((glob.glob(os.path.join(options.models, "*", "*." + end))
                             for end in ("nnet", "raw", "mdl")), [])):
        if not fnmatch.fnmatch(model, options.only) or open(model, "rb").read(2) != b"\0B":
            continue
        with tempfile.TemporaryDirectory() as folder:
            trouble, note = check(options, model, folder)
        passed, failed = passed + (trouble is None), failed + (trouble is not None)
        print("%-60s %s" % (os.path.basename(os.path.dirname(model)) + "/" + os.path.basename(model),
                            trouble or note))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
