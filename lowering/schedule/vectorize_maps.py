"""The innermost loops of maps in vector lanes."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ScheduleAttr
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.nests import split_allocs, stride

_CONTIGUOUS, _INVARIANT, _WRITE = 2, 1, 3
"""How much an access gains from lanes along a parameter, and how much more a write counts."""


def is_leaf(op: MapOp) -> bool:
    """
    Whether the body is tasklets on scalars alone: no further loops, no vectors, no gathers out.
    """
    allocs, nodes = split_allocs(op)
    scalars = all(
        isinstance(a.result.type, ArrayType)
        and a.result.type.rank == 0
        and a.result.type.storage.kind.data == "register"
        for a in allocs
    )
    return scalars and all(
        isinstance(n, TaskletOp) and all(m.subset.is_point for m in (*n.writes, *n.reads))
        for n in nodes
    )


def accesses(op: MapOp) -> list[tuple[SSAValue, MemletAttr, bool]]:
    """Container, memlet and whether it is written, of all tasklets in a leaf map."""
    result: list[tuple[SSAValue, MemletAttr, bool]] = []
    for node in op.body.block.ops:
        if isinstance(node, TaskletOp):
            result += [(c, m, False) for c, m in node.input_accesses]
            result += [(c, m, True) for c, m in node.output_accesses]
    return result


def gain(op: MapOp, parameter: str) -> int | None:
    """How well lanes along `parameter` suit the accesses; None where writes would meet."""
    total = 0
    for container, memlet, written in accesses(op):
        kind = container.type
        if isinstance(kind, ArrayType) and kind.rank == 0:
            continue
        step = stride(container, memlet, parameter)
        if step is None and memlet.wcr is not None:
            return None
        if step == 1:
            total += _CONTIGUOUS * (_WRITE if written else 1)
        elif step == 0 and not written:
            total += _INVARIANT
    return total


def best_parameter(op: MapOp) -> str | None:
    """
    The parameter to put into lanes: the one with most contiguous accesses, innermost of equals.
    """
    best: tuple[int, str] | None = None
    for name, extent in zip(op.param_names, op.extents, strict=True):
        found = gain(op, name)
        if found is None or extent == 1:
            continue
        if best is None or found >= best[0]:
            best = (found, name)
    return None if best is None or best[0] == 0 else best[1]


def innermost(op: MapOp, parameter: str) -> None:
    """Make `parameter` the last one."""
    order = [n for n in op.param_names if n != parameter] + [parameter]
    ranges = dict(zip(op.param_names, op.ranges.data, strict=True))
    op.attributes["params"] = syntax.strings(order)
    op.attributes["ranges"] = SubsetAttr(tuple(ranges[n] for n in order))


@dataclass(frozen=True)
class VectorizeMapsPass(ModulePass):
    """
    Put the best suited parameter of each innermost map last, and its points into vector lanes.

    Before:

    ```
    map [i, j] { B[j, i] = f(A[j, i]) }
    ```

    After:

    ```
    map [j, i] schedule(simd) { B[j, i] = f(A[j, i]) }
    ```

    Maps whose body holds loops, vectors or accesses at indices that are data stay as they are.
    """

    name = "sdfg-vectorize-maps"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for node in op.walk():
            if not isinstance(node, MapOp) or node.schedule != ScheduleAttr() or not is_leaf(node):
                continue
            if (parameter := best_parameter(node)) is None:
                continue
            innermost(node, parameter)
            extent = symbolic.constant(node.extents[-1])
            if extent is None or extent > 1:
                node.attributes["schedule"] = ScheduleAttr("simd")
