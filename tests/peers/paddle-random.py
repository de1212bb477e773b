#!/usr/bin/env python3
"""Random small networks of PaddlePaddle's operations, against PaddlePaddle itself.

Each case is an inference model, its attributes drawn at random; PaddlePaddle computes it, and
`weir run` does from the same files. Needs numpy and paddlepaddle 2.6. The last line is
`N passed, N failed`.

    paddle-random.py [--weir PATH] [--seed N] [--rounds N] [--only PATTERN]
"""

import argparse
import fnmatch
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("FLAGS_use_mkldnn", "0")
os.environ.setdefault("GLOG_minloglevel", "3")
warnings.filterwarnings("ignore")

import numpy as np
import paddle

from paddle_rows import CASES

WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")


def build(case, rng, folder):
    """Writes the model; returns its inputs and what PaddlePaddle gives for them."""
    main, startup = paddle.static.Program(), paddle.static.Program()
    feeds = {}
    with paddle.utils.unique_name.guard(), paddle.static.program_guard(main, startup):

        def feed(value, shape=None):
            name = "x%d" % len(feeds)
            feeds[name] = value
            return paddle.static.data(name, shape or value.shape, str(value.dtype))

        outputs = case(rng, feed)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        executor = paddle.static.Executor(paddle.CPUPlace())
        executor.run(startup)
        model = os.path.join(folder, "net")
        places = [main.global_block().var(name) for name in feeds]
        paddle.static.save_inference_model(model, places, outputs, executor, program=main)
    program, names, targets = paddle.static.load_inference_model(model, executor)
    values = executor.run(program, {name: feeds[name] for name in names}, targets)
    return model + ".pdmodel", {name: feeds[name] for name in names}, values


def run_weir(weir, model, inputs, folder):
    command = [weir, "run", model, "--output-dir", os.path.join(folder, "out")]
    for name, value in inputs.items():
        path = os.path.join(folder, name + ".npy")
        np.save(path, value)
        command += ["--input", "%s=%s" % (name, path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return None, lines[-1] if lines else "exit status %d" % done.returncode
    with open(os.path.join(folder, "out", "outputs.json")) as file:
        return [np.load(os.path.join(folder, "out", entry["file"])) for entry in json.load(file)], None


def difference(expected, found):
    """What is wrong with @found, or nothing."""
    expected = np.asarray(expected)
    if expected.shape != found.shape:
        return "shape %s, expected %s" % (found.shape, expected.shape)
    if expected.dtype != found.dtype:
        return "type %s, expected %s" % (found.dtype, expected.dtype)
    if expected.dtype.kind == "f":
        if np.allclose(found, expected, rtol=1e-4, atol=1e-5, equal_nan=True):
            return None
        return "differs by %g" % np.nanmax(np.abs(found - expected))
    return None if np.array_equal(found, expected) else "integers differ"


def check(weir, name, seed):
    rng = random.Random("%s/%d" % (name, seed))
    np.random.seed(rng.randrange(1 << 31))
    paddle.seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        model, inputs, values = build(CASES[name], rng, folder)
        found, error = run_weir(weir, model, inputs, folder)
    if error is not None:
        return error
    if len(found) != len(values):
        return "%d outputs, expected %d" % (len(found), len(values))
    for i, (expected, value) in enumerate(zip(values, found)):
        problem = difference(expected, value)
        if problem is not None:
            return "output %d: %s" % (i, problem)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="networks of each case")
    parser.add_argument("--only", default="*", help="names of cases")
    options = parser.parse_args()
    paddle.enable_static()
    passed = failed = 0
    for name in sorted(CASES):
        if not fnmatch.fnmatchcase(name, options.only):
            continue
        for i in range(options.rounds):
            problem = check(options.weir, name, options.seed + i)
            passed += problem is None
            failed += problem is not None
            if problem is not None:
                print("not ok %s, seed %d: %s" % (name, options.seed + i, problem))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
