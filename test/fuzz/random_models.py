"""Random ONNX models as a kind of campaign."""

from fuzz.builder import Rejected
from fuzz.campaign import Kind
from fuzz.judge import Verdict, judge
from fuzz.models import Case, seeded_case

_INTERPRETED = 4
"""Of so many models one runs on the interpreter, without C."""


def make(seed: int) -> Case | None:
    try:
        return seeded_case(seed)
    except Rejected:
        return None


def judge_model(case: Case, seed: int) -> Verdict:
    return judge(case, interpreted=seed % _INTERPRETED == 3)


MODELS = Kind("models", make, judge_model, seconds=120)
