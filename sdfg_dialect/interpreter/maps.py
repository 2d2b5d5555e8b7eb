"""Maps: all points at once where the body allows it, else one after the other."""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.ir import Block

from sdfg.dialect.interpreter.contraction import is_contraction
from sdfg.dialect.interpreter.lanes import Lanes, bounds, counter, evaluate, uniform
from sdfg.dialect.interpreter.machine import Frame, Machine
from sdfg.dialect.interpreter.memory import extent_of, size_of
from sdfg.dialect.interpreter.program import checked_start
from sdfg.dialect.interpreter.races import Level
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp
from sdfg.dialect.ops.copies import CopyOp, PrefetchOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType, StreamType

LANES = 1 << 18
"""About how many points run at once: their values stay within the caches of the host."""

CONTRACTED = 64
"""How many products of a contraction come at the price of one value: they are never stored."""

_AT_ONCE = (TaskletOp, CopyOp, PrefetchOp, MapOp, ForOp, IfOp, AllocOp, ConstantOp, ViewOp)


@register_impls
@dataclass
class MapFunctions(InterpreterFunctions):
    """`sdfg.map`, whatever its schedule."""

    machine: Machine
    known: dict[MapOp, bool] = field(default_factory=dict[MapOp, bool])
    """Which maps can run all their points at once."""
    weights: dict[tuple[MapOp, tuple[int, ...]], int] = field(
        default_factory=dict[tuple[MapOp, tuple[int, ...]], int]
    )
    """What `weight` gave for a map with these extents."""

    @impl(MapOp)
    def run_map(self, interpreter: Interpreter, op: MapOp, args: PythonValues) -> PythonValues:
        machine = self.machine
        varying = machine.varying(op.ranges.data)
        if not varying:
            self.run_box(interpreter, op)
            return ()
        for chosen in machine.groups(varying):
            with machine.only(interpreter, op, chosen):
                self.run_box(interpreter, op)
        return ()

    def run_box(self, interpreter: Interpreter, op: MapOp) -> None:
        """Run a map whose extents are the same in all lanes."""
        machine = self.machine
        extents = tuple(uniform(extent_of(r, machine.symbols)) or 0 for r in op.ranges.data)
        if 0 in extents:
            return
        if op not in self.known:
            self.known[op] = machine.vectorize and can_run_at_once(op.body.block)
        if machine.strict:
            machine.levels.append(Level(op))
        if self.known[op]:
            lanes = math.prod(machine.frame.lanes) * self.weight(op, extents)
            boxes = chunks(extents, max(1, LANES // lanes))
        else:
            boxes = chunks(extents, 1)
        for starts, sizes in boxes:
            with machine.framed(self.inner(op, extents, starts, sizes)):
                interpreter.run_ssacfg_region(op.body, ())
        if machine.strict:
            machine.levels.pop()

    def inner(
        self,
        op: MapOp,
        extents: tuple[int, ...],
        starts: tuple[int, ...],
        sizes: tuple[int, ...],
    ) -> Frame:
        """The frame of a box of points: an axis more per parameter, or none for single points."""
        outer = self.machine.frame
        symbols, axis = dict(outer.symbols), len(outer.lanes)
        at_once = self.known[op]
        point = outer.points[-1] if outer.points else 0
        for d, (name, r) in enumerate(zip(op.param_names, op.ranges.data, strict=True)):
            start, step = checked_start(op, r, outer.symbols)
            k: Lanes = starts[d] + (counter(axis + d, sizes[d]) if at_once else 0)
            symbols[name] = start + step * k
            point = point * extents[d] + k
        lanes = outer.lanes + sizes if at_once else outer.lanes
        points = (*outer.points, point) if self.machine.strict else ()
        return Frame(lanes, symbols, points)

    def weight(self, op: MapOp, extents: tuple[int, ...]) -> int:
        """About how many values a point of `op` has at once in its body."""
        if (op, extents) not in self.weights:
            self.weights[op, extents] = self.counted_weight(op)
        return self.weights[op, extents]

    def counted_weight(self, op: MapOp) -> int:
        low = {n: bounds(v)[0] for n, v in self.machine.symbols.items()}
        for name, r in zip(op.param_names, op.ranges.data, strict=True):
            low[name] = bounds(evaluate(r.start, low))[0]
        return max(1, _weight(op.body.block, low))


def _weight(block: Block, symbols: Mapping[str, Lanes]) -> int:
    """The most values that one of the ops in `block` has at once, and all private memory."""
    at_once, private = 1, 0
    for op in block.ops:
        match op:
            case AllocOp() if isinstance(op.result.type, ArrayType):
                private += size_of(op.result.type, symbols)
            case MapOp() | ForOp():
                inner = dict(symbols)
                for name, r in zip(op.params, op.ranges.data, strict=True):
                    inner[name.data] = evaluate(r.start, symbols)
                extents = (bounds(extent_of(r, symbols))[1] for r in op.ranges.data)
                points = math.prod(extents) if isinstance(op, MapOp) else 1
                if all(isinstance(o, TaskletOp) and is_contraction(o) for o in op.body.block.ops):
                    points //= CONTRACTED
                at_once = max(at_once, points * _weight(op.body.block, inner))
            case IfOp():
                bodies = (op.then_body, op.else_body)
                at_once = max(at_once, *(_weight(b.block, symbols) for b in bodies))
            case CopyOp() | TaskletOp():
                memlets = (op.read,) if isinstance(op, CopyOp) else (*op.reads, *op.writes)
                counts = (
                    math.prod(bounds(extent_of(r, symbols))[1] for r in m.ranges) for m in memlets
                )
                at_once = max(at_once, *counts)
            case _:
                pass
    return at_once + private


def can_run_at_once(block: Block) -> bool:
    """
    Whether each op in the body of a map means the same for many points as for one.

    It does not for queues, for symbols that change in a loop or branch, and for control flow within
    tasklets.
    """
    for op in block.ops:
        if not isinstance(op, (*_AT_ONCE, AssignOp, ReadSymbolOp)):
            return False
        if any(isinstance(v.type, StreamType) for v in (*op.operands, *op.results)):
            return False
        if isinstance(op, AssignOp | ReadSymbolOp) and not isinstance(block.parent_op(), MapOp):
            return False
        if isinstance(op, TaskletOp):
            if any(inner.regions for inner in op.body.block.ops):
                return False
        elif not all(can_run_at_once(b) for r in op.regions for b in r.blocks):
            return False
    return True


def chunks(
    extents: tuple[int, ...], limit: int
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Boxes of at most about `limit` points, by start and size, that make up a box of `extents`."""
    sizes: list[int] = []
    for extent in reversed(extents):
        sizes.append(max(1, min(extent, limit)))
        limit //= sizes[-1]
    sizes.reverse()
    steps = [range(0, n, s) for n, s in zip(extents, sizes, strict=True)]
    for starts in itertools.product(*steps):
        yield starts, tuple(min(s, n - a) for a, s, n in zip(starts, sizes, extents, strict=True))
