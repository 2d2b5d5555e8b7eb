"""Let data be where it is needed in the first place."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context as PassContext
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.containers import aliases, array_type, root, touching
from sdfg.dialect.analysis.subsets import disjoint, image
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import ReadSymbolOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.eliminate_views import sizes_of
from sdfg.lowering.simplify.moves import Layout, Move
from sdfg.lowering.simplify.program_order import ProgramOrder
from sdfg.lowering.simplify.reindexing import Context, Reindexing
from sdfg.lowering.simplify.rewriting import erase_unused_containers, move_before, retype


@dataclass(frozen=True)
class EliminateCopiesPass(ModulePass):
    """
    Replace one side of a copy by the other.

    ```
    %t = sdfg.alloc : [N, 4]                       %t = sdfg.view %y : [N, 4], strides [9, 1]
    sdfg.state @s { .. -> (%t[i, j]) }      ->     sdfg.state @s { .. -> (%t[i, j]) }
    sdfg.state @c { sdfg.copy %t -> %y[0:N, 0:4] }
    ```

    A transient container that is copied into another one is written there at once; one that is a
    copy of another is read there. Maps that only move data count as copies: transpositions,
    broadcasts, slices. The other memory must not be touched, where they meet, while the two would
    differ. Only copies that run once, outside of loops. Linear in the number of accesses to the
    containers of each copy.
    """

    name = "sdfg-eliminate-copies"

    def apply(self, ctx: PassContext, op: ModuleOp) -> None:
        for program in op.walk():
            if isinstance(program, SdfgOp):
                _eliminate(program)
        erase_unused_containers(op)


def _eliminate(program: SdfgOp) -> None:
    order = ProgramOrder.of(program)
    context = Context(sizes_of(program))
    known = frozenset(program.symbol_names)
    for position, node in enumerate(order.nodes):
        move = Move.of(node)
        if move is None:
            continue
        plan = Elimination(order, context, known, position, move)
        if not plan.forward():
            plan.backward()


@dataclass(frozen=True)
class Elimination:
    """One copy and what is around it."""

    order: ProgramOrder
    context: Context
    known: frozenset[str]
    """Symbols that are known in the whole program."""
    position: int
    move: Move

    def forward(self) -> bool:
        """Read the source wherever the target, a copy of it, is read. Returns whether it is so."""
        base, layout = self.whole(self.move.target, self.move.by_target)
        if layout is None or not isinstance(base.owner, AllocOp):
            return False
        uses = self.order.accesses(base)
        if any(p < self.position or (a.writes and p != self.position) for p, a in uses):
            return False
        last = max(p for p, _ in uses)
        if self._touched(self.move.source, self.move.read, self.position + 1, last, writes=True):
            return False
        return self._replace(base, self.move.source, layout)

    def backward(self) -> bool:
        """Write the target at once, wherever the source is written. Returns whether it is so."""
        base, layout = self.whole(self.move.source, self.move.by_source)
        if layout is None or not isinstance(base.owner, AllocOp):
            return False
        uses = self.order.accesses(base)
        if any(a.writes and p > self.position for p, a in uses):
            return False
        first, last = uses[0][0], uses[-1][0]
        write = self.move.write
        if self._touched(self.move.target, write, first, self.position - 1, writes=False):
            return False
        if self._touched(self.move.target, write, self.position + 1, last, writes=True):
            return False
        return self._replace(base, self.move.target, layout)

    def whole(self, container: SSAValue, layout: Layout | None) -> tuple[SSAValue, Layout | None]:
        """
        The allocated container, and its layout, where `container` is all of it in another order.
        """
        base = root(container)
        if base is container or layout is None:
            return container, layout
        kind, view = array_type(base), array_type(container)
        if not kind.is_dense or not symbolic.equal(kind.size, view.size):
            return base, None
        reindexing = Reindexing.of(kind, view, self.context)
        if reindexing is None:
            return base, None
        return base, Layout(*through(reindexing, layout.strides, layout.offset))

    def _touched(
        self, container: SSAValue, subset: SubsetAttr, first: int, last: int, *, writes: bool
    ) -> bool:
        """Whether a node from `first` to `last` touches, or writes, elements of a subset."""
        for position, access in self.order.accesses(root(container)):
            if not first <= position <= last or position == self.position:
                continue
            if (access.writes or not writes) and not self._apart(access, container, subset):
                return True
        return False

    def _apart(self, access: Access, container: SSAValue, subset: SubsetAttr) -> bool:
        if access.container.type != container.type:
            return False
        box = image(access.subset, access.ranges)
        return box is not None and disjoint(box, subset, self.context.sizes)

    def _replace(self, base: SSAValue, by: SSAValue, layout: Layout) -> bool:
        """Let `base` be a view of the memory of `by`, and drop the copy."""
        old, memory = array_type(base), root(by)
        kind = ArrayType(old.dims, old.element_type, layout.strides, layout.offset, old.storage)
        if memory is base or array_type(by).storage != old.storage:
            return False
        if not can_precede(memory, base):
            return False
        if not kind.symbols | array_type(memory).symbols <= self.known:
            return False
        views = relocated(base, kind, self.context)
        if views is None or not all(_can_follow(node) for node, _ in touching(base)):
            return False
        _expose(memory, base)
        self.order.moved(base, memory, [self.move.node])
        Rewriter.erase_op(self.move.node)
        for view, new in views.items():
            retype_container(view, new)
        _become_view(base, memory, kind)
        return True


def relocated(
    base: SSAValue, kind: ArrayType, context: Context
) -> dict[SSAValue, ArrayType] | None:
    """What the views of `base` become once it has the type `kind`; None if one cannot follow."""
    old = array_type(base)
    result: dict[SSAValue, ArrayType] = {}
    for view in aliases(base):
        if view is base:
            continue
        found = array_type(view)
        reindexing = Reindexing.of(found, old, context)
        if reindexing is None:
            return None
        strides, offset = through(reindexing, kind.strides.data, kind.offset.data)
        strides = tuple(
            symbolic.integer(0) if old_stride == 0 else stride
            for stride, old_stride in zip(strides, found.strides.data, strict=True)
        )
        result[view] = ArrayType(found.dims, found.element_type, strides, offset, found.storage)
    return result


def through(
    reindexing: Reindexing, strides: Sequence[Expr], offset: Expr
) -> tuple[tuple[Expr, ...], Expr]:
    """Strides and offset of a view whose indices are indices of a base with these."""
    for index, stride in zip(reindexing.offsets, strides, strict=True):
        offset = offset + index * stride
    one = symbolic.integer(1)
    found = (one if part is None else part[1] * strides[part[0]] for part in reindexing.parts)
    return tuple(found), offset


def _can_follow(node: Operation) -> bool:
    """Whether a node takes the same container with other strides."""
    return isinstance(node, TaskletOp | CopyOp | LibraryOp | ReadSymbolOp)


def can_precede(memory: SSAValue, base: SSAValue) -> bool:
    """Whether `memory` is, or can be, defined before `base`."""
    owner = memory.owner
    if isinstance(owner, Operation):
        return owner.parent is base.owner.parent  # pyright: ignore
    return isinstance(owner.parent_op(), SdfgOp)


def _expose(memory: SSAValue, base: SSAValue) -> None:
    """Define `memory` before `base`."""
    assert isinstance(base.owner, AllocOp)
    owner = memory.owner
    if isinstance(owner, AllocOp | ConstantOp) and owner.parent is base.owner.parent:
        if base.owner.is_before_in_block(owner):
            move_before(owner, base.owner)


def _become_view(base: SSAValue, memory: SSAValue, kind: ArrayType) -> None:
    alloc = base.owner
    assert isinstance(alloc, AllocOp)
    view = derived(ViewOp(memory, kind), alloc)
    (result,) = view.results
    result.name_hint = base.name_hint
    _retype_arguments(base, kind)
    for alias in list(aliases(base)):
        if isinstance(alias.owner, ViewOp):
            alias.owner.operands[0] = memory
    Rewriter.insert_op(view, InsertPoint.before(alloc))
    Rewriter.replace_op(alloc, [], [result])


def retype_container(container: SSAValue, kind: ArrayType) -> SSAValue:
    """Let a view have the type `kind`, also where tasklets take it whole."""
    _retype_arguments(container, kind)
    return retype(container, kind)


def _retype_arguments(container: SSAValue, kind: ArrayType) -> None:
    """Let the arguments that bring `container` into tasklets have its new type."""
    for use in list(container.uses):
        op = use.operation
        if not isinstance(op, TaskletOp):
            continue
        args, count, outputs = op.body.block.args, len(op.inputs), len(op.outputs)
        index = use.index if use.index < count else use.index - outputs + len(args) - count
        stored = use.index >= count and use.index - count in op.stored_outputs
        if use.index < count or stored:
            position = use.index if use.index < count else index
            if isinstance(args[position].type, ArrayType):
                retype(args[position], kind)
