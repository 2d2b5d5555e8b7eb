"""Writes of several points of a map to the same element: what threads and lanes must not do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.analysis.subsets import bounds, is_nonnegative, slope
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_read
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr, FloorDiv, Mod
from sdfg.dialect.types import ArrayType


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
    parameters that are not named stand still. Linear in the size of the map, times the number of
    parameters.
    """
    carriers = {name: carriers_of(op, name) for name in parameters}
    inner = inner_ranges(op)
    for node in op.walk():
        for container, memlet in _shared_writes(node):
            if _is_inside(container, op):
                continue
            for name in parameters:
                others = {*parameters} - {name}
                moves = isinstance(container.type, ArrayType) and not carriers[name].isdisjoint(
                    container.type.symbols
                )
                if moves or (memlet is not None and keeps_apart(memlet, name, others, inner)):
                    continue
                yield Conflict(node, container, memlet, name)


def _shared_writes(node: Operation) -> Iterator[tuple[SSAValue, MemletAttr | None]]:
    if isinstance(node, TaskletOp):
        yield from ((c, m) for c, m in node.output_accesses if m.wcr is not None)
    elif isinstance(node, CopyOp) and node.write.wcr is not None:
        yield node.target, node.write
    elif isinstance(node, CallOp):
        roles = [role for role, _, _ in node.program().arguments]
        yield from ((c, None) for c, r in zip(node.containers, roles, strict=True) if r != "in")


def _is_inside(container: SSAValue, op: MapOp) -> bool:
    owner = root(container).owner
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


def keeps_apart(
    memlet: MemletAttr, parameter: str, others: set[str], inner: Mapping[str, Range | None]
) -> bool:
    """
    Whether no two points that differ in `parameter` write the same element.

    Proved by one dimension in which each value of `parameter` has indices of its own, or by two
    that hold quotient and remainder of it. The parameters `others` vary as well, and the symbols
    `inner` within a point.
    """
    indices = [r.start for r in memlet.subset.data if r.is_point]
    return (
        any(has_own_indices(e, parameter, others, inner) for e in indices)
        or any(has_own_part(e, parameter, others, inner) for e in indices)
        or any(are_digits(a, b, parameter, others | inner.keys()) for a in indices for b in indices)
    )


def has_own_indices(
    index: Expr, parameter: str, others: set[str], inner: Mapping[str, Range | None]
) -> bool:
    """Whether `index` grows with `parameter` by more than all else can change it."""
    step = slope(index, parameter)
    if step is None or not step.is_Integer or step == 0:
        return False
    rest = symbolic.expanded(index - step * symbolic.symbol(parameter))
    used = symbolic.symbols_of(rest)
    ranges = {name: inner[name] for name in used & inner.keys()}
    known = {name: r for name, r in ranges.items() if r is not None}
    if used & others or len(known) < len(ranges):
        return False
    if any(symbolic.symbols_of(*r.exprs) & (others | inner.keys()) for r in known.values()):
        return False
    span = bounds(rest, known)
    if span is None:
        return False
    width = symbolic.constant(symbolic.expanded(span[1] - span[0]))
    return width is not None and width < abs(int(step))


def has_own_part(
    index: Expr, parameter: str, others: set[str], inner: Mapping[str, Range | None]
) -> bool:
    """Whether `index` is an inner symbol that runs from where it ended for the value before."""
    part = inner.get(str(index)) if index.is_Symbol else None
    if part is None or symbolic.symbols_of(*part.exprs) & (others | inner.keys()):
        return False
    step = slope(part.start, parameter)
    if step is None or not step.is_Integer or step <= 0:
        return False
    after = symbolic.substitute(part.start, {parameter: symbolic.symbol(parameter) + 1})
    ends = part.end.args if type(part.end).__name__ == "Min" else (part.end,)
    return any(is_nonnegative(symbolic.expanded(after - end)) for end in ends)


def are_digits(high: Expr, low: Expr, parameter: str, others: set[str]) -> bool:
    """Whether two indices are quotient and remainder of one number that `parameter` decides."""
    if not isinstance(high, FloorDiv) or not isinstance(low, Mod) or high.args != low.args:
        return False
    number, divisor = high.args
    step = slope(number, parameter)
    moves = step is not None and step.is_Integer and step != 0
    return moves and divisor.is_Integer and not symbolic.symbols_of(number) & others
