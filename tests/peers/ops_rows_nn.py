"""Convolutions, pools, norms, quantization, random numbers."""

import numpy as np
import openvino as ov
from openvino import opset13
from ops_build import Row


def binary_weights(n):
    """Single bits [4, 8, 3, 3]."""
    bits = np.packbits(n.r(4 * 8 * 3 * 3, kind="boolean"))
    return opset13.constant(ov.Tensor(bits, [4, 8, 3, 3], ov.Type.u1))


PADS = ("explicit", "same_upper", "same_lower", "valid")

ROWS = [
    Row(
        "Convolution",
        1,
        *[
            lambda o, n, p=p: o.convolution(n.x(1, 3, 9, 8), n.w(4, 3, 3, 2), [2, 1], [1, 0], [0, 2], [1, 2], p)
            for p in PADS
        ],
        lambda o, n: o.convolution(n.x(1, 3, 9), n.w(4, 3, 3), [2], [1], [1], [1]),
        lambda o, n: o.convolution(
            n.x(1, 2, 4, 5, 6), n.w(3, 2, 2, 3, 2), [1, 2, 1], [0, 1, 0], [0, 1, 1], [1, 1, 2]
        ),
        lambda o, n: o.convolution(n.x(1, 3, 5, 5), n.x(2, 3, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1])
    ),
    Row(
        "GroupConvolution",
        1,
        *[
            lambda o, n, p=p: o.group_convolution(
                n.x(1, 4, 7, 6), n.w(2, 3, 2, 3, 3), [2, 1], [1, 0], [0, 1], [1, 1], p
            )
            for p in PADS
        ],
        lambda o, n: o.group_convolution(n.x(1, 4, 7), n.w(4, 1, 1, 3), [1], [1], [1], [1])
    ),
    Row(
        "ConvolutionBackpropData",
        1,
        *[
            lambda o, n, p=p: o.convolution_backprop_data(
                n.x(1, 3, 5, 4), n.w(3, 2, 3, 2), [2, 1], None, [1, 0], [0, 1], [1, 1], p, [1, 0]
            )
            for p in ("explicit", "valid")
        ],
        *[
            lambda o, n, p=p: o.convolution_backprop_data(
                n.x(1, 3, 5, 4), n.w(3, 2, 3, 3), [2, 2], n.c([10, 7]), dilations=[1, 1], auto_pad=p
            )
            for p in ("same_upper", "same_lower")
        ],
        lambda o, n: o.convolution_backprop_data(n.x(1, 3, 5), n.w(3, 2, 3), [2], None, [0], [0], [2])
    ),
    Row(
        "GroupConvolutionBackpropData",
        1,
        lambda o, n: o.group_convolution_backprop_data(
            n.x(1, 4, 5, 5), n.w(2, 2, 3, 3, 3), [2, 2], None, [1, 1], [1, 1], [1, 1], output_padding=[1, 1]
        ),
        lambda o, n: o.group_convolution_backprop_data(
            n.x(1, 4, 5, 5), n.w(2, 2, 3, 3, 3), [2, 2], n.c([9, 10]), [1, 1], [1, 1], [1, 1], "same_upper"
        ),
    ),
    Row(
        "BinaryConvolution",
        1,
        *[
            lambda o, n, p=p: o.binary_convolution(
                n.v(n.r(1, 8, 5, 5, kind="i32", low=0)),
                binary_weights(n),
                [1, 1],
                [1, 1],
                [1, 1],
                [1, 1],
                "xnor-popcount",
                p,
            )
            for p in (0.0, 1.0, -1.0)
        ]
    ),
    Row(
        "DeformableConvolution",
        1,
        lambda o, n: o.deformable_convolution(
            n.x(1, 4, 6, 6), n.x(1, 18, 6, 6), n.w(3, 4, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1]
        ),
        lambda o, n: o.deformable_convolution(
            n.x(1, 4, 6, 6), n.x(1, 36, 2, 2), n.w(4, 2, 3, 3), [2, 2], [0, 0], [0, 0], [1, 1], "explicit", 2, 2
        ),
    ),
    Row(
        "DeformableConvolution",
        8,
        lambda o, n: o.deformable_convolution(
            n.x(1, 4, 6, 6), n.x(1, 18, 6, 6), n.w(3, 4, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1], n.x(1, 9, 6, 6, low=0)
        ),
        lambda o, n: o.deformable_convolution(
            n.x(1, 4, 6, 6),
            n.x(1, 18, 6, 6, low=-3, high=3),
            n.w(3, 4, 3, 3),
            [1, 1],
            [1, 1],
            [1, 1],
            [1, 1],
            bilinear_interpolation_pad=True,
        ),
        lambda o, n: o.deformable_convolution(
            n.x(1, 4, 6, 6),
            n.x(1, 18, 6, 6, low=-3, high=3),
            n.w(3, 4, 3, 3),
            [1, 1],
            [1, 1],
            [1, 1],
            [1, 1],
            n.x(1, 9, 6, 6, low=0),
            bilinear_interpolation_pad=False,
        ),
    ),
    *[
        Row(
            "AvgPool",
            v,
            *[
                lambda o, n, p=p, e=e, r=r: o.avg_pool(n.x(1, 2, 8, 7), [2, 3], [1, 0], [0, 1], [3, 3], e, r, p)
                for p in PADS
                for e in (False, True)
                for r in ("floor", "ceil")
            ],
            lambda o, n: o.avg_pool(n.x(1, 2, 8), [2], [1], [1], [3], True),
            lambda o, n: o.avg_pool(n.x(1, 2, 5, 6, 7), [2, 1, 2], [1, 0, 0], [0, 1, 0], [2, 3, 2], False)
        )
        for v in (1, 14)
    ],
    # Where pads count, the runtime divides by the whole window with ceil_torch, too; PyTorch's rule, after which it is
    # named, leaves out what lies beyond the pads.
    Row(
        "AvgPool",
        14,
        lambda o, n: o.avg_pool(n.x(1, 1, 6, 6), [2, 2], [1, 1], [1, 1], [3, 3], True, "ceil_torch"),
        lambda o, n: o.avg_pool(n.x(1, 1, 6, 6), [2, 2], [0, 0], [0, 0], [3, 3], False, "ceil_torch"),
    ),
    Row(
        "AvgPool",
        16,
        *[
            lambda o, n, e=e, r=r: o.avg_pool(
                n.x(1, 2, 9, 9), [2, 1], [1, 0], [0, 1], [2, 3], e, r, "explicit", [2, 1]
            )
            for e, r in ((False, "floor"), (False, "ceil"), (True, "floor"), (True, "ceil"), (True, "ceil_torch"))
        ]
    ),
    Row(
        "MaxPool",
        1,
        *[
            lambda o, n, p=p, r=r: o.max_pool(n.x(1, 2, 8, 7), [2, 3], [1, 0], [0, 1], [3, 3], r, p)
            for p in PADS
            for r in ("floor", "ceil")
        ],
        lambda o, n: o.max_pool(n.x(1, 2, 8), [2], [1], [1], [3])
    ),
    *[
        Row(
            "MaxPool",
            v,
            *[
                lambda o, n, p=p, r=r: o.max_pool(n.x(1, 2, 8, 7), [2, 3], [1, 2], [1, 0], [0, 1], [3, 2], r, p)
                for p in PADS
                for r in ("floor", "ceil")
            ],
            lambda o, n: o.max_pool(
                n.x(2, 2, 4, 4), [2, 2], [1, 1], [0, 0], [0, 0], [2, 2], "floor", "explicit", "i32", 2
            )
        )
        for v in (8, 14)
    ],
    Row(
        "MaxPool", 14, lambda o, n: o.max_pool(n.x(1, 1, 6, 6), [2, 2], [1, 1], [1, 1], [1, 1], [3, 3], "ceil_torch")
    ),
    Row(
        "AdaptiveAvgPool",
        8,
        lambda o, n: o.adaptive_avg_pool(n.x(1, 2, 7, 5), n.c([3, 2])),
        lambda o, n: o.adaptive_avg_pool(n.x(1, 2, 7), n.c([3])),
        lambda o, n: o.adaptive_avg_pool(n.x(1, 2, 4, 5, 6), n.c([2, 2, 4])),
    ),
    Row(
        "AdaptiveMaxPool",
        8,
        lambda o, n: o.adaptive_max_pool(n.x(1, 2, 7, 5), n.c([3, 2]), "i32"),
        lambda o, n: o.adaptive_max_pool(n.x(1, 2, 7), n.c([3]), "i32"),
    ),
    *[
        Row(
            "BatchNormInference",
            v,
            lambda o, n: o.batch_norm_inference(n.x(2, 3, 4, 4), n.w(3), n.w(3), n.w(3), n.w(3, low=0.1), 1e-3),
        )
        for v in (1, 5)
    ],
    Row("GroupNormalization", 12, lambda o, n: o.group_normalization(n.x(2, 6, 3, 3), n.x(6), n.x(6), 3, 1e-4)),
    Row("GRN", 1, lambda o, n: o.grn(n.x(1, 3, 4, 4), 1e-2)),
    Row(
        "LRN",
        1,
        lambda o, n: o.lrn(n.x(1, 6, 4, 4), n.c([1]), 0.5, 0.7, 2.0, 5),
        lambda o, n: o.lrn(n.x(1, 6, 4, 4), n.c([2, 3]), 0.5, 0.7, 2.0, 3),
    ),
    Row(
        "MVN",
        2,
        *[lambda o, n, a=a, v=v: o.mvn(n.x(2, 3, 4, 4), a, v, 1e-5) for a in (False, True) for v in (False, True)]
    ),
    Row(
        "MVN",
        6,
        *[
            lambda o, n, v=v, m=m: o.mvn(n.x(2, 3, 4, 4), n.c([2, 3]), v, 1e-2, m)
            for v in (False, True)
            for m in ("INSIDE_SQRT", "OUTSIDE_SQRT")
        ],
        lambda o, n: o.mvn(n.x(2, 3, 4), n.c([-1]), True, 1e-5, "inside_sqrt")
    ),
    Row(
        "NormalizeL2",
        1,
        *[
            lambda o, n, a=a, m=m: o.normalize_l2(n.x(2, 3, 4, 4), n.c(a), 1e-2, m)
            for a in ([1], [1, 2, 3])
            for m in ("add", "max")
        ]
    ),
    Row("Softmax", 1, lambda o, n: o.softmax(n.x(2, 3, 4), 1)),
    Row("Softmax", 8, lambda o, n: o.softmax(n.x(2, 3, 4), -1), lambda o, n: o.softmax(n.x(2, 3, 4), 0)),
    Row("LogSoftmax", 5, lambda o, n: o.log_softmax(n.x(2, 3, 4), 1), lambda o, n: o.log_softmax(n.x(2, 3, 4), -1)),
    Row(
        "FakeQuantize",
        1,
        lambda o, n: o.fake_quantize(
            n.x(1, 3, 4, 4, low=-3, high=3), n.c(-1, "f32"), n.c(2, "f32"), n.c(-1, "f32"), n.c(2, "f32"), 256
        ),
        lambda o, n: o.fake_quantize(
            n.x(1, 3, 4, 4, low=-3, high=3),
            n.w(1, 3, 1, 1, low=-2),
            n.w(1, 3, 1, 1, low=1.5, high=2),
            n.c(0, "f32"),
            n.c(5, "f32"),
            16,
        ),
    ),
    Row(
        "FakeConvert",
        13,
        *[
            lambda o, n, t=t: o.fake_convert(n.x(3, 9, low=-500, high=500), n.c([1.0], "f32"), n.c([0.0], "f32"), t)
            for t in ("f8e4m3", "f8e5m2")
        ],
        lambda o, n: o.fake_convert(n.x(3, 9), n.w(3, 1, low=1, high=9), destination_type="f8e4m3")
    ),
    # The plugin draws i64 as i32, other than OpenVINO's own evaluator.
    Row(
        "RandomUniform",
        8,
        *[
            lambda o, n, k=k, a=a: o.random_uniform(n.c([2, 5]), n.c(a, k), n.c(9, k), k, 150, 10)
            for k, a in (("f32", -1), ("i32", 1))
        ]
    ),
    # The plugin has a generator of its own: only what leaves no choice can be compared.
    Row(
        "Multinomial",
        13,
        *[
            lambda o, n, k=k: o.multinomial(
                n.v([[0, 1.0, 0], [0, 0, 1], [1, 0, 0]]), n.c([4], "i32"), k, True, False, 3, 4
            )
            for k in ("i32", "i64")
        ],
        lambda o, n: o.multinomial(n.v([[-200.0, -300, 0]]), n.c([3], "i32"), "i32", True, True, 3, 4)
    ),
    Row(
        "CTCLoss",
        4,
        *[
            lambda o, n, c=c, m=m, u=u: o.ctc_loss(
                n.x(3, 7, 5),
                n.c([7, 6, 5], "i32"),
                n.c([[1, 1, 2, 3, 0, 0, 0], [0, 2, 2, 0, 0, 0, 0], [3, 1, 0, 0, 0, 0, 0]], "i32"),
                n.c([4, 4, 2], "i32"),
                n.c(4, "i32"),
                c,
                m,
                u,
            )
            for c in (False, True)
            for m in (False, True)
            for u in (False, True)
        ],
        lambda o, n: o.ctc_loss(
            n.x(1, 4, 3), n.c([4], "i32"), n.c([[1, 2, 0, 0]], "i32"), n.c([2], "i32"), n.c(0, "i32")
        )
    ),
    Row(
        "CTCGreedyDecoder",
        1,
        *[
            lambda o, n, m=m: o.ctc_greedy_decoder(n.x(9, 2, 4), n.c([[1, 1]] * 7 + [[1, 0]] * 2, "f32"), m)
            for m in (True, False)
        ]
    ),
    Row(
        "CTCGreedyDecoderSeqLen",
        6,
        *[
            lambda o, n, m=m: o.ctc_greedy_decoder_seq_len(n.x(2, 9, 4), n.c([9, 5], "i32"), n.c(3, "i32"), m)
            for m in (True, False)
        ],
        lambda o, n: o.ctc_greedy_decoder_seq_len(n.x(2, 9, 4), n.c([9, 5], "i32"), None, True, "i64", "i64")
    ),
]
