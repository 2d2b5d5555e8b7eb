"""Symbolic expressions as affine forms, and as the text of integer sets that isl reads."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.subsets import bounds, is_nonnegative, terms_of
from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr

IntegerSet = Any
"""isl's Python binding has no usable type stubs; its objects stay untyped here."""


@cache
def isl() -> Any:
    """isl's Python binding. Most programs need no integer sets, and to load it takes 60 ms."""
    return import_module("islpy")


@lru_cache(maxsize=1 << 12)
def integer_set(text: str) -> IntegerSet:
    """The set that `text` describes in isl's notation."""
    return isl().Set(text)


@dataclass(frozen=True)
class Linear:
    """A sum of symbols with integer factors, and a constant."""

    factors: Mapping[str, int]
    constant: int


@lru_cache(maxsize=1 << 14)
def linear(expr: Expr) -> Linear | None:
    """`expr` as a linear form in all its symbols, or None where it is not one."""
    if expr.is_Integer:
        return Linear({}, int(expr))
    if expr.is_Symbol:
        return Linear({expr.name: 1}, 0)
    factors: dict[str, int] = {}
    constant = 0
    for term in terms_of(symbolic.expanded(expr)):
        factor, rest = term.as_coeff_Mul()
        if not factor.is_Integer:
            return None
        if rest == 1:
            constant += int(factor)
        elif rest.is_Symbol:
            factors[rest.name] = int(factor)
        else:
            return None
    return Linear(factors, constant)


class NotAffineError(Exception):
    """An expression that isl cannot take."""


@dataclass
class Writer:
    """
    Writes expressions in isl's notation.

    Symbols that vary have a name there; all other symbols, and products and the like of those,
    become parameters of the set.
    """

    parameters: dict[Expr, str] = field(default_factory=dict[Expr, str])
    """Name of each parameter, by the expression that it stands for."""

    def text(self, expr: Expr, names: Mapping[str, str]) -> str:
        """
        `expr`, where `names` are those of the symbols that vary.

        Raises `NotAffineError` if it is not affine in them, divisions by numbers aside.
        """
        if expr.is_Integer:
            return str(int(expr))
        if expr.is_Symbol and expr.name in names:
            return names[expr.name]
        if expr.is_Symbol or not symbolic.symbols_of(expr) & names.keys():
            form = linear(expr)
            if expr.is_Symbol or form is None:
                return self.parameters.setdefault(expr, f"s{len(self.parameters)}")
        kind = type(expr).__name__
        if kind in _FORMS:
            return _FORMS[kind](self, expr, names)
        return self._product(symbolic.expanded(expr), names)

    def _product(self, expr: Expr, names: Mapping[str, str]) -> str:
        if expr.is_Add:
            return self._sum(expr, names)
        factor, rest = expr.as_coeff_Mul()
        if not factor.is_Integer or factor == 1:
            raise NotAffineError
        return f"{self.text(factor, names)}*({self.text(rest, names)})"

    def _sum(self, expr: Expr, names: Mapping[str, str]) -> str:
        terms = sorted(terms_of(symbolic.expanded(expr)), key=symbolic.text_of)
        return "(" + " + ".join(self.text(t, names) for t in terms) + ")"

    def _divided(self, form: str, expr: Expr, names: Mapping[str, str]) -> str:
        number, divisor = expr.args
        if not divisor.is_Integer or divisor <= 0:
            raise NotAffineError
        return form.format(self.text(number, names), int(divisor))

    def _extremum(self, name: str, expr: Expr, names: Mapping[str, str]) -> str:
        first, *rest = sorted(self.text(a, names) for a in expr.args)
        for other in rest:
            first = f"{name}({first}, {other})"
        return first


_FORMS: Mapping[str, Callable[[Writer, Expr, Mapping[str, str]], str]] = {
    "Add": Writer._sum,  # pyright: ignore[reportPrivateUsage]
    "FloorDiv": lambda w, e, n: w._divided("floor(({})/{})", e, n),  # pyright: ignore
    "Mod": lambda w, e, n: w._divided("(({}) mod {})", e, n),  # pyright: ignore
    "Min": lambda w, e, n: w._extremum("min", e, n),  # pyright: ignore
    "Max": lambda w, e, n: w._extremum("max", e, n),  # pyright: ignore
}


def digits(
    expr: Expr, ranges: Mapping[str, Range], sizes: Collection[str]
) -> tuple[tuple[Expr, Expr | None], ...]:
    """
    `expr` as a number to a symbolic base: each digit with its base, the leading one without.

    `i * S + j` has the digits `i` and `j` where `j` runs from 0 below the invariant `S`, so that
    two such numbers are equal exactly when all digits are. An expression without such a base is its
    only digit. `ranges` are those of all symbols that vary, `sizes` the symbols that are never
    negative.
    """
    bases: set[Expr] = set()
    low: list[Expr] = []
    high: list[Expr] = []
    for term in terms_of(symbolic.expanded(expr)):
        varying = symbolic.symbols_of(term) & ranges.keys()
        base = term
        for name in varying:
            base = base / symbolic.symbol(name)
        if not varying or base.is_Integer:
            low.append(term)
            continue
        if symbolic.symbols_of(base) & ranges.keys():
            return ((expr, None),)
        bases.add(base)
        high.append(term)
    base = _common_base(bases)
    if base is None:
        return ((expr, None),)
    digit, rest = sum(low, symbolic.integer(0)), sum(t / base for t in high)
    if not _is_digit(digit, base, ranges, frozenset(sizes)):
        return ((expr, None),)
    return (*digits(rest, ranges, sizes), (digit, base))


def _common_base(bases: set[Expr]) -> Expr | None:
    """The one of `bases` that divides all of them."""
    for base in sorted(bases, key=symbolic.text_of):
        quotients = [symbolic.expanded(other / base) for other in bases]
        if all(q.as_numer_denom()[1] == 1 for q in quotients):
            return base
    return None


def _is_digit(expr: Expr, base: Expr, ranges: Mapping[str, Range], sizes: frozenset[str]) -> bool:
    span = bounds(expr, ranges)
    if span is None:
        return False
    low, high = span
    inside = is_nonnegative(symbolic.expanded(base - 1 - high), sizes)
    return inside and is_nonnegative(low, sizes)
