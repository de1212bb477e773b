#!/usr/bin/env python3
"""Compares operations of MXNet symbols, converted and run by Weir, with MXNet's own results.

usage: mxnet-ops.py [--weir=FILE] [--write=FILE] [NAME...]      only cases whose names contain one of these

With --write the cases and MXNet's results become a file of text, tests/frontends/mxnet-cases.txt.

Needs mxnet 1.9.1 and numpy 1.23. Prints a line for each case that differs; exit status 1 if any does.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"  # one operation stays one

import mxnet as mx  # noqa: E402
import numpy as np

from mxnet_rows import ROWS


class Case:
    """A symbol under construction: inputs get shapes, weights become arrays."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)
        self.inputs, self.weights = {}, {}

    def x(self, *shape, low=-1.0, high=1.0, values=None):
        name = "x%d" % len(self.inputs)
        array = np.array(values, np.float32) if values is not None else self.random.uniform(low, high, shape).astype(np.float32)
        self.inputs[name] = array
        return mx.sym.Variable(name, shape=array.shape)

    def w(self, *shape, low=-1.0, high=1.0, values=None, dtype=np.float32, name="w%d"):
        name = name % len(self.weights)
        array = np.array(values, dtype) if values is not None else self.random.uniform(low, high, shape).astype(dtype)
        self.weights[name] = array
        return mx.sym.Variable(name, shape=array.shape, dtype=dtype)


def expected(symbol, case):
    values = {name: mx.nd.array(value, dtype=value.dtype) for name, value in {**case.inputs, **case.weights}.items()}
    aux = {name: values.pop(name) for name in symbol.list_auxiliary_states()}
    used = {name: values[name] for name in symbol.list_arguments() if name in values}
    return [out.asnumpy() for out in symbol.bind(mx.cpu(), used, aux_states=aux, grad_req="null").forward(is_train=False)]


def found(weir, folder, symbol, case):
    prefix = os.path.join(folder, "case")
    symbol.save(prefix + "-symbol.json")
    arrays = {name: mx.nd.array(value, dtype=value.dtype) for name, value in case.weights.items()}
    aux = symbol.list_auxiliary_states()
    mx.nd.save(prefix + "-0000.params", {("aux:" if name in aux else "arg:") + name: value for name, value in arrays.items()})
    command = [weir, "run", prefix + "-0000.params", "--output-dir", folder]
    for name, value in case.inputs.items():
        if name in symbol.list_arguments():
            np.save(os.path.join(folder, name + ".npy"), value)
            command.append("--input=%s=%s" % (name, os.path.join(folder, name + ".npy")))
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "exit %d" % done.returncode)
    with open(os.path.join(folder, "outputs.json"), encoding="utf-8") as listing:
        count = len(json.load(listing))
    return [np.load(os.path.join(folder, "%03d.npy" % i)) for i in range(count)]


def tensor_text(array):
    return "x".join(str(d) for d in array.shape) + ": " + " ".join("%.7g" % v for v in array.astype(np.float64).ravel())


def write_case(out, name, tolerance, symbol, case, wanted):
    graph = json.loads(symbol.tojson())
    for key in ("node_row_ptr", "arg_nodes"):
        graph.pop(key, None)
    used = symbol.list_arguments() + symbol.list_auxiliary_states()
    out.write("case %g %s\nsymbol %s\n" % (tolerance, name, json.dumps(graph, separators=(",", ":"))))
    for key, value in case.inputs.items():
        if key in used:
            out.write("in %s %s\n" % (key, tensor_text(value)))
    for key, value in case.weights.items():
        kind = {"float32": "f32", "int8": "i8", "int32": "i32"}[value.dtype.name]
        out.write("weight %s %s %s\n" % (key, kind, tensor_text(value)))
    for value in wanted:
        out.write("out %s\n" % tensor_text(value))


def difference(got, wanted, tolerance):
    if len(got) != len(wanted):
        return "%d outputs, expected %d" % (len(got), len(wanted))
    for i, (a, b) in enumerate(zip(got, wanted)):
        if a.shape != b.shape:
            return "output %d: shape %s, expected %s" % (i, a.shape, b.shape)
        worst = np.abs(a.astype(np.float64) - b.astype(np.float64)).max() if a.size else 0
        if not worst <= tolerance * max(1, np.abs(b).max() if b.size else 0):
            return "output %d: differs by %g" % (i, worst)
    return None


def run(weir, name, build, tolerance, out):
    case = Case(len(name))
    try:
        symbol = build(mx.sym, case)
        wanted = expected(symbol, case)
        if out:
            write_case(out, name, tolerance, symbol, case, wanted)
            return None
        with tempfile.TemporaryDirectory() as folder:
            return difference(found(weir, folder, symbol, case), wanted, tolerance)
    except Exception as error:  # pylint: disable=broad-except
        return "%s: %s" % (type(error).__name__, str(error).strip().splitlines()[0][:300])


def main():
    parser = argparse.ArgumentParser()
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--weir", default=os.path.join(here, "../../build/plain/inference/cli/weir"))
    parser.add_argument("--write", type=argparse.FileType("w", encoding="utf-8"))
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    bad = total = 0
    for name, build, *rest in ROWS:
        if args.names and not any(part in name for part in args.names):
            continue
        total += 1
        said = run(args.weir, name, build, rest[0] if rest else 1e-5, args.write)
        if said:
            bad += 1
            print("%s: %s" % (name, said))
    print("%d of %d as MXNet has them" % (total - bad, total))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
