#!/usr/bin/env python3
"""A process that runs parts for tests, by Python alone: a part "scale 3" multiplies single floats; for Caffe it is the
layer's text with "factor: 3". A part "die", "garbage", … makes it do that one thing wrong when it is run.
"""
import array
import json
import mmap
import os
import re
import socket
import sys

FAULTS = {
    "garbage": "[1, 2",
    "refuse": '{"error": "I will not"}',
    "count": '{"outputs": []}',
    "type": '{"outputs": [{"type": "f33", "shape": [1]}]}',
    "open": '{"outputs": [{"type": "f32", "shape": [-1]}]}',
    "rank": '{"outputs": [{"type": "f32", "shape": [1, 1, 1, 1, 1, 1, 1, 1, 1]}]}',
    "negative": '{"outputs": [{"type": "f32", "shape": [-5]}]}',
    "huge": '{"outputs": [{"type": "f32", "shape": [4294967296, 4294967296]}]}',
    "long": "x" * (2 << 20),
}
factors = {}
result = None


def memory():
    return mmap.mmap(4, os.fstat(4).st_size)


def answer(ask):
    global result
    do = ask["do"]
    if do == "load":
        text = memory()[ask["offset"]:ask["offset"] + ask["bytes"]].decode()
        found = re.search(r"(?:scale|factor:) *([\d.]+)", text)
        factors[ask["part"]] = float(found.group(1)) if found else text
    elif do == "describe":
        return {"outputs": [{"type": ask["inputs"][0]["type"], "shape": ask["inputs"][0]["shape"]}]}
    elif do == "run":
        value = ask["inputs"][0]
        count = 1
        for dim in value["shape"]:
            count *= dim
        numbers = array.array("f", memory()[value["offset"]:value["offset"] + 4 * count])
        result = array.array("f", [n * factors[ask["part"]] for n in numbers]).tobytes()
        return {"outputs": [{"type": "f32", "shape": value["shape"]}]}
    elif do == "fetch":
        at = ask["offsets"][0]
        memory()[at:at + len(result)] = result
    elif do == "drop":
        del factors[ask["part"]]
    return {"ok": True}


def main():
    if os.environ["WEIR_OFFLOAD_FRAMEWORK"] == "":
        return 1
    with socket.socket(fileno=3) as s, s.makefile("rw", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            ask = json.loads(line)
            fault = factors.get(ask.get("part")) if ask["do"] == "run" else None
            if fault == "die":
                return 1
            lines.write((FAULTS[fault] if fault in FAULTS else json.dumps(answer(ask))) + "\n")
            lines.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
