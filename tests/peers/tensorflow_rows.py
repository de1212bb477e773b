"""The cases of tensorflow-random.py: name -> function of (random, feed) that gives tensors."""

import numpy as np
import tensorflow.compat.v1 as tf

raw = tf.raw_ops
CASES = {}


def case(function):
    CASES[function.__name__.rstrip("_")] = function
    return function


def data(*shape, low=-2.0, high=2.0):
    return np.random.uniform(low, high, shape).astype(np.float32)


def whole(*shape, low=-5, high=6, dtype=np.int32):
    return np.random.randint(low, high, shape).astype(dtype)


def dims(rng, rank):
    return [rng.randint(1, 5) for _ in range(rank)]


def constant(value, dtype=None):
    return tf.constant(value, dtype)


def unary(name, low=-2.0, high=2.0):
    def run(rng, feed):
        return getattr(raw, name)(x=feed(data(*dims(rng, rng.randint(0, 4)), low=low, high=high)))
    CASES[name] = run


def activation(name):
    def run(rng, feed):
        return getattr(raw, name)(features=feed(data(*dims(rng, rng.randint(1, 4)))))
    CASES[name] = run


def binary(name, kind="f", low=-2, high=3):
    def run(rng, feed):
        shape = dims(rng, rng.randint(1, 4))
        other = [d if rng.random() < 0.7 else 1 for d in shape][rng.randint(0, len(shape) - 1):]
        if kind == "b":
            return getattr(raw, name)(x=feed(whole(*shape, low=0, high=2) > 0),
                                      y=feed(whole(*other, low=0, high=2) > 0))
        if kind == "i":
            return getattr(raw, name)(x=feed(whole(*shape, low=low, high=high)),
                                      y=feed(whole(*other, low=max(low, 1), high=high)))
        return getattr(raw, name)(x=feed(data(*shape, low=low, high=high)),
                                  y=feed(data(*other, low=low, high=high)))
    CASES[name + ("" if kind == "f" else "_" + kind)] = run


for op in ("Abs Asinh Atan Ceil Cos Cosh Erf Erfc Exp Expm1 Floor Neg Reciprocal Inv Rint Round Sign Sigmoid "
           "Sin Sinh Square Tan Tanh IsFinite IsInf IsNan OnesLike ZerosLike").split():
    unary(op)
unary("Acos", -0.9, 0.9)
unary("Asin", -0.9, 0.9)
unary("Atanh", -0.9, 0.9)
unary("Acosh", 1.1, 3)
for op in "Log Log1p Sqrt Rsqrt".split():
    unary(op, 0.1, 3)
for op in "Elu Relu Relu6 Selu Softplus Softsign LeakyRelu".split():
    activation(op)
for op in ("Add AddV2 Atan2 Div DivNoNan Equal FloorDiv FloorMod Greater GreaterEqual Less LessEqual Maximum Minimum "
           "Mul MulNoNan NotEqual RealDiv SquaredDifference Sub TruncateDiv Xdivy").split():
    binary(op)
for op in "Pow Xlogy Xlog1py".split():
    binary(op, "f", 0.1, 2)
for op in ("Add Sub Mul Maximum Minimum FloorDiv FloorMod TruncateDiv TruncateMod BitwiseAnd BitwiseOr BitwiseXor Less "
           "Equal").split():
    binary(op, "i", -9, 10)
for op in "LeftShift RightShift".split():
    binary(op, "i", 1, 8)
for op in "LogicalAnd LogicalOr".split():
    binary(op, "b")


@case
def Invert(rng, feed):
    return raw.Invert(x=feed(whole(*dims(rng, 2))))


@case
def ClipByValue(rng, feed):
    return tf.clip_by_value(feed(data(3, 4)), -0.5, rng.choice([0.5, 1.0]))


@case
def L2Loss(rng, feed):
    return raw.L2Loss(t=feed(data(*dims(rng, 3))))


def window(rng):
    return rng.choice(["SAME", "VALID"])


