"""Loops over the same range as one (fusion of siblings)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation

from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.subsets import same_range
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.names import names_around
from sdfg.lowering.schedule.transforms.nest import Loop, Nest, Refused, parameter, range_of, refuse
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.iteration_spaces import Alignment, Meeting
from sdfg.lowering.simplify.rewriting import (
    Definition,
    merged_location,
    move_before,
    rename,
    rename_parameters,
)


@dataclass(frozen=True)
class FuseLoopsPass(Transformation):
    """
    Make one loop of loops side by side that run over the same range and touch the same data.

    Before, and after `sdfg-fuse-loops`:

    ```
    map [i = 0:N] { map [k = 0:K] { q[i] += x[i, k] * a[k] } }
    map [i = 0:N] { map [k = 0:K] { p[i] += x[i, k] * b[k] } }

    map [i = 0:N] { map [k = 0:K] { q[i] += x[i, k] * a[k]; p[i] += x[i, k] * b[k] } }
    ```

    What both read is read once. From the outside inwards, as far as the loops stay alike; as a
    pass, nests of one state become one as well. Legal where no iteration of one touches, writing,
    what another iteration of the other touches, and where what stands between them does not mind.
    Refused where no two loops are like that.
    """

    name = "sdfg-fuse-loops"
    orders: ClassVar[bool] = True

    loops: tuple[str, ...] = ()
    """Only loops called like these; those fused with them take their name. By default all."""

    def rewrite(self, nest: Nest) -> None:
        wanted = frozenset(nest.name(n) for n in self.loops)
        roots = [op for op in nest.roots if isinstance(op, Loop)]
        if not sum(fuse_siblings(op.body.block, wanted) for op in roots):
            refuse("no two loops side by side run over the same range and share data")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for state in [s for s in op.walk() if isinstance(s, StateOp)]:
            if isinstance(state.parent_op(), MapOp):
                continue
            if fnmatchcase(state.sym_name.data, self.state):
                self.fuse_state(state)

    def fuse_state(self, state: StateOp) -> None:
        """Fuse the nests of a state. Raises `SDFGError` where there are none to fuse."""
        nests: list[Nest] = []
        block = state.body.block
        for node in [n for n in block.ops if isinstance(n, Loop)]:
            try:
                nests.append(Nest.open(node, state, names_around(state)))
            except Refused as reason:
                fail(node, f"is not transformed by {self.name}: {reason}")
        if nests and not fuse_siblings(block, frozenset(self.loops)):
            reason = "no two loops side by side run over the same range and share data"
            fail(state, f"is not transformed by {self.name}: {reason}")
        left = list(block.ops)
        for nest in nests:
            if nest.roots[0] in left:
                nest.close()


def fuse_siblings(block: Block, wanted: frozenset[str]) -> int:
    """Fuse the loops of a block, and then those in each. Returns how many have gone."""
    done = 0
    for first in [op for op in block.ops if isinstance(op, Loop)]:
        if first.parent is not block:
            continue
        second = first.next_op
        while second is not None:
            following = second.next_op
            if isinstance(second, Loop) and may_fuse(first, second, wanted):
                fuse(first, second)
                done += 1
            second = following
    for op in [op for op in block.ops if isinstance(op, Loop)]:
        done += fuse_siblings(op.body.block, wanted)
    return done


def may_fuse(first: Loop, second: Loop, wanted: frozenset[str]) -> bool:
    """Whether `second` may run within `first`, iteration by iteration."""
    name = parameter(first)
    if wanted and name not in wanted:
        return False
    kinds = [op.schedule if isinstance(op, MapOp) else None for op in (first, second)]
    if kinds[0] != kinds[1] or not same_range(range_of(first), range_of(second)):
        return False
    ours, theirs = Accesses.of(first), Accesses.of(second)
    touched = {a.root for a in ours.all}
    if touched.isdisjoint(a.root for a in theirs.all):
        return False
    if not all(may_pass(op, second, theirs) for op in between(first, second)):
        return False
    meeting = Meeting({name: range_of(first)}, Alignment({parameter(second): name}))
    return meeting.is_free(ours, theirs)


def between(first: Operation, second: Operation) -> Sequence[Operation]:
    """What stands between two operations of a block."""
    found: list[Operation] = []
    op = first.next_op
    while op is not None and op is not second:
        found.append(op)
        op = op.next_op
    return found


def may_pass(op: Operation, second: Loop, theirs: Accesses) -> bool:
    """Whether `second` may run before `op`; definitions go with it."""
    return isinstance(op, Definition) or not theirs.conflicts_with(Accesses.of(op))


def fuse(first: Loop, second: Loop) -> None:
    """Let the body of `second` follow that of `first`."""
    for op in between(first, second):
        if isinstance(op, Definition):
            move_before(op, first)
    name = parameter(first)
    if parameter(second) != name:
        for op in second.body.block.ops:
            rename_parameters(op, {name})
        rename(second, {parameter(second): name})
    first.location = merged_location(first, second)
    for op in list(second.body.block.ops):
        op.detach()
        first.body.block.add_op(op)
    second.detach()
    second.erase()
