"""Results of a reduction held in registers while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import AnyFloat
from xdsl.ir import Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.conflicts import conflicts
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.nests import is_contiguous
from sdfg.lowering.schedule.transforms.distribute import numbered
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    around,
    chain_from,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.vector_tasklets import COMBINE, is_vectorizable, move_tasklet
from sdfg.lowering.simplify.rewriting import set_memlet


@dataclass(frozen=True)
class AccumulatePass(Transformation):
    """
    Hold the results of a reduction in registers; its loops move outwards and follow each other.

    Before, and after `sdfg-accumulate{loops=i,j}`:

    ```
    map [i = 0:4, j = 0:8] { C[i, j] = 0 }
    map [i = 0:4, j = 0:8] { map [k = 0:K] { C[i, j] += A[i, k] * B[k, j] } }

    acc = alloc [4, 8] register
    map [i = 0:4, j = 0:8] { acc[i, j] = 0 }
    for [k = 0:K] { map [i = 0:4, j = 0:8] { acc[i, j] = fma(A[i, k], B[k, j], acc[i, j]) } }
    map [i = 0:4, j = 0:8] { C[i, j] = acc[i, j] }
    ```

    The registers begin with what initialises the result just before, or with the result itself;
    then loops around that combine into the same result follow each other, too. A result that is
    not contiguous along the last loop is written through a tile on the stack. Legal where the
    result is an element per point of `loops`, of constant size, and nothing else in the reduction
    touches it. The order of a conflict resolution is open, and so are its roundings: products that
    are summed become fused multiply-adds.
    """

    name = "sdfg-accumulate"

    loops: tuple[str, ...]
    """The loops that each have a result of their own: a perfect nest, around the reduction."""

    def rewrite(self, nest: Nest) -> None:
        names = [nest.name(n) for n in self.loops]
        done = 0
        for top in nest.maps(self.loops[0]):
            chain = chain_from(top)
            if [parameter(op) for op in chain[: len(names)]] != names:
                continue
            reduction = Reduction.of(chain[: len(names)], chain[len(names) :])
            if reduction is not None:
                reduction.accumulate(nest)
                done += 1
        if not done:
            refuse(f"no reduction stands in the loops {', '.join(self.loops)}")


@dataclass
class Reduction:
    """`map [points...] { map [reduced...] { C[points] op= body } }`"""

    points: list[MapOp]
    reduced: list[MapOp]
    body: TaskletOp
    container: SSAValue
    memlet: MemletAttr

    @classmethod
    def of(cls, points: Sequence[Loop], reduced: Sequence[Loop]) -> "Reduction | None":
        """The reduction in perfectly nested loops, or None."""
        if not reduced or not all(isinstance(op, MapOp) for op in (*points, *reduced)):
            return None
        maps = [op for op in reduced if isinstance(op, MapOp)]
        body = maps[-1].body.block.first_op
        if not isinstance(body, TaskletOp) or body.next_op is not None or len(body.outputs) != 1:
            return None
        memlet = body.output_accesses[0][1]
        if memlet.wcr is None or memlet.wcr not in COMBINE or not memlet.subset.is_point:
            return None
        return cls(
            [op for op in points if isinstance(op, MapOp)], maps, body, body.outputs[0], memlet
        )

    def check(self) -> None:
        """Raises `Refused` where registers cannot hold the results."""
        element = self.body.yielded[0].type
        if not isinstance(element, AnyFloat):
            refuse(f"registers accumulate floating-point numbers, got {element}")
        if {parameter(op) for op in self.reduced} & self.memlet.symbols:
            refuse("the result moves with the loops of the reduction")
        if missing := {parameter(op) for op in self.points} - self.memlet.symbols:
            refuse(f"the result does not move with {', '.join(sorted(missing))}")
        if any(root(c) is root(self.container) for c in self.body.inputs):
            refuse("the reduction reads its own result")
        if any(not range_of(op).extent.is_Integer for op in self.points):
            refuse("registers hold a constant number of results")
        names = {parameter(op) for op in self.points}
        if any(symbolic.symbols_of(*range_of(op).exprs) & names for op in self.reduced):
            refuse("a range of the reduction depends on the point")

    def accumulate(self, nest: Nest) -> None:
        self.check()
        derived(self.body, self.body)  # before the loops around give it their place
        element = self.body.yielded[0].type
        shape = [range_of(op).extent for op in self.points]
        registers = AllocOp(ArrayType(shape, element, storage="register"), "acc")
        registers.result.name_hint = "acc"
        index = [numbered(parameter(op), range_of(op)) for op in self.points]
        at = MemletAttr(SubsetAttr.points(index))
        access = (registers.result, at)
        start = self.start(nest, access)
        loops = self.loops(access)
        ops: list[Operation] = [registers, *start, *loops, *self.finish(access)]
        for op in ops:
            derived(op, self.body)
        nest.replace(self.points[0], ops)

    def start(self, nest: Nest, access: tuple[SSAValue, MemletAttr]) -> list[Operation]:
        """What brings the first value into the registers."""
        before = self.points[0].prev_op
        init = initialisation(before, self.points, (self.container, self.memlet))
        if init is not None:
            assert isinstance(before, MapOp)
            set_memlet(init, len(init.inputs), *access)
            if before in nest.roots:
                nest.roots.remove(before)
            before.detach()
            return [before]
        for op in self.points:
            if meet(op, self.body):
                refuse(f"iterations of {parameter(op)} may combine into the same result")
        follow_each_other(nest, self.points[0], self.body)
        source = (self.container, MemletAttr(self.memlet.subset))
        return self.wrapped(move_tasklet(source, access, self.body.yielded[0].type))

    def loops(self, access: tuple[SSAValue, MemletAttr]) -> list[Operation]:
        """The reduction, point loops innermost: points of a map must not share the registers."""
        ops: list[Operation] = self.wrapped(combining(self.body, access, self.memlet.wcr or ""))
        for op in reversed(self.reduced):
            ops = [ForOp(parameter(op), range_of(op), ops)]
        return ops

    def finish(self, access: tuple[SSAValue, MemletAttr]) -> list[Operation]:
        """What brings the results to where they belong."""
        element = self.body.yielded[0].type
        target = (self.container, MemletAttr(self.memlet.subset))
        if is_contiguous(*target, parameter(self.points[-1])):
            return self.wrapped(move_tasklet(access, target, element))
        kind = array_type(access[0])
        tile = AllocOp(ArrayType(kind.dims, element, storage="stack"), "tile")
        tile.result.name_hint = "tile"
        between = (tile.result, access[1])
        spill = self.wrapped(move_tasklet(access, between, element))
        return [tile, *spill, *self.wrapped(move_tasklet(between, target, element))]

    def wrapped(self, tasklet: TaskletOp) -> list[Operation]:
        return around([(parameter(op), range_of(op)) for op in self.points], [tasklet])


def meet(op: MapOp, tasklet: TaskletOp) -> bool:
    """Whether two iterations of a map around `tasklet` may combine into the same element."""
    return any(found.op is tasklet for found in conflicts(op, op.param_names))


def follow_each_other(nest: Nest, op: Operation, tasklet: TaskletOp) -> None:
    """Make maps around `op` whose iterations meet loops: each goes on from where the last ended."""
    while op not in nest.roots:
        parent = op.parent_op()
        assert parent is not None
        op = parent
        if not isinstance(op, MapOp) or not meet(op, tasklet):
            continue
        if op in nest.roots:
            refuse("the outermost loop combines into the same result")
        loop = ForOp(parameter(op), range_of(op), op.detach_region(0))
        op.add_region(Region(Block()))
        nest.replace(op, [loop])
        op = loop


def initialisation(
    before: Operation | None, points: list[MapOp], target: tuple[SSAValue, MemletAttr]
) -> TaskletOp | None:
    """The one tasklet of `before` if it gives the result its first value, in lanes as well."""
    if not isinstance(before, MapOp):
        return None
    chain = chain_from(before)
    if [(parameter(op), range_of(op)) for op in chain] != [
        (parameter(op), range_of(op)) for op in points
    ]:
        return None
    init = chain[-1].body.block.first_op
    if not isinstance(init, TaskletOp) or init.next_op is not None:
        return None
    if len(init.outputs) != 1 or init.stored_outputs or not is_vectorizable(init):
        return None
    container, memlet = init.output_accesses[0]
    if container is not target[0] or memlet.subset != target[1].subset or memlet.wcr is not None:
        return None
    inner = parameter(points[-1])
    for source, read in init.input_accesses:
        if inner in read.symbols and not is_contiguous(source, read, inner):
            return None
    return init


def combining(
    tasklet: TaskletOp, accumulator: tuple[SSAValue, MemletAttr], resolution: str
) -> TaskletOp:
    """`tasklet`, combined with what the accumulator holds, instead of a conflict resolution."""
    region = tasklet.body.clone()
    block: Block = region.block
    last = block.last_op
    assert isinstance(last, YieldOp)
    value = last.values[0]
    old = block.insert_arg(value.type, len(block.args))
    product = value.owner
    if resolution == "sum" and isinstance(product, arith.MulfOp):
        new: Operation = math.FmaOp(product.lhs, product.rhs, old)
    else:
        new = COMBINE[resolution](old, value)  # pyright: ignore[reportCallIssue]
    new.location = last.location
    block.insert_op_before(new, last)
    last.operands[0] = new.results[0]
    if isinstance(product, arith.MulfOp) and product.result.first_use is None:
        product.detach()
        product.erase()
    return TaskletOp([*tasklet.input_accesses, accumulator], [accumulator], region)
