"""States, copies, and queues: what moves."""

from dataclasses import dataclass

import numpy as np
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from sdfg.dialect.interpreter.machine import Machine, stop
from sdfg.dialect.interpreter.memory import Access, Block, Container, Stream
from sdfg.dialect.ops.copies import CopyOp, PrefetchOp
from sdfg.dialect.ops.dataflow import ConsumeOp, StateOp


@register_impls
@dataclass
class DataflowFunctions(InterpreterFunctions):
    """The ops of dataflow that are neither maps nor tasklets."""

    machine: Machine

    @impl(StateOp)
    def run_state(self, interpreter: Interpreter, op: StateOp, args: PythonValues) -> PythonValues:
        interpreter.run_ssacfg_region(op.body, ())
        return ()

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

    @impl(PrefetchOp)
    def run_prefetch(
        self, interpreter: Interpreter, op: PrefetchOp, args: PythonValues
    ) -> PythonValues:
        return ()  # where data is nearer does not show in results

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
            self.machine.push(op, target, self.machine.pop(op, source))
        elif isinstance(source, Container) and isinstance(target, Stream):
            access = self.machine.access(op, source, op.read.ranges)
            values = np.broadcast_to(
                self.machine.read(op, access), access.extents + access.block.data.shape[1:]
            )
            for at in np.ndindex(access.extents):
                self.machine.push(op, target, values[at])
        elif isinstance(source, Stream) and isinstance(target, Container):
            access = self.machine.access(op, target, op.write.ranges)
            shape = access.extents + access.block.data.shape[1:]
            values = np.empty(shape, access.block.data.dtype)
            for at in np.ndindex(access.extents):
                values[at] = self.machine.pop(op, source)
            self.machine.write(op, access, op.write.wcr, values)

    @impl(ConsumeOp)
    def run_consume(
        self, interpreter: Interpreter, op: ConsumeOp, args: PythonValues
    ) -> PythonValues:
        stream: Stream = args[0]
        kind = ConsumeOp.element_container(op.stream.type)
        while stream.elements:
            element = self.machine.pop(op, stream)
            block = Block(element[None], stream.name, len(self.machine.levels))
            container = Container.of(kind, block, self.machine.symbols)
            interpreter.run_ssacfg_region(op.body, (container,))
        return ()
