#!/usr/bin/env python3
"""Small R-CNN networks that TensorFlow's Object Detection API exports, untrained, beside TensorFlow: boxes, scores, masks.

usage: tensorflow-detectors.py [--weir PROGRAM] [--only NAME]

TensorFlow runs the graph as the API has written it; Weir replaces its loops as pipeline.config says. Needs numpy, tensorflow with its
API of version 1 (2.15 has it) and the package tf-object-detection-api. The last line is `N passed, N failed`.
"""
import argparse
import importlib.machinery
import json
import os
import subprocess
import sys
import tempfile
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import tensorflow.compat.v1 as tf

WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")
SIZE = 128


class Absent(types.ModuleType):
    """What TensorFlow 1 had and exporting does not need: any name of it is there, and does nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(self.__name__ + "." + name)

    def __call__(self, *arguments, **named):
        return self


class Finder:
    def find_spec(self, name, path, target=None):
        if name == "tensorflow.contrib" or name.startswith("tensorflow.contrib."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Absent(spec.name)

    def exec_module(self, module):
        pass


tf.disable_v2_behavior()
sys.meta_path.insert(0, Finder())
for name, kind in ("int", int), ("float", float), ("bool", bool), ("object", object):
    setattr(np, name, kind)

from google.protobuf import text_format
from object_detection import exporter
from object_detection.builders import model_builder
from object_detection.models import faster_rcnn_mobilenet_v1_feature_extractor as mobilenet
from object_detection.protos import pipeline_pb2

for table in vars(model_builder).values():
    if isinstance(table, dict) and "faster_rcnn_resnet50" in table:
        table["faster_rcnn_mobilenet_v1"] = mobilenet.FasterRCNNMobilenetV1FeatureExtractor
exporter.profile_inference_graph = lambda graph: None

CONV = "{ op: CONV regularizer { l2_regularizer { weight: 0 } } initializer { truncated_normal_initializer { stddev: 0.05 } } }"
FC = CONV.replace("CONV", "FC")
PIPELINE = """
model { faster_rcnn { num_classes: 3 number_of_stages: %(stages)d
  image_resizer { fixed_shape_resizer { height: 128 width: 128 } }
  feature_extractor { type: 'faster_rcnn_mobilenet_v1' first_stage_features_stride: 16 }
  first_stage_anchor_generator { grid_anchor_generator {
    scales: [0.5, 1] aspect_ratios: [0.5, 1] height_stride: 16 width_stride: 16 height: 64 width: 64 } }
  first_stage_box_predictor_conv_hyperparams %(conv)s
  first_stage_nms_score_threshold: 0 first_stage_nms_iou_threshold: 0.7 first_stage_max_proposals: 20
  %(second)s
  second_stage_post_processing { score_converter: SOFTMAX batch_non_max_suppression {
    score_threshold: 0 iou_threshold: 0.6 max_detections_per_class: 10 max_total_detections: 10 } }
} }
train_config { batch_size: 1 }
"""
CROP = "initial_crop_size: 14 maxpool_kernel_size: 2 maxpool_stride: 2 second_stage_box_predictor { mask_rcnn_box_predictor { fc_hyperparams " + FC
NETWORKS = {
    "faster_rcnn": (2, CROP + " } }"),
    "mask_rcnn": (3, CROP + " conv_hyperparams " + CONV + " predict_instance_masks: true mask_height: 15 mask_width: 15 "
                            "mask_prediction_conv_depth: 0 mask_prediction_num_conv_layers: 2 } }"),
    "rfcn": (2, "second_stage_box_predictor { rfcn_box_predictor { conv_hyperparams " + CONV +
                " crop_height: 9 crop_width: 9 num_spatial_bins_height: 3 num_spatial_bins_width: 3 depth: 32 } }"),
}


def export(name, folder):
    stages, second = NETWORKS[name]
    config = text_format.Parse(PIPELINE % {"stages": stages, "conv": CONV, "second": second}, pipeline_pb2.TrainEvalPipelineConfig())
    with tf.Graph().as_default(), tf.Session() as session:
        tf.train.get_or_create_global_step()
        model = model_builder.build(config.model, is_training=False)
        image, shapes = model.preprocess(tf.cast(tf.placeholder(tf.uint8, [1, None, None, 3]), tf.float32))
        model.postprocess(model.predict(image, shapes), shapes)
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, os.path.join(folder, "init"))
    with tf.Graph().as_default():
        exporter.export_inference_graph("image_tensor", config, os.path.join(folder, "init"), folder)


def weights(rng, name, shape):
    """Of a scale by which every layer says something; None for what is no weight."""
    kind = name.rsplit("/", 1)[-1]
    if kind == "depthwise_weights":
        return rng.normal(scale=(2 / 9) ** 0.5, size=shape)
    if kind == "biases":
        return rng.normal(scale=0.1, size=shape)
    if kind != "weights":
        return None
    value = rng.normal(scale=(2 / np.prod(shape[:-1])) ** 0.5, size=shape)
    return value * (0.3 if "BoxEncoding" in name else 2 if "ClassPredictor" in name else 1)


def shake(path):
    graph, rng = tf.GraphDef(), np.random.default_rng(3)
    with open(path, "rb") as file:
        graph.ParseFromString(file.read())
    for node in graph.node:
        if node.op == "Const" and node.attr["dtype"].type == 1:
            value = weights(rng, node.name, tf.make_ndarray(node.attr["value"].tensor).shape)
            if value is not None:
                node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value.astype(np.float32)))
    with open(path, "wb") as file:
        file.write(graph.SerializeToString())
    return graph


def expected(graph, image):
    names = ["boxes", "scores", "classes", "masks"]
    names = [n for n in names if any(node.name == "detection_" + n for node in graph.node)]
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(graph, name="")
        values = session.run(["detection_%s:0" % n for n in names], {"image_tensor:0": image})
    return dict(zip(names, [value[0] for value in values]))


def found(weir, path, image, folder):
    np.save(folder + "/image.npy", image)
    subprocess.run([weir, "run", path, "--input", folder + "/image.npy", "--output-dir", folder + "/out"], check=True,
                   capture_output=True, text=True, timeout=300)
    with open(folder + "/out/outputs.json") as file:
        return [np.load(os.path.join(folder, "out", entry["file"])) for entry in json.load(file)]


def compare(want, got):
    """Rows [image, label, score, x0, y0, x1, y1], in the order of their scores, and a mask for each."""
    rows = got[0].reshape(-1, 7)
    order = np.argsort(-rows[:, 2], kind="stable")[:len(want["scores"])]
    rows = rows[order]
    if not np.array_equal(rows[:, 1], want["classes"]):
        return "classes %s, expected %s" % (rows[:, 1], want["classes"])
    if not np.allclose(rows[:, 2], want["scores"], atol=1e-4):
        return "scores %s, expected %s" % (rows[:, 2], want["scores"])
    if not np.allclose(rows[:, [4, 3, 6, 5]], want["boxes"], atol=1e-4):
        return "boxes %s, expected %s" % (rows[:2, 3:], want["boxes"][:2])
    if len(got) != 1 + ("masks" in want):
        return "%d outputs" % len(got)
    if "masks" in want and not np.allclose(got[1][0][order], want["masks"], atol=1e-4):
        return "masks differ by %g" % np.abs(got[1][0][order] - want["masks"]).max()
    return None


def check(weir, name):
    image = np.random.default_rng(5).integers(0, 256, (1, 8, 8, 3)).repeat(SIZE // 8, 1).repeat(SIZE // 8, 2).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        export(name, folder)
        path = os.path.join(folder, "frozen_inference_graph.pb")
        want = expected(shake(path), image)
        try:
            return compare(want, found(weir, path, image, folder))
        except subprocess.CalledProcessError as error:
            return error.stderr.strip().splitlines()[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    passed = failed = 0
    for name in NETWORKS:
        if not name.startswith(options.only):
            continue
        problem = check(os.path.abspath(options.weir), name)
        passed += problem is None
        failed += problem is not None
        print("%s %s%s" % ("not ok" if problem else "ok", name, ": " + problem if problem else ""), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
