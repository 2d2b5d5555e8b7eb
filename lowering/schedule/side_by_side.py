"""Nests that do not depend on each other, on threads at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.control import IfOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbols_bound
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.cost import picoseconds
from sdfg.lowering.schedule.fuse_parallel import PARALLEL, Fuser, states
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.names import names_around
from sdfg.lowering.schedule.parallelize import uses_streams
from sdfg.lowering.simplify.rewriting import insert_before, merged_location


@dataclass(frozen=True)
class SideBySidePass(ModulePass):
    """
    Make one loop on threads of nests that follow each other and do not depend on each other.

    Before:

    ```
    map [i = 0:3, j = 0:14] schedule(parallel) { A }
    map [k = 0:900] schedule(simd) { B }
    ```

    After:

    ```
    map [point = 0:43] schedule(parallel) {
      if point < 1 { map [k = 0:900] schedule(simd) { B } } else {
        map [i = (point - 1) floordiv 14:.. + 1, j = (point - 1) mod 14:.. + 1] { A }
      }
    }
    ```

    A nest that is not worth threads of its own is one point, and comes first. Each thread takes
    points as long as there are any, so the nests need not be alike. Nests whose number of points is
    known only at run time stay as they are. Needs `#sdfg.machine` on the module.
    """

    name = "sdfg-side-by-side"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        machine = machine_of(op)
        if machine.fact("cores") < 2:
            return
        for state in states(op):
            fuser = Fuser.of(state)
            group: list[MapOp] = []
            for node in fuser.nodes:
                if group and not fuser.sources[node].isdisjoint(group):
                    gather(group, machine)
                    group = []
                if isinstance(node, MapOp) and is_countable(node):
                    group.append(node)
                else:
                    gather(group, machine)
                    group = []
            gather(group, machine)


def is_countable(op: MapOp) -> bool:
    """Whether the number of points is known, and nothing in the nest needs a thread of its own."""
    if op.schedule != PARALLEL:
        if op.schedule.kind.data not in ("sequential", "simd") or uses_streams(op):
            return False
        if any(isinstance(node, CallOp) for node in op.walk()):
            return False
    return all(symbolic.constant(extent) is not None for extent in op.extents)


def gather(group: Sequence[MapOp], machine: MachineAttr) -> None:
    """Make one nest of a group, if that pays."""
    if len(group) < 2:
        return
    if not any(op.schedule == PARALLEL for op in group):
        total = symbolic.integer(0)
        for op in group:
            total = total + picoseconds(op, machine)
        cores = machine.fact("cores")
        least = 1000 * machine.fact("start_ns") * cores // (cores - 1)
        if not total.is_Integer or total <= least:
            return
    bound = {name for op in group for inner in op.walk() for name in symbols_bound(inner)}
    name = symbolic.symbol_name("point", bound | names_around(group[0]))
    point = symbolic.symbol(name)
    ordered = sorted(group, key=lambda op: op.schedule == PARALLEL)
    location = merged_location(*group)
    around = MapOp([name], [Range.of(0, sum(map(count, ordered)))], schedule=PARALLEL)
    insert_before(group[0], around)
    around.location = location
    around.body.block.add_ops(chain(ordered, point, 0))


def count(op: MapOp) -> int:
    """How many points of a group a nest becomes."""
    known = symbolic.constant(symbolic.product(op.extents)) if op.schedule == PARALLEL else 1
    assert known is not None
    return known


def chain(group: Sequence[MapOp], point: Expr, first: int) -> list[Operation]:
    """The nests of a group, each where `point` is one of its own, from `first` on."""
    op, *rest = group
    end = first + count(op)
    op.detach()
    branch = at_point(op, symbolic.expanded(point - first)) if op.schedule == PARALLEL else op
    if not rest:
        return [branch]
    condition = symbolic.parse(f"{point} < {end}")
    return [derived(IfOp(condition, [branch], chain(rest, point, end)), op)]


def at_point(op: MapOp, place: Expr) -> MapOp:
    """The map `op` at one of its points, counted with the last parameter fastest."""
    ranges: list[Range] = []
    for r in reversed(op.ranges.data):
        last = len(ranges) + 1 == len(op.ranges.data)  # nothing is left to divide by
        start = symbolic.expanded(
            r.start + r.step * (place if last else symbolic.Mod(place, r.extent))
        )
        ranges.insert(0, Range.of(start, start + 1))
        place = symbolic.FloorDiv(place, r.extent)
    found = MapOp(op.param_names, ranges)
    for node in list(op.body.block.ops):
        node.detach()
        found.body.block.add_op(node)
    found.attributes |= {k: v for k, v in op.attributes.items() if k not in found.attributes}
    derived(found, op)
    return found
