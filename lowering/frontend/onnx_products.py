"""Products and convolutions in forms that the native passes lack."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from onnx import TensorProto

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, operand, required

_REALS = (TensorProto.FLOAT, TensorProto.DOUBLE)


def mat_mul(e: Expansion) -> bool:
    """A vector beside a stack of matrices is a matrix of one row, or of one column."""
    a, b = required(e, 0), required(e, 1)
    left, right = (len(e.shape(x.name) or ()) for x in (a, b))
    if 1 not in (left, right) or max(left, right) < 3:
        return False
    axis = -1 if right == 1 else -2
    axes = integers(e, 1 if right == 1 else 0)
    if right == 1:
        b = b.apply("Unsqueeze", axes)
    else:
        a = a.apply("Unsqueeze", axes)
    a.apply("MatMul", b).apply("Squeeze", integers(e, axis)).gives(e.node.output[0])
    return True


def p_relu(e: Expansion) -> bool:
    """A slope for each channel, as operator sets before 7 have it."""
    x, slope = e.shape(e.node.input[0]), e.shape(e.node.input[1])
    if not x or not slope or len(slope) != 1 or len(x) < 3:
        return False
    if slope[0] in (1, x[-1]) or slope[0] != x[1]:
        return False
    shape = integers(e, -1, *([1] * (len(x) - 2)))
    e.replaced_by([e.node.input[0], required(e, 1).apply("Reshape", shape).name])
    return True


def conv_transpose(e: Expansion) -> bool:
    """Groups, one after the other: `y = concat(conv_transpose(x[group], w[group]))`."""
    groups = int(e.attributes.get("group", 1))
    x, w, bias = required(e, 0), required(e, 1), operand(e, 2)
    shape, attributes = e.shape(w.name), _with_pads(e)
    if attributes is None or not shape or not shape[0] or not shape[1]:
        return False
    if groups == 1 and attributes == e.attributes:
        return False
    attributes.pop("group", None)
    parts: list[Term] = []
    cuts = [k * shape[0] // groups for k in range(groups + 1)]
    for number, (first, last) in enumerate(pairwise(cuts)):
        bounds = (integers(e, first), integers(e, last))
        operands = [w.apply("Slice", *bounds, integers(e, 0))]
        if bias is not None:
            ends = (integers(e, (number + k) * shape[1]) for k in (0, 1))
            operands.append(bias.apply("Slice", *ends, integers(e, 0)))
        part = x.apply("Slice", *bounds, integers(e, 1))
        parts.append(part.apply("ConvTranspose", *operands, **attributes))
    whole = parts[0].apply("Concat", *parts[1:], axis=1) if parts[1:] else parts[0]
    whole.gives(e.node.output[0])
    return True


_SAME = ("SAME_UPPER", "SAME_LOWER")


def _with_pads(e: Expansion) -> dict[str, Any] | None:
    """The attributes, with the pads that others ask for; None if sizes are needed but not known."""
    attributes = e.attributes
    wanted, policy = attributes.pop("output_shape", None), e.text("auto_pad", "NOTSET")
    attributes.pop("auto_pad", None)
    if wanted is None and policy not in _SAME:
        return attributes
    before, kernel = e.static(e.node.input[0]), e.static(e.node.input[1])
    if before is None or kernel is None:
        return None
    ones = [1] * (len(before) - 2)
    strides, dilations = (attributes.get(name, ones) for name in ("strides", "dilations"))
    added = attributes.get("output_padding", [0] * len(ones))
    sizes = wanted or [n * s for n, s in zip(before[2:], strides, strict=True)]
    full = [
        s * (n - 1) + p + (k - 1) * d + 1
        for s, n, p, k, d in zip(strides, before[2:], added, kernel[2:], dilations, strict=True)
    ]
    total = [a - b for a, b in zip(full, sizes[-len(ones) :], strict=True)]
    attributes["output_padding"] = [p - min(t, 0) for p, t in zip(added, total, strict=True)]
    less = [max(t, 0) // 2 for t in total]
    more = [max(t, 0) - part for t, part in zip(total, less, strict=True)]
    attributes["pads"] = [*less, *more] if policy == "SAME_UPPER" else [*more, *less]
    return attributes


def lp_pool(e: Expansion) -> bool:
    """
    A convolution with ones, where the windows have holes.

    ```
    y = conv(|x| ** p, 1) ** (1 / p)
    ```
    """
    x, shape = required(e, 0), e.shape(e.node.input[0])
    holes = any(d != 1 for d in e.attributes.get("dilations", ()))
    same = e.text("auto_pad", "NOTSET") in _SAME
    if not shape or not shape[1] or x.kind not in _REALS or not (holes or same):
        return False
    if e.attributes.get("ceil_mode", 0):
        return False
    kernel, order = list(e.attributes["kernel_shape"]), float(e.attributes.get("p", 2))
    ones = constant(e, np.ones((shape[1], 1, *kernel)), x.kind)
    passed = {"auto_pad", "dilations", "kernel_shape", "pads", "strides"}
    attributes = {k: v for k, v in e.attributes.items() if k in passed}
    powers = x.apply("Abs").apply("Pow", order)
    total = powers.apply("Conv", ones, group=shape[1], **attributes)
    total.apply("Pow", 1 / order).gives(e.node.output[0])
    return True


_LARGEST = 4
"""Rows of a matrix whose determinant is written out."""


def det(e: Expansion) -> bool:
    """Of small matrices, by their first row and its minors."""
    x, shape = required(e, 0), e.shape(e.node.input[0])
    if not shape or not 0 < shape[-1] <= _LARGEST or shape[-1] != shape[-2]:
        return False
    size = shape[-1]
    rows = [[x.taken(i, axis=-2).taken(j, axis=-1) for j in range(size)] for i in range(size)]
    _determinant(rows).gives(e.node.output[0])
    return True


def _determinant(rows: list[list[Term]]) -> Term:
    if len(rows) == 1:
        return rows[0][0]
    total: Term | None = None
    for column, value in enumerate(rows[0]):
        minor = [[x for k, x in enumerate(row) if k != column] for row in rows[1:]]
        part = value * _determinant(minor)
        if total is None:
            total = part
        else:
            total = total - part if column % 2 else total + part
    assert total is not None
    return total


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "ConvTranspose": conv_transpose,
    "Det": det,
    "LpPool": lp_pool,
    "MatMul": mat_mul,
    "PRelu": p_relu,
}
"""Applied with those of `onnx_settle`, before all others."""
