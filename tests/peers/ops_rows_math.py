"""Element by element, reductions, products."""

import numpy as np
from ops_build import Row, make

ROWS = []


def unary(name, version, call, low=-3, high=3, kinds=("f32",), **more):
    ROWS.append(
        Row(
            name,
            version,
            *[lambda o, n, k=k: getattr(o, call)(n.x(2, 3, 5, kind=k, low=low, high=high)) for k in kinds],
            **more
        )
    )


unary("Abs", 1, "absolute", kinds=("f32", "i32", "f16"))
unary("Acos", 1, "acos", -1, 1)
unary("Acosh", 4, "acosh", 1, 9)
unary("Asin", 1, "asin", -1, 1)
unary("Asinh", 4, "asinh")
unary("Atan", 1, "atan")
unary("Atanh", 4, "atanh", -0.99, 0.99)
unary("BitwiseNot", 13, "bitwise_not", 0, 100, kinds=("i32", "u8", "i8", "boolean"))
unary("Ceiling", 1, "ceiling", kinds=("f32", "i32"))
unary("Cos", 1, "cos")
unary("Cosh", 1, "cosh")
unary("Erf", 1, "erf")
unary("ErfInv", 17, "erfinv", -0.99, 0.99)
unary("Exp", 1, "exp")
unary("Floor", 1, "floor")
unary("HSigmoid", 5, "hsigmoid", -5, 5)
unary("HSwish", 4, "hswish", -5, 5)
unary("Identity", 16, "identity", kinds=("f32", "i64"))
unary("Log", 1, "log", 0.01, 9)
unary("LogicalNot", 1, "logical_not", kinds=("boolean",))
unary("Mish", 4, "mish")
unary("Negative", 1, "negative", kinds=("f32", "i32"))
unary("Relu", 1, "relu", kinds=("f32", "i32"))
unary("Sigmoid", 1, "sigmoid")
unary("Sign", 1, "sign", kinds=("f32", "i32"))
unary("Sin", 1, "sin")
unary("Sinh", 1, "sinh")
unary("SoftPlus", 4, "softplus", -30, 30)
unary("SoftSign", 9, "softsign")
unary("Sqrt", 1, "sqrt", 0, 9)
unary("Tan", 1, "tan", -1.5, 1.5)
unary("Tanh", 1, "tanh")
unary("Gelu", 2, "gelu")

SPECIAL = [1.5, float("inf"), -float("inf"), float("nan"), 0, -2]
ROWS += [
    Row(
        "Clamp",
        1,
        lambda o, n: o.clamp(n.x(2, 9), -0.3, 0.4),
        lambda o, n: o.clamp(n.x(2, 9, kind="i32", low=-9, high=9), -3.5, 4.2),
        lambda o, n: o.clamp(n.x(9), float("-inf"), 0.1),
    ),
    Row("Elu", 1, lambda o, n: o.elu(n.x(2, 9, low=-3), 1.0), lambda o, n: o.elu(n.x(2, 9, low=-3), 0.3)),
    Row("Gelu", 7, lambda o, n: o.gelu(n.x(2, 9, low=-3), "erf"), lambda o, n: o.gelu(n.x(2, 9, low=-3), "tanh")),
    Row("HardSigmoid", 1, lambda o, n: o.hard_sigmoid(n.x(2, 9, low=-3), n.c(0.3, "f32"), n.c(0.4, "f32"))),
    Row("Selu", 1, lambda o, n: o.selu(n.x(2, 9, low=-3), n.c(1.6, "f32"), n.c(1.1, "f32"))),
    Row(
        "Swish", 4, lambda o, n: o.swish(n.x(2, 9, low=-3)), lambda o, n: o.swish(n.x(2, 9, low=-3), n.c(0.7, "f32"))
    ),
    Row(
        "PRelu",
        1,
        lambda o, n: o.prelu(n.x(2, 3, 4), n.w(3)),
        lambda o, n: o.prelu(n.x(2, 3, 4), n.w(1)),
        lambda o, n: o.prelu(n.x(2, 3, 4), n.w(1, 3, 1)),
    ),
    Row(
        "Round",
        5,
        *[
            lambda o, n, m=m: o.round(n.v([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4, 0.6]), m)
            for m in ("half_to_even", "half_away_from_zero")
        ]
    ),
    Row("IsFinite", 10, lambda o, n: o.is_finite(n.v(SPECIAL))),
    Row("IsNaN", 10, lambda o, n: o.is_nan(n.v(SPECIAL))),
    Row(
        "IsInf",
        10,
        lambda o, n: o.is_inf(n.v(SPECIAL)),
        lambda o, n: o.is_inf(n.v(SPECIAL), {"detect_negative": False, "detect_positive": True}),
        lambda o, n: o.is_inf(n.v(SPECIAL), {"detect_negative": True, "detect_positive": False}),
    ),
]


# Where the plugin knows this rule.
PDPD = ("Add", "Multiply")


