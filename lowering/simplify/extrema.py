"""A choice between a number and a bound, as the smaller or larger of both."""

import math

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect.diagnostics import derived


def as_extremum(op: Operation) -> SSAValue | None:
    """
    `select(x ugt c, x, c)` is `maximumf x, c`, and with `ult` the minimum: NaN stays NaN.

    For constants: of two zeros the comparison takes the second, the larger of both is `+0.0`, and
    the smaller `-0.0`. Returns the new value, or None where `op` is nothing of the kind.
    """
    if not isinstance(op, arith.SelectOp) or not isinstance(compare := op.cond.owner, arith.CmpfOp):
        return None
    value, bound = op.lhs, op.rhs
    number = number_of(bound)
    if compare.lhs is not value or compare.rhs is not bound or number is None:
        return None
    new: Operation
    match compare.predicate.value.data:
        case 9 if number != 0 or math.copysign(1, number) > 0:  # ugt
            new = arith.MaximumfOp(value, bound)
        case 11 if number != 0:  # ult
            new = arith.MinimumfOp(value, bound)
        case _:
            return None
    new.results[0].name_hint = op.results[0].name_hint
    Rewriter.insert_op(derived(new, op), InsertPoint.before(op))
    return new.results[0]


def number_of(value: SSAValue) -> float | None:
    """The number that a floating-point value is, if it is a constant other than NaN."""
    owner = value.owner
    if not isinstance(owner, arith.ConstantOp) or not isinstance(owner.value, FloatAttr):
        return None
    number = float(owner.value.value.data)
    return None if math.isnan(number) else number
