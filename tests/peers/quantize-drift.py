#!/usr/bin/env python3
"""What `weir quantize` makes of a model, in OpenVINO's runtime beside the float model: how far outputs drift, whether boxes
are the same, which precision the layers have, and whether Weir computes what OpenVINO computes.

usage: quantize-drift.py WEIR MODEL SAMPLES PICTURES [--decode yolo|pairs|none] [--input mean,scale] [--letterbox PAD]
                         [--shape S] [--check N] [-- OPTIONS OF weir quantize]

SAMPLES calibrate, PICTURES (a folder of PPM, see pipelines/samples.sh) test. `pairs`: an output [1,N,C] of scores, class 0
for nothing, and one [1,N,4] of corners; `yolo`: an output [1,4+C,N]. An object that float finds with a score of 0.5 must be
found with 0.4 at IoU 0.75, in the same class, and the other way round.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import openvino as ov

SURE, WEAK, SAME = 0.5, 0.4, 0.75


def read_ppm(path):
    data = open(path, "rb").read()
    fields = data.split(None, 4)
    w, h = int(fields[1]), int(fields[2])
    return np.frombuffer(data[-w * h * 3:], np.uint8).reshape(h, w, 3)


def resize(picture, height, width):
    """Bilinear, between centres of pixels."""
    h, w, _ = picture.shape
    y = np.clip((np.arange(height) + 0.5) * h / height - 0.5, 0, h - 1)
    x = np.clip((np.arange(width) + 0.5) * w / width - 0.5, 0, w - 1)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, h - 1), np.minimum(x0 + 1, w - 1)
    fy, fx = (y - y0)[:, None, None], (x - x0)[None, :, None]
    p = picture.astype(np.float32)
    return ((p[y0][:, x0] * (1 - fx) + p[y0][:, x1] * fx) * (1 - fy)
            + (p[y1][:, x0] * (1 - fx) + p[y1][:, x1] * fx) * fy).astype(np.float32)


def make_input(picture, shape, a):
    last = shape[3] in (1, 3) and shape[1] not in (1, 3)
    height, width = (shape[1], shape[2]) if last else (shape[2], shape[3])
    if a.letterbox is None:
        x = resize(picture, height, width)
    else:
        k = min(height / picture.shape[0], width / picture.shape[1])
        h, w = round(picture.shape[0] * k), round(picture.shape[1] * k)
        x = np.full((height, width, 3), a.letterbox, np.float32)
        top, left = (height - h) // 2, (width - w) // 2
        x[top:top + h, left:left + w] = resize(picture, h, w)
    x = (x - a.mean) / a.scale
    return np.ascontiguousarray(x[None] if last else x.transpose(2, 0, 1)[None], np.float32)


def iou(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def suppress(boxes, scores, classes):
    kept = []
    for i in np.argsort(-scores):
        if all(classes[i] != k[5] or iou(boxes[i], k) < 0.45 for k in kept):
            kept.append([*boxes[i], scores[i], classes[i]])
    return kept


def decode_yolo(outputs):
    rows = next(o for o in outputs if o.ndim == 3)[0].T
    scores, classes = rows[:, 4:].max(1), rows[:, 4:].argmax(1)
    sure = scores >= WEAK
    c, s = rows[sure, :2], rows[sure, 2:4] / 2
    return suppress(np.hstack([c - s, c + s]), scores[sure], classes[sure])


def decode_pairs(outputs):
    boxes = next(o for o in outputs if o.shape[-1] == 4)[0]
    rows = next(o for o in outputs if o.shape[-1] != 4)[0]
    scores, classes = rows[:, 1:].max(1), rows[:, 1:].argmax(1)
    sure = scores >= WEAK
    return suppress(boxes[sure], scores[sure], classes[sure])


DECODERS = {"yolo": decode_yolo, "pairs": decode_pairs}


def found(wanted, offered):
    """(how many sure objects there are, how many of them the other one has)"""
    sure, used = [w for w in wanted if w[4] >= SURE], set()
    for w in sure:
        at = max(((iou(w, o), k) for k, o in enumerate(offered) if k not in used and o[5] == w[5]), default=(0, -1))
        if at[0] >= SAME:
            used.add(at[1])
    return np.array([len(sure), len(used)])


class Drift:
    def __init__(self):
        self.signal = self.noise = self.cosine = self.largest = self.count = 0.0

    def add(self, exact, rounded):
        e, r = exact.astype(np.float64).ravel(), rounded.astype(np.float64).ravel()
        self.signal += (e * e).sum()
        self.noise += ((e - r) ** 2).sum()
        self.cosine += (e * r).sum() / max(np.sqrt((e * e).sum() * (r * r).sum()), 1e-300)
        self.largest = max(self.largest, np.abs(e - r).max())
        self.count += 1

    def __str__(self):
        ratio = self.noise / max(self.signal, 1e-300)
        return "drift %.4f, SNR %.1f dB, cosine %.5f, largest %.4g" % (
            ratio ** 0.5, -10 * np.log10(max(ratio, 1e-300)), self.cosine / self.count, self.largest)


def word(value):
    return str(value.astype(str)) if hasattr(value, "astype") else str(value)


def print_precisions(compiled):
    count = collections.Counter()
    for op in compiled.get_runtime_model().get_ops():
        kind, info = word(op.rt_info["layerType"]), op.rt_info
        if kind in ("Convolution", "MatMul", "FullyConnected", "Deconvolution", "Concatenation", "Eltwise", "Subgraph", "FakeQuantize"):
            count[kind, word(info["runtimePrecision"])] += 1
    print("OpenVINO runs: " + ", ".join("%d %s in %s" % (n, *k) for k, n in sorted(count.items())))


def run_weir(weir, model, x, tmp):
    np.save(os.path.join(tmp, "x.npy"), x)
    subprocess.run([weir, "run", model, "--input", os.path.join(tmp, "x.npy"), "--output-dir", tmp], check=True,
                   stdout=subprocess.DEVNULL)
    return [np.load(os.path.join(tmp, o["file"])) for o in json.load(open(os.path.join(tmp, "outputs.json")))]


def compile_model(path, a):
    core = ov.Core()
    model = core.read_model(path)
    if a.shape:
        model.reshape([int(d) for d in a.shape.strip("[]").split(",")])
    return core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def print_levels(xml, x, a, tmp):
    """How far Weir's quantised values are from OpenVINO's, at a few depths of the network."""
    core = ov.Core()
    names = [n.get_friendly_name() for n in core.read_model(xml).get_ordered_ops() if n.get_type_name() == "FakeQuantize"]
    for k in sorted({len(names) * i // 4 for i in (1, 2, 3)} | {len(names) - 1}):
        model, path = core.read_model(xml), os.path.join(tmp, "cut.xml")
        fake = next(n for n in model.get_ops() if n.get_friendly_name() == names[k])
        low, high = (float(fake.input_value(i).get_node().data.ravel()[0]) for i in (3, 4))
        ov.save_model(ov.Model([fake.output(0)], model.get_parameters(), "cut"), path, compress_to_fp16=False)
        step = (high - low) / (fake.get_attributes()["levels"] - 1)
        theirs = list(compile_model(path, a)([x]).values())[0]
        apart = np.abs(theirs - run_weir(a.weir, path, x, tmp)[0]) / step
        print("FakeQuantize %d of %d, Weir beside OpenVINO: at most %.0f levels apart, %.3f %% of the values differ" % (
            k + 1, len(names), apart.max(), 100 * (apart > 0.5).mean()), flush=True)


def test(a, tmp):
    xml = os.path.join(tmp, "int8.xml")
    subprocess.run([a.weir, "convert", "--input_model", a.model, "--output_dir", tmp, "--model_name", "float", "--silent"],
                   check=True)
    shape = ["--shape", a.shape] if a.shape else []
    subprocess.run([a.weir, "quantize", a.model, "--samples", a.samples, "-o", xml, *shape, *a.options], check=True)
    exact, rounded = compile_model(os.path.join(tmp, "float.xml"), a), compile_model(xml, a)
    print_precisions(rounded)
    shape = list(exact.input(0).shape)
    drifts = [Drift() for _ in exact.outputs]
    peers, top, objects, extra = [Drift() for _ in exact.outputs], 0, np.zeros(2, int), np.zeros(2, int)
    files = sorted(f for f in os.listdir(a.pictures) if f.endswith(".ppm"))
    for n, name in enumerate(files):
        x = make_input(read_ppm(os.path.join(a.pictures, name)), shape, a)
        e, r = ([np.array(v) for v in c([x]).values()] for c in (exact, rounded))
        for d, u, v in zip(drifts, e, r):
            d.add(u, v)
        top += e[0].argmax() == r[0].argmax()
        if a.decode in DECODERS:
            u, v = DECODERS[a.decode](e), DECODERS[a.decode](r)
            objects += found(u, v)
            extra += found(v, u)
        if n * a.check // len(files) != (n + 1) * a.check // len(files):
            for d, u, v in zip(peers, r, run_weir(a.weir, xml, x, tmp)):
                d.add(u, v)
    print_levels(xml, x, a, tmp)
    for i, d in enumerate(drifts):
        print("output %d on %d pictures: %s" % (i, len(files), d))
    for i, d in enumerate(peers):
        if d.count:
            print("output %d, Weir beside OpenVINO: %s" % (i, d))
    if a.decode not in DECODERS:
        print("the largest of output 0 is the same in %d of %d pictures" % (top, len(files)))
        return True
    shares = [n[1] / max(n[0], 1) for n in (objects, extra)]
    print("objects of float that INT8 finds: %d of %d (%.1f %%); the other way round: %d of %d (%.1f %%)" % (
        objects[1], objects[0], 100 * shares[0], extra[1], extra[0], 100 * shares[1]))
    return objects[0] > 0 and min(shares) >= 0.97


def main():
    argv, options = sys.argv[1:], []
    if "--" in argv:
        argv, options = argv[:argv.index("--")], argv[argv.index("--") + 1:]
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weir", "model", "samples", "pictures"):
        p.add_argument(name)
    p.add_argument("--decode", choices=[*DECODERS, "none"], default="none")
    p.add_argument("--input", default="0,1", help="mean and scale")
    p.add_argument("--letterbox", type=float)
    p.add_argument("--shape", help="[1,3,320,320], where the model has none")
    p.add_argument("--check", type=int, default=3, help="pictures that Weir runs, too")
    a = p.parse_args(argv)
    a.options = options
    a.mean, a.scale = (float(v) for v in a.input.split(","))
    with tempfile.TemporaryDirectory(prefix="weir-drift-") as tmp:
        return 0 if test(a, tmp) else 1


if __name__ == "__main__":
    sys.exit(main())
