"""Loads at computed indices, lane by lane: as before, interpreted and in C."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emitted import run_c
from unit.text import parsed
from xdsl.context import Context

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.lowering.schedule.transforms.stage_gathers import StageGathersPass
from sdfg.lowering.schedule.transforms.vectorize import VectorizePass

BODIES = {
    "a row": ("%row = arith.index_cast %k : i64 to index", "%T[%row, %j]", "%v"),
    "a column": ("%row = arith.index_cast %k : i64 to index", "%T[%j, %row]", "%v"),
    "a sum": (
        "%r = arith.addi %k, %k : i64\n%row = arith.index_cast %r : i64 to index",
        "%T[%row, %j]",
        "%s",
    ),
    "two loads": (
        "%row = arith.index_cast %k : i64 to index\n"
        "%w = sdfg.load %t[%j, %j] : !sdfg.array<[16, 16] x f32> -> f32",
        "%T[%j, %row]",
        "%p",
    ),
}
"""Names of what is loaded: how the index is computed, which element, and what is yielded."""


def program(body: str, where: str) -> str:
    index, element, result = BODIES[body]
    load = element.replace("%T", "%t")
    other = "%w" if "%w" in index else "%b"
    return f"""
sdfg.sdfg @main (in "I" %I: !sdfg.array<[16] x i64>, in "T" %T: !sdfg.array<[16, 16] x f32>,
                 in "B" %B: !sdfg.array<[16] x f32>, out "Y" %Y: !sdfg.array<[16] x f32>) {{
  sdfg.state @s {{
    sdfg.map [j = 0:16] {{
      sdfg.tasklet (%k = %I[{where}], %t: !sdfg.array<[16, 16] x f32> = %T[0:16, 0:16] volume 1,
                    %b = %B[j]) -> (%Y[j]) {{
        %j = sdfg.index j
        {index}
        %v = sdfg.load {load} : !sdfg.array<[16, 16] x f32> -> f32
        %s = arith.addf %v, %b : f32
        %p = arith.mulf %s, {other} : f32
        sdfg.yield {result} : f32
      }}
    }}
  }}
}}"""


@pytest.mark.parametrize(
    ("body", "where"), list(product(BODIES, ("j", "3", "15 - j", "j floordiv 4")))
)
@pytest.mark.parametrize("lanes", [4, 16])
def test_each_lane_loads_its_element(body: str, where: str, lanes: int) -> None:
    module = parsed(program(body, where))
    random = np.random.default_rng(0)
    arrays = {
        "I": random.integers(0, 8, 16),
        "T": random.standard_normal((16, 16)).astype(np.float32),
        "B": random.standard_normal(16).astype(np.float32),
    }
    wanted = interpret(module, "main", arrays, {}, strict=True)["Y"]
    VectorizePass("j", lanes).apply(Context(), module)
    module.verify()
    np.testing.assert_array_equal(interpret(module, "main", arrays, {}, strict=True)["Y"], wanted)
    if lanes == 4 and where in ("j", "3"):
        np.testing.assert_array_equal(run_c(module, arrays)["Y"], wanted)


@pytest.mark.parametrize(("body", "where"), [("a row", "3"), ("a row", "j"), ("a column", "3")])
def test_neighbours_are_one_vector(body: str, where: str) -> None:
    """Of one row, and only of one."""
    module = parsed(program(body, where))
    VectorizePass("j", 8).apply(Context(), module)
    assert ("-> vector<8xf32>" in str(module)) == (body == "a row" and where == "3")


def gathering_sum(written: list[str], combined: list[str], *, transposed: bool) -> str:
    """
    A loop that loads two elements, %v and %w, computes %s and %p of them, writes some of these into
    rows (or columns), and combines others.
    """
    names = [f"Y{k}" for k in range(len(written))], [f"R{k}" for k in range(len(combined))]
    at = "r, i" if transposed else "i, r"
    square = "!sdfg.array<[16, 16] x f32>"
    rows = [f'out "{n}" %{n}: {square}' for n in names[0]]
    sums = [f'out "{n}" %{n}: !sdfg.array<[16] x f32>' for n in names[1]]
    start = "sdfg.tasklet () -> (%{}[i]) {{ %0 = arith.constant {} : f32 sdfg.yield %0 : f32 }}"
    begins = {"sum": "0.0", "max": "0xff800000", "product": "1.0"}
    wcrs = [("sum", "max", "product")[k % 3] for k in range(len(combined))]
    targets = [f"%{n}[{at}]" for n in names[0]]
    targets += [f"%{n}[i] wcr {wcr}" for n, wcr in zip(names[1], wcrs, strict=True)]
    values = [*written, *combined]
    return f"""
sdfg.sdfg @main (in "I" %I: !sdfg.array<[16] x i64>, in "T" %T: {square},
                 in "B" %B: !sdfg.array<[16] x f32>, {", ".join([*rows, *sums])}) {{
  sdfg.state @s {{
    sdfg.map [i = 0:16] {{
      {" ".join(start.format(n, begins[w]) for n, w in zip(names[1], wcrs, strict=True))}
      sdfg.map [r = 0:16] {{
        sdfg.tasklet (%k = %I[i], %t: {square} = %T[0:16, 0:16] volume 2, %b = %B[r])
            -> ({", ".join(targets)}) {{
          %row = arith.index_cast %k : i64 to index
          %n = arith.constant 16 : index
          %inside = arith.cmpi ult, %row, %n : index
          sdfg.assert %inside, "index out of bounds"
          %c = sdfg.index r
          %v = sdfg.load %t[%row, %c] : {square} -> f32
          %w = sdfg.load %t[%c, %row] : {square} -> f32
          %s = arith.addf %v, %w : f32
          %p = arith.mulf %s, %b : f32
          sdfg.yield {", ".join(f"%{v}" for v in values)} : {", ".join("f32" for _ in values)}
        }}
      }}
    }}
  }}
}}"""


VALUES = st.sampled_from(["v", "w", "s", "p", "b"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(VALUES, max_size=2), st.lists(VALUES, min_size=1, max_size=3), st.booleans(), st.data()
)
def test_staged_gathers(
    written: list[str], combined: list[str], transposed: bool, data: st.DataObject
) -> None:
    """Whatever is written and combined, also when vectors load what is staged."""
    module = parsed(gathering_sum(written, combined, transposed=transposed))
    random = np.random.default_rng(data.draw(st.integers(0, 9)))
    arrays = {
        "I": random.integers(0, 16, 16),
        "T": random.standard_normal((16, 16)).astype(np.float32),
        "B": random.standard_normal(16).astype(np.float32),
    }
    wanted = interpret(module, "main", arrays, {}, strict=True)
    if not written and set(combined) == {"b"}:
        with pytest.raises(SDFGError, match="sums up is not what it loads"):
            StageGathersPass("r").apply(Context(), module)
        return
    StageGathersPass("r").apply(Context(), module)
    module.verify()
    text = str(module)
    assert "wcr" not in "".join(line for line in text.splitlines() if "[0:16, 0:16]" in line)
    if not transposed:
        VectorizePass("r", 8).apply(Context(), module)
        module.verify()
    found = interpret(module, "main", arrays, {}, strict=True)
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, rtol=2e-5, atol=2e-5, err_msg=name)
