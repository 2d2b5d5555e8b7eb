"""Ranges cut into tiles, and what is left over into smaller ones."""

from dataclasses import dataclass

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.tile_choice import TileChoice


@dataclass(frozen=True)
class Piece:
    """A part of a parameter's range: `count` tiles of `size` values from `start` on."""

    start: Expr
    size: int
    count: Expr

    @property
    def is_single(self) -> bool:
        return self.count == 1


def split(extent: Expr, sizes: list[int]) -> list[Piece]:
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


def lane_sizes(choice: TileChoice, extent: Expr) -> list[int]:
    """Sizes of the tiles along the lanes: whole tiles, whole vectors, then what is left."""
    known = symbolic.constant(extent)
    if known is None:
        return sorted({choice.columns, choice.lanes, 1}, reverse=True)
    rest = known % choice.columns
    sizes = [choice.columns] if known >= choice.columns else []
    if rest >= choice.lanes:
        sizes.append(rest // choice.lanes * choice.lanes)
        rest %= choice.lanes
    sizes += [1 << k for k in reversed(range(rest.bit_length())) if rest >> k & 1]
    return list(dict.fromkeys(sizes))


def row_sizes(choice: TileChoice, extent: Expr) -> list[int]:
    known = symbolic.constant(extent)
    if known is None:
        return sorted({choice.rows, 1}, reverse=True)
    rest = known % choice.rows
    return [choice.rows] if rest == 0 else [choice.rows, rest]
