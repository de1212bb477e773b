#!/usr/bin/env python3
"""Counts results: "PASSED FAILED".

usage: count.py [--names] TESTLOG.json          of `meson test`
       count.py --models MODELS.json EXPECTED   of the model acceptance; names in EXPECTED may fail
"""
import json
import sys


def meson(path, names):
    bad, good = [], 0
    try:
        with open(path, encoding="utf-8") as f:
            rows = [json.loads(line) for line in f if line.strip()]
    except OSError:
        rows = []
    for row in rows:
        if row["result"] in ("OK", "EXPECTEDFAIL"):
            good += 1
        elif row["result"] != "SKIP":
            bad.append(row["name"])
    if not rows:
        bad.append("no test ran")
    print(", ".join(bad) if names else "%d %d" % (good, len(bad)))


def models(path, expected):
    with open(expected, encoding="utf-8") as f:
        known = {line.split()[0] for line in f if line.strip() and not line.startswith("#")}
    try:
        with open(path, encoding="utf-8") as f:
            rows = json.load(f)
    except (OSError, ValueError):
        print("0 1")
        return
    good = sum(r["ok"] for r in rows)
    print("%d %d" % (good, sum(not r["ok"] and r["name"] not in known for r in rows)))


if sys.argv[1] == "--models":
    models(sys.argv[2], sys.argv[3])
else:
    meson(sys.argv[-1], sys.argv[1] == "--names")
