"""Loops cut into tiles of a fixed size; what is left over is in smaller ones, or done twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xdsl.ir import Block, Operation, Region

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    map_chain_around,
    nodes,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import substitute

RESTS = ("exact", "halves", "mask", "min", "overlap")
PEELS = ("nest", "loop")


@dataclass(frozen=True)
class TilePass(Transformation):
    """
    Cut a loop into tiles: an outer loop over tiles, an inner one of constant size in each.

    Before, and after `sdfg-tile{loop=i size=8 into=io,ii}`:

    ```
    map [i = 0:20] { f(i) }

    map [io = 0:2] { map [ii = 0:8] { f(8 * io + ii) } }
    map [io = 0:1] { map [ii = 0:4] { f(16 + ii) } }
    ```

    What is left over is peeled, along with the loops around that it is perfectly nested in, unless
    `peel=loop`: in one tile (`rest=exact`), in tiles of halves of the size (`rest=halves`: 8, 4, 2,
    1, never a loop of unknown length), in one of units and one that is no unit, for a vector of
    which some lanes count (`rest=mask`), or not at all (`rest=min`: the last tile ends early). With
    `even` the size is the largest divisor of the range up to `size`, if it is more than half of
    that. Legal for each map.

    With three names tiles are made of units: a loop over tiles, over the units of one, and within a
    unit; it is the lanes of a vector then. With `rest=overlap` all tiles are whole: the last unit
    begins earlier, so that it ends with the range. After `sdfg-tile{loop=i size=16 unit=8
    rest=overlap into=io,iv,ii}`:

    ```
    map [io = 0:1] { map [iv = 0:2] { map [ii = 0:8] { f(min(8 * io + 8 * iv, 12) + ii) } } }
    ```

    Tiles share no iteration, so that threads do not meet; where that cannot be, what is left over
    is peeled, or, with two names, the tiles follow each other in a loop. Where doing an iteration
    twice may change the result, since what iterations write, beside containers of their own, is
    read or combined by some, a range is cut as with `halves`; so is one of unknown length.
    """

    name = "sdfg-tile"

    loop: str
    """The loop to cut."""
    size: int
    """Iterations of a tile."""
    into: tuple[str, ...] = ()
    """
    Names of the outer and the inner loop, by default with `_o` and `_i` behind; with a third one
    between them, that of a loop over units.
    """
    rest: str = "exact"
    """What becomes of a tile that is not full: `exact`, `halves`, `mask`, `min` or `overlap`."""
    unit: int = 1
    """Sizes are multiples of this as long as possible (the lanes of a vector)."""
    peel: str = "nest"
    """Whether what is left over is peeled off the perfect `nest`, or within the loops around."""
    even: bool = False
    """Prefer a smaller size that divides the range."""

    def __post_init__(self) -> None:
        if self.size < 1 or self.unit < 1:
            raise ValueError(f"{self.name}: size and unit are at least 1")
        if self.rest not in RESTS:
            raise ValueError(f"{self.name}: rest is one of {', '.join(RESTS)}, got {self.rest}")
        if self.peel not in PEELS:
            raise ValueError(f"{self.name}: peel is one of {', '.join(PEELS)}, got {self.peel}")
        if len(self.into) not in (0, 2, 3):
            named = ", ".join(self.into)
            raise ValueError(f"{self.name}: into names two loops or three, got {named}")
        if len(self.into) == 3 and self.rest == "min":
            raise ValueError(f"{self.name}: units are whole, rest is not min")
        if len(self.into) == 3 and self.size % self.unit:
            raise ValueError(f"{self.name}: size is a multiple of unit, got {self.size}")

    def rewrite(self, nest: Nest) -> None:
        names = self.into or (f"{self.loop}_o", f"{self.loop}_i")
        loops = nest.maps(self.loop)
        for loop in loops:
            if range_of(loop).step != 1:
                refuse(f"loop {self.loop} has the step {range_of(loop).step}")
        defined = [nest.define(n) for n in names]
        again = self.rest == "overlap" and all(is_repeatable(loop) for loop in loops)
        chosen = self if again or self.rest != "overlap" else replace(self, rest="halves")
        for loop in loops:
            chosen.cut(nest, loop, defined)

    def cut(self, nest: Nest, loop: MapOp, names: Sequence[str]) -> None:
        name = parameter(loop)
        chain = map_chain_around(loop)
        top = chain[0] if self.peel == "nest" else loop
        depth = chain.index(loop) - chain.index(top)
        new: list[Operation] = []
        for piece in self.pieces(nest.count(loop)):
            copy = top.clone()
            at = copy
            for _ in range(depth):
                child = nodes(at)[0]
                assert isinstance(child, MapOp)
                at = child
            index = range_of(loop).start + piece.index(names)
            for op in at.body.block.ops:
                substitute(op, {name: index})
            tiles = piece.loops(names, at)
            for op in tiles.walk():
                if isinstance(op, Loop) and parameter(op) in names:
                    op.location = loop.location
            if at is copy:
                new.append(tiles)
            else:
                block = at.parent_block()
                assert block is not None
                block.insert_op_before(tiles, at)
                at.detach()
                at.erase()
                new.append(copy)
        nest.replace(top, new)

    def pieces(self, extent: Expr) -> list["Piece"]:
        """What a range of `extent` values is cut into."""
        known = symbolic.constant(extent)
        if self.rest == "min":
            return [_minimum_piece(extent, self.preferred(known))]
        if self.rest == "overlap" and known is not None and known > 0:
            if len(self.into) == 3:
                return overlapping_units(known, self.size // self.unit, self.unit)
            return [overlapping(known, 1, min(self.size, known))]
        pieces = split(extent, self.sizes(extent))
        return [p.of_units(self.unit) for p in pieces] if len(self.into) == 3 else pieces

    def preferred(self, known: int | None) -> int:
        """The size of most tiles of a range of so many values."""
        if known is None or not self.even:
            return self.size
        most = min(self.size, known)
        best = max((d for d in range(1, most + 1) if known % d == 0), default=1)
        return best if 2 * best > most else most

    def sizes(self, extent: Expr) -> list[int]:
        """Sizes of the tiles to try, from the first on, until all is covered."""
        known = symbolic.constant(extent)
        size = self.preferred(known)
        halves = self.rest in ("halves", "mask", "overlap")
        if known is None:
            return sorted({size, self.unit, 1} if halves else {size, 1})[::-1]
        whole = [size] if known >= size else []
        left = known % size if whole else known
        if self.rest == "exact":
            return [*whole, left] if left else whole
        if left >= self.unit > 1:
            whole.append(left // self.unit * self.unit)
            left %= self.unit
        if self.rest == "mask":
            return list(dict.fromkeys([*whole, *([left] if left else [])]))
        powers = [1 << k for k in reversed(range(left.bit_length())) if left >> k & 1]
        return list(dict.fromkeys([*whole, *powers]))


@dataclass(frozen=True)
class Piece:
    """A part of a range: `count` tiles of `units` times `size` values from `start` on."""

    start: Expr
    size: int
    count: Expr
    limit: Expr | None = None
    """The end of the range, where the last tile may be cut short."""
    units: int = 1
    last: Expr | None = None
    """Where the last unit begins at the latest, so that it ends with the range."""
    ordered: bool = False
    """Whether tiles follow each other, since they may write the same."""

    def of_units(self, unit: int) -> "Piece":
        """The same in tiles of units, if those fit."""
        whole = self.size % unit == 0
        size = unit if whole else self.size
        return replace(self, size=size, units=self.size // size)

    def index(self, names: Sequence[str]) -> Expr:
        """The value of the range that an iteration of the new loops is for."""
        outer, *unit, inner = map(symbolic.symbol, names)
        begin = outer * (self.units * self.size) + sum(u * self.size for u in unit)
        if self.last is None:
            return self.start + begin + inner
        if self.units == 1 and self.last % (self.count - 1) == 0:
            return self.start + outer * (self.last // (self.count - 1)) + inner  # spaced evenly
        return self.start + symbolic.minimum(begin, self.last) + inner

    def length(self, outer: str) -> Expr:
        """Iterations of one unit."""
        size = symbolic.integer(self.size)
        if self.limit is None:
            return size
        return symbolic.minimum(size, self.limit - symbolic.symbol(outer) * size)

    def loops(self, names: Sequence[str], old: MapOp) -> Loop:
        """The new loops, with the body of `old`, which gets an empty one."""
        outer, *unit, inner = names
        body = old.detach_region(0)
        old.add_region(Region(Block()))
        length = self.length(outer)
        whole = symbolic.constant(length) is not None or old.schedule.kind.data != "unroll"
        schedule = old.schedule if whole else "sequential"  # what is unrolled has a constant range
        op = MapOp([inner], [Range.of(0, length)], body, schedule)
        for name in unit:
            op = MapOp([name], [Range.of(0, self.units)], [op], old.schedule)
        if self.ordered:
            return ForOp(outer, Range.of(0, self.count), [op])
        return MapOp([outer], [Range.of(0, self.count)], [op], old.schedule)


def _minimum_piece(extent: Expr, size: int) -> Piece:
    count = symbolic.ceil_div(extent, symbolic.integer(size))
    even = symbolic.Mod(extent, symbolic.integer(size)) == 0
    return Piece(symbolic.integer(0), size, count, None if even else extent)


def overlapping(extent: int, units: int, unit: int, start: int = 0) -> Piece:
    """`extent` values from `start` on in whole tiles of up to `units` units, which may meet."""
    total = -(-extent // unit)
    tiles = -(-total // units)
    units = -(-total // tiles)
    exact = tiles * units * unit == extent
    return Piece(
        symbolic.integer(start),
        unit,
        symbolic.integer(tiles),
        units=units,
        last=None if exact else symbolic.integer(extent - unit),
        ordered=tiles_meet(extent, units, unit),
    )


def overlapping_units(extent: int, units: int, unit: int, start: int = 0) -> list[Piece]:
    """`extent` values from `start` on in tiles of up to `units` units that do not meet."""
    while unit > extent:
        unit //= 2
    for fewer in range(units, 0, -1):
        if not (piece := overlapping(extent, fewer, unit, start)).ordered:
            return [piece]
    left = extent % unit
    whole = overlapping(extent - left, units, unit, start)
    return [whole, *overlapping_units(left, max(2, units), unit, start + extent - left)]


def tiles_meet(extent: int, units: int, unit: int) -> bool:
    """Whether a last tile is but a part of a unit, so that it reaches back into the one before."""
    before = extent // unit
    return extent % unit != 0 and before > 0 and before % units == 0


def is_repeatable(loop: MapOp) -> bool:
    """Whether doing an iteration twice changes nothing."""
    tasklets = [op for op in loop.walk() if isinstance(op, TaskletOp)]
    own = {op.result for op in loop.walk() if isinstance(op, AllocOp)}
    written = [a for t in tasklets for a in t.output_accesses if root(a[0]) not in own]
    read = {root(container) for t in tasklets for container in t.inputs}
    return all(m.wcr is None and root(container) not in read for container, m in written)


def split(extent: Expr, sizes: Sequence[int]) -> list[Piece]:
    """`extent` values as tiles of the first size, the rest as tiles of the second, and so on."""
    pieces: list[Piece] = []
    start: Expr = symbolic.integer(0)
    for size in sizes:
        count: Expr = symbolic.FloorDiv(extent - start, symbolic.integer(size))
        if count != 0:
            pieces.append(Piece(start, size, count))
        start = start + count * size
        if symbolic.equal(start, extent):
            break
    return pieces
