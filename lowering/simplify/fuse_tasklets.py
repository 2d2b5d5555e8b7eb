"""Make one tasklet of tasklets that pass on values."""

from dataclasses import dataclass, replace

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.containers import is_transient, touching
from sdfg.dialect.analysis.subsets import disjoint
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.lowering.simplify.rewriting import (
    Definition,
    erase_unused_containers,
    merged_location,
    move_before,
)
from sdfg.lowering.simplify.tasklets import Connector, Parts, has_effect, rebuild


@dataclass(frozen=True)
class FuseTaskletsPass(ModulePass):
    """
    Merge a tasklet into the one that reads the element it writes.

    ```
    sdfg.tasklet (%a = %x[i]) -> (%s[]) {             sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
      %0 = math.exp %a : f32                            %0 = math.exp %a : f32
      sdfg.yield %0 : f32                               %1 = arith.negf %0 : f32
    }                                          ->       sdfg.yield %1 : f32
    sdfg.tasklet (%b = %s[]) -> (%y[i]) {             }
      %1 = arith.negf %b : f32
      sdfg.yield %1 : f32
    }
    ```

    The write stays if anybody else reads the element. Tasklets between the two must not touch the
    same data. Inputs and computations that are then there twice are left once. Quadratic in the
    number of tasklets of one scope, linear in all else.
    """

    name = "sdfg-fuse-tasklets"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for scope in list(op.walk()):
            if not isinstance(scope, TaskletOp):
                for region in scope.regions:
                    for block in region.blocks:
                        fuse_block(block)
        erase_unused_containers(op)


def fuse_block(block: Block) -> bool:
    """Merge the tasklets that stand directly in `block`. Returns whether there were any."""
    if sum(isinstance(op, TaskletOp) for op in block.ops) < 2:
        return False
    ops = [op for op in block.ops if not isinstance(op, Definition)]
    nodes = [(op, Accesses.of(op)) for op in ops]
    changed, index = False, 0
    while index < len(nodes):
        source = _source(nodes, index)
        if source is None:
            index += 1
            continue
        place = _place(nodes, source, index)
        assert place is not None
        first, second = nodes[source][0], nodes[index][0]
        assert isinstance(first, TaskletOp)
        assert isinstance(second, TaskletOp)
        merged = merge(first, second, nodes[place][0])
        nodes[place] = (merged, Accesses.of(merged))
        del nodes[source if place == index else index]
        # The merged tasklet may read from yet another one.
        index = place - (1 if place == index else 0)
        changed = True
    return changed


def _source(nodes: list[tuple[Operation, Accesses]], index: int) -> int | None:
    """The tasklet before node `index` that is to be merged into it, latest first."""
    second, accesses = nodes[index]
    if not isinstance(second, TaskletOp):
        return None
    for k in range(index - 1, -1, -1):
        first, others = nodes[k]
        if not isinstance(first, TaskletOp) or others.writes.isdisjoint(accesses.reads):
            continue
        if can_merge(others, accesses) and _place(nodes, k, index) is not None:
            return k
    return None


def _place(nodes: list[tuple[Operation, Accesses]], first: int, second: int) -> int | None:
    """Which of the two places both nodes can run at, given what stands between them."""
    between = nodes[first + 1 : second]
    if not any(nodes[first][1].conflicts_with(a) for _, a in between):
        return second
    if not any(nodes[second][1].conflicts_with(a) for _, a in between):
        return first
    return None


def can_merge(first: Accesses, second: Accesses) -> bool:
    """
    Whether a tasklet that reads first and writes last can do the work of both in order.

    What the first writes, the second may read only if it is the same element, handed over as a
    value; at least one is.
    """
    handed = False
    for a in first.all:
        for b in second.by_root.get(a.root, ()):
            if not a.writes:
                if not a.is_array:
                    return False
                continue
            if _apart(a, b):
                continue
            if not _same_element(a, b) or a.wcr is not None or b.wcr is not None:
                return False
            handed |= not b.writes
    return handed


