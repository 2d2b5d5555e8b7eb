"""What may be written, and how writes that meet may be resolved."""

from xdsl.dialects.builtin import (
    ArrayAttr,
    ComplexType,
    IndexType,
    IntegerType,
    StringAttr,
    VectorType,
)
from xdsl.ir import Attribute, BlockArgument, OpResult, SSAValue
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from sdfg.dialect.memlet import CONFLICT_RESOLUTIONS, MemletAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.types import ArrayType

INTEGER_RESOLUTIONS = frozenset({"minui", "maxui", "and", "or", "xor"})
ORDERLESS_RESOLUTIONS = frozenset({"sum", "product"})
"""Those that need no order among the elements."""


def verify_written(container: SSAValue) -> None:
    """
    Hold a container that is written to being one that may be.

    Raises `VerifyException` for a constant, an `in` container of the program, and a view in which
    several indices name one element.
    """
    kind = container.type
    # An array without elements may have any strides.
    if (
        isinstance(kind, ArrayType)
        and all(e != 0 for e in kind.dims)
        and any(s == 0 and e != 1 for s, e in zip(kind.strides.data, kind.dims, strict=True))
    ):
        raise VerifyException(f"a view with stride 0 is for reading, got a write to {kind}")
    base = block_of(container)
    if not isinstance(base, BlockArgument):
        if base.owner.name == "sdfg.constant":
            raise VerifyException("a constant is never written")
    elif role_of(base) == "in":
        raise VerifyException("an 'in' container of the program is never written")


def block_of(container: SSAValue) -> OpResult | BlockArgument:
    """The container whose block of memory `container` lies in: what it is a view of at last."""
    while isinstance(container, OpResult) and container.owner.name == "sdfg.view":
        container = container.owner.operands[0]
    assert isinstance(container, OpResult | BlockArgument)
    return container


def role_of(container: BlockArgument) -> str | None:
    """`in`, `out` or `inout` for a container that is given to a program."""
    program = container.owner.parent_op()
    roles: Attribute | None = None if program is None else program.attributes.get("arg_roles")
    if not isa(roles, ArrayAttr[StringAttr]) or container.index >= len(roles):
        return None
    return roles.data[container.index].data


def verify_resolution(kind: str, element: Attribute) -> None:
    """Hold a conflict resolution to being known, and to making sense for the elements."""
    if kind not in CONFLICT_RESOLUTIONS:
        raise VerifyException(
            f"conflict resolution must be one of {', '.join(CONFLICT_RESOLUTIONS)}, got '{kind}'"
        )
    scalar = element.get_element_type() if isa(element, VectorType) else element
    if kind in INTEGER_RESOLUTIONS and not isinstance(scalar, IntegerType | IndexType):
        raise VerifyException(f"conflict resolution '{kind}' is for integers, got {element}")
    if kind not in ORDERLESS_RESOLUTIONS and isinstance(scalar, ComplexType):
        raise VerifyException(f"conflict resolution '{kind}' needs an order, got {element}")


def verify_read(memlet: MemletAttr) -> None:
    if memlet.wcr is not None:
        raise VerifyException(f"only writes resolve conflicts, got wcr {memlet.wcr} on a read")


def verify_write(container: SSAValue, memlet: MemletAttr) -> None:
    verify_written(container)
    if memlet.wcr is not None:
        verify_resolution(memlet.wcr, syntax.element_type(container.type))
