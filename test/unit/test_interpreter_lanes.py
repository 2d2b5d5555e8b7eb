"""Expressions over all points of a map at once give what they give at each point."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from unit.expressions import NAMES, Meant, arithmetic, conditions, expressions

from sdfg.dialect.interpreter.lanes import (
    Affine,
    Box,
    Lanes,
    affine,
    bounds,
    dense,
    evaluate,
    selected,
    selection,
    uniform,
)

EXTENTS = (3, 1, 4)


@st.composite
def known(draw: st.DrawFn) -> dict[str, Lanes]:
    """A value for each symbol that is at least 1 in all lanes; some differ between them."""
    result: dict[str, Lanes] = {}
    for name in NAMES:
        rank = draw(st.integers(0, len(EXTENTS)))
        steps = tuple(draw(st.sampled_from([0, 0, 1, 2, 8])) for _ in range(rank))
        result[name] = affine(draw(st.integers(1, 9)), steps, EXTENTS[:rank])
    return result


def at(values: dict[str, Lanes], point: tuple[int, ...]) -> dict[str, int]:
    """The numbers in one lane."""

    def number(value: Lanes) -> int:
        array = dense(value, len(EXTENTS))
        return int(array[tuple(k if n > 1 else 0 for k, n in zip(point, array.shape, strict=True))])

    return {name: number(value) for name, value in values.items()}


@given(expressions() | conditions(), known())
def test_all_lanes_agree_with_each(meant: Meant, values: dict[str, Lanes]) -> None:
    found = np.broadcast_to(dense(evaluate(meant.expr, values), len(EXTENTS)), EXTENTS)
    for point in np.ndindex(EXTENTS):
        assert found[point] == meant.value(at(values, point))


@given(arithmetic(), known())
def test_bounds_and_uniformity(meant: Meant, values: dict[str, Lanes]) -> None:
    value = evaluate(meant.expr, values)
    numbers = dense(value, len(EXTENTS))
    low, high = bounds(value)
    assert (low, high) == (numbers.min(), numbers.max())
    assert uniform(value) == (low if low == high else None)


@given(arithmetic(), known(), st.data())
def test_some_of_the_lanes(meant: Meant, values: dict[str, Lanes], data: st.DataObject) -> None:
    size = int(np.prod(EXTENTS))
    bits = data.draw(st.lists(st.booleans(), min_size=size, max_size=size).filter(any))
    mask = np.array(bits).reshape(EXTENTS)
    value = evaluate(meant.expr, values)
    chosen = selection(mask, EXTENTS)
    part = selected(value, chosen)
    found = np.broadcast_to(dense(part, len(chosen.extents)), chosen.extents)
    wanted = np.broadcast_to(dense(value, len(EXTENTS)), EXTENTS)[mask]
    np.testing.assert_array_equal(found.reshape(-1), wanted)


def test_boxes_stay_affine() -> None:
    mask = np.zeros(EXTENTS, np.bool_)
    mask[1:, :, 2] = True
    chosen = selection(mask, EXTENTS)
    assert chosen == Box((1, 0, 2), (2, 1, 1))
    part = selected(affine(5, (10, 0, 1), EXTENTS), chosen)
    assert isinstance(part, Affine)
    assert (part.base, part.steps, part.extents) == (17, (10, 0, 0), (2, 1, 1))
