#!/usr/bin/env python3
"""Runs single nodes of symbols for Weir by MXNet itself. Operations of one's own, by mxnet.operator.register or from a
library, are there when the modules that are named register them.

usage: weir convert --input_model net-0000.params --offload "mxnet=python3 mxnet_nodes.py [MODULE...]"
"""
import importlib
import json
import os
import sys

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import weir_offload  # noqa: E402


class Adapter:
    def load(self, framework, part):
        import mxnet
        for module in sys.argv[1:]:
            importlib.import_module(module)
        self.mxnet = mxnet
        return json.loads(part)

    def run(self, node, arrays, n):
        names = ["input%d" % i for i in range(len(arrays))]
        nodes = [{"op": "null", "name": name, "inputs": []} for name in names]
        nodes.append({**node, "inputs": [[i, 0, 0] for i in range(len(arrays))]})
        heads = [[len(arrays), i, 0] for i in range(n)]
        graph = {"nodes": nodes, "arg_nodes": list(range(len(arrays))), "heads": heads,
                 "attrs": {"mxnet_version": ["int", 10901]}}
        symbol = self.mxnet.sym.load_json(json.dumps(graph))
        values = {name: self.mxnet.nd.array(array, dtype=array.dtype) for name, array in zip(names, arrays)}
        states = {name: values.pop(name) for name in symbol.list_auxiliary_states()}
        bound = symbol.bind(self.mxnet.cpu(), values, aux_states=states, grad_req="null")
        return [out.asnumpy() for out in bound.forward(is_train=False)]

    def describe(self, node, inputs, n):
        """By zeros of these shapes."""
        for kind, shape in inputs:
            if shape is None or min(shape, default=1) < 0:
                raise ValueError("MXNet needs to know all of a node's shapes: give --input_shape")
        made = self.run(node, [numpy.zeros(shape, weir_offload.TYPES[kind]) for kind, shape in inputs], n)
        return [(weir_offload.NAMES[array.dtype], list(array.shape)) for array in made]


if __name__ == "__main__":
    weir_offload.serve(Adapter())
