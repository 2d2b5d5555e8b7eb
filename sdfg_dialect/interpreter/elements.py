"""Elements: how NumPy holds the types of the dialect, and what unwritten memory holds."""

from typing import Any, cast

import ml_dtypes
import numpy as np
from xdsl.dialects.builtin import (
    BFloat16Type,
    Float16Type,
    Float32Type,
    Float64Type,
    IndexType,
    IntegerType,
    VectorType,
)
from xdsl.ir import Attribute

from sdfg.dialect.interpreter.lanes import Array

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)

_FLOATS: dict[type[Attribute], Any] = {
    Float16Type: np.float16,
    BFloat16Type: ml_dtypes.bfloat16,
    Float32Type: np.float32,
    Float64Type: np.float64,
}
_INTEGERS: dict[int, Any] = {1: np.bool_, 8: np.int8, 16: np.int16, 32: np.int32, 64: np.int64}


def dtype_of(kind: Attribute) -> np.dtype[Any]:
    """
    The NumPy type of an element, or of the elements of a vector; i1 is `bool`, index 64 bits.

    Raises `ValueError` for a type that the interpreter does not know.
    """
    match kind:
        case VectorType():
            return dtype_of(kind.get_element_type())
        case IndexType():
            return np.dtype(np.int64)
        case IntegerType() if (width := cast(Any, kind).width.data) in _INTEGERS:
            return np.dtype(_INTEGERS[width])
        case _ if type(kind) in _FLOATS:
            return np.dtype(_FLOATS[type(kind)])
        case _:
            pass
    raise ValueError(f"the interpreter has no elements of type {kind}")


def vector_shape(kind: Attribute) -> tuple[int, ...]:
    """The shape of a vector; `()` for a scalar."""
    return cast(Any, kind).get_shape() if isinstance(kind, VectorType) else ()


def is_float(dtype: np.dtype[Any]) -> bool:
    return dtype.kind == "f" or dtype == BFLOAT16


def is_half(dtype: np.dtype[Any]) -> bool:
    """Whether arithmetic of this type is done in f32 and rounded."""
    return dtype in (np.float16, BFLOAT16)


def widened(values: Array) -> Array:
    """The values in the type that arithmetic on them is done in: f32 for 16-bit floats."""
    return values.astype(np.float32) if is_half(values.dtype) else values


def rounded(values: Array, dtype: np.dtype[Any]) -> Array:
    """Floats in another type; to a 16-bit one by way of f32, as compiled code does."""
    if is_half(dtype) and values.dtype == np.float64:
        values = values.astype(np.float32)
    return values.astype(dtype, copy=False)


def poison(dtype: np.dtype[Any]) -> Any:
    """What memory holds that nobody has written: NaN, or a number that nobody computes."""
    if is_float(dtype):
        return np.nan
    if dtype == np.bool_:
        return True
    return np.frombuffer(b"\xa5" * dtype.itemsize, dtype)[0]
