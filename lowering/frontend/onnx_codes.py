"""
Numbers from codes and codes from numbers, as formulas over an ONNX graph.

Floats are taken apart as integers: `bits_as` is an operator of a domain of its own, since ONNX has
one only from operator set 26 on.
"""

import math

from onnx import ModelProto, TensorProto, ValueInfoProto, helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_elements import (
    FORMATS,
    STORAGE,
    FloatFormat,
    Format,
    IntegerFormat,
    PowerFormat,
    Special,
)
from sdfg.lowering.frontend.onnx_load import nodes
from sdfg.lowering.frontend.onnx_terms import Term

DOMAIN = "sdfg"
"""Of operators that ONNX lacks."""

_FLOAT, _INT32 = TensorProto.FLOAT, TensorProto.INT32
_BITS, _BIAS = 23, 127
"""Of the mantissa of a 32-bit float, and what is added to its exponent."""
_ROUNDINGS = ("up", "down", "nearest")


def import_domain(model: ModelProto) -> None:
    """Let the model name the domain of operators that ONNX lacks, if it has some."""
    used = any(node.domain == DOMAIN for node in nodes(model.graph))
    if used and all(item.domain != DOMAIN for item in model.opset_import):
        model.opset_import.append(helper.make_opsetid(DOMAIN, 1))


def bits_as(x: Term, kind: int, like: str) -> Term:
    """The bits of `x` as elements of another type of the same width; `like` has its shape."""
    result = x.apply("BitCast", kind=kind, domain=DOMAIN, to=kind)
    # Shape inference does not know the operator.
    value = ValueInfoProto(name=result.name)
    shape = x.expansion.types[like].shape if like in x.expansion.types else None
    if shape is not None:
        value.type.tensor_type.shape.CopyFrom(shape)
    value.type.tensor_type.elem_type = kind
    x.expansion.graph.value_info.append(value)
    return result


def decoded(code: Term, kind: int, like: str) -> Term:
    """
    What the codes of element type `kind` mean: 32-bit floats, or 32-bit integers of integers.

    `like` names a value of the same shape.
    """
    form = FORMATS[kind]
    wide = code.cast(_INT32)
    match form:
        case IntegerFormat():
            return _wrapped(wide, form)
        case PowerFormat():
            return _decoded_power(wide, like)
        case FloatFormat():
            return _decoded_float(wide, form, like)


def encoded(x: Term, kind: int, like: str, *, saturate: bool = True, rounding: str = "up") -> Term:
    """
    The codes of element type `kind` for numbers.

    Floats are rounded to the nearest, ties to even. With `saturate`, what is too large becomes the
    largest finite number, infinity or NaN otherwise. Integers keep their low bits. `rounding` is
    for powers of two. Raises `SDFGError` for a rounding that ONNX does not define.
    """
    form: Format = FORMATS[kind]
    match form:
        case IntegerFormat():
            return _wrapped(x.cast(_INT32), form).cast(STORAGE)
        case PowerFormat():
            if rounding not in _ROUNDINGS:
                raise SDFGError(f"{x.expansion.node.name}: '{rounding}' is no way to round")
            return _encoded_power(_as_float(x, like), like, rounding, saturate).cast(STORAGE)
        case FloatFormat():
            return _encoded_float(_as_float(x, like), form, like, saturate).cast(STORAGE)


def clipped(x: Term, lowest: float, highest: float) -> Term:
    """Within both limits."""
    return x.at_least(lowest).at_most(highest)


def _wrapped(x: Term, form: IntegerFormat) -> Term:
    """
    The low bits of a 32-bit integer, as the format reads them.

    ```
    with a sign: ((x + 8) & 15) - 8
    ```
    """
    mask, half = (1 << form.bits) - 1, -form.lowest
    if not form.signed:
        return x.apply("BitwiseAnd", mask)
    return (x + half).apply("BitwiseAnd", mask) - half


def _decoded_float(code: Term, form: FloatFormat, like: str) -> Term:
    """
    The exponent and the mantissa are moved to where a 32-bit float has them.

    Numbers without a leading 1 are multiples of the smallest one: an integer as a float.
    """
    shift = _BITS - form.mantissa_bits
    if form.bits < 8:
        code = code.apply("BitwiseAnd", 2 * form.sign - 1)
        negative = code >= form.sign
        size = negative.choose(code - form.sign, code)
    else:
        negative = code < 0
        size = negative.choose(code + form.sign, code)
    bits = size * (1 << shift) + ((_BIAS - form.bias) << _BITS)
    small = size.cast(_FLOAT) * 2.0 ** (1 - form.bias - form.mantissa_bits)
    value = (size < (1 << form.mantissa_bits)).choose(small, bits_as(bits, _FLOAT, like))
    if form.special in (Special.INFINITY, Special.NAN):
        value = (size > form.largest).choose(math.nan, value)
    if form.special is Special.INFINITY:
        value = size.equals(form.overflow).choose(math.inf, value)
    value = negative.choose(value.apply("Neg"), value)
    if form.special is Special.UNSIGNED:
        value = code.equals(-form.sign).choose(math.nan, value)
    return value


