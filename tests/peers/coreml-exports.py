#!/usr/bin/env python3
"""Core ML networks as onnxmltools turns them into ONNX, through Weir and through ONNX Runtime. (Core ML itself computes on Apple's machines only.)

usage: coreml-exports.py [--weir PROGRAM] [--only PATTERN] [--keep FOLDER]
What the exporter or ONNX Runtime refuses is counted apart. The last line is `N passed, N failed`; exit status 1 if any failed.
Needs the packages numpy, onnx, onnxruntime, onnxmltools and coremltools.
"""
import argparse
import fnmatch
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np

logging.disable(logging.ERROR)
warnings.simplefilter("ignore")
import onnxmltools  # noqa: E402
import onnxruntime  # noqa: E402
from coremltools.models import datatypes  # noqa: E402
from coremltools.models.neural_network import NeuralNetworkBuilder  # noqa: E402

WEIR = os.path.join(os.path.dirname(__file__), "..", "..", "build", "plain", "inference", "cli", "weir")
rng = np.random.default_rng(1)


def random(*shape):
    return rng.uniform(-1, 1, shape).astype(np.float32)


def image(add, shape=(4, 10, 12), outputs=("y",)):
    """A network of layers that @add adds, from `x` to `y`."""
    builder = NeuralNetworkBuilder([("x", datatypes.Array(*shape))], [(y, None) for y in outputs])
    add(builder)
    return builder.spec, {"x": random(1, *shape)}


def sequence(add, size=5):
    builder = NeuralNetworkBuilder([("x", datatypes.Array(size))], [("y", None)])
    add(builder)
    return builder.spec, {"x": random(1, size)}


def convolution(b, **options):
    form = dict(height=3, width=3, border_mode="same", groups=1, stride_height=1, stride_width=1)
    form.update(options)
    channels = 4 // form["groups"]
    deconv = form.get("is_deconv", False)
    weights = random(3, 3, 4, 8) if deconv else random(3, 3, channels, 8)
    b.add_convolution("conv", kernel_channels=4 if deconv else channels, output_channels=8, W=weights, b=random(8), has_bias=True,
                      input_name="x", output_name="y", **form)


def activations(b):
    last = "x"
    for name, parameters in [("RELU", None), ("LEAKYRELU", [0.2]), ("SIGMOID", None), ("TANH", None), ("ELU", 0.7), ("SOFTPLUS", None),
                             ("SOFTSIGN", None), ("LINEAR", [2.0, -0.3])]:
        b.add_activation("a" + name, name, last, "v" + name, params=parameters)
        last = "v" + name
    b.add_elementwise("sum", [last, "x"], "y", "ADD")


def unary(b):
    last = "x"
    for mode, more in [("abs", {}), ("sqrt", {"epsilon": 0.0}), ("exp", {}), ("log", {"epsilon": 1e-3}), ("power", {"alpha": 2.0}),
                       ("inverse", {"epsilon": 1e-3}), ("rsqrt", {"epsilon": 1e-3})]:
        b.add_unary("u" + mode, last, "v" + mode, mode, **more)
        last = "v" + mode
    b.add_bias("bias", b=random(4), input_name=last, output_name="biased", shape_bias=[4])
    b.add_scale("scale", W=random(4), b=random(4), has_bias=True, input_name="biased", output_name="y", shape_scale=[4], shape_bias=[4])


def pooled(b):
    b.add_pooling("p", 3, 3, 2, 2, "MAX", "VALID", "x", "a")
    b.add_pooling("q", 2, 2, 1, 1, "AVERAGE", "SAME", "a", "b", exclude_pad_area=True)
    b.add_pooling("r", 2, 2, 1, 1, "L2", "VALID", "b", "c")
    b.add_pooling("s", 1, 1, 1, 1, "AVERAGE", "VALID", "c", "y", is_global=True)


def norms(b):
    b.add_batchnorm("n", 4, gamma=random(4), beta=random(4), mean=random(4), variance=np.abs(random(4)) + 0.5, input_name="x", output_name="a")
    b.add_lrn("l", "a", "b", alpha=0.5, beta=0.75, local_size=3, k=1.0)
    b.add_l2_normalize("z", "b", "d", epsilon=1e-6)
    b.add_softmax("s", "d", "y")


def shapes(b):
    b.add_split("s", "x", ["a", "b"])
    b.add_elementwise("c", ["b", "a"], "joined", "CONCAT")
    b.add_padding("p", 1, 2, 3, 1, value=0.5, input_name="joined", output_name="padded")
    b.add_upsample("u", 2, 2, "padded", "up", mode="NN")
    b.add_permute("q", (0, 2, 3, 1), "up", "turned")
    b.add_flatten("f", 0, "turned", "y")


