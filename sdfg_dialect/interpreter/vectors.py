"""The ops of `vector` that tasklets use, on values whose last dimensions are the vector."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from xdsl.dialects import vector
from xdsl.dialects.builtin import DYNAMIC_INDEX
from xdsl.ir import Operation

from sdfg.dialect.interpreter.elements import dtype_of, rounded, vector_shape
from sdfg.dialect.interpreter.lanes import Array
from sdfg.dialect.interpreter.resolutions import resolution

Values = tuple[Array, ...]


def _broadcast(op: Operation, args: Values) -> Values:
    """A scalar, or a vector of lower rank, along new first dimensions of the vector."""
    shape, old = vector_shape(op.results[0].type), vector_shape(op.operands[0].type)
    value = np.asarray(args[0])
    lanes = value.shape[: value.ndim - len(old)]
    spread = value.reshape(lanes + (1,) * (len(shape) - len(old)) + old)
    return (np.broadcast_to(spread, lanes + shape),)


def _position(op: vector.ExtractOp | vector.InsertOp, dynamic: Values) -> list[Any]:
    """The index of each leading dimension of the vector: an int, or an array over lanes."""
    given = iter(dynamic)
    static = op.static_position.get_values()
    return [next(given) if p == DYNAMIC_INDEX else int(p) for p in static]


def _indexed(value: Array, rank: int, position: list[Any]) -> tuple[Array, tuple[Any, ...]]:
    """
    `value` with all its lanes spread out, and the index into it that selects `position` of each.
    """
    lanes = value.shape[: value.ndim - rank]
    varying = [np.asarray(p).shape for p in position]
    full = np.broadcast_shapes(lanes, *varying)
    spread = np.broadcast_to(value, full + value.shape[value.ndim - rank :])
    return spread, (*np.indices(full, sparse=True), *position)


def _extract(op: Operation, args: Values) -> Values:
    position = _position(cast(vector.ExtractOp, op), args[1:])
    rank = len(vector_shape(op.operands[0].type))
    if all(isinstance(p, int) for p in position):
        rest = (slice(None),) * (rank - len(position))
        return (np.asarray(args[0])[(..., *position, *rest)],)
    spread, index = _indexed(np.asarray(args[0]), rank, position)
    return (np.asarray(spread[index]),)


def _insert(op: Operation, args: Values) -> Values:
    position = _position(cast(vector.InsertOp, op), args[2:])
    rank = len(vector_shape(op.results[0].type))
    source, target = np.asarray(args[0]), np.asarray(args[1])
    lanes = source.shape[: source.ndim - (rank - len(position))]
    target = np.broadcast_to(
        target,
        np.broadcast_shapes(lanes, target.shape[: target.ndim - rank])
        + target.shape[target.ndim - rank :],
    )
    spread, index = _indexed(target, rank, position)
    result = spread.copy()
    result[index] = source
    return (result,)


def _shuffle(op: Operation, args: Values) -> Values:
    op = cast(vector.ShuffleOp, op)
    rank = max(1, len(vector_shape(op.operands[0].type)))
    both = [np.asarray(a) for a in args]
    if not vector_shape(op.operands[0].type):
        both = [a[..., None] for a in both]
    lanes = np.broadcast_shapes(*(a.shape[: a.ndim - rank] for a in both))
    both = [np.broadcast_to(a, lanes + a.shape[a.ndim - rank :]) for a in both]
    mask = [max(0, m) for m in op.mask.get_values()]
    return (np.take(np.concatenate(both, axis=-rank), mask, axis=-rank),)


def _reduction(op: Operation, args: Values) -> Values:
    op = cast(vector.ReductionOp, op)
    kind = _KINDS[op.kind.data.value]
    dtype = dtype_of(op.results[0].type)
    rank = len(vector_shape(op.operands[0].type))
    rule = resolution(kind, dtype)
    total = rule.reduce(np.asarray(args[0]), tuple(range(-rank, 0)))
    return (total if len(args) == 1 else rule.combine(args[1], total),)


_KINDS = {
    "add": "sum",
    "mul": "product",
    "minsi": "min",
    "maxsi": "max",
    "minimumf": "min",
    "maximumf": "max",
    "minnumf": "minnum",
    "maxnumf": "maxnum",
    "minui": "minui",
    "maxui": "maxui",
    "and": "and",
    "or": "or",
    "xor": "xor",
}
"""The conflict resolution that means the same as a combining kind of `vector`."""


def _create_mask(op: Operation, args: Values) -> Values:
    shape = vector_shape(op.results[0].type)
    mask = np.ones(shape, np.bool_)
    for dimension, (bound, extent) in enumerate(zip(args, shape, strict=True)):
        along = np.arange(extent).reshape((extent,) + (1,) * (len(shape) - dimension - 1))
        limit = np.asarray(bound)
        mask = mask & (along < limit.reshape(limit.shape + (1,) * len(shape)))
    return (mask,)


def _bitcast(op: Operation, args: Values) -> Values:
    dtype = dtype_of(op.results[0].type)
    return (np.ascontiguousarray(rounded(np.asarray(args[0]), args[0].dtype)).view(dtype),)


IMPLEMENTATIONS: dict[str, Callable[[Operation, Values], Values]] = {
    "vector.bitcast": _bitcast,
    "vector.broadcast": _broadcast,
    "vector.create_mask": _create_mask,
    "vector.extract": _extract,
    "vector.insert": _insert,
    "vector.reduction": _reduction,
    "vector.shuffle": _shuffle,
}
