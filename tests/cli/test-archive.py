"""weir run on Kaldi's archives: utterances in, the first output of each out."""
import os
import struct

from driver import Driver

# The frame before, and the frame: what comes first in an utterance sees a zero.
DELAY = "<Nnet> <Splice> 2 1 [ -1 0 ] </Nnet>\n"
# The frame plus twice a vector that goes with the utterance.
TWO_INPUTS = """<Nnet3>

input-node name=ivector dim=1
input-node name=input dim=1
component-node name=c input=ivector component=c
output-node name=output input=Sum(input, c)

<NumComponents> 1
<ComponentName> c <FixedScaleComponent> <Scales> [ 2 ] </FixedScaleComponent>
</Nnet3>
"""
UTTERANCES = "one  [\n  1\n  2 ]\ntwo  [\n  5\n  6\n  7 ]\n"


def write(d, name, text):
    with open(d.path(name), "w" if isinstance(text, str) else "wb") as f:
        f.write(text)
    return d.path(name)


def read(path):
    """The matrices of an archive of text, by their names."""
    found = {}
    for line in open(path, encoding="utf-8").read().replace("[\n", "[ ").split("]"):
        if line.strip():
            name, rows = line.split("[")
            found[name.strip()] = [[float(v) for v in row.split()] for row in rows.strip().splitlines()]
    return found


DELAYED = {"one": [[0, 1], [1, 2]], "two": [[0, 5], [5, 6], [6, 7]]}


def state_begins_anew_with_each_utterance(d):
    model = write(d, "net.nnet", DELAY)
    feats = write(d, "feats.ark", UTTERANCES)
    d.weir("run", model, "--input", feats, "--output-archive", "ark,t:" + d.path("out.txt"))
    assert read(d.path("out.txt")) == DELAYED, read(d.path("out.txt"))


def binary_archives_are_written_and_read_again(d):
    model, copy = write(d, "net.nnet", DELAY), write(d, "copy.nnet", "<Nnet> <Copy> 2 2 [ 1 2 ] </Nnet>\n")
    feats = write(d, "feats.ark", UTTERANCES)
    d.weir("run", model, "--input", "ark:" + feats, "--output-archive", d.path("out.ark"))
    with open(d.path("out.ark"), "rb") as f:
        data = f.read()
    head = b"one \0BFM \4" + struct.pack("<i", 2) + b"\4" + struct.pack("<i", 2) + struct.pack("<4f", 0, 1, 1, 2)
    assert data.startswith(head + b"two \0BFM "), data
    d.weir("run", copy, "--input", d.path("out.ark"), "--output-archive", "ark,t:" + d.path("again.txt"))
    assert read(d.path("again.txt")) == DELAYED


def scripts_name_files_and_bytes(d):
    model = write(d, "net.nnet", DELAY)
    feats = write(d, "feats.ark", UTTERANCES)
    script = write(d, "feats.scp", "b %s:%d\na %s:4\n" % (feats, UTTERANCES.index("two") + 4, feats))
    d.weir("run", model, "--input", "input=scp:" + script, "--output-archive", "ark,t:" + d.path("out.txt"))
    found = read(d.path("out.txt"))
    assert list(found) == ["b", "a"] and found["a"] == DELAYED["one"] and found["b"] == DELAYED["two"], found


def vectors_go_with_all_frames_of_their_utterance(d):
    model = write(d, "two.raw", TWO_INPUTS)
    feats = write(d, "feats.ark", UTTERANCES)
    vectors = write(d, "ivectors.ark", "two  [ 100 ]\nnobody  [ 3 ]\none  [ 10 ]\n")
    d.weir("run", model, "--input", "input=" + feats, "--input", "ivector=ark:" + vectors, "--output-archive",
           "ark,t:" + d.path("out.txt"))
    found = read(d.path("out.txt"))
    assert found == {"one": [[21], [22]], "two": [[205], [206], [207]]}, found


def an_utterance_that_is_missing_is_named(d):
    model = write(d, "two.raw", TWO_INPUTS)
    feats = write(d, "feats.ark", UTTERANCES)
    vectors = write(d, "ivectors.ark", "one  [ 10 ]\n")
    out = d.path("none.ark")
    error = d.weir("run", model, "--input", "input=" + feats, "--input", "ivector=" + vectors, "--output-archive", out,
                   status=1)[1]
    assert "two" in error and not os.path.exists(out), error


def frames_of_another_width_are_refused(d):
    model = write(d, "net.nnet", DELAY)
    feats = write(d, "wide.ark", "one  [ 1 2 3 ]\n")
    error = d.weir("run", model, "--input", feats, status=1)[1]
    assert "[1,3]" in error and "[1,1]" in error, error


def bad_archives_are_told_by_file_and_utterance(d):
    model = write(d, "net.nnet", DELAY)
    feats = write(d, "bad.ark", UTTERANCES + "three  [ 1 2\n")
    error = d.weir("run", model, "--input", feats, status=1)[1]
    assert "bad.ark" in error and "'three'" in error, error
    script = write(d, "bad.scp", "one cat %s |\n" % feats)
    error = d.weir("run", model, "--input", script, status=1)[1]
    assert "'one': expected FILE:BYTE" in error, error


Driver().run([state_begins_anew_with_each_utterance, binary_archives_are_written_and_read_again,
              scripts_name_files_and_bytes, vectors_go_with_all_frames_of_their_utterance,
              an_utterance_that_is_missing_is_named, frames_of_another_width_are_refused,
              bad_archives_are_told_by_file_and_utterance])
