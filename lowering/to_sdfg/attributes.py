"""Facts in attributes and types of xDSL, typed."""

from collections.abc import Mapping
from typing import Any, cast

from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    DictionaryAttr,
    IntegerType,
    StringAttr,
    TensorType,
)
from xdsl.ir import Attribute


def integers(values: Any) -> list[int]:
    """The numbers of a dense array of integers."""
    return [int(v) for v in cast("DenseArrayBase[IntegerType]", values).iter_values()]


def width_of(kind: Attribute) -> int | None:
    """Number of bits of an integer type; None for any other type."""
    return cast("IntegerType[int]", kind).width.data if isinstance(kind, IntegerType) else None


def element_of(kind: Attribute) -> Attribute:
    """The element type of a tensor type; any other type itself."""
    if not isinstance(kind, TensorType):
        return kind
    return cast("TensorType[Attribute]", kind).element_type


def shape_of(kind: Attribute) -> tuple[int, ...]:
    """The sizes that a tensor type states, negative where dynamic; none for any other type."""
    if not isinstance(kind, TensorType):
        return ()
    return tuple(cast("TensorType[Attribute]", kind).get_shape())


def entries(attributes: "ArrayAttr[DictionaryAttr] | None", index: int) -> Mapping[str, Attribute]:
    """The attributes of one argument or result of a function."""
    return {} if attributes is None else attributes.data[index].data


def text(value: Attribute | None) -> str | None:
    """The text of a string attribute; None for any other."""
    return value.data if isinstance(value, StringAttr) else None


def texts(value: Attribute | None) -> list[str] | None:
    """The texts of an array of strings; None where it is not given."""
    if not isinstance(value, ArrayAttr):
        return None
    return [text(v) or "" for v in cast("ArrayAttr[Attribute]", value).data]
