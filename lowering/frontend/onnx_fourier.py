"""Fourier transforms as products with matrices of sines and cosines."""

import math
from collections.abc import Sequence

import numpy as np
from onnx import TensorProto

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, along, constant, integers, operand, required

_LONGEST = 1 << 13
"""Elements of a transform whose matrices are still worth their memory."""


def dft(e: Expansion) -> bool:
    """
    A product of matrices, of the real and of the imaginary part.

    ```
    y = dft(x)  ->  re = x.re @ cos + x.im @ sin; im = x.im @ cos - x.re @ sin
    ```

    Raises `SDFGError` where the length is not known or too large.
    """
    x = required(e, 0)
    shape = e.shape(x.name)
    if shape is None:
        return False
    given, result = operand(e, 2), e.shape(e.node.output[0]) or [0] * len(shape)
    if given is None:
        axis = int(e.attributes.get("axis", 1 if e.opset < 20 else -2)) % len(shape)
        transformed = _along(x, shape, result, axis)
    else:
        fitting = _fitting(e, shape, result)
        transformed = along(given, len(shape), lambda k: _along(x, shape, result, k), fitting)
    transformed.gives(e.node.output[0])
    return True


def stft(e: Expansion) -> bool:
    """
    The transform of each window of a signal.

    ```
    y[b, f] = dft(x[b, f * step : f * step + length] * window)
    ```

    Raises `SDFGError` where the length of a window, or how many there are, is not known.
    """
    x, window, given = required(e, 0), operand(e, 2), operand(e, 3)
    shape, result = e.shape(x.name), e.shape(e.node.output[0]) or [0] * 4
    onesided = bool(e.attributes.get("onesided", 1))
    known = None if given is None else e.known(given.name)
    sizes = (e.shape(window.name) or [0]) if window is not None else [0]
    length = int(known.item()) if known is not None else sizes[0]
    if length or not onesided or given is None or not result[2]:
        transformed = _windows(e, shape, _checked(e, length or (0 if onesided else result[2])))
    else:  # one of two lengths has so many results
        even, odd = (_windows(e, shape, 2 * result[2] - k, guessed=True) for k in (2, 1))
        is_odd = given.reshaped().equals(2 * result[2] - 1)
        transformed = is_odd.choose(odd, even)
    transformed.gives(e.node.output[0])
    return True


def _windows(e: Expansion, shape: list[int] | None, length: int, *, guessed: bool = False) -> Term:
    """The transforms of all windows of that length, which may be another one if `guessed`."""
    x, step, window = required(e, 0), required(e, 1), operand(e, 2)
    hop, frames = e.known(step.name), (e.shape(e.node.output[0]) or [0, 0])[1]
    if not frames and hop is not None and shape is not None and shape[1]:
        frames = 1 + (shape[1] - length) // int(hop.item())
    if shape is None or not frames:
        raise SDFGError(f"{e.node.name}: 'STFT' with a number of windows that is not known")
    starts = constant(e, range(frames)) * step.cast(TensorProto.INT64).reshaped()
    index = starts.reshaped(-1, 1) + constant(e, range(length))
    if guessed and shape[1]:
        index = index.at_most(shape[1] - 1)  # windows of another length may end outside
    parts = [x.taken(k, axis=2).taken(index, axis=1) for k in range(shape[2])]
    if window is not None:
        parts = [part * window for part in parts]
    onesided = bool(e.attributes.get("onesided", 1))
    results = _transformed(parts, length, length, inverse=False, onesided=onesided)
    stacked = [r.apply("Unsqueeze", integers(e, -1)) for r in results]
    return stacked[0].apply("Concat", *stacked[1:], axis=-1)


def _fitting(e: Expansion, shape: Sequence[int], result: Sequence[int]) -> list[int]:
    """The axes along which the transform has that shape; all if it is not known."""
    axes = [k for k in range(len(shape) - 1) if shape[k] > 1 or not all(_kind(e))]
    if not all(result):
        return axes
    counts = {k: _count(e, shape[k], result[k]) for k in axes}
    return [k for k in axes if [*shape[:k], counts[k], *shape[k + 1 : -1]] == result[:-1]]