def binary(name, version, call, kinds=("f32", "i32"), low=-5, high=5, second=None, spread=True, **more):
    lo, hi = second or (low, high)

    def equal(o, n, k):
        return getattr(o, call)(n.x(2, 3, 4, kind=k, low=low, high=high), n.x(2, 3, 4, kind=k, low=lo, high=hi))

    def numpy(o, n, k):
        return getattr(o, call)(n.x(2, 1, 4, kind=k, low=low, high=high), n.x(3, 1, kind=k, low=lo, high=hi))

    def pdpd(o, n, k):
        return getattr(o, call)(
            n.x(3, 3, 4, kind=k, low=low, high=high), n.x(3, kind=k, low=lo, high=hi), auto_broadcast="pdpd"
        )

    def none(o, n, k):
        return getattr(o, call)(
            n.x(2, 4, kind=k, low=low, high=high), n.x(2, 4, kind=k, low=lo, high=hi), auto_broadcast="none"
        )

    ROWS.append(
        Row(
            name,
            version,
            *[
                lambda o, n, f=f, k=k: f(o, n, k)
                for k in kinds
                for f in ([equal, numpy, none] + [pdpd] * (name in PDPD) if spread else [equal, numpy])
            ],
            **more
        )
    )


binary("Add", 1, "add", ("f32", "i32", "u8", "f16"), 0, 9)
binary("Subtract", 1, "subtract")
binary("Multiply", 1, "multiply")
binary("Divide", 1, "divide", ("f32",), second=(1, 5))
# The runtime cuts off where the specification says of m_pythondiv, true by default, that it rounds down.
binary("Divide", 1, "divide", ("i32",), 0, 9, (1, 5), False)
binary("FloorMod", 1, "floor_mod", second=(1, 5))
binary("FloorMod", 1, "floor_mod", second=(-5, -1), spread=False)
binary("Mod", 1, "mod", second=(1, 5))
binary("Power", 1, "power", ("f32",), 0.1, 3, (-2, 2))
binary("Maximum", 1, "maximum")
binary("Minimum", 1, "minimum")
binary("SquaredDifference", 1, "squared_difference")
for op, call in (
    ("Equal", "equal"),
    ("NotEqual", "not_equal"),
    ("Greater", "greater"),
    ("GreaterEqual", "greater_equal"),
    ("Less", "less"),
    ("LessEqual", "less_equal"),
):
    binary(op, 1, call, ("i32", "f32"), -1, 1)
for op, call in (("LogicalAnd", "logical_and"), ("LogicalOr", "logical_or"), ("LogicalXor", "logical_xor")):
    binary(op, 1, call, ("boolean",), spelled=2 if op == "LogicalXor" else 1)
for op, call in (("BitwiseAnd", "bitwise_and"), ("BitwiseOr", "bitwise_or"), ("BitwiseXor", "bitwise_xor")):
    binary(op, 13, call, ("i32", "u8", "boolean"), 0, 90)
binary("BitwiseLeftShift", 15, "bitwise_left_shift", ("i32", "u8"), 0, 15, (0, 3))
binary("BitwiseRightShift", 15, "bitwise_right_shift", ("i32", "u8"), 0, 90, (0, 3))

ROWS.append(
    Row(
        "Xor",
        1,
        *[
            lambda o, n, s=s: make(
                1, "Xor", [n.x(2, 3, kind="boolean"), n.x(*s, kind="boolean")], auto_broadcast="numpy"
            )
            for s in ((2, 3), (2, 1))
        ]
    )
)

for op, version, call in (
    ("ReduceMax", 1, "reduce_max"),
    ("ReduceMean", 1, "reduce_mean"),
    ("ReduceMin", 1, "reduce_min"),
    ("ReduceProd", 1, "reduce_prod"),
    ("ReduceSum", 1, "reduce_sum"),
    ("ReduceL1", 4, "reduce_l1"),
    ("ReduceL2", 4, "reduce_l2"),
):
    ROWS.append(
        Row(
            op,
            version,
            *[
                lambda o, n, c=call, a=a, k=k: getattr(o, c)(n.x(2, 3, 4, 5), n.c(a), k)
                for a, k in (([1], True), ([1], False), ([0, 2], False), ([-1, 1], True), ([0, 1, 2, 3], False))
            ],
            lambda o, n, c=call: getattr(o, c)(n.x(2, 3, 4, kind="i32", low=-3, high=3), n.c([2]), False)
        )
    )
for op, call in (("ReduceLogicalAnd", "reduce_logical_and"), ("ReduceLogicalOr", "reduce_logical_or")):
    ROWS.append(
        Row(
            op,
            1,
            *[
                lambda o, n, c=call, a=a, k=k: getattr(o, c)(n.x(2, 3, 2, kind="boolean"), n.c(a), k)
                for a, k in (([1], True), ([2], False), ([0, 2], False))
            ]
        )
    )

