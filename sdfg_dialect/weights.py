"""
Arrays by name, kept outside the IR: held or produced on demand, written to and mapped from
safetensors.

The file is an ordinary safetensors file in which every array starts at a multiple of 64 bytes
from the start of the file, so that it can be mapped and used in place. The format allows no
holes, hence small entries named `__padding__.<n>` fill the gaps; reading hides them.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, cast

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from sdfg.dialect.diagnostics import SDFGError

ALIGNMENT = 64
"""Bytes: a cache line, and the widest SIMD register."""

_CHUNK = 1 << 26
_PADDING = "__padding__."
_LARGEST_HEADER = 100 << 20

_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(kind)
    for name, kind in {
        "BOOL": np.bool_,
        "U8": np.uint8,
        "I8": np.int8,
        "F8_E5M2": ml_dtypes.float8_e5m2,
        "F8_E4M3": ml_dtypes.float8_e4m3fn,
        "I16": np.int16,
        "U16": np.uint16,
        "F16": np.float16,
        "BF16": ml_dtypes.bfloat16,
        "I32": np.int32,
        "U32": np.uint32,
        "F32": np.float32,
        "I64": np.int64,
        "U64": np.uint64,
        "F64": np.float64,
        "C64": np.complex64,
    }.items()
}
_NAMES = {kind: name for name, kind in _DTYPES.items()}

Array = NDArray[Any]


@dataclass(frozen=True)
class Weight:
    """One array: its shape and type are known, its elements are produced when asked for."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    load: Callable[[], Array]
    """Gives the elements; may be called several times, and must give the same each time."""

    @staticmethod
    def of(array: Array) -> "Weight":
        """An array that is already there; it is not copied."""
        return Weight(tuple(array.shape), array.dtype, lambda: array)

    @property
    def nbytes(self) -> int:
        """Size of the elements in bytes."""
        return prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Weights(Mapping[str, Array]):
    """Arrays by name, in a fixed order. Looking one up produces its elements; nothing is cached."""

    entries: Mapping[str, Weight]

    @staticmethod
    def of(arrays: Mapping[str, Array]) -> "Weights":
        """Arrays that are already there; none is copied."""
        return Weights({name: Weight.of(array) for name, array in arrays.items()})

    @staticmethod
    def open(path: str | os.PathLike[str]) -> "Weights":
        """
        Map a safetensors file; the arrays are read-only views into it.

        Raises `SDFGError` if the file is missing or its header is not consistent with its size.
        """
        path = Path(path)
        try:
            size = path.stat().st_size
            data = np.memmap(path, np.uint8, "r") if size else np.zeros(0, np.uint8)
        except OSError as error:
            raise SDFGError(f"{path}: cannot read the weights: {error.strerror}") from error
        try:
            return Weights(_read(data))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SDFGError(
                f"{path}: corrupt weights file: {error}\nhint: compile the model again"
            ) from error

    def __getitem__(self, name: str) -> Array:
        return self.entries[name].load()

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def nbytes(self) -> int:
        """Size of all elements together in bytes."""
        return sum(entry.nbytes for entry in self.entries.values())

    def offsets(self) -> dict[str, int]:
        """
        Where each array starts in the file that `write` makes: bytes from the start of the
        file.
        """
        header, places = _layout(self.entries)
        return {name: len(header) + begin for name, begin in places.items()}

    def write(self, path: str | os.PathLike[str]) -> None:
        """
        Write a safetensors file, one array at a time.

        The file appears at `path` complete or not at all. Raises `SDFGError` for an element type
        that safetensors does not have, and if the file cannot be written.
        """
        path = Path(path)
        header, places = _layout(self.entries)
        temporary = ""
        try:
            number, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(number, "wb") as file:
                file.write(header)
                for name, entry in self.entries.items():
                    file.write(bytes(len(header) + places[name] - file.tell()))
                    _write_array(file, name, entry)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except OSError as error:
            raise SDFGError(f"{path}: cannot write the weights: {error.strerror}") from error
        finally:
            Path(temporary).unlink(missing_ok=True) if temporary else None


def _write_array(file: BinaryIO, name: str, entry: Weight) -> None:
    array = np.ascontiguousarray(entry.load())
    if (array.size, array.dtype) != (prod(entry.shape), entry.dtype):
        raise ValueError(
            f"weight '{name}' was announced as {entry.dtype}{list(entry.shape)}, "
            f"got {array.dtype}{list(array.shape)}"
        )
    flat = array.reshape(-1).view(np.uint8)
    for start in range(0, flat.size, _CHUNK):
        file.write(flat[start : start + _CHUNK].data)


def _layout(entries: Mapping[str, Weight]) -> tuple[bytes, dict[str, int]]:
    """The file's first part, up to the data, and where each array starts after it."""
    header: dict[str, Any] = {"__metadata__": {"format": "sdfg"}}
    places: dict[str, int] = {}
    end = 0
    for name, entry in entries.items():
        if entry.dtype not in _NAMES:
            raise SDFGError(f"weight '{name}': element type {entry.dtype} cannot be stored")
        if name.startswith("__"):
            raise SDFGError(f"weight '{name}': names that begin with two underscores are reserved")
        if gap := -end % ALIGNMENT:
            header[f"{_PADDING}{len(places)}"] = _item("U8", (gap,), end, end + gap)
            end += gap
        places[name] = end
        header[name] = _item(_NAMES[entry.dtype], entry.shape, end, end + entry.nbytes)
        end += entry.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % ALIGNMENT)
    return len(text).to_bytes(8, "little") + text, places


def _item(dtype: str, shape: tuple[int, ...], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def _read(data: Array) -> dict[str, Weight]:
    """The entries of a mapped file; raises `ValueError` and its like where it is inconsistent."""
    if data.size < 8:
        raise ValueError(f"{data.size} bytes are too few for a header")
    length = int.from_bytes(data[:8].tobytes(), "little")
    if length > min(_LARGEST_HEADER, data.size - 8):
        raise ValueError(f"a header of {length} bytes does not fit a file of {data.size} bytes")
    header = cast(dict[str, Any], json.loads(data[8 : 8 + length].tobytes()))
    body = data[8 + length :]
    header.pop("__metadata__", None)
    entries: dict[str, Weight] = {}
    end = 0
    for name, item in sorted(header.items(), key=lambda pair: pair[1]["data_offsets"]):
        begin, stop = (int(offset) for offset in item["data_offsets"])
        dtype, shape = _DTYPES[item["dtype"]], tuple(int(size) for size in item["shape"])
        if begin != end or min(shape, default=0) < 0:
            raise ValueError(f"'{name}' does not follow the array before it")
        if stop - begin != prod(shape) * dtype.itemsize or stop > body.size:
            raise ValueError(f"'{name}' does not fit its {stop - begin} bytes")
        end = stop
        if not name.startswith(_PADDING):
            view = body[begin:stop].view(dtype).reshape(shape)
            entries[name] = Weight.of(cast(Array, view))
    if end != body.size:
        raise ValueError(f"{body.size - end} bytes belong to no array")
    return entries
