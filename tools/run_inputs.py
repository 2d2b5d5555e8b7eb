"""The arrays that `sdfg-run` gives to a model: read from files, or random."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import ml_dtypes
import numpy as np
import numpy.typing as npt

from sdfg.backends.runtime_interface import DTYPES, Value
from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import SDFGError

Array = npt.NDArray[Any]
Range = tuple[int, int]

INTEGERS: Range = (0, 10)
"""Random integers are at least the first and below the second, where no range is given."""


def parse_sizes(texts: Iterable[str]) -> dict[str, int]:
    """`["batch=4"]` as a mapping. Raises `SDFGError` for anything else."""
    sizes: dict[str, int] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not name or not value.isdigit():
            raise SDFGError(f"'{text}' is no size\nhint: write --size batch=4")
        sizes[name] = int(value)
    return sizes


def parse_ranges(texts: Iterable[str], names: Sequence[str]) -> dict[str, Range]:
    """
    `["ids=0:1000"]` as a mapping to half-open ranges.

    Raises `SDFGError` for anything else, and for what is not among the inputs' `names`.
    """
    ranges: dict[str, Range] = {}
    for text in texts:
        name, _, value = text.partition("=")
        low, _, high = value.partition(":")
        try:
            ranges[name] = int(low), int(high)
        except ValueError:
            ranges[name] = 0, 0
        if ranges[name][0] >= ranges[name][1]:
            raise SDFGError(f"'{text}' is no range\nhint: write --range ids=0:1000")
        _refuse_unknown(ranges, names)
    return ranges


def read_arrays(texts: Iterable[str], names: Sequence[str]) -> dict[str, Array]:
    """
    Load what `--input` names: `name=file.npy`, or `file.npz` with one array per input.

    Raises `SDFGError` if a file cannot be read or an array is no input; `names` are the inputs.
    """
    arrays: dict[str, Array] = {}
    for text in texts:
        name, equals, file = text.partition("=")
        if equals and name in names:
            arrays[name] = _load(Path(file), f"--input {name}=array.npy")
        elif text.endswith(".npz"):
            archive = cast(Mapping[str, Array], _load(Path(text), "--input arrays.npz"))
            arrays.update({key: archive[key] for key in archive})
        elif equals:
            _refuse_unknown([name], names)
        else:
            raise SDFGError(f"'{text}': which input?\nhint: write --input {names[0]}={text}")
    _refuse_unknown(arrays, names)
    return arrays


def _refuse_unknown(given: Iterable[str], names: Sequence[str]) -> None:
    if unknown := sorted(set(given) - set(names)):
        known = ", ".join(names)
        raise SDFGError(f"{', '.join(unknown)}: no input of this model\nhint: it has {known}")


def _load(path: Path, usage: str) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise SDFGError(f"{path}: no such file\nhint: write {usage}") from None
    except (OSError, ValueError) as error:
        raise SDFGError(f"{path}: no NumPy file: {error}\nhint: write one by numpy.save") from error


def complete_sizes(
    specs: Iterable[Value], arrays: Mapping[str, Array], given: Mapping[str, int]
) -> dict[str, int]:
    """
    A size for every symbol of the inputs: those `given`, those that `arrays` show, else 1.

    Raises `SDFGError` for a size that is no symbol of the inputs.
    """
    sizes = dict(given)
    symbols: set[str] = set()
    for spec in specs:
        symbols |= {spec.symbol} if spec.symbol else set()
        shown = arrays[spec.name].shape if spec.name in arrays else ()
        for axis, text in enumerate(spec.shape):
            expr = symbolic.parse(text)
            symbols |= symbolic.symbols_of(expr)
            if axis < len(shown) and symbolic.text_of(expr) in symbolic.symbols_of(expr):
                sizes.setdefault(text, shown[axis])
    if unknown := sorted(given.keys() - symbols):
        known = f"it has {', '.join(sorted(symbols))}" if symbols else "all its sizes are fixed"
        raise SDFGError(f"{', '.join(unknown)}: no size of this model\nhint: {known}")
    return {**dict.fromkeys(symbols, 1), **sizes}


def random_array(
    spec: Value,
    sizes: Mapping[str, int],
    rng: np.random.Generator,
    integers: Range = INTEGERS,
) -> Array:
    """Standard normal numbers, integers of the range `integers`, or booleans, by the type."""
    if spec.symbol is not None:
        return np.asarray(sizes[spec.symbol])
    shape = tuple(symbolic.evaluate(symbolic.parse(text), sizes) for text in spec.shape)
    dtype = DTYPES[spec.dtype]
    if spec.dtype == "bool":
        return rng.integers(0, 2, shape).astype(dtype)
    if spec.dtype.startswith(("int", "uint")):
        limits = ml_dtypes.iinfo(dtype)
        low, high = max(integers[0], int(limits.min)), min(integers[1], int(limits.max) + 1)
        if low >= high:
            raise SDFGError(f"no {spec.dtype} lies in the range {integers[0]}:{integers[1]}")
        return rng.integers(low, high, shape).astype(dtype)
    numbers = rng.standard_normal(shape)
    return (np.abs(numbers) if spec.dtype == "float8_e8m0fnu" else numbers).astype(dtype)


def as_stated(array: Array, spec: Value) -> Array:
    """
    An array from a file as what the model calls its elements: files of NumPy forget the types of
    `ml_dtypes`, but not their bytes.
    """
    dtype = DTYPES[spec.dtype]
    forgotten = array.dtype.type is np.void and array.dtype.itemsize == dtype.itemsize
    return array.view(dtype) if forgotten else array
