#!/usr/bin/env python3
"""One network in every form that TensorFlow and Keras keep models in: does Weir make the same IR of each?

usage: tensorflow-forms.py [--weir PROGRAM] [--keep FOLDER]

The network, two convolutions with a batch normalization between them, is written by TensorFlow with the normalization
fused and written out, its variables as references and as resources: frozen (binary, text), graph and checkpoint of both
versions, MetaGraph, SavedModel of TensorFlow 1 (also one with several graphs, told apart by tags) and 2, Keras HDF5 and
archive, Keras' export. Of all, the .bin must be the same byte for byte; the .xml of the forms of TensorFlow 1 but SavedModel
must be, too, but for the notes on how it was converted; that of the others but for names, which come from signatures,
functions and layers. Keras models of other layers are computed beside Keras. Needs numpy and tensorflow (with keras).
The last line is `N passed, N failed`.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
L = keras.layers
WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")
SHAPE = (1, 8, 8, 3)
rng = np.random.default_rng(1)
KERNEL = rng.normal(size=(3, 3, 3, 4)).astype(np.float32)
HEAD = rng.normal(size=(1, 1, 4, 2)).astype(np.float32)
NORM = [*rng.normal(size=(3, 4)).astype(np.float32), rng.uniform(0.5, 2, 4).astype(np.float32)]
NORM_NAMES = ["gamma", "beta", "mean", "variance"]
PICTURE = rng.normal(size=SHAPE).astype(np.float32)


def network(x, fused, variable):
    y = tf.nn.conv2d(x, variable(KERNEL, "conv/kernel"), [1, 1, 1, 1], "SAME", name="conv/Conv2D")
    gamma, beta, mean, variance = [variable(v, "norm/" + n) for v, n in zip(NORM, NORM_NAMES)]
    if fused:
        y = v1.nn.fused_batch_norm(y, gamma, beta, mean, variance, epsilon=1e-3, is_training=False, name="norm/fused")[0]
    else:
        y = tf.nn.batch_normalization(y, mean, variance, beta, gamma, 1e-3, name="norm/parts")
    y = tf.nn.relu(y, name="relu")
    return tf.nn.conv2d(y, variable(HEAD, "head/kernel"), [1, 2, 2, 1], "VALID", name="head/Conv2D")


def write_graphs(folder, fused, resources):
    """TensorFlow 1: (name of the form, arguments); in all of them the model is called net"""

    def at(*parts):
        path = os.path.join(folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    graph = v1.Graph()
    with graph.as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, SHAPE, "x")
        y = tf.identity(network(x, fused, lambda a, n: v1.get_variable(n, initializer=a, use_resource=resources)), "y")
        session.run(v1.global_variables_initializer())
        definition = graph.as_graph_def()
        for text, name in (False, "net.pb"), (True, "net.pbtxt"):
            v1.train.write_graph(definition, at("graph"), name, text)
        for version in v1.train.SaverDef.V1, v1.train.SaverDef.V2:
            v1.train.Saver(write_version=version).save(session, at("v%d" % version, "net"))
        frozen = v1.graph_util.convert_variables_to_constants(session, definition, ["y"])
        for text, name in (False, "net.pb"), (True, "net.pbtxt"):
            v1.train.write_graph(frozen, at("frozen"), name, text)
        v1.saved_model.simple_save(session, os.path.join(folder, "saved1", "net"), {"x": x}, {"y": y})
        builder = v1.saved_model.Builder(os.path.join(folder, "tagged", "net"))
        builder.add_meta_graph_and_variables(session, ["train", "gpu"])
        builder.add_meta_graph(["serve", "cpu"], {"serving_default": v1.saved_model.predict_signature_def({"x": x}, {"y": y})})
        builder.save()
    same = [("frozen", ["--input_model", at("frozen", "net.pb")]),
            ("text", ["--input_model", at("frozen", "net.pbtxt")]),
            ("text, said so", ["--input_model", at("frozen", "net.pbtxt"), "--input_model_is_text"]),
            ("checkpoint 2", ["--input_model", at("graph", "net.pb"), "--input_checkpoint", at("v2", "net")]),
            ("its index", ["--input_model", at("graph", "net.pb"), "--input_checkpoint", at("v2", "net.index")]),
            ("checkpoint 1", ["--input_model", at("graph", "net.pbtxt"), "--input_checkpoint", at("v1", "net")]),
            ("MetaGraph", ["--input_meta_graph", at("v2", "net.meta")]),
            ("MetaGraph, checkpoint 1", ["--input_meta_graph", at("v1", "net.meta")])]
    alike = [("SavedModel 1", ["--saved_model_dir", at("saved1", "net")]),
             ("tags serve, cpu", ["--saved_model_dir", at("tagged", "net"), "--saved_model_tags", "serve,cpu"]),
             ("tags gpu, train", ["--saved_model_dir", at("tagged", "net"), "--saved_model_tags", "gpu,train"])]
    return same, alike


class Module(tf.Module):
    def __init__(self, fused):
        super().__init__()
        self.fused = fused
        self.kept = {name: tf.Variable(value, name=name) for value, name in
                     [(KERNEL, "conv/kernel"), (HEAD, "head/kernel"), *zip(NORM, ["norm/" + n for n in NORM_NAMES])]}

    @tf.function(input_signature=[tf.TensorSpec(SHAPE, tf.float32, "x")])
    def __call__(self, x):
        return {"y": tf.identity(network(x, self.fused, lambda a, n: self.kept[n]), "y")}


def write_module(folder, fused):
    module = Module(fused)
    path = os.path.join(folder, "saved2", "net")
    tf.saved_model.save(module, path, signatures=module.__call__)
    return [("SavedModel 2", ["--saved_model_dir", path])]


def write_keras(folder):
    x = L.Input(SHAPE[1:], batch_size=1, name="x")
    y = L.Conv2D(4, 3, padding="same", use_bias=False, name="conv")(x)
    y = L.ReLU(name="relu")(L.BatchNormalization(epsilon=1e-3, name="norm")(y))
    y = L.Conv2D(2, 1, strides=2, use_bias=False, name="y")(y)
    model = keras.Model(x, y)
    for name, weights in ("conv", [KERNEL]), ("norm", NORM), ("y", [HEAD]):
        model.get_layer(name).set_weights(weights)
    path = os.path.join(folder, "net")
    model.save(path + ".h5")
    model.save(path + ".keras")
    model.export(path, verbose=False)
    tf.saved_model.save(model, path + "-saved")
    return [("Keras, HDF5", ["--input_model", path + ".h5"]), ("Keras, archive", ["--input_model", path + ".keras"]),
            # An export leaves the number of pictures open.
            ("Keras, exported", ["--saved_model_dir", path, "--input_shape", str(list(SHAPE)).replace(" ", "")]),
            ("Keras, SavedModel", ["--saved_model_dir", path + "-saved"])]


def functional():
    x = L.Input((12, 12, 3), batch_size=1, name="x")
    y = L.Conv2D(4, 3, activation="relu", name="first")(x)
    y = L.BatchNormalization(scale=False, name="unscaled")(y)
    y = L.DepthwiseConv2D(3, padding="same", name="depth")(y)
    z = L.SeparableConv2D(4, 3, padding="same", name="separable")(y)
    z = L.Concatenate(name="both")([L.Add(name="sum")([y, z]), L.BatchNormalization(center=False, name="uncentered")(z)])
    z = L.GlobalAveragePooling2D(name="mean")(L.MaxPooling2D(name="max")(z))
    return keras.Model(x, L.Dense(5, activation="softmax", name="y")(L.Dense(6, name="hidden")(z)))


def sequence():
    return keras.Sequential([L.Input((6, 6, 2), batch_size=1, name="x"), L.Conv2D(3, 2), L.AveragePooling2D(2), L.Flatten(),
                             L.Dense(4, activation="tanh"), L.Dropout(0.5), L.Dense(3)])


def randomize(model):
    for layer in model.layers:
        layer.set_weights([rng.uniform(0.1, 1, w.shape).astype(np.float32) for w in layer.get_weights()])
    return model


def convert(weir, arguments, folder, name):
    """-> the bytes of XML, without the notes, and BIN"""
    done = subprocess.run([weir, "convert", *arguments, "--output_dir", folder, "--model_name", name],
                          capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    with open(os.path.join(folder, name + ".xml"), "rb") as xml, open(os.path.join(folder, name + ".bin"), "rb") as weights:
        return re.sub(rb"\n\t<rt_info>.*", b"", xml.read(), flags=re.DOTALL), weights.read()


def nameless(xml):
    return re.sub(rb" names?=\"[^\"]*\"", b"", xml)


def run(weir, model, value, folder):
    path = os.path.join(folder, "x.npy")
    np.save(path, value)
    subprocess.run([weir, "run", model, "--input", path, "--output-dir", folder], check=True, capture_output=True, timeout=60)
    with open(os.path.join(folder, "outputs.json")) as file:
        return np.load(os.path.join(folder, json.load(file)[0]["file"]))


class Report:
    passed = failed = 0

    def tell(self, what, good, why):
        self.passed += good
        self.failed += not good
        print("%s %s%s" % ("ok" if good else "not ok", what, "" if good else ": " + why))


def compare(report, weir, label, forms, folder, first, same):
    """The IR of each form beside @first, or that of the first one; -> that"""
    for i, (name, arguments) in enumerate(forms):
        what = "%s, %s" % (label, name)
        try:
            xml, weights = convert(weir, arguments, folder, "ir%d" % i)
        except RuntimeError as error:
            report.tell(what, False, str(error))
            continue
        if first is None:
            first = xml, weights
        xmls = (xml, first[0]) if same else (nameless(xml), nameless(first[0]))
        report.tell(what, weights == first[1] and xmls[0] == xmls[1],
                    "other weights" if weights != first[1] else "the same weights, another XML")
    return first


def check_forms(report, weir, folder):
    one = None
    for fused in True, False:
        first = None
        for resources in False, True:
            label = "%s, %s" % ("fused" if fused else "in parts", "resources" if resources else "references")
            place = os.path.join(folder, label.replace(", ", "-").replace(" ", "-"))
            same, alike = write_graphs(place, fused, resources)
            first = compare(report, weir, label, same, place, first, True)
            one = compare(report, weir, label, same[:1] + alike, place, one, False)
            if resources:
                compare(report, weir, label, write_module(place, fused), place, one, False)
    place = os.path.join(folder, "keras")
    os.makedirs(place)
    compare(report, weir, "keras", write_keras(place), place, one, False)
    expected = network(PICTURE, True, lambda a, n: a).numpy()
    found = run(weir, os.path.join(folder, "fused-references", "frozen", "net.pb"), PICTURE, folder)
    report.tell("values", np.allclose(found, expected, rtol=1e-5, atol=1e-5), "differs from TensorFlow")


def check_keras(report, weir, folder):
    for make in functional, sequence:
        model = randomize(make())
        value = rng.normal(size=model.inputs[0].shape).astype(np.float32)
        expected = model.predict(value, verbose=0)
        for ending in ".h5", ".keras":
            path = os.path.join(folder, make.__name__ + ending)
            model.save(path)
            try:
                found = run(weir, path, value, folder)
            except subprocess.CalledProcessError as error:
                report.tell(os.path.basename(path), False, error.stderr.decode().strip())
                continue
            report.tell(os.path.basename(path), np.allclose(found, expected, rtol=1e-4, atol=1e-5), "differs from Keras")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--keep", help="write the models there, and leave them")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        check_forms(report, os.path.abspath(options.weir), options.keep or folder)
        check_keras(report, os.path.abspath(options.weir), folder)
    print("%d passed, %d failed" % (report.passed, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
