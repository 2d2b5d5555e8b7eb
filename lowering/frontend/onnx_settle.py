"""
Operands that the shape of the result settles.

Many models get axes, sizes and counts as inputs although they state all shapes: what such an
operand must be is known then, and operators with known operands are compiled better. Where several
values would give that shape, the operand chooses at run time.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
from onnx import ModelProto, TensorProto, ValueInfoProto, helper

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, operand, required


def shaped(e: Expansion) -> bool:
    """`Reshape`, `Expand` and others that say the shape of their result."""
    number = len(e.node.input) - 1
    result = e.static(e.node.output[0])
    if result is None or e.settled(number):
        return False
    attributes = e.attributes | ({"allowzero": 1} if e.node.op_type == "Reshape" else {})
    operands = [*e.node.input[:number], integers(e, *result).name]
    e.compute(e.node.op_type, *operands, result=e.node.output[0], **attributes)
    return True


def unit_axes(e: Expansion) -> bool:
    """`Squeeze` and `Unsqueeze` with axes that are computed: a reshape to the known shape."""
    result = e.static(e.node.output[0])
    if result is None or len(e.node.input) < 2 or e.settled(1):
        return False
    x, sizes = required(e, 0), integers(e, *result)
    e.compute("Reshape", x.name, sizes.name, result=e.node.output[0], allowzero=1)
    return True


def tile(e: Expansion) -> bool:
    """How often follows from the sizes before and after."""
    before, after = e.static(e.node.input[0]), e.static(e.node.output[0])
    if before is None or after is None or not all(before) or e.settled(1):
        return False
    times = [b // a for a, b in zip(before, after, strict=True)]
    e.compute("Tile", e.node.input[0], integers(e, *times).name, result=e.node.output[0])
    return True


def top_k(e: Expansion) -> bool:
    """How many follows from the result; with the others' rule for narrow types."""
    result = e.static(next(name for name in e.node.output if name))
    if result is None or e.settled(1):
        return False
    count = integers(e, result[int(e.attributes.get("axis", -1))])
    e.replaced_by([e.node.input[0], count.name])
    return True


def split(e: Expansion) -> bool:
    """The sizes of the parts are those of the results."""
    results = [e.static(name) for name in e.node.output]
    axis = int(e.attributes.get("axis", 0))
    known = [result[axis] for result in results if result is not None]
    if len(e.node.input) < 2 or e.settled(1) or len(known) < len(results):
        return False
    e.replaced_by([e.node.input[0], integers(e, *known).name])
    return True


def numbers(e: Expansion) -> bool:
    """`Range` of a known length: `start + k * step`."""
    result = e.static(e.node.output[0])
    if result is None or all(e.settled(k) for k in range(3)):
        return False
    start, step = required(e, 0).reshaped(), required(e, 2).reshaped()
    (start + step * constant(e, np.arange(result[0]), start.kind)).gives(e.node.output[0])
    return True


def one_hot(e: Expansion) -> bool:
    """
    A comparison with all places.

    ```
    y = where(index mod depth == 0 .. depth - 1, values[1], values[0])
    ```
    """
    result = e.static(e.node.output[0])
    index, depth, values = required(e, 0), required(e, 1), required(e, 2)
    known = e.known(depth.name)
    axis = int(e.attributes.get("axis", -1))
    if result is None and known is None:
        return False
    count = int(known.item()) if known is not None else (result or [])[axis]
    rank = len(e.shape(index.name) or ())
    axis = axis % (rank + 1)
    place = index.cast(TensorProto.INT64)
    place = (place < 0).choose(place + count, place).apply("Unsqueeze", integers(e, axis))
    places = constant(e, np.arange(count).reshape(-1, *([1] * (rank - axis))))
    place.equals(places).choose(values.taken(1), values.taken(0)).gives(e.node.output[0])
    return True


def shapes_from_results(model: ModelProto) -> None:
    """
    Write down the shapes of what operators that keep the shape read, where only that of the result
    is stated.
    """
    graph = model.graph
    stated = {v.name: v for v in [*graph.input, *graph.value_info, *graph.output]}
    for node in reversed(graph.node):
        result = stated.get(node.output[0]) if node.output else None
        if node.op_type not in _KEEP_SHAPE or result is None or not _is_static(result):
            continue
        x = stated.get(node.input[0])
        if x is not None and x.type.tensor_type.elem_type and not _is_static(x):
            x.type.tensor_type.shape.CopyFrom(result.type.tensor_type.shape)


_KEEP_SHAPE = frozenset(
    "Abs Cast CastLike Ceil Exp Floor Identity Log Neg Not Reciprocal Sqrt Tanh".split()
)


