"""
How much a map does, as a symbolic number of scalar or vector operations.

A measure of time, for thresholds: what moves integers takes some as well, and a vector operation no
more than a scalar one. `analysis.cost` counts what the program asks for instead, whatever runs it:
floating point operations and bytes.
"""

from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.ops.control import ForOp, IfOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import ConsumeOp, MapOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr


def work(op: Operation) -> Expr:
    """
    About how many operations `op` runs, memory accesses counted as one each.

    Loops whose trip count is data count once, and all points of a map like the last. Linear in the
    number of nodes.
    """
    match op:
        case MapOp():
            largest = {n: r.end - 1 for n, r in zip(op.param_names, op.ranges.data, strict=True)}
            return symbolic.product(op.extents) * symbolic.substitute(body_work(op), largest)
        case ForOp():
            largest = {op.param: op.range.end - 1}
            return op.range.extent * symbolic.substitute(body_work(op), largest)
        case TaskletOp():
            ops = sum(1 for _ in op.body.block.ops)
            return symbolic.integer(ops + len(op.inputs) + len(op.outputs) - 1)
        case CopyOp():
            return 2 * op.read.subset.volume
        case LibraryOp() | IfOp() | ConsumeOp():
            return symbolic.integer(1)
        case _:
            return symbolic.integer(0)


def body_work(op: Operation) -> Expr:
    """The work of one run of the body."""
    total = symbolic.integer(0)
    for region in op.regions:
        for block in region.blocks:
            for node in block.ops:
                total = total + work(node)
    return total
