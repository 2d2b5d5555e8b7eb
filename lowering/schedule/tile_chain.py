"""Nests that pass data on, tile by tile: what each computes of a tile, and when that is legal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses, may_stop
from sdfg.dialect.analysis.containers import array_type, touching
from sdfg.dialect.analysis.dependences import facts_of
from sdfg.dialect.analysis.iterations import factors_of
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.copies import PrefetchOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.names import known_names
from sdfg.lowering.schedule.nests import ReductionNest
from sdfg.lowering.schedule.tile_regions import Needed, Ranges, Region, joined, needed, region_of
from sdfg.lowering.schedule.transforms.nest import refuse


@dataclass(frozen=True)
class Users:
    """The nodes of a state, in order, with what they touch."""

    state: StateOp
    nodes: tuple[Operation, ...]
    accesses: Mapping[Operation, Accesses]
    sizes: frozenset[str]

    @classmethod
    def of(cls, state: StateOp) -> "Users":
        inside = [op for op in state.body.block.ops if not is_definition(op)]
        found = {op: Accesses.of(op) for op in inside}
        return cls(state, tuple(inside), found, facts_of(state).sizes)

    @cached_property
    def names(self) -> frozenset[str]:
        """The symbols that the program around the state defines."""
        return frozenset(known_names(self.state))

    def writers(self, base: SSAValue) -> list[Operation]:
        return [n for n in self.nodes if base in self.accesses[n].writes]

    def readers(self, base: SSAValue) -> list[Operation]:
        """Those that read `base` and do not write it."""
        writers = self.writers(base)
        return [n for n in self.nodes if base in self.accesses[n].reads and n not in writers]


def is_definition(op: Operation) -> bool:
    return isinstance(op, AllocOp | ConstantOp | ViewOp)


@dataclass(frozen=True)
class Tile:
    """A loop of the last nests of a chain, cut into pieces."""

    loop: str
    size: int
    name: str
    """The parameter that counts the pieces."""
    whole: Range

    @property
    def pieces(self) -> Range:
        return Range.of(0, symbolic.ceil_div(self.whole.extent, symbolic.integer(self.size)))

    @property
    def part(self) -> Range:
        """The loop within a piece; the last one may exceed the whole."""
        start = self.size * symbolic.symbol(self.name)
        return Range(start, start + self.size)


@dataclass(eq=False)
class Chain:
    """
    Last nests, tiled, with nests before them that compute for each tile what it reads.

    Built without changing the program. Raises `Refused` where it would be wrong.
    """

    users: Users
    last: tuple[MapOp, ...]
    tiles: tuple[Tile, ...]
    ranges: dict[MapOp, Needed] = field(default_factory=dict[MapOp, Needed])
    """Which iterations of each nest a tile runs."""
    regions: dict[SSAValue, Region] = field(default_factory=dict[SSAValue, Region])
    """What a tile holds of each container that is no longer needed as a whole."""

    @classmethod
    def of(cls, users: Users, last: Sequence[Operation], tiles: Sequence[Tile]) -> "Chain":
        nests = tuple(op for op in last if isinstance(op, MapOp))
        if not nests or len(nests) < len(last):
            refuse(f"'{last[0].name}' is no map" if last else "nothing reads it")
        chain = cls(users, nests, tuple(tiles))
        for nest in nests:
            own = ranges_of(nest)
            for tile in tiles:
                if own.get(tile.loop) != tile.whole or tile.whole.start != 0:
                    refuse(f"not all nests have a loop {tile.loop} over the same range from 0 on")
            chain.ranges[nest] = Needed({t.loop: t.part for t in tiles}, ())
        chain.check_last()
        return chain

    @property
    def pieces(self) -> dict[str, Range]:
        """The parameters that count the pieces."""
        return {t.name: t.pieces for t in self.tiles}

    @property
    def nests(self) -> list[MapOp]:
        """All nests, in the order of the program."""
        return [n for n in self.users.nodes if isinstance(n, MapOp) and n in self.ranges]

    def add(self, base: SSAValue) -> None:
        """Let each tile compute what it reads of the container `base`. Raises `Refused`."""
        writers, readers = self.users.writers(base), self.users.readers(base)
        self.check_container(base, [*writers, *readers])
        if outside := [n for n in readers if n not in self.ranges]:
            refuse(f"'{outside[0].name}' outside of the chain reads it")
        nests = [n for n in writers if isinstance(n, MapOp) and n not in self.last]
        if not nests or len(nests) < len(writers):
            refuse("what writes it is no map of its own")
        region = joined(self.region(a) for n in readers for a in self.touching(n, base))
        if not region.is_tiled:
            refuse("each tile reads all of it")
        written: list[Region] = []
        for nest in nests:
            self.check_producer(nest, base)
            stores = [a for a in self.touching(nest, base) if a.writes]
            found = needed(stores, ranges_of(nest), region, self.pieces, self.users.sizes)
            self.ranges[nest] = found
            if not found.guards:
                written += [self.region(a) for a in stores]
        self.regions[base] = held = joined([region, *map(region_with(region), written)])
        if not held.is_tiled:
            refuse("each tile writes all of it")
        self.check_order()

    def touching(self, nest: Operation, base: SSAValue) -> tuple[Access, ...]:
        return self.users.accesses[nest].by_root.get(base, ())

    def region(self, access: Access) -> Region:
        """What an access of a nest of the chain touches in a tile."""
        nest = access.scope[0]
        assert isinstance(nest, MapOp)
        dims = array_type(access.container).dims
        own = self.ranges[nest].ranges
        return region_of(access, dims, own, self.pieces, self.users.sizes)

    def check_container(self, base: SSAValue, nodes: Sequence[Operation]) -> None:
        owner = base.owner
        if not isinstance(owner, AllocOp) or array_type(base).storage.kind.data != "heap":
            refuse("it is seen outside of the program")
        known = {(a.node, a.operand) for n in nodes for a in self.touching(n, base)}
        for node, operand in touching(base):
            if (node, operand) not in known and not isinstance(node, PrefetchOp):
                refuse(f"'{node.name}' in another state uses it")
        for node in nodes:
            if any(a.container is not base for a in self.touching(node, base)):
                refuse("it is used through a view")
            if not all(a.whole for a in self.touching(node, base)):
                refuse("which elements of it are used is data")

    def check_producer(self, nest: MapOp, base: SSAValue) -> None:
        """What is computed anew for each tile must write nothing else, and use no old value."""
        accesses = self.users.accesses[nest]
        if accesses.writes - self.regions.keys() - {base} - own_containers(nest):
            refuse("what writes it writes other containers, too")
        if may_stop(nest):
            refuse("what writes it may stop the program")
        sums = ReductionNest.of(nest)
        if base in accesses.updates and (sums is None or sums.target is not base):
            refuse("what writes it uses what was there before")

    def check_last(self) -> None:
        """Whether the last nests may take turns: no two tiles of them share what one writes."""
        for k, first in enumerate(self.last):
            for second in self.last[k + 1 :]:
                for a in self.users.accesses[first].all:
                    for b in self.touching(second, a.root):
                        if (a.writes or b.writes) and not self.are_apart(a, b):
                            refuse("two of the nests that read it share what they write")

    def are_apart(self, a: Access, b: Access) -> bool:
        """Whether two accesses of different tiles never meet: a dimension for each loop says so."""
        if not a.is_array or a.container is not b.container:
            return False
        left = {t.name for t in self.tiles}
        for i in joined([self.region(a), self.region(b)]).intervals:
            linear = None if i is None else factors_of(i.first, self.pieces)
            if i is None or linear is None or len(linear[0]) != 1:
                continue
            ((name, factor),) = linear[0].items()
            if bool(factor >= i.count):
                left.discard(name)
        return not left

    def check_order(self) -> None:
        """Whether all nests of the chain may run where its last one stands, tile by tile."""
        nests = self.nests
        producers = [n for n in nests if n not in self.last]
        for nest in producers:
            for other in self.last:
                reads = self.users.accesses[nest].reads - self.regions.keys()
                if not reads.isdisjoint(self.users.accesses[other].writes):
                    refuse("the last nests write what is read for the next tile")
        nodes = self.users.nodes
        for node in nodes[nodes.index(nests[0]) : nodes.index(nests[-1])]:
            if node in self.ranges:
                continue
            before = (n for n in nests if nodes.index(n) < nodes.index(node))
            ours = self.users.accesses[node]
            if any(ours.conflicts_with(self.users.accesses[n]) for n in before):
                refuse(f"'{node.name}' in between touches the same data")


def region_with(wanted: Region) -> Callable[[Region], Region]:
    """A region of what is written, as far as only a part of that dimension is wanted."""

    def limited(written: Region) -> Region:
        pairs = zip(wanted.intervals, written.intervals, strict=True)
        return Region(tuple(None if w is None else r for w, r in pairs))

    return limited


def ranges_of(nest: MapOp) -> Ranges:
    return dict(zip(nest.param_names, nest.ranges.data, strict=True))


def own_containers(nest: MapOp) -> set[SSAValue]:
    """What is allocated within."""
    return {op.result for op in nest.walk() if isinstance(op, AllocOp)}
