"""A part of the zoo that takes two minutes; `make zoo` runs all of it."""

import pytest

from zoo.entries import Outcome, attempt
from zoo.table import table_of

FAST = (
    ("mamba", "torch"),
    ("unet", "torch"),
    ("lstm-lm", "torch"),
    ("mixtral-batched", "onnx"),
    ("bart", "onnx"),
    ("llama-growing-cache", "generate"),
)
"""What only one of the models does, and what most users come with."""


@pytest.mark.slow
@pytest.mark.parametrize(("model", "door"), FAST)
def test_model(model: str, door: str) -> None:
    outcome = attempt(model, door)
    assert outcome is not None
    assert outcome.status == "pass", outcome.reason


def test_the_table_shows_numbers_or_reasons() -> None:
    outcomes = [
        Outcome("bert", "torch", "pass", 1.25e-7, 8.4, "2 compilations"),
        Outcome("bert", "onnx", "refused", reason="SDFGError: unsupported op 'a | <b>'"),
        Outcome("bert", "export", "refused", reason="call [target=f](args"),
    ]
    table = table_of(outcomes)
    assert "**1 of 3 pass.**" in table
    assert "| bert | torch | pass | 1e-07 | 8 | 2 compilations |" in table
    assert "| bert | onnx | refused |  |  | SDFGError: unsupported op 'a / &lt;b>' |" in table
    assert "| call [target=f&#93;(args |" in table
