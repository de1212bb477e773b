#!/usr/bin/env python3
"""Runs parts of networks in their own frameworks, by the real ones: a node of ONNX that Weir lacks in ONNX Runtime,
layers of Caffe in OpenCV by the example adapter, both in a pipeline, too; compares with the whole network there, and with sums by hand.

usage: offload.py --weir PATH [--stream PATH]

Needs numpy, onnx, onnxruntime and cv2 (4.8); a part whose packages are not there is told and fails. The last line is
`N passed, N failed`.
"""
import argparse
import glob
import os
import subprocess
import sys
import tempfile

import numpy as np

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "examples", "offload")


def weir(args, *line):
    done = subprocess.run([args.weir, *line], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())


def outputs(args, folder, model, offload, x):
    np.save(os.path.join(folder, "x.npy"), x)
    weir(args, "run", model, "--offload", offload, "--input", os.path.join(folder, "x.npy"), "--output-dir", folder)
    return np.load(os.path.join(folder, "000.npy"))


def streamed(args, model, offload, x, *properties):
    """The first output of weirinfer for one frame of audio."""
    done = subprocess.run([args.stream, model, str(x.size), "1", "offload", offload, *properties],
                          input=x.tobytes(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.float32)


def onnx_library():
    import onnxruntime
    return glob.glob(os.path.join(os.path.dirname(onnxruntime.__file__), "capi", "libonnxruntime.so.1*"))[0]


def onnx_node(args, folder):
    """MaxpoolWithMask looks only where the mask is not 0."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Reshape", ["x", "s"], ["q"]),
        helper.make_node("Relu", ["q"], ["r"]),
        helper.make_node("MaxpoolWithMask", ["r", "m"], ["d"], domain="com.microsoft", kernel_shape=[2, 2],
                         strides=[2, 2], name="masked"),
        helper.make_node("Neg", ["d"], ["y"]),
    ]
    mask = helper.make_tensor("m", TensorProto.INT32, [1, 1, 2, 4], [1, 1, 1, 1, 1, 0, 0, 0])
    shape = helper.make_tensor("s", TensorProto.INT64, [4], [1, 1, 2, 4])
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 1, 2])], [mask, shape])
    model = helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
    path = os.path.join(folder, "net.onnx")
    onnx.save(model, path)
    x = np.array([[1, 2, 5, 6, 3, 4, 7, 8]], np.float32)
    library = onnx_library()
    whole = onnxruntime.InferenceSession(path).run(None, {"x": x})[0]
    weir(args, "convert", "--input_model", path, "--offload", "onnx=" + library, "--output_dir", folder)
    for found in (outputs(args, folder, path, "onnx=" + library, x),
                  outputs(args, folder, os.path.join(folder, "net.xml"), "onnx=" + library, x)):
        np.testing.assert_array_equal(found, whole)
    np.testing.assert_array_equal(whole.ravel(), [-3, -6])
    for model in path, os.path.join(folder, "net.xml"):
        np.testing.assert_array_equal(streamed(args, model, "onnx=" + library, x), whole.ravel())


def caffe_layer(args, folder):
    """OpenCV knows Shrink, which makes 0 of what lies within 0.5 of it, as a type of Caffe's format; Weir does not."""
    import cv2  # noqa: F401
    command = "caffe=%s %s" % (sys.executable, os.path.join(EXAMPLES, "caffe_layers.py"))
    with open(os.path.join(folder, "net.prototxt"), "w", encoding="utf-8") as f:
        f.write("""input: "x" input_shape { dim: 1 dim: 8 }
layer { name: "a" type: "AbsVal" bottom: "x" top: "a" }
layer { name: "s" type: "Shrink" bottom: "a" top: "a" }
layer { name: "y" type: "Power" bottom: "a" top: "y" power_param { shift: 1 } }
""")
    path = os.path.join(folder, "net.caffemodel")
    open(path, "wb").close()
    x = np.array([-3, -2, -1, -0.25, 0.25, 1, 2, 3], np.float32).reshape(1, 8)
    weir(args, "convert", "--framework", "caffe", "--input_model", path, "--offload", command, "--output_dir", folder)
    found = outputs(args, folder, os.path.join(folder, "net.xml"), command, x)
    np.testing.assert_allclose(found.ravel(), [4, 3, 2, 1, 1, 2, 3, 4])
    found = streamed(args, path, command, x, "convert-options", "--framework caffe")
    np.testing.assert_allclose(found, [4, 3, 2, 1, 1, 2, 3, 4])


def caffe_weights(args, folder):
    """A layer with weights that the user wants Caffe to describe: it passes as it is, --k."""
    import cv2  # noqa: F401
    sys.path.insert(0, EXAMPLES)
    from caffe_layers import weights_file
    command = "caffe=%s %s" % (sys.executable, os.path.join(EXAMPLES, "caffe_layers.py"))
    with open(os.path.join(folder, "net.prototxt"), "w", encoding="utf-8") as f:
        f.write("""input: "x" input_shape { dim: 1 dim: 3 dim: 9 dim: 9 }
layer { name: "c" type: "Convolution" bottom: "x" top: "c" convolution_param { num_output: 4 kernel_size: 3 stride: 2 } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
""")
    with open(os.path.join(folder, "map.xml"), "w", encoding="utf-8") as f:
        f.write('<CustomKernelsMapping><CustomLayer NativeType="Convolution" hasParam="true" '
                'protoParamName="convolution_param"/></CustomKernelsMapping>')
    path = os.path.join(folder, "net.caffemodel")
    with open(path, "wb") as f:
        f.write(weights_file("c", [np.ones((4, 3, 3, 3), np.float32), np.ones(4, np.float32)]))
    weir(args, "convert", "--framework", "caffe", "--input_model", path, "--k", os.path.join(folder, "map.xml"),
         "--offload", command, "--output_dir", folder)
    with open(os.path.join(folder, "net.xml"), encoding="utf-8") as f:
        xml = f.read()
    layer = xml[xml.index('<layer id="3" name="c"'):] if '<layer id="3" name="c"' in xml else xml[xml.index('name="c"'):]
    layer = layer[:layer.index("</layer>")]
    dims = [int(d.split("<")[0]) for d in layer[layer.index("<output>"):].split("<dim>")[1:]]
    assert dims == [1, 4, 4, 4], dims
    assert 'num_output="4"' in layer and 'kernel_size="3"' in layer and 'bias_term="1"' in layer, layer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--stream", help="what runs a pipeline; beside the program by default")
    args = parser.parse_args()
    args.stream = args.stream or os.path.join(os.path.dirname(args.weir), "../../tests/gst/stream-audio")
    failed = 0
    cases = [onnx_node, caffe_layer, caffe_weights]
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(args, folder)
                print("%s: ok" % case.__name__)
            except Exception as problem:  # told, and counted
                failed += 1
                print("%s: %s: %s" % (case.__name__, type(problem).__name__, problem))
    print("%d passed, %d failed" % (len(cases) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
