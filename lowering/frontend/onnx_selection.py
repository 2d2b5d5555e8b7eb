"""Operators whose results are as large as data says: what is kept, unique, or not suppressed."""

from collections.abc import Callable, Mapping, Sequence

from onnx import NodeProto, TensorProto, helper

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, operand, required

_WIDER: Mapping[int, int] = {
    TensorProto.FLOAT16: TensorProto.FLOAT,
    TensorProto.BFLOAT16: TensorProto.FLOAT,
    TensorProto.BOOL: TensorProto.INT32,
    TensorProto.INT8: TensorProto.INT32,
    TensorProto.INT16: TensorProto.INT32,
    TensorProto.UINT8: TensorProto.INT32,
    TensorProto.UINT16: TensorProto.INT32,
    TensorProto.UINT32: TensorProto.INT64,
}
"""Types with the same order in which numbers are compared."""


def compress(e: Expansion) -> bool:
    """
    ```
    y = x[condition]   ->   y = x[nonzero(condition)]
    ```
    """
    x, axis = required(e, 0), e.attributes.get("axis")
    rows = _places(required(e, 1))
    source = x.reshaped(-1) if axis is None else x
    source.taken(rows, 0 if axis is None else axis).gives(e.node.output[0])
    return True


def range_(e: Expansion) -> bool:
    """Numbers of 16 bits, from those of 32."""
    kind = required(e, 0).kind
    if kind not in (TensorProto.FLOAT16, TensorProto.BFLOAT16):
        return False
    first, *others = (required(e, k).cast(TensorProto.FLOAT) for k in range(3))
    first.apply("Range", *others).cast(kind).gives(e.node.output[0])
    return True


def _places(flags: Term) -> Term:
    """Where a vector is not zero."""
    found = flags.apply("NonZero", kind=TensorProto.INT64)
    return found.apply("Squeeze", integers(flags.expansion, 0))


def _size(x: Term, axis: int) -> Term:
    """One size, as a vector."""
    return x.apply("Shape", kind=TensorProto.INT64, start=axis, end=axis + 1)


def _zeros(size: Term) -> Term:
    zero = helper.make_tensor("zero", TensorProto.INT64, [1], [0])
    return size.apply("ConstantOfShape", kind=TensorProto.INT64, value=zero)


def _order(key: Term, count: Term, largest: int, axis: int) -> tuple[Term, Term]:
    """The numbers sorted, and where they come from; equal ones stay in order."""
    e = key.expansion
    names = [f"{key.name}.{what}" for what in ("sorted", "order")]
    node = helper.make_node(
        "TopK", [key.name, count.name], names, e.node.name, axis=axis, largest=largest
    )
    e.nodes.append(node)
    return Term(e, names[0], key.kind), Term(e, names[1], TensorProto.INT64)


# Unique


def unique(e: Expansion) -> bool:
    """
    Sorted, equal rows are neighbours: the first of each group is kept.

    ```
    order = argsort(x); new = x[order[i]] != x[order[i - 1]]; y = x[order[nonzero(new)]]
    ```
    """
    x, axis = required(e, 0), e.attributes.get("axis")
    shape = e.shape(x.name)
    if shape is None:
        return False
    if axis is None:
        source, at = x.reshaped(-1), 0
        key = source.cast(_WIDER.get(x.kind, x.kind))
        count = _size(key, 0)
        ordered, order = _order(key, count, 0, 0)
    else:
        source, at = x, axis % len(shape)
        others = [d for d in range(len(shape)) if d != at]
        rows = x.cast(_WIDER.get(x.kind, x.kind)).apply("Transpose", perm=[at, *others])
        key = rows.reshaped(0, -1) if others else rows.reshaped(-1, 1)
        count = _size(key, 0)
        order = _lexical(key, count)
        ordered = key.taken(order)
    _groups(e, source, at, _new(ordered, axis is not None), order, count)
    return True


def _lexical(rows: Term, count: Term) -> Term:
    """The order of the rows: sorted by the last column first, by the first one last."""
    e = rows.expansion
    columns = _size(rows, 1).reshaped()
    last = columns - 1
    body = _body(e)
    number, state = (f"{body.node.name}.{what}" for what in ("number", "state"))
    place = last.name
    column = body.compute("Sub", place, number)
    values = body.compute("Gather", rows.name, column, axis=1)
    key = Term(body, body.compute("Gather", values, state, axis=0), rows.kind)
    _, order = _order(key, count, 0, 0)
    result = body.compute("Gather", state, order.name, axis=0)
    rest = [(TensorProto.INT64, [None], state, result)]
    start = count.reshaped()
    zero = start.number(0)
    numbers = zero.apply("Range", start, zero.number(1))
    (found,) = _loop(e, body, columns, [numbers], rest, [])
    return found


