"""How much a node, a state or a program computes, and how many bytes it must move for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Block, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.boxes import Box, union
from sdfg.dialect.analysis.containers import (
    array_type,
    element_bytes,
    is_transient,
    root,
    touching,
)
from sdfg.dialect.analysis.dependences import facts_of
from sdfg.dialect.analysis.footprint import box_of
from sdfg.dialect.analysis.iterations import executions
from sdfg.dialect.analysis.loops import Loop, LoopOp, loops_around, loops_of
from sdfg.dialect.analysis.operations import (
    FLOPS,
    operations_of_library,
    operations_of_tasklet,
)
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr

ZERO = symbolic.integer(0)


@dataclass(frozen=True)
class Cost:
    """
    Floating point operations, and the bytes that every schedule moves at least.

    A fused multiply-add counts two operations. Each element that comes from outside is read once,
    each that is seen outside is written once; containers that nothing else touches move nothing.
    Loops whose number of iterations is data count one. Linear in the number of accesses.
    """

    flops: Expr
    functions: Mapping[str, Expr]
    """How often each function of `math` is computed, by its name: `exp`, `erf`, ..."""
    read: Expr
    """Bytes."""
    written: Expr
    """Bytes."""
    exact: bool
    """Whether the bytes are exact; else they are no less than what is needed."""

    @property
    def bytes(self) -> Expr:
        return self.read + self.written

    @property
    def intensity(self) -> Expr:
        """
        Floating point operations per byte, functions not counted: a rational number.

        Raises `ZeroDivisionError` where nothing moves.
        """
        if self.bytes == 0:
            raise ZeroDivisionError("the code moves no bytes")
        return self.flops / self.bytes

    @classmethod
    def of(cls, op: Operation) -> Self:
        """The cost of `op` and of everything in it."""
        found: dict[str, Expr] = {}
        for name, count in _operations(op, ()):
            found[name] = found.get(name, ZERO) + count
        flops = symbolic.expanded(found.pop(FLOPS, ZERO))
        functions = {name: symbolic.expanded(found[name]) for name in sorted(found)}
        read, written, exact = _bytes(op)
        return cls(flops, functions, read, written, exact)


def _operations(op: Operation, around: tuple[Loop, ...]) -> Iterator[tuple[str, Expr]]:
    """The operations of `op` with how often they run, given the loops around it."""
    match op:
        case TaskletOp():
            counts = operations_of_tasklet(op)
            own = {name: symbolic.integer(count) for name, count in counts.items() if count}
        case LibraryOp():
            own = operations_of_library(op)
        case CallOp():
            called = Cost.of(op.program())
            values = op.symbol_values
            every = {FLOPS: called.flops, **called.functions}
            own = {n: symbolic.substitute(e, values) for n, e in every.items() if e != 0}
        case _:
            inner = (*around, *loops_of(op)) if isinstance(op, LoopOp) else around
            for region in op.regions:
                for block in region.blocks:
                    for child in block.ops:
                        yield from _operations(child, inner)
            return
    if own:
        times, _ = executions(around)
        yield from ((name, count * times) for name, count in own.items())


def _bytes(op: Operation) -> tuple[Expr, Expr, bool]:
    """Bytes read, bytes written, and whether both are exact."""
    sizes = facts_of(op).sizes
    read = written = ZERO
    exact = True
    for base, accesses in Accesses.of(op).by_root.items():
        arrays = [a for a in accesses if a.is_array]
        if not arrays or _is_local(base, op):
            continue
        size = element_bytes(array_type(base).element_type)
        needed = [a for a in arrays if not a.writes or a.wcr is not None]
        if needed and not _is_set_before(arrays):
            count, sure = _elements(needed, sizes)
            read, exact = read + size * count, exact and sure
        stored = [a for a in arrays if a.writes]
        if stored:
            count, sure = _elements(stored, sizes)
            written, exact = written + size * count, exact and sure
    return symbolic.expanded(read), symbolic.expanded(written), exact


def _is_local(base: SSAValue, op: Operation) -> bool:
    """Whether the memory of `base` is there for `op` alone."""
    if isinstance(base.owner, Block) and not isinstance(base.owner.parent_op(), SdfgOp):
        return True  # What a consumer takes from a stream.
    return is_transient(base) and all(op.is_ancestor(user) for user, _ in touching(base))


def _is_set_before(accesses: Sequence[Access]) -> bool:
    """Whether what is read was written here; the first access to a container shows it."""
    first = accesses[0]
    return first.writes and first.wcr is None and first.whole and first.is_certain


def _elements(accesses: Sequence[Access], sizes: frozenset[str]) -> tuple[Expr, bool]:
    """How many different elements are touched."""
    boxes: dict[SSAValue, list[Box]] = {}
    exact = True
    for access in accesses:
        box, sharp = box_of(access, loops_around(access.scope), sizes)
        boxes.setdefault(access.container, []).append(box)
        exact = exact and sharp
    total = ZERO
    for found in boxes.values():
        count, sure = union(found, sizes)
        total, exact = total + count, exact and sure
    return _capped(total, accesses, len(boxes), exact)


def _capped(
    total: Expr, accesses: Sequence[Access], containers: int, exact: bool
) -> tuple[Expr, bool]:
    """No more than there are, where views of one container are counted apart."""
    size = array_type(root(accesses[0].container)).size
    if containers == 1:
        return total, exact
    if total.is_Integer and size.is_Integer:
        return min(total, size), False
    return total, False
