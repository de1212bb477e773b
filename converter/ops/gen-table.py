#!/usr/bin/env python3
"""Writes the table of all operations, sorted by name, from the given sources: the lines
WEIR_OP_DEFINE (id) = { .name = "Name" and those of a family's own macro, WEIR_OP_FAMILY_DEFINE (id, "Name", …).

usage: gen-table.py OUTPUT.c SOURCE.c...
"""
import re
import sys


def definitions(path):
    """-> (name, id) of each operation that the file declares"""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    plain = re.findall(r'^WEIR_OP_DEFINE \((\w+)\) = \{\s*\.name = "(\w+)"', text, re.MULTILINE)
    return plain + re.findall(r'^WEIR_OP_\w+_DEFINE \((\w+), "(\w+)"', text, re.MULTILINE)


def main():
    ops = sorted({(name.lower(), ident) for path in sys.argv[2:] for ident, name in definitions(path)})
    lines = ['#include "ir/op.h"', ""]
    lines += ["extern const WeirOp weir_op_%s;" % ident for _, ident in ops]
    lines += ["", "static const WeirOp *const table[] = {"]
    lines += ["  &weir_op_%s," % ident for _, ident in ops]
    lines += ["};", "", "const WeirOp *const *", "weir_op_table (guint *count)", "{",
              "  *count = G_N_ELEMENTS (table);", "  return table;", "}", ""]
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write("\n".join(lines))


if __name__ == "__main__":
    main()
