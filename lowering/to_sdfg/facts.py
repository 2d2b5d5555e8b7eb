"""What is known about the symbols of a program, and comparisons that follow from it."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sympy  # pyright: ignore[reportMissingTypeStubs]

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

_sympy: Any = sympy


TRUE: Expr = _sympy.true
FALSE: Expr = _sympy.false


def not_zero(expr: Expr) -> Expr:
    """The condition that an integer is not 0."""
    return _sympy.Ne(expr, 0)


class Facts:
    """
    Symbols that are never negative (sizes), and symbols that run over a range (loops and maps).

    A proof that fails means "not known", never "false".
    """

    def __init__(self) -> None:
        self._sizes: set[str] = set()
        self._ranges: dict[str, tuple[Expr, Expr | None]] = {}
        self._known: dict[Expr, bool] = {}

    def add_size(self, name: str) -> None:
        """Record that the symbol `name` is never negative."""
        self._sizes.add(name)
        self._known.clear()

    def assume(self, condition: Expr) -> None:
        """Take a condition as true from here on, if it bounds a symbol from below."""
        if type(condition).__name__ not in ("LessThan", "StrictLessThan"):
            if type(condition).__name__ not in ("GreaterThan", "StrictGreaterThan"):
                return
            condition = condition.reversed
        low, high = condition.args
        margin = 1 if type(condition).__name__ == "StrictLessThan" else 0
        if high.is_Symbol and low.is_Integer:
            known = self._ranges.get(high.name, (low, None))
            self._ranges[high.name] = (_sympy.Max(known[0], low + margin), known[1])
            self._known.clear()

    @contextmanager
    def within(self, ranges: Mapping[str, tuple[Expr, Expr]]) -> Generator[None]:
        """Let each symbol run from its first to its last value, both included, inside the block."""
        saved, proved = self._ranges, self._known
        self._ranges, self._known = {**saved, **ranges}, {}
        yield
        self._ranges, self._known = saved, proved

    def nonnegative(self, expr: Expr) -> bool:
        """Whether `expr >= 0` follows."""
        if expr.is_Integer:
            return bool(expr >= 0)
        known = self._known.get(expr)
        if known is None:
            known = self._known[expr] = self._prove(expr, 4)
        return known

    def less_equal(self, a: Expr, b: Expr) -> bool:
        """Whether `a <= b` follows."""
        return self.nonnegative(_sympy.expand(b - a))

    def minimum(self, a: Expr, b: Expr) -> Expr:
        """The smaller of two, without `min` where one is known to be smaller."""
        if self.less_equal(a, b):
            return a
        return b if self.less_equal(b, a) else symbolic.minimum(a, b)

    def maximum(self, a: Expr, b: Expr) -> Expr:
        """The larger of two, without `max` where one is known to be larger."""
        if self.less_equal(a, b):
            return b
        return a if self.less_equal(b, a) else symbolic.maximum(a, b)

    def compare(self, predicate: str, a: Expr, b: Expr) -> Expr | None:
        """
        The condition `a <predicate> b` of `arith.cmpi`, decided where possible.

        None for an unsigned comparison of what may be negative.
        """
        if predicate.startswith("u"):
            if not (self.nonnegative(a) and self.nonnegative(b)):
                return None
            predicate = "s" + predicate[1:]
        match predicate:
            case "eq" | "ne":
                return self._equality(predicate == "eq", a, b)
            case "slt":
                return self._less(a, b)
            case "sgt":
                return self._less(b, a)
            case "sge":
                return _sympy.Not(self._less(a, b))
            case _:
                return _sympy.Not(self._less(b, a))

    def _equality(self, same: bool, a: Expr, b: Expr) -> Expr:
        if symbolic.equal(a, b):
            return TRUE if same else FALSE
        if self.less_equal(a + 1, b) or self.less_equal(b + 1, a):
            return FALSE if same else TRUE
        return _sympy.Eq(a, b) if same else _sympy.Ne(a, b)

    def _less(self, a: Expr, b: Expr) -> Expr:
        if self.less_equal(a + 1, b):
            return TRUE
        return FALSE if self.less_equal(b, a) else _sympy.Lt(a, b)

    def _prove(self, expr: Expr, depth: int) -> bool:
        if expr.is_Integer:
            return bool(expr >= 0)
        if expr.is_Symbol:
            return self._prove_symbol(expr, depth)
        if expr.is_Add:
            return self._prove_sum(expr, depth)
        if expr.is_Mul or expr.is_Pow:
            return all(self._prove(f, depth) for f in expr.args)
        match type(expr).__name__:
            case "FloorDiv" | "Min":
                return all(self._prove(a, depth) for a in expr.args)
            case "Mod":
                return self._prove(expr.args[1], depth)
            case "Max":
                return any(self._prove(a, depth) for a in expr.args)
            case _:
                return False

    def _prove_symbol(self, expr: Expr, depth: int) -> bool:
        if expr.name in self._sizes:
            return True
        low = self._ranges.get(expr.name)
        return low is not None and depth > 0 and self._prove(low[0], depth - 1)

    def _prove_sum(self, expr: Expr, depth: int) -> bool:
        if all(self._prove(term, depth) for term in expr.args):
            return True
        return depth > 0 and any(self._prove(e, depth - 1) for e in self._lower_bounds(expr))

    def _lower_bounds(self, expr: Expr) -> Iterator[Expr]:
        """Expressions that are never larger than the sum `expr`, each with one thing less in it."""
        for term in expr.args:
            coefficient, factors = term.as_coeff_mul()
            if len(factors) != 1:
                continue
            (factor,) = factors
            rest = expr - term
            if factor.is_Symbol and factor.name in self._ranges:
                low, high = self._ranges[factor.name]
                bound = low if coefficient > 0 else high
                if bound is not None:
                    yield _sympy.expand(rest + coefficient * bound)
            elif type(factor).__name__ == ("Max" if coefficient > 0 else "Min"):
                yield from (_sympy.expand(rest + coefficient * a) for a in factor.args)
