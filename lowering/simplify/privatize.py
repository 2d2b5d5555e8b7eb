"""Containers that live within one point of a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses, scope_ranges
from sdfg.dialect.analysis.containers import aliases, array_type, touching
from sdfg.dialect.analysis.subsets import image, is_full
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.rewriting import replace_access

LARGEST_ROWS = 1 << 16
"""Elements that the rows of one nest may have on the stack, all together."""


def privatize(op: MapOp) -> bool:
    """
    Let transient containers that only one point of a map at a time touches be registers.

    ```
    %t = sdfg.alloc : !sdfg.array<[N] x f32>       sdfg.map [i = 0:N] {
    sdfg.map [i = 0:N] {                             %s = sdfg.alloc : ..[] x f32, register
      sdfg.tasklet (..) -> (%t[i])            ->     sdfg.tasklet (..) -> (%s[])
      sdfg.tasklet (%t[i]) -> (..)                   sdfg.tasklet (%s[]) -> (..)
    }                                              }
    ```

    All accesses in the program lie within `op` and name one element, which is written before it is
    read; or one row of known size, which becomes a container on the stack. Returns whether there
    was one. Linear.
    """
    changed = False
    room = LARGEST_ROWS
    for base, accesses in Accesses.of(op).by_root.items():
        if not isinstance(base.owner, AllocOp) or base.owner.parent is op.body.block:
            continue
        if not is_local(base, accesses):
            continue
        if (scope := private_scope(accesses)) is not None:
            make_private(base, accesses, scope, ())
            changed = True
        elif (row := Row.of(accesses)) is not None and row.size <= room:
            make_private(base, accesses, row.scope, row.kept)
            room -= row.size
            changed = True
    return changed


@dataclass(frozen=True)
class Row:
    """The part of a container that one point of a map touches alone."""

    scope: MapOp | ForOp
    kept: tuple[int, ...]
    """Dimensions along which the part extends."""
    size: int
    """Number of elements."""

    @classmethod
    def of(cls, accesses: Sequence[Access]) -> Self | None:
        """
        The row, if all accesses name its elements, the first of them writes all of it, and its
        size is known.
        """
        shared = shared_scope(accesses)
        first = accesses[0]
        kind = array_type(first.container)
        if not shared or not isinstance(shared[-1], MapOp | ForOp):
            return None
        if not first.writes or first.wcr is not None or not first.whole or not first.is_certain:
            return None
        if any(a.container.type != kind for a in accesses):
            return None
        inner = {n for a in accesses for n in scope_ranges(a.scope[len(shared) :])}
        kept: list[int] = []
        for d, r in enumerate(first.subset.data):
            same = all(a.subset.data[d] == r for a in accesses)
            if not same or not inner.isdisjoint(symbolic.symbols_of(r.start)):
                kept.append(d)
        size = symbolic.product(kind.dims[d] for d in kept)
        part = SubsetAttr(tuple(first.subset.data[d] for d in kept))
        covered = image(part, scope_ranges(first.scope[len(shared) :]))
        if not size.is_Integer or covered is None:
            return None
        if not is_full(ArrayType([kind.dims[d] for d in kept], kind.element_type), covered):
            return None
        return cls(shared[-1], tuple(kept), int(size))


def is_local(base: SSAValue, accesses: Sequence[Access]) -> bool:
    """Whether `accesses` are all that touch the memory of `base`, and each can be rewritten."""
    if not all(a.is_point and isinstance(a.node, TaskletOp | CopyOp) for a in accesses):
        return False
    known = {(a.node, a.operand) for a in accesses}
    return all(use in known for use in touching(base))


def private_scope(accesses: Sequence[Access]) -> MapOp | ForOp | None:
    """The innermost map or loop around all accesses, if they name one element per point of it."""
    shared = shared_scope(accesses)
    first, address = accesses[0], accesses[0].address
    if not shared or not isinstance(shared[-1], MapOp | ForOp):
        return None
    if not first.writes or first.wcr is not None or not first.whole or first.scope != shared:
        return None
    if not all(symbolic.equal(a.address, address) for a in accesses[1:]):
        return None
    within = {n for a in accesses for n in scope_ranges(a.scope[len(shared) :])}
    return None if within & symbolic.symbols_of(address) else shared[-1]


def shared_scope(accesses: Sequence[Access]) -> tuple[Operation, ...]:
    """The maps, loops and branches that all accesses lie in, outermost first."""
    shared = accesses[0].scope
    for access in accesses[1:]:
        length = 0
        for a, b in zip(shared, access.scope, strict=False):
            if a is not b:
                break
            length += 1
        shared = shared[:length]
    return shared


def make_private(
    base: SSAValue, accesses: Sequence[Access], scope: MapOp | ForOp, kept: Sequence[int]
) -> None:
    """Replace the memory of `base` by some of its dimensions, private to each point of `scope`."""
    old = base.owner
    assert isinstance(old, AllocOp)
    found = array_type(accesses[0].container)
    dims = [found.dims[d] for d in kept]
    kind = ArrayType(dims, found.element_type, storage="stack" if kept else "register")
    new = AllocOp(kind, None if old.label is None else old.label.data)
    derived(new, old)
    new.result.name_hint = base.name_hint
    Rewriter.insert_op(new, InsertPoint.at_start(scope.body.block))
    for access in accesses:
        subset = SubsetAttr(tuple(access.subset.data[d] for d in kept))
        memlet = MemletAttr(subset, access.wcr or "")
        replace_access(access.node, access.operand, new.result, memlet)
    for alias in list(aliases(base))[::-1]:
        if alias.first_use is None:
            Rewriter.erase_op(alias.owner)  # pyright: ignore[reportArgumentType]
