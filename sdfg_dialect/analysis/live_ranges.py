"""From where to where the contents of transient containers count."""

from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.ir import Block, Operation

from sdfg.dialect.analysis.containers import touching
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.dataflow import StateOp


@dataclass(frozen=True)
class LiveRange:
    """The positions of the first and last node that touch a container, both included."""

    first: int
    last: int

    def overlaps(self, other: "LiveRange") -> bool:
        """Whether some node runs while the contents of both count."""
        return self.first <= other.last and other.first <= self.last


def live_ranges(block: Block) -> dict[AllocOp, LiveRange]:
    """
    The live range of each container that `block` allocates and some node touches, in text order.

    A position is a node of `block` or of one of its states; a map, a loop or a branch with all that
    is in it is one. Linear in the number of uses, times their depth.
    """
    positions = {node: k for k, node in enumerate(nodes_of(block))}
    result: dict[AllocOp, LiveRange] = {}
    for op in block.ops:
        if isinstance(op, AllocOp):
            found = [_position(user, positions) for user, _ in touching(op.result)]
            if found:
                result[op] = LiveRange(min(found), max(found))
    return result


def nodes_of(block: Block) -> Iterator[Operation]:
    """What has a position, in order."""
    for op in block.ops:
        if isinstance(op, StateOp):
            yield from op.body.block.ops
        elif not isinstance(op, AllocOp | ConstantOp | ViewOp):
            yield op


def _position(op: Operation, positions: dict[Operation, int]) -> int:
    while op not in positions:
        parent = op.parent_op()
        assert parent is not None, "containers are used where they are in scope"
        op = parent
    return positions[op]
