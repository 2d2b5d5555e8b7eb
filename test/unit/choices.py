"""Choices that random programs are made of, drawn by hypothesis or by a seeded generator."""

from collections.abc import Sequence
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(Protocol):
    """Where a builder of random things gets its decisions from."""

    def integer(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        ...


class Seeded:
    """Choices that a seed determines."""

    def __init__(self, seed: int):
        self.random = Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self.random.randint(low, high)


class Drawn:
    """Choices that hypothesis makes, records and shrinks: smaller numbers are simpler."""

    def __init__(self, draw: Any):
        self.draw = draw

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))


def pick(choices: Choices, options: Sequence[T]) -> T:
    """One of `options`; the first is the simplest."""
    return options[choices.integer(0, len(options) - 1)]


def chance(choices: Choices, percent: int) -> bool:
    """True in about `percent` of 100 cases; False is simpler."""
    return choices.integer(0, 99) >= 100 - percent


def shuffled(choices: Choices, items: Sequence[T]) -> list[T]:
    """`items` in some order; the order given is the simplest."""
    left, result = list(items), list[T]()
    while left:
        result.append(left.pop(choices.integer(0, len(left) - 1)))
    return result
