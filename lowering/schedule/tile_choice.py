"""Which dimensions of a reduction nest to keep in registers, and how many points of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xdsl.dialects.builtin import Float32Type, Float64Type
from xdsl.ir import SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import is_constant
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.nests import ReductionNest, depends_on, rises, stride, uses_index
from sdfg.lowering.schedule.vector_tasklets import is_vectorizable

GATHER, _PACK, _PACK_CONSTANT = 8.0, 2.0, 0.0
"""Cost of an operand that is not contiguous along the lanes: loaded lane by lane in the inner loop,
or copied once before the nest, at run time or when the program is compiled."""
_EVERY_OTHER = 1.0
"""Cost of an operand of which every other element is read: two loads and a shuffle."""
_SCATTER = 0.5
"""Cost of a result that is not contiguous along the lanes: written once per point."""
_LOOP_CYCLES = 0.25
"""What a step of the loop itself takes beside the work of a tile."""
_MOST_ROWS = 14
"""Rows above which a tile only takes longer to compile."""
_UNKNOWN_ROWS = 8
"""Rows where their number is known only at run time."""


@dataclass(frozen=True)
class TileChoice:
    """A tile of a nest: `rows` values of one parameter by `vectors` times `lanes` of another."""

    lane_parameter: str
    lanes: int
    vectors: int
    row_parameter: str | None
    rows: int


def choose_tile(nest: ReductionNest, machine: MachineAttr) -> TileChoice | None:
    """
    The tile for `nest` on `machine`, or None where vectors do not pay or do not fit the body.
    Without vectors each lane parameter takes one value: a tile of numbers.

    The lane parameter is the one along which operands are contiguous or can be made so; the row
    parameter one along which the vector operands stay the same, so that a load serves all rows.
    """
    element = nest.body.yielded[0].type
    if not isinstance(element, Float32Type | Float64Type) or not is_vectorizable(nest.body):
        return None
    lanes = machine.lanes(element.size)
    costs: dict[str, float] = {}
    for parameter, r in nest.parallel.items():
        if not is_tileable(nest, parameter, r):
            continue
        cost = lane_cost(nest, parameter, lanes)
        if cost is not None:
            costs[parameter] = cost
    if not costs:
        return None
    best = min(reversed(costs), key=lambda p: costs[p])
    row = choose_rows(nest, best)
    extent = symbolic.constant(nest.parallel[best].extent)
    registers = machine.fact("vector_registers")
    return sized(best, lanes, extent, row, nest, registers)


def is_tileable(nest: ReductionNest, parameter: str, over: Range) -> bool:
    """Whether several values of `parameter` can share the loops of the reduction."""
    inner = symbolic.symbols_of(*(e for r in nest.reduced.values() for e in r.exprs))
    return (
        over.step == 1
        and over.start == 0
        and parameter not in inner
        and not uses_index(nest.body, parameter)
    )


def sized(
    lane: str, lanes: int, extent: int | None, row: str | None, nest: ReductionNest, registers: int
) -> TileChoice | None:
    """Choose the numbers, so that accumulators, one row of vectors and an operand fit."""
    if extent is not None and extent < lanes:
        lanes = 1 << (max(extent, 1).bit_length() - 1)
        if lanes < 2:
            return None
    available = -(-extent // lanes) if extent is not None else 2
    if row is None:
        return TileChoice(lane, lanes, max(1, min(4, available)), None, 1)
    count = symbolic.constant(nest.parallel[row].extent)
    if count is None:
        vectors = max(1, min(2, available))
        most = max(1, (registers - vectors - 2) // vectors)
        return TileChoice(lane, lanes, vectors, row, min(_UNKNOWN_ROWS, most))
    rows, vectors = best_tile(max(count, 1), available, registers)
    return TileChoice(lane, lanes, vectors, row, rows)


@lru_cache(maxsize=1 << 10)
def best_tile(count: int, available: int, registers: int) -> tuple[int, int]:
    """
    Rows and vectors of a register tile for `count` rows of `available` vectors.

    The fastest in a model of a core that does two vector operations and two loads at a time, with
    four cycles from one to the next on the same accumulator; all tiles are whole.
    """
    tiles = [
        (rows, vectors)
        for vectors in range(1, min(4, available) + 1)
        for rows in range(1, min(_MOST_ROWS, count) + 1)
        if rows * vectors + vectors + 1 <= registers
    ]
    return min(tiles, key=lambda t: (tile_cycles(count, available, *t), -t[0] * t[1]))


def tile_cycles(count: int, available: int, rows: int, vectors: int) -> float:
    """Cycles for one step of a reduction over all `count` rows of `available` vectors."""
    bands, blocks = -(-count // rows), -(-available // vectors)
    work = max(rows * vectors, rows + vectors, 8) / 2
    return bands * blocks * (work + _LOOP_CYCLES)


def lane_cost(nest: ReductionNest, parameter: str, lanes: int) -> float | None:
    """How badly lanes along `parameter` suit the operands; None where they cannot be used."""
    cost = 0.0
    moving = False
    for container, memlet in nest.body.input_accesses:
        step = stride(container, memlet, parameter)
        if parameter not in memlet.symbols:
            continue
        if step is None or lane_dimensions(memlet, parameter) > 1:
            return None
        packed = is_packed(nest, container, memlet, parameter)
        if not packed and not any(rises(r, parameter) for r in memlet.ranges):
            return None
        if step == 0:
            continue
        moving = True
        if step != 1:
            cost += strided_cost(nest, container, memlet, parameter)
    if not moving:
        return None
    step = stride(nest.target, nest.point, parameter)
    if step != 1 and nest.point.ranges:
        cost += _SCATTER
    return cost + waste(nest.parallel[parameter].extent, lanes)


def lane_dimensions(memlet: MemletAttr, parameter: str) -> int:
    """In how many dimensions of the container the parameter appears."""
    return sum(parameter in symbolic.symbols_of(*r.exprs) for r in memlet.ranges)


def strided_cost(
    nest: ReductionNest, container: SSAValue, memlet: MemletAttr, parameter: str
) -> float:
    if not is_packable(nest, memlet, parameter):
        return _EVERY_OTHER if stride(container, memlet, parameter) == 2 else GATHER
    return _PACK_CONSTANT if is_constant(container) else _PACK


def is_packable(nest: ReductionNest, memlet: MemletAttr, parameter: str) -> bool:
    """Whether a packed copy of the operand is read more than once per element."""
    used = depends_on(memlet, list(nest.parallel))
    free = [p for p in nest.parallel if p not in used]
    again = any(nest.parallel[p].extent != 1 for p in free)
    return again and parameter in used and is_box(nest, memlet)


def is_box(nest: ReductionNest, memlet: MemletAttr) -> bool:
    """Whether the loops that an operand depends on have the same range for all points."""
    loops = [nest.reduced[p] for p in depends_on(memlet, list(nest.reduced))]
    return not symbolic.symbols_of(*(e for r in loops for e in r.exprs)) & nest.parallel.keys()


def is_packed(nest: ReductionNest, container: SSAValue, memlet: MemletAttr, parameter: str) -> bool:
    """
    Whether to pack an operand for lanes along `parameter`: constants always, since they are packed
    when the program is compiled; others where the lanes would be gathered and each element is read
    several times.
    """
    step = stride(container, memlet, parameter)
    if step is None or step == 0 or not is_box(nest, memlet):
        return False
    if not is_packable(nest, memlet, parameter):
        return is_constant(container) and step != 1
    return is_constant(container) or step != 1


def waste(extent: Expr, lanes: int) -> float:
    """The share of lanes that do nothing, for a dimension of this size."""
    count = symbolic.constant(extent)
    if count is None:
        return 0.25
    if count < lanes:
        return 4.0 * (1 - count / lanes) + 1
    return 4.0 * (-count % lanes) / count


def choose_rows(nest: ReductionNest, lane: str) -> str | None:
    """
    The parameter along which the operands that move with the lanes stay the same: all of them, or
    else one (the filter of a depthwise convolution).
    """
    sizes: Mapping[str, int | None] = {
        p: symbolic.constant(r.extent) for p, r in nest.parallel.items()
    }
    vectors = [m for _, m in nest.body.input_accesses if lane in m.symbols]
    for least in (len(vectors), 1):
        best: str | None = None
        for parameter, r in nest.parallel.items():
            same = sum(parameter not in m.symbols for m in vectors) >= least
            usable = parameter != lane and is_tileable(nest, parameter, r)
            if not same or not usable or sizes[parameter] == 1:
                continue
            if best is None or prefers(sizes[parameter], sizes[best]):
                best = parameter
        if best is not None:
            return best
    return None


def prefers(new: int | None, old: int | None) -> bool:
    """Later parameters win among those with enough values."""
    enough = 7
    return new is None or new >= enough or (old is not None and new >= old)
