"""Shapes, and elements that move."""

import numpy as np
import openvino as ov
from openvino import opset13
from ops_build import Row, make

# Element types that are packed, and floats of 8 bits: some bytes, and how many elements they hold.
PACKED = (
    ("u1", [0x6F, 0x80], 9),
    ("u2", [0x1B, 0xE4], 8),
    ("u3", [0xE4, 0x1B, 0xAA], 8),
    ("u4", [0x21, 0x43], 4),
    ("i4", [0x2F, 0x43], 4),
    ("u6", [0x21, 0x43, 0xE4], 4),
    ("nf4", [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE], 16),
    ("f4e2m1", [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE], 16),
    ("f8e4m3", [0, 1, 7, 8, 0x38, 0x7E, 0x80, 0xB8, 0xFE], 9),
    ("f8e5m2", [0, 1, 3, 4, 0x3C, 0x7B, 0x7C, 0xBC], 8),
    ("f8e8m0", [1, 126, 127, 128, 254], 5),
)


def packed(name, data, count):
    tensor = ov.Tensor(getattr(ov.Type, name), [count])
    if "f8" in name:
        tensor.data.view(np.uint8)[:] = data
    else:
        tensor = ov.Tensor(np.array(data, np.uint8), [count], getattr(ov.Type, name))
    return opset13.constant(tensor)


