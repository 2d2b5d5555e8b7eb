"""Branches and loops whose graphs compute with sequences or optionals."""

from collections.abc import Iterator, Sequence

import numpy as np
from onnx import GraphProto, NodeProto, TypeProto, helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_load import label
from sdfg.lowering.frontend.onnx_resolver import (
    Held,
    Resolver,
    attributes_of,
    is_structured,
    is_structured_graph,
)

Scope = dict[str, Held]
_MOST_ITERATIONS = 1 << 10
"""Of a loop that is unrolled."""


def _leaves(held: Held) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif held is not None:
        for item in held:
            yield from _leaves(item)


def _shaped(held: Held, names: Iterator[str]) -> Held:
    """The same structure over other tensors."""
    if isinstance(held, str):
        return next(names)
    return None if held is None else tuple(_shaped(item, names) for item in held)


def _form(held: Held) -> object:
    """The structure alone."""
    return tuple(_form(item) for item in held) if isinstance(held, tuple) else held is None


def _name(scope: Scope, name: str) -> str:
    held = scope.get(name, name)
    assert isinstance(held, str)
    return held


# Branches


def if_(r: Resolver, node: NodeProto, scope: Scope) -> list[Held] | None:
    """
    The branch taken where that is known; else a branch over the tensors that the results hold,
    which must have one structure.
    """
    graphs = [attributes_of(node)[name] for name in ("then_branch", "else_branch")]
    condition = _name(scope, node.input[0])
    if not any(is_structured_graph(graph, scope) for graph in graphs):
        return None
    if condition in r.known:
        return r.inline(graphs[0 if r.known[condition].item() else 1], scope, f"{label(node)}.")
    parts = [_apart(r, graph, scope, node) for graph in graphs]
    if _form(tuple(parts[0][1])) != _form(tuple(parts[1][1])):
        taken = r.value(condition, "what the results hold, the condition", node)
        raise AssertionError(taken)
    branches = [_graph(r, "branch", [], nodes, list(_leaves(tuple(h)))) for nodes, h in parts]
    names = [r.fresh(f"{node.name}.result") for _ in branches[0].output]
    r.append(
        helper.make_node(
            "If",
            [condition],
            names,
            node.name,
            then_branch=branches[0],
            else_branch=branches[1],
        )
    )
    for name, one, other in zip(names, branches[0].output, branches[1].output, strict=True):
        r.types[name] = _common(one.type, other.type)
    return list(_sequence(_shaped(tuple(parts[0][1]), iter(names))))


def _sequence(held: Held) -> tuple[Held, ...]:
    assert isinstance(held, tuple)
    return held


def _common(a: TypeProto, b: TypeProto) -> TypeProto:
    """What two types share: elements, and sizes if they are the same."""
    if a == b:
        return a
    kind = TypeProto()
    kind.tensor_type.elem_type = a.tensor_type.elem_type or b.tensor_type.elem_type
    return kind


def _apart(
    r: Resolver, graph: GraphProto, scope: Scope, node: NodeProto
) -> tuple[list[NodeProto], list[Held]]:
    """The nodes of a nested graph, resolved, and what its results are then."""
    outer, r.emitted = r.emitted, []
    try:
        results = r.inline(graph, scope, f"{label(node)}.")
        return r.emitted, results
    finally:
        r.emitted = outer


def _graph(
    r: Resolver, name: str, inputs: list[str], nodes: list[NodeProto], results: Sequence[str]
) -> GraphProto:
    """A nested graph; each result has a name of its own."""
    outer, r.emitted = r.emitted, nodes
    own = [r.emit("Identity", [result]) for result in results]
    r.emitted = outer
    for result, new in zip(results, own, strict=True):
        r.types.setdefault(new, r.types.get(result, TypeProto()))
    taken, given = ([helper.make_value_info(n, r.types[n]) for n in ns] for ns in (inputs, own))
    return helper.make_graph(nodes, name, taken, given)


# Loops


def loop(r: Resolver, node: NodeProto, scope: Scope) -> list[Held] | None:
    """
    Unrolled where what it carries or reads is no tensor; each iteration knows its number then.

    ```
    for i in 0, 1: s = SequenceInsert(s, f(i))   ->   s = [f(0), f(1)]
    ```
    """
    body: GraphProto = attributes_of(node)["body"]
    states = [scope.get(name, name) for name in node.input[2:]]
    if not is_structured_graph(body, scope) and all(isinstance(s, str) for s in states):
        return None
    values = [*body.input, *body.output]
    if not any(is_structured(v.type) for v in values) and all(isinstance(s, str) for s in states):
        try:
            return _rebuilt(r, node, body, scope)
        except SDFGError:
            pass  # What is inside may depend on the number of the iteration.
    return _unrolled(r, node, body, scope)


