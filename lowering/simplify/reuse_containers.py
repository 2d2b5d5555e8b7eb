"""Let containers that are never needed at the same time share their memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, given_sizes
from sdfg.dialect.analysis.live_ranges import LiveRange, live_ranges
from sdfg.dialect.analysis.subsets import is_nonnegative
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbol_assigned
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.rewriting import merged_location

TYPICAL_SIZE = 64
"""What a symbol is taken for where containers are sorted by size; no proof stands on it."""


@dataclass(frozen=True)
class ReuseContainersPass(ModulePass):
    """
    Give transient containers whose live ranges do not overlap the same memory.

    ```
    %a = sdfg.alloc : !sdfg.array<[N, 8] x f32>       %shared = sdfg.alloc "shared"
    %b = sdfg.alloc : !sdfg.array<[N, 4] x f32>                     : !sdfg.array<[8*N] x f32>
    sdfg.state @s {                                   %a = sdfg.view %shared : ..[N, 8]..
      x -> a                                    ->    %b = sdfg.view %shared : ..[N, 4]..
      a -> y                                          sdfg.state @s { .. }
      y -> b
      b -> z
    }
    ```

    Containers on the heap that one block allocates take part, with others of the same element type,
    the largest first; each goes to the smallest memory that it surely fits into. A container that a
    loop or branch touches counts for all of it. What the program is given, constants, registers
    and streams stay as they are, as does a container whose size is only known on the way. The
    result is not optimal, but never needs more memory. Quadratic in the number of containers of a
    block.

    This comes last: nodes that had nothing to do with each other now depend on each other.
    """

    name = "sdfg-reuse-containers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.walk() if isinstance(p, SdfgOp)]:
            sizes = given_sizes(program)
            for block in list(_blocks(program)):
                _reuse(block, sizes)


@dataclass(frozen=True)
class Tenant:
    """A container that may lie in the memory of another, or the other way round."""

    op: AllocOp
    live: LiveRange

    @property
    def kind(self) -> ArrayType:
        return array_type(self.op.result)

    @property
    def estimate(self) -> int:
        """Its number of elements for typical sizes."""
        return symbolic.evaluate(self.kind.size, dict.fromkeys(self.kind.symbols, TYPICAL_SIZE))


@dataclass(frozen=True)
class Memory:
    """Containers that share memory, the largest first."""

    tenants: list[Tenant]

    def has_room(self, tenant: Tenant, sizes: frozenset[str]) -> bool:
        """Whether `tenant` surely fits, while nobody else is in."""
        largest = self.tenants[0].kind
        return (
            largest.element_type == tenant.kind.element_type
            and not any(tenant.live.overlaps(other.live) for other in self.tenants)
            and fits(tenant.kind.size, largest.size, sizes)
        )

    def share(self) -> None:
        """Let one allocation stand for all of them."""
        ops = sorted((t.op for t in self.tenants), key=_place)
        largest = self.tenants[0].kind
        shared = AllocOp(ArrayType([largest.size], largest.element_type), "shared")
        shared.location = merged_location(*ops)
        shared.result.name_hint = "shared"
        Rewriter.insert_op(shared, InsertPoint.before(ops[0]))
        for op in ops:
            view = ViewOp(shared.result, array_type(op.result))
            derived(view, op)
            view.result.name_hint = op.result.name_hint
            Rewriter.replace_op(op, view)


def fits(size: Expr, room: Expr, sizes: frozenset[str]) -> bool:
    """Whether `size <= room`, whatever the symbols are, of which those in `sizes` are `>= 0`."""
    return size == room or is_nonnegative(symbolic.expanded(room - size), sizes)


def _blocks(scope: Operation) -> Iterator[Block]:
    return (block for op in scope.walk() for region in op.regions for block in region.blocks)


def _reuse(block: Block, sizes: frozenset[str]) -> None:
    assigned = {symbol_assigned(op) for op in block.ops}
    tenants = [
        Tenant(op, live)
        for op, live in live_ranges(block).items()
        if _may_share(op) and assigned.isdisjoint(array_type(op.result).symbols)
    ]
    for memory in _planned(tenants, sizes):
        if len(memory.tenants) > 1:
            memory.share()


def _may_share(op: AllocOp) -> bool:
    kind = op.result.type
    return isinstance(kind, ArrayType) and kind.is_dense and kind.storage.kind.data == "heap"


def _planned(tenants: Iterable[Tenant], sizes: frozenset[str]) -> list[Memory]:
    memories: list[Memory] = []
    for tenant in sorted(tenants, key=lambda t: -t.estimate):
        # Those behind are smaller.
        fitting = [m for m in memories if m.has_room(tenant, sizes)]
        if fitting:
            fitting[-1].tenants.append(tenant)
        else:
            memories.append(Memory([tenant]))
    return memories


def _place(op: Operation) -> int:
    block = op.parent
    assert block is not None
    return block.get_operation_index(op)
