"""Pictures: resizing, sampling, regions, colours."""

from openvino import opset10, opset11
from ops_build import Row

MODES = ("asymmetric", "half_pixel", "pytorch_half_pixel", "tf_half_pixel_for_nn", "align_corners")
ROUNDS = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "simple")
ROIS = [[0, 1, 1, 8, 7], [1, 0, 2, 5, 9], [1, 3, 3, 11, 11]]


ROWS = []
for name, call in (("NV12toRGB", "nv12_to_rgb"), ("NV12toBGR", "nv12_to_bgr")):
    ROWS.append(
        Row(
            name,
            8,
            *[
                lambda o, n, c=call, k=k: getattr(o, c)(n.x(2, 6, 6, 1, kind=k, low=0, high=255))
                for k in ("u8", "f32")
            ],
            *[
                lambda o, n, c=call, k=k: getattr(o, c)(
                    n.x(2, 4, 6, 1, kind=k, low=0, high=255), n.x(2, 2, 3, 2, kind=k, low=0, high=255)
                )
                for k in ("u8", "f32")
            ]
        )
    )
for name, call in (("I420toRGB", "i420_to_rgb"), ("I420toBGR", "i420_to_bgr")):
    ROWS.append(
        Row(
            name,
            8,
            *[
                lambda o, n, c=call, k=k: getattr(o, c)(n.x(2, 6, 6, 1, kind=k, low=0, high=255))
                for k in ("u8", "f32")
            ],
            *[
                lambda o, n, c=call, k=k: getattr(o, c)(
                    n.x(2, 4, 6, 1, kind=k, low=0, high=255),
                    *[n.x(2, 2, 3, 1, kind=k, low=0, high=255) for _ in "uv"]
                )
                for k in ("u8", "f32")
            ]
        )
    )


def resize(version):
    def four(n, size, mode, by, pads, place, near, anti):
        scales = n.c([size[0] / 6, size[1] / 4] if by == "sizes" else [1.7, 0.6], "f32")
        return opset10.interpolate(
            n.x(1, 2, 6, 4),
            n.c(list(size)),
            scales,
            mode,
            by,
            pads,
            [0, 0, 0, 0],
            place,
            near,
            anti,
            -0.75,
            n.c([2, 3]),
        )

    def eleven(n, size, mode, by, pads, place, near, anti):
        what = n.c(list(size)) if by == "sizes" else n.c([1.7, 0.6], "f32")
        return opset11.interpolate(
            n.x(1, 2, 6, 4), what, mode, by, pads, [0, 0, 0, 0], place, near, anti, -0.75, n.c([2, 3])
        )

    return four if version == 4 else eleven


def resizes(version):
    f = resize(version)
    out = [
        lambda o, n, m=m, p=p, s=s, b=b: f(n, s, m, b, [0, 0, 0, 0], p, "round_prefer_floor", False)
        for m in ("nearest", "linear", "linear_onnx", "cubic")
        for p in MODES
        for s, b in (((9, 3), "sizes"), ((3, 7), "sizes"), ((0, 0), "scales"))
        if m != "linear" or s != (0, 0)
    ]
    out += [
        lambda o, n, p=p, r=r: f(n, (9, 3), "nearest", "sizes", [0, 0, 0, 0], p, r, False)
        for p in MODES
        for r in ROUNDS
    ]
    out += [
        lambda o, n, m=m: f(n, (9, 3), m, "sizes", [0, 0, 1, 2], "half_pixel", "floor", False)
        for m in ("nearest", "linear_onnx", "cubic")
    ]
    # The plugin leaves antialiasing out where two dimensions are resized, and the specification's pseudo code does not.
    return out


def pil(mode):
    def build(o, n):
        return opset11.interpolate(
            n.x(1, 2, 6, 4),
            n.c([9, 3]),
            mode,
            "sizes",
            [0, 0],
            [0, 0],
            "half_pixel",
            "floor",
            False,
            -0.5,
            n.c([2, 3]),
        )

    return build


def priors(**more):
    attrs = dict(
        {
            "variance": [0.1, 0.1, 0.2, 0.2],
            "offset": 0.5,
            "flip": False,
            "clip": False,
            "min_size": [16.0],
            "max_size": [24.0],
            "aspect_ratio": [2.0],
            "step": 8.0,
            "scale_all_sizes": True,
        },
        **more
    )
    return lambda o, n: o.prior_box(n.c([3, 4]), n.c([24, 32]), attrs)


