"""Cases of paddle-random.py: each builds a small network of PaddlePaddle's operations.

A case gets a random generator and `feed`, which makes an input of the network from an array;
it returns the network's outputs.
"""

import numpy as np
import paddle
import paddle.nn.functional as F

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def normal(rng, *shape):
    return np.random.standard_normal(shape).astype(np.float32)


def positive(rng, *shape):
    return np.random.uniform(0.1, 2, shape).astype(np.float32)


def op(kind, inputs, attrs, outputs, dtypes=None):
    """An operation by its name, for those that no function of the API makes as it should."""
    helper = paddle.base.layer_helper.LayerHelper(kind)
    made = {name: [helper.create_variable_for_type_inference(dtype=(dtypes or {}).get(name, "float32"))
                   for _ in range(count)] for name, count in outputs.items()}
    helper.append_op(type=kind, inputs=inputs, outputs=made, attrs=attrs)
    return made


def weight(value):
    return paddle.create_parameter(
        value.shape, str(value.dtype),
        default_initializer=paddle.nn.initializer.Assign(value))


UNARY = ["abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "exp", "floor", "round", "sign", "sin", "sinh",
         "square", "tan", "tanh", "asinh", "atanh"]
POSITIVE = ["log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal"]


@case
def unary(rng, feed):
    x = feed(np.random.uniform(-0.9, 0.9, (2, 3, 4)).astype(np.float32))
    return [getattr(paddle, name)(x) for name in rng.sample(UNARY, 4)]


@case
def unary_positive(rng, feed):
    x = feed(positive(rng, 2, 3, 4))
    return [getattr(paddle, name)(x) for name in rng.sample(POSITIVE, 3)] + [paddle.acosh(x + 1.5)]


ACTIVATIONS = [F.relu, F.relu6, F.sigmoid, F.log_sigmoid, F.tanh, F.tanhshrink, F.softsign, F.swish, F.silu, F.mish,
               F.hardsigmoid, F.hardswish,
               lambda x: F.elu(x, 0.7), lambda x: F.celu(x, 0.7), F.selu,
               F.gelu, lambda x: F.gelu(x, approximate=True), lambda x: F.leaky_relu(x, 0.1),
               lambda x: F.softplus(x, 2), lambda x: F.thresholded_relu(x, 0.5), lambda x: F.hardshrink(x, 0.4),
               lambda x: F.softshrink(x, 0.4), lambda x: paddle.stanh(x, 0.6, 1.7),
               lambda x: F.softmax(x, 1), lambda x: F.log_softmax(x, -1)]


@case
def activation(rng, feed):
    x = feed(normal(rng, 2, 4, 5) * 3)
    return [f(x) for f in rng.sample(ACTIVATIONS, 5)]


@case
def activation_attrs(rng, feed):
    x = feed(normal(rng, 2, 4, 5) * 3)
    return [op("brelu", {"X": x}, {"t_min": -1.0, "t_max": 2.0}, {"Out": 1})["Out"][0],
            op("relu6", {"X": x}, {"threshold": 3.0}, {"Out": 1})["Out"][0],
            op("hard_sigmoid", {"X": x}, {"slope": 0.3, "offset": 0.4}, {"Out": 1})["Out"][0]]


@case
def prelu(rng, feed):
    x = feed(normal(rng, 2, 3, 4, 5))
    return [F.prelu(x, weight(positive(rng, 1))), F.prelu(x, weight(positive(rng, 3)))]


@case
def elementwise(rng, feed):
    x, y = feed(positive(rng, 2, 3, 4)), feed(positive(rng, *rng.choice([(2, 3, 4), (3, 4), (4,), (1, 3, 1)])))
    return [x + y, x - y, x * y, x / y, paddle.maximum(x, y), paddle.minimum(x, y), paddle.pow(x, y),
            paddle.mod(x, y), paddle.floor_divide(x, y)]