def _count(e: Expansion, given: int, result: int) -> int:
    """How many results the transform of so many elements has; `result` if nothing else is known."""
    inverse, onesided = _kind(e)
    length = _length(e, given, result if inverse or not onesided else 0)
    return length // 2 + 1 if onesided and not inverse else length


def _kind(e: Expansion) -> tuple[bool, bool]:
    """Whether it is an inverse, and whether half of it is left out."""
    return bool(e.attributes.get("inverse", 0)), bool(e.attributes.get("onesided", 0))


def _along(x: Term, shape: Sequence[int], result: Sequence[int], axis: int) -> Term:
    e = x.expansion
    inverse, onesided = _kind(e)
    given = shape[axis]
    length = _length(e, given, result[axis] if inverse or not onesided else 0)
    parts = _parts(x, axis, shape)
    kept = min(given, length // 2 + 1 if inverse and onesided else length)
    results = _transformed(parts, kept, length, inverse=inverse, onesided=onesided)
    order = [*range(axis), len(shape) - 2, *range(axis, len(shape) - 2)]
    moved = [r.apply("Transpose", perm=order) for r in results]
    stacked = [r.apply("Unsqueeze", integers(e, -1)) for r in moved]
    return stacked[0].apply("Concat", *stacked[1:], axis=-1)


def _length(e: Expansion, given: int, result: int = 0) -> int:
    """
    Of the transform of so many elements, one side of them in the inverse; `result` is its length
    where that is known otherwise.
    """
    wanted = operand(e, 1)
    if wanted is None:
        return _checked(e, 2 * (given - 1) if all(_kind(e)) else given)
    known = e.known(wanted.name)
    return _checked(e, result if known is None else int(known.item()))


def _checked(e: Expansion, length: int) -> int:
    if 0 < length <= _LONGEST:
        return length
    what = "a length that is not known" if length <= 0 else f"length {length}"
    raise SDFGError(
        f"{e.node.name}: '{e.node.op_type}' with {what}\nhint: there are lengths to {_LONGEST}"
    )


def _parts(x: Term, axis: int, shape: Sequence[int]) -> list[Term]:
    """The real and, if there is one, the imaginary part; the axis comes last."""
    order = [k for k in range(len(shape) - 1) if k != axis] + [axis]
    parts = [x.taken(k, axis=len(shape) - 1) for k in range(shape[-1])]
    return [part.apply("Transpose", perm=order) for part in parts]


def _transformed(
    parts: Sequence[Term], kept: int, length: int, *, inverse: bool, onesided: bool
) -> list[Term]:
    """The real and the imaginary part of the transform of the first `kept` elements."""
    e, kind = parts[0].expansion, parts[0].kind
    cut = [p.apply("Slice", *(integers(e, k) for k in (0, kept, -1))) for p in parts]
    count = length // 2 + 1 if onesided and not inverse else length
    angles = 2 * math.pi / length * (np.outer(np.arange(kept), np.arange(count)) % length)
    weights = np.full((kept, 1), 1 / length if inverse else 1.0)
    if inverse and onesided:  # what is not given is the conjugate of what is
        weights[1 : (length + 1) // 2] *= 2
    sign = -1.0 if inverse else 1.0
    cosine = constant(e, np.cos(angles) * weights, kind)
    sine = constant(e, sign * np.sin(angles) * weights, kind)
    real = cut[0].apply("MatMul", cosine)
    imaginary = cut[0].apply("MatMul", sine) * -1
    if len(cut) > 1:
        real = real + cut[1].apply("MatMul", sine)
        imaginary = imaginary + cut[1].apply("MatMul", cosine)
    return [real] if inverse and onesided else [real, imaginary]
