"""The rows of onnx-runtime.py: operations, inputs and attributes."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

MS = "com.microsoft"
ML = "ai.onnx.ml"


class Const:
    """An input that is an initializer; `bits` 4 makes it a tensor of half bytes."""

    def __init__(self, value, kind=None):
        self.value, self.kind = np.asarray(value), kind

    def tensor(self, name):
        if self.kind is None:
            return numpy_helper.from_array(self.value, name)
        return helper.make_tensor(name, self.kind, self.value.shape, self.value.flatten())


class Row:
    def __init__(self, name, op, inputs, outputs=1, domain="", version=1, sets=21, tolerance=1e-4, steps=0,
                 dynamic=False, expected=None, nodes=None, **attrs):
        self.name, self.op, self.inputs, self.domain, self.version = name, op, inputs, domain, version
        self.outputs = ["out%d" % i for i in range(outputs)] if isinstance(outputs, int) else outputs
        self.sets, self.tolerance, self.steps, self.dynamic = sets, tolerance, steps, dynamic
        self.expected, self.nodes, self.attrs = expected, nodes, attrs


class Data:
    """Random arrays."""

    def __init__(self, rng):
        self.rng = rng

    def f(self, *shape, scale=1.0):
        return (self.rng.standard_normal(shape) * scale).astype(np.float32)

    def pos(self, *shape):
        return (self.rng.random(shape) + 0.1).astype(np.float32)

    def u8(self, *shape, high=256):
        return self.rng.integers(0, high, shape).astype(np.uint8)

    def i8(self, *shape):
        return self.rng.integers(-128, 128, shape).astype(np.int8)

    def i32(self, low, high, *shape):
        return self.rng.integers(low, high, shape).astype(np.int32)

    def i64(self, low, high, *shape):
        return self.rng.integers(low, high, shape).astype(np.int64)


def scalar(x, dtype=np.float32):
    return np.asarray(x, dtype)


def activations(d):
    x = d.f(2, 3, 4)
    yield Row("ms-gelu", "Gelu", [x], domain=MS)
    yield Row("ms-bias-gelu", "BiasGelu", [x, d.f(4)], domain=MS)
    yield Row("ms-fast-gelu", "FastGelu", [x, d.f(4)], domain=MS)
    yield Row("ms-fast-gelu-plain", "FastGelu", [x], domain=MS)
    yield Row("ms-quick-gelu", "QuickGelu", [x], domain=MS, alpha=1.5)
    yield Row("ms-scaled-silu", "ScaledSiLU", [x], domain=MS, alpha=0.7)
    yield Row("ms-scaled-silu-input", "ScaledSiLU", [x, d.f()], domain=MS)
    yield Row("ms-gated-add", "GatedAdd", [x, d.f(2, 3, 4), d.f(2, 3, 1)], domain=MS)
    b, rest = d.f(4), d.f(2, 3, 4)
    yield Row("ms-bias-dropout", "BiasDropout", [x, b, rest], domain=MS, expected=[x + b + rest])
    y = d.f(2, 6)
    b = d.f(6)
    s = y + b
    half = s[:, 3:]
    erf = np.vectorize(__import__("math").erf)(half / np.sqrt(2))
    yield Row("ms-bias-split-gelu", "BiasSplitGelu", [y, b], domain=MS,
              expected=[s[:, :3] * (0.5 * half * (1 + erf))])
    e = np.exp(x + x[:1])
    yield Row("ms-bias-softmax", "BiasSoftmax", [x, x[:1]], domain=MS, axis=2, is_inner_broadcast=0,
              expected=[e / e.sum(-1, keepdims=True)])


def products(d):
    yield Row("ms-fused-conv", "FusedConv", [d.f(1, 3, 6, 6), Const(d.f(4, 3, 3, 3)), Const(d.f(4))], domain=MS,
              activation="Relu", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    yield Row("ms-fused-conv-add", "FusedConv",
              [d.f(1, 3, 6, 6), Const(d.f(4, 3, 3, 3)), Const(d.f(4)), d.f(1, 4, 4, 4)], domain=MS, activation="Relu",
              kernel_shape=[3, 3])
    yield Row("ms-fused-conv-leaky", "FusedConv", [d.f(1, 2, 5, 5), Const(d.f(2, 2, 3, 3))], domain=MS,
              activation="LeakyRelu", activation_params=[0.2], kernel_shape=[3, 3])
    yield Row("ms-fused-conv-clip", "FusedConv", [d.f(1, 2, 5, 5), Const(d.f(2, 2, 3, 3))], domain=MS,
              activation="Clip", activation_params=[-1.0, 1.0], kernel_shape=[3, 3])
    yield Row("ms-fused-conv-hard-sigmoid", "FusedConv", [d.f(1, 2, 5, 5), Const(d.f(2, 2, 3, 3))], domain=MS,
              activation="HardSigmoid", activation_params=[0.25, 0.5], kernel_shape=[3, 3])
    x, w, b = d.f(1, 5, 5, 3), d.f(4, 3, 3, 3), d.f(4)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = np.zeros((1, 5, 5, 4), np.float32)
    for r in range(5):
        for c in range(5):
            y[0, r, c] = np.einsum("hwi,oihw->o", padded[0, r:r + 3, c:c + 3], w) + b
    yield Row("ms-nhwc-conv", "NhwcConv", [x, Const(w), Const(b)], domain=MS, kernel_shape=[3, 3], pads=[1, 1, 1, 1],
              expected=[y])
    yield Row("ms-nhwc-fused-conv", "NhwcFusedConv", [x, Const(w), Const(b), y.copy()], domain=MS, kernel_shape=[3, 3],
              pads=[1, 1, 1, 1], activation="Relu", expected=[np.maximum(2 * y, 0)])
    yield Row("ms-fused-gemm", "FusedGemm", [d.f(3, 4), d.f(5, 4), d.f(5)], domain=MS, transB=1, alpha=0.5, beta=2.0,
              activation="Relu")
    yield Row("ms-fused-gemm-leaky", "FusedGemm", [d.f(4, 3), d.f(4, 5)], domain=MS, transA=1, activation="LeakyRelu",
              activation_alpha=0.3)
    yield Row("ms-fused-matmul", "FusedMatMul", [d.f(2, 4, 3), d.f(2, 4, 5)], domain=MS, transA=1, alpha=0.3)
    yield Row("ms-fused-matmul-batch", "FusedMatMul", [d.f(3, 2, 4), d.f(2, 4, 5)], domain=MS, transBatchA=1)
    yield Row("ms-transpose-matmul", "TransposeMatMul", [d.f(3, 4), d.f(5, 4)], domain=MS, transB=1)
    x = np.matmul(a := d.f(3, 4), b := d.f(4, 5)) + (c := d.f(5))
    yield Row("ms-gemm-fast-gelu", "GemmFastGelu", [a, b, c], domain=MS,
              expected=[0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))])
    yield Row("ms-inverse", "Inverse", [d.f(2, 3, 3) + 4 * np.eye(3, dtype=np.float32)], domain=MS)
    yield Row("ms-cdist", "CDist", [d.f(3, 4), d.f(5, 4)], domain=MS, metric="euclidean")
    yield Row("ms-cdist-square", "CDist", [d.f(3, 4), d.f(5, 4)], domain=MS, metric="sqeuclidean")


def norms(d):
    x, s = d.f(2, 3, 8), d.f(2, 3, 8)
    yield Row("ms-simplified-norm", "SimplifiedLayerNormalization", [x, d.f(8)], axis=-1, sets=14)
    yield Row("ms-skip-norm", "SkipLayerNormalization", [x, s, d.f(8), d.f(8), d.f(8)], domain=MS)
    yield Row("ms-skip-norm-sum", "SkipLayerNormalization", [x, s, d.f(8)], domain=MS, outputs=["y", "", "", "sum"])
    yield Row("ms-skip-simplified-norm", "SkipSimplifiedLayerNormalization", [x, s, d.f(8), d.f(8)], domain=MS,
              outputs=["y", "", "", "sum"])
    yield Row("ms-branchwise-norm", "BranchwiseRMSNorm", [x, d.f(8)], domain=MS, num_branches=2)
    yield Row("ms-branchwise-norm-grouped", "BranchwiseRMSNorm", [x, d.f(3, 8)], domain=MS)
    yield Row("ms-gated-norm", "GatedRMSNorm", [x, d.f(4), d.f(2, 3, 8)], domain=MS, activation="silu", epsilon=1e-5)
    yield Row("ms-gated-norm-sigmoid", "GatedRMSNorm", [x, d.f(8), d.f(2, 3, 8)], domain=MS, activation="sigmoid",
              epsilon=1e-5)
    yield Row("ms-linear-attention-gate", "LinearAttentionGate", [d.f(1, 4, 2), d.f(2), -d.pos(2), d.f(1, 4, 2)],
              domain=MS, outputs=2)
    ids, seg = d.i32(0, 20, 2, 5), d.i32(0, 2, 2, 5)
    tables = [Const(d.f(20, 8)), Const(d.f(10, 8)), Const(d.f(2, 8)), Const(d.f(8)), Const(d.f(8))]
    yield Row("ms-embed", "EmbedLayerNormalization", [ids, seg, *tables], domain=MS, outputs=["y", "", "sum"])
    yield Row("ms-embed-mask", "EmbedLayerNormalization", [ids, seg, *tables, d.i32(0, 2, 2, 5)], domain=MS, outputs=2)
    yield Row("ms-embed-positions", "EmbedLayerNormalization",
              [ids, None, tables[0], tables[1], None, tables[3], tables[4], None, d.i32(0, 10, 2, 5)], domain=MS, outputs=2)
    q = [Const(d.u8(20, 8)), Const(d.u8(10, 8)), Const(d.u8(2, 8)), Const(d.u8(8)), Const(d.u8(8))]
    scales = [Const(scalar(v)) for v in (0.02, 0.03, 0.01, 0.02, 0.015)]
    zeros = [Const(scalar(v, np.uint8)) for v in (120, 130, 128, 100, 140)]
    yield Row("ms-qembed", "QEmbedLayerNormalization", [ids, seg, *q, None, *scales, *zeros], domain=MS, outputs=2,
              tolerance=1e-3)
    x = d.f(2, 4, 4, 6)
    g = x.reshape(2, 16, 3, 2)
    g = (g - g.mean((1, 3), keepdims=True)) / np.sqrt(g.var((1, 3), keepdims=True) + 1e-5)
    gamma, beta = d.f(6), d.f(6)
    y = g.reshape(x.shape) * gamma + beta
    yield Row("ms-group-norm", "GroupNorm", [x, gamma, beta], domain=MS, groups=3, activation=1,
              expected=[y / (1 + np.exp(-y))])
    skip = d.f(2, 4, 4, 6)
    yield Row("ms-skip-group-norm", "SkipGroupNorm", [x - skip, gamma, beta, skip], domain=MS, groups=3, activation=0,
              outputs=2, expected=[y, x])


def attentions(d):
    x, w, b = d.f(2, 4, 8), Const(d.f(8, 24, scale=0.4)), Const(d.f(24))
    lengths = np.array([3, 4], np.int32)
    raw = np.array([[1, 1, 1, 0], [1, 1, 0, 1]], np.int32)
    yield Row("ms-attention", "Attention", [x, w, b], domain=MS, num_heads=2)
    yield Row("ms-attention-lengths", "Attention", [x, w, b, lengths], domain=MS, num_heads=2)
    yield Row("ms-attention-ends", "Attention", [x, w, b, np.array([4, 3, 1, 0], np.int32)], domain=MS, num_heads=2)
    yield Row("ms-attention-mask", "Attention", [x, w, b, raw], domain=MS, num_heads=2)
    yield Row("ms-attention-mask3", "Attention", [x, w, b, np.stack([raw] * 4, 1)], domain=MS, num_heads=2)
    yield Row("ms-attention-causal", "Attention", [x, w, b, raw], domain=MS, num_heads=2, unidirectional=1, scale=0.3)
    yield Row("ms-attention-past", "Attention", [x, w, b, None, d.f(2, 2, 2, 3, 4)], domain=MS, num_heads=2, outputs=2,
              unidirectional=1)
    yield Row("ms-attention-bias", "Attention", [x, w, b, None, None, d.f(2, 2, 4, 4)], domain=MS, num_heads=2)
    yield Row("ms-attention-sizes", "Attention", [x, Const(d.f(8, 20)), Const(d.f(20))], domain=MS, num_heads=2,
              qkv_hidden_sizes=[8, 8, 4])
    scale, zero = Const(scalar(0.05)), Const(scalar(128, np.uint8))
    yield Row("ms-qattention", "QAttention",
              [d.u8(2, 4, 8), Const(d.u8(8, 24)), b, scale, Const(scalar(0.02)), lengths, zero, zero], domain=MS,
              num_heads=2, tolerance=2e-3)
    yield Row("ms-qattention-signed", "QAttention",
              [d.u8(1, 4, 8), Const(d.i8(8, 24)), b, scale, Const(d.pos(24) * 0.02), None, zero,
               Const(np.zeros(24, np.int8))], domain=MS, num_heads=4, unidirectional=1, tolerance=2e-3)
    q, k, v = d.f(2, 3, 8), d.f(2, 5, 8), d.f(2, 5, 8)
    mask = np.array([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]], np.int32)
    yield Row("ms-mha", "MultiHeadAttention", [q, k, v], domain=MS, num_heads=2)
    yield Row("ms-mha-bias", "MultiHeadAttention", [q, k, v, d.f(24), mask], domain=MS, num_heads=2)
    yield Row("ms-mha-lengths", "MultiHeadAttention", [q, k, v, None, np.array([4, 2], np.int32)], domain=MS,
              num_heads=4, scale=0.4)
    yield Row("ms-mha-causal", "MultiHeadAttention", [q, d.f(2, 3, 8), d.f(2, 3, 8)], domain=MS, num_heads=2,
              unidirectional=1)
    yield Row("ms-mha-past", "MultiHeadAttention",
              [q, d.f(2, 3, 8), d.f(2, 3, 8), None, None, d.f(1, 2, 3, 5), d.f(2, 2, 2, 4), d.f(2, 2, 2, 4)], domain=MS,
              num_heads=2, outputs=3)
    yield Row("ms-mha-heads", "MultiHeadAttention", [q, d.f(2, 2, 5, 4), d.f(2, 2, 5, 4)], domain=MS, num_heads=2)
    cos, sin = Const(d.f(16, 4)), Const(d.f(16, 4))
    yield Row("ms-rotary", "RotaryEmbedding", [d.f(2, 3, 16), d.i64(0, 16, 2, 3), cos, sin], domain=MS)
    yield Row("ms-rotary-offset", "RotaryEmbedding", [d.f(2, 3, 16), np.array([5], np.int64), cos, sin], domain=MS,
              interleaved=1)
    yield Row("ms-rotary-heads", "RotaryEmbedding", [d.f(2, 2, 3, 8), d.i64(0, 16, 2, 3), cos, sin], domain=MS)
    yield Row("ms-rotary-part", "RotaryEmbedding", [d.f(2, 3, 24), d.i64(0, 16, 2, 3), cos, sin], domain=MS,
              num_heads=2, rotary_embedding_dim=8)
    yield from grouped(d)


def grouped(d):
    def total(n):
        return scalar(n, np.int32)

    q, k, v = d.f(1, 4, 64), d.f(1, 4, 32), d.f(1, 4, 32)
    cos, sin = Const(d.f(16, 8)), Const(d.f(16, 8))
    last = np.array([3], np.int32)
    yield Row("ms-gqa", "GroupQueryAttention", [q, k, v, None, None, last, total(4)], domain=MS, num_heads=4,
              kv_num_heads=2, outputs=3)
    yield Row("ms-gqa-rotary", "GroupQueryAttention", [q, k, v, None, None, last, total(4), cos, sin], domain=MS,
              num_heads=4, kv_num_heads=2, do_rotary=1, outputs=3)
    yield Row("ms-gqa-packed", "GroupQueryAttention", [d.f(1, 4, 128), None, None, None, None, last, total(4), cos, sin],
              domain=MS, num_heads=4, kv_num_heads=2, do_rotary=1, rotary_interleaved=1, outputs=3)
    yield Row("ms-gqa-window", "GroupQueryAttention", [q, k, v, None, None, last, total(4)], domain=MS, num_heads=4,
              kv_num_heads=2, local_window_size=2, softcap=5.0, outputs=1)
    yield Row("ms-gqa-smooth", "GroupQueryAttention", [q, k, v, None, None, last, total(4)], domain=MS, num_heads=4,
              kv_num_heads=2, smooth_softmax=1, outputs=1)
    yield Row("ms-gqa-sink", "GroupQueryAttention",
              [q, k, v, None, None, last, total(4), None, None, None, None, d.f(4)], domain=MS, num_heads=4,
              kv_num_heads=2, outputs=1)
    one = [d.f(2, 1, 64), d.f(2, 1, 32), d.f(2, 1, 32)]
    past = [d.f(2, 2, 5, 16), d.f(2, 2, 5, 16)]
    yield Row("ms-gqa-token", "GroupQueryAttention", [*one, *past, np.array([5, 5], np.int32), total(6), cos, sin],
              domain=MS, num_heads=4, kv_num_heads=2, do_rotary=1, outputs=3)
    yield Row("ms-gqa-chunk", "GroupQueryAttention",
              [q, k, v, past[0][:1], past[1][:1], np.array([8], np.int32), total(9), cos, sin], domain=MS, num_heads=4,
              kv_num_heads=2, do_rotary=1, outputs=3)
    yield Row("ms-gqa-bias", "GroupQueryAttention",
              [q, k, v, None, None, last, total(4), None, None, None, d.f(1, 4, 4, 4)], domain=MS, num_heads=4,
              kv_num_heads=2, outputs=1)
    yield Row("ms-gqa-both-ways", "GroupQueryAttention", [q, k, v, None, None, last, total(4)], domain=MS, num_heads=4,
              kv_num_heads=2, causal=0, outputs=1)


def quantised(d):
    def q(*shape, scale=0.05, zero=120):
        return [d.u8(*shape), Const(scalar(scale)), Const(scalar(zero, np.uint8))]

    def out(scale, zero=128):
        return [Const(scalar(scale)), Const(scalar(zero, np.uint8))]

    yield Row("ms-qadd", "QLinearAdd", [*q(2, 3, 4), *q(3, 1), *out(0.1)], domain=MS, steps=1)
    yield Row("ms-qmul", "QLinearMul", [*q(2, 3, 4), *q(4, zero=100), *out(0.3)], domain=MS, steps=1)
    yield Row("ms-qsigmoid", "QLinearSigmoid", [*q(2, 30), *out(1 / 256, 0)], domain=MS, steps=1)
    yield Row("ms-qleaky", "QLinearLeakyRelu", [*q(2, 30), *out(0.05)], domain=MS, steps=1, alpha=0.2)
    yield Row("ms-qsoftmax", "QLinearSoftmax", [*q(2, 10, scale=0.02), *out(1 / 256, 0)], domain=MS, steps=1, axis=-1,
              opset=13)
    yield Row("ms-qgap", "QLinearGlobalAveragePool", [*q(2, 3, 5, 5), *out(0.05, 110)], domain=MS, steps=1,
              channels_last=0)
    yield Row("ms-qgap-last", "QLinearGlobalAveragePool", [*q(2, 5, 5, 3), *out(0.05, 110)], domain=MS, steps=1,
              channels_last=1)
    yield Row("ms-qap", "QLinearAveragePool", [*q(1, 3, 6, 6), *out(0.05, 110)], domain=MS, steps=1, kernel_shape=[3, 3],
              strides=[2, 2], pads=[1, 1, 1, 1])
    yield Row("ms-qap-last", "QLinearAveragePool", [*q(1, 6, 6, 3), *out(0.05, 110)], domain=MS, steps=1,
              kernel_shape=[2, 3], count_include_pad=1, channels_last=1, pads=[0, 1, 0, 1])
    yield Row("ms-qconcat", "QLinearConcat", [*out(0.06, 100), *q(2, 3), *q(2, 4, scale=0.02)], domain=MS, steps=1,
              axis=1)
    x = d.u8(2, 3, 4)
    mean = (0.05 * (x.astype(np.float32) - 120)).mean(1, keepdims=True)
    yield Row("ms-qreduce", "QLinearReduceMean", [x, Const(scalar(0.05)), Const(scalar(120, np.uint8)), *out(0.05, 110)],
              domain=MS, steps=1, axes=[1], keepdims=1,
              expected=[np.clip(np.round(mean / 0.05) + 110, 0, 255).astype(np.uint8)])
    yield Row("ms-qwhere", "QLinearWhere", [d.i32(0, 2, 2, 4).astype(bool), *q(2, 4), *q(2, 4, scale=0.1), *out(0.08)],
              domain=MS, steps=1)
    w = [Const(d.i8(4, 3, 3, 3)), Const(d.pos(4) * 0.02), Const(np.zeros(4, np.int8))]
    yield Row("ms-qconv-last", "QLinearConv", [*q(1, 6, 6, 3), *w, *out(0.5)], domain=MS, steps=1, channels_last=1,
              kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    yield Row("qconv", "QLinearConv", [*q(1, 3, 6, 6), *w, *out(0.5), Const(d.i32(-500, 500, 4))], steps=1,
              kernel_shape=[3, 3])
    yield Row("ms-qgemm", "QGemm", [*q(3, 4), Const(d.i8(4, 5)), Const(scalar(0.02)), Const(scalar(0, np.int8)), None,
                                    *out(0.1)], domain=MS, steps=1)
    yield Row("ms-qgemm-float", "QGemm", [*q(3, 4), Const(d.i8(5, 4)), Const(d.pos(5) * 0.05),
                                          Const(np.zeros(5, np.int8)), Const(d.i32(-900, 900, 5))], domain=MS, transB=1,
              alpha=0.5, tolerance=1e-3)
    yield Row("ms-dq-matmul", "DynamicQuantizeMatMul",
              [d.f(3, 8), Const(d.u8(8, 5)), Const(scalar(0.03)), Const(scalar(110, np.uint8)), Const(d.f(5))],
              domain=MS, tolerance=1e-3)
    yield Row("ms-dq-matmul-columns", "DynamicQuantizeMatMul",
              [d.f(2, 3, 8), Const(d.i8(8, 5)), Const(d.pos(5) * 0.05), Const(np.zeros(5, np.int8))], domain=MS,
              tolerance=1e-3)
    yield Row("ms-matmul-integer-float", "MatMulIntegerToFloat",
              [d.u8(3, 8), Const(d.u8(8, 5)), scalar(0.05), Const(d.pos(5) * 0.05), scalar(120, np.uint8),
               Const(d.u8(5)), Const(d.f(5))], domain=MS, tolerance=1e-3)
    yield Row("ms-matmul-integer16", "MatMulInteger16",
              [d.i32(-30000, 30000, 3, 4).astype(np.int16), d.i32(-30000, 30000, 4, 5).astype(np.int16)], domain=MS)
    for bits, name in ((4, "4"), (8, "8")):
        blob = 32 * bits // 8
        yield Row("ms-matmul-bits" + name, "MatMulNBits",
                  [d.f(2, 64), Const(d.u8(6, 2, blob)), Const(d.pos(6 * 2))], domain=MS, N=6, K=64, bits=bits,
                  block_size=32, accuracy_level=1)
    yield Row("ms-matmul-bits-zero", "MatMulNBits",
              [d.f(2, 48), Const(d.u8(6, 3, 8)), Const(d.pos(6 * 3)), Const(d.u8(6 * 2))], domain=MS, N=6, K=48, bits=4,
              block_size=16, accuracy_level=1)
    for kind in (0, 1):
        yield Row("ms-matmul-bnb4-%d" % kind, "MatMulBnb4",
                  [d.f(2, 32), Const(d.u8(8 * 32 // 2)), Const(d.pos(8 * 32 // 16))], domain=MS, N=8, K=32,
                  block_size=16, quant_type=kind, transB=1)
    table = d.rng.integers(0, 16, (10, 32))
    signed = d.rng.integers(-8, 8, (10, 32))
    indices = d.i64(0, 10, 2, 3)
    yield Row("ms-gather-block-u4", "GatherBlockQuantized",
              [Const(table, TensorProto.UINT4), indices, Const(d.pos(10, 2)),
               Const(d.rng.integers(0, 16, (10, 2)), TensorProto.UINT4)], domain=MS, block_size=16, gather_axis=0,
              quantize_axis=1)
    yield Row("ms-gather-block-i4", "GatherBlockQuantized",
              [Const(signed, TensorProto.INT4), indices, Const(d.pos(10, 2))], domain=MS, block_size=16, gather_axis=0,
              quantize_axis=1)
    yield Row("ms-gather-block-u8", "GatherBlockQuantized", [Const(d.u8(10, 16)), indices, Const(d.pos(10, 2))],
              domain=MS, block_size=16, gather_axis=0, quantize_axis=1, bits=4)
    x = d.f(3, 2, 4)
    yield Row("ms-dq-lstm", "DynamicQuantizeLSTM",
              [x, Const(d.i8(1, 4, 12)), Const(d.i8(1, 3, 12)), Const(d.f(1, 24)), None, None, None, None,
               Const(np.array([0.01], np.float32)), Const(np.zeros(1, np.int8)), Const(np.array([0.01], np.float32)),
               Const(np.zeros(1, np.int8))], domain=MS, hidden_size=3, outputs=3, tolerance=3e-2)
    yield Row("dynamic-quantize", "DynamicQuantizeLinear", [d.f(4, 5)], outputs=3, steps=1)
    for axis in (0, 1):
        yield Row("quantize-axis%d" % axis, "QuantizeLinear",
                  [d.f(3, 4, scale=3), Const(d.pos((3, 4)[axis])), Const(d.u8((3, 4)[axis]))], axis=axis, steps=0)
        yield Row("dequantize-axis%d" % axis, "DequantizeLinear",
                  [d.i8(3, 4), Const(d.pos((3, 4)[axis])), Const(d.i8((3, 4)[axis]))], axis=axis)
    yield Row("dequantize-blocks", "DequantizeLinear", [d.u8(3, 8), Const(d.pos(3, 2)), Const(d.u8(3, 2))], axis=1,
              block_size=4)
    yield Row("ms-quantize16", "QuantizeLinear", [d.f(3, 4, scale=9), Const(scalar(0.01)), Const(scalar(7, np.int16))],
              domain=MS)


def layout(d):
    yield Row("ms-nhwc-max-pool", "NhwcMaxPool", [d.u8(1, 6, 6, 3)], domain=MS, kernel_shape=[3, 3], strides=[2, 2],
              pads=[1, 1, 1, 1])
    yield Row("ms-expand-dims", "ExpandDims", [d.f(2, 3), Const(scalar(-1, np.int32))], domain=MS)
    yield Row("ms-unfold", "UnfoldTensor", [d.f(2, 9, 3)], domain=MS, dim=1, size=4, step=2)
    yield Row("ms-unique", "Unique", [d.i64(0, 4, 9).astype(np.float32)], domain=MS, outputs=3)
    yield Row("ms-pad", "Pad", [d.f(2, 3), Const(np.array([0, 1, 2, 0], np.int64)), Const(scalar(7.0))], domain=MS,
              mode="constant")
    yield Row("ms-pad-reflect", "Pad", [d.f(2, 4), Const(np.array([[0, 1, 1, 2]], np.int64))], domain=MS,
              mode="reflect")
    yield Row("ms-range", "Range", [Const(scalar(1.0)), Const(scalar(9.0)), Const(scalar(2.5))], domain=MS)
    yield Row("ms-trilu", "Trilu", [d.f(3, 4)], domain=MS, upper=0)
    yield Row("ms-gather-nd", "GatherND", [d.f(3, 4), d.i64(0, 3, 2, 2)], domain=MS)
    yield Row("ms-grid-sample", "GridSample", [d.f(1, 2, 4, 4), d.f(1, 3, 3, 2, scale=0.7)], domain=MS, mode="bilinear",
              padding_mode="border", align_corners=1)
    yield Row("ms-sample-op", "SampleOp", [d.f(2, 2)], domain=MS)
    yield Row("ms-causal-conv", "CausalConvWithState", [d.f(1, 3, 6), Const(d.f(3, 1, 4)), Const(d.f(3)), d.f(1, 3, 3)],
              domain=MS, outputs=2, activation="silu")
    yield Row("ms-linear-attention", "LinearAttention",
              [d.f(1, 4, 8, scale=0.5), d.f(1, 4, 8, scale=0.5), d.f(1, 4, 8), None, -d.pos(1, 4, 2), d.pos(1, 4, 2)],
              domain=MS, outputs=2, q_num_heads=2, kv_num_heads=2, update_rule="gated_delta")


def drafts(d):
    """Operations of the standard's first drafts, which ONNX Runtime still has."""
    x = d.f(2, 5)
    yield Row("draft-scale", "Scale", [x], sets=9, scale=0.5)
    yield Row("draft-scaled-tanh", "ScaledTanh", [x], sets=9, alpha=0.5, beta=2.0)
    yield Row("draft-softplus", "ParametricSoftplus", [x], sets=9, alpha=0.5, beta=2.0)
    yield Row("draft-slice", "DynamicSlice", [x, np.array([1], np.int64), np.array([4], np.int64),
                                              Const(np.array([1], np.int64))], sets=9)
    yield Row("draft-affine", "Affine", [x], sets=9, alpha=0.5, beta=2.0)
    yield Row("draft-image-scaler", "ImageScaler", [d.f(1, 2, 3, 3)], sets=9, scale=0.5, bias=[1.0, -1.0])
    yield Row("draft-crop", "Crop", [d.f(1, 2, 6, 5)], sets=9, border=[1, 2, 1, 1])


