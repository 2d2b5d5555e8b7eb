"""Strides of reshaped, transposed, sliced and broadcast containers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class Layout:
    """
    Where the elements of a tensor lie in a block of memory: element `(i, j, ...)` at
    `offset + i * strides[0] + j * strides[1] + ...`.
    """

    dims: tuple[Expr, ...]
    strides: tuple[Expr, ...]
    offset: Expr

    @staticmethod
    def of(kind: ArrayType) -> "Layout":
        return Layout(kind.dims, kind.strides.data, kind.offset.data)

    @staticmethod
    def dense(dims: Sequence[Expr]) -> "Layout":
        return Layout(tuple(dims), symbolic.row_major(dims), symbolic.integer(0))

    def same(self, other: "Layout") -> bool:
        """Whether both say the same place for every element: strides of size 1 play no part."""
        return (
            self.dims == other.dims
            and self.offset == other.offset
            and all(
                a == b or size == 1
                for a, b, size in zip(self.strides, other.strides, self.dims, strict=True)
            )
        )

    def permuted(self, order: Sequence[int]) -> "Layout":
        """Dimension `d` of the result is dimension `order[d]` of this."""
        return Layout(
            tuple(self.dims[d] for d in order), tuple(self.strides[d] for d in order), self.offset
        )

    def sliced(
        self, offsets: Sequence[Expr], sizes: Sequence[Expr], steps: Sequence[Expr]
    ) -> "Layout":
        """Elements `offsets + k * steps` for `k` below `sizes`."""
        offset = self.offset
        for at, stride in zip(offsets, self.strides, strict=True):
            offset = offset + at * stride
        strides = tuple(s * k for s, k in zip(self.strides, steps, strict=True))
        return Layout(tuple(sizes), strides, offset)

    def without(self, dropped: Sequence[int]) -> "Layout":
        """This without some dimensions, at index 0 of each."""
        kept = [d for d in range(len(self.dims)) if d not in dropped]
        return self.permuted(kept)

    def reshaped(self, dims: Sequence[Expr]) -> "Layout | None":
        """
        The same elements in row-major order under other sizes, or None where no strides say that.

        The number of elements is the same. Works through both shapes from the left, in groups with
        equal products.
        """
        dense = Layout.dense(dims)
        if self.same(Layout(self.dims, symbolic.row_major(self.dims), self.offset)):
            return Layout(dense.dims, dense.strides, self.offset)
        groups = matching_groups(self.dims, dims)
        if groups is None:
            return None
        strides: list[Expr] = [symbolic.integer(0)] * len(dims)
        for old, new in groups:
            stride = self._merged_stride(old)
            if stride is None:
                return None
            for d in reversed(new):
                strides[d] = stride
                stride = stride * dims[d]
        return Layout(tuple(dims), tuple(strides), self.offset)

    def _merged_stride(self, group: Sequence[int]) -> Expr | None:
        """
        Stride of the one dimension that the dimensions in `group` make together, if there is one.
        """
        real = [d for d in group if self.dims[d] != 1]
        if not real:
            return self.strides[group[0]] if group else symbolic.integer(1)
        for outer, inner in pairwise(real):
            if not symbolic.equal(self.strides[outer], self.strides[inner] * self.dims[inner]):
                return None
        return self.strides[real[-1]]


def matching_groups(
    old: Sequence[Expr], new: Sequence[Expr]
) -> list[tuple[list[int], list[int]]] | None:
    """
    Split two shapes of the same number of elements into runs of dimensions with equal products.

    `[6, N] -> [2, 3, N]` gives `[([0], [0, 1]), ([1], [2])]`. None where symbols hide the runs.
    """
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        left, right = _take(old, i), _take(new, j)
        i, j = i + len(left), j + len(right)
        while not symbolic.equal(a := _size(old, left), b := _size(new, right)):
            if i < len(old) and _divides(a, b):
                left.append(i)
                i += 1
            elif j < len(new) and _divides(b, a):
                right.append(j)
                j += 1
            else:
                return None
        groups.append((left, right))
    return groups


def _take(dims: Sequence[Expr], at: int) -> list[int]:
    return [at] if at < len(dims) else []


def _size(dims: Sequence[Expr], which: Sequence[int]) -> Expr:
    return symbolic.product(dims[d] for d in which)


def _divides(a: Expr, b: Expr) -> bool:
    """Whether `a` is a factor of `b`, so that more dimensions can make the two equal."""
    if a.is_Integer and b.is_Integer:
        # A size of 0 divides nothing; equal sizes were found before.
        return a != 0 and int(b) % int(a) == 0
    quotient = symbolic.FloorDiv(b, a)
    return symbolic.equal(quotient * a, b)
