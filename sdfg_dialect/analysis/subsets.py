"""
How subsets and addresses relate: the same elements, some of them, none of them.

Answers are proofs: where a function says no, the truth may still be yes. Structural equality comes
first; sympy is asked only where that fails.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@lru_cache(maxsize=1 << 16)
def address(kind: ArrayType, at: SubsetAttr) -> Expr:
    """
    Distance in elements of the point `at` from the start of the block of memory, expanded.

    Two points of one block are the same element exactly when their addresses are equal, through
    whatever views they are named.
    """
    return symbolic.expanded(kind.linear_index([r.start for r in at.data]))


def same_range(a: Range, b: Range) -> bool:
    """Whether both are the same integers."""
    if a == b:
        return True
    if a.is_point or b.is_point:
        return a.is_point and b.is_point and symbolic.equal(a.start, b.start)
    return all(map(symbolic.equal, a.exprs, b.exprs))


def same_subset(a: SubsetAttr, b: SubsetAttr) -> bool:
    """Whether both are the same elements of one container."""
    if a == b:
        return True
    return a.rank == b.rank and all(map(same_range, a.data, b.data))


@lru_cache(maxsize=1 << 14)
def is_nonnegative(expr: Expr, sizes: frozenset[str] = frozenset()) -> bool:
    """Whether `expr >= 0` for all values of its symbols, of which those in `sizes` are `>= 0`."""
    if expr.is_Integer:
        return bool(expr >= 0)
    return all(_is_nonnegative_term(t, sizes) for t in terms_of(expr.expand()))


def is_nonnegative_rounded(expr: Expr, sizes: frozenset[str]) -> bool:
    """
    As `is_nonnegative`, where `expr` has quotients of sizes by numbers: `N - 8 * (N floordiv 8)`.

    The largest divisor first, `N` is taken for `8 * q + r`, with `q` and `r` at least 0.
    """
    while True:
        found = [
            (int(d), n) for n, d in quotients(expr) if n.is_Symbol and n.name in sizes and d > 1
        ]
        if not found:
            return is_nonnegative(expr, sizes)
        divisor, size = max(found, key=lambda pair: (pair[0], pair[1].name))
        taken = sizes | symbolic.symbols_of(expr)
        q, r = (symbolic.symbol(symbolic.symbol_name(f"{size.name}{x}", taken)) for x in "qr")
        expr = symbolic.substitute(expr, {size.name: divisor * q + r})
        expr = symbolic.expanded(expr.subs(symbolic.FloorDiv(r, divisor), 0))
        sizes = sizes | {q.name, r.name}


def quotients(expr: Expr) -> list[tuple[Expr, Expr]]:
    """The pairs whose quotients `expr` rounds down, with a number as the divisor."""
    found = (e.args for e in expr.atoms(symbolic.FloorDiv))
    return [(n, d) for n, d in found if d.is_Integer]


def terms_of(expr: Expr) -> tuple[Expr, ...]:
    """The summands of `expr`."""
    return expr.args if expr.is_Add else (expr,)


def _is_nonnegative_term(term: Expr, sizes: frozenset[str]) -> bool:
    coefficient, factors = term.as_coeff_mul()
    if coefficient < 0:
        return False
    return all((f.is_Symbol and f.name in sizes) or _is_size_power(f, sizes) for f in factors)


def _is_size_power(factor: Expr, sizes: frozenset[str]) -> bool:
    base = factor.as_base_exp()[0]
    return bool(factor.is_Pow and base.is_Symbol and base.name in sizes)


def covers(a: SubsetAttr, b: SubsetAttr, sizes: frozenset[str] = frozenset()) -> bool:
    """Whether every element of `b` is one of `a`, both of one container."""
    return a == b or (
        a.rank == b.rank and all(_covers(x, y, sizes) for x, y in zip(a.data, b.data, strict=True))
    )


def _covers(a: Range, b: Range, sizes: frozenset[str]) -> bool:
    if same_range(a, b):
        return True
    if a.is_point or a.step != 1:
        return False
    return is_nonnegative(b.start - a.start, sizes) and is_nonnegative(a.end - b.end, sizes)


def disjoint(a: SubsetAttr, b: SubsetAttr, sizes: frozenset[str] = frozenset()) -> bool:
    """Whether no element is in both, for two subsets of one container."""
    return any(_disjoint(x, y, sizes) for x, y in zip(a.data, b.data, strict=False))


def _disjoint(a: Range, b: Range, sizes: frozenset[str]) -> bool:
    return is_nonnegative(b.start - a.end, sizes) or is_nonnegative(a.start - b.end, sizes)


def is_full(kind: ArrayType, subset: SubsetAttr) -> bool:
    """Whether `subset` is all of the container."""
    return all(
        r.start == 0 and (r.is_point or r.step == 1) and (r.end == e or symbolic.equal(r.end, e))
        for r, e in zip(subset.data, kind.dims, strict=True)
    )


def image(subset: SubsetAttr, ranges: Mapping[str, Range]) -> SubsetAttr | None:
    """
    All elements that `subset` names while the parameters run through `ranges`, exactly.

    None where that is no box: a dimension mixes parameters, or a parameter stands in two
    dimensions.
    """
    names = subset.symbols & ranges.keys()
    if not names:
        return subset
    left = set(names)
    result: list[Range] = []
    for r in subset.data:
        used = symbolic.symbols_of(*r.exprs) & names
        if not used:
            result.append(r)
            continue
        if len(used) > 1 or not used <= left:
            return None
        (name,) = used
        left.discard(name)
        widened = _widened(r, name, ranges[name])
        if widened is None:
            return None
        result.append(widened)
    return SubsetAttr(tuple(result))


def _widened(r: Range, name: str, over: Range) -> Range | None:
    """What `r` runs through while `name` runs through `over`; None if there are gaps in it."""
    offset = r.start - symbolic.symbol(name)
    if name in symbolic.symbols_of(offset):
        return None
    if r.is_point:
        return Range(over.start + offset, cast(Expr, over.stop) + offset, over.step)
    if r.step != 1 or not symbolic.equal(r.end - r.start, over.step):
        return None
    # Consecutive blocks: they fill the range if it is a multiple of the step.
    extent = cast(Expr, over.stop) - over.start
    if symbolic.Mod(extent, over.step) != 0:
        return None
    return Range(over.start + offset, cast(Expr, over.stop) + offset)


def bounds(expr: Expr, ranges: Mapping[str, Range]) -> tuple[Expr, Expr] | None:
    """
    Smallest and largest value of `expr` while the parameters run through `ranges`.

    None unless `expr` is linear in them with integer factors. A minimum counts as one more
    parameter, so that the bounds of an expression with one need not be reached.
    """
    if (least := symbolic.largest_minimum(expr)) is not None:
        sides = [bounds(side, ranges) for side in least.args]
        known = [side for side in sides if side is not None]
        if len(known) < len(sides):
            return None
        name = symbolic.symbol_name("least", symbolic.symbols_of(expr) | ranges.keys())
        low, high = (symbolic.minimum(*(side[end] for side in known)) for end in (0, 1))
        rest = expr.xreplace({least: symbolic.symbol(name)})
        return bounds(rest, {**ranges, name: Range.of(low, high + 1)})
    names = sorted(symbolic.symbols_of(expr) & ranges.keys())
    low = high = expr
    for name in names:
        variable = symbolic.symbol(name)
        factor = expr.expand().coeff(variable)
        if not factor.is_Integer or name in symbolic.symbols_of(expr - factor * variable):
            return None
        first, last = ranges[name].start, ranges[name].end - 1
        small, large = (first, last) if factor > 0 else (last, first)
        low, high = (symbolic.substitute(e, {name: v}) for e, v in ((low, small), (high, large)))
    return low, high


@lru_cache(maxsize=1 << 16)
def slope(expr: Expr, parameter: str) -> Expr | None:
    """How much `expr` grows when `parameter` grows by one, if that does not depend on it."""
    if parameter not in symbolic.symbols_of(expr):
        return symbolic.integer(0)
    if (factor := symbolic.factor_in_sum(expr, parameter)) is not None:
        return factor
    at = symbolic.symbol(parameter)
    # sympy's expand leaves floor divisions alone, so an expression with one stays unequal.
    difference = symbolic.expanded(symbolic.substitute(expr, {parameter: at + 1}) - expr)
    return None if parameter in symbolic.symbols_of(difference) else difference
