"""Random nodes that sum up, order, normalize and multiply matrices."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fuzz.builder import F32, I8, I32, U8, Array, Builder, Rejected
from fuzz.ops_shapes import axes_of, axis_of

_REDUCTIONS = (
    "ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum "
    "ReduceLogSumExp ReduceSumSquare ReduceSum ReduceMean"
).split()


def reduce(b: Builder) -> None:
    op = b.pick(_REDUCTIONS)
    x = b.value(b.dtype(op))
    rank = b.get(x).ndim
    axes = axes_of(b, rank)
    by_operand = b.since(op) >= 18 or (op == "ReduceSum" and b.since(op) >= 13)
    if b.since(op) < 11:
        axes = [axis % rank for axis in axes]
    options = b.maybe(keepdims=b.integer(0, 1))
    if not by_operand:
        b.add(op, [x], 1, **options, **({"axes": axes} if axes else {}))
        return
    options |= b.maybe(noop_with_empty_axes=1) if b.chance(20) else {}
    names = [x, b.parameter(axes)] if axes or b.chance(30) else [x]
    b.add(op, names, 1, **options)


def arg_extreme(b: Builder) -> None:
    op = b.pick(["ArgMax", "ArgMin"])
    x = b.value(b.dtype(op), rank=(1, 5), least=1)
    rank = b.get(x).ndim
    axis = axis_of(b, rank) if b.since(op) >= 11 else b.integer(0, rank - 1)
    options = b.maybe(keepdims=b.integer(0, 1), select_last_index=b.integer(0, 1))
    if b.since(op) < 12:
        options.pop("select_last_index", None)
    b.add(op, [x], **options, **({"axis": axis} if axis or b.chance(50) else {}))


def cumulative(b: Builder) -> None:
    op = "CumProd" if b.opset >= 26 and b.chance(25) else "CumSum"
    x = b.value(b.dtype(op), rank=(1, 4))
    axis = b.parameter(axis_of(b, b.get(x).ndim), b.pick([np.int64, np.int32]))
    b.add(op, [x, axis], **b.maybe(exclusive=b.integer(0, 1), reverse=b.integer(0, 1)))


def top_k(b: Builder) -> None:
    x = b.value(b.dtype("TopK"), rank=(1, 4), least=1)
    shape = b.get(x).shape
    axis = axis_of(b, len(shape)) if b.since("TopK") >= 11 else b.integer(0, len(shape) - 1)
    k = b.integer(1, shape[axis])
    options: dict[str, Any] = {"axis": axis}
    if b.since("TopK") < 10:
        b.add("TopK", [x], 2, k=k, **options)
        return
    if b.since("TopK") >= 11:
        options |= b.maybe(largest=b.integer(0, 1), sorted=1)
    b.add("TopK", [x, b.parameter([k])], 2, **options)


def softmax(b: Builder) -> None:
    op = b.pick(["Softmax", "LogSoftmax", "Hardmax", "Softmax"])
    x = b.value(b.dtype(op), rank=(1, 5), least=1)
    rank = b.get(x).ndim
    if b.since(op) < 13:  # over all that follows: the reference knows the last axis only
        b.add(op, [x], axis=rank - 1)
    else:
        b.add(op, [x], **b.maybe(axis=axis_of(b, rank)))


def batch_normalization(b: Builder) -> None:
    kind = b.dtype("BatchNormalization", among=[F32, *b.dtypes("BatchNormalization")])
    x = b.value(kind, rank=(2, 5), least=1)
    channels = b.get(x).shape[1:2]
    names = [x, *(_parameters(b, x, channels) for _ in range(3))]
    variance: Array = b.random.uniform(0.25, 2, channels)
    names.append(b.new(variance.astype(b.get(x).dtype), constant=80))
    b.add("BatchNormalization", names, **b.maybe(epsilon=b.pick([1e-3, 1e-5, 0.5])))


def _parameters(b: Builder, x: str, shape: tuple[int, ...]) -> str:
    return b.value(b.get(x).dtype, shape, constant=80)


def normalization(b: Builder) -> None:
    ops = ["InstanceNormalization", "LayerNormalization", "GroupNormalization"]
    op = b.pick([*ops, "RMSNormalization", "LpNormalization", "LRN", "MeanVarianceNormalization"])
    low = 3 if op in ("InstanceNormalization", "GroupNormalization", "LRN") else 1
    if op == "MeanVarianceNormalization":
        low = 4
    x = b.value(b.dtype(op), rank=(low, max(4, low)), least=1)
    shape = b.get(x).shape
    epsilon = b.maybe(epsilon=b.pick([1e-3, 1e-5, 0.5]))
    match op:
        case "InstanceNormalization":
            b.add(op, [x, *(_parameters(b, x, shape[1:2]) for _ in range(2))], **epsilon)
        case "GroupNormalization":
            groups = b.pick([g for g in range(1, shape[1] + 1) if shape[1] % g == 0])
            count = shape[1] if b.since(op) >= 21 else groups
            names = [x, *(_parameters(b, x, (count,)) for _ in range(2))]
            b.add(op, names, num_groups=groups, **epsilon)
        case "LayerNormalization" | "RMSNormalization":
            axis = axis_of(b, len(shape))
            names = [x, _parameters(b, x, shape[axis:])]
            if op == "LayerNormalization" and b.chance(50):
                names.append(_parameters(b, x, shape[axis:]))
            b.add(op, names, axis=axis, **epsilon)
        case "LpNormalization":
            b.add(op, [x], **b.maybe(axis=axis_of(b, len(shape)), p=b.integer(1, 2)))
        case "LRN":
            options = b.maybe(alpha=b.real(0, 0.5), beta=b.real(0.25, 1), bias=b.real(1, 2))
            b.add(op, [x], size=b.integer(1, 5), **options)
        case _:
            b.add(op, [x], **b.maybe(axes=axes_of(b, len(shape), least=1)))


def mat_mul(b: Builder) -> None:
    x = b.value(b.dtype("MatMul"), rank=(1, 4), least=b.pick([1, 1, 1, 0]))
    shape: tuple[int, ...] = b.get(x).shape
    kind = b.get(x).dtype
    if b.chance(15):
        other: tuple[int, ...] = shape[-1:]
    else:
        batch = b.broadcastable(shape[:-2]) if len(shape) > 2 else b.shape(0, 1, 1)
        other = (*batch, *shape[-1:], b.size(0, 33))
    b.add("MatMul", [x, b.value(kind, other)])


def gemm(b: Builder) -> None:
    rows, inner, columns = (b.size(b.pick([1, 1, 1, 0]), 33) for _ in range(3))
    kind = b.dtype("Gemm")
    left, right = b.integer(0, 1), b.integer(0, 1)
    names = [
        b.value(kind, (inner, rows) if left else (rows, inner)),
        b.value(kind, (columns, inner) if right else (inner, columns), constant=70),
    ]
    if b.since("Gemm") < 11 or b.chance(60):
        names.append(b.value(kind, b.broadcastable((rows, columns)), constant=70))
    scales = b.maybe(alpha=b.real(-1, 2), beta=b.real(-1, 2))
    if kind.kind in "iu":
        scales = {}
    b.add(
        "Gemm",
        names,
        **({"transA": 1} if left else {}),
        **({"transB": 1} if right else {}),
        **scales,
    )


_EQUATIONS = (
    "ij,jk->ik",
    "bij,bjk->bik",
    "bhid,bhjd->bhij",
    "ij->ji",
    "ij->j",
    "ii->i",
    "ij->",
    "i,j->ij",
    "ij,ij->i",
    "...ij,...jk->...ik",
    "bi,bj,ij->b",
    "ij,jk",
    "bij->bji",
    "...i->...",
    "i,i",
)


def einsum(b: Builder) -> None:
    equation = b.pick(_EQUATIONS)
    kind = b.dtype("Einsum")
    letters = {letter: b.size(1, 5) for letter in "bdhijk"}
    dots = b.shape(0, 2, 1)
    names: list[str] = []
    for term in equation.split("->")[0].split(","):
        shape = tuple(letters[letter] for letter in term.replace("...", ""))
        names.append(b.value(kind, (*dots, *shape) if "..." in term else shape))
    b.add("Einsum", names, equation=equation)


def quantized_product(b: Builder) -> None:
    left, right = b.pick([U8, I8]), b.pick([U8, I8])
    rows, inner, columns = b.size(1, 8), b.size(1, 33), b.size(1, 8)
    batch = b.shape(0, 1, 1)
    names = [b.value(left, (*batch, rows, inner)), b.value(right, (inner, columns), constant=70)]
    zeros = [b.new(b.content(kind, ()), constant=80) for kind in (left, right)]
    if b.chance(50):
        b.add("MatMulInteger", [*names, *(zeros[: b.integer(0, 2)])])
        return
    scales = [b.new(np.array(b.real(0.0625, 1), np.float32), constant=80) for _ in range(3)]
    last = b.new(b.content(left, ()), constant=80)
    a, c = names
    b.add("QLinearMatMul", [a, scales[0], zeros[0], c, scales[1], zeros[1], scales[2], last])


def quantization(b: Builder) -> None:
    if b.chance(20):
        b.add("DynamicQuantizeLinear", [b.value(F32, least=1)], 3)
        return
    op, kind = b.pick(["QuantizeLinear", "DequantizeLinear"]), b.pick([U8, I8])
    source = b.dtype("QuantizeLinear", 1 if b.since("QuantizeLinear") >= 19 else 0)
    if op == "DequantizeLinear":
        kind = b.pick([U8, I8, I32])
    x = b.value(kind if op == "DequantizeLinear" else source, rank=(1, 4), least=1)
    shape = b.get(x).shape
    options: dict[str, Any] = {}
    size: tuple[int, ...] = ()
    if b.since(op) >= 13 and b.chance(50):
        axis = axis_of(b, len(shape))
        options, size = {"axis": axis}, (shape[axis],)
    scales = b.random.uniform(0.1, 1, size).astype(F32 if b.since(op) < 19 else source)
    names = [x, b.new(scales, constant=80)]
    if op == "QuantizeLinear" and np.isnan(b.get(x).astype(np.float64)).any():
        raise Rejected
    if kind != I32 and b.chance(70):
        names.append(b.new(b.content(kind, size), constant=80))
    elif op == "QuantizeLinear":
        names = names[:2]
    b.add(op, names, **options)


def determinant(b: Builder) -> None:
    size = b.size(1, 4)
    b.add("Det", [b.value(b.dtype("Det"), (*b.shape(0, 1, 1), size, size))])


MAKERS: tuple[tuple[int, Callable[[Builder], None]], ...] = (
    (8, reduce),
    (3, arg_extreme),
    (2, cumulative),
    (2, top_k),
    (4, softmax),
    (2, batch_normalization),
    (4, normalization),
    (7, mat_mul),
    (4, gemm),
    (2, einsum),
    (1, quantized_product),
    (2, quantization),
    (1, determinant),
)
