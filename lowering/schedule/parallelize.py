"""The outermost maps on the threads of the machine."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.conflicts import conflicts, inner_ranges
from sdfg.dialect.attrs import MachineAttr, ScheduleAttr
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import StreamType
from sdfg.lowering.schedule.cost import picoseconds
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.names import ORIGIN, known_names

_PIECES_PER_THREAD = 4
"""So many points for each thread even out what one of them takes longer."""


def uses_streams(op: Operation) -> bool:
    return any(isinstance(o.type, StreamType) for n in op.walk() for o in n.operands)


def has_threads(op: Operation) -> bool:
    """Whether a loop in `op` is on threads."""
    return any(isinstance(n, MapOp) and n.schedule.on_threads for n in op.walk())


@dataclass(frozen=True)
class ParallelizePass(ModulePass):
    """
    Distribute the first dimensions of each outermost map over threads, where that pays.

    Before:

    ```
    map [i = 0:N, j = 0:64] { ... }
    ```

    After, for two cores:

    ```
    map [i = 0:N] schedule(parallel if 1600 * N > 2000000) { map [j = 0:64] { ... } }
    ```

    The condition compares picoseconds: what one core needs (`cost.picoseconds`) must be worth the
    time to begin and end a loop on all threads. A map of one large dimension is cut into blocks.
    Dimensions whose points write the same elements stay sequential. A nest of which a loop is on
    threads already stays as it is. Needs `#sdfg.machine` on the module.
    """

    name = "sdfg-parallelize"

    start: int = -1
    """Nanoseconds to begin and end a loop on all threads; -1: those of the machine."""
    block: int = 4096
    """Points of a block of a map of one dimension."""

    def __post_init__(self) -> None:
        if self.start < -1 or self.block < 1:
            raise ValueError(
                f"{self.name}: start is at least -1 and block at least 1, "
                f"got {self.start} and {self.block}"
            )

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        machine = machine_of(op)
        if machine.fact("cores") < 2:
            return
        for state in [s for s in op.walk() if isinstance(s, StateOp)]:
            if isinstance(state.parent_op(), MapOp):
                continue
            for node in list(state.body.block.ops):
                if isinstance(node, MapOp) and node.schedule.kind.data in ("sequential", "simd"):
                    self.distribute(node, machine)

    def distribute(self, op: MapOp, machine: MachineAttr) -> None:
        total = picoseconds(op, machine)
        condition = self.condition(op, total, machine)
        if condition == symbolic.parse("false") or uses_streams(op) or has_threads(op):
            return
        blocked = {conflict.parameter for conflict in conflicts(op, op.param_names)}
        if any(isinstance(node, CallOp) for node in op.walk()):  # of which little is known
            blocked = {*op.param_names}
        leading = self.leading(op, blocked, total, machine)
        if leading == 0:
            return
        if leading == len(op.param_names) and op.schedule.kind.data == "simd":
            self.cut(op, condition)
        else:
            split(op, leading, ScheduleAttr("parallel", condition))

    def condition(self, op: MapOp, total: Expr, machine: MachineAttr) -> Expr:
        """What must hold for threads to pay that share `total` picoseconds of one core."""
        cores = machine.fact("cores")
        start = machine.fact("start_ns") if self.start < 0 else self.start
        least = symbolic.integer(1000 * start * cores // (cores - 1))
        # What the map itself computes is not known before it runs.
        total = symbolic.substitute(total, dict.fromkeys(inner_ranges(op), 1))
        if total.is_Integer:
            return symbolic.parse("true" if total > least else "false")
        return symbolic.greater(total, least)

    def leading(self, op: MapOp, blocked: set[str], total: Expr, machine: MachineAttr) -> int:
        """How many of the first dimensions to distribute: enough points for all threads."""
        points = 1
        count = 0
        simd = op.schedule.kind.data == "simd"
        last = len(op.param_names) - 1
        for position, (name, extent) in enumerate(zip(op.param_names, op.extents, strict=True)):
            if name in blocked or (simd and position == last and position > 0):
                break
            count = position + 1
            known = symbolic.constant(extent)
            points *= known if known is not None else 1
            if points >= machine.fact("cores") * _PIECES_PER_THREAD:
                if count > last or not self.is_uneven(total, points, machine):
                    break
        return count

    def is_uneven(self, total: Expr, points: int, machine: MachineAttr) -> bool:
        """Whether cores that have one point less than others wait longer than a loop costs."""
        cores = machine.fact("cores")
        time = symbolic.constant(total)
        idle = -points % cores / cores
        return time is not None and time / points * idle > 1000 * machine.fact("start_ns")

    def cut(self, op: MapOp, condition: Expr) -> None:
        """
        ```
        map [i = 0:N] simd { ... }
        -> map [ib = 0:N ceildiv 4096] parallel { map [i = 4096 * ib:min(N, ...)] simd { ... } }
        ```
        """
        *_, name = op.param_names
        *_, r = op.ranges.data
        size = symbolic.integer(self.block)
        block = symbolic.symbol_name(f"{name}b", known_names(op))
        start = r.start + symbolic.symbol(block) * size * r.step
        stop = symbolic.minimum(r.end, start + size * r.step)
        inner = Range(start, stop, r.step)
        op.attributes["ranges"] = SubsetAttr((*op.ranges.data[:-1], inner))
        outer = MapOp(
            [block],
            [Range.of(0, symbolic.ceil_div(r.extent, size))],
            schedule=ScheduleAttr("parallel", condition),
        )
        wrap(op, outer)


def split(op: MapOp, leading: int, schedule: ScheduleAttr) -> None:
    """
    ```
    map [i, j] { ... } -> map [i] parallel { map [j] { ... } }
    ```
    """
    names, ranges = op.param_names, op.ranges.data
    if leading == len(names):
        op.attributes["schedule"] = schedule
        return
    outer = MapOp(names[:leading], ranges[:leading], schedule=schedule)
    op.attributes["params"] = syntax.strings(names[leading:])
    op.attributes["ranges"] = SubsetAttr(ranges[leading:])
    wrap(op, outer)


def wrap(op: MapOp, outer: MapOp) -> None:
    """Put `op` into the body of `outer`, in its place; what made the nest is said there."""
    for key in ORIGIN:
        if key in op.attributes:
            outer.attributes[key] = op.attributes.pop(key)
    block = op.parent_block()
    assert block is not None
    block.insert_op_before(derived(outer, op), op)
    op.detach()
    outer.body.block.add_op(op)
