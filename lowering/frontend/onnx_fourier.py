"""Fourier transforms as products with matrices of sines and cosines."""

import math
from collections.abc import Sequence

import numpy as np

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
    given = operand(e, 2)
    if given is None:
        axis = int(e.attributes.get("axis", 1 if e.opset < 20 else -2)) % len(shape)
        result = _along(x, shape, axis)
    else:
        fitting = _fitting(e, shape, e.shape(e.node.output[0]) or [])
        result = along(given, len(shape), lambda axis: _along(x, shape, axis), fitting)
    result.gives(e.node.output[0])
    return True


def _fitting(e: Expansion, shape: Sequence[int], result: Sequence[int]) -> list[int]:
    """The axes along which the transform has that shape; all if it is not known."""
    axes = range(len(shape) - 1)
    if not all(result):
        return list(axes)
    return [k for k in axes if [*shape[:k], _count(e, shape[k]), *shape[k + 1 : -1]] == result[:-1]]


def _count(e: Expansion, given: int) -> int:
    """How many results the transform of so many elements has."""
    inverse, onesided = _kind(e)
    length = _length(e, 2 * (given - 1) if inverse and onesided else given)
    return length // 2 + 1 if onesided and not inverse else length


def _kind(e: Expansion) -> tuple[bool, bool]:
    """Whether it is an inverse, and whether half of it is left out."""
    return bool(e.attributes.get("inverse", 0)), bool(e.attributes.get("onesided", 0))


def _along(x: Term, shape: Sequence[int], axis: int) -> Term:
    e = x.expansion
    inverse, onesided = _kind(e)
    given = shape[axis]
    length = _length(e, 2 * (given - 1) if inverse and onesided else given)
    parts = _parts(x, axis, shape)
    kept = min(given, length // 2 + 1 if inverse and onesided else length)
    results = _transformed(parts, kept, length, inverse=inverse, onesided=onesided)
    order = [*range(axis), len(shape) - 2, *range(axis, len(shape) - 2)]
    moved = [r.apply("Transpose", perm=order) for r in results]
    stacked = [r.apply("Unsqueeze", integers(e, -1)) for r in moved]
    return stacked[0].apply("Concat", *stacked[1:], axis=-1)


def _length(e: Expansion, own: int) -> int:
    given = operand(e, 1)
    known = None if given is None else e.known(given.name)
    length = own if given is None else 0 if known is None else int(known.item())
    if not 0 < length <= _LONGEST:
        what = "a length that is not known" if length <= 0 else f"length {length}"
        raise SDFGError(
            f"{e.node.name}: '{e.node.op_type}' with {what}\nhint: there are lengths to {_LONGEST}"
        )
    return length


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