def recurrent(d):
    """x, W, R, B, lengths, first states, peepholes of each layer, in one and in both directions."""
    for op, gates, functions in (("RNN", 1, ["Elu"]), ("GRU", 3, ["HardSigmoid", "Softsign"]),
                                 ("LSTM", 4, ["Sigmoid", "Softplus", "ScaledTanh"])):
        outputs = 3 if op == "LSTM" else 2
        extra = {"activation_alpha": [0.3], "activation_beta": [0.4]} if op != "RNN" else {"activation_alpha": [0.3]}
        for ways, direction in ((1, "forward"), (1, "reverse"), (2, "bidirectional")):
            x, lengths = d.f(4, 2, 3), np.array([4, 2], np.int32)
            w, r, b = d.f(ways, gates * 5, 3, scale=0.5), d.f(ways, gates * 5, 5, scale=0.5), d.f(ways, 2 * gates * 5)
            h = d.f(ways, 2, 5)
            common = {"outputs": outputs, "hidden_size": 5, "direction": direction}
            inputs = [x, Const(w), Const(r), Const(b)]
            name = op.lower() + "-" + direction
            yield Row(name, op, inputs, **common)
            yield Row(name + "-lengths", op, [*inputs, lengths, h], **common)
            attrs = {k: v * ways for k, v in extra.items()}
            yield Row(name + "-functions", op, [*inputs, lengths], activations=functions * ways, **attrs, **common)
            if ways == 2:
                yield Row(name + "-two", op, inputs,
                          activations=["Tanh"] + ["Relu"] if op == "RNN" else
                          (["Sigmoid", "Tanh"] + ["Tanh"] * (op == "LSTM") + ["Sigmoid", "Relu"] +
                           ["Tanh"] * (op == "LSTM")), **common)
            if op == "GRU":
                yield Row(name + "-reset", op, inputs, linear_before_reset=1, **common)
                yield Row(name + "-reset-functions", op, inputs, linear_before_reset=1,
                          activations=["Sigmoid", "Softsign"] * ways, **common)
            if op == "LSTM":
                p, c = d.f(ways, 15), d.f(ways, 2, 5)
                yield Row(name + "-peepholes", op, [*inputs, None, h, c, Const(p)], **common)
                yield Row(name + "-peepholes-lengths", op, [*inputs, lengths, h, c, Const(p)], **common)
                yield Row(name + "-coupled", op, inputs, input_forget=1, **common)
                yield Row(name + "-clip", op, [*inputs, None, h, c, Const(p)], clip=0.5, **common)


