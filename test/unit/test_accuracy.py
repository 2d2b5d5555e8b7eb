"""When a model's results agree with a reference's: what is accepted and, above all, refused."""

import numpy as np
import pytest

from sdfg.tools.accuracy import compare


def test_a_sum_in_another_order_agrees(rng: np.random.Generator):
    a, b = rng.standard_normal((8, 1000)), rng.standard_normal((1000, 8))
    order = rng.permutation(1000)
    single = a[:, order].astype(np.float32) @ b[order].astype(np.float32)
    found = compare(single, (a @ b).astype(np.float32))
    assert found.good
    assert str(found).startswith("largest difference ")


def test_an_error_of_one_percent_does_not(rng: np.random.Generator):
    want = rng.standard_normal(1000).astype(np.float32)
    got = want.copy()
    got[17] += 0.01 * np.float32(np.abs(want).mean())
    found = compare(got, want)
    assert not found.good
    assert "at [17]" in str(found)


def test_integers_agree_exactly(rng: np.random.Generator):
    want = rng.integers(-(2**40), 2**40, (3, 4))
    assert compare(want.copy(), want).good
    assert not compare(want + np.eye(3, 4, dtype=np.int64), want).good


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


def test_shape_and_type_must_agree(rng: np.random.Generator):
    want = rng.standard_normal((2, 3)).astype(np.float32)
    assert str(compare(want.T, want)) == "float32[3, 2] instead of float32[2, 3]"
    assert not compare(want.T, want).good
    assert not compare(want.astype(np.float64), want).good


def test_zeros_leave_no_room(rng: np.random.Generator):
    want = np.zeros(4, np.float32)
    assert compare(want.copy(), want).good
    assert not compare(1e-30 * rng.standard_normal(4).astype(np.float32), want).good
    assert compare(np.zeros((0, 3)), np.zeros((0, 3))).good
