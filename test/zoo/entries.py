"""The table of all models, and what becomes of one of them behind one door."""

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from sdfg.dialect.diagnostics import SDFGError
from zoo.definition import Sample, randomize
from zoo.doors import DOORS, NEED_AXES, CannotExportError, Trial, WrongResultError
from zoo.generation import GENERATION
from zoo.language import LANGUAGE
from zoo.vision import OTHERS

MODELS: Mapping[str, Callable[[], Sample]] = {**LANGUAGE, **OTHERS}


@dataclass(frozen=True)
class Outcome:
    """What became of a model behind a door."""

    model: str
    door: str
    status: str
    """`pass`; `wrong` results; `refused` with a reason; `not exported` by PyTorch; `crash`."""
    error: float = 0.0
    seconds: float = 0.0
    reason: str = ""


def build(name: str) -> Sample:
    """The model called `name` with the same weights and inputs on every call."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    random: Any = torch.random
    with random.fork_rng():
        random.manual_seed(0)
        sample = MODELS[name]()
        randomize(sample.module)
    sample.module.eval()
    return sample


def cases(only: str = "", door: str = "") -> list[tuple[str, str]]:
    """Models and doors, in the order of the table; `training` only where it is asked for."""
    doors = [door] if door else [name for name in DOORS if name != "training"]
    found = [(model, name) for model in MODELS for name in doors if name in DOORS]
    if not door or door == "generate":
        found += [(model, "generate") for model in GENERATION]
    return [case for case in found if only in case[0]]


def attempt(model: str, door: str) -> Outcome | None:
    """Compile, run, and compare; None for a door that the model has no use for."""
    trial = Trial()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if door == "generate":
                GENERATION[model](trial)
            else:
                sample = build(model)
                if door in NEED_AXES and not sample.axes:
                    return None
                DOORS[door](sample, trial)
    except Exception as error:  # a bug of ours: whatever it is, it belongs into the table
        return Outcome(model, door, _status(error), trial.error, trial.seconds, _line(error))
    return Outcome(model, door, "pass", trial.error, trial.seconds, trial.note)


def _status(error: BaseException) -> str:
    """Of the error or, where Dynamo wrapped it, of what it holds."""
    chain, here = list[BaseException](), error
    while here not in chain:
        chain.append(here)
        here = getattr(here, "inner_exception", None) or here.__cause__ or here
    kinds = {
        WrongResultError: "wrong",
        CannotExportError: "not exported",
        SDFGError: "refused",
    }
    found = [status for kind, status in kinds.items() if any(isinstance(e, kind) for e in chain)]
    return found[0] if found else "crash"


def _line(error: BaseException) -> str:
    """The type and the message without its hints, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = "; ".join(line for line in lines if not line.startswith("hint:"))
    return text if isinstance(error, WrongResultError) else f"{type(error).__name__}: {text}"
