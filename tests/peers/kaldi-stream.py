#!/usr/bin/env python3
"""Speech models on feature frames in a pipeline: the outputs of `weirinfer`, row by row, beside the
references that came with the models of `shared/models`.

Each single-input Kaldi model without a look ahead is fed its reference inputs as `audio/x-raw`, in
buffers of one, three and all frames. Needs numpy. The last line is `N passed, N failed`.

    kaldi-stream.py --models DIR [--stream PATH] [--only PATTERN]
"""

import argparse
import fnmatch
import json
import os
import subprocess
import sys

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
STREAM = os.path.join(ROOT, "build/plain/tests/gst/stream-audio")


def stream(program, model, inputs, frames):
    done = subprocess.run([program, model, str(inputs.shape[1]), str(frames)],
                          input=inputs.tobytes(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.float32).reshape(len(inputs), -1)


def check(options, entry, case, frames):
    inputs = np.load(os.path.join(options.models, case["inputs"][0]["file"])).astype(np.float32)
    expected = np.load(os.path.join(options.models, case["outputs"][0]["file"]))
    found = stream(options.stream, os.path.join(options.models, entry["direct"]), inputs,
                   frames or len(inputs))[::case["sequence"]["subsampling"]]
    tolerance = entry["tolerance"]["abs"] + entry["tolerance"]["rel"] * np.abs(expected).max()
    return found.shape == expected.shape and np.abs(found - expected).max() <= tolerance


def fits(case):
    ahead = case["sequence"]["left"] + case["sequence"]["right"]
    return len(case["inputs"]) == 1 and ahead == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", required=True)
    parser.add_argument("--stream", default=STREAM)
    parser.add_argument("--only", default="*")
    options = parser.parse_args()
    passed = failed = 0
    with open(os.path.join(options.models, "manifest.json")) as file:
        entries = json.load(file)
    entries = entries if isinstance(entries, list) else entries["models"]
    for entry in entries:
        if entry["framework"] != "kaldi" or not entry["direct"] or not fnmatch.fnmatch(entry["name"], options.only):
            continue
        for case in filter(fits, entry["cases"]):
            for frames in (1, 3, 0):
                good = check(options, entry, case, frames)
                passed, failed = passed + good, failed + (not good)
                print("%-6s %s, %s, %d frames a buffer" % ("ok" if good else "not ok", entry["name"],
                                                           case["name"], frames))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
