"""A slice of the random models: `python -m fuzz models` runs many more."""

from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from unit.choices import Drawn

from fuzz.builder import Rejected
from fuzz.evaluation import evaluate
from fuzz.judge import judge
from fuzz.models import Case, random_case, seeded_case


@st.composite
def cases(draw: Any, most: int = 4) -> Case:
    """Valid models and what to run them on."""
    try:
        return random_case(Drawn(draw), most)
    except Rejected:
        reject()


@settings(max_examples=50)
@given(cases())
def test_drawn_models_are_valid(case: Case) -> None:
    """And what they become when they are made smaller too."""
    model = case.parsed()
    names = {value.name for value in model.graph.output}
    assert names <= evaluate(model, case.inputs[0]).keys()
    for smaller in case.smaller():
        evaluate(smaller.parsed(), smaller.inputs[0])


@pytest.mark.parametrize("interpreted", [False, True])
def test_seeded_models_compute_what_the_reference_computes(interpreted: bool) -> None:
    for seed in range(8):
        try:
            case = seeded_case(2 * seed + interpreted)
        except Rejected:
            continue
        verdict = judge(case, interpreted=interpreted)
        assert not verdict.failed, f"{verdict.kind}: {verdict.message}\n{case.text()}"
