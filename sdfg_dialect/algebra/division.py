"""Quotients of expressions that are expressions again, and what keeps others from being ones."""

import math
from collections.abc import Sequence
from fractions import Fraction

from sdfg.dialect.algebra.polynomials import Expr, Inverse, number
from sdfg.dialect.algebra.sums import made
from sdfg.dialect.algebra.terms import Factor, Monomial, divided


def quotient(a: Expr, b: Expr) -> Expr | None:
    """`a / b` if that is a sum of products with integer factors, else None."""
    if not b.terms:
        return None
    result = a / b
    return result if is_whole(result) else None


def is_whole(expr: Expr) -> bool:
    """Whether `expr` has no fractions, negative powers or inverses among its factors."""
    return all(
        factor.denominator == 1
        and all(exponent > 0 and not isinstance(atom, Inverse) for atom, exponent in monomial)
        for monomial, factor in expr.terms.items()
    )


def fraction(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """`a / b` as numerator and divisor, without a number or a power that divides both."""
    whole = divided(a.terms, b.terms)
    if whole is not None:
        quotient = made(whole)
        divisor = denominator(quotient)
        return quotient * divisor, number(divisor)
    common = _content([*a.terms.items(), *b.terms.items()])
    return a / common, b / common


def denominator(expr: Expr) -> int:
    """The least number that makes the factors of `expr` integers."""
    return math.lcm(*(Fraction(factor).denominator for factor in expr.terms.values()))


def _content(terms: Sequence[tuple[Monomial, Factor]]) -> Expr:
    """The largest product that divides all `terms`."""
    shared = dict(terms[0][0])
    for monomial, _ in terms[1:]:
        powers = dict(monomial)
        shared = {a: min(e, powers[a]) for a, e in shared.items() if a in powers}
    common = math.gcd(*(int(factor) for _, factor in terms))
    return made({tuple(shared.items()): common})
