"""
Short correlations with few multiplications, derived from interpolation points.

A correlation `y[i] = sum over k of g[k] * d[i + k]` of `m` outputs with `r` taps is
`y = A^T ((G g) * (B^T d))` with `m + r - 1` products instead of `m r` (Toom-Cook, transposed). The
factors of two dimensions are applied one after the other. Source: Lavin and Gray, CVPR 2016; the
derivation from points: Blahut, Fast Algorithms for Signal Processing, 2010, chapter 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Self

Matrix = tuple[tuple[Fraction, ...], ...]
"""Rows of exact numbers."""

POINTS = (
    *(Fraction(0), Fraction(1), Fraction(-1)),
    *(Fraction(1, 2), Fraction(-1, 2), Fraction(2), Fraction(-2)),
)
"""Points for any size but those of `BEST_POINTS`; pairs of opposite ones share additions."""

BEST_POINTS = {
    5: (Fraction(0), Fraction(5, 8), Fraction(-5, 8), Fraction(3, 2), Fraction(-3, 2)),
}
"""
By the number of finite points, those with the least error of rounding among pairs of opposite
fractions with small denominators: for F(4, 3) half the error, on average, of 0, 1, -1, 2, -2, and a
fifth of its maximum.
"""


@dataclass(frozen=True)
class ToomCook:
    """The matrices of `F(outputs, taps)`."""

    outputs: int
    taps: int
    data: Matrix
    """`B^T`, of shape `(size, size)`."""
    kernel: Matrix
    """`G`, of shape `(size, taps)`."""
    result: Matrix
    """`A^T`, of shape `(outputs, size)`."""

    @property
    def size(self) -> int:
        """Products, and numbers of the data that one piece of outputs depends on."""
        return self.outputs + self.taps - 1

    @classmethod
    def of(cls, outputs: int, taps: int, points: Sequence[Fraction] = ()) -> Self:
        """
        From `outputs + taps - 2` different points besides infinity; good ones by default.

        Raises `ValueError` where there are too few or two are the same.
        """
        return _of(cls, outputs, taps, tuple(points))  # pyright: ignore[reportReturnType]


@lru_cache(maxsize=256)
def _of(kind: type[ToomCook], outputs: int, taps: int, points: tuple[Fraction, ...]) -> ToomCook:
    count = outputs + taps - 2
    known = points or BEST_POINTS.get(count, POINTS)
    finite = known[:count]
    if outputs < 1 or taps < 1 or len(finite) < count or len(set(finite)) < count:
        raise ValueError(
            f"F({outputs}, {taps}) needs {max(count, 0)} different points, got "
            f"{', '.join(map(str, known)) or 'none'}"
        )
    data: list[list[Fraction]] = []
    kernel: list[list[Fraction]] = []
    columns: list[list[Fraction]] = []
    for x in finite:
        others = [p for p in finite if p != x]
        scale = prod((x - p for p in others), start=Fraction(1))
        data.append([*_polynomial(others), Fraction(0)])
        kernel.append([x**k / scale for k in range(taps)])
        columns.append([x**k for k in range(outputs)])
    # Infinity: only the highest powers count there.
    data.append(_polynomial(finite))
    kernel.append([Fraction(int(k == taps - 1)) for k in range(taps)])
    columns.append([Fraction(int(k == outputs - 1)) for k in range(outputs)])
    result = [list(row) for row in zip(*columns, strict=True)]
    return kind(outputs, taps, _matrix(data), _matrix(kernel), _matrix(result))


def _polynomial(roots: Sequence[Fraction]) -> list[Fraction]:
    """The coefficients of the monic polynomial with these roots, constant term first."""
    result = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *result]
        for k, coefficient in enumerate(result):
            shifted[k] -= root * coefficient
        result = shifted
    return result


def _matrix(rows: Sequence[Sequence[Fraction]]) -> Matrix:
    return tuple(tuple(row) for row in rows)
