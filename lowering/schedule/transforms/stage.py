"""Copies of what loops read, in nearer storage and in the order in which they read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, is_constant, root
from sdfg.dialect.analysis.subsets import bounds, is_nonnegative_rounded
from sdfg.dialect.attrs import STORAGES
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.names import label
from sdfg.lowering.schedule.nests import stride
from sdfg.lowering.schedule.transforms.distribute import numbered
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    around,
    enclosing,
    join,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.vector_tasklets import move_tasklet
from sdfg.lowering.simplify.rewriting import rename_parameters, set_memlet

Access = tuple[SSAValue, MemletAttr]
Copied = tuple[SSAValue, SubsetAttr, tuple[tuple[str, Range], ...]]
"""What a copy holds: elements of a container, for the loops that they depend on."""
POLICIES = ("all", "constants", "reused", "scattered", "strided")


@dataclass(frozen=True)
class StagePass(Transformation):
    """
    Copy what the tasklets of an inner loop read, before they read it and in that order (packing).

    Before, and after `sdfg-stage{along=ii}`:

    ```
    map [jo, ko, ii = 0:8] { C[..] += A[8 * jo + ii, ko] * B[ko] }

    map [jo, ko, ii = 0:8] { P[jo, ko, ii] = A[8 * jo + ii, ko] }
    map [jo, ko, ii = 0:8] { C[..] += P[jo, ko, ii] * B[ko] }
    ```

    The copy has a dimension for each loop that the access depends on, outermost first, those of
    `along` last, and is made before the whole nest, or with `at` before that loop, anew in each
    iteration around it. Constants are then packed when the model is compiled. Legal where what is
    read is not written in the nest. Operands stay as they are where the ranges of the copied loops
    depend on one another, and where a loop may be empty so that the elements need not be there.
    """

    name = "sdfg-stage"

    along: tuple[str, ...]
    """The loops along which the copy is contiguous, outer before inner; it moves with the last."""
    moving: tuple[str, ...] = ()
    """Only operands that move with these loops, too."""
    at: str = ""
    """The loop before which to copy; the whole nest by default."""
    only: str = "strided"
    """
    `all` operands that move with the loop, the `constants` of these, those that are `reused` (read
    again by a loop that they do not depend on), of these the `scattered` ones (whose runs along
    the loops do not follow each other), or of these the `strided` ones (not contiguous along the
    loop) and constants.
    """
    storage: str = "heap"
    """Where the copy lives."""
    pad: int = 0
    """
    Elements left free behind each run along the loop: rows a power of two apart share cache sets.
    """

    def __post_init__(self) -> None:
        if not self.along:
            raise ValueError(f"{self.name}: along names a loop")
        if self.only not in POLICIES:
            raise ValueError(f"{self.name}: only is one of {', '.join(POLICIES)}, got {self.only}")
        if self.pad < 0:
            raise ValueError(f"{self.name}: pad is at least 0, got {self.pad}")
        if self.storage not in STORAGES or self.storage == "register":
            raise ValueError(f"{self.name}: a copy is in memory, got the storage {self.storage}")

    def rewrite(self, nest: Nest) -> None:
        made: dict[Copied, Access] = {}
        for loop in nest.maps(self.along[-1]):
            for tasklet in [o for o in loop.walk() if isinstance(o, TaskletOp)]:
                if any(m.wcr for _, m in tasklet.output_accesses):
                    self.operands(nest, tasklet, made)

    def operands(self, nest: Nest, tasklet: TaskletOp, made: dict[Copied, Access]) -> None:
        top = next(r for r in nest.roots if r.is_ancestor(tasklet))
        loops = enclosing(tasklet, top)
        if self.at:
            names = [parameter(op) for op in loops]
            if nest.name(self.at) not in names:
                return
            loops = loops[names.index(nest.name(self.at)) :]
        for index in range(len(tasklet.inputs)):
            if self.wants(nest, tasklet, index, loops):
                self.copy(nest, tasklet, index, loops, made)

    def wants(self, nest: Nest, tasklet: TaskletOp, index: int, loops: Sequence[Loop]) -> bool:
        container, memlet = tasklet.input_accesses[index]
        name = nest.name(self.along[-1])
        wanted = {name, *(nest.name(role) for role in self.moving)}
        inner = {parameter(op) for op in loops}
        if not wanted <= memlet.symbols & inner or not memlet.subset.is_point:
            return False
        owner = container.owner
        if isinstance(owner, Operation) and loops[0].is_ancestor(owner):
            return False
        used = [op for op in loops if parameter(op) in memlet.symbols]
        step = stride(container, memlet, name)
        if step is None or step == 0 or not is_box(loops, used):
            return False
        others = [op for op in loops if op not in used]
        if any(map(may_be_empty, others)) and not exists(container, memlet, used):
            return False
        if self.only in ("all", "constants"):
            return self.only == "all" or is_constant(container)
        again = any(range_of(op).extent != 1 for op in loops if op not in used)
        if self.only in ("reused", "scattered"):
            return again and (
                self.only == "reused" or self.scattered(nest, container, memlet, used)
            )
        strided = step != 1
        if is_constant(container):
            return strided or again
        return strided and again

    def scattered(
        self, nest: Nest, container: SSAValue, memlet: MemletAttr, used: Sequence[Loop]
    ) -> bool:
        """Whether the runs that an access reads along the loops do not follow each other."""
        names = [nest.name(role) for role in self.along]
        outer = [op for op in used if parameter(op) not in names]
        step: Expr = symbolic.integer(1)
        for op in (*outer[-1:], *(op for op in used if parameter(op) in names))[::-1]:
            if stride(container, memlet, parameter(op)) != step:
                return True
            step = step * range_of(op).extent
        return False

    def copy(
        self,
        nest: Nest,
        tasklet: TaskletOp,
        index: int,
        loops: Sequence[Loop],
        made: dict[Copied, Access],
    ) -> None:
        """`made` are copies before the whole nest, which all of its pieces share."""
        container, memlet = tasklet.input_accesses[index]
        if is_written(nest, container):
            refuse(f"{label(container)} is written in the nest")
        used = [op for op in loops if parameter(op) in memlet.symbols]
        names = [nest.name(role) for role in self.along]
        last = [op for op in used if parameter(op) in names]
        order = [op for op in used if op not in last] + last
        headers = [(parameter(op), range_of(op)) for op in order]
        key = (container, memlet.subset, tuple(headers))
        if loops[0] in nest.roots and key in made:
            set_memlet(tasklet, index, *made[key])
            return
        shape = [nest.count(op) for op in order]
        shape[-1] = shape[-1] + self.pad
        element = array_type(container).element_type
        first = loops[0]
        storage = nest.storage(self.storage) if first in nest.roots else self.storage
        kind = ArrayType(shape, element, storage=storage)
        alloc = AllocOp(kind, f"{label(container)}_packed")
        alloc.result.name_hint = "packed"
        derived(alloc, tasklet)
        if first in nest.roots:  # refused before anything uses what is copied
            nest.allocate(alloc)
        at = SubsetAttr(tuple(Range(numbered(parameter(op), range_of(op))) for op in order))
        access = (alloc.result, MemletAttr(at))
        move = move_tasklet((container, memlet), access, element)
        derived(move, tasklet)
        nodes = around(headers, [move])
        for node in nodes:
            derived(node, tasklet)
            if isinstance(node, MapOp):
                join(node)
        if first not in nest.roots:
            block = first.parent_block()
            assert block is not None
            for node in nodes:
                rename_parameters(node, nest.parameters)
            block.insert_ops_before([alloc, *nodes], first)
        else:
            made[key] = access
            for node in nodes:
                nest.put_before(node)
        set_memlet(tasklet, index, *access)


def is_box(loops: Sequence[Loop], used: Sequence[Loop]) -> bool:
    """Whether the ranges of the loops used depend on none of the loops."""
    names = {parameter(op) for op in loops}
    return not any(symbolic.symbols_of(*range_of(op).exprs) & names for op in used)


def exists(container: SSAValue, memlet: MemletAttr, used: Sequence[Loop]) -> bool:
    """Whether an access names elements that are there, whatever the loops around those used do."""
    kind = array_type(container)
    ranges = {parameter(op): range_of(op) for op in used}
    sizes = symbolic.symbols_of(*kind.dims)
    for index, extent in zip(memlet.ranges, kind.dims, strict=True):
        found = bounds(index.start, ranges)
        if found is None or not is_nonnegative_rounded(found[0], sizes):
            return False
        if not is_nonnegative_rounded(symbolic.expanded(extent - 1 - found[1]), sizes):
            return False
    return True


def may_be_empty(op: Loop) -> bool:
    """Whether a loop may have no iteration."""
    count = symbolic.constant(range_of(op).extent)
    return count is None or count < 1


def is_written(nest: Nest, container: SSAValue) -> bool:
    """Whether anything in the nest writes the memory of `container`."""
    base = root(container)
    return any(
        isinstance(op, TaskletOp) and any(root(o) is base for o in op.outputs) for op in nest.walk()
    )
