"""Programs that schedules must take care with, each for its reason."""

import numpy as np
import pytest
from unit.emitted import run_c
from unit.interpreting import normal
from unit.test_schedule import MACHINES, check, whole
from unit.text import parsed
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.analysis.conflicts import conflicts
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.vectorize_maps import VectorizeMapsPass


def reduction(
    *, parallel: str, reduced: str, read: str, wcr: str = "sum", start: str = "0.0", rest: str = ""
) -> ModuleOp:
    """`C[i] = start; C[i] = C[i] wcr read for all r; rest`, in a program of inputs A and B."""
    return parsed(f"""
    sdfg.sdfg @main [N, K] (in "A" %A: !sdfg.array<[N + 2, K + 2] x f32>,
        in "B" %B: !sdfg.array<[K + 2, N + 2] x f32>, out "C" %C: !sdfg.array<[N + 2] x f32>) {{
      sdfg.state @before {{
        sdfg.map [z = 0:N + 2] {{
          sdfg.tasklet () -> (%C[z]) {{
            %0 = arith.constant 7.0 : f32
            sdfg.yield %0 : f32
          }}
        }}
      }}
      sdfg.state @s {{
        sdfg.map [i = {parallel}] {{
          sdfg.tasklet () -> (%C[i]) {{
            %0 = arith.constant {start} : f32
            sdfg.yield %0 : f32
          }}
          sdfg.map [{reduced}] {{
            sdfg.tasklet (%a = {read}) -> (%C[i] wcr {wcr}) {{
              %0 = math.absf %a : f32
              sdfg.yield %0 : f32
            }}
          }}
          {rest}
        }}
      }}
    }}""")


CASES = {
    "the number of results is negative": dict(
        parallel="0:N - 2", reduced="r = 0:K", read="%B[r, i]"
    ),
    "the number of steps is negative": dict(
        parallel="0:N", reduced="r = 0:K - 3, s = 0:2", read="%A[i, r + s]"
    ),
    "points have reductions of different length": dict(
        parallel="0:N", reduced="r = 0:min(i + 1, K)", read="%B[r, i]"
    ),
    "the reduction steps": dict(parallel="0:N", reduced="r = 1:K + 1:2", read="%A[i, r]"),
    "lanes run backwards": dict(parallel="0:N", reduced="r = 0:K", read="%B[r, N - i]"),
    "a diagonal": dict(parallel="0:min(N, K)", reduced="r = 0:2", read="%A[i + r, i]"),
    "the epilogue changes the result itself": dict(
        parallel="0:N",
        reduced="r = 0:K",
        read="%B[r, i]",
        rest="""sdfg.tasklet (%v = %C[i]) -> (%C[i]) {
            %0 = arith.negf %v : f32
            sdfg.yield %0 : f32
          }""",
    ),
    "nothing is the largest number": dict(
        parallel="0:N", reduced="r = 0:K", read="%B[r, i]", wcr="maxnum", start="0x7fc00000"
    ),
}


@pytest.mark.parametrize("sizes", [(0, 0), (1, 2), (2, 1), (19, 7), (37, 0)])
@pytest.mark.parametrize("name", CASES)
def test_case(name: str, sizes: tuple[int, int]) -> None:
    for machine in MACHINES:
        module = reduction(**CASES[name])
        check(module, whole(machine), dict(zip("NK", sizes, strict=True)))


@pytest.mark.parametrize(
    "name", ["nothing is the largest number", "the number of results is negative"]
)
def test_case_compiled(name: str, rng: np.random.Generator) -> None:
    module = reduction(**CASES[name])
    for step in whole(MACHINES[1]):
        step.apply(Context(), module)
    for n, k in ((1, 2), (21, 5)):
        arrays = {"A": normal(rng, n + 2, k + 2), "B": normal(rng, k + 2, n + 2)}
        sizes = {"N": n, "K": k}
        wanted = interpret(reduction(**CASES[name]), "main", arrays, sizes)
        found = run_c(module, arrays, sizes, threads=3)
        np.testing.assert_allclose(found["C"], wanted["C"], rtol=1e-5)


def combined(at: str) -> MapOp:
    """A map over `i` and `j`, in it over `k`, whose points are combined at `at`."""
    module = parsed(f"""
    sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N] x f32>, inout "C" %C: !sdfg.array<[N, N] x f32>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N, j = 0:N] {{
          sdfg.map [k = 0:4] {{
            sdfg.tasklet (%a = %A[i]) -> (%C[{at}] wcr sum) {{
              sdfg.yield %a : f32
            }}
          }}
        }}
      }}
    }}""")  # noqa: E501
    return next(op for op in module.walk() if isinstance(op, MapOp))


@pytest.mark.parametrize(
    ("at", "meet"),
    [
        ("i, j", set[str]()),
        ("j, 0", {"i"}),
        ("i, k", {"j"}),
        ("i + j, 0", {"i", "j"}),
        ("i + j, j", set[str]()),
        ("i floordiv 2, j", {"i"}),
        ("i mod 8, j", {"i"}),
        ("i floordiv 8, i mod 8", {"j"}),
        ("i floordiv 8, i mod 4", {"i", "j"}),
        ("4 * i + k, j", set[str]()),
        ("3 * i + k, j", {"i"}),
        ("N - i, j", set[str]()),
        ("min(i, 3), j", {"i"}),
    ],
)
def test_points_that_meet(at: str, meet: set[str]) -> None:
    """Parameters of which two values may write the same element are known."""
    op = combined(at)
    assert {conflict.parameter for conflict in conflicts(op, op.param_names)} == meet


def test_parts_of_their_own() -> None:
    """Points whose inner loops share a range between them do not meet."""
    module = parsed("""
    sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N] x f32>, inout "C" %C: !sdfg.array<[N] x f32>) {
      sdfg.state @s {
        sdfg.map [b = 0:N ceildiv 8] {
          sdfg.map [i = 8 * b:min(N, 8 * b + 8)] {
            sdfg.tasklet (%a = %A[i]) -> (%C[i] wcr sum) { sdfg.yield %a : f32 }
          }
        }
        sdfg.map [b = 0:N ceildiv 8] {
          sdfg.map [i = 7 * b:min(N, 7 * b + 8)] {
            sdfg.tasklet (%a = %A[i]) -> (%C[i] wcr sum) { sdfg.yield %a : f32 }
          }
        }
        sdfg.map [b = 0:N] {
          sdfg.map [i = 0:b] {
            sdfg.tasklet (%a = %A[i]) -> (%C[i] wcr sum) { sdfg.yield %a : f32 }
          }
        }
      }
    }""")
    maps = [m for m in module.walk() if isinstance(m, MapOp) and m.param_names == ("b",)]
    assert [any(conflicts(m, m.param_names)) for m in maps] == [False, True, True]


def test_points_that_meet_stay_out_of_lanes() -> None:
    module = parsed("""
    sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N] x f32>, inout "C" %C: !sdfg.array<[N] x f32>) {
      sdfg.state @s {
        sdfg.map [i = 0:N] {
          sdfg.tasklet (%a = %A[i]) -> (%C[i mod 3] wcr sum) { sdfg.yield %a : f32 }
        }
      }
    }""")
    before = str(module)
    VectorizeMapsPass().apply(Context(), module)
    assert str(module) == before
