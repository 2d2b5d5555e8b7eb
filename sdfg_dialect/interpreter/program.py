"""Programs, containers, calls, and control flow over states."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.interpreter.elements import dtype_of, vector_shape
from sdfg.dialect.interpreter.lanes import Dense, Lanes, dense, evaluate, negated, uniform
from sdfg.dialect.interpreter.lanes import selection as lanes_where
from sdfg.dialect.interpreter.machine import Frame, Machine, stop
from sdfg.dialect.interpreter.memory import (
    Block,
    Container,
    Stream,
    allocated,
    extent_of,
    size_of,
)
from sdfg.dialect.interpreter.scalars import constant_array
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType, StreamType


@register_impls
@dataclass
class ProgramFunctions(InterpreterFunctions):
    """The ops of programs and of control flow."""

    machine: Machine

    @impl(SdfgOp)
    def run_program(self, interpreter: Interpreter, op: SdfgOp, args: PythonValues) -> PythonValues:
        """Nothing: a program runs when it is called."""
        return ()

    @impl(AllocOp)
    def run_alloc(self, interpreter: Interpreter, op: AllocOp, args: PythonValues) -> PythonValues:
        name = op.result.name_hint or "container" if op.label is None else op.label.data
        machine, kind = self.machine, op.result.type
        if isinstance(kind, StreamType):
            depth = uniform(evaluate(kind.depth.data, machine.symbols))
            assert depth is not None
            return (Stream(kind, depth, name),)
        assert isinstance(kind, ArrayType)
        frame = machine.frame
        container = allocated(kind, name, frame.symbols, frame.lanes, len(machine.levels))
        if machine.strict:
            container.block.written = np.zeros(len(container.block.data), np.bool_)
        return (container,)

    @impl(ConstantOp)
    def run_constant(
        self, interpreter: Interpreter, op: ConstantOp, args: PythonValues
    ) -> PythonValues:
        kind = op.result.type
        assert isinstance(kind, ArrayType)
        if isinstance(op.value, WeightAttr):
            name = op.value.key.data
            if name not in self.machine.weights:
                stop(op, f"needs the weight '{name}', which is not among the weights given")
            array = np.asarray(self.machine.weights[name])
        else:
            name, array = op.result.name_hint or "constant", constant_array(op.value)
        shape = tuple(evaluate(e, {}) for e in kind.dims) + vector_shape(kind.element_type)
        if array.shape != shape or array.dtype != dtype_of(kind.element_type):
            stop(op, f"needs {kind} for '{name}', got {array.dtype} of shape {list(array.shape)}")
        return (loaded(kind, array, name, {}),)

    @impl(ViewOp)
    def run_view(self, interpreter: Interpreter, op: ViewOp, args: PythonValues) -> PythonValues:
        source: Container = args[0]
        assert isinstance(op.result.type, ArrayType)
        return (Container.of(op.result.type, source.block, self.machine.symbols, source.base),)

    @impl(CallOp)
    def run_call(self, interpreter: Interpreter, op: CallOp, args: PythonValues) -> PythonValues:
        symbols = {n: evaluate(e, self.machine.symbols) for n, e in op.symbol_values.items()}
        program = op.program()
        frame = Frame((), symbols, self.machine.frame.points)
        with self.machine.framed(frame):
            passed = [
                Container.of(inner.type, outer.block, symbols, outer.base)
                if isinstance(inner.type, ArrayType)
                else outer
                for inner, outer in zip(program.body.block.args, args, strict=True)
            ]
            interpreter.run_ssacfg_region(program.body, tuple(passed))
        return ()

    # Control flow

    @impl(AssignOp)
    def run_assign(
        self, interpreter: Interpreter, op: AssignOp, args: PythonValues
    ) -> PythonValues:
        symbols = self.machine.symbols
        symbols[op.symbol.data] = evaluate(op.value.data, symbols)
        return ()

    @impl(ReadSymbolOp)
    def run_read_symbol(
        self, interpreter: Interpreter, op: ReadSymbolOp, args: PythonValues
    ) -> PythonValues:
        access = self.machine.access(op, args[0], op.read.ranges)
        value = self.machine.read(op, access).astype(np.int64)
        self.machine.symbols[op.symbol.data] = int(value) if value.size == 1 else Dense(value)
        return ()

    @impl(IfOp)
    def run_if(self, interpreter: Interpreter, op: IfOp, args: PythonValues) -> PythonValues:
        condition = evaluate(op.condition.data, self.machine.symbols)
        known = uniform(condition)
        if known is not None:
            interpreter.run_ssacfg_region(op.then_body if known else op.else_body, ())
            return ()
        lanes = self.machine.frame.lanes
        for case, body in ((condition, op.then_body), (negated(condition), op.else_body)):
            chosen = lanes_where(dense(case, len(lanes)), lanes)
            with self.machine.only(interpreter, op, chosen):
                interpreter.run_ssacfg_region(body, ())
        return ()

    @impl(WhileOp)
    def run_while(self, interpreter: Interpreter, op: WhileOp, args: PythonValues) -> PythonValues:
        while evaluate(op.condition.data, self.machine.symbols):
            interpreter.run_ssacfg_region(op.body, ())
        return ()

    @impl(ForOp)
    def run_for(self, interpreter: Interpreter, op: ForOp, args: PythonValues) -> PythonValues:
        varying = self.machine.varying([op.range])
        if not varying:
            self.loop(interpreter, op)
            return ()
        for chosen in self.machine.groups(varying):
            with self.machine.only(interpreter, op, chosen):
                self.loop(interpreter, op)
        return ()

    def loop(self, interpreter: Interpreter, op: ForOp) -> None:
        """Run a loop that all lanes run equally often."""
        symbols = self.machine.symbols
        start, step = checked_start(op, op.range, symbols)
        for k in range(uniform(extent_of(op.range, symbols)) or 0):
            symbols[op.param] = start + step * k
            interpreter.run_ssacfg_region(op.body, ())
        symbols.pop(op.param, None)


def checked_start(op: Operation, r: Range, symbols: dict[str, Lanes]) -> tuple[Lanes, Lanes]:
    """Start and step of a range, of which the step is positive."""
    start, step = evaluate(r.start, symbols), evaluate(r.step, symbols)
    if not isinstance(step, int) or step < 1:
        stop(op, f"has the step {symbolic.text_of(r.step)}, which is not at least 1 here")
    return start, step


def loaded(
    kind: ArrayType, array: np.ndarray[Any, Any], name: str, symbols: dict[str, Lanes]
) -> Container:
    """A container that holds `array`, shared with it where possible, and not to be written."""
    vector = vector_shape(kind.element_type)
    if kind.is_dense:
        data = np.ascontiguousarray(array).reshape(-1, *vector).view()
        container = Container.of(kind, Block(data, name), symbols)
    else:
        container = Container.of(kind, Block.empty(kind, size_of(kind, symbols), name), symbols)
        container.whole().write(array)
        data = container.block.data
    data.flags.writeable = False
    return container
