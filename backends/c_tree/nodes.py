"""Base classes of the C tree, apart so that types may hold expressions and the other way round."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CType:
    """A C type."""


@dataclass(frozen=True)
class Node:
    """Anything that is printed as an expression."""


@dataclass(frozen=True)
class Statement:
    """Anything that stands in a function's body."""


@dataclass(frozen=True)
class Item:
    """Anything that stands at the top level of a file."""
