"""
Arithmetic on integer expressions: numbers, atoms, and sums of products, always multiplied out.

Atoms are symbols and functions. What a program holds has integer factors only; fractions and
inverses occur while something is being divided.
"""

import math
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, SupportsIndex

from sdfg.dialect.algebra.conditions import (
    Condition,
    GreaterThan,
    LessThan,
    StrictGreaterThan,
    StrictLessThan,
)
from sdfg.dialect.algebra.nodes import Node, interned
from sdfg.dialect.algebra.terms import (
    UNIT,
    Factor,
    Monomial,
    Terms,
    added,
    divided,
    inverted,
    multiplied,
    scaled,
)


class Expr(Node):
    """An integer expression."""

    __slots__ = ()

    @staticmethod
    def made(terms: Terms) -> "Expr":
        """The expression with these terms; `sums`, which builds on this class, puts it here."""
        raise NotImplementedError

    @property
    def terms(self) -> Terms:
        raise NotImplementedError

    if TYPE_CHECKING:

        def __eq__(self, other: object) -> bool: ...

        def __hash__(self) -> int: ...

    # Arithmetic

    def __add__(self, other: "Expr | int") -> "Expr":
        right = as_number(other)
        return NotImplemented if right is None else self.made(added(self.terms, right.terms))

    def __radd__(self, other: int) -> "Expr":
        return self + other

    def __sub__(self, other: "Expr | int") -> "Expr":
        right = as_number(other)
        return NotImplemented if right is None else self + -right

    def __rsub__(self, other: int) -> "Expr":
        return -self + other

    def __neg__(self) -> "Expr":
        return self.made(scaled(self.terms, -1))

    def __mul__(self, other: "Expr | int") -> "Expr":
        right = as_number(other)
        if right is None:
            return NotImplemented
        if isinstance(right, Number):
            return self.made(scaled(self.terms, right.value))
        return self.made(multiplied(self.terms, right.terms))

    def __rmul__(self, other: int) -> "Expr":
        return self * other

    def __pow__(self, exponent: int) -> "Expr":
        result = number(1)
        for _ in range(abs(int(exponent))):
            result = result * self
        return result if exponent >= 0 else number(1) / result

    def __truediv__(self, other: "Expr | int") -> "Expr":
        right = as_number(other)
        return NotImplemented if right is None else _ratio(self, right)

    def __rtruediv__(self, other: int) -> "Expr":
        return number(other) / self

    # Comparisons

    def __lt__(self, other: "Expr | int") -> Condition:
        right = as_number(other)
        return NotImplemented if right is None else StrictLessThan(self, right)

    def __le__(self, other: "Expr | int") -> Condition:
        right = as_number(other)
        return NotImplemented if right is None else LessThan(self, right)

    def __gt__(self, other: "Expr | int") -> Condition:
        right = as_number(other)
        return NotImplemented if right is None else StrictGreaterThan(self, right)

    def __ge__(self, other: "Expr | int") -> Condition:
        right = as_number(other)
        return NotImplemented if right is None else GreaterThan(self, right)

    @property
    def nonnegative(self) -> bool:
        """Whether this is at least 0 whatever the symbols are, by the signs of its terms."""
        return all(f > 0 and _is_nonnegative(m) for m, f in self.terms.items())

    @property
    def positive(self) -> bool:
        """Whether this is at least 1, likewise."""
        return self.terms.get(UNIT, 0) >= 1 and self.nonnegative

    @property
    def never_zero(self) -> bool:
        """Whether no integers make this 0, because of a factor of all terms but the number."""
        factors = [f for m, f in self.terms.items() if m]
        if any(f.denominator != 1 for f in factors):
            return False
        common = math.gcd(*(int(f) for f in factors))
        return common != 0 and self.terms.get(UNIT, 0) % common != 0

    # Parts

    def coeff(self, atom: "Expr") -> "Expr":
        """The factor of `atom`, not of its powers; it may have other atoms in it."""
        found: dict[Monomial, Factor] = {}
        for monomial, factor in self.terms.items():
            rest = tuple(part for part in monomial if part != (atom, 1))
            if len(rest) < len(monomial):
                found[rest] = factor
        return self.made(found)

    def as_coeff_Add(self) -> "tuple[Expr, Expr]":
        """The number in this sum, and the rest."""
        rest = {m: f for m, f in self.terms.items() if m}
        return number(self.terms.get(UNIT, 0)), self.made(rest)

    def as_coeff_Mul(self) -> "tuple[Expr, Expr]":
        """The number in this product, and the rest; a sum is a product with 1."""
        if len(self.terms) != 1:
            return (number(1), self) if self.terms else (self, number(1))
        ((monomial, factor),) = self.terms.items()
        return number(factor), self.made({monomial: 1})

    def as_coeff_mul(self) -> "tuple[Expr, tuple[Expr, ...]]":
        """The number in this product, and the powers of atoms."""
        if len(self.terms) != 1:
            return (number(1), (self,)) if self.terms else (self, ())
        ((monomial, factor),) = self.terms.items()
        return number(factor), tuple(self.made({(power,): 1}) for power in monomial)

    def as_base_exp(self) -> "tuple[Expr, Expr]":
        """The base and the exponent of a power."""
        return self, number(1)

    def is_polynomial(self, symbol: "Expr") -> bool:
        """Whether no function, and no negative power, is of `symbol`."""
        return all(
            exponent > 0 if atom is symbol else symbol not in atom.walk()
            for monomial in self.terms
            for atom, exponent in monomial
        )

    @property
    def free_symbols(self) -> "frozenset[Symbol]":
        """All symbols within."""
        return frozenset(map(Symbol, self.symbols))

    def expand(self) -> "Expr":
        """This expression, which is multiplied out."""
        return self


