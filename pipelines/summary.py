#!/usr/bin/env python3
"""Puts the demo's frames on one contact sheet and sums its JSON lines up.

usage: summary.py FOLDER START END     seconds since the epoch
"""
import glob
import json
import os
import struct
import sys
import zlib

COLUMNS, MARGIN = 4, 4


def read_png(path):
    """-> (width, height, rows of RGB bytes) of an 8-bit RGB or RGBA picture without interlacing"""
    with open(path, "rb") as f:
        data = f.read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, _, color = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    bytes_a_pixel = 4 if color == 6 else 3
    raw, stride = zlib.decompress(packed), width * bytes_a_pixel
    rows, above = [], bytearray(stride)
    for y in range(height):
        kind = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        unfilter(kind, row, above, bytes_a_pixel)
        above = row
        if bytes_a_pixel == 4:
            row = bytearray(b for i, b in enumerate(row) if i % 4 != 3)
        rows.append(row)
    return width, height, rows


def unfilter(kind, row, above, step):
    """Undoes one of PNG's five filters (PNG specification, section 9) in place."""
    for i in range(len(row)):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        if kind == 1:
            guess = a
        elif kind == 2:
            guess = b
        elif kind == 3:
            guess = (a + b) // 2
        elif kind == 4:
            p = a + b - c
            guess = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        else:
            return
        row[i] = (row[i] + guess) & 0xff


def write_png(path, width, height, rows):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    raw = b"".join(b"\0" + bytes(r) for r in rows)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def contact_sheet(folder):
    names = sorted(glob.glob(os.path.join(folder, "frame-*.png")))[:COLUMNS * 3]
    if not names:
        return
    pictures = [read_png(n) for n in names]
    width, height = pictures[0][0], pictures[0][1]
    lines = (len(pictures) + COLUMNS - 1) // COLUMNS
    full = COLUMNS * (width + MARGIN) + MARGIN
    rows = [bytearray(b"\x20" * full * 3) for _ in range(lines * (height + MARGIN) + MARGIN)]
    for k, (w, h, picture) in enumerate(pictures):
        x = MARGIN + k % COLUMNS * (width + MARGIN)
        y = MARGIN + k // COLUMNS * (height + MARGIN)
        for i in range(h):
            rows[y + i][x * 3:(x + w) * 3] = picture[i]
    write_png(os.path.join(folder, "contact-sheet.png"), full, len(rows), rows)
    for n in glob.glob(os.path.join(folder, "frame-*.png")):
        os.remove(n)


def main():
    folder, start, end = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    contact_sheet(folder)
    with open(os.path.join(folder, "objects.jsonl"), encoding="utf-8") as f:
        counts = [len(json.loads(line)["objects"]) for line in f]
    mean = sum(counts) / max(len(counts), 1)
    print("demo: %d frames, %.2f objects a frame (%d to %d), %.0f frames a second with encoding; "
          "annotated.mp4, contact-sheet.png and objects.jsonl are in %s" %
          (len(counts), mean, min(counts, default=0), max(counts, default=0),
           len(counts) / max(end - start, 1e-9), folder))


if __name__ == "__main__":
    main()
