"""One loop for each part of its body (fission)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.analysis.dependences import Dependences
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    nodes,
    only_child,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.reasons import carried
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import set_memlet


@dataclass(frozen=True)
class DistributePass(Transformation):
    """
    Give each part of a loop's body a loop of its own: inner loops, and the tasklets between them.

    Before, and after `sdfg-distribute{loops=i}`:

    ```
    map [i = 0:8] { t = alloc []; t = 0; map [k = 0:K] { t += A[i, k] }; B[i] = f(t) }

    t = alloc [8]
    map [i = 0:8] { t[i] = 0 }
    map [i = 0:8] { map [k = 0:K] { t[i] += A[i, k] } }
    map [i = 0:8] { B[i] = f(t[i]) }
    ```

    With `each`, tasklets part from each other, too. A container that was private to an iteration
    and joins two parts gets a dimension per loop. Legal for maps, whose points share nothing else,
    and for loops of which no later part gives an earlier one what it needs in a later iteration.
    Where every part has a loop of its own already, nothing changes.
    """

    name = "sdfg-distribute"
    orders: ClassVar[bool] = True

    loops: tuple[str, ...]
    """The loops to distribute: the innermost ones of a perfect nest, in order."""
    each: bool = False
    """Whether each tasklet is a part of its own."""

    def rewrite(self, nest: Nest) -> None:
        names = [nest.name(n) for n in self.loops]
        for loop in nest.loops(self.loops[-1]):
            if len(nodes(loop)) < 2:
                continue
            tail = chain_to(loop, len(names))
            if [parameter(op) for op in tail] != names:
                refuse(f"loops {', '.join(self.loops)} are not the innermost ones of a nest")
            distribute(nest, tail, each=self.each)


def chain_to(loop: Loop, length: int) -> list[Loop]:
    """`loop` and the loops that it is perfectly nested in, up to `length`, outermost first."""
    chain: list[Loop] = [loop]
    while len(chain) < length:
        parent = chain[0].parent_op()
        if not isinstance(parent, Loop) or only_child(parent) is not chain[0]:
            break
        chain.insert(0, parent)
    return chain


def distribute(
    nest: Nest, chain: Sequence[Loop], *, each: bool = False, unrolled: bool = False
) -> list[Loop]:
    """
    A nest of the loops `chain` for each part of what is in them: the nests.

    Where the loops are to be `unrolled`, what is in registers may stay there.
    """
    inner = chain[-1]
    groups = parts(nodes(inner), each=each)
    if len(groups) < 2:
        return [chain[0]]
    check_order(nest, chain, groups)
    allocs = [op for op in inner.body.block.ops if isinstance(op, AllocOp)]
    if any(isinstance(op, ViewOp) for op in inner.body.block.ops):
        refuse("a view is taken in the loop")
    homes = {alloc: [g for g in groups if uses(g, alloc.result)] for alloc in allocs}
    shared = [alloc for alloc, found in homes.items() if len(found) > 1]
    new: list[Operation] = []
    for alloc in shared:
        wide = expand(alloc, chain, unrolled=unrolled)
        if chain[0] in nest.roots:
            nest.allocate(wide)
        else:
            new.append(wide)
    nests: list[Loop] = []
    for group in groups:
        body = [a for a, found in homes.items() if found == [group]]
        ops: list[Operation] = [*body, *group]
        for op in ops:
            op.detach()
        for loop in reversed(chain):
            op = copied(loop, ops)
            ops = [op]
        new += ops
        nests += [op for op in ops if isinstance(op, Loop)]
    nest.replace(chain[0], new)
    return nests


def copied(loop: Loop, body: Sequence[Operation]) -> Loop:
    """A loop like `loop` around `body`."""
    if isinstance(loop, MapOp):
        new: Loop = MapOp(loop.param_names, loop.ranges.data, body, loop.schedule)
    else:
        new = ForOp(loop.param, loop.range, body)
    new.location = loop.location
    return new


def check_order(nest: Nest, chain: Sequence[Loop], groups: Sequence[Sequence[Operation]]) -> None:
    """Raises `Refused` where a part needs, in a later iteration, what comes behind it."""
    if not any(isinstance(op, ForOp) for op in chain):
        return
    root = next(r for r in nest.roots if r.is_ancestor(chain[0]))
    assert isinstance(root, Loop)
    place = {n: k for k, group in enumerate(groups) for op in group for n in op.walk()}
    for found in Dependences.of(root, promised=True).all:
        source, sink = place.get(found.source.node), place.get(found.sink.node)
        if found.kind == "reduction" or source is None or sink is None:
            continue
        if source > sink:
            carrier = found.carrier
            if carrier is not None and carrier.op in chain:
                refuse(f"the parts hang together: {carried(found, carrier.parameter)}")


def parts(body: Sequence[Operation], *, each: bool) -> list[list[Operation]]:
    """The nodes of a body: each loop alone, what stands between loops together, or `each`."""
    groups: list[list[Operation]] = []
    for op in body:
        if each or isinstance(op, Loop) or not groups or isinstance(groups[-1][-1], Loop):
            groups.append([op])
        else:
            groups[-1].append(op)
    return groups


def uses(group: Sequence[Operation], container: SSAValue) -> bool:
    return any(root(o) is container for op in group for n in op.walk() for o in n.operands)


def expand(alloc: AllocOp, chain: Sequence[Loop], *, unrolled: bool = False) -> AllocOp:
    """A container with a dimension per loop instead of one per iteration; its users follow."""
    kind = array_type(alloc.result)
    ranges = [range_of(op) for op in chain]
    extents = [r.extent for r in ranges]
    if any(not e.is_Integer for e in extents):
        refuse("a container private to an iteration would need one element per iteration")
    index = [numbered(parameter(op), r) for op, r in zip(chain, ranges, strict=True)]
    storage = kind.storage.kind.data
    storage = "stack" if storage == "register" and not unrolled else storage
    new = AllocOp(ArrayType((*extents, *kind.dims), kind.element_type, storage=storage))
    new.attributes |= {k: v for k, v in alloc.attributes.items() if k == "label"}
    new.location = alloc.location
    new.result.name_hint = alloc.result.name_hint
    for use in list(alloc.result.uses):
        tasklet = use.operation
        if not isinstance(tasklet, TaskletOp):
            refuse(f"'{tasklet.name}' uses a container private to an iteration")
        redirect(tasklet, use.index, new.result, index)
    alloc.detach()
    alloc.erase()
    return new


def numbered(name: str, over: Range) -> Expr:
    """The how many-th value of its range a parameter has, from 0 on."""
    return symbolic.FloorDiv(symbolic.symbol(name) - over.start, over.step)


def redirect(tasklet: TaskletOp, operand: int, container: SSAValue, index: Sequence[Expr]) -> None:
    """Let an access go to `container`, whose first dimensions are at `index`."""
    accesses = (*tasklet.input_accesses, *tasklet.output_accesses)
    memlet = accesses[operand][1]
    subset = SubsetAttr((*(Range(i) for i in index), *memlet.ranges))
    whole = operand < len(tasklet.inputs) and isinstance(
        tasklet.body.block.args[operand].type, ArrayType
    )
    if whole or operand - len(tasklet.inputs) in tasklet.stored_outputs:
        refuse("a tasklet takes a container private to an iteration as a whole")
    set_memlet(tasklet, operand, container, MemletAttr(subset, memlet.resolution.data))
