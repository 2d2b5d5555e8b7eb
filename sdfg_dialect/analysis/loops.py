"""The loops around an access: parameters of maps and of `sdfg.for`, outermost first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.types import ArrayType

LoopOp = MapOp | ForOp
"""What runs a body once for each value of its parameters."""


@dataclass(frozen=True, slots=True)
class Loop:
    """One parameter of a map, or a `sdfg.for`; sibling loops may share the name."""

    op: LoopOp
    parameter: str
    range: Range

    @property
    def extent(self) -> int | None:
        """How many values the parameter takes, if that is a number."""
        return symbolic.constant(self.range.extent)

    @property
    def is_empty(self) -> bool:
        """Whether there is certainly no value."""
        extent = self.extent
        return extent is not None and extent <= 0

    @property
    def is_trivial(self) -> bool:
        """Whether there is at most one value."""
        extent = self.extent
        return extent is not None and extent <= 1


def parameters_of(op: LoopOp) -> tuple[str, ...]:
    return op.param_names if isinstance(op, MapOp) else (op.param,)


def loops_of(op: LoopOp) -> tuple[Loop, ...]:
    """The loops that `op` itself is."""
    pairs = zip(parameters_of(op), op.ranges.data, strict=True)
    return tuple(Loop(op, name, over) for name, over in pairs)


def loops_around(scope: Iterable[Operation]) -> tuple[Loop, ...]:
    """The loops among the operations of a scope, in their order."""
    return tuple(loop for op in scope if isinstance(op, LoopOp) for loop in loops_of(op))


def loop_ops(op: Operation) -> Iterator[LoopOp]:
    """All maps and loops of `op`, itself among them, in the order of the text."""
    return (inner for inner in op.walk() if isinstance(inner, LoopOp))


def loops_within(op: Operation) -> tuple[Loop, ...]:
    """All loops of `op`, its own among them, in the order of the text."""
    return loops_around(loop_ops(op))


def outermost(op: Operation) -> Iterator[LoopOp]:
    """The maps and loops in `op`, or `op` itself, that stand in no other of them."""
    if isinstance(op, LoopOp):
        yield op
        return
    for region in op.regions:
        for block in region.blocks:
            for child in block.ops:
                yield from outermost(child)


def container_symbols(kind: object) -> frozenset[str]:
    """The symbols in shape, strides and offset of a container's type."""
    return kind.symbols if isinstance(kind, ArrayType) else frozenset()
