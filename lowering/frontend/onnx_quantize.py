"""
Quantization: numbers as multiples of a scale, for one tensor, along an axis, or in blocks.

```
quantize(x)   = saturate(round(x / scale) + zero)
dequantize(q) = (q - zero) * scale
```
"""

from collections.abc import Callable, Mapping
from functools import partial

from onnx import TensorProto

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_codes import clipped, decoded, encoded
from sdfg.lowering.frontend.onnx_elements import FORMATS, STORAGE, IntegerFormat
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, integers, sequence

_FLOAT, _INT32 = TensorProto.FLOAT, TensorProto.INT32
_FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
_INTEGERS: Mapping[int, IntegerFormat] = {
    TensorProto.INT8: IntegerFormat(8, True),
    TensorProto.UINT8: IntegerFormat(8, False),
    TensorProto.INT16: IntegerFormat(16, True),
    TensorProto.UINT16: IntegerFormat(16, False),
}
_NATIVE = (TensorProto.INT8, TensorProto.UINT8)
"""Integers that torch-mlir knows how to quantize to."""


def number(e: Expansion, name: str) -> Term:
    """A value with arithmetic: codes become what they mean."""
    kind = e.element(name)
    if kind in FORMATS:
        return decoded(Term(e, name, STORAGE), kind, name)
    return Term(e, name, kind)


def quantize_linear(e: Expansion) -> bool:
    """The operator, for all types that torch-mlir does not quantize to, and in blocks."""
    x, scale, zero = _operands(e)
    given: int = e.attributes.get("output_dtype", 0)
    kind = e.element(zero) if zero else given or TensorProto.UINT8
    if _is_native(e, kind, x, scale):
        return False
    stated: int = e.attributes.get("precision", 0) or e.element(scale)
    precision = stated if stated in _FLOATS else _FLOAT
    parameters, spread = (scale, zero), partial(_spread, e, x=x)
    codes = _quantized(e, number(e, x), parameters, kind, spread, precision)
    codes.gives(e.node.output[0])
    return True


def dequantize_linear(e: Expansion) -> bool:
    """The operator, for all types that torch-mlir does not know, and in blocks."""
    x, scale, zero = _operands(e)
    result = e.attributes.get("output_dtype", 0) or e.element(scale)
    kind = e.element(x)
    if kind == _INT32 or _is_native(e, kind, e.node.output[0], scale):
        return False
    spread = partial(_spread, e, x=x)
    value = _centred(e, x, zero, spread).cast(_FLOAT) * spread(scale).cast(_FLOAT)
    value.cast(result if result not in FORMATS else _FLOAT).gives(e.node.output[0])
    return True


def q_linear_mat_mul(e: Expansion) -> bool:
    """
    A product of numbers, rounded once; of integers an exact one. torch-mlir's is wrong for batches.

    ```
    y = quantize(((a - a_zero) @ (b - b_zero)) * a_scale * b_scale)
    ```
    """
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = e.node.input
    rows, columns = partial(_along, e, behind=1), partial(_along, e, behind=0)
    left, right = _centred(e, a, a_zero, rows), _centred(e, b, b_zero, columns)
    if left.kind != right.kind:
        left, right = left.cast(_FLOAT), right.cast(_FLOAT)
    product = left.apply("MatMul", right).cast(_FLOAT)
    real = product * rows(a_scale).cast(_FLOAT) * columns(b_scale).cast(_FLOAT)
    kind = e.element(y_zero)
    _quantized(e, real, (y_scale, y_zero), kind, rows, _FLOAT).gives(e.node.output[0])
    return True


Spread = Callable[[str], Term]
"""A scale or a zero point, by name, in a shape that goes with what it belongs to."""


def _operands(e: Expansion) -> tuple[str, str, str]:
    """The names of the numbers, the scale and the zero point, the last one empty if missing."""
    first, second, *rest = e.node.input
    return first, second, rest[0] if rest else ""