def estimators(d):
    x = d.f(6, 4)
    forest = tree_attributes(d, 3, 4, 2)
    yield Row("ml-trees", "TreeEnsembleRegressor", [x], domain=ML, version=3, **targets(forest, 2), n_targets=2)
    for way in ("AVERAGE", "MIN", "MAX"):
        yield Row("ml-trees-" + way.lower(), "TreeEnsembleRegressor", [x], domain=ML, version=3,
                  **targets(forest, 2), n_targets=2, aggregate_function=way, base_values=[0.5, -0.25])
    missing = x.copy()
    missing[0, :2] = np.nan
    yield Row("ml-trees-missing", "TreeEnsembleRegressor", [missing], domain=ML, version=3,
              **targets(tree_attributes(d, 2, 4, 2, missing=True), 1), n_targets=1)
    yield Row("ml-trees-modes", "TreeEnsembleRegressor", [np.round(x)], domain=ML, version=3,
              **targets(tree_attributes(d, 3, 4, 3, modes=True), 1), n_targets=1)
    yield Row("ml-trees-double", "TreeEnsembleRegressor", [x.astype(np.float64)], domain=ML, version=3,
              **targets(forest, 2), n_targets=2)
    for post in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"):
        yield Row("ml-classifier-" + post.lower(), "TreeEnsembleClassifier", [x], domain=ML, version=3, outputs=2,
                  **targets(forest, 3, "class"), classlabels_int64s=[4, 7, 9], post_transform=post)
    one = targets(tree_attributes(d, 3, 4, 2), 1, "class")
    for post in ("NONE", "LOGISTIC"):
        yield Row("ml-two-classes-" + post.lower(), "TreeEnsembleClassifier", [x], domain=ML, version=3, outputs=2,
                  **one, classlabels_int64s=[3, 5], post_transform=post)
    positive = dict(one, class_weights=[abs(w) / 3 for w in one["class_weights"]])
    yield Row("ml-two-classes-positive", "TreeEnsembleClassifier", [x], domain=ML, version=3, outputs=2, **positive,
              classlabels_int64s=[3, 5])
    for post in ("NONE", "SOFTMAX", "LOGISTIC"):
        yield Row("ml-linear-" + post.lower(), "LinearClassifier", [x], domain=ML, outputs=2,
                  coefficients=[float(v) for v in d.f(12)], intercepts=[0.1, 0.2, -0.3], classlabels_ints=[1, 5, 2],
                  post_transform=post)
        yield Row("ml-linear-two-" + post.lower(), "LinearClassifier", [x], domain=ML, outputs=2,
                  coefficients=[float(v) for v in d.f(8)], intercepts=[0.1, 0.2], classlabels_ints=[1, 5],
                  post_transform=post)
    for post in ("NONE", "LOGISTIC"):
        yield Row("ml-linear-one-" + post.lower(), "LinearClassifier", [x], domain=ML, outputs=2,
                  coefficients=[float(v) for v in d.f(4)], intercepts=[0.1], classlabels_ints=[1, 5],
                  post_transform=post)
    yield Row("ml-linear-regressor", "LinearRegressor", [x], domain=ML, coefficients=[float(v) for v in d.f(8)],
              intercepts=[0.5, 1.5], targets=2)
    for kernel in ("LINEAR", "POLY", "RBF", "SIGMOID"):
        yield Row("ml-svm-" + kernel.lower(), "SVMRegressor", [x], domain=ML, kernel_type=kernel,
                  kernel_params=[0.3, 0.5, 2.0], coefficients=[float(v) for v in d.f(3)],
                  support_vectors=[float(v) for v in d.f(12)], n_supports=3, rho=[0.25])
    yield Row("ml-svm-one-class", "SVMRegressor", [x], domain=ML, kernel_type="RBF", kernel_params=[0.3, 0.0, 3.0],
              coefficients=[float(v) for v in d.f(3)], support_vectors=[float(v) for v in d.f(12)], n_supports=3,
              rho=[0.05], one_class=1)
    yield Row("ml-labels", "LabelEncoder", [d.i64(0, 5, 2, 3)], domain=ML, version=2, keys_int64s=[1, 2, 3],
              values_int64s=[10, 20, 30], default_int64=-7)
    yield Row("ml-labels-floats", "LabelEncoder", [d.i64(0, 5, 6)], domain=ML, version=2, keys_int64s=[1, 2, 3],
              values_floats=[1.5, 2.5, 3.5], default_float=-0.5)
    yield Row("ml-one-hot", "OneHotEncoder", [d.i64(0, 5, 2, 3)], domain=ML, cats_int64s=[0, 2, 4, 1])
    yield Row("ml-imputer", "Imputer", [np.where(x > 0.5, np.nan, x).astype(np.float32)], domain=ML,
              imputed_value_floats=[1.0, 2.0, 3.0, 4.0], replaced_value_float=float("nan"))
    yield Row("ml-imputer-ints", "Imputer", [d.i64(0, 3, 4, 2)], domain=ML, imputed_value_int64s=[9],
              replaced_value_int64=1)
    yield Row("ml-features", "FeatureVectorizer", [d.f(3, 2), d.f(3, 1)], domain=ML, inputdimensions=[2, 1])
    for norm in ("MAX", "L1", "L2"):
        yield Row("ml-normalizer-" + norm.lower(), "Normalizer", [x], domain=ML, norm=norm)
    yield Row("ml-scaler", "Scaler", [x], domain=ML, offset=[0.5, 1.0, -1.0, 0.0], scale=[2.0, 0.5, 1.0, 3.0])
    yield Row("ml-binarizer", "Binarizer", [x], domain=ML, threshold=0.2)
    yield Row("ml-extractor", "ArrayFeatureExtractor", [x, np.array([2, 0], np.int64)], domain=ML)
    for mode in ("TF", "IDF", "TFIDF"):
        yield Row("ngrams-" + mode.lower(), "TfIdfVectorizer", [d.i64(0, 4, 2, 8)], mode=mode, min_gram_length=1,
                  max_gram_length=2, max_skip_count=1, ngram_counts=[0, 3], ngram_indexes=[0, 1, 2, 4, 3, 5],
                  pool_int64s=[0, 2, 3, 1, 2, 2, 1, 3, 0], weights=[1.0, 2.0, 0.5, 4.0, 3.0, 1.5])


