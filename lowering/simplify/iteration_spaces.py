"""When two maps may run as one: how their parameters match, and that no iteration meets another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.subsets import same_range
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.symbolic import Expr

Space = dict[str, Range]
"""Parameters with their ranges, outermost first."""


@dataclass(frozen=True)
class Alignment:
    """Parameters of one space by those of another, both with the same ranges."""

    names: Mapping[str, str]

    @property
    def values(self) -> dict[str, Expr]:
        """What to replace each parameter by."""
        return {old: symbolic.symbol(new) for old, new in self.names.items() if old != new}


def align(
    target: Space, moved: Space, hints: Iterable[tuple[SubsetAttr, SubsetAttr]]
) -> Alignment | None:
    """
    Match each parameter of `moved` with one of `target`: all of both, or None.

    `hints` are pairs of subsets of one container, `(of target, of moved)`, that should become the
    same; parameters they do not speak of are matched by name, then in order.
    """
    if len(target) != len(moved):
        return None
    names = hinted(target, moved, hints)
    for name in moved:
        if name not in names:
            free = [t for t in target if t not in names.values()]
            fitting = [t for t in free if same_range(target[t], moved[name])]
            if not fitting:
                return None
            names[name] = name if name in fitting else fitting[0]
    return Alignment(names)


def hinted(
    target: Space, moved: Space, hints: Iterable[tuple[SubsetAttr, SubsetAttr]]
) -> dict[str, str]:
    """The part of a match that dimensions indexed by one parameter each ask for."""
    names: dict[str, str] = {}
    for ours, theirs in hints:
        for a, b in zip(ours.data, theirs.data, strict=False):
            if not (a.is_point and b.is_point and a.start.is_Symbol and b.start.is_Symbol):
                continue
            new, old = a.start.name, b.start.name
            if new not in target or old not in moved or old in names or new in names.values():
                continue
            if same_range(target[new], moved[old]):
                names[old] = new
    return names


@dataclass(frozen=True)
class Meeting:
    """
    The question whether an iteration of one map meets another iteration of a second map.

    Both maps run over `space`; `alignment` says how the second calls its parameters.
    """

    space: Space
    alignment: Alignment

    def is_free(self, first: Accesses, second: Accesses) -> bool:
        """
        Whether no two different iterations touch the same element, one of them writing.

        Then the two bodies may run one after the other for each iteration. Quadratic in the number
        of accesses to each shared container.
        """
        if not first.conflicts_with(second):
            return True
        for base, ours in first.by_root.items():
            theirs = second.by_root.get(base, ())
            if any(a.writes for a in ours) or any(b.writes for b in theirs):
                if not self._apart(ours, theirs):
                    return False
        return True

    def _apart(self, ours: Sequence[Access], theirs: Sequence[Access]) -> bool:
        for a in ours:
            for b in theirs:
                if not (a.writes or b.writes) and a.is_array:
                    continue
                if not self.separates(a, b, ours, theirs):
                    return False
        return True

    def separates(
        self, a: Access, b: Access, ours: Sequence[Access], theirs: Sequence[Access]
    ) -> bool:
        """Whether `a` in one iteration and `b` in another never touch the same element."""
        if not a.is_array or not b.is_array:
            return False
        values = self.alignment.values
        moved = b.subset.substituted(values) if values else b.subset
        # One name may be a parameter of the space here and one within it there.
        inner = inner_parameters(a, self.space) | inner_parameters(b, self.alignment.names)
        if a.container.type == b.container.type and self._fixed(a.subset, moved, inner):
            return True
        if not a.is_point or not b.is_point or inner & symbolic.symbols_of(a.address):
            return False
        # The same element in each iteration: if one side writes it in every iteration, two
        # iterations that share it would race.
        if not symbolic.equal(a.address, symbolic.substitute(b.address, values)):
            return False
        return owns(ours, a.address, self.space) or owns(theirs, b.address, self.alignment.names)

    def _fixed(self, ours: SubsetAttr, theirs: SubsetAttr, inner: Collection[str]) -> bool:
        """Whether each parameter alone decides the index in some dimension, alike in both."""
        left = {n for n, r in self.space.items() if r.extent != 1}
        for x, y in zip(ours.data, theirs.data, strict=True):
            if x.is_point and y.is_point and x.start == y.start:
                if (name := sole_parameter(x.start, self.space, inner)) is not None:
                    left.discard(name)
        return not left


def inner_parameters(access: Access, space: Collection[str]) -> set[str]:
    """Parameters of maps and loops around an access that are not those of its `space`."""
    return {n for n in access.ranges if n not in space}


def owns(accesses: Iterable[Access], address: Expr, space: Collection[str]) -> bool:
    """Whether one of `accesses` writes `address` in each iteration, whatever happens."""
    return any(
        w.writes
        and w.wcr is None
        and w.whole
        and w.is_point
        and w.is_certain
        and not inner_parameters(w, space)
        and w.address == address
        for w in accesses
    )


def sole_parameter(expr: Expr, space: Collection[str], inner: Collection[str]) -> str | None:
    """The one parameter that `expr` depends on, if other values of it give other values of it."""
    if expr.is_Symbol:
        return expr.name if expr.name in space and expr.name not in inner else None
    names = symbolic.symbols_of(expr)
    used = [n for n in names if n in space]
    if len(used) != 1 or not names.isdisjoint(inner):
        return None
    variable = symbolic.symbol(used[0])
    factor = expr.expand().coeff(variable)
    if not factor.is_Integer or factor == 0:
        return None
    return None if used[0] in symbolic.symbols_of(expr - factor * variable) else used[0]
