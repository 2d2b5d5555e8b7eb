"""Tasklets, copies, streams: what moves and computes."""

from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import VectorType
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    ReturnedValues,
    impl,
    impl_terminator,
    register_impls,
)
from xdsl.ir import Attribute, Operation

from sdfg.dialect.interpreter.elements import vector_shape
from sdfg.dialect.interpreter.lanes import Array, Dense, Lanes, bounds, dense, evaluate
from sdfg.dialect.interpreter.machine import Machine, stop
from sdfg.dialect.interpreter.memory import Access, Block, Container, Stream
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.dataflow import (
    AssertOp,
    ConsumeOp,
    CopyOp,
    IndexOp,
    LoadOp,
    StateOp,
    StoreOp,
    TaskletOp,
    YieldOp,
)


@dataclass(frozen=True)
class Part:
    """A container as the body of a tasklet sees it: it may touch the elements of a subset."""

    container: Container
    memlet: MemletAttr


@register_impls
@dataclass
class DataflowFunctions(InterpreterFunctions):
    """The ops of dataflow, maps aside."""

    machine: Machine

    @impl(StateOp)
    def run_state(self, interpreter: Interpreter, op: StateOp, args: PythonValues) -> PythonValues:
        interpreter.run_ssacfg_region(op.body, ())
        return ()

    @impl(TaskletOp)
    def run_tasklet(
        self, interpreter: Interpreter, op: TaskletOp, args: PythonValues
    ) -> PythonValues:
        containers, targets = args[: len(op.inputs)], args[len(op.inputs) :]
        values = [
            self.brought(op, container, memlet, arg.type)
            for container, memlet, arg in zip(
                containers, op.reads, op.body.block.args, strict=False
            )
        ]
        written = {t.block for t in targets if isinstance(t, Container)}
        for k, container in enumerate(containers):
            if isinstance(container, Container) and container.block in written:
                values[k] = np.copy(values[k]) if not isinstance(values[k], Part) else values[k]
        writes = op.writes.data
        parts = [Part(targets[k], writes[k]) for k in op.stored_outputs]
        yielded = interpreter.run_ssacfg_region(op.body, (*values, *parts))
        for k, ssa, value in zip(op.yielded_outputs, op.yielded, yielded, strict=True):
            self.put(op, targets[k], writes[k], np.asarray(value), ssa.type)
        return ()

    def brought(
        self, op: Operation, container: Container | Stream, memlet: MemletAttr, kind: Attribute
    ) -> "Array | Part":
        """What a memlet brings into a tasklet, for an argument of type `kind`."""
        if isinstance(container, Stream):
            return self.popped(op, container)
        if not memlet.subset.is_point and not isinstance(kind, VectorType):
            return Part(container, memlet)
        access = self.machine.access(op, container, memlet.ranges)
        value = self.machine.read(op, access)
        if memlet.subset.is_point:
            return value
        lanes = value.shape[: len(self.machine.frame.lanes)]
        inner = np.broadcast_to(value, lanes + access.extents[len(lanes) :])
        return inner.reshape(lanes + vector_shape(kind))

    def put(
        self,
        op: Operation,
        target: Container | Stream,
        memlet: MemletAttr,
        value: Array,
        kind: Attribute,
    ) -> None:
        """Write what a tasklet yields, a value of type `kind`."""
        if isinstance(target, Stream):
            self.pushed(op, target, value)
            return
        access = self.machine.access(op, target, memlet.ranges)
        if not memlet.subset.is_point:
            lanes = value.shape[: value.ndim - len(vector_shape(kind))]
            value = value.reshape(lanes + access.extents[len(self.machine.frame.lanes) :])
        self.machine.write(op, access, memlet.wcr, value)

    @impl_terminator(YieldOp)
    def run_yield(
        self, interpreter: Interpreter, op: YieldOp, args: PythonValues
    ) -> tuple[ReturnedValues, PythonValues]:
        return ReturnedValues(args), ()

    # What only a tasklet holds

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
        access = self.machine.locate(op, part.container, self.inside(op, part, index))
        return (self.machine.read(op, access),)

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

    # Copies and streams

    @impl(CopyOp)
    def run_copy(self, interpreter: Interpreter, op: CopyOp, args: PythonValues) -> PythonValues:
        source, target = args
        if isinstance(source, Stream) or isinstance(target, Stream):
            self.through_stream(op, source, target)
            return ()
        varying = self.machine.varying((*op.read.ranges, *op.write.ranges))
        if not varying:
            self.copy(op, source, target)
            return ()
        for chosen in self.machine.groups(varying):
            with self.machine.only(interpreter, op, chosen) as (source, target):
                self.copy(op, source, target)
        return ()

    def copy(self, op: CopyOp, source: Container, target: Container) -> None:
        read = self.machine.access(op, source, op.read.ranges)
        write = self.machine.access(op, target, op.write.ranges)
        if read.extents != write.extents:
            lanes = len(self.machine.frame.lanes)
            stop(
                op,
                f"copies {list(read.extents[lanes:])} elements to {list(write.extents[lanes:])}",
            )
        if self.machine.strict:
            self.machine.observe(op, read, "copy")
        value = read.read().copy() if source.block is target.block else read.read()
        given = read.initialized()
        self.machine.write(op, write, op.write.wcr, value)
        # What has no value yet may be moved: the copy then has none either.
        if given is not None and write.block.written is not None:
            Access(Block(write.block.written, ""), write.linear, write.extents).write(given)

    def through_stream(
        self, op: CopyOp, source: Container | Stream, target: Container | Stream
    ) -> None:
        """Push all elements of a subset in its order, or pop as many as a subset has."""
        if isinstance(source, Stream) and isinstance(target, Stream):
            self.pushed(op, target, self.popped(op, source))
        elif isinstance(source, Container) and isinstance(target, Stream):
            access = self.machine.access(op, source, op.read.ranges)
            values = np.broadcast_to(
                self.machine.read(op, access), access.extents + access.block.data.shape[1:]
            )
            for at in np.ndindex(access.extents):
                self.pushed(op, target, values[at])
        elif isinstance(source, Stream) and isinstance(target, Container):
            access = self.machine.access(op, target, op.write.ranges)
            shape = access.extents + access.block.data.shape[1:]
            values = np.empty(shape, access.block.data.dtype)
            for at in np.ndindex(access.extents):
                values[at] = self.popped(op, source)
            self.machine.write(op, access, op.write.wcr, values)

    @impl(ConsumeOp)
    def run_consume(
        self, interpreter: Interpreter, op: ConsumeOp, args: PythonValues
    ) -> PythonValues:
        stream: Stream = args[0]
        kind = ConsumeOp.element_container(op.stream.type)
        while stream.elements:
            element = self.popped(op, stream)
            block = Block(element[None], stream.name, len(self.machine.levels))
            container = Container.of(kind, block, self.machine.symbols)
            interpreter.run_ssacfg_region(op.body, (container,))
        return ()
