"""When nests that each make a pass over the same rows may run row by row together."""

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses, scope_ranges
from sdfg.dialect.memlet import SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.simplify.iteration_spaces import (
    Alignment,
    Meeting,
    Space,
    hinted,
    sole_parameter,
)

FEWEST_ROWS = 8
"""Rows that must be left to run in parallel."""


def common_rows(
    first: Space,
    second: Space,
    ours: Accesses,
    theirs: Accesses,
    hints: list[tuple[SubsetAttr, SubsetAttr]],
) -> Alignment | None:
    """
    The leading parameters that two maps share, such that no iteration of one meets another of the
    other's; None if there are none, or too few rows. Each result stays in a row of its own: rows
    that combine into the same elements would wait for each other.
    """
    if not (streams(first, ours) and streams(second, theirs)):
        return None
    names = hinted(first, second, hints)
    shared: dict[str, str] = {}
    for new, old in zip(first, second, strict=False):
        if names.get(old) != new or sums_up(ours, new) or sums_up(theirs, old):
            break
        shared[old] = new
    rows = {new: first[new] for new in shared.values()}
    count = symbolic.product(r.extent for r in rows.values())
    if not rows or (count.is_Integer and count < FEWEST_ROWS):
        return None
    alignment = Alignment(shared)
    return alignment if Meeting(rows, alignment).is_free(ours, theirs) else None


def sums_up(accesses: Accesses, parameter: str) -> bool:
    """Whether iterations of a parameter of the space combine into the same element."""
    return any(a.wcr is not None and parameter not in a.subset.symbols for a in accesses.all)


def streams(space: Space, accesses: Accesses) -> bool:
    """
    Whether each reduction reads as many elements as it has points: a pass over data.

    A product of matrices or a convolution does more with each element, and wants its loops for
    itself.
    """
    return all(
        any(_covers_points(r, space) for r in accesses.all if r.node is a.node and not r.writes)
        for a in accesses.all
        if a.wcr is not None
    )


def _covers_points(read: Access, space: Space) -> bool:
    """Whether each point around a read has an element of its own."""
    around = {*space, *scope_ranges(read.scope)}
    found = (sole_parameter(r.start, around, ()) for r in read.subset.data if r.is_point)
    return {name for name in found if name is not None} == around


def wrap(op: MapOp, count: int) -> None:
    """
    Move all but the first `count` parameters of `op` to a map within.

    ```
    map [i, j, k] { .. }   ->   map [i] { map [j, k] { .. } }
    ```
    """
    names, ranges = op.param_names, op.ranges.data
    if len(names) == count:
        return
    inner = MapOp(names[count:], ranges[count:], [], op.schedule)
    inner.location = op.location
    for node in list(op.body.block.ops):
        node.detach()
        inner.body.block.add_op(node)
    op.body.block.add_op(inner)
    op.attributes["params"] = syntax.strings(names[:count])
    op.attributes["ranges"] = SubsetAttr(tuple(ranges[:count]))
