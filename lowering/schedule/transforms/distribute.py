"""One loop for each part of its body (fission)."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    map_chain_around,
    nodes,
    parameter,
    range_of,
    refuse,
)
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

    A container that was private to an iteration and joins two parts gets a dimension per loop.
    Legal for maps, whose points share nothing else.
    """

    name = "sdfg-distribute"

    loops: tuple[str, ...]
    """The loops to distribute: the innermost ones of a perfect nest, in order."""

    def rewrite(self, nest: Nest) -> None:
        names = [nest.name(n) for n in self.loops]
        for loop in nest.maps(self.loops[-1]):
            body = nodes(loop)
            if len(body) < 2:
                continue
            chain = map_chain_around(loop)
            chain = chain[: chain.index(loop) + 1]
            tail = chain[-len(names) :]
            if [parameter(op) for op in tail] != names:
                refuse(f"loops {', '.join(self.loops)} are not the innermost ones of a nest")
            distribute(nest, tail)


def distribute(nest: Nest, chain: list[MapOp]) -> None:
    inner = chain[-1]
    groups = parts(nodes(inner))
    if len(groups) < 2:
        return
    allocs = [op for op in inner.body.block.ops if isinstance(op, AllocOp)]
    if any(isinstance(op, ViewOp) for op in inner.body.block.ops):
        refuse("a view is taken in the loop")
    homes = {alloc: [g for g in groups if uses(g, alloc.result)] for alloc in allocs}
    shared = [alloc for alloc, found in homes.items() if len(found) > 1]
    new: list[Operation] = []
    for alloc in shared:
        wide = expand(alloc, chain)
        if chain[0] in nest.roots:
            nest.allocate(wide)
        else:
            new.append(wide)
    headers = [(op.param_names, op.ranges.data, op.schedule, op.location) for op in chain]
    for group in groups:
        body = [a for a, found in homes.items() if found == [group]]
        ops: list[Operation] = [*body, *group]
        for op in ops:
            op.detach()
        for names, ranges, schedule, location in reversed(headers):
            op = MapOp(names, ranges, ops, schedule)
            op.location = location
            ops = [op]
        new += ops
    nest.replace(chain[0], new)


def parts(body: Sequence[Operation]) -> list[list[Operation]]:
    """The nodes of a body: each loop alone, what stands between loops together."""
    groups: list[list[Operation]] = []
    for op in body:
        if isinstance(op, Loop) or not groups or isinstance(groups[-1][-1], Loop):
            groups.append([op])
        else:
            groups[-1].append(op)
    return groups


def uses(group: Sequence[Operation], container: SSAValue) -> bool:
    return any(root(o) is container for op in group for n in op.walk() for o in n.operands)


def expand(alloc: AllocOp, chain: Sequence[MapOp]) -> AllocOp:
    """A container with a dimension per loop instead of one per iteration; its users follow."""
    kind = array_type(alloc.result)
    ranges = [range_of(op) for op in chain]
    extents = [r.extent for r in ranges]
    if any(not e.is_Integer for e in extents):
        refuse("a container private to an iteration would need one element per iteration")
    index = [numbered(parameter(op), r) for op, r in zip(chain, ranges, strict=True)]
    storage = "stack" if kind.storage.kind.data == "register" else kind.storage.kind.data
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
