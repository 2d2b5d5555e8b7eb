"""Which stretch of a block of memory an access touches, where that is known in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.affine import linear
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.loops import loops_around
from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr

Limits = Mapping[str, tuple[int, int] | None]
"""The first and the last value of each parameter; None where they are no numbers."""


@dataclass(frozen=True)
class Span:
    """The first and the last element that an access may touch."""

    first: int
    last: int
    """Both are elements of its subset, in some iteration of the loops around it."""

    @classmethod
    def of(cls, access: Access) -> Self | None:
        """That of `access`; None where sizes or the limits of a loop are no numbers."""
        if not access.is_array:
            return None
        limits = _limits_around(access)
        between = None if None in limits.values() else _extremes(access.address, limits)
        if between is None:
            return None
        first, last = between
        for over, stride in zip(
            access.subset.data, array_type(access.container).strides.data, strict=True
        ):
            if over.is_point:
                continue
            inner = _limits(Range(symbolic.integer(0), over.extent, over.step))
            length = symbolic.constant((over.extent - 1) * over.step * stride)
            if inner is None or length is None:
                return None
            first, last = first + min(0, length), last + max(0, length)
        return cls(first, last)

    def meets(self, other: "Span") -> bool | None:
        """Whether both touch one element; None where that takes more than their ends to tell."""
        if self.last < other.first or other.last < self.first:
            return False
        return True if self.first == other.first or self.last == other.last else None


def are_apart(a: Access, b: Access) -> bool:
    """Whether some dimension of one container tells that two accesses never meet."""
    if a.container is not b.container or not a.is_array:
        return False
    ours, theirs = _limits_around(a), _limits_around(b)
    for x, y in zip(a.subset.data, b.subset.data, strict=True):
        one, other = _indices(x, ours), _indices(y, theirs)
        if one is not None and other is not None and (one[1] < other[0] or other[1] < one[0]):
            return True
    return False


def _indices(over: Range, limits: Limits) -> tuple[int, int] | None:
    """The smallest and the largest index of a dimension, or less and more."""
    between = _extremes(over.start, limits)
    if between is None or over.is_point:
        return between
    length = symbolic.constant((over.extent - 1) * over.step)
    if length is None:
        return None
    return between[0] + min(0, length), between[1] + max(0, length)


def _extremes(expr: Expr, limits: Limits) -> tuple[int, int] | None:
    """The smallest and the largest value of a linear form of parameters."""
    form = linear(expr)
    if form is None:
        return None
    low = high = form.constant
    for name, factor in form.factors.items():
        ends = limits.get(name)
        if ends is None:
            return None
        low += min(factor * x for x in ends)
        high += max(factor * x for x in ends)
    return low, high


def _limits_around(access: Access) -> Limits:
    return {x.parameter: _limits(x.range) for x in loops_around(access.scope)}


def _limits(over: Range) -> tuple[int, int] | None:
    """The first and the last value of a range; None if it is empty, or its limits no numbers."""
    numbers = [symbolic.constant(e) for e in (over.start, over.extent, over.step)]
    start, extent, step = numbers
    if start is None or extent is None or step is None or extent <= 0:
        return None
    return start, start + (extent - 1) * step
