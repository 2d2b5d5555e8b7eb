"""What must be equal for two accesses to touch the same element."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Self

from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.loops import Loop, loops_around
from sdfg.dialect.memlet import Range
from sdfg.dialect.symbolic import Expr


@dataclass(frozen=True)
class Facts:
    """What is known about the symbols of a nest."""

    sizes: frozenset[str] = frozenset()
    """Symbols that are never negative."""
    assigned: frozenset[str] = frozenset()
    """Symbols that the nest itself assigns: data, as far as this analysis knows."""


@dataclass(frozen=True)
class Side:
    """One of the two accesses: its indices, and the symbols in them that vary."""

    indices: tuple[Expr, ...]
    ranges: dict[str, Range]
    """
    Range of each symbol that varies: parameters of loops, and a symbol of its own for each
    dimension of a subset that is no point.
    """
    inner: frozenset[str]
    """The symbols that stand for the ranges of the subset."""

    @classmethod
    def of(cls, access: Access, loops: Sequence[Loop], *, linearized: bool) -> Self:
        inner = {f"range_{k}": r for k, r in enumerate(access.subset.data) if not r.is_point}
        indices = tuple(
            r.start if r.is_point else symbolic.symbol(f"range_{k}")
            for k, r in enumerate(access.subset.data)
        )
        if linearized:
            indices = (array_type(access.container).linear_index(indices),)
        ranges = {x.parameter: x.range for x in loops} | inner
        return cls(indices if access.is_array else (), ranges, frozenset(inner))


@dataclass(frozen=True)
class Equations:
    """Two accesses to one block of memory, each in an iteration of its own of the same loops."""

    first: Side
    second: Side
    common: tuple[Loop, ...]
    """The loops whose distances are asked for."""
    loops: tuple[Loop, ...]
    """All loops around either access."""
    private: tuple[bool, ...]
    """For each common loop whether each of its values has a container of its own."""
    facts: Facts

    @classmethod
    def of(
        cls,
        a: Access,
        b: Access,
        common: Sequence[Loop],
        facts: Facts,
        still: Collection[Loop] = (),
    ) -> Self:
        """Those of `a` and `b`, where the loops `still` have one value for both."""
        owner = a.root.owner
        private = tuple(isinstance(owner, Operation) and x.op.is_ancestor(owner) for x in common)
        loops = [
            tuple(x for x in loops_around(access.scope) if x not in still) for access in (a, b)
        ]
        together = tuple(dict.fromkeys((*loops[0], *loops[1])))
        linearized = a.is_array and (a.container is not b.container or _moves(a, together, facts))
        first, second = (
            Side.of(x, own, linearized=linearized) for x, own in zip((a, b), loops, strict=True)
        )
        return cls(first, second, tuple(common), together, private, facts)

    @property
    def pairs(self) -> list[tuple[Expr, Expr]]:
        return list(zip(self.first.indices, self.second.indices, strict=True))

    @property
    def varying(self) -> frozenset[str]:
        return self.facts.assigned.union(self.first.ranges, self.second.ranges)

    @property
    def is_box(self) -> bool:
        """Whether no range depends on another parameter."""
        varying = self.varying
        return all(symbolic.symbols_of(*x.range.exprs).isdisjoint(varying) for x in self.loops)


def _moves(access: Access, loops: Sequence[Loop], facts: Facts) -> bool:
    """Whether the container is a view that stands elsewhere in another iteration."""
    moving = facts.assigned.union(x.parameter for x in loops)
    return not array_type(access.container).symbols.isdisjoint(moving)


def common_loops(a: Access, b: Access) -> tuple[Loop, ...]:
    """The loops around both accesses."""
    pairs = takewhile(lambda p: p[0] is p[1], zip(a.scope, b.scope, strict=False))
    return loops_around(x for x, _ in pairs)
