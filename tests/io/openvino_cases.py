"""Small networks of every family of operations, built by OpenVINO, for openvino-loads.py."""
import numpy as np
import openvino as ov
from openvino import (opset1, opset2, opset3, opset4, opset5, opset6, opset7, opset8, opset9, opset10, opset11, opset13)

F, I = np.float32, np.int64
CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


def par(shape, kind=F):
    return opset13.parameter(shape, kind)


def const(values, kind=F):
    return opset13.constant(np.asarray(values, kind))


def rand(*shape):
    return const(np.random.RandomState(sum(shape)).rand(*shape) - 0.5)


# Each returns the nodes to hand out, and the parameters in order.

@case
def convolution():
    x = par([1, 3, 9, 9])
    return [opset1.convolution(x, rand(4, 3, 3, 3), [2, 1], [1, 0], [0, 2], [1, 2])], [x]


@case
def convolution_same_lower():
    x = par([1, 3, 8, 8])
    return [opset1.convolution(x, rand(4, 3, 2, 2), [1, 1], [], [], [1, 1], "same_lower")], [x]


@case
def group_convolution():
    x = par([1, 4, 6, 6])
    return [opset1.group_convolution(x, rand(2, 3, 2, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1])], [x]


@case
def deconvolution():
    x = par([1, 3, 5, 5])
    return [opset1.convolution_backprop_data(x, rand(3, 2, 3, 3), [2, 2], pads_begin=[1, 1], pads_end=[1, 1],
                                             dilations=[1, 1], output_padding=[1, 1])], [x]


@case
def deconvolution_shape():
    x = par([1, 3, 5, 5])
    return [opset1.convolution_backprop_data(x, rand(3, 2, 3, 3), [2, 2], const([11, 11], I))], [x]


@case
def max_pool_1():
    x = par([1, 2, 7, 7])
    return [opset1.max_pool(x, [2, 2], [0, 1], [1, 0], [3, 3], "ceil")], [x]


@case
def max_pool_8():
    x = par([1, 2, 7, 7])
    n = opset8.max_pool(x, [1, 1], [2, 1], [0, 0], [0, 0], [3, 3], "floor", "explicit", "i32", 1)
    return [n.output(0), n.output(1)], [x]


@case
def avg_pool():
    x = par([1, 2, 7, 7])
    return [opset1.avg_pool(x, [2, 2], [1, 1], [1, 1], [3, 3], True, "floor", "explicit")], [x]


@case
def adaptive_pool():
    x = par([1, 2, 7, 7])
    return [opset8.adaptive_avg_pool(x, const([3, 2], I)), opset8.adaptive_max_pool(x, const([3, 2], I), "i32").output(0)], [x]


@case
def matmul():
    x = par([2, 3, 4])
    return [opset1.matmul(x, rand(2, 5, 3), True, True)], [x]


@case
def batch_norm():
    x = par([1, 3, 4, 4])
    c = [const([1, 2, 3]), const([0, 1, -1]), const([.1, .2, .3]), const([1, 2, 3])]
    return [opset5.batch_norm_inference(x, *c, 1e-3), opset1.batch_norm_inference(x, *c, 0.5)], [x]


@case
def lrn_mvn_norm():
    x = par([1, 6, 4, 4])
    return [opset1.lrn(x, const([1], I), 2e-4, 0.7, 2, 3), opset6.mvn(x, const([2, 3], I), True, 1e-5, "outside_sqrt"),
            opset1.normalize_l2(x, const([1], I), 1e-6, "max"), opset13.lrn(x, const([2, 3], I), 1, 0.75, 1, 5)], [x]


@case
def activations():
    x = par([2, 3])
    return [opset1.relu(x), opset1.prelu(x, const([.1, .2, .3])), opset1.elu(x, 0.25), opset1.sigmoid(x), opset1.tanh(x),
            opset1.clamp(x, -0.25, 0.5), opset1.selu(x, const(1.67), const(1.05)), opset4.swish(x, const(1.5)),
            opset4.hswish(x), opset5.hsigmoid(x), opset4.mish(x), opset4.softplus(x), opset7.gelu(x, "tanh"),
            opset9.softsign(x), opset1.hard_sigmoid(x, const(.2), const(.5)), opset5.round(x, "half_to_even"),
            opset5.round(x, "half_away_from_zero"), opset1.exp(x), opset1.erf(x), opset1.floor(x), opset1.ceiling(x),
            opset1.sign(x), opset1.sin(x), opset4.asinh(x), opset1.negative(x), opset1.log(opset1.abs(x))], [x]


