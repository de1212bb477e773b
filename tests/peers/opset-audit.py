#!/usr/bin/env python3
"""What Weir declares of its operations, against the facts in a list of OpenVINO's operation sets.

The list is ../shared/opset.json beside the checkout: for each operation and version its attributes and defaults as the
specification has them. It has mistakes of its own, which stand below with their reasons.

usage: opset-audit.py [--weir PROGRAM] [LIST]     exit status 77: the list is not there
The last line is `N passed, N failed`.
"""

import argparse
import json
import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# (operation, attribute): why the list and Weir differ, and Weir is right. `*` stands for all operations.
KNOWN = {
    ("*", "pads_begin"): "has no meaning where auto_pad says how to pad, and tools leave it out then",
    ("*", "pads_end"): "has no meaning where auto_pad says how to pad, and tools leave it out then",
    ("*", "clip"): "0 stands for no clipping in the IR, as infinity does",
    ("*", "output_padding"): "an empty list stands for zeros in any number of dimensions",
    ("Assign", "variable_type"): "is in the IR, as OpenVINO writes it",
    ("Assign", "variable_shape"): "is in the IR, as OpenVINO writes it",
    ("BinaryConvolution", "mode"): "has one value",
    ("Constant", "size"): "says where the contents are: the reader's and the writer's, not the operation's",
    ("Constant", "element_type"): "says where the contents are: the reader's and the writer's, not the operation's",
    ("Constant", "shape"): "says where the contents are: the reader's and the writer's, not the operation's",
    ("ConvolutionBackpropData", "auto_pad"): "None is explicit",
    ("GridSample", "align_corners"): "the list has lost it: it is in the specification",
    ("GRUCell", "activations"): "the list has the default in words",
    ("LSTMCell", "activations"): "the list has the default in words",
    ("LogicalXor", "version"): "the runtime takes it from opset1 on, too",
    ("MVN", "reduction_axes"): "is in the IR, as OpenVINO writes it",
    ("MaxPool", "dilations"): "an empty list stands for ones in any number of dimensions",
    ("NormalizeL2", "mode"): "is spelled eps_mode in the IR",
    ("Parameter", "shape"): "a parameter without a shape has any",
    ("PriorBoxClustered", "widths"): "is spelled width in the IR",
    ("PriorBoxClustered", "heights"): "is spelled height in the IR",
    ("PriorBoxClustered", "step_widths"): "is spelled step_w in the IR",
    ("PriorBoxClustered", "step_heights"): "is spelled step_h in the IR",
    ("PriorBoxClustered", "width"): "is the IR's spelling of widths",
    ("PriorBoxClustered", "height"): "is the IR's spelling of heights",
    ("PriorBoxClustered", "step"): "is in the IR, as OpenVINO writes it",
    ("PriorBoxClustered", "step_w"): "is the IR's spelling of step_widths",
    ("PriorBoxClustered", "step_h"): "is the IR's spelling of step_heights",
    ("Proposal", "framework"): "the list has the default in words",
    ("ReadValue", "variable_type"): "is in the IR, as OpenVINO writes it",
    ("ReadValue", "variable_shape"): "is in the IR, as OpenVINO writes it",
    ("RegionYolo", "anchors"): "None is an empty list",
    ("ROIPooling", "pooled_h"): "is an older spelling of output_roi",
    ("ROIPooling", "pooled_w"): "is an older spelling of output_roi",
    ("SearchSorted", "output_type"): "is in the IR, as OpenVINO writes it",
    ("StridedSlice", "end_mask"): "an empty mask stands for zeros",
    ("StridedSlice", "new_axis_mask"): "an empty mask stands for zeros",
    ("StridedSlice", "shrink_axis_mask"): "an empty mask stands for zeros",
    ("StridedSlice", "ellipsis_mask"): "an empty mask stands for zeros",
}


def run(weir, *arguments):
    return subprocess.run([weir, "ops", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


def describe(weir, name):
    """-> (versions, {attribute: {default, since, until}})"""
    text = run(weir, "--describe", name)
    versions = [int(v) for v in re.search(r"^opsets:(.*)$", text, re.M).group(1).split()]
    attributes = {}
    for line in text.split("attributes:\n")[1].splitlines():
        found = re.match(
            r'  (\S+)\s+(?:element type|int list|float list|\S+)\s+(?:default "(.*?)"|required)(.*)$', line
        )
        since = re.search(r"since opset (\d+)", found.group(3))
        until = re.search(r"until opset (\d+)", found.group(3))
        attributes[found.group(1)] = {
            "default": found.group(2),
            "since": int(since.group(1)) if since else 0,
            "until": int(until.group(1)) if until else 99,
        }
    return versions, attributes


def plain(text):
    """A default as it is compared: no quotes, no blanks, numbers by value."""
    text = text.strip().strip('"').strip("[]{}").replace(" ", "").lower()
    try:
        return str(float(text))
    except ValueError:
        return text


def differences(entry, versions, attributes):
    """-> (attribute, what) for each difference in one version of an operation"""
    version = int(entry["version"][5:])
    if version not in versions:
        yield "version", "opset%d is not among %s" % (version, versions)
        return
    has = {name: a for name, a in attributes.items() if a["since"] <= version <= a["until"]}
    for fact in entry["attributes"]:
        name = fact["name"]
        if name not in has:
            yield name, "opset%d: Weir lacks it" % version
            continue
        default, required = fact["default"], fact["required"]
        if required == "yes" and has[name]["default"] is not None:
            yield name, "opset%d: is required, Weir's default is %r" % (version, has[name]["default"])
        if required == "no" and has[name]["default"] is None:
            yield name, "opset%d: has the default %r, Weir requires it" % (version, default)
        if (
            required == "no"
            and default
            and has[name]["default"] is not None
            and plain(default) != plain(has[name]["default"])
        ):
            yield name, "opset%d: the default is %r, Weir's is %r" % (version, default, has[name]["default"])
    for name in has:
        if entry["attributes"] and name not in [f["name"] for f in entry["attributes"]]:
            yield name, "opset%d: Weir has it, the list does not" % version


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", default=os.path.join(ROOT, "build/plain/inference/cli/weir"))
    parser.add_argument("list", nargs="?", default=os.path.join(ROOT, "..", "shared", "opset.json"))
    options = parser.parse_args()
    if not os.path.exists(options.list):
        return 77
    with open(options.list, encoding="utf-8") as f:
        facts = json.load(f)
    names = {line.split()[0] for line in run(options.weir).splitlines()}
    passed, failed, used = 0, 0, set()
    for entry in facts:
        name = entry["name"]
        found = (
            [("name", "Weir lacks it")]
            if name not in names
            else list(differences(entry, *describe(options.weir, name)))
        )
        for attribute, what in found:
            keys = [k for k in ((name, attribute), ("*", attribute)) if k in KNOWN]
            used.update(keys)
            if not keys:
                print("not ok %s, %s: %s" % (name, attribute, what))
                failed += 1
        passed += all((name, a) in KNOWN or ("*", a) in KNOWN for a, _ in found)
    for key in KNOWN.keys() - used:
        print("not ok %s, %s: no difference, though one is known" % key)
        failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
