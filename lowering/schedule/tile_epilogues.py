"""What follows the reduction in a nest, moved onto the tile that holds its results."""

from xdsl.ir import Operation, SSAValue

from sdfg.dialect.analysis.containers import root
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.schedule.nests import ReductionNest, stride
from sdfg.lowering.schedule.vector_tasklets import COMBINE


def combine_init(nest: ReductionNest, access: tuple[SSAValue, MemletAttr]) -> list[Operation]:
    """The init, combined with what the reduction gave: `tile = init op tile`."""
    init = nest.init.clone()
    init.location = nest.init.location
    (value,) = init.yielded
    block = init.body.block
    last = block.last_op
    assert last is not None
    assert nest.point.wcr is not None
    argument = block.insert_arg(value.type, len(init.inputs))
    combine = COMBINE[nest.point.wcr](value, argument)  # pyright: ignore[reportCallIssue]
    combine.location = init.location
    block.insert_op_before(combine, last)
    last.operands[0] = combine.results[0]
    region = init.detach_region(0)
    new = TaskletOp([*init.input_accesses, access], [access], region)
    new.location = init.location
    init.erase()
    return [new]


def is_visible(nest: ReductionNest) -> bool:
    """Whether anything outside of the nest reads what it reduces into."""
    base = root(nest.target)
    if not isinstance(base.owner, AllocOp):
        return True
    pending, users = [base], list[Operation]()
    while pending:
        value = pending.pop()
        for use in value.uses:
            users.append(use.operation)
            if use.operation.name == "sdfg.view":
                pending += use.operation.results
    return any(not nest.outer.is_ancestor(u) for u in users if u.name != "sdfg.view")


def redirect(op: Operation, nest: ReductionNest, tile: SSAValue, at: MemletAttr) -> None:
    """Let a tasklet use the tile instead of the container that was reduced into."""
    assert isinstance(op, TaskletOp)
    for name, count, first in (
        ("reads", len(op.inputs), 0),
        ("writes", len(op.outputs), len(op.inputs)),
    ):
        memlets = list(op.attributes[name])  # pyright: ignore
        for k in range(count):
            if op.operands[first + k] is nest.target:
                op.operands[first + k] = tile
                memlets[k] = MemletAttr(at.subset, memlets[k].resolution.data)  # pyright: ignore
        op.attributes[name] = type(op.reads)(memlets)  # pyright: ignore


def writes_along(nest: ReductionNest, lane: str) -> bool:
    """Whether the results of the epilogue lie side by side along the lane parameter."""
    written = [(nest.target, nest.point)] if is_visible(nest) else []
    for op in nest.rest:
        assert isinstance(op, TaskletOp)
        written += [(c, m) for c, m in op.output_accesses if lane in m.symbols]
    steps = [stride(c, m, lane) for c, m in written if m.ranges]
    return all(step == 1 for step in steps)
