#!/usr/bin/env python3
"""Loops, branches, TensorArrays and recurrent layers of TensorFlow, against TensorFlow itself.

Each case is built as a graph of the first generation (Switch, Merge, Enter, Exit) and of the
second (While, If, TensorLists), with sizes and numbers drawn at random; TensorFlow computes it, and
`weir run` does from the same GraphDef. Needs numpy and tensorflow with Keras 3. The last line is
`N passed, N failed`.

    tensorflow-flow.py [--weir PATH] [--seed N] [--rounds N] [--only PATTERN]
"""

import argparse
import fnmatch
import importlib
import os
import random
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from tensorflow_flow_rows import GRAPHS, LAYERS

single = importlib.import_module("tensorflow-random")


def pruned(definition, inputs, values):
    """Without what the outputs do not need."""
    names = ["y%d" % i for i in range(len(values))]
    return tf.compat.v1.graph_util.extract_sub_graph(definition, names + list(inputs)), inputs, values


def graph_case(case, second):
    """A case of GRAPHS, with control flow of the first or second generation."""
    def run(rng):
        (tf.compat.v1.enable_control_flow_v2 if second else tf.compat.v1.disable_control_flow_v2)()
        return pruned(*single.build(case, rng))
    return run


def layer_case(case, second):
    """A Keras layer, frozen with its loops as functions or written out."""
    def run(rng):
        tf.compat.v1.enable_control_flow_v2()
        call, inputs = case(rng)
        specs = [tf.TensorSpec(value.shape, value.dtype, name="x%d" % i) for i, value in enumerate(inputs)]

        def named(*values):
            outputs = call(*values)
            outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            return [tf.identity(y, "y%d" % i) for i, y in enumerate(outputs)]

        frozen = convert_variables_to_constants_v2(tf.function(named).get_concrete_function(*specs),
                                                   lower_control_flow=not second)
        values = [value.numpy() for value in frozen(*[tf.constant(value) for value in inputs])]
        names = [tensor.op.name for tensor in frozen.inputs]
        return pruned(frozen.graph.as_graph_def(), dict(zip(names, inputs)), values)
    return run


def cases():
    for second in (False, True):
        for name, case in GRAPHS.items():
            yield "%s/%d" % (name, 1 + second), graph_case(case, second), False
    for second in (False, True):
        for name, case in LAYERS.items():
            yield "%s/%d" % (name, 1 + second), layer_case(case, second), True


def check(weir, name, build, seed):
    rng = random.Random("%s/%d" % (name, seed))
    np.random.seed(rng.randrange(1 << 31))
    tf.random.set_seed(rng.randrange(1 << 31))
    definition, inputs, values = build(rng)
    found, error = single.run_weir(weir, definition, inputs)
    if error is not None:
        return error
    if len(found) != len(values):
        return "%d outputs, expected %d" % (len(found), len(values))
    for expected, value in zip(values, found):
        problem = single.difference(expected, value)
        if problem is not None:
            return problem
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=single.WEIR)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2, help="graphs of each case")
    parser.add_argument("--only", default="*", help="names of cases")
    options = parser.parse_args()
    passed = failed = 0
    for name, build, eager in cases():
        if not fnmatch.fnmatchcase(name, options.only):
            continue
        for i in range(options.rounds):
            seed = options.seed + i
            if eager:
                problem = check(options.weir, name, build, seed)
            else:
                with tf.Graph().as_default():
                    problem = check(options.weir, name, build, seed)
            passed += problem is None
            failed += problem is not None
            if problem is not None:
                print("not ok %s, seed %d: %s" % (name, seed, problem), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
