"""The cases of tensorflow-flow.py: GRAPHS, functions of (random, feed) that give tensors, and LAYERS, functions of
(random) that give a Keras layer and what to feed it."""

import keras
import numpy as np
import tensorflow.compat.v1 as tf

raw = tf.raw_ops
GRAPHS = {}
LAYERS = {}


def graph(function):
    GRAPHS[function.__name__] = function
    return function


def data(*shape, low=-1.0, high=1.0):
    return np.random.uniform(low, high, shape).astype(np.float32)


# Loops


@graph
def counted(rng, feed):
    x = feed(data(2, 3))
    n = rng.randint(0, 6)
    return tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 0.5 + x), [tf.constant(0), x])


@graph
def counted_by_input(rng, feed):
    x, n = feed(data(3)), feed(rng.randint(0, 5), np.int32)
    return tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, tf.sin(y)), [tf.constant(rng.randint(0, 2)), x])


@graph
def counted_twice(rng, feed):
    x, n = feed(data(3)), feed(rng.randint(1, 5), np.int32)
    return tf.while_loop(lambda i, k, y: tf.logical_and(i < n, k < 7), lambda i, k, y: (i + 1, k + 1, tf.cos(y)),
                         [tf.constant(0), tf.constant(3), x])[2]


@graph
def until(rng, feed):
    x = feed(data(4, low=0.1))
    return tf.while_loop(lambda y, s: tf.reduce_sum(y) < 20, lambda y, s: (y * 2, s + 3), [x, tf.constant(1)])


@graph
def at_most(rng, feed):
    x = feed(data(4, low=0.1))
    return tf.while_loop(lambda y: tf.reduce_sum(y) < 20, lambda y: y * 1.5, [x],
                         maximum_iterations=rng.randint(1, 9))


@graph
def growing(rng, feed):
    x = feed(data(1, 3))
    return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.concat([y, x + tf.cast(i, tf.float32)], 0)),
                         [tf.constant(0), x],
                         shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 3])])[1]


@graph
def nested(rng, feed):
    x, n = feed(data(2, 2)), rng.randint(1, 3)

    def outer(i, y):
        y = tf.while_loop(lambda k, z: k < i + 1, lambda k, z: (k + 1, z + x * tf.cast(k, tf.float32)),
                          [tf.constant(0), y])[1]
        return i + 1, y * 0.5
    return tf.while_loop(lambda i, y: i < n, outer, [tf.constant(0), x])[1]


@graph
def after_each_other(rng, feed):
    y = feed(data(3))
    for _ in range(3):
        n = rng.randint(1, 3)
        y = tf.while_loop(lambda i, z: i < n, lambda i, z: (i + 1, tf.tanh(z) + 1), [tf.constant(0), y])[1]
    return y


@graph
def exchanged(rng, feed):
    a, b = feed(data(2)), feed(data(2))
    return tf.while_loop(lambda i, x, y: i < 3, lambda i, x, y: (i + 1, y, x + y), [tf.constant(0), a, b])[1:]


# TensorArrays


@graph
def mapped(rng, feed):
    x = feed(data(rng.randint(1, 4), 3, 2))
    return tf.map_fn(lambda row: tf.nn.softmax(row * 2), x)


@graph
def mapped_open(rng, feed):
    x = feed(data(rng.randint(1, 4), 3), shape=[None, 3])
    return tf.map_fn(lambda row: tf.reduce_sum(row) * row, x)


@graph
def mapped_pairs(rng, feed):
    x, y = feed(data(3, 2)), feed(data(3, 4))
    return tf.map_fn(lambda pair: (pair[0] + 1, tf.reduce_max(pair[1])), (x, y), dtype=(tf.float32, tf.float32))


@graph
def scanned(rng, feed):
    return tf.scan(lambda a, row: a * 0.5 + row, feed(data(rng.randint(2, 5), 3)))


@graph
def folded(rng, feed):
    return tf.foldl(lambda a, row: tf.tanh(a + row), feed(data(4, 3)))


@graph
def folded_backwards(rng, feed):
    return tf.foldr(lambda a, row: tf.tanh(a * 2 + row), feed(data(4, 3)))


@graph
def read_back(rng, feed):
    """Each round reads what earlier rounds wrote."""
    x, n = feed(data(3)), rng.randint(3, 6)
    array = tf.TensorArray(tf.float32, n, clear_after_read=False, element_shape=[3])
    array = array.write(0, x).write(1, x * 2)
    return tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(i, a.read(i - 1) + a.read(i - 2))),
                         [tf.constant(2), array])[1].stack()