@case
def Conv2D(rng, feed):
    groups, inputs = rng.choice([1, 1, 2]), rng.randint(1, 4)
    x = feed(data(rng.randint(1, 2), rng.randint(6, 9), rng.randint(6, 9), inputs * groups))
    f = constant(data(rng.randint(1, 3), rng.randint(1, 3), inputs, groups * rng.randint(1, 3)))
    padding, extra = rng.choice([("SAME", []), ("VALID", []), ("EXPLICIT", [0, 0, 1, 2, 0, 1, 0, 0])])
    stride, dilation = rng.choice([(1, 1), (2, 1), (1, 2)])
    return raw.Conv2D(input=x, filter=f, strides=[1, stride, stride, 1], padding=padding,
                      explicit_paddings=extra, dilations=[1, dilation, dilation, 1])


@case
def Conv3D(rng, feed):
    return raw.Conv3D(input=feed(data(1, 5, 6, 4, 2)), filter=constant(data(2, 3, 2, 2, 3)),
                      strides=[1, 1, rng.choice([1, 2]), 1, 1], padding=window(rng))


@case
def DepthwiseConv2dNative(rng, feed):
    c, s = rng.randint(1, 4), rng.randint(1, 2)
    return raw.DepthwiseConv2dNative(input=feed(data(1, 7, 6, c)), padding=window(rng),
                                     filter=constant(data(3, 2, c, rng.randint(1, 3))), strides=[1, s, s, 1])


