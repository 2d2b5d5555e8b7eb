"""Canonical map nests."""

from collections.abc import Collection, Sequence

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import Scalar, array_type


def map_parameters(letter: str, count: int, taken: Collection[str]) -> list[str]:
    """Names `i0, i1, ...` of parameters; `i0_1` where a symbol is called `i0`."""
    return [symbolic.symbol_name(f"{letter}{k}", taken) for k in range(count)]


def mapped(
    params: Sequence[str], extents: Sequence[Expr], nodes: Sequence[Operation]
) -> list[Operation]:
    """`nodes` for each point below `extents`; without dimensions the nodes themselves."""
    if not params:
        return list(nodes)
    return [MapOp(params, [Range.of(0, e) for e in extents], nodes)]


def point(at: Sequence[Expr], resolution: str = "") -> MemletAttr:
    """The memlet of one element."""
    return MemletAttr(SubsetAttr.points(at), resolution)


def fill_nest(value: Scalar, target: SSAValue, taken: Collection[str]) -> Operation:
    """
    ```
    map [i0, ...] { tasklet () -> (%target[i0, ...]) { yield value } }
    ```
    """
    dims = array_type(target).dims
    params = map_parameters("i", len(dims), taken)
    builder = TaskletBuilder()
    result = builder.scalar(value)
    at = [symbolic.symbol(p) for p in params]
    (nest,) = mapped(params, dims, [builder.finish([(target, point(at))], [result])])
    return nest
