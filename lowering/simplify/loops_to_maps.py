"""Loops that only combine values, in whatever order, become maps."""

from dataclasses import dataclass, replace

from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect.analysis.containers import root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.tasklets import Connector, Parts, rebuild

RESOLUTIONS: dict[type[Operation], str] = {
    arith.MaximumfOp: "max",
    arith.MinimumfOp: "min",
    arith.MaxnumfOp: "maxnum",
    arith.MinnumfOp: "minnum",
    arith.MaxSIOp: "max",
    arith.MinSIOp: "min",
    arith.MaxUIOp: "maxui",
    arith.MinUIOp: "minui",
    arith.AddiOp: "sum",
    arith.MuliOp: "product",
    arith.AndIOp: "and",
    arith.OrIOp: "or",
    arith.XOrIOp: "xor",
}
"""
The conflict resolution that an operation is. Sums and products of floating point are none: their
result depends on the order.
"""


@dataclass(frozen=True)
class LoopsToMapsPass(ModulePass):
    """
    Turn a loop that combines values in an order that does not count into a map.

    ```
    sdfg.for [r = 0:N] {                              sdfg.map [r = 0:N] {
      sdfg.tasklet (%a = %x[r], %m = %s[]) -> (%s[])    sdfg.tasklet (%a = %x[r]) -> (%s[] wcr max)
        %0 = arith.maximumf %a, %m               ->       sdfg.yield %a
        sdfg.yield %0                                 }
    }
    ```

    Linear.
    """

    name = "sdfg-loops-to-maps"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for loop in list(op.walk()):
            if isinstance(loop, ForOp):
                tasklet = loop.body.block.first_op
                if isinstance(tasklet, TaskletOp) and tasklet.next_op is None:
                    rewrite(loop, tasklet)


def rewrite(loop: ForOp, tasklet: TaskletOp) -> bool:
    """Replace `loop`, which holds only `tasklet`, if it is a combination in any order."""
    parts = Parts.of(tasklet)
    combined = [combination(c, parts, loop.param) for c in parts.outputs]
    found = [c for c in combined if c is not None]
    if len(found) < len(combined):
        return False
    accumulators = {id(c.accumulator) for c in found}
    inputs = [c for c in parts.inputs if id(c) not in accumulators]
    written = {root(c.container) for c in parts.outputs}
    if len(accumulators) < len(found) or any(root(c.container) in written for c in inputs):
        return False
    outputs = [
        replace(c, value=f.value, memlet=MemletAttr(c.memlet.subset, f.resolution))
        for c, f in zip(parts.outputs, found, strict=True)
    ]
    new = rebuild(tasklet, inputs, outputs)
    new.detach()
    Rewriter.insert_op(
        derived(MapOp([loop.param], [loop.range], [new]), loop), InsertPoint.before(loop)
    )
    Rewriter.erase_op(loop)
    return True


@dataclass(frozen=True)
class Combination:
    """`accumulator` becomes `accumulator resolution value`."""

    accumulator: Connector
    value: SSAValue
    resolution: str


def combination(output: Connector, parts: Parts, param: str) -> Combination | None:
    """How an output combines a value with what it held in the iteration before."""
    if output.stored or output.memlet.wcr is not None or param in output.memlet.symbols:
        return None
    if not output.memlet.subset.is_point or not isinstance(output.container.type, ArrayType):
        return None
    owner = output.value.owner
    resolution = RESOLUTIONS.get(type(owner)) if isinstance(owner, Operation) else None
    if resolution is None or not isinstance(owner, Operation) or not output.value.has_one_use():
        return None
    for accumulator in parts.inputs:
        same = accumulator.container is output.container
        if not same or accumulator.memlet.subset != output.memlet.subset:
            continue
        if accumulator.value in owner.operands and accumulator.value.has_one_use():
            (value,) = (v for v in owner.operands if v is not accumulator.value)
            return Combination(accumulator, value, resolution)
    return None
