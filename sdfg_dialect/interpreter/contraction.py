"""
Contractions: products of two elements, summed over some of the lanes.

Matrix products and convolutions spend all their time in such tasklets. They run as NumPy's matrix
product, which takes the sum in another order.
"""

import math
from collections.abc import Sequence

import numpy as np

from sdfg.dialect.interpreter.lanes import Array
from sdfg.dialect.interpreter.machine import Machine
from sdfg.dialect.interpreter.memory import Container
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType


def is_contraction(op: TaskletOp) -> bool:
    """Whether `op` does `C[..] wcr sum = A[..] * B[..]` on points of f32 or f64."""
    body = list(op.body.block.ops)
    if len(body) != 2 or body[0].name != "arith.mulf" or len(op.outputs) != 1:
        return False
    memlets = (*op.reads, *op.writes)
    kind = op.outputs[0].type
    return (
        tuple(body[0].operands) == tuple(op.body.block.args)
        and tuple(op.yielded) == tuple(body[0].results)
        and op.writes.data[0].wcr == "sum"
        and all(m.subset.is_point for m in memlets)
        and isinstance(kind, ArrayType)
        and kind.element_type.name in ("f32", "f64")
        and all(isinstance(c.type, ArrayType) for c in op.inputs)
    )


def contract(
    machine: Machine, op: TaskletOp, containers: Sequence[Container], target: Container
) -> bool:
    """Run a contraction in all lanes; tells whether it could, and leaves it be if not."""
    memlets = (*op.reads, *op.writes)
    accesses = [
        machine.access(op, c, m.ranges) for c, m in zip((*containers, target), memlets, strict=True)
    ]
    windows = [a.window() for a in accesses]
    if any(w is None for w in windows) or not accesses[2].is_injective():
        return False
    shapes = [w.shape for w in windows if w is not None]
    if any(
        n > 1 and x == 1 and y == 1
        for n, x, y in zip(machine.frame.lanes, *shapes[:2], strict=True)
    ):
        return False
    a, b = (machine.read(op, access) for access in accesses[:2])
    machine.write(op, accesses[2], "sum", product(a, b, shapes[2]), combined=True)
    return True


def product(a: Array, b: Array, result: tuple[int, ...]) -> Array:
    """
    The sum of `a * b`, all of one rank, over the axes along which `result` has extent 1.

    One or both of `a` and `b` vary along each axis that has lanes.
    """
    axes = range(a.ndim)
    both = [d for d in axes if a.shape[d] > 1 and b.shape[d] > 1]
    batch = [d for d in both if result[d] > 1]
    summed = [d for d in both if result[d] == 1]
    rows = [d for d in axes if a.shape[d] > 1 and b.shape[d] == 1]
    columns = [d for d in axes if b.shape[d] > 1 and a.shape[d] == 1]
    # What only one of the factors has and the result lacks is summed first.
    a = a.sum(axis=tuple(d for d in rows if result[d] == 1), keepdims=True)
    b = b.sum(axis=tuple(d for d in columns if result[d] == 1), keepdims=True)
    rows, columns = ([d for d in ds if result[d] > 1] for ds in (rows, columns))
    left = _matrix(a, batch, rows, summed)
    right = _matrix(b, batch, summed, columns)
    order = [*batch, *rows, *columns]
    total = np.matmul(left, right).reshape([result[d] for d in order])
    back = sorted(range(len(order)), key=order.__getitem__)
    return total.transpose(back).reshape(result)


def _matrix(x: Array, batch: list[int], rows: list[int], columns: list[int]) -> Array:
    """`x` as a matrix for each index of `batch`, with some axes as rows, others as columns."""
    rest = [d for d in range(x.ndim) if d not in (*batch, *rows, *columns)]
    ordered = x.transpose([*batch, *rows, *columns, *rest])
    sizes = [math.prod(x.shape[d] for d in ds) for ds in (batch, rows, columns)]
    return ordered.reshape(sizes)
