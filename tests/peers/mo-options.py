#!/usr/bin/env python3
"""Runs the same command lines through Model Optimizer and `weir convert` and compares what comes out:
names, types, shapes and layouts of inputs and outputs, and the outputs of two inferences, by OpenVINO.

usage: mo-options.py --weir PROGRAM --models FOLDER [--only TEXT]     with the Python that has openvino-dev
The last line is `N passed, N failed`.
"""
import argparse
import glob
import os
import subprocess
import sys
import tempfile

import numpy as np
from openvino.runtime import Core

# name of the model's folder, options; and what is expected where it is not the same in both:
# "refused": both fail; "weir refuses": Weir sees a mistake that the tool lets pass.
MNIST, SUPER, FACE, SELFIE = "mnist_8", "super_resolution_pt", "ultraface_rfb_320", "selfie_segmentation"
NET, YAM, DTLN, SILERO, BYTES, YUNET = "st_mobilenet_v2_128_05", "yamnet_256", "dtln_model_1", "silero_vad_16k", "byte_sb_bidi_lstm", "yunet_n_320"
CASES = [
    (MNIST, [], ""),
    (MNIST, ["--model_name", "other"], ""),
    (MNIST, ["--compress_to_fp16"], ""),
    (MNIST, ["--compress_to_fp16=True"], ""),
    (MNIST, ["--compress_to_fp16=False"], ""),
    (MNIST, ["--compress_to_fp16=maybe"], "refused"),
    (MNIST, ["--input_shape", "[1,1,28,28]"], ""),
    (MNIST, ["--input_shape=(1,1,28,28)"], ""),
    (MNIST, ["--input_shape", "[1,x]"], "refused"),
    (MNIST, ["--input_shape", "[1,1,28,28]", "--batch", "2"], "refused"),
    (MNIST, ["--input", "Input3[1,1,28,28]"], ""),
    (MNIST, ["--input", "Input3[1 1 28 28]"], ""),
    (MNIST, ["--input", "Input3[1,1,28,28]", "--input_shape", "[1,1,28,28]"], "refused"),
    (MNIST, ["--input", "Input3[1,1,28,28]", "-b", "1"], "refused"),
    (MNIST, ["--input", "Input3", "--input_shape", "[1,1,28,28],[2]"], "refused"),
    (MNIST, ["--input", "nothing"], "refused"),
    (MNIST, ["--output", "ReLU32_Output_0"], ""),
    (MNIST, ["--output", "nothing"], "refused"),
    (MNIST, ["--input", "Pooling66_Output_0"], ""),
    (MNIST, ["--input", "Pooling66_Output_0[1,8,14,14]", "--output", "Plus112_Output_0"], ""),
    (MNIST, ["--input", "0:Convolution110[1,8,14,14]"], ""),
    (MNIST, ["--scale", "255"], ""),
    (MNIST, ["-s", "2"], ""),
    (MNIST, ["--scale", "2", "--scale_values", "[2]"], "refused"),
    (MNIST, ["--scale_values", "[255]"], ""),
    (MNIST, ["--mean_values", "Input3[127]"], ""),
    (MNIST, ["--mean_values", "[127]", "--scale_values", "[2]"], ""),
    (MNIST, ["--mean_values", "[127]", "--scale", "2"], ""),
    (MNIST, ["--mean_values", "[1,2,3]"], "refused"),
    (MNIST, ["--mean_values", "nothing[127]"], "refused"),
    (MNIST, ["--reverse_input_channels"], "refused"),
    (MNIST, ["--layout", "nchw"], ""),
    (MNIST, ["--layout", "nchw->nhwc"], ""),
    (MNIST, ["--layout", "Input3(nchw->nhwc),Plus214_Output_0(nc)"], ""),
    (MNIST, ["--layout", "nchw", "--source_layout", "nchw"], "refused"),
    (MNIST, ["--source_layout", "nchw", "--target_layout", "nhwc"], ""),
    (MNIST, ["--source_layout", "Input3(nchw)", "--target_layout", "Input3(nhwc)"], ""),
    (MNIST, ["--transform", "Nothing"], "refused"),
    (MNIST, ["--transform", "Pruning"], ""),
    (MNIST, ["--no_such_option"], "refused"),
    (MNIST, ["--batch", "0"], "refused"),
    (MNIST, ["--batch", "x"], "refused"),
    (MNIST, ["--log_level", "LOUD"], "refused"),
    (MNIST, ["--use_new_frontend", "--use_legacy_frontend"], "refused"),
    (MNIST, ["--use_new_frontend"], ""),
    (MNIST, ["--static_shape"], ""),
    (MNIST, ["--silent", "--progress", "--stream_output"], ""),
    (MNIST, ["--framework", "onnx"], ""),
    (SUPER, [], ""),
    (SUPER, ["--batch", "3"], ""),
    (SUPER, ["--input_shape", "[?,1,224,224]"], ""),
    (SUPER, ["--input_shape", "[-1,1,224,224]"], ""),
    (SUPER, ["--input_shape", "[1..4,1,224,224]"], ""),
    (SUPER, ["--input_shape", "[..4,1,224,224]"], ""),
    (SUPER, ["--input", "input[2..,1,224,224]"], ""),
    (SUPER, ["--input_shape", "[1,1,64,64]"], "refused"),
    (SUPER, ["--layout", "nchw", "--batch", "2"], ""),
    (SUPER, ["--layout", "cnhw", "--batch", "2"], "refused"),
    (FACE, ["--mean_values", "[127,127,127]", "--scale_values", "[128]"], ""),
    (FACE, ["--mean_values", "[104,117,123]", "--scale_values", "[58,57,56]", "--reverse_input_channels"], ""),
    (FACE, ["--mean_values", "input(104,117,123)", "--reverse_input_channels=True"], ""),
    (FACE, ["--reverse_input_channels=False"], ""),
    (FACE, ["--mean_values", "[1,2]"], "refused"),
    (FACE, ["--mean_values", "[1,2,3],[4,5,6]"], "refused"),
    (FACE, ["--layout", "nchw->nhwc", "--mean_values", "[104,117,123]", "--reverse_input_channels"], ""),
    (FACE, ["--layout", "input([n,c,...]->[n,...,c])"], ""),
    (FACE, ["--output", "boxes"], ""),
    (YUNET, ["--output", "obj_16,cls_8"], ""),
    (SELFIE, ["--reverse_input_channels", "--scale", "255"], ""),
    (SELFIE, ["--layout", "nhwc->nchw", "--mean_values", "[1,2,3]"], ""),
    (SELFIE, ["--target_layout", "nchw", "--source_layout", "nhwc"], ""),
    (SELFIE, ["--compress_to_fp16", "--reverse_input_channels"], ""),
    (NET, ["--batch", "2", "--mean_values", "[127.5]", "--scale_values", "[127.5]"], ""),
    (NET, ["--input_shape", "[1,3,128,128]", "--static_shape"], ""),
    (YAM, ["--input_shape", "[4,1,64,96]"], ""),
    (YAM, ["-b", "5"], ""),
    (DTLN, ["--batch", "2"], "weir refuses"),
    (DTLN, ["--input", "input_2,input_3"], ""),
    (DTLN, ["--input", "input_2"], "weir refuses"),
    (DTLN, ["--transform", "LowLatency2"], ""),
    (DTLN, ["--transform", "LowLatency2[use_const_initializer=False]"], ""),
    (DTLN, ["--transform", "MakeStateful[param_res_names={'input_3':'tf_op_layer_stack_2'}]"], ""),
    (DTLN, ["--transform", "MakeStateful[param_res_names={'input_3':'nothing'}]"], "refused"),
    (DTLN, ["--mean_values", "input_2[1]", "--scale_values", "input_3[2]"], ""),
    (DTLN, ["--scale", "2"], ""),
    (SILERO, ["--input", "sr->16000,input[1,576],state[2,1,128]"], ""),
    (SILERO, ["--freeze_placeholder_with_value", "sr->16000", "--input", "input[1,576],state[2,1,128],sr"], ""),
    (SILERO, ["--freeze_placeholder_with_value", "sr->8000", "--input", "sr->16000,input[1,576],state[2,1,128]"], "refused"),
    (SILERO, ["--input", "sr->1->2"], "refused"),
    (SILERO, ["--input", "sr[2]->1,input,state"], "refused"),
    (BYTES, ["--input_shape", "[1,7]"], ""),
    (BYTES, ["--input", "input[1,7]{i32}"], ""),
    (BYTES, ["--input", "input[1,7]{nothing}"], "refused"),
]
CORE = Core()


