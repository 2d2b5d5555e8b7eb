"""Loops on the threads of the machine."""

from dataclasses import dataclass
from typing import ClassVar

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.conflicts import conflicts, is_inside
from sdfg.dialect.analysis.containers import in_registers
from sdfg.dialect.analysis.dependences import Dependences
from sdfg.dialect.analysis.subsets import slope
from sdfg.dialect.attrs import ScheduleAttr
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.names import label
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    chain_from,
    enclosing,
    on_threads,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.reasons import carried
from sdfg.lowering.schedule.transforms.transformation import Transformation

CLAIMS = {"dynamic": "parallel", "static": "static"}
"""The schedule for each way to claim iterations."""


@dataclass(frozen=True)
class ParallelizeLoopPass(Transformation):
    """
    Run the iterations of loops on the threads of the machine; several nested ones as one.

    Before, and after `sdfg-parallelize-loop{loops=i,j least=64}`:

    ```
    map [i = 0:N] { map [j = 0:M] { for [k = 0:K] { ... } } }

    map [i = 0:N, j = 0:M] schedule(parallel if N * M >= 64) { for [k = 0:K] { ... } }
    ```

    Each thread begins with a part of its own, the same in every loop of one size, and then takes
    from what others have not begun (`claim=dynamic`). With `claim=static` it takes its whole part
    at once (`schedule(static)`), which is one call instead of several, for iterations that take
    equally long; a part that nobody has begun still goes to whoever is free. Legal for maps whose
    points combine into no common element, and for loops whose iterations share nothing, which
    become maps. Threads start no threads: refused within a loop that they run, within a map around
    the nest, and around a loop that they run; name several nested loops to run them as one.
    `sdfg-parallelize` leaves the nest as it is then.
    """

    name = "sdfg-parallelize-loop"
    orders: ClassVar[bool] = True

    loops: tuple[str, ...]
    """The loops, outermost first: all but the last hold nothing but the next."""
    least: int = 1
    """Iterations of all these loops together below which one thread runs them."""
    claim: str = "dynamic"
    """What a thread takes at once: `dynamic`, a few iterations, or `static`, its whole part."""

    def __post_init__(self) -> None:
        if not self.loops:
            raise ValueError(f"{self.name}: name at least one loop")
        if self.least < 1:
            raise ValueError(f"{self.name}: least is at least 1, got {self.least}")
        if self.claim not in CLAIMS:
            raise ValueError(f"{self.name}: claim is one of {', '.join(CLAIMS)}, got {self.claim}")

    def rewrite(self, nest: Nest) -> None:
        names = [nest.name(n) for n in self.loops]
        for top in nest.loops(self.loops[0]):
            chain = chain_from(top)[: len(names)]
            if [parameter(op) for op in chain] != names:
                refuse(f"loops {', '.join(self.loops)} are not perfectly nested")
            self.distribute(nest, chain)

    def distribute(self, nest: Nest, chain: list[Loop]) -> None:
        check_threads(nest, chain)
        names = {parameter(op) for op in chain}
        for op in chain:
            if symbolic.symbols_of(*range_of(op).exprs) & names:
                refuse(f"the range of loop {parameter(op)} moves with the loops around it")
        maps = [as_map(nest, op) for op in chain]
        for op in maps:
            for found in conflicts(op, op.param_names):
                name = label(found.container)
                refuse(f"iterations of {parameter(op)} combine into the same element of {name}")
        for op in maps:
            if name := written_again(maps[0], parameter(op)):
                refuse(f"iterations of {parameter(op)} overlap: they write the same of {name}")
        if name := written_registers(maps[0]):
            refuse(f"{name} is in registers, which threads do not share")
        schedule = self.schedule(nest, maps)
        for op in maps:
            op.attributes["schedule"] = schedule

    def schedule(self, nest: Nest, maps: list[MapOp]) -> ScheduleAttr:
        kind = CLAIMS[self.claim]
        extents = [range_of(op).extent for op in maps]
        count = extents[0] if len(maps) == 1 else symbolic.product(map(nest.count, maps))
        if count.is_Integer:
            return ScheduleAttr(kind if count >= self.least else "sequential")
        if self.least == 1:
            return ScheduleAttr(kind)
        return ScheduleAttr(kind, symbolic.greater(count, symbolic.integer(self.least - 1)))


def check_threads(nest: Nest, chain: list[Loop]) -> None:
    """Raises `Refused` where threads would start threads."""
    if isinstance(nest.state, MapOp):
        refuse(f"loops {', '.join(nest.state.param_names)} around are for the threads")
    root = next(r for r in nest.roots if r.is_ancestor(chain[0]))
    for around in enclosing(chain[0], root):
        if on_threads(around):
            refuse(f"loop {parameter(around)} around is on threads")
    if any(on_threads(op) for op in chain[-1].walk() if op is not chain[-1]):
        refuse("a loop within is on threads")


def as_map(nest: Nest, op: Loop) -> MapOp:
    """The loop itself, or a map in the place of a loop whose iterations share nothing."""
    if isinstance(op, MapOp):
        return op
    root = next(r for r in nest.roots if r.is_ancestor(op))
    assert isinstance(root, Loop)
    found = Dependences.of(root, promised=True)
    for loop in found.loops:
        if loop.op is op:
            for dependence in found.of_loop(loop):
                refuse(carried(dependence, loop.parameter))
    new = MapOp([op.param], [range_of(op)], op.detach_region(0))
    derived(new, op)
    nest.replace(op, [new])
    return new


def written_again(op: MapOp, name: str) -> str | None:
    """
    A container of which iterations of the loop `name` may write the same elements, as the last
    units of a tile do (`sdfg-tile{rest=overlap}`); whole tiles, around their units, do not.
    """
    loops = {parameter(o) for o in op.walk() if isinstance(o, MapOp)}
    for access in Accesses.of(op).all:
        if not access.writes or not access.is_array or is_inside(access.root, op):
            continue
        for least in (m for r in access.subset.data for m in symbolic.minima(r.start)):
            steps = [(n, slope(part, n)) for part in least.args for n in loops]
            moves = [(n, abs(int(s))) for n, s in steps if s is not None and s.is_Integer and s]
            if moves and (name, min(step for _, step in moves)) in moves:
                return label(access.root)
    return None


def written_registers(op: MapOp) -> str | None:
    """A container in registers outside of `op` that it writes, as people call it."""
    for access in Accesses.of(op).all:
        owner = access.root.owner
        if not access.writes or not in_registers(access.root):
            continue
        if not any(owner is inner for inner in op.walk()):
            return label(access.root)
    return None
