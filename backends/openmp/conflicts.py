"""Writes of several points of a map to the same element: what threads and lanes must not do."""

from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect.analysis.containers import root
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_read
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class Conflict:
    """A write that several values of a parameter may do to the same element."""

    op: Operation
    container: SSAValue
    memlet: MemletAttr | None
    """The memlet that resolves it; none for a container that a program writes as a whole."""
    parameter: str


def conflicts(op: MapOp, parameters: tuple[str, ...]) -> Iterator[Conflict]:
    """
    The writes in `op` to containers outside of it that do not depend on one of its parameters.

    Only writes that ask for a conflict resolution, and containers given to a program: all others
    write elements of their own. Linear in the size of the map, times the number of parameters.
    """
    carriers = {name: carriers_of(op, name) for name in parameters}
    for node in op.walk():
        for container, memlet in _writes(node):
            if _is_inside(container, op):
                continue
            kind = container.type
            symbols = kind.symbols if isinstance(kind, ArrayType) else frozenset[str]()
            symbols |= frozenset() if memlet is None else memlet.subset.symbols
            for name in parameters:
                if not symbols & carriers[name]:
                    yield Conflict(node, container, memlet, name)


def carriers_of(op: MapOp, parameter: str) -> set[str]:
    """The symbols within `op` whose value depends on `parameter`, itself among them."""
    found = {parameter}
    for node in op.walk():
        names: tuple[str, ...] = ()
        if isinstance(node, MapOp) and node is not op:
            pairs = zip(node.param_names, node.ranges.data, strict=True)
            found.update(n for n, r in pairs if _depends(r.exprs, found))
        elif isinstance(node, ForOp):
            names = (node.param,) if _depends(node.range.exprs, found) else ()
        elif (assigned := symbol_assigned(node)) is not None:
            names = (assigned,) if symbols_read(node) & found else ()
        found.update(names)
    return found


def _depends(exprs: tuple[object, ...], names: set[str]) -> bool:
    return any(s.name in names for e in exprs for s in e.free_symbols)  # pyright: ignore


def _writes(node: Operation) -> Iterator[tuple[SSAValue, MemletAttr | None]]:
    if isinstance(node, TaskletOp):
        yield from ((c, m) for c, m in node.output_accesses if m.wcr is not None)
    elif isinstance(node, CallOp):
        roles = [role for role, _, _ in node.program().arguments]
        yield from ((c, None) for c, r in zip(node.containers, roles, strict=True) if r != "in")


def _is_inside(container: SSAValue, op: MapOp) -> bool:
    owner = root(container).owner
    if isinstance(owner, Operation):
        return op.is_ancestor(owner)
    parent = owner.parent_op()
    return parent is not None and parent is not op and op.is_ancestor(parent)
