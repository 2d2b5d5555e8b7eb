"""Index containers directly where a view of them is indexed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from xdsl.context import Context as PassContext
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, accesses_of_node, scope_ranges
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.control import ReadSymbolOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.reindexing import Context, Reindexing
from sdfg.lowering.simplify.rewriting import erase_unused_containers, replace_access


@dataclass(frozen=True)
class EliminateViewsPass(ModulePass):
    """
    Let memlets name the container instead of a view of it.

    ```
    %v = sdfg.view %x : !sdfg.array<[12, N, 64] x f32, strides [64, 768, 1]>
    sdfg.tasklet (%a = %v[i, j, k]) -> (..)
    ->
    sdfg.tasklet (%a = %x[j, 64 * i + k]) -> (..)       (%x: !sdfg.array<[N, 768] x f32>)
    ```

    A view of a view becomes a view of the container. A container that is read in other sizes than
    it is allocated in is allocated in those, if its own are then free of division. Views stay where
    an index would need a division, and for nodes that take a container whole. Linear.
    """

    name = "sdfg-eliminate-views"

    def apply(self, ctx: PassContext, op: ModuleOp) -> None:
        for program in op.walk():
            if isinstance(program, SdfgOp):
                _eliminate(program)
        erase_unused_containers(op)


def _eliminate(program: SdfgOp) -> None:
    sizes = sizes_of(program)
    views = [op for op in program.walk() if isinstance(op, ViewOp)]
    for view in views:
        view.operands[0] = root(view.source)
    for base in dict.fromkeys(view.source for view in views):
        if isinstance(base.owner, AllocOp):
            base = reshape_allocation(base, base.owner, Context(sizes))
        for view in [u.operation for u in base.uses if isinstance(u.operation, ViewOp)]:
            _inline(view, sizes)


def sizes_of(program: SdfgOp) -> frozenset[str]:
    """The symbols that are never negative: the program's own that some container has as a size."""
    kinds = [arg.type for arg in program.body.block.args]
    sizes = {e for kind in kinds if isinstance(kind, ArrayType) for e in kind.dims}
    return frozenset(n for n in program.symbol_names if symbolic.symbol(n) in sizes)


def reshape_allocation(base: SSAValue, alloc: AllocOp, context: Context) -> SSAValue:
    """
    Allocate in the sizes of a view that cannot be indexed in the sizes of the container.

    ```
    %t = sdfg.alloc : [N, 12, 64]               %v = sdfg.alloc : [N, 768]
    %v = sdfg.view %t : [N, 768]          ->    %t = sdfg.view %v : [N, 12, 64]
    ```

    Returns the container that is allocated.
    """
    kind = array_type(base)
    views = [u.operation for u in base.uses if isinstance(u.operation, ViewOp)]
    if not kind.is_dense:
        return base
    for view in views:
        wanted = array_type(view.result)
        if not wanted.is_dense or Reindexing.of(wanted, kind, context) is not None:
            continue
        if not symbolic.equal(wanted.size, kind.size):
            continue
        others = [array_type(v.result) for v in views if v is not view]
        if Reindexing.of(kind, wanted, context) is None or any(
            Reindexing.of(k, wanted, context) is None
            and Reindexing.of(k, kind, context) is not None
            for k in others
        ):
            continue
        return _swap(alloc, view, wanted)
    return base


def _swap(alloc: AllocOp, view: ViewOp, wanted: ArrayType) -> SSAValue:
    label = None if alloc.label is None else alloc.label.data
    new = derived(AllocOp(wanted, label), alloc)
    assert isinstance(new, AllocOp)
    old = derived(ViewOp(new.result, array_type(alloc.result)), alloc)
    new.result.name_hint = alloc.result.name_hint
    Rewriter.insert_op([new, old], InsertPoint.before(alloc))
    for other in [u.operation for u in alloc.result.uses if isinstance(u.operation, ViewOp)]:
        other.operands[0] = new.result
    Rewriter.replace_op(alloc, [], [old.results[0]])
    Rewriter.replace_op(view, [], [new.result])
    return new.result


def _inline(view: ViewOp, sizes: frozenset[str]) -> None:
    """Rewrite the uses of one view of a container, as far as that is possible."""
    kind, base = array_type(view.result), view.source
    if kind == base.type:
        Rewriter.replace_op(view, [], [base])
        return
    uses = [(u.operation, u.index) for u in view.result.uses]
    context = Context(sizes, scope_ranges(tuple(_scopes(view))))
    reindexing = Reindexing.of(kind, array_type(base), context)
    if reindexing is None:
        return
    for node, operand in uses:
        for access in list(accesses_of_node(node)):
            if access.operand == operand:
                _rewrite(access, base, reindexing)
                break
    if view.result.first_use is None:
        Rewriter.erase_op(view)


def _scopes(op: Operation) -> Iterator[Operation]:
    """The scopes around `op`, innermost first."""
    parent = op.parent_op()
    while parent is not None and not isinstance(parent, SdfgOp):
        yield parent
        parent = parent.parent_op()


def _rewrite(access: Access, base: SSAValue, reindexing: Reindexing) -> None:
    node, operand = access.node, access.operand
    if isinstance(node, CopyOp):
        drop_unit_ranges(node)
        memlet = node.write if operand else node.read
    elif isinstance(node, ReadSymbolOp):
        memlet = node.read
    elif isinstance(node, TaskletOp):
        memlet = (*node.reads, *node.writes)[operand]
        if _takes_container(node, operand):
            return
    else:
        return
    subset = reindexing.subset(memlet.subset)
    if subset is None:
        return
    volume = memlet.volume.data
    replace_access(node, operand, base, MemletAttr(subset, memlet.resolution.data, volume))


def _takes_container(op: TaskletOp, operand: int) -> bool:
    """Whether the body indexes the container itself, in its own dimensions."""
    count = len(op.inputs)
    if operand >= count:
        return operand - count in op.stored_outputs
    return isinstance(op.body.block.args[operand].type, ArrayType)


def drop_unit_ranges(copy: CopyOp) -> None:
    """Make points of those ranges of one element that both sides of a copy have in one place."""
    if not all(isinstance(c.type, ArrayType) for c in copy.operands):
        return
    ranged = [
        [d for d, r in enumerate(m.ranges) if not r.is_point] for m in (copy.read, copy.write)
    ]
    extents = [copy.read.subset.extents, copy.write.subset.extents]
    unit = [k for k, (a, b) in enumerate(zip(*extents, strict=True)) if a == b == 1]
    for name, dims in zip(("read", "write"), ranged, strict=True):
        memlet = cast(MemletAttr, copy.attributes[name])
        points = {dims[k] for k in unit}
        ranges = (Range(r.start) if d in points else r for d, r in enumerate(memlet.ranges))
        subset = SubsetAttr(tuple(ranges))
        copy.attributes[name] = MemletAttr(subset, memlet.resolution.data, memlet.volume.data)