ROWS = [
    Row("Constant", 1, *[lambda o, n, p=p: opset13.add(opset13.convert(packed(*p), "f32"), n.x(1)) for p in PACKED]),
    Row("Parameter", 1, lambda o, n: o.absolute(n.x(2, 3))),
    Row("Result", 1, lambda o, n: o.absolute(n.x(2, 3))),
    Row(
        "Constant",
        1,
        *[
            lambda o, n, k=k: o.convert_like(o.convert(n.c(n.r(2, 3, kind=k, low=0, high=1), k), "f32"), n.x(1))
            for k in ("f32", "f16", "i64", "i32", "i8", "u8", "boolean", "f64", "u16", "i16", "u32", "u64")
        ]
    ),
    Row(
        "Convert",
        1,
        *[
            lambda o, n, a=a, b=b: o.convert(n.x(3, 5, kind=a, low=0, high=5), b)
            for a in ("f32", "i32", "u8", "boolean", "i64", "f16")
            for b in ("f32", "i32", "u8", "boolean", "i64", "f16", "i8")
        ],
        lambda o, n: o.convert(n.v([-2.7, 2.7, -0.5, 0.5, 100]), "i32")
    ),
    Row("ConvertLike", 1, lambda o, n: o.convert_like(n.x(2, 3, high=9), n.c([1], "i32"))),
    Row(
        "ConvertPromoteTypes",
        14,
        *[
            lambda o, n, a=a, b=b, u=u: o.convert_promote_types(
                n.x(2, kind=a, low=0, high=5), n.x(3, kind=b, low=0, high=5), u
            )
            for a, b, u in (
                ("i32", "f32", True),
                ("i8", "u8", True),
                ("i32", "i64", True),
                ("f16", "f32", False),
                ("i32", "f16", True),
            )
        ]
    ),
    Row(
        "Broadcast",
        1,
        lambda o, n: o.broadcast(n.x(3, 1), n.c([2, 3, 4])),
        lambda o, n: o.broadcast(n.x(3), n.c([2, 3, 4]), n.c([1]), "EXPLICIT"),
    ),
    Row(
        "Broadcast",
        3,
        lambda o, n: o.broadcast(n.x(3, 1), n.c([2, 3, 4])),
        lambda o, n: o.broadcast(n.x(3), n.c([2, 3, 4]), n.c([1]), "EXPLICIT"),
        lambda o, n: o.broadcast(n.x(3, 1), n.c([2, 1, 4]), broadcast_spec="BIDIRECTIONAL"),
    ),
    Row(
        "Concat",
        1,
        lambda o, n: o.concat([n.x(2, 3), n.x(2, 4), n.x(2, 1)], 1),
        lambda o, n: o.concat([n.x(2, 3, kind="i32"), n.x(1, 3, kind="i32")], -2),
    ),
    Row("Split", 1, lambda o, n: o.split(n.x(2, 6), n.c(1), 3), lambda o, n: o.split(n.x(4, 3), n.c(-2), 2)),
    Row(
        "VariadicSplit",
        1,
        lambda o, n: o.variadic_split(n.x(2, 6), n.c(1), n.c([1, 2, 3])),
        lambda o, n: o.variadic_split(n.x(2, 6), n.c(-1), n.c([2, -1])),
    ),
    Row(
        "Reshape",
        1,
        lambda o, n: o.reshape(n.x(2, 3, 4), n.c([0, -1]), True),
        lambda o, n: o.reshape(n.x(2, 3, 4), n.c([4, -1]), False),
    ),
    Row(
        "Squeeze",
        1,
        lambda o, n: o.squeeze(n.x(1, 3, 1), n.c([0, -1])),
        lambda o, n: o.squeeze(n.x(1, 3, 1), n.c([2])),
    ),
    Row(
        "Squeeze",
        15,
        lambda o, n: o.squeeze(n.x(1, 3, 1), n.c([0, -1])),
        lambda o, n: o.squeeze(n.x(1, 3, 1)),
        lambda o, n: o.squeeze(n.x(1, 3, 1), n.c([0]), True),
    ),
    Row(
        "Unsqueeze", 1, lambda o, n: o.unsqueeze(n.x(2, 3), n.c([0, -1])), lambda o, n: o.unsqueeze(n.x(2, 3), n.c(1))
    ),
    Row("ShapeOf", 1, lambda o, n: o.shape_of(n.x(2, 3))),
    Row("ShapeOf", 3, lambda o, n: o.shape_of(n.x(2, 3), "i32"), lambda o, n: o.shape_of(n.x(2, 3))),
    Row(
        "Tile",
        1,
        lambda o, n: o.tile(n.x(2, 3), n.c([2, 2])),
        lambda o, n: o.tile(n.x(2, 3), n.c([2, 1, 3])),
        lambda o, n: o.tile(n.x(2, 1, 3), n.c([4])),
    ),
    Row(
        "Transpose",
        1,
        lambda o, n: o.transpose(n.x(2, 3, 4), n.c([2, 0, 1])),
        lambda o, n: o.transpose(n.x(2, 3, 4, 5), n.c(np.zeros(0))),
    ),
    Row(
        "Reverse",
        1,
        lambda o, n: make(1, "Reverse", [n.x(2, 3, 4), n.c([0, 2])], mode="index"),
        lambda o, n: make(1, "Reverse", [n.x(2, 3), n.c([False, True], "boolean")], mode="mask"),
    ),
    Row(
        "ReverseSequence",
        1,
        lambda o, n: o.reverse_sequence(n.x(3, 4, 2), n.c([1, 4, 2], "i32"), 0, 1),
        lambda o, n: o.reverse_sequence(n.x(4, 3), n.c([1, 4, 2], "i32"), 1, 0),
    ),
    Row(
        "Roll",
        7,
        lambda o, n: o.roll(n.x(3, 4), n.c([1]), n.c([1])),
        lambda o, n: o.roll(n.x(3, 4, 2), n.c([-1, 2]), n.c([0, -2])),
    ),
    Row(
        "ShuffleChannels",
        3,
        lambda o, n: o.shuffle_channels(n.x(2, 6, 2, 2), 1, 3),
        lambda o, n: o.shuffle_channels(n.x(2, 3, 4), -1, 2),
        spelled=1,
    ),
    Row(
        "DepthToSpace",
        1,
        *[lambda o, n, m=m: o.depth_to_space(n.x(1, 8, 2, 3), m, 2) for m in ("blocks_first", "depth_first")],
        lambda o, n: o.depth_to_space(n.x(1, 8, 2, 3, 2), "depth_first", 2)
    ),
    Row(
        "SpaceToDepth",
        1,
        *[lambda o, n, m=m: o.space_to_depth(n.x(1, 2, 4, 6), m, 2) for m in ("blocks_first", "depth_first")]
    ),
    Row(
        "BatchToSpace",
        2,
        lambda o, n: o.batch_to_space(n.x(4, 2, 3, 3), n.c([1, 1, 2, 2]), n.c([0, 0, 0, 1]), n.c([0, 0, 1, 0])),
    ),
    Row(
        "SpaceToBatch",
        2,
        lambda o, n: o.space_to_batch(n.x(1, 2, 3, 4), n.c([1, 1, 2, 2]), n.c([0, 0, 1, 0]), n.c([0, 0, 0, 2])),
    ),
    Row(
        "Gather",
        1,
        lambda o, n: o.gather(n.x(3, 4), n.c([2, 0]), n.c(0)),
        lambda o, n: o.gather(n.x(3, 4), n.c([[3, 0]]), n.c(1)),
    ),
    Row(
        "Gather",
        7,
        lambda o, n: o.gather(n.x(2, 3, 4), n.c([[2, 0], [1, 1]]), n.c(1), 1),
        lambda o, n: o.gather(n.x(3, 4), n.c(1), n.c(-1)),
    ),
    Row(
        "Gather",
        8,
        lambda o, n: o.gather(n.x(2, 3, 4), n.c([[-1, 0], [1, -2]]), n.c(1), 1),
        lambda o, n: o.gather(n.x(3, 4), n.x(5, kind="i32", low=-3, high=2), n.c(0)),
        lambda o, n: o.gather(n.x(2, 3, 4), n.c([[2, 0], [1, 1]]), n.c(2), -1),
    ),
    Row(
        "GatherElements",
        6,
        lambda o, n: o.gather_elements(n.x(3, 4), n.x(3, 2, kind="i32", low=0, high=3), 1),
        lambda o, n: o.gather_elements(n.x(3, 4), n.x(5, 4, kind="i64", low=0, high=2), 0),
    ),
    Row(
        "GatherND",
        5,
        lambda o, n: o.gather_nd(n.x(3, 4, 2), n.c([[0, 1], [2, 3]])),
        lambda o, n: o.gather_nd(n.x(2, 3, 4), n.c([[[1]], [[2]]]), 1),
    ),
    Row(
        "GatherND",
        8,
        lambda o, n: o.gather_nd(n.x(3, 4, 2), n.c([[0, 1], [2, 3]])),
        lambda o, n: o.gather_nd(n.x(2, 2, 3, 4), n.c([[[[1]], [[2]]], [[[0]], [[1]]]]), 2),
    ),
    Row(
        "GatherTree",
        1,
        lambda o, n: o.gather_tree(
            n.v([[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]]], "i32"),
            n.v([[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]]], "i32"),
            n.v([3], "i32"),
            n.c(10, "i32"),
        ),
    ),
    Row(
        "ScatterUpdate",
        3,
        lambda o, n: o.scatter_update(n.x(4, 3), n.c([2, 0]), n.x(2, 3), n.c(0)),
        lambda o, n: o.scatter_update(n.x(4, 3), n.c([[2, 0]]), n.x(4, 1, 2), n.c(1)),
    ),
    Row(
        "ScatterElementsUpdate",
        3,
        lambda o, n: o.scatter_elements_update(n.x(4, 3), n.c([[2, 0, 1]]), n.x(1, 3), n.c(0)),
    ),
    Row(
        "ScatterElementsUpdate",
        12,
        *[
            lambda o, n, r=r, u=u: o.scatter_elements_update(
                n.x(4, 3), n.c([[2, 0, 1], [2, 0, 2], [2, 1, -1]]), n.x(3, 3), n.c(0), r, u
            )
            for r in ("sum", "prod", "min", "max", "mean")
            for u in (True, False)
        ],
        lambda o, n: o.scatter_elements_update(n.x(4, 3), n.c([[2, 0, 1]]), n.x(1, 3), n.c(0), "none")
    ),
    Row(
        "ScatterNDUpdate",
        4,
        lambda o, n: o.scatter_nd_update(n.x(4, 3), n.c([[2], [0]]), n.x(2, 3)),
        lambda o, n: o.scatter_nd_update(n.x(4, 3), n.c([[2, 1], [0, 2]]), n.x(2)),
    ),
    Row(
        "ScatterNDUpdate",
        15,
        *[
            lambda o, n, r=r: o.scatter_nd_update(n.x(4, 3), n.c([[2], [0], [2]]), n.x(3, 3), r)
            for r in ("sum", "sub", "prod", "min", "max")
        ]
    ),
    Row(
        "Slice",
        8,
        lambda o, n: o.slice(n.x(5, 6), n.c([1]), n.c([9]), n.c([2]), n.c([1])),
        lambda o, n: o.slice(n.x(5, 6), n.c([-1, 4]), n.c([-9, 0]), n.c([-1, -2])),
        lambda o, n: o.slice(n.x(5, 6), n.c([0]), n.c([2**31 - 1]), n.c([3]), n.c([-2])),
    ),
    Row(
        "SliceScatter",
        15,
        lambda o, n: o.slice_scatter(n.x(5, 6), n.x(5, 3), n.c([1]), n.c([9]), n.c([2]), n.c([1])),
        lambda o, n: o.slice_scatter(n.x(5, 6), n.x(5, 2), n.c([-1, 4]), n.c([-9, 0]), n.c([-1, -2])),
        lambda o, n: o.slice_scatter(n.x(4, 2), n.x(2, 2), n.c([1]), n.c([3]), n.c([1])),
    ),
    Row(
        "StridedSlice",
        1,
        lambda o, n: o.strided_slice(
            n.x(2, 5, 6), n.c([0, 1, 0]), n.c([0, 4, 5]), n.c([1, 1, 2]), [1, 0, 0], [1, 0, 0]
        ),
        lambda o, n: o.strided_slice(n.x(2, 5, 6), n.c([0, -1]), n.c([0, -4]), n.c([1, -1]), [1, 0], [1, 0]),
        # Both masks in one, the runtime reads beyond the input.
        lambda o, n: o.strided_slice(
            n.x(2, 5, 6), n.c([1, 0]), n.c([2, 0]), n.c([1, 1]), [0, 1], [0, 1], [0, 0], [1, 0]
        ),
        lambda o, n: o.strided_slice(
            n.x(2, 5, 6), n.c([1, 0]), n.c([2, 1]), n.c([1, 1]), [0, 0], [0, 0], [0, 1], [0, 0]
        ),
        lambda o, n: o.strided_slice(
            n.x(2, 5, 6), n.c([0, 1]), n.c([0, 3]), n.c([1, 1]), [0, 0], [0, 0], [0, 0], [0, 0], [1, 0]
        ),
    ),
    Row(
        "Pad",
        1,
        *[
            lambda o, n, m=m: o.pad(n.x(3, 4), n.c([1, 2]), n.c([2, 0]), m)
            for m in ("constant", "edge", "reflect", "symmetric")
        ],
        lambda o, n: o.pad(n.x(3, 4), n.c([1, 2]), n.c([2, 0]), "constant", n.c(0.5, "f32"))
    ),
    Row(
        "Pad",
        12,
        *[
            lambda o, n, m=m: o.pad(n.x(3, 4), n.c([1, -2]), n.c([-1, 0]), m)
            for m in ("constant", "edge", "reflect", "symmetric")
        ],
        lambda o, n: o.pad(
            n.x(3, 4, kind="i32", low=0, high=9), n.c([0, -1]), n.c([-1, 2]), "constant", n.c(5, "i32")
        )
    ),
    Row(
        "Range",
        1,
        lambda o, n: o.range(n.c(1, "i32"), n.c(9, "i32"), n.c(3, "i32")),
        lambda o, n: o.range(n.c(1, "f32"), n.c(-2, "f32"), n.c(-0.5, "f32")),
    ),
    Row(
        "Range",
        4,
        *[
            lambda o, n, k=k: make(4, "Range", [n.c(1, "i32"), n.c(9, "i32"), n.c(3, "i32")], output_type=k)
            for k in ("i32", "i64", "f32")
        ],
        lambda o, n: make(4, "Range", [n.c(0.5, "f32"), n.c(3, "f32"), n.c(0.7, "f32")], output_type="f32")
    ),
    Row(
        "OneHot",
        1,
        lambda o, n: o.one_hot(n.v([0, 2, 1, 5], "i64"), n.c(4), n.c(2.0, "f32"), n.c(-1.0, "f32"), -1),
        lambda o, n: o.one_hot(n.v([[0, 2, 1]], "i32"), n.c(3), n.c(1, "i32"), n.c(0, "i32"), 0),
    ),
    Row(
        "OneHot",
        16,
        lambda o, n: o.one_hot(
            n.v([0, 2, -1, 5], "i64"), n.c(4), n.c(2.0, "f32"), n.c(-1.0, "f32"), -1, "ignore_negative"
        ),
        lambda o, n: o.one_hot(n.v([0, 2, -1, -4], "i64"), n.c(4), n.c(2.0, "f32"), n.c(-1.0, "f32"), 1, "normalize"),
    ),
    Row(
        "Eye",
        9,
        lambda o, n: o.eye(n.c(3, "i32"), n.c(4, "i32"), n.c(1, "i32"), "f32"),
        lambda o, n: o.eye(n.c(3, "i32"), n.c(3, "i32"), n.c(-1, "i32"), "i32", n.c([2], "i32")),
    ),
    Row(
        "Select",
        1,
        lambda o, n: o.select(n.x(2, 3, kind="boolean"), n.x(2, 3), n.x(2, 3)),
        lambda o, n: o.select(n.x(2, 1, kind="boolean"), n.x(3), n.x(1)),
        lambda o, n: o.select(n.x(2, 3, kind="boolean"), n.x(2, 3), n.x(2, 3), "none"),
    ),
    Row(
        "NonZero",
        3,
        lambda o, n: o.non_zero(n.x(3, 4, kind="i32", low=0)),
        lambda o, n: o.non_zero(n.x(3, 4, kind="i32", low=0), "i32"),
    ),
    Row(
        "Bucketize",
        3,
        *[
            lambda o, n, r=r, t=t: o.bucketize(n.v([[-1, 1, 2, 2.5, 9]]), n.c([1, 2, 3], "f32"), t, r)
            for r in (True, False)
            for t in ("i32", "i64")
        ]
    ),
    Row(
        "SearchSorted",
        15,
        *[
            lambda o, n, r=r: o.search_sorted(n.v([[1, 2, 2, 4.0], [0, 1, 5, 6]]), n.v([[2, 0, 9.0], [1, 5, 5.5]]), r)
            for r in (False, True)
        ]
    ),
    Row(
        "Unique",
        10,
        *[lambda o, n, s=s: o.unique(n.v([3, 1, 1, 2, 3, 0]), sorted=s) for s in (True, False)],
        lambda o, n: o.unique(n.v([[3, 1, 1, 3], [2, 0, 0, 2]], "i32"), n.c(1), True, "i32", "i32")
    ),
    *[
        Row(
            "TopK",
            v,
            *[
                lambda o, n, m=m, s=s, a=a: o.topk(n.x(3, 7), n.c(3), a, m, s)
                for m in ("max", "min")
                for s in ("value", "index")
                for a in (1, 0)
            ]
        )
        for v in (1, 3)
    ],
    Row(
        "TopK",
        11,
        *[
            lambda o, n, m=m, s=s: o.topk(n.x(3, 7), n.c(3), -1, m, s, "i64")
            for m in ("max", "min")
            for s in ("value", "index")
        ],
        lambda o, n: o.topk(n.v([[1, 2, 2, 1, 2.0]]), n.c(3), 1, "max", "value", "i32", True)
    ),
    Row(
        "EmbeddingBagOffsetsSum",
        3,
        lambda o, n: o.embedding_bag_offsets_sum(
            n.x(5, 3), n.c([0, 2, 3, 4], "i32"), n.c([0, 2, 2], "i32"), n.c(1, "i32")
        ),
        lambda o, n: o.embedding_bag_offsets_sum(
            n.x(5, 3), n.c([0, 2, 3, 4], "i32"), n.c([0, 2, 2], "i32"), n.c(-1, "i32"), n.x(4)
        ),
    ),
    Row(
        "EmbeddingBagPackedSum",
        3,
        lambda o, n: o.embedding_bag_packed_sum(n.x(5, 3), n.c([[0, 2], [3, 4]], "i32")),
        lambda o, n: o.embedding_bag_packed_sum(n.x(5, 3), n.c([[0, 2], [3, 4]], "i32"), n.x(2, 2)),
    ),
    Row(
        "EmbeddingSegmentsSum",
        3,
        lambda o, n: o.embedding_segments_sum(
            n.x(5, 3), n.c([0, 2, 3, 4], "i32"), n.c([0, 0, 2, 2], "i32"), n.c(4, "i32"), n.c(1, "i32"), n.x(4)
        ),
        lambda o, n: o.embedding_segments_sum(
            n.x(5, 3), n.c([0, 2, 3, 4], "i32"), n.c([0, 0, 2, 2], "i32"), n.c(3, "i32")
        ),
    ),
    Row(
        "EmbeddingBagOffsets",
        15,
        *[
            lambda o, n, r=r: o.embedding_bag_offsets(
                n.x(5, 3), n.c([0, 2, 3, 4], "i32"), n.c([0, 2, 2], "i32"), n.c(1, "i32"), None, r
            )
            for r in ("sum", "mean")
        ]
    ),
    Row(
        "EmbeddingBagPacked",
        15,
        *[
            lambda o, n, r=r: o.embedding_bag_packed(n.x(5, 3), n.c([[0, 2], [3, 4]], "i32"), None, r)
            for r in ("sum", "mean")
        ]
    ),
    Row(
        "SegmentMax",
        16,
        *[
            lambda o, n, f=f: o.segment_max(n.x(8, 2), n.c([0, 0, 0, 1, 1, 3, 5, 5]), fill_mode=f)
            for f in ("ZERO", "LOWEST")
        ],
        lambda o, n: o.segment_max(n.x(5, kind="i32", low=-9, high=9), n.c([0, 0, 2, 2, 3], "i32"), n.c(3), "LOWEST"),
        lambda o, n: o.segment_max(n.x(3, 2, 2), n.c([1, 1, 2], "i32"), n.c(5, "i32"), "ZERO")
    ),
    Row(
        "SparseFillEmptyRows",
        16,
        lambda o, n: o.sparse_fill_empty_rows(
            n.x(4), n.c([5, 6], "i32"), n.c([[0, 1], [0, 3], [2, 0], [3, 1]], "i32"), n.c(9, "f32")
        ),
        lambda o, n: o.sparse_fill_empty_rows(
            n.v([1, 2, 3], "i32"), n.c([3, 4]), n.c([[2, 1], [0, 3], [0, 0]]), n.c(-1, "i32")
        ),
    ),
]
