"""
Integers of fixed width: two's complement, with a result for every input.

Sums, differences and products wrap around; division by zero gives 0; shifts by the width or more
shift everything out. These are the definitions of the C runtime (`sdfg_integer.h`). Tables map the
name of an op to a function of arrays.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from sdfg.dialect.interpreter.lanes import Array


def signed(values: Array) -> Array:
    """As signed integers: a true i1 is -1."""
    return -values.astype(np.int8) if values.dtype == np.bool_ else values


def unsigned(values: Array) -> Array:
    """The same bits as unsigned integers."""
    if values.dtype == np.bool_:
        return values.astype(np.uint8)
    return values.astype(f"u{values.dtype.itemsize}", copy=False)


def narrowed(values: Array, dtype: np.dtype[Any]) -> Array:
    """The low bits."""
    if dtype == np.bool_:
        return (values & 1).astype(np.bool_)
    return values.astype(dtype, copy=False)


def bits_of(dtype: np.dtype[Any]) -> int:
    return 1 if dtype == np.bool_ else 8 * dtype.itemsize


def _divsi(a: Array, b: Array) -> Array:
    quotient = np.floor_divide(a, b)
    inexact = (quotient * b != a) & ((a < 0) != (b < 0)) & (b != 0)
    return quotient + inexact.astype(a.dtype)


def _ceildivsi(a: Array, b: Array) -> Array:
    quotient = np.floor_divide(a, b)
    return quotient + ((quotient * b != a) & (b != 0)).astype(a.dtype)


def _remsi(a: Array, b: Array) -> Array:
    return np.where(b == 0, np.zeros_like(a), np.fmod(a, np.where(b == 0, 1, b).astype(a.dtype)))


def _shift(function: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    """A shift of unsigned integers that is 0 from the width on."""

    def shift(a: Array, amount: Array) -> Array:
        inside = amount < bits_of(a.dtype)
        shifted = function(a, np.where(inside, amount, 0).astype(a.dtype))
        return np.where(inside, shifted, 0).astype(a.dtype)

    return shift


def _shrsi(a: Array, amount: Array) -> Array:
    last = bits_of(a.dtype) - 1
    return np.right_shift(a, np.minimum(unsigned(amount), last).astype(a.dtype))


def _ipowi(base: Array, exponent: Array) -> Array:
    """By repeated squaring; what `1 / base ** n` truncates to for negative exponents."""
    one = np.ones_like(base)
    result, square, bits = one, base, np.maximum(exponent, 0)
    while bits.any():
        result = np.where(bits & 1, result * square, result).astype(base.dtype)
        square, bits = square * square, bits >> 1
    odd = (exponent & 1).astype(np.bool_)
    inverse = np.where(base == 1, one, np.where(base == -1, np.where(odd, -one, one), 0 * one))
    return np.where(exponent < 0, inverse, result).astype(base.dtype)


SIGNED: dict[str, Callable[[Array, Array], Array]] = {
    "arith.addi": np.add,
    "arith.subi": np.subtract,
    "arith.muli": np.multiply,
    "arith.divsi": _divsi,
    "arith.floordivsi": np.floor_divide,
    "arith.ceildivsi": _ceildivsi,
    "arith.remsi": _remsi,
    "arith.minsi": np.minimum,
    "arith.maxsi": np.maximum,
    "arith.andi": np.bitwise_and,
    "arith.ori": np.bitwise_or,
    "arith.xori": np.bitwise_xor,
    "arith.shrsi": _shrsi,
    "math.ipowi": _ipowi,
}
"""Ops on two signed integers, or for which signs do not matter."""

UNSIGNED: dict[str, Callable[[Array, Array], Array]] = {
    "arith.divui": np.floor_divide,
    "arith.ceildivui": lambda a, b: a // b + ((a // b * b != a) & (b != 0)).astype(a.dtype),
    "arith.remui": lambda a, b: np.remainder(a, b),
    "arith.minui": np.minimum,
    "arith.maxui": np.maximum,
    "arith.shli": _shift(np.left_shift),
    "arith.shrui": _shift(np.right_shift),
}
"""Ops on two integers taken as unsigned."""


def _ctlz(a: Array, width: int) -> Array:
    zeros = np.full(a.shape, width, np.uint8)
    for bit in range(width):
        zeros = np.where((a >> np.uint8(bit)) & 1, width - 1 - bit, zeros)
    return zeros


def _cttz(a: Array, width: int) -> Array:
    zeros = np.full(a.shape, width, np.uint8)
    for bit in reversed(range(width)):
        zeros = np.where((a >> np.uint8(bit)) & 1, bit, zeros)
    return zeros


COUNTS: dict[str, Callable[[Array, int], Array]] = {
    "math.ctlz": _ctlz,
    "math.cttz": _cttz,
    "math.ctpop": lambda a, _: np.bitwise_count(a),
}
"""Ops that count bits of an unsigned integer of a width."""

PREDICATES: tuple[tuple[Callable[[Array], Array], Callable[[Array, Array], Array]], ...] = (
    (signed, np.equal),
    (signed, np.not_equal),
    (signed, np.less),
    (signed, np.less_equal),
    (signed, np.greater),
    (signed, np.greater_equal),
    (unsigned, np.less),
    (unsigned, np.less_equal),
    (unsigned, np.greater),
    (unsigned, np.greater_equal),
)
"""How `arith.cmpi` reads its operands and compares them, by predicate."""


def high_half(a: Array, b: Array) -> Array:
    """The upper half of the product of two integers, signed or unsigned as their type is."""
    if a.dtype.itemsize < 8:
        wide = np.dtype(f"{a.dtype.kind}8")
        return (a.astype(wide) * b.astype(wide) >> bits_of(a.dtype)).astype(a.dtype)
    low, shift = a.dtype.type(0xFFFFFFFF), a.dtype.type(32)
    a0, a1, b0, b1 = a & low, a >> shift, b & low, b >> shift
    # The lower halves are unsigned, whatever the sign of the whole.
    carry = (unsigned(a0) * unsigned(b0) >> np.uint64(32)).astype(a.dtype)
    middle = a1 * b0 + carry
    lower = a0 * b1 + (middle & low)
    return a1 * b1 + (middle >> shift) + (lower >> shift)
