"""Tiles of results kept in registers, and the loops of the reduction around them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from xdsl.dialects.arith import ConstantOp as ArithConstantOp
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Attribute, BlockArgument, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.nests import ReductionNest, is_contiguous, split_allocs
from sdfg.lowering.schedule.pieces import Piece, lane_sizes, row_sizes, split
from sdfg.lowering.schedule.staging import PackedOperand, label, pack
from sdfg.lowering.schedule.tile_choice import TileChoice, is_constant_init, is_packed
from sdfg.lowering.schedule.tile_epilogues import combine_init, is_visible, redirect, writes_along
from sdfg.lowering.schedule.vector_tasklets import (
    Lanes,
    accumulating,
    constant_tasklet,
    loading,
    move_tasklet,
)
from sdfg.lowering.simplify.rewriting import substitute

NEUTRAL = {
    "sum": 0.0,
    "product": 1.0,
    "max": float("-inf"),
    "min": float("inf"),
    "maxnum": float("nan"),
    "minnum": float("nan"),
}
"""What changes nothing when combined by a conflict resolution."""


@dataclass
class Tiler:
    """Writes one nest as nests of register tiles."""

    nest: ReductionNest
    choice: TileChoice
    state: StateOp
    """Where the nest stands: packed operands are allocated before it."""
    known: frozenset[str]
    """Symbols of the program."""
    packed: dict[int, PackedOperand] = field(default_factory=dict[int, PackedOperand])
    """The packed operands of the piece at work."""
    taken: set[str] = field(default_factory=set[str])

    def tiles(self) -> Iterator[MapOp]:
        """The nests that together do what the nest did."""
        nest, choice = self.nest, self.choice
        count = nest.size(choice.lane_parameter)
        columns = split(count, lane_sizes(choice, count))
        rows = [Piece(symbolic.integer(0), 1, symbolic.integer(1))]
        if choice.row_parameter is not None:
            extent = nest.size(choice.row_parameter)
            rows = split(extent, row_sizes(choice, extent))
        for column in columns:
            self.packed = {}
            for index, access in enumerate(nest.body.input_accesses):
                if column.size > 1 and is_packed(nest, *access, choice.lane_parameter):
                    self.packed[index] = pack(nest, index, choice, column, self.state)
            for row in rows:
                yield self.tile(column, row)

    def tile(self, column: Piece, row: Piece) -> MapOp:
        """One nest: loops over tiles, and in it the tile."""
        choice = self.choice
        self.taken = set(self.known)
        lanes = min(choice.lanes, column.size)
        params: list[str] = []
        ranges: list[Range] = []
        block = self.fresh(f"{choice.lane_parameter}b")
        origin = {choice.lane_parameter: column.start}
        at_block: Expr = symbolic.integer(0)
        for name, r in self.nest.parallel.items():
            if name == choice.lane_parameter:
                if not column.is_single:
                    params.append(block)
                    ranges.append(Range.of(0, column.count))
                    at_block = symbolic.symbol(block)
                origin[name] = column.start + at_block * column.size
            elif name != choice.row_parameter:
                params.append(name)
                ranges.append(r)
        if choice.row_parameter is not None:
            at_row: Expr = symbolic.integer(0)
            if not row.is_single:
                params.append(self.fresh(f"{choice.row_parameter}b"))
                ranges.append(Range.of(0, row.count))
                at_row = symbolic.symbol(params[-1])
            origin[choice.row_parameter] = row.start + at_row * row.size
        tile = RegisterTile(self, row.size, column.size, lanes, origin, at_block)
        body = tile.emit()
        if not params:  # one tile: still one node, in a scope of its own
            params, ranges = [block], [Range.of(0, 1)]
        return MapOp(params, ranges, body)

    def fresh(self, text: str) -> str:
        name = symbolic.symbol_name(text, self.taken)
        self.taken.add(name)
        return name


@dataclass
class RegisterTile:
    """`rows` by `columns` results of a nest, accumulated in registers."""

    tiler: Tiler
    rows: int
    columns: int
    lanes: int
    origin: dict[str, Expr]
    """First value of the lane and the row parameter."""
    block: Expr
    """Number of the tile along the lanes."""

    @property
    def nest(self) -> ReductionNest:
        return self.tiler.nest

    @property
    def element(self) -> Attribute:
        return self.nest.body.yielded[0].type

    def emit(self) -> list[Operation]:
        """
        ```
        acc = neutral; for r... { acc = acc op vector body }; tile = acc; epilogue on tile
        ```
        """
        vectors = self.columns // self.lanes
        lanes = Lanes("", symbolic.integer(0), self.lanes)
        kind = ArrayType((self.rows, vectors), lanes.type(self.element), storage="register")
        accumulators = AllocOp(kind, "acc")
        row, column = self.tiler.fresh("row"), self.tiler.fresh("vec")
        at = MemletAttr(SubsetAttr.points([symbolic.symbol(row), symbolic.symbol(column)]))
        access = (accumulators.result, at)

        def unrolled(body: list[Operation]) -> MapOp:
            spans = [Range.of(0, self.rows), Range.of(0, vectors)]
            return MapOp([row, column], spans, body, "unroll")

        start = self.start_value()
        clear = constant_tasklet(start, self.element, access, lanes)
        nest = self.nest
        # Points of a map must not share the accumulators: the points of a loop follow each other.
        body = self.accumulate(access, row, column)
        inner = zip(nest.inner.param_names, nest.inner.ranges.data, strict=True)
        for name, r in reversed(list(inner)):
            body = [ForOp(name, r, body)]
        ops: list[Operation] = [accumulators, unrolled([clear]), *body]
        return ops + self.finish(access, row, column, unrolled)

    def start_value(self) -> float:
        """
        What the accumulators begin with: the init if it is a number, else the neutral element.
        """
        if is_constant_init(self.nest):
            value = self.nest.init.yielded[0].owner
            assert isinstance(value, ArithConstantOp)
            assert isinstance(value.value, FloatAttr)
            return value.value.value.data
        assert self.nest.point.wcr is not None
        return NEUTRAL[self.nest.point.wcr]

    def place(self, row: str, offset: Expr) -> dict[str, Expr]:
        """Values of the tiled parameters for a row, `offset` columns into the tile."""
        choice = self.tiler.choice
        lane, line = choice.lane_parameter, choice.row_parameter
        values = {lane: self.origin[lane] + offset}
        if line is not None:
            values[line] = self.origin[line] + symbolic.symbol(row)
        return values

    def accumulate(
        self, access: tuple[SSAValue, MemletAttr], row: str, column: str
    ) -> list[Operation]:
        """
        One step of the reduction: each operand is loaded once, then used by all that share it.

        ```
        map [vec] { b[vec] = B[..] }; map [row] { a = A[..]; map [vec] { acc += a * b[vec] } }
        ```
        """
        nest, lane = self.nest, self.tiler.choice.lane_parameter
        offset = symbolic.symbol(column) * self.lanes
        place = self.place(row, offset)
        line = {k: v for k, v in place.items() if k != lane}
        lanes = Lanes(lane, place[lane], self.lanes)
        ranges = nest.parallel | nest.reduced
        by_column: list[Operation] = []
        by_row: list[Operation] = []
        inputs: list[tuple[SSAValue, MemletAttr]] = []
        for index, (container, memlet) in enumerate(nest.body.input_accesses):
            operand = self.tiler.packed.get(index)
            if operand is not None:
                read = operand.memlet(self.block, offset, self.lanes, ranges)
                source = (operand.container, read.substituted(line))
            else:
                source = (container, lanes.memlet(memlet.substituted(line)))
            argument = nest.body.body.block.args[index]
            used = source[1].symbols
            if row not in used and column in used:
                source = self.load(source, argument, [column], by_column)
            elif column not in used:
                source = self.load(source, argument, [], by_row)
            inputs.append(source)
        assert nest.point.wcr is not None
        step = accumulating(nest.body, inputs, access, nest.point.wcr, lanes)
        columns = MapOp([column], [Range.of(0, self.columns // self.lanes)], [step], "unroll")
        rows = MapOp([row], [Range.of(0, self.rows)], [*by_row, columns], "unroll")
        for op in (*by_column, rows):
            derived(op, nest.body)
        return [*by_column, rows]

    def load(
        self,
        source: tuple[SSAValue, MemletAttr],
        argument: BlockArgument,
        columns: list[str],
        ops: list[Operation],
    ) -> tuple[SSAValue, MemletAttr]:
        """Bring an operand into registers, one vector per column; returns where it then is."""
        lanes = Lanes("", symbolic.integer(0), self.lanes)
        shape = [self.columns // self.lanes] * len(columns)
        kind = ArrayType(shape, lanes.type(argument.type), storage="register")
        registers = AllocOp(kind, argument.name_hint or label(source[0]))
        at = MemletAttr(SubsetAttr.points([symbolic.symbol(c) for c in columns]))
        tasklet = loading(source, (registers.result, at), argument.type, lanes)
        spans = [Range.of(0, e) for e in shape]
        ops += [registers, MapOp(columns, spans, [tasklet], "unroll") if columns else tasklet]
        return registers.result, at

    def finish(
        self,
        access: tuple[SSAValue, MemletAttr],
        row: str,
        column: str,
        unrolled: Callable[[list[Operation]], MapOp],
    ) -> list[Operation]:
        """Bring the results to where they belong, through the epilogue."""
        nest, lane = self.nest, self.tiler.choice.lane_parameter
        offset = symbolic.symbol(column) * self.lanes
        contiguous = is_contiguous(nest.target, nest.point, lane)
        kind = Lanes("", offset, self.lanes).type(self.element)
        plain = MemletAttr(nest.point.subset)
        if not nest.rest and is_constant_init(nest) and contiguous:
            place = self.place(row, offset)
            write = plain.substituted({k: v for k, v in place.items() if k != lane})
            lanes = Lanes(lane, place[lane], self.lanes)
            return [unrolled([move_tasklet(access, (nest.target, lanes.memlet(write)), kind)])]
        shape = (self.rows, self.columns)
        tile = AllocOp(ArrayType(shape, self.element, storage="stack"), "tile")
        span = Range(offset) if self.lanes == 1 else Range.of(offset, offset + self.lanes)
        write = MemletAttr(SubsetAttr((Range(symbolic.symbol(row)), span)))
        spill = unrolled([move_tasklet(access, (tile.result, write), kind)])
        return [tile, spill, self.epilogue(tile.result)]

    def epilogue(self, tile: SSAValue) -> MapOp:
        """What follows the reduction, on each element of the tile."""
        nest = self.nest
        row, lane = self.tiler.fresh("row"), self.tiler.fresh("lane")
        at = MemletAttr(SubsetAttr.points([symbolic.symbol(row), symbolic.symbol(lane)]))
        body: list[Operation] = []
        if not is_constant_init(nest):
            body += combine_init(nest, (tile, at))
        values: dict[SSAValue, SSAValue] = {}
        allocs, _ = split_allocs(nest.outer)
        for op in allocs:
            if op.result is not nest.target:
                body.append(op.clone(values))
        for op in nest.rest:
            new = op.clone(values)
            redirect(new, nest, tile, at)
            body.append(new)
        if is_visible(nest):  # last: the epilogue may change the result itself
            write = (nest.target, MemletAttr(nest.point.subset))
            body.append(move_tasklet((tile, at), write, self.element))
        values_of = self.place(row, symbolic.symbol(lane))
        for op in body:
            substitute(op, values_of)
        params = [(row, self.rows), (lane, self.columns)]
        if not writes_along(nest, self.tiler.choice.lane_parameter):
            params.reverse()
        spans = [Range.of(0, size) for _, size in params]
        kind = "simd" if params[-1][1] > 1 else "sequential"
        return MapOp([name for name, _ in params], spans, body, kind)
