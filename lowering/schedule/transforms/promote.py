"""Containers on the stack that fit into registers."""

from dataclasses import dataclass

from xdsl.dialects.builtin import VectorType
from xdsl.ir import Attribute, SSAValue
from xdsl.rewriter import Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.transforms.nest import Nest
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import retype, set_memlet


@dataclass(frozen=True)
class PromotePass(Transformation):
    """
    Hold a container in registers that lies on the stack, where tasklets use vectors of it alone.

    Before, and after `sdfg-promote{lanes=8}`:

    ```
    t = alloc [4, 16] stack
    map [i = 0:4, v = 0:2] { t[i, 8 * v:8 * v + 8] = ... }
    map [i = 0:4, v = 0:2] { ... = t[i, 8 * v:8 * v + 8] }

    t = alloc [4, 2] x vector<8> register
    map [i = 0:4, v = 0:2] { t[i, v] = ... }
    map [i = 0:4, v = 0:2] { ... = t[i, v] }
    ```

    For containers of constant shape, up to `most` vectors of them, that all tasklets use in vectors
    of `lanes` numbers which begin at a multiple of that. The loops around must be unrolled then.
    One that is a copy of other registers is left out.
    """

    name = "sdfg-promote"

    lanes: int
    """Numbers in a vector."""
    most: int = 64
    """Vectors above which a container stays on the stack."""

    def __post_init__(self) -> None:
        if self.lanes < 1 or self.most < 1:
            raise ValueError(f"{self.name}: lanes and most are at least 1")

    def rewrite(self, nest: Nest) -> None:
        for op in [o for o in nest.walk() if isinstance(o, AllocOp)]:
            kind = op.result.type
            if isinstance(kind, ArrayType) and kind.storage.kind.data == "stack":
                self.promote(op, kind)

    def promote(self, op: AllocOp, kind: ArrayType) -> None:
        count = symbolic.constant(kind.size)
        if count is None or kind.rank == 0 or count > self.most * self.lanes:
            return
        found: list[tuple[TaskletOp, int, MemletAttr]] = []
        width = self.lanes
        for use in op.result.uses:
            if not isinstance(user := use.operation, TaskletOp):
                return
            memlet = (*user.reads, *user.writes)[use.index]
            lanes = vector_lanes(user, use.index)
            if lanes is None or memlet.wcr is not None:
                return
            width = min(width, lanes)
            found.append((user, use.index, memlet))
        if any(vector_lanes(user, index) != width for user, index, _ in found):
            return
        accesses = [register_of(memlet, width) for _, _, memlet in found]
        if not found or any(a is None for a in accesses):
            return
        wide = VectorType(kind.element_type, [width])  # pyright: ignore[reportArgumentType]
        extent = symbolic.FloorDiv(kind.dims[-1], symbolic.integer(width))
        shape = kind.dims[:-1] if extent == 1 else (*kind.dims[:-1], extent)
        new = retype(op.result, ArrayType(shape, wide, storage="register"))
        for (user, index, _), access in zip(found, accesses, strict=True):
            assert access is not None
            at = SubsetAttr(access.ranges[: len(shape)])
            set_memlet(user, index, new, MemletAttr(at))
        leave_out(new)


def leave_out(copy: SSAValue) -> None:
    """Use registers themselves where `copy` is all that they hold at last."""
    owner, tasklets = copy.owner, writers(copy)
    if not isinstance(owner, AllocOp) or (block := owner.parent_block()) is None:
        return
    if len(tasklets) != 1:
        return
    (move,) = tasklets
    if len(move.inputs) != 1 or move.yielded[0] is not move.body.block.args[0]:
        return
    (source, read), (_, written) = move.input_accesses[0], move.output_accesses[0]
    if source.type != copy.type or read.subset != written.subset:
        return
    top = block.find_ancestor_op_in_block(move)
    last = [block.find_ancestor_op_in_block(op) for op in writers(source)]
    if top is None or any(op is None or not op.is_before_in_block(top) for op in last):
        return
    top.detach()
    top.erase()
    copy.replace_all_uses_with(source)
    Rewriter.erase_op(owner)


def writers(container: SSAValue) -> list[TaskletOp]:
    """The tasklets that write `container`, which tasklets alone use."""
    uses = [(use.operation, use.index) for use in container.uses]
    return [op for op, i in uses if isinstance(op, TaskletOp) and i >= len(op.inputs)]


def vector_lanes(tasklet: TaskletOp, operand: int) -> int | None:
    """How many numbers a tasklet moves with one access, None unless it moves a vector."""
    inputs = len(tasklet.inputs)
    kind: Attribute
    if operand < inputs:
        kind = tasklet.body.block.args[operand].type
    else:
        if operand - inputs in tasklet.stored_outputs:
            return None
        kind = tasklet.yielded[operand - inputs].type
    return kind.element_count() if isinstance(kind, VectorType) else None


def register_of(memlet: MemletAttr, width: int) -> MemletAttr | None:
    """The access to a register that holds the `width` elements of a memlet, if it is one."""
    *others, last = memlet.ranges
    size = symbolic.integer(width)
    aligned = symbolic.Mod(last.start, size) == 0 and last.step == 1
    if last.is_point or not aligned or not symbolic.equal(last.extent, size):
        return None
    if any(not r.is_point for r in others):
        return None
    return MemletAttr(SubsetAttr((*others, Range(symbolic.FloorDiv(last.start, size)))))
