"""Nests on threads, over the same points, as one."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.conflicts import conflicts
from sdfg.dialect.analysis.containers import array_type, element_bytes
from sdfg.dialect.analysis.node_dependences import NodeDependences
from sdfg.dialect.attrs import ScheduleAttr
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.names import ORIGIN
from sdfg.lowering.schedule.parallelize import split, uses_streams
from sdfg.lowering.simplify.iteration_spaces import Alignment, Meeting
from sdfg.lowering.simplify.rewriting import (
    Definition,
    merged_location,
    move_before,
    rename_parameters,
    substitute,
)

PARALLEL = ScheduleAttr("parallel", symbolic.parse("true"))
"""On threads, whatever the sizes."""


@dataclass(frozen=True)
class FuseParallelPass(ModulePass):
    """
    Make one loop on threads of those that follow each other over the same points.

    Before:

    ```
    map [i = 0:56] schedule(parallel) { A }
    map [i = 0:56] schedule(parallel) { B }
    map [j = 1:57, k = 0:16] schedule(simd) { C }
    ```

    After:

    ```
    map [i = 0:56] schedule(parallel) { A; B; map [k = 0:16] schedule(simd) { C with i + 1 for j } }
    ```

    The threads then wait for each other once, each finds in its caches what it has just written,
    and short loops that were not worth threads of their own come along. Legal where no point of one
    touches, writing, what another point of the other touches. What all points of both read (their
    weights) must fit half of a core's second cache. Needs `#sdfg.machine` on the module.
    """

    name = "sdfg-fuse-parallel"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        machine = machine_of(op)
        if machine.fact("cores") < 2:
            return
        for state in states(op):
            Fuser.of(state).run(machine.fact("l2_bytes") // 2)


def states(module: ModuleOp) -> Iterator[StateOp]:
    """The states that stand in no map."""
    for state in module.walk():
        if isinstance(state, StateOp) and not isinstance(state.parent_op(), MapOp):
            yield state


@dataclass(eq=False)
class Fuser:
    """Fuses nodes of one state."""

    nodes: list[Operation]
    """In order."""
    sources: dict[Operation, set[Operation]] = field(
        default_factory=dict[Operation, set[Operation]]
    )
    """What each node must follow."""

    @classmethod
    def of(cls, state: StateOp) -> "Fuser":
        """Containers are defined before the first node from now on."""
        found = NodeDependences.of(state.body.block)
        for op in list(state.body.block.ops):
            if isinstance(op, Definition) and found.nodes:
                move_before(op, found.nodes[0])
        sources = {n: {d.source for d in found.by_sink.get(n, ())} for n in found.nodes}
        return cls(list(found.nodes), sources)

    def run(self, most: int) -> None:
        """Fuse each map with the nearest one before it that it fits. `most` bytes are for all."""
        done: list[Operation] = []
        for node in self.nodes:
            first = self.partner(node, done, most) if isinstance(node, MapOp) else None
            if first is None:
                done.append(node)
                continue
            assert isinstance(node, MapOp)
            join(first, node)
            self.replace(node, first)
        self.nodes = done

    def partner(self, node: MapOp, done: list[Operation], most: int) -> MapOp | None:
        """The map on threads, of those in `done`, whose points can do `node` as well."""
        for other in reversed(done):
            if isinstance(other, MapOp) and fits(other, node):
                depends = other in self.sources[node]
                if may_join(other, node, depends=depends, most=most):
                    return other
            if other in self.sources[node]:
                return None
        return None

    def replace(self, gone: Operation, kept: Operation) -> None:
        """Let `kept` stand for both."""
        self.sources[kept] |= self.sources.pop(gone) - {kept}
        for found in self.sources.values():
            if gone in found:
                found.remove(gone)
                found.add(kept)


def fits(first: MapOp, second: MapOp) -> bool:
    """
    Whether `first` is on threads, and the first parameters of `second` take as many values as its.
    """
    count = len(first.param_names)
    theirs = second.ranges.data
    if not first.schedule.on_threads:
        return False
    if second.schedule.on_threads:
        known = PARALLEL in (first.schedule, second.schedule) or first.schedule == second.schedule
        if len(theirs) != count or not known:
            return False
    elif len(theirs) <= count or not can_split(second, count):
        return False
    pairs = zip(first.ranges.data, theirs, strict=False)
    return all(a.step == 1 == b.step and symbolic.equal(a.extent, b.extent) for a, b in pairs)


def can_split(op: MapOp, count: int) -> bool:
    """Whether the first `count` parameters of a map on one thread may be on several."""
    if op.schedule.kind.data not in ("sequential", "simd") or uses_streams(op):
        return False
    if any(isinstance(node, CallOp) for node in op.walk()):  # of which little is known
        return False
    return not any(True for _ in conflicts(op, op.param_names[:count]))


def may_join(first: MapOp, second: MapOp, *, depends: bool, most: int) -> bool:
    """Whether a point of `first` may do one of `second` right afterwards, and whether it pays."""
    count = len(first.param_names)
    ours, theirs = Accesses.of(first), Accesses.of(second)
    shared = shared_bytes(ours, first.param_names) + shared_bytes(
        theirs, second.param_names[:count]
    )
    if shared > most:
        return False
    if not depends:
        return True
    if any(a.start != b.start for a, b in zip(first.ranges.data, second.ranges.data, strict=False)):
        return False
    space = dict(zip(first.param_names, first.ranges.data, strict=True))
    names = dict(zip(second.param_names, first.param_names, strict=False))
    return Meeting(space, Alignment(names)).is_free(ours, theirs)


def shared_bytes(accesses: Accesses, parameters: tuple[str, ...]) -> int:
    """The size of the arrays that are the same for all values of `parameters`, if it is known."""
    total = 0
    for root, found in accesses.by_root.items():
        kind = array_type(root) if found[0].is_array else None
        if kind is None or any(a.moves_with(p) for a in found for p in parameters):
            continue
        size = symbolic.constant(kind.size)
        total += 0 if size is None else size * element_bytes(kind.element_type)
    return total


def join(first: MapOp, second: MapOp) -> None:
    """Append the body of `second` to that of `first`, over the parameters of `first`."""
    names = first.param_names
    if not second.schedule.on_threads:
        split(second, len(names), first.schedule)
        around = second.parent_op()
        assert isinstance(around, MapOp)
        second = around
    if second.schedule == PARALLEL:
        first.attributes["schedule"] = PARALLEL
    starts: dict[str, symbolic.Expr] = {}
    for op in list(second.body.block.ops):
        rename_parameters(op, names)
    for old, new, a, b in zip(
        second.param_names, names, first.ranges.data, second.ranges.data, strict=True
    ):
        starts[old] = symbolic.symbol(new) + (b.start - a.start)
    for op in list(second.body.block.ops):
        substitute(op, starts)
        op.detach()
        first.body.block.add_op(op)
    for key in ORIGIN:
        if first.attributes.get(key) != second.attributes.get(key):
            first.attributes.pop(key, None)
    first.location = merged_location(first, second)
    second.detach()
    second.erase()
