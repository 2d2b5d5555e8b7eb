"""Types of the C tree: scalars, pointers, arrays, structs and SIMD vectors."""

from dataclasses import dataclass
from enum import Enum

from sdfg.backends.c_tree.nodes import CType, Node


class Kind(Enum):
    """What the values of a scalar are: decides how its literals are written."""

    VOID = "void"
    BOOL = "bool"
    SIGNED = "signed"
    UNSIGNED = "unsigned"
    FLOAT = "float"
    STORAGE = "storage"
    """A 16-bit float format: converted by runtime helpers, no arithmetic, no literals."""


@dataclass(frozen=True)
class Scalar(CType):
    """A type with one word as its name, such as `float` or `int64_t`."""

    name: str
    """As C spells it."""
    kind: Kind
    bits: int
    """Width of a value; 0 for `void`."""
    short: str
    """The name with which vector types and helper functions are suffixed, such as `f32`."""


@dataclass(frozen=True)
class Named(CType):
    """A type known by name: a `typedef`, or a struct defined through one (`main_context`)."""

    name: str


@dataclass(frozen=True)
class Qualified(CType):
    """`const` (or `volatile`) before a type."""

    of: CType
    qualifier: str = "const"


@dataclass(frozen=True)
class Pointer(CType):
    """`to *`; `restrict` promises that nothing else reaches the memory during the scope."""

    to: CType
    restrict: bool = False


@dataclass(frozen=True)
class Array(CType):
    """`element name[size]`; no size for `name[]`. An expression as size makes it a C99 VLA type."""

    element: CType
    size: Node | int | None


@dataclass(frozen=True)
class Vector(CType):
    """
    A SIMD register type, in the vector extension that gcc and clang share.

    Named after its content, `f32x16`; the unaligned variant `f32x16_u` has the alignment of its
    element and may alias it: loads and stores through a pointer to it are legal for any address
    of an element. `files.VectorTypedef` declares both.
    """

    element: Scalar
    lanes: int
    unaligned: bool = False

    @property
    def name(self) -> str:
        """The name of its `typedef`."""
        return f"{self.element.short}x{self.lanes}{'_u' if self.unaligned else ''}"

    @property
    def bytes(self) -> int:
        """The size of a value in bytes."""
        return self.element.bits // 8 * self.lanes


def const(of: CType) -> CType:
    """`of`, const-qualified once."""
    return of if isinstance(of, Qualified) and of.qualifier == "const" else Qualified(of)


def pointer(to: CType, *, restrict: bool = False) -> Pointer:
    """A pointer to `to`."""
    return Pointer(to, restrict)


VOID = Scalar("void", Kind.VOID, 0, "void")
BOOL = Scalar("bool", Kind.BOOL, 8, "bool")
CHAR = Scalar("char", Kind.SIGNED, 8, "char")
INT = Scalar("int", Kind.SIGNED, 32, "int")
SIZE = Scalar("size_t", Kind.UNSIGNED, 64, "size")
INT8 = Scalar("int8_t", Kind.SIGNED, 8, "i8")
INT16 = Scalar("int16_t", Kind.SIGNED, 16, "i16")
INT32 = Scalar("int32_t", Kind.SIGNED, 32, "i32")
INT64 = Scalar("int64_t", Kind.SIGNED, 64, "i64")
UINT8 = Scalar("uint8_t", Kind.UNSIGNED, 8, "u8")
UINT16 = Scalar("uint16_t", Kind.UNSIGNED, 16, "u16")
UINT32 = Scalar("uint32_t", Kind.UNSIGNED, 32, "u32")
UINT64 = Scalar("uint64_t", Kind.UNSIGNED, 64, "u64")
FLOAT = Scalar("float", Kind.FLOAT, 32, "f32")
DOUBLE = Scalar("double", Kind.FLOAT, 64, "f64")
FLOAT16 = Scalar("sdfg_f16", Kind.STORAGE, 16, "f16")
BFLOAT16 = Scalar("sdfg_bf16", Kind.STORAGE, 16, "bf16")

SCALARS = (
    *(BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64),
    *(FLOAT, DOUBLE, FLOAT16, BFLOAT16),
)
"""Every type an element of an array can have."""


_SIGNED_BYTES = "int2 int4"
_BYTES = (
    "uint2 uint4 float4_e2m1fn float6_e2m3fn float6_e3m2fn float8_e4m3fn float8_e4m3fnuz "
    "float8_e5m2 float8_e5m2fnuz float8_e8m0fnu"
)
"""Types without arithmetic in C, one element in each byte."""


def scalar_of(dtype: str) -> Scalar:
    """
    The type of the elements of an array whose type interfaces call `dtype`, such as `float32`.

    Raises `ValueError` if there is none.
    """
    names = {"bool": BOOL, "float16": FLOAT16, "bfloat16": BFLOAT16}
    names |= {"float32": FLOAT, "float64": DOUBLE}
    names |= {f"int{t.bits}": t for t in SCALARS if t.kind is Kind.SIGNED}
    names |= {f"uint{t.bits}": t for t in SCALARS if t.kind is Kind.UNSIGNED}
    names |= dict.fromkeys(_SIGNED_BYTES.split(), INT8) | dict.fromkeys(_BYTES.split(), UINT8)
    if dtype not in names:
        raise ValueError(f"'{dtype}' is no type of elements")
    return names[dtype]