@graph
def written_backwards(rng, feed):
    x, n = feed(data(2, 3)), rng.randint(1, 4)
    array = tf.TensorArray(tf.float32, n)
    return tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(n - 1 - i, x + tf.cast(i, tf.float32))),
                         [tf.constant(0), array])[1].stack()


@graph
def written_in_part(rng, feed):
    """Elements that no round writes are zeros."""
    x, n = feed(data(3)), feed(rng.randint(1, 4), np.int32)
    array = tf.TensorArray(tf.float32, 5, element_shape=[3])
    return tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(i, x * 3)),
                         [tf.constant(0), array])[1].stack()


@graph
def grown_array(rng, feed):
    x, n = feed(data(3)), rng.randint(1, 4)
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[3])
    array = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(i, x + tf.cast(i, tf.float32))),
                          [tf.constant(0), array])[1]
    return array.stack(), array.size()


@graph
def array_of_arrays(rng, feed):
    x = feed(data(3, 2))
    return tf.map_fn(lambda row: tf.map_fn(lambda e: e * e + 1, row), x)


@graph
def one_array_two_loops(rng, feed):
    x = feed(data(2))
    array = tf.TensorArray(tf.float32, 4, element_shape=[2])
    array = tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, a.write(i, x)), [tf.constant(0), array])[1]
    array = tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, a.write(i, x * 2)), [tf.constant(2), array])[1]
    return array.stack()


@graph
def without_a_loop(rng, feed):
    x = feed(data(3))
    array = tf.TensorArray(tf.float32, 3, clear_after_read=False).write(0, x).write(2, x * 2).write(1, x * 3)
    return array.stack(), array.read(1), array.gather([2, 0]), array.concat()


@graph
def unstacked(rng, feed):
    array = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(feed(data(3, 2)))
    return array.read(2), array.gather([1, 1]), array.size()


@graph
def split_array(rng, feed):
    array = tf.TensorArray(tf.float32, 2, clear_after_read=False).split(feed(data(6, 2)), [3, 3])
    return array.read(1), array.concat()


@graph
def scattered_array(rng, feed):
    array = tf.TensorArray(tf.float32, 3, clear_after_read=False).scatter([2, 0, 1], feed(data(3, 2)))
    return array.stack()


# Lists


@graph
def pushed(rng, feed):
    x = feed(data(2))
    handle = raw.EmptyTensorList(element_shape=[2], max_num_elements=-1, element_dtype=tf.float32)
    for i in range(3):
        handle = raw.TensorListPushBack(input_handle=handle, tensor=x * (i + 1))
    handle, last = raw.TensorListPopBack(input_handle=handle, element_shape=[2], element_dtype=tf.float32)
    return (last, raw.TensorListLength(input_handle=handle),
            raw.TensorListStack(input_handle=handle, element_shape=[2], element_dtype=tf.float32))


@graph
def resized(rng, feed):
    handle = raw.TensorListFromTensor(tensor=feed(data(3, 2)), element_shape=[2])
    larger = raw.TensorListResize(input_handle=handle, size=5)
    smaller = raw.TensorListResize(input_handle=handle, size=2)
    return [raw.TensorListStack(input_handle=h, element_shape=[2], element_dtype=tf.float32)
            for h in (larger, smaller)]


@graph
def list_parts(rng, feed):
    handle = raw.TensorListFromTensor(tensor=feed(data(3, 2)), element_shape=[2])
    changed = raw.TensorListSetItem(input_handle=handle, index=1, item=feed(data(2)))
    return (raw.TensorListGather(input_handle=changed, indices=[2, 1], element_shape=[2], element_dtype=tf.float32),
            raw.TensorListGetItem(input_handle=handle, index=1, element_shape=[2], element_dtype=tf.float32),
            raw.TensorListElementShape(input_handle=handle, shape_type=tf.int32))


@graph
def list_scatter(rng, feed):
    handle = raw.TensorListScatterV2(tensor=feed(data(2, 2)), indices=[2, 0], element_shape=[2], num_elements=4)
    return raw.TensorListStack(input_handle=handle, element_shape=[2], element_dtype=tf.float32)


@graph
def list_concat(rng, feed):
    handle = raw.TensorListSplit(tensor=feed(data(6, 2)), element_shape=[-1, 2], lengths=[2, 2, 2])
    return raw.TensorListConcatV2(input_handle=handle, element_shape=[2, 2], leading_dims=[], element_dtype=tf.float32)


# Branches


@graph
def chosen(rng, feed):
    x = feed(data(2, 3))
    return tf.cond(tf.reduce_sum(x) > 0, lambda: (x * 2, x + 1), lambda: (tf.exp(x), x - 1))


