"""Containers between layers with the dimension last that vectors run along: channels last."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.kinds import Kind
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.names import names_around
from sdfg.lowering.schedule.nests import stride
from sdfg.lowering.schedule.vector_tasklets import move_tasklet
from sdfg.lowering.simplify.rewriting import retype

T = TypeVar("T")

CHANNELS = {
    "convolution": ("oc", "ic"),
    "conv1x1": ("oc", "ic"),
    "depthwise_convolution": ("g", "g"),
}
"""Role of the loop over channels of the result and of the first operand, by kind of nest."""


@dataclass(frozen=True)
class PermuteLayoutsPass(ModulePass):
    """
    Put the dimension of channels last in containers that convolutions write and read.

    Before:

    ```
    %t = alloc [1, 64, 58, 58]
    map [oc, y, x] { %t[0, oc, y, x] = ... }        // a convolution
    map [c, y, x] { %u[0, c, y, x] = f(%t[0, c, 2 * y, 2 * x]) }
    ```

    After, with a map in the place of a copy from or to a container that keeps its layout:

    ```
    %t = alloc [1, 58, 58, 64]
    map [oc, y, x] { %t[0, y, x, oc] = ... }
    map [c, y, x] { %u[0, y, x, c] = f(%t[0, 2 * y, 2 * x, c]) }
    ```

    Then results of a convolution are written side by side, and what works on each channel alone
    (pooling, depthwise convolutions, activations) reads and writes vectors of channels. Only dense
    transients that nothing takes as a whole are changed; those that such nests write from changed
    ones follow. Changes no result.
    """

    name = "sdfg-permute-layouts"

    least: int = 8
    """Channels below which a container keeps its layout."""

    def __post_init__(self) -> None:
        if self.least < 1:
            raise ValueError(f"{self.name}: least is at least 1, got {self.least}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.ops if isinstance(p, SdfgOp)]:
            layouts = Layouts.of(program, self.least)
            for alloc, dimension in layouts.chosen.items():
                permute(alloc, dimension)
            for copy in [c for c in program.walk() if isinstance(c, CopyOp)]:
                settle(copy, layouts)


@dataclass(frozen=True)
class Layouts:
    """Which containers to change, and the dimension that becomes their last one."""

    chosen: dict[AllocOp, int]

    @classmethod
    def of(cls, program: SdfgOp, least: int) -> "Layouts":
        """Linear in the number of accesses."""
        able: dict[SSAValue, AllocOp] = {
            op.result: op
            for op in program.body.block.ops
            if isinstance(op, AllocOp) and can_change(op)
        }
        votes: dict[SSAValue, Counter[int]] = {}
        for nest in nests(program):
            for container, dimension in preferences(nest):
                votes.setdefault(container, Counter())[dimension] += 1
        chosen: dict[SSAValue, int] = {}
        for container, counted in votes.items():
            ((dimension, _), *others) = counted.most_common()
            if container in able and not others and is_large(container, dimension, least):
                chosen[container] = dimension
        order = {node: k for k, node in enumerate(program.walk())}
        new = chosen
        while new:
            users = {use.operation for container in new for use in container.uses}
            found = followers(sorted(users, key=lambda node: order[node]), new)
            new = {}
            for container, dimension in found:
                if container in able and container not in chosen and container not in votes:
                    if container not in new and is_large(container, dimension, least):
                        new[container] = dimension
            chosen |= new
        last = {c: d for c, d in chosen.items() if d != array_type(c).rank - 1}
        return cls({able[c]: d for c, d in last.items()})


def nests(program: SdfgOp) -> Iterator[MapOp]:
    """The maps at the top of states."""
    for state in program.walk():
        if isinstance(state, StateOp):
            yield from (n for n in state.body.block.ops if isinstance(n, MapOp))


def can_change(op: AllocOp) -> bool:
    """Whether a container is dense and all that use it name elements one by one, or copy boxes."""
    kind = op.result.type
    if not isinstance(kind, ArrayType) or kind.rank < 3 or not kind.is_dense:
        return False
    if kind.storage.kind.data != "heap":
        return False
    for use in op.result.uses:
        user = use.operation
        if isinstance(user, CopyOp):
            continue
        if not isinstance(user, TaskletOp):
            return False
        memlets = [*user.reads, *user.writes]
        if not memlets[use.index].subset.is_point:
            return False
    return True


def is_large(container: SSAValue, dimension: int, least: int) -> bool:
    extent = symbolic.constant(array_type(container).dims[dimension])
    return extent is not None and extent >= least


def preferences(nest: MapOp) -> Iterator[tuple[SSAValue, int]]:
    """The containers of a convolution, or of a transform of tiles, each with its channels."""
    kind = Kind.of(nest)
    if kind.name == "elementwise" and kind.statement is not None:
        yield from tile_preferences(kind.statement)
        return
    roles = CHANNELS.get(kind.name)
    if roles is None or kind.statement is None:
        return
    result, operand = roles
    names = {role: loop.parameter for loop, role in kind.loops}
    if result in names:
        for tasklet in [t for t in nest.walk() if isinstance(t, TaskletOp)]:
            for container, memlet in tasklet.output_accesses:
                yield from moved_by(container, memlet, names[result])
    if operand in names and kind.operands:
        image = kind.operands[0]
        yield from moved_by(image.container, MemletAttr(image.subset), names[operand])


def tile_preferences(tasklet: TaskletOp) -> Iterator[tuple[SSAValue, int]]:
    """
    The dimensions of what a tasklet reads and writes that move with the loop along which all that
    it writes, several elements, is contiguous: a transform of tiles of a Winograd convolution.
    """
    if len(tasklet.outputs) < 2:
        return
    (first, *_) = writes = tasklet.output_accesses
    for parameter in sorted(first[1].symbols):
        if all(stride(c, m, parameter) == 1 for c, m in writes):
            # All accesses to one container are to neighbours: one of them tells.
            for container, memlet in dict((*tasklet.input_accesses, *writes)).items():
                yield from moved_by(container, memlet, parameter)


def moved_by(
    container: SSAValue, memlet: MemletAttr, parameter: str
) -> Iterator[tuple[SSAValue, int]]:
    """The dimension of a container that a parameter moves, if it is one."""
    if not isinstance(container.type, ArrayType) or container.type.rank < 3:
        return
    found = [k for k, r in enumerate(memlet.ranges) if parameter in r.symbols]
    if len(found) == 1:
        yield container, found[0]


def followers(
    nodes: Iterable[Operation], chosen: dict[SSAValue, int]
) -> Iterator[tuple[SSAValue, int]]:
    """Containers that one of `nodes` uses together with a changed one, moved alike."""
    for node in nodes:
        if isinstance(node, CopyOp):
            ends = ((node.source, node.target), (node.target, node.source))
            for one, other in ends:
                if one in chosen and node.read.subset.rank == node.write.subset.rank:
                    yield other, chosen[one]
            continue
        if not isinstance(node, TaskletOp):
            continue
        accesses = (*node.input_accesses, *node.output_accesses)
        for container, memlet in accesses:
            if container not in chosen:
                continue
            moving = memlet.ranges[chosen[container]].symbols
            if len(moving) != 1:
                continue
            (parameter,) = moving
            for other, read in accesses:
                yield from moved_by(other, read, parameter)


def permute(alloc: AllocOp, dimension: int) -> None:
    """Make `dimension` the last one of a container; its users follow."""
    kind = array_type(alloc.result)
    dims = moved_last(kind.dims, dimension)
    new = retype(alloc.result, ArrayType(dims, kind.element_type, storage=kind.storage))
    for use in list(new.uses):
        user, index = use.operation, use.index
        if isinstance(user, TaskletOp):
            field, at = ("reads", index) if index < len(user.inputs) else ("writes", index)
            at -= len(user.inputs) if field == "writes" else 0
            memlets = list(user.reads if field == "reads" else user.writes)
            memlets[at] = permuted(memlets[at], dimension)
            user.attributes[field] = ArrayAttr(memlets)
        else:
            field = "write" if index else "read"
            old = user.attributes[field]
            assert isinstance(old, MemletAttr)
            user.attributes[field] = permuted(old, dimension)


def moved_last(items: Iterable[T], index: int) -> tuple[T, ...]:
    every = tuple(items)
    return (*every[:index], *every[index + 1 :], every[index])


def permuted(memlet: MemletAttr, dimension: int) -> MemletAttr:
    subset = SubsetAttr(moved_last(memlet.ranges, dimension))
    return MemletAttr(subset, memlet.resolution.data, memlet.volume.data)


def settle(copy: CopyOp, layouts: Layouts) -> None:
    """Write a copy between containers of different layouts as a map."""
    source = changed_dimension(copy.source, layouts)
    target = changed_dimension(copy.target, layouts)
    if source == target:
        return
    # The dimensions of one end in the order of the other, as they were before.
    reads = restored(copy.read, source)
    writes = restored(copy.write, target)
    taken = set(names_around(copy))
    names: list[str] = []
    extents: list[Range] = []
    index = {"read": list[Range](), "write": list[Range]()}
    moving = [r for r in writes if not r.is_point]
    for r in moving:
        name = symbolic.symbol_name(f"i{len(names)}", taken)
        taken.add(name)
        names.append(name)
        extents.append(Range.of(0, r.extent))
    for field, ranges in (("read", reads), ("write", writes)):
        position = 0
        for r in ranges:
            if r.is_point:
                index[field].append(r)
                continue
            at = r.start + symbolic.symbol(names[position]) * r.step
            index[field].append(Range.point(at))
            position += 1
    read = MemletAttr(SubsetAttr(tuple(index["read"])))
    write = MemletAttr(SubsetAttr(tuple(index["write"])), copy.write.resolution.data)
    read = read if source is None else permuted(read, source)
    write = write if target is None else permuted(write, target)
    element = array_type(copy.source).element_type
    tasklet = move_tasklet((copy.source, read), (copy.target, write), element)
    node: Operation = derived(MapOp(names, extents, [tasklet]), copy)
    Rewriter.insert_op(node, InsertPoint.before(copy))
    copy.detach()
    copy.erase()


def changed_dimension(container: SSAValue, layouts: Layouts) -> int | None:
    owner = container.owner
    return layouts.chosen.get(owner) if isinstance(owner, AllocOp) else None


def restored(memlet: MemletAttr, dimension: int | None) -> tuple[Range, ...]:
    """The ranges of a memlet in the order that they had before."""
    ranges = memlet.ranges
    if dimension is None:
        return ranges
    return (*ranges[:dimension], ranges[-1], *ranges[dimension:-1])