def tree_attributes(d, trees, features, depth, missing=False, modes=False):
    """Full trees; what TreeEnsembleRegressor says of its nodes."""
    names = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
    a = {k: [] for k in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids",
                         "missing_value_tracks_true")}
    inner = 2 ** depth - 1
    leaves = []
    for tree in range(trees):
        for node in range(2 * inner + 1):
            leaf = node >= inner
            a["treeids"].append(tree)
            a["nodeids"].append(node)
            a["featureids"].append(0 if leaf else int(d.rng.integers(features)))
            a["modes"].append("LEAF" if leaf else names[int(d.rng.integers(6))] if modes else names[0])
            a["values"].append(0.0 if leaf else float(np.round(d.f())) if modes else float(d.f()))
            a["truenodeids"].append(0 if leaf else 2 * node + 1)
            a["falsenodeids"].append(0 if leaf else 2 * node + 2)
            a["missing_value_tracks_true"].append(int(missing and not leaf and d.rng.integers(2)))
            if leaf:
                leaves.append((tree, node))
    out = {"nodes_" + k: v for k, v in a.items()}
    return out, leaves, d


def targets(forest, count, kind="target"):
    nodes, leaves, d = forest
    rows = [(t, n, i) for k, (t, n) in enumerate(leaves) for i in range(count) if count == 1 or k % 3 != i]
    return dict(nodes, **{kind + "_treeids": [r[0] for r in rows], kind + "_nodeids": [r[1] for r in rows],
                          kind + "_ids": [r[2] for r in rows], kind + "_weights": [float(v) for v in d.f(len(rows))]})


def rows(rng):
    d = Data(rng)
    for group in (activations, products, norms, attentions, quantised, layout, drafts, recurrent, estimators):
        yield from group(d)
