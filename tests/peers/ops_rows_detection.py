"""Detectors' last steps."""

import numpy as np
from ops_build import Row, make


def boxes(n, count, batch=1):
    """[batch, count, 4], corners, many of which overlap."""
    start = n.r(batch, count, 2, low=0, high=6)
    return np.concatenate([start, start + n.r(batch, count, 2, low=1, high=5)], 2)


def nms(**more):
    def build(o, n):
        arguments = [n.v(boxes(n, 12, 2)), n.x(2, 3, 12, low=0), n.c(4), n.c(0.4, "f32"), n.c(0.2, "f32")]
        if more.get("sigma"):
            arguments.append(n.c(more["sigma"], "f32"))
        rest = {k: v for k, v in more.items() if k != "sigma"}
        return o.non_max_suppression(*arguments, **rest)

    return build


def rotated(**more):
    def build(o, n):
        b = np.concatenate(
            [n.r(2, 12, 2, low=0, high=6), n.r(2, 12, 2, low=1, high=5), n.r(2, 12, 1, low=-3, high=3)], 2
        )
        return o.nms_rotated(n.v(b), n.x(2, 3, 12, low=0), n.c(5), n.c(0.3, "f32"), n.c(0.2, "f32"), **more)

    return build


def many(call, **more):
    return lambda o, n: getattr(o, call)(n.v(boxes(n, 12, 2)), n.x(2, 3, 12, low=0), **more)


def detections(o, n, **more):
    attrs = dict(
        {
            "background_label_id": 0,
            "top_k": 20,
            "variance_encoded_in_target": False,
            "keep_top_k": [10],
            "code_type": "caffe.PriorBoxParameter.CENTER_SIZE",
            "share_location": True,
            "nms_threshold": 0.4,
            "confidence_threshold": 0.2,
            "clip_after_nms": False,
            "clip_before_nms": False,
            "decrease_label_id": False,
            "normalized": True,
            "input_height": 1,
            "input_width": 1,
            "objectness_score": 0.0,
        },
        **more
    )
    places = boxes(n, 10)[0] / 11
    count = 1 if attrs["share_location"] else 3
    priors = np.stack([places.reshape(-1), np.tile([0.1, 0.1, 0.2, 0.2], 10)])[None]
    if attrs["variance_encoded_in_target"]:
        priors = priors[:, :1]
    return o.detection_output(n.x(1, 10 * 4 * count), n.x(1, 30, low=0), n.v(priors), attrs)


def outputs(version, **more):
    return lambda o, n: detections(o, n, **(dict(more, num_classes=3) if version == 1 else more))


def proposals(**more):
    attrs = dict(
        {
            "base_size": np.uint32(8),
            "pre_nms_topn": np.uint32(30),
            "post_nms_topn": np.uint32(6),
            "nms_thresh": 0.6,
            "feat_stride": np.uint32(8),
            "min_size": np.uint32(4),
            "ratio": np.array([0.5, 1, 2]),
            "scale": np.array([1.0, 2]),
        },
        **more
    )
    return lambda o, n: o.proposal(
        n.x(1, 12, 4, 5, low=0), n.x(1, 24, 4, 5, low=-0.3, high=0.3), n.c([32.0, 40.0, 1.0], "f32"), attrs
    )


def generate(**more):
    return lambda o, n: o.generate_proposals(
        n.c([[40.0, 48, 1]], "f32"),
        n.v(boxes(n, 36).reshape(3, 4, 3, 4) * 3),
        n.x(1, 12, 3, 4, low=-0.2, high=0.2),
        n.x(1, 3, 3, 4, low=0),
        2.0,
        0.5,
        30,
        8,
        **more
    )


