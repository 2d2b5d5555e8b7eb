"""Masks that hide what lies behind the diagonal, known from how they are computed."""

from xdsl.dialects import arith
from xdsl.ir import SSAValue

from sdfg.dialect.analysis.containers import array_type, root, touching
from sdfg.dialect.facts import CAUSAL
from sdfg.dialect.ops.containers import AllocOp, ConstantOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.schedule.attention.behind import HIDDEN, is_mask, value_of
from sdfg.lowering.schedule.attention.pattern import Access, Attention, indexed


def hides_later_columns(found: Attention) -> bool:
    """
    Whether the scores of columns behind the row's own count nothing, and all others do.

    ```
    mask[i, j] = i >= j ? 0 : -inf;  S[i, j] = f(i, j) + mask[i, j]
    mask[i, j] = i >= j;  S[i, j] = mask[i, j] ? f(i, j) : -inf
    ```

    The mask is computed, or a constant that `note_causal_masks` has marked.
    """
    source = root(found.softmax.scores[0])
    tasklets = [o for o in found.scores.walk() if isinstance(o, TaskletOp)]
    writers = [o for o in tasklets if any(root(c) is source for c in o.outputs)]
    last = writers[-1]
    masks = masking(last.yielded[0]) if len(last.yielded) == 1 else ()
    for argument, access in zip(last.body.block.args, last.input_accesses, strict=False):
        at = indexed(access[1].ranges, (found.row, found.column))
        if at is None or argument not in masks:
            continue
        if is_triangle(access[0], at) or is_known_triangle(access, at):
            return True
    return False


def masking(score: SSAValue) -> tuple[SSAValue, ...]:
    """What may hide a score: what is added to it, or what chooses a number in its place."""
    match score.owner:
        case arith.AddfOp() as total:
            return (total.lhs, total.rhs)
        case arith.SelectOp() as choice:
            other = choice.rhs.owner
            hidden = isinstance(other, arith.ConstantOp) and value_of(
                choice.rhs, "", "", behind=True
            )
            return (choice.cond,) if isinstance(hidden, float) and hidden <= HIDDEN else ()
        case _:
            return ()


def is_known_triangle(access: Access, at: tuple[int, ...]) -> bool:
    """Whether an access at a row and a column is to a matrix of a constant causal mask."""
    container, memlet = access
    constant = root(container).owner
    if not isinstance(constant, ConstantOp) or CAUSAL not in constant.attributes:
        return False
    part, whole = array_type(container), array_type(constant.result)
    matrix = whole.strides.data[-2] * whole.dims[-2]
    others = [
        r.start * stride
        for d, (r, stride) in enumerate(zip(memlet.ranges, part.strides.data, strict=True))
        if d not in at
    ]
    return tuple(part.strides.data[d] for d in at) == whole.strides.data[-2:] and all(
        step == 0 or (step / matrix).is_integer for step in (part.offset.data, *others)
    )


def is_triangle(container: SSAValue, at: tuple[int, ...]) -> bool:
    """Whether an array lets be what is up to the diagonal of the dimensions `at`, no more."""
    users = [(op, k) for op, k in touching(root(container))]
    writers = [op for op, k in users if isinstance(op, TaskletOp) and k >= len(op.inputs)]
    if not isinstance(root(container).owner, AllocOp) or len(writers) != 1:
        return False
    (writer,) = writers
    outer = writer.parent_op()
    if not isinstance(outer, MapOp) or writer.inputs or len(writer.outputs) != 1:
        return False
    if any(not isinstance(op, TaskletOp) for op, _ in users):
        return False
    index = [writer.writes.data[0].ranges[d].start for d in at]
    if writer.writes.data[0].wcr is not None or not all(e.is_Symbol for e in index):
        return False
    row, column = (str(e) for e in index)
    return is_mask(writer.yielded[0], row, column)
