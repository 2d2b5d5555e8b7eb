"""Random nodes that compute element by element."""

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import helper

from fuzz.builder import BOOL, Builder, Rejected, is_storable
from fuzz.evaluation import Array, is_float

_UNARY = (
    "Abs Neg Exp Log Sqrt Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Erf Floor "
    "Ceil Round Reciprocal Sigmoid Softplus Softsign Relu Identity Sign IsNaN Not BitwiseNot "
    "HardSwish Mish Abs Neg Relu Sigmoid Tanh"
).split()
_BINARY = "Add Sub Mul Add Sub Mul Equal Less Greater LessOrEqual GreaterOrEqual".split()
_LOGICAL = "And Or Xor".split()
_BITWISE = "BitwiseAnd BitwiseOr BitwiseXor".split()


def unary(b: Builder) -> None:
    op = b.pick(_UNARY)
    b.add(op, [b.value(b.dtype(op))])


def is_inf(b: Builder) -> None:
    found = b.maybe(detect_negative=b.integer(0, 1), detect_positive=b.integer(0, 1))
    b.add("IsInf", [b.value(b.dtype("IsInf"))], **found)


def activation(b: Builder) -> None:
    op = b.pick(
        "LeakyRelu Elu Selu Celu ThresholdedRelu HardSigmoid Gelu Swish Shrink PRelu".split()
    )
    x = b.value(b.dtype(op))
    alpha = b.real(-1, 2)
    match op:
        case "Selu":
            b.add(op, [x], **b.maybe(alpha=alpha, gamma=b.real(0.25, 2)))
        case "HardSigmoid":
            b.add(op, [x], **b.maybe(alpha=b.real(0, 1), beta=b.real(-1, 1)))
        case "Gelu":
            b.add(op, [x], **b.maybe(approximate=b.pick(["none", "tanh"])))
        case "Shrink":
            b.add(op, [x], **b.maybe(lambd=b.real(0, 2), bias=b.real(-1, 1)))
        case "Celu":
            b.add(op, [x], **b.maybe(alpha=b.real(0.125, 2)))
        case "PRelu":
            kind, shape = b.get(x).dtype, b.broadcastable(b.get(x).shape)
            b.add(op, [x, b.value(kind, shape)])
        case _:
            b.add(op, [x], **b.maybe(alpha=alpha))


def binary(b: Builder) -> None:
    op = b.pick([*_BINARY, *_BINARY, *_LOGICAL, *_BITWISE])
    x = b.value(b.dtype(op))
    pair = [x, b.operand(x)]
    b.add(op, pair[::-1] if b.chance(30) else pair)


def _divisors(array: Array) -> bool:
    """No division by zero, and no quotient that overflows."""
    if is_float(array.dtype):
        return True
    return bool((array != 0).all()) and (array.dtype.kind == "u" or bool((array != -1).all()))


def division(b: Builder) -> None:
    x = b.value(b.dtype("Div"))
    b.add("Div", [x, b.operand(x, where=_divisors)])


def modulo(b: Builder) -> None:
    x = b.value(b.dtype("Mod"))
    floating = is_float(b.get(x).dtype)
    fmod = {"fmod": 1} if floating or b.chance(40) else {}
    b.add("Mod", [x, b.operand(x, where=_divisors)], **fmod)


def power(b: Builder) -> None:
    x = b.value(b.dtype("Pow"))
    other = b.dtype("Pow", 1) if b.since("Pow") > 7 else b.get(x).dtype
    whole = not is_float(b.get(x).dtype)

    def small(array: Array) -> bool:
        if is_float(array.dtype):
            return not whole
        return bool((np.abs(array.astype(np.float64)) < 4).all()) and not (
            whole and bool((array.astype(np.float64) < 0).any())
        )

    if b.chance(50):
        exponent = b.parameter(b.pick([2, 3, 1, 0]), other)
    else:
        exponent = b.operand(x, other, where=small)
    b.add("Pow", [x, exponent])


def shift(b: Builder) -> None:
    x = b.value(b.dtype("BitShift"))
    bits = b.get(x).dtype.itemsize * 8

    def narrow(array: Array) -> bool:
        return bool((array < bits).all())

    y = b.operand(x, where=narrow)
    b.add("BitShift", [x, y], direction=b.pick(["LEFT", "RIGHT"]))


def variadic(b: Builder) -> None:
    op = b.pick(["Max", "Min", "Sum", "Mean"])
    x = b.value(b.dtype(op))
    names = [x, *(b.operand(x) for _ in range(b.integer(0, 3)))]
    b.add(op, names)


def where(b: Builder) -> None:
    x = b.value(b.dtype("Where", 1))
    b.add("Where", [b.operand(x, BOOL), x, b.operand(x)])


def clip(b: Builder) -> None:
    kind = b.dtype("Clip")
    x = b.value(kind)
    low, high = sorted((b.integer(0, 8), b.integer(0, 8)))
    shift = 0 if kind.kind == "u" else 4
    if b.since("Clip") < 11:
        b.add("Clip", [x], **b.maybe(min=float(low - shift), max=float(high - shift)))
        return
    bounds = [
        b.new(np.array(limit - shift, kind), constant=70) if b.chance(75) else ""
        for limit in (low, high)
    ]
    while bounds and not bounds[-1]:
        bounds.pop()
    b.add("Clip", [x, *bounds])


def castable(source: Array, target: "np.dtype[Any]") -> bool:
    """Whether the standard says what the cast gives."""
    if source.dtype == BOOL or target == BOOL:
        return True
    wide = source.astype(np.float64)
    if is_float(source.dtype) and not is_float(target):
        limits = np.iinfo(target)
        top = min(float(limits.max), 2.0**62)
        return bool((np.isfinite(wide) & (wide >= float(limits.min)) & (wide < top)).all())
    return True


def cast(b: Builder) -> None:
    x = b.value(b.dtype("Cast"))
    targets = [t for t in b.dtypes("Cast") if is_storable(np.zeros(0, t))]
    target = b.pick(targets)
    if not castable(b.get(x), target):
        raise Rejected
    if b.chance(20):
        b.add("CastLike", [x, b.value(target)])
        return
    b.add("Cast", [x], to=helper.np_dtype_to_tensor_dtype(target))


MAKERS: tuple[tuple[int, Callable[[Builder], None]], ...] = (
    (10, unary),
    (1, is_inf),
    (4, activation),
    (10, binary),
    (3, division),
    (2, modulo),
    (2, power),
    (1, shift),
    (4, variadic),
    (3, where),
    (3, clip),
    (5, cast),
)