def _is_native(e: Expansion, kind: int, real: str, scale: str) -> bool:
    """Whether torch-mlir computes it: 8-bit integers of 32-bit floats, not in blocks."""
    plain = kind in _NATIVE and not e.attributes.get("block_size", 0)
    return plain and e.element(scale) == _FLOAT and e.element(real) == _FLOAT


def _quantized(
    e: Expansion,
    x: Term,
    parameters: tuple[str, str],
    kind: int,
    spread: Spread,
    precision: int,
) -> Term:
    """`precision` is the type of the quotient."""
    scale, zero = parameters
    quotient = x.cast(precision) / spread(scale).cast(precision)
    like, form = e.node.output[0], FORMATS.get(kind) or _INTEGERS[kind]
    if not isinstance(form, IntegerFormat):
        # A zero point must be 0, and has no part in floats of 8 bits.
        if zero and form.bits < 8:
            quotient = quotient.cast(_FLOAT) + spread(zero)
        saturate = bool(e.attributes.get("saturate", 1))
        return encoded(quotient, kind, like, saturate=saturate)
    rounded = quotient.apply("Round").cast(_FLOAT)
    if zero:
        rounded = rounded + spread(zero).cast(_FLOAT)
    whole = clipped(rounded, form.lowest, form.highest).cast(_INT32)
    return whole.cast(STORAGE if kind in FORMATS else kind)


def _centred(e: Expansion, x: str, zero: str, spread: Spread) -> Term:
    """Less the zero point, which must be 0 for floats."""
    value = number(e, x)
    if value.kind == _FLOAT:
        return value
    value = value.cast(_INT32)
    return value - spread(zero).cast(_INT32) if zero else value


def _along(e: Expansion, name: str, behind: int) -> Term:
    """
    A scale of a factor of a product: of all of it, or of each row or column, which have `behind`
    dimensions behind them.
    """
    value, shape = number(e, name), _known_shape(e, name)
    if all(size == 1 for size in shape):
        return value.reshaped()
    return value.reshaped(-1, *[1] * behind) if len(shape) == 1 else value


def _spread(e: Expansion, name: str, x: str) -> Term:
    """A scale in a shape that goes with `x`."""
    value, shape, whole = number(e, name), _known_shape(e, name), _known_shape(e, x)
    if all(size == 1 for size in shape):
        return value.reshaped() if shape else value
    axis: int = e.attributes.get("axis", 1)
    if not -len(whole) <= axis < len(whole):
        raise SDFGError(f"{e.node.name}: axis {axis} of {len(whole)} dimensions")
    axis %= len(whole)
    block: int = e.attributes.get("block_size", 0)
    if not block:
        return value.reshaped(*[1] * axis, -1, *[1] * (len(whole) - axis - 1))
    if all(shape) and whole[axis] == shape[axis] * block:
        return _repeated(value, shape, axis, block)
    count = whole[axis]
    if count:
        return value.taken(integers(e, *(k // block for k in range(count))), axis)
    sizes = Term(e, x, e.element(x)).apply("Shape", kind=TensorProto.INT64)
    return value.taken(sequence(sizes.taken(axis)) / block, axis)


def _repeated(value: Term, shape: list[int], axis: int, block: int) -> Term:
    """Each element `block` times along an axis."""
    before, after = shape[: axis + 1], shape[axis + 1 :]
    sizes = integers(value.expansion, *before, block, *after)
    split = value.reshaped(*before, 1, *after).apply("Expand", sizes)
    return split.reshaped(*before[:-1], before[-1] * block, *after)


def _known_shape(e: Expansion, name: str) -> list[int]:
    shape = e.shape(name)
    if shape is None:
        raise SDFGError(f"{e.node.name}: '{e.node.op_type}' of '{name}', whose rank is not known")
    return shape


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "DequantizeLinear": dequantize_linear,
    "QLinearMatMul": q_linear_mat_mul,
    "QuantizeLinear": quantize_linear,
}
"""For the table of `onnx_expand`."""
