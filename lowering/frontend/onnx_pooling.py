"""
Pooling whose last window may reach over the end (`ceil_mode`): the end becomes padding.

torch-mlir shares what is missing between both ends, which moves all windows.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_load import label
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, required

Array = np.ndarray[Any, Any]
_FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)


@dataclass(frozen=True)
class _Windows:
    """Those along one dimension."""

    size: int
    reach: int
    """From the first to the last element of a window, both included."""
    step: int
    hole: int
    low: int
    high: int
    """Padding that the model states."""

    @property
    def count(self) -> int:
        """How many there are; the last one begins before the stated padding ends."""
        length = self.size + self.low + self.high
        count = -(-(length - self.reach) // self.step) + 1
        return count - 1 if (count - 1) * self.step >= self.size + self.low else count

    @property
    def missing(self) -> int:
        """Elements behind the stated padding that the last window has."""
        end = (self.count - 1) * self.step + self.reach
        return max(0, end - self.size - self.low - self.high)

    def counted(self, include_pad: bool) -> Array:
        """How many elements of each window count."""
        first, end = (-self.low, self.size + self.high) if include_pad else (0, self.size)
        starts = np.arange(self.count)[:, None] * self.step - self.low
        places = starts + np.arange(0, self.reach, self.hole)
        return ((places >= first) & (places < end)).sum(1)


def average_pool(e: Expansion) -> bool:
    """Sums of padded windows over the number of elements that count, known for each window."""
    windows = _windows(e)
    if not windows:
        return False
    padded = _padded(e, windows, 0)
    kernel: list[int] = e.attributes["kernel_shape"]
    taps = math.prod(kernel)
    counts = np.ones((1, 1))
    for number, one in enumerate(windows):
        sizes = [1] * (len(windows) + 2)
        sizes[number + 2] = one.count
        along = one.counted(bool(e.attributes.get("count_include_pad", 0))).reshape(sizes)
        counts = along if not number else counts * along
    share = constant(e, taps / counts, padded.kind)
    (_pooled(padded, e) * share).gives(e.node.output[0])
    return True


def max_pool(e: Expansion) -> bool:
    """The padding is less than all numbers; places of maxima are refused, they count without it."""
    windows = _windows(e)
    if not windows:
        return False
    if len(e.node.output) > 1 and e.node.output[1]:
        raise SDFGError(f"{label(e.node)}: 'MaxPool' with 'ceil_mode' and places of the maxima")
    kind = e.element(e.node.input[0])
    least = -np.inf if kind in _FLOATS else np.iinfo(helper.tensor_dtype_to_np_dtype(kind)).min
    _pooled(_padded(e, windows, least), e).gives(e.node.output[0])
    return True


def lp_pool(e: Expansion) -> bool:
    """Zeros add nothing to a norm."""
    windows = _windows(e)
    if windows:
        _pooled(_padded(e, windows, 0), e).gives(e.node.output[0])
    return bool(windows)


def _windows(e: Expansion) -> list[_Windows]:
    """Along each dimension; none where no window reaches over the end."""
    given = e.attributes
    if not given.get("ceil_mode", 0) or e.text("auto_pad", "NOTSET").startswith("SAME"):
        return []
    kernel: list[int] = given["kernel_shape"]
    rank = len(kernel)
    steps, holes = given.get("strides", [1] * rank), given.get("dilations", [1] * rank)
    pads: list[int] = given.get("pads", [0] * 2 * rank)
    if max(steps) == 1:
        return []
    sizes: list[int] = (e.shape(e.node.input[0]) or [0] * (rank + 2))[2:]
    if not all(sizes):
        raise SDFGError(
            f"{label(e.node)}: '{e.node.op_type}' with 'ceil_mode' of dynamic sizes cannot be "
            "compiled\nhint: give the model's inputs fixed heights and widths"
        )
    found = [
        _Windows(sizes[k], (kernel[k] - 1) * holes[k] + 1, steps[k], holes[k], *pads[k::rank])
        for k in range(rank)
    ]
    return found if any(one.missing for one in found) else []


def _padded(e: Expansion, windows: list[_Windows], value: float) -> Term:
    low, high = [w.low for w in windows], [w.high + w.missing for w in windows]
    x = required(e, 0)
    return x.apply("Pad", integers(e, 0, 0, *low, 0, 0, *high), constant(e, value, x.kind))


def _pooled(padded: Term, e: Expansion) -> Term:
    """The operator on what is padded already."""
    left_out = {"pads", "ceil_mode", "auto_pad", "count_include_pad", "storage_order"}
    kept = {name: value for name, value in e.attributes.items() if name not in left_out}
    return padded.apply(e.node.op_type, **kept)


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "AveragePool": average_pool,
    "LpPool": lp_pool,
    "MaxPool": max_pool,
}
"""Before the other rules for these operators."""
