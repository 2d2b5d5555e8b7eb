"""
Element types without arithmetic: how each is stored, and what its codes mean.

A float of 8 bits, or what is narrower than a byte, is its code: an integer of 8 bits with a sign,
one in each byte. Integers are stored as their value, floats as their bits; of what is narrower than
a byte, only the low bits count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, TypeProto, helper

Array = NDArray[Any]


class Special(Enum):
    """What a float format has beside finite numbers."""

    NONE = "no infinity, no NaN"
    INFINITY = "the highest exponent is for infinities and NaN"
    NAN = "the highest code is NaN, with both signs"
    UNSIGNED = "the code of -0 is NaN; there is no -0"


@dataclass(frozen=True)
class FloatFormat:
    """
    A sign, an exponent, a mantissa.

    A code without its sign is `exponent << mantissa_bits | mantissa`, and means `(1 + mantissa /
    2**mantissa_bits) * 2**(exponent - bias)`; an exponent of 0 that of 1 without the leading 1.
    """

    bits: int
    mantissa_bits: int
    bias: int
    special: Special

    @property
    def sign(self) -> int:
        """The bit of the sign."""
        return 1 << (self.bits - 1)

    @property
    def largest(self) -> int:
        """The code of the largest finite number."""
        highest = self.sign - 1
        match self.special:
            case Special.INFINITY:
                return highest - (1 << self.mantissa_bits)
            case Special.NAN:
                return highest - 1
            case _:
                return highest

    @property
    def overflow(self) -> int:
        """The code, without its sign, of what is too large: infinity, or NaN if there is none."""
        return self.largest if self.special is Special.NONE else self.largest + 1

    @property
    def nan(self) -> int:
        """A code of NaN, without its sign; zero with a sign where there is none."""
        match self.special:
            case Special.INFINITY:
                return self.largest + 1 + (1 << (self.mantissa_bits - 1))
            case Special.NAN:
                return self.largest + 1
            case _:
                return self.sign


@dataclass(frozen=True)
class IntegerFormat:
    """An integer in two's complement."""

    bits: int
    signed: bool

    @property
    def lowest(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def highest(self) -> int:
        return self.lowest + (1 << self.bits) - 1


@dataclass(frozen=True)
class PowerFormat:
    """`2**(code - 127)`: no sign, no zero; 255 is NaN."""

    bits: int = 8


Format = FloatFormat | IntegerFormat | PowerFormat

FORMATS: Mapping[int, Format] = {
    TensorProto.FLOAT8E4M3FN: FloatFormat(8, 3, 7, Special.NAN),
    TensorProto.FLOAT8E4M3FNUZ: FloatFormat(8, 3, 8, Special.UNSIGNED),
    TensorProto.FLOAT8E5M2: FloatFormat(8, 2, 15, Special.INFINITY),
    TensorProto.FLOAT8E5M2FNUZ: FloatFormat(8, 2, 16, Special.UNSIGNED),
    TensorProto.FLOAT8E8M0: PowerFormat(),
    TensorProto.FLOAT6E2M3: FloatFormat(6, 3, 1, Special.NONE),
    TensorProto.FLOAT6E3M2: FloatFormat(6, 2, 3, Special.NONE),
    TensorProto.FLOAT4E2M1: FloatFormat(4, 1, 1, Special.NONE),
    TensorProto.INT4: IntegerFormat(4, True),
    TensorProto.UINT4: IntegerFormat(4, False),
    TensorProto.INT2: IntegerFormat(2, True),
    TensorProto.UINT2: IntegerFormat(2, False),
}
"""All element types that are stored as integers of 8 bits."""

STORAGE = TensorProto.INT8


def interface_name(kind: int) -> str:
    """What interfaces call an element type: NumPy's name, or that of `ml_dtypes`."""
    return helper.tensor_dtype_to_np_dtype(kind).name


def stored(array: Array, kind: int) -> Array:
    """The codes of an array of `ml_dtypes`."""
    if isinstance(FORMATS[kind], IntegerFormat):
        return array.astype(np.int8)
    mask = (1 << FORMATS[kind].bits) - 1
    return (np.ascontiguousarray(array).view(np.uint8) & np.uint8(mask)).view(np.int8)


def retype(kind: TypeProto) -> None:
    """Let `kind`, or what it is a sequence or an optional of, have elements as they are stored."""
    match kind.WhichOneof("value"):
        case "tensor_type" if kind.tensor_type.elem_type in FORMATS:
            kind.tensor_type.elem_type = STORAGE
        case "sequence_type":
            retype(kind.sequence_type.elem_type)
        case "optional_type":
            retype(kind.optional_type.elem_type)
        case _:
            pass
