"""What an operation reads and writes, with everything nested in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from xdsl.ir import Operation, SSAValue

from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.analysis.subsets import address
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.control import ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import ConsumeOp, MapOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.reordering import GatherOp, ScatterOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.ops.tasklet_body import AssertOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType

EVERYTHING = SubsetAttr(())
"""Stands for the one point of a scalar, and for a stream."""


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """One operand that a node reads or writes."""

    node: Operation
    """The tasklet, copy, library node, call, ... that makes the access."""
    operand: int
    """Index of the container among the operands of `node`."""
    root: SSAValue
    """The container whose memory is touched."""
    subset: SubsetAttr
    """At most these elements, counted in the container that is named."""
    writes: bool
    """Whether it writes; it reads otherwise."""
    wcr: str | None
    """Conflict resolution of a write that combines with what is there."""
    whole: bool
    """Whether every element of the subset is touched; a gather or scatter touches some."""
    scope: tuple[Operation, ...]
    """The maps, loops and branches around `node` within what was asked about, outermost first."""

    @property
    def container(self) -> SSAValue:
        return self.node.operands[self.operand]

    @property
    def is_array(self) -> bool:
        return isinstance(self.container.type, ArrayType)

    @property
    def is_point(self) -> bool:
        return self.is_array and self.subset.is_point

    def moves_with(self, parameter: str) -> bool:
        """Whether the subset, or the place of the container that it names, uses `parameter`."""
        return parameter in self.subset.symbols or (
            self.is_array and parameter in array_type(self.container).symbols
        )

    @property
    def address(self) -> Expr:
        """Distance of the first element from the start of the memory, in elements."""
        return address(array_type(self.container), self.subset)

    @property
    def ranges(self) -> dict[str, Range]:
        """Range of each parameter that the scope defines."""
        return scope_ranges(self.scope)

    @property
    def is_certain(self) -> bool:
        """Whether the access happens each time, not only on some branch."""
        return not any(isinstance(op, IfOp | WhileOp | ConsumeOp) for op in self.scope)


def scope_ranges(scope: tuple[Operation, ...]) -> dict[str, Range]:
    """Range of each parameter that maps and loops define."""
    result: dict[str, Range] = {}
    for op in scope:
        if isinstance(op, MapOp):
            result |= zip(op.param_names, op.ranges.data, strict=True)
        elif isinstance(op, ForOp):
            result[op.param] = op.range
    return result


@dataclass(frozen=True)
class Accesses:
    """All accesses of an operation, in the order of the text. Linear in its size to build."""

    all: tuple[Access, ...]

    @classmethod
    def of(cls, op: Operation) -> Self:
        """The accesses of `op` and of everything in it."""
        return cls(tuple(_nested(op, ())))

    @cached_property
    def by_root(self) -> Mapping[SSAValue, tuple[Access, ...]]:
        """The accesses to each block of memory."""
        found: dict[SSAValue, list[Access]] = {}
        for access in self.all:
            found.setdefault(access.root, []).append(access)
        return {base: tuple(accesses) for base, accesses in found.items()}

    @cached_property
    def by_node(self) -> Mapping[Operation, tuple[Access, ...]]:
        """The accesses that each node makes itself."""
        found: dict[Operation, list[Access]] = {}
        for access in self.all:
            found.setdefault(access.node, []).append(access)
        return {node: tuple(accesses) for node, accesses in found.items()}

    @cached_property
    def reads(self) -> frozenset[SSAValue]:
        """Roots that are read; each access to a stream also counts as a read."""
        return frozenset(a.root for a in self.all if not (a.writes and a.is_array))

    @cached_property
    def updates(self) -> frozenset[SSAValue]:
        """Roots that are read, or that a conflict resolution combines with."""
        return self.reads.union(a.root for a in self.all if a.wcr is not None)

    @cached_property
    def writes(self) -> frozenset[SSAValue]:
        """Roots that are written; taking an element from a stream changes the stream."""
        return frozenset(a.root for a in self.all if a.writes or not a.is_array)

    def conflicts_with(self, other: "Accesses") -> bool:
        """Whether both touch some memory that one of them writes, so that their order counts."""
        return (
            not self.writes.isdisjoint(other.writes)
            or not self.writes.isdisjoint(other.reads)
            or not self.reads.isdisjoint(other.writes)
        )


def _nested(op: Operation, scope: tuple[Operation, ...]) -> Iterator[Access]:
    if isinstance(op, TaskletOp):
        yield from _of_tasklet(op, scope)
        return
    if not isinstance(op, MapOp):
        yield from accesses_of_node(op, scope)
    inner = (*scope, op) if isinstance(op, MapOp | ForOp | WhileOp | IfOp | ConsumeOp) else scope
    for region in op.regions:
        for block in region.blocks:
            for child in block.ops:
                yield from _nested(child, inner)


def accesses_of_node(op: Operation, scope: tuple[Operation, ...] = ()) -> Iterator[Access]:
    """The accesses that `op` itself makes, without its regions."""
    match op:
        case TaskletOp():
            yield from _of_tasklet(op, scope)
        case CopyOp():
            yield _access(op, 0, op.read, scope)
            yield _access(op, 1, op.write, scope, writes=True)
        case ReadSymbolOp():
            yield _access(op, 0, op.read, scope)
        case LibraryOp():
            yield from _of_library(op, scope)
        case CallOp():
            yield from _of_call(op, scope)
        case ConsumeOp():
            yield _whole(op, 0, scope, writes=False)
            yield _whole(op, 0, scope, writes=True)
        case _:
            pass


def _access(
    op: Operation,
    index: int,
    memlet: MemletAttr,
    scope: tuple[Operation, ...],
    *,
    writes: bool = False,
    whole: bool = True,
) -> Access:
    base = root(op.operands[index])
    return Access(op, index, base, memlet.subset, writes, memlet.wcr, whole, scope)


def _whole(
    op: Operation, index: int, scope: tuple[Operation, ...], *, writes: bool, sure: bool = True
) -> Access:
    container = op.operands[index]
    kind = container.type
    subset = SubsetAttr.full(kind.dims) if isinstance(kind, ArrayType) else EVERYTHING
    return Access(op, index, root(container), subset, writes, None, sure, scope)


def _of_tasklet(op: TaskletOp, scope: tuple[Operation, ...]) -> Iterator[Access]:
    reads, arguments = op.reads.data, op.body.block.args
    count = len(reads)
    for index, memlet in enumerate(reads):
        # A container as an argument is read at indices that the body computes.
        some = isinstance(arguments[index].type, ArrayType)
        yield _access(op, index, memlet, scope, whole=not some or memlet.subset.is_point)
    stored = set(op.stored_outputs)
    for index, memlet in enumerate(op.writes.data):
        yield _access(op, count + index, memlet, scope, writes=True, whole=index not in stored)


def _of_library(op: LibraryOp, scope: tuple[Operation, ...]) -> Iterator[Access]:
    count = len(op.inputs)
    updates = "accumulate" in op.attributes or isinstance(op, ScatterOp)
    for index in range(count):
        yield _whole(op, index, scope, writes=False)
    for index in range(count, len(op.operands)):
        if updates:
            yield _whole(op, index, scope, writes=False)
        yield _whole(op, index, scope, writes=True, sure=not isinstance(op, ScatterOp))


def _of_call(op: CallOp, scope: tuple[Operation, ...]) -> Iterator[Access]:
    for index, (role, _, _) in enumerate(op.program().arguments):
        if role != "out":
            yield _whole(op, index, scope, writes=False)
        if role != "in":
            yield _whole(op, index, scope, writes=True, sure=False)


_STOPPING = frozenset({AssertOp.name, GatherOp.name, ScatterOp.name, CallOp.name})
"""Operations that may stop the program: a call if what it calls does."""


def may_stop(op: Operation) -> bool:
    """Whether `op` may stop the program with an error, so that leaving it out changes a run."""
    return any(
        not isinstance(inner, CallOp) or may_stop(inner.program())
        for inner in op.walk()
        if inner.name in _STOPPING
    )
