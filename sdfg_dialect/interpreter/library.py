"""
Library nodes, each by a NumPy definition that shares nothing with its expansions.

Sums of 32-bit floats and narrower are taken in f64 and rounded once.
"""

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from xdsl.dialects.builtin import DenseArrayBase
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from sdfg.dialect.interpreter.elements import is_float, rounded, widened
from sdfg.dialect.interpreter.integers import narrowed, signed
from sdfg.dialect.interpreter.lanes import Array
from sdfg.dialect.interpreter.machine import Machine, stop
from sdfg.dialect.interpreter.memory import Container
from sdfg.dialect.interpreter.resolutions import resolution
from sdfg.dialect.ops.contractions import ConvOp, MatmulOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.reductions import PoolOp, ReduceOp, ScanOp, SoftmaxOp
from sdfg.dialect.ops.reordering import GatherOp, ScatterOp, SortOp


def ints(values: DenseArrayBase) -> tuple[int, ...]:
    numbers: Any = cast(Any, values).get_values()
    return tuple(int(v) for v in numbers)


def wide(values: Array) -> Array:
    """Floats as f64; integers as they are."""
    return values.astype(np.float64) if is_float(values.dtype) else signed(values)


def back(values: Array, dtype: np.dtype[Any]) -> Array:
    return rounded(values, dtype) if is_float(dtype) else narrowed(values, dtype)


def converted(values: Array, dtype: np.dtype[Any]) -> Array:
    """Elements in the type of a result: integers by sign extension."""
    return back(values if is_float(values.dtype) else signed(values), dtype)


def reduced(kind: str, values: Array, axes: tuple[int, ...]) -> Array:
    """`values` combined along `axes`; the neutral element where there are none."""
    dtype = values.dtype
    if kind in ("sum", "product") and is_float(dtype):
        function = np.sum if kind == "sum" else np.prod
        return back(np.asarray(function(wide(values), axis=axes)), dtype)
    if 0 in (values.shape[a] for a in axes):
        shape = tuple(n for d, n in enumerate(values.shape) if d not in axes)
        return np.full(shape, resolution(kind, dtype).neutral).astype(dtype)
    return resolution(kind, dtype).reduce(values, axes)


def windows(
    x: Array,
    result: tuple[int, ...],
    window: tuple[int, ...],
    strides: tuple[int, ...],
    dilations: tuple[int, ...],
) -> Array:
    """
    The window of each result of a convolution: shape `(n, c, *result, *window)`, a view of `x`.

    Raises `ValueError` if a window leaves the image.
    """
    sizes = x.shape[2:]
    for size, o, k, s, d in zip(sizes, result, window, strides, dilations, strict=True):
        if o and k and (o - 1) * s + (k - 1) * d >= size:
            raise ValueError(f"a window of {(k - 1) * d + 1} at {(o - 1) * s} leaves size {size}")
    steps = x.strides[2:]
    return np.lib.stride_tricks.as_strided(
        x,
        (*x.shape[:2], *result, *window),
        (
            *x.strides[:2],
            *(t * s for t, s in zip(steps, strides, strict=True)),
            *(t * d for t, d in zip(steps, dilations, strict=True)),
        ),
        writeable=False,
    )