@graph
def chosen_shapes(rng, feed):
    x = feed(data(2, 3))
    return tf.cond(tf.reduce_sum(x) > 0, lambda: x, lambda: tf.concat([x, x], 0))


@graph
def chosen_numbers(rng, feed):
    x = feed(data(2))
    return tf.cond(x[0] > 0, lambda: tf.constant(1.0), lambda: tf.constant(2.0))


@graph
def chosen_before(rng, feed):
    x = feed(data(2))
    return tf.cond(tf.constant(bool(rng.randint(0, 1))), lambda: x * 2, lambda: x - 5)


@graph
def nested_branches(rng, feed):
    x = feed(data(3))
    return tf.cond(x[0] > 0, lambda: tf.cond(x[1] > 0, lambda: x * 2, lambda: x * 3),
                   lambda: tf.cond(x[2] > 0, lambda: x * 5, lambda: x * 7))


@graph
def branches_in_a_row(rng, feed):
    x = feed(data(3))
    for i in range(6):
        x = tf.cond(x[i % 3] > 0, lambda: x - 0.3, lambda: x * -2)
    return x


@graph
def branch_in_loop(rng, feed):
    x = feed(data(4))
    return tf.while_loop(lambda i, y: i < 4,
                         lambda i, y: (i + 1, tf.cond(y[i] > 0, lambda: y * 2, lambda: y + x + tf.cast(i, tf.float32))),
                         [tf.constant(0), x])[1]


@graph
def loop_in_branch(rng, feed):
    x = feed(data(3))
    return tf.cond(x[0] > 0,
                   lambda: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [tf.constant(0), x])[1],
                   lambda: x + 1)


@graph
def array_in_branch(rng, feed):
    x = feed(data(3, 2))

    def step(i, a):
        return i + 1, tf.cond(x[i, 0] > 0, lambda: a.write(i, x[i]), lambda: a.write(i, -x[i]))
    if tf.control_flow_v2_enabled():
        return tf.while_loop(lambda i, a: i < 3, step,
                             [tf.constant(0), tf.TensorArray(tf.float32, 3, element_shape=[2])])[1].stack()
    return x


@graph
def of_several(rng, feed):
    x, k = feed(data(3)), feed(rng.randint(-1, 4), np.int32)
    return tf.switch_case(k, [lambda: x, lambda: x * 2, lambda: x * 3], default=lambda: x * 5)


@graph
def asserted(rng, feed):
    x = feed(data(3))
    with tf.control_dependencies([tf.Assert(tf.reduce_sum(x) < 100, [x])]):
        return tf.identity(x * 2)


@graph
def merged(rng, feed):
    x = feed(data(3))
    no, yes = raw.Switch(data=x, pred=x[0] > 0)
    return raw.Merge(inputs=[no * 2, yes + 3])


# Cells


def weights(inputs, hidden):
    return [data(inputs + hidden, 4 * hidden), data(hidden), data(hidden), data(hidden), data(4 * hidden)]


def lstm_names(values):
    return dict(zip(("w", "wci", "wcf", "wco", "b"), values))


def layer(name, op, whole):
    def run(rng, feed):
        steps, batch, inputs, hidden = [rng.randint(1, 4) for _ in range(4)]
        names = lstm_names(weights(inputs, hidden))
        if op == "BlockLSTM":
            names["forget_bias"] = rng.choice([0.0, 1.0])
        names["cell_clip"] = rng.choice([-1.0, 0.3])
        names["use_peephole"] = rng.random() < 0.5
        # Behind the last step TensorFlow leaves all but h and cs as they were in memory.
        last = steps if whole else rng.randint(1, steps)
        y = getattr(raw, op)(seq_len_max=tf.constant(last, tf.int64), x=feed(data(steps, batch, inputs)),
                             cs_prev=feed(data(batch, hidden)), h_prev=feed(data(batch, hidden)), **names)
        return list(y) if whole else [y.h, y.cs[-1]]
    GRAPHS[name] = run


for op in ("BlockLSTM", "BlockLSTMV2"):
    layer(op + "_all", op, True)
    layer(op + "_last", op, False)


@graph
def lstm_cell(rng, feed):
    batch, inputs, hidden = [rng.randint(1, 4) for _ in range(3)]
    plain = rng.random() < 0.5
    y = raw.LSTMBlockCell(x=feed(data(batch, inputs)), cs_prev=feed(data(batch, hidden)),
                          h_prev=feed(data(batch, hidden)), use_peephole=not plain,
                          cell_clip=-1.0 if plain else 0.4, **lstm_names(weights(inputs, hidden)))
    return [y.h, y.cs] if plain else list(y)


