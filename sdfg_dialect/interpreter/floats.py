"""
Floating point: the ops of `arith` and `math` on floats as functions of arrays.

Basic arithmetic rounds once. Functions of the C library are computed in f64 and rounded to the
operand's type, so that they are as good as exact for f32 and narrower.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from sdfg.dialect.interpreter.elements import rounded, widened
from sdfg.dialect.interpreter.lanes import Array

_erf: Callable[[Array], Array] = np.frompyfunc(math.erf, 1, 1)


def erf(values: Array) -> Array:
    return np.asarray(_erf(values), np.float64)


def _rsqrt(values: Array) -> Array:
    return 1 / np.sqrt(values)


def _round(values: Array) -> Array:
    """To the nearest integer, halves away from zero."""
    whole = np.trunc(values)
    away = np.abs(values - whole) >= 0.5
    return np.copysign(np.where(away, whole + np.copysign(1.0, values), whole), values)


EXACT: dict[str, Callable[..., Array]] = {
    "arith.addf": np.add,
    "arith.subf": np.subtract,
    "arith.mulf": np.multiply,
    "arith.divf": np.divide,
    "arith.remf": np.fmod,
    "arith.negf": np.negative,
    "arith.maximumf": np.maximum,
    "arith.minimumf": np.minimum,
    "arith.maxnumf": np.fmax,
    "arith.minnumf": np.fmin,
    "math.absf": np.abs,
    "math.ceil": np.ceil,
    "math.copysign": np.copysign,
    "math.floor": np.floor,
    "math.round": _round,
    "math.roundeven": np.rint,
    "math.sqrt": np.sqrt,
    "math.trunc": np.trunc,
}
"""Ops with one rounding at most, in f32 for 16-bit floats."""

LIBRARY: dict[str, Callable[..., Array]] = {
    "math.acos": np.arccos,
    "math.acosh": np.arccosh,
    "math.asin": np.arcsin,
    "math.asinh": np.arcsinh,
    "math.atan": np.arctan,
    "math.atan2": np.arctan2,
    "math.atanh": np.arctanh,
    "math.cbrt": np.cbrt,
    "math.cos": np.cos,
    "math.cosh": np.cosh,
    "math.erf": erf,
    "math.exp": np.exp,
    "math.exp2": np.exp2,
    "math.expm1": np.expm1,
    "math.fpowi": np.power,
    "math.log": np.log,
    "math.log10": np.log10,
    "math.log1p": np.log1p,
    "math.log2": np.log2,
    "math.powf": np.power,
    "math.rsqrt": _rsqrt,
    "math.sin": np.sin,
    "math.sinh": np.sinh,
    "math.tan": np.tan,
    "math.tanh": np.tanh,
}
"""Ops computed in f64."""


def fma(a: Array, b: Array, c: Array) -> Array:
    """`a * b + c` with one rounding (f64: but for results next to the middle of two numbers)."""
    dtype = a.dtype
    if dtype != np.float64:
        exact = a.astype(np.float64) * b.astype(np.float64) + c.astype(np.float64)
        return rounded(exact, dtype)
    product, product_error = _two_product(a, b)
    total, total_error = _two_sum(product, c)
    better = total + (total_error + product_error)
    return np.where(np.isfinite(better), better, a * b + c)


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Sum and its rounding error. Source: Knuth, TAOCP 2, section 4.2.2."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """Product and its rounding error. Source: Dekker, Numerische Mathematik 18, 1971."""
    (a1, a2), (b1, b2) = _split(a), _split(b)
    product = a * b
    return product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def _split(a: Array) -> tuple[Array, Array]:
    scaled = 134217729.0 * a  # 2 ** 27 + 1
    high = scaled - (scaled - a)
    return high, a - high


def _unordered(a: Array, b: Array) -> Array:
    return np.isnan(a) | np.isnan(b)


def compare(predicate: int, a: Array, b: Array) -> Array:
    """`arith.cmpf`: predicates 1 to 6 are false for NaN, 8 to 13 true."""
    a, b = widened(a), widened(b)
    if predicate in (0, 15):
        return np.full(np.broadcast_shapes(a.shape, b.shape), predicate == 15)
    if predicate in (7, 14):
        unordered = _unordered(a, b)
        return unordered if predicate == 14 else ~unordered
    relations = (np.equal, np.greater, np.greater_equal, np.less, np.less_equal, np.not_equal)
    ordered = predicate < 7
    result = relations[(predicate - 1) % 7](a, b)
    return result & ~_unordered(a, b) if ordered else result | _unordered(a, b)


def to_integer(values: Array, dtype: np.dtype[Any], *, is_signed: bool) -> Array:
    """
    Towards zero. What does not fit saturates to 32 or 64 bits, of which narrower types take the
    lower ones; NaN gives 0. These are the conversions of the C runtime (`sdfg_float.h`).
    """
    wide = np.trunc(values.astype(np.float64))
    bits = 8 * dtype.itemsize
    if not is_signed and bits == 64:
        return _saturated(wide, 64, wide >= 2.0**63).astype(dtype)
    through = 64 if bits == 64 or (bits == 32 and not is_signed) else 32
    result = _saturated(wide, through, np.zeros(wide.shape, np.bool_))
    if dtype == np.bool_:
        return (result & 1).astype(np.bool_)
    return result.astype(dtype)


def _saturated(values: Array, bits: int, as_unsigned: Array) -> Array:
    limit = 2.0 ** (bits - 1)
    inside = (values >= -limit) & (values < limit)
    result = np.where(inside, values, 0).astype(np.int64)
    result = np.where(values >= limit, 2 ** (bits - 1) - 1, result)
    result = np.where(values < -limit, -(2 ** (bits - 1)), result)
    if as_unsigned.any():
        huge = np.where(as_unsigned & (values < 2.0**64), values, 0).astype(np.uint64)
        huge = np.where(values >= 2.0**64, np.uint64(2**64 - 1), huge)
        result = np.where(as_unsigned, huge.astype(np.int64), result)
    return result
