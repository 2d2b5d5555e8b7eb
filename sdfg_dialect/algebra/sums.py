"""Expressions that are neither numbers nor atoms: sums, products and powers."""

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sdfg.dialect.algebra.nodes import interned
from sdfg.dialect.algebra.polynomials import Expr, Number, as_expr, number
from sdfg.dialect.algebra.terms import Factor, Monomial, Terms


class Polynomial(Expr):
    """A sum of products that is neither a number nor an atom."""

    __slots__ = ("_args", "_terms", "_text")

    _terms: Terms
    _args: tuple[Expr, ...]
    _text: str

    @property
    def terms(self) -> Terms:
        return self._terms

    @property
    def args(self) -> tuple[Expr, ...]:
        try:
            return self._args
        except AttributeError:
            self._args = self._parts()
            return self._args

    def _parts(self) -> tuple[Expr, ...]:
        raise NotImplementedError

    def _find_symbols(self) -> frozenset[str]:
        atoms = {atom for monomial in self._terms for atom, _ in monomial}
        return frozenset[str]().union(*(atom.symbols for atom in atoms))

    def xreplace(self, values: "Mapping[Any, Any]") -> Any:
        if self in values:
            return values[self]
        atoms = {atom for monomial in self._terms for atom, _ in monomial}
        changed = {a: new for a in atoms if (new := a.xreplace(values)) is not a}
        if not changed:
            return self
        kept: dict[Monomial, Factor] = {}
        moved: list[Expr] = []
        for monomial, factor in self._terms.items():
            if not any(atom in changed for atom, _ in monomial):
                kept[monomial] = factor
                continue
            term = number(factor)
            for atom, exponent in monomial:
                term = term * as_expr(changed.get(atom, atom)) ** exponent
            moved.append(term)
        return sum(moved, made(kept))

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            self._text = self._print()
            return self._text

    def _print(self) -> str:
        raise NotImplementedError


class Add(Polynomial):
    """A sum of several products: its `args`, the number first, then in the order of their text."""

    __slots__ = ()
    is_Add: ClassVar[bool] = True

    @property
    def func(self) -> Callable[..., Expr]:
        return _sum_of

    def _parts(self) -> tuple[Expr, ...]:
        parts = [made({m: f}) for m, f in self._terms.items()]
        return tuple(sorted(parts, key=lambda part: (not isinstance(part, Number), str(part))))

    def _print(self) -> str:
        return " + ".join(map(str, self.args))


class Mul(Polynomial):
    """A product: a number other than 1, and powers of atoms."""

    __slots__ = ()
    is_Mul: ClassVar[bool] = True

    @property
    def func(self) -> Callable[..., Expr]:
        return _product_of

    def _parts(self) -> tuple[Expr, ...]:
        factor, powers = self.as_coeff_mul()
        return powers if factor == 1 else (factor, *powers)

    def _print(self) -> str:
        factor, powers = self.as_coeff_mul()
        sign = "" if factor == 1 else "-" if factor == -1 else f"{factor}*"
        return sign + "*".join(map(str, powers))


class Pow(Polynomial):
    """A power of one atom; its `args` are that atom and the exponent."""

    __slots__ = ()
    is_Pow: ClassVar[bool] = True

    @property
    def func(self) -> Callable[..., Expr]:
        return _power

    def as_base_exp(self) -> tuple[Expr, Expr]:
        base, exponent = self.args
        return base, exponent

    def _parts(self) -> tuple[Expr, ...]:
        atom, exponent = next(iter(self._terms))[0]
        return atom, number(exponent)

    def _print(self) -> str:
        return f"{self.args[0]}**{self.args[1]}"


def made(terms: Mapping[Monomial, Factor]) -> Expr:
    """The expression with these terms."""
    if len(terms) < 2:
        if not terms:
            return number(0)
        ((monomial, factor),) = terms.items()
        if not monomial:
            return number(factor)
        if factor != 1 or len(monomial) > 1:
            return _interned(Mul, terms)
        atom, exponent = next(iter(monomial))
        return atom if exponent == 1 else _interned(Pow, terms)
    return _interned(Add, terms)


def _interned(kind: type[Polynomial], terms: Terms) -> Expr:
    def make() -> Polynomial:
        result = object.__new__(kind)
        result._terms = terms  # pyright: ignore[reportPrivateUsage]
        return result

    return interned(frozenset(terms.items()), make)


Expr.made = staticmethod(made)  # `polynomials` cannot import it


def _sum_of(*parts: Expr) -> Expr:
    return sum(parts, number(0))


def _product_of(*parts: Expr) -> Expr:
    return math.prod(parts, start=number(1))


def _power(base: Expr, exponent: Number) -> Expr:
    return base ** int(exponent)
