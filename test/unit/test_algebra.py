"""Expressions are in normal form: what is equal is one object, and quotients are exact."""

import copy
import pickle

import pytest
from hypothesis import given
from unit.expressions import Meant, Values, arithmetic, conditions, expressions, leaves, values

from sdfg.dialect import symbolic
from sdfg.dialect.algebra.polynomials import Expr

N, M = symbolic.symbol("N"), symbolic.symbol("M")


@given(expressions() | conditions())
def test_copies_are_the_same_object(meant: Meant) -> None:
    assert copy.deepcopy(meant.expr) is meant.expr
    assert pickle.loads(pickle.dumps(meant.expr)) is meant.expr


@given(arithmetic(), arithmetic(), leaves())
def test_laws_of_arithmetic_give_one_object(a: Meant, b: Meant, c: Meant) -> None:
    x, y, z = a.expr, b.expr, c.expr
    assert (x + y) * z is z * x + z * y or (x + y) * z == z * x + z * y
    assert x - y == -(y - x)
    assert (x * y) * z == x * (y * z)


@given(arithmetic(), arithmetic())
def test_quotients_are_exact(a: Meant, b: Meant) -> None:
    if b.expr != 0:
        assert symbolic.quotient(a.expr * b.expr, b.expr) == a.expr


@given(arithmetic(), arithmetic(), values())
def test_fractions_keep_their_value(a: Meant, b: Meant, known: Values) -> None:
    if b.expr == 0:
        return
    above, below = symbolic.fraction(a.expr, b.expr)
    over, under = (symbolic.evaluate(e, known) for e in (above, below))
    assert over * b.value(known) == under * a.value(known)


@pytest.mark.parametrize(
    ("a", "b"), [("N", "2"), ("N", "M"), ("N + 1", "N"), ("M * N", "N + 1"), ("4", "N"), ("1", "0")]
)
def test_what_does_not_divide_has_no_quotient(a: str, b: str) -> None:
    assert symbolic.quotient(symbolic.parse(a), symbolic.parse(b)) is None


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("N + 1 > N", "true"),
        ("2 * N == 2 * M + 1", "false"),
        ("N * N + 1 ne 0", "true"),
        ("max(N, 0) >= 0", "true"),
        ("min(N, N + 1)", "N"),
        ("max(N, min(N, M))", "N"),
        ("N < M and N >= M", "false"),
        ("not N < M", "N >= M"),
        ("(N * M + 2 * N) floordiv (M + 2)", "N"),
        ("(8 * N + M + 5) mod 4", "(M + 1) mod 4"),
    ],
)
def test_what_follows_is_simplified(text: str, meaning: str) -> None:
    assert symbolic.parse(text) is symbolic.parse(meaning)


def test_factors_of_a_symbol() -> None:
    expr: Expr = symbolic.parse("3 * N * M + N * N + 2 * N + M")
    assert expr.coeff(N) == 3 * M + 2
    assert expr.as_coeff_Mul() == (1, expr)


def test_conditions_are_no_numbers() -> None:
    with pytest.raises(TypeError):
        symbolic.product([N, symbolic.TRUE])
    with pytest.raises(TypeError, match="depends on its symbols"):
        assert symbolic.greater(N, M)
