"""Sizes at run time: the grammar, solving for symbols, and what the errors say."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdfg.backends.runtime_interface import Interface, Value
from sdfg.backends.runtime_shapes import ShapeSolver, parse_size
from sdfg.dialect.diagnostics import SDFGError

SYMBOLS = {"n": 0, "E": 1, "lambda": 2}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("n", 10),
        ("2*n + 1", 21),
        ("2 * (n + 1)", 22),
        ("n - E - 1", 6),
        ("-n + 20", 10),
        ("-7 // 2", -4),
        ("-7 floordiv 2", -4),
        ("n ceildiv 4", 3),
        ("-7 mod 4", 1),
        ("-7 % 4", 1),
        ("n // 3 * 3", 9),
        ("max(n, E, lambda) - min(n, E)", 97),
        ("Max(1, n)", 10),
        ("ceildiv(n, E)", 4),
    ],
)
def test_expressions(text: str, value: int) -> None:
    assert parse_size(text, SYMBOLS).evaluate((10, 3, 100)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "n +",
        "m",
        "n n",
        "n/2",
        "__import__('os')",
        "n.real",
        "(n",
        "max(n",
        "1e3",
        "n[0]",
        "0x",
    ],
)
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text, SYMBOLS)


def _solver(inputs: list[tuple[str, ...]], outputs: list[tuple[str, ...]], *symbols: str):
    def values(shapes: list[tuple[str, ...]], name: str) -> tuple[Value, ...]:
        return tuple(Value(f"{name}{i}", "float32", shape) for i, shape in enumerate(shapes))

    interface = Interface("f", "f.so", None, values(inputs, "x"), values(outputs, "y"), symbols)
    return ShapeSolver.of(interface)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 9))
def test_linear_sizes_are_solved(a: int, b: int, c: int) -> None:
    solver = _solver(
        [("3*a + 2", "7"), ("a + b", "c - 4 + a")], [("a*b", "b", "c mod 3 + 1")], "a", "b", "c"
    )
    c += 4
    sizes = solver.solve([(3 * a + 2, 7), (a + b, c - 4 + a)])
    assert sizes.symbols == (a, b, c)
    assert sizes.outputs == ((a * b, b, c % 3 + 1),)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([(2, 3), (4, 3)], "'x1': expected shape [n, 3], got [4, 3]: dimension 0 must be 2 = n"),
        ([(2, 4), (2, 3)], "'x0': expected shape [n, 3], got [2, 4]: dimension 1 must be 3"),
        ([(2,), (2, 3)], "'x0': expected shape [n, 3], got [2]: 2 dimensions are needed"),
        ([(2, 3), (2, 3)], "output 'y0' would have the shape (-1,): float32[n - 3] with n = 2"),
    ],
)
def test_shapes_that_do_not_fit(shapes: list[tuple[int, ...]], message: str) -> None:
    solver = _solver([("n", "3"), ("n", "3")], [("n - 3",)], "n")
    with pytest.raises(SDFGError, match=re.escape(message)):
        solver.solve(shapes)


def test_sizes_without_a_solution() -> None:
    message = "'x0': expected shape [2*n], got [3]: no 'n' makes dimension 0 = 2*n equal to 3"
    with pytest.raises(SDFGError, match=re.escape(message)):
        _solver([("2*n",)], [], "n").solve([(3,)])
    with pytest.raises(SDFGError, match="the size 'm' does not follow"):
        _solver([("n",)], [], "n", "m").solve([(3,)])


def test_interface_with_a_bad_shape() -> None:
    with pytest.raises(SDFGError, match="the interface of 'f': 'k' is no size"):
        _solver([("k",)], [], "n")
