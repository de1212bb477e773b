#!/usr/bin/env python3
"""Networks of docs/tensorflow.md's recipes, small and untrained, beside TensorFlow: NCF, wide and deep, attention as in GNMT, YOLO.

usage: tensorflow-networks.py [--weir PROGRAM] [--only NAME]

Each is written by TensorFlow as the recipe expects it, converted by the recipe's command line, and run.
Needs numpy and tensorflow. The last line is `N passed, N failed`.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow as tf

import tensorflow_yolo_rows

v1 = tf.compat.v1
L = keras.layers
WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")
rng = np.random.default_rng(7)


def variable(name, *shape):
    return v1.get_variable(name, initializer=rng.normal(scale=0.5, size=shape).astype(np.float32))


def dense(x, name, units, activation=None):
    y = tf.matmul(x, variable(name + "/kernel", int(x.shape[-1]), units)) + variable(name + "/bias", units)
    return y if activation is None else activation(y)


def ncf(folder):
    """Users and items by number; a SavedModel of Keras."""
    users, items = L.Input((1,), dtype="int32", name="user"), L.Input((1,), dtype="int32", name="item")
    general = L.Multiply()([L.Embedding(50, 8)(users), L.Embedding(70, 8)(items)])
    deep = L.Concatenate()([L.Embedding(50, 16)(users), L.Embedding(70, 16)(items)])
    for units in 32, 16, 8:
        deep = L.Dense(units, activation="relu")(deep)
    score = L.Dense(1, activation="sigmoid", name="score")(L.Flatten()(L.Concatenate()([general, deep])))
    model = keras.Model([users, items], score)
    path = os.path.join(folder, "ncf")
    model.export(path, verbose=False)
    feeds = {"user": rng.integers(0, 50, (5, 1)).astype(np.int32), "item": rng.integers(0, 70, (5, 1)).astype(np.int32)}
    return ["--saved_model_dir", path], feeds, [model([feeds["user"], feeds["item"]]).numpy()]


def checkpoint(folder, feeds, outputs, values):
    """Writes the graph that was just made, and its variables -> what TensorFlow gives"""
    with v1.Session() as session:
        session.run(v1.global_variables_initializer())
        expected = session.run(outputs, {name + ":0": value for name, value in values.items()})
        v1.train.Saver().save(session, os.path.join(folder, "net.ckpt"))
    return expected


def wide_and_deep(folder):
    """A checkpoint with what training left behind; sparse columns enter in three parts."""
    values = {"wide/indices": np.int64([[0, 0], [0, 2], [2, 1], [3, 0]]), "wide/values": np.int64([3, 7, 1, 9]),
              "wide/shape": np.int64([4, 3]), "numbers": rng.normal(size=(4, 5)).astype(np.float32)}
    with v1.Graph().as_default():
        wide = tf.SparseTensor(v1.placeholder(tf.int64, [None, 2], "wide/indices"), v1.placeholder(tf.int64, [None], "wide/values"),
                               v1.placeholder(tf.int64, [2], "wide/shape"))
        numbers = v1.placeholder(tf.float32, [None, 5], "numbers")
        linear = v1.nn.safe_embedding_lookup_sparse(variable("wide/weights", 10, 1), wide, combiner="sum")
        column = v1.nn.safe_embedding_lookup_sparse(variable("deep/weights", 10, 6), wide, combiner="mean")
        deep = tf.concat([column, numbers], 1)
        for i, units in enumerate((16, 8)):
            deep = dense(deep, "deep/%d" % i, units, tf.nn.relu)
        logits = tf.add(linear, dense(deep, "deep/logits", 1), "logits")
        probability = tf.sigmoid(logits, "probability")
        v1.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_mean(logits))
        expected = checkpoint(folder, values, [probability], values)
    return ["--input_meta_graph", os.path.join(folder, "net.ckpt.meta"), "--output", "probability"], values, expected


def lstm(x, state, name, units):
    hidden, cell = state
    gates = dense(tf.concat([x, hidden], 1), name, 4 * units)
    i, g, f, o = tf.split(gates, 4, 1)
    cell = tf.sigmoid(f + 1.0) * cell + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(cell), (tf.sigmoid(o) * tf.tanh(cell), cell)


def attention(folder):
    """One step of a decoder: words in, scores of the next word and the new state out; the loop stays outside."""
    units, words, length = 6, 20, 5
    values = {"word": rng.integers(0, words, (2,)).astype(np.int32), "memory": rng.normal(size=(2, length, units)).astype(np.float32),
              "lengths": np.int32([5, 3]), "hidden": rng.normal(size=(2, units)).astype(np.float32),
              "cell": rng.normal(size=(2, units)).astype(np.float32)}
    with v1.Graph().as_default():
        places = {name: v1.placeholder(value.dtype, [None, *value.shape[1:]], name) for name, value in values.items()}
        query = tf.tensordot(places["hidden"], variable("query", units, units), 1)
        keys = tf.tensordot(places["memory"], variable("keys", units, units), 1)
        v, g = variable("v", units), variable("g")
        scores = tf.reduce_sum(g * v * tf.math.rsqrt(tf.reduce_sum(v * v)) * tf.tanh(keys + query[:, None] + variable("b", units)), 2)
        mask = tf.sequence_mask(places["lengths"], length)
        weights = tf.nn.softmax(tf.where(mask, scores, tf.fill(tf.shape(scores), -1e30)), name="weights")
        context = tf.reduce_sum(weights[:, :, None] * places["memory"], 1)
        embedded = tf.nn.embedding_lookup(variable("embedding", words, units), places["word"])
        output, (hidden, cell) = lstm(tf.concat([embedded, context], 1), (places["hidden"], places["cell"]), "lstm", units)
        logits = tf.nn.log_softmax(dense(output, "projection", words), name="scores")
        outputs = [logits, tf.identity(hidden, "hidden_next"), tf.identity(cell, "cell_next"), weights]
        expected = checkpoint(folder, places, outputs, values)
    return (["--input_meta_graph", os.path.join(folder, "net.ckpt.meta"), "--output", "scores,hidden_next,cell_next,weights"],
            values, expected)


NETWORKS = [ncf, wide_and_deep, attention, *tensorflow_yolo_rows.NETWORKS]


def call(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])


def check(weir, make):
    with tempfile.TemporaryDirectory() as folder:
        arguments, feeds, expected = make(folder)
        try:
            call([weir, "convert", *arguments, "--output_dir", folder, "--model_name", "ir"])
            command = [weir, "run", os.path.join(folder, "ir.xml"), "--output-dir", os.path.join(folder, "out")]
            for i, (name, value) in enumerate(feeds.items()):
                path = os.path.join(folder, "%d.npy" % i)
                np.save(path, value)
                command += ["--input", "%s=%s" % (name, path)]
            call(command)
        except RuntimeError as error:
            return str(error)
        with open(os.path.join(folder, "out", "outputs.json")) as file:
            found = [np.load(os.path.join(folder, "out", entry["file"])) for entry in json.load(file)]
    if len(found) != len(expected):
        return "%d outputs, expected %d" % (len(found), len(expected))
    for a, b in zip(found, expected):
        if a.shape != b.shape or not np.allclose(a, b, rtol=1e-4, atol=1e-5):
            return "differs: %s, expected %s" % (a.ravel()[:4], b.ravel()[:4])
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    passed = failed = 0
    for make in NETWORKS:
        if not make.__name__.startswith(options.only):
            continue
        problem = check(os.path.abspath(options.weir), make)
        passed += problem is None
        failed += problem is not None
        print("%s %s%s" % ("not ok" if problem else "ok", make.__name__, ": " + problem if problem else ""))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
