"""Tasklets: what memlets bring, the body, what memlets take away."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    ReturnedValues,
    impl,
    impl_terminator,
    register_impls,
)
from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.interpreter import contraction
from sdfg.dialect.interpreter.elements import poison, vector_shape
from sdfg.dialect.interpreter.lanes import Array, Dense, Lanes, bounds, dense, evaluate
from sdfg.dialect.interpreter.machine import Machine, stop
from sdfg.dialect.interpreter.memory import Container, Stream
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.ops.tasklet_body import AssertOp, IndexOp, LoadOp, StoreOp


@dataclass(frozen=True)
class Movement:
    """A memlet of a tasklet."""

    memlet: MemletAttr
    is_point: bool
    shape: tuple[int, ...]
    """Shape of the vector that moves; `()` for a scalar or a container."""

    @property
    def is_part(self) -> bool:
        """Whether the body sees the container itself."""
        return not self.is_point and not self.shape


@dataclass(frozen=True)
class Plan:
    """What is the same for each execution of a tasklet."""

    reads: tuple[Movement, ...]
    yields: tuple[tuple[int, Movement], ...]
    """Index and memlet of each output that takes a value from the body."""
    stores: tuple[tuple[int, MemletAttr], ...]
    """Index and memlet of each output that the body stores to."""
    lengths: tuple[Range, ...]
    """The ranges of vectors of which a number of lanes counts that symbols say."""
    is_contraction: bool

    @classmethod
    def of(cls, op: TaskletOp) -> "Plan":
        def movement(memlet: MemletAttr, kind: Sequence[int]) -> Movement:
            return Movement(memlet, memlet.subset.is_point, tuple(kind))

        writes = op.writes.data
        args = zip(op.reads, op.body.block.args, strict=False)
        values = zip(op.yielded_outputs, op.yielded, strict=True)
        reads = tuple(movement(memlet, vector_shape(arg.type)) for memlet, arg in args)
        yields = tuple((k, movement(writes[k], vector_shape(v.type))) for k, v in values)
        moved = (m.memlet for m in (*reads, *(m for _, m in yields)) if m.shape)
        return cls(
            reads,
            yields,
            tuple((k, writes[k]) for k in op.stored_outputs),
            tuple(r for m in moved for r in m.ranges if symbolic.constant(r.extent) is None),
            contraction.is_contraction(op),
        )


@dataclass(frozen=True)
class Part:
    """A container as the body of a tasklet sees it: it may touch the elements of a subset."""

    container: Container
    memlet: MemletAttr


@register_impls
@dataclass
class TaskletFunctions(InterpreterFunctions):
    """Tasklets and the ops of `sdfg` in their bodies."""

    machine: Machine
    plans: dict[TaskletOp, Plan] = field(default_factory=dict[TaskletOp, Plan])

    @impl(TaskletOp)
    def run_tasklet(
        self, interpreter: Interpreter, op: TaskletOp, args: PythonValues
    ) -> PythonValues:
        plan = self.plans.get(op)
        if plan is None:
            plan = self.plans[op] = Plan.of(op)
        varying = self.machine.varying(plan.lengths)
        if not varying:
            self.run_once(interpreter, op, plan, args)
            return ()
        for chosen in self.machine.groups(varying):
            with self.machine.only(interpreter, op, chosen) as operands:
                self.run_once(interpreter, op, plan, operands)
        return ()

    def run_once(
        self, interpreter: Interpreter, op: TaskletOp, plan: Plan, args: PythonValues
    ) -> None:
        """Run a tasklet whose vectors are as long in all lanes."""
        containers, targets = args[: len(plan.reads)], args[len(plan.reads) :]
        if plan.is_contraction and self.machine.frame.lanes:
            if contraction.contract(self.machine, op, containers, targets[0]):
                return
        values = [
            self.brought(op, container, movement)
            for container, movement in zip(containers, plan.reads, strict=True)
        ]
        if len(targets) > 1:
            # What is read must outlive the first write.
            written = {t.block for t in targets if isinstance(t, Container)}
            values = [
                v
                if isinstance(v, Part) or isinstance(c, Stream) or c.block not in written
                else v.copy()
                for v, c in zip(values, containers, strict=True)
            ]
        parts = [Part(targets[k], memlet) for k, memlet in plan.stores]
        yielded = interpreter.run_ssacfg_region(op.body, (*values, *parts))
        for (k, movement), value in zip(plan.yields, yielded, strict=True):
            self.put(op, targets[k], movement, np.asarray(value))

    def brought(
        self, op: Operation, container: Container | Stream, movement: Movement
    ) -> Array | Part:
        """What a memlet brings into a tasklet."""
        if isinstance(container, Stream):
            return self.machine.pop(op, container)
        memlet = movement.memlet
        if movement.is_part:
            return Part(container, memlet)
        access = self.machine.access(op, container, memlet.ranges)
        value = self.machine.read(op, access)
        if movement.is_point:
            return value
        lanes = value.shape[: len(self.machine.frame.lanes)]
        inner = np.broadcast_to(value, lanes + access.extents[len(lanes) :])
        count, wanted = math.prod(access.extents[len(lanes) :]), math.prod(movement.shape)
        if count == wanted:
            return inner.reshape(lanes + movement.shape)
        self.hold(op, movement, count)
        filled = np.full((*lanes, wanted), poison(inner.dtype), inner.dtype)
        filled[..., :count] = inner.reshape(*lanes, count)
        return filled

    def hold(self, op: Operation, movement: Movement, count: int) -> None:
        """Hold a memlet to the lanes that there are."""
        if count > math.prod(movement.shape):
            subset = movement.memlet.subset
            stop(op, f"moves {count} elements [{subset}] in a vector of {movement.shape[0]}")

    def put(
        self, op: Operation, target: Container | Stream, movement: Movement, value: Array
    ) -> None:
        """Write what a tasklet yields."""
        if isinstance(target, Stream):
            self.machine.push(op, target, value)
            return
        access = self.machine.access(op, target, movement.memlet.ranges)
        if not movement.is_point:
            lanes = value.shape[: value.ndim - len(movement.shape)]
            extents = access.extents[len(self.machine.frame.lanes) :]
            if (count := math.prod(extents)) != math.prod(movement.shape):
                self.hold(op, movement, count)
                value = value[..., :count]
            value = value.reshape(lanes + extents)
        self.machine.write(op, access, movement.memlet.wcr, value)

    @impl_terminator(YieldOp)
    def run_yield(
        self, interpreter: Interpreter, op: YieldOp, args: PythonValues
    ) -> tuple[ReturnedValues, PythonValues]:
        return ReturnedValues(args), ()

    @impl(IndexOp)
    def run_index(self, interpreter: Interpreter, op: IndexOp, args: PythonValues) -> PythonValues:
        value = evaluate(op.expr.data, self.machine.symbols)
        if isinstance(value, int):
            return (np.int64(value),)
        return (dense(value, len(self.machine.frame.lanes)),)

    @impl(AssertOp)
    def run_assert(
        self, interpreter: Interpreter, op: AssertOp, args: PythonValues
    ) -> PythonValues:
        if not np.all(args[0]):
            stop(op, f"does not hold: {op.message.data}")
        return ()

    @impl(LoadOp)
    def run_load(self, interpreter: Interpreter, op: LoadOp, args: PythonValues) -> PythonValues:
        part, *index = args
        lanes = vector_shape(op.result.type)
        places = [[*index[:-1], index[-1] + k] for k in range(*lanes)] if lanes else [index]
        # The body may write the element before it uses what it has read.
        found = [self.element(op, part, place).copy() for place in places]
        return (np.stack(np.broadcast_arrays(*found), axis=-1) if lanes else found[0],)

    def element(self, op: LoadOp, part: Part, index: list[Array]) -> Array:
        access = self.machine.locate(op, part.container, self.inside(op, part, index))
        return self.machine.read(op, access)

    @impl(StoreOp)
    def run_store(self, interpreter: Interpreter, op: StoreOp, args: PythonValues) -> PythonValues:
        value, part, *index = args
        access = self.machine.locate(op, part.container, self.inside(op, part, index))
        self.machine.write(op, access, part.memlet.wcr, np.asarray(value))
        return ()

    def inside(self, op: Operation, part: Part, index: list[Array]) -> list[Lanes]:
        """The index of each lane, held to the subset that the tasklet may touch."""
        result: list[Lanes] = []
        for dimension, (k, r) in enumerate(zip(index, part.memlet.ranges, strict=True)):
            at: Lanes = Dense(np.asarray(k)) if np.ndim(k) else int(k)
            start, end, step = (evaluate(e, self.machine.symbols) for e in (r.start, r.end, r.step))
            off = bounds((at - start) % step)[1] if r.step != 1 else 0
            if bounds(at - start)[0] < 0 or bounds(at - end)[1] >= 0 or off:
                low, high = bounds(at)
                stop(
                    op,
                    f"touches '{part.container.block.name}' at {low if low < 0 else high} in "
                    f"dimension {dimension}, outside of the tasklet's [{part.memlet.subset}]",
                )
            result.append(at)
        return result
