"""Cells, sequences, bodies, variables."""

import numpy as np
import openvino as ov
from openvino import opset13
from ops_build import Row

H, X = 3, 4


def cell(call, gates, state=1, bias=True, extra=0, **more):
    def build(o, n):
        states = [n.x(2, H) for _ in range(state)]
        return getattr(o, call)(
            n.x(2, X), *states, n.w(gates * H, X), n.w(gates * H, H), n.w((gates + extra) * H), H, **more
        )

    return build


def sequence(call, gates, direction, state=1, extra=0, lengths=(5, 5), **more):
    def build(o, n):
        d = 2 if direction == "bidirectional" else 1
        states = [n.x(2, d, H) for _ in range(state)]
        return getattr(o, call)(
            n.x(2, 5, X),
            *states,
            n.c(lengths, "i32"),
            n.w(d, gates * H, X),
            n.w(d, gates * H, H),
            n.w(d, (gates + extra) * H),
            H,
            direction,
            **more
        )

    return build


DIRECTIONS = ("forward", "reverse", "bidirectional")


def rnn(o, n, **more):
    return o.rnn_cell(
        n.x(2, X),
        n.x(2, H),
        n.w(H, X),
        n.w(H, H),
        n.w(H),
        H,
        more.pop("activations", ["tanh"]),
        more.pop("alpha", []),
        more.pop("beta", []),
        **more
    )


def variable(version, call):
    """The second value of a variable does not matter to one run: reading comes first."""

    def build(o, n):
        x = n.x(2, 3)
        if version == 3:
            read = o.read_value(n.c(np.zeros((2, 3)), "f32"), "v")
            total = opset13.add(read, x)
            return [total], [o.assign(total, "v")]
        info = ov.op.util.VariableInfo()
        info.data_shape, info.data_type, info.variable_id = ov.PartialShape([2, 3]), ov.Type.f32, "v"
        kept = ov.op.util.Variable(info)
        read = ov.op.read_value(n.c(np.ones((2, 3)), "f32"), kept)
        total = opset13.add(read, x)
        return [total], [ov.op.assign(total, kept)]

    return build


def branches(choice, n):
    x, y = n.x(2, 3), n.x(2, 3)
    choose = n.v(choice, "boolean")
    a, b = opset13.parameter([2, 3], np.float32), opset13.parameter([2, 3], np.float32)
    then_body = ov.Model([opset13.result(opset13.add(a, b))], [a, b], "then")
    c, d = opset13.parameter([2, 3], np.float32), opset13.parameter([2, 3], np.float32)
    else_body = ov.Model([opset13.result(opset13.multiply(c, d))], [c, d], "else")
    node = ov.op.if_op(choose.output(0))
    node.set_then_body(then_body)
    node.set_else_body(else_body)
    node.set_input(x.output(0), a, c)
    node.set_input(y.output(0), b, d)
    node.set_output(then_body.results[0], else_body.results[0])
    return node


def looped(o, n):
    x, start = n.x(4, 2), n.x(1, 2)
    part, carry = opset13.parameter([1, 2], np.float32), opset13.parameter([1, 2], np.float32)
    total = opset13.result(opset13.add(part, carry))
    doubled = opset13.result(opset13.multiply(part, opset13.constant(np.float32(2))))
    go = opset13.result(opset13.constant(np.array(True)))
    body = ov.Model([go, total, doubled], [part, carry], "body")
    node = ov.op.loop(opset13.constant(np.int64(4)), opset13.constant(np.array(True)))
    node.set_function(body)
    node.set_special_body_ports([-1, 0])
    node.set_sliced_input(part, x.output(0), 0, 1, 1, -1, 0)
    node.set_merged_input(carry, start.output(0), total.output(0))
    return [node.get_iter_value(total.output(0), -1), node.get_concatenated_slices(doubled.output(0), 0, 1, 1, -1, 0)]


def iterated(backwards):
    def build(o, n):
        x, start = n.x(2, 6, 2), n.x(2, 1, 2)
        part, carry = opset13.parameter([2, 1, 2], np.float32), opset13.parameter([2, 1, 2], np.float32)
        total = opset13.result(opset13.tanh(opset13.add(part, carry)))
        body = ov.Model([total], [part, carry], "body")
        node = ov.op.tensor_iterator()
        node.set_function(body)
        first, step, last = (-1, -1, 0) if backwards else (0, 1, -1)
        node.set_sliced_input(part, x.output(0), first, step, 1, last, 1)
        node.set_merged_input(carry, start.output(0), total.output(0))
        return [
            node.get_iter_value(total.output(0), -1),
            node.get_concatenated_slices(total.output(0), first, step, 1, last, 1),
        ]

    return build


ROWS = [
    *[
        Row(
            "LSTMCell",
            v,
            cell("lstm_cell", 4, 2),
            cell("lstm_cell", 4, 2, clip=0.3),
            cell("lstm_cell", 4, 2, activations=["sigmoid", "relu", "tanh"]),
        )
        for v in (1, 4)
    ],
    Row(
        "GRUCell",
        3,
        cell("gru_cell", 3),
        cell("gru_cell", 3, extra=1, linear_before_reset=True),
        cell("gru_cell", 3, clip=0.3),
    ),
    Row("RNNCell", 3, rnn, lambda o, n: rnn(o, n, activations=["relu"]), lambda o, n: rnn(o, n, clip=0.2), spelled=1),
    Row(
        "LSTMSequence",
        5,
        *[sequence("lstm_sequence", 4, d, 2) for d in DIRECTIONS],
        sequence("lstm_sequence", 4, "forward", 2, lengths=(5, 3)),
        sequence("lstm_sequence", 4, "bidirectional", 2, lengths=(2, 4))
    ),
    Row(
        "GRUSequence",
        5,
        *[sequence("gru_sequence", 3, d) for d in DIRECTIONS],
        sequence("gru_sequence", 3, "bidirectional", extra=1, linear_before_reset=True, lengths=(2, 4))
    ),
    Row("RNNSequence", 5, *[sequence("rnn_sequence", 1, d, lengths=(4, 5)) for d in DIRECTIONS]),
    Row("ReadValue", 3, variable(3, "")),
    Row("Assign", 3, variable(3, "")),
    Row("ReadValue", 6, variable(6, "")),
    Row("Assign", 6, variable(6, "")),
    Row("If", 8, lambda o, n: branches(True, n), lambda o, n: branches(False, n)),
    Row("Loop", 5, looped),
    Row("TensorIterator", 1, iterated(False), iterated(True)),
]