@case
def binary():
    x, y = par([2, 3]), par([3])
    return [opset1.add(x, y), opset1.subtract(x, y), opset1.multiply(x, y), opset1.divide(x, y), opset1.maximum(x, y),
            opset1.minimum(x, y), opset1.power(x, const(2)), opset1.squared_difference(x, y), opset1.floor_mod(x, y),
            opset1.mod(x, y), opset1.less(x, y), opset1.greater_equal(x, y), opset1.not_equal(x, y),
            opset1.logical_and(opset1.less(x, y), opset1.greater(y, x)), opset1.add(x, const([1, 2, 3]), "numpy")], [x, y]


@case
def logical():
    x = par([2, 3], np.bool_)
    return [opset1.logical_not(x), opset1.logical_xor(x, x), opset1.reduce_logical_and(x, const([1], I), True),
            opset1.select(x, const([[1, 2, 3]]), const(0))], [x]


@case
def reductions():
    x = par([2, 3, 4])
    a = const([0, -1], I)
    return [opset1.reduce_sum(x, a, True), opset1.reduce_mean(x, a), opset1.reduce_max(x, a), opset1.reduce_min(x, a),
            opset1.reduce_prod(x, a, True), opset4.reduce_l1(x, a), opset4.reduce_l2(x, a, True)], [x]


@case
def softmax():
    x = par([2, 3, 4])
    return [opset1.softmax(x, 1), opset8.softmax(x, -1), opset5.log_softmax(x, 1)], [x]


@case
def shapes():
    x = par([2, 3, 4])
    return [opset1.reshape(x, const([0, -1], I), True), opset1.squeeze(opset1.unsqueeze(x, const([1], I)), const([1], I)),
            opset1.transpose(x, const([2, 0, 1], I)), opset3.shape_of(x, "i32"), opset1.concat([x, x], -1),
            opset1.tile(x, const([1, 2, 1], I)), opset3.broadcast(const([1, 2, 3, 4]), const([3, 4], I)),
            opset3.broadcast(opset1.reduce_sum(x, const([2], I)), const([2, 3, 2], I), const([0, 1], I), "explicit")], [x]


@case
def splits():
    x = par([2, 6, 4])
    s, v = opset1.split(x, const(1, I), 3), opset1.variadic_split(x, const(-1, I), const([1, -1], I))
    return [s.output(0), s.output(2), v.output(1)], [x]


@case
def slices():
    x = par([2, 6, 4])
    return [opset1.strided_slice(x, const([0, 1, 0], I), const([0, 5, 3], I), const([1, 2, 1], I), [0, 0, 1], [1, 0, 0],
                                 [0, 0, 0], [0, 0, 0], [0, 0, 0]),
            opset1.strided_slice(x, const([1, 0], I), const([2, 3], I), const([1, 1], I), [0, 0], [0, 0], [], [1, 0], []),
            opset8.slice(x, const([5], I), const([0], I), const([-2], I), const([1], I)),
            opset1.pad(x, const([0, 1, 2], I), const([1, 0, 1], I), "constant", const(7)),
            opset1.pad(x, const([0, 1, 2], I), const([0, 0, 1], I), "reflect")], [x]


@case
def gathers():
    x = par([3, 4])
    i = const([2, 0], I)
    return [opset1.gather(x, i, const(1, I)), opset8.gather(x, const([-1, 0], I), const(0, I)),
            opset7.gather(x, const([[1], [0], [2]], I), const(1, I), 1), opset6.gather_elements(x, const([[1, 0, 2, 0]], I), 0),
            opset8.gather_nd(x, const([[0, 1], [2, 3]], I), 0), opset8.gather_nd(x, const([[1], [2], [0]], I), 1)], [x]


@case
def scatters():
    x = par([3, 4])
    return [opset3.scatter_update(x, const([0, 2], I), rand(2, 4), const(0, I)),
            opset4.scatter_nd_update(x, const([[0, 1], [2, 3]], I), const([7, 8])),
            opset3.scatter_elements_update(x, const([[1, 0, 2, 0]], I), rand(1, 4), const(0, I)),
            opset13.scatter_elements_update(x, const([[1, 0, 2, 0]], I), rand(1, 4), const(0, I), "sum", False)], [x]


@case
def space_depth():
    x = par([1, 8, 4, 4])
    return [opset1.depth_to_space(x, "depth_first", 2), opset1.space_to_depth(x, "blocks_first", 2),
            opset3.shuffle_channels(x, 1, 2), opset1.reverse_sequence(x, const([2], I), 0, 1),
            opset3.extract_image_patches(x, [2, 2], [1, 1], [1, 1], "valid"),
            opset2.space_to_batch(x, const([1, 1, 2, 2], I), const([0, 0, 0, 0], I), const([0, 0, 0, 0], I)),
            opset2.batch_to_space(opset1.concat([x] * 4, 0), const([1, 1, 2, 2], I), const([0, 0, 1, 0], I), const([0] * 4, I)),
            opset2.reorg_yolo(x, [2, 2])], [x]


