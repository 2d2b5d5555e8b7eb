"""Masks that hide what lies behind the diagonal, known from how they are computed."""

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root, touching
from sdfg.dialect.facts import CAUSAL
from sdfg.dialect.ops.containers import AllocOp, ConstantOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.ops.tasklet_body import IndexOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.attention.masks import HIDDEN
from sdfg.lowering.schedule.attention.pattern import Access, Attention, indexed


@dataclass(frozen=True)
class Index:
    """An index that a body computes with."""

    expr: Expr


Value = float | bool | Index
"""A number, the truth of a comparison, or an index."""


def hides_later_columns(found: Attention) -> bool:
    """
    Whether the scores of columns behind the row's own count nothing, and all others do.

    ```
    mask[i, j] = i >= j ? 0 : -inf;  S[i, j] = f(i, j) + mask[i, j]
    mask[i, j] = i >= j;  S[i, j] = mask[i, j] ? f(i, j) : -inf
    ```

    The mask is computed, or a constant that `note_causal_masks` has marked.
    """
    source = root(found.softmax.scores[0])
    tasklets = [o for o in found.scores.walk() if isinstance(o, TaskletOp)]
    writers = [o for o in tasklets if any(root(c) is source for c in o.outputs)]
    last = writers[-1]
    masks = masking(last.yielded[0]) if len(last.yielded) == 1 else ()
    for argument, access in zip(last.body.block.args, last.input_accesses, strict=False):
        at = indexed(access[1].ranges, (found.row, found.column))
        if at is None or argument not in masks:
            continue
        if is_triangle(access[0], at) or is_known_triangle(access, at):
            return True
    return False


def masking(score: SSAValue) -> tuple[SSAValue, ...]:
    """What may hide a score: what is added to it, or what chooses a number in its place."""
    match score.owner:
        case arith.AddfOp() as total:
            return (total.lhs, total.rhs)
        case arith.SelectOp() as choice:
            other = choice.rhs.owner
            hidden = isinstance(other, arith.ConstantOp) and value_of(
                choice.rhs, "", "", behind=True
            )
            return (choice.cond,) if isinstance(hidden, float) and hidden <= HIDDEN else ()
        case _:
            return ()


def is_known_triangle(access: Access, at: tuple[int, ...]) -> bool:
    """Whether an access at a row and a column is to a matrix of a constant causal mask."""
    container, memlet = access
    constant = root(container).owner
    if not isinstance(constant, ConstantOp) or CAUSAL not in constant.attributes:
        return False
    part, whole = array_type(container), array_type(constant.result)
    matrix = whole.strides.data[-2] * whole.dims[-2]
    others = [
        r.start * stride
        for d, (r, stride) in enumerate(zip(memlet.ranges, part.strides.data, strict=True))
        if d not in at
    ]
    return tuple(part.strides.data[d] for d in at) == whole.strides.data[-2:] and all(
        step == 0 or (step / matrix).is_integer for step in (part.offset.data, *others)
    )


def is_triangle(container: SSAValue, at: tuple[int, ...]) -> bool:
    """Whether an array lets be what is up to the diagonal of the dimensions `at`, no more."""
    users = [(op, k) for op, k in touching(root(container))]
    writers = [op for op, k in users if isinstance(op, TaskletOp) and k >= len(op.inputs)]
    if not isinstance(root(container).owner, AllocOp) or len(writers) != 1:
        return False
    (writer,) = writers
    outer = writer.parent_op()
    if not isinstance(outer, MapOp) or writer.inputs or len(writer.outputs) != 1:
        return False
    if any(not isinstance(op, TaskletOp) for op, _ in users):
        return False
    index = [writer.writes.data[0].ranges[d].start for d in at]
    if writer.writes.data[0].wcr is not None or not all(e.is_Symbol for e in index):
        return False
    row, column = (str(e) for e in index)
    behind = value_of(writer.yielded[0], row, column, behind=True)
    others = value_of(writer.yielded[0], row, column, behind=False)
    if isinstance(behind, bool):
        return not behind and others is True
    return isinstance(behind, float) and behind <= HIDDEN and others == 0.0


def value_of(value: SSAValue, row: str, column: str, *, behind: bool) -> Value | None:
    """
    What a body computes for every column behind the row's own, or for every other; None where that
    is not one value.
    """
    known: dict[SSAValue, Value | None] = {}

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
