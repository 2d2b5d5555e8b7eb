"""Tasklets of an innermost loop on vectors."""

from dataclasses import dataclass, field, replace

from xdsl.dialects import vector
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, in_registers
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.nests import is_contiguous, rises, stride
from sdfg.lowering.schedule.transforms.gathers import gathered, is_gather, is_number
from sdfg.lowering.schedule.transforms.nest import Nest, nodes, parameter, range_of, refuse
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.vector_tasklets import (
    REDUCE,
    Lanes,
    VectorBody,
    is_vectorizable,
)
from sdfg.lowering.simplify.rewriting import rename, retype, set_memlet, substitute


@dataclass(frozen=True)
class VectorizePass(Transformation):
    """
    Let an innermost loop step in vectors of `lanes` numbers.

    Before, and after `sdfg-vectorize{loop=i lanes=8 into=v}`:

    ```
    map [i = 0:16] { acc[i] = fma(A[k], B[k, i], acc[i]) }

    map [v = 0:2] { acc[v] = fma(broadcast A[k], B[k, 8 * v:8 * v + 8], acc[v]) }
    ```

    A container in registers that the loop indexes holds vectors from then on. Fewer lanes are used
    where the loop is shorter, down to one. With `masked` a loop may be no multiple of them: the
    last vector has lanes that are no iteration, which are neither loaded nor stored nor combined.
    After `sdfg-vectorize{loop=i lanes=8 into=v masked=true}` of a loop of 11 iterations:

    ```
    map [v = 0:1] { B[8 * v:8 * v + 8] = f(A[8 * v:8 * v + 8]) }
    map [v = 1:2] { B[8 * v:8 * v + 3] = f(A[8 * v:8 * v + 3]) }
    ```

    What is loaded at computed indices (a gather) is loaded lane by lane. Legal for maps of tasklets
    that compute on f32 or f64 alone, indices aside, and write side by side; a loop whose tasklets
    are not like that stays as it is, unless registers tie it to one that is. With one lane and no
    name for it, a loop of one iteration goes away: the tile of a machine without vectors.
    """

    name = "sdfg-vectorize"

    loop: str
    """The loop to step in vectors."""
    lanes: int
    """Numbers in a vector."""
    into: str = "vec"
    """Name of the loop over vectors; without one it must be one vector, and there is no loop."""
    masked: bool = False
    """Whether the last vector may have lanes that are no iteration."""

    def __post_init__(self) -> None:
        if self.lanes < 1:
            raise ValueError(f"{self.name}: lanes are at least 1, got {self.lanes}")

    def rewrite(self, nest: Nest) -> None:
        leaves = [op for op in nest.maps(self.loop) if nodes(op)]
        wide = [op for op in leaves if self.fits(nest, op)]
        if not wide:
            refuse(f"no loop {self.loop} holds tasklets that work on vectors")
        steps = {op: self.steps(nest, op) if op in wide else Steps.alone(op) for op in leaves}
        if not self.into and any(self.steps(nest, op).vectors != 1 for op in leaves):
            refuse(f"loop {self.loop} is more than one vector")
        if not self.into and any(op in nest.roots for op in leaves):
            refuse(f"loop {self.loop} is the outermost one")
        into = nest.define(self.into) if self.into else ""
        name = nest.name(self.loop)
        registers = Registers(name, single=not self.into, numbers=self.lanes == 1)
        for op in leaves:
            registers.visit(op, steps[op])
        registers.retype()
        for op in leaves:
            if op in wide:
                self.widen(nest, op, steps[op], into, registers)
            elif into and registers.ties(op):
                rename(op, {name: into})

    def steps(self, nest: Nest, op: MapOp) -> "Steps":
        """The vectors of a loop: it has as many lanes as iterations, if those are fewer."""
        extent = nest.count(op) if self.masked else range_of(op).extent
        known = symbolic.constant(extent)
        count = self.lanes
        if known is not None and known < self.lanes:
            known = max(known, 1)
            count = 1 << ((known - 1 if self.masked else known // 2).bit_length())
        return Steps(extent, count)

    def fits(self, nest: Nest, op: MapOp) -> bool:
        steps = self.steps(nest, op)
        if self.lanes == 1:
            numbers = not self.into and steps.extent == 1
            return numbers and all(isinstance(n, TaskletOp) for n in nodes(op))
        known = steps.is_whole and symbolic.constant(steps.extent) is not None
        if not (self.masked or known) or range_of(op).step != 1 or steps.count == 1:
            return False
        name, whole = parameter(op), steps.is_whole
        if symbolic.constant(steps.extent) is None and any(map(combines, nodes(op))):
            return False
        return all(isinstance(n, TaskletOp) and has_lanes(n, name, whole) for n in nodes(op))

    def widen(
        self, nest: Nest, op: MapOp, steps: "Steps", into: str, registers: "Registers"
    ) -> None:
        """Let a loop step in vectors; the last one stands alone where it is not whole."""
        if steps.is_whole:
            return widen(op, steps, into, registers)
        if steps.whole != 0:
            first = op.clone()
            block = op.parent_block()
            assert block is not None
            block.insert_op_before(derived(first, op), op)
            if op in nest.roots:
                nest.roots.insert(nest.roots.index(op), first)
            widen(first, replace(steps, last=False), into, registers)
        widen(op, replace(steps, last=True), into, registers)


@dataclass(frozen=True)
class Steps:
    """A loop of `extent` iterations in vectors of `count` lanes, or a part of them."""

    extent: Expr
    count: int
    last: bool | None = None
    """The vector that is not whole alone, or all others alone; None for both."""

    @classmethod
    def alone(cls, op: MapOp) -> "Steps":
        """One iteration after the other."""
        return cls(range_of(op).extent, 1)

    @property
    def whole(self) -> Expr:
        """Vectors of which each lane is an iteration."""
        return symbolic.FloorDiv(self.extent, symbolic.integer(self.count))

    @property
    def vectors(self) -> Expr:
        return symbolic.ceil_div(self.extent, symbolic.integer(self.count))

    @property
    def is_whole(self) -> bool:
        """Whether each lane of each vector is an iteration."""
        return symbolic.Mod(self.extent, symbolic.integer(self.count)) == 0

    @property
    def range(self) -> Range:
        """The vectors that are meant."""
        start = self.whole if self.last else 0
        return Range.of(start, self.whole if self.last is False else self.vectors)

    @property
    def some(self) -> Expr | None:
        """How many lanes of these vectors are iterations, if not all are."""
        return symbolic.Mod(self.extent, symbolic.integer(self.count)) if self.last else None


def has_lanes(tasklet: TaskletOp, name: str, whole: bool) -> bool:
    """Whether the points of a loop can be lanes of one tasklet; all of them, where not `whole`."""
    gathers = whole and is_gather(tasklet, name)
    if not (gathers or is_vectorizable(tasklet)) or tasklet.stored_outputs:
        return False
    accessed = (*tasklet.input_accesses, *tasklet.output_accesses)
    if gathers and any(in_registers(c) and name in m.symbols for c, m in accessed):
        return False
    for container, memlet in tasklet.output_accesses:
        if is_combined(memlet, name) and not gathers:
            continue
        side_by_side = in_registers(container) or is_contiguous(container, memlet, name)
        if name not in memlet.symbols or memlet.wcr is not None or not side_by_side:
            return False
    accesses = zip(tasklet.body.block.args, tasklet.input_accesses, strict=True)
    return all(readable(*access, name) for argument, access in accesses if is_number(argument))


def combines(tasklet: Operation) -> bool:
    """Whether a tasklet combines what it yields with what is there."""
    return isinstance(tasklet, TaskletOp) and any(m.wcr for _, m in tasklet.output_accesses)


def is_combined(memlet: MemletAttr, name: str) -> bool:
    """Whether all lanes combine into one element."""
    return memlet.wcr in REDUCE and memlet.subset.is_point and name not in memlet.symbols


def readable(container: SSAValue, memlet: MemletAttr, name: str) -> bool:
    if not memlet.subset.is_point:
        return False
    if name not in memlet.symbols or in_registers(container):
        return True
    moving = [r for r in memlet.ranges if name in symbolic.symbols_of(*r.exprs)]
    step = stride(container, memlet, name)
    return len(moving) == 1 and step is not None and rises(moving[0], name)


@dataclass
class Registers:
    """The containers in registers whose last dimension a loop indexes."""

    name: str
    single: bool
    """Whether the loop is one vector, and no dimension of them any more."""
    numbers: bool
    """Whether a vector is one number everywhere."""
    lanes: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])

    def visit(self, op: MapOp, steps: Steps) -> None:
        """Note the containers that a loop indexes, which is to step in vectors."""
        for tasklet in [o for o in op.walk() if isinstance(o, TaskletOp)]:
            for container, memlet in (*tasklet.input_accesses, *tasklet.output_accesses):
                if not in_registers(container) or self.name not in memlet.symbols:
                    continue
                last = memlet.ranges[-1]
                if last != Range(symbolic.symbol(self.name)):
                    refuse(f"registers are indexed by {last}")
                if not steps.is_whole and array_type(container).dims[-1] != steps.extent:
                    refuse("the last vector of the loop would take more of registers than is its")
                if self.lanes.setdefault(container, steps.count) != steps.count:
                    refuse(f"one of the loops {self.name} that share registers does not vectorize")

    def ties(self, op: MapOp) -> bool:
        """Whether a loop indexes registers, so that it steps as others do."""
        accessed = {o for t in op.walk() if isinstance(t, TaskletOp) for o in t.operands}
        return not accessed.isdisjoint(self.lanes)

    def retype(self) -> None:
        """Let them hold vectors."""
        changed: dict[SSAValue, int] = {}
        for container, count in self.lanes.items():
            owner = container.owner
            assert isinstance(owner, AllocOp)
            kind = array_type(container)
            if count == 1 and not (self.single and self.numbers):
                changed[container] = 1
                continue
            wide = Lanes("", symbolic.integer(0), count).type(kind.element_type)
            vectors = symbolic.ceil_div(kind.dims[-1], symbolic.integer(count))
            last = () if self.single else (vectors,)
            new = ArrayType((*kind.dims[:-1], *last), wide, storage="register")
            changed[retype(container, new)] = count
        self.lanes = changed


