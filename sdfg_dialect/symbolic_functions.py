"""Quotients and remainders of symbolic integers, and what is known of the order of sums."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import sympy  # pyright: ignore[reportMissingTypeStubs]

Expr = Any
"""A sympy expression; sympy has no usable type stubs."""

_sympy: Any = sympy


class FloorDiv(_sympy.Function):  # type: ignore[misc]
    """`a floordiv b`: the quotient rounded towards minus infinity, as in Python."""

    nargs = (2,)
    is_integer = True

    @classmethod
    def eval(cls, a: Expr, b: Expr) -> Expr:
        if b == 0:
            raise ZeroDivisionError("division by zero in a symbolic expression")
        if a.is_Integer and b.is_Integer:
            return _sympy.Integer(int(a) // int(b))
        if b == 1 or a == 0:
            return a
        if a == b:
            return _sympy.Integer(1)
        whole, rest = _divide_terms(a, b)
        if rest == 0:
            return whole
        return None if whole == 0 else whole + FloorDiv(rest, b)


class Mod(_sympy.Function):  # type: ignore[misc]
    """`a mod b`: the remainder with the sign of `b`, as in Python."""

    nargs = (2,)
    is_integer = True

    @classmethod
    def eval(cls, a: Expr, b: Expr) -> Expr:
        if b == 0:
            raise ZeroDivisionError("remainder by zero in a symbolic expression")
        if a.is_Integer and b.is_Integer:
            return _sympy.Integer(int(a) % int(b))
        if b == 1 or a == 0 or a == b:
            return _sympy.Integer(0)
        whole, rest = _divide_terms(a, b)
        return None if whole == 0 else Mod(rest, b)


def _divide_terms(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """`(q, r)` with `a = q * b + r`, where `q` collects the terms of `a` that `b` divides."""
    expanded = _sympy.expand(a)
    whole, rest = _sympy.Integer(0), _sympy.Integer(0)
    for term in _sympy.Add.make_args(expanded):
        quotient = term / b
        numerator, denominator = quotient.as_numer_denom()
        if denominator == 1:
            whole += numerator
        elif term.is_Integer and b.is_Integer:
            whole += int(term) // int(b)
            rest += int(term) % int(b)
        else:
            rest += term
    if rest == 0 or whole != 0 or not b.is_Add:
        return whole, rest  # by one product it is divided term by term
    quotient = _sympy.cancel(a / b)
    return (quotient, rest * 0) if quotient.as_numer_denom()[1] == 1 else (whole, rest)


def are_incomparable(values: Sequence[Expr]) -> bool:
    """
    Whether no two of `values` can be compared: they differ by a sum of which no sign is known.

    sympy finds that out, too, but takes a hundred times as long.
    """
    pairs = combinations(values, 2)
    return all(map(_has_no_sign, values)) and not any((a - b).is_Integer for a, b in pairs)


def _has_no_sign(expr: Expr) -> bool:
    """Whether `expr` is a number or a sum of numbers, symbols, quotients and their multiples."""
    for term in expr.args if expr.is_Add else (expr,):
        factor, rest = term.as_coeff_Mul()
        if not factor.is_Integer or not (rest == 1 or rest.is_Symbol or _is_quotient(rest)):
            return False
    return True


def _is_quotient(expr: Expr) -> bool:
    return isinstance(expr, FloorDiv | Mod)


def is_flat(expr: Expr) -> bool:
    """Whether `expr` is a sum of numbers, symbols and multiples of symbols."""
    return all(map(_is_multiple, expr.args)) if expr.is_Add else _is_multiple(expr)


def _is_multiple(expr: Expr) -> bool:
    if expr.is_Symbol or expr.is_Integer:
        return True
    parts = expr.args
    return expr.is_Mul and len(parts) == 2 and parts[0].is_Integer and parts[1].is_Symbol
