#!/usr/bin/env python3
"""Kaldi's components one by one, and a network of nnet2, against their formulas in NumPy.

Each case is written as a model, in binary and as text; `weir run` reads it and feeds the rows
of a sequence, and NumPy computes what comes out frame by frame, in float64, with zeros for
frames before the first. A component that looks ahead answers that many rows late. The last line
is `N passed, N failed`.

    kaldi-components.py [--weir PATH] [--seed N] [--only PATTERN]
"""

import argparse
import fnmatch
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

from kaldi_rows import CASES

WEIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/plain/inference/cli/weir")


class Writer:
    """Kaldi's tokens, numbers and matrices, in either form."""

    def __init__(self, binary):
        self.binary = binary
        self.out = bytearray(b"\0B" if binary else b"")

    def word(self, *words):
        for word in words:
            self.out += word.encode() + b" "

    def line(self, text):
        self.out += text.encode() + b"\n"

    def whole(self, value):
        self.out += struct.pack("<bi", 4, value) if self.binary else b"%d " % value

    def real(self, value):
        self.out += struct.pack("<bf", 4, value) if self.binary else b"%.9g " % value

    def flag(self, value):
        self.out += (b"T" if value else b"F") + (b"" if self.binary else b" ")

    def ints(self, values):
        if self.binary:
            self.out += struct.pack("<bi%di" % len(values), 4, len(values), *values)
        else:
            self.out += b"[ " + b" ".join(b"%d" % v for v in values) + b" ]\n"

    def pairs(self, values):
        if self.binary:
            flat = [v for pair in values for v in pair]
            self.out += struct.pack("<bi%di" % len(flat), 4, len(values), *flat)
        else:
            self.out += b"[ " + b" ".join(b"%d,%d" % v for v in values) + b" ]\n"

    def tensor(self, value):
        value = np.asarray(value)
        kind = "D" if value.dtype == np.float64 else "F"
        if self.binary:
            self.word(kind + ("M" if value.ndim == 2 else "V"))
            for size in value.shape:
                self.whole(size)
            self.out += value.tobytes()
        elif value.ndim == 1:
            self.out += b" [ " + b" ".join(b"%.9g" % v for v in value) + b" ]\n"
        else:
            rows = (b"  " + b" ".join(b"%.9g" % v for v in row) for row in value)
            self.out += b" [\n" + b"\n".join(rows) + b" ]\n"

    def value(self, value):
        """By its type: what a component says behind a key."""
        if isinstance(value, tuple):
            for part in value:
                self.value(part)
        elif isinstance(value, bool):
            self.flag(value)
        elif isinstance(value, list) and value and isinstance(value[0], tuple):
            self.pairs(value)
        elif isinstance(value, list):
            self.ints(value)
        elif isinstance(value, int):
            self.whole(value)
        elif isinstance(value, float):
            self.real(value)
        elif value is not None:
            self.tensor(value)

    def component(self, kind, fields):
        self.word("<%s>" % kind)
        for key, value in fields:
            self.word("<%s>" % key)
            self.value(value)
        self.word("</%s>" % kind)


def write_nnet1(w, case):
    w.word("<Nnet>")
    for kind, outputs, inputs, fields in case.components:
        w.word("<%s>" % kind)
        w.whole(outputs)
        w.whole(inputs)
        for key, value in fields:
            if key:
                w.word("<%s>" % key)
            w.value(value)
    w.word("</Nnet>")


def write_nnet2(w, case):
    w.word("<TransitionModel>", "<Topology>", "</Topology>", "<Triples>")
    w.whole(0)
    w.word("</Triples>", "<LogProbs>")
    w.tensor(np.zeros(3, np.float32))
    w.word("</LogProbs>", "</TransitionModel>", "<Nnet>", "<NumComponents>")
    w.whole(len(case.components))
    w.word("<Components>")
    for kind, fields in case.components:
        w.component(kind, fields)
    w.word("</Components>", "</Nnet>")
    w.value(case.priors)


def write_nnet3(w, case):
    w.word("<Nnet3>")
    w.line("\n")
    w.line("input-node name=input dim=%d" % case.inputs.shape[1])
    last = "input"
    for i in range(len(case.components)):
        w.line("component-node name=c%d input=%s component=c%d" % (i, case.reads(i, last), i))
        last = "c%d" % i
    w.line("output-node name=output input=%s\n" % last)
    w.word("<NumComponents>")
    w.whole(len(case.components))
    for i, (kind, fields) in enumerate(case.components):
        w.word("<ComponentName>", "c%d" % i)
        w.component(kind, fields)
    w.word("</Nnet3>")


WRITERS = {"nnet1": write_nnet1, "nnet2": write_nnet2, "nnet3": write_nnet3}


def run(weir, case, binary):
    """The outputs of the sequence's rows, and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        w = Writer(binary)
        WRITERS[case.library](w, case)
        model, rows = os.path.join(folder, "net.raw"), os.path.join(folder, "in.npy")
        with open(model, "wb") as file:
            file.write(w.out)
        np.save(rows, case.inputs)
        done = subprocess.run([weir, "run", model, "--input", rows, "--output-dir", folder,
                               "--convert-options", " ".join(["--framework kaldi"] + case.options)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            return None, done.stderr.strip()
        return np.load(os.path.join(folder, "000.npy")), None


def compare(weir, case, binary):
    found, trouble = run(weir, case, binary)
    expected = case.expected()
    if trouble:
        return trouble
    if found.shape != expected.shape:
        return "expected %s, found %s" % (expected.shape, found.shape)
    off = np.abs(found - expected).max() / max(1, np.abs(expected).max())
    return None if off < 2e-5 else "differs by %g" % off


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weir", default=WEIR)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="*")
    options = parser.parse_args()
    passed = failed = 0
    for make in CASES:
        if not fnmatch.fnmatch(make.__name__, options.only):
            continue
        for binary in (True, False):
            case = make(np.random.default_rng(options.seed))
            trouble = compare(options.weir, case, binary)
            passed, failed = passed + (trouble is None), failed + (trouble is not None)
            if trouble:
                print("%s (%s): %s" % (make.__name__, "binary" if binary else "text", trouble))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
