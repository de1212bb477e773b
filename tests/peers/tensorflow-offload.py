#!/usr/bin/env python3
"""Networks of which TensorFlow runs a part, through its C library, beside TensorFlow alone.

usage: tensorflow-offload.py [--weir PROGRAM] [--library FILE] [--rounds N]

Each network has operations that Weir does not convert, or that a pattern takes from it. Weir converts the frozen graph
and runs the IR with --extensions LIBRARY, which is the one of the tensorflow wheel by default. Needs numpy and tensorflow.
The last line is `N passed, N failed`.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import tensorflow
import tensorflow.compat.v1 as tf

WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")
LIBRARY = os.path.join(os.path.dirname(os.path.abspath(tensorflow.__file__)), "libtensorflow_cc.so.2")
UNSUPPORTED = ["--offload_unsupported_operations_to_tf"]


def layers(x):
    kernel = np.random.normal(size=(3, 3, int(x.shape[-1]), 4)).astype(np.float32)
    return tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME", name="conv"))


def cubic(x):
    return tf.identity(tf.nn.softmax(tf.image.resize_bicubic(layers(x), [9, 11])), "y")


def chain(x):
    y = tf.math.lgamma(tf.abs(layers(x)) + 0.5)
    return tf.identity(tf.reduce_sum(tf.math.cumprod(y * 0.1 + 1, 3), [1, 2]), "y")


def strings(x):
    number = tf.cast(tf.round(layers(x) * 4), tf.int32)
    return tf.identity(tf.strings.length(tf.strings.as_string(number)), "y")


def several(x):
    values, places = tf.raw_ops.TopKV2(input=layers(x), k=2)
    first, second = tf.split(tf.math.digamma(tf.abs(values) + 1), 2, 3)
    return tf.identity(first, "y"), tf.identity(second - tf.cast(places[..., :1], tf.float32), "z")


def both_ways(x):
    """What Weir computes between two parts, one of which also reads the other"""
    y = tf.math.lgamma(tf.abs(layers(x)) + 1)
    return tf.identity(tf.math.igamma(tf.nn.sigmoid(y) + 1, tf.abs(y) + 0.1), "y")


CASES = [
    (cubic, UNSUPPORTED), (chain, UNSUPPORTED), (strings, UNSUPPORTED), (several, UNSUPPORTED), (both_ways, UNSUPPORTED),
    (cubic, ["--tensorflow_operation_patterns", "ResizeBicubic"]),
    (chain, ["--tensorflow_operation_patterns", "Lgamma,Cumprod,Relu"]),
    (chain, ["--tensorflow_subgraph_patterns", "conv|Relu,(?!x$).*"]),
    (strings, ["--tensorflow_subgraph_patterns", "AsString|StringLength"]),
    (several, ["--tensorflow_subgraph_patterns", "conv|Relu", *UNSUPPORTED]),
]


def network(make, seed, path):
    """Writes the graph to @path -> the input, and what TensorFlow gives for it"""
    np.random.seed(seed)
    value = np.random.normal(size=(2, 5, 6, 3)).astype(np.float32)
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 5, 6, 3], "x")
        outputs = make(x)
        with tf.Session() as session:
            expected = session.run(outputs, {x: value})
        with open(path, "wb") as file:
            file.write(graph.as_graph_def().SerializeToString())
    return value, list(expected) if isinstance(expected, (list, tuple)) else [expected]


def call(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(next(line for line in done.stderr.splitlines() if line.startswith("weir: ")))


def check(weir, library, make, options, seed):
    with tempfile.TemporaryDirectory() as folder:
        model, x, out = (os.path.join(folder, n) for n in ("net.pb", "x.npy", "out"))
        value, expected = network(make, seed, model)
        np.save(x, value)
        try:
            call([weir, "convert", "--input_model", model, "--output_dir", folder, "--extensions", library, *options])
            call([weir, "run", os.path.join(folder, "net.xml"), "--extensions", library, "--input", x, "--output-dir", out])
        except RuntimeError as error:
            return str(error)
        with open(os.path.join(folder, "net.xml")) as file:
            if "TFCustomSubgraphCall" not in file.read():
                return "TensorFlow runs nothing"
        with open(os.path.join(out, "outputs.json")) as file:
            found = [np.load(os.path.join(out, entry["file"])) for entry in json.load(file)]
    if len(found) != len(expected):
        return "%d outputs, expected %d" % (len(found), len(expected))
    for a, b in zip(found, expected):
        if a.shape != b.shape or not np.allclose(a, b, rtol=1e-4, atol=1e-5):
            return "differs: %s, expected %s, by at most %s" % (
                a.shape, b.shape, np.nanmax(np.abs(a - b)) if a.shape == b.shape else "")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--library", default=LIBRARY)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", default="", help="names of networks begin with it")
    options = parser.parse_args()
    tf.disable_eager_execution()
    passed = failed = 0
    for make, arguments in [c for c in CASES if c[0].__name__.startswith(options.only)]:
        for seed in range(options.rounds):
            problem = check(os.path.abspath(options.weir), options.library, make, arguments, seed)
            passed += problem is None
            failed += problem is not None
            print("%s %s %s%s" % ("not ok" if problem else "ok", make.__name__, " ".join(arguments),
                                  ": " + problem if problem else ""))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
