"""Symbolic expressions mean what they say, and their text reads back exactly."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.expressions import (
    NAMES,
    Meant,
    Values,
    arithmetic,
    conditions,
    expressions,
    leaves,
    values,
)

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr

N = symbolic.symbol("N")


@given(expressions() | conditions())
def test_text_reads_back(meant: Meant) -> None:
    assert symbolic.parse(symbolic.text_of(meant.expr)) == meant.expr


@given(expressions(), values())
def test_simplification_keeps_the_value(meant: Meant, known: Values) -> None:
    assert symbolic.evaluate(meant.expr, known) == meant.value(known)


@given(conditions(), values())
def test_conditions(meant: Meant, known: Values) -> None:
    assert bool(symbolic.evaluate(meant.expr, known)) == meant.value(known)


@given(arithmetic(), leaves(), leaves(), values())
def test_substitution_is_of_all_at_once(
    meant: Meant, first: Meant, second: Meant, known: Values
) -> None:
    changed = {**known, "N": abs(first.value(known)) + 1, "E": abs(second.value(known)) + 1}
    replaced = {
        "N": symbolic.maximum(first.expr, -first.expr) + 1,
        "E": symbolic.maximum(second.expr, -second.expr) + 1,
    }
    result = symbolic.substitute(meant.expr, replaced)
    assert symbolic.evaluate(result, known) == meant.value(changed)


@given(arithmetic(), arithmetic(), values())
def test_equal_expressions_have_equal_values(a: Meant, b: Meant, known: Values) -> None:
    assert symbolic.equal(a.expr, a.expr + b.expr - b.expr)
    if symbolic.equal(a.expr, b.expr):
        assert a.value(known) == b.value(known)


@given(st.text(max_size=20), st.lists(st.sampled_from([*NAMES, "x", "x_1", "n", "n_1"])))
@example("x", ["x", "x_1"])
@example("min", [])
@example("3d", ["n_3d"])
def test_symbol_names_are_valid_and_new(text: str, taken: list[str]) -> None:
    name = symbolic.symbol_name(text, taken)
    assert name not in taken
    assert symbolic.parse(name) == symbolic.symbol(name)


@pytest.mark.parametrize("text", ["N +", "1.5", "N N", "max(N", "N // 2", "N / 2", "N mod 0", "&"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no symbolic expression"):
        symbolic.parse(text)


@pytest.mark.parametrize("name", ["", "1x", "a b", "floordiv", "true", "a.b"])
def test_what_cannot_name_a_symbol_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a symbol"):
        symbolic.symbol(name)


def test_values_must_be_known() -> None:
    with pytest.raises(KeyError):
        symbolic.evaluate(N + symbolic.symbol("M"), {"N": 1})


# Ranges and memlets


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    start = draw(leaves()).expr
    if draw(st.booleans()):
        return Range.point(start)
    extent = symbolic.symbol(draw(st.sampled_from(NAMES)))
    step = draw(st.integers(1, 4))
    return Range.of(start, start + extent, step)


@given(ranges(), values())
def test_extents_count(r: Range, known: Values) -> None:
    start, stop, step = (symbolic.evaluate(e, known) for e in (r.start, r.end, r.step))
    assert symbolic.evaluate(r.extent, known) == len(range(start, stop, step))


@given(st.lists(ranges(), max_size=3), values())
def test_subsets(parts: list[Range], known: Values) -> None:
    subset = SubsetAttr(tuple(parts))
    volume = 1
    for r in parts:
        volume *= symbolic.evaluate(r.extent, known)
    assert symbolic.evaluate(subset.volume, known) == volume
    assert len(subset.extents) == sum(not r.is_point for r in parts)
    assert subset.is_point == (len(subset.extents) == 0)
    numbers = MemletAttr(subset, "sum").substituted(known)
    assert not numbers.symbols
    assert numbers.wcr == "sum"
    assert symbolic.constant(numbers.volume.data) == volume
    for r, number in zip(parts, numbers.ranges, strict=True):
        assert number.is_point == r.is_point
        assert [int(e) for e in number.exprs] == [symbolic.evaluate(e, known) for e in r.exprs]
