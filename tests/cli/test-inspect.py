"""weir inspect: facts, and pictures."""
import json
import xml.etree.ElementTree as tree

from driver import Driver

CONV = ("in x f32[1,2,5,5] 1; const w f32[3,2,3,3] 1; Conv x,w > c; Relu c > r; const k f32[3,4,2,2] 1; "
        "ConvTranspose r,k > y strides:is=2,2; out y")
BRANCH = ("in c boolean[] 1; in x f32[2] 1; graph t; Relu x > p; out p; end; graph e; Abs x > q; out q; end; "
          "If c > v then_branch:g=t else_branch:g=e; Exp v > y; out y")
SVG = "{http://www.w3.org/2000/svg}"


def facts(d):
    found = json.loads(d.weir("inspect", d.model("conv.onnx", CONV), "--json")[0])
    assert found["framework"] == "onnx" and found["unsupported"] == []
    assert found["inputs"] == [{"name": "x", "shape": [1, 2, 5, 5], "dtype": "f32"}]
    assert found["outputs"] == [{"name": "y", "shape": [1, 4, 6, 6], "dtype": "f32"}]
    assert found["ops"] == {"Convolution": 1, "Relu": 1, "ConvolutionBackpropData": 1}, found["ops"]
    assert found["parameters"] == 54 + 48
    # 27 outputs of 18 products, and 27 inputs of 16
    assert abs(found["gmacs"] * 1e9 - (27 * 18 + 27 * 16)) < 1e-3, found["gmacs"]


def bodies_count(d):
    found = json.loads(d.weir("inspect", d.model("if.onnx", BRANCH), "--json")[0])
    assert found["ops"] == {"If": 1, "Relu": 1, "Abs": 1, "Exp": 1}, found["ops"]


def unsupported(d):
    model = d.model("bad.onnx", "in x f32[1] 1; Relu x > a; Foo a > b; Abs b > y; local.Bar y > z; out z; out y")
    found = json.loads(d.weir("inspect", model, "--json")[0])
    assert [(u["name"], u["op"]) for u in found["unsupported"]] == [("b", "Foo"), ("z", "local.Bar")]
    assert all(u["why"] for u in found["unsupported"])
    assert found["suggestion"]["nodes"] == 1 and found["suggestion"]["total"] == 4
    out, _ = d.weir("inspect", model)
    assert "unsupported b (Foo): an unknown operation" in out
    d.paste(out.replace("weir convert", "weir convert --output_dir " + d.folder.name))


def boxes(picture):
    """Texts of each box, from its place."""
    found = {}
    for group in picture.iter(SVG + "g"):
        rect = group.find(SVG + "rect")
        place = tuple(float(rect.get(k)) for k in ("x", "y", "width", "height"))
        found[place] = [text.text for text in group.findall(SVG + "text")]
    return found


def draws(d):
    d.weir("inspect", d.model("conv.onnx", CONV), "--svg", d.path("conv.svg"))
    picture = tree.parse(d.path("conv.svg")).getroot()
    found = sorted(boxes(picture).items(), key=lambda item: item[0][1])
    assert [texts[0] for _, texts in found] == ["Parameter", "Convolution", "Relu", "ConvolutionBackpropData", "Result"]
    assert "weights f32[3,2,3,3]" in found[1][1] and "→ f32[1,3,3,3]" in found[1][1], found[1][1]
    assert "strides 2, 2" in found[3][1], found[3][1]
    assert len(list(picture.iter(SVG + "path"))) == 4 + 1  # the edges and the tip of arrows
    for (_, y, _, height), (_, below, _, _) in zip([p for p, _ in found], [p for p, _ in found[1:]]):
        assert y + height < below


def nothing_overlaps(d):
    # Eight branches of different lengths, joined again.
    text = "in x f32[1,4] 1; "
    for i in range(8):
        last = "x"
        for k in range(i % 4 + 1):
            text += "%s %s > n%d_%d; " % (("Relu", "Exp", "Abs")[k % 3], last, i, k)
            last = "n%d_%d" % (i, k)
    text += "Concat %s > y axis:i=1; out y" % ",".join("n%d_%d" % (i, i % 4) for i in range(8))
    d.weir("inspect", d.model("wide.onnx", text), "--svg", d.path("wide.svg"))
    places = list(boxes(tree.parse(d.path("wide.svg")).getroot()))
    assert len(places) == 2 + 1 + 20
    for i, (x, y, w, h) in enumerate(places):
        for p, q, r, s in places[:i]:
            assert x + w <= p or p + r <= x or y + h <= q or q + s <= y, (places[i], (p, q, r, s))


def bodies_are_drawn(d):
    d.weir("inspect", d.model("if.onnx", BRANCH), "--svg", d.path("if.svg"))
    texts = [t.text for t in tree.parse(d.path("if.svg")).getroot().iter(SVG + "text")]
    assert "v: then" in texts and "v: else" in texts, texts


def text_is_escaped(d):
    model = d.model("odd.onnx", "in <x&\"'y f32[1] 1; Relu <x&\"'y > <b>; out <b>")
    d.weir("inspect", model, "--svg", d.path("odd.svg"))
    texts = [t.text for t in tree.parse(d.path("odd.svg")).getroot().iter(SVG + "text")]
    assert "<x&\"'y" in texts and "<b>" in texts, texts


Driver().run([facts, bodies_count, unsupported, draws, nothing_overlaps, bodies_are_drawn, text_is_escaped])
