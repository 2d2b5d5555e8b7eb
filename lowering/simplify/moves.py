"""Copies and maps that only move data, as one affine access beside another."""

from dataclasses import dataclass
from typing import Self

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.subsets import address, image, is_full
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class Layout:
    """Where the elements of one side lie in the memory of the other."""

    strides: tuple[Expr, ...]
    offset: Expr


@dataclass(frozen=True)
class Move:
    """
    A node that moves each element of one side to one element of the other, and does nothing else.

    `by_source` says where the elements of the source land, per dimension of the source;
    `by_target` where those of the target come from. None for a side that does not move whole.
    """

    node: Operation
    source: SSAValue
    target: SSAValue
    read: SubsetAttr
    write: SubsetAttr
    by_source: Layout | None
    by_target: Layout | None

    @classmethod
    def of(cls, node: Operation) -> Self | None:
        """Read `node`; None if it computes, or moves no box of elements."""
        if isinstance(node, CopyOp):
            return cls._of_copy(node)
        return cls._of_map(node) if isinstance(node, MapOp) else None

    @classmethod
    def _of_copy(cls, node: CopyOp) -> Self | None:
        kinds = node.source.type, node.target.type
        if not all(isinstance(k, ArrayType) for k in kinds) or node.write.wcr is not None:
            return None
        landing = _layout_of_copy((node.source, node.read), (node.target, node.write))
        origin = _layout_of_copy((node.target, node.write), (node.source, node.read))
        subsets = node.read.subset, node.write.subset
        return cls(node, node.source, node.target, *subsets, landing, origin)

    @classmethod
    def _of_map(cls, node: MapOp) -> Self | None:
        tasklet = node.body.block.first_op
        if not isinstance(tasklet, TaskletOp) or tasklet.next_op is not None:
            return None
        body = tasklet.body.block
        if len(tasklet.inputs) != 1 or len(tasklet.outputs) != 1 or tasklet.stored_outputs:
            return None
        if len(list(body.ops)) != 1 or tasklet.yielded != (body.args[0],):
            return None
        ((source, read),), ((target, write),) = tasklet.input_accesses, tasklet.output_accesses
        points = read.subset.is_point and write.subset.is_point and write.wcr is None
        if not points or not all(isinstance(c.type, ArrayType) for c in tasklet.operands):
            return None
        landing = _layout_of_map(node, (source, read), (target, write))
        origin = _layout_of_map(node, (target, write), (source, read))
        boxes = [_box(node, m.subset) for m in (read, write)]
        if boxes[0] is None or boxes[1] is None:
            return None
        return cls(node, source, target, boxes[0], boxes[1], landing, origin)


Side = tuple[SSAValue, MemletAttr]


def _layout_of_copy(whole: Side, part: Side) -> Layout | None:
    """The layout of `whole`, which moves entirely, in the memory of `part`."""
    kind, other = array_type(whole[0]), array_type(part[0])
    if not is_full(kind, whole[1].subset):
        return None
    offset = other.offset.data
    steps: list[Expr] = []
    for r, stride in zip(part[1].ranges, other.strides.data, strict=True):
        offset = offset + r.start * stride
        if not r.is_point:
            steps.append(r.step * stride)
    found = iter(steps)
    # A dimension that is a point has one element: its stride does not matter.
    strides = tuple(symbolic.integer(1) if r.is_point else next(found) for r in whole[1].ranges)
    return Layout(strides, offset)


def _layout_of_map(node: MapOp, whole: Side, part: Side) -> Layout | None:
    kind, other = array_type(whole[0]), array_type(part[0])
    ranges = dict(zip(node.param_names, node.ranges.data, strict=True))
    distance = address(other, part[1].subset)
    strides: list[Expr] = []
    for r, extent in zip(whole[1].ranges, kind.dims, strict=True):
        if extent == 1:
            strides.append(symbolic.integer(1))
            continue
        name = r.start.name if r.start.is_Symbol else ""
        over = ranges.pop(name, None)
        if over is None or over.start != 0 or over.step != 1 or over.stop != extent:
            return None
        stride = distance.coeff(r.start)
        distance = (distance - stride * r.start).expand()
        strides.append(stride)
    if symbolic.symbols_of(distance, *strides) & set(node.param_names):
        return None
    return None if ranges else Layout(tuple(strides), distance)


def _box(node: MapOp, at: SubsetAttr) -> SubsetAttr | None:
    return image(at, dict(zip(node.param_names, node.ranges.data, strict=True)))