def elementwise(b):
    b.add_elementwise("a", ["x", "x"], "v", "MULTIPLY")
    b.add_elementwise("b", ["v", "x"], "w", "MAX")
    b.add_elementwise("c", ["w", "v"], "z", "MIN")
    b.add_elementwise("d", ["z", "x"], "q", "AVE")
    b.add_reduce("r", "q", "m", "C", "avg")
    b.add_elementwise("e", ["m", "x"], "y", "ADD")


def dense(b):
    b.add_inner_product("a", W=random(7, 5), b=random(7), input_channels=5, output_channels=7, has_bias=True, input_name="x", output_name="v")
    b.add_activation("r", "RELU", "v", "w")
    b.add_inner_product("b", W=random(3, 7), b=None, input_channels=7, output_channels=3, has_bias=False, input_name="w", output_name="z")
    b.add_softmax("s", "z", "y")


def rows():
    return [
        ("convolution", lambda: image(lambda b: convolution(b))),
        ("strided", lambda: image(lambda b: convolution(b, stride_height=2, stride_width=2, border_mode="valid"))),
        ("grouped", lambda: image(lambda b: convolution(b, groups=2))),
        ("dilated", lambda: image(lambda b: convolution(b, dilation_factors=[2, 2], border_mode="valid"))),
        ("transposed", lambda: image(lambda b: convolution(b, is_deconv=True, stride_height=2, stride_width=2, border_mode="valid"))),
        ("activations", lambda: image(activations)),
        ("unary", lambda: image(unary)),
        ("pooled", lambda: image(pooled)),
        ("norms", lambda: image(norms)),
        ("shapes", lambda: image(shapes)),
        ("elementwise", lambda: image(elementwise)),
        ("dense", lambda: sequence(dense)),
        ("reorganised", lambda: image(lambda b: b.add_reorganize_data("r", "x", "y", mode="SPACE_TO_DEPTH", block_size=2))),
        ("reshaped", lambda: image(lambda b: b.add_reshape("r", "x", "y", (8, 5, 12), 0))),
        ("constant", lambda: image(lambda b: (b.add_load_constant("c", "k", random(4, 10, 12), [4, 10, 12]),
                                              b.add_elementwise("e", ["x", "k"], "y", "ADD")))),
    ]


def computed(weir, path, feeds, folder):
    command = [weir, "run", path, "--output-dir", os.path.join(folder, "out")]
    for name, value in feeds.items():
        file = os.path.join(folder, name + ".npy")
        np.save(file, value)
        command.append("--input=%s=%s" % (name, file))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise ValueError((done.stderr.strip().splitlines() or ["exit status %d" % done.returncode])[-1])
    with open(os.path.join(folder, "out", "outputs.json")) as f:
        return [np.load(os.path.join(folder, "out", o["file"])) for o in json.load(f)]


def verdict(weir, make, folder):
    path = os.path.join(folder, "model.onnx")
    try:
        spec, feeds = make()
        model = onnxmltools.convert_coreml(spec)
        onnxmltools.utils.save_model(model, path)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        feeds = {i.name: v.reshape([d if isinstance(d, int) else v.shape[k] for k, d in enumerate(i.shape)])
                 for i, v in zip(session.get_inputs(), feeds.values())}
        expected = session.run(None, feeds)
    except Exception as e:
        return "refused", (str(e).strip().splitlines() or [type(e).__name__])[0][:150]
    try:
        found = computed(weir, path, feeds, folder)
    except ValueError as e:
        return "not ok", str(e)
    for got, want in zip(found, expected):
        if got.shape != want.shape:
            return "not ok", "shape %s instead of %s" % (got.shape, want.shape)
        worst = float(np.max(np.abs(got - want), initial=0))
        if worst > 1e-4 * max(1.0, float(np.max(np.abs(want), initial=0))):
            return "not ok", "a difference of %.3g" % worst
    return ("ok", "") if len(found) == len(expected) else ("not ok", "%d outputs instead of %d" % (len(found), len(expected)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--only", default="*")
    parser.add_argument("--keep", help="a folder for the models")
    args = parser.parse_args()
    counts = {"ok": 0, "not ok": 0, "refused": 0}
    for name, make in rows():
        if not fnmatch.fnmatch(name, args.only):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(args.keep, name) if args.keep else scratch
            os.makedirs(folder, exist_ok=True)
            result, why = verdict(args.weir, make, folder)
        counts[result] += 1
        if result != "ok":
            print("%s %s: %s" % (result, name, why), flush=True)
    print("%d refused by the exporter or ONNX Runtime" % counts["refused"])
    print("%d passed, %d failed" % (counts["ok"], counts["not ok"]))
    return 1 if counts["not ok"] or not counts["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