def _is_static(value: ValueInfoProto) -> bool:
    kind = value.type.tensor_type
    return kind.HasField("shape") and all(d.HasField("dim_value") for d in kind.shape.dim)


# Reductions


def reduction(e: Expansion) -> bool:
    """
    `Reduce*`: axes from sizes; of those that would give the same shape one is chosen at run time.

    Without elements, the neutral element of the reduction.
    """
    x, axes = required(e, 0), operand(e, 1)
    before, after = e.static(x.name), e.static(e.node.output[0])
    if before is not None and after is not None and 0 in before:
        return _of_nothing(e, x.kind, after)
    if axes is None and len(e.node.input) > 1:
        e.replaced_by([x.name])
        return True
    if before is None or after is None:
        return False
    given = None if axes is None else e.shape(axes.name)
    if axes is None or given is None or e.settled(1):
        return False
    if given == [0]:
        if e.attributes.get("noop_with_empty_axes", 0) and e.node.op_type not in _POINTWISE:
            x.gives(e.node.output[0])
            return True
        chosen: list[tuple[int, ...]] = [
            () if e.attributes.get("noop_with_empty_axes", 0) else tuple(range(len(before)))
        ]
    else:
        chosen = _candidates(e, before, after, given[0])
    if not chosen or chosen == [()]:
        return False
    result = _reduced(e, x, chosen[0])
    for other in chosen[1:]:
        result = (
            _code(axes, len(before)).equals(_code_of(other)).choose(_reduced(e, x, other), result)
        )
    result.gives(e.node.output[0])
    return True


_POINTWISE = frozenset(("ReduceLogSum", "ReduceL1", "ReduceL2", "ReduceSumSquare"))
"""What these do to each element remains where nothing is reduced."""


def _candidates(
    e: Expansion, before: Sequence[int], after: Sequence[int], count: int
) -> list[tuple[int, ...]]:
    """The axes that make `after` of `before`."""
    rank = len(before)
    if e.attributes.get("keepdims", 1):
        pairs = enumerate(zip(before, after, strict=True))
        changed = tuple(k for k, (a, b) in pairs if a != b)
        ones = [k for k in range(rank) if before[k] == 1]
        return [(*changed, *ones[: count - len(changed)])]
    return [
        axes
        for axes in combinations(range(rank), count)
        if [before[k] for k in range(rank) if k not in axes] == list(after)
    ]


def _reduced(e: Expansion, x: Term, axes: Sequence[int]) -> Term:
    narrow = x.kind in (TensorProto.FLOAT16, TensorProto.BFLOAT16)
    wide = x.cast(TensorProto.FLOAT) if narrow else x
    keep = int(e.attributes.get("keepdims", 1))
    return wide.apply(e.node.op_type, integers(e, *axes), keepdims=keep).cast(x.kind)


def _code(axes: Term, rank: int) -> Term:
    """A number that stands for a set of axes."""
    e = axes.expansion
    place = (axes < 0).choose(axes + rank, axes)
    bits = constant(e, [_code_of([k]) for k in range(rank)]).taken(place)
    return bits.apply("ReduceSum", integers(e, 0), keepdims=0)


def _code_of(axes: Sequence[int]) -> int:
    return sum(1 << k for k in axes)


def _of_nothing(e: Expansion, kind: int, shape: Sequence[int]) -> bool:
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    name, limits = e.node.op_type, (0.0, 0.0)
    if name in ("ReduceMax", "ReduceMin"):
        if kind == TensorProto.BOOL:
            limits = (0, 1)
        elif np.issubdtype(dtype, np.integer):
            limits = (np.iinfo(dtype).min, np.iinfo(dtype).max)
        else:
            limits = (-np.inf, np.inf)
    value = {
        "ReduceMax": limits[0],
        "ReduceMin": limits[1],
        "ReduceProd": 1,
        "ReduceMean": np.nan,
        "ReduceLogSum": -np.inf,
        "ReduceLogSumExp": -np.inf,
    }.get(name, 0)
    filled = Term(e, e.constant("neutral", np.full(shape, value, dtype)), kind)
    filled.gives(e.node.output[0])
    return True


Rule = Callable[[Expansion], bool]
_REDUCTIONS = (
    "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd "
    "ReduceSum ReduceSumSquare"
)

SETTLED: Mapping[str, Rule] = {
    **dict.fromkeys(_REDUCTIONS.split(), reduction),
    **dict.fromkeys(("Reshape", "Expand", "ConstantOfShape"), shaped),
    **dict.fromkeys(("Squeeze", "Unsqueeze"), unit_axes),
    "OneHot": one_hot,
    "Range": numbers,
    "Split": split,
    "Tile": tile,
    "TopK": top_k,
}
"""By operator: applied before all other rules, which see known operands then."""
