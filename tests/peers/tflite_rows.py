"""Cases of tflite-random.py: each is a small Keras model or TensorFlow function by way of TensorFlow's converter.

A case gets a random generator and returns a function of tensors and the shapes of its inputs. Those of
INTEGERS can be quantised to whole numbers; the others are converted as they are.
"""

import numpy as np
import tensorflow as tf

INTEGERS, FLOATS = {}, {}


def integers(function):
    INTEGERS[function.__name__] = function
    return function


def floats(function):
    FLOATS[function.__name__] = function
    return function


def constant(rng, *shape):
    return tf.constant(np.random.standard_normal(shape).astype(np.float32))


@integers
def convolution(rng):
    w, b = constant(rng, 3, 2, 4, 8), constant(rng, 8)
    strides, padding = rng.choice([1, 2]), rng.choice(["SAME", "VALID"])
    act = rng.choice([tf.nn.relu, tf.nn.relu6, tf.identity])
    return lambda x: act(tf.nn.conv2d(x, w, strides, padding) + b), [(1, 9, 8, 4)]


@integers
def convolution_dilated(rng):
    w = constant(rng, 3, 3, 4, 5)
    return lambda x: tf.nn.conv2d(x, w, 1, "SAME", dilations=2), [(1, 9, 8, 4)]


@integers
def depthwise(rng):
    w = constant(rng, 3, 3, 4, rng.choice([1, 2]))
    stride = rng.choice([1, 2])
    return lambda x: tf.nn.relu(tf.nn.depthwise_conv2d(x, w, [1, stride, stride, 1], "SAME")), [(1, 8, 8, 4)]


@integers
def deconvolution(rng):
    w = constant(rng, 3, 3, 5, 4)
    return lambda x: tf.nn.conv2d_transpose(x, w, [1, 8, 8, 5], 2, "SAME"), [(1, 4, 4, 4)]


@integers
def dense(rng):
    w, b = constant(rng, 12, 7), constant(rng, 7)
    act = rng.choice([tf.nn.relu, tf.identity, tf.tanh, tf.sigmoid])
    return lambda x: act(tf.matmul(x, w) + b), [(3, 12)]


@integers
def batch_matmul(rng):
    turned = rng.random() < 0.5
    return (lambda x, y: tf.matmul(x, y, transpose_b=turned)), [(2, 3, 4), (2, 5, 4) if turned else (2, 4, 5)]


@integers
def pools(rng):
    size, stride, padding = rng.choice([2, 3]), rng.choice([1, 2]), rng.choice(["SAME", "VALID"])
    kind = rng.choice([tf.nn.max_pool2d, tf.nn.avg_pool2d])
    return lambda x: kind(x, size, stride, padding), [(1, 8, 7, 4)]


@integers
def add_and_mul(rng):
    shape = rng.choice([(1, 4, 5, 3), (3,), (1, 1, 5, 3)])
    return lambda x, y: [x + y, x - y, x * y, tf.nn.relu(x + y)], [(1, 4, 5, 3), shape]


@integers
def extremes(rng):
    return lambda x, y: [tf.maximum(x, y), tf.minimum(x, y)], [(2, 3, 4), (2, 3, 4)]


@integers
def activations(rng):
    some = rng.sample([tf.nn.relu, tf.nn.relu6, tf.tanh, tf.sigmoid, lambda x: tf.nn.leaky_relu(x, 0.2), tf.nn.softmax], 3)
    return lambda x: [f(x) for f in some], [(2, 3, 8)]


@integers
def reductions(rng):
    axis, keep = rng.choice([[1], [1, 2], [-1]]), rng.random() < 0.5
    return lambda x: [tf.reduce_mean(x, axis, keep), tf.reduce_sum(x, axis, keep), tf.reduce_max(x, axis, keep)], [(1, 4, 5, 3)]


@integers
def moves(rng):
    return lambda x: [tf.reshape(x, [2, -1]), tf.transpose(x, [0, 2, 1, 3]), tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]),
                      x[:, 1:3, ::2], tf.concat([x, x], -1), tf.squeeze(x, 0), tf.expand_dims(x, 1)], [(1, 4, 6, 2)]


@integers
def splits(rng):
    return lambda x: [*tf.split(x, 2, 2), tf.stack([x, x], 1), *tf.unstack(x, axis=1)], [(1, 4, 6, 2)]


@integers
def resize(rng):
    method = rng.choice(["bilinear", "nearest"])
    size = rng.choice([[8, 10], [7, 9], [3, 4]])
    return lambda x: tf.image.resize(x, size, method=method), [(1, 4, 5, 3)]


@integers
def chain(rng):
    w, v = constant(rng, 3, 3, 3, 6), constant(rng, 6, 4)

    def net(x):
        x = tf.nn.relu(tf.nn.conv2d(x, w, 2, "SAME"))
        x = tf.reduce_mean(x, [1, 2])
        return tf.matmul(x, v)

    return net, [(1, 8, 8, 3)]


@integers
def gathers(rng):
    index = np.random.randint(0, 4, 3).astype(np.int32)
    return lambda x: [tf.gather(x, index, axis=1), tf.reverse(x, [1])], [(2, 4, 3)]


