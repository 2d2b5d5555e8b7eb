"""
Tasklets over vectors.

```
tasklet (%a = A[i, k], %b = B[k, j]) -> (C[i, j]) { mulf }
->  along j, 8 lanes from j0
tasklet (%a = A[i, k], %b: vector<8xf32> = B[k, j0:j0 + 8]) -> (C[i, j0:j0 + 8]) { broadcast; mulf }
```
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, nan
from typing import cast

from xdsl.dialects import arith, math, vector
from xdsl.dialects.arith import FastMathFlagsAttr
from xdsl.dialects.builtin import (
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    Float32Type,
    Float64Type,
    FloatAttr,
    VectorType,
    i64,
)
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.subsets import slope
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.symbolic import Expr

_ELEMENTWISE = (
    *(arith.AddfOp, arith.SubfOp, arith.MulfOp, arith.DivfOp, arith.NegfOp),
    *(arith.MaximumfOp, arith.MinimumfOp, arith.MaxnumfOp, arith.MinnumfOp),
    *(math.FmaOp, math.AbsFOp, math.SqrtOp, math.RsqrtOp, math.ExpOp, math.TanhOp, math.ErfOp),
    *(math.LogOp, math.Log1pOp, math.PowFOp, math.FloorOp, math.CeilOp, math.CopySignOp),
)

COMBINE: Mapping[str, type[Operation]] = {
    "sum": arith.AddfOp,
    "product": arith.MulfOp,
    "max": arith.MaximumfOp,
    "min": arith.MinimumfOp,
    "maxnum": arith.MaxnumfOp,
    "minnum": arith.MinnumfOp,
    "larger": arith.MaximumfOp,
}
"""What each conflict resolution does with two floating-point values."""

NEUTRAL: Mapping[str, float] = {
    "sum": -0.0,
    "product": 1.0,
    "max": -inf,
    "min": inf,
    "maxnum": nan,
    "minnum": nan,
    "larger": -inf,
}
"""The number that changes nothing when it is combined with another; 0.0 would make -0.0 a 0.0."""

REDUCE: Mapping[str, str] = {
    **{"sum": "add", "product": "mul", "max": "maximumf", "min": "minimumf"},
    **{"maxnum": "maxnumf", "minnum": "minnumf", "larger": "maximumf"},
}
"""The kind of `vector.reduction` that combines the lanes of a vector as each resolution does."""


def combined(resolution: str, old: SSAValue, value: SSAValue) -> Operation:
    """
    `old` combined with a floating-point `value`; in one rounding where a product is summed up.

    The order of a conflict resolution is open, and so are its roundings.
    """
    product = value.owner
    if resolution == "sum" and isinstance(product, arith.MulfOp):
        return math.FmaOp(product.lhs, product.rhs, old)
    if resolution == "larger":
        return arith.MaximumfOp(old, value, FastMathFlagsAttr([FastMathFlag.NO_NANS]))
    return COMBINE[resolution](old, value)  # pyright: ignore[reportCallIssue]


def lanes_combined(resolution: str, value: SSAValue) -> vector.ReductionOp:
    """All lanes of a vector combined into one number, in any order."""
    kind = cast("VectorType[Attribute]", value.type)
    flags = [FastMathFlag.REASSOC, *([FastMathFlag.NO_NANS] if resolution == "larger" else [])]
    return vector.ReductionOp.create(
        operands=[value],
        result_types=[kind.element_type],
        properties={
            "kind": vector.CombiningKindAttr(vector.CombiningKindFlag(REDUCE[resolution])),
            "fastmath": FastMathFlagsAttr(flags),
        },
    )


def is_vectorizable(tasklet: TaskletOp) -> bool:
    """Whether every operation works on vectors of f32 or f64 as on one number."""
    args = tasklet.body.block.args
    floats = all(isinstance(a.type, Float32Type | Float64Type) for a in args)
    return floats and all(map(works_on_vectors, tasklet.body.block.ops))


def works_on_vectors(op: Operation) -> bool:
    """Whether an operation works on vectors of f32 or f64 as on one number."""
    known = isinstance(op, (*_ELEMENTWISE, arith.ConstantOp, YieldOp))
    return known and all(isinstance(r.type, Float32Type | Float64Type) for r in op.results)


@dataclass(frozen=True)
class Lanes:
    """`count` neighbouring values of a parameter, beginning at `start`."""

    parameter: str
    start: Expr
    count: int
    some: Expr | None = None
    """How many of them, the first ones, are in its range; None if all are."""

    def memlet(self, memlet: MemletAttr) -> MemletAttr:
        """The elements that all lanes touch; the same memlet for one that does not move."""
        ranges = tuple(self.range(r) for r in memlet.ranges)
        return MemletAttr(SubsetAttr(ranges), memlet.resolution.data)

    def range(self, r: Range) -> Range:
        first = r.substituted({self.parameter: self.start})
        if self.count == 1 or self.parameter not in symbolic.symbols_of(*r.exprs):
            return first
        step = slope(r.start, self.parameter)
        assert step is not None
        last = (self.count if self.some is None else self.some) - 1
        return Range.of(first.start, first.start + last * step + 1, step)

    def type(self, element: Attribute) -> Attribute:
        """The type that holds one value per lane."""
        return element if self.count == 1 else VectorType(element, [self.count])


def splat(value: float, element: Attribute, lanes: Lanes) -> arith.ConstantOp:
    """A constant with the same number in each lane."""
    assert isinstance(element, Float32Type | Float64Type)
    if lanes.count == 1:
        return arith.ConstantOp(FloatAttr(value, element))
    kind = VectorType(element, [lanes.count])
    return arith.ConstantOp(DenseIntOrFPElementsAttr.from_list(kind, [value]))


@dataclass
class VectorBody:
    """The body of a tasklet, written again for vectors."""

    lanes: Lanes
    block: Block
    values: dict[SSAValue, SSAValue]

    def clone(self, ops: list[Operation]) -> None:
        for op in ops:
            if isinstance(op, arith.ConstantOp):
                number = op.value
                assert isinstance(number, FloatAttr)
                new: Operation = splat(number.value.data, op.result.type, self.lanes)
            else:
                operands = [self.values[o] for o in op.operands]
                kinds = [self.lanes.type(r.type) for r in op.results]
                new = type(op).create(
                    operands=operands,
                    result_types=kinds,
                    properties=dict(op.properties),
                    attributes=dict(op.attributes),
                )
            new.location = op.location
            self.block.add_op(new)
            for old, result in zip(op.results, new.results, strict=True):
                self.values[old] = result

    def add(self, op: Operation) -> SSAValue:
        self.block.add_op(op)
        return op.results[0]

    def combined(self, resolution: str, value: SSAValue) -> SSAValue:
        """All lanes in the range of `value` combined into one number."""
        if self.lanes.some is not None:
            kind = cast("VectorType[Attribute]", value.type)
            other = self.add(splat(NEUTRAL[resolution], kind.element_type, self.lanes))
            count, some = self.lanes.count, int(self.lanes.some)
            lanes = [*range(some), *range(count + some, 2 * count)]
            mask = DenseArrayBase.from_list(i64, lanes)
            value = self.add(
                vector.ShuffleOp.create(
                    operands=[value, other],
                    result_types=[value.type],
                    properties={"mask": mask},
                )
            )
        return self.add(lanes_combined(resolution, value))


def move_tasklet(
    source: tuple[SSAValue, MemletAttr], target: tuple[SSAValue, MemletAttr], kind: Attribute
) -> TaskletOp:
    """`tasklet (%v = source) -> (target) { yield %v }` with a value of type `kind`."""
    block = Block(arg_types=[kind])
    block.add_op(YieldOp(block.args[0]))
    return TaskletOp([source], [target], Region(block))
