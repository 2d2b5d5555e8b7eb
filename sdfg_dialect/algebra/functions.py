"""Functions of integers that are no polynomials: quotients rounded down, remainders, extrema."""

from collections.abc import Iterable
from typing import ClassVar

from sdfg.dialect.algebra.division import is_whole, quotient
from sdfg.dialect.algebra.nodes import interned
from sdfg.dialect.algebra.polynomials import Atom, Expr, Number, as_expr, number
from sdfg.dialect.algebra.sums import made


class Function(Atom):
    """A function that cannot be simplified further."""

    __slots__ = ("_args", "_text")

    _args: tuple[Expr, ...]
    _text: str

    @classmethod
    def _of(cls, args: tuple[Expr, ...]) -> "Function":
        result = object.__new__(cls)
        result._args = args
        return result

    @classmethod
    def _interned(cls, *args: Expr) -> Expr:
        return interned((cls, *args), lambda: cls._of(args))

    @property
    def args(self) -> tuple[Expr, ...]:
        return self._args

    @property
    def nonnegative(self) -> bool:
        return False

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            self._text = super().__str__()
            return self._text


class FloorDiv(Function):
    """`a floordiv b`: the quotient rounded towards minus infinity, as in Python."""

    __slots__ = ()

    def __new__(cls, dividend: Expr | int, divisor: Expr | int) -> Expr:  # pyright: ignore[reportInconsistentConstructor]
        a, b = as_expr(dividend), as_expr(divisor)
        if not b.terms:
            raise ZeroDivisionError("division by zero in a symbolic expression")
        whole, rest = _divide_terms(a, b)
        if not rest.terms or (isinstance(rest, Number) and isinstance(b, Number)):
            return whole
        return whole + cls._interned(rest, b)


class Mod(Function):
    """`a mod b`: the remainder with the sign of `b`, as in Python."""

    __slots__ = ()

    def __new__(cls, dividend: Expr | int, divisor: Expr | int) -> Expr:  # pyright: ignore[reportInconsistentConstructor]
        a, b = as_expr(dividend), as_expr(divisor)
        if not b.terms:
            raise ZeroDivisionError("remainder by zero in a symbolic expression")
        rest = _divide_terms(a, b)[1]
        if isinstance(rest, Number) and isinstance(b, Number):
            return rest
        return cls._interned(rest, b) if rest.terms else number(0)


def _divide_terms(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """
    `(q, r)` with `a = q * b + r`, where `q` collects the terms of `a` that `b` divides.

    Between numbers `r` is the remainder, so that its quotient is 0.
    """
    whole, rest = number(0), number(0)
    for monomial, factor in a.terms.items():
        term = made({monomial: factor})
        if isinstance(term, Number) and isinstance(b, Number):
            whole, rest = whole + term // b, rest + term % b
            continue
        part = term / b
        if is_whole(part):
            whole = whole + part
        else:
            rest = rest + term
    if whole.terms or not rest.terms:
        return whole, rest
    exact = quotient(a, b)
    return (whole, rest) if exact is None else (exact, number(0))


class _Extremum(Function):
    """The smallest or the largest of several expressions, those left out that cannot be it."""

    __slots__ = ()

    sign: ClassVar[int]
    """1 where a larger value wins, -1 where a smaller one does."""

    def __new__(cls, *values: Expr | int) -> Expr:  # pyright: ignore[reportInconsistentConstructor]
        parts = list(dict.fromkeys(cls._flat(map(as_expr, values))))
        kept = [p for p in parts if not any(q is not p and cls._beats(q, p) for q in parts)]
        if len(kept) == 1:
            return kept[0]
        return cls._interned(*sorted(kept, key=str))

    @classmethod
    def _flat(cls, values: Iterable[Expr]) -> Iterable[Expr]:
        for value in values:
            if isinstance(value, cls):
                yield from value.args
            else:
                yield value

    @classmethod
    def _beats(cls, a: Expr, b: Expr) -> bool:
        """Whether `a` wins against `b`, or equals it, whatever the symbols are."""
        # Of the other kind, `b` is no better than any of its own parts.
        if isinstance(b, _Extremum) and a in b.args:
            return True
        return ((a - b) * cls.sign).nonnegative


class Min(_Extremum):
    """The smallest of its arguments."""

    __slots__ = ()

    sign: ClassVar[int] = -1

    @property
    def nonnegative(self) -> bool:
        return all(part.nonnegative for part in self.args)


class Max(_Extremum):
    """The largest of its arguments."""

    __slots__ = ()

    sign: ClassVar[int] = 1

    @property
    def nonnegative(self) -> bool:
        return any(part.nonnegative for part in self.args)
