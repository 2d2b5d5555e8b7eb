"""Transformations that look at dependences: what they do not refuse changes no result."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.choices import Choices, Drawn, Seeded, chance, pick, shuffled
from unit.random_recurrences import SYMBOLS, RecurrenceBuilder
from unit.random_transformations import loops_of, neighbours
from unit.test_transformations import Trial

from sdfg.lowering.schedule.transforms.distribute import DistributePass
from sdfg.lowering.schedule.transforms.fuse_loops import FuseLoopsPass
from sdfg.lowering.schedule.transforms.parallelize_loop import ParallelizeLoopPass
from sdfg.lowering.schedule.transforms.privatize import PrivatizePass
from sdfg.lowering.schedule.transforms.skew import SkewPass
from sdfg.lowering.schedule.transforms.transformation import Transformation

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


def test_each_transformation_is_tried() -> None:
    taken: set[str] = set()
    for seed in range(60):
        choices = Seeded(seed)
        taken |= {s.name for s in attempt(choices, {"N": 3, "M": 4}).taken}
    assert taken == {f"sdfg-{kind}" for kind in KINDS}
