"""Packing an operand: a copy in the order in which the inner loops of a tile read it."""

from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ConstantOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.names import known_names
from sdfg.lowering.schedule.nests import ReductionNest, depends_on
from sdfg.lowering.schedule.pieces import Piece
from sdfg.lowering.schedule.tile_choice import TileChoice
from sdfg.lowering.schedule.vector_tasklets import move_tasklet


@dataclass(frozen=True)
class PackedOperand:
    """
    A container of shape `[others..., blocks, reduced..., columns]`.

    `others` are the parallel parameters that the operand also depends on; block `b` holds the
    values of the lane parameter for tile `b` of a piece.
    """

    container: SSAValue
    others: tuple[str, ...]
    reduced: tuple[str, ...]

    def memlet(self, block: Expr, lane: Expr, lanes: int, ranges: dict[str, Range]) -> MemletAttr:
        """The `lanes` elements from column `lane` of a block on."""
        index = [number(p, ranges[p]) for p in self.others]
        index += [block, *(number(p, ranges[p]) for p in self.reduced)]
        columns = Range(lane) if lanes == 1 else Range.of(lane, lane + lanes)
        return MemletAttr(SubsetAttr((*(Range(i) for i in index), columns)))


def number(parameter: str, over: Range) -> Expr:
    """The how many-th value of its range a parameter has, from 0 on."""
    return symbolic.FloorDiv(symbolic.symbol(parameter) - over.start, over.step)


def pack(
    nest: ReductionNest, index: int, choice: TileChoice, piece: Piece, state: StateOp
) -> PackedOperand:
    """
    Copy what a piece reads of operand `index`, just before the nest, into a container allocated
    before `state`.

    ```
    map [others, b, reduced, l] { P[others, b, reduced, l] = B[at lane = start + b * columns + l] }
    ```
    """
    container, memlet = nest.body.input_accesses[index]
    source = container.type
    assert isinstance(source, ArrayType)
    lane, columns, blocks = choice.lane_parameter, piece.size, piece.count
    others = tuple(p for p in depends_on(memlet, list(nest.parallel)) if p != lane)
    reduced = tuple(depends_on(memlet, list(nest.reduced)))
    ranges = {**nest.parallel, **nest.reduced}
    known = known_names(nest.outer)
    block_name = symbolic.symbol_name(f"{lane}b", known)
    lane_name = symbolic.symbol_name(f"{lane}l", known)
    block, column = symbolic.symbol(block_name), symbolic.symbol(lane_name)
    shape = [
        *(nest.size(p) for p in others),
        blocks,
        *(nest.size(p) for p in reduced),
        symbolic.integer(columns),
    ]
    name = f"{label(container)}_packed"
    packed = AllocOp(ArrayType(shape, source.element_type), name)
    packed.result.name_hint = "packed"
    result = PackedOperand(packed.result, others, reduced)
    read = memlet.substituted({lane: piece.start + block * columns + column})
    write = result.memlet(block, column, 1, ranges)
    tasklet = move_tasklet((container, read), (packed.result, write), source.element_type)
    params = [*others, block_name, *reduced, lane_name]
    spans = [
        *(ranges[p] for p in others),
        Range.of(0, blocks),
        *(ranges[p] for p in reduced),
        Range.of(0, columns),
    ]
    insert_before(state, derived(packed, nest.outer))
    insert_before(nest.outer, derived(MapOp(params, spans, [tasklet]), nest.outer))
    return result


def insert_before(mark: Operation, *ops: Operation) -> None:
    block = mark.parent_block()
    assert block is not None
    block.insert_ops_before(list(ops), mark)


def label(container: SSAValue) -> str:
    """What people call a container."""
    owner = container.owner
    if isinstance(owner, AllocOp) and owner.label is not None:
        return owner.label.data
    if isinstance(owner, ConstantOp) and isinstance(owner.value, WeightAttr):
        return owner.value.key.data
    return container.name_hint or "operand"
