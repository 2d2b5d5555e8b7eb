"""Computations of a tasklet that are known when the program is compiled."""

import struct
from typing import Any, cast

import numpy as np
from xdsl.dialects import arith
from xdsl.dialects.builtin import (
    AnyFloat,
    DenseIntOrFPElementsAttr,
    FloatAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.interpreter.floats import LIBRARY
from sdfg.dialect.interpreter.scalars import IMPLEMENTATIONS, constant_array, is_uniform
from sdfg.dialect.memlet import SubsetAttr
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.ops.tasklet_body import IndexOp
from sdfg.lowering.simplify.extrema import as_extremum
from sdfg.lowering.simplify.small_powers import as_product
from sdfg.lowering.simplify.tasklets import Parts, erase_unused, rebuild


def fold_inputs(op: TaskletOp) -> TaskletOp:
    """
    Put elements of constants that stand in the text into the body of a tasklet that reads them.

    Returns what stands for `op` now.
    """
    parts = Parts.of(op)
    known = [(c, constant_element(c.container, c.memlet.subset)) for c in parts.inputs]
    if all(value is None for _, value in known):
        return op
    for connector, value in known:
        if value is not None:
            constant = derived(arith.ConstantOp(value), op)
            Rewriter.insert_op(constant, InsertPoint.at_start(op.body.block))
            connector.value.replace_all_uses_with(constant.results[0])
    # Outputs may yield an input as it is: they are read again.
    return rebuild(op, parts.inputs, Parts.of(op).outputs)


def constant_element(container: SSAValue, at: SubsetAttr) -> IntegerAttr | FloatAttr | None:
    """The element of a constant in the text at a point that is known, or of one that is uniform."""
    owner = container.owner
    if not isinstance(owner, ConstantOp) or not at.is_point:
        return None
    value = owner.value
    if not isinstance(value, DenseIntOrFPElementsAttr):
        return None
    index = tuple(symbolic.constant(r.start) for r in at.data)
    if not is_uniform(value) and any(i is None for i in index):
        return None
    position = cast(tuple[int, ...], index) if None not in index else (0,) * len(index)
    return attribute_of(constant_array(value)[position], value.get_element_type())


def fold_body(body: Block) -> bool:
    """
    Replace computations on constants by their results, and those that change nothing.

    Only what is exact: library functions stay, but for small powers, as do results that are NaN and
    what `-0.0` or NaN would tell apart. Returns whether anything changed. Linear.
    """
    changed = False
    for op in list(body.ops):
        new = folded(op)
        if new is not None:
            Rewriter.replace_op(op, [], [new])
            changed = True
    return changed and (erase_unused(body) or True)


def folded(op: Operation) -> SSAValue | None:
    """The value that the one result of `op` is known to be; None if it is not known."""
    if len(op.results) != 1 or op.regions or isinstance(op, arith.ConstantOp):
        return None
    if (same := unchanged(op)) is not None:
        return same
    if (product := as_product(op)) is not None:
        return product
    if (extremum := as_extremum(op)) is not None:
        return extremum
    value = evaluated(op)
    if value is None:
        return None
    constant = derived(arith.ConstantOp(value), op)
    constant.results[0].name_hint = op.results[0].name_hint
    Rewriter.insert_op(constant, InsertPoint.before(op))
    return constant.results[0]


def evaluated(op: Operation) -> IntegerAttr | FloatAttr | None:
    """The number that `op` computes from constants."""
    kind = op.results[0].type
    if isinstance(op, IndexOp):
        number = symbolic.constant(op.expr.data)
        return None if number is None else IntegerAttr(number, IndexType())
    if not isinstance(kind, AnyFloat | IntegerType | IndexType) or op.name in LIBRARY:
        return None
    if op.name not in IMPLEMENTATIONS or not op.operands:
        return None
    values = [v.owner.value for v in op.operands if isinstance(v.owner, arith.ConstantOp)]
    if len(values) < len(op.operands):
        return None
    try:
        arrays = tuple(constant_array(v) for v in values)
        with np.errstate(all="ignore"):
            (result,) = IMPLEMENTATIONS[op.name](op, arrays)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return attribute_of(np.asarray(result)[()], cast(Attribute, kind))


def attribute_of(number: Any, kind: Attribute) -> IntegerAttr | FloatAttr | None:
    """A number as an attribute; None for NaN, whose bits are open."""
    if isinstance(kind, AnyFloat):
        return None if np.isnan(number) else FloatAttr(float(number), kind)
    return IntegerAttr(int(number), cast("IntegerType | IndexType", kind))


def unchanged(op: Operation) -> SSAValue | None:
    """The operand that `op` gives back as it is, whatever it is."""
    if isinstance(op, arith.SelectOp):
        condition = number_of(op.cond)
        if op.lhs is op.rhs:
            return op.lhs
        return None if condition is None else (op.lhs if condition else op.rhs)
    if len(op.operands) != 2 or op.operands[0].type != op.results[0].type:
        return None
    rule = NEUTRAL.get(op.name)
    if rule is None:
        return None
    left, right = op.operands
    if is_number(right, rule[0]):
        return left
    return right if rule[1] and is_number(left, rule[0]) else None


NEUTRAL: dict[str, tuple[float | int, bool]] = {
    "arith.addf": (-0.0, True),
    "arith.subf": (0.0, False),
    "arith.mulf": (1.0, True),
    "arith.divf": (1.0, False),
    "arith.addi": (0, True),
    "arith.subi": (0, False),
    "arith.muli": (1, True),
    "arith.divsi": (1, False),
    "arith.divui": (1, False),
    "arith.ori": (0, True),
    "arith.xori": (0, True),
    "arith.shli": (0, False),
    "arith.shrsi": (0, False),
    "arith.shrui": (0, False),
}
"""
The operand that leaves the other as it is, and whether it may stand on the left. `x + 0.0` is not
`x` where `x` is `-0.0`.
"""


def is_number(value: SSAValue, wanted: float | int) -> bool:
    """Whether `value` is a constant with exactly this number, sign of zero included."""
    found = number_of(value)
    if found is None:
        return False
    if isinstance(found, float):
        return struct.pack("d", found) == struct.pack("d", float(wanted))
    return found == wanted


def number_of(value: SSAValue) -> float | int | None:
    """The number that a value in a tasklet is, if it is a constant."""
    owner = value.owner
    if not isinstance(owner, arith.ConstantOp):
        return None
    if isinstance(owner.value, FloatAttr):
        return float(owner.value.value.data)
    return int(owner.value.value.data) if isinstance(owner.value, IntegerAttr) else None
