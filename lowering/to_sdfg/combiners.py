"""Which operation a reduction combines with, and its neutral element."""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, FloatAttr
from xdsl.ir import Attribute, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.lowering.to_sdfg.attributes import width_of
from sdfg.lowering.to_sdfg.facts import FALSE, TRUE
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import Literal, Scalar, Symbolic

_COMBINERS: dict[type[Operation], str] = {
    arith.AddfOp: "sum",
    arith.AddiOp: "sum",
    arith.MulfOp: "product",
    arith.MuliOp: "product",
    arith.MaximumfOp: "max",
    arith.MinimumfOp: "min",
    arith.MaxnumfOp: "maxnum",
    arith.MinnumfOp: "minnum",
    arith.MaxSIOp: "max",
    arith.MinSIOp: "min",
    arith.MaxUIOp: "maxui",
    arith.MinUIOp: "minui",
    arith.AndIOp: "and",
    arith.OrIOp: "or",
    arith.XOrIOp: "xor",
}


@dataclass(frozen=True)
class Combiner:
    """`accumulator = accumulator <kind> value` is all that a body does to an accumulator."""

    kind: str
    """A conflict resolution."""
    value: SSAValue
    """What is combined with the accumulator; to be checked: it must not depend on it."""


def combiner(accumulator: SSAValue, yielded: SSAValue) -> Combiner | None:
    """What a body that yields `yielded` does to an accumulator; None for no conflict resolution."""
    op = yielded.owner
    if not isinstance(op, Operation):
        return None
    if isinstance(op, arith.SelectOp):
        return _selected(op, accumulator)
    kind = _COMBINERS.get(type(op))
    if kind is None or accumulator not in op.operands:
        return None
    a, b = op.operands
    value = b if a is accumulator else a
    if value is accumulator:
        return None
    return Combiner(kind, value)


def _selected(op: arith.SelectOp, accumulator: SSAValue) -> Combiner | None:
    """
    `select(cmpi(a, b), a, b)` as a minimum or maximum of integers.

    Comparisons of floats are left alone: which operand they keep where one is NaN, or where two
    zeros differ in sign, is no conflict resolution.
    """
    compare = op.cond.owner
    if not isinstance(compare, arith.CmpiOp) or accumulator not in (op.lhs, op.rhs):
        return None
    value = op.rhs if op.lhs is accumulator else op.lhs
    if value is accumulator:
        return None
    name = arith.CMPI_COMPARISON_OPERATIONS[compare.predicate.value.data]
    kind = _ORDERS.get(name[:2])
    if kind is None or name[0] not in "su":
        return None
    if (compare.lhs, compare.rhs) == (op.rhs, op.lhs):
        kind = {"min": "max", "max": "min"}[kind]
    elif (compare.lhs, compare.rhs) != (op.lhs, op.rhs):
        return None
    return Combiner(f"{kind}ui" if name[0] == "u" else kind, value)


_ORDERS = {"sl": "min", "ul": "min", "sg": "max", "ug": "max"}


def neutral(kind: str, element: Attribute) -> Scalar | None:
    """The number that changes nothing when combined, or None where a type has none."""
    if isinstance(element, AnyFloat):
        numbers = {
            "sum": 0.0,
            "product": 1.0,
            "max": -float("inf"),
            "maxnum": -float("inf"),
            "min": float("inf"),
            "minnum": float("inf"),
        }
        return Literal(FloatAttr(numbers[kind], element)) if kind in numbers else None
    width = width_of(element)
    if width is None:
        return None
    if width == 1:
        return _neutral_condition(kind, element)
    high = (1 << (width - 1)) - 1
    numbers = {"sum": 0, "product": 1, "max": -high - 1, "min": high, "maxui": 0, "minui": -1}
    numbers |= {"and": -1, "or": 0, "xor": 0}
    return Symbolic(symbolic.integer(numbers[kind]), element) if kind in numbers else None


def _neutral_condition(kind: str, element: Attribute) -> Scalar | None:
    truths = {"and": TRUE, "or": FALSE, "xor": FALSE, "maxui": FALSE, "minui": TRUE}
    truths |= {"product": TRUE, "sum": FALSE, "max": TRUE, "min": FALSE}
    return Symbolic(truths[kind], element) if kind in truths else None


def is_neutral(value: Scalar, kind: str) -> bool:
    """Whether a reduction that begins at `value` is a plain one."""
    return value == neutral(kind, value.kind)


def combined(builder: TaskletBuilder, kind: str, a: SSAValue, b: SSAValue) -> SSAValue:
    """`a <kind> b` in a tasklet."""
    table = _FLOATS if isinstance(a.type, AnyFloat) else _INTEGERS
    return builder.emit(table[kind](a, b))


_FLOATS: dict[str, Callable[[SSAValue, SSAValue], Operation]] = {
    "sum": arith.AddfOp,
    "product": arith.MulfOp,
    "max": arith.MaximumfOp,
    "min": arith.MinimumfOp,
    "maxnum": arith.MaxnumfOp,
    "minnum": arith.MinnumfOp,
}
_INTEGERS: dict[str, Callable[[SSAValue, SSAValue], Operation]] = {
    "sum": arith.AddiOp,
    "product": arith.MuliOp,
    "max": arith.MaxSIOp,
    "min": arith.MinSIOp,
    "maxnum": arith.MaxSIOp,
    "minnum": arith.MinSIOp,
    "maxui": arith.MaxUIOp,
    "minui": arith.MinUIOp,
    "and": arith.AndIOp,
    "or": arith.OrIOp,
    "xor": arith.XOrIOp,
}