@case
def elementwise_integers(rng, feed):
    x = feed(np.random.randint(-9, 9, (3, 4)).astype(np.int32))
    y = feed(np.random.randint(1, 5, (3, 4)).astype(np.int32))
    return [x + y, x * y, paddle.mod(x, y), x - y, paddle.scale(x, 3.0, 2.0)]


@case
def elementwise_axis(rng, feed):
    x, y = feed(normal(rng, 2, 3, 4, 5)), feed(normal(rng, 3, 4))
    return [op("elementwise_" + kind, {"X": x, "Y": y}, {"axis": 1}, {"Out": 1})["Out"][0]
            for kind in ("add", "mul", "max")]


@case
def compare(rng, feed):
    x, y = feed(np.random.randint(0, 3, (3, 4)).astype(np.float32)), feed(np.random.randint(0, 3, (3, 4)).astype(np.float32))
    a = x > y
    b = x <= y
    return [a, b, x == y, x != y, x < y, x >= y, paddle.logical_and(a, b), paddle.logical_or(a, b),
            paddle.logical_xor(a, b), paddle.logical_not(a), paddle.where(a, x, y)]


@case
def scale(rng, feed):
    x = feed(normal(rng, 3, 4))
    return [paddle.scale(x, 2.5, 1.5, rng.random() < 0.5), paddle.scale(x, 1.0, -2.0), paddle.scale(x, 3.0),
            paddle.clip(x, -0.5, 0.7), paddle.pow(x, 2.0), paddle.cast(x * 10, "int32"), paddle.add_n([x, x, x])]


@case
def matmul(rng, feed):
    x, y = feed(normal(rng, 2, 3, 4)), feed(normal(rng, 2, 5, 4))
    return [paddle.matmul(x, y, transpose_y=True), paddle.matmul(y, x, transpose_y=True),
            paddle.bmm(x, paddle.transpose(y, [0, 2, 1])),
            op("matmul", {"X": x, "Y": y}, {"transpose_X": False, "transpose_Y": True, "alpha": 0.5}, {"Out": 1})["Out"][0]]


@case
def matmul_vector(rng, feed):
    x, y = feed(normal(rng, 3, 4)), feed(normal(rng, 4))
    return [paddle.matmul(x, y), paddle.matmul(y, x, transpose_y=True)]


@case
def addmm(rng, feed):
    x, y, z = feed(normal(rng, 3, 4)), feed(normal(rng, 4, 5)), feed(normal(rng, 3, 5))
    return paddle.addmm(z, x, y, beta=0.5, alpha=2.0)


@case
def fc(rng, feed):
    x = feed(normal(rng, 2, 3, 4))
    return [op("mul", {"X": x, "Y": weight(normal(rng, 12, 5))}, {"x_num_col_dims": 1, "y_num_col_dims": 1}, {"Out": 1})["Out"][0],
            op("mul", {"X": x, "Y": weight(normal(rng, 4, 5))}, {"x_num_col_dims": 2, "y_num_col_dims": 1}, {"Out": 1})["Out"][0]]


