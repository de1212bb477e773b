"""weir quantize: an INT8 model from a folder of samples."""
import json
import os
import re

from driver import Driver

# y = x w with w = [1 0.5; -2 4]
PRODUCT = "in x f32[1,2] 1; const w f32[2,2] 1 0.5 -2 4; MatMul x,w > y; out y"
# A picture's mean of each channel, times 1, 2 and 3.
PICTURE = ("in x f32[1,3,2,2] 1; const w f32[3,3,2,2] " + " ".join(
    "%g" % (0.25 * (o + 1) if o == i else 0) for o in range(3) for i in range(3) for _ in range(4)) +
    "; Conv x,w > y; out y")


def folder(d, name, **files):
    path = d.path(name)
    os.makedirs(path, exist_ok=True)
    for file, data in files.items():
        with open(os.path.join(path, file.replace("_", ".")), "wb") as f:
            f.write(data)
    return path


def arrays(d):
    path = folder(d, "arrays")
    d.write_npy("arrays/0.npy", [1, 2], [1, 3])
    d.write_npy("arrays/1.npy", [1, 2], [-1, 2])
    return path


def quantized(d, text, samples, *options):
    out = d.path("out/q.xml")
    os.makedirs(d.path("out"), exist_ok=True)
    said = d.weir("quantize", d.model("m.onnx", text), "--samples", samples, "-o", out, *options)[0]
    with open(d.path("out/q.statistics.json")) as f:
        return said, out, json.load(f)


def value_of(d, model, x):
    said = d.weir("run", model, "--input", x)[0]
    assert said.startswith("y f32 "), said
    return [float(v) for v in said.split(":")[1].split()]


def arrays_are_samples(d):
    said, out, table = quantized(d, PRODUCT, arrays(d))
    assert "samples: 2" in said and "layers: 1 quantised, 0 kept in float" in said, said
    assert [(v["name"], v["min"], v["max"]) for v in table["values"]] == [("x:0", -1, 3)], table
    y = value_of(d, out, d.path("arrays/0.npy"))
    assert abs(y[0] + 5) < 0.1 and abs(y[1] - 12.5) < 0.1, y
    with open(out) as f:
        xml = f.read()
    assert 'type="FakeQuantize"' in xml and 'element_type="i8"' in xml


def statistics_do_without_samples(d):
    _, out, _ = quantized(d, PRODUCT, arrays(d))
    again = d.path("again.xml")
    d.weir("quantize", d.path("m.onnx"), "--statistics", d.path("out/q.statistics.json"), "-o", again)
    with open(out[:-4] + ".bin", "rb") as a, open(again[:-4] + ".bin", "rb") as b:
        assert a.read() == b.read()


def pictures_are_samples(d):
    samples = folder(d, "pictures", a_ppm=b"P6\n# two pixels\n2 1\n255\n" + bytes([0, 100, 200, 40, 140, 240]),
                     b_pgm=b"P5 1 1 255 " + bytes([60]))
    said, _, table = quantized(d, PICTURE, samples, "--mean_values", "100,100,100", "--scale_values=2",
                               "--reverse-input-channels", "true")
    assert "pictures: RGB (property), mean 100 100 100, scale 2 2 2 (property), stretch (framework)" in said, said
    # From (0 - 100) / 2 to (240 - 100) / 2.
    assert [(v["name"], v["min"], v["max"]) for v in table["values"]] == [("x:0", -50, 70)], table
    with open(d.path("out/q.xml")) as f:
        xml = f.read()
    assert '<mean_values value="100 100 100"' in xml and '<reverse_input_channels value="True"' in xml, xml


def random_numbers_are_warned_of(d):
    out = d.path("random.xml")
    said = d.weir("quantize", d.model("m.onnx", PRODUCT), "--samples", "random:4", "-o", out)
    assert "warning: ranges of random numbers" in said[1] and "samples: 4" in said[0], said


def subset_is_spread(d):
    path = folder(d, "many")
    for i in range(10):
        d.write_npy("many/%d.npy" % i, [1, 2], [i, 0])
    _, _, table = quantized(d, PRODUCT, path, "--subset", "2")
    assert table["samples"] == 2 and table["values"][0]["max"] == 5, table


def layers_are_ignored(d):
    text = ("in x f32[1,2] 1; const w f32[2,2] 1 0.5 -2 4; const v f32[2,2] 1 2 3 4; MatMul x,w > m; MatMul m,v > y; "
            "out y")
    said, _, table = quantized(d, text, arrays(d), "--ignore", "m*")
    assert "layers: 1 quantised, 1 kept in float" in said and re.search(r"^  m \(MatMul\): --ignore$", said, re.M), said
    assert [v.get("kept") for v in table["layers"]] == ["--ignore", None], table


def bad_samples_are_named(d):
    model = d.model("m.onnx", PRODUCT)
    picture = d.model("p.onnx", PICTURE)
    empty, wrong = folder(d, "empty"), folder(d, "wrong")
    d.write_npy("wrong/0.npy", [1, 2], [1, 1])
    d.write_npy("wrong/1.npy", [1, 3], [1, 1, 1])
    cases = [
        (model, empty, "holds no .npy, .ppm, .pgm or .pnm"),
        (model, d.path("nowhere"), "nowhere"),
        (model, wrong, "1.npy: input 'x': expected [1,2], found [1,3]"),
        (model, "random:0", "expected random:N with N from 1"),
        (picture, folder(d, "text", a_ppm=b"P3 1 1 255 0 0 0"), "a.ppm: no PPM or PGM of bytes"),
        (picture, folder(d, "short", a_ppm=b"P6 2 2 255 abc"), "a.ppm: expected 12 bytes of pixels, found 3"),
        (picture, folder(d, "deep", a_ppm=b"P6 1 1 65535 abcdef"), "a.ppm: values up to 65535: only 255 is read"),
        (picture, folder(d, "none", a_ppm=b"P6 0 1 255 "), "a.ppm: a picture of 0 x 1"),
        (picture, folder(d, "cut", a_ppm=b"P6 1 # x"), "a.ppm: expected width, height and 255"),
        (model, folder(d, "flat", a_ppm=b"P6 1 1 255 abc"), "a.ppm: input 'x' takes no picture"),
    ]
    for path, samples, text in cases:
        said = d.weir("quantize", path, "--samples", samples, "-o", d.path("no.xml"), status=1)[1]
        assert text in said, said
        assert not os.path.exists(d.path("no.xml")) and not os.path.exists(d.path("no.statistics.json"))


def usage(d):
    model = d.model("m.onnx", PRODUCT)
    for words in ([model], [model, "--samples", "a", "--statistics", "b"], ["--samples", "random:1"],
                  [model, "--samples", "random:1", "--reverse-input-channels", "maybe"]):
        assert "expected one MODEL" in d.weir("quantize", *words, status=2)[1]
    assert "expected mse, minmax, percentile, entropy" in d.weir(
        "quantize", model, "--samples", "random:1", "--method", "x", status=1)[1]


Driver().run([arrays_are_samples, statistics_do_without_samples, pictures_are_samples, random_numbers_are_warned_of,
              subset_is_spread, layers_are_ignored, bad_samples_are_named, usage])
