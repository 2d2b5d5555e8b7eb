"""Random symbolic expressions, each with what it means in Python."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

NAMES = ("N", "E", "pi", "lambda", "i0")
Values = dict[str, int]


@dataclass(frozen=True)
class Meant:
    """An expression, and a function of the symbols that gives its value."""

    expr: Expr
    value: Callable[[Values], Any]

    def __repr__(self) -> str:
        return symbolic.text_of(self.expr)


def values() -> st.SearchStrategy[Values]:
    """A number of at least 1 for each symbol: symbols are sizes and divisors."""
    return st.fixed_dictionaries({name: st.integers(1, 9) for name in NAMES})


def leaves() -> st.SearchStrategy[Meant]:
    numbers = st.integers(-9, 9).map(lambda n: Meant(symbolic.integer(n), lambda v: n))
    symbols = st.sampled_from(NAMES).map(lambda n: Meant(symbolic.symbol(n), lambda v: v[n]))
    return numbers | symbols


def _sum(a: Meant, b: Meant) -> Meant:
    return Meant(a.expr + b.expr, lambda v: a.value(v) + b.value(v))


def _difference(a: Meant, b: Meant) -> Meant:
    return Meant(a.expr - b.expr, lambda v: a.value(v) - b.value(v))


def _product(a: Meant, b: Meant) -> Meant:
    return Meant(a.expr * b.expr, lambda v: a.value(v) * b.value(v))


def _quotient(a: Meant, b: Meant) -> Meant:
    return Meant(symbolic.FloorDiv(a.expr, b.expr), lambda v: a.value(v) // b.value(v))


def _rest(a: Meant, b: Meant) -> Meant:
    return Meant(symbolic.Mod(a.expr, b.expr), lambda v: a.value(v) % b.value(v))


def _rounded_up(a: Meant, b: Meant) -> Meant:
    return Meant(symbolic.ceil_div(a.expr, b.expr), lambda v: -(-a.value(v) // b.value(v)))


def divisors() -> st.SearchStrategy[Meant]:
    numbers = st.integers(1, 8).map(lambda n: Meant(symbolic.integer(n), lambda v: n))
    symbols = st.sampled_from(NAMES).map(lambda n: Meant(symbolic.symbol(n), lambda v: v[n]))
    return numbers | symbols


def arithmetic(leaf: st.SearchStrategy[Meant] | None = None) -> st.SearchStrategy[Meant]:
    """Sums, products, quotients and remainders."""

    def larger(inner: st.SearchStrategy[Meant]) -> st.SearchStrategy[Meant]:
        joined = [st.builds(f, inner, inner) for f in (_sum, _difference, _product)]
        divided = [st.builds(f, inner, divisors()) for f in (_quotient, _rest, _rounded_up)]
        return st.one_of(*joined, *divided)

    return st.recursive(leaf or leaves(), larger, max_leaves=6)


def _smallest(parts: list[Meant]) -> Meant:
    return Meant(
        symbolic.minimum(*(p.expr for p in parts)), lambda v: min(p.value(v) for p in parts)
    )


def _largest(parts: list[Meant]) -> Meant:
    return Meant(
        symbolic.maximum(*(p.expr for p in parts)), lambda v: max(p.value(v) for p in parts)
    )


def expressions() -> st.SearchStrategy[Meant]:
    """
    Arithmetic, with minimum and maximum of such in it.

    A minimum of maxima is left out: sympy has no canonical form for it, so that its text may read
    back as an equal expression of another form.
    """
    parts = st.lists(arithmetic(), min_size=2, max_size=3)
    extremes = st.builds(_smallest, parts) | st.builds(_largest, parts)
    return arithmetic() | st.builds(_sum, extremes, arithmetic()) | extremes


def _related(sign: str, a: Meant, b: Meant) -> Meant:
    x, y = f"({symbolic.text_of(a.expr)})", f"({symbolic.text_of(b.expr)})"
    relations: dict[str, Callable[[int, int], bool]] = {
        "==": lambda p, q: p == q,
        "ne": lambda p, q: p != q,
        "<": lambda p, q: p < q,
        "<=": lambda p, q: p <= q,
        ">": lambda p, q: p > q,
        ">=": lambda p, q: p >= q,
    }
    relation = relations[sign]
    return Meant(symbolic.parse(f"{x} {sign} {y}"), lambda v: relation(a.value(v), b.value(v)))


def conditions() -> st.SearchStrategy[Meant]:
    """Comparisons, with `and`, `or` and `not`."""
    signs = st.sampled_from(["==", "ne", "<", "<=", ">", ">="])
    leaf = st.builds(_related, signs, leaves(), arithmetic())

    def joined(word: str, a: Meant, b: Meant) -> Meant:
        x, y = (f"({symbolic.text_of(m.expr)})" for m in (a, b))
        if word == "not":
            return Meant(symbolic.parse(f"not {x}"), lambda v: not a.value(v))
        both = word == "and"
        return Meant(
            symbolic.parse(f"{x} {word} {y}"),
            lambda v: a.value(v) and b.value(v) if both else a.value(v) or b.value(v),
        )

    def larger(inner: st.SearchStrategy[Meant]) -> st.SearchStrategy[Meant]:
        return st.builds(joined, st.sampled_from(["and", "or", "not"]), inner, inner)

    return st.recursive(leaf, larger, max_leaves=4)
