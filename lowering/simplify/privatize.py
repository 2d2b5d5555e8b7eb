"""Containers that live within one point of a map."""

from collections.abc import Sequence

from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses, scope_ranges
from sdfg.dialect.analysis.containers import aliases, array_type, touching
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.rewriting import replace_access


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
    read. Returns whether there was one. Linear.
    """
    changed = False
    for base, accesses in Accesses.of(op).by_root.items():
        if not isinstance(base.owner, AllocOp) or base.owner.parent is op.body.block:
            continue
        if is_local(base, accesses) and (scope := private_scope(accesses)) is not None:
            make_scalar(base, accesses, scope)
            changed = True
    return changed


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


def make_scalar(base: SSAValue, accesses: Sequence[Access], scope: MapOp | ForOp) -> None:
    """Replace the memory of `base` by a register in `scope`."""
    old = base.owner
    assert isinstance(old, AllocOp)
    kind = ArrayType((), array_type(base).element_type, storage="register")
    new = AllocOp(kind, None if old.label is None else old.label.data)
    derived(new, old)
    new.result.name_hint = base.name_hint
    Rewriter.insert_op(new, InsertPoint.at_start(scope.body.block))
    for access in accesses:
        memlet = MemletAttr(SubsetAttr(()), access.wcr or "")
        replace_access(access.node, access.operand, new.result, memlet)
    for alias in list(aliases(base))[::-1]:
        if alias.first_use is None:
            Rewriter.erase_op(alias.owner)  # pyright: ignore[reportArgumentType]
