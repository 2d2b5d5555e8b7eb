"""What an SSA value of the linalg module is while its program is being built."""

from dataclasses import dataclass

from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Attribute, SSAValue

from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class Symbolic:
    """An integer that is an expression over symbols, or an `i1` that is a condition over them."""

    expr: Expr
    kind: Attribute


@dataclass(frozen=True)
class Literal:
    """A number of the source."""

    value: FloatAttr

    @property
    def kind(self) -> Attribute:
        return self.value.type


@dataclass(frozen=True)
class Stored:
    """A number that is computed when the program runs: a container of rank 0 holds it."""

    container: SSAValue

    @property
    def kind(self) -> Attribute:
        return array_type(self.container).element_type


Scalar = Symbolic | Literal | Stored


@dataclass(frozen=True)
class Array:
    """
    A tensor whose elements lie in a container.

    `owned`: nothing but this tensor sees the container, so an operation that is its only user may
    overwrite it.
    """

    container: SSAValue
    owned: bool = False

    @property
    def dims(self) -> tuple[Expr, ...]:
        return array_type(self.container).dims

    @property
    def element(self) -> Attribute:
        return array_type(self.container).element_type


@dataclass(frozen=True)
class Filled:
    """A tensor whose elements are all the same number; no container until one is needed."""

    dims: tuple[Expr, ...]
    element: Attribute
    value: Scalar


@dataclass(frozen=True)
class Empty:
    """A tensor that lends only its shape."""

    dims: tuple[Expr, ...]
    element: Attribute


@dataclass(frozen=True)
class Elements:
    """A tensor of a few known numbers in row-major order, such as the operand of a reshape."""

    dims: tuple[Expr, ...]
    element: Attribute
    elements: tuple[Scalar, ...]


Tensor = Array | Filled | Empty | Elements
Value = Scalar | Tensor


def array_type(container: SSAValue) -> ArrayType:
    """The type of a container that is an array."""
    assert isinstance(container.type, ArrayType)
    return container.type