ROWS += [
    Row(
        "CumSum",
        3,
        *[
            lambda o, n, a=a, e=e, r=r: o.cum_sum(n.x(2, 3, 4), n.c(a), e, r)
            for a in (0, -1)
            for e in (False, True)
            for r in (False, True)
        ]
    ),
    Row(
        "MatMul",
        1,
        lambda o, n: o.matmul(n.x(2, 3, 4), n.x(4, 5), False, False),
        lambda o, n: o.matmul(n.x(2, 4, 3), n.x(2, 5, 4), True, True),
        lambda o, n: o.matmul(n.x(4), n.x(4, 5), False, False),
        lambda o, n: o.matmul(n.x(3, 4), n.x(4), False, False),
        lambda o, n: o.matmul(n.x(4), n.x(4), False, False),
        lambda o, n: o.matmul(n.x(1, 3, 4), n.x(5, 2, 4, 1), False, False),
        lambda o, n: o.matmul(n.x(3, 4), n.w(5, 4), False, True),
    ),
    Row(
        "Einsum",
        7,
        lambda o, n: o.einsum([n.x(2, 3), n.x(3, 4)], "ij,jk->ik"),
        lambda o, n: o.einsum([n.x(2, 3, 4), n.x(2, 5, 4)], "bij,bkj->bik"),
        lambda o, n: o.einsum([n.x(3, 3)], "ii->i"),
        lambda o, n: o.einsum([n.x(2, 3, 4)], "abc->ca"),
        lambda o, n: o.einsum([n.x(3), n.x(4)], "a,b->ab"),
        lambda o, n: o.einsum([n.x(2, 3, 4), n.x(4, 5)], "...a,ab->...b"),
    ),
    Row(
        "Inverse",
        14,
        *[lambda o, n, a=a: o.inverse(n.v(n.r(2, 3, 4, 4) + 3 * np.eye(4)), a) for a in (False, True)],
        lambda o, n: o.inverse(n.v([[0, 2.0], [1, 3]]))
    ),
    Row(
        "ScaledDotProductAttention",
        13,
        lambda o, n: o.scaled_dot_product_attention(n.x(1, 2, 5, 8), n.x(1, 2, 7, 8), n.x(1, 2, 7, 8)),
        lambda o, n: o.scaled_dot_product_attention(n.x(1, 2, 5, 8), n.x(1, 2, 5, 8), n.x(1, 2, 5, 8), causal=True),
        lambda o, n: o.scaled_dot_product_attention(
            n.x(1, 2, 5, 8), n.x(1, 2, 7, 8), n.x(1, 2, 7, 8), n.x(1, 1, 5, 7)
        ),
        lambda o, n: o.scaled_dot_product_attention(
            n.x(1, 2, 5, 8), n.x(1, 2, 7, 8), n.x(1, 2, 7, 8), n.x(5, 7), n.c(0.2, "f32")
        ),
    ),
    Row(
        "DFT",
        7,
        lambda o, n: o.dft(n.x(2, 5, 6, 2), n.c([1, 2])),
        lambda o, n: o.dft(n.x(2, 5, 6, 2), n.c([-1])),
        lambda o, n: o.dft(n.x(2, 5, 6, 2), n.c([1, 2]), n.c([4, 8])),
    ),
    Row(
        "IDFT",
        7,
        lambda o, n: o.idft(n.x(2, 5, 6, 2), n.c([1, 2])),
        lambda o, n: o.idft(n.x(2, 5, 6, 2), n.c([1, 2]), n.c([7, 3])),
    ),
    Row(
        "RDFT",
        9,
        lambda o, n: o.rdft(n.x(2, 5, 6), n.c([1, 2])),
        lambda o, n: o.rdft(n.x(2, 5, 6), n.c([1]), n.c([4])),
    ),
    Row(
        "IRDFT",
        9,
        lambda o, n: o.irdft(n.x(2, 5, 2), n.c([1])),
        lambda o, n: o.irdft(n.x(2, 5, 4, 2), n.c([1, 2]), n.c([5, 7])),
    ),
    Row(
        "STFT",
        15,
        *[
            lambda o, n, t=t, s=s: o.stft(n.x(*s), n.w(7), n.c(11), n.c(3), t)
            for t in (False, True)
            for s in ((2, 56), (48,))
        ],
        lambda o, n: o.stft(n.x(1, 32), n.w(8, low=0), n.c(8), n.c(4), True)
    ),
    Row(
        "ISTFT",
        16,
        *[
            lambda o, n, c=c, m=m, s=s: o.istft(n.x(*s), n.w(7, low=0.1), n.c(11), n.c(3), c, m)
            for c in (False, True)
            for m in (False, True)
            for s in ((6, 16, 2), (2, 6, 16, 2))
        ],
        lambda o, n: o.istft(n.x(5, 4, 2), n.w(8, low=0.1), n.c(8), n.c(2), True, False, n.c(20)),
        lambda o, n: o.istft(n.x(5, 4, 2), n.w(8, low=0.1), n.c(8), n.c(2), False, False, n.c(9))
    ),
]
