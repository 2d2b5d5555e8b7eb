"""When nests that each make a pass over the same rows may run row by row together."""

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses, scope_ranges
from sdfg.dialect.analysis.contractions import contraction_roles
from sdfg.dialect.analysis.statements import Statement
from sdfg.dialect.memlet import SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
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
    *,
    products: bool,
) -> Alignment | None:
    """
    The leading parameters that two maps could share; None if there are none, or too few rows.

    With `products`, products of matrices share those that number them. Each result stays in a row
    of its own: rows that combine into the same elements would wait for each other.
    """
    left, right = (
        separable(space, accesses, products=products)
        for space, accesses in ((first, ours), (second, theirs))
    )
    names = hinted(first, second, hints)
    shared: dict[str, str] = {}
    for new, old in zip(first, second, strict=False):
        if names.get(old) != new or new not in left or old not in right:
            break
        shared[old] = new
    count = symbolic.product(first[new].extent for new in shared.values())
    if not shared or (count.is_Integer and count < FEWEST_ROWS):
        return None
    return Alignment(shared)


def are_apart(first: Space, ours: Accesses, theirs: Accesses, alignment: Alignment) -> bool:
    """Whether no iteration over shared rows meets another of the other map."""
    rows = {new: first[new] for new in alignment.names.values()}
    return Meeting(rows, alignment).is_free(ours, theirs)


def clashes(accesses: Accesses, alignment: Alignment) -> bool:
    """Whether a name of a shared parameter stands for another one around an access."""
    others = {n for a in accesses.all for n in a.ranges} - alignment.names.keys()
    swapped = {old for old in alignment.names if alignment.names[old] != old}
    return not (others | swapped).isdisjoint(alignment.names.values())


def separable(space: Space, accesses: Accesses, *, products: bool) -> set[str]:
    """
    The parameters that may be shared.

    None of which iterations combine into the same element. A reduction that reads as many elements
    as it has points, a pass over data, shares all others. A product of matrices does more with each
    element, and wants its loops for itself: with `products` it shares those that number products.
    """
    found = set(space)
    for access in accesses.all:
        if access.wcr is None:
            continue
        found &= access.subset.symbols
        own = [r for r in accesses.by_node[access.node] if not r.writes]
        if not any(_covers_points(r, space) for r in own):
            found &= _numbering(access, accesses) if products else set()
    return found


def _numbering(access: Access, accesses: Accesses) -> set[str]:
    """The parameters that number the products, each of its own operands, that an access sums up."""
    if not isinstance(access.node, TaskletOp):
        return set()
    product = contraction_roles(Statement.of(access.node, accesses))
    if product is None or product[0] != "batched_matmul":
        return set()
    return {loop.parameter for loop, role in product[1].items() if role == "b"}


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
