"""
How far apart the iterations are in which two accesses meet.

Subscripts that name one loop each, as nearly all do, are solved as they are read; for all others
the set of distances is described to isl.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.affine import Linear, linear
from sdfg.dialect.analysis.distance_sets import distance_set, vectors_of_set
from sdfg.dialect.analysis.equations import Equations, Facts
from sdfg.dialect.analysis.loops import Loop
from sdfg.dialect.symbolic import Expr

Distance = int | Literal["+", "-", "*"]
"""How many values of a parameter lie between; or only the sign of it; or, as `*`, any number."""

Vector = tuple[Distance, ...]


@dataclass(frozen=True)
class Meetings:
    """Where two accesses may touch the same element."""

    vectors: tuple[Vector, ...]
    """
    Distances from the first access to the second, one vector per way to meet. The first component
    that is not 0 has a sign. Empty if the accesses never meet.
    """
    exact: bool
    """Whether they do meet; otherwise no more is known than that they may."""


class ApartError(Exception):
    """The two accesses have no element in common."""


def meetings(
    a: Access, b: Access, common: Sequence[Loop], facts: Facts, still: Collection[Loop] = ()
) -> Meetings:
    """
    The distances between the iterations of `common` in which `a` and `b` touch one element.

    Both accesses are to one block of memory. The loops `still` stand still, all others that are not
    common run freely. Constant
    time for subscripts of one loop each, else the cost of integer programming in as many variables
    as there are loops.
    """
    equations = Equations.of(a, b, common, facts, still)
    exact = all(x.whole or not x.is_array for x in (a, b))
    if any(x.is_empty for x in equations.loops):
        return Meetings((), True)
    try:
        product = _solved(equations)
    except ApartError:
        return Meetings((), True)
    if product is not None:
        return Meetings(tuple(_vectors_of_product(product, equations.common)), exact)
    found, sharp = distance_set(equations)
    return Meetings(tuple(vectors_of_set(found, len(equations.common))), exact and sharp)


def _solved(equations: Equations) -> list[Distance] | None:
    """
    The distance along each common loop, `*` where it is free; None if that would be no full answer.

    Raises `ApartError` if the accesses do not meet.
    """
    steps: dict[str, int] = {}
    for a, b in equations.pairs:
        asked = _asked(equations, a, b)
        if asked is None:
            return None
        for name, value in asked.items():
            if steps.setdefault(name, value) != value:
                raise ApartError
    result: list[Distance] = []
    for loop, private in zip(equations.common, equations.private, strict=True):
        along = _along(loop, private, steps)
        if along is None:
            return None
        result.append(along)
    return result if equations.is_box or not any(result) else None


def _asked(equations: Equations, a: Expr, b: Expr) -> Mapping[str, int] | None:
    """The distance that equal indices `a` and `b` ask of a loop; None if that is not all."""
    left, right = linear(a), linear(b)
    if left is None or right is None:
        return None
    varying = equations.varying
    moving, fixed = _split(left, varying)
    if (moving, fixed) != _split(right, varying):
        return None
    difference = left.constant - right.constant
    if not moving:
        if difference:
            raise ApartError
        return {}
    if len(moving) > 1:
        return None
    ((name, factor),) = moving.items()
    if name in equations.first.inner:
        return {} if difference == 0 and _same_range(equations, name) else None
    if name not in {x.parameter for x in equations.common}:
        return None
    if difference % factor:
        raise ApartError
    return {name: difference // factor}


def _split(form: Linear, varying: frozenset[str]) -> tuple[dict[str, int], dict[str, int]]:
    """The factors of symbols that vary, and those of all others."""
    moving = {n: c for n, c in form.factors.items() if n in varying}
    return moving, {n: c for n, c in form.factors.items() if n not in varying}


def _same_range(equations: Equations, name: str) -> bool:
    """Whether a dimension runs through the same range in both accesses, wherever they are made."""
    over = equations.first.ranges[name]
    fixed = symbolic.symbols_of(*over.exprs).isdisjoint(equations.varying)
    return fixed and over == equations.second.ranges.get(name)


def _along(loop: Loop, private: bool, steps: Mapping[str, int]) -> Distance | None:
    """The distance along one loop, given what the indices ask for; None if it is not known."""
    step = steps.get(loop.parameter)
    if private:
        if step:
            raise ApartError
        return 0
    if step is None:
        return 0 if loop.is_trivial else "*"
    stride = symbolic.constant(loop.range.step)
    if step == 0 or stride is None:
        return None if step else 0
    extent = loop.extent
    if step % stride or (extent is not None and abs(step) > (extent - 1) * stride):
        raise ApartError
    return step


def _vectors_of_product(steps: Sequence[Distance], loops: Sequence[Loop]) -> Iterator[Vector]:
    """The vectors of independent distances, by the first component that is not 0."""
    for level, step in enumerate(steps):
        if step == 0:
            continue
        before, after = (0,) * level, tuple(steps[level + 1 :])
        if step != "*":
            yield (*before, step, *after)
            return
        loop = loops[level]
        two = symbolic.constant(loop.range.step) if loop.extent == 2 else None
        yield (*before, two or "+", *after)
        yield (*before, -two if two else "-", *after)
    yield (0,) * len(steps)
