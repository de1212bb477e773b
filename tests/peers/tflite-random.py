#!/usr/bin/env python3
"""Random small TensorFlow Lite models, against TensorFlow Lite's interpreter.

TensorFlow's converter makes each model: of floats, with quantised weights, of int8, and of int16 with weights
of int8. The interpreter computes it without delegates, and `weir run` does from the same file. Whole numbers may
differ by what rounding at each operator gives. Needs numpy and tensorflow. The last line is
`N passed, N failed`.

    tflite-random.py [--weir PATH] [--seed N] [--rounds N] [--only PATTERN] [--forms FORM,...]
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
import tensorflow as tf

from tflite_rows import FLOATS, INTEGERS

WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")
FORMS = ("float", "dynamic", "int8", "int16")
# What one operator's rounding may differ by, in steps of the output's scale.
STEPS = {"int8": 1, "int16": 8}


def values(shapes):
    return [np.random.uniform(-2, 2, shape).astype(np.float32) for shape in shapes]


def convert(function, shapes, form):
    signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    concrete = tf.function(function, input_signature=signature).get_concrete_function()
    owner = function if isinstance(function, tf.Module) else None
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], owner)
    converter.experimental_enable_resource_variables = owner is not None
    if form != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if form in ("int8", "int16"):
        samples = [values(shapes) for _ in range(20)]
        converter.representative_dataset = lambda: iter(samples)
        kind = tf.lite.OpsSet.TFLITE_BUILTINS_INT8
        if form == "int16":
            kind = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        converter.target_spec.supported_ops = [kind]
        converter.inference_input_type = converter.inference_output_type = getattr(tf, form)
    return converter.convert()


def interpret(content, shapes):
    """The inputs as the model takes them, what the interpreter gives, and the outputs' scales."""
    kernels = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    inputs = []
    for detail in interpreter.get_input_details():
        value = values([detail["shape"]])[0]
        scale, zero = detail["quantization"]
        if scale != 0:
            limits = np.iinfo(detail["dtype"])
            value = np.clip(np.round(value / scale) + zero, limits.min, limits.max)
        inputs.append((detail["name"], value.astype(detail["dtype"])))
        interpreter.set_tensor(detail["index"], inputs[-1][1])
    interpreter.invoke()
    outputs = interpreter.get_output_details()
    return inputs, [interpreter.get_tensor(o["index"]) for o in outputs], [o["quantization"][0] for o in outputs]


def run_weir(weir, content, inputs):
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "net.tflite")
        with open(model, "wb") as file:
            file.write(content)
        command = [weir, "run", model, "--output-dir", os.path.join(folder, "out")]
        for i, (name, value) in enumerate(inputs):
            path = os.path.join(folder, "%d.npy" % i)
            np.save(path, value)
            command += ["--input", "%s=%s" % (name, path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            return None, lines[-1] if lines else "exit status %d" % done.returncode
        with open(os.path.join(folder, "out", "outputs.json")) as file:
            return [np.load(os.path.join(folder, "out", entry["file"])) for entry in json.load(file)], None


def difference(expected, found, form, scale):
    """What is wrong with @found, or nothing."""
    if expected.shape != found.shape:
        return "shape %s, expected %s" % (found.shape, expected.shape)
    if expected.dtype != found.dtype:
        return "type %s, expected %s" % (found.dtype, expected.dtype)
    if expected.size == 0:
        return None
    worst = np.max(np.abs(found.astype(np.float64) - expected))
    if form in STEPS and scale != 0:
        return None if worst <= STEPS[form] else "differs by %d steps" % worst
    if expected.dtype.kind != "f":
        return None if worst == 0 else "integers differ"
    # The interpreter quantises the activations of hybrid operators, too.
    share = 2e-2 if form == "dynamic" else 1e-4
    return None if worst <= share * max(1, np.max(np.abs(expected))) else "differs by %g" % worst


def check(weir, name, case, form, seed):
    rng = random.Random("%s/%d" % (name, seed))
    np.random.seed(rng.randrange(1 << 31))
    function, shapes = case(rng)
    content = convert(function, shapes, form)
    inputs, expected, scales = interpret(content, shapes)
    found, error = run_weir(weir, content, inputs)
    if error is not None:
        return error
    if len(found) != len(expected):
        return "%d outputs, expected %d" % (len(found), len(expected))
    for i in range(len(found)):
        problem = difference(expected[i], found[i], form, scales[i])
        if problem is not None:
            return "output %d: %s" % (i, problem)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2, help="models of each case and form")
    parser.add_argument("--only", default="*", help="names of cases")
    parser.add_argument("--forms", default=",".join(FORMS))
    options = parser.parse_args()
    passed = failed = 0
    for form in options.forms.split(","):
        cases = INTEGERS if form != "float" else {**INTEGERS, **FLOATS}
        for name in sorted(cases):
            if not fnmatch.fnmatchcase(name, options.only):
                continue
            for seed in range(options.seed, options.seed + options.rounds):
                problem = check(options.weir, name, cases[name], form, seed)
                passed += problem is None
                failed += problem is not None
                if problem is not None:
                    print("not ok %s, %s, seed %d: %s" % (name, form, seed, problem), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
