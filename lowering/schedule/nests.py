"""Recognising the canonical reduction nest, and what its accesses look like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.analysis.subsets import address, is_nonnegative, slope
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.ops.tasklet_body import IndexOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class ReductionNest:
    """
    ```
    map [i...] { init: tasklet -> (C[p]); map [r...] { body: tasklet -> (C[p] wcr op) }; rest... }
    ```

    where `p` is the point of the parallel parameters, in any order and with any strides.
    """

    outer: MapOp
    init: TaskletOp
    inner: MapOp
    body: TaskletOp
    rest: tuple[Operation, ...]
    """What follows for the same point: epilogues."""
    target: SSAValue
    """The container that is reduced into."""
    point: MemletAttr
    """The element of it, over the parallel parameters."""

    @classmethod
    def of(cls, outer: MapOp) -> Self | None:
        """The nest that `outer` is, or None. Linear in the number of nodes of its body."""
        _, nodes = split_allocs(outer)
        if len(nodes) < 2:
            return None
        init, inner, *rest = nodes
        if not isinstance(init, TaskletOp) or not isinstance(inner, MapOp):
            return None
        if len(list(inner.body.block.ops)) != 1:
            return None
        body = inner.body.block.first_op
        if not isinstance(body, TaskletOp) or len(body.outputs) != 1 or len(init.outputs) != 1:
            return None
        target, point = body.outputs[0], body.writes.data[0]
        parameters = set(inner.param_names)
        same = init.outputs[0] is target and init.writes.data[0].subset == point.subset
        if not same or point.wcr is None or point.symbols & parameters:
            return None
        if not isinstance(target.type, ArrayType) or not point.subset.is_point:
            return None
        if any(root(c) is root(target) for c in (*init.inputs, *body.inputs)):
            return None
        return cls(outer, init, inner, body, tuple(rest), target, point)

    @property
    def parallel(self) -> dict[str, Range]:
        """Range of each parallel parameter."""
        return dict(zip(self.outer.param_names, self.outer.ranges.data, strict=True))

    @property
    def reduced(self) -> dict[str, Range]:
        """Range of each reduced parameter."""
        return dict(zip(self.inner.param_names, self.inner.ranges.data, strict=True))

    def size(self, parameter: str) -> Expr:
        """
        How many values a parameter takes: 0, never less, where its range ends before it begins.
        """
        extent = (self.parallel | self.reduced)[parameter].extent
        accesses = (*self.body.input_accesses, (self.target, self.point))
        kinds = [c.type for c, _ in accesses]
        if any(isinstance(kind, ArrayType) and extent in kind.dims for kind in kinds):
            return extent
        if is_nonnegative(extent, symbolic.symbols_of(extent)):
            return extent
        return symbolic.maximum(symbolic.integer(0), extent)


def split_allocs(scope: MapOp) -> tuple[list[AllocOp], list[Operation]]:
    """The allocations in the body of a map, and its other nodes."""
    ops = list(scope.body.block.ops)
    allocs = [op for op in ops if isinstance(op, AllocOp)]
    return allocs, [op for op in ops if not isinstance(op, AllocOp)]


def stride(container: SSAValue, memlet: MemletAttr, parameter: str) -> Expr | None:
    """
    Distance in elements between the accesses of two neighbouring values of `parameter`.

    None where it is not the same everywhere.
    """
    kind = container.type
    if not isinstance(kind, ArrayType):
        return None
    return slope(address(kind, memlet.subset), parameter)


def rises(index: Range, parameter: str) -> bool:
    """Whether the indices for neighbouring values of `parameter` are a range that goes up."""
    step = slope(index.start, parameter)
    return step is not None and bool(step.is_Integer and step >= 1)


def is_contiguous(container: SSAValue, memlet: MemletAttr, parameter: str) -> bool:
    """Whether neighbouring values of `parameter` name the next element of one dimension."""
    moving = [r.start for r in memlet.ranges if parameter in symbolic.symbols_of(*r.exprs)]
    return (
        len(moving) == 1
        and slope(moving[0], parameter) == 1
        and stride(container, memlet, parameter) == 1
    )


def depends_on(memlet: MemletAttr, parameters: Sequence[str]) -> list[str]:
    """Those of `parameters` that the subset uses."""
    used = memlet.symbols
    return [p for p in parameters if p in used]


def uses_index(tasklet: TaskletOp, parameter: str) -> bool:
    """Whether the computation itself uses the value of `parameter`."""
    return any(
        isinstance(op, IndexOp) and parameter in symbolic.symbols_of(op.expr.data)
        for op in tasklet.body.block.ops
    )
