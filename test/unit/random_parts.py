"""What random programs are made of."""

from dataclasses import dataclass

from xdsl.dialects.builtin import f32, f64, i32, i64
from xdsl.ir import Attribute, SSAValue

from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType

SYMBOLS = ("N", "M", "E", "pi", "I")
"""Names of sizes, some of which sympy knows as something else."""


@dataclass(frozen=True)
class Features:
    """What random programs may consist of."""

    types: tuple[Attribute, ...] = (f32, f64, i64, i32)
    states: int = 4
    """At most so many nodes at the level of the program."""
    rank: int = 3
    """At most so many dimensions."""
    control: bool = True
    """`for`, `while`, `if` and assigned symbols."""
    views: bool = True
    resolutions: tuple[str, ...] = ("sum", "max", "min")
    """Conflict resolutions. A sum of floats is exact only up to rounding."""
    dynamic: bool = True
    """`sdfg.load` and `sdfg.store` at computed indices."""


@dataclass(frozen=True)
class Parameter:
    """A dimension of a nest: over which range which symbol runs, and what counts from 0."""

    name: str
    range: Range
    base: Expr
    """An expression over the symbol that takes the values 0 .. extent - 1."""
    extent: Expr


@dataclass(eq=False)
class Container:
    """A container of the program."""

    value: SSAValue
    writable: bool
    written: bool
    """Whether all elements hold something by now."""

    @property
    def kind(self) -> ArrayType:
        assert isinstance(self.value.type, ArrayType)
        return self.value.type
