"""The cases of mxnet-ops.py: a name, what builds the symbol (s: mxnet.sym, c: its inputs and weights), and a tolerance."""
import numpy as np

BOXES = [[[0, 0.9, 0.1, 0.1, 0.5, 0.5], [1, 0.8, 0.1, 0.1, 0.5, 0.52], [0, 0.7, 0.12, 0.1, 0.5, 0.5], [1, 0.6, 0.6, 0.6, 0.9, 0.9],
          [0, 0.005, 0, 0, 1, 1], [-1, 0.95, 0.6, 0.6, 0.9, 0.9]],
         [[0, 0.2, 0.3, 0.3, 0.6, 0.6], [0, 0.3, 0.3, 0.3, 0.61, 0.6], [1, 0.4, 0.3, 0.3, 0.6, 0.6], [1, 0.1, 0, 0, 0.1, 0.1],
          [1, 0.5, 0.7, 0.7, 0.8, 0.8], [0, 0.6, 0.1, 0.1, 0.2, 0.2]]]
REGIONS = [[0, 0, 0, 6, 6], [1, 2, 1, 7, 5], [0, 1, 1, 3, 6]]


def rnn(mode, layers, bidirectional, size, hidden, states=2):
    """A packed RNN with first states that are inputs."""
    gates = {"lstm": 4, "gru": 3}.get(mode, 1)
    directions = 2 if bidirectional else 1
    count = sum(directions * gates * hidden * ((size if i == 0 else directions * hidden) + hidden + 2) for i in range(layers))

    def build(s, c):
        x, w = c.x(5, 2, size), c.w(count, low=-0.5, high=0.5)
        first = {"state": c.x(layers * directions, 2, hidden)}
        if mode == "lstm":
            first["state_cell"] = c.x(layers * directions, 2, hidden)
        return s.RNN(data=x, parameters=w, mode=mode, state_size=hidden, num_layers=layers, bidirectional=bidirectional,
                     state_outputs=True, **first)
    return build


def unary(name, low=-1.0, high=1.0):
    return name, lambda s, c: getattr(s, name)(c.x(2, 3, low=low, high=high)), 1e-4


def binary(name):
    return name, lambda s, c: getattr(s, name)(c.x(2, 3, 4), c.x(2, 1, 4))


def norm(op, *shape, channels, **attrs):
    return lambda s, c: getattr(s, op)(c.x(*shape), c.w(channels, low=0.5, high=1.5), c.w(channels), **attrs)


def each(s, c):
    """A recurrent cell that runs along the data, and what it makes of each step."""
    w, v = c.w(3, 2), c.w(3, 3)

    def cell(x, states):
        y = s.tanh(s.dot(x, w, transpose_b=True) + s.dot(states[0], v))
        return [y, s.sum(y, axis=1)], [y, states[1] + 1]
    outs, states = s.contrib.foreach(cell, c.x(4, 1, 2), [c.x(1, 3), c.x(1, 1)])
    return s.Group(list(outs) + list(states))


def each_of_two(s, c):
    outs, state = s.contrib.foreach(lambda x, state: (x[0] - x[1] + state, state * 2), [c.x(3, 2), c.x(3, 2)], c.x(2))
    return s.Group([outs, state])


def each_within(s, c):
    """A loop along the rows, and one along the numbers of each."""
    def row(x, total):
        _, inner = s.contrib.foreach(lambda number, state: (number, state + number), x, total)
        return inner * 1, inner
    outs, state = s.contrib.foreach(row, c.x(2, 3, 2), c.x(2))
    return s.Group([outs, state])


def repeat(first):
    """MXNet leaves the rows that no step writes as they are: they are cut away."""
    def build(s, c):
        step, limit = c.w(1, values=[2]), c.x(1, values=[20])
        outs, states = s.contrib.while_loop(lambda i, a: a < limit, lambda i, a: ([a * 2, i], [i + 1, a + i * step]),
                                            [c.x(1, values=[first]), c.x(1, values=[1])], max_iterations=9)
        return s.Group([s.slice_axis(o, axis=0, begin=0, end=2) for o in outs] + list(states))
    return build


def choose(value, outputs=1):
    def build(s, c):
        x, y, w = c.x(1, values=[value]), c.x(2, 3), c.w(2, 3)
        made = s.contrib.cond(x * 2 < 1, lambda: [y + w, y - w][:outputs], lambda: [w * y * 3, s.broadcast_add(y, x.reshape((1, 1)))][:outputs])
        return s.Group(list(made))
    return build


def fused(build):
    """What oneDNN joins to one node, with a symbol within it."""
    return lambda s, c: build(s, c).get_backend_symbol("MKLDNN")