@case
def Conv2DBackpropInput(rng, feed):
    padding, s, k = window(rng), rng.randint(1, 3), rng.randint(1, 4)
    h, w, c = rng.randint(5, 9), rng.randint(5, 9), rng.randint(1, 3)
    out = [-(-d // s) if padding == "SAME" else -(-(d - k + 1) // s) for d in (h, w)]
    return raw.Conv2DBackpropInput(input_sizes=constant([2, h, w, c]), filter=constant(data(k, k, c, 2)),
                                   out_backprop=feed(data(2, *out, 2)), strides=[1, s, s, 1], padding=padding)


@case
def MaxPool(rng, feed):
    k, s = rng.randint(1, 3), rng.randint(1, 3)
    return raw.MaxPool(input=feed(data(2, 7, 8, 3)), ksize=[1, k, k, 1], strides=[1, s, s, 1], padding=window(rng))


@case
def MaxPoolV2(rng, feed):
    k, s = rng.randint(1, 3), rng.randint(1, 3)
    return raw.MaxPoolV2(input=feed(data(2, 7, 8, 3)), ksize=constant([1, k, k, 1]),
                         strides=constant([1, s, s, 1]), padding=window(rng))


@case
def MaxPoolWithArgmax(rng, feed):
    k, s = rng.randint(1, 3), rng.randint(1, 3)
    return raw.MaxPoolWithArgmax(input=feed(data(2, 7, 8, 3)), ksize=[1, k, k, 1], strides=[1, s, s, 1],
                                 padding=window(rng), include_batch_in_index=rng.random() < 0.5)


@case
def AvgPool(rng, feed):
    k, s = rng.randint(1, 3), rng.randint(1, 3)
    return raw.AvgPool(value=feed(data(2, 7, 8, 3)), ksize=[1, k, k, 1], strides=[1, s, s, 1], padding=window(rng))


@case
def FusedBatchNormV3(rng, feed):
    x, c = feed(data(2, 4, 5, 3)), constant(data(3))
    if rng.random() < 0.5:
        return raw.FusedBatchNormV3(x=x, scale=c, offset=c, mean=constant([]), variance=constant([]),
                                    is_training=True)[:3]
    return raw.FusedBatchNormV3(x=x, scale=c, offset=c, mean=c, variance=constant(data(3, low=0.5)),
                                is_training=False, epsilon=0.01)[0]


@case
def LRN(rng, feed):
    return raw.LRN(input=feed(data(1, 3, 4, 9)), depth_radius=rng.randint(1, 3), bias=1.5,
                   alpha=rng.choice([1, 0.2]), beta=rng.choice([0.5, 0.75]))


@case
def MatMul(rng, feed):
    a, b = rng.random() < 0.5, rng.random() < 0.5
    return raw.MatMul(a=feed(data(*((4, 3) if a else (3, 4)))), b=feed(data(*((2, 4) if b else (4, 2)))),
                      transpose_a=a, transpose_b=b)


@case
def Einsum(rng, feed):
    e, *shapes = rng.choice([("ab,bc->ac", (2, 3), (3, 4)), ("abc,acd->abd", (2, 3, 4), (2, 4, 5)),
                             ("abcd,cde->abe", (2, 3, 2, 2), (2, 2, 4)), ("ab->ba", (2, 3))])
    return raw.Einsum(inputs=[feed(data(*s)) for s in shapes], equation=e)


@case
def StridedSlice(rng, feed):
    x = feed(data(4, 5, 6))
    return rng.choice([lambda: x[1:, ::2, -1], lambda: x[..., 1:3], lambda: x[:, tf.newaxis, 2:4, ::-1],
                       lambda: x[2], lambda: x[1, ..., tf.newaxis], lambda: x[::-2, 1:-1]])()


@case
def Slice(rng, feed):
    return tf.slice(feed(data(4, 5, 6)), [1, 0, rng.randint(0, 3)], [rng.choice([-1, 2]), 3, -1])


@case
def Split(rng, feed):
    return tf.split(feed(data(4, 6, 2)), 2, rng.choice([0, 1, -1]))


@case
def SplitV(rng, feed):
    return tf.split(feed(data(4, 6, 2)), [1, rng.choice([3, -1]), 2], 1)


@case
def Unpack(rng, feed):
    return tf.unstack(feed(data(3, 3, 3)), axis=rng.choice([0, 1, -1]))


@case
def Pack(rng, feed):
    return tf.stack([feed(data(2, 3)), feed(data(2, 3))], axis=rng.choice([0, 1, 2, -1, -3]))


@case
def ConcatV2(rng, feed):
    return tf.concat([feed(data(2, 3, 4)), feed(data(2, 3, 4))], rng.choice([0, 1, -1]))


@case
def Tile(rng, feed):
    return tf.tile(feed(data(2, 3)), [rng.randint(1, 3), rng.randint(1, 3)])


@case
def Roll(rng, feed):
    return tf.roll(feed(data(4, 5)), [rng.randint(-3, 3), 1], [0, 1])


@case
def ReverseV2(rng, feed):
    return tf.reverse(feed(data(3, 4, 2)), rng.choice([[0], [1, -1], [2]]))


@case
def ReverseSequence(rng, feed):
    return tf.reverse_sequence(feed(data(3, 5, 2)), feed(whole(3, low=1, high=6)), seq_axis=1, batch_axis=0)


@case
def MirrorPad(rng, feed):
    return tf.pad(feed(data(4, 5)), [[1, 2], [0, 3]], rng.choice(["REFLECT", "SYMMETRIC"]))


@case
def PadV2(rng, feed):
    return tf.pad(feed(data(4, 5)), [[1, 2], [0, 3]], constant_values=rng.choice([0, 1.5]))


@case
def Fill(rng, feed):
    return tf.fill([2, 3], feed(np.float32(rng.random())))


@case
def Range(rng, feed):
    return tf.range(feed(np.int32(rng.randint(0, 3))), feed(np.int32(9)), rng.randint(1, 3))


@case
def LinSpace(rng, feed):
    return raw.LinSpace(start=feed(np.float32(1)), stop=feed(np.float32(4)), num=constant(rng.choice([1, 2, 7])))


@case
def BroadcastTo(rng, feed):
    return tf.broadcast_to(feed(data(3, 1)), [2, 3, 4])


@case
def BroadcastArgs(rng, feed):
    return raw.BroadcastArgs(s0=feed(np.array([3, 1], np.int32)), s1=feed(np.array([2, 1, 5], np.int32)))


@case
def Shapes(rng, feed):
    x = feed(data(2, 3, 4))
    return [raw.Rank(input=x), raw.Size(input=x)] + list(raw.ShapeN(input=[x, x]))


@case
def Gather(rng, feed):
    return raw.GatherV2(params=feed(data(4, 4, 3)), indices=feed(whole(4, 2, low=0, high=3)),
                        axis=constant(rng.choice([1, 2])), batch_dims=rng.choice([0, 1]))


@case
def GatherNd(rng, feed):
    return tf.gather_nd(feed(data(4, 3, 2)), feed(whole(5, rng.randint(1, 3), low=0, high=2)))


@case
def ScatterNd(rng, feed):
    return tf.scatter_nd(feed(whole(5, 1, low=0, high=4)), feed(data(5, 3)), [4, 3])


@case
def TensorScatter(rng, feed):
    op = rng.choice([raw.TensorScatterAdd, raw.TensorScatterSub, raw.TensorScatterMax, raw.TensorScatterMin])
    return op(tensor=feed(data(4, 3)), indices=feed(whole(5, 1, low=0, high=4)), updates=feed(data(5, 3)))


@case
def TensorScatterUpdate(rng, feed):
    return raw.TensorScatterUpdate(tensor=feed(data(4, 3)), indices=feed([[2], [0]], np.int32),
                                   updates=feed(data(2, 3)))


@case
def OneHot(rng, feed):
    return tf.one_hot(feed(whole(3, 2, low=-1, high=4)), 4, 2.0, -1.0, axis=rng.choice([-1, 0, 1]))


@case
def Where(rng, feed):
    return raw.Where(condition=feed(whole(3, 4, low=0, high=2) > 0))


@case
def Select(rng, feed):
    return raw.Select(condition=feed(whole(3, low=0, high=2) > 0), x=feed(data(3, 4)), y=feed(data(3, 4)))


@case
def SelectV2(rng, feed):
    return tf.where_v2(feed(whole(3, 1, low=0, high=2) > 0), feed(data(3, 4)), feed(data(4)))


@case
def TopKV2(rng, feed):
    return raw.TopKV2(input=feed(whole(3, 9).astype(np.float32)), k=constant(rng.randint(1, 9)))


@case
def Arg(rng, feed):
    return rng.choice([tf.argmax, tf.argmin])(feed(whole(3, 5, 2).astype(np.float32)), rng.choice([0, 1, -1]),
                                              output_type=rng.choice([tf.int32, tf.int64]))


@case
def Cumsum(rng, feed):
    return tf.cumsum(feed(data(3, 5)), rng.choice([0, 1, -1]), rng.random() < 0.5, rng.random() < 0.5)


@case
def Reductions(rng, feed):
    x, axis, keep = feed(data(2, 3, 4)), rng.choice([0, [1, 2], [-1]]), rng.random() < 0.5
    return [f(x, axis, keep) for f in (tf.reduce_sum, tf.reduce_mean, tf.reduce_max, tf.reduce_min, tf.reduce_prod,
                                       tf.math.reduce_euclidean_norm)]


@case
def Unique(rng, feed):
    return raw.UniqueWithCounts(x=feed(whole(12)))


@case
def Bucketize(rng, feed):
    return raw.Bucketize(input=feed(whole(3, 4).astype(np.float32)), boundaries=[-3, 0, 2.5])


@case
def InvertPermutation(rng, feed):
    return raw.InvertPermutation(x=feed(np.random.permutation(6).astype(np.int32)))


@case
def ListDiff(rng, feed):
    return raw.ListDiff(x=feed(whole(8)), y=feed(whole(4)))


@case
def Bincount(rng, feed):
    weights = feed(data(9)) if rng.random() < 0.5 else constant(np.zeros(0, np.float32))
    return raw.Bincount(arr=feed(whole(9, low=0, high=7)), size=constant(5), weights=weights)


@case
def UnravelIndex(rng, feed):
    return raw.UnravelIndex(indices=feed(whole(7, low=0, high=24)), dims=constant([2, 3, 4]))


@case
def Segment(rng, feed):
    op = rng.choice([raw.SegmentSum, raw.SegmentProd, raw.SegmentMax, raw.SegmentMin, raw.SegmentMean])
    return op(data=feed(data(6, 2)), segment_ids=feed([0, 0, 1, 3, 3, 4], np.int32))


@case
def UnsortedSegment(rng, feed):
    op = rng.choice([raw.UnsortedSegmentSum, raw.UnsortedSegmentProd, raw.UnsortedSegmentMax,
                     raw.UnsortedSegmentMin])
    shape = rng.choice([(6,), (6, 2)])
    return op(data=feed(data(6, 2)), segment_ids=feed(whole(*shape, low=-1, high=4)), num_segments=constant(5))


@case
def SparseSegment(rng, feed):
    op = rng.choice([raw.SparseSegmentSum, raw.SparseSegmentMean, raw.SparseSegmentSqrtN])
    return op(data=feed(data(5, 3)), indices=feed(whole(6, low=0, high=5)),
              segment_ids=feed([0, 0, 1, 3, 3, 3], np.int32))


@case
def DynamicPartition(rng, feed):
    return tf.dynamic_partition(feed(data(8, 2)), feed(whole(8, low=0, high=3)), 3)


@case
def DynamicStitch(rng, feed):
    return tf.dynamic_stitch([feed([4, 1], np.int32), feed([[0, 2], [3, 1]], np.int32)],
                             [feed(data(2, 3)), feed(data(2, 2, 3))])


@case
def ResizeBilinear(rng, feed):
    corners, centers = rng.choice([(False, False), (True, False), (False, True)])
    return raw.ResizeBilinear(images=feed(data(1, rng.randint(3, 7), 5, 2)), align_corners=corners,
                              half_pixel_centers=centers, size=constant([rng.randint(2, 11), rng.randint(2, 11)]))


@case
def ResizeNearestNeighbor(rng, feed):
    corners, centers = rng.choice([(False, False), (True, False), (False, True)])
    return raw.ResizeNearestNeighbor(images=feed(data(1, rng.randint(3, 7), 5, 2)), align_corners=corners,
                                     half_pixel_centers=centers,
                                     size=constant([rng.randint(2, 11), rng.randint(2, 11)]))


@case
def CropAndResize(rng, feed):
    boxes = np.float32([[0, 0, 1, 1], [0.1, 0.2, 0.7, 0.9], [0.5, 0.1, 0.6, 0.4], [0.8, 0.7, 0.3, 0.1]])
    size = rng.choice([[3, 4], [1, 1], [5, 2]])
    return raw.CropAndResize(image=feed(data(2, 8, 9, 3)), boxes=feed(boxes), box_ind=feed([0, 1, 1, 0], np.int32),
                             crop_size=constant(size))


@case
def SpaceDepth(rng, feed):
    x = feed(data(2, 4, 6, 8))
    return rng.choice([tf.space_to_depth, tf.depth_to_space])(x, 2)


@case
def SpaceToBatchND(rng, feed):
    return raw.SpaceToBatchND(input=feed(data(2, 4, 5, 3)), block_shape=constant([2, 3]),
                              paddings=constant([[1, 1], [0, 1]]))


@case
def BatchToSpaceND(rng, feed):
    return raw.BatchToSpaceND(input=feed(data(6, 2, 2, rng.randint(1, 2))), block_shape=constant([2, 3]),
                              crops=constant([[1, 0], [0, 2]]))


@case
def ExtractImagePatches(rng, feed):
    return raw.ExtractImagePatches(images=feed(data(1, 7, 8, 2)), ksizes=[1, 2, 3, 1], strides=[1, 2, 1, 1],
                                   rates=[1, 1, rng.randint(1, 2), 1], padding=window(rng))


@case
def Colors(rng, feed):
    x = feed(data(1, 4, 5, 3, low=0, high=1))
    return [tf.image.adjust_contrast(x, 1.7), raw.RGBToHSV(images=x), raw.HSVToRGB(images=x),
            raw.AdjustHue(images=x, delta=constant(0.3)), raw.AdjustSaturation(images=x, scale=constant(1.4))]


def some_boxes():
    corner, size = data(12, 2, low=0, high=1), data(12, 2, low=0.2, high=0.8)
    return np.concatenate([corner, corner + size], 1), np.random.permutation(12).astype(np.float32) / 12


@case
def NonMaxSuppression(rng, feed):
    boxes, scores = (feed(x) for x in some_boxes())
    args = dict(boxes=boxes, scores=scores, max_output_size=constant(rng.randint(2, 9)), iou_threshold=constant(0.3))
    if rng.random() < 0.3:
        return raw.NonMaxSuppressionV2(**args)
    args["score_threshold"] = constant(rng.choice([0.0, 0.4]))
    if rng.random() < 0.4:
        return raw.NonMaxSuppressionV3(**args)
    if rng.random() < 0.5:
        return raw.NonMaxSuppressionV4(pad_to_max_output_size=rng.random() < 0.5, **args)
    return raw.NonMaxSuppressionV5(soft_nms_sigma=constant(0.0), **args)


@case
def FakeQuantWithMinMax(rng, feed):
    x, narrow, bits = feed(data(3, 4)), rng.random() < 0.5, rng.choice([8, 4])
    if rng.random() < 0.5:
        return raw.FakeQuantWithMinMaxVarsPerChannel(inputs=x, min=constant([-1.0, -0.3, 0, -2]), num_bits=bits,
                                                     max=constant([1.0, 2, 1.5, 0.7]), narrow_range=narrow)
    return raw.FakeQuantWithMinMaxVars(inputs=x, min=constant(-1.1), max=constant(1.4), num_bits=bits,
                                       narrow_range=narrow)


@case
def QuantizeAndDequantizeV2(rng, feed):
    signed = rng.random() < 0.6
    return raw.QuantizeAndDequantizeV2(input=feed(data(3, 4)), input_min=constant(-1.2 if signed else 0.0),
                                       input_max=constant(1.7), signed_input=signed, range_given=True,
                                       narrow_range=rng.random() < 0.5)


@case
def Fourier(rng, feed):
    x = feed(data(2, 8))
    y = tf.signal.rfft(x)
    z = tf.signal.fft(raw.Complex(real=x, imag=feed(data(2, 8))))
    w = tf.signal.ifft(tf.math.conj(z))
    return [tf.abs(y), tf.math.real(y), tf.math.imag(z), tf.math.angle(z), tf.math.real(w), tf.signal.irfft(y)]


@case
def ComplexProduct(rng, feed):
    x = raw.Complex(real=feed(data(2, 3)), imag=feed(data(2, 3)))
    y = raw.Complex(real=feed(data(3)), imag=feed(data(3)))
    z = -(x * y) + x - y
    return [tf.math.real(z), tf.math.imag(z)]


@case
def QuantizeAndDequantizeV3(rng, feed):
    return raw.QuantizeAndDequantizeV3(input=feed(data(3, 4)), input_min=constant(-0.7), input_max=constant(1.7),
                                       num_bits=constant(rng.choice([4, 8])), range_given=True)


@case
def DepthwiseConv2dNativeBackpropInput(rng, feed):
    c, s, m = rng.randint(1, 3), rng.randint(1, 2), rng.randint(1, 2)
    return raw.DepthwiseConv2dNativeBackpropInput(
        input_sizes=constant([1, 6, 8, c]), filter=constant(data(3, 3, c, m)),
        out_backprop=feed(data(1, 6 // s, 8 // s, c * m)), strides=[1, s, s, 1], padding="SAME")


@case
def Conv3DBackpropInputV2(rng, feed):
    s = rng.randint(1, 2)
    return raw.Conv3DBackpropInputV2(input_sizes=constant([1, 4, 6, 4, 2]), filter=constant(data(2, 3, 2, 2, 3)),
                                     out_backprop=feed(data(1, 4 // s, 6 // s, 4 // s, 3)),
                                     strides=[1, s, s, s, 1], padding="SAME")


@case
def Fourier2D(rng, feed):
    x = feed(data(2, 4, 8))
    y = tf.signal.rfft2d(x)
    return [tf.math.real(y), tf.math.imag(y), tf.signal.irfft2d(y)]


@case
def MatrixDiag(rng, feed):
    return raw.MatrixDiag(diagonal=feed(data(2, 3)))


@case
def MatrixBandPart(rng, feed):
    return raw.MatrixBandPart(input=feed(data(2, 4, 5)), num_lower=constant(rng.randint(-1, 2)),
                              num_upper=constant(rng.randint(-1, 2)))


@case
def MatrixInverse(rng, feed):
    return raw.MatrixInverse(input=feed(data(2, 3, 3) + 4 * np.eye(3, dtype=np.float32)),
                             adjoint=rng.random() < 0.5)


@case
def SparseToDense(rng, feed):
    return raw.SparseToDense(sparse_indices=feed([[0, 1], [2, 0]], np.int32), output_shape=constant([3, 4]),
                             sparse_values=feed(data(2)), default_value=constant(0.5))


@case
def SparseReshape(rng, feed):
    return raw.SparseReshape(input_indices=feed([[0, 1], [2, 3], [3, 5]], np.int64),
                             input_shape=feed([4, 6], np.int64),
                             new_shape=constant(rng.choice([[2, -1, 3], [24], [8, 3]]), tf.int64))


@case
def SparseFillEmptyRows(rng, feed):
    return raw.SparseFillEmptyRows(indices=feed([[0, 1], [2, 0]], np.int64), values=feed(data(2)),
                                   dense_shape=feed([4, 3], np.int64), default_value=constant(9.0))[:3]


@case
def SparseTensorDenseMatMul(rng, feed):
    return raw.SparseTensorDenseMatMul(a_indices=feed([[0, 1], [2, 0]], np.int64), a_values=feed(data(2)),
                                       a_shape=constant([3, 4], tf.int64), b=feed(data(4, 2)))


@case
def CTCGreedyDecoder(rng, feed):
    return raw.CTCGreedyDecoder(inputs=feed(data(7, 2, 4)), sequence_length=feed([5, 7], np.int32),
                                merge_repeated=rng.random() < 0.5)


@case
def CTCLoss(rng, feed):
    labels = feed([0, 1, 1, 3, 2], np.int32)
    indices = feed([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1]], np.int64)
    return raw.CTCLoss(inputs=feed(data(8, 2, 5)), labels_indices=indices, labels_values=labels,
                       sequence_length=feed([6, 8], np.int32), ctc_merge_repeated=rng.random() < 0.7)[0]


@case
def ApproximateEqual(rng, feed):
    x = data(2, 3)
    return raw.ApproximateEqual(x=feed(x), y=feed(x + np.float32([[0, 0.5, 0.01]])), tolerance=rng.choice([0.1, 0.001]))


@case
def ClipByValue_raw(rng, feed):
    low, high = np.float32(-0.5), np.float32(rng.choice([0.5, 1.0]))
    return [raw.ClipByValue(t=feed(data(3, 4)), clip_value_min=constant(low), clip_value_max=constant(high)),
            raw.ClipByValue(t=feed(data(3, 4)), clip_value_min=feed(low), clip_value_max=feed(high))]


@case
def ToBool(rng, feed):
    return [raw.ToBool(input=feed(np.float32(rng.choice([0, 2])))), raw.ToBool(input=feed(data(2, 3)))]


@case
def FakeQuantWithMinMaxArgs(rng, feed):
    return raw.FakeQuantWithMinMaxArgs(inputs=feed(data(3, 4, low=-8, high=8)), min=rng.choice([-6, -1.1, 0]), max=rng.choice([6, 2.3]),
                                       num_bits=rng.choice([4, 8]), narrow_range=rng.random() < 0.5)


@case
def Concat_old(rng, feed):
    return raw.Concat(concat_dim=constant(rng.randint(0, 1)), values=[feed(data(2, 3)), feed(data(2, 3)), feed(data(2, 3))])


@case
def Reverse_old(rng, feed):
    return raw.Reverse(tensor=feed(data(2, 3, 2)), dims=constant([rng.random() < 0.5 for _ in range(3)]))


@case
def Squeeze_raw(rng, feed):
    return [raw.Squeeze(input=feed(data(1, 3, 1, 2)), axis=[]), raw.Squeeze(input=feed(data(1, 3, 1, 2)), axis=[rng.choice([0, 2, -2])])]


@case
def PadV2_raw(rng, feed):
    return raw.PadV2(input=feed(data(2, 3)), paddings=constant([[1, rng.randint(0, 2)], [0, 2]]), constant_values=constant(0.5))


@case
def AddN(rng, feed):
    return raw.AddN(inputs=[feed(data(2, 3)) for _ in range(rng.randint(1, 4))])


@case
def Slice_open(rng, feed):
    """Sizes that the graph works out, one of them all that is left"""
    return tf.slice(feed(data(4, 5)), [1, rng.randint(0, 2)], feed([rng.choice([-1, 2]), rng.choice([-1, 3])], np.int32))


def boxes():
    corners = np.random.uniform(0, 10, (6, 2))
    return np.concatenate([corners, corners + np.random.uniform(3, 6, (6, 2))], 1).astype(np.float32)


@case
def NonMaxSuppressionV4_padded(rng, feed):
    return list(raw.NonMaxSuppressionV4(boxes=feed(boxes()), scores=feed(data(6, low=0, high=1)), max_output_size=constant(5),
                                        iou_threshold=constant(0.3), score_threshold=constant(0.1), pad_to_max_output_size=True))


@case
def NonMaxSuppressionV5_soft(rng, feed):
    return list(raw.NonMaxSuppressionV5(boxes=feed(boxes()), scores=feed(data(6, low=0, high=1)), max_output_size=constant(5),
                                        iou_threshold=constant(0.4), score_threshold=constant(0.1),
                                        soft_nms_sigma=constant(rng.choice([0.0, 0.5])), pad_to_max_output_size=rng.random() < 0.5))


@case
def Types(rng, feed):
    """Constants of other types, as the graph lists them"""
    x = feed(whole(3, low=0, high=5))
    types = [(tf.float64, data(3)), (tf.bool, [True, False, True]), (tf.uint8, [1, 200, 3]), (tf.int8, [-1, 2, 3]),
             (tf.int16, [-300, 2, 3]), (tf.uint16, [60000, 2, 3]), (tf.half, [0.5, 2, -3])]
    return [tf.cast(tf.constant(v, t), tf.float32) + tf.cast(x, tf.float32) for t, v in types]


@case
def chain_image(rng, feed):
    x = feed(data(1, 8, 8, 3))
    y = tf.nn.conv2d(x, constant(data(3, 3, 3, 4)), strides=2, padding="SAME")
    y = tf.nn.relu6(tf.nn.bias_add(y, constant(data(4))))
    y = tf.nn.max_pool2d(y, 2, 2, window(rng))
    y = tf.concat([y, tf.nn.leaky_relu(y)], rng.choice([1, 2, 3]))
    return tf.nn.softmax(tf.reshape(y, [1, -1]))


@case
def chain_shape(rng, feed):
    x = feed(data(2, 6, 4), shape=[None, 6, 4])
    size = tf.shape(x)[0]
    y = tf.reshape(x, tf.stack([size, 3, 8]))
    y = tf.transpose(y, rng.choice([[0, 2, 1], [2, 0, 1]]))
    return tf.reduce_mean(tf.expand_dims(y, 1) * 2.0, [2])


@case
def Random(rng, feed):
    """The generator is the same one, so that the numbers are too."""
    shape, seed = feed([5, rng.randint(3, 9)], np.int32), rng.randint(1, 99)
    return [raw.RandomUniform(shape=shape, dtype=tf.float32, seed=seed, seed2=rng.randint(0, 9)),
            raw.RandomUniformInt(shape=shape, minval=constant(2), maxval=constant(9), seed=seed),
            raw.Multinomial(logits=feed(np.log(np.float32([[.1, .2, .7]]))), num_samples=constant(9), seed=seed)]
