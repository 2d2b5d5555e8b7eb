"""The interface of a compiled model, as it stands in `<name>.json` beside the library."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import ml_dtypes
import numpy as np

from sdfg.dialect.diagnostics import SDFGError

VERSION = 1

NARROW = (
    *("int2", "uint2", "int4", "uint4", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn"),
    *("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"),
)
"""Types of which NumPy has no own: those of `ml_dtypes`, with one element in each byte."""

DTYPES: Mapping[str, np.dtype[Any]] = {
    **{name: np.dtype(name) for name in ("bool", "float16", "float32", "float64")},
    **{f"{sign}int{bits}": np.dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16)},
    **{f"{sign}int{bits}": np.dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (32, 64)},
    **{name: np.dtype(getattr(ml_dtypes, name)) for name in ("bfloat16", *NARROW)},
}
"""Types of elements by the names that interfaces use."""


@dataclass(frozen=True)
class Value:
    """An input or output."""

    name: str
    """As the model calls it."""
    dtype: str
    """A key of `DTYPES`."""
    shape: tuple[str, ...]
    """One expression over the symbols per dimension, such as `("batch", "3", "2*seq")`."""
    symbol: str | None = None
    """An integer input that is only the value of this symbol: it is not passed as an array."""
    updated: bool = False
    """Whether the model writes into it, too: a cache."""

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"'{self.dtype}' is no element type: {', '.join(DTYPES)}")

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(self.shape)}]"


@dataclass(frozen=True)
class Interface:
    """
    What is needed to call `<prefix>_init`, `<prefix>_run`, `<prefix>_exit`, `<prefix>_message`.

    `<prefix>_run` takes the context, the arrays of `inputs` (but those with a `symbol`) and of
    `outputs`, and the values of `symbols` as `int64_t`, each in this order.
    """

    prefix: str
    library: str
    """File name of the shared library, beside the interface."""
    weights: str | None
    """File name of the weights, beside the interface; none for a model without."""
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    symbols: tuple[str, ...]
    late: tuple[str, ...] = ()
    """
    Symbols whose values data decides: sizes of outputs. The caller guesses. `<prefix>_run` takes
    one more array behind the outputs, for as many `int64_t`, and writes their values there before
    any output: where they are others than guessed it fails, and is to be called again with these.
    """

    def to_json(self) -> str:
        """The text of the file, ending in a newline; the same for equal interfaces."""
        data = {"version": VERSION, **dataclasses.asdict(self)}
        if not self.late:
            del data["late"]
        return json.dumps(data, indent=2) + "\n"

    @staticmethod
    def from_json(text: str, where: str = "interface") -> "Interface":
        """Read the text of `where`. Raises `SDFGError` if it is no interface of this version."""
        try:
            data = json.loads(text)
            if data.pop("version") != VERSION:
                raise ValueError("the version is another")
            inputs, outputs = (
                tuple(_value(item) for item in data.pop(key)) for key in ("inputs", "outputs")
            )
            symbols = tuple(str(symbol) for symbol in data.pop("symbols"))
            late = tuple(str(symbol) for symbol in data.pop("late", ()))
            return Interface(**data, inputs=inputs, outputs=outputs, symbols=symbols, late=late)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SDFGError(
                f"{where}: not the interface of a compiled model ({error})\n"
                "hint: compile the model again with this version of sdfg-compile"
            ) from error


def _value(item: dict[str, Any]) -> Value:
    shape = tuple(str(dimension) for dimension in cast(list[Any], item["shape"]))
    symbol, updated = item.get("symbol"), bool(item.get("updated"))
    return Value(str(item["name"]), str(item["dtype"]), shape, symbol, updated)
