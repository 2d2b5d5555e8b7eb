"""How much memory the body of each loop touches, and how often it comes back to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.boxes import ONE, Box, Span, at_least, union
from sdfg.dialect.analysis.containers import array_type, element_bytes
from sdfg.dialect.analysis.dependences import facts_of
from sdfg.dialect.analysis.iterations import executions, span_of
from sdfg.dialect.analysis.loops import Loop, loops_around, loops_within
from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr


@dataclass(frozen=True)
class Footprint:
    """The elements of one container that some code touches."""

    root: SSAValue
    elements: Expr
    """How many different ones."""
    accesses: Expr
    """How many reads and writes of an element there are."""
    exact: bool
    """Whether both are exact, if all loops run; else they are no less than what happens."""

    @property
    def bytes(self) -> Expr:
        return self.elements * element_bytes(array_type(self.root).element_type)

    @property
    def reuse(self) -> Expr:
        """How often each element is touched, on average: a rational number or function."""
        return self.accesses if self.elements == 0 else self.accesses / self.elements


ByRoot = Mapping[SSAValue, Footprint]


@dataclass(frozen=True)
class Footprints:
    """
    What the nest, and one iteration of each of its loops, touches.

    Exact where indices are linear and each loop moves one dimension: also for windows that overlap,
    for strides, and for several accesses side by side. Built in time linear in the number of
    accesses times the square of their depth.
    """

    whole: ByRoot
    by_loop: Mapping[Loop, ByRoot]
    """What one iteration touches, all loops around standing still. In the order of the text."""

    @classmethod
    def of(cls, op: Operation) -> Self:
        """The footprints in `op`: a nest, or a state, which is the sum of its nests."""
        accesses = [a for a in Accesses.of(op).all if a.is_array]
        sizes = facts_of(op).sizes
        around = {a: loops_around(a.scope) for a in accesses}
        by_loop: dict[Loop, ByRoot] = {}
        for loop in loops_within(op):
            inner = [(a, x[x.index(loop) + 1 :]) for a, x in around.items() if loop in x]
            by_loop[loop] = footprints(inner, sizes)
        return cls(footprints(around.items(), sizes), by_loop)


def footprints(
    accesses: Iterable[tuple[Access, Sequence[Loop]]], sizes: frozenset[str]
) -> dict[SSAValue, Footprint]:
    """The footprint of each container in accesses of which some loops run."""
    by_root: dict[SSAValue, list[tuple[Access, Sequence[Loop]]]] = {}
    for access, loops in accesses:
        by_root.setdefault(access.root, []).append((access, loops))
    return {root: _footprint(root, pairs, sizes) for root, pairs in by_root.items()}


def _footprint(
    root: SSAValue, accesses: Sequence[tuple[Access, Sequence[Loop]]], sizes: frozenset[str]
) -> Footprint:
    total, exact = symbolic.integer(0), True
    boxes: dict[SSAValue, list[Box]] = {}
    for access, loops in accesses:
        runs, sure = executions(loops)
        if runs == 0:
            continue
        box, sharp = box_of(access, loops, sizes)
        total = total + runs * access_volume(access)
        exact = exact and sure and sharp
        boxes.setdefault(access.container, []).append(box)
    elements = symbolic.integer(0)
    for found in boxes.values():
        count, sure = union(found, sizes)
        elements, exact = elements + count, exact and sure
    exact = exact and len(boxes) < 2
    total = symbolic.expanded(total)
    fewer = total if not exact and at_least(elements, total, sizes) else elements
    return Footprint(root, fewer, total, exact)


def access_volume(access: Access) -> Expr:
    """How many elements one run of an access moves."""
    if access.whole:
        return access.subset.volume
    memlets = [*getattr(access.node, "reads", ()), *getattr(access.node, "writes", ())]
    return memlets[access.operand].volume.data if memlets else access.subset.volume


def box_of(access: Access, loops: Sequence[Loop], sizes: frozenset[str]) -> tuple[Box, bool]:
    """
    What an access touches while `loops` run, and whether that is exact.

    An index that is not linear may be any of its dimension.
    """
    kind = array_type(access.container)
    moving = {x.parameter for x in loops}
    exact = access.whole and kind.symbols.isdisjoint(moving)
    spans: list[Span] = []
    used: set[str] = set()
    for over, extent, stride in zip(access.subset.data, kind.dims, kind.strides.data, strict=True):
        found = span_of(over, loops, sizes)
        names = _carriers(over, loops)
        if found is None or stride == 0:
            count = ONE if stride == 0 else extent
            exact = exact and stride == 0
            found = Span(symbolic.integer(0), ONE, count, count), exact
        exact = exact and found[1] and names.isdisjoint(used)
        used |= names
        spans.append(found[0])
    return tuple(spans), exact


def _carriers(over: Range, loops: Sequence[Loop]) -> set[str]:
    """The parameters that a range depends on, by itself or through the ranges of others."""
    found = set(symbolic.symbols_of(*over.exprs))
    for loop in reversed(loops):
        if loop.parameter in found:
            found |= symbolic.symbols_of(*loop.range.exprs)
    return found & {x.parameter for x in loops}
