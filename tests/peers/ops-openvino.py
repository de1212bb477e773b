#!/usr/bin/env python3
"""Every operation, as OpenVINO computes it and as Weir's reference evaluators do.

A row of a table is a network of one operation, built by OpenVINO's own Python interface and saved as an IR. The real
runtime computes it on random inputs, `weir run` computes the same file, and both must agree in types, shapes, values.

usage: ops-openvino.py [--weir PROGRAM] [--device DEVICE] [--list] [OPERATION...]
The last line is `N passed, N failed`. Exit status 77: the Python packages numpy or openvino are not there.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import openvino as ov
    import ops_build
except ImportError:
    sys.exit(77)

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TABLES = ("math", "shape", "nn", "vision", "detection", "control")


def rows():
    for table in TABLES:
        yield from importlib.import_module("ops_rows_" + table).ROWS


def run_openvino(core, xml, feeds):
    request = core.compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    request.infer(feeds)
    return [np.array(t.data) for t in request.output_tensors]


def run_weir(weir, device, xml, feeds, folder):
    command = [weir, "run", xml, "--device", device, "--output-dir", folder]
    for i, x in enumerate(feeds):
        path = os.path.join(folder, "in%d.npy" % i)
        np.save(path, x)
        command += ["--input", "x%d=%s" % (i, path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError("exit status %d: %s" % (done.returncode, done.stderr.strip()))
    with open(os.path.join(folder, "outputs.json"), encoding="utf-8") as f:
        return [np.load(os.path.join(folder, o["file"])) for o in json.load(f)]


def differs(want, got, tolerance):
    """-> where, or "" """
    if len(want) != len(got):
        return "%d outputs, %d expected" % (len(got), len(want))
    for i, (a, b) in enumerate(zip(want, got)):
        if a.dtype != b.dtype or a.shape != b.shape:
            return "output %d: %s %s, expected %s %s" % (i, b.dtype, b.shape, a.dtype, a.shape)
        if a.dtype.kind == "f":
            finite = np.abs(a[np.isfinite(a)].astype(np.float64))
            largest = finite.max() if finite.size else 1
            same = np.allclose(
                b.astype(np.float64), a.astype(np.float64), tolerance, tolerance * max(largest, 1e-3), equal_nan=True
            )
        else:
            same = np.array_equal(a, b)
        if not same:
            return "output %d: %s, expected %s" % (i, b.ravel()[:8], a.ravel()[:8])
    return ""


def holds(model, name, version):
    return any(
        node.get_type_name().lower() == name.lower() and node.get_type_info().version_id == "opset%d" % version
        for node in model.get_ordered_ops()
    )


def try_variant(core, options, row, variant, folder):
    """-> why it failed, or "" """
    net = ops_build.Net(row.version)
    xml = net.save(variant, os.path.join(folder, "net.xml"))
    if not holds(core.read_model(xml), row.name, row.spelled):
        return "the network lacks the operation"
    want = run_openvino(core, xml, net.feeds)
    got = run_weir(options.weir, options.device, xml, net.feeds, folder)
    return differs(want, got, row.tolerance)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", default=os.path.join(ROOT, "build/plain/inference/cli/weir"))
    parser.add_argument("--device", default="REFERENCE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("operations", nargs="*")
    options = parser.parse_args()
    chosen = [r for r in rows() if not options.operations or r.name in options.operations]
    if options.list:
        for row in chosen:
            print("%s-%d: %d" % (row.name, row.version, len(row.variants)))
        print("%d operations" % len({r.name for r in chosen}))
        return 0
    core, passed, failed = ov.Core(), 0, 0
    for row in chosen:
        for i, variant in enumerate(row.variants):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    why = try_variant(core, options, row, variant, folder)
                except Exception as e:
                    why = "%s: %s" % (type(e).__name__, str(e)[:600])
            passed += not why
            failed += bool(why)
            if why:
                print("not ok %s-%d, variant %d: %s" % (row.name, row.version, i, why))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
