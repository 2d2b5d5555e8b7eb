"""How long a map takes on one core, symbolically, from the facts of the machine."""

from collections.abc import Iterator

from xdsl.dialects import arith, math
from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.cost import Cost
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.ops.control import ForOp, IfOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import ConsumeOp, MapOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr

_CHEAP_FUNCTIONS = (math.AbsFOp, math.FmaOp, math.FloorOp, math.CeilOp, math.CopySignOp)
_FUNCTION, _DIVISION = 20, 5
"""Instructions of a function like `exp`, and of a division or a square root."""


def picoseconds(op: Operation, machine: MachineAttr) -> Expr:
    """
    About how long `op` takes on one core: its instructions, and the bytes that it must move through
    the cache that the cores share, since another core may have written them or will read them.
    """
    lane = 2000 // machine.fact("core_gflops")  # a fused multiply-add is two operations
    byte = 1000 // machine.fact("core_gbytes")
    lanes = machine.fact("vector_bytes") // 4
    return symbolic.expanded(lane * work(op, lanes) + byte * Cost.of(op).bytes)


def work(op: Operation, lanes: int = 1) -> Expr:
    """
    About how many instructions `op` runs, times `lanes`: those of a map in vector lanes do `lanes`
    points at once, so that each point of it counts one.

    Memory accesses count as one instruction each, loops whose trip count is data count once, and
    all points of a map like the last. Linear in the number of nodes.
    """
    match op:
        case MapOp():
            largest = {n: r.end - 1 for n, r in zip(op.param_names, op.ranges.data, strict=True)}
            inner = 1 if op.schedule.kind.data == "simd" else lanes
            return symbolic.product(op.extents) * symbolic.substitute(body_work(op, inner), largest)
        case ForOp():
            largest = {op.param: op.range.end - 1}
            return op.range.extent * symbolic.substitute(body_work(op, lanes), largest)
        case TaskletOp():
            total = len(op.inputs) + len(op.outputs) - 1 + sum(instructions(op))
            return symbolic.integer(lanes * total)
        case CopyOp():
            return 2 * op.read.subset.volume
        case LibraryOp() | IfOp() | ConsumeOp():
            return symbolic.integer(lanes)
        case _:
            return symbolic.integer(0)


def instructions(tasklet: TaskletOp) -> Iterator[int]:
    """About how many instructions each operation of a tasklet becomes."""
    for op in tasklet.body.block.ops:
        if isinstance(op, arith.DivfOp | math.SqrtOp):
            yield _DIVISION
        elif op.dialect_name() == "math" and not isinstance(op, _CHEAP_FUNCTIONS):
            yield _FUNCTION
        else:
            yield 1


def body_work(op: Operation, lanes: int) -> Expr:
    """The work of one run of the body."""
    total = symbolic.integer(0)
    for region in op.regions:
        for block in region.blocks:
            for node in block.ops:
                total = total + work(node, lanes)
    return total
