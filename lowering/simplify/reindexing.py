"""Indices of a view as indices of the container that it is a view of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.subsets import bounds, is_nonnegative, terms_of
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType

ZERO = symbolic.integer(0)


@dataclass(frozen=True)
class Context:
    """What is known about symbols where a container is used."""

    sizes: frozenset[str] = frozenset()
    """Symbols that are never negative."""
    ranges: Mapping[str, Range] | None = None
    """Parameters of the loops around."""
    positive: frozenset[str] = frozenset()
    """Symbols that are at least 1."""

    def of_elements(self, kind: ArrayType) -> "Context":
        """What is known where there is an element of `kind`: none of its sizes is 0."""
        names = {e.name for e in kind.dims if e.is_Symbol}
        return replace(self, sizes=self.sizes | names, positive=self.positive | names)

    def is_nonnegative(self, expr: Expr) -> bool:
        """Whether `expr >= 0` wherever the container is used."""
        names = self.positive & symbolic.symbols_of(expr)
        shifted = symbolic.substitute(expr, {n: symbolic.symbol(n) + 1 for n in names})
        if is_nonnegative(shifted, self.sizes):
            return True
        found = bounds(shifted, self.ranges or {})
        return found is not None and is_nonnegative(found[0], self.sizes)


@dataclass(frozen=True)
class Reindexing:
    """
    `base index d = offsets[d] + sum of factor * view index k`, free of division.

    `parts[k]` is the base dimension and the factor of view dimension `k`; None where its index does
    not count: it is always 0, or the stride is.
    """

    offsets: tuple[Expr, ...]
    parts: tuple[tuple[int, Expr] | None, ...]

    @classmethod
    def of(cls, view: ArrayType, base: ArrayType, context: Context) -> Self | None:
        """
        How indices of `view` are indices of `base`, both counted from the start of one block.

        None where that takes a division, or where the index may leave a dimension of `base`.
        """
        context = context.of_elements(view)
        parts: list[tuple[int, Expr] | None] = []
        for extent, stride in zip(view.dims, view.strides.data, strict=True):
            if extent == 1 or stride == 0:
                parts.append(None)
                continue
            part = _dimension(extent, stride, base, context)
            if part is None:
                return None
            parts.append(part)
        offsets = _offsets((view.offset.data - base.offset.data).expand(), base)
        if offsets is None:
            return None
        result = cls(tuple(offsets), tuple(parts))
        return result if result._stays_inside(view, base, context) else None

    def _stays_inside(self, view: ArrayType, base: ArrayType, context: Context) -> bool:
        last = [e - 1 for e in base.dims]
        for d, offset in enumerate(self.offsets):
            if offset != 0 and not context.is_nonnegative(offset):
                return False
            last[d] = last[d] - offset
        for extent, part in zip(view.dims, self.parts, strict=True):
            if part is not None:
                last[part[0]] = last[part[0]] - part[1] * (extent - 1)
        return all(e == 0 or context.is_nonnegative(e) for e in last)

    @property
    def is_identity(self) -> bool:
        """Whether each index stays as it is."""
        one = symbolic.integer(1)
        return len(self.parts) == len(self.offsets) and all(
            offset == 0 and part in (None, (d, one))
            for d, (offset, part) in enumerate(zip(self.offsets, self.parts, strict=True))
        )

    def subset(self, of_view: SubsetAttr) -> SubsetAttr | None:
        """
        The same elements in the same order, counted in the base. None where they are no box.

        A dimension of the view that is a range stays one, in the same order.
        """
        result = [Range.point(e) for e in self.offsets]
        order: list[int] = []
        for r, part in zip(of_view.data, self.parts, strict=True):
            if part is None:
                if not r.is_point:
                    return None
                continue
            d, factor = part
            if not r.is_point:
                order.append(d)
            combined = _added(result[d], r, factor)
            if combined is None:
                return None
            result[d] = combined
        return SubsetAttr(tuple(result)) if order == sorted(order) else None


def _added(to: Range, r: Range, factor: Expr) -> Range | None:
    if r.is_point:
        shift = r.start if factor == 1 else (r.start * factor).expand()
        if to.is_point:
            return Range.point(to.start + shift)
        return Range.of(to.start + shift, to.end + shift, to.step)
    if not to.is_point:
        return None
    if factor == 1:
        return Range.of(to.start + r.start, to.start + r.end, r.step)
    first, last = (factor * e for e in (r.start, r.end - 1))
    start, stop = ((to.start + e).expand() for e in (first, last + 1))
    return Range.of(start, stop, factor * r.step)


def _dimension(
    extent: Expr, stride: Expr, base: ArrayType, context: Context
) -> tuple[int, Expr] | None:
    """The base dimension that a view dimension runs along, and how many steps it takes at once."""
    fallback: tuple[int, Expr] | None = None
    for d, (size, step) in enumerate(zip(base.dims, base.strides.data, strict=True)):
        if size == 1 or step == 0:
            continue
        factor = _quotient(stride, step)
        if factor is None:
            continue
        room = size - 1 - factor * (extent - 1)
        if room == 0 or context.is_nonnegative(room):
            return d, factor
        fallback = fallback or (d, factor)
    return fallback


def _quotient(a: Expr, b: Expr) -> Expr | None:
    """`a / b` if that is a whole number whatever the symbols are."""
    if a == b:
        return symbolic.integer(1)
    if a.is_Integer and b.is_Integer:
        return symbolic.integer(int(a) // int(b)) if int(a) % int(b) == 0 else None
    quotient = a / b
    return quotient if quotient.as_numer_denom()[1] == 1 else None


def _offsets(offset: Expr, base: ArrayType) -> Sequence[Expr] | None:
    """`offset` as an index of `base`: each summand in the first dimension whose stride divides."""
    result = [ZERO] * base.rank
    if offset == 0:
        return result
    for term in terms_of(offset):
        rest = term
        for d, (size, step) in enumerate(zip(base.dims, base.strides.data, strict=True)):
            if size == 1 or step == 0:
                continue
            if rest.is_Integer and step.is_Integer:
                result[d] = result[d] + int(rest) // int(step)
                rest = symbolic.integer(int(rest) % int(step))
            elif (whole := _quotient(rest, step)) is not None:
                result[d] = result[d] + whole
                rest = ZERO
            if rest == 0:
                break
        if rest != 0:
            return None
    return result
