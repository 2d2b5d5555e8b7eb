"""Control flow within tasklets: `scf`, for one point at a time."""

from dataclasses import dataclass

from xdsl.dialects import scf
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    ReturnedValues,
    impl,
    impl_terminator,
    register_impls,
)

from sdfg.dialect.interpreter.elements import dtype_of

KNOWN = frozenset(
    op.name for op in (scf.IfOp, scf.ForOp, scf.WhileOp, scf.ConditionOp, scf.YieldOp)
)
"""The ops of `scf` that have a meaning here."""


@register_impls
@dataclass
class StructuredFunctions(InterpreterFunctions):
    """Branches and loops that a tasklet computes with."""

    @impl(scf.IfOp)
    def run_if(self, interpreter: Interpreter, op: scf.IfOp, args: PythonValues) -> PythonValues:
        region = op.true_region if args[0] else op.false_region
        return interpreter.run_ssacfg_region(region, ())

    @impl(scf.ForOp)
    def run_for(self, interpreter: Interpreter, op: scf.ForOp, args: PythonValues) -> PythonValues:
        start, stop, step, *carried = args
        number = dtype_of(op.lb.type).type
        values = tuple(carried)
        for k in range(int(start), int(stop), int(step)):
            values = interpreter.run_ssacfg_region(op.body, (number(k), *values))
        return values

    @impl(scf.WhileOp)
    def run_while(
        self, interpreter: Interpreter, op: scf.WhileOp, args: PythonValues
    ) -> PythonValues:
        values = args
        while True:
            goes_on, *passed = interpreter.run_ssacfg_region(op.before_region, values)
            if not goes_on:
                return tuple(passed)
            values = interpreter.run_ssacfg_region(op.after_region, tuple(passed))

    @impl_terminator(scf.YieldOp)
    def run_yield(
        self, interpreter: Interpreter, op: scf.YieldOp, args: PythonValues
    ) -> tuple[ReturnedValues, PythonValues]:
        return ReturnedValues(args), ()

    @impl_terminator(scf.ConditionOp)
    def run_condition(
        self, interpreter: Interpreter, op: scf.ConditionOp, args: PythonValues
    ) -> tuple[ReturnedValues, PythonValues]:
        return ReturnedValues(args), ()