@case
def interpolate_11():
    x = par([1, 2, 5, 5])
    rows = (("linear_onnx", "sizes", "align_corners", "floor"), ("nearest", "scales", "asymmetric", "ceil"),
            ("cubic", "sizes", "half_pixel", "round_prefer_ceil"))
    return [opset11.interpolate(x, const([9, 7], I) if calc == "sizes" else const([1.8, 1.4]), mode, calc, [0, 0], [0, 0],
                                coordinate, nearest, False, -0.5, const([2, 3], I)) for mode, calc, coordinate, nearest in rows], [x]


@case
def interpolate_1():
    x = par([1, 2, 5, 5])
    return [opset1.interpolate(x, const([9, 7], I), {"axes": [2, 3], "mode": "linear", "align_corners": False})], [x]


@case
def topk():
    x = par([3, 5])
    a, b = opset3.topk(x, const(2, I), 1, "max", "value", "i64"), opset1.topk(x, const(2, I), 0, "min", "index")
    return [a.output(0), a.output(1), b.output(0)], [x]


@case
def counting():
    x = par([2, 5])
    return [opset3.cum_sum(x, const(1, I), True, True), opset1.one_hot(const([1, 0, 3], I), const(4, I), const(5), const(-1), 0),
            opset3.non_zero(opset1.greater(x, const(0)), "i32"), opset4.range(const(1, I), const(9, I), const(2, I), "f32"),
            opset10.is_nan(x), opset10.is_inf(x, {"detect_positive": False}), opset10.unique(x, const(1, I), True).output(0),
            opset9.eye(const(3, I), const(4, I), const(1, I), "f32")], [x]


@case
def detection():
    x = par([1, 4, 8, 8])
    boxes, scores = par([1, 6, 4]), par([1, 2, 6])
    n = opset5.non_max_suppression(boxes, scores, const(3, I), const(.5), const(.1), const(0.), "center", False, "i32")
    size = opset1.strided_slice(opset3.shape_of(x), const([2], I), const([4], I), const([1], I), [0], [0])
    box = {"min_size": [4.0], "aspect_ratio": [2.0, 0.5], "flip": True, "clip": True,
           "variance": [.1, .1, .2, .2], "step": 4.0, "offset": 0.5, "scale_all_sizes": False}
    all_sizes = dict(box, max_size=[8.0], scale_all_sizes=True)
    return [opset1.prior_box(size, const([64, 64], I), box, "p"), opset1.prior_box(size, const([64, 64], I), all_sizes, "q"),
            n.output(0), n.output(1)], [x, boxes, scores]


@case
def region_yolo():
    x = par([1, 14, 4, 4])
    return [opset1.region_yolo(x, 4, 2, 2, False, [0, 1], 1, 3, [1., 2., 3., 4.])], [x]


@case
def roi():
    x, r = par([1, 4, 8, 8]), const([[0, 1, 1, 6, 6]])
    return [opset3.roi_align(x, const([[1, 1, 6, 6]]), const([0], I), 2, 2, 2, 0.5, "max"),
            opset9.roi_align(x, const([[1, 1, 6, 6]]), const([0], I), 2, 2, 2, 0.5, "avg", "half_pixel"),
            opset1.psroi_pooling(x, r, 1, 2, 0.5, 1, 1, "average"),
            opset13.roi_pooling(x, r, [2, 2], 0.5, "bilinear")], [x]


@case
def recurrent():
    x, h, c = par([2, 3, 4]), par([2, 1, 5]), par([2, 1, 5])
    n = const([3, 2], I)
    l = opset5.lstm_sequence(x, h, c, n, rand(1, 20, 4), rand(1, 20, 5), rand(1, 20), 5, "forward",
                             ["sigmoid", "tanh", "relu"])
    g = opset5.gru_sequence(x, h, n, rand(1, 15, 4), rand(1, 15, 5), rand(1, 20), 5, "reverse", ["sigmoid", "tanh"],
                            linear_before_reset=True)
    return [l.output(0), l.output(2), g.output(0)], [x, h, c]


@case
def cells():
    x, h, c = par([2, 4]), par([2, 5]), par([2, 5])
    return [opset4.lstm_cell(x, h, c, rand(20, 4), rand(20, 5), rand(20), 5, ["sigmoid", "tanh", "tanh"], [], [], 2.0).output(1),
            opset3.gru_cell(x, h, rand(15, 4), rand(15, 5), rand(15), 5),
            opset3.rnn_cell(x, h, rand(5, 4), rand(5, 5), rand(5), 5, ["relu"], [], [], 0.0)], [x, h, c]


