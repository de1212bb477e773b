#!/usr/bin/env python3
"""Builds the example extension against the installed header alone, as a user does, and takes models with
its operation through `weir convert`, `weir run`, and a pipeline.

usage: installed.py SOURCE_ROOT BUILD_ROOT WEIR WRITE_MODELS [PLUGIN]
"""
import glob
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

X = [-1.0, -0.25, 0.125, 0.5, 2.0]
SHRUNK = [-0.75, 0.0, 0.0, 0.25, 1.75]  # by hand: 0.25 nearer to 0


def call(*command, env=None, fails=False):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    if (done.returncode != 0) != fails:
        sys.exit("%s\n%s\nexit status %d" % (" ".join(command), done.stdout, done.returncode))
    return done.stdout


def write_npy(path, values):
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }" % len(values)
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        f.write(struct.pack("<%df" % len(values), *values))


def read_npy(path):
    with open(path, "rb") as f:
        data = f.read()
    body = data[10 + struct.unpack("<H", data[8:10])[0]:]
    return list(struct.unpack("<%df" % (len(body) // 4), body))


def build_example(source, build, work):
    call("meson", "install", "-C", build, "--no-rebuild", "--tags", "devel", "--destdir", work + "/installed")
    header = glob.glob(work + "/installed/**/weir-extension.h", recursive=True)
    assert len(header) == 1, header
    with open(header[0], encoding="utf-8") as f:
        included = re.findall(r"#include [<\"](.+)[>\"]", f.read())
    assert sorted(included) == ["stdbool.h", "stddef.h", "stdint.h"], included
    # The header alone: its neighbours are not needed.
    shutil.copytree(source + "/docs/examples/extension", work + "/example")
    os.mkdir(work + "/include")
    shutil.copy(header[0], work + "/include")
    call("make", "-C", work + "/example", "WEIR_CFLAGS=-I" + work + "/include",
         "CFLAGS=-O2 -Wall -Wextra -Wpedantic -Werror")
    return work + "/example/soft-threshold.so"


def convert_and_run(weir, work, library):
    write_npy(work + "/x.npy", X)
    for model in ("vector.onnx", "vector.tflite"):
        said = call(weir, "convert", "--input_model", work + "/" + model, "--output_dir", work, fails=True)
        assert "cannot be converted" in said, said
        call(weir, "convert", "--input_model", work + "/" + model, "--output_dir", work, "--extensions", library)
        with open(work + "/vector.xml", encoding="utf-8") as f:
            xml = f.read()
        assert 'type="SoftThreshold" version="extension"' in xml and work not in xml, xml
        said = call(weir, "run", work + "/vector.xml", "--input", work + "/x.npy", fails=True)
        assert "SoftThreshold of extension" in said, said
        for path in (work + "/vector.xml", work + "/" + model):
            call(weir, "run", path, "--input", work + "/x.npy", "--output-dir", work + "/out", "--extensions", library)
            assert read_npy(work + "/out/000.npy") == SHRUNK, read_npy(work + "/out/000.npy")
    assert '"SoftThreshold" : 1' in call(weir, "inspect", work + "/vector.onnx", "--json", "--extensions", library)
    assert "soft_threshold" in call(weir, "ops", "--describe", "SoftThreshold", "--extensions", library)


def pipeline(plugin, work, library):
    launch = "gst-launch-1.0"
    env = dict(os.environ, GST_PLUGIN_PATH=os.path.dirname(plugin), GST_REGISTRY=work + "/registry.bin",
               XDG_CACHE_HOME=work + "/cache")
    frames = ["videotestsrc", "num-buffers=5", "!", "video/x-raw,format=RGB,width=32,height=32", "!"]
    infer = ["weirinfer", "model=" + work + "/picture.onnx"]
    call(launch, "-e", *frames, *infer, "extensions=" + library, "!", "fakesink", env=env)
    call(launch, "-e", *frames, *infer, "extensions=" + library, "!", "fakesink", env=env)  # from the cache
    said = call(launch, "-e", *frames, *infer, "!", "fakesink", env=env, fails=True)
    assert "example.Shrinkage" in said, said
    call(launch, "-e", "filesrc", "location=" + work + "/picture.onnx", "!", "weirconvert", "extensions=" + library, "!",
         "d.model", *frames, "weirinfer", "name=d", "extensions=" + library, "!", "fakesink", env=env)


def main():
    source, build, weir, models = sys.argv[1:5]
    with tempfile.TemporaryDirectory() as work:
        call(models, work)
        library = build_example(source, build, work)
        convert_and_run(weir, work, library)
        for plugin in sys.argv[5:]:
            pipeline(plugin, work, library)
    print("the example extension, built against the installed header, converts and runs")


if __name__ == "__main__":
    main()
