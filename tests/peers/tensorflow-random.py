#!/usr/bin/env python3
"""Random small graphs of TensorFlow's operations, against TensorFlow itself.

Each case is a frozen GraphDef of one operation, its attributes drawn at random, or of several;
TensorFlow computes it, and `weir run` does from the same file and from the IR of it. In plain networks of layers
the IR may have one Transpose for each input and output, with --layout for each output. Needs numpy and
tensorflow. The last line is `N passed, N failed`.

    tensorflow-random.py [--weir PATH] [--seed N] [--rounds N] [--graphs N] [--only PATTERN]
"""

import argparse
import fnmatch
import json
import os
import random
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import tensorflow.compat.v1 as tf

import tensorflow_graphs
from tensorflow_rows import CASES

WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")


def build(case, rng):
    """The graph, its inputs and what TensorFlow gives for them."""
    graph = tf.Graph()
    with graph.as_default():
        feeds = {}

        def feed(value, dtype=None, shape=None):
            value = np.asarray(value, dtype)
            place = tf.placeholder(value.dtype, value.shape if shape is None else shape,
                                   "x%d" % len(feeds))
            feeds[place] = value
            return place

        outputs = case(rng, feed)
        if not isinstance(outputs, (list, tuple)):
            outputs = [outputs]
        named = [tf.identity(y, "y%d" % i) for i, y in enumerate(outputs)]
        with tf.Session() as session:
            values = session.run(named, feeds)
    inputs = {place.op.name: value for place, value in feeds.items()}
    wanted = [y.op.name for y in named]
    return tf.graph_util.extract_sub_graph(graph.as_graph_def(), wanted), inputs, values


def call(command):
    """What went wrong, or nothing."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else "exit status %d" % done.returncode


def run_weir(weir, model, inputs, folder):
    command = [weir, "run", model, "--output-dir", os.path.join(folder, "out")]
    for name, value in inputs.items():
        path = os.path.join(folder, name + ".npy")
        np.save(path, value)
        command += ["--input", "%s=%s" % (name, path)]
    error = call(command)
    return (None, error) if error else (load(os.path.join(folder, "out")), None)


def convert(weir, model, folder, arguments=()):
    """-> path of the IR, or what went wrong"""
    error = call([weir, "convert", "--input_model", model, "--output_dir", folder, "--model_name", "ir", *arguments])
    return os.path.join(folder, "ir.xml"), error


def load(folder):
    """The outputs, in the order of the graph's nodes that no other reads."""
    with open(os.path.join(folder, "outputs.json")) as file:
        return [np.load(os.path.join(folder, entry["file"])) for entry in json.load(file)]


def difference(expected, found):
    """What is wrong with @found, or nothing."""
    expected = np.asarray(expected)
    if expected.shape != found.shape:
        return "shape %s, expected %s" % (found.shape, expected.shape)
    if expected.dtype.kind in "fc":
        if np.allclose(found, expected, rtol=1e-4, atol=1e-5, equal_nan=True):
            return None
        return "differs by %g" % np.nanmax(np.abs(found - expected))
    if np.array_equal(found.astype(np.int64), expected.astype(np.int64)):
        return None
    return "integers differ"


def compare(expected, found, error):
    if error is not None:
        return error
    if len(found) != len(expected):
        return "%d outputs, expected %d" % (len(found), len(expected))
    problems = [difference(e, f) for e, f in zip(expected, found)]
    return next((p for p in problems if p is not None), None)


def check_plain(weir, model, inputs, values, folder):
    """Transposes stand at inputs and outputs, and with --layout at outputs alone."""
    outputs = sum(np.ndim(v) == 4 for v in values)
    layout = ",".join(name + "(nhwc->nchw)" for name in inputs)
    for arguments, most in ((), len(inputs) + outputs), (("--layout", layout), outputs):
        path, error = convert(weir, model, folder, arguments)
        if error is not None:
            return error
        with open(path) as file:
            count = file.read().count('type="Transpose"')
        if count > most:
            return "%d Transposes, expected at most %d %s" % (count, most, " ".join(arguments))
    turned = {name: np.ascontiguousarray(value.transpose(0, 3, 1, 2)) for name, value in inputs.items()}
    problem = compare(values, *run_weir(weir, path, turned, folder))
    return problem and "with --layout: " + problem


def check(weir, name, case, seed):
    rng = random.Random("%s/%d" % (name, seed))
    np.random.seed(rng.randrange(1 << 31))
    definition, inputs, values = build(case, rng)
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "graph.pb")
        with open(model, "wb") as file:
            file.write(definition.SerializeToString())
        problem = compare(values, *run_weir(weir, model, inputs, folder))
        if problem is None and name in tensorflow_graphs.CASES:
            path, error = convert(weir, model, folder)
            problem = error or compare(values, *run_weir(weir, path, inputs, folder))
        if problem is None and name in tensorflow_graphs.PLAIN:
            problem = check_plain(weir, model, inputs, values, folder)
    return problem


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="graphs of each case")
    parser.add_argument("--graphs", type=int, default=60, help="graphs of each case of many operations")
    parser.add_argument("--only", default="*", help="names of cases")
    options = parser.parse_args()
    tf.disable_eager_execution()
    passed = failed = 0
    cases = {**CASES, **tensorflow_graphs.CASES}
    for name in sorted(cases):
        if not fnmatch.fnmatchcase(name, options.only):
            continue
        for i in range(options.graphs if name in tensorflow_graphs.CASES else options.rounds):
            problem = check(options.weir, name, cases[name], options.seed + i)
            passed += problem is None
            failed += problem is not None
            if problem is not None:
                print("not ok %s, seed %d: %s" % (name, options.seed + i, problem))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
