#!/usr/bin/env python3
"""Writes one header out of the public ones, with comments as g-ir-scanner reads them. Ours say on their first line
what is returned; the scanner wants a block whose last part is `Returns:`.

usage: gir-header.py OUTPUT HEADER...
"""
import re
import sys

COMMENT = re.compile(r"/\*\*(?!\*)(.*?)\*/", re.S)
HEAD = re.compile(r"(\w+):\s*((?:\([^)]*\)\s*)*)(:?)\s*(.*)", re.S)
ANNOTATION = re.compile(r"\([^)]*\)")
# What belongs to the symbol; all others are about what it returns.
OF_SYMBOL = ("(constructor", "(method", "(skip", "(virtual")


def lines_of(comment):
    return [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.strip().split("\n")]


def split_parameters(lines):
    """A parameter's text goes on until an empty line or the next parameter."""
    parameters, rest, inside = [], [], False
    for line in lines:
        inside = bool(re.match(r"@\w+:", line)) or (inside and bool(line))
        (parameters if inside else rest).append(line)
    return parameters, rest


def block(match):
    lines = lines_of(match.group(1))
    if lines and not lines[0]:
        lines = lines[1:]
    head = HEAD.match(lines[0]) if lines else None
    if head is None or not re.match(r"[wW][eE][iI][rR]", head.group(1)):
        return "/*" + match.group(1).replace("/*", "") + "*/"
    annotations = ANNOTATION.findall(head.group(2)) if head.group(3) or not head.group(4) else []
    text = head.group(4) if annotations or head.group(3) else (head.group(2) + head.group(4))
    of_symbol = [a for a in annotations if a.startswith(OF_SYMBOL)]
    of_result = [a for a in annotations if a not in of_symbol]
    first = head.group(1) + ":" + (" " + " ".join(of_symbol) + ":" if of_symbol else "")
    parameters, rest = split_parameters(lines[1:])
    if text:
        rest.insert(0, text)
    said = [i for i, line in enumerate(rest) if line.startswith("Returns:")]
    if of_result and not said:
        rest += ["", "Returns: " + " ".join(of_result) + ": see above"]
    elif of_result:
        old = rest[said[0]][len("Returns:"):].strip()
        missing = [a for a in of_result if a not in old]
        joint = " " if old.startswith("(") else ": "
        rest[said[0]] = "Returns: " + " ".join(missing) + (joint if missing else "") + old
    return "/**\n" + "".join(" * %s\n" % line if line else " *\n" for line in [first] + parameters + [""] + rest) + " */"


def main():
    output, headers = sys.argv[1], sys.argv[2:]
    parts = ["#pragma once\n\n#include <glib-object.h>\n\ntypedef struct _WeirGraph WeirGraph;\ntypedef struct _WeirPort WeirPort;\n"]
    for path in headers:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        text = re.sub(r'^#pragma once$|^#include "[^"]*"$', "", text, flags=re.M)
        parts.append(COMMENT.sub(block, text))
    with open(output, "w", encoding="utf-8") as f:
        f.write("\n".join(parts))


if __name__ == "__main__":
    main()