def _new(ordered: Term, rows: bool) -> Term:
    """1 where a value differs from the one in front of it, and for the first."""
    e = ordered.expansion
    one, end, zero = integers(e, 1), integers(e, 2**62), integers(e, 0)
    behind = ordered.apply("Slice", one, end, zero)
    before = ordered.apply("Slice", zero, integers(e, -1), zero)
    same = behind.apply("Equal", before, kind=TensorProto.BOOL)
    differs = same.apply("Not").cast(TensorProto.INT64)
    if rows:
        differs = differs.apply("ReduceMax", integers(e, 1), keepdims=0)
    return integers(e, 1).apply("Concat", differs, axis=0)


def _groups(e: Expansion, source: Term, axis: int, new: Term, order: Term, count: Term) -> None:
    """All four results, from where groups begin in the sorted order."""
    zero = constant(e, 0)
    starts, group = _places(new), new.apply("CumSum", zero) - 1
    firsts = order.taken(starts)
    inverse = _zeros(count).apply("ScatterElements", order, group, axis=0)
    ends = starts.apply("Slice", integers(e, 1), integers(e, 2**62), integers(e, 0))
    counts = ends.apply("Concat", count, axis=0) - starts
    if not e.attributes.get("sorted", 1):
        groups = _size(firsts, 0)
        ones = _zeros(groups) + 1
        marks = _zeros(count).apply("ScatterElements", firsts, ones, axis=0)
        number = (marks.apply("CumSum", zero) - 1).taken(firsts)
        inverse = number.taken(inverse)
        counts = _zeros(groups).apply("ScatterElements", number, counts, axis=0)
        firsts = _places(marks)
    results = (source.taken(firsts, axis), firsts, inverse, counts)
    for name, result in zip(e.node.output, results, strict=False):
        if name:
            result.gives(name)


# Loops in a rule

State = tuple[int, Sequence[int | None], str, str]
"""Its element type and sizes, and what it is called before and after an iteration."""


def _body(e: Expansion) -> Expansion:
    """An expansion for the body of a loop; its constants are those of the graph."""
    node = NodeProto()
    node.CopyFrom(e.node)
    node.name = f"{e.node.name}.body"
    return Expansion(e.graph, node, e.types, e.opset)


def _loop(
    e: Expansion,
    body: Expansion,
    count: Term,
    starts: list[Term],
    states: Sequence[State],
    rows: Sequence[tuple[int, Sequence[int | None], str]],
) -> list[Term]:
    """
    What `count` iterations of `body` make of `starts`, then the rows that each gives.

    A row is its element type, sizes and name.
    """
    prefix = body.node.name
    more, on = f"{prefix}.more", body.compute("Identity", f"{prefix}.more")
    make = helper.make_tensor_value_info
    inputs = [make(f"{prefix}.number", TensorProto.INT64, []), make(more, TensorProto.BOOL, [])]
    inputs += [make(before, kind, sizes) for kind, sizes, before, _ in states]
    outputs = [make(on, TensorProto.BOOL, [])]
    outputs += [make(after, kind, sizes) for kind, sizes, _, after in states]
    outputs += [make(name, kind, sizes) for kind, sizes, name in rows]
    graph = helper.make_graph(body.nodes, prefix, inputs, outputs)
    names = [f"{prefix}.result.{k}" for k in range(len(states) + len(rows))]
    always = constant(e, True, TensorProto.BOOL)
    operands = [count.name, always.name, *(start.name for start in starts)]
    e.nodes.append(helper.make_node("Loop", operands, names, e.node.name, body=graph))
    kinds = [*(kind for kind, *_ in states), *(kind for kind, *_ in rows)]
    return [Term(e, name, kind) for name, kind in zip(names, kinds, strict=True)]


# Non-maximum suppression


