"""What operators on sequences and optionals do, as a choice of tensors."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from onnx import NodeProto, helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_load import label
from sdfg.lowering.frontend.onnx_nested import if_, loop, scan, sequence_map
from sdfg.lowering.frontend.onnx_resolver import Handler, Held, Resolver, attributes_of

Scope = dict[str, Held]
_MOST_PARTS = 4096
"""Tensors of a sequence."""


def _operands(node: NodeProto, scope: Scope) -> list[Held]:
    return [scope.get(name, name) if name else "" for name in node.input]


def _sequence(held: Held, node: NodeProto) -> tuple[Held, ...]:
    if not isinstance(held, tuple):
        raise SDFGError(f"{label(node)}: '{node.op_type}' takes a sequence")
    return held


def _tensor(held: Held, node: NodeProto) -> str:
    if not isinstance(held, str):
        raise SDFGError(f"{label(node)}: '{node.op_type}' takes a tensor")
    return held


def _position(r: Resolver, node: NodeProto, held: Held, count: int, last: int) -> int:
    """A position from 0 to `last`; negative ones count from the end of `count` elements."""
    value = r.value(_tensor(held, node), "the position", node)
    place = int(value.reshape(-1)[0]) if value.size == 1 else None
    if place is None or not -count <= place <= last:
        raise SDFGError(f"{label(node)}: position {place} of a sequence of {count}")
    return place + count if place < 0 else place


def _empty(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    del r, node, scope
    return [()]


def _construct(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    del r
    return [tuple(_operands(node, scope))]


def _insert(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    held, tensor, *place = _operands(node, scope)
    items = _sequence(held, node)
    count = len(items)
    at = _position(r, node, place[0], count, count) if place and place[0] else count
    return [(*items[:at], tensor, *items[at:])]


def _erase(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    held, *place = _operands(node, scope)
    items = _sequence(held, node)
    count = len(items)
    at = _position(r, node, place[0], count, count - 1) if place and place[0] else count - 1
    if not items:
        raise SDFGError(f"{label(node)}: nothing can be erased from an empty sequence")
    return [(*items[:at], *items[at + 1 :])]


def _at(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    """
    The element; where data decides which, and all have one shape, it is gathered.

    ```
    SequenceAt([a, b], i)   ->   Gather(Concat(Unsqueeze(a), Unsqueeze(b)), i)
    ```
    """
    held, place = _operands(node, scope)
    items, where = _sequence(held, node), _tensor(place, node)
    shapes = {tuple(r.shape(i) or (-1,)) if isinstance(i, str) else None for i in items}
    if where in r.known or len(shapes) != 1 or shapes & {None, (-1,)}:
        return [items[_position(r, node, where, len(items), len(items) - 1)]]
    stacked = stack(r, [_tensor(item, node) for item in items], 0)
    flat = r.emit("Reshape", [where, r.constant(np.array([], np.int64))])
    return [r.emit("Gather", [stacked, flat], axis=0)]


def stack(r: Resolver, items: list[str], axis: int) -> str:
    """Tensors of one shape side by side along a new axis."""
    axes = r.constant(np.array([axis], np.int64))
    return r.emit("Concat", [r.emit("Unsqueeze", [item, axes]) for item in items], axis=axis)


def _length(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    items = _sequence(_operands(node, scope)[0], node)
    return [r.constant(np.array(len(items), np.int64))]


def _split(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    """
    ```
    SplitToSequence(x, 2)   ->   Split(x, [2, 2, 1])
    ```
    """
    data, *given = _operands(node, scope)
    x, attributes = _tensor(data, node), attributes_of(node)
    axis = attributes.get("axis", 0)
    sizes = _parts(r, node, x, axis, given[0] if given and given[0] else None)
    names = [r.fresh(f"{x}.part") for _ in sizes]
    if not sizes:
        return [()]
    split = r.constant(np.array(sizes, np.int64))
    r.append(helper.make_node("Split", [x, split], names, axis=axis))
    if (given and given[0]) or attributes.get("keepdims", 1):
        return [tuple(names)]
    axes = r.constant(np.array([axis], np.int64))
    return [tuple(r.emit("Squeeze", [name, axes]) for name in names)]


def _parts(r: Resolver, node: NodeProto, x: str, axis: int, split: Held) -> list[int]:
    wanted = None if split is None else r.value(_tensor(split, node), "the split", node)
    if wanted is not None and wanted.ndim:
        return [int(size) for size in wanted]
    shape = r.shape(x)
    if shape is None:
        raise SDFGError(f"{label(node)}: 'SplitToSequence' of a size that is not known")
    size = 1 if wanted is None else int(wanted)
    if size < 1 or shape[axis] > size * _MOST_PARTS:
        raise SDFGError(f"{label(node)}: 'SplitToSequence' of {shape[axis]} into parts of {size}")
    bounds = [*range(0, shape[axis], size), shape[axis]]
    return [b - a for a, b in pairwise(bounds)]


def _concat(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    items = [_tensor(i, node) for i in _sequence(_operands(node, scope)[0], node)]
    attributes = attributes_of(node)
    if not items:
        raise SDFGError(f"{label(node)}: 'ConcatFromSequence' of an empty sequence")
    if attributes.get("new_axis", 0):
        return [stack(r, items, attributes["axis"])]
    return [r.emit("Concat", items, axis=attributes["axis"])]


def _optional(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    del r
    return [_operands(node, scope)[0] if node.input else None]


def _get(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    del r
    held = _operands(node, scope)[0]
    if held is None:
        raise SDFGError(f"{label(node)}: 'OptionalGetElement' of an empty optional")
    return [held]


def _has(r: Resolver, node: NodeProto, scope: Scope) -> list[Held]:
    full = bool(node.input and node.input[0]) and _operands(node, scope)[0] is not None
    return [r.constant(np.array(full))]


def _identity(r: Resolver, node: NodeProto, scope: Scope) -> list[Held] | None:
    del r
    held = _operands(node, scope)[0]
    return None if isinstance(held, str) else [held]


HANDLERS: Mapping[str, Handler] = {
    "ConcatFromSequence": _concat,
    "Identity": _identity,
    "If": if_,
    "Loop": loop,
    "Optional": _optional,
    "OptionalGetElement": _get,
    "OptionalHasElement": _has,
    "Scan": scan,
    "SequenceAt": _at,
    "SequenceConstruct": _construct,
    "SequenceEmpty": _empty,
    "SequenceErase": _erase,
    "SequenceInsert": _insert,
    "SequenceLength": _length,
    "SequenceMap": sequence_map,
    "SplitToSequence": _split,
}
"""By operator."""
