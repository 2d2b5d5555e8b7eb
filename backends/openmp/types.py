"""Element types of the IR as C types: the one table."""

from xdsl.dialects.builtin import (
    BFloat16Type,
    Float16Type,
    Float32Type,
    Float64Type,
    IndexType,
    IntegerType,
    VectorType,
)
from xdsl.ir import Attribute, Operation

from sdfg.backends.c_tree import types as c
from sdfg.dialect.diagnostics import fail

_INTEGERS = {1: c.BOOL, 8: c.INT8, 16: c.INT16, 32: c.INT32, 64: c.INT64}
_FLOATS = {
    Float16Type: c.FLOAT16,
    BFloat16Type: c.BFLOAT16,
    Float32Type: c.FLOAT,
    Float64Type: c.DOUBLE,
}


def scalar_type(kind: Attribute, op: Operation) -> c.Scalar:
    """The C type that stores one number. An unsupported type stops compilation because of `op`."""
    if isinstance(kind, IndexType):
        return c.INT64
    if isinstance(kind, IntegerType) and kind.width.data in _INTEGERS:
        return _INTEGERS[kind.width.data]
    if type(kind) in _FLOATS:
        return _FLOATS[type(kind)]
    fail(op, f"holds numbers of type {kind}, which have no form in C here")


def value_type(kind: Attribute, op: Operation) -> c.Scalar | c.Vector:
    """
    The C type in which a value is computed.

    16-bit floats are stored as such and computed as `float`, rounded after each operation.
    """
    if isinstance(kind, VectorType):
        return c.Vector(computed(scalar_type(kind.get_element_type(), op)), lanes(kind, op))
    return computed(scalar_type(kind, op))


def computed(stored: c.Scalar) -> c.Scalar:
    """The type in which numbers of a storage type are computed."""
    return c.FLOAT if stored.kind is c.Kind.STORAGE else stored


def lanes(kind: Attribute, op: Operation) -> int:
    """Number of lanes of a vector type: a power of two."""
    count = kind.element_count() if isinstance(kind, VectorType) else 1
    if count & (count - 1):
        fail(op, f"computes {kind}: C compilers know vectors of 2, 4, 8, ... elements")
    return count


def element_storage(kind: Attribute, op: Operation) -> c.Scalar | c.Vector:
    """The C type of one element of a container."""
    if isinstance(kind, VectorType):
        return value_type(kind, op)
    return scalar_type(kind, op)
