"""Integer arithmetic of the source on expressions: constants, sizes and what is made of them."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import sympy  # pyright: ignore[reportMissingTypeStubs]
from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IndexType, IntegerAttr, IntegerType
from xdsl.ir import Attribute, Operation

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.attributes import width_of
from sdfg.lowering.to_sdfg.facts import FALSE, TRUE, Facts
from sdfg.lowering.to_sdfg.values import Literal, Scalar, Symbolic

_sympy: Any = sympy

PREDICATES = ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")
"""Predicates of `arith.cmpi` by number."""


def literal(value: Attribute) -> Scalar | None:
    """The number that an attribute says, or None for anything but an integer or a float."""
    if isinstance(value, FloatAttr):
        return Literal(cast("FloatAttr[Any]", value))
    if not isinstance(value, IntegerAttr):
        return None
    attribute = cast("IntegerAttr[Any]", value)
    number, kind = int(attribute.value.data), cast(Attribute, attribute.type)
    if width_of(kind) == 1:
        return Symbolic(TRUE if number else FALSE, kind)
    return Symbolic(symbolic.integer(number), kind)


def evaluated(op: Operation, operands: Sequence[Scalar], facts: Facts) -> Scalar | None:
    """
    The result of an integer operation as an expression over symbols, or None where it is not one.

    Sizes and indices do not overflow, so `index` and `i64` arithmetic is that of the integers;
    narrower types are computed where their operands are numbers, and wrap around.
    """
    if isinstance(op, arith.ConstantOp):
        return literal(op.value)
    rule = _RULES.get(type(op))
    if rule is None or not all(isinstance(o, Symbolic) for o in operands):
        return None
    exprs = [cast(Symbolic, o).expr for o in operands]
    kind = op.results[0].type
    if any(_is_narrow(v.type) for v in (*op.operands, op.results[0])) and not all(
        e.is_Integer or e in (TRUE, FALSE) for e in exprs
    ):
        return None
    result = rule(op, exprs, facts)
    return None if result is None else Symbolic(_wrapped(result, kind), kind)


def _is_narrow(kind: Attribute) -> bool:
    return 1 < (width_of(kind) or 64) < 64


def _wrapped(expr: Expr, kind: Attribute) -> Expr:
    """A number as its signed type holds it."""
    width = width_of(kind)
    if width is None or width == 1 or not expr.is_Integer:
        return expr
    half = 1 << (width - 1)
    return symbolic.integer((int(expr) + half) % (2 * half) - half)


Rule = Callable[[Any, Sequence[Expr], Facts], Expr | None]


def _divide(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    """Quotients of what is not negative: there, rounding to zero is rounding down."""
    a, b = operands
    if b == 0 or not (facts.nonnegative(a) and facts.nonnegative(b)):
        return None
    return symbolic.FloorDiv(a, b)


def _floor_divide(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    a, b = operands
    return symbolic.FloorDiv(a, b) if b != 0 and facts.nonnegative(b) else None


def _ceil_divide(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    a, b = operands
    return symbolic.ceil_div(a, b) if b != 0 and facts.nonnegative(b) else None


def _remainder(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    a, b = operands
    if b == 0 or not (facts.nonnegative(a) and facts.nonnegative(b)):
        return None
    return symbolic.Mod(a, b)


def _unsigned(compute: Callable[[Facts, Expr, Expr], Expr]) -> Rule:
    def rule(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
        # Where no operand is negative, the sign makes no difference.
        a, b = operands
        if any(e.is_Boolean or not facts.nonnegative(e) for e in (a, b)):
            return None
        return compute(facts, a, b)

    return rule


def _compare(op: arith.CmpiOp, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    if any(e.is_Boolean for e in operands):
        return None
    return facts.compare(PREDICATES[op.predicate.value.data], *operands)


def _select(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    condition, a, b = operands
    if condition in (TRUE, FALSE):
        return a if condition == TRUE else b
    if a == b:
        return a
    kind = type(condition).__name__
    if kind in ("StrictLessThan", "LessThan") and condition.args == (a, b):
        return facts.minimum(a, b)
    if kind in ("StrictGreaterThan", "GreaterThan") and condition.args == (a, b):
        return facts.maximum(a, b)
    return None


def _extend(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    (a,) = operands
    if a in (TRUE, FALSE):
        return symbolic.integer(int(a == TRUE) * (-1 if isinstance(op, arith.ExtSIOp) else 1))
    if a.is_Boolean or (isinstance(op, arith.ExtUIOp) and not facts.nonnegative(a)):
        return None
    return a


def _cast(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
    (a,) = operands
    # To a narrower type only numbers get here.
    return None if a.is_Boolean or width_of(op.results[0].type) == 1 else a


def _logic(integers: str, conditions: str) -> Rule:
    def rule(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
        if all(e.is_Boolean for e in operands):
            result = getattr(_sympy, conditions)(*operands)
            # The grammar has no exclusive or; one with a known side is gone by now.
            return None if type(result).__name__ == "Xor" else result
        if all(e.is_Integer for e in operands):
            return symbolic.integer(getattr(int, integers)(*map(int, operands)))
        return None

    return rule


def _integers(compute: Callable[[Expr, Expr, Facts], Expr]) -> Rule:
    def rule(op: Operation, operands: Sequence[Expr], facts: Facts) -> Expr | None:
        a, b = operands
        return None if a.is_Boolean or b.is_Boolean else compute(a, b, facts)

    return rule


_RULES: dict[type[Operation], Rule] = {
    arith.AddiOp: _integers(lambda a, b, facts: a + b),
    arith.SubiOp: _integers(lambda a, b, facts: a - b),
    arith.MuliOp: _integers(lambda a, b, facts: _sympy.expand(a * b)),
    arith.MinSIOp: _integers(lambda a, b, facts: facts.minimum(a, b)),
    arith.MaxSIOp: _integers(lambda a, b, facts: facts.maximum(a, b)),
    arith.MinUIOp: _unsigned(Facts.minimum),
    arith.MaxUIOp: _unsigned(Facts.maximum),
    arith.DivSIOp: _divide,
    arith.DivUIOp: _divide,
    arith.FloorDivSIOp: _floor_divide,
    arith.CeilDivSIOp: _ceil_divide,
    arith.RemSIOp: _remainder,
    arith.RemUIOp: _remainder,
    arith.CmpiOp: _compare,
    arith.SelectOp: _select,
    arith.IndexCastOp: _cast,
    arith.TruncIOp: _cast,
    arith.ExtSIOp: _extend,
    arith.ExtUIOp: _extend,
    arith.AndIOp: _logic("__and__", "And"),
    arith.OrIOp: _logic("__or__", "Or"),
    arith.XOrIOp: _logic("__xor__", "Xor"),
}


def is_integer(kind: Attribute) -> bool:
    """Whether values of this type may be expressions."""
    return isinstance(kind, IndexType | IntegerType)