ROWS = [
    Row("NonMaxSuppression", 1, nms(), nms(sort_result_descending=False), nms(box_encoding="center")),
    Row("NonMaxSuppression", 3, nms(), nms(output_type="i32")),
    Row("NonMaxSuppression", 4, nms(), nms(output_type="i32")),
    Row("NonMaxSuppression", 5, nms(), nms(sigma=0.5), nms(output_type="i32", sort_result_descending=False)),
    Row("NonMaxSuppression", 9, nms(), nms(sigma=0.5), nms(box_encoding="center")),
    Row(
        "NMSRotated",
        13,
        rotated(),
        rotated(clockwise=False),
        rotated(sort_result_descending=False, output_type="i32"),
    ),
    Row(
        "MatrixNms",
        8,
        many("matrix_nms", score_threshold=0.2),
        many("matrix_nms", decay_function="gaussian", sort_result_type="score"),
        many(
            "matrix_nms",
            sort_result_type="classid",
            nms_top_k=5,
            keep_top_k=4,
            background_class=0,
            post_threshold=0.1,
        ),
        many("matrix_nms", sort_result_across_batch=True, sort_result_type="score", normalized=False),
    ),
    Row(
        "MulticlassNms",
        8,
        many("multiclass_nms", iou_threshold=0.4, score_threshold=0.2),
        many(
            "multiclass_nms",
            iou_threshold=0.4,
            sort_result_type="score",
            sort_result_across_batch=True,
            output_type="i32",
        ),
        many(
            "multiclass_nms",
            iou_threshold=0.6,
            sort_result_type="classid",
            nms_top_k=5,
            keep_top_k=4,
            background_class=0,
            nms_eta=0.9,
        ),
        many("multiclass_nms", iou_threshold=0.4, normalized=False),
    ),
    Row(
        "MulticlassNms",
        9,
        many("multiclass_nms", iou_threshold=0.4, score_threshold=0.2),
        lambda o, n: o.multiclass_nms(
            n.v(boxes(n, 10, 3)), n.x(3, 10, low=0), n.c([6, 4]), iou_threshold=0.4, score_threshold=0.1
        ),
    ),
    Row(
        "DetectionOutput",
        1,
        outputs(1),
        outputs(1, code_type="caffe.PriorBoxParameter.CORNER"),
        outputs(1, variance_encoded_in_target=True, clip_before_nms=True),
        outputs(1, share_location=False, keep_top_k=[4]),
    ),
    Row("DetectionOutput", 8, outputs(8), outputs(8, clip_after_nms=True, decrease_label_id=True)),
    Row("Proposal", 1, proposals(), proposals(framework="tensorflow", box_size_scale=5.0, box_coordinate_scale=10.0)),
    Row("Proposal", 4, proposals(), proposals(clip_before_nms=False, clip_after_nms=True, normalize=True)),
    Row("GenerateProposals", 9, generate(), generate(normalized=False, roi_num_type="i32")),
    Row(
        "ExperimentalDetectronTopKROIs",
        6,
        lambda o, n: make(6, "ExperimentalDetectronTopKROIs", [n.x(5, 4, low=0, high=9), n.x(5)], max_rois=3),
    ),
    Row(
        "ExperimentalDetectronPriorGridGenerator",
        6,
        *[
            lambda o, n, f=f: make(
                6,
                "ExperimentalDetectronPriorGridGenerator",
                [n.x(3, 4, low=-9, high=9), n.x(1, 2, 4, 5), n.x(1, 3, 32, 40)],
                flatten=f,
                h=0,
                w=0,
                stride_x=0.0,
                stride_y=0.0,
            )
            for f in (True, False)
        ]
    ),
    Row(
        "ExperimentalDetectronGenerateProposalsSingleImage",
        6,
        lambda o, n: make(
            6,
            "ExperimentalDetectronGenerateProposalsSingleImage",
            [
                n.c([40.0, 48, 1], "f32"),
                n.v(boxes(n, 36)[0] * 3),
                n.x(12, 3, 4, low=-0.2, high=0.2),
                n.x(3, 3, 4, low=0),
            ],
            min_size=2.0,
            nms_threshold=0.5,
            pre_nms_count=30,
            post_nms_count=8,
        ),
    ),
    Row(
        "ExperimentalDetectronROIFeatureExtractor",
        6,
        *[
            lambda o, n, a=a: make(
                6,
                "ExperimentalDetectronROIFeatureExtractor",
                [n.v(boxes(n, 5)[0] * 6), n.x(1, 3, 16, 16), n.x(1, 3, 8, 8)],
                output_size=4,
                sampling_ratio=2,
                pyramid_scales=[4, 8],
                aligned=a,
            )
            for a in (False, True)
        ]
    ),
    Row(
        "ExperimentalDetectronDetectionOutput",
        6,
        lambda o, n: make(
            6,
            "ExperimentalDetectronDetectionOutput",
            [n.v(boxes(n, 6)[0] * 4), n.x(6, 12, low=-0.2, high=0.2), n.x(6, 3, low=0), n.c([[48.0, 48, 1]], "f32")],
            score_threshold=0.05,
            nms_threshold=0.5,
            max_delta_log_wh=4.135,
            num_classes=3,
            post_nms_count=20,
            max_detections_per_image=10,
            class_agnostic_box_regression=False,
            deltas_weights=[10.0, 10.0, 5.0, 5.0],
        ),
    ),
]
