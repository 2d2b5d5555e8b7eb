"""
Layers that the native passes compute wrongly, or crash on: instance normalization and pooling over
dynamic sizes, quantized convolutions whose scales are computed, slopes for integers, and logarithms
of sums of powers that are larger than any number.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, operand, required

_FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)


def instance_normalization(e: Expansion) -> bool:
    """
    Of dynamic sizes: torch-mlir divides by a number of elements that is not the number.

    ```
    y = (x - mean) / sqrt(mean of squares + epsilon) * scale + bias
    ```
    """
    x = required(e, 0)
    shape = e.shape(x.name)
    if shape is None or e.static(x.name) is not None:
        return False
    axes, channels = range(2, len(shape)), [-1] + [1] * (len(shape) - 2)
    centred = x - x.reduced("ReduceMean", *axes)
    variance = (centred * centred).reduced("ReduceMean", *axes)
    scale, bias = (required(e, k).reshaped(*channels) for k in (1, 2))
    deviation = (variance + e.attributes.get("epsilon", 1e-5)).apply("Sqrt")
    (centred / deviation * scale + bias).gives(e.node.output[0])
    return True


def p_relu(e: Expansion) -> bool:
    """Of integers: `y = x < 0 ? x * slope : x`"""
    x, slope = required(e, 0), required(e, 1)
    if x.kind in (*_FLOATS, TensorProto.UNDEFINED):
        return False
    (x < 0).choose(x * slope, x).gives(e.node.output[0])
    return True


def cast_like(e: Expansion) -> bool:
    """A cast to a type that is known."""
    x, kind = required(e, 0), required(e, 1).kind
    if TensorProto.UNDEFINED in (x.kind, kind):
        return False
    e.compute("Cast", x.name, result=e.node.output[0], to=kind, **e.attributes)
    return True


def reduce_log_sum_exp(e: Expansion) -> bool:
    """
    Relative to the largest of what is summed up, so that no power is infinite.

    ```
    y = log(sum(exp(x)))  ->  y = log(sum(exp(x - m))) + m,  m = max(x) where that is finite
    ```
    """
    x, shape = required(e, 0), e.shape(e.node.input[0])
    given = operand(e, 1)
    axes = e.attributes.get("axes") if given is None else e.known(given.name)
    if x.kind not in _FLOATS or shape is None or (given is not None and axes is None):
        return False
    if axes is None or not len(axes):
        if e.attributes.get("noop_with_empty_axes", 0):
            return False
        axes = range(len(shape))
    axes = [int(axis) for axis in axes]
    if not axes or 0 in [size for size in e.static(x.name) or [1]]:
        return False
    largest = x.reduced("ReduceMax", *axes)
    finite = largest.apply("Abs") < np.inf
    offset = finite.choose(largest, 0.0)
    total = (x - offset).apply("Exp").reduced("ReduceSum", *axes)
    result = total.apply("Log") + offset
    if not e.attributes.get("keepdims", 1):
        result = result.apply("Squeeze", integers(e, *axes))
    result.gives(e.node.output[0])
    return True


def q_linear_conv(e: Expansion) -> bool:
    """
    With scales or zeros that are not constants: an exact convolution in doubles, then one rounding.

    ```
    y = quantize((conv(x - x_zero, w - w_zero) + bias) * x_scale * w_scale)
    ```
    """
    if all(e.settled(number) for number in (1, 2, 4, 5, 6, 7)):
        return False
    shape = e.shape(e.node.input[3])
    x_scale, w_scale = required(e, 1), required(e, 4)
    if shape is None or x_scale.kind != TensorProto.FLOAT:
        return False
    per_channel = [-1] + [1] * (len(shape) - 2)
    sums = _exact_convolution(e, (0, 2), (3, 5), len(shape))
    if (bias := operand(e, 8)) is not None:
        sums = sums + bias.cast(TensorProto.DOUBLE).reshaped(*per_channel)
    real = sums.cast(TensorProto.FLOAT) * (x_scale * w_scale.reshaped(*per_channel))
    y_scale, y_zero = required(e, 6), required(e, 7)
    quotient = real / y_scale
    limits = np.iinfo(helper.tensor_dtype_to_np_dtype(y_zero.kind))
    shifted = quotient.apply("Round") + y_zero.cast(TensorProto.FLOAT)
    inside = shifted.at_least(float(limits.min)).at_most(float(limits.max))
    inside.cast(y_zero.kind).gives(e.node.output[0])
    return True


def conv_integer(e: Expansion) -> bool:
    """With zeros that are not constants: `y = conv(x - x_zero, w - w_zero)`, in doubles."""
    shape = e.shape(e.node.input[1])
    if shape is None or (e.settled(2) and e.settled(3)):
        return False
    sums = _exact_convolution(e, (0, 2), (1, 3), len(shape))
    sums.cast(TensorProto.INT32).gives(e.node.output[0])
    return True


def _exact_convolution(
    e: Expansion, image: tuple[int, int], kernel: tuple[int, int], rank: int
) -> Term:
    """Of two operands, each with its zero: products of bytes, which doubles hold exactly."""
    parts: list[Term] = []
    for value, zero in (image, kernel):
        wide, offset = required(e, value).cast(TensorProto.DOUBLE), operand(e, zero)
        if offset is not None:
            sizes = [-1] + [1] * (rank - 1) if zero == kernel[1] else [1] * rank
            wide = wide - offset.cast(TensorProto.DOUBLE).reshaped(*sizes)
        parts.append(wide)
    return parts[0].apply("Conv", parts[1], **e.attributes)


def max_pool(e: Expansion) -> bool:
    """
    With different padding on both sides of a dynamic size, whose result torch-mlir gets wrong: the
    padding becomes an operator of its own.
    """
    x, attributes = required(e, 0), dict[str, Any](e.attributes)
    shape, pads = e.shape(x.name), attributes.pop("pads", None)
    if shape is None or pads is None or len(e.node.output) > 1 or e.static(x.name) is not None:
        return False
    rank = len(shape) - 2
    low, high = list(pads[:rank]), list(pads[rank:])
    steps = attributes.get("strides", [1])
    if low == high or (attributes.get("ceil_mode", 0) and max(steps) > 1):
        return False
    dtype = helper.tensor_dtype_to_np_dtype(x.kind)
    least = -np.inf if x.kind in _FLOATS else np.iinfo(dtype).min
    borders = integers(e, 0, 0, *low, 0, 0, *high)
    padded = x.apply("Pad", borders, constant(e, np.array(least), x.kind))
    padded.apply("MaxPool", **attributes).gives(e.node.output[0])
    return True


RULES: Mapping[str, Any] = {
    "CastLike": cast_like,
    "ConvInteger": conv_integer,
    "InstanceNormalization": instance_normalization,
    "MaxPool": max_pool,
    "PRelu": p_relu,
    "QLinearConv": q_linear_conv,
    "ReduceLogSumExp": reduce_log_sum_exp,
}
