"""Transformations that look at dependences: what they do not refuse changes no result."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.choices import Choices, Drawn, Seeded, chance, pick, shuffled
from unit.emitted import run_c
from unit.random_recurrences import SYMBOLS, RecurrenceBuilder
from unit.random_rows import RowProgram
from unit.random_transformations import loops_of, neighbours
from unit.strategies import main_program
from unit.test_transformations import Trial
from unit.text import parsed
from xdsl.context import Context

from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.transforms.distribute import DistributePass
from sdfg.lowering.schedule.transforms.fuse_loops import FuseLoopsPass
from sdfg.lowering.schedule.transforms.nest import on_threads
from sdfg.lowering.schedule.transforms.parallelize_loop import ParallelizeLoopPass
from sdfg.lowering.schedule.transforms.privatize import PrivatizePass
from sdfg.lowering.schedule.transforms.skew import SkewPass
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.transforms.unroll_and_jam import UnrollAndJamPass

SIZES = (3, 1, 0, 2, 5, 7)
KINDS = ("skew", "parallelize-loop", "privatize", "distribute", "fuse-loops")


def random_step(choices: Choices, loops: list[str], fresh: str) -> Transformation:
    loop = pick(choices, loops)
    match pick(choices, KINDS):
        case "skew":
            return SkewPass(("i", "j") if chance(choices, 80) else (loop, "i"), into=f"{fresh}w")
        case "parallelize-loop":
            return ParallelizeLoopPass(neighbours(choices, loops, 2), pick(choices, (1, 4)))
        case "privatize":
            return PrivatizePass(loop)
        case "distribute":
            return DistributePass(neighbours(choices, loops, 2), each=chance(choices, 70))
        case _:
            return FuseLoopsPass((loop,) if chance(choices, 30) else ())


def attempt(choices: Choices, sizes: dict[str, int]) -> Trial:
    """A random program, and random steps that are taken where they are not refused."""
    trial = Trial(RecurrenceBuilder(choices).build(), sizes, {})
    for k in range(choices.integer(1, 5)):
        trial.step(random_step(choices, shuffled(choices, loops_of(trial.module)), f"s{k}"))
    return trial


@st.composite
def attempts(draw: Any) -> Trial:
    return attempt(Drawn(draw), {name: draw(st.sampled_from(SIZES)) for name in SYMBOLS})


@settings(max_examples=60, deadline=None)
@given(trial=attempts())
def test_random_steps(trial: Trial) -> None:
    assert len(trial.taken) <= 5


@st.composite
def stencils(draw: Any) -> Trial:
    arrays = ("A",) if draw(st.booleans()) else ("A", "B")
    module = RecurrenceBuilder(Drawn(draw), arrays, stencils=True).build()
    return Trial(module, {name: draw(st.sampled_from(SIZES)) for name in SYMBOLS}, {})


@settings(max_examples=40, deadline=None)
@given(trial=stencils())
def test_diagonals_need_no_order(trial: Trial) -> None:
    if trial.step(SkewPass(("i", "j"))):
        assert trial.step(ParallelizeLoopPass(("i",)))


@st.composite
def passes_over_rows(draw: Any) -> tuple[Choices, Trial]:
    choices = Drawn(draw)
    module = RowProgram(choices).build()
    sizes = {n: draw(st.sampled_from(SIZES)) for n in main_program(module).symbol_names}
    return choices, Trial(module, sizes, {})


@settings(max_examples=25, deadline=None)
@given(case=passes_over_rows())
def test_rows_together(case: tuple[Choices, Trial]) -> None:
    choices, trial = case
    trial.step(FuseLoopsPass())
    for k in range(choices.integer(0, 4)):
        loops = shuffled(choices, loops_of(trial.module))
        together = chance(choices, 20)
        step = UnrollAndJamPass(loops[0], 2) if together else random_step(choices, loops, f"s{k}")
        trial.step(step)


RECURRENCE = """
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>,
                        out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[] x f32>
  sdfg.state @wave {
    sdfg.for [i = 1:N] { sdfg.for [j = 1:M - 1] {
      sdfg.tasklet (%a = %A[i - 1, j + 1], %b = %A[i, j - 1]) -> (%A[i, j]) {
        %0 = arith.subf %a, %b : f32
        sdfg.yield %0 : f32
      }
    } }
  }
  sdfg.state @rows {
    sdfg.for [r = 0:N] {
      sdfg.tasklet () -> (%t[]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.for [k = 0:M] {
        sdfg.tasklet (%a = %A[r, k], %b = %t[]) -> (%t[]) {
          %0 = arith.addf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.tasklet (%a = %t[]) -> (%y[r]) {
        sdfg.yield %a : f32
      }
    }
  }
}"""


@pytest.mark.parametrize("shape", [(1, 5), (9, 13), (37, 8)])
def test_on_threads(shape: tuple[int, int]) -> None:
    module = parsed(RECURRENCE)
    sizes: dict[str, int] = dict(zip(SYMBOLS, shape, strict=True))
    arrays = {"A": np.random.default_rng(0).standard_normal(shape).astype(np.float32)}
    wanted = interpret(module, "main", arrays, sizes, strict=True)
    steps: tuple[Transformation, ...] = (
        SkewPass(("i", "j"), state="wave"),
        ParallelizeLoopPass(("i",), least=2, state="wave"),
        PrivatizePass("r", state="rows"),
        ParallelizeLoopPass(("r",), state="rows"),
    )
    for step in steps:
        step.apply(Context(), module)
    assert sum(isinstance(op, MapOp) and on_threads(op) for op in module.walk()) == 2
    found = run_c(module, arrays, sizes)
    for name, array in wanted.items():
        np.testing.assert_array_equal(found[name], array)


def test_each_transformation_is_tried() -> None:
    taken: set[str] = set()
    for seed in range(60):
        choices = Seeded(seed)
        taken |= {s.name for s in attempt(choices, {"N": 3, "M": 4}).taken}
    assert taken == {f"sdfg-{kind}" for kind in KINDS}
