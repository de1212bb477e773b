"""weir convert of models that hold what cannot be converted: Foo and Bar are no operations."""
import re

from driver import Driver

PARTS = ("in x f32[1,4] 1; in s f32[4] 1; Relu x > p; Foo p > f; Add f,s > a; Relu a > r; Exp r > e; Bar e > y; "
         "out y")


def ports(xml, kind):
    """Names of layers of one type in the order of the IR."""
    with open(xml, encoding="utf-8") as f:
        return re.findall(r'<layer [^>]*name="([^"]*)" type="%s"' % kind, f.read())


def lists_all_and_suggests(d):
    model = d.model("parts.onnx", PARTS)
    _, told = d.weir("convert", "--input_model", model, "-o", d.folder.name, "--model_name", "parts", status=1)
    assert "2 ONNX operations cannot be converted: 'f' (Foo)" in told and "'y' (Bar)" in told, told
    # Foo parts the nodes into Relu and Add-Relu-Exp; the second part is the larger one.
    assert "3 of its 6 nodes can be converted" in told, told
    d.paste(told)
    assert ports(d.path("parts.xml"), "Parameter") == ["s", "f"], ports(d.path("parts.xml"), "Parameter")
    assert len(ports(d.path("parts.xml"), "Result")) == 1


def suggests_what_works(d):
    # What stands behind Foo is the larger part, but Flatten needs a rank, which Foo does not tell: found when that part is
    # tried, and so it begins behind Flatten.
    model = d.model("rank.onnx", "in x f32[1,4] 1; Relu x > a; Abs a > b; Foo b > f; Flatten f > g axis:i=-1; "
                                 "Exp g > h; Neg h > i; Relu i > y; out y")
    _, told = d.weir("convert", "--input_model=" + model, "--output_dir", d.folder.name, status=1)
    output, words = d.paste(told)
    assert "Generated IR" in output
    assert words[-4:] == ["--input", "g", "--output", "y"], words


def spaces_are_quoted(d):
    model = d.model("name with space.onnx", PARTS)
    _, told = d.weir("convert", "--input_model", model, "-o", d.folder.name, "--model_name", "spaced", status=1)
    d.paste(told)
    assert ports(d.path("spaced.xml"), "Parameter") == ["s", "f"]


def earlier_cut_is_replaced(d):
    model = d.model("again.onnx", PARTS)
    _, told = d.weir("convert", "--input_model", model, "-o", d.folder.name, "--output=y", "--input", "s,x", status=1)
    _, words = d.paste(told)
    assert words.count("--output") == 1 and words.count("--input") == 1 and "--output=y" not in words, words


def nothing_to_suggest(d):
    model = d.model("none.onnx", "in x f32[1] 1; Foo x > y; out y")
    _, told = d.weir("convert", "--input_model", model, "-o", d.folder.name, status=1)
    assert "can be converted:" not in told, told


def body_counts_as_its_node(d):
    model = d.model("body.onnx", "in c boolean[] 1; in x f32[2] 1; Relu x > r; graph t; Foo r > p; out p; end; "
                                 "graph e; Abs r > q; out q; end; If c > v then_branch:g=t else_branch:g=e; "
                                 "Exp v > w; Neg w > y; out y")
    _, told = d.weir("convert", "--input_model", model, "-o", d.folder.name, status=1)
    _, words = d.paste(told)
    assert words[-4:] == ["--input", "v", "--output", "y"], words


Driver().run([lists_all_and_suggests, suggests_what_works, spaces_are_quoted, earlier_cut_is_replaced,
              nothing_to_suggest, body_counts_as_its_node])