def _unrolled(r: Resolver, node: NodeProto, body: GraphProto, scope: Scope) -> list[Held]:
    given = [scope.get(name, name) if name else None for name in node.input]
    limit, condition = [*given, None, None][:2]
    states = list(given[2:])
    again = True if condition is None else bool(_decided(r, condition, "the condition", node))
    most = None if limit is None else int(_decided(r, limit, "the number of iterations", node))
    rows: list[list[Held]] = []
    while again and (most is None or len(rows) < most):
        if len(rows) == _MOST_ITERATIONS:
            raise SDFGError(
                f"{label(node)}: 'Loop' over a sequence with more than {_MOST_ITERATIONS} "
                "iterations"
            )
        number = r.constant(np.array(len(rows), np.int64))
        inner = dict(scope)
        values: list[Held] = [number, r.constant(np.array(True)), *states]
        inner.update(zip((v.name for v in body.input), values, strict=False))
        on, *results = r.inline(body, inner, f"{label(node)}.{len(rows)}.")
        states, scanned = results[: len(states)], results[len(states) :]
        rows.append(scanned)
        again = bool(_decided(r, on, "the condition", node))
    first = 1 + len(states)
    columns = range(len(body.output) - first)
    return [*states, *(_stacked(r, node, body, [row[k] for row in rows], k) for k in columns)]


def _decided(r: Resolver, held: Held, what: str, node: NodeProto) -> int | bool:
    assert isinstance(held, str)
    return r.value(held, what, node).item()


def _stacked(r: Resolver, node: NodeProto, body: GraphProto, rows: list[Held], k: int) -> Held:
    """The results of all iterations along a new axis."""
    names = [row for row in rows if isinstance(row, str)]
    if names:
        axes = r.constant(np.array([0], np.int64))
        return r.emit("Concat", [r.emit("Unsqueeze", [n, axes]) for n in names], axis=0)
    kind = body.output[len(body.output) - (len(node.output) - len(node.input) + 2) + k].type
    tensor = kind.tensor_type
    sizes = [dim.dim_value for dim in tensor.shape.dim]
    return r.constant(np.zeros((0, *sizes), helper.tensor_dtype_to_np_dtype(tensor.elem_type)))


def scan(r: Resolver, node: NodeProto, scope: Scope) -> list[Held] | None:
    """A scan carries tensors only; sequences may live within an iteration."""
    body: GraphProto = attributes_of(node)["body"]
    return _rebuilt(r, node, body, scope) if is_structured_graph(body, scope) else None


def _rebuilt(r: Resolver, node: NodeProto, body: GraphProto, scope: Scope) -> list[Held]:
    """The same loop with a body over tensors."""
    inner = dict(scope)
    names = [r.fresh(f"{label(node)}.{value.name}") for value in body.input]
    for name, value in zip(names, body.input, strict=True):
        inner[value.name], r.types[name], r.sources[name] = name, value.type, frozenset({name})
    nodes, results = _apart(r, body, inner, node)
    leaves = [held for held in results if isinstance(held, str)]
    new = NodeProto()
    new.CopyFrom(node)
    for k, name in enumerate(new.input):
        new.input[k] = _name(scope, name) if name else ""
    new.output[:] = [r.fresh(f"{label(node)}.{name}") if name else "" for name in node.output]
    for attribute in new.attribute:
        if attribute.name == "body":
            attribute.g.CopyFrom(_graph(r, body.name, names, nodes, leaves))
    r.append(new)
    return list(new.output)


def sequence_map(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    """
    ```
    SequenceMap([a, b], c) {f}   ->   [f(a, c), f(b, c)]
    ```
    """
    body: GraphProto = attributes_of(node)["body"]
    operands = [scope.get(name, name) for name in node.input]
    first = operands[0]
    if not isinstance(first, tuple):
        raise SDFGError(f"{label(node)}: 'SequenceMap' takes a sequence")
    columns: list[tuple[Held, ...]] = []
    for k in range(len(first)):
        inner = dict(scope)
        for value, held in zip(body.input, operands, strict=True):
            if isinstance(held, tuple) and len(held) != len(first):
                raise SDFGError(f"{label(node)}: 'SequenceMap' over sequences of several lengths")
            inner[value.name] = held[k] if isinstance(held, tuple) else held
        columns.append(tuple(r.inline(body, inner, f"{label(node)}.{k}.")))
    return [tuple(column[k] for column in columns) for k in range(len(body.output))]
