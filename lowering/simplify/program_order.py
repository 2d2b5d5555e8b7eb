"""Which nodes run before which, and what they touch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Block, Operation, SSAValue

from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.program import SdfgOp


@dataclass(frozen=True)
class ProgramOrder:
    """
    The nodes of a program in order: those of its states, each at most once, and control flow as a
    whole.

    Linear in the size of the program to build. A rewrite that only erases nodes, or lets accesses
    go to other memory, keeps the positions; it calls `moved` for the memory.
    """

    nodes: tuple[Operation, ...]
    by_root: dict[SSAValue, list[tuple[int, Access]]]

    @classmethod
    def of(cls, program: SdfgOp) -> Self:
        """Read `program` as it is now."""
        nodes = tuple(_nodes(program.body.block))
        by_root: dict[SSAValue, list[tuple[int, Access]]] = {}
        for position, node in enumerate(nodes):
            for access in Accesses.of(node).all:
                by_root.setdefault(access.root, []).append((position, access))
        return cls(nodes, by_root)

    def accesses(self, base: SSAValue) -> list[tuple[int, Access]]:
        """Accesses to one block of memory with the position of the node they are in."""
        return self.by_root.get(base, [])

    def moved(self, old: SSAValue, new: SSAValue, gone: Iterable[Operation]) -> None:
        """Note that the memory of `old` is now part of `new`, and that nodes are gone."""
        dropped = set(gone)
        found = [*self.by_root.get(new, ()), *self.by_root.pop(old, ())]
        kept: list[tuple[int, Access]] = []
        for position, access in found:
            if self.nodes[position] not in dropped:
                kept.append((position, _rooted(access, new)))
        self.by_root[new] = sorted(kept, key=lambda entry: entry[0])


def _rooted(access: Access, base: SSAValue) -> Access:
    return Access(
        access.node,
        access.operand,
        base,
        access.subset,
        access.writes,
        access.wcr,
        access.whole,
        access.scope,
    )


def _nodes(block: Block) -> Iterator[Operation]:
    for op in block.ops:
        if isinstance(op, StateOp):
            yield from (n for n in op.body.block.ops if not isinstance(n, _DEFINITIONS))
        elif not isinstance(op, _DEFINITIONS):
            yield op


_DEFINITIONS = AllocOp | ConstantOp | ViewOp
