"""Writes of several points of a map to the same element: what threads and lanes must not do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.dependences import facts_of
from sdfg.dialect.analysis.distances import meetings
from sdfg.dialect.analysis.equations import Facts
from sdfg.dialect.analysis.loops import Loop, loops_of
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_read


@dataclass(frozen=True)
class Conflict:
    """A write that several values of a parameter may do to the same element."""

    op: Operation
    container: SSAValue
    memlet: MemletAttr | None
    """The memlet that resolves it; none for a container that a program writes as a whole."""
    parameter: str


def conflicts(op: MapOp, parameters: Sequence[str]) -> Iterator[Conflict]:
    """
    The writes in `op` that two values of one of its `parameters` may do to the same element.

    Only writes that ask for a conflict resolution, and containers given to a program: all others
    write elements of their own, as do those through a view that moves with the parameter. The
    parameters that are not named stand still. Of `Dependences` this is the part that the promise of
    a map leaves open, for some of its parameters: linear in the size of the map, and quadratic in
    the number of such writes to one container.
    """
    loops = [loop for loop in loops_of(op) if loop.parameter in parameters]
    facts = facts_of(op)
    still = [loop for loop in loops_of(op) if loop.parameter not in parameters]
    moving = {loop.parameter: carriers_of(op, loop.parameter) for loop in loops}
    shared = [a for a in Accesses.of(op).all if _is_shared(a) and not is_inside(a.root, op)]
    for access in shared:
        others = [other for other in shared if other.root is access.root]
        met = {name for other in others for name in _meeting(access, other, loops, facts, still)}
        for loop in loops:
            symbols = array_type(access.container).symbols if access.is_array else frozenset[str]()
            if loop.parameter in met and moving[loop.parameter].isdisjoint(symbols):
                yield Conflict(access.node, access.container, _memlet(access), loop.parameter)


def _is_shared(access: Access) -> bool:
    return access.writes and (access.wcr is not None or isinstance(access.node, CallOp))


def _memlet(access: Access) -> MemletAttr | None:
    return None if access.wcr is None else MemletAttr(access.subset, access.wcr)


def _meeting(
    a: Access, b: Access, loops: Sequence[Loop], facts: Facts, still: Sequence[Loop]
) -> Iterator[str]:
    """The parameters in which two points differ that do both writes to one element."""
    for vector in meetings(a, b, loops, facts, still).vectors:
        yield from (x.parameter for x, d in zip(loops, vector, strict=True) if d != 0)


def is_inside(container: SSAValue, op: MapOp) -> bool:
    """Whether each point of `op` has a container of its own."""
    owner = container.owner
    if isinstance(owner, Operation):
        return op.is_ancestor(owner)
    parent = owner.parent_op()
    return parent is not None and parent is not op and op.is_ancestor(parent)


def carriers_of(op: MapOp, parameter: str) -> set[str]:
    """The symbols within `op` whose value depends on `parameter`, itself among them."""
    found = {parameter}
    for node in op.walk():
        names: tuple[str, ...] = ()
        if isinstance(node, MapOp) and node is not op:
            pairs = zip(node.param_names, node.ranges.data, strict=True)
            found.update(n for n, r in pairs if symbolic.symbols_of(*r.exprs) & found)
        elif isinstance(node, ForOp):
            names = (node.param,) if symbolic.symbols_of(*node.range.exprs) & found else ()
        elif (assigned := symbol_assigned(node)) is not None:
            names = (assigned,) if symbols_read(node) & found else ()
        found.update(names)
    return found


def inner_ranges(op: MapOp) -> dict[str, Range | None]:
    """
    The symbols that the body of `op` defines, each with its range; None for one that is assigned.
    """
    found: dict[str, Range | None] = {}
    for node in op.walk():
        if isinstance(node, MapOp) and node is not op:
            found |= zip(node.param_names, node.ranges.data, strict=True)
        elif isinstance(node, ForOp):
            found[node.param] = node.range
        elif (assigned := symbol_assigned(node)) is not None:
            found[assigned] = None
    return found
