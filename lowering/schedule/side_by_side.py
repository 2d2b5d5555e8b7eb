"""Nests that do not depend on each other, on threads at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.conflicts import is_inside
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
    map [point = 0:44] schedule(parallel) {
      map [share = point floordiv 22:.. + 1, place = point mod 22:.. + 1] {
        if place < 1 { if share < 1 { map [k = 0:900] schedule(simd) { B } } } else {
          map [i = (21 * share + place - 1) floordiv 14:.. + 1, j = (..) mod 14:.. + 1] { A }
        }
      }
    }
    ```

    A share for each core holds as much of each nest; nests that are not worth threads of their own
    are a point each, and the first. Nests whose number of points is known only at run time stay as
    they are. Needs `#sdfg.machine` on the module.
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
    """
    Whether the number of points is known, and nothing in the nest needs a thread of its own.

    Nor combines with what is in memory: that points then stay apart would have to be proved again.
    """
    if op.schedule != PARALLEL:
        if op.schedule.kind.data not in ("sequential", "simd") or uses_streams(op):
            return False
        if any(isinstance(node, CallOp) for node in op.walk()):
            return False
    if any(a.wcr is not None and not is_inside(a.root, op) for a in Accesses.of(op).all):
        return False
    return all(symbolic.constant(extent) is not None for extent in op.extents)


def gather(group: Sequence[MapOp], machine: MachineAttr) -> None:
    """Make one nest of a group, if that pays."""
    if len(group) < 2:
        return
    cores = machine.fact("cores")
    short = [op for op in group if op.schedule != PARALLEL]
    if len(short) == len(group):
        total = symbolic.integer(0)
        for op in group:
            total = total + picoseconds(op, machine)
        least = 1000 * machine.fact("start_ns") * cores // (cores - 1)
        if not total.is_Integer or total <= least:
            return
    bound = {name for op in group for inner in op.walk() for name in symbols_bound(inner)}
    taken = bound | names_around(group[0])
    point = symbolic.symbol_name("point", taken)
    share, place = (symbolic.symbol_name(n, taken | {point}) for n in ("share", "place"))
    rest = [op for op in group if op.schedule == PARALLEL]
    entries = [*([short] if short else []), *([op] for op in rest)]
    size = sum(-(-count(entry) // cores) for entry in entries)
    location = merged_location(*group)
    around = MapOp([point], [Range.of(0, cores * size)], schedule=PARALLEL)
    insert_before(group[0], around)
    for op in group:
        op.detach()
    starts = [symbolic.parse(f"{point} {how} {size}") for how in ("floordiv", "mod")]
    inner = MapOp([share, place], [Range.of(start, start + 1) for start in starts])
    inner.body.block.add_ops(
        chain(entries, (symbolic.symbol(share), symbolic.symbol(place)), 0, cores)
    )
    around.body.block.add_op(inner)
    for op in (around, inner):
        op.location = location


Entry = list[MapOp]
"""One map on threads, or short ones that are a point each."""


def count(entry: Entry) -> int:
    """How many points an entry has."""
    if entry[0].schedule != PARALLEL:
        return len(entry)
    known = symbolic.constant(symbolic.product(entry[0].extents))
    assert known is not None
    return known


def chain(
    entries: Sequence[Entry], at: tuple[Expr, Expr], first: int, cores: int
) -> list[Operation]:
    """
    What each place of a share does, from the place `first` on.

    `at` are the share and the place in it; each share has as many points of each entry, but for the
    last ones, which may be missing.
    """
    entry, *rest = entries
    share, place = at
    points = count(entry)
    each = -(-points // cores)
    index = symbolic.expanded(each * share + place - first)
    done: list[Operation] = [
        at_point(entry[0], index) if entry[0].schedule == PARALLEL else pick(entry, index)
    ]
    if each * cores != points:
        done = [derived(IfOp(symbolic.parse(f"{index} < {points}"), done), entry[0])]
    if not rest:
        return done
    condition = symbolic.parse(f"{place} < {first + each}")
    others = chain(rest, at, first + each, cores)
    return [derived(IfOp(condition, done, others), entry[0])]


def pick(group: Sequence[MapOp], index: Expr) -> Operation:
    """The nest of a group at `index`."""
    op, *rest = group
    if not rest:
        return op
    condition = symbolic.parse(f"{index} < 1")
    return derived(IfOp(condition, [op], [pick(rest, symbolic.expanded(index - 1))]), op)


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
