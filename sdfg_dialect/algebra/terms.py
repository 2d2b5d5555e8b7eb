"""
Sums of products as mappings: what arithmetic on them means.

A product is a tuple of atoms and their powers, a sum maps products to their factors. No factor and
no power is 0. Powers may be negative, and factors fractions, while something is being divided.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sdfg.dialect.algebra.nodes import Node

Factor = int | Fraction
Monomial = tuple[tuple[Any, int], ...]
"""In the order of the atoms' text."""

Terms = Mapping[Monomial, Factor]

UNIT: Monomial = ()
"""The product of nothing, which stands for numbers."""


def added(a: Terms, b: Terms) -> Terms:
    """`a + b`."""
    terms = dict(a)
    for monomial, factor in b.items():
        total = terms.get(monomial, 0) + factor
        if total:
            terms[monomial] = total
        else:
            del terms[monomial]
    return terms


def scaled(terms: Terms, factor: Factor) -> Terms:
    """`factor * terms`."""
    return {m: f * factor for m, f in terms.items()} if factor else {}


def multiplied(a: Terms, b: Terms) -> Terms:
    """`a * b`, multiplied out."""
    terms: dict[Monomial, Factor] = {}
    for left, x in a.items():
        for right, y in b.items():
            monomial = _times(left, right)
            terms[monomial] = terms.get(monomial, 0) + x * y
    return {m: f for m, f in terms.items() if f}


def inverted(monomial: Monomial, factor: Factor) -> Terms:
    """`1 / (factor * monomial)`."""
    return {tuple((atom, -exponent) for atom, exponent in monomial): Fraction(1) / factor}


def divided(dividend: Terms, divisor: Terms) -> Terms | None:
    """The quotient where nothing is left over, else None; its factors may be fractions."""
    atoms: set[Node] = {
        atom for terms in (dividend, divisor) for monomial in terms for atom, _ in monomial
    }
    order = sorted(atoms, key=str)

    def rank(monomial: Monomial) -> tuple[int, ...]:
        powers = dict(monomial)
        return tuple(powers.get(atom, 0) for atom in order)

    first = max(divisor, key=rank)
    inverse = inverted(first, divisor[first])
    whole: dict[Monomial, Factor] = {}
    while dividend:
        top = max(dividend, key=rank)
        part = multiplied({top: dividend[top]}, inverse)
        whole.update(part)
        if any(exponent < 0 for monomial in part for _, exponent in monomial):
            return None
        dividend = added(dividend, scaled(multiplied(part, divisor), -1))
    return whole


def _times(a: Monomial, b: Monomial) -> Monomial:
    if not a or not b:
        return a or b
    powers = dict(a)
    for atom, exponent in b:
        powers[atom] = powers.get(atom, 0) + exponent
    return tuple(sorted(((a, e) for a, e in powers.items() if e), key=lambda power: str(power[0])))
