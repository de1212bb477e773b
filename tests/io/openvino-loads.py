#!/usr/bin/env python3
"""What Weir writes, OpenVINO loads and computes alike.

For each case OpenVINO writes an IR, ir-copy reads it and writes it again, and OpenVINO computes both on the same
random inputs: an attribute, port or constant that Weir loses or spells otherwise shows as an error or as another number.
Then ir-run computes it with Weir's own reference implementations.

usage: openvino-loads.py IR-COPY IR-RUN [NAME...]     exit status 77: the Python package openvino is not there
"""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import openvino as ov
    from openvino import opset13
    from openvino_cases import CASES
except ImportError:
    sys.exit(77)


def build(name):
    nodes, parameters = CASES[name]()
    plain = [n for n in nodes if not (hasattr(n, "get_type_name") and n.get_type_name() == "Assign")]
    sinks = [n for n in nodes if n not in plain]
    results = [opset13.result(n) for n in plain]
    return ov.Model(results, sinks, parameters, name) if sinks else ov.Model(results, parameters, name)


def feeds(model):
    rng = np.random.RandomState(3)
    return [np.asarray(rng.rand(*p.shape) * 2 - 1 if p.element_type.to_dtype() != bool else rng.rand(*p.shape) > .5,
                       p.element_type.to_dtype()) for p in model.inputs]


def run(core, xml, inputs):
    r = core.compile_model(core.read_model(xml), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    r.infer(inputs)
    return [np.array(t.data) for t in r.output_tensors]


def run_weir(program, xml, inputs, like, folder):
    """-> the outputs, shaped and typed as those of OpenVINO"""
    for i, x in enumerate(inputs):
        np.ascontiguousarray(x).tofile(os.path.join(folder, "in%d" % i))
    done = subprocess.run([program, xml, folder], stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    raw = [np.fromfile(os.path.join(folder, "out%d" % i), x.dtype) for i, x in enumerate(like)]
    return [r.reshape(x.shape) if r.size == x.size else r for r, x in zip(raw, like)]


def differs(a, b, tolerance):
    """-> where, or "" """
    if len(a) != len(b):
        return "%d outputs, %d expected" % (len(b), len(a))
    for i, (x, y) in enumerate(zip(a, b)):
        if x.shape != y.shape:
            return "output %d: shape %s, expected %s" % (i, y.shape, x.shape)
        if not np.allclose(x, y, tolerance, tolerance, equal_nan=True):
            return "output %d: %s, expected %s" % (i, y.ravel()[:8], x.ravel()[:8])
    return ""


def try_case(core, copy, run_program, name, half, version, folder):
    """-> why it failed, or "" """
    original, again = os.path.join(folder, "a.xml"), os.path.join(folder, "b.xml")
    ov.save_model(build(name), original, compress_to_fp16=half)
    done = subprocess.run([copy, original, folder, "b", version], stderr=subprocess.PIPE, text=True)
    if version == "10" and "IR v10 ends with" in done.stderr:
        return ""
    if done.returncode:
        return done.stderr.strip()
    inputs = feeds(core.read_model(original))
    want = run(core, original, inputs)
    why = differs(want, run(core, again, inputs), 1e-6)
    if why or version == "10":
        return why
    why = differs(want, run_weir(run_program, again, inputs, want, folder), 1e-4)
    return why and "Weir: " + why


def main():
    copy, run_program, names = sys.argv[1], sys.argv[2], sys.argv[3:] or sorted(CASES)
    core, bad = ov.Core(), 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            for half, version in ((False, "11"), (True, "11"), (False, "10")):
                try:
                    why = try_case(core, copy, run_program, name, half, version, folder)
                except Exception as e:
                    why = "%s: %s" % (type(e).__name__, str(e)[:500])
                bad += why != ""
                print("%s %s v%s%s%s" % ("not ok" if why else "ok", name, version, " f16" if half else "", why and ": " + why))
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
