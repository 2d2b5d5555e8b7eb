"""`RNN`, `GRU` and `LSTM`: one product for the inputs of all steps, then step after step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from onnx import TensorProto, ValueInfoProto, helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, integers, operand, required, sequence

_UNROLLED = 8
"""Steps; longer sequences, and those of a length that is not known, become a loop."""

Activation = Callable[[Term], Term]


def recurrent(e: Expansion) -> bool:
    """
    Each direction on its own; sequences that have ended keep their state.

    ```
    gates = x @ transposed(w) + b;  y[t], state = cell(gates[t], state)
    ```
    """
    kind = required(e, 0).kind
    if kind not in (TensorProto.FLOAT, TensorProto.DOUBLE, *_NARROW) or not e.shape(
        e.node.input[2]
    ):
        return False
    if _is_plain(e):
        return False
    directions = _directions(e)
    results = [_run(direction) for direction in directions]
    outputs = [[result[k] for result in results] for k in range(len(results[0]))]
    batch_first = bool(e.attributes.get("layout", 0))
    for number, (name, parts) in enumerate(zip(e.node.output, outputs, strict=False)):
        if not name:
            continue
        axis = 1 if number == 0 else 0
        whole = _joined([p.apply("Unsqueeze", integers(e, axis)) for p in parts], axis)
        if batch_first:
            whole = whole.apply("Transpose", perm=[2, 0, 1, 3] if number == 0 else [1, 0, 2])
        whole.cast(kind).gives(name)
    return True


def _is_plain(e: Expansion) -> bool:
    """Whether it is a long one that the native passes make a loop of, and a correct one."""
    axis = 1 if e.attributes.get("layout", 0) else 0
    steps = (e.shape(e.node.input[0]) or [0])[axis]
    direction = e.text("direction", "forward")
    fitting = direction == "forward" or (direction == "bidirectional" and e.node.op_type == "LSTM")
    known = {"hidden_size", "direction", "linear_before_reset"}
    others = (operand(e, 4), operand(e, 7) if e.node.op_type == "LSTM" else None)
    return (
        not 0 < steps <= _UNROLLED
        and fitting
        and set(e.attributes) <= known
        and others == (None, None)
    )


_NARROW = (TensorProto.FLOAT16, TensorProto.BFLOAT16)


@dataclass(frozen=True)
class _Direction:
    """What one direction works with; the expansion is where its steps are written."""

    e: Expansion
    number: int
    backwards: bool
    gates: Term
    """Of all inputs: steps x batch x gates."""
    weights: Term
    """Of the state, transposed: hidden x gates."""
    bias: Term | None
    """Of the state; added to the gates already, but where a cell needs it alone."""
    peepholes: Sequence[Term]
    states: Sequence[Term]
    """At first: batch x hidden."""
    valid: Term | None
    """Whether a sequence has not ended: steps x batch x 1; None if all have the same length."""
    activations: Sequence[Activation]

    @property
    def hidden(self) -> int:
        return (self.e.shape(self.e.node.input[2]) or [0])[-1]

    @property
    def steps(self) -> int:
        """How many; 0 if it is not known."""
        axis = 1 if self.e.attributes.get("layout", 0) else 0
        return (self.e.shape(self.e.node.input[0]) or [0])[axis]

    def clipped(self, x: Term) -> Term:
        limit = self.e.attributes.get("clip", 0.0)
        return x.at_least(-limit).at_most(limit) if limit else x

    def activate(self, number: int, x: Term) -> Term:
        return self.activations[number](self.clipped(x))


def _directions(e: Expansion) -> list[_Direction]:
    x, w, r = (_wide(required(e, k)) for k in range(3))
    if e.attributes.get("layout", 0):
        x = x.apply("Transpose", perm=[1, 0, 2])
    count = 2 if e.text("direction", "forward") == "bidirectional" else 1
    activations = _activations(e, count)
    found: list[_Direction] = []
    for number in range(count):
        gates, bias = _gates(e, x, w.taken(number), number)
        found.append(
            _Direction(
                e,
                number,
                number == 1 or e.text("direction", "forward") == "reverse",
                gates=gates,
                bias=bias,
                weights=r.taken(number).apply("Transpose", perm=[1, 0]),
                peepholes=_peepholes(e, number),
                states=_states(e, x, number),
                valid=_valid(e, x),
                activations=activations[number],
            )
        )
    return found


def _gates(e: Expansion, x: Term, weights: Term, number: int) -> tuple[Term, Term | None]:
    """Those of the inputs, with the bias; and that of the state where it stays apart."""
    gates = x.apply("MatMul", weights.apply("Transpose", perm=[1, 0]))
    biases = operand(e, 3)
    if biases is None:
        return gates, None
    both = _wide(biases).taken(number).reshaped(2, -1)
    inputs, state = both.taken(0), both.taken(1)
    if e.node.op_type == "GRU" and e.attributes.get("linear_before_reset", 0):
        return gates + inputs, state
    return gates + (inputs + state), None


def _wide(x: Term) -> Term:
    return x.cast(TensorProto.FLOAT) if x.kind in _NARROW else x


def _states(e: Expansion, x: Term, number: int) -> list[Term]:
    hidden = (e.shape(e.node.input[2]) or [0])[-1]
    found: list[Term] = []
    for place in range(5, 7 if e.node.op_type == "LSTM" else 6):
        given = operand(e, place)
        if given is not None:
            axis = 1 if e.attributes.get("layout", 0) else 0
            found.append(_wide(given).taken(number, axis=axis))
            continue
        batch = x.apply("Shape", kind=TensorProto.INT64).taken(integers(e, 1))
        sizes = batch.apply("Concat", integers(e, hidden), axis=0)
        found.append(x.number(0).apply("Expand", sizes))
    return found


def _peepholes(e: Expansion, number: int) -> list[Term]:
    given = operand(e, 7) if e.node.op_type == "LSTM" else None
    if given is None:
        return []
    rows = _wide(given).taken(number).reshaped(3, -1)
    return [rows.taken(k) for k in range(3)]


def _valid(e: Expansion, x: Term) -> Term | None:
    lengths = operand(e, 4)
    if lengths is None:
        return None
    steps = sequence(x.apply("Shape", kind=TensorProto.INT64).taken(0))
    return steps.reshaped(-1, 1, 1) < lengths.cast(TensorProto.INT64).reshaped(1, -1, 1)


# Steps


def _run(d: _Direction) -> list[Term]:
    """All outputs of one direction: of the steps, then the last states."""
    if not 0 < d.steps <= _UNROLLED:
        return _scanned(d)
    order = range(d.steps)
    states, found = list(d.states), dict[int, Term]()
    for step in reversed(order) if d.backwards else order:
        valid = None if d.valid is None else d.valid.taken(step)
        states, found[step] = _step(d, d.gates.taken(step), states, valid)
    rows = [found[step].apply("Unsqueeze", integers(d.e, 0)) for step in order]
    return [_joined(rows, 0), *states]


def _scanned(d: _Direction) -> list[Term]:
    """The same as a `Scan`."""
    e, kind = d.e, d.gates.kind
    prefix = f"{e.node.name}.step{d.number}"
    inner = Expansion(e.graph, e.node, e.types, e.opset, prefix)
    read = [x for x in (d.gates, d.valid) if x is not None]
    values = [*d.states, *read]
    count = len(d.states)
    arguments = [Term(inner, f"{prefix}.in{k}", v.kind) for k, v in enumerate(values)]
    within = replace(
        d,
        e=inner,
        weights=_moved(d.weights, inner),
        bias=None if d.bias is None else _moved(d.bias, inner),
        peepholes=[_moved(p, inner) for p in d.peepholes],
    )
    valid = arguments[count + 1] if d.valid is not None else None
    states, y = _step(within, arguments[count], arguments[:count], valid)
    results = [s.apply("Identity") for s in states] + [y.apply("Identity")]
    body = helper.make_graph(
        inner.nodes,
        prefix,
        [_matrix(a) for a in arguments],
        [_matrix(r) for r in results],
    )
    names = [f"{prefix}.out{k}" for k in range(count + 1)]
    operands = [v.name for v in values]
    node = helper.make_node("Scan", operands, names, f"{e.node.name}.{d.number}", body=body)
    directions = [int(d.backwards)] * len(read)
    node.attribute.extend(
        helper.make_attribute(name, value)
        for name, value in (
            ("num_scan_inputs", len(read)),
            ("scan_input_directions", directions),
            ("scan_output_directions", directions[:1]),
        )
    )
    e.nodes.append(node)
    *last, y = (Term(e, name, kind) for name in names)
    return [y, *last]


def _moved(x: Term, e: Expansion) -> Term:
    return Term(e, x.name, x.kind)


def _matrix(x: Term) -> ValueInfoProto:
    return helper.make_tensor_value_info(x.name, x.kind, [None, None])


def _step(
    d: _Direction, gates: Term, states: Sequence[Term], valid: Term | None
) -> tuple[list[Term], Term]:
    """The states after a step, and its output."""
    after = _CELLS[d.e.node.op_type](d, gates, states)
    if valid is None:
        return after, after[0]
    kept = [valid.choose(new, old) for new, old in zip(after, states, strict=True)]
    return kept, valid.choose(after[0], 0)


def _parts(gates: Term, d: _Direction, count: int) -> list[Term]:
    cuts = [integers(d.e, k * d.hidden) for k in range(count + 1)]
    ends = pairwise(cuts)
    return [gates.apply("Slice", a, b, integers(d.e, -1)) for a, b in ends]


def _rnn(d: _Direction, gates: Term, states: Sequence[Term]) -> list[Term]:
    (state,) = states
    return [d.activate(0, gates + state.apply("MatMul", d.weights))]


def _gru(d: _Direction, gates: Term, states: Sequence[Term]) -> list[Term]:
    (state,) = states
    update, reset, new = _parts(gates, d, 3)
    if d.e.attributes.get("linear_before_reset", 0):
        products = state.apply("MatMul", d.weights)
        products = products if d.bias is None else products + d.bias
        of_update, of_reset, of_new = _parts(products, d, 3)
        r = d.activate(0, reset + of_reset)
        hidden = d.activate(1, new + r * of_new)
    else:
        of_update, of_reset, weights = _parts(d.weights, d, 3)
        r = d.activate(0, reset + state.apply("MatMul", of_reset))
        hidden = d.activate(1, new + (r * state).apply("MatMul", weights))
        of_update = state.apply("MatMul", of_update)
    z = d.activate(0, update + of_update)
    return [(1 - z) * hidden + z * state]


def _lstm(d: _Direction, gates: Term, states: Sequence[Term]) -> list[Term]:
    state, cell = states
    i, o, f, c = _parts(gates + state.apply("MatMul", d.weights), d, 4)
    if d.peepholes:
        i, f = i + d.peepholes[0] * cell, f + d.peepholes[2] * cell
    i = d.activate(0, i)
    f = 1 - i if d.e.attributes.get("input_forget", 0) else d.activate(0, f)
    cell = f * cell + i * d.activate(1, c)
    if d.peepholes:
        o = o + d.peepholes[1] * cell
    return [d.activate(0, o) * d.activations[2](cell), cell]


_CELLS: Mapping[str, Callable[[_Direction, Term, Sequence[Term]], list[Term]]] = {
    "RNN": _rnn,
    "GRU": _gru,
    "LSTM": _lstm,
}


# Activations

_DEFAULTS = {"RNN": ("Tanh",), "GRU": ("Sigmoid", "Tanh"), "LSTM": ("Sigmoid", "Tanh", "Tanh")}


def _activations(e: Expansion, count: int) -> list[list[Activation]]:
    """Of each direction; numbers are handed out in order to those that take them."""
    names = [name.decode().lower() for name in e.attributes.get("activations", ())]
    names = names or [n.lower() for n in _DEFAULTS[e.node.op_type]] * count
    alphas = iter(e.attributes.get("activation_alpha", ()))
    betas = iter(e.attributes.get("activation_beta", ()))
    found = [_activation(e, name, alphas, betas) for name in names]
    each = len(found) // count
    return [found[k * each : (k + 1) * each] for k in range(count)]


def _activation(
    e: Expansion, name: str, alphas: Iterator[float], betas: Iterator[float]
) -> Activation:
    operators = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid", "softsign": "Softsign"}
    operators["softplus"] = "Softplus"
    if name in operators:
        return lambda x: x.apply(operators[name])
    if name not in _WITH_NUMBERS:
        raise SDFGError(f"{e.node.name}: '{e.node.op_type}' with unknown activation '{name}'")
    first, second, compute = _WITH_NUMBERS[name]
    alpha = next(alphas, first)
    beta = second if second is None else next(betas, second)
    return lambda x: compute(x, alpha, beta or 0.0)


def _elu(x: Term, alpha: float, _: float) -> Term:
    return (x < 0).choose((x.at_most(0).apply("Exp") - 1) * alpha, x)


_WITH_NUMBERS: Mapping[str, tuple[float, float | None, Callable[[Term, float, float], Term]]] = {
    "affine": (1.0, 0.0, lambda x, a, b: x * a + b),
    "elu": (1.0, None, _elu),
    "hardsigmoid": (0.2, 0.5, lambda x, a, b: (x * a + b).at_least(0).at_most(1)),
    "leakyrelu": (0.01, None, lambda x, a, b: (x < 0).choose(x * a, x)),
    "scaledtanh": (1.0, 1.0, lambda x, a, b: (x * b).apply("Tanh") * a),
    "thresholdedrelu": (1.0, None, lambda x, a, b: (x > a).choose(x, 0)),
}


def _joined(parts: Sequence[Term], axis: int) -> Term:
    first, *others = parts
    return first.apply("Concat", *others, axis=axis) if others else first


RULES: Mapping[str, Callable[[Expansion], bool]] = dict.fromkeys(_CELLS, recurrent)
"""Applied before the rule for `Scan`."""
