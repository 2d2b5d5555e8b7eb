"""Which stretch of a block of memory an access touches, where that is known in numbers."""

from dataclasses import dataclass
from typing import Self

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.affine import linear
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.loops import loops_around
from sdfg.dialect.memlet import Range


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
        form = linear(access.address)
        ranges = {x.parameter: _limits(x.range) for x in loops_around(access.scope)}
        if form is None or None in ranges.values():
            return None
        first = last = form.constant
        for name, factor in form.factors.items():
            limits = ranges.get(name)
            if limits is None:
                return None
            first += min(factor * x for x in limits)
            last += max(factor * x for x in limits)
        for over, stride in zip(
            access.subset.data, array_type(access.container).strides.data, strict=True
        ):
            if over.is_point:
                continue
            limits = _limits(Range(symbolic.integer(0), over.extent, over.step))
            length = symbolic.constant((over.extent - 1) * over.step * stride)
            if limits is None or length is None:
                return None
            first, last = first + min(0, length), last + max(0, length)
        return cls(first, last)

    def meets(self, other: "Span") -> bool | None:
        """Whether both touch one element; None where that takes more than their ends to tell."""
        if self.last < other.first or other.last < self.first:
            return False
        return True if self.first == other.first or self.last == other.last else None


def _limits(over: Range) -> tuple[int, int] | None:
    """The first and the last value of a range; None if it is empty, or its limits no numbers."""
    numbers = [symbolic.constant(e) for e in (over.start, over.extent, over.step)]
    start, extent, step = numbers
    if start is None or extent is None or step is None or extent <= 0:
        return None
    return start, start + (extent - 1) * step
