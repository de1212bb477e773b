"""Runs weir on small models and reports in TAP: used by the test-*.py beside it."""
import os
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import traceback


class Driver:
    def __init__(self):
        self.weir_path, self.writer = sys.argv[1:3]
        self.folder = tempfile.TemporaryDirectory(prefix="weir-cli-")
        self.count = self.failed = 0

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def model(self, name, text):
        """A model of the spelling in tests/frontends/onnx-text.h."""
        path = self.path(name)
        subprocess.run([self.writer, text, path], check=True)
        return path

    def weir(self, *arguments, status=0):
        """(stdout, stderr) of a call that must end with @status."""
        done = subprocess.run([self.weir_path, *arguments], capture_output=True, text=True)
        assert done.returncode == status, "weir %s: status %d\n%s%s" % (
            " ".join(arguments), done.returncode, done.stdout, done.stderr)
        return done.stdout, done.stderr

    def paste(self, text):
        """Runs the command line that stands in @text, as a shell would."""
        line = re.search(r"^weir convert .*$", text, re.M).group(0)
        words = shlex.split(line)
        return self.weir(*words[1:])[0], words

    def write_npy(self, name, shape, values):
        header = "{'descr': '<f4', 'fortran_order': False, 'shape': %r, }" % (tuple(shape),)
        header += " " * (-(len(header) + 11) % 64) + "\n"
        with open(self.path(name), "wb") as f:
            f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
            f.write(struct.pack("<%df" % len(values), *values))
        return self.path(name)

    def run(self, cases):
        for case in cases:
            self.count += 1
            try:
                case(self)
                print("ok %d %s" % (self.count, case.__name__))
            except Exception:  # whatever it is, the other cases are run too
                self.failed += 1
                print("not ok %d %s" % (self.count, case.__name__))
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
        print("1..%d" % self.count)
        self.folder.cleanup()
        sys.exit(1 if self.failed else 0)
