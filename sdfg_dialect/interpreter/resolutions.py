"""Conflict resolutions: how two elements become one, and many of them at once."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from sdfg.dialect.interpreter.elements import is_float, is_half, rounded, widened
from sdfg.dialect.interpreter.lanes import Array


@dataclass(frozen=True)
class Resolution:
    """
    One of `CONFLICT_RESOLUTIONS` for elements of one type.

    Many elements of a 16-bit float are combined in f32 and rounded once: the order of a conflict
    resolution is open, so the best of its results stands for all.
    """

    ufunc: np.ufunc
    dtype: np.dtype[Any]
    neutral: Any
    """What changes nothing when combined."""
    as_unsigned: bool = False

    def read(self, values: Array) -> Array:
        """`values` in the type that they are combined in."""
        values = widened(np.asarray(values))
        return values.view(f"u{values.dtype.itemsize}") if self.as_unsigned else values

    def write(self, values: Array) -> Array:
        """`values` combined, as elements again."""
        return values.view(self.dtype) if self.as_unsigned else rounded(values, self.dtype)

    def combine(self, a: Array, b: Array) -> Array:
        return self.write(np.asarray(self.ufunc(self.read(a), self.read(b))))

    def reduce(self, values: Array, axes: tuple[int, ...], *, keep: bool = False) -> Array:
        """All elements along `axes` as one."""
        if not axes:
            return values
        wide = self.read(values)
        return self.write(
            np.asarray(self.ufunc.reduce(wide, axis=axes, dtype=wide.dtype, keepdims=keep))
        )

    def combine_at(self, target: Array, index: Any, values: Array) -> None:
        """Combine `values` one by one into the elements of `target` at `index`; it may repeat."""
        if is_half(self.dtype):
            wide = target.astype(np.float32)
            self.ufunc.at(wide, index, self.read(values))
            target[...] = wide.astype(self.dtype)
        elif self.as_unsigned:
            self.ufunc.at(target.view(f"u{self.dtype.itemsize}"), index, self.read(values))
        else:
            self.ufunc.at(target, index, values)


_UFUNCS: dict[str, np.ufunc] = {
    "sum": np.add,
    "product": np.multiply,
    "min": np.minimum,
    "max": np.maximum,
    "minnum": np.fmin,
    "maxnum": np.fmax,
    "larger": np.maximum,
    "minui": np.minimum,
    "maxui": np.maximum,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}
_TRUTH: dict[str, tuple[np.ufunc, bool]] = {
    "sum": (np.logical_xor, False),
    "product": (np.logical_and, True),
    "min": (np.logical_or, False),
    "max": (np.logical_and, True),
    "minnum": (np.logical_or, False),
    "maxnum": (np.logical_and, True),
    "larger": (np.logical_and, True),
    "minui": (np.logical_and, True),
    "maxui": (np.logical_or, False),
    "and": (np.logical_and, True),
    "or": (np.logical_or, False),
    "xor": (np.logical_xor, False),
}
"""Integers of one bit, for which true is -1 where signs matter: function and neutral element."""


@cache
def resolution(kind: str, dtype: np.dtype[Any]) -> Resolution:
    """The conflict resolution `kind` for elements of type `dtype`."""
    if dtype == np.bool_:
        ufunc, neutral = _TRUTH[kind]
        return Resolution(ufunc, dtype, neutral)
    as_unsigned = kind in ("minui", "maxui")
    return Resolution(_UFUNCS[kind], dtype, _neutral(kind, dtype), as_unsigned)


def _neutral(kind: str, dtype: np.dtype[Any]) -> Any:
    if kind in ("sum", "or", "xor", "maxui"):
        return 0
    if kind == "product":
        return 1
    if kind in ("and", "minui"):
        return -1
    smallest = kind.startswith("max") or kind == "larger"
    if is_float(dtype):
        return -np.inf if smallest else np.inf
    limits = np.iinfo(dtype)
    return limits.min if smallest else limits.max
