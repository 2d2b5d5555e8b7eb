"""
When two results agree: the tolerances of this project, stated once.

Integers and booleans agree exactly. A floating-point number `got` agrees with `want` if

    |got - want| <= 4 * sqrt(terms) * epsilon * (|want| + scale)

where `terms` is the length of the longest chain of rounded additions behind it, `epsilon` that of
its type, and `scale` the root mean square of the finite values wanted: what cancels in a sum was of
that order before. The square root is the growth of errors that are independent of each other
(Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 2.8); the worst case has no
root. NaN agrees with NaN, an infinity with itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import ml_dtypes
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

WHOLE_MODEL_TERMS = 1 << 14
"""For a whole network: the longest reduction times the layers that pass its error on."""

SAFETY = 4


@dataclass(frozen=True)
class Agreement:
    """How one array compares with what was wanted."""

    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    """Shape of the result and shape wanted."""
    worst: float
    """The largest error as a share of what is allowed: above 1 it is too large."""
    where: tuple[int, ...]
    """The index of the largest error."""

    @property
    def good(self) -> bool:
        return self.shapes[0] == self.shapes[1] and self.worst <= 1

    def __str__(self) -> str:
        if self.shapes[0] != self.shapes[1]:
            return f"shape {self.shapes[0]}, wanted {self.shapes[1]}"
        return f"largest error {self.worst:.2g} of what is allowed, at {list(self.where)}"


def epsilon(dtype: np.dtype[Any]) -> float:
    """Distance from 1 to the next number of `dtype`, ml_dtypes' types among them; 0 if integer."""
    if dtype.kind in "biu":
        return 0.0
    return float(cast(Any, ml_dtypes.finfo)(dtype).eps)


def compare(got: Array, want: Array, *, terms: int = WHOLE_MODEL_TERMS) -> Agreement:
    """Compare `got` with `want` by the rule above; `terms` as there, at least 1."""
    shapes = (got.shape, want.shape)
    if got.shape != want.shape or want.size == 0:
        return Agreement(shapes, 0.0, ())
    allowed_share = SAFETY * float(np.sqrt(terms)) * max(epsilon(got.dtype), epsilon(want.dtype))
    if allowed_share == 0:
        worst = np.where(got == want, 0.0, np.inf)
    else:
        worst = _shares(_wide(got), _wide(want), allowed_share)
    flat = int(np.argmax(worst))
    where = tuple(int(k) for k in np.unravel_index(flat, want.shape))
    return Agreement(shapes, float(worst.flat[flat]), where)


def _wide(values: Array) -> Array:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _shares(got: Array, want: Array, share: float) -> Array:
    """Error over allowed error, per element."""
    finite = np.isfinite(want)
    scale = float(np.sqrt(np.mean(np.abs(want[finite]) ** 2))) if finite.any() else 0.0
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    both = finite & np.isfinite(got)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        error = np.abs(got - want) / (share * (np.abs(want) + scale))
    return np.where(same, 0.0, np.where(both, error, np.inf))


def check(got: Sequence[Array], want: Sequence[Array], *, terms: int = WHOLE_MODEL_TERMS) -> None:
    """Raise `AssertionError`, naming each result that disagrees, unless all agree."""
    assert len(got) == len(want), f"{len(got)} results, wanted {len(want)}"
    found = [compare(g, w, terms=terms) for g, w in zip(got, want, strict=True)]
    bad = [f"result {k}: {a}" for k, a in enumerate(found) if not a.good]
    assert not bad, "\n".join(bad)
