#!/usr/bin/env python3
"""Writes tests/frontends/tensorflow-cases.txt: graphs, inputs, and what TensorFlow gives for them.

usage: tensorflow-cases.py [--seeds N] FILE

The graphs are the cases of tensorflow_rows.py, of each the second shortest of N seeds. A case is
lines of `case NAME`, `graph` with the text of a GraphDef, `in` and `out` with tensors as the tests spell them. Numbers
are rounded before TensorFlow computes. Needs numpy and tensorflow.
"""
import argparse
import os
import random
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import tensorflow.compat.v1 as tf
from google.protobuf import text_format

import tensorflow_rows

LONGEST = 6000
TYPES = {"float32": "f32", "float64": "f64", "int32": "i32", "int64": "i64", "bool": "boolean", "uint8": "u8", "int8": "i8"}


def rounded(*shape, low=-2.0, high=2.0):
    return np.round(np.random.uniform(low, high, shape), 1).astype(np.float32)


def spell(value):
    value = np.asarray(value)
    numbers = " ".join("%.7g" % v for v in value.ravel()) if value.size else "0"
    return "%s[%s] %s" % (TYPES[value.dtype.name], ",".join(map(str, value.shape)), numbers)


def shorten(definition):
    """Without what TensorFlow adds for itself, and attributes that have their default"""
    definition.ClearField("versions")
    for node in definition.node:
        node.ClearField("experimental_debug_info")
        for name in [n for n in node.attr if n.startswith("_")]:
            del node.attr[name]
        if "value" in node.attr and node.attr["value"].tensor.tensor_content:
            tensor = node.attr["value"].tensor
            array = tf.make_ndarray(tensor)
            field = {"float32": tensor.float_val, "float64": tensor.double_val, "int32": tensor.int_val, "int64": tensor.int64_val,
                     "bool": tensor.bool_val, "uint8": tensor.int_val, "int8": tensor.int_val, "int16": tensor.int_val,
                     "uint16": tensor.int_val}.get(array.dtype.name)
            if field is not None:
                tensor.ClearField("tensor_content")
                field.extend(array.ravel().tolist())
    definition.ClearField("library")
    text = text_format.MessageToString(definition, as_one_line=True)
    for attr in ('attr { key: "T" value { type: DT_FLOAT } } ', 'attr { key: "incompatible_shape_error" value { b: true } } '):
        text = text.replace(attr, "")
    return text


def make(name, case, seed):
    rng = random.Random("%s/%d" % (name, seed))
    np.random.seed(rng.randrange(1 << 31))
    feeds = {}
    with tf.Graph().as_default() as graph:

        def feed(value, dtype=None, shape=None):
            value = np.asarray(value, dtype)
            place = tf.placeholder(value.dtype, value.shape if shape is None else shape, "x%d" % len(feeds))
            feeds[place] = value
            return place

        outputs = case(rng, feed)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        named = [tf.identity(y, "y%d" % i) for i, y in enumerate(outputs)]
        with tf.Session() as session:
            values = session.run(named, feeds)
    definition = tf.graph_util.extract_sub_graph(graph.as_graph_def(), [y.op.name for y in named])
    if any(np.asarray(v).dtype.name not in TYPES for v in [*values, *feeds.values()]):
        return None
    lines = ["case " + name, "graph " + shorten(definition)]
    # Inputs stand in the order of the file.
    order = [node.name for node in definition.node if node.op == "Placeholder"]
    by_name = {place.op.name: value for place, value in feeds.items()}
    lines += ["in " + spell(by_name[n]) for n in order]
    return "\n".join(lines + ["out " + spell(v) for v in values]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("file")
    options = parser.parse_args()
    tf.disable_eager_execution()
    tensorflow_rows.data = rounded
    cases = tensorflow_rows.CASES
    with open(options.file, "w") as file:
        file.write("# Written by tests/peers/tensorflow-cases.py with TensorFlow %s.\n" % tf.__version__)
        for name in sorted(cases):
            texts = [make(name, cases[name], seed) for seed in range(options.seeds)]
            found = sorted(set(t for t in texts if t and len(t) <= LONGEST), key=len)
            if not found:
                print("left out: %s" % name)
            else:
                file.write(found[min(1, len(found) - 1)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
