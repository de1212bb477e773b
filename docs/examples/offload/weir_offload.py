"""The way between Weir and a process that runs parts of a network (docs/offload.md).

An adapter makes an object with two methods and hands it to serve():

    load (framework, part)      -> anything that stands for the part, from its bytes
    describe (loaded, inputs, n) -> [(type, shape), ...] of the n outputs; inputs: [(type, shape), ...]
    run (loaded, arrays, n)      -> [array, ...]

Types are those of the IR ("f32"), shapes are lists with -1 for what is not known, or None. An exception is told
to the user by its text.
"""
import json
import mmap
import os
import socket

import numpy

SOCKET_FD, MEMORY_FD = 3, 4

TYPES = {
    "f64": numpy.float64, "f32": numpy.float32, "f16": numpy.float16, "i64": numpy.int64, "i32": numpy.int32,
    "i16": numpy.int16, "i8": numpy.int8, "u64": numpy.uint64, "u32": numpy.uint32, "u16": numpy.uint16,
    "u8": numpy.uint8, "boolean": numpy.bool_,
}
NAMES = {numpy.dtype(v): k for k, v in TYPES.items()}


class Memory:
    """What both see; it grows."""

    def __init__(self):
        self.map = None

    def view(self, offset, size):
        if self.map is None or offset + size > len(self.map):
            self.map = mmap.mmap(MEMORY_FD, os.fstat(MEMORY_FD).st_size)
        return memoryview(self.map)[offset:offset + size]

    def read(self, value):
        dtype = numpy.dtype(TYPES[value["type"]])
        count = int(numpy.prod(value["shape"], dtype=numpy.int64))
        data = self.view(value["offset"], count * dtype.itemsize) if count else b""
        return numpy.frombuffer(data, dtype, count).reshape(value["shape"]).copy()

    def write(self, array, offset):
        data = numpy.ascontiguousarray(array).tobytes()
        if data:
            self.view(offset, len(data))[:] = data


class Server:
    def __init__(self, adapter):
        self.adapter = adapter
        self.memory = Memory()
        self.framework = os.environ.get("WEIR_OFFLOAD_FRAMEWORK", "")
        self.parts = {}
        self.results = []

    def load(self, ask):
        data = bytes(self.memory.view(ask["offset"], ask["bytes"])) if ask["bytes"] else b""
        self.parts[ask["part"]] = self.adapter.load(self.framework, data)
        return {"ok": True}

    def describe(self, ask):
        inputs = [(i["type"], i["shape"]) for i in ask["inputs"]]
        outputs = self.adapter.describe(self.parts[ask["part"]], inputs, ask["outputs"])
        return {"outputs": [{"type": t, "shape": s if s is None else [int(d) for d in s]} for t, s in outputs]}

    def run(self, ask):
        arrays = [self.memory.read(i) for i in ask["inputs"]]
        self.results = [numpy.asarray(a) for a in self.adapter.run(self.parts[ask["part"]], arrays, ask["outputs"])]
        return {"outputs": [{"type": NAMES[a.dtype], "shape": list(a.shape)} for a in self.results]}

    def fetch(self, ask):
        for array, offset in zip(self.results, ask["offsets"]):
            self.memory.write(array, offset)
        self.results = []
        return {"ok": True}

    def drop(self, ask):
        self.parts.pop(ask["part"], None)
        return {"ok": True}

    def answer(self, line):
        ask = json.loads(line)
        try:
            return {"load": self.load, "describe": self.describe, "run": self.run, "fetch": self.fetch,
                    "drop": self.drop}[ask["do"]](ask)
        except Exception as problem:  # whatever the framework raises is told to the user
            return {"error": "%s: %s" % (type(problem).__name__, problem)}


def serve(adapter):
    """Answers until Weir closes the socket."""
    server = Server(adapter)
    with socket.socket(fileno=SOCKET_FD) as s, s.makefile("rw", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            lines.write(json.dumps(server.answer(line)) + "\n")
            lines.flush()
