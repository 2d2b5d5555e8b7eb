"""Fusion over the whole program, by what a model of the time says it saves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, element_bytes
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.fuse_halos import fuse, tiles
from sdfg.lowering.schedule.fusion_choice import Gain, Model, common_loops, slowness
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.tile_chain import Chain, Users
from sdfg.lowering.schedule.transforms.nest import Refused

_LOOPS = 2
"""How many loops are tiled at most: the outer ones."""
_LONGEST = 2
"""How many containers of a chain become local at most."""


@dataclass(frozen=True)
class ChooseFusionsPass(ModulePass):
    """
    Compute producers tile by tile (`sdfg-fuse-halos`) where a model of the time says that it pays.

    Before, and after:

    ```
    map [block, y] { %t[y, ..] = .. }                    map [block_tile, o0_tile] {
    map [block, o0] { .. = %t[o0, ..], %t[o0 + 1, ..] }    %t = alloc .., stack
                                                           map [block, y] { .. }
                                                           map [block, o0] { .. }
                                                         }
    ```

    Every container that exceeds the caches of the cores is a candidate, alone or with the one that
    its producers read, in tiles that cut the outer loops into equal parts. Those that save most
    come first; a nest is in one chain at most. Tiles save the time to read and write what stays in
    the caches of a core, and to begin and end loops on all threads; they cost what neighbouring
    tiles both compute, and threads without work at the end (`fusion_choice.Gain`). The attribute
    `fusion` of the new map states these numbers. Needs `#sdfg.machine` on the module.
    """

    name = "sdfg-choose-fusions"

    least: int = 3
    """What must be saved, in percent of the time of the computation."""

    def __post_init__(self) -> None:
        if self.least < 0:
            raise ValueError(f"{self.name}: least is at least 0, got {self.least}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        machine = machine_of(op)
        for state in [s for s in op.walk() if isinstance(s, StateOp)]:
            if not any(isinstance(n, MapOp) for n in state.body.block.ops):
                continue
            users = Users.of(state)
            found = [
                c for base in candidates(users, machine) for c in choices(users, base, machine)
            ]
            worth = [c for c in found if c.gain.is_sure and c.gain.share > self.least]
            taken: set[MapOp] = set()
            for choice in sorted(worth, key=lambda c: -c.gain.net):
                if taken.isdisjoint(choice.nests):
                    taken.update(choice.nests)
                    choice.fuse(Users.of(state))


@dataclass(frozen=True)
class Choice:
    """Containers to make local to tiles."""

    containers: tuple[SSAValue, ...]
    nests: tuple[MapOp, ...]
    loops: tuple[str, ...]
    gain: Gain

    def fuse(self, users: Users) -> None:
        last = users.readers(self.containers[0])
        sizes = dict(zip(self.loops, self.gain.sizes.values(), strict=True))
        cuts = [
            (name, sizes[name], r)
            for name, r in common_loops(last, _LOOPS)
            if name in sizes and sizes[name] != symbolic.constant(r.extent)
        ]
        try:
            chain = Chain.of(users, last, tiles(users, cuts))
            for base in self.containers:
                chain.add(base)
        except Refused:
            return  # Another chain now stands in between.
        fuse(chain).attributes["fusion"] = StringAttr(str(self.gain))


def candidates(users: Users, machine: MachineAttr) -> Iterator[SSAValue]:
    """Containers that nests of the state write, of a known size that leaves the cores' caches."""
    bases = dict.fromkeys(a.root for n in users.nodes for a in users.accesses[n].all if a.writes)
    for base in bases:
        if not isinstance(base.owner, AllocOp) or users.state.is_ancestor(base.owner):
            continue
        kind = array_type(base)
        size = symbolic.constant(kind.size)
        if size is None:
            continue
        part = size * element_bytes(kind.element_type) // machine.fact("cores")
        if slowness(part, machine) > 0:
            yield base


def choices(users: Users, base: SSAValue, machine: MachineAttr) -> Iterator[Choice]:
    """The best tiles for `base` alone, and with what its producers read."""
    last = users.readers(base)
    loops = common_loops(last, _LOOPS)
    for tiled in (loops, *([one] for one in loops if len(loops) > 1)):
        found = list(growing(users, base, tiled, machine))
        if found:
            yield from found
            return


def growing(
    users: Users, base: SSAValue, loops: Sequence[tuple[str, Range]], machine: MachineAttr
) -> Iterator[Choice]:
    """The best sizes of tiles of `loops`, for one container after the other that a chain holds."""
    if not loops:
        return
    pending = [base]
    try:
        chain = Chain.of(users, users.readers(base), tiles(users, [(n, 1, r) for n, r in loops]))
        while len(pending) == 1 and len(chain.regions) < _LONGEST:
            chain.add(pending[0])
            model = Model.of(chain, machine.fact("vector_bytes") // 4)
            if model is None:
                return
            gain = model.best(machine)
            if gain.pieces > 1:
                names = tuple(name for name, _ in loops)
                yield Choice(tuple(chain.regions), tuple(chain.nests), names, gain)
            pending = [b for b in inputs(chain) if b not in chain.regions]
    except Refused:
        return


def inputs(chain: Chain) -> list[SSAValue]:
    """The containers that the producers of a chain read and other nests of the state write."""
    users = chain.users
    producers = [n for n in chain.nests if n not in chain.last]
    reads = dict.fromkeys(a.root for n in producers for a in users.accesses[n].all if not a.writes)
    return [b for b in reads if users.writers(b) and b.owner.parent is not None]
