"""What a pass over a row loads at computed indices, loaded before it is summed up."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from xdsl.dialects import arith
from xdsl.ir import BlockArgument, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.ops.tasklet_body import AssertOp, LoadOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.nests import is_contiguous
from sdfg.lowering.schedule.transforms.distribute import numbered
from sdfg.lowering.schedule.transforms.gathers import is_number
from sdfg.lowering.schedule.transforms.nest import (
    LARGEST_PRIVATE,
    Nest,
    only_child,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.tasklets import Connector, Parts, rebuild


@dataclass(frozen=True)
class StageGathersPass(Transformation):
    """
    Let a loop that sums up what it loads at computed indices load it in a loop of its own first.

    Before, and after `sdfg-stage-gathers{loop=i}`:

    ```
    map [i = 0:N] { tasklet (%k = K[], %x = X[0:M, 0:N]) -> (S[] wcr sum) { exp(load %x[%k, i]) } }

    row = alloc [N] stack
    map [i = 0:N] { tasklet (%k = K[], %x = X[0:M, 0:N]) -> (row[i]) { load %x[%k, i] } }
    map [i = 0:N] { tasklet (%v = row[i]) -> (S[] wcr sum) { exp(%v) } }
    ```

    The second loop then computes on numbers that lie side by side, as other sums do. What the loop
    writes in any case is read from there. Checks of indices stay with the loads. Refused where no
    such loop sums up numbers that it loads, and where a row has no constant size.
    """

    name = "sdfg-stage-gathers"

    loop: str
    """An innermost loop."""

    def rewrite(self, nest: Nest) -> None:
        found = [(loop, op) for loop in nest.maps(self.loop) if (op := gathering_sum(loop))]
        if not found:
            refuse(f"loop {self.loop} sums up nothing that it loads at computed indices")
        if any(loop in nest.roots for loop, _ in found):
            refuse("the loop is the whole nest")
        for loop, tasklet in found:
            split(loop, tasklet)


def gathering_sum(loop: MapOp) -> TaskletOp | None:
    """The tasklet of an innermost loop that combines what it loads at computed indices."""
    tasklet = only_child(loop)
    if not isinstance(tasklet, TaskletOp) or tasklet.stored_outputs:
        return None
    combines = any(memlet.wcr is not None for memlet in tasklet.writes)
    return tasklet if combines and any(loads(tasklet)) else None


def loads(tasklet: TaskletOp) -> Iterator[LoadOp]:
    return (op for op in tasklet.body.block.ops if isinstance(op, LoadOp))


def split(loop: MapOp, tasklet: TaskletOp) -> None:
    """Put the loads into a loop before what is summed up."""
    parts = Parts.of(tasklet)
    summed = [c for c in parts.outputs if c.memlet.wcr is not None]
    written = [c for c in parts.outputs if c.memlet.wcr is None]
    readable = [c for c in written if is_readable(c, parts, parameter(loop))]
    places = {c.value: c for c in reversed(readable)}
    found = Needed(places.keys())
    for connector in summed:
        found.visit(connector.value)
    if not written and not found.values:
        refuse("what the loop sums up is not what it loads")
    changed = {root(c.container) for c in written}
    if any(root(tasklet.inputs[a.index]) in changed for a in found.arguments):
        refuse("the loop writes over what it sums up")
    new = {value: staged(loop, value) for value in found.values if value not in places}
    places |= new
    follow(loop, tasklet, found.values, places)
    rebuild(tasklet, parts.inputs, [*written, *new.values()])


def is_readable(connector: Connector, parts: Parts, name: str) -> bool:
    """Whether what is written holds the value of each iteration after the loop."""
    base = root(connector.container)
    others = [c for c in (*parts.inputs, *parts.outputs) if c is not connector]
    alone = all(root(c.container) is not base for c in others)
    return alone and is_contiguous(connector.container, connector.memlet, name)


@dataclass
class Needed:
    """What a sum needs of what comes before it in the body."""

    written: Collection[SSAValue]
    """Values that can be read again in any case."""
    values: list[SSAValue] = field(default_factory=list[SSAValue])
    """Those to read: loaded numbers, and what was computed of them and written."""
    arguments: list[BlockArgument] = field(default_factory=list[BlockArgument])

    def visit(self, value: SSAValue) -> None:
        if value in self.values or value in self.arguments:
            return
        if isinstance(value, BlockArgument):
            self.arguments.append(value)
        elif isinstance(value.owner, arith.ConstantOp):
            return
        elif value in self.written or isinstance(value.owner, LoadOp):
            if not is_number(value):
                refuse("what is summed up depends on loaded integers")
            self.values.append(value)
        else:
            assert isinstance(value.owner, Operation)
            for operand in value.owner.operands:
                self.visit(operand)


def staged(loop: MapOp, value: SSAValue) -> Connector:
    """A row on the stack for a value of each iteration."""
    extent = symbolic.constant(range_of(loop).extent)
    if extent is None or extent > LARGEST_PRIVATE:
        refuse("the stack holds rows of a constant size")
    row = AllocOp(ArrayType([range_of(loop).extent], value.type, storage="stack"), "row")
    row.result.name_hint = "row"
    block = loop.parent_block()
    assert block is not None
    block.insert_op_before(derived(row, loop), loop)
    at = SubsetAttr.points([numbered(parameter(loop), range_of(loop))])
    return Connector(row.result, MemletAttr(at), value)


def follow(
    loop: MapOp, tasklet: TaskletOp, values: list[SSAValue], places: dict[SSAValue, Connector]
) -> None:
    """The loop behind `loop` that combines, from `values` that it reads at `places`."""
    copies: dict[SSAValue, SSAValue] = {}
    second = tasklet.clone(copies)
    block = second.body.block
    after = MapOp([parameter(loop)], [range_of(loop)], [second])
    derived(after, loop)
    around = loop.parent_block()
    assert around is not None
    around.insert_op_after(after, loop)
    parts = Parts.of(second)
    inputs = list(parts.inputs)
    read: dict[SSAValue, SSAValue] = {}
    for value in values:
        argument = block.insert_arg(value.type, len(block.args))
        copies[value].replace_all_uses_with(argument)
        read[copies[value]] = argument
        place = places[value]
        inputs.append(Connector(place.container, place.memlet, argument))
    for op in [op for op in block.ops if isinstance(op, AssertOp)]:
        op.detach()
        op.erase()
    summed = [c for c in parts.outputs if c.memlet.wcr is not None]
    outputs = [replace(c, value=read.get(c.value, c.value)) for c in summed]
    rebuild(second, inputs, outputs)
