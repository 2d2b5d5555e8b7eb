"""Loops over neighbouring memory as one."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.ops.tasklet_body import IndexOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    only_child,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import set_memlet


@dataclass(frozen=True)
class CollapsePass(Transformation):
    """
    Make perfectly nested maps one where all memory that moves with them is one row for both.

    Before, and after `sdfg-collapse`, for arrays of 16 x 64:

    ```
    map [i = 0:16, j = 0:64] { B[i, j] = f(A[i, j], c[0]) }

    A1 = view A : [1024]; B1 = view B : [1024]
    map [j = 0:1024] { B1[j] = f(A1[j], c[0]) }
    ```

    Legal where each access moves with both loops, each in a dimension of its own, so that the next
    value of the outer one follows the last of the inner one; or with none of them. There is no
    division: containers get views with fewer dimensions. Refused where no two loops are like that.
    """

    name = "sdfg-collapse"

    def rewrite(self, nest: Nest) -> None:
        done = 0
        views = Views(nest)
        for op in [o for o in nest.walk() if isinstance(o, MapOp)][::-1]:
            inner = only_child(op)
            if isinstance(inner, MapOp) and views.collapse(op, inner):
                done += 1
        if not done:
            refuse("no two loops run over one row of memory")


@dataclass
class Views:
    """Joins loops; containers that were joined the same way share a view."""

    nest: Nest
    known: dict[tuple[SSAValue, int, int, Expr], SSAValue] = field(
        default_factory=dict[tuple[SSAValue, int, int, Expr], SSAValue]
    )

    def collapse(self, outer: MapOp, inner: MapOp) -> bool:
        """
        ```
        map [a = 0:M] { map [b = 0:N] { X[a, b] } } -> map [b = 0:M * N] { X1[b] }
        ```

        Returns whether that is possible.
        """
        loops = (outer, inner)
        if any(range_of(op).start != 0 or range_of(op).step != 1 for op in loops):
            return False
        if outer.schedule != inner.schedule or not self.fits(outer, inner):
            return False
        first, second = parameter(outer), parameter(inner)
        width = range_of(inner).extent
        for tasklet, index, container, memlet in list(accesses(inner)):
            place = places(memlet, first, second)
            if place is None:
                continue
            view = self.view(container, *place, width)
            ranges = tuple(r for d, r in enumerate(memlet.ranges) if d != place[0])
            set_memlet(tasklet, index, view, MemletAttr(SubsetAttr(ranges), memlet.resolution.data))
        extent = self.nest.count(outer) * self.nest.count(inner)
        inner.attributes["ranges"] = SubsetAttr((Range.of(0, extent),))
        inner.detach()
        self.nest.replace(outer, [inner])
        return True

    def fits(self, outer: MapOp, inner: MapOp) -> bool:
        """Whether all that moves with the loops runs over a row of memory."""
        pair = {parameter(outer), parameter(inner)}
        width = range_of(inner).extent
        if symbolic.symbols_of(width) & pair:
            return False
        for op in inner.walk():
            if isinstance(op, Loop) and symbolic.symbols_of(*range_of(op).exprs) & pair:
                return False
            if isinstance(op, IndexOp) and symbolic.symbols_of(op.expr.data) & pair:
                return False
            if not isinstance(op, TaskletOp | MapOp | AllocOp) and op.parent_op() is inner:
                return False
        return all(is_row(c, m, outer, inner, self.nest.state) for _, _, c, m in accesses(inner))

    def view(self, container: SSAValue, first: int, second: int, width: Expr) -> SSAValue:
        """`container` without dimension `first`, over which `second` runs as well."""
        key = (container, first, second, width)
        if key not in self.known:
            kind = array_type(container)
            dims, strides = list(kind.dims), list(kind.strides.data)
            dims[second] = dims[first] * width
            del dims[first], strides[first]
            flat = ArrayType(dims, kind.element_type, strides, kind.offset.data, kind.storage)
            owner = container.owner
            view = ViewOp(owner.source if isinstance(owner, ViewOp) else container, flat)
            view.result.name_hint = container.name_hint
            self.nest.allocate(view)
            self.known[key] = view.result
        return self.known[key]


def accesses(
    scope: Operation,
) -> Iterator[tuple[TaskletOp, int, SSAValue, MemletAttr]]:
    """Tasklet, number of the operand, container and memlet of each access."""
    for op in scope.walk():
        if isinstance(op, TaskletOp):
            both = (*op.input_accesses, *op.output_accesses)
            for index, (container, memlet) in enumerate(both):
                yield op, index, container, memlet


def places(memlet: MemletAttr, first: str, second: str) -> tuple[int, int] | None:
    """The dimensions that are exactly the outer and the inner parameter, if there are such."""
    found: list[int] = []
    for name in (first, second):
        used = [d for d, r in enumerate(memlet.ranges) if name in symbolic.symbols_of(*r.exprs)]
        if len(used) != 1 or memlet.ranges[used[0]] != Range(symbolic.symbol(name)):
            return None
        found.append(used[0])
    return (found[0], found[1])


def is_row(
    container: SSAValue, memlet: MemletAttr, outer: MapOp, inner: MapOp, state: Operation
) -> bool:
    """Whether an access moves with neither loop, or along one row of memory with both."""
    first, second = parameter(outer), parameter(inner)
    if not {first, second} & memlet.symbols:
        return True
    place = places(memlet, first, second)
    kind = container.type
    if place is None or not isinstance(kind, ArrayType) or is_inner(container, state):
        return False
    strides = kind.strides.data
    return symbolic.equal(strides[place[0]], strides[place[1]] * range_of(inner).extent)


def is_inner(container: SSAValue, scope: Operation) -> bool:
    """Whether a container is defined within `scope`."""
    owner = container.owner
    return isinstance(owner, Operation) and scope.is_ancestor(owner)