def written_lstm(rng, feed, masked):
    """As dynamic_rnn writes an LSTM: one product, a bias for the forget gate of its own."""
    steps, batch, inputs, hidden = [rng.randint(1, 4) for _ in range(4)]
    x, w, b = feed(data(steps, batch, inputs)), tf.constant(data(inputs + hidden, 4 * hidden)), data(4 * hidden)
    lengths = feed(np.random.randint(1, steps + 1, batch).astype(np.int32)) if masked else None
    array = tf.TensorArray(tf.float32, steps, element_shape=[batch, hidden])
    rows = tf.TensorArray(tf.float32, steps, clear_after_read=False).unstack(x)

    def step(i, c, h, a):
        z = tf.nn.bias_add(tf.matmul(tf.concat([rows.read(i), h], 1), w), b)
        gate, new, forget, out = tf.split(z, 4, 1)
        after = tf.sigmoid(forget + 1.0) * c + tf.sigmoid(gate) * tf.tanh(new)
        shown = tf.sigmoid(out) * tf.tanh(after)
        if masked:
            over = tf.tile(tf.expand_dims(i >= lengths, 1), [1, hidden])
            a = a.write(i, tf.where_v2(over, tf.zeros_like(shown), shown))
            return i + 1, tf.where_v2(over, c, after), tf.where_v2(over, h, shown), a
        return i + 1, after, shown, a.write(i, shown)
    _, c, h, array = tf.while_loop(lambda i, *rest: i < steps, step,
                                   [tf.constant(0), feed(data(batch, hidden)), feed(data(batch, hidden)), array])
    return array.stack(), c, h


@graph
def lstm_in_a_loop(rng, feed):
    return written_lstm(rng, feed, False)


@graph
def lstm_of_lengths(rng, feed):
    return written_lstm(rng, feed, True)


@graph
def gru_in_a_loop(rng, feed):
    steps, batch, inputs, hidden = [rng.randint(1, 4) for _ in range(4)]
    x, w, v = feed(data(steps, batch, inputs)), data(inputs + hidden, 2 * hidden), data(inputs + hidden, hidden)

    def step(h, row):
        r, u = tf.split(tf.sigmoid(tf.matmul(tf.concat([row, h], 1), w) + 0.5), 2, 1)
        return u * h + (1 - u) * tf.tanh(tf.matmul(tf.concat([row, r * h], 1), v))
    return tf.scan(step, x, feed(data(batch, hidden)))


@graph
def gru_cell(rng, feed):
    batch, inputs, hidden = [rng.randint(1, 4) for _ in range(3)]
    y = raw.GRUBlockCell(x=feed(data(batch, inputs)), h_prev=feed(data(batch, hidden)),
                         w_ru=data(inputs + hidden, 2 * hidden), w_c=data(inputs + hidden, hidden),
                         b_ru=data(2 * hidden), b_c=data(hidden))
    return [y.h] if rng.random() < 0.5 else list(y)


# Keras


def keras_layer(name, make, states=False):
    def run(rng):
        batch, steps, inputs, hidden = [rng.randint(1, 4) for _ in range(4)]
        made = make(rng, hidden)
        x = data(batch, steps, inputs)
        made(x)
        made.set_weights([data(*w.shape) for w in made.get_weights()])
        return made, [x]
    LAYERS[name] = run


for kind in (keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN):
    name = kind.__name__
    keras_layer(name, lambda rng, hidden, kind=kind: kind(hidden))
    keras_layer(name + "_sequences", lambda rng, hidden, kind=kind: kind(hidden, return_sequences=True))
    keras_layer(name + "_states",
                lambda rng, hidden, kind=kind: kind(hidden, return_sequences=True, return_state=True))
    keras_layer(name + "_backwards",
                lambda rng, hidden, kind=kind: kind(hidden, go_backwards=True, return_sequences=True))
    keras_layer(name + "_both",
                lambda rng, hidden, kind=kind: keras.layers.Bidirectional(kind(hidden, return_sequences=True)))
    keras_layer(name + "_relu", lambda rng, hidden, kind=kind: kind(hidden, activation="relu"))
keras_layer("GRU_reset_before", lambda rng, hidden: keras.layers.GRU(hidden, reset_after=False, return_sequences=True))
keras_layer("RNN_of_cells", lambda rng, hidden: keras.layers.RNN(
    [keras.layers.LSTMCell(hidden), keras.layers.GRUCell(hidden)], return_sequences=True))
keras_layer("Distributed", lambda rng, hidden: keras.layers.TimeDistributed(keras.layers.Dense(hidden)))
