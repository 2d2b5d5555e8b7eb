"""Which producers to compute tile by tile, in tiles of which size: a model of the time saved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, element_bytes
from sdfg.dialect.analysis.cost import Cost
from sdfg.dialect.analysis.iterations import factors_of
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.nests import stride
from sdfg.lowering.schedule.tile_chain import Chain, ranges_of

_TRAFFIC = 3
"""How often a byte that leaves the caches of a core moves: its line is read, written back, read."""
_NEAR = 0.5
"""The share of the second cache that a tile may have; the rest is for what passes through."""
_FAR = 4
"""How much slower memory is than the shared cache."""
_UNEVEN = 0.1
"""The share of a tile that threads wait for the last one to be done."""
_REACHED = 0.75
"""The share of the speed of a core that nests reach."""


@dataclass(frozen=True)
class Count:
    """A number of indices, or of iterations, that grows with the sizes of tiles."""

    first: int
    """With tiles of one iteration each."""
    steps: Mapping[str, int]
    """How much one more iteration of a tile adds, by the parameter that counts tiles."""
    most: int

    def at(self, sizes: Mapping[str, int]) -> int:
        grown = self.first + sum(step * (sizes[name] - 1) for name, step in self.steps.items())
        return min(grown, self.most)


@dataclass(frozen=True)
class Work:
    """What one nest of a chain does."""

    flops: int
    """Without tiles."""
    counts: tuple[Count, ...]
    """Iterations of each loop within a tile."""
    reads: bool
    """Whether it reads anything; else it only sets a border."""

    def times(self, sizes: Mapping[str, int], pieces: int) -> float:
        """How often each iteration runs, on average."""
        return max(1.0, pieces * prod(c.at(sizes) / c.most for c in self.counts))


@dataclass(frozen=True)
class Held:
    """What a tile holds of a container."""

    whole: int
    """Bytes of the container."""
    element: int
    counts: tuple[Count, ...]

    def part(self, sizes: Mapping[str, int]) -> int:
        """Bytes in a tile."""
        return self.element * prod(c.at(sizes) for c in self.counts)


@dataclass(frozen=True)
class Gain:
    """What tiles of some sizes save, in nanoseconds of each core."""

    sizes: Mapping[str, int]
    pieces: int
    held: int
    """Bytes that a tile holds."""
    repeated: float
    """Floating point operations as a multiple of those without tiles."""
    saved: float
    lost: float
    total: float
    """What the computation itself takes."""

    @property
    def net(self) -> float:
        return self.saved - self.lost

    @property
    def is_sure(self) -> bool:
        """Whether it saves twice what it costs: what bytes take is known less well than work."""
        return self.saved > 2 * self.lost

    @property
    def share(self) -> float:
        """What is saved in percent of the computation."""
        return 100 * self.net / self.total if self.total else 100.0 * (self.net > 0)

    def __str__(self) -> str:
        return (
            f"{self.pieces} tiles of {self.held} bytes, {self.repeated:.2f} times the operations: "
            f"saves {self.saved / 1000:.1f} us, costs {self.lost / 1000:.1f} us"
        )


@dataclass(frozen=True)
class Model:
    """A chain with tiles of one iteration, as numbers."""

    extents: Mapping[str, int]
    """Iterations of each loop that is tiled, by the parameter that counts tiles."""
    works: tuple[Work, ...]
    held: tuple[Held, ...]

    @classmethod
    def of(cls, chain: Chain, lanes: int) -> "Model | None":
        """
        None where a size is not known, and where loops along neighbouring elements would be cut
        to less than `lanes`.

        `chain` has tiles of one iteration.
        """
        if any(cuts_lanes(chain, nest, lanes) for nest in chain.nests):
            return None
        extents = {t.name: symbolic.constant(t.whole.extent) for t in chain.tiles}
        works = [work_of(chain, nest) for nest in chain.nests]
        held = [held_of(chain, base) for base in chain.regions]
        numbers = {name: e for name, e in extents.items() if e is not None}
        known_works = tuple(w for w in works if w is not None)
        known_held = tuple(h for h in held if h is not None)
        if (len(numbers), len(known_works), len(known_held)) != tuple(
            map(len, (extents, works, held))
        ):
            return None
        return cls(numbers, known_works, known_held)

    def best(self, machine: MachineAttr) -> Gain:
        """The sizes of tiles that save most; of equal ones the larger tiles."""
        choices = [[(name, s) for s in divisors(e)] for name, e in self.extents.items()]
        gains = (self.gain(dict(sizes), machine) for sizes in product(*choices))
        return max(gains, key=lambda g: (g.net, g.held))

    def gain(self, sizes: Mapping[str, int], machine: MachineAttr) -> Gain:
        """
        What tiles of these sizes save: bytes that stay near the core, and loops that threads begin
        and end together; what they cost: repeated operations, and threads that wait for others.
        """
        cores = machine.fact("cores")
        pieces = prod(-(-e // sizes[name]) for name, e in self.extents.items())
        held = sum(h.part(sizes) for h in self.held)
        saved = 0.0
        for h in self.held:
            distance = slowness(h.whole // cores, machine) - slowness(held, machine)
            saved += _TRAFFIC * h.whole / cores / machine.fact("core_gbytes") * distance
        if cores > 1:
            saved += machine.fact("start_ns") * (sum(w.reads for w in self.works) - 1)
        speed = _REACHED * machine.fact("core_gflops") * cores
        flops = sum(w.flops for w in self.works)
        every = sum(w.flops * w.times(sizes, pieces) for w in self.works)
        waiting = (-(-pieces // cores) + (_UNEVEN if cores > 1 else 0)) * cores / pieces
        lost = (every * waiting - flops) / speed
        repeated = every / flops if flops else 1.0
        return Gain(sizes, pieces, held, repeated, saved, lost, flops / speed)


def slowness(size: int, machine: MachineAttr) -> float:
    """How slow `size` bytes are to read: 0 next to the core, 1 in the shared cache."""
    if size <= _NEAR * machine.fact("l2_bytes"):
        return 0.0
    return 1.0 if size <= machine.fact("l3_bytes") else float(_FAR)


def cuts_lanes(chain: Chain, nest: MapOp, lanes: int) -> bool:
    """Whether a tile runs less than a vector of a loop along which memory is contiguous."""
    parts = {n: symbolic.constant(r.extent) for n, r in chain.ranges[nest].ranges.items()}
    short = [name for name, count in parts.items() if count is None or count < lanes]
    return any(
        a.is_array and stride(a.container, MemletAttr(a.subset), name) == 1
        for name in short
        for a in chain.users.accesses[nest].all
    )


def work_of(chain: Chain, nest: MapOp) -> Work | None:
    flops = symbolic.constant(Cost.of(nest).flops)
    counts: list[Count] = []
    for name, r in chain.ranges[nest].ranges.items():
        count = count_of(r, symbolic.constant(ranges_of(nest)[name].extent), chain.pieces)
        if count is None:
            return None
        counts.append(count)
    if flops is None:
        return None
    reads = any(not a.writes for a in chain.users.accesses[nest].all)
    return Work(flops, tuple(counts), reads)


def held_of(chain: Chain, base: SSAValue) -> Held | None:
    kind = array_type(base)
    counts: list[Count] = []
    for dim, interval in zip(kind.dims, chain.regions[base].intervals, strict=True):
        extent = symbolic.constant(dim)
        if extent is None:
            return None
        if interval is None:
            counts.append(Count(extent, {}, extent))
            continue
        part = Range(interval.first, interval.end)
        count = count_of(part, extent, chain.pieces)
        if count is None:
            return None
        counts.append(count)
    size = element_bytes(kind.element_type)
    return Held(size * prod(c.most for c in counts), size, tuple(counts))


def count_of(r: Range, most: int | None, tiles: Mapping[str, Range]) -> Count | None:
    first = symbolic.constant(symbolic.expanded(r.end - r.start))
    linear = factors_of(r.start, tiles)
    if first is None or most is None or linear is None:
        return None
    steps = {name: known(factor) for name, factor in linear[0].items()}
    return Count(max(0, min(first, most)), steps, max(1, most))


def known(factor: Expr) -> int:
    count = symbolic.constant(factor)
    return 0 if count is None else count


def divisors(extent: int) -> Iterator[int]:
    """Sizes that cut `extent` into equal parts."""
    return (size for size in range(1, extent + 1) if extent % size == 0)


def common_loops(nests: Sequence[Operation], most: int) -> list[tuple[str, Range]]:
    """The first loops, at most so many, that all of `nests` have over the same range from 0 on."""
    every = [ranges_of(n) for n in nests if isinstance(n, MapOp)]
    if not every or len(every) < len(nests):
        return []
    shared = [
        (name, r)
        for name, r in every[0].items()
        if r.start == 0 and r.step == 1 and r.extent != 1 and all(o.get(name) == r for o in every)
    ]
    return shared[:most]