ROWS += [
    Row(
        "Interpolate",
        1,
        *[
            lambda o, n, m=m, a=a, s=s: o.interpolate(
                n.x(1, 2, 6, 4), n.c(list(s)), {"axes": [2, 3], "mode": m, "align_corners": a}
            )
            for m in ("nearest", "linear")
            for a in (False, True)
            for s in ((9, 3), (3, 8))
        ]
    ),
    Row("Interpolate", 4, *resizes(4)),
    Row("Interpolate", 11, *resizes(11), pil("bilinear_pillow"), pil("bicubic_pillow")),
    Row(
        "GridSample",
        9,
        *[
            lambda o, n, a=a, m=m, p=p: o.grid_sample(
                n.x(1, 2, 4, 5),
                n.x(1, 3, 4, 2, low=-1.5, high=1.5),
                {"align_corners": a, "mode": m, "padding_mode": p},
            )
            for a in (False, True)
            for m in ("bilinear", "nearest", "bicubic")
            for p in ("zeros", "border", "reflection")
        ]
    ),
    Row(
        "ROIAlign",
        3,
        *[
            lambda o, n, m=m, r=r: o.roi_align(
                n.x(2, 3, 12, 12), n.c([[1, 1, 8, 7], [0, 2, 5, 9]], "f32"), n.c([0, 1]), 3, 2, r, 0.7, m
            )
            for m in ("avg", "max")
            for r in (0, 2)
        ]
    ),
    Row(
        "ROIAlign",
        9,
        *[
            lambda o, n, m=m, a=a: o.roi_align(
                n.x(2, 3, 12, 12), n.c([[1, 1, 8, 7], [0, 2, 5, 9]], "f32"), n.c([0, 1]), 3, 2, 2, 0.7, m, a
            )
            for m in ("avg", "max")
            for a in ("asymmetric", "half_pixel", "half_pixel_for_nn")
        ]
    ),
    Row(
        "ROIAlignRotated",
        15,
        *[
            lambda o, n, c=c, r=r: o.roi_align_rotated(
                n.x(2, 3, 12, 12),
                n.c([[5, 5, 8, 6, 0.5], [3, 7, 4, 9, -1.2], [1, 1, 5, 5, 3]], "f32"),
                n.c([0, 1, 1]),
                3,
                2,
                r,
                0.9,
                c,
            )
            for c in (False, True)
            for r in (0, 2)
        ]
    ),
    Row(
        "ROIPooling",
        2,
        *[
            lambda o, n, m=m: o.roi_pooling(
                n.x(2, 3, 12, 12),
                n.c([[0, 0, 0, 0.6, 0.7], [1, 0.1, 0.2, 0.9, 0.8]] if m == "bilinear" else ROIS, "f32"),
                [3, 2],
                0.7 if m == "max" else 1.0,
                m,
            )
            for m in ("max", "bilinear")
        ]
    ),
    Row(
        "PSROIPooling",
        1,
        lambda o, n: o.psroi_pooling(n.x(2, 18, 12, 12), n.c(ROIS, "f32"), 2, 3, 1.0, 1, 1, "average"),
        lambda o, n: o.psroi_pooling(
            n.x(2, 24, 12, 12),
            n.c([[0, 0.1, 0.1, 0.7, 0.8], [1, 0, 0.2, 0.5, 0.9]], "f32"),
            4,
            2,
            1.0,
            3,
            2,
            "bilinear",
        ),
    ),
    Row(
        "DeformablePSROIPooling",
        1,
        lambda o, n: o.deformable_psroi_pooling(
            n.x(2, 18, 12, 12), n.c(ROIS, "f32"), 2, 0.8, 3, spatial_bins_x=2, spatial_bins_y=2, part_size=3
        ),
        lambda o, n: o.deformable_psroi_pooling(
            n.x(2, 18, 12, 12),
            n.c(ROIS, "f32"),
            2,
            0.8,
            3,
            spatial_bins_x=2,
            spatial_bins_y=2,
            part_size=3,
            trans_std=0.2,
            offsets=n.x(3, 2, 3, 3),
        ),
    ),
    Row(
        "ExtractImagePatches",
        3,
        *[
            lambda o, n, p=p: o.extract_image_patches(n.x(1, 2, 8, 9), [3, 2], [2, 3], [1, 2], p)
            for p in ("valid", "same_upper", "same_lower")
        ]
    ),
    Row(
        "Col2Im",
        15,
        lambda o, n: o.col2im(n.x(2, 12, 16), n.c([5, 6]), n.c([2, 3]), [1, 1], [1, 1], [0, 0], [0, 0]),
        lambda o, n: o.col2im(n.x(12, 12), n.c([5, 6]), n.c([2, 2]), [2, 1], [1, 2], [1, 0], [1, 0]),
        lambda o, n: o.col2im(n.x(1, 4, 9), n.c([4, 4]), n.c([2, 2])),
    ),
    Row(
        "RegionYolo",
        1,
        lambda o, n: o.region_yolo(n.x(1, 30, 3, 3), 4, 5, 3, False, [0, 1, 2], 1, 3, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        lambda o, n: o.region_yolo(n.x(1, 30, 3, 3), 4, 5, 3, True, [0, 1, 2], 1, 3, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ),
    Row("ReorgYolo", 2, lambda o, n: o.reorg_yolo(n.x(1, 4, 4, 6), [2])),
    Row(
        "PriorBox",
        1,
        priors(),
        priors(flip=True, clip=True),
        priors(step=0.0, variance=[0.1]),
        priors(scale_all_sizes=False, max_size=[]),
        priors(fixed_size=[8.0, 16.0], fixed_ratio=[1.0, 2.0], density=[2.0, 1.0], min_size=[], max_size=[]),
    ),
    Row(
        "PriorBox", 8, priors(min_max_aspect_ratios_order=False), priors(min_max_aspect_ratios_order=True, flip=True)
    ),
    Row(
        "PriorBoxClustered",
        1,
        lambda o, n: o.prior_box_clustered(
            n.c([3, 4]),
            n.c([24, 32]),
            {
                "offset": 0.5,
                "width": [8.0, 16.0],
                "height": [12.0, 9.0],
                "step_w": 8.0,
                "step_h": 8.0,
                "variance": [0.1, 0.1, 0.2, 0.2],
                "clip": False,
            },
        ),
        lambda o, n: o.prior_box_clustered(
            n.c([3, 4]),
            n.c([24, 32]),
            {
                "offset": 0.5,
                "width": [8.0, 16.0],
                "height": [12.0, 9.0],
                "variance": [0.1, 0.1, 0.2, 0.2],
                "clip": True,
            },
        ),
    ),
]
