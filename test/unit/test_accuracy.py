"""The tolerances: what they accept and, above all, what they refuse."""

import ml_dtypes
import numpy as np
import pytest

from sdfg.tools.accuracy import check, compare, epsilon


def test_epsilon_follows_the_type():
    assert epsilon(np.dtype(np.float32)) == 2.0**-23
    assert epsilon(np.dtype(np.float16)) == 2.0**-10
    assert epsilon(np.dtype(ml_dtypes.bfloat16)) == 2.0**-7
    assert epsilon(np.dtype(np.int64)) == 0


def test_a_sum_in_another_order_agrees(rng: np.random.Generator):
    a, b = rng.standard_normal((8, 1000)), rng.standard_normal((1000, 8))
    exact = a @ b
    order = rng.permutation(1000)
    single = (a[:, order].astype(np.float32)) @ (b[order].astype(np.float32))
    assert compare(single, exact.astype(np.float32), terms=1000).good


def test_an_error_of_one_percent_does_not(rng: np.random.Generator):
    want = rng.standard_normal(1000).astype(np.float32)
    got = want.copy()
    got[17] += 0.01 * np.float32(np.abs(want).mean())
    found = compare(got, want)
    assert not found.good
    assert found.where == (17,)


def test_integers_agree_exactly(rng: np.random.Generator):
    want = rng.integers(-(2**40), 2**40, (3, 4))
    assert compare(want.copy(), want).good
    assert compare(want + np.eye(3, 4, dtype=np.int64), want).where == (0, 0)


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_special_values_agree_with_themselves_only(special: float, rng: np.random.Generator):
    want = rng.standard_normal(10).astype(np.float32)
    got = want.copy()
    want[3] = special
    assert not compare(got, want).good
    got[3] = special
    assert compare(got, want).good
    got[3] = -1 if np.isnan(special) else -special
    assert not compare(got, want).good


def test_shapes_must_agree(rng: np.random.Generator):
    want = rng.standard_normal((2, 3)).astype(np.float32)
    assert not compare(want.T, want).good
    with pytest.raises(AssertionError, match=r"result 1: shape \(3, 2\), wanted \(2, 3\)"):
        check([want, want.T], [want, want])
    with pytest.raises(AssertionError, match="1 results, wanted 2"):
        check([want], [want, want])


def test_all_zeros_is_a_scale_too(rng: np.random.Generator):
    want = np.zeros(4, np.float32)
    assert compare(want.copy(), want).good
    assert not compare(1e-30 * rng.standard_normal(4).astype(np.float32), want).good
