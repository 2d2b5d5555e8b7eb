"""The rule for when two results agree."""

import math
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from sdfg.dialect.tolerances import compare, tolerance, unit_roundoff


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [(np.float16, 11), (ml_dtypes.bfloat16, 8), (np.float32, 24), (np.float64, 53)],
)
def test_unit_roundoff_is_that_of_one_rounding(dtype: Any, bits: int) -> None:
    u = unit_roundoff(dtype)
    assert u == 2.0**-bits
    assert tolerance(dtype, 16) == (32 * u, 32 * u)
    one, after = np.array([1 + u, 1 + 2 * u]).astype(dtype).astype(np.float64)
    assert (one, after) == (1, 1 + 2 * u)


def test_integers_agree_exactly() -> None:
    assert tolerance(np.int32, 1000) == (0, 0)
    large = np.array([2**60, 5])
    mismatch = compare(large + np.array([1, 0]), large)
    assert mismatch is not None
    assert (mismatch.index, mismatch.actual, mismatch.count) == ((0,), 2**60 + 1, 1)
    assert compare(large, large) is None


def test_reordered_sums_agree_and_wrong_ones_do_not(rng: np.random.Generator) -> None:
    x = rng.standard_normal((200, 1000)).astype(np.float32)
    forward = np.cumsum(x, axis=1)[:, -1]
    backward = np.cumsum(x[:, ::-1], axis=1)[:, -1]
    assert compare(forward, backward, reduction_length=1000) is None
    wrong = backward.copy()
    wrong[17] += x[17, 3] * np.float32(0.05)
    mismatch = compare(wrong, backward, reduction_length=1000)
    assert mismatch is not None
    assert mismatch.index == (17,)
    assert mismatch.error > mismatch.allowed
    assert "at [17]" in str(mismatch)


def test_special_numbers() -> None:
    special = np.array([np.nan, np.inf, -np.inf, 1.0], np.float32)
    assert compare(special, special.copy()) is None
    for k in range(4):
        other = special.copy()
        other[k] = -7.0
        mismatch = compare(other, special)
        assert mismatch is not None
        assert mismatch.index == (k,)
        assert math.isinf(mismatch.error) == (k < 3)
        mismatch = compare(special, other)
        assert mismatch is not None
        assert mismatch.index == (k,)


def test_what_cannot_be_compared() -> None:
    assert compare(np.zeros((0, 3)), np.zeros((0, 3))) is None
    with pytest.raises(ValueError, match="shapes differ"):
        compare(np.zeros(3), np.zeros((3, 1)))
    with pytest.raises(ValueError, match="at least one rounding"):
        tolerance(np.float32, 0)
