"""How often loops run, and what an index runs through while they do."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sympy  # pyright: ignore[reportMissingTypeStubs]

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.boxes import Span
from sdfg.dialect.analysis.loops import Loop
from sdfg.dialect.analysis.subsets import bounds, terms_of
from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr

_sympy: Any = sympy

MOST_TERMS = 64
"""Of a sum that has no closed form, how many terms are added up."""


def executions(loops: Sequence[Loop]) -> tuple[Expr, bool]:
    """
    How often the body of the innermost of `loops` runs, and whether that is exact.

    The last tiles of a range are smaller; where ranges depend on each other otherwise the number is
    an upper bound, unless it is a sum of a polynomial.
    """
    total, exact = symbolic.integer(1), True
    left = list(loops)
    while left:
        loop = left.pop()
        if loop.parameter not in symbolic.symbols_of(total):
            total = _times_extent(total, loop.range)
            continue
        whole = _tiles(total, loop)
        if whole is not None:
            total = whole
            continue
        total, sure = _summed(total, loop)
        exact = exact and sure
    return _integral(total), exact


def _integral(expr: Expr) -> Expr:
    """A polynomial that is an integer, as sums of powers are, without fractions in it."""
    number, divisor = _sympy.together(symbolic.expanded(expr)).as_numer_denom()
    number = symbolic.expanded(number)
    return number if divisor == 1 else symbolic.FloorDiv(number, divisor)


def _times_extent(total: Expr, over: Range) -> Expr:
    extent = over.extent
    return extent if total == 1 else total * extent


def _tiles(total: Expr, loop: Loop) -> Expr | None:
    """
    The sum of the sizes of all tiles of a range: its extent.

    `total` is a multiple of the size of one tile, `min(step, stop - parameter)` as it is written.
    """
    over = loop.range
    ends = [m for m in total.atoms(_sympy.Min) if loop.parameter in symbolic.symbols_of(m)]
    at = symbolic.symbol(loop.parameter)
    for end in ends:
        sizes = {symbolic.expanded(a - at) for a in end.args}
        if sizes != {over.step, symbolic.expanded(over.end - at)}:
            continue
        factor, rest = _sympy.div(symbolic.expanded(total), end - at)
        if rest == 0 and loop.parameter not in symbolic.symbols_of(factor):
            return factor * (over.end - over.start)
    return None


def _summed(total: Expr, loop: Loop) -> tuple[Expr, bool]:
    at, over = symbolic.symbol(loop.parameter), loop.range
    if total.is_polynomial(at):
        k = _sympy.Symbol("k_of_sum", integer=True)
        inner = symbolic.expanded(total.xreplace({at: over.start + over.step * k}))
        return _sympy.expand(_sympy.summation(inner, (k, 0, over.extent - 1))), True
    count = symbolic.constant(over.extent)
    if count is not None and count <= MOST_TERMS:
        values = (total.xreplace({at: over.start + over.step * k}) for k in range(count))
        return sum(values, symbolic.integer(0)), True
    return _times_extent(bounded(total, {loop.parameter: over}), over), False


def bounded(expr: Expr, ranges: Mapping[str, Range]) -> Expr:
    """The largest value of `expr`, or more, while parameters run through `ranges`."""
    for end in sorted(expr.atoms(_sympy.Min), key=symbolic.text_of):
        for part in sorted(end.args, key=symbolic.text_of):
            tried = symbolic.expanded(expr.xreplace({end: part}))
            if not symbolic.symbols_of(tried) & ranges.keys():
                return tried
    found = bounds(symbolic.expanded(expr), ranges)
    if found is not None and not symbolic.symbols_of(found[1]) & ranges.keys():
        return found[1]
    return _interval(expr, ranges)[1]


def _interval(expr: Expr, ranges: Mapping[str, Range]) -> tuple[Expr, Expr]:
    """Numbers that `expr` lies between. Factors that are no numbers are taken as not negative."""
    if expr.is_Symbol and expr.name in ranges:
        over = ranges[expr.name]
        return _interval(over.start, ranges)[0], _interval(over.end, ranges)[1] - 1
    if not symbolic.symbols_of(expr) & ranges.keys():
        return expr, expr
    parts = [_interval(part, ranges) for part in expr.args]
    lows, highs = [low for low, _ in parts], [high for _, high in parts]
    match type(expr).__name__:
        case "Add":
            return sum(lows, symbolic.integer(0)), sum(highs, symbolic.integer(0))
        case "Mul" if expr.args[0].is_Integer and expr.args[0] < 0:
            low, high = symbolic.product(lows[1:]), symbolic.product(highs[1:])
            return expr.args[0] * high, expr.args[0] * low
        case "Mul":
            return symbolic.product(lows), symbolic.product(highs)
        case "Min":
            return symbolic.minimum(*lows), symbolic.minimum(*highs)
        case "Max":
            return symbolic.maximum(*lows), symbolic.maximum(*highs)
        case "Mod":
            return symbolic.integer(0), highs[1] - 1
        case _:
            return expr.func(lows[0], highs[-1]), expr.func(highs[0], lows[-1])


def extent_within(over: Range, ranges: Mapping[str, Range]) -> tuple[Expr, bool]:
    """How many values a range has at most while the parameters around it run, and if always."""
    if over.is_point or not symbolic.symbols_of(*over.exprs) & ranges.keys():
        return over.extent, True
    width = bounded(over.end - over.start, ranges)
    same = symbolic.equal(width, over.end - over.start)
    return symbolic.ceil_div(width, over.step), same


def span_of(over: Range, loops: Sequence[Loop], sizes: frozenset[str]) -> tuple[Span, bool] | None:
    """
    What a dimension of a subset runs through while `loops` run, and whether that is exact.

    None where it is not linear in their parameters.
    """
    ranges = {x.parameter: x.range for x in loops}
    factors = factors_of(over.start, ranges)
    if factors is None:
        return None
    moving, first = factors
    steps: list[tuple[Expr, Expr]] = []
    exact = True
    for loop in reversed(loops):
        factor = moving.pop(loop.parameter, None)
        if factor is None:
            continue
        over_all = _untiled(loop.range, ranges)
        extent = extent_within(over_all, ranges)
        start = factors_of(over_all.start, ranges)
        if start is None:
            return None
        exact = exact and extent[1]
        steps.append((factor * over_all.step, extent[0]))
        first = first + factor * start[1]
        for name, more in start[0].items():
            moving[name] = moving.get(name, symbolic.integer(0)) + factor * more
    if not over.is_point:
        extent = extent_within(over, ranges)
        exact = exact and extent[1]
        steps.append((over.step, extent[0]))
    span, sure = Span.of(first, steps, sizes)
    return span, exact and sure


def _untiled(over: Range, ranges: Mapping[str, Range]) -> Range:
    """`0:N` for the tile `i:min(N, i + 16)` where `i` runs through `0:N:16`; else the same."""
    tiles = ranges.get(over.start.name) if over.start.is_Symbol and not over.is_point else None
    if tiles is None or over.step != 1 or type(over.end).__name__ != "Min":
        return over
    parts = {symbolic.expanded(a) for a in over.end.args}
    if parts != {symbolic.expanded(tiles.end), symbolic.expanded(over.start + tiles.step)}:
        return over
    return Range(tiles.start, tiles.end)


def factors_of(expr: Expr, names: Collection[str]) -> tuple[dict[str, Expr], Expr] | None:
    """The factor of each of `names` in `expr`, and the rest; None where it is not linear."""
    factors: dict[str, Expr] = {}
    rest = symbolic.integer(0)
    for term in terms_of(expr if expr.is_Symbol or expr.is_Integer else symbolic.expanded(expr)):
        used = [n for n in symbolic.symbols_of(term) if n in names]
        if not used:
            rest = rest + term
            continue
        factor = term / symbolic.symbol(used[0])
        if len(used) > 1 or used[0] in symbolic.symbols_of(factor):
            return None
        factors[used[0]] = factors.get(used[0], symbolic.integer(0)) + factor
    return factors, rest
