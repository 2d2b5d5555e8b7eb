"""What the iterations of a tile touch of a container, and which iterations of a nest write it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.iterations import factors_of, span_of
from sdfg.dialect.analysis.loops import Loop, loops_around
from sdfg.dialect.analysis.subsets import bounds
from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.transforms.nest import refuse

ZERO, ONE = symbolic.integer(0), symbolic.integer(1)

Ranges = Mapping[str, Range]


@dataclass(frozen=True)
class Interval:
    """Consecutive indices of one dimension, the first of which may move with the tile."""

    first: Expr
    count: Expr

    @property
    def end(self) -> Expr:
        return self.first + self.count

    def joined(self, other: "Interval") -> "Interval | None":
        """The smallest interval around both; None if they do not move together."""
        shift = symbolic.constant(symbolic.expanded(other.first - self.first))
        ours, theirs = symbolic.constant(self.count), symbolic.constant(other.count)
        if shift is None or ours is None or theirs is None:
            return None
        count = max(ours, shift + theirs) - min(0, shift)
        return Interval(other.first if shift < 0 else self.first, symbolic.integer(count))


@dataclass(frozen=True)
class Region:
    """A box of a container; `None` for a dimension of which a tile touches anything."""

    intervals: tuple[Interval | None, ...]

    @property
    def is_tiled(self) -> bool:
        """Whether it is a part of the container that moves with the tile."""
        return any(i is not None for i in self.intervals)

    def extents(self, dims: Sequence[Expr]) -> tuple[Expr, ...]:
        return tuple(
            dim if i is None else i.count for i, dim in zip(self.intervals, dims, strict=True)
        )

    def shifted(self, ranges: Sequence[Range]) -> tuple[Range, ...]:
        """Indices of the container as indices of the box."""
        return tuple(
            r if i is None else moved(r, i.first)
            for r, i in zip(ranges, self.intervals, strict=True)
        )


def moved(r: Range, origin: Expr) -> Range:
    stop = None if r.stop is None else symbolic.expanded(r.stop - origin)
    return Range(symbolic.expanded(r.start - origin), stop, r.step)


def joined(regions: Iterable[Region]) -> Region:
    """The smallest box around all of them."""
    first, *others = regions
    intervals = list(first.intervals)
    for other in others:
        for d, (a, b) in enumerate(zip(intervals, other.intervals, strict=True)):
            intervals[d] = None if a is None or b is None else a.joined(b)
    return Region(tuple(intervals))


def region_of(
    access: Access, dims: Sequence[Expr], own: Ranges, tiles: Ranges, sizes: frozenset[str]
) -> Region:
    """
    What an access touches in one tile of a container of shape `dims`.

    `own` are the ranges that parameters of the outermost map have in the tile, over the parameters
    `tiles`.
    """
    loops = tuple(
        replace(x, range=own[x.parameter]) if x.op is access.scope[0] and x.parameter in own else x
        for x in loops_around(access.scope)
    )
    return Region(
        tuple(
            interval(over, loops, dim, tiles, sizes)
            for over, dim in zip(access.subset.data, dims, strict=True)
        )
    )


def interval(
    over: Range, loops: Sequence[Loop], dim: Expr, tiles: Ranges, sizes: frozenset[str]
) -> Interval | None:
    """What one dimension of a subset runs through; None for anything."""
    found = span_of(over, loops, sizes)
    if found is None:
        return None
    span, _ = found
    count = symbolic.constant((span.count - 1) * span.unit + 1)
    used = symbolic.symbols_of(span.first)
    if count is None or not used or not used <= tiles.keys():
        return None
    extent = symbolic.constant(dim)
    if extent is not None and count >= extent:
        return None
    return Interval(symbolic.expanded(span.first), symbolic.integer(count))


@dataclass(frozen=True)
class Needed:
    """The iterations of a nest that write to a region."""

    ranges: Mapping[str, Range]
    """Of parameters of its map, over those of the tiles; others run as before."""
    guards: tuple[Range, ...]
    """Ranges of one iteration or none: what is written once may not be in the tile."""

    def clamped(self, before: Ranges, tiles: Ranges) -> dict[str, Range]:
        """The ranges without iterations that the nest does not have."""
        return {name: clamped(r, before[name], tiles) for name, r in self.ranges.items()}


def clamped(r: Range, limits: Range, tiles: Ranges) -> Range:
    """`r` within `limits`, never less than empty, with few minima and maxima."""
    start, stop = r.start, r.end
    if not is_below(limits.start, start, tiles):
        start = symbolic.maximum(limits.start, start)
    if not is_below(stop, limits.end, tiles):
        stop = symbolic.minimum(limits.end, stop)
    meets = is_below(r.start, limits.end, tiles) and is_below(limits.start, r.end, tiles)
    return Range(start, stop if meets else symbolic.maximum(start, stop))


def is_below(a: Expr, b: Expr, tiles: Ranges) -> bool:
    """Whether `a <= b` in every tile, where that follows from where tiles begin and end."""
    found = bounds(symbolic.expanded(b - a), tiles)
    low = None if found is None else symbolic.constant(symbolic.expanded(found[0]))
    return low is not None and low >= 0


def needed(
    accesses: Sequence[Access], own: Ranges, region: Region, tiles: Ranges, sizes: frozenset[str]
) -> Needed:
    """
    Which iterations of a nest with the parameters `own` write to `region`: all that do, perhaps
    more.

    Raises `Refused` where that is no box of iterations.
    """
    ranges: dict[str, Range] = {}
    guards: list[Range] = []
    for d, wanted in enumerate(region.intervals):
        if wanted is None:
            continue
        here: dict[str, Range] = {}
        for access in accesses:
            name, r = needed_by(access, d, wanted, own, sizes)
            if name not in here or here[name] == r:
                here[name] = r
                continue
            here[name] = around(here[name], r)
        if len(here) > 1 or not ranges.keys().isdisjoint(here):
            refuse("what one iteration writes is no box of the tile")
        if (r := here.pop("", None)) is not None:
            inside = is_below(wanted.first, r.start, tiles) and is_below(r.end, wanted.end, tiles)
            guards += [] if inside else [clamped(r, Range(wanted.first, wanted.end), {})]
        ranges |= here
    return Needed(ranges, tuple(guards))


def needed_by(
    access: Access, d: int, wanted: Interval, own: Ranges, sizes: frozenset[str]
) -> tuple[str, Range]:
    """
    The parameter that decides where an access is in dimension `d`, and the range of it that lies in
    an interval; an empty name, and the one index, where none does.
    """
    over = access.subset.data[d]
    loops = loops_around(access.scope)
    name = leading(over, [x.parameter for x in loops], own)
    found = span_of(over, [x for x in loops if x.parameter != name], sizes)
    linear = None if found is None else factors_of(found[0].first, (name,))
    if found is None or linear is None or (found[0].unit != 1 and found[0].count != 1):
        refuse("an index is not linear in the loops")
    count = symbolic.constant(found[0].count)
    factors, start = linear
    if count is None or not start.is_Integer:
        refuse("an index is not linear in the loops")
    if not name:
        if count != 1:
            refuse("a nest without a loop over the tiles writes several elements at once")
        return "", Range(start, start + 1)
    factor = factors[name]
    if not factor.is_Integer or factor < 1 or own[name].step != 1:
        refuse(f"loop {name} does not go up one by one")
    low = divided(wanted.first - start - (count - 1), int(factor), up=True)
    high = divided(wanted.end - 1 - start, int(factor), up=False)
    return name, Range(low, symbolic.expanded(high + 1))


def leading(over: Range, loops: Sequence[str], own: Ranges) -> str:
    """The parameter of the nest itself that moves an index furthest; empty where none does."""
    linear = factors_of(over.start, loops)
    if linear is None:
        refuse("an index is not linear in the loops")
    mine = {n: symbolic.constant(f) for n, f in linear[0].items() if n in own}
    return max(mine, key=lambda n: abs(mine[n] or 0), default="")


def divided(expr: Expr, divisor: int, *, up: bool) -> Expr:
    """`expr / divisor`, rounded. Raises `Refused` where the tiles do not fit the blocks."""
    linear = factors_of(expr, symbolic.symbols_of(expr))
    if linear is None or any(f % divisor != 0 for f in linear[0].values()):
        refuse(f"tiles are no multiple of blocks of {divisor}")
    factors, rest = linear
    total = -(-rest // divisor) if up else rest // divisor
    for name, factor in factors.items():
        total = total + factor / divisor * symbolic.symbol(name)
    return total


def around(a: Range, b: Range) -> Range:
    """The smallest range around two that move together."""
    first = Interval(a.start, symbolic.expanded(a.end - a.start))
    both = first.joined(Interval(b.start, symbolic.expanded(b.end - b.start)))
    if both is None:
        refuse("what one iteration writes is no box of the tile")
    return Range(both.first, symbolic.expanded(both.end))
