"""The stretch of memory that an access touches, against a list of all its elements."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.text import parsed

from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.spans import Span
from sdfg.dialect.ops.dataflow import MapOp


def access_of(ranges: str, subset: str, view: str, symbols: str = "") -> Access:
    """That of a tasklet that reads `subset` of a view in a map over `ranges`."""
    point = ":" not in subset
    kind = f"!sdfg.array<{view}>"
    argument = "%x" if point else f"%x: {kind}"
    module = parsed(f"""
    sdfg.sdfg @main [{symbols}] (in "A" %A: !sdfg.array<[10000] x f32>,
        out "y" %y: !sdfg.array<[] x f32>) {{
      %v = sdfg.view %A : {kind}
      sdfg.state @s {{
        sdfg.map [{ranges}] {{
          sdfg.tasklet ({argument} = %v[{subset}]) -> (%y[] wcr sum) {{
            %0 = arith.constant 1.0 : f32
            sdfg.yield {"%x" if point else "%0"} : f32
          }}
        }}
      }}
    }}""")
    (nest,) = (op for op in module.walk() if isinstance(op, MapOp))
    return next(a for a in Accesses.of(nest).all if not a.writes)


SMALL = st.integers(-3, 3)
LOOP = st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(1, 3))
"""Start, iterations, step."""


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(LOOP, LOOP),
    st.tuples(SMALL, SMALL),
    LOOP,
    st.tuples(st.integers(-30, 30), st.integers(-4, 4)),
    st.booleans(),
)
def test_first_and_last_element(
    loops: tuple[tuple[int, int, int], tuple[int, int, int]],
    factors: tuple[int, int],
    columns: tuple[int, int, int],
    strides: tuple[int, int],
    whole: bool,
) -> None:
    """`v[f * i + g * j + 50, columns]`, the columns a range or its first one."""
    values = [range(a, a + n * step, step) for a, n, step in loops]
    cut = range(columns[0], columns[0] + columns[1] * columns[2], columns[2])
    cut = cut if whole else cut[:1]
    text = ", ".join(
        f"{p} = {v.start}:{v.stop}:{v.step}" for p, v in zip("ij", values, strict=True)
    )
    last = f"{cut.start}:{cut.stop}:{cut.step}" if whole else f"{cut.start}"
    row = f"{factors[0]} * i + {factors[1]} * j + 50"
    view = f"[100, 100] x f32, strides [{strides[0]}, {strides[1]}], offset 5000"
    found = Span.of(access_of(text, f"{row}, {last}", view))
    touched = [
        5000 + strides[0] * (factors[0] * i + factors[1] * j + 50) + strides[1] * k
        for i, j, k in product(*values, cut)
    ]
    assert found == Span(min(touched), max(touched))


@pytest.mark.parametrize(
    ("ranges", "subset", "view"),
    [
        ("i = 0:N", "i", "[10000] x f32"),
        ("i = 0:5", "i * N", "[10000] x f32"),
        ("i = 0:5", "i * i", "[10000] x f32"),
        ("i = 0:5", "i:i + N", "[10000] x f32"),
        ("i = 4:4", "i", "[10000] x f32"),
    ],
)
def test_what_is_no_number(ranges: str, subset: str, view: str) -> None:
    """Sizes that are known only at run time, products, and loops that do nothing."""
    assert Span.of(access_of(ranges, subset, view, "N")) is None


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ((0, 3), (4, 9), False),
        ((0, 9), (0, 2), True),
        ((7, 9), (0, 9), True),
        ((0, 5), (3, 9), None),
        ((0, 9), (3, 4), None),
    ],
)
def test_meets(one: tuple[int, int], other: tuple[int, int], meets: bool | None) -> None:
    """The ends are touched for certain, what lies between them may not be."""
    assert Span(*one).meets(Span(*other)) is meets
    assert Span(*other).meets(Span(*one)) is meets
