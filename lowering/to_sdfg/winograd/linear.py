"""Products of a constant matrix and a vector as straight-line code with few operations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import AnyFloat, FloatAttr
from xdsl.ir import SSAValue

from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.winograd.toom_cook import Matrix

Index = tuple[int, ...]
Value = SSAValue | None
"""A number of the program; None for zero."""


@dataclass
class Arithmetic:
    """Emits sums of products into a tasklet, fused; counts what it emits."""

    builder: TaskletBuilder
    kind: AnyFloat
    count: int = 0
    constants: dict[Fraction, SSAValue] = field(default_factory=dict[Fraction, SSAValue])

    def constant(self, value: Fraction) -> SSAValue:
        if value not in self.constants:
            number = FloatAttr(float(value), self.kind)  # pyright: ignore[reportArgumentType]
            self.constants[value] = self.builder.emit(arith.ConstantOp(number))
        return self.constants[value]

    def zero(self) -> SSAValue:
        return self.constant(Fraction(0))

    def sum(self, terms: Sequence[tuple[Fraction, Value]]) -> Value:
        """`sum of factor * value`. Terms with factor 1 or -1 come first: they need no product."""
        left = [(f, v) for f, v in terms if f and v is not None]
        left.sort(key=lambda term: (abs(term[0]) != 1, term[0] != 1))
        if not left:
            return None
        (factor, value), *rest = left
        total = self._scaled(factor, value)
        for factor, value in rest:
            total = self._add(total, factor, value)
        return total

    def _scaled(self, factor: Fraction, value: Value) -> SSAValue:
        assert value is not None
        if factor == 1:
            return value
        self.count += 1
        if factor == -1:
            return self.builder.emit(arith.NegfOp(value))
        return self.builder.emit(arith.MulfOp(value, self.constant(factor)))

    def _add(self, total: SSAValue, factor: Fraction, value: Value) -> SSAValue:
        assert value is not None
        self.count += 1
        if factor == 1:
            return self.builder.emit(arith.AddfOp(total, value))
        if factor == -1:
            return self.builder.emit(arith.SubfOp(total, value))
        return self.builder.emit(math.FmaOp(value, self.constant(factor), total))


def multiplied(arithmetic: Arithmetic, matrix: Matrix, values: Sequence[Value]) -> list[Value]:
    """
    `matrix` times `values`.

    Rows that differ only in signs share what they have in common: `e + o` and `e - o`; so do
    columns: `x + y` and `x - y` are then the values.
    """
    rows = [list(row) for row in matrix]
    values = _combine_columns(arithmetic, rows, list(values))
    results: list[Value] = [None] * len(rows)
    done: set[int] = set()
    for i, row in enumerate(rows):
        if i in done:
            continue
        partner = next((k for k in range(i + 1, len(rows)) if _mirrored(row, rows[k])), None)
        if partner is None:
            results[i] = arithmetic.sum(list(zip(row, values, strict=True)))
            continue
        pairs = list(zip(row, rows[partner], values, strict=True))
        even = arithmetic.sum([(a, v) for a, b, v in pairs if a == b])
        odd = arithmetic.sum([(a, v) for a, b, v in pairs if a == -b])
        one = Fraction(1)
        results[i] = arithmetic.sum([(one, even), (one, odd)])
        results[partner] = arithmetic.sum([(one, even), (-one, odd)])
        done.add(partner)
    return results


def _mirrored(a: Sequence[Fraction], b: Sequence[Fraction]) -> bool:
    """Whether two rows have the same numbers, at least two of either sign."""
    same = sum(x == y != 0 for x, y in zip(a, b, strict=True))
    opposite = sum(x == -y != 0 for x, y in zip(a, b, strict=True))
    zero = sum(x == y == 0 for x, y in zip(a, b, strict=True))
    return same + opposite + zero == len(a) and same > 0 and opposite > 0 and same + opposite > 2


def _combine_columns(
    arithmetic: Arithmetic, rows: list[list[Fraction]], values: list[Value]
) -> list[Value]:
    """Replace two values by their sum and difference where each row uses one of these; in place."""
    columns = len(values)
    for j, k in product(range(columns), range(columns)):
        if j >= k or values[j] is None or values[k] is None:
            continue
        pairs = [(row[j], row[k]) for row in rows]
        if any(abs(a) != abs(b) for a, b in pairs):
            continue
        if sum(a != 0 for a, _ in pairs) < 3 or all(a == b for a, b in pairs):
            continue
        one = Fraction(1)
        x, y = values[j], values[k]
        values[j] = arithmetic.sum([(one, x), (one, y)])
        values[k] = arithmetic.sum([(one, x), (-one, y)])
        for row in rows:
            a, b = row[j], row[k]
            row[j], row[k] = (a, Fraction(0)) if a == b else (Fraction(0), a)
    return values


def transformed(
    arithmetic: Arithmetic, matrices: Sequence[Matrix], values: Mapping[Index, Value]
) -> dict[Index, Value]:
    """
    `values`, an array of as many dimensions as there are matrices, multiplied along each of them.
    """
    current = dict(values)
    for axis, matrix in enumerate(matrices):
        size = len(matrix[0])
        others = dict.fromkeys((*i[:axis], *i[axis + 1 :]) for i in current)
        result: dict[Index, Value] = {}
        for other in others:
            at: Callable[[int], Index] = lambda k, o=other: (*o[:axis], k, *o[axis:])  # noqa: E731
            column = multiplied(arithmetic, matrix, [current[at(k)] for k in range(size)])
            result |= {at(k): v for k, v in enumerate(column)}
        current = result
    return current
