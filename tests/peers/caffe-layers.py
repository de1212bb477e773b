#!/usr/bin/env python3
"""Compares layers of Caffe as Weir computes them with OpenCV's reader of the format, and where that reads a layer in a
way of its own, with the layer's definition in NumPy.

usage: caffe-layers.py --weir PATH [--only PATTERN]

Needs numpy and cv2 (4.8). One small network a case, its weights written here. The last line is `N passed, N failed`.
"""
import argparse
import fnmatch
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np

RANDOM = np.random.default_rng(7)


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def weights_file(name, blobs):
    layer = field(1, name.encode())
    for blob in blobs:
        shape = field(1, b"".join(varint(d) for d in blob.shape))
        layer += field(7, field(5, blob.astype("<f4").tobytes()) + field(7, shape))
    return field(1, b"net") + field(100, layer)


def blob(*shape):
    return RANDOM.uniform(-1, 1, shape).astype(np.float32)


def positive(*shape):
    return RANDOM.uniform(0.5, 2, shape).astype(np.float32)



def stochastic(x):
    total, squares = np.zeros((1, 2, 2, 2)), np.zeros((1, 2, 2, 2))
    for r in range(4):
        for c in range(4):
            total[:, :, r // 2, c // 2] += x[:, :, r, c]
            squares[:, :, r // 2, c // 2] += x[:, :, r, c] ** 2
    return squares / total


def im2col(x):
    n, c, h, w = x.shape
    rows = [x[:, k, i:i + h - 1, j:j + w - 1] for k in range(c) for i in range(2) for j in range(2)]
    return np.stack(rows, 1)


def norm_bn(x, g, b, m, v):
    shape = (1, -1, 1, 1)
    return (x - m.reshape(shape)) / np.sqrt(v.reshape(shape) + 1e-5) * g.reshape(shape) + b.reshape(shape)


X = (1, 4, 5, 7)
ROI = np.array([[0, 0, 0, 3, 3], [0, 1, 1, 6, 4]], np.float32)
BN = [blob(4), blob(4), blob(4), positive(4)]
# name: (type, parameters, weights, inputs (shapes or arrays), (nullable) what it is in NumPy)
CASES = {
    "AbsVal": ("AbsVal", "", [], [X], None),
    "BNLL": ("BNLL", "", [], [X], None),
    "Sigmoid": ("Sigmoid", "", [], [X], None),
    "TanH": ("TanH", "", [], [X], None),
    "ELU": ("ELU", "elu_param { alpha: 0.5 }", [], [X], lambda x: np.where(x > 0, x, 0.5 * np.expm1(x))),
    "ReLU": ("ReLU", "relu_param { negative_slope: 0.2 }", [], [X], None),
    "ReLU6": ("ReLU6", "", [], [X], None),
    "PReLU": ("PReLU", "", [blob(4)], [X], None),
    "PReLU-shared": ("PReLU", "prelu_param { channel_shared: true }", [blob(1)], [X],
                     None),
    "Power": ("Power", "power_param { power: 2 scale: 0.5 shift: 1 }", [], [X], None),
    "Exp": ("Exp", "exp_param { base: 2 scale: 0.5 shift: 1 }", [], [X], lambda x: 2 ** (1 + 0.5 * x)),
    "Exp-e": ("Exp", "", [], [X], lambda x: np.exp(x)),
    "Log": ("Log", "log_param { base: 10 scale: 0.5 shift: 3 }", [], [X], lambda x: np.log10(3 + 0.5 * x)),
    "Threshold": ("Threshold", "threshold_param { threshold: 0.1 }", [], [X], lambda x: (x > np.float32(0.1)) * 1.0),
    "Swish": ("Swish", "swish_param { beta: 2 }", [], [X], lambda x: x / (1 + np.exp(-2 * x))),
    "Clip": ("Clip", "clip_param { min: -0.5 max: 0.25 }", [], [X], lambda x: np.clip(x, -0.5, 0.25)),
    "HardSwish": ("HardSwish", "", [], [X], lambda x: x * np.clip(x + 3, 0, 6) / 6),
    "Eltwise": ("Eltwise", "eltwise_param { operation: SUM coeff: 0.5 coeff: -1 }", [], [X, X], None),
    "Eltwise-max": ("Eltwise", "eltwise_param { operation: MAX }", [], [X, X, X], None),
    "Eltwise-prod": ("Eltwise", "eltwise_param { operation: PROD }", [], [X, X], None),
    "Scale": ("Scale", "scale_param { bias_term: true }", [blob(4), blob(4)], [X], None),
    "Scale-two": ("Scale", "scale_param { axis: 0 }", [], [X, (1, 4)],
                  lambda x, y: x * y.reshape(1, 4, 1, 1)),
    "Scale-axis": ("Scale", "scale_param { axis: -1 }", [blob(7)], [X], lambda x: x * CASES["Scale-axis"][2][0]),
    "Bias": ("Bias", "", [blob(4)], [X], lambda x: x + CASES["Bias"][2][0].reshape(1, 4, 1, 1)),
    "Axpy": ("Axpy", "", [], [(1, 4, 1, 1), X, X], lambda a, x, y: a * x + y),
    "Convolution": ("Convolution", "convolution_param { num_output: 6 kernel_size: 3 pad: 1 stride: 2 }",
                    [blob(6, 4, 3, 3), blob(6)], [X], None),
    "Convolution-group": ("Convolution", "convolution_param { num_output: 6 kernel_h: 3 kernel_w: 2 pad_h: 1 pad_w: 0 group: 2 "
                          "dilation: 2 bias_term: false }", [blob(6, 2, 3, 2)], [X], None),
    "ConvolutionDepthwise": ("ConvolutionDepthwise", "convolution_param { num_output: 4 kernel_size: 3 bias_term: "
                             "false }", [blob(4, 1, 3, 3)], [X], None),
    "Deconvolution": ("Deconvolution", "convolution_param { num_output: 6 kernel_size: 3 pad: 1 stride: 2 }",
                      [blob(4, 6, 3, 3), blob(6)], [X], None),
    "Deconvolution-group": ("Deconvolution", "convolution_param { num_output: 4 kernel_size: 4 pad: 1 stride: 2 group: "
                            "4 bias_term: false }", [blob(4, 1, 4, 4)], [X], None),
    "Im2col": ("Im2col", "convolution_param { kernel_size: 2 }", [], [X], im2col),
    "InnerProduct": ("InnerProduct", "inner_product_param { num_output: 3 }", [blob(3, 140), blob(3)], [X], None),
    "InnerProduct-axis": ("InnerProduct", "inner_product_param { num_output: 3 axis: 2 }", [blob(3, 35), blob(3)], [X],
                          lambda x: x.reshape(1, 4, 35) @ CASES["InnerProduct-axis"][2][0].T
                          + CASES["InnerProduct-axis"][2][1]),
    "InnerProduct-transposed": ("InnerProduct", "inner_product_param { num_output: 3 transpose: true bias_term: false }",
                                [blob(140, 3)], [X],
                                lambda x: x.reshape(1, 140) @ CASES["InnerProduct-transposed"][2][0]),
    "Embed": ("Embed", "embed_param { input_dim: 4 num_output: 3 }", [blob(4, 3), blob(3)],
              [np.array([[0, 3, 1]], np.float32)],
              lambda x: CASES["Embed"][2][0][x.astype(int)] + CASES["Embed"][2][1]),
    "Pooling-max": ("Pooling", "pooling_param { kernel_size: 3 stride: 2 }", [], [(1, 2, 6, 8)], None),
    "Pooling-max-pad": ("Pooling", "pooling_param { kernel_size: 2 stride: 2 pad: 1 }", [], [X], None),
    "Pooling-floor": ("Pooling", "pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }", [], [(1, 2, 6, 8)],
                      None),
    "Pooling-mean": ("Pooling", "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }", [], [(1, 2, 6, 8)],
                     None),
    "Pooling-mean-ceil": ("Pooling", "pooling_param { pool: AVE kernel_size: 3 stride: 2 }", [], [(1, 2, 6, 8)], None),
    "Pooling-global": ("Pooling", "pooling_param { pool: AVE global_pooling: true }", [], [X], None),
    "Pooling-global-max": ("Pooling", "pooling_param { global_pooling: true }", [], [X],
                           lambda x: x.max((2, 3), keepdims=True)),
    "Pooling-stochastic": ("Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }", [],
                           [positive(1, 2, 4, 4)], stochastic),
    "SPP": ("SPP", "spp_param { pyramid_height: 2 pool: MAX }", [], [(1, 2, 4, 6)],
            lambda x: np.concatenate([x.max((2, 3)).reshape(1, -1), x.reshape(1, 2, 2, 2, 2, 3).max((3, 5)).reshape(
                1, -1)], 1)),
    "BatchNorm": ("BatchNorm", "", [blob(4), positive(4), np.array([2], np.float32)], [X], None),
    "BN": ("BN", "", BN, [X], lambda x: norm_bn(x, *BN)),
    "LRN": ("LRN", "lrn_param { local_size: 3 alpha: 0.5 }", [], [X], None),
    "LRN-within": ("LRN", "lrn_param { local_size: 3 alpha: 0.5 norm_region: WITHIN_CHANNEL }", [], [X], None),
    "MVN": ("MVN", "", [], [X], None),
    "MVN-across": ("MVN", "mvn_param { across_channels: true normalize_variance: false }", [], [X], None),
    "Normalize": ("Normalize", "norm_param { across_spatial: false channel_shared: false }", [blob(4)], [X], None),
    "Normalize-across": ("Normalize", "norm_param { across_spatial: true channel_shared: true }", [blob(1)], [X], None),
    "GRN": ("GRN", "grn_param { bias: 0.5 }", [], [X], lambda x: x / np.sqrt((x * x).sum(1, keepdims=True) + 0.5)),
    "Softmax": ("Softmax", "softmax_param { axis: 2 }", [], [X], None),
    "Concat": ("Concat", "concat_param { axis: 2 }", [], [X, X], None),
    "Flatten": ("Flatten", "flatten_param { axis: 2 }", [], [X], None),
    "Reshape": ("Reshape", "reshape_param { shape { dim: 0 dim: 2 dim: -1 } }", [], [X], None),
    "Permute": ("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }", [], [X], None),
    "Crop": ("Crop", "crop_param { axis: 2 offset: 1 offset: 2 }", [], [X, (1, 4, 3, 4)], None),
    "Crop-one": ("Crop", "crop_param { axis: 1 offset: 1 }", [], [X, (1, 2, 3, 4)], None),
    "ArgMax": ("ArgMax", "argmax_param { axis: 1 }", [], [X], lambda x: x.argmax(1)[:, None]),
    "ArgMax-values": ("ArgMax", "argmax_param { axis: 1 out_max_val: true }", [], [X], lambda x: x.max(1)[:, None]),
    "ArgMax-flat": ("ArgMax", "argmax_param { out_max_val: true }", [], [X],
                    lambda x: np.array([[[x.argmax()], [x.max()]]])),
    "BatchReindex": ("BatchReindex", "", [], [(3, 2), np.array([2, 0], np.float32)],
                     lambda x, i: x[i.astype(int)]),
    "Tile": ("Tile", "tile_param { axis: 2 tiles: 3 }", [], [X], lambda x: np.tile(x, (1, 1, 3, 1))),
    "Reduction": ("Reduction", "reduction_param { operation: SUMSQ axis: 2 coeff: 0.5 }", [], [X],
                  lambda x: 0.5 * (x * x).sum((2, 3))),
    "Reduction-asum": ("Reduction", "reduction_param { operation: ASUM axis: 1 }", [], [X],
                       lambda x: np.abs(x).sum((1, 2, 3))),
    "Reduction-mean": ("Reduction", "reduction_param { operation: MEAN axis: -1 }", [], [X], lambda x: x.mean(3)),
    "ShuffleChannel": ("ShuffleChannel", "shuffle_channel_param { group: 2 }", [], [X], None),
    "Flip": ("Flip", "flip_param { flip_width: true flip_height: true }", [], [X], lambda x: x[:, :, ::-1, ::-1]),
    "Interp": ("Interp", "interp_param { height: 9 width: 10 }", [], [X], None),
    "Interp-zoom": ("Interp", "interp_param { zoom_factor: 2 }", [], [X], None),
    "Upsample": ("Upsample", "upsample_param { scale: 2 }", [], [X], lambda x: x.repeat(2, 2).repeat(2, 3)),
    "Resample": ("Resample", "resample_param { type: NEAREST factor: 2 }", [], [X],
                 lambda x: x.repeat(2, 2).repeat(2, 3)),
    "ROIPooling": ("ROIPooling", "roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 1 }", [], [X, ROI], None),
    "PSROIPooling": ("PSROIPooling", "psroi_pooling_param { spatial_scale: 1 output_dim: 1 group_size: 2 }", [],
                     [X, ROI], None),
    "PriorBox": ("PriorBox", "prior_box_param { min_size: 10 max_size: 20 aspect_ratio: 2 flip: true clip: false "
                 "variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 offset: 0.5 }", [], [X, (1, 3, 40, 50)],
                 None),
    "PriorBox-steps": ("PriorBox", "prior_box_param { min_size: 10 max_size: 15 aspect_ratio: 3 aspect_ratio: 1 flip: "
                       "true step_h: 8 step_w: 7 clip: true variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 }",
                       [], [X, (1, 3, 40, 50)], None),
}


def topology(kind, text, inputs):
    names = ["x%d" % i for i in range(len(inputs))]
    out = "name: 'net'\n"
    for name, value in zip(names, inputs):
        out += "layer { name: '%s' type: 'Input' top: '%s' input_param { shape { %s } } }\n" % (
            name, name, " ".join("dim: %d" % d for d in value.shape))
    return out + "layer { name: 'y' type: '%s' %s top: 'y' %s }\n" % (
        kind, " ".join("bottom: '%s'" % n for n in names), text)


def run(weir, folder, inputs):
    args = [weir, "run", os.path.join(folder, "net.caffemodel"), "--output-dir", os.path.join(folder, "out"),
            "--device", "REFERENCE"]
    for i, value in enumerate(inputs):
        path = os.path.join(folder, "x%d.npy" % i)
        np.save(path, value)
        args.append("--input=x%d=%s" % (i, path))
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip()[-300:])
    return np.load(os.path.join(folder, "out", "000.npy"))


def expected(folder, inputs, formula):
    if formula is not None:
        return formula(*inputs)
    net = cv2.dnn.readNetFromCaffe(os.path.join(folder, "net.prototxt"), os.path.join(folder, "net.caffemodel"))
    for i, value in enumerate(inputs):
        net.setInput(value, "x%d" % i)
    return net.forward("y")


def check(weir, case):
    kind, text, blobs, inputs, formula = case
    inputs = [blob(*i) if isinstance(i, tuple) else i for i in inputs]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "net.prototxt"), "w") as f:
            f.write(topology(kind, text, inputs))
        with open(os.path.join(folder, "net.caffemodel"), "wb") as f:
            f.write(weights_file("y", blobs))
        mine = run(weir, folder, inputs)
        theirs = np.asarray(expected(folder, inputs, formula))
    if mine.size != theirs.size or (formula is not None and mine.shape != theirs.shape):
        return "shape %s, expected %s" % (mine.shape, theirs.shape)
    worst = np.abs(mine.reshape(-1) - theirs.reshape(-1)).max()
    return None if worst < 2e-5 else "differs by %g" % worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--only", default="*")
    args = parser.parse_args()
    passed = failed = 0
    for name, case in CASES.items():
        if not fnmatch.fnmatch(name, args.only):
            continue
        try:
            problem = check(args.weir, case)
        except (ValueError, OSError, cv2.error) as error:
            problem = str(error).strip()
        passed, failed = passed + (problem is None), failed + (problem is not None)
        if problem is not None:
            print("%s: %s" % (name, problem))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
