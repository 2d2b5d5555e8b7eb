"""What a body computes behind the diagonal of its indices, and elsewhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, i1
from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.ops.tasklet_body import IndexOp
from sdfg.dialect.symbolic import Expr

HIDDEN = -1e37
"""What is added to a score that shall not count: its exponential is then 0 beside any other."""


@dataclass(frozen=True)
class Index:
    """An index that a body computes with."""

    expr: Expr


Value = float | bool | Index
"""A number, the truth of a comparison, or an index."""


def is_mask(
    value: SSAValue, row: str, column: str, masks: Collection[SSAValue] = frozenset()
) -> bool:
    """
    Whether a body computes 0 up to the diagonal and a large negative number behind, or true and
    false. `masks` are arguments of which the same is known.
    """
    behind = value_of(value, row, column, behind=True, masks=masks)
    others = value_of(value, row, column, behind=False, masks=masks)
    if isinstance(behind, bool):
        return not behind and others is True
    return isinstance(behind, float) and behind <= HIDDEN and others == 0.0


def value_of(
    value: SSAValue,
    row: str,
    column: str,
    *,
    behind: bool,
    masks: Collection[SSAValue] = frozenset(),
) -> Value | None:
    """
    What a body computes for every column behind the row's own, or for every other; None where that
    is not one value.
    """
    known: dict[SSAValue, Value | None] = {
        mask: not behind if mask.type == i1 else HIDDEN if behind else 0.0 for mask in masks
    }

    def find(operand: SSAValue) -> Value | None:
        if operand not in known:
            owner = operand.owner
            known[operand] = (
                computed(owner, [find(o) for o in owner.operands], (row, column), behind=behind)
                if isinstance(owner, Operation)
                else None
            )
        return known[operand]

    return find(value)


def computed(
    op: Operation, values: list[Value | None], names: tuple[str, str], *, behind: bool
) -> Value | None:
    match op:
        case arith.ConstantOp(value=FloatAttr() as number):
            return float(number.value.data)
        case IndexOp():
            return Index(op.expr.data)
        case arith.CmpiOp():
            left, right = values
            if not isinstance(left, Index) or not isinstance(right, Index):
                return None
            difference = left.expr - right.expr
            return compared(op.predicate.value.data, difference, names, behind=behind)
        case arith.CmpfOp():
            left, right = values
            ordered = op.predicate.value.data == EQUAL
            numbers = isinstance(left, float) and isinstance(right, float)
            return left == right if ordered and numbers else None
        case arith.SelectOp():
            test, yes, no = values
            return (yes if test else no) if isinstance(test, bool) else None
        case _:
            return None


EQUAL = 1
"""The predicate `oeq` of `arith.cmpf`."""
SIGNED: Mapping[int, tuple[bool, bool, bool]] = {
    2: (True, False, False),
    3: (True, True, False),
    4: (False, False, True),
    5: (False, True, True),
}
"""Which signs of a difference the predicates `slt`, `sle`, `sgt`, `sge` hold for: -1, 0, 1."""


def compared(
    predicate: int, difference: Expr, names: tuple[str, str], *, behind: bool
) -> bool | None:
    """Whether a comparison holds for all columns behind the row's own, or for all others."""
    row, column = map(symbolic.symbol, names)
    slope = difference.coeff(row)
    if predicate not in SIGNED or slope not in (1, -1):
        return None
    offset = difference - slope * (row - column)
    if not offset.is_Integer:
        return None
    # The row less the column is at most -1 behind, and at least 0 for the others.
    rising = (slope == 1) != behind
    bound = int(offset) - int(slope) * int(behind)
    low, equal, high = SIGNED[predicate]
    if rising:
        found = {high} if bound > 0 else {equal, high} if bound == 0 else {low, equal, high}
    else:
        found = {low} if bound < 0 else {low, equal} if bound == 0 else {low, equal, high}
    return found.pop() if len(found) == 1 else None