def widen(op: MapOp, steps: Steps, into: str, registers: Registers) -> None:
    """Let the loop `op` step in vectors; without `into` it goes away."""
    name = parameter(op)
    over = range_of(op)
    if into:
        rename(op, {name: into})
    at = symbolic.symbol(into) if into else symbolic.integer(0)
    lanes = Lanes(into or name, over.start + at * steps.count, steps.count, steps.some)
    for tasklet in list(op.body.block.ops):
        assert isinstance(tasklet, TaskletOp)
        if steps.count == 1:
            settle(tasklet, name, over.start, registers)
            continue
        new = widened(tasklet, lanes, registers)
        op.body.block.insert_op_before(derived(new, tasklet), tasklet)
        tasklet.detach()
        tasklet.erase()
    if not into:
        block = op.parent_block()
        assert block is not None
        for tasklet in list(op.body.block.ops):
            tasklet.detach()
            block.insert_op_before(tasklet, op)
        op.detach()
        op.erase()
        return
    op.attributes["ranges"] = SubsetAttr((steps.range,))


def settle(tasklet: TaskletOp, name: str, at: Expr, registers: Registers) -> None:
    """Let `tasklet` be for the one iteration that a loop has."""
    substitute(tasklet, {name: at})
    accesses = (*tasklet.input_accesses, *tasklet.output_accesses)
    for index, (container, memlet) in enumerate(accesses):
        if container in registers.lanes:
            subset = SubsetAttr(memlet.ranges[:-1])
            set_memlet(tasklet, index, container, MemletAttr(subset, memlet.resolution.data))


