"""ONNX operators that torch-mlir computes inexactly, in operators that it computes exactly."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from onnx import TensorProto, helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend import onnx_unsigned
from sdfg.lowering.frontend.onnx_expansion import Expansion

_FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)

_WIDER: Mapping[int, int] = {
    TensorProto.INT8: TensorProto.INT32,
    TensorProto.UINT8: TensorProto.INT32,
    TensorProto.UINT16: TensorProto.INT32,
    TensorProto.UINT32: TensorProto.INT64,
}


def widen_integers(e: Expansion) -> bool:
    """
    Division and order of narrow and unsigned integers, in wider signed ones.

    ```
    Div(x, y)  ->  Cast(Div(Cast(x), Cast(y)))
    ```

    Nothing is wider than 64 bits: `onnx_unsigned` has formulas for these.
    """
    kind = e.element(e.node.input[0])
    if kind == TensorProto.UINT64:
        return onnx_unsigned.RULES[e.node.op_type](e)
    return kind in _WIDER and _computed_in(e, _WIDER[kind])


def widen_sum(e: Expansion) -> bool:
    """Sums of 16-bit floats, in 32 bits: in 16 they stop to grow at 2048, or 256."""
    narrow = e.element(e.node.input[0]) in (TensorProto.FLOAT16, TensorProto.BFLOAT16)
    return narrow and _computed_in(e, TensorProto.FLOAT)


def _computed_in(e: Expansion, wide: int) -> bool:
    """Convert operands of the first operand's type to `wide`, and results back."""
    kind = e.element(e.node.input[0])
    operands = [
        e.compute("Cast", name, to=wide) if e.element(name) == kind else name
        for name in e.node.input
    ]
    results = [f"{name}.wide" if e.element(name) == kind else name for name in e.node.output]
    node = helper.make_node(e.node.op_type, operands, results, e.node.name)
    node.attribute.extend(e.node.attribute)
    e.nodes.append(node)
    for name, result in zip(e.node.output, results, strict=True):
        if name != result:
            e.compute("Cast", result, result=name, to=kind)
    return True


def remainder(e: Expansion) -> bool:
    """
    With the sign of the dividend: torch-mlir subtracts a rounded multiple.

    ```
    Mod<fmod = 1>(x, y)  ->  sign(x) * Mod(|x|, |y|)
    ```

    ONNX defines the `Mod` on the right for integers only; torch-mlir computes it exactly for all.
    """
    x, y = e.node.input
    if e.element(x) not in _FLOATS or not e.attributes.get("fmod", 0):
        return widen_integers(e)
    zero = e.constant("zero", np.array(0, helper.tensor_dtype_to_np_dtype(e.element(x))))
    size = e.compute("Mod", e.compute("Abs", x), e.compute("Abs", y), fmod=0)
    below = e.compute("Less", x, zero)
    e.compute("Where", below, e.compute("Neg", size), size, result=e.node.output[0])
    return True


def equal(e: Expansion) -> bool:
    """A value is equal to itself, unless it is NaN, which torch-mlir forgets."""
    x, y = e.node.input
    if x != y or e.element(x) not in _FLOATS:
        return False
    e.compute("Not", e.compute("IsNaN", x), result=e.node.output[0])
    return True


def sign(e: Expansion) -> bool:
    """The sign of NaN is NaN, as in ONNX's reference."""
    (x,) = e.node.input
    if e.element(x) not in _FLOATS:
        return widen_integers(e)
    e.compute("Where", e.compute("IsNaN", x), x, e.compute("Sign", x), result=e.node.output[0])
    return True


def gelu(e: Expansion) -> bool:
    """The approximation with a hyperbolic tangent; torch-mlir's has a constant of four digits."""
    (x,), kind = e.node.input, e.element(e.node.input[0])
    if e.attributes.get("approximate", b"none") != b"tanh" or kind not in _FLOATS:
        return False
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    factor = e.constant("factor", np.array(math.sqrt(2 / math.pi), dtype))
    cubic = e.constant("cubic", np.array(0.044715, dtype))
    half, one = e.constant("half", np.array(0.5, dtype)), e.constant("one", np.array(1, dtype))
    cube = e.compute("Mul", cubic, e.compute("Mul", e.compute("Mul", x, x), x))
    inner = e.compute("Mul", factor, e.compute("Add", x, cube))
    gate = e.compute("Add", one, e.compute("Tanh", inner))
    e.compute("Mul", e.compute("Mul", half, x), gate, result=e.node.output[0])
    return True


def pad(e: Expansion) -> bool:
    """Sizes below zero cut, which torch-mlir forgets where as much is added: slice, then pad."""
    sizes = e.known(e.node.input[1])
    if sizes is None or not (sizes < 0).any():
        return False
    if len(e.node.input) > 3:
        raise SDFGError(f"{e.node.name}: 'Pad' with axes and negative sizes")
    starts, ends = np.split(np.maximum(-sizes, 0), 2)
    last = np.where(ends == 0, np.iinfo(np.int64).max, -ends)
    x = e.compute("Slice", e.node.input[0], e.constant("starts", starts), e.constant("ends", last))
    added = e.constant("pads", np.maximum(sizes, 0))
    e.compute("Pad", x, added, *e.node.input[2:], result=e.node.output[0], **e.attributes)
    return True


_SUMS = (
    "AveragePool CumSum GlobalAveragePool GlobalLpPool LpPool ReduceL1 ReduceL2 ReduceLogSum "
    "ReduceMean ReduceProd ReduceSum ReduceSumSquare"
)

RULES: Mapping[str, Callable[[Expansion], bool]] = {
    **dict.fromkeys(_SUMS.split(), widen_sum),
    "Clip": widen_integers,
    "Div": widen_integers,
    "Equal": equal,
    "Gelu": gelu,
    "Mod": remainder,
    "Pad": pad,
    "Sign": sign,
    "TopK": widen_integers,
}
"""For the table of `onnx_expand`."""
