"""Which iterations of a nest must follow which: parallel loops, reductions, carried dependences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.containers import given_sizes
from sdfg.dialect.analysis.distances import Distance, Vector, meetings
from sdfg.dialect.analysis.equations import Facts, common_loops
from sdfg.dialect.analysis.loops import Loop, LoopOp, loops_around, loops_within
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_read

DependenceKind = Literal["flow", "anti", "output", "reduction"]
LoopKind = Literal["parallel", "reduction", "carried", "unknown"]

SEVERITY: Sequence[LoopKind] = ("parallel", "reduction", "unknown", "carried")
"""From what allows most to what allows least."""


@dataclass(frozen=True)
class Dependence:
    """`sink` touches, in some later iteration or later in the same, what `source` touched."""

    source: Access
    sink: Access
    kind: DependenceKind
    """Written then read, read then written, written twice; or both combine with what is there."""
    loops: tuple[Loop, ...]
    """The loops around both, outermost first."""
    distance: Vector
    """By how much each parameter has grown, in values of it; the first that is not 0 is more."""
    exact: bool
    """Whether it is there for some sizes; else no more is known than that it may be."""

    @property
    def carrier(self) -> Loop | None:
        """The outermost loop whose iterations it orders; None within one iteration of all."""
        found = (x for x, d in zip(self.loops, self.distance, strict=True) if d != 0)
        return next(found, None)

    def along(self, parameter: str) -> Distance:
        """The distance in one parameter; 0 if it is not around both."""
        for loop, distance in zip(self.loops, self.distance, strict=True):
            if loop.parameter == parameter:
                return distance
        return 0


@dataclass(frozen=True)
class Dependences:
    """
    All dependences among the accesses of a nest of maps and loops.

    A map counts as the loops over its parameters, in their order: that its points may run in any
    order is a promise, which this analysis can check. Quadratic in the number of accesses to each
    container that the nest writes; each pair costs little unless its indices mix parameters.
    """

    op: LoopOp
    loops: tuple[Loop, ...]
    """Every loop of the nest, in the order of the text."""
    all: tuple[Dependence, ...]
    """Those within one iteration among them; by the order of the text of the later access."""
    opaque: frozenset[Loop]
    """Loops in which a symbol carries data from one iteration to the next."""

    @classmethod
    def of(cls, op: LoopOp, *, promised: bool = False) -> Self:
        """
        The dependences in `op`, as its loops are.

        With `promised` it is taken as given that points of one map meet in reductions alone, as the
        dialect asks for: then only loops carry others, and nothing is unknown about a map.
        """
        facts = facts_of(op)
        found: list[Dependence] = []
        for accesses in Accesses.of(op).by_root.values():
            if any(a.writes or not a.is_array for a in accesses):
                found += _among(accesses, facts, promised)
        loops = loops_within(op)
        return cls(op, loops, tuple(found), frozenset(_opaque(loops)))

    @cached_property
    def by_carrier(self) -> Mapping[Loop, tuple[Dependence, ...]]:
        """The dependences that each loop carries."""
        found: dict[Loop, list[Dependence]] = {}
        for dependence in self.all:
            if (carrier := dependence.carrier) is not None:
                found.setdefault(carrier, []).append(dependence)
        return {loop: tuple(dependences) for loop, dependences in found.items()}

    def of_loop(self, loop: Loop) -> tuple[Dependence, ...]:
        """The dependences from one iteration of `loop` to another, all around it standing still."""
        return self.by_carrier.get(loop, ())

    def of_parameter(self, parameter: str) -> tuple[Dependence, ...]:
        """The dependences that the loops called `parameter` carry."""
        return tuple(d for x in self._called(parameter) for d in self.of_loop(x))

    def kind_of(self, loop: Loop) -> LoopKind:
        """
        What `loop` is, while those around it stand still.

        `parallel`: no two iterations touch the same element, one of them writing; `reduction`: only
        updates by one conflict resolution meet; `carried`: some iteration needs an earlier one;
        `unknown`: some may, which an access does not say.
        """
        if loop in self.opaque:
            return "unknown"
        return _worst(map(_loop_kind, self.of_loop(loop)))

    def kind(self, parameter: str) -> LoopKind:
        """
        What the loops called `parameter` are; of several the one that allows least.

        Raises `KeyError` if there is none.
        """
        return _worst(map(self.kind_of, self._called(parameter)))

    def _called(self, parameter: str) -> list[Loop]:
        found = [x for x in self.loops if x.parameter == parameter]
        if not found:
            raise KeyError(f"no loop of the nest is called '{parameter}'")
        return found

    def may_interchange(self, order: Sequence[str]) -> bool:
        """
        Whether the loops `order` may run nested in this order, outermost first.

        They stand around each other already, and loops between them keep their place. It takes
        that every dependence still leads forward (updates of a reduction may come in any order),
        that no range depends on a parameter then further in, and that what stands between the
        loops stays in the same ones. Raises `KeyError` for a parameter that no loop has.
        """
        band = [self._called(name) for name in order]
        if any(len(loops) > 1 for loops in band):
            return False
        chain = self._chain([x for (x,) in band])
        if chain is None:
            return False
        moved = iter([x for (x,) in band])
        new = [next(moved) if x.parameter in order else x for x in chain]
        return (
            not self.opaque.intersection(chain)
            and _ranges_allow(new)
            and self._nodes_allow(chain, new)
            and all(_leads_forward(d, new) for d in self.all if d.kind != "reduction")
        )

    def _chain(self, loops: Sequence[Loop]) -> list[Loop] | None:
        """The loops from the outermost of `loops` to the innermost; None if they are not nested."""
        innermost = max(loops, key=self.loops.index)
        around: list[Operation] = [innermost.op]
        while around[0] is not self.op:
            parent = around[0].parent_op()
            assert parent is not None, "the loop stands in the nest"
            around.insert(0, parent)
        chain = list(loops_around(around))
        if not set(loops) <= set(chain):
            return None
        places = [chain.index(x) for x in loops]
        return chain[min(places) : max(places) + 1]

    def _nodes_allow(self, old: Sequence[Loop], new: Sequence[Loop]) -> bool:
        """Whether each node that stands in some of the loops `old` would stand in the same."""
        scopes = {a.scope for a in Accesses.of(self.op).all}
        for scope in scopes:
            depth = len(set(loops_around(scope)).intersection(old))
            if set(old[:depth]) != set(new[:depth]):
                return False
        return True


def facts_of(op: Operation) -> Facts:
    """What is known about the symbols in `op`."""
    program: Operation | None = op
    while program is not None and not isinstance(program, SdfgOp):
        program = program.parent_op()
    sizes = given_sizes(program) if isinstance(program, SdfgOp) else frozenset[str]()
    assigned = frozenset(s for node in op.walk() if (s := symbol_assigned(node)) is not None)
    return Facts(sizes - assigned, assigned)


def resolution(access: Access) -> str | None:
    """How a write combines with what is there: by a memlet, or as a library node does."""
    node = access.node
    if isinstance(node, LibraryOp) and "accumulate" in node.attributes:
        kind = node.attributes.get("kind")
        way = kind.data if isinstance(kind, StringAttr) else "sum"
        return way if access.operand >= len(node.inputs) else None
    return access.wcr


def _among(accesses: Sequence[Access], facts: Facts, promised: bool) -> Iterator[Dependence]:
    """The dependences among the accesses to one block of memory."""
    for k, second in enumerate(accesses):
        for first in accesses[: k + 1]:
            if not (first.writes or second.writes) and first.is_array:
                continue
            common = common_loops(first, second)
            kind = kind_between(first, second)
            if (
                promised
                and kind != "reduction"
                and not any(isinstance(x.op, ForOp) for x in common)
            ):
                if first.node is not second.node:
                    yield Dependence(first, second, kind, common, (0,) * len(common), False)
                continue
            yield from _between(first, second, common, facts, promised)


def _between(
    first: Access, second: Access, common: tuple[Loop, ...], facts: Facts, promised: bool
) -> Iterator[Dependence]:
    if first is second and not common:
        return
    found = meetings(first, second, common, facts)
    for vector in found.vectors:
        level = next((k for k, d in enumerate(vector) if d != 0), None)
        if level is None:
            if first.node is not second.node:
                kind = kind_between(first, second)
                yield Dependence(first, second, kind, common, vector, found.exact)
            continue
        backward = vector[level] == "-" or (isinstance(n := vector[level], int) and n < 0)
        if backward and first is second:
            continue
        source, sink = (second, first) if backward else (first, second)
        kind = kind_between(source, sink)
        if promised and kind != "reduction" and isinstance(common[level].op, MapOp):
            continue
        distance: Vector = tuple(_negated(d) for d in vector) if backward else vector
        yield Dependence(source, sink, kind, common, distance, found.exact)


def kind_between(source: Access, sink: Access) -> DependenceKind:
    """What orders two accesses, one of which writes."""
    ways = resolution(source), resolution(sink)
    if ways[0] == ways[1] and ways[0] is not None:
        return "reduction"
    if not source.writes:
        return "anti"
    return "output" if sink.writes else "flow"


def _negated(distance: Distance) -> Distance:
    if isinstance(distance, int):
        return -distance
    if distance == "*":
        return "*"
    return "-" if distance == "+" else "+"


def _worst(kinds: Iterable[LoopKind]) -> LoopKind:
    found = set(kinds)
    for kind in reversed(SEVERITY):
        if kind in found:
            return kind
    return "parallel"


def _loop_kind(dependence: Dependence) -> LoopKind:
    if dependence.kind == "reduction":
        return "reduction"
    return "carried" if dependence.exact else "unknown"


def _ranges_allow(loops: Sequence[Loop]) -> bool:
    """Whether no range uses the parameter of a loop further in."""
    return all(
        symbolic.symbols_of(*outer.range.exprs).isdisjoint(x.parameter for x in loops[k:])
        for k, outer in enumerate(loops)
    )


def _leads_forward(dependence: Dependence, order: Sequence[Loop]) -> bool:
    """Whether the distance is not negative where the loops in `order` come in that order."""
    along = dict(zip(dependence.loops, dependence.distance, strict=True))
    moved = iter([x for x in order if x in along])
    for loop in dependence.loops:
        distance = along[next(moved) if loop in order else loop]
        if distance == "+" or (isinstance(distance, int) and distance > 0):
            return True
        if distance != 0:
            return False
    return True


def _opaque(loops: Iterable[Loop]) -> Iterator[Loop]:
    """The loops whose iterations may hand a symbol on to the next."""
    for loop in loops:
        body = [node for node in loop.op.walk() if node is not loop.op]
        assigned = {s for node in body if (s := symbol_assigned(node)) is not None}
        if not assigned:
            continue
        known: set[str] = set()
        for node in body:
            if symbols_read(node) & (assigned - known):
                yield loop
                break
            # On a branch it may not happen, and in a loop it may not either.
            if (name := symbol_assigned(node)) is not None and node.parent_op() is loop.op:
                known.add(name)