def non_max_suppression(e: Expansion) -> bool:
    """
    Boxes in the order of their scores; each that is still there removes those it overlaps with.

    ```
    for i: k = order[i]; keep[i] = alive[k] & score[k] > threshold & count < most
           alive &= ~(keep[i] & overlap(k, :) > limit)
    ```
    """
    boxes, scores = required(e, 0), required(e, 1)
    sizes = [d or None for d in e.shape(scores.name) or [0, 0, 0]]
    if e.shape(scores.name) is None:
        return False
    count = _size(scores, 2)
    values, order = _order(scores, count, 1, 2)
    low, high = _corners(e, boxes)
    body = _body(e)
    alive, kept = (f"{body.node.name}.{what}" for what in ("alive", "kept"))
    ok, spared = _step(body, (values, order), (low, high), alive)
    most, limit = operand(e, 2), operand(e, 4)
    chosen = _inner(body, kept, TensorProto.INT64) < _outer(body, _scalar(most, 0, e))
    if limit is not None:
        place = _inner(body, f"{body.node.name}.number", TensorProto.INT64)
        score = _outer(body, values).taken(place, 2)
        chosen = chosen & (score > _outer(body, limit.reshaped()))
    ok = ok & chosen
    again = spared(ok)
    more = _inner(body, kept, TensorProto.INT64) + ok.cast(TensorProto.INT64)
    start = constant(e, True, TensorProto.BOOL).apply("Expand", scores.apply("Shape"))
    none = constant(e, 0).apply("Expand", scores.apply("Shape", start=0, end=2))
    states = [
        (TensorProto.BOOL, sizes, alive, again.name),
        (TensorProto.INT64, sizes[:2], kept, more.name),
    ]
    row = ok.cast(TensorProto.INT64)
    rows = [(TensorProto.INT64, sizes[:2], row.name)]
    *_, picked = _loop(e, body, count.reshaped(), [start, none], states, rows)
    places = picked.apply("Transpose", perm=[1, 2, 0]).apply("NonZero").apply("Transpose")
    box = order.apply("GatherND", places).apply("Unsqueeze", integers(e, 1))
    pairs = places.apply("Slice", integers(e, 0), integers(e, 2), integers(e, 1))
    pairs.apply("Concat", box, axis=1).gives(e.node.output[0])
    return True


def _inner(body: Expansion, name: str, kind: int) -> Term:
    return Term(body, name, kind)


def _outer(body: Expansion, term: Term) -> Term:
    """A value from outside of the loop, for nodes within."""
    return Term(body, term.name, term.kind)


def _scalar(given: Term | None, default: float, e: Expansion) -> Term:
    return constant(e, int(default)) if given is None else given.reshaped()


Pair = tuple[Term, Term]
Box = tuple[Pair, Pair]


def _corners(e: Expansion, boxes: Term) -> Box:
    """The lower and the upper corner of each box, a pair of coordinates each."""
    a, b, c, d = (boxes.taken(k, 2) for k in range(4))
    if e.attributes.get("center_point_box", 0):
        half = (c / 2.0, d / 2.0)
        return (a - half[0], b - half[1]), (a + half[0], b + half[1])
    return (a.at_most(c), b.at_most(d)), (a.at_least(c), b.at_least(d))


def _step(
    body: Expansion, sorted_: Pair, box: Box, alive: str
) -> tuple[Term, Callable[[Term], Term]]:
    """Whether the box of an iteration is still there, and what is left if it is kept."""
    number = _inner(body, f"{body.node.name}.number", TensorProto.INT64)
    there = _inner(body, alive, TensorProto.BOOL)
    which = _outer(body, sorted_[1]).taken(number, 2)
    last = integers(body, 2)
    one = which.apply("Unsqueeze", last)
    ok = there.apply("GatherElements", one, axis=2).apply("Squeeze", last)
    overlap = _overlap(body, box, which)
    limit = operand(body, 3)
    most = overlap.number(0.0) if limit is None else limit.reshaped()
    over = overlap > most

    def spared(chosen: Term) -> Term:
        gone = chosen.apply("Unsqueeze", last) & over
        return there & gone.apply("Not")

    return ok, spared


def _overlap(body: Expansion, box: Box, which: Term) -> Term:
    """The share of the union that the boxes have in common with one of them."""
    middle, last = integers(body, 1), integers(body, 2)
    sides: list[Term] = []
    areas: list[list[Term]] = [[], []]
    for low, high in zip(*box, strict=True):
        ends = [_outer(body, term) for term in (low, high)]
        own = [t.apply("GatherElements", which, axis=1).apply("Unsqueeze", last) for t in ends]
        all_ = [t.apply("Unsqueeze", middle) for t in ends]
        side = own[1].at_most(all_[1]) - own[0].at_least(all_[0])
        sides.append(side.at_least(0.0))
        areas[0].append(own[1] - own[0])
        areas[1].append(all_[1] - all_[0])
    common = sides[0] * sides[1]
    union = areas[0][0] * areas[0][1] + areas[1][0] * areas[1][1] - common
    return (union > 0.0).choose(common / union, common.number(0.0))


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "Compress": compress,
    "NonMaxSuppression": non_max_suppression,
    "Range": range_,
    "Unique": unique,
}
"""By operator; a rule says whether it applies."""