def calibrated(build, **options):
    """The same with 8 bits: ranges as they are for the inputs of the case."""
    def quantised(s, c):
        import mxnet as mx
        from mxnet.contrib.quantization import quantize_model
        symbol = build(s, c).get_backend_symbol("MKLDNN")
        names = symbol.list_auxiliary_states()
        arrays = {name: mx.nd.array(value) for name, value in c.weights.items()}
        symbol, arguments, states = quantize_model(
            symbol, {k: v for k, v in arrays.items() if k not in names}, {k: v for k, v in arrays.items() if k in names},
            data_names=["x0"], label_names=None, calib_mode="naive", num_calib_examples=1, quantized_dtype="auto",
            calib_data=mx.io.NDArrayIter({"x0": c.inputs["x0"]}, batch_size=len(c.inputs["x0"])), **options)[:3]
        c.weights = {name: value.asnumpy() for name, value in {**arguments, **states}.items()}
        return symbol.get_backend_symbol("MKLDNN_QUANTIZE")
    return quantised


def residual(low=-1.0, bias=True, groups=1):
    """Convolution with normalisation and relu, another whose sum with its input goes through relu, and a matrix."""
    def build(s, c):
        def conv(x):
            arrays = [c.w(4, 4 // groups, 3, 3)] + ([c.w(4)] if bias else [])
            return s.Convolution(x, *arrays, num_filter=4, kernel=(3, 3), pad=(1, 1), num_group=groups, no_bias=not bias)
        x = conv(c.x(2, 4, 5, 5, low=low))
        x = s.BatchNorm(x, c.w(4, low=0.5, high=1.5), c.w(4), c.w(4), c.w(4, low=0.5, high=1.5), fix_gamma=False)
        x = s.Activation(x, act_type="relu")
        return s.Activation(conv(x) + x, act_type="relu")
    return build


def matrix(low=-1.0, act=True):
    def build(s, c):
        x = s.FullyConnected(c.x(3, 6, low=low), c.w(5, 6, name="w%d_weight"), c.w(5, name="w%d_bias"), num_hidden=5)
        return s.Activation(x, act_type="relu") if act else x
    return build


def deformed(s, c):
    return s.contrib.DeformableConvolution(c.x(1, 4, 6, 6), c.x(1, 2 * 2 * 9, 6, 6), c.w(3, 4, 3, 3), c.w(3), kernel=(3, 3), pad=(1, 1),
                                           num_filter=3, num_deformable_group=2)


def modulated(s, c):
    return s.contrib.ModulatedDeformableConvolution(c.x(1, 4, 6, 6), c.x(1, 2 * 9, 6, 6), c.x(1, 9, 6, 6, low=0), c.w(3, 4, 3, 3), c.w(3),
                                                    kernel=(3, 3), pad=(1, 1), num_filter=3)


def quantized_dense(dtype, low):
    """Data is quantized by a calibrated range; weights are stored in 8 bits with theirs."""
    def build(s, c):
        x = s.contrib.quantize_v2(c.x(2, 8, low=low), out_type=dtype, min_calib_range=low, max_calib_range=1.0)
        w = c.w(values=np.random.RandomState(4).randint(-127, 128, (5, 8)), dtype=np.int8)
        b = c.w(values=np.random.RandomState(5).randint(-127, 128, (5,)), dtype=np.int8)
        y = s.contrib.quantized_fully_connected(data=x[0], weight=w, bias=b, min_data=x[1], max_data=x[2], min_weight=c.w(values=[-0.5]),
                                                max_weight=c.w(values=[0.5]), min_bias=c.w(values=[-0.3]), max_bias=c.w(values=[0.3]),
                                                num_hidden=5)
        y = s.contrib.requantize(y[0], y[1], y[2], min_calib_range=-2.0, max_calib_range=2.0)
        return s.contrib.dequantize(y[0], y[1], y[2])
    return build


def quantized_pool(s, c):
    x = s.contrib.quantize_v2(c.x(1, 4, 6, 6), out_type="int8", min_calib_range=-1.0, max_calib_range=1.0)
    x = s.contrib.quantized_pooling(x[0], x[1], x[2], kernel=(2, 2), stride=(2, 2), pool_type="max")
    x = s.contrib.quantized_act(x[0], x[1], x[2], act_type="relu")
    x = s.contrib.quantized_flatten(x[0], x[1], x[2])
    return s.contrib.dequantize(x[0], x[1], x[2])


def quantized_concat(s, c):
    a = s.contrib.quantize_v2(c.x(1, 4, 2, 2), out_type="int8", min_calib_range=-1.0, max_calib_range=1.0)
    b = s.contrib.quantize_v2(c.x(1, 4, 2, 2), out_type="int8", min_calib_range=-0.6, max_calib_range=0.5)
    y = s.contrib.quantized_concat(a[0], b[0], a[1], a[2], b[1], b[2], num_args=2, dim=1)
    return s.contrib.dequantize(y[0], y[1], y[2])


def quantized_add(s, c):
    a = s.contrib.quantize_v2(c.x(1, 4, 2, 2), out_type="int8", min_calib_range=-1.0, max_calib_range=1.0)
    b = s.contrib.quantize_v2(c.x(1, 4, 2, 2), out_type="int8", min_calib_range=-0.6, max_calib_range=0.5)
    y = s.contrib.quantized_elemwise_add(a[0], b[0], a[1], a[2], b[1], b[2], min_calib_range=-2.0, max_calib_range=2.0)
    return s.contrib.dequantize(y[0], y[1], y[2])


def layer(op, *shapes, bias=True, **attrs):
    """A layer with weights of the shapes behind the first, which is the data's."""
    return lambda s, c: getattr(s, op)(c.x(*shapes[0]), *[c.w(*shape) for shape in shapes[1:]], **attrs)


ROWS = [
    ("sg_mkldnn_conv", fused(residual())), ("sg_mkldnn_conv_nobias", fused(residual(bias=False, groups=2))),
    ("sg_mkldnn_fully_connected", fused(matrix())),
    ("sg_mkldnn_conv_int8", calibrated(residual()), 1e-2), ("sg_mkldnn_conv_uint8", calibrated(residual(0.0, bias=False)), 1e-2),
    ("sg_mkldnn_fully_connected_int8", calibrated(matrix()), 1e-2), ("sg_mkldnn_fully_connected_uint8", calibrated(matrix(0.0, act=False)), 1e-2),
    ("foreach", each), ("foreach_two", each_of_two), ("foreach_within", each_within),
    ("while_many", repeat(1)), ("while_few", repeat(6)), ("cond_true", choose(0.2)), ("cond_false", choose(0.7, 2)),
    unary("abs"), unary("arccos"), unary("arccosh", 1.1, 3), unary("arcsin"), unary("arcsinh"), unary("arctan"), unary("arctanh", -0.9, 0.9),
    unary("ceil", -3, 3), unary("cos"), unary("cosh"), unary("exp"), unary("floor", -3, 3), unary("log", 0.1, 2), unary("negative"),
    unary("relu"), unary("sigmoid"), unary("sign"), unary("sin"), unary("sinh"), unary("sqrt", 0.1, 2), unary("tan"), unary("tanh"),
    ("Convolution", layer("Convolution", (1, 4, 7, 6), (6, 2, 3, 2), (6,), kernel=(3, 2), stride=(2, 1), pad=(1, 0), num_filter=6, num_group=2)),
    ("Convolution dilated", layer("Convolution", (1, 2, 9), (3, 2, 3), kernel=(3,), dilate=(2,), num_filter=3, no_bias=True)),
    ("Convolution 3", layer("Convolution", (1, 2, 4, 4, 4), (3, 2, 2, 2, 2), (3,), kernel=(2, 2, 2), num_filter=3)),
    ("Deconvolution", layer("Deconvolution", (1, 4, 3, 3), (4, 3, 3, 3), kernel=(3, 3), stride=(2, 2), pad=(1, 1), adj=(1, 1), num_filter=6,
                            num_group=2)),
    ("FullyConnected deep", layer("FullyConnected", (2, 3, 4), (5, 4), (5,), num_hidden=5, flatten=False)),
    ("LRN", layer("LRN", (1, 6, 3, 3), nsize=3, alpha=0.1, beta=0.5, knorm=1.5)),
    ("Activation softrelu", layer("Activation", (2, 3), act_type="softrelu")),
    ("Activation softsign", layer("Activation", (2, 3), act_type="softsign")),
    ("LeakyReLU prelu", layer("LeakyReLU", (2, 3, 2, 2), (3,), act_type="prelu")),
    ("LeakyReLU elu", layer("LeakyReLU", (2, 3), act_type="elu", slope=0.7)),
    ("LeakyReLU selu", layer("LeakyReLU", (2, 3), act_type="selu")),
    ("LeakyReLU gelu", layer("LeakyReLU", (2, 3), act_type="gelu")),
    ("LeakyReLU rrelu", lambda s, c: s.LeakyReLU(c.x(2, 3), act_type="rrelu")[0]),
    ("softmax axis", layer("softmax", (2, 3, 4), axis=1, temperature=2.0)),
    ("log_softmax", layer("log_softmax", (2, 3))),
    ("SoftmaxActivation", layer("SoftmaxActivation", (2, 3, 2, 2))),
    ("SoftmaxActivation channel", layer("SoftmaxActivation", (2, 3, 2, 2), mode="channel")),
    ("SoftmaxOutput", layer("SoftmaxOutput", (2, 3), (2,))),
    ("SoftmaxOutput many", layer("SoftmaxOutput", (2, 3, 4), (2, 4), multi_output=True)),
    ("SoftmaxOutput kept", layer("SoftmaxOutput", (2, 3, 4), (2, 3), preserve_shape=True)),
    ("scalars", lambda s, c: s.Group([2 - c.x(3), 2 / c.x(3, low=0.5), c.x(3, low=0.5) ** 1.5, 2 ** c.x(3), c.x(3) != 0.5])),
    ("clip", layer("clip", (2, 3), a_min=-0.5, a_max=0.25)),
    ("where", lambda s, c: s.where(c.x(values=[[1, 0], [0, 2]]), c.x(2, 2), c.x(2, 2))),
    ("SwapAxis", layer("SwapAxis", (2, 3, 4), dim1=0, dim2=2)),
    ("expand_dims", layer("expand_dims", (2, 3), axis=-1)),
    ("prod", layer("prod", (2, 3), axis=0)),
    ("max keepdims", layer("max", (2, 3, 4), axis=(0, 2), keepdims=True)),
    ("Reshape join", layer("Reshape", (2, 3, 4), shape=(-3, -2))),
    ("Cast", lambda s, c: s.Cast(s.Cast(c.x(2, 3, low=-3, high=3), dtype="int32"), dtype="float32")),
    ("np", lambda s, c: s.np.mean(s.np.add(c.x(2, 3).as_np_ndarray(), s.np.exp(c.x(2, 3).as_np_ndarray())), axis=1).as_nd_ndarray()),
    ("np join", lambda s, c: s.np.concatenate([c.x(2, 3).as_np_ndarray(), s.np.maximum(c.x(2, 3).as_np_ndarray(), 0.1)], axis=1).as_nd_ndarray()),
    unary("log1p", 0, 2), unary("expm1"), unary("log2", 0.1, 2), unary("log10", 0.1, 2), unary("degrees"), unary("radians"), unary("cbrt"),
    unary("rcbrt", 0.5, 2), unary("fix", -3, 3), unary("trunc", -3, 3), unary("round", -3, 3), unary("rint", -3, 3),
    unary("hard_sigmoid", -5, 5), unary("erf"), unary("erfinv", -0.9, 0.9), unary("rsqrt", 0.5, 2), unary("reciprocal", 0.5, 2),
    unary("logical_not"), unary("softsign"), unary("zeros_like"), unary("ones_like"), unary("square"),
    ("round half", lambda s, c: s.round(c.x(values=[-1.5, -0.5, 0.5, 1.5, 2.5]))),
    ("rint half", lambda s, c: s.rint(c.x(values=[-1.2, -0.7, 0.7, 1.2, 2.7]))),
    ("smooth_l1", lambda s, c: s.smooth_l1(c.x(2, 5, low=-3, high=3), scalar=1.5)),
    binary("broadcast_add"), binary("broadcast_hypot"), binary("broadcast_logical_and"), binary("broadcast_logical_or"),
    binary("broadcast_logical_xor"), binary("broadcast_maximum"), binary("broadcast_lesser"), binary("broadcast_mod"),
    ("compare same shape", lambda s, c: s.Group([c.x(2, 3) > c.x(2, 3), c.x(2, 3) <= 0.2, c.x(2, 3) % 0.3, 2 % c.x(2, 3, low=0.5)])),
    ("amp", lambda s, c: s.amp_cast(s.amp_cast(c.x(2, 3), dtype="float16"), dtype="float32"), 1e-3),  # Weir computes in f32 throughout
    ("LogisticRegressionOutput", lambda s, c: s.LogisticRegressionOutput(c.x(2, 3), c.w(2, 3))),
    ("_zeros", lambda s, c: s.zeros((2, 3)) + c.x(2, 3)),
    ("_full", lambda s, c: s.full((2, 3), 2.5) + c.x(2, 3)),
    ("_arange", lambda s, c: s.broadcast_add(s.arange(1, 7, 0.75), c.x(1))),
    ("_arange repeat", lambda s, c: s.broadcast_add(s.arange(1, 4, repeat=2), c.x(1))),
    ("_linspace", lambda s, c: s.broadcast_add(s.linspace(1, 4, 7), c.x(1))),
    ("_eye", lambda s, c: s.broadcast_add(s.eye(3, 4, 1), c.x(1, 1))),
    ("arange_like axis", lambda s, c: s.contrib.arange_like(c.x(2, 3), start=2, step=0.5, axis=1)),
    ("arange_like", lambda s, c: s.contrib.arange_like(c.x(2, 3))),
    ("shape_array", lambda s, c: s.shape_array(c.x(2, 3))),
    ("size_array", lambda s, c: s.size_array(c.x(2, 3))),
    ("take clip", lambda s, c: s.take(c.w(4, 3), c.x(values=[[0, 3], [5, -2]]))),
    ("take wrap", lambda s, c: s.take(c.w(4, 3), c.x(values=[0, 2, 4, -1]), axis=1, mode="wrap")),
    ("Embedding", lambda s, c: s.Embedding(c.x(values=[[0, 3], [1, 2]]), c.w(4, 3), input_dim=4, output_dim=3)),
    ("one_hot", lambda s, c: s.one_hot(c.x(values=[[0, 3], [1, 5]]), depth=4, on_value=2, off_value=-1)),
    ("pick", lambda s, c: s.pick(c.x(3, 4), c.x(values=[0, 3, 1]))),
    ("pick keepdims", lambda s, c: s.pick(c.x(3, 4), c.x(values=[0, 2, 1, 2]), axis=0, keepdims=True)),
    ("gather_nd", lambda s, c: s.gather_nd(c.x(3, 4, 2), c.x(values=[[0, 2, 1], [3, 0, 1]]))),
    ("sort", lambda s, c: s.sort(c.x(3, 4), is_ascend=False)),
    ("sort flat", lambda s, c: s.sort(c.x(3, 4), axis=None)),
    ("argsort", lambda s, c: s.argsort(c.x(3, 4), axis=0)),
    ("topk", lambda s, c: s.topk(c.x(3, 4), k=2)),
    ("topk both", lambda s, c: s.topk(c.x(3, 4), k=2, ret_typ="both", is_ascend=True, axis=0)),
    ("topk value", lambda s, c: s.topk(c.x(3, 4), k=3, ret_typ="value")),
    ("topk mask", lambda s, c: s.topk(c.x(3, 4), k=2, ret_typ="mask")),
    ("argmax", lambda s, c: s.argmax(c.x(3, 4), axis=1)),
    ("argmin keepdims", lambda s, c: s.argmin(c.x(3, 4), axis=0, keepdims=True)),
    ("argmax flat", lambda s, c: s.argmax(c.x(3, 4))),
    ("argmax_channel", lambda s, c: s.argmax_channel(c.x(3, 4))),
    ("slice", lambda s, c: s.slice(c.x(4, 5, 3), begin=(1, None), end=(None, 4), step=(2, 1))),
    ("slice back", lambda s, c: s.slice(c.x(4, 5), begin=(None, 3), end=(None, None), step=(-1, -2))),
    ("slice_like", lambda s, c: s.slice_like(c.x(4, 5), c.x(2, 3), axes=(1,))),
    ("slice_like all", lambda s, c: s.slice_like(c.x(4, 5), c.x(2, 3))),
    ("reverse", lambda s, c: s.reverse(c.x(4, 5, 2), axis=(0, 2))),
    ("tile", lambda s, c: s.tile(c.x(2, 3), reps=(2, 1, 2))),
    ("repeat", lambda s, c: s.repeat(c.x(2, 3), repeats=2, axis=1)),
    ("repeat flat", lambda s, c: s.repeat(c.x(2, 3), repeats=3)),
    ("stack", lambda s, c: s.stack(c.x(2, 3), c.x(2, 3), axis=-1)),
    ("squeeze", lambda s, c: s.squeeze(c.x(2, 1, 3, 1))),
    ("squeeze axis", lambda s, c: s.squeeze(c.x(2, 1, 3, 1), axis=1)),
    ("Pad constant", lambda s, c: s.Pad(c.x(1, 2, 3, 3), mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 0, 3), constant_value=2)),
    ("Pad edge", lambda s, c: s.Pad(c.x(1, 2, 3, 3), mode="edge", pad_width=(0, 0, 0, 0, 1, 2, 0, 3))),
    ("Pad reflect", lambda s, c: s.Pad(c.x(1, 2, 4, 4), mode="reflect", pad_width=(0, 0, 0, 0, 1, 2, 3, 3))),
    ("broadcast_to", lambda s, c: s.broadcast_to(c.x(1, 3), shape=(4, 0))),
    ("broadcast_axis", lambda s, c: s.broadcast_axis(c.x(1, 3, 1), axis=(0, 2), size=(2, 4))),
    ("broadcast_like", lambda s, c: s.broadcast_like(c.x(1, 3), c.x(2, 3))),
    ("depth_to_space", lambda s, c: s.depth_to_space(c.x(1, 8, 2, 3), block_size=2)),
    ("space_to_depth", lambda s, c: s.space_to_depth(c.x(1, 2, 4, 6), block_size=2)),
    ("SequenceLast", lambda s, c: s.SequenceLast(c.x(4, 3, 2))),
    ("SequenceLast lengths", lambda s, c: s.SequenceLast(c.x(4, 3, 2), c.x(values=[1, 4, 2]), use_sequence_length=True)),
    ("SequenceLast axis", lambda s, c: s.SequenceLast(c.x(3, 4, 2), c.x(values=[1, 4, 2]), use_sequence_length=True, axis=1)),
    ("SequenceReverse", lambda s, c: s.SequenceReverse(c.x(4, 3, 2))),
    ("SequenceReverse lengths", lambda s, c: s.SequenceReverse(c.x(4, 3, 2), c.x(values=[1, 4, 2]), use_sequence_length=True)),
    ("SequenceMask", lambda s, c: s.SequenceMask(c.x(4, 3, 2), c.x(values=[1, 4, 2]), use_sequence_length=True, value=-1)),
    ("SequenceMask axis", lambda s, c: s.SequenceMask(c.x(3, 4, 2), c.x(values=[1, 4, 2]), use_sequence_length=True, axis=1)),
    ("sum all", lambda s, c: s.sum(c.x(2, 3))),
    ("mean exclude", lambda s, c: s.mean(c.x(2, 3, 4), axis=1, exclude=True)),
    ("norm", lambda s, c: s.norm(c.x(2, 3))),
    ("norm axis", lambda s, c: s.norm(c.x(2, 3, 4), ord=1, axis=1, keepdims=True)),
    ("LayerNorm", norm("LayerNorm", 2, 3, 4, channels=4), 1e-4),
    ("LayerNorm axis", norm("LayerNorm", 2, 3, 4, channels=3, axis=1, eps=1e-3), 1e-4),
    ("InstanceNorm", norm("InstanceNorm", 2, 3, 4, 4, channels=3), 1e-4),
    ("GroupNorm", norm("GroupNorm", 2, 6, 4, 4, channels=3, num_groups=3), 1e-4),
    ("L2Normalization", lambda s, c: s.L2Normalization(c.x(2, 3, 4, 4))),
    ("L2Normalization channel", lambda s, c: s.L2Normalization(c.x(2, 3, 4, 4), mode="channel")),
    ("L2Normalization spatial", lambda s, c: s.L2Normalization(c.x(2, 3, 4, 4), mode="spatial")),
    ("BatchNorm", lambda s, c: s.BatchNorm(c.x(2, 3, 4), c.w(3), c.w(3), c.w(3), c.w(3, low=0.5), fix_gamma=False), 1e-4),
    ("BatchNorm axis", lambda s, c: s.BatchNorm(c.x(2, 3, 4), c.w(4), c.w(4), c.w(4), c.w(4, low=0.5), axis=-1), 1e-4),
    ("softmax length", lambda s, c: s.softmax(c.x(2, 4), length=c.w(values=[2, 4], dtype=np.int32), use_length=True)),
    ("softmin", lambda s, c: s.softmin(c.x(2, 4))),
    ("batch_dot", lambda s, c: s.batch_dot(c.x(2, 3, 4), c.x(2, 5, 4), transpose_b=True)),
    ("dot", lambda s, c: s.dot(c.x(3, 4), c.x(3, 5), transpose_a=True)),
    ("dot deep", lambda s, c: s.dot(c.x(2, 3, 4), c.x(4, 5, 2))),
    ("linalg_gemm", lambda s, c: s.linalg.gemm(c.x(2, 3, 4), c.x(2, 4, 5), c.x(2, 3, 5), alpha=2.0, beta=0.5)),
    ("linalg_gemm2", lambda s, c: s.linalg.gemm2(c.x(2, 4, 3), c.x(2, 4, 5), transpose_a=True, alpha=0.5)),
    ("div_sqrt_dim", lambda s, c: s.contrib.div_sqrt_dim(c.x(2, 3, 5))),
    ("selfatt_qk", lambda s, c: s.contrib.interleaved_matmul_selfatt_qk(c.x(4, 2, 3 * 2 * 5), heads=2)),
    ("selfatt_valatt", lambda s, c: s.contrib.interleaved_matmul_selfatt_valatt(c.x(4, 2, 3 * 2 * 5), c.x(4, 4, 4), heads=2)),
    ("encdec_qk", lambda s, c: s.contrib.interleaved_matmul_encdec_qk(c.x(4, 2, 2 * 5), c.x(3, 2, 2 * 2 * 5), heads=2)),
    ("encdec_valatt", lambda s, c: s.contrib.interleaved_matmul_encdec_valatt(c.x(3, 2, 2 * 2 * 5), c.x(4, 4, 3), heads=2)),
    ("UpSampling", lambda s, c: s.UpSampling(c.x(1, 2, 3, 4), scale=2, sample_type="nearest", num_args=1)),
    ("UpSampling two", lambda s, c: s.UpSampling(c.x(1, 2, 4, 4), c.x(1, 3, 2, 2), scale=2, sample_type="nearest", num_args=2)),
    ("UpSampling sum", lambda s, c: s.UpSampling(c.x(1, 2, 4, 4), c.x(1, 2, 2, 2), scale=2, sample_type="nearest", num_args=2,
                                                 multi_input_mode="sum")),
    ("UpSampling bilinear", lambda s, c: s.UpSampling(c.x(1, 2, 3, 4), c.w(2, 1, 4, 4), scale=2, sample_type="bilinear", num_filter=2, num_args=2)),
    ("UpSampling bilinear 3", lambda s, c: s.UpSampling(c.x(1, 2, 3, 4), c.w(2, 1, 5, 5), scale=3, sample_type="bilinear", num_filter=2, num_args=2)),
    ("BilinearResize2D", lambda s, c: s.contrib.BilinearResize2D(c.x(1, 2, 4, 5), height=7, width=9)),
    ("BilinearResize2D scale", lambda s, c: s.contrib.BilinearResize2D(c.x(1, 2, 4, 5), scale_height=2, scale_width=1.6)),
    ("BilinearResize2D half", lambda s, c: s.contrib.BilinearResize2D(c.x(1, 2, 4, 5), height=8, width=11, align_corners=False)),
    ("BilinearResize2D like", lambda s, c: s.contrib.BilinearResize2D(c.x(1, 2, 4, 5), c.x(1, 1, 6, 7), mode="like")),
    ("AdaptiveAvgPooling2D", lambda s, c: s.contrib.AdaptiveAvgPooling2D(c.x(1, 2, 7, 5), output_size=(3, 2))),
    ("AdaptiveAvgPooling2D 1", lambda s, c: s.contrib.AdaptiveAvgPooling2D(c.x(1, 2, 7, 5))),
    ("BilinearSampler", lambda s, c: s.BilinearSampler(c.x(1, 2, 4, 5), c.x(1, 2, 3, 3, low=-1.2, high=1.2))),
    ("GridGenerator affine", lambda s, c: s.GridGenerator(c.x(2, 6), transform_type="affine", target_shape=(3, 4))),
    ("GridGenerator warp", lambda s, c: s.GridGenerator(c.x(1, 2, 3, 4), transform_type="warp")),
    ("SpatialTransformer", lambda s, c: s.SpatialTransformer(c.x(2, 3, 5, 6), c.x(2, 6), target_shape=(4, 3), transform_type="affine",
                                                             sampler_type="bilinear")),
    ("Pooling sum", lambda s, c: s.Pooling(c.x(1, 2, 5, 5), kernel=(2, 3), stride=(2, 2), pad=(1, 0), pool_type="sum")),
    ("Pooling full avg", lambda s, c: s.Pooling(c.x(1, 2, 6, 6), kernel=(3, 3), stride=(2, 2), pool_type="avg", pooling_convention="full")),
    ("Pooling full pad", lambda s, c: s.Pooling(c.x(1, 2, 6, 6), kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg",
                                                pooling_convention="full")),
    ("Pooling no pad", lambda s, c: s.Pooling(c.x(1, 2, 6, 6), kernel=(3, 3), pad=(1, 1), pool_type="avg", count_include_pad=False)),
    ("Pooling lp", lambda s, c: s.Pooling(c.x(1, 2, 6, 6), kernel=(2, 2), stride=(2, 2), pool_type="lp", p_value=2)),
    ("Pooling global sum", lambda s, c: s.Pooling(c.x(1, 2, 3, 3), global_pool=True, kernel=(1, 1), pool_type="sum")),
    ("Reshape reverse", lambda s, c: s.Reshape(c.x(8, 3, 4), shape=(-1, 0), reverse=True)),
    ("Reshape split", lambda s, c: s.Reshape(c.x(8, 3, 4), shape=(-4, -1, 2, -2))),
    ("reshape_like", lambda s, c: s.reshape_like(c.x(2, 6), c.x(3, 4))),
    ("SliceChannel", lambda s, c: s.SliceChannel(c.x(2, 4, 1), num_outputs=4, squeeze_axis=True)),
    ("split_v2", lambda s, c: s.split_v2(c.x(2, 6), indices_or_sections=(2, 3), axis=1)),
    ("Crop offset", lambda s, c: s.Crop(c.x(1, 2, 6, 7), offset=(1, 2), h_w=(3, 4), num_args=1)),
    ("Crop centre", lambda s, c: s.Crop(c.x(1, 2, 6, 7), c.x(1, 1, 3, 4), center_crop=True, num_args=2)),
    ("ROIPooling", lambda s, c: s.ROIPooling(c.x(2, 2, 8, 8), c.x(values=REGIONS), pooled_size=(2, 2), spatial_scale=1.0)),
    ("ROIAlign", lambda s, c: s.contrib.ROIAlign(c.x(2, 2, 8, 8), c.x(values=REGIONS), pooled_size=(2, 3), spatial_scale=0.5, sample_ratio=2)),
    ("ROIAlign free", lambda s, c: s.contrib.ROIAlign(c.x(2, 2, 8, 8), c.x(values=REGIONS), pooled_size=(2, 2), spatial_scale=1.0)),
    ("ROIAlign aligned", lambda s, c: s.contrib.ROIAlign(c.x(2, 2, 8, 8), c.x(values=REGIONS), pooled_size=(2, 2), spatial_scale=1.0,
                                                         sample_ratio=2, aligned=True)),
    ("PSROIPooling", lambda s, c: s.contrib.PSROIPooling(c.x(2, 8, 8, 8), c.x(values=REGIONS), output_dim=2, pooled_size=2, spatial_scale=1.0)),
    ("DeformableConvolution", deformed, 1e-4),
    ("ModulatedDeformableConvolution", modulated, 1e-4),
    ("MultiBoxPrior", lambda s, c: s.contrib.MultiBoxPrior(c.x(1, 2, 3, 4), sizes=(0.3, 0.5), ratios=(2, 1, 0.5))),
    ("MultiBoxPrior steps", lambda s, c: s.contrib.MultiBoxPrior(c.x(1, 2, 3, 4), sizes=(0.3,), ratios=(1, 3), steps=(0.2, 0.3),
                                                                 offsets=(0.4, 0.6), clip=True)),
    ("box_nms", lambda s, c: s.contrib.box_nms(c.x(values=BOXES), valid_thresh=0.01, id_index=0)),
    ("box_nms force", lambda s, c: s.contrib.box_nms(c.x(values=BOXES), valid_thresh=0.01, id_index=0, force_suppress=True, overlap_thresh=0.4)),
    ("box_nms topk", lambda s, c: s.contrib.box_nms(c.x(values=BOXES), valid_thresh=0.01, topk=3, id_index=0, background_id=0)),
    ("box_nms flat", lambda s, c: s.contrib.box_nms(c.x(values=BOXES[0]), out_format="center")),
    ("box_nms centre", lambda s, c: s.contrib.box_nms(c.x(values=BOXES), in_format="center", out_format="corner")),
    ("box_iou", lambda s, c: s.contrib.box_iou(c.x(values=np.array(BOXES[0])[:, 2:]), c.x(values=np.array(BOXES[1])[:, 2:]), format="corner")),
    ("box_decode", lambda s, c: s.contrib.box_decode(c.x(2, 3, 4), c.x(1, 3, 4, low=0.2), std0=0.1, std1=0.1, std2=0.2, std3=0.2)),
    ("box_decode corner", lambda s, c: s.contrib.box_decode(c.x(2, 3, 4), c.x(1, 3, 4, low=0.2), clip=0.5, format="corner")),
    ("RNN lstm", rnn("lstm", 1, False, 3, 4), 1e-4),
    ("RNN lstm deep", rnn("lstm", 3, True, 3, 4), 1e-4),
    ("RNN gru", rnn("gru", 1, False, 3, 4), 1e-4),
    ("RNN gru deep", rnn("gru", 2, True, 3, 4), 1e-4),
    ("RNN tanh", rnn("rnn_tanh", 2, True, 3, 4), 1e-4),
    ("RNN relu", rnn("rnn_relu", 2, False, 3, 4), 1e-4),
    ("quantize", lambda s, c: (lambda q: s.contrib.dequantize(q[0], q[1], q[2]))(
        s.contrib.quantize_v2(c.x(2, 9), out_type="int8", min_calib_range=-0.8, max_calib_range=0.9))),
    ("quantize uint8", lambda s, c: (lambda q: s.contrib.dequantize(q[0], q[1], q[2]))(
        s.contrib.quantize_v2(c.x(2, 9, low=0), out_type="uint8", min_calib_range=0.0, max_calib_range=0.9))),
    ("quantize free", lambda s, c: (lambda q: s.contrib.dequantize(q[0], q[1], q[2]))(s.contrib.quantize_v2(c.x(2, 9), out_type="int8"))),
    ("quantized dense", quantized_dense("int8", -1.0)),
    ("quantized dense uint8", quantized_dense("uint8", 0.0)),
    ("quantize v1", lambda s, c: (lambda q: s.contrib.dequantize(q[0], q[1], q[2]))(
        s.contrib.quantize(c.x(2, 9), c.w(values=[-0.7]), c.w(values=[0.7]), out_type="int8"))),
    ("quantize v1 uint8", lambda s, c: (lambda q: s.contrib.dequantize(q[0], q[1], q[2]))(
        s.contrib.quantize(c.x(2, 9), c.w(values=[0.0]), c.w(values=[0.7]), out_type="uint8"))),
    ("quantized pool", quantized_pool),
    ("quantized concat", quantized_concat),
    ("quantized elemwise_add", quantized_add),
]
