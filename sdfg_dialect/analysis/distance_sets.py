"""Distances between iterations as sets of integers, described to isl and read from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.affine import (
    IntegerSet,
    NotAffineError,
    Writer,
    digits,
    integer_set,
    isl,
)
from sdfg.dialect.analysis.equations import Equations
from sdfg.dialect.analysis.subsets import is_nonnegative
from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr

SIGNS: Mapping[str, Callable[[str], str]] = {
    "-": lambda d: f"{d} < 0",
    "0": lambda d: f"{d} = 0",
    "+": lambda d: f"{d} > 0",
}


def distance_set(equations: Equations) -> tuple[IntegerSet, bool]:
    """
    All distances along the common loops at which the equations hold, for any sizes.

    Where something cannot be described it is left out, so that the set is larger; then the second
    result is False.
    """
    text = _Description(equations.facts.sizes)
    sides = (("x", equations.first), ("y", equations.second))
    assigned = equations.facts.assigned
    names = [
        {n: f"{mark}{k}" for k, n in enumerate(sorted(assigned.union(side.ranges)))}
        for mark, side in sides
    ]
    for (_, side), own in zip(sides, names, strict=True):
        for name, over in side.ranges.items():
            text.within(own, name, over)
    for a, b in equations.pairs:
        for x, y in _digit_pairs(equations, a, b):
            text.equal(x, y, names)
    for k, (loop, private) in enumerate(zip(equations.common, equations.private, strict=True)):
        x, y = (own[loop.parameter] for own in names)
        text.conditions.append(f"d{k} = {y} - {x}")
        if private:
            text.conditions.append(f"{x} = {y}")
    used = symbolic.symbols_of(*(e for pair in equations.pairs for e in pair))
    bound = [variable for own in names for variable in own.values()]
    result = integer_set(text.of_set(len(equations.common), bound))
    return result, text.is_complete and used.isdisjoint(assigned)


def _digit_pairs(equations: Equations, a: Expr, b: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Two indices as digits to the same base, so that products with a size are none any more."""
    sizes = equations.facts.sizes
    left, right = (
        digits(a, equations.first.ranges, sizes),
        digits(b, equations.second.ranges, sizes),
    )
    if [base for _, base in left] != [base for _, base in right]:
        yield a, b
        return
    for (x, _), (y, _) in zip(left, right, strict=True):
        yield x, y


@dataclass
class _Description:
    """The text of a set for isl, condition by condition."""

    sizes: frozenset[str]
    """Symbols that are never negative."""
    writer: Writer = field(default_factory=Writer)
    conditions: list[str] = field(default_factory=list[str])
    is_complete: bool = True
    """Whether no condition had to be left out."""

    def within(self, names: Mapping[str, str], name: str, over: Range) -> None:
        """Hold a variable to its range."""
        variable = names[name]
        self._add(lambda: f"{self.writer.text(over.start, names)} <= {variable}")
        self._add(lambda: f"{variable} < {self.writer.text(over.end, names)}")
        if over.step == 1:
            return
        step = symbolic.constant(over.step)
        if step is None:
            self.is_complete = False
            return
        self._add(lambda: f"({variable} - {self.writer.text(over.start, names)}) mod {step} = 0")

    def equal(self, a: Expr, b: Expr, names: Sequence[Mapping[str, str]]) -> None:
        self._add(lambda: f"{self.writer.text(a, names[0])} = {self.writer.text(b, names[1])}")

    def _add(self, condition: Callable[[], str]) -> None:
        try:
            self.conditions.append(condition())
        except NotAffineError:
            self.is_complete = False

    def of_set(self, rank: int, bound: Sequence[str]) -> str:
        """The set of `d0, d1, ...` for which there are values of the variables `bound`."""
        parameters = self.writer.parameters
        known = [f"{name} >= 0" for e, name in parameters.items() if is_nonnegative(e, self.sizes)]
        conditions = " and ".join([*self.conditions, *known]) or "0 = 0"
        inner = f"exists {', '.join(bound)} : {conditions}" if bound else conditions
        head = ", ".join(f"d{k}" for k in range(rank))
        return f"[{', '.join(parameters.values())}] -> {{ [{head}] : {inner} }}"


def vectors_of_set(
    found: IntegerSet, rank: int
) -> Iterator[tuple[int | Literal["+", "-", "*"], ...]]:
    """
    What lies in a set of distances, as vectors of numbers and signs.

    The first component that is not 0 has a sign; one behind it is `*` where it has any sign, and
    else splits the vector in one per sign.
    """
    yield from _vectors(found, (), rank)


def _vectors(
    left: IntegerSet, known: tuple[int | Literal["+", "-", "*"], ...], rank: int
) -> Iterator[tuple[int | Literal["+", "-", "*"], ...]]:
    if left.is_empty():
        return
    level = len(known)
    if level == rank:
        yield known
        return
    value = _fixed(left, level)
    if value is not None:
        yield from _vectors(left, (*known, value), rank)
        return
    parts = {sign: left.intersect(_half(sign, level, rank)) for sign in SIGNS}
    parts = {sign: part for sign, part in parts.items() if not part.is_empty()}
    if len(parts) == 3 and any(known):
        yield from _vectors(left, (*known, "*"), rank)
        return
    for sign, part in parts.items():
        only = _fixed(part, level)
        mark: int | Literal["+", "-"] = only if only is not None else "+" if sign == "+" else "-"
        yield from _vectors(part, (*known, mark), rank)


def _fixed(values: IntegerSet, dimension: int) -> int | None:
    """The one value that a dimension has in all of a set, if it is a number."""
    hull = isl().Set.from_basic_set(values.affine_hull())
    value = hull.plain_get_val_if_fixed(isl().dim_type.set, dimension)
    return None if value.is_nan() else int(value.to_python())


def _half(sign: str, dimension: int, rank: int) -> IntegerSet:
    """All points of which one coordinate has a sign."""
    head = ", ".join(f"d{k}" for k in range(rank))
    return integer_set(f"{{ [{head}] : {SIGNS[sign](f'd{dimension}')} }}")
