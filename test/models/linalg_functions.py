"""Making small functions on tensors, with random inputs."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A module with one function `main`, and what to call it with."""

    text: str
    inputs: tuple[tuple[Any, ...], ...]
    strict: bool = True
    """Whether the interpreter also looks for races and for reads of what nothing has written."""


def f32(*shape: int) -> np.ndarray:
    """Normal values, the same for the same shape."""
    return np.random.default_rng([7, *shape]).standard_normal(shape).astype(np.float32)


def i64(high: int, *shape: int) -> np.ndarray:
    """Integers below `high`, the same for the same shape."""
    return np.random.default_rng([high, *shape]).integers(0, high, shape)


def function(arguments: str, results: str, body: str, *inputs: tuple[Any, ...]) -> Case:
    return Case(f"func.func @main({arguments}) -> ({results}) {{ {body} }}", inputs)


def dynamic(name: str, kind: str, *dims: str) -> str:
    """An argument of dynamic shape with its sizes by name."""
    sizes = ", ".join(f'"{d}"' for d in dims)
    return f'%{name}: tensor<{kind}> {{sdfg.name = "{name}", sdfg.shape = [{sizes}]}}'
