"""Loads at computed indices, lane by lane: as before, interpreted and in C."""

from itertools import product

import numpy as np
import pytest
from unit.emitted import run_c
from unit.text import parsed
from xdsl.context import Context

from sdfg.dialect.interpreter.interpret import interpret
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
