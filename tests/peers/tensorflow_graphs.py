"""Random graphs of many operations for tensorflow-random.py: cases as in tensorflow_rows.py.

A graph is a list of values; each step takes some of them at random and adds another, as long as TensorFlow finds it
valid. What no other step has read is an output.
"""

import tensorflow.compat.v1 as tf

from tensorflow_rows import constant, data, whole

CASES = {}
# Networks of layers whose channels stand last: inside them no Transpose may be left.
PLAIN = set()
STEPS = 8


class Graph:
    def __init__(self, rng, x):
        self.rng = rng
        self.values = [x]
        self.read = set()

    def take(self):
        """A value, the latest ones more likely"""
        index = max(self.rng.randrange(len(self.values)), self.rng.randrange(len(self.values)))
        self.read.add(self.values[index].name)
        return self.values[index]

    def take_like(self, x):
        """Another value of the shape of @x, or @x itself"""
        fits = [v for v in self.values if v.shape == x.shape and v.dtype == x.dtype]
        value = self.rng.choice(fits)
        self.read.add(value.name)
        return value

    def outputs(self):
        return [v for v in self.values[1:] if v.name not in self.read] or [self.values[-1]]


def conv(g, x):
    channels = x.shape[-1]
    kernel, stride = g.rng.choice([(1, 1), (3, 1), (3, 2), (2, 2)])
    return tf.nn.conv2d(x, constant(data(kernel, kernel, channels, g.rng.randint(1, 5)) / channels), stride,
                        g.rng.choice(["SAME", "VALID"]), dilations=g.rng.choice([1, 2]) if stride == 1 else 1)


def depthwise(g, x):
    return tf.nn.depthwise_conv2d(x, constant(data(3, 3, x.shape[-1], g.rng.randint(1, 2))), [1, 1, 1, 1], "SAME")


def bias(g, x):
    return tf.nn.bias_add(x, constant(data(x.shape[-1])))


def norm(g, x):
    c = x.shape[-1]
    scale, offset, mean, variance = data(c, low=0.5), data(c), data(c), data(c, low=0.5)
    if g.rng.random() < 0.5:
        return tf.nn.fused_batch_norm(x, scale, offset, mean, variance, is_training=False)[0]
    return tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3)


def activation(g, x):
    return g.rng.choice([tf.nn.relu, tf.nn.relu6, tf.sigmoid, tf.tanh, tf.nn.elu, tf.nn.leaky_relu,
                         lambda v: v * tf.nn.relu6(v + 3.0) / 6.0, lambda v: v * tf.sigmoid(v)])(x)


def pool(g, x):
    make = g.rng.choice([tf.nn.max_pool2d, tf.nn.avg_pool2d])
    return make(x, g.rng.choice([2, 3]), g.rng.choice([1, 2]), g.rng.choice(["SAME", "VALID"]))


def add(g, x):
    return g.rng.choice([tf.add, tf.multiply, tf.maximum, tf.subtract])(x, g.take_like(x))


def join(g, x):
    return tf.concat([x, g.take_like(x)], 3)


def pad(g, x):
    return tf.pad(x, [[0, 0], [1, 0], [g.rng.randint(0, 2), 1], [0, 0]])


def resize(g, x):
    return g.rng.choice([tf.compat.v1.image.resize_bilinear, tf.compat.v1.image.resize_nearest_neighbor])(
        x, [x.shape[1] * 2, x.shape[2] + 1])


def channel_softmax(g, x):
    return tf.nn.softmax(x)


def squeeze_excite(g, x):
    return x * tf.sigmoid(tf.reduce_mean(x, [1, 2], keepdims=True))


def split(g, x):
    return tf.split(x, 2, 3)[g.rng.randint(0, 1)]


# What only looks at one place, or asks for an order of dimensions.

def reduction(g, x):
    axes = g.rng.sample(range(len(x.shape)), g.rng.randint(1, max(1, len(x.shape) - 1)))
    return g.rng.choice([tf.reduce_mean, tf.reduce_sum, tf.reduce_max])(x, axes, keepdims=g.rng.random() < 0.5)


