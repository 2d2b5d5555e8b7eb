"""Sets of indices as boxes of arithmetic progressions, and how many are in several of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.subsets import is_nonnegative
from sdfg.dialect.symbolic import Expr

ONE = symbolic.integer(1)
MOST_BOXES = 6
"""How many boxes are counted exactly; the work grows with the number of their subsets."""


@lru_cache(maxsize=1 << 14)
def at_least(a: Expr, b: Expr, sizes: frozenset[str]) -> bool:
    """Whether `a >= b` is proved, where all symbols in `sizes` are at least 1."""
    difference = symbolic.expanded(a - b)
    if difference.is_Integer:
        return bool(difference >= 0)
    used = symbolic.symbols_of(difference) & sizes
    shifted = symbolic.substitute(difference, {n: symbolic.symbol(n) + 1 for n in used})
    return is_nonnegative(symbolic.expanded(shifted), sizes)


@dataclass(frozen=True)
class Span:
    """The integers `first, first + unit, ...`, `count` of them; perhaps with gaps."""

    first: Expr
    unit: Expr
    count: Expr
    points: Expr
    """How many there are: `count`, unless there are gaps."""

    @classmethod
    def of(
        cls, first: Expr, steps: Sequence[tuple[Expr, Expr]], sizes: frozenset[str]
    ) -> tuple["Span", bool]:
        """
        All sums of `first` and a multiple of each stride, below its count: the span, if exact.

        Every step is a stride and how many multiples of it there are. The span has no fewer points
        than there are sums.
        """
        positive: list[tuple[Expr, Expr]] = []
        for stride, count in steps:
            if stride.is_Integer and stride < 0:
                first = first + stride * (count - 1)
                stride = -stride
            if count != 1 and stride != 0:
                positive.append((stride, count))
        positive.sort(key=lambda step: _order(step[0]))
        if not positive:
            return cls(symbolic.expanded(first), ONE, ONE, ONE), True
        unit, count = positive[0]
        span, exact = cls(symbolic.expanded(first), unit, count, count), True
        for stride, count in positive[1:]:
            span, sure = span._extended(stride, count, sizes)
            exact = exact and sure
        return span, exact

    def _extended(self, stride: Expr, count: Expr, sizes: frozenset[str]) -> tuple["Span", bool]:
        """With each point repeated `count` times, `stride` apart."""
        ratio = symbolic.expanded(stride / self.unit)
        if ratio.as_numer_denom()[1] != 1:
            # Between multiples of two strides: on a grid that holds both.
            grid = replace(self, unit=ONE, count=(self.count - 1) * self.unit + 1)
            hull = grid.count + stride * (count - 1)
            return replace(grid, count=hull, points=hull), False
        hull = self.count + ratio * (count - 1)
        if self.points == self.count and at_least(self.count, ratio, sizes):
            return replace(self, count=hull, points=hull), True
        if at_least(ratio, self.count, sizes):
            return replace(self, count=hull, points=self.points * count), True
        return replace(self, count=hull, points=hull), False

    @property
    def has_gaps(self) -> bool:
        return self.points != self.count

    @property
    def last(self) -> Expr:
        return self.first + self.unit * (self.count - 1)


def _order(stride: Expr) -> tuple[int, Expr, str]:
    """Numbers first, then multiples of one size, then of products of two."""
    factor, rest = stride.as_coeff_Mul()
    return len(symbolic.symbols_of(rest)), factor, symbolic.text_of(rest)


Box = tuple[Span, ...]


def volume(box: Box) -> Expr:
    return symbolic.product(span.points for span in box)


def union(boxes: Sequence[Box], sizes: frozenset[str]) -> tuple[Expr, bool]:
    """
    How many indices lie in at least one of `boxes`, and whether that is exact, not only a bound.

    Boxes that continue each other count as one; of few others the overlaps are subtracted.
    """
    left = _merged(list(dict.fromkeys(boxes)), sizes)
    if len(left) == 1:
        return volume(left[0]), True
    if len(left) <= MOST_BOXES:
        total = symbolic.integer(0)
        try:
            for size in range(1, len(left) + 1):
                for chosen in combinations(left, size):
                    shared = _intersection(chosen, sizes)
                    total = total - (-1) ** size * (0 if shared is None else volume(shared))
            return symbolic.expanded(total), True
        except _UnknownOrderError:
            pass
    return sum((volume(box) for box in left), symbolic.integer(0)), False


def _merged(boxes: list[Box], sizes: frozenset[str]) -> list[Box]:
    """
    Boxes made one where they continue each other in one dimension, without those inside others.

    A box may be part of one run per dimension: the middle of a cross is in both its bars.
    """
    while True:
        runs = [
            run
            for k in range(len(boxes[0]) if boxes else 0)
            for group in _lined_up(boxes, k)
            for run in _runs(group, k, sizes)
        ] or boxes
        found: list[Box] = []
        for run in dict.fromkeys(runs):
            if not any(_covers(other, run, sizes) for other in found):
                found = [other for other in found if not _covers(run, other, sizes)]
                found.append(run)
        if set(found) == set(boxes):
            return boxes
        boxes = found


def _lined_up(boxes: Sequence[Box], dimension: int) -> list[list[Box]]:
    """Boxes that differ in one dimension only, together."""
    groups: dict[tuple[Span, ...], list[Box]] = {}
    for box in boxes:
        groups.setdefault((*box[:dimension], *box[dimension + 1 :]), []).append(box)
    return list(groups.values())


def _runs(boxes: Sequence[Box], k: int, sizes: frozenset[str]) -> list[Box]:
    """Boxes that differ in dimension `k`, with those made one that overlap or touch."""
    result: list[Box] = []
    for box in sorted(boxes, key=lambda box: _position(boxes[0][k], box[k])):
        span = _continued(result[-1][k], box[k], sizes) if result else None
        if span is None:
            result.append(box)
        else:
            result[-1] = (*box[:k], span, *box[k + 1 :])
    return result


def _position(origin: Span, span: Span) -> int:
    shift = symbolic.expanded(span.first - origin.first)
    return int(shift) if shift.is_Integer else 0


def _continued(x: Span, y: Span, sizes: frozenset[str]) -> Span | None:
    """Two progressions as one, if `y` begins in `x` or right behind it."""
    steps = _steps_between(x, y)
    if steps is None or steps < 0:
        return None
    unit = y.unit if x.count == 1 else x.unit
    # Behind `steps` points of `x` come as many as `y` has, less one: whatever its size, it has one.
    touching = at_least(x.count, symbolic.integer(steps), sizes)
    if not touching and not at_least(x.count + 1 - steps, y.count, sizes):
        return None
    if at_least(y.count + steps, x.count, sizes):
        count = symbolic.expanded(y.count + steps)
    elif at_least(x.count, y.count + steps, sizes):
        count = x.count
    else:
        return None
    return Span(x.first, unit, count, count)


def _steps_between(x: Span, y: Span) -> int | None:
    """How many steps after `x` the progression `y` begins, if both are on one grid."""
    if x.has_gaps or y.has_gaps or (x.unit != y.unit and ONE not in (x.count, y.count)):
        return None
    unit = y.unit if x.count == 1 else x.unit
    shift = symbolic.expanded(y.first - x.first)
    if not shift.is_Integer or not unit.is_Integer or shift % unit:
        return None
    return int(shift / unit)


def _covers(a: Box, b: Box, sizes: frozenset[str]) -> bool:
    """Whether all of `b` lies in `a`."""
    return all(_is_within(y, x, sizes) for x, y in zip(a, b, strict=True))


def _is_within(y: Span, x: Span, sizes: frozenset[str]) -> bool:
    if x == y:
        return True
    steps = _steps_between(x, y)
    if steps is None or steps < 0 or (x.count == 1 and y.count != 1):
        return False
    return at_least(x.count, y.count + steps, sizes)


class _UnknownOrderError(Exception):
    """Which of two symbolic numbers is the larger one is not known."""


def _intersection(boxes: Sequence[Box], sizes: frozenset[str]) -> Box | None:
    """What lies in all boxes; None if nothing does."""
    shared = boxes[0]
    for box in boxes[1:]:
        spans: list[Span] = []
        for x, y in zip(shared, box, strict=True):
            span = _overlap(x, y, sizes)
            if span is None:
                return None
            spans.append(span)
        shared = tuple(spans)
    return shared


def _overlap(x: Span, y: Span, sizes: frozenset[str]) -> Span | None:
    if x == y:
        return x
    if x.has_gaps or y.has_gaps:
        raise _UnknownOrderError
    unit = y.unit if x.count == 1 else x.unit
    shift = symbolic.expanded(y.first - x.first)
    if y.count != 1 and unit != y.unit:
        raise _UnknownOrderError
    if unit.is_Integer and shift.is_Integer and shift % unit:
        return None
    if symbolic.expanded(shift / unit).as_numer_denom()[1] != 1:
        raise _UnknownOrderError
    first = _larger(x.first, y.first, sizes)
    last = x.last if _larger(x.last, y.last, sizes) == y.last else y.last
    count = symbolic.expanded((last - first) / unit + 1)
    if count in (x.count, y.count):
        return Span(first, unit, count, count)
    if at_least(symbolic.integer(0), count, sizes):
        return None
    if not at_least(count, ONE, sizes):
        raise _UnknownOrderError
    return Span(first, unit, count, count)


def _larger(a: Expr, b: Expr, sizes: frozenset[str]) -> Expr:
    if at_least(b, a, sizes):
        return b
    if at_least(a, b, sizes):
        return a
    raise _UnknownOrderError