@case
def quantized():
    x = par([1, 3, 4, 4])
    w = opset1.convert(const(np.arange(36).reshape(4, 3, 1, 3) - 18, np.int8), "f32")
    return [opset1.convolution(x, opset1.multiply(opset1.subtract(w, const(1)), const(.1)), [1, 1], [0, 0], [0, 0], [1, 1]),
            opset1.fake_quantize(x, const(-1), const(1), const(-1), const(1), 255),
            opset1.fake_quantize(x, const([[[[-1]], [[-2]], [[-.5]]]]), const(1), const(0), const(1), 16)], [x]


@case
def types():
    x = par([2, 3])
    i = opset1.convert(opset1.multiply(x, const(100)), "i32")
    return [i, opset1.convert(x, "f16"), opset1.convert(x, "u8"), opset1.convert(i, "boolean"), opset1.convert(x, "f64"),
            opset1.convert_like(x, i), opset8.random_uniform(const([2], I), const(1.), const(1.0001), "f32", 7, 9)], [x]


@case
def state():
    x = par([1, 3])
    s = opset1.add(opset3.read_value(const([[1, 2, 3]]), "id"), x)
    return [s, opset3.assign(s, "id")], [x]


@case
def einsum_and_friends():
    x = par([2, 3, 4])
    four = opset1.unsqueeze(x, const([0], I))
    return [opset7.einsum([x, rand(4, 5)], "abc,cd->abd"), opset1.grn(four, 0.1), opset3.bucketize(x, const([0, .5]), "i32", False),
            opset9.grid_sample(four, rand(1, 2, 2, 2), {"align_corners": True, "mode": "bicubic", "padding_mode": "reflection"})], [x]


@case
def fourier():
    x = par([2, 3, 4, 2])
    return [opset7.dft(x, const([1, 2], I)), opset7.idft(x, const([2], I), const([6], I)), opset9.irdft(x, const([2], I))], [x]


@case
def ctc():
    x = par([2, 3, 4])
    return [opset1.ctc_greedy_decoder(x, const([[1, 1, 1], [1, 1, 0]]), True),
            opset6.ctc_greedy_decoder_seq_len(x, const([3, 2], np.int32)).output(0)], [x]


@case
def embedding():
    x = par([5, 2])
    return [opset3.embedding_bag_offsets_sum(x, const([0, 2, 3, 4], I), const([0, 0, 2], I), const(0, I)),
            opset3.embedding_bag_packed_sum(x, const([[0, 2], [3, 4]], I)),
            opset3.embedding_segments_sum(x, const([0, 2, 3], I), const([0, 0, 2], I), const(3, I), const(1, I))], [x]


@case
def attention():
    q = par([1, 2, 3, 4])
    return [opset13.scaled_dot_product_attention(q, rand(1, 2, 5, 4), rand(1, 2, 5, 4)),
            opset13.scaled_dot_product_attention(q, q, q, causal=True)], [q]


def control_flow(kind):
    x = par([3, 2, 4])
    if kind == "if":
        c = opset1.greater(opset1.reduce_sum(x, const([0, 1, 2], I)), const(0))
        a, b = par([3, 2, 4]), par([3, 2, 4])
        n = opset8.if_op(c.output(0))
        bodies = [ov.Model([opset1.add(p, const(k))], [p], "b") for p, k in ((a, 1), (b, 10))]
        n.set_then_body(bodies[0])
        n.set_else_body(bodies[1])
        n.set_input(x.output(0), a, b)
        return [n.set_output(bodies[0].results[0], bodies[1].results[0])], [x]
    piece, state = par([1, 2, 4]), par([1, 2, 4])
    new = opset1.add(opset1.multiply(state, const(.5)), piece)
    if kind == "iterator":
        n = opset1.tensor_iterator()
        body = ov.Model([new], [piece, state], "b")
        n.set_body(body)
    else:
        n = opset5.loop(const(3, I), const(True, np.bool_))
        body = ov.Model([new, const([True], np.bool_)], [piece, state], "b")
        n.set_function(body)
        n.set_special_body_ports([-1, 1])
    n.set_sliced_input(piece, x.output(0), 0, 1, 1, -1, 0)
    n.set_merged_input(state, const(np.zeros((1, 2, 4))).output(0), body.results[0].output(0))
    return [n.get_iter_value(body.results[0].output(0), -1), n.get_concatenated_slices(body.results[0].output(0), 0, 1, 1, -1, 0)], [x]


CASES["if"] = lambda: control_flow("if")
CASES["loop"] = lambda: control_flow("loop")
CASES["iterator"] = lambda: control_flow("iterator")