@floats
def unary(rng):
    some = rng.sample([tf.abs, tf.exp, tf.sin, tf.cos, tf.square, tf.negative, tf.floor, tf.math.ceil, tf.round, tf.sign,
                       tf.nn.elu, tf.nn.gelu, tf.tanh, tf.nn.log_softmax], 5)
    return lambda x: [f(x) for f in some], [(2, 3, 4)]


@floats
def unary_positive(rng):
    return lambda x: [f(tf.abs(x) + 0.5) for f in (tf.sqrt, tf.math.rsqrt, tf.math.log)], [(2, 3, 4)]


@floats
def angles(rng):
    return lambda x, y: tf.atan2(x, y), [(2, 3), (2, 3)]


@floats
def binary(rng):
    return lambda x, y: [x / (tf.abs(y) + 1), tf.math.squared_difference(x, y), tf.pow(tf.abs(x) + 0.1, y),
                         tf.math.floordiv(x, tf.abs(y) + 1), tf.math.floormod(x, tf.abs(y) + 1)], [(2, 3, 4), (3, 4)]


@floats
def compare(rng):
    return lambda x, y: [tf.where(x > y, x, y), tf.cast(tf.logical_and(x > 0, y < 0), tf.float32),
                         tf.cast(tf.logical_not(x <= y), tf.int32)], [(2, 3), (2, 3)]


@floats
def search(rng):
    return lambda x: [tf.argmax(x, -1), tf.argmin(x, 0), *tf.math.top_k(x, 2), tf.cumsum(x, 1, reverse=True)], [(3, 5)]


@floats
def scatters(rng):
    index = np.array([[0], [2]], np.int32)
    return lambda x: [tf.scatter_nd(index, x, [4, 3]), tf.tensor_scatter_nd_update(tf.zeros([4, 3]), index, x),
                      tf.gather_nd(x, [[0, 1], [1, 2]])], [(2, 3)]


@floats
def segments(rng):
    ids = np.array([0, 0, 1, 2], np.int32)
    return lambda x: [tf.math.segment_sum(x, ids), tf.math.unsorted_segment_sum(x, ids, 3), tf.math.unsorted_segment_max(x, ids, 3)], [(4, 3)]


@floats
def slices(rng):
    return lambda x: [tf.slice(x, [0, 1, 0], [2, 2, -1]), x[:, tf.newaxis, -1], x[0, ::-1], tf.strided_slice(x, [0, 3, 0], [2, 0, 4], [1, -2, 1])], [(2, 4, 5)]


@floats
def update_slice(rng):
    from tensorflow.compiler.tf2xla.python import xla
    return lambda x, y: xla.dynamic_update_slice(x, y, tf.constant([1, 1], tf.int32)), [(4, 5), (2, 3)]


@floats
def matrices(rng):
    return lambda x: [tf.linalg.diag(x), tf.linalg.set_diag(tf.zeros([2, 3, 3]) + 1, x), tf.one_hot(tf.cast(tf.abs(x) * 2, tf.int32), 4),
                      tf.broadcast_to(x, [2, 2, 3])], [(2, 3)]


@floats
def convolution_3d(rng):
    w = constant(rng, 2, 3, 2, 3, 4)
    return lambda x: tf.nn.conv3d(x, w, [1, 1, 2, 1, 1], rng.choice(["SAME", "VALID"])), [(1, 4, 6, 5, 3)]


@floats
def branches(rng):
    return lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2, lambda: x - 1), [(2, 3)]


@floats
def loop(rng):
    return lambda x: tf.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, y * 2 + x), [0, x])[1], [(2, 3)]


@floats
def mirror(rng):
    return lambda x: [tf.pad(x, [[1, 1], [1, 2]], "REFLECT"), tf.pad(x, [[1, 1], [1, 2]], "SYMMETRIC"), tf.pad(x, [[1, 0], [0, 2]], constant_values=3.0)], [(3, 4)]


@floats
def batches(rng):
    return lambda x: [tf.space_to_batch(x, [2, 2], [[0, 0], [0, 2]]), tf.nn.l2_normalize(x, -1), tf.nn.local_response_normalization(x)], [(1, 4, 6, 3)]


@floats
def sequences(rng):
    return lambda x: [tf.reverse_sequence(x, [2, 3], seq_axis=1), tf.math.add_n([x, x, x]), tf.range(2.0, 9.0, 2.0) * tf.reduce_sum(x)], [(2, 4, 3)]


@floats
def spectrum(rng):
    return lambda x: tf.abs(tf.signal.rfft2d(x, [4, 8])), [(1, 4, 8)]


@floats
def spaces(rng):
    return lambda x: [tf.nn.space_to_depth(x, 2), tf.nn.depth_to_space(x, 2), tf.tile(x, [1, 2, 1, 2])], [(1, 4, 6, 4)]


class Counting(tf.Module):
    """Adds what came in to a variable, and to another that it only reads."""

    def __init__(self):
        super().__init__()
        self.sum = tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3))
        self.fixed = tf.Variable(np.ones((2, 3), np.float32))

    def __call__(self, x):
        before = self.sum.read_value()
        self.sum.assign(before + x)
        return [before * 2, self.sum.read_value() * 3, x + self.fixed]


@floats
def variables(rng):
    return Counting(), [(2, 3)]
