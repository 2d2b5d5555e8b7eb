"""Whether a whole model agrees with another's results, by the rule of `sdfg.dialect.tolerances`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sdfg.dialect import tolerances

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Agreement:
    """How one result compares with what was wanted."""

    good: bool
    fact: str
    """The largest error, or what is wrong."""

    def __str__(self) -> str:
        return self.fact


def compare(got: Array, want: Array) -> Agreement:
    """Compare a result of a model with that of a reference, element by element."""
    if got.shape != want.shape or got.dtype != want.dtype:
        found, wanted = (f"{a.dtype}{list(a.shape)}" for a in (got, want))
        return Agreement(False, f"{found} instead of {wanted}")
    mismatch = tolerances.compare(got, want, reduction_length=tolerances.WHOLE_MODEL)
    if mismatch is not None:
        return Agreement(False, str(mismatch))
    return Agreement(True, f"largest difference {largest_difference(got, want):.2g}")


def largest_difference(got: Array, want: Array) -> float:
    """The largest `|got - want|` where both are finite; 0 for empty arrays."""
    wide = np.complex128 if want.dtype.kind == "c" else np.float64
    a, b = got.astype(wide), want.astype(wide)
    finite = np.isfinite(a) & np.isfinite(b)
    return float(np.abs(a[finite] - b[finite]).max(initial=0.0))