def widened(tasklet: TaskletOp, lanes: Lanes, registers: Registers) -> TaskletOp:
    """`tasklet` on vectors."""
    if not is_vectorizable(tasklet):
        return gathered(tasklet, lanes)

    def access(container: SSAValue, memlet: MemletAttr) -> tuple[SSAValue, MemletAttr]:
        if container not in registers.lanes:
            return container, lanes.memlet(memlet)
        if not registers.single:
            return container, memlet
        return container, MemletAttr(SubsetAttr(memlet.ranges[:-1]), memlet.resolution.data)

    inputs = [access(*a) for a in tasklet.input_accesses]
    outputs = [access(*a) for a in tasklet.output_accesses]
    block = Block(
        arg_types=[kind_of(a, i, lanes, registers) for a, i in arguments(tasklet, inputs)]
    )
    body = VectorBody(lanes, block, {})
    for old, new in zip(tasklet.body.block.args, block.args, strict=True):
        new.name_hint = old.name_hint
        wide = lanes.type(old.type)
        body.values[old] = (
            new if new.type == wide else body.add(vector.BroadcastOp(new, wide))  # pyright: ignore
        )
    *ops, last = tasklet.body.block.ops
    body.clone(ops)
    assert isinstance(last, YieldOp)
    results: list[SSAValue] = []
    for value, (_, memlet) in zip(last.values, tasklet.output_accesses, strict=True):
        result = body.values[value]
        if is_combined(memlet, lanes.parameter):
            result = body.combined(memlet.wcr or "", result)
        results.append(result)
    block.add_op(YieldOp(*results))
    return TaskletOp(inputs, outputs, Region(block))


def arguments(
    tasklet: TaskletOp, inputs: list[tuple[SSAValue, MemletAttr]]
) -> list[tuple[SSAValue, tuple[SSAValue, MemletAttr]]]:
    return list(zip(tasklet.body.block.args, inputs, strict=True))


def kind_of(
    argument: SSAValue,
    source: tuple[SSAValue, MemletAttr],
    lanes: Lanes,
    registers: Registers,
) -> Attribute:
    """The type of an argument: a vector if what it reads moves with the loop."""
    container, memlet = source
    if container in registers.lanes or not memlet.subset.is_point:
        return lanes.type(argument.type)
    return argument.type
