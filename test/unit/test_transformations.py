"""Whatever a transformation does not refuse changes no result; what it refuses it explains."""

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.choices import Choices, Drawn, Seeded, chance, pick, shuffled
from unit.interpreting import Array
from unit.random_nests import SIZES, SYMBOLS, NestBuilder
from unit.random_softmax import SoftmaxBuilder
from unit.random_transformations import (
    exponent_steps,
    loops_of,
    random_transformation,
    usual_steps,
)
from unit.strategies import contents
from unit.test_schedule import compare, detached_users
from unit.text import parsed, printed
from xdsl.context import Context
from xdsl.dialects.builtin import FileLineColLoc, IntAttr, ModuleOp, StringAttr, UnknownLoc

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.lowering.schedule.transforms.transformation import Transformation

REFUSED = re.compile(r"nest\.mlir:7:1: '[\w.]+' is not transformed by sdfg-[a-z-]+: \S.*")


def located(module: ModuleOp) -> ModuleOp:
    """`module` with a place for every operation."""
    for op in module.walk():
        op.location = FileLineColLoc(StringAttr("nest.mlir"), IntAttr(7), IntAttr(1))
    return module


def refused(step: Transformation, module: ModuleOp) -> str | None:
    """What is said where `step` is refused, else None."""
    try:
        step.apply(Context(), module)
    except SDFGError as error:
        return str(error)
    return None


class Trial:
    """A program that transformations are tried on, one after the other."""

    def __init__(
        self,
        module: ModuleOp,
        sizes: dict[str, int],
        weights: dict[str, Array],
        arrays: dict[str, Array] | None = None,
    ):
        self.module = located(module)
        self.sizes, self.weights = sizes, weights
        self.arrays = contents(module, sizes) if arrays is None else arrays
        self.wanted = self.run(module)
        self.taken: list[Transformation] = []

    def run(self, module: ModuleOp) -> dict[str, Array]:
        return interpret(module, "main", self.arrays, self.sizes, self.weights, strict=True)

    def step(self, step: Transformation) -> bool:
        """Apply `step` to a copy, which the program becomes unless it is refused."""
        copy = self.module.clone()
        if (refusal := refused(step, copy)) is not None:
            assert REFUSED.fullmatch(refusal), refusal
            return False
        self.taken.append(step)
        copy.verify()
        assert not detached_users(copy), step
        unplaced = [op.name for op in copy.walk() if isinstance(op.location, UnknownLoc)]
        assert not unplaced, (step, unplaced)
        text = printed(copy, locations=True)
        assert printed(parsed(text), locations=True) == text
        compare(self.run(copy), self.wanted, str(self.taken))
        self.module = copy
        return True


@st.composite
def trials(draw: Any) -> tuple[Choices, Trial]:
    builder = NestBuilder(Drawn(draw))
    module = builder.build(nests=1)
    sizes = {name: draw(st.sampled_from(SIZES)) for name in SYMBOLS}
    return Drawn(draw), Trial(module, sizes, builder.weights)


def random_steps(choices: Choices, trial: Trial) -> None:
    for k in range(choices.integer(1, 6)):
        trial.step(random_transformation(choices, loops_of(trial.module), f"s{k}"))


def steps_in_order(choices: Choices, trial: Trial) -> None:
    parallel = [name for name in loops_of(trial.module) if name.startswith("i")]
    lane, *others = shuffled(choices, parallel)
    row = pick(choices, others) if others and chance(choices, 70) else None
    for step in usual_steps(choices, lane, row):
        trial.step(step)


@st.composite
def softmax_trials(draw: Any) -> tuple[Choices, Trial]:
    choices = Drawn(draw)
    return choices, softmax_trial(choices)


def softmax_trial(choices: Choices) -> Trial:
    """Passes over rows, one of which may hold NaN, infinities, and large numbers."""
    module, sizes = SoftmaxBuilder(choices).build(), {"N": pick(choices, (5, 1, 7, 16, 21))}
    arrays = contents(module, sizes)
    odd = pick(choices, (1.0, float("nan"), float("inf"), float("-inf"), 300.0))
    arrays["x"][1, -1] = odd
    return Trial(module, sizes, {}, arrays)


@settings(max_examples=50, deadline=None)
@given(case=trials())
def test_random_steps(case: Any) -> None:
    random_steps(*case)


@settings(max_examples=30, deadline=None)
@given(case=trials())
def test_steps_in_order(case: Any) -> None:
    steps_in_order(*case)


@settings(max_examples=25, deadline=None)
@given(case=softmax_trials())
def test_exponentials(case: Any) -> None:
    choices, trial = case
    for step in exponent_steps(choices, loops_of(trial.module)):
        trial.step(step)


def test_each_transformation_is_tried() -> None:
    """Random steps of both kinds are not all refused."""
    taken: set[str] = set()
    for seed in range(40):
        choices = Seeded(seed)
        builder = NestBuilder(choices)
        module = builder.build(nests=1)
        sizes = {name: pick(choices, SIZES) for name in SYMBOLS}
        trial = Trial(module, sizes, builder.weights)
        (steps_in_order if seed % 2 else random_steps)(choices, trial)
        taken |= {step.name for step in trial.taken}
    assert len(taken) >= 10
    for seed in range(8):
        choices = Seeded(seed)
        trial = softmax_trial(choices)
        for step in exponent_steps(choices, loops_of(trial.module)):
            trial.step(step)
        taken |= {step.name for step in trial.taken}
    assert taken >= {"sdfg-bound-exponents", "sdfg-reciprocal", "sdfg-partials"}