@case
def convolution(rng, feed):
    groups = rng.choice([1, 2, 4])
    x = feed(normal(rng, 2, 4, 9, 8), shape=rng.choice([None, [-1, 4, -1, -1]]))
    padding = rng.choice([0, 1, [1, 2], [1, 2, 0, 1], "SAME", "VALID"])
    return F.conv2d(x, weight(normal(rng, 8, 4 // groups, 3, 2)), weight(normal(rng, 8)), stride=rng.choice([1, 2, [2, 1]]),
                    padding=padding, dilation=rng.choice([1, 2]), groups=groups)


@case
def convolution_last(rng, feed):
    x = feed(normal(rng, 2, 9, 8, 4))
    return F.conv2d(x, weight(normal(rng, 6, 4, 3, 3)), padding=1, data_format="NHWC")


@case
def convolution_3d(rng, feed):
    x = feed(normal(rng, 1, 2, 5, 6, 7))
    return F.conv3d(x, weight(normal(rng, 3, 2, 2, 3, 2)), stride=[1, 2, 1], padding=rng.choice([0, 1]))


@case
def deconvolution(rng, feed):
    groups = rng.choice([1, 2, 4])
    x = feed(normal(rng, 2, 4, 5, 6))
    stride = rng.choice([1, 2])
    more = {"output_padding": stride - 1} if rng.random() < 0.5 else {}
    return F.conv2d_transpose(x, weight(normal(rng, 4, 2, 3, 3)), stride=stride, padding=rng.choice([0, 1]),
                              groups=groups, **more)


@case
def deconvolution_sized(rng, feed):
    x = feed(normal(rng, 1, 4, 5, 6))
    return F.conv2d_transpose(x, weight(normal(rng, 4, 2, 3, 3)), stride=2, padding=1,
                              output_size=rng.choice([[9, 11], [10, 12], [10, 11]]))


@case
def deformable(rng, feed):
    x, offset, mask = feed(normal(rng, 1, 4, 6, 6)), feed(normal(rng, 1, 18, 6, 6)), feed(positive(rng, 1, 9, 6, 6))
    w = weight(normal(rng, 3, 4, 3, 3))
    return [paddle.vision.ops.deform_conv2d(x, offset, w, padding=1, mask=mask),
            paddle.vision.ops.deform_conv2d(x, offset, w, padding=1)]


@case
def pool(rng, feed):
    x = feed(normal(rng, 2, 3, 9, 8))
    size, stride = rng.choice([2, 3]), rng.choice([1, 2, 3])
    ceil = rng.random() < 0.5 and stride <= size
    return [F.max_pool2d(x, size, stride, 0 if ceil else 1, ceil_mode=ceil),
            F.avg_pool2d(x, size, stride, 1, ceil_mode=False, exclusive=rng.random() < 0.5),
            F.max_pool2d(x, size, stride, "SAME"), F.adaptive_avg_pool2d(x, 1), F.adaptive_avg_pool2d(x, [3, 4]),
            F.adaptive_max_pool2d(x, [3, 2]), F.avg_pool2d(x, [2, 3], [2, 2], [0, 1, 1, 1])]


@case
def pool_index(rng, feed):
    x = feed(normal(rng, 2, 3, 8, 6))
    return list(F.max_pool2d(x, 2, 2, return_mask=True)) + list(F.adaptive_max_pool2d(x, [3, 2], return_mask=True))


@case
def pool_other(rng, feed):
    x, z = feed(normal(rng, 2, 9, 8, 3)), feed(normal(rng, 1, 2, 5, 6, 7))
    return [F.max_pool2d(x, 2, 2, data_format="NHWC"), F.avg_pool3d(z, 2, 2), F.max_pool3d(z, 2, 1),
            F.adaptive_avg_pool3d(z, 1)]


@case
def normalisation(rng, feed):
    x = feed(normal(rng, 2, 4, 5, 6))
    return [F.batch_norm(x, weight(normal(rng, 4)), weight(positive(rng, 4)), weight(normal(rng, 4)), weight(normal(rng, 4))),
            F.layer_norm(x, [5, 6], weight(normal(rng, 30)), weight(normal(rng, 30))),
            F.layer_norm(x, [6], weight(normal(rng, 6)), weight(normal(rng, 6))), F.layer_norm(x, [4, 5, 6]),
            F.instance_norm(x, weight=weight(normal(rng, 4)), bias=weight(normal(rng, 4))),
            F.local_response_norm(x, 3)]


@case
def group_norm(rng, feed):
    x = feed(normal(rng, 2, 4, 5, 6))
    return op("group_norm", {"X": x, "Scale": weight(normal(rng, 4)), "Bias": weight(normal(rng, 4))},
              {"groups": 2, "epsilon": 1e-4}, {"Y": 1, "Mean": 1, "Variance": 1})["Y"]


@case
def norm(rng, feed):
    x = feed(normal(rng, 2, 4, 5))
    return [op("norm", {"X": x}, {"axis": 1, "epsilon": 1e-6}, {"Out": 1, "Norm": 1})["Out"][0],
            paddle.norm(x, 2, 1), paddle.norm(x, 1, -1, keepdim=True), paddle.norm(x, 3.0, 1), paddle.norm(x, 0, 1),
            paddle.norm(x, np.inf, 1), paddle.norm(x, -np.inf, 2)]


@case
def dropout(rng, feed):
    x = feed(normal(rng, 2, 4))
    return [F.dropout(x, 0.3, training=False), F.dropout(x, 0.3, training=False, mode="downscale_in_infer")]


@case
def reduction(rng, feed):
    x = feed(normal(rng, 2, 3, 4))
    axis, keep = rng.choice([None, 0, -1, [1, 2]]), rng.random() < 0.5
    return [f(x, axis, keepdim=keep) for f in (paddle.max, paddle.mean, paddle.min, paddle.prod, paddle.sum)]


@case
def reduction_logical(rng, feed):
    x = feed(normal(rng, 2, 3, 4)) > 0
    return [paddle.all(x, 1), paddle.any(x, [0, 2], keepdim=True)]


@case
def search(rng, feed):
    x = feed(np.random.permutation(24).reshape(2, 3, 4).astype(np.float32))
    return [paddle.argmax(x, 1), paddle.argmin(x, -1, keepdim=True), paddle.argmax(x), *paddle.topk(x, 2, 2),
            *paddle.topk(x, 2, 1, largest=False), paddle.argsort(x, 2, descending=rng.random() < 0.5),
            paddle.cumsum(x, 1), paddle.cumsum(x), paddle.argmax(x, 0, dtype="int32")]


@case
def shapes(rng, feed):
    x = feed(normal(rng, 2, 3, 4, 1), shape=rng.choice([None, [-1, 3, 4, 1]]))
    return [paddle.reshape(x, [0, -1]), paddle.reshape(x, [-1, 6]), paddle.transpose(x, [2, 0, 3, 1]),
            paddle.flatten(x, 1), paddle.flatten(x, 1, 2), paddle.squeeze(x, -1), paddle.squeeze(x),
            paddle.unsqueeze(x, [0, 3]), paddle.unsqueeze(x, -1), paddle.shape(x), paddle.numel(x),
            paddle.expand(x, [-1, 3, 4, 5]), paddle.tile(x, [1, 2, 1, 3]),
            paddle.expand_as(x, paddle.tile(x, [1, 1, 1, 2]))]


@case
def shapes_old(rng, feed):
    x = feed(normal(rng, 2, 3, 4))
    return [op("flatten2", {"X": x}, {"axis": 2}, {"Out": 1, "XShape": 1})["Out"][0],
            op("expand", {"X": x}, {"expand_times": [1, 2, 2]}, {"Out": 1})["Out"][0]]


@case
def pixels(rng, feed):
    x = feed(normal(rng, 1, 8, 4, 6))
    return [F.pixel_shuffle(x, 2), F.pixel_unshuffle(x, 2),
            op("shuffle_channel", {"X": x}, {"group": 2}, {"Out": 1})["Out"][0]]


@case
def shape_tensors(rng, feed):
    x = feed(normal(rng, 2, 3, 4), shape=[-1, 3, 4])
    shape = paddle.shape(x)
    return [paddle.reshape(x, [shape[0] * 3, 4]), paddle.expand(x[:, :1], [shape[0], 3, 4]),
            paddle.full([shape[0], 2], 1.5), paddle.full(paddle.shape(x), 2, dtype="int64"), x[:, 1:shape[1]]]


@case
def slices(rng, feed):
    x = feed(normal(rng, 4, 5, 6))
    return [x[1:3], x[:, -2:], x[0], x[:, 1, 2:], x[::2, 1:5:2], x[:, ::-1], x[0, 0, 0],
            paddle.slice(x, [0, 2], [1, -3], [10, -1]), paddle.strided_slice(x, [1, 2], [4, 0], [0, 6], [-2, 3])]


@case
def splits(rng, feed):
    x = feed(normal(rng, 4, 6, 5))
    return [*paddle.split(x, 3, 1), *paddle.split(x, [1, -1, 2], 1), *paddle.unstack(x, 0), *paddle.unbind(x, 2),
            paddle.concat([x, x * 2], -1), paddle.stack([x, x * 3], 1), paddle.stack([x, x], -1)]


@case
def pads(rng, feed):
    x, z, y = feed(normal(rng, 2, 3, 4, 5)), feed(normal(rng, 1, 2, 3, 4, 5)), feed(normal(rng, 2, 3))
    mode = rng.choice(["constant", "reflect", "replicate"])
    return [F.pad(x, [1, 2, 0, 1], mode=mode, value=0.5), F.pad(z, [1, 0, 2, 1, 1, 2], mode=mode, value=0.5, data_format="NCDHW"),
            F.pad(y, [1, 2, 0, 1], value=2.0), F.pad(x, [1, 2, 0, 1], mode=mode, data_format="NHWC")]


@case
def moves(rng, feed):
    x = feed(normal(rng, 3, 4, 5))
    return [paddle.roll(x, 2, 1), paddle.roll(x, [1, -1], [0, 2]), paddle.roll(x, 3), paddle.flip(x, [0, 2]),
            paddle.tril(x, 1), paddle.triu(x, -1)]


@case
def constants(rng, feed):
    x = feed(normal(rng, 2, 3))
    return [x + paddle.full([2, 3], 1.5), paddle.ones_like(x) + x, paddle.full_like(x, 3.0), paddle.zeros_like(x) + x,
            x + paddle.assign(np.arange(6, dtype=np.float32).reshape(2, 3)),
            paddle.cast(x, "int64") + paddle.assign(np.arange(3)), paddle.arange(1, 9, 3), paddle.linspace(0, 3, 7),
            op("fill_constant_batch_size_like", {"Input": x}, {"shape": [7, 4], "value": 2.0, "dtype": 5}, {"Out": 1})["Out"][0]]


@case
def indices(rng, feed):
    x, i = feed(normal(rng, 5, 4)), feed(np.random.randint(0, 5, (3,)).astype(np.int64))
    many = feed(np.random.randint(0, 4, (5, 2)).astype(np.int64))
    return [paddle.gather(x, i), paddle.gather(x, many[:3, 0], 1), paddle.index_select(x, i), F.one_hot(i, 6),
            paddle.index_sample(x, many), paddle.take_along_axis(x, many, 1),
            paddle.gather_nd(x, paddle.stack([i, i * 0], 1)), F.embedding(i, weight(normal(rng, 5, 3))),
            F.embedding(i, weight(normal(rng, 5, 3)), padding_idx=2)]


@case
def finds(rng, feed):
    x = feed(np.random.randint(-1, 2, (3, 4)).astype(np.float32))
    return [paddle.nonzero(x), paddle.masked_select(x, x > 0)]


@case
def scatters(rng, feed):
    x, u = feed(normal(rng, 5, 4)), feed(normal(rng, 2, 4))
    i = feed(np.array([3, 1], np.int64))
    return [paddle.scatter(x, i, u), paddle.scatter_nd_add(x, paddle.unsqueeze(i, 1), u)]


@case
def meshgrid(rng, feed):
    a, b = feed(normal(rng, 3)), feed(normal(rng, 4))
    return list(paddle.meshgrid(a, b))


RESIZES = [("nearest", False, 1), ("bilinear", False, 0), ("bilinear", False, 1),
           ("bilinear", True, 0), ("bicubic", False, 0), ("bicubic", True, 0)]


@case
def resize(rng, feed):
    x = feed(normal(rng, 1, 2, 5, 6))
    outputs = []
    for mode, corners, align in rng.sample(RESIZES, 3):
        outputs.append(F.interpolate(x, size=rng.choice([[10, 9], [3, 4], [10, 12]]), mode=mode, align_corners=corners, align_mode=align))
        outputs.append(F.interpolate(x, scale_factor=rng.choice([2, [2.0, 1.5], 0.5]), mode=mode, align_corners=corners, align_mode=align))
    return outputs


@case
def resize_other(rng, feed):
    x, z = feed(normal(rng, 1, 2, 7)), feed(normal(rng, 1, 2, 3, 4, 5))
    y = feed(normal(rng, 1, 5, 6, 2))
    return [F.interpolate(x, size=[11], mode="linear", align_mode=rng.choice([0, 1]), data_format="NCW"),
            F.interpolate(z, size=[5, 4, 9], mode="trilinear", align_mode=rng.choice([0, 1]), data_format="NCDHW"),
            F.interpolate(y, size=[10, 9], mode="bilinear", data_format="NHWC")]


@case
def resize_old(rng, feed):
    x = feed(normal(rng, 1, 2, 5, 6))
    attrs = {"align_corners": rng.random() < 0.5, "align_mode": 1, "out_h": 7, "out_w": 8, "data_layout": "NCHW"}
    return [op(kind + "_interp", {"X": x}, dict(attrs, interp_method=kind, scale=rng.choice([0.0, 1.5, 2.0])), {"Out": 1})["Out"][0]
            for kind in ("nearest", "bilinear")]


@case
def recurrent(rng, feed):
    kind = rng.choice([paddle.nn.LSTM, paddle.nn.GRU, paddle.nn.SimpleRNN])
    x = feed(normal(rng, 2, 5, 3))
    layer = kind(3, 4, num_layers=rng.choice([1, 2]), direction=rng.choice(["forward", "bidirect"]), time_major=rng.random() < 0.5)
    y, state = layer(x)
    return [y, *(state if isinstance(state, (list, tuple)) else [state])]


@case
def recurrent_lengths(rng, feed):
    x = feed(normal(rng, 3, 5, 3))
    lengths = feed(np.array([5, 2, 3], np.int32))
    y, _ = paddle.nn.LSTM(3, 4, direction="bidirect")(x, sequence_length=lengths)
    return y


@case
def yolo(rng, feed):
    aware = rng.random() < 0.5
    x = feed(normal(rng, 2, 3 * 9 + (3 if aware else 0), 4, 5))
    size = feed(np.array([[120, 160], [90, 200]], np.int32))
    return list(paddle.vision.ops.yolo_box(x, size, [10, 13, 16, 30, 33, 23], 4, rng.choice([0.01, 0.4]), 32,
                                           clip_bbox=rng.random() < 0.5, scale_x_y=rng.choice([1.0, 1.05]),
                                           iou_aware=aware, iou_aware_factor=0.4))


@case
def priors(rng, feed):
    x, picture = feed(normal(rng, 1, 2, 3, 4)), feed(normal(rng, 1, 3, 30, 40))
    return list(paddle.vision.ops.prior_box(x, picture, [8.0, 12.0], [16.0, 20.0], [2.0], [0.1, 0.1, 0.2, 0.2],
                                            flip=rng.random() < 0.5, clip=rng.random() < 0.5,
                                            min_max_aspect_ratios_order=rng.random() < 0.5))


def boxes(rng, count):
    corner, size = np.random.uniform(0, 0.6, (1, count, 2)), np.random.uniform(0.1, 0.4, (1, count, 2))
    return np.concatenate([corner, corner + size], 2).astype(np.float32)


@case
def suppression(rng, feed):
    b, s = feed(boxes(rng, 20)), feed(np.random.uniform(0, 1, (1, 3, 20)).astype(np.float32))
    made = op("multiclass_nms3", {"BBoxes": b, "Scores": s},
              {"background_label": rng.choice([-1, 0]), "score_threshold": 0.3, "nms_top_k": 12, "nms_threshold": 0.4,
               "keep_top_k": rng.choice([-1, 6]), "normalized": True, "nms_eta": 1.0},
              {"Out": 1, "Index": 1, "NmsRoisNum": 1}, {"Index": "int32", "NmsRoisNum": "int32"})
    return [made["Out"][0], made["NmsRoisNum"][0]]


@case
def suppression_matrix(rng, feed):
    b, s = feed(boxes(rng, 20)), feed(np.random.uniform(0, 1, (1, 3, 20)).astype(np.float32))
    y, index, count = paddle.vision.ops.matrix_nms(b, s, 0.3, 0.2, 12, 8, use_gaussian=rng.random() < 0.5, background_label=0,
                                                   return_index=True, return_rois_num=True)
    return [y, count]


@case
def regions(rng, feed):
    x = feed(normal(rng, 2, 3, 8, 8))
    b = feed(np.array([[0, 0, 4, 4], [1, 2, 6, 7], [2, 2, 5, 6]], np.float32))
    counts = feed(np.array([2, 1], np.int32))
    return paddle.vision.ops.roi_align(x, b, counts, (2, 3), 1.0, 2, aligned=rng.random() < 0.5)


@case
def grid(rng, feed):
    x, g = feed(normal(rng, 1, 2, 5, 6)), feed(np.random.uniform(-1.2, 1.2, (1, 3, 4, 2)).astype(np.float32))
    return F.grid_sample(x, g, mode=rng.choice(["bilinear", "nearest"]), padding_mode=rng.choice(["zeros", "border", "reflection"]),
                         align_corners=rng.random() < 0.5)


@case
def condition(rng, feed):
    x = feed(normal(rng, 2, 3))
    chosen = paddle.static.nn.cond(paddle.sum(x) > 0, lambda: x * 2 + 1, lambda: paddle.transpose(x - 3, [1, 0]).reshape([2, 3]))
    both = paddle.static.nn.cond(paddle.max(x) > 1, lambda: (x, x + 1), lambda: (x * 0, x - 1))
    return [chosen, *both]


@case
def loop(rng, feed):
    x = feed(normal(rng, 2, 3))
    i, end = paddle.full([1], 0, "int64"), paddle.full([1], rng.choice([0, 3, 5]), "int64")
    made = paddle.static.nn.while_loop(lambda i, y: i < end, lambda i, y: [i + 1, y * 2 + x], [i, x])
    return list(made)


@case
def arrays(rng, feed):
    x = feed(normal(rng, 2, 3))
    array = paddle.tensor.create_array("float32")
    for i in range(3):
        paddle.tensor.array_write(x * (i + 1), paddle.full([1], i, "int64"), array)
    joined, _ = paddle.tensor.manipulation.tensor_array_to_tensor(array, axis=rng.choice([0, 1]), use_stack=rng.random() < 0.5)
    return [joined, paddle.tensor.array_length(array), paddle.tensor.array_read(array, paddle.full([1], 1, "int64"))]


@case
def loop_with_array(rng, feed):
    x = feed(normal(rng, 2, 3))
    array = paddle.tensor.create_array("float32")
    paddle.tensor.array_write(x, paddle.full([1], 0, "int64"), array)
    i, end = paddle.full([1], 0, "int64"), paddle.full([1], 4, "int64")

    def step(i, y, array):
        y = y + x
        i = i + 1
        array = paddle.tensor.array_write(y, i, array)
        return [i, y, array]

    i, y, array = paddle.static.nn.while_loop(lambda i, y, array: i < end, step, [i, x, array])
    joined, _ = paddle.tensor.manipulation.tensor_array_to_tensor(array, axis=0)
    return [y, joined]


@case
def loop_with_empty_array(rng, feed):
    x = feed(normal(rng, 2, 3))
    array = paddle.tensor.create_array("float32")
    i, end = paddle.full([1], 0, "int64"), paddle.full([1], 4, "int64")
    going = paddle.less_than(i, end)
    body = paddle.static.nn.control_flow.While(going)
    with body.block():
        paddle.tensor.array_write(x * paddle.cast(i, "float32"), i, array)
        paddle.increment(i)
        paddle.assign(paddle.less_than(i, end), going)
    joined, _ = paddle.tensor.manipulation.tensor_array_to_tensor(array, axis=0, use_stack=True)
    return [joined, i]
