"""
Integers that differ from one point of a map to the next.

A map runs all its points at once: each parameter of the enclosing maps is an axis, and a *lane* is
one point. A value that depends on the lane is `Affine` (a start, and a step along each axis: the
form that becomes a strided window of memory) or else `Dense` (the numbers themselves). Axes of
inner maps come behind those of outer ones, so a value with fewer axes is constant along the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any, TypeAlias, cast

import numpy as np

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class _Operators:
    """Arithmetic on values of which at least one differs between lanes."""

    def __add__(self, other: "Lanes") -> "Lanes":
        return _combine(np.add, cast("Lanes", self), other)

    def __radd__(self, other: "Lanes") -> "Lanes":
        return cast("Lanes", self) + other

    def __sub__(self, other: "Lanes") -> "Lanes":
        return cast("Lanes", self) + other * -1

    def __rsub__(self, other: "Lanes") -> "Lanes":
        return cast("Lanes", self) * -1 + other

    def __neg__(self) -> "Lanes":
        return cast("Lanes", self) * -1

    def __mul__(self, other: "Lanes") -> "Lanes":
        return _combine(np.multiply, cast("Lanes", self), other)

    def __rmul__(self, other: "Lanes") -> "Lanes":
        return cast("Lanes", self) * other

    def __floordiv__(self, other: "Lanes") -> "Lanes":
        return _combine(np.floor_divide, cast("Lanes", self), other)

    def __rfloordiv__(self, other: "Lanes") -> "Lanes":
        return _combine(np.floor_divide, other, cast("Lanes", self))

    def __mod__(self, other: "Lanes") -> "Lanes":
        return _combine(np.remainder, cast("Lanes", self), other)

    def __rmod__(self, other: "Lanes") -> "Lanes":
        return _combine(np.remainder, other, cast("Lanes", self))

    def __lt__(self, other: "Lanes") -> "Lanes":
        return _combine(np.less, cast("Lanes", self), other)

    def __le__(self, other: "Lanes") -> "Lanes":
        return _combine(np.less_equal, cast("Lanes", self), other)

    def __gt__(self, other: "Lanes") -> "Lanes":
        return _combine(np.greater, cast("Lanes", self), other)

    def __ge__(self, other: "Lanes") -> "Lanes":
        return _combine(np.greater_equal, cast("Lanes", self), other)


@dataclass(frozen=True, eq=False)
class Affine(_Operators):
    """
    `base + steps[0] * k0 + steps[1] * k1 + ...` in lane `(k0, k1, ...)`, `k` below `extents`.

    Build it with `affine`: the extent is 1 along an axis without step, and a value without any step
    is an `int`.
    """

    base: int
    steps: tuple[int, ...]
    extents: tuple[int, ...]

    def __add__(self, other: "Lanes") -> "Lanes":
        if isinstance(other, Dense):
            return super().__add__(other)
        if not isinstance(other, Affine):
            return Affine(self.base + other, self.steps, self.extents)
        rank = max(len(self.steps), len(other.steps))
        a, b = self.padded(rank), other.padded(rank)
        steps = tuple([s + t for s, t in zip(a.steps, b.steps, strict=True)])
        return affine(a.base + b.base, steps, tuple(map(max, a.extents, b.extents)))

    def __mul__(self, other: "Lanes") -> "Lanes":
        if isinstance(other, Affine | Dense):
            return super().__mul__(other)
        return affine(self.base * other, tuple([s * other for s in self.steps]), self.extents)

    def __floordiv__(self, other: "Lanes") -> "Lanes":
        parts = self.divided(other) if isinstance(other, int) else None
        return super().__floordiv__(other) if parts is None else parts[0]

    def __mod__(self, other: "Lanes") -> "Lanes":
        parts = self.divided(other) if isinstance(other, int) else None
        return super().__mod__(other) if parts is None else parts[1]

    def divided(self, divisor: int) -> "tuple[Lanes, Lanes] | None":
        """Quotient and remainder, where both are affine."""
        if divisor < 1:
            return None
        whole = tuple(0 if s % divisor else s // divisor for s in self.steps)
        rest = affine(
            self.base % divisor, tuple(s if s % divisor else 0 for s in self.steps), self.extents
        )
        low, high = bounds(rest)
        if low // divisor != high // divisor:
            return None
        carry = low // divisor
        quotient = affine(self.base // divisor + carry, whole, self.extents)
        return quotient, rest - carry * divisor

    def padded(self, rank: int) -> "Affine":
        more = rank - len(self.steps)
        return Affine(self.base, self.steps + (0,) * more, self.extents + (1,) * more)


@dataclass(frozen=True, eq=False)
class Dense(_Operators):
    """The value of each lane; an axis along which it does not vary may have size 1."""

    values: Array


Lanes: TypeAlias = int | Affine | Dense
"""An integer or truth value per lane; the same for all where it is an `int`."""


def affine(base: int, steps: tuple[int, ...], extents: tuple[int, ...]) -> Lanes:
    """The value `base + sum(steps[d] * k[d])`, in its simplest form."""
    if any(steps):
        if 1 in extents:
            steps = tuple([s if n > 1 else 0 for s, n in zip(steps, extents, strict=True)])
        if 0 in steps:
            extents = tuple([n if s else 1 for s, n in zip(steps, extents, strict=True)])
        if any(steps):
            return Affine(base, steps, extents)
    return base


def counter(axis: int, extent: int) -> Lanes:
    """`0, 1, ...` along one axis."""
    return affine(0, (0,) * axis + (1,), (1,) * axis + (extent,))


def dense(value: Lanes, rank: int) -> Array:
    """The numbers, as an array of `rank` dimensions; size 1 where they do not vary."""
    if isinstance(value, Dense):
        values = value.values
        return values.reshape(values.shape + (1,) * (rank - values.ndim))
    if not isinstance(value, Affine):
        return np.full((1,) * rank, value)
    padded = value.padded(rank)
    total = np.full((1,) * rank, value.base, np.int64)
    for axis, (step, extent) in enumerate(zip(padded.steps, padded.extents, strict=True)):
        if step:
            total = total + (np.arange(extent) * step).reshape(
                tuple(extent if d == axis else 1 for d in range(rank))
            )
    return total


def rank_of(value: Lanes) -> int:
    if isinstance(value, Affine):
        return len(value.steps)
    return value.values.ndim if isinstance(value, Dense) else 0


def _combine(function: Callable[[Array, Array], Array], a: Lanes, b: Lanes) -> Lanes:
    rank = max(rank_of(a), rank_of(b))
    return Dense(function(dense(a, rank), dense(b, rank)))


def bounds(value: Lanes) -> tuple[int, int]:
    """The smallest and the largest value of any lane."""
    if isinstance(value, Dense):
        return int(value.values.min()), int(value.values.max())
    if not isinstance(value, Affine):
        return value, value
    low = high = value.base
    for step, extent in zip(value.steps, value.extents, strict=True):
        if step < 0:
            low += step * (extent - 1)
        else:
            high += step * (extent - 1)
    return low, high


def uniform(value: Lanes) -> int | None:
    """The value that all lanes share, if they do."""
    if isinstance(value, Affine):
        return None
    if isinstance(value, Dense):
        first = value.values.flat[0]
        return int(first) if (value.values == first).all() else None
    return value


# Expressions


def minimum(*values: Lanes) -> Lanes:
    return reduce(lambda a, b: _extreme(np.minimum, a, b), values)


def maximum(*values: Lanes) -> Lanes:
    return reduce(lambda a, b: _extreme(np.maximum, a, b), values)


def _extreme(function: Callable[[Any, Any], Any], a: Lanes, b: Lanes) -> Lanes:
    """Minimum or maximum; of two values whose ranges do not overlap, one of them as it is."""
    (low_a, high_a), (low_b, high_b) = bounds(a), bounds(b)
    if high_a <= low_b:
        return a if function is np.minimum else b
    if high_b <= low_a:
        return b if function is np.minimum else a
    return _combine(function, a, b)


def _equal(a: Lanes, b: Lanes) -> Lanes:
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    return _combine(np.equal, a, b)


def _unequal(a: Lanes, b: Lanes) -> Lanes:
    return negated(_equal(a, b))


def negated(value: Lanes) -> Lanes:
    """Not, of truth values."""
    return Dense(~value.values) if isinstance(value, Dense) else not value


def _all(*values: Lanes) -> Lanes:
    return reduce(lambda a, b: _logical(np.logical_and, a, b), values)


def _any(*values: Lanes) -> Lanes:
    return reduce(lambda a, b: _logical(np.logical_or, a, b), values)


def _logical(function: Callable[[Any, Any], Any], a: Lanes, b: Lanes) -> Lanes:
    if isinstance(a, int) and isinstance(b, int):
        return bool(function(a, b))
    return _combine(function, a, b)


_FUNCTIONS: dict[str, Callable[..., Lanes]] = {
    "Min": minimum,
    "Max": maximum,
    "Equality": _equal,
    "Unequality": _unequal,
    "And": _all,
    "Or": _any,
    "Not": negated,
}
_SIGNS = {
    "Add": "+",
    "Mul": "*",
    "FloorDiv": "//",
    "Mod": "%",
    "StrictLessThan": "<",
    "LessThan": "<=",
    "StrictGreaterThan": ">",
    "GreaterThan": ">=",
}


def evaluate(expr: Expr, symbols: Mapping[str, Lanes]) -> Lanes:
    """The value of `expr`. Raises `KeyError` for a symbol without one."""
    if expr.is_Integer:
        return int(expr)
    names, function = _compiled(expr)
    return function(*(symbols[n] for n in names))


@lru_cache(maxsize=1 << 15)
def _compiled(expr: Expr) -> tuple[tuple[str, ...], Callable[..., Lanes]]:
    """The symbols of `expr`, and `expr` as a function of them in that order."""
    names = tuple(sorted(symbolic.symbols_of(expr)))
    arguments = {n: f"_{k}" for k, n in enumerate(names)}
    text = f"lambda {', '.join(arguments.values())}: {_python(expr, arguments)}"
    return names, cast(Callable[..., Lanes], eval(text, dict(_FUNCTIONS)))


def _python(expr: Expr, arguments: Mapping[str, str]) -> str:
    if expr.is_Integer:
        return f"({int(expr)})"
    if expr.is_Symbol:
        return arguments[expr.name]
    if expr.is_Boolean and not expr.args:
        return str(bool(expr))
    if expr.is_Pow:
        return f"({' * '.join([_python(expr.args[0], arguments)] * int(expr.args[1]))})"
    parts = [_python(a, arguments) for a in expr.args]
    kind = type(expr).__name__
    if kind in _SIGNS:
        return f"({f' {_SIGNS[kind]} '.join(parts)})"
    if kind not in _FUNCTIONS:
        raise ValueError(f"'{expr}' ({kind}) has no value")
    return f"{kind}({', '.join(parts)})"


# Some of the lanes


@dataclass(frozen=True)
class Box:
    """The lanes from `starts` on, `extents` of them along each axis."""

    starts: tuple[int, ...]
    extents: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Points:
    """Single lanes, as an index per axis: what is left has one axis."""

    indices: tuple[Array, ...]

    @property
    def extents(self) -> tuple[int, ...]:
        return (self.indices[0].size,)


Selection: TypeAlias = Box | Points


def selection(mask: Array, extents: tuple[int, ...]) -> Selection:
    """
    The lanes in which `mask` is true, at least one: as a box where they form one.

    `mask` has one dimension per axis, of the axis' extent or 1.
    """
    starts: list[int] = []
    sizes: list[int] = []
    for axis, extent in enumerate(extents):
        if mask.shape[axis] == 1:
            starts.append(0)
            sizes.append(extent)
            continue
        others = tuple(d for d in range(mask.ndim) if d != axis)
        hits = np.flatnonzero(mask.any(axis=others))
        starts.append(int(hits[0]))
        sizes.append(int(hits[-1]) + 1 - starts[-1])
    inner = mask[tuple(slice(s, s + n) for s, n in zip(starts, sizes, strict=True))]
    if inner.all():
        return Box(tuple(starts), tuple(sizes))
    return Points(tuple(np.nonzero(np.broadcast_to(mask, extents))))


def selected(value: Lanes, chosen: Selection) -> Lanes:
    """`value` in the chosen lanes."""
    if isinstance(chosen, Box):
        return _boxed(value, chosen)
    if isinstance(value, Dense):
        index = tuple(
            k if n > 1 else np.zeros_like(k)
            for k, n in zip(chosen.indices, value.values.shape, strict=False)
        )
        return Dense(value.values[index] if index else np.broadcast_to(value.values, (1,)))
    if not isinstance(value, Affine):
        return value
    total = np.full(chosen.extents, value.base, np.int64)
    for k, step in zip(chosen.indices, value.steps, strict=False):
        total += k * step
    return Dense(total)


def _boxed(value: Lanes, box: Box) -> Lanes:
    if isinstance(value, Affine):
        offsets = zip(value.steps, box.starts, strict=False)
        extents = tuple(
            min(n, e) if s else 1
            for s, n, e in zip(value.steps, value.extents, box.extents, strict=False)
        )
        return affine(value.base + sum(s * k for s, k in offsets), value.steps, extents)
    if isinstance(value, Dense):
        slices = tuple(
            slice(s, s + e) if n > 1 else slice(None)
            for n, s, e in zip(value.values.shape, box.starts, box.extents, strict=False)
        )
        return Dense(value.values[slices])
    return value
