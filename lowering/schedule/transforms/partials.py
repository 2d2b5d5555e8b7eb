"""Partial results of a reduction, side by side in registers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import Float32Type, Float64Type, FloatAttr
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.transforms.distribute import numbered
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    around,
    chain_from,
    only_child,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.vector_tasklets import COMBINE, NEUTRAL, combined

Access = tuple[SSAValue, MemletAttr]


@dataclass(frozen=True)
class PartialsPass(Transformation):
    """
    Give each iteration of the inner loops of a reduction a partial result in registers.

    Before, and after `sdfg-partials{loops=v,c}`:

    ```
    map [o = 0:K] { map [v = 0:2, c = 0:8] { S[] wcr sum = A[16 * o + 8 * v + c] } }

    acc = alloc [2, 8] register
    map [v, c] { acc[v, c] = 0 }
    for [o = 0:K] { map [v, c] { acc[v, c] = acc[v, c] + A[16 * o + 8 * v + c] } }
    map [c] { S[] wcr sum = acc[0, c] + acc[1, c] }
    ```

    The order of a conflict resolution is open. Legal where the inner loops have constant sizes,
    the result moves with none of the loops, nothing else in them touches it, and the
    iterations of the outer loops may follow each other. What else the tasklet writes stays.
    """

    name = "sdfg-partials"

    loops: tuple[str, ...]
    """The innermost loops of the reduction; partial results of the last one stay apart longest."""
    most: int = 256
    """Partial results above which registers do not hold them."""

    def __post_init__(self) -> None:
        if not self.loops or self.most < 1:
            raise ValueError(f"{self.name}: name at least one loop, and most is at least 1")

    def rewrite(self, nest: Nest) -> None:
        names = [nest.name(n) for n in self.loops]
        done = 0
        for loop in nest.maps(self.loops[0]):
            chain = chain_from(loop)
            inner = [op for op in chain if isinstance(op, MapOp)]
            if [parameter(op) for op in chain] != names or len(inner) != len(chain):
                continue
            tasklet = only_child(inner[-1])
            if isinstance(tasklet, TaskletOp) and any(m.wcr for _, m in tasklet.output_accesses):
                self.split(nest, inner, tasklet)
                done += 1
        if not done:
            refuse(f"loops {', '.join(self.loops)} hold no reduction")

    def split(self, nest: Nest, inner: list[MapOp], tasklet: TaskletOp) -> None:
        extents = [symbolic.constant(range_of(op).extent) for op in inner]
        if any(e is None for e in extents):
            refuse("registers hold a constant number of partial results")
        count = math.prod(e for e in extents if e is not None)
        if count < 1:
            refuse("an inner loop has no iteration")
        if count > self.most:
            refuse(f"there are more than {self.most} partial results")
        reduced = [i for i, (_, m) in enumerate(tasklet.output_accesses) if m.wcr is not None]
        outer = around_reduction(nest, inner[0], tasklet, reduced)
        Partials(nest, outer, inner, tasklet, reduced).apply()


def around_reduction(
    nest: Nest, inner: MapOp, tasklet: TaskletOp, reduced: Sequence[int]
) -> list[MapOp]:
    """The maps around `inner` that combine into the same elements, outermost first."""
    chain: list[MapOp] = []
    symbols = {s for i in reduced for s in tasklet.output_accesses[i][1].symbols}
    top = inner
    while top not in nest.roots:
        parent = top.parent_op()
        if not isinstance(parent, MapOp) or only_child(parent) is not top:
            break
        if parameter(parent) in symbols:
            break
        chain.insert(0, parent)
        top = parent
    return chain


@dataclass
class Partials:
    """`map [outer] { map [inner] { tasklet } }` on its way to partial results."""

    nest: Nest
    outer: list[MapOp]
    inner: list[MapOp]
    tasklet: TaskletOp
    reduced: Sequence[int]
    """The outputs of the tasklet that all iterations combine."""

    def check(self) -> None:
        """Raises `Refused` where partial results would change what is computed."""
        loops = {parameter(op) for op in (*self.outer, *self.inner)}
        touched = [
            *(root(c) for c in self.tasklet.inputs),
            *(root(c) for c in self.tasklet.outputs),
        ]
        for index in self.reduced:
            container, memlet = self.tasklet.output_accesses[index]
            if memlet.wcr not in COMBINE or not memlet.subset.is_point:
                refuse(f"results combined by {memlet.wcr} have no partial results in registers")
            if not isinstance(self.value(index).type, Float32Type | Float64Type):
                refuse("partial results are floating-point numbers")
            if loops & memlet.symbols:
                refuse("the result moves with the loops")
            if touched.count(root(container)) > 1:
                refuse("the tasklet touches the result a second time")
        if self.tasklet.stored_outputs:
            refuse("the tasklet writes at indices that are data")
        names = {parameter(op) for op in self.inner}
        if any(symbolic.symbols_of(*range_of(op).exprs) & names for op in self.inner):
            refuse("the range of an inner loop depends on another")

    def value(self, index: int) -> SSAValue:
        return self.tasklet.yielded[list(self.tasklet.yielded_outputs).index(index)]

    def apply(self) -> None:
        self.check()
        shape = [range_of(op).extent for op in self.inner]
        accesses: dict[int, Access] = {}
        before: list[Operation] = []
        after: list[Operation] = []
        for index in self.reduced:
            element = self.value(index).type
            registers = AllocOp(ArrayType(shape, element, storage="register"), "acc")
            registers.result.name_hint = "acc"
            at = [numbered(parameter(op), range_of(op)) for op in self.inner]
            access = (registers.result, MemletAttr(SubsetAttr.points(at)))
            wcr = self.tasklet.output_accesses[index][1].wcr or ""
            before += [registers, *self.loop(self.inner, start(NEUTRAL[wcr], element, access))]
            after += self.finish(index, registers.result)
            accesses[index] = access
        body: list[Operation] = self.loop(self.inner, accumulated(self.tasklet, accesses))
        for op in reversed(self.outer):
            body = [ForOp(parameter(op), range_of(op), body)]
        ops = [*before, *body, *after]
        for op in ops:
            for inner in op.walk():
                derived(inner, self.tasklet)
        self.nest.replace((self.outer or self.inner)[0], ops)

    def loop(self, loops: Sequence[Loop], tasklet: TaskletOp) -> list[Operation]:
        return around([(parameter(op), range_of(op)) for op in loops], [tasklet])

    def finish(self, index: int, registers: SSAValue) -> list[Operation]:
        """Partial results combined pairwise along all loops but the last, then along the last."""
        container, memlet = self.tasklet.output_accesses[index]
        last = self.inner[-1]
        *rest, _ = (int(range_of(op).extent) for op in self.inner)
        points: list[list[int]] = [[]]
        for extent in rest:
            points = [[*p, k] for p in points for k in range(extent)]
        lane = numbered(parameter(last), range_of(last))
        reads: list[Access] = [
            (registers, MemletAttr(SubsetAttr.points([*map(symbolic.integer, p), lane])))
            for p in points
        ]
        element = self.value(index).type
        block = Block(arg_types=[element] * len(reads))
        values: list[SSAValue] = list(block.args)
        while len(values) > 1:
            pairs = [
                combined(memlet.wcr or "", *values[k : k + 2]) for k in range(0, len(values) - 1, 2)
            ]
            block.add_ops(pairs)
            left = values[len(pairs) * 2 :]
            values = [*(op.results[0] for op in pairs), *left]
        block.add_op(YieldOp(values[0]))
        tasklet = TaskletOp(reads, [(container, memlet)], Region(block))
        return self.loop([last], tasklet)


def start(value: float, element: Attribute, target: Access) -> TaskletOp:
    """`tasklet () -> (target) { yield value }`"""
    assert isinstance(element, Float32Type | Float64Type)
    block = Block()
    constant = arith.ConstantOp(FloatAttr(value, element))
    block.add_ops([constant, YieldOp(constant.result)])
    return TaskletOp([], [target], Region(block))


def accumulated(tasklet: TaskletOp, accesses: Mapping[int, Access]) -> TaskletOp:
    """`tasklet` that combines some outputs with registers instead of by a conflict resolution."""
    region = tasklet.body.clone()
    block = region.block
    last = block.last_op
    assert isinstance(last, YieldOp)
    inputs = list(tasklet.input_accesses)
    outputs = list(tasklet.output_accesses)
    for position, index in enumerate(tasklet.yielded_outputs):
        if index not in accesses:
            continue
        value = last.values[position]
        old = block.insert_arg(value.type, len(block.args))
        new = combined(outputs[index][1].wcr or "", old, value)
        new.location = last.location
        block.insert_op_before(new, last)
        last.operands[position] = new.results[0]
        inputs.append(accesses[index])
        outputs[index] = accesses[index]
    for op in list(block.ops):
        if isinstance(op, arith.MulfOp) and op.result.first_use is None:
            op.detach()
            op.erase()
    return TaskletOp(inputs, outputs, region)
