#!/usr/bin/env python3
"""What Weir writes, OpenVINO loads and computes alike.

For each case OpenVINO writes an IR, ir-copy reads it and writes it again, and OpenVINO computes both on the same
random inputs: an attribute, port or constant that Weir loses or spells otherwise shows as an error or as another number.

usage: openvino-loads.py IR-COPY [NAME...]     exit status 77: the Python package openvino is not there
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


def differs(a, b):
    if len(a) != len(b):
        return "%d outputs, %d expected" % (len(b), len(a))
    for i, (x, y) in enumerate(zip(a, b)):
        if x.shape != y.shape or not np.allclose(x, y, 1e-6, 1e-6, equal_nan=True):
            return "output %d" % i
    return ""


def try_case(core, copy, name, half, version, folder):
    """-> why it failed, or "" """
    original, again = os.path.join(folder, "a.xml"), os.path.join(folder, "b.xml")
    ov.save_model(build(name), original, compress_to_fp16=half)
    done = subprocess.run([copy, original, folder, "b", version], stderr=subprocess.PIPE, text=True)
    if version == "10" and "IR v10 ends with" in done.stderr:
        return ""
    if done.returncode:
        return done.stderr.strip()
    inputs = feeds(core.read_model(original))
    return differs(run(core, original, inputs), run(core, again, inputs))


def main():
    copy, names = sys.argv[1], sys.argv[2:] or sorted(CASES)
    core, bad = ov.Core(), 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            for half, version in ((False, "11"), (True, "11"), (False, "10")):
                try:
                    why = try_case(core, copy, name, half, version, folder)
                except Exception as e:
                    why = "%s: %s" % (type(e).__name__, str(e)[:500])
                bad += why != ""
                print("%s %s v%s%s%s" % ("not ok" if why else "ok", name, version, " f16" if half else "", why and ": " + why))
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
