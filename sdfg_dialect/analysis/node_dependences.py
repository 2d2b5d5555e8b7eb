"""Which nodes of a state, or states of a program, must follow which."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from xdsl.ir import Block, Operation, SSAValue

from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.dependences import DependenceKind, facts_of, kind_between
from sdfg.dialect.analysis.distances import meetings
from sdfg.dialect.analysis.equations import Facts
from sdfg.dialect.analysis.spans import Span, are_apart
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp


@dataclass(frozen=True)
class NodeDependence:
    """`sink` touches what `source` touched before it in the text, and one of them writes."""

    source: Operation
    sink: Operation
    root: SSAValue
    """The container whose memory both touch."""
    kind: DependenceKind


@dataclass(frozen=True)
class NodeDependences:
    """
    The dependences between the nodes of a block; nodes without one may run at the same time.

    A write of part of a container hides none before it. Quadratic in the number of accesses to each
    container that several nodes write; linear in all others.
    """

    nodes: tuple[Operation, ...]
    """In the order of the text."""
    all: tuple[NodeDependence, ...]
    """By container, then by the order of the text."""

    @classmethod
    def of(cls, block: Block) -> Self:
        """Those of `block`: the body of a state, of a map or of a program."""
        nodes = tuple(op for op in block.ops if not isinstance(op, AllocOp | ConstantOp | ViewOp))
        parent = block.parent_op()
        facts = Facts() if parent is None else facts_of(parent)
        by_root: dict[SSAValue, list[tuple[Operation, tuple[Access, ...]]]] = {}
        for node in nodes:
            for root, accesses in Accesses.of(node).by_root.items():
                by_root.setdefault(root, []).append((node, accesses))
        found = (d for root, users in by_root.items() for d in _among(root, users, facts))
        return cls(nodes, tuple(found))

    @cached_property
    def by_sink(self) -> Mapping[Operation, tuple[NodeDependence, ...]]:
        """What each node waits for."""
        found: dict[Operation, list[NodeDependence]] = {}
        for dependence in self.all:
            found.setdefault(dependence.sink, []).append(dependence)
        return {node: tuple(dependences) for node, dependences in found.items()}


def _among(
    root: SSAValue, users: Sequence[tuple[Operation, tuple[Access, ...]]], facts: Facts
) -> Iterator[NodeDependence]:
    writers = sum(any(a.writes or not a.is_array for a in accesses) for _, accesses in users)
    if writers == 0:
        return
    spans = {a: Span.of(a) for _, accesses in users for a in accesses} if writers > 1 else {}
    for k, (sink, later) in enumerate(users):
        for source, earlier in users[:k]:
            kinds: list[DependenceKind] = []
            for a in earlier:
                for b in later:
                    if not (a.writes or b.writes) and a.is_array:
                        continue
                    kind = kind_between(a, b)
                    if kind not in kinds and (writers == 1 or _meet(a, b, spans, facts)):
                        kinds.append(kind)
            for kind in kinds:
                yield NodeDependence(source, sink, root, kind)


def _meet(a: Access, b: Access, spans: Mapping[Access, Span | None], facts: Facts) -> bool:
    """Whether two accesses may touch the same element."""
    one, other = spans[a], spans[b]
    known = None if one is None or other is None else one.meets(other)
    if known is not None:
        return known
    return not are_apart(a, b) and bool(meetings(a, b, (), facts).vectors)
