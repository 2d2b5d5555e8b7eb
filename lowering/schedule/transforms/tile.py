"""Loops cut into tiles of a fixed size, and what is left over into smaller ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.transforms.nest import (
    Nest,
    map_chain_around,
    nodes,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import substitute

RESTS = ("exact", "halves", "min")
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
    1, never a loop of unknown length), or not at all (`rest=min`: the last tile ends early). With
    `even` the size is the largest divisor of the range up to `size`, if it is more than half of
    that. Legal for each map.
    """

    name = "sdfg-tile"

    loop: str
    """The loop to cut."""
    size: int
    """Iterations of a tile."""
    into: tuple[str, ...] = ()
    """Names of the outer and the inner loop; by default with `_o` and `_i` behind."""
    rest: str = "exact"
    """What becomes of a tile that is not full: `exact`, `halves` or `min`."""
    unit: int = 1
    """With `halves`: sizes are multiples of this as long as possible (the lanes of a vector)."""
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
        if len(self.into) not in (0, 2):
            raise ValueError(f"{self.name}: into names two loops, got {', '.join(self.into)}")

    def rewrite(self, nest: Nest) -> None:
        names = self.into or (f"{self.loop}_o", f"{self.loop}_i")
        loops = nest.maps(self.loop)
        for loop in loops:
            if range_of(loop).step != 1:
                refuse(f"loop {self.loop} has the step {range_of(loop).step}")
        outer, inner = (nest.define(n) for n in names)
        for loop in loops:
            self.cut(nest, loop, outer, inner)

    def cut(self, nest: Nest, loop: MapOp, outer: str, inner: str) -> None:
        over = range_of(loop)
        name = parameter(loop)
        count = nest.count(loop)
        if self.rest == "min":
            pieces = [_minimum_piece(count, self.size)]
        else:
            pieces = split(count, self.sizes(count))
        chain = map_chain_around(loop)
        top = chain[0] if self.peel == "nest" else loop
        depth = chain.index(loop) - chain.index(top)
        new: list[MapOp] = []
        for piece in pieces:
            copy = top.clone()
            at = copy
            for _ in range(depth):
                child = nodes(at)[0]
                assert isinstance(child, MapOp)
                at = child
            start = over.start + piece.start + symbolic.symbol(outer) * piece.size
            for op in at.body.block.ops:
                substitute(op, {name: start + symbolic.symbol(inner)})
            length = piece.length(outer)
            body = MapOp([inner], [Range.of(0, length)], at.detach_region(0), at.schedule)
            body.location = loop.location
            tiles = MapOp([outer], [Range.of(0, piece.count)], [body], loop.schedule)
            tiles.location = loop.location
            if at is copy:
                new.append(tiles)
            else:
                block = at.parent_block()
                assert block is not None
                block.insert_op_before(tiles, at)
                at.add_region(MapOp([inner], [Range.of(0, 1)], []).detach_region(0))
                at.detach()
                at.erase()
                new.append(copy)
        nest.replace(top, new)

    def sizes(self, extent: Expr) -> list[int]:
        """Sizes of the tiles to try, from the first on, until all is covered."""
        known = symbolic.constant(extent)
        size = self.size
        if known is not None and self.even:
            divisors = [d for d in range(1, min(size, known) + 1) if known % d == 0]
            best = max(divisors, default=1)
            size = best if 2 * best > min(size, known) else min(size, known)
        if known is None:
            return sorted({size, self.unit, 1} if self.rest == "halves" else {size, 1})[::-1]
        whole = [size] if known >= size else []
        left = known % size if whole else known
        if self.rest == "exact":
            return [*whole, left] if left else whole
        if left >= self.unit > 1:
            whole.append(left // self.unit * self.unit)
            left %= self.unit
        powers = [1 << k for k in reversed(range(left.bit_length())) if left >> k & 1]
        return list(dict.fromkeys([*whole, *powers]))


@dataclass(frozen=True)
class Piece:
    """A part of a range: `count` tiles of `size` values from `start` on."""

    start: Expr
    size: int
    count: Expr
    limit: Expr | None = None
    """The end of the range, where the last tile may be cut short."""

    def length(self, outer: str) -> Expr:
        """Iterations of one tile."""
        size = symbolic.integer(self.size)
        if self.limit is None:
            return size
        return symbolic.minimum(size, self.limit - symbolic.symbol(outer) * size)


def _minimum_piece(extent: Expr, size: int) -> Piece:
    count = symbolic.ceil_div(extent, symbolic.integer(size))
    even = symbolic.Mod(extent, symbolic.integer(size)) == 0
    return Piece(symbolic.integer(0), size, count, None if even else extent)


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
