"""
The computations of a tasklet: `arith`, `math` and `vector` on arrays of lanes.

A value holds one number, or one vector, per lane: an array whose first dimensions are the lanes (1
where the value does not vary, or none of them for a constant) and whose last ones are the vector.
Ops are found by name, so that an op which another module defines anew still has its meaning.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    FloatAttr,
    IntegerAttr,
)
from xdsl.ir import Attribute, Operation

from sdfg.dialect.interpreter import floats, integers, vectors
from sdfg.dialect.interpreter.elements import (
    dtype_of,
    is_float,
    rounded,
    vector_shape,
    widened,
)
from sdfg.dialect.interpreter.lanes import Array

Values = tuple[Array, ...]
Implementation = Callable[[Operation, Values], Values]


def result_dtype(op: Operation) -> np.dtype[Any]:
    return dtype_of(op.results[0].type)


# Arithmetic


def _signed(function: Callable[[Array, Array], Array], op: Operation, args: Values) -> Values:
    a, b = map(integers.signed, args)
    return (integers.narrowed(function(a, b), result_dtype(op)),)


def _unsigned(function: Callable[[Array, Array], Array], op: Operation, args: Values) -> Values:
    dtype = result_dtype(op)
    a, b = map(integers.unsigned, args)
    if dtype == np.bool_ and op.name in ("arith.shli", "arith.shrui"):
        return (args[0] & ~args[1],)
    return (integers.narrowed(function(a, b), dtype),)


def _count(function: Callable[[Array, int], Array], op: Operation, args: Values) -> Values:
    width = integers.bits_of(args[0].dtype)
    counted = function(np.asarray(integers.unsigned(args[0])), width)
    return (integers.narrowed(counted, result_dtype(op)),)


def _absi(op: Operation, args: Values) -> Values:
    return (integers.narrowed(np.abs(integers.signed(args[0])), result_dtype(op)),)


def _exact(function: Callable[..., Array], op: Operation, args: Values) -> Values:
    return (rounded(function(*map(widened, args)), result_dtype(op)),)


def _library(function: Callable[..., Array], op: Operation, args: Values) -> Values:
    wide = (a.astype(np.float64) for a in args)
    return (rounded(function(*wide), result_dtype(op)),)


def _fma(op: Operation, args: Values) -> Values:
    return (floats.fma(*args),)


def _add_extended(op: Operation, args: Values) -> Values:
    a, b = map(integers.unsigned, args)
    dtype = result_dtype(op)
    if dtype == np.bool_:
        return args[0] ^ args[1], args[0] & args[1]
    total = a + b
    return total.astype(dtype), total < a


def _mul_extended(as_unsigned: Callable[[Array], Array], op: Operation, args: Values) -> Values:
    dtype = result_dtype(op)
    a, b = map(as_unsigned, args)
    if dtype == np.bool_:
        # -1 * -1 = 1: the upper bit is clear, as it is in 0b01 for unsigned operands.
        return args[0] & args[1], np.zeros_like(args[0] & args[1])
    return (a * b).astype(dtype), integers.high_half(a, b).astype(dtype)


# Comparison and choice


def _cmpi(op: Operation, args: Values) -> Values:
    read, relation = integers.PREDICATES[_predicate(op)]
    return (np.asarray(relation(read(args[0]), read(args[1]))),)


def _cmpf(op: Operation, args: Values) -> Values:
    return (np.asarray(floats.compare(_predicate(op), *args)),)


def _predicate(op: Operation) -> int:
    value: Any = op.properties["predicate"]
    return int(value.value.data)


def _select(op: Operation, args: Values) -> Values:
    condition, a, b = args
    missing = len(vector_shape(op.results[0].type)) - len(vector_shape(op.operands[0].type))
    condition = np.asarray(condition)
    return (np.where(condition.reshape(condition.shape + (1,) * missing), a, b),)


# Constants and conversions


def constant_array(value: Attribute) -> Array:
    """The elements of an attribute, in the shape of its type. Raises `ValueError` otherwise."""
    attribute: Any = value
    if isinstance(value, IntegerAttr):
        return _integer_array(attribute.value.data, dtype_of(attribute.type))
    if isinstance(value, FloatAttr):
        return np.asarray(attribute.value.data).astype(dtype_of(attribute.type))
    if isinstance(value, DenseIntOrFPElementsAttr):
        dtype = dtype_of(attribute.get_element_type())
        array = np.array(attribute.get_values(), np.float64 if is_float(dtype) else None)
        array = array.astype(dtype) if is_float(dtype) else _integer_array(array, dtype)
        shape = attribute.get_shape()
        return np.broadcast_to(array.reshape(shape if array.size != 1 else ()), shape)
    raise ValueError(f"the interpreter knows no constant {value}")


def is_uniform(value: DenseIntOrFPElementsAttr) -> bool:
    """Whether all elements have the same bits: `0.0` and `-0.0`, equal to xDSL, differ."""
    count, data = len(value), value.data.data
    return count > 0 and data == data[: len(data) // count] * count


def _integer_array(value: Any, dtype: np.dtype[Any]) -> Array:
    return integers.narrowed(np.asarray(value, np.int64), dtype)


def _constant(op: Operation, args: Values) -> Values:
    return (constant_array(op.properties["value"]),)


def _extend_signed(op: Operation, args: Values) -> Values:
    return (integers.narrowed(integers.signed(args[0]), result_dtype(op)),)


def _extend_unsigned(op: Operation, args: Values) -> Values:
    return (integers.narrowed(integers.unsigned(args[0]), result_dtype(op)),)


def _convert_float(op: Operation, args: Values) -> Values:
    return (rounded(args[0], result_dtype(op)),)


def _float_from(read: Callable[[Array], Array], op: Operation, args: Values) -> Values:
    dtype = result_dtype(op)
    via = dtype if dtype == np.float64 else np.dtype(np.float32)
    return (rounded(read(args[0]).astype(via), dtype),)


def _integer_from(is_signed: bool, op: Operation, args: Values) -> Values:
    return (floats.to_integer(args[0], result_dtype(op), is_signed=is_signed),)


def _bitcast(op: Operation, args: Values) -> Values:
    return (np.asarray(args[0]).view(result_dtype(op)),)


IMPLEMENTATIONS: dict[str, Implementation] = {
    **{name: partial(_signed, f) for name, f in integers.SIGNED.items()},
    **{name: partial(_unsigned, f) for name, f in integers.UNSIGNED.items()},
    **{name: partial(_count, f) for name, f in integers.COUNTS.items()},
    **{name: partial(_exact, f) for name, f in floats.EXACT.items()},
    **{name: partial(_library, f) for name, f in floats.LIBRARY.items()},
    **vectors.IMPLEMENTATIONS,
    "arith.addui_extended": _add_extended,
    "arith.bitcast": _bitcast,
    "arith.cmpf": _cmpf,
    "arith.cmpi": _cmpi,
    "arith.constant": _constant,
    "arith.extf": _convert_float,
    "arith.extsi": _extend_signed,
    "arith.extui": _extend_unsigned,
    "arith.fptosi": partial(_integer_from, True),
    "arith.fptoui": partial(_integer_from, False),
    "arith.index_cast": _extend_signed,
    "arith.mulsi_extended": partial(_mul_extended, integers.signed),
    "arith.mului_extended": partial(_mul_extended, integers.unsigned),
    "arith.select": _select,
    "arith.sitofp": partial(_float_from, integers.signed),
    "arith.truncf": _convert_float,
    "arith.trunci": _extend_signed,
    "arith.uitofp": partial(_float_from, integers.unsigned),
    "math.absi": _absi,
    "math.fma": _fma,
    "vector.fma": _fma,
}
"""What each op computes, by name."""
