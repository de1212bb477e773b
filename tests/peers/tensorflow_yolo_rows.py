"""YOLO networks of all versions for tensorflow-networks.py, small and untrained; the regions are worked out from TensorFlow's last layers."""
import os

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
rng = np.random.default_rng(11)

SIZE, BOX = 64, 5


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def region(last, anchors, classes, softmax):
    """Darknet's region and yolo layers: centers, objects and classes of each anchor; sizes stay."""
    n, height, width, _ = last.shape
    x = last.astype(np.float64).transpose(0, 3, 1, 2).reshape(n, anchors, BOX + classes, height, width)
    scores = x[:, :, BOX:]
    if softmax:
        scores = np.exp(scores - scores.max(2, keepdims=True))
        scores /= scores.sum(2, keepdims=True)
    else:
        scores = sigmoid(scores)
    x = np.concatenate([sigmoid(x[:, :, :2]), x[:, :, 2:4], sigmoid(x[:, :, 4:5]), scores], 2)
    return x.reshape(n, -1) if softmax else x.reshape(n, -1, height, width)


def conv(x, channels, name, kernel=3, stride=1):
    filters = v1.get_variable(name, initializer=rng.normal(scale=0.3, size=(kernel, kernel, int(x.shape[-1]), channels)).astype(np.float32))
    return tf.nn.conv2d(x, filters, stride, "SAME")


def layer(x, channels, name, stride=1):
    y = conv(x, channels, name, 3, stride) + v1.get_variable(name + "/b", initializer=rng.normal(size=channels).astype(np.float32))
    return tf.maximum(0.1 * y, y)


def freeze(folder, image, outputs, config):
    """-> the command's arguments, what is fed, what TensorFlow's last layers give"""
    with v1.Session() as session:
        session.run(v1.global_variables_initializer())
        values = session.run(outputs, {"input:0": image})
        names = [o.op.name for o in outputs]
        graph = v1.graph_util.convert_variables_to_constants(session, session.graph_def, names)
    path = os.path.join(folder, "yolo.pb")
    with open(path, "wb") as file:
        file.write(graph.SerializeToString())
    return ["--input_model", path, "--transformations_config", config], {"input": image}, values


def one_scale(folder, config, anchors, classes, softmax):
    image = rng.uniform(size=(1, SIZE, SIZE, 3)).astype(np.float32)
    with v1.Graph().as_default():
        x = v1.placeholder(tf.float32, image.shape, "input")
        for i in range(4):
            x = layer(x, 8, "%d" % i, 2)
        last = tf.nn.bias_add(conv(x, anchors * (BOX + classes), "last", 1), np.zeros(anchors * (BOX + classes), np.float32), name="output")
        arguments, feeds, (value,) = freeze(folder, image, [last], config)
    return arguments, feeds, [region(value, anchors, classes, softmax)]


def yolo_v1(folder):
    return one_scale(folder, "yolo_v1", 3, 20, False)


def yolo_v1_tiny(folder):
    return one_scale(folder, "yolo_v1_tiny", 2, 20, False)


def yolo_v2(folder):
    return one_scale(folder, "front/tf/yolo_v2.json", 5, 80, True)


def yolo_v2_tiny_voc(folder):
    return one_scale(folder, "yolo_v2_tiny_voc", 5, 20, True)


def scales(folder, config, scope, count, classes):
    """Each layer's end is reshaped four times, as programs that decode it do: the first one is an entry point."""
    image = rng.uniform(size=(1, SIZE, SIZE, 3)).astype(np.float32)
    with v1.Graph().as_default():
        x = v1.placeholder(tf.float32, image.shape, "input")
        ends, boxes = [], []
        for i in range(3):
            x = layer(x, 8, "%d" % i, 2)
        for i in range(3):
            x = layer(x, 8, "scale%d" % i, 2)
            ends.append(conv(x, 3 * (BOX + classes), "end%d" % i, 1))
        with v1.name_scope(scope):
            for end in ends[:count]:
                rows = tf.reshape(end, [1, -1, BOX + classes])
                centers, sizes, confidence, scores = tf.split(rows, [2, 2, 1, classes], 2)
                rest = [tf.reshape(part, [1, -1, part.shape[2]]) for part in (tf.sigmoid(centers), tf.exp(sizes), tf.sigmoid(confidence))]
                boxes.append(tf.concat([*rest, tf.sigmoid(scores)], 2))
        detections = tf.concat(boxes, 1, name="output_boxes")
        arguments, feeds, values = freeze(folder, image, [detections, *ends[:count]], config)
    return arguments, feeds, [region(value, 3, classes, False) for value in values[1:]]


def yolo_v3(folder):
    return scales(folder, "yolo_v3", "detector/yolo-v3", 3, 80)


def yolo_v3_voc(folder):
    return scales(folder, "yolo_v3_voc", "detector/yolo-v3", 3, 20)


def yolo_v3_tiny(folder):
    return scales(folder, "yolo_v3_tiny", "detector/yolo-v3-tiny", 2, 80)


NETWORKS = [yolo_v1, yolo_v1_tiny, yolo_v2, yolo_v2_tiny_voc, yolo_v3, yolo_v3_voc, yolo_v3_tiny]
