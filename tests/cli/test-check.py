"""weir check: where two models part."""
import json

from driver import Driver

# y = relu (x w + b) w; the second one differs from the first by one bias.
FIRST = ("in x f32[1,2] 1; const w f32[2,2] 1 2 3 4; const b f32[2] 1 1; MatMul x,w > m; Add m,b > a; Relu a > r; "
         "MatMul r,w > y; out y")
OTHER = FIRST.replace("b f32[2] 1 1", "b f32[2] 1 1.5")
# The same without the names of the first.
RENAMED = ("in x f32[1,2] 1; const w f32[2,2] 1 2 3 4; const b f32[2] 1 1; MatMul x,w > t1; Add t1,b > t2; "
           "Relu t2 > t3; MatMul t3,w > y; out y")


def checked(d, first, other, *options, status):
    a, b = d.model("a.onnx", first), d.model("b.onnx", other)
    return json.loads(d.weir("check", a, "--against", b, "--json", *options, status=status)[0])


def equal_models_agree(d):
    found = checked(d, FIRST, FIRST, status=0)
    assert found["agree"] and found["first"] is None
    assert len(found["layers"]) == 4 and found["unmatched"] == [0, 0], found


def first_layer_that_differs(d):
    x = d.write_npy("x.npy", [1, 2], [1, 1])
    found = checked(d, FIRST, OTHER, "--input", "x=" + x, status=1)
    assert not found["agree"] and found["first"]["name"] == "a", found
    # m = (4, 6), a = (5, 7) and (5, 7.5); r the same; y = (26, 38) and (27.5, 40)
    near = {layer["name"]: (layer["difference"], layer["largest"]) for layer in found["layers"]}
    for name, expected in {"m": (0, 6), "a": (0.5 / 7, 7), "r": (0.5 / 7, 7), "y": (2 / 38, 38)}.items():
        assert all(abs(p - q) < 1e-6 for p, q in zip(near[name], expected)), (name, near[name])
    assert abs(found["outputs"][0]["difference"] - 2 / 38) < 1e-6


def tolerance_decides(d):
    x = d.write_npy("x.npy", [1, 2], [1, 1])
    found = checked(d, FIRST, OTHER, "--data", x, "--tolerance", "0.1", status=0)
    assert found["agree"]


def worst_sample_counts(d):
    calm, loud = d.write_npy("calm.npy", [1, 2], [-9, -9]), d.write_npy("loud.npy", [1, 2], [1, 1])
    # Both biases end at zero where everything is negative: relu hides the difference of a.
    found = checked(d, FIRST, OTHER, "--data", calm, "--data", loud, status=1)
    near = {layer["name"]: layer["difference"] for layer in found["layers"]}
    assert abs(near["r"] - 0.5 / 7) < 1e-6, near


def inputs_where_names_differ(d):
    found = checked(d, FIRST, RENAMED, status=0)
    assert [layer["by"] for layer in found["layers"]] == ["inputs", "inputs", "inputs", "name"], found
    assert found["unmatched"] == [0, 0], found
    found = checked(d, OTHER, RENAMED, status=1)
    assert found["first"]["name"] == "a", found


# Two branches that differ in their weights only.
BRANCHES = ("in x f32[1,2] 1; const u f32[2,2] 1 2 3 4; const v f32[2,2] 5 6 7 8; MatMul x,u > p; MatMul x,v > q; "
            "Sub p,q > y; out y")
SWAPPED = ("in x f32[1,2] 1; const v f32[2,2] 5 6 7 8; const u f32[2,2] 1 2 3 4; MatMul x,v > s; MatMul x,u > t; "
           "Sub t,s > y; out y")


def weights_tell_branches(d):
    found = checked(d, BRANCHES, SWAPPED, status=0)
    assert found["unmatched"] == [0, 0] and len(found["layers"]) == 3, found


def order_behind_what_is_missing(d):
    # The second model has no Relu: what follows is known by its order only, and differs.
    bare = RENAMED.replace("Relu t2 > t3; MatMul t3,w > y", "MatMul t2,w > z")
    found = checked(d, FIRST.replace("out y", "Exp y > e; out e"), bare.replace("out y", "Exp z > f; out f"),
                    "--input", "x=" + d.write_npy("x.npy", [1, 2], [1, 1]), status=0)
    assert {layer["name"]: layer["by"] for layer in found["layers"]} == {
        "m": "inputs", "a": "inputs", "y": "order", "e": "inputs"}, found
    assert found["unmatched"] == [1, 0]


def devices(d):
    a = d.model("a.onnx", FIRST)
    assert "they agree" in d.weir("check", a, "--device", "CPU", "--against-device", "REFERENCE")[0]


def formats(d):
    a = d.model("a.onnx", FIRST)
    d.weir("convert", "--input_model", a, "-o", d.folder.name, "--model_name", "written")
    assert "they agree" in d.weir("check", a, "--against", d.path("written.xml"))[0]
    assert "they part at 'a' (Add)" in d.weir("check", d.model("b.onnx", OTHER), "--against", d.path("written.xml"),
                                              status=1)[0]


def bad_calls(d):
    a = d.model("a.onnx", FIRST)
    d.weir("check", a, status=2)
    _, told = d.weir("check", a, "--against", d.model("two.onnx", "in x f32[1,2] 1; in z f32[1,2] 1; Add x,z > y; "
                                                                  "out y"), status=1)
    assert "has 1 inputs" in told and "has 2" in told, told


Driver().run([equal_models_agree, first_layer_that_differs, tolerance_decides, worst_sample_counts,
              inputs_where_names_differ,
              weights_tell_branches, order_behind_what_is_missing, devices, formats, bad_calls])
