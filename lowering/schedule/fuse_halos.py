"""Producers computed tile by tile, next to what reads them, with the halo that a tile needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.copies import PrefetchOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.names import known_names
from sdfg.lowering.schedule.tile_chain import Chain, Tile, Users, ranges_of
from sdfg.lowering.schedule.tile_regions import Region
from sdfg.lowering.schedule.transforms.nest import Refused
from sdfg.lowering.simplify.rewriting import label, merged_location, replace_access


@dataclass(frozen=True)
class FuseHalosPass(ModulePass):
    """
    Tile the nests that read a container, and compute what a tile reads just before it.

    Before, and after `sdfg-fuse-halos{containers=t loops=i sizes=8}`:

    ```
    %t = alloc [66]
    map [i = 0:66] { %t[i] = f(%x[i]) }
    map [i = 0:64] { %y[i] = %t[i] + %t[i + 1] + %t[i + 2] }

    map [i_tile = 0:8] {
      %t = alloc [10], stack
      map [i = 8 * i_tile:8 * i_tile + 10] { %t[i - 8 * i_tile] = f(%x[i]) }
      map [i = 8 * i_tile:8 * i_tile + 8] { %y[i] = %t[i - 8 * i_tile] + .. }
    }
    ```

    What neighbouring tiles both need is computed by both: here 80 elements for 66. Several
    containers, the one that is read last first, make a chain. Borders that are set (the zeros
    around an image) are set in each tile that has them. Legal where tiles read boxes of constant
    size that move with the tile, written by maps that do nothing else. Stops compilation with the
    reason where it is not.
    """

    name = "sdfg-fuse-halos"

    containers: tuple[str, ...]
    """Labels of the containers that become parts of a tile, the last one of a chain first."""
    loops: tuple[str, ...]
    """Parameters of the maps that read the first of them: what is tiled."""
    sizes: tuple[int, ...]
    """Iterations of each in a tile."""

    def __post_init__(self) -> None:
        if not self.containers or not self.loops or len(self.loops) != len(self.sizes):
            raise ValueError(f"{self.name}: wants containers, and a size for each of the loops")
        if min(self.sizes) < 1:
            raise ValueError(f"{self.name}: sizes are at least 1, got {self.sizes}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for state in [s for s in op.walk() if isinstance(s, StateOp)]:
            users = Users.of(state)
            found = [base for name in self.containers for base in named(users, name)]
            if len(found) < len(self.containers):
                continue
            try:
                fuse(self.chain(users, found))
            except Refused as reason:
                fail(state, f"is not transformed by {self.name}: {reason}")

    def chain(self, users: Users, containers: Sequence[SSAValue]) -> Chain:
        last = users.readers(containers[0])
        whole = [ranges_of(n) for n in last if isinstance(n, MapOp)]
        missing = (name for name in self.loops if not whole or name not in whole[0])
        if (name := next(missing, None)) is not None:
            raise Refused(f"there is no loop {name}")
        cuts = [(n, size, whole[0][n]) for n, size in zip(self.loops, self.sizes, strict=True)]
        chain = Chain.of(users, last, tiles(users, cuts))
        for base in containers:
            chain.add(base)
        return chain


def named(users: Users, name: str) -> list[SSAValue]:
    """The containers that are written in a state and are called `name`."""
    bases = dict.fromkeys(a.root for n in users.nodes for a in users.accesses[n].all if a.writes)
    allocs = {b: b.owner for b in bases if isinstance(b.owner, AllocOp)}
    return [b for b, op in allocs.items() if label(op) == name and not inside(users.state, op)]


def inside(state: StateOp, op: Operation) -> bool:
    return state.is_ancestor(op)


def tiles(users: Users, cuts: Sequence[tuple[str, int, Range]]) -> list[Tile]:
    """Tiles of loops, given with their size and range, under names of their own."""
    taken = set(users.names)
    found: list[Tile] = []
    for loop, size, whole in cuts:
        name = symbolic.symbol_name(f"{loop}_tile", taken)
        taken.add(name)
        found.append(Tile(loop, size, name, whole))
    return found


def fuse(chain: Chain) -> MapOp:
    """Put one map over all tiles in the place of the nests of a chain."""
    nests = chain.nests
    names = [t.name for t in chain.tiles]
    outer = MapOp(names, [chain.pieces[n] for n in names])
    outer.location = merged_location(*nests)
    Rewriter.insert_op(outer, InsertPoint.before(nests[-1]))
    taken = known_names(chain.users.state)
    held = {base: local(base, region) for base, region in chain.regions.items()}
    for alloc in held.values():
        outer.body.block.add_op(alloc)
    for nest in nests:
        cut(nest, chain, taken)
        nest.detach()
        outer.body.block.add_op(nest)
        for access in Accesses.of(nest).all:
            if access.root in held:
                memlet = shifted(access.subset, chain.regions[access.root], access.wcr)
                replace_access(access.node, access.operand, held[access.root].result, memlet)
    for base in held:
        for use in list(base.uses):
            assert isinstance(use.operation, PrefetchOp)
            Rewriter.erase_op(use.operation)
        assert isinstance(base.owner, AllocOp)
        Rewriter.erase_op(base.owner)
    return outer


def local(base: SSAValue, region: Region) -> AllocOp:
    """What a tile holds of a container."""
    kind = array_type(base)
    dims = region.extents(kind.dims)
    assert isinstance(base.owner, AllocOp)
    new = AllocOp(ArrayType(dims, kind.element_type, storage="stack"), label(base.owner) or None)
    new.location = base.owner.location
    new.result.name_hint = base.name_hint
    return new


def shifted(subset: SubsetAttr, region: Region, wcr: str | None) -> MemletAttr:
    return MemletAttr(SubsetAttr(region.shifted(subset.data)), wcr or "")


def cut(nest: MapOp, chain: Chain, taken: set[str]) -> None:
    """Let a nest run those of its iterations that a tile needs."""
    found = chain.ranges[nest]
    own = ranges_of(nest)
    ranges = {**own, **found.clamped(own, chain.pieces)}
    for guard in found.guards:
        name = symbolic.symbol_name("border", taken)
        taken.add(name)
        ranges[name] = guard
    nest.attributes["params"] = syntax.strings(ranges)
    nest.attributes["ranges"] = SubsetAttr(tuple(ranges.values()))
