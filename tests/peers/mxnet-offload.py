#!/usr/bin/env python3
"""Runs nodes of MXNet symbols that Weir lacks in MXNet by the example adapter, from the command line and in a pipeline;
compares with the whole network in MXNet.

usage: mxnet-offload.py --weir PATH [--stream PATH]

Needs mxnet 1.9.1 and numpy 1.23. The last line is `N passed, N failed`.
"""
import argparse
import os
import subprocess
import sys
import tempfile

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"  # one operation stays one

import mxnet as mx  # noqa: E402
import numpy as np

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "examples", "offload")
OWN = """
import mxnet as mx

class Halve(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0] / 2)
        self.assign(out_data[1], req[1], in_data[0].sum(axis=1))

@mx.operator.register("halve")
class HalveProp(mx.operator.CustomOpProp):
    def list_outputs(self):
        return ["half", "sum"]

    def infer_shape(self, shapes):
        return shapes, [shapes[0], shapes[0][:1]], []

    def create_operator(self, ctx, shapes, types):
        return Halve()
"""


def correlation(x):
    """Correlation of the data with itself; Weir has none."""
    x = mx.sym.reshape(x * 2, shape=(1, 2, 3, 4))
    y = mx.sym.Correlation(x, x + 1, kernel_size=1, max_displacement=1, stride1=1, stride2=1, pad_size=1, name="far")
    return mx.sym.relu(y) + 1


def own(x):
    """An operation in Python, of which both outputs are read."""
    both = mx.sym.Custom(x + 1, op_type="halve", name="own")
    return mx.sym.broadcast_add(both[0], mx.sym.reshape(both[1], shape=(1, 1)))


def check(args, build, folder):
    symbol = build(mx.sym.Variable("x", shape=(1, 24)))
    x = np.random.RandomState(5).uniform(-1, 1, (1, 24)).astype(np.float32)
    expected = symbol.bind(mx.cpu(), {"x": mx.nd.array(x)}).forward()[0].asnumpy()
    prefix = os.path.join(folder, "net")
    symbol.save(prefix + "-symbol.json")
    mx.nd.save(prefix + "-0000.params", {})
    np.save(prefix + ".npy", x)
    runner = "mxnet=%s %s own_of_test" % (sys.executable, os.path.join(EXAMPLES, "mxnet_nodes.py"))
    subprocess.run([args.weir, "convert", "--input_model", prefix + "-0000.params", "--offload", runner, "--output_dir",
                    folder, "--model_name", "net"], check=True, capture_output=True)
    subprocess.run([args.weir, "run", prefix + ".xml", "--offload", runner, "--input", prefix + ".npy", "--output-dir",
                    folder], check=True, capture_output=True)
    np.testing.assert_allclose(np.load(os.path.join(folder, "000.npy")), expected, rtol=1e-5, atol=1e-5)
    for model in prefix + "-0000.params", prefix + ".xml":
        done = subprocess.run([args.stream, model, "24", "1", "offload", runner], input=x.tobytes(),
                              capture_output=True, check=True)
        np.testing.assert_allclose(np.frombuffer(done.stdout, np.float32), expected.ravel(), rtol=1e-5, atol=1e-5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--stream", help="what runs a pipeline; beside the program by default")
    args = parser.parse_args()
    args.stream = args.stream or os.path.join(os.path.dirname(args.weir), "../../tests/gst/stream-audio")
    failed = 0
    for build in (correlation, own):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "own_of_test.py"), "w", encoding="utf-8") as f:
                f.write(OWN)
            os.environ["PYTHONPATH"] = folder
            sys.path.insert(0, folder)
            import own_of_test  # noqa: F401
            try:
                check(args, build, folder)
                print("%s: ok" % build.__name__)
            except Exception as problem:  # told, and counted
                failed += 1
                print("%s: %s: %s %s" % (build.__name__, type(problem).__name__, problem, getattr(problem, "stderr", "")))
    print("%d passed, %d failed" % (2 - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
