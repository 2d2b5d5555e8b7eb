"""Which points of a map may write the same element: what threads and lanes must not do."""

from collections.abc import Iterator, Mapping

from xdsl.ir import SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.analysis.subsets import bounds
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbol_assigned
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr, FloorDiv, Mod
from sdfg.lowering.schedule.nests import slope


def conflicts(op: MapOp) -> set[str]:
    """
    Parameters of `op` of which two values may write the same element.

    Only writes that resolve conflicts may meet, and those of programs that are called, of which
    nothing is known. Linear in the size of the map, times the number of its parameters.
    """
    names = set(op.param_names)
    if any(isinstance(node, CallOp) for node in op.walk()):
        return names
    inside = {a.result for a in op.walk() if isinstance(a, AllocOp)}
    inner = inner_ranges(op)
    found: set[str] = set()
    for container, memlet in resolved_writes(op):
        if root(container) not in inside:
            found |= {p for p in names if not keeps_apart(memlet, p, names, inner)}
    return found


def resolved_writes(op: MapOp) -> Iterator[tuple[SSAValue, MemletAttr]]:
    """Containers and memlets of all writes with a conflict resolution."""
    for node in op.walk():
        if isinstance(node, TaskletOp):
            yield from ((c, m) for c, m in node.output_accesses if m.wcr is not None)
        elif isinstance(node, CopyOp) and node.write.wcr is not None:
            yield node.target, node.write


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
    memlet: MemletAttr, parameter: str, names: set[str], inner: Mapping[str, Range | None]
) -> bool:
    """
    Whether no two points that differ in `parameter`, one of `names`, write the same element.

    Proved by one dimension in which each value of `parameter` has indices of its own, or by two
    that hold quotient and remainder of it. The symbols `inner` vary within a point.
    """
    indices = [r.start for r in memlet.subset.data if r.is_point]
    others = names - {parameter}
    return any(has_own_indices(e, parameter, others, inner) for e in indices) or any(
        are_digits(a, b, parameter, others | inner.keys()) for a in indices for b in indices
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


def are_digits(high: Expr, low: Expr, parameter: str, others: set[str]) -> bool:
    """Whether two indices are quotient and remainder of one number that `parameter` decides."""
    if not isinstance(high, FloorDiv) or not isinstance(low, Mod) or high.args != low.args:
        return False
    number, divisor = high.args
    step = slope(number, parameter)
    moves = step is not None and step.is_Integer and step != 0
    return moves and divisor.is_Integer and not symbolic.symbols_of(number) & others