@register_impls
@dataclass
class LibraryFunctions(InterpreterFunctions):
    """The library nodes."""

    machine: Machine

    def read(self, op: LibraryOp, container: Container) -> Array:
        access = container.whole()
        shape = access.extents + container.block.data.shape[1:]
        return np.broadcast_to(self.machine.read(op, access), shape)

    def write(self, op: LibraryOp, container: Container, value: Array, kind: str = "") -> None:
        """Overwrite a result, or combine `value` with it."""
        access = container.whole()
        if value.shape != access.extents:
            stop(op, f"gives shape {list(value.shape)} to a container of {list(access.extents)}")
        self.machine.write(op, access, kind or None, value)

    @impl(MatmulOp)
    def run_matmul(
        self, interpreter: Interpreter, op: MatmulOp, args: PythonValues
    ) -> PythonValues:
        dtype = args[2].block.data.dtype
        a, b = (converted(self.read(op, x), dtype) for x in args[:2])
        total = back(np.matmul(wide(a), wide(b)), dtype)
        self.write(op, args[2], total, "sum" if op.accumulate is not None else "")
        return ()

    @impl(ConvOp)
    def run_conv(self, interpreter: Interpreter, op: ConvOp, args: PythonValues) -> PythonValues:
        x, w = (self.read(op, a) for a in args[:2])
        target: Container = args[2]
        dtype, shape = target.block.data.dtype, target.whole().extents
        try:
            views = windows(x, shape[2:], w.shape[2:], ints(op.strides), ints(op.dilations))
        except ValueError as error:
            stop(op, str(error))
        groups, spatial = op.groups.value.data, x.ndim - 2
        channels, filters = w.shape[1], w.shape[0] // groups
        parts: list[Array] = []
        window = list(range(2 + spatial, 2 + 2 * spatial))
        for g in range(groups):
            part = wide(converted(views[:, g * channels : (g + 1) * channels], dtype))
            kernel = wide(converted(w[g * filters : (g + 1) * filters], dtype))
            product = np.tensordot(part, kernel, ([1, *window], [1, *range(2, 2 + spatial)]))
            parts.append(np.moveaxis(product, -1, 1))
        total = back(np.concatenate(parts, axis=1), dtype)
        self.write(op, target, total, "sum" if op.accumulate is not None else "")
        return ()

    @impl(PoolOp)
    def run_pool(self, interpreter: Interpreter, op: PoolOp, args: PythonValues) -> PythonValues:
        x, shape = self.read(op, args[0]), args[1].whole().extents
        try:
            views = windows(x, shape[2:], ints(op.window), ints(op.strides), ints(op.dilations))
        except ValueError as error:
            stop(op, str(error))
        total = reduced(op.kind.data, views, tuple(range(x.ndim, views.ndim)))
        self.write(op, args[1], total, op.kind.data if op.accumulate is not None else "")
        return ()

    @impl(ReduceOp)
    def run_reduce(
        self, interpreter: Interpreter, op: ReduceOp, args: PythonValues
    ) -> PythonValues:
        total = reduced(op.kind.data, self.read(op, args[0]), ints(op.axes))
        self.write(op, args[1], total, op.kind.data if op.accumulate is not None else "")
        return ()

    @impl(SoftmaxOp)
    def run_softmax(
        self, interpreter: Interpreter, op: SoftmaxOp, args: PythonValues
    ) -> PythonValues:
        x, axis = self.read(op, args[0]), op.axis.value.data
        values = wide(x)
        if values.size:
            values = np.exp(values - np.max(values, axis=axis, keepdims=True))
        total = np.sum(values, axis=axis, keepdims=True)
        self.write(op, args[1], back(values / total, args[1].block.data.dtype))
        return ()

    @impl(ScanOp)
    def run_scan(self, interpreter: Interpreter, op: ScanOp, args: PythonValues) -> PythonValues:
        axis = op.axis.value.data
        x = np.moveaxis(self.read(op, args[0]), axis, 0)
        rule = resolution(op.kind.data, x.dtype)
        if op.reverse.value.data:
            x = x[::-1]
        result, total = np.empty_like(x), np.full(x.shape[1:], rule.neutral).astype(x.dtype)
        for k, element in enumerate(x):
            after = rule.combine(total, element)
            result[k] = total if op.exclusive.value.data else after
            total = after
        if op.reverse.value.data:
            result = result[::-1]
        self.write(op, args[1], np.moveaxis(result, 0, axis))
        return ()

    @impl(SortOp)
    def run_sort(self, interpreter: Interpreter, op: SortOp, args: PythonValues) -> PythonValues:
        axis = op.axis.value.data
        keys = self.read(op, args[0])
        order = np.moveaxis(widened(keys), axis, -1)
        if op.descending.value.data:
            # From the end, so that equal keys keep their order when all is turned around.
            order = np.argsort(order[..., ::-1], axis=-1, kind="stable")
            order = (keys.shape[axis] - 1 - order)[..., ::-1]
        else:
            order = np.argsort(order, axis=-1, kind="stable")
        order = np.moveaxis(order, -1, axis)
        self.write(op, args[1], np.take_along_axis(keys, order, axis))
        if len(args) > 2:
            self.write(op, args[2], order.astype(args[2].block.data.dtype))
        return ()

    @impl(GatherOp)
    def run_gather(
        self, interpreter: Interpreter, op: GatherOp, args: PythonValues
    ) -> PythonValues:
        x, index = self.read(op, args[0]), self.read(op, args[1]).astype(np.int64)
        self.check(op, index, x.shape[0])
        self.write(op, args[2], np.take(x, index, axis=0))
        return ()

    @impl(ScatterOp)
    def run_scatter(
        self, interpreter: Interpreter, op: ScatterOp, args: PythonValues
    ) -> PythonValues:
        updates, index = self.read(op, args[0]), self.read(op, args[1]).astype(np.int64)
        access = args[2].whole()
        result = np.broadcast_to(access.read(), access.extents).copy()
        depth = index.shape[1]
        for dimension in range(depth):
            self.check(op, index[:, dimension], result.shape[dimension])
        lead, rest = result.shape[:depth], result.shape[depth:]
        rows = [int(np.ravel_multi_index(tuple(i), lead)) if depth else 0 for i in index]
        flat = result.reshape(math.prod(lead), *rest)
        if op.kind is None:
            for row, update in zip(rows, updates, strict=True):
                flat[row] = update
        else:
            rule = resolution(op.kind.data, result.dtype)
            for row, update in zip(rows, updates, strict=True):
                flat[row] = rule.combine(flat[row], update)
        self.write(op, args[2], result)
        return ()

    def check(self, op: LibraryOp, index: Array, size: int) -> None:
        if index.size and not (0 <= index.min() and index.max() < size):
            worst = index.min() if index.min() < 0 else index.max()
            stop(op, f"takes index {worst} of a dimension of size {size}")
