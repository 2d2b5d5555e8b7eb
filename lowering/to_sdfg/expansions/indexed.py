"""`sdfg.gather` and `sdfg.scatter`: elements at indices that are data."""

from collections.abc import Sequence

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.reordering import GatherOp, ScatterOp
from sdfg.dialect.ops.tasklet_body import LoadOp, StoreOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


def expand_gather(op: GatherOp, place: Place) -> None:
    """
    ```
    map [i0, i1] {
      tasklet (%k = %index[i0], %x: array = %X[0:N, i1] volume 1) -> (%Y[i0, i1]) {
        load %x[%k, i1]
      }
    }
    ```
    """
    (x, index), (y,) = op.inputs, op.outputs
    every = Loops.of(place, "i", array_type(y).dims)
    rank = array_type(index).rank
    where, inner = every.at[:rank], every.at[rank:]
    builder = TaskletBuilder()
    row = builder.checked_index(builder.read(index, point(where)), array_type(x).dims[0])
    source = builder.read(x, _some(array_type(x).dims, 1, inner))
    load = LoadOp(source, [row, *map(builder.index, inner)])
    value = builder.emit(load)
    place.add(every.around([builder.finish([(y, point(every.at))], [value])]))


def expand_scatter(op: ScatterOp, place: Place) -> None:
    """
    ```
    map [i0, ...] {                        the coordinates that the index does not name
      for [r0 = 0:updates] {               in order: a later update wins
        tasklet (%k = %index[r0, 0], %u = %U[r0, i0]) -> (store %Y[0:N, i0] volume 1) { ... }
      }
    }
    ```
    """
    (updates, index), (y,) = op.inputs, op.outputs
    count, depth = array_type(index).dims
    dims, depth = array_type(y).dims, int(depth)
    inner = dims[depth:]
    parallel = Loops.of(place, "i", inner or [symbolic.integer(1)])
    at = parallel.at if inner else ()
    (row,) = place.params("r", 1)
    builder = TaskletBuilder()
    named = [
        builder.checked_index(builder.read(index, point([row, symbolic.integer(d)])), dims[d])
        for d in range(depth)
    ]
    value = builder.read(updates, point([row, *at]))
    kind = "" if op.kind is None else op.kind.data
    memlet = _some(dims, depth, at, kind)
    target = builder.store_target(y)
    builder.block.add_op(StoreOp(value, target, [*named, *map(builder.index, at)]))
    update = builder.finish([], [], [(y, memlet)])
    place.add(parallel.around([ForOp(row.name, Range.of(0, count), [update])]))


def _some(dims: Sequence[Expr], depth: int, at: Sequence[Expr], kind: str = "") -> MemletAttr:
    """One element out of all along the first `depth` dimensions, at `at` in the others."""
    first = [Range.of(0, e) for e in dims[:depth]]
    subset = SubsetAttr((*first, *map(Range.point, at)))
    return MemletAttr(subset, kind, volume=1)