def reshape(g, x):
    dims = [int(d) for d in x.shape]
    at = g.rng.randrange(len(dims))
    if g.rng.random() < 0.5 and at + 1 < len(dims):
        return tf.reshape(x, dims[:at] + [dims[at] * dims[at + 1]] + dims[at + 2:])
    factor = next((f for f in (2, 3) if dims[at] % f == 0), 1)
    return tf.reshape(x, dims[:at] + [dims[at] // factor, factor] + dims[at + 1:])


def transpose(g, x):
    return tf.transpose(x, g.rng.sample(range(len(x.shape)), len(x.shape)))


def concat_any(g, x):
    return tf.concat([x, g.take_like(x)], g.rng.randrange(len(x.shape)))


def strided_slice(g, x):
    index = []
    for d in x.shape:
        kind = g.rng.randrange(6)
        begin = g.rng.randrange(int(d))
        index += [(slice(None), slice(begin, None), slice(None, begin + 1), slice(None, None, -1), begin,
                   slice(begin, None, 2))[kind]]
    if g.rng.random() < 0.3:
        index.insert(g.rng.randrange(len(index) + 1), tf.newaxis)
    return x[tuple(index)]


def broadcast(g, x):
    dims = [int(d) if g.rng.random() < 0.6 else 1 for d in x.shape]
    return x + constant(data(*dims[g.rng.randrange(len(dims)):]))


def flatten(g, x):
    y = tf.reshape(x, [x.shape[0], -1])
    return tf.matmul(y, constant(data(int(y.shape[1]), 4) / int(y.shape[1])))


def expand(g, x):
    return tf.expand_dims(x, g.rng.randint(0, len(x.shape)))


def squeeze(g, x):
    return tf.squeeze(x)


def pack(g, x):
    return tf.stack([x, g.take_like(x)], g.rng.randint(0, len(x.shape)))


def unpack(g, x):
    parts = tf.unstack(x, axis=g.rng.randrange(len(x.shape)))
    return parts[g.rng.randrange(len(parts))]


def gather(g, x):
    axis = g.rng.randrange(len(x.shape))
    return tf.gather(x, constant(whole(3, low=0, high=int(x.shape[axis]))), axis=axis)


def tile(g, x):
    return tf.tile(x, [g.rng.choice([1, 1, 2]) for _ in x.shape])


def softmax(g, x):
    return tf.nn.softmax(x, axis=g.rng.randrange(len(x.shape)))


def cumulate(g, x):
    return tf.cumsum(x, g.rng.randrange(len(x.shape)), exclusive=g.rng.random() < 0.5, reverse=g.rng.random() < 0.5)


def choose(g, x):
    return tf.where(x > 0.1, x, tf.square(g.take_like(x)))


def reverse(g, x):
    return tf.reverse(x, [g.rng.randrange(len(x.shape))])


def depth(g, x):
    return tf.nn.space_to_depth(x, 2) if g.rng.random() < 0.5 else tf.nn.depth_to_space(x, 2)


def shape_of(g, x):
    """Sizes that are worked out in the graph"""
    sizes = tf.shape(x)
    return tf.reshape(x, tf.concat([sizes[:1], [-1], sizes[len(x.shape) - 1:]], 0))


LAYERS = [conv, conv, conv, depthwise, bias, norm, activation, activation, pool, add, join, pad, squeeze_excite]
TRICKY = [reduction, reshape, transpose, concat_any, strided_slice, broadcast, flatten, expand, squeeze, pack, unpack,
          gather, tile, softmax, cumulate, choose, reverse, depth, shape_of]


def grow(rng, x, steps, most=4000):
    g = Graph(rng, x)
    for _ in range(40 * STEPS):
        if len(g.values) > STEPS:
            break
        before = set(g.read)
        try:
            y = rng.choice(steps)(g, g.take())
        except (ValueError, TypeError, IndexError, tf.errors.InvalidArgumentError):
            y = None
        if y is None or len(y.shape) == 0 or len(y.shape) > 5 or not 0 < y.shape.num_elements() <= most:
            g.read = before
        else:
            g.values.append(y)
    return g.outputs()


def case(name, steps, plain=False):
    def run(rng, feed):
        x = feed(data(rng.randint(1, 2), rng.randint(6, 11), rng.randint(6, 11), rng.choice([2, 3, 4])))
        return grow(rng, x, steps)
    CASES[name] = run
    if plain:
        PLAIN.add(name)


case("graph_plain", LAYERS, plain=True)
case("graph_layers", LAYERS + [resize, channel_softmax, split])
case("graph_tricky", LAYERS + TRICKY)
case("graph_shapes", TRICKY + [activation, add])