def _same_element(a: Access, b: Access) -> bool:
    return a.is_point and b.is_point and symbolic.equal(a.address, b.address)


def _apart(a: Access, b: Access) -> bool:
    same = a.is_array and a.container.type == b.container.type
    return same and disjoint(a.subset, b.subset)


def merge(first: TaskletOp, second: TaskletOp, place: Operation) -> TaskletOp:
    """Replace two tasklets by one at `place`, which is one of them."""
    ours, theirs = Parts.of(first), Parts.of(second)
    inputs, given = list(ours.inputs), dict[SSAValue, SSAValue]()
    forwarded: set[int] = set()
    for connector, access in zip(theirs.inputs, _reads(second), strict=True):
        pairs = zip(ours.outputs, _writes(first), strict=True)
        source = next((c for c, w in pairs if _hands_over(w, access)), None)
        if source is not None:
            forwarded.add(access.operand)
            given[connector.value] = source.value
        elif (same := _duplicate(inputs, connector)) is not None:
            given[connector.value] = same.value
        else:
            inputs.append(connector)
    pairs = zip(ours.outputs, _writes(first), strict=True)
    outputs = [c for c, w in pairs if not _is_dead(w, first, second, forwarded)]
    for old, new in given.items():
        old.replace_all_uses_with(new)
    outputs += (replace(c, value=given.get(c.value, c.value)) for c in theirs.outputs)
    return _assemble(first, second, inputs, outputs, place)


def _hands_over(write: Access, read: Access) -> bool:
    return write.root is read.root and _same_element(write, read)


def _duplicate(inputs: list[Connector], new: Connector) -> Connector | None:
    for c in inputs:
        if c.container is new.container and c.memlet == new.memlet:
            if c.value.type == new.value.type:
                return c
    return None


def _reads(op: TaskletOp) -> list[Access]:
    return [a for a in Accesses.of(op).all if not a.writes]


def _writes(op: TaskletOp) -> list[Access]:
    return [a for a in Accesses.of(op).all if a.writes]


def _is_dead(write: Access, first: TaskletOp, second: TaskletOp, forwarded: set[int]) -> bool:
    """Whether nothing needs what `first` writes once `second` has its value."""
    for later in _writes(second):
        if later.root is write.root and later.wcr is None and _same_element(write, later):
            return True
    if not is_transient(write.root):
        return False
    for node, operand in touching(write.root):
        if node is first and operand >= len(first.inputs):
            continue
        if node is second and operand in forwarded:
            continue
        return False
    return True


def _assemble(
    first: TaskletOp,
    second: TaskletOp,
    inputs: list[Connector],
    outputs: list[Connector],
    place: Operation,
) -> TaskletOp:
    """Put the body of `first` in front of that of `second`; values yielded are up to date."""
    location = merged_location(first, second)
    last = first.body.block.last_op
    assert isinstance(last, YieldOp)
    Rewriter.erase_op(last)
    front = second.body.block.first_op
    assert front is not None
    for op in list(first.body.block.ops):
        move_before(op, front)
    if place is first:
        move_before(second, first)
    merged = rebuild(second, inputs, outputs)
    merged.location = location
    deduplicate(merged.body.block)
    Rewriter.erase_op(first)
    return merged


def deduplicate(body: Block) -> None:
    """Leave equal computations once. Linear."""
    seen: dict[tuple[object, ...], Operation] = {}
    for op in list(body.ops):
        if op.regions or has_effect(op) or not op.results or op.name == "sdfg.load":
            continue
        key = (
            op.name,
            tuple(op.operands),
            tuple(sorted(op.attributes.items(), key=lambda item: item[0])),
            tuple(sorted(op.properties.items(), key=lambda item: item[0])),
            tuple(r.type for r in op.results),
        )
        if (same := seen.setdefault(key, op)) is not op:
            Rewriter.replace_op(op, [], list(same.results))
