"""Where memory comes from: the block that a container lies in, and who touches it."""

from collections.abc import Iterator
from typing import cast

from xdsl.dialects.builtin import AnyFloat, ComplexType, IntegerType, VectorType
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.utils.hints import isa

from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType


def root(container: SSAValue) -> SSAValue:
    """
    The container whose block of memory `container` lies in: itself, unless it is a view.

    Two containers share memory exactly when their roots are the same. Linear in the number of views
    of views.
    """
    while isinstance(owner := container.owner, ViewOp):
        container = owner.source
    return container


def array_type(container: SSAValue) -> ArrayType:
    """The type of a container that is known to be an array."""
    return cast(ArrayType, container.type)


def in_registers(container: SSAValue) -> bool:
    """Whether an array has no memory: each of its elements is a variable."""
    return array_type(container).storage.kind.data == "register"


def element_bytes(element: Attribute) -> int:
    """Size of a number, or of a vector of numbers, in bytes; of a truth value 1, of an index 8."""
    if isa(element, VectorType):
        count = 1
        for extent in element.get_shape():
            count *= extent
        return count * element_bytes(element.get_element_type())
    if isa(element, ComplexType):
        return 2 * element_bytes(element.element_type)
    if isinstance(element, AnyFloat):
        return element.size
    return max(1, element.width.data // 8) if isa(element, IntegerType) else 8


def is_transient(container: SSAValue) -> bool:
    """Whether nobody outside the program sees the memory of `container`."""
    return isinstance(root(container).owner, AllocOp)


def is_constant(container: SSAValue) -> bool:
    """Whether the contents are known when the program is compiled."""
    return isinstance(root(container).owner, ConstantOp)


def role(container: SSAValue) -> str | None:
    """`in`, `out` or `inout` if the memory of `container` is given to the program, else None."""
    base = root(container)
    block = base.owner
    if isinstance(block, Operation) or not isinstance(program := block.parent_op(), SdfgOp):
        return None
    return next(r for r, _, arg in program.arguments if arg is base)


def given_sizes(program: SdfgOp) -> frozenset[str]:
    """Symbols that are never negative, because they are the size of an argument."""
    kinds = [value.type for _, _, value in program.arguments]
    dims = [e for kind in kinds if isinstance(kind, ArrayType) for e in kind.dims]
    return frozenset(e.name for e in dims if e.is_Symbol)


def aliases(base: SSAValue) -> Iterator[SSAValue]:
    """`base` and all views of its memory, each after what it is a view of."""
    yield base
    for use in base.uses:
        if isinstance(use.operation, ViewOp):
            yield from aliases(use.operation.result)


def touching(base: SSAValue) -> Iterator[tuple[Operation, int]]:
    """Each operation other than a view that takes the memory of `base`, with its operand index."""
    for alias in aliases(base):
        for use in alias.uses:
            if not isinstance(use.operation, ViewOp):
                yield use.operation, use.index
