"""
Arrays of other libraries as addresses, without copies.

NumPy arrays, torch tensors and whatever speaks DLPack are used where they lie if they are
contiguous (row-major) and aligned; others are copied into that form first. Element types are never
converted: another type is an error.
"""

import sys
from collections.abc import Sequence
from math import prod
from typing import Any, cast

import numpy as np

from sdfg.backends.runtime_interface import DTYPES, NARROW, Value
from sdfg.dialect.diagnostics import SDFGError

_LINE = 64
"""Bytes of a cache line."""

_NOT_IN_TORCH = frozenset(name for name in NARROW if not name.startswith("float8"))
"""torch has names for some of these, but no tensors of them."""

Bound = tuple[int, tuple[int, ...], object]
"""Address of the first element, shape, and what must stay alive for the address to be valid."""


def is_tensor(value: object) -> bool:
    """Whether this is a torch tensor. Does not import torch: without it there are none."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


class Binder:
    """Binds values to one input or output of a model."""

    def __init__(self, value: Value, role: str) -> None:
        self.value = value
        self.dtype = DTYPES[value.dtype]
        self._role = role
        self._torch_dtype: Any = None

    def bind_input(self, array: Any) -> Bound:
        """
        An array to read from, without a copy if it is contiguous and aligned.

        Python numbers stand for arrays without dimensions. Raises `SDFGError` for another element
        type, another device, or something that is no array. What the model updates is never copied.
        """
        if self.value.updated:
            return self._in_place(array)
        return self._readable(array)

    def _readable(self, array: Any) -> Bound:
        if type(array) is np.ndarray:
            return self._numpy(array)
        if is_tensor(array):
            return self._tensor(array)
        return self._numpy(self._converted(array))

    def bind_output(self, array: Any, shape: tuple[int, ...]) -> Bound:
        """
        An array to write to, which must be contiguous and have this shape and the right type.

        Raises `SDFGError` otherwise: a copy would not be the array that the caller gave.
        """
        return self._in_place(array, shape)

    def _in_place(self, array: Any, shape: tuple[int, ...] | None = None) -> Bound:
        """An array that is itself written, of this shape if one is given."""
        if isinstance(array, np.ndarray):
            good = array.flags.c_contiguous and array.flags.aligned and array.flags.writeable
        elif is_tensor(array):
            good = bool(array.is_contiguous()) and not array.requires_grad
        else:
            raise self._error("an array of NumPy or a tensor of torch", _described(array))
        bound = self._readable(array)
        if shape is not None and bound[1] != shape:
            raise self._error(f"shape {list(shape)}", f"{list(bound[1])}")
        if not good:
            raise self._error("a contiguous, writable array", "one that is not")
        return bound

    def new_output(self, shape: tuple[int, ...], *, tensor: bool) -> tuple[Any, int]:
        """
        A new array of undefined content, and its address; a tensor if one is asked for and torch
        knows the type.
        """
        if tensor and self.value.dtype not in _NOT_IN_TORCH:
            torch: Any = sys.modules["torch"]
            made = torch.empty(shape, dtype=self._expected_torch_dtype())
            return made, made.data_ptr()
        # NumPy's own begin in the middle of a cache line, which stores of whole lines would cut.
        size = self.bytes_of(shape)
        block = np.empty(size + _LINE, np.uint8)
        start = -block.ctypes.data % _LINE
        array = block[start : start + size].view(self.dtype).reshape(shape)
        return array, array.ctypes.data

    def bytes_of(self, shape: tuple[int, ...]) -> int:
        """The size in bytes of an array of this shape."""
        return prod(shape) * self.dtype.itemsize

    def _numpy(self, array: Any) -> Bound:
        if array.dtype != self.dtype:
            raise self._error(self.value.dtype, str(array.dtype))
        flags = array.flags
        if not (flags.c_contiguous and flags.aligned):
            array = np.array(array, order="C")
        return array.ctypes.data, array.shape, array

    def _tensor(self, tensor: Any) -> Bound:
        if self.value.dtype in _NOT_IN_TORCH:
            hint = f"give an array of ml_dtypes.{self.value.dtype}"
            raise self._error(self.value.dtype, str(tensor.dtype), hint)
        if tensor.dtype != self._expected_torch_dtype():
            raise self._error(self.value.dtype, str(tensor.dtype))
        if tensor.device.type != "cpu":
            raise self._error(
                "a tensor on the CPU", f"one on {tensor.device}", hint="move it with .cpu()"
            )
        if not tensor.is_contiguous() or tensor.is_neg():
            tensor = tensor.detach().resolve_neg().contiguous()
        return tensor.data_ptr(), tuple(tensor.shape), tensor

    def _converted(self, array: Any) -> Any:
        if isinstance(array, np.ndarray | np.generic):
            return np.asarray(cast(Any, array))
        if isinstance(array, bool | int | float) and not self.value.shape:
            return self._number(array)
        if not hasattr(array, "__dlpack__"):
            raise self._error("an array (NumPy, torch or DLPack)", _described(array))
        try:
            return np.from_dlpack(cast(Any, array))
        except (BufferError, RuntimeError, TypeError, ValueError) as error:
            raise self._error("an array that NumPy can share", f"{error}") from error

    def _number(self, number: float) -> Any:
        is_integer = self.value.dtype.startswith(("int", "uint"))
        exact = not is_integer or not isinstance(number, float)
        try:
            if exact:
                made = np.array(number, self.dtype)
                # Integers of less than 8 bits would wrap around.
                if not is_integer or int(made) == number:
                    return made
        except OverflowError:
            pass
        raise self._error(self.value.dtype, f"the number {number}")

    def _expected_torch_dtype(self) -> Any:
        if self._torch_dtype is None:
            self._torch_dtype = getattr(sys.modules["torch"], self.value.dtype)
        return self._torch_dtype

    def _error(self, expected: str, got: str, hint: str | None = None) -> SDFGError:
        text = f"{self._role} '{self.value.name}': expected {expected}, got {got}"
        return SDFGError(text if hint is None else f"{text}\nhint: {hint}")


def overlapping(
    written: Sequence[tuple[int, int]], read: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """
    The first pair (index in `written`, index in `read` or behind it, in `written`) that overlaps.

    Both are given as (address, bytes).
    """
    everything = (*read, *written)
    for i, (begin, size) in enumerate(written):
        for k, (other, other_size) in enumerate(everything):
            apart = begin + size <= other or other + other_size <= begin
            if not apart and k != len(read) + i:
                return i, k
    return None


def _described(value: object) -> str:
    return f"a value of type {type(value).__module__}.{type(value).__qualname__}"