def _decoded_power(code: Term, like: str) -> Term:
    code = (code < 0).choose(code + 256, code)
    value = bits_as(code * (1 << _BITS), _FLOAT, like)
    value = code.equals(0).choose(2.0**-_BIAS, value)
    return code.equals(255).choose(math.nan, value)


def _as_float(x: Term, like: str) -> Term:
    """
    A 32-bit float that rounds to the same code as `x`.

    Numbers of 64 bits are rounded to odd: where something is lost, the last bit of what is left is
    set. Then what was just beside the middle of two codes stays beside it (Boldo and Melquiond,
    IEEE Transactions on Computers 57(4), 2008).
    """
    if x.kind != TensorProto.DOUBLE:
        return x.cast(_FLOAT)
    size = x.apply("Abs")
    near = size.cast(_FLOAT)
    bits, back = bits_as(near, _INT32, like), near.cast(TensorProto.DOUBLE)
    even = bits.apply("BitwiseAnd", 1).equals(0)
    up, down = even & (back < size), even & (back > size)
    odd = up.choose(bits + 1, down.choose(bits - 1, bits))
    value = bits_as(odd, _FLOAT, like)
    # -0 is not below 0; its code is that of the rounded number's sign.
    negative = bits_as(x.cast(_FLOAT), _INT32, like) < 0
    return negative.choose(value.apply("Neg"), value)


def _encoded_float(x: Term, form: FloatFormat, like: str, saturate: bool) -> Term:
    """
    Rounded in the bits of a 32-bit float; numbers without a leading 1 as multiples of the smallest.

    Half of what is cut off is added, less one where the last bit that stays is 0: ties to even.
    """
    shift = _BITS - form.mantissa_bits
    size = x.apply("Abs")
    bits = bits_as(size, _INT32, like)
    last = _high(bits, shift).apply("BitwiseAnd", 1)
    normal = _high(bits + last + ((1 << (shift - 1)) - 1), shift)
    normal = normal - ((_BIAS - form.bias) << form.mantissa_bits)
    small = (size * 2.0 ** (form.bias + form.mantissa_bits - 1)).apply("Round").cast(_INT32)
    code = (size < 2.0 ** (1 - form.bias)).choose(small, normal)
    high = form.largest if saturate else form.overflow
    negative = bits_as(x, _INT32, like) < 0
    if form.special is Special.UNSIGNED:
        return _with_one_nan(x, code, negative, form, saturate)
    code = (code > form.largest).choose(high, code)
    if form.special is not Special.NONE:
        code = x.apply("IsNaN", kind=TensorProto.BOOL).choose(form.nan, code)
    code = negative.choose(code + _sign(form), code)
    if form.special is Special.NONE:
        code = x.apply("IsNaN", kind=TensorProto.BOOL).choose(form.nan, code)
    return code


def _with_one_nan(x: Term, code: Term, negative: Term, form: FloatFormat, saturate: bool) -> Term:
    """Signs where the code of -0 is NaN: zeros have none."""
    nan = x.apply("IsNaN", kind=TensorProto.BOOL)
    too_large = code > form.largest
    code = too_large.choose(form.largest, code)
    code = (negative & (code > 0)).choose(code + _sign(form), code)
    return (nan if saturate else nan | too_large).choose(_sign(form), code)


def _sign(form: FloatFormat) -> int:
    """What a sign adds to a code, as it is stored."""
    return form.sign if form.bits < 8 else -form.sign


def _encoded_power(x: Term, like: str, rounding: str, saturate: bool) -> Term:
    """
    The exponent, one more where what is behind it is to be rounded up.

    Below the smallest normal 32-bit float lies one power of two, which has the code 0.
    """
    bits = bits_as(x.apply("Abs"), _INT32, like)
    exponent = _high(bits, _BITS)
    rest = bits - exponent * (1 << _BITS)
    if rounding != "down":
        above = 0 if rounding == "up" else (1 << (_BITS - 1)) - 1
        above_small = (1 << (_BITS - 1)) + (0 if rounding == "up" else (1 << (_BITS - 2)) - 1)
        limit = exponent.equals(0).choose(exponent.number(above_small), exponent.number(above))
        exponent = (rest > limit).choose(exponent + 1, exponent)
    if saturate:
        exponent = exponent.at_most(254)
    else:
        exponent = (bits < (1 << (_BITS - 1))).choose(255, exponent.at_most(255))
    nan = x.apply("IsNaN", kind=TensorProto.BOOL)
    code = nan.choose(255, exponent)
    return (code > 127).choose(code - 256, code)


def _high(bits: Term, shift: int) -> Term:
    """The bits of a number that is not negative from `shift` on."""
    return bits / (1 << shift)
