"""
When two results agree: the tolerances of this project, stated once.

Integers and truth values agree exactly. A floating-point number agrees with the one expected if

    |actual - expected| <= rtol * |expected| + atol_scale * scale
    rtol = atol_scale = 8 u sqrt(n)

with `u` the unit roundoff of the type (half the distance from 1 to the next number), `n` the length
of the longest chain of rounded additions behind the result, and `scale` the root mean square of the
finite numbers expected: what cancels in a sum was of that order before.

The bound that always holds for a sum is `(n - 1) u` times the sum of the magnitudes (Higham,
Accuracy and Stability of Numerical Algorithms, 2nd edition, 2002, sections 3.1 and 4.2). Rounding
errors that are independent of each other grow with the square root of `n` instead (section 2.8), as
do the partial sums of numbers of random sign, relative to which they are. The factor 8 covers that
both sides have errors, and the units in the last place that functions such as `exp` are off by.

NaN agrees with NaN, an infinity with itself.
"""

import math
from dataclasses import dataclass
from typing import Any, cast

import ml_dtypes
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SAFETY = 8

WHOLE_MODEL = 1 << 14
"""What to assume for a network: its longest reduction times the layers that pass errors on."""


@dataclass(frozen=True)
class Mismatch:
    """The worst of the elements that do not agree."""

    index: tuple[int, ...]
    actual: Any
    expected: Any
    error: float
    """`|actual - expected|`; infinite where one of them is NaN or infinite."""
    allowed: float
    count: int
    """How many elements do not agree."""

    def __str__(self) -> str:
        return (
            f"{self.actual} instead of {self.expected} at {list(self.index)}: off by "
            f"{self.error:.3g} where {self.allowed:.3g} is allowed ({self.count} elements differ)"
        )


def unit_roundoff(dtype: "np.dtype[Any] | type[Any]") -> float:
    """The largest relative error of one rounding; 0 for integers. Knows ml_dtypes' types."""
    kind = np.dtype(dtype)
    if is_exact(kind):
        return 0.0
    return float(cast(Any, ml_dtypes.finfo)(kind).eps) / 2


def is_exact(dtype: np.dtype[Any]) -> bool:
    """Whether these are integers or truth values. Knows ml_dtypes' types."""
    return dtype.kind in "biu" or dtype.name in ("int2", "uint2", "int4", "uint4")


def tolerance(dtype: "np.dtype[Any] | type[Any]", reduction_length: int = 1) -> tuple[float, float]:
    """
    `(rtol, atol_scale)` of the rule above, for `n = reduction_length`; both 0 for integers.

    Raises `ValueError` for a length below 1.
    """
    if reduction_length < 1:
        raise ValueError(f"a result has at least one rounding, got {reduction_length}")
    share = SAFETY * unit_roundoff(dtype) * math.sqrt(reduction_length)
    return share, share


def compare(
    actual: Array,
    expected: Array,
    dtype: "np.dtype[Any] | type[Any] | None" = None,
    reduction_length: int = 1,
) -> Mismatch | None:
    """
    The worst disagreement of two arrays of one shape, or None where they agree.

    `dtype` is the type that the results were computed in, that of `expected` unless given.
    Raises `ValueError` if the shapes differ.
    """
    if actual.shape != expected.shape:
        raise ValueError(f"shapes differ: {actual.shape} and {expected.shape}")
    if not expected.size:
        return None
    rtol, atol_scale = tolerance(expected.dtype if dtype is None else dtype, reduction_length)
    if is_exact(expected.dtype):
        error = np.where(actual == expected, 0.0, _distance(actual, expected))
        allowed = np.zeros(expected.shape)
    else:
        error, allowed = _float_errors(actual, expected, rtol, atol_scale)
    wrong = error > allowed
    if not wrong.any():
        return None
    excess = np.where(wrong, error - allowed, -1.0)
    index = np.unravel_index(int(np.argmax(excess)), expected.shape)
    return Mismatch(
        tuple(int(k) for k in index),
        actual[index].item(),
        expected[index].item(),
        float(error[index]),
        float(allowed[index]),
        int(wrong.sum()),
    )


def _distance(a: Array, b: Array) -> Array:
    """How far integers lie apart; never 0 for different ones."""
    return np.maximum(np.abs(a.astype(np.float64) - b.astype(np.float64)), 1.0)


def _float_errors(
    actual: Array, expected: Array, rtol: float, atol_scale: float
) -> tuple[Array, Array]:
    """Error of each element, and the error that it may have."""
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    a, e = actual.astype(wide), expected.astype(wide)
    finite = np.isfinite(e)
    scale = math.sqrt(float(np.mean(np.abs(e[finite]) ** 2))) if finite.any() else 0.0
    same = (a == e) | (np.isnan(a) & np.isnan(e))
    with np.errstate(invalid="ignore"):
        error = np.where(same, 0.0, np.where(finite & np.isfinite(a), np.abs(a - e), np.inf))
        allowed = np.where(finite, rtol * np.abs(e), 0.0) + atol_scale * scale
    return error, allowed