def convert(command, model, options, folder):
    run = subprocess.run(command + ["--input_model", model, "--output_dir", folder] + options, capture_output=True, text=True)
    found = glob.glob(os.path.join(folder, "*.xml"))
    return (found[0] if run.returncode == 0 and found else None), (run.stdout + run.stderr).strip()


def port(value):
    return "%s %s" % (value.get_element_type().get_type_name(), value.get_partial_shape())


def interface(model):
    inputs = [(port(p.output(0)), str(p.layout)) for p in model.get_parameters()]
    outputs = [(port(r.input(0)), str(r.layout)) for r in model.get_results()]
    return inputs, outputs


def data_for(parameter, random):
    shape = [d.get_length() if d.is_static else max(2, d.get_min_length()) for d in parameter.get_partial_shape()]
    kind = parameter.get_element_type().to_dtype()
    if np.issubdtype(kind, np.floating):
        return random.standard_normal(shape).astype(kind)
    return random.integers(0, 100, shape).astype(kind)


def outputs_of(model, data):
    request = CORE.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    results = []
    for inputs in data:
        request.infer(dict(enumerate(inputs)))
        results.append([request.get_output_tensor(i).data.copy() for i in range(len(model.outputs))])
    return results


def compare(theirs, ours):
    a, b = CORE.read_model(theirs), CORE.read_model(ours)
    for x, y in zip(interface(a), interface(b)):
        if x != y:
            return "interface: %s, Weir: %s" % (x, y)
    for x, y in zip(a.inputs + a.outputs, b.inputs + b.outputs):
        if not x.get_names() & y.get_names():
            return "names: %s, Weir: %s" % (sorted(x.get_names()), sorted(y.get_names()))
    random = np.random.default_rng(1)
    data = [[data_for(p, random) for p in a.get_parameters()] for _ in range(2)]
    for one, other in zip(outputs_of(a, data), outputs_of(b, data)):
        for x, y in zip(one, other):
            if x.shape != y.shape:
                return "shape of an output: %s, Weir: %s" % (x.shape, y.shape)
            bound = 1e-4 * max(1e-6, float(np.abs(x).max(initial=0)))
            if not np.allclose(x, y, rtol=0, atol=bound):
                return "values: %g apart, bound %g" % (np.abs(x.astype(float) - y).max(), bound)
    return ""


def check(case, arguments):
    folder, options, expected = case
    model = glob.glob(os.path.join(arguments.models, folder, "*.onnx"))[0]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        ours, said = convert([arguments.weir, "convert"], model, options, other)
        if expected != "weir refuses":
            theirs, they = convert([os.path.join(os.path.dirname(sys.executable), "mo")], model, options, one)
            if (theirs is None) != (expected == "refused"):
                return "Model Optimizer: " + they[-300:]
        if expected:
            return "Weir took it" if ours is not None else "" if "[W0" in said else "no code: " + said
        return "Weir: " + said[-300:] if ours is None else compare(theirs, ours)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    cases = [c for c in CASES if arguments.only in c[0] + " " + " ".join(c[1])]
    failed = 0
    for case in cases:
        why = check(case, arguments)
        if why:
            failed += 1
            print("FAIL %s %s\n     %s" % (case[0], " ".join(case[1]), why), flush=True)
    print("%d passed, %d failed" % (len(cases) - failed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
