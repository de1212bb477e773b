#!/usr/bin/env python3
"""Counts the operations of what Weir writes beside what OpenVINO's own converters write, for every model of a
manifest (../shared/models/manifest.json by default).

usage: op-counts.py [--weir PROGRAM] [--mo PATH] [--framework F]... [--only PATTERN] [--manifest FILE]

Operations are all layers of all bodies without Const, Parameter, Result and the Convert of compressed weights; all
layers stand in brackets. ovc is that of the Python that runs this; --mo names a `mo` of 2023.0.2. A model that neither
tool converts, or Weir does not, is left out and said. Prints a table; exit status 1 where Weir's IR has more operations,
or more layers, than the smaller of theirs; 77: there are no models.
The last line is `N passed, N failed`.
"""
import argparse
import fnmatch
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = "all layers"
QUIET = ("Const", "Parameter", "Result")
# What frameworks ovc reads by a file alone.
OVC = ("onnx", "tflite", "tensorflow", "paddle")


def count(path):
    """-> {type: count} of an IR's XML; ALL counts all layers"""
    counts = {ALL: 0}
    for layer in ET.parse(path).iter("layer"):
        counts[ALL] += 1
        info = layer.find("rt_info")
        compressed = info is not None and any(a.get("name") == "decompression" for a in info)
        if layer.get("type") not in QUIET and not compressed:
            counts[layer.get("type")] = counts.get(layer.get("type"), 0) + 1
    return counts


def operations(counts):
    return sum(counts.values()) - counts[ALL]


def find_xml(folder):
    names = [n for n in os.listdir(folder) if n.endswith(".xml")]
    return os.path.join(folder, names[0]) if names else None


def run(command, folder):
    done = subprocess.run(command, capture_output=True, timeout=600)
    return find_xml(folder) if done.returncode == 0 else None


def options(model, base):
    out = []
    for key, value in model["model"].items():
        out += [key, os.path.join(base, value)]
    folder = os.path.join(base, model["dir"]) if "dir" in model else base
    return out + [a.replace("{dir}", folder) for a in model["convert_args"]]


def by_ovc(model, base, folder):
    import openvino

    if model["framework"] not in OVC or model["convert_args"]:
        return None
    path = os.path.join(base, next(iter(model["model"].values())))
    try:
        converted = openvino.convert_model(path)
        openvino.save_model(converted, os.path.join(folder, "m.xml"), compress_to_fp16=False)
    except Exception:
        return None
    return os.path.join(folder, "m.xml")


def one(model, args, base):
    with tempfile.TemporaryDirectory() as tmp:
        folders = {n: os.path.join(tmp, n) for n in ("weir", "mo", "ovc")}
        for f in folders.values():
            os.mkdir(f)
        weir = run([args.weir, "convert", *options(model, base), "--output_dir", folders["weir"]], folders["weir"])
        theirs = {"ovc": by_ovc(model, base, folders["ovc"])}
        if args.mo:
            theirs["mo"] = run([args.mo, *options(model, base), "--output_dir", folders["mo"]], folders["mo"])
        counts = {k: count(v) for k, v in theirs.items() if v}
        return count(weir) if weir else None, counts


def differences(ours, theirs):
    keys = sorted(set(ours) | set(theirs))
    return " ".join("%s%+d" % (k, ours.get(k, 0) - theirs.get(k, 0)) for k in keys if ours.get(k, 0) != theirs.get(k, 0))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--weir", default=os.path.join(HERE, "..", "..", "build", "plain", "inference", "cli", "weir"))
    p.add_argument("--mo")
    p.add_argument("--framework", action="append")
    p.add_argument("--only", default="*")
    p.add_argument("--manifest", default=os.path.join(HERE, "..", "..", "..", "shared", "models", "manifest.json"))
    args = p.parse_args()
    if not os.path.isfile(args.manifest):
        return 77
    base = os.path.dirname(os.path.abspath(args.manifest))
    passed = failed = 0
    for model in json.load(open(args.manifest))["models"]:
        if model.get("expect") == "refused" or not fnmatch.fnmatch(model["name"], args.only):
            continue
        if args.framework and model["framework"] not in args.framework:
            continue
        ours, theirs = one(model, args, base)
        if ours is None or not theirs:
            print("%-40s left out: %s" % (model["name"], "no peer converts it" if ours else "Weir does not convert it"))
            continue
        least = min(theirs, key=lambda k: operations(theirs[k]))
        good = operations(ours) <= operations(theirs[least]) and ours[ALL] <= min(t[ALL] for t in theirs.values())
        passed += good
        failed += not good
        print("%-40s %s  %s" % (model["name"], "  ".join(
            "%s %4d (%4d)" % (k, operations(v), v[ALL]) for k, v in [("weir", ours), *sorted(theirs.items())]),
              "" if good else "MORE than %s: %s" % (least, differences(ours, theirs[least]))), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
