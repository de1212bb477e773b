#!/usr/bin/env python3
"""Runs single layers of Caffe for Weir, and tells their shapes: by pycaffe, or by OpenCV's importer of Caffe's files
where that is not installed. A layer of one's own has to be built into the one that is used.

usage: weir convert --input_model net.caffemodel --offload "caffe=python3 caffe_layers.py"
"""
import os
import re
import struct
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import weir_offload  # noqa: E402

MISSING = ("neither pycaffe nor OpenCV's dnn module can be imported by %s: build Caffe with its Python layer and put "
           "it on PYTHONPATH, or `pip install opencv-python-headless`" % sys.executable)


def strings(text, field):
    return re.findall(r"\b%s\s*:\s*[\"']([^\"']*)[\"']" % field, text)


def field(number, data):
    """A field of bytes in the encoding of protobuf."""
    def varint(value):
        digits = []
        while value > 127:
            digits.append(value & 127 | 128)
            value >>= 7
        return bytes(digits + [value])
    return varint(number << 3 | 2) + varint(len(data)) + data


def weights_file(name, blobs):
    """A .caffemodel of one layer."""
    layer = field(1, name.encode())
    for blob in blobs:
        dims = b"".join(struct.pack("<B", d) if d < 128 else bytes([d & 127 | 128]) + bytes([d >> 7])
                        if d < 16384 else bytes([d & 127 | 128, d >> 7 & 127 | 128, d >> 14]) for d in blob.shape)
        layer += field(7, field(7, field(1, dims)) + field(5, blob.astype("<f4").tobytes()))
    return field(100, layer)


class Layer:
    def __init__(self, part):
        text = part.decode()
        head, self.text = text.split("\n", 1)
        self.n_bottoms = int(re.match(r"# (\d+) bottoms", head).group(1))
        self.bottoms, self.tops = strings(self.text, "bottom"), strings(self.text, "top")
        self.name = strings(self.text, "name")[0]

    def network(self, shapes):
        """A network of this layer alone. A layer in place needs another name for what it writes."""
        text = self.text
        tops = []
        for top in self.tops:
            own = top + "_out" if top in self.bottoms else top
            text = re.sub(r"(\btop\s*:\s*)([\"'])%s\2" % re.escape(top), r"\1\2%s\2" % own, text)
            tops.append(own)
        inputs = ""
        for bottom, shape in zip(self.bottoms, shapes):
            inputs += 'input: "%s" input_shape { %s }\n' % (bottom, " ".join("dim: %d" % d for d in shape))
        return 'name: "part"\n' + inputs + text, tops


class PyCaffe:
    def __init__(self):
        os.environ.setdefault("GLOG_minloglevel", "2")
        import caffe
        self.caffe = caffe

    def run(self, layer, arrays, blobs):
        text, tops = layer.network([a.shape for a in arrays])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "part.prototxt")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            net = self.caffe.Net(path, self.caffe.TEST)
        for own, blob in zip(net.params.get(layer.name, []), blobs):
            own.data[...] = blob.reshape(own.data.shape)
        for name, array in zip(layer.bottoms, arrays):
            net.blobs[name].data[...] = array
        net.forward()
        return [net.blobs[top].data.copy() for top in tops]


class OpenCV:
    def __init__(self):
        import cv2
        self.dnn = cv2.dnn

    def run(self, layer, arrays, blobs):
        text, tops = layer.network([a.shape for a in arrays])
        weights = weights_file(layer.name, blobs) if blobs else b""
        net = self.dnn.readNetFromCaffe(bytearray(text.encode()), bytearray(weights))
        for name, array in zip(layer.bottoms, arrays):
            net.setInput(array, name)
        return [numpy.array(a) for a in net.forward([layer.name] if len(tops) == 1 else tops)]


def find_caffe():
    for kind in (PyCaffe, OpenCV):
        try:
            return kind()
        except (ImportError, AttributeError):
            continue
    raise RuntimeError(MISSING)


class Adapter:
    def load(self, framework, part):
        if not hasattr(self, "caffe"):
            self.caffe = find_caffe()
        return Layer(part)

    def run(self, layer, arrays, n):
        return self.caffe.run(layer, arrays[:layer.n_bottoms], arrays[layer.n_bottoms:])

    def describe(self, layer, inputs, n):
        """By zeros of these shapes."""
        for kind, shape in inputs:
            if shape is None or min(shape, default=1) < 0:
                raise ValueError("Caffe needs to know all of a layer's shapes: give --input_shape")
        made = self.run(layer, [numpy.zeros(shape, numpy.float32) for _, shape in inputs], n)
        return [("f32", list(array.shape)) for array in made]


if __name__ == "__main__":
    weir_offload.serve(Adapter())
