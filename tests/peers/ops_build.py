"""What the rows of ops-openvino.py are made of."""

import importlib

import numpy as np
import openvino as ov
from openvino import opset13
from openvino.utils.node_factory import NodeFactory

TYPES = {
    "f32": np.float32,
    "f16": np.float16,
    "f64": np.float64,
    "i64": np.int64,
    "i32": np.int32,
    "i16": np.int16,
    "i8": np.int8,
    "u8": np.uint8,
    "u16": np.uint16,
    "u32": np.uint32,
    "u64": np.uint64,
    "boolean": np.bool_,
}


def make(version, name, inputs, **attrs):
    """A node for which the Python interface has no function."""
    return NodeFactory("opset%d" % version).create(name, inputs, attrs)


class Row:
    """@name, @version: an operation, and what builds networks of it. @tolerance: of the largest number. @spelled: the
    operation set under which OpenVINO's IR has it, where that is another."""

    def __init__(self, name, version, *variants, tolerance=1e-4, spelled=None):
        self.name, self.version, self.variants = name, version, variants
        self.tolerance, self.spelled = tolerance, spelled or version


class Net:
    """Hands a row's function its opset, inputs and constants."""

    def __init__(self, version):
        self.ops = importlib.import_module("openvino.opset%d" % version)
        self.random = np.random.RandomState(7)
        self.parameters, self.feeds = [], []

    def v(self, values, kind="f32"):
        """An input of these values."""
        values = np.asarray(values, TYPES[kind])
        node = opset13.parameter(list(values.shape), TYPES[kind], name="x%d" % len(self.feeds))
        self.parameters.append(node)
        self.feeds.append(values)
        return node

    def r(self, *shape, kind="f32", low=-1, high=1):
        """Random numbers; integers include both ends."""
        if kind[0] == "f":
            return (self.random.rand(*shape) * (high - low) + low).astype(TYPES[kind])
        if kind == "boolean":
            return self.random.rand(*shape) > 0.5
        return self.random.randint(low, high + 1, shape).astype(TYPES[kind])

    def x(self, *shape, kind="f32", low=-1, high=1):
        """An input of random numbers."""
        return self.v(self.r(*shape, kind=kind, low=low, high=high), kind)

    def c(self, values, kind="i64"):
        """A constant."""
        return opset13.constant(np.asarray(values, TYPES[kind]))

    def w(self, *shape, kind="f32", low=-1, high=1):
        """A constant of random numbers."""
        return self.c(self.r(*shape, kind=kind, low=low, high=high), kind)

    def save(self, variant, path):
        made = variant(self.ops, self)
        nodes, sinks = made if isinstance(made, tuple) else (made, [])
        nodes = nodes if isinstance(nodes, list) else [nodes]
        results = [
            opset13.result(o) for node in nodes for o in (node.outputs() if hasattr(node, "outputs") else [node])
        ]
        model = (
            ov.Model(results, sinks, self.parameters, "net") if sinks else ov.Model(results, self.parameters, "net")
        )
        ov.save_model(model, path, compress_to_fp16=False)
        return path
