"""Operands of the scores of a block of rows, with the rows side by side."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.attention import tasklets as make
from sdfg.lowering.schedule.attention.pattern import Access
from sdfg.lowering.schedule.nests import stride
from sdfg.lowering.simplify.rewriting import set_memlet


@dataclass
class Copies:
    """
    Copies of operands whose rows do not lie side by side, made before a nest.

    ```
    map [j, i] { .. Q[first + i, k] .. }
    ->  map [k, i] { T[k, i] = Q[first + i, k] }; map [j, i] { .. T[k, i] .. }
    ```
    """

    once: list[Operation] = field(default_factory=list[Operation])
    """Those that all tiles share."""
    made: dict[tuple[SSAValue, SubsetAttr], Access] = field(
        default_factory=dict[tuple[SSAValue, SubsetAttr], Access]
    )

    def transpose(self, nest: MapOp, column: AbstractSet[str]) -> list[Operation]:
        """
        The copies that this nest alone needs, whose last parameter is the row.

        What moves with one of the symbols `column` differs from tile to tile.
        """
        ops: list[Operation] = []
        row = nest.param_names[-1]
        for op in [o for o in nest.walk() if isinstance(o, TaskletOp)]:
            ranges = ranges_around(op, nest)
            for index, (container, memlet) in enumerate(op.input_accesses):
                other = across(container, memlet, row, ranges)
                if other is None:
                    continue
                key = (container, memlet.subset)
                if key not in self.made:
                    copy, access = copied(container, memlet, (other, row), ranges)
                    target = ops if column & memlet.symbols else self.once
                    target += copy
                    self.made[key] = access
                set_memlet(op, index, *self.made[key])
        self.made = {k: v for k, v in self.made.items() if not column & symbols(k[1])}
        return ops


def symbols(subset: SubsetAttr) -> frozenset[str]:
    return symbolic.symbols_of(*(e for r in subset.data for e in r.exprs))


def ranges_around(op: Operation, nest: MapOp) -> dict[str, Range]:
    """The parameters of `nest` and of the maps in it around `op`."""
    found: dict[str, Range] = {}
    parent = op.parent_op()
    while parent is not None:
        if isinstance(parent, MapOp):
            found |= dict(zip(parent.param_names, parent.ranges.data, strict=True))
        if parent is nest:
            break
        parent = parent.parent_op()
    return found


def across(
    container: SSAValue, memlet: MemletAttr, row: str, ranges: dict[str, Range]
) -> str | None:
    """The parameter along which an operand is contiguous, if it moves with the row, too."""
    used = memlet.symbols & ranges.keys()
    if row not in used or len(used) != 2 or not memlet.subset.is_point:
        return None
    (other,) = used - {row}
    contiguous = stride(container, memlet, other) == 1 and stride(container, memlet, row) != 1
    return other if contiguous and ranges[other].extent.is_Integer else None


def copied(
    container: SSAValue,
    memlet: MemletAttr,
    names: tuple[str, str],
    ranges: dict[str, Range],
) -> tuple[list[Operation], tuple[SSAValue, MemletAttr]]:
    """A container with the dimensions `names`, and the map that fills it."""
    shape = [ranges[n].extent for n in names]
    kind = ArrayType(shape, array_type(container).element_type, storage="stack")
    alloc = AllocOp(kind, "transposed")
    alloc.result.name_hint = "transposed"
    access = make.at(alloc.result, *map(symbolic.symbol, names))
    move = make.move((container, memlet), access)
    return [alloc, MapOp(names, [ranges[n] for n in names], [move])], access