class Number(Expr):
    """A fraction, on the way to an integer."""

    __slots__ = ("_hash", "value")

    value: Factor

    def __init__(self, value: Factor):
        self.value = value
        self._hash = hash(value)

    @property
    def terms(self) -> Terms:
        return {UNIT: self.value} if self.value else {}

    def __eq__(self, other: object) -> bool:
        return self is other or self.value == (other.value if isinstance(other, Number) else other)

    def __hash__(self) -> int:
        return self._hash

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        if isinstance(self.value, int):
            return self.value
        raise TypeError(f"{self} is no integer")

    def __float__(self) -> float:
        return float(self.value)

    def __bool__(self) -> bool:
        return self.value != 0

    def __add__(self, other: "Expr | int") -> "Expr":
        right = as_number(other)
        if isinstance(right, Number):
            return number(self.value + right.value)
        return super().__add__(other)

    def __mul__(self, other: "Expr | int") -> "Expr":
        right = as_number(other)
        if isinstance(right, Number):
            return number(self.value * right.value)
        return NotImplemented if right is None else right * self

    def __abs__(self) -> "Number":
        return number(abs(self.value))

    def __neg__(self) -> "Number":
        return number(-self.value)

    def __mod__(self, other: "Expr | int") -> "Number":
        right = as_number(other)
        return number(self.value % right.value) if isinstance(right, Number) else NotImplemented

    def __floordiv__(self, other: "Expr | int") -> "Number":
        right = as_number(other)
        return number(self.value // right.value) if isinstance(right, Number) else NotImplemented

    def xreplace(self, values: "Mapping[Any, Any]") -> Any:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return number, (self.value,)

    def __str__(self) -> str:
        return str(self.value)


class Integer(Number):
    """An integer."""

    __slots__ = ()
    is_Integer: ClassVar[bool] = True


class Atom(Expr):
    """What sums and products are made of."""

    __slots__ = ()

    @property
    def terms(self) -> Terms:
        return {((self, 1),): 1}


class Symbol(Atom):
    """A symbol, by its name."""

    __slots__ = ("name",)

    name: str
    is_Symbol: ClassVar[bool] = True

    def __new__(cls, name: str) -> "Symbol":
        return _symbol(name)

    def _find_symbols(self) -> frozenset[str]:
        return frozenset((self.name,))

    def __reduce__(self) -> tuple[Any, ...]:
        return Symbol, (self.name,)

    def __str__(self) -> str:
        return self.name


@cache
def _symbol(name: str) -> Symbol:
    made = object.__new__(Symbol)
    made.name = name
    return made


class Inverse(Atom):
    """`1 / base`, where that is neither a fraction nor a power; nothing is known of it."""

    __slots__ = ("base",)

    base: Expr

    def __new__(cls, base: Expr) -> "Inverse":
        return interned((Inverse, base), lambda: cls._of(base))

    @classmethod
    def _of(cls, base: Expr) -> "Inverse":
        result = object.__new__(cls)
        result.base = base
        return result

    @property
    def args(self) -> tuple[Expr, ...]:
        return (self.base,)

    @property
    def nonnegative(self) -> bool:
        return False


@lru_cache(maxsize=1 << 14)
def number(value: Factor) -> Number:
    """A number; fractions that are integers become integers."""
    if value.denominator == 1:
        return Integer(value.numerator)
    return Number(value)


def as_number(value: object) -> Expr | None:
    """An expression, or what Python takes for an integer, as an expression; None for others."""
    if isinstance(value, Expr):
        return value
    if type(value) is int:
        return number(value)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool | Node):
        return number(value.__index__())
    return None


def as_expr(value: object) -> Expr:
    """`value` as an expression. Raises `TypeError` for what is none."""
    found = as_number(value)
    if found is None:
        raise TypeError(f"{value} is no integer expression")
    return found


def _ratio(a: Expr, b: Expr) -> Expr:
    if not b.terms:
        raise ZeroDivisionError("division by zero in a symbolic expression")
    if len(b.terms) == 1:
        return Expr.made(multiplied(a.terms, inverted(*next(iter(b.terms.items())))))
    whole = divided(a.terms, b.terms)
    return a * Inverse(b) if whole is None else Expr.made(whole)


def _is_nonnegative(monomial: Monomial) -> bool:
    """Whether a product of integers is: even powers, and functions that are."""
    return all(
        exponent % 2 == 0 or (not atom.is_Symbol and atom.nonnegative)
        for atom, exponent in monomial
    )
