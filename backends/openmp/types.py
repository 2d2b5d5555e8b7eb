"""Element types of the IR as C types: the one table."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeGuard

from xdsl.dialects.builtin import VectorType
from xdsl.ir import Attribute, Operation

from sdfg.backends.c_tree import types as c
from sdfg.dialect.diagnostics import fail

_SCALARS: Mapping[str, c.Scalar] = {
    **{"i1": c.BOOL, "i8": c.INT8, "i16": c.INT16, "i32": c.INT32, "i64": c.INT64},
    **{"si8": c.INT8, "si16": c.INT16, "si32": c.INT32, "si64": c.INT64},
    **{"ui8": c.UINT8, "ui16": c.UINT16, "ui32": c.UINT32, "ui64": c.UINT64},
    **{"f16": c.FLOAT16, "bf16": c.BFLOAT16, "f32": c.FLOAT, "f64": c.DOUBLE},
    "index": c.INT64,
}
"""What stores one number, by the type as the IR writes it."""


def scalar_type(kind: Attribute, op: Operation) -> c.Scalar:
    """The C type that stores one number. An unsupported type stops compilation because of `op`."""
    found = _scalar(kind)
    if found is None:
        fail(op, f"holds numbers of type {kind}, which have no form in C here")
    return found


@lru_cache(maxsize=256)
def _scalar(kind: Attribute) -> c.Scalar | None:
    return _SCALARS.get(str(kind))


def value_type(kind: Attribute, op: Operation) -> c.Scalar | c.Vector:
    """
    The C type in which a value is computed.

    16-bit floats are stored as such and computed as `float`, rounded after each operation. The
    lanes of a vector of i1 are 0 and 1 in 8 bits: C has no vectors of `bool`.
    """
    scalar = computed(scalar_type(element(kind), op))
    if not is_vector(kind):
        return scalar
    return _vector(c.INT8 if scalar is c.BOOL else scalar, lanes(kind, op))


@lru_cache(maxsize=256)
def _vector(scalar: c.Scalar, lanes: int) -> c.Vector:
    return c.Vector(scalar, lanes)


def computed(stored: c.Scalar) -> c.Scalar:
    """The type in which numbers of a storage type are computed."""
    return c.FLOAT if stored.kind is c.Kind.STORAGE else stored


def is_vector(kind: Attribute) -> TypeGuard[VectorType[Attribute]]:
    return isinstance(kind, VectorType)


def lanes(kind: Attribute, op: Operation) -> int:
    """Number of lanes of a vector type: a power of two; 1 for a number."""
    count = kind.element_count() if is_vector(kind) else 1
    if count & (count - 1):
        fail(op, f"computes {kind}: C compilers know vectors of 2, 4, 8, ... elements")
    return count


def element(kind: Attribute) -> Attribute:
    """The element type of a vector, or the type itself."""
    return kind.get_element_type() if is_vector(kind) else kind


def element_storage(kind: Attribute, op: Operation) -> c.Scalar | c.Vector:
    """The C type of one element of a container."""
    if not is_vector(kind):
        return scalar_type(kind, op)
    stored = scalar_type(element(kind), op)
    if stored.kind is c.Kind.STORAGE:
        fail(
            op,
            f"holds {kind}: vectors of 16-bit floats have no form in C here",
            hint="hold the numbers one by one; tasklets may still move them as vectors",
        )
    return value_type(kind, op)


def byte_width(stored: c.Scalar | c.Vector) -> int:
    """Size of an element in bytes."""
    return stored.bytes if isinstance(stored, c.Vector) else stored.bits // 8
