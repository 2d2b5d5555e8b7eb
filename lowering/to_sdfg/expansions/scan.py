"""`sdfg.scan` to a sequential loop per line."""

from xdsl.ir import SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.reductions import ScanOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.to_sdfg.combiners import combined, neutral
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops, converted
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


def expand_scan(op: ScanOp, place: Place) -> None:
    """
    ```
    map [i0, ...] {
      %last = alloc;  tasklet () -> (%last[]) { neutral element }
      for [r0 = 0:N] { tasklet (%l = %last[], %x = %X[.., r0]) -> (%last[], %Y[.., r0]) { ... } }
    }
    ```
    """
    (x,), (y,) = op.inputs, op.outputs
    axis, kind = op.axis.value.data, array_type(y)
    length = kind.dims[axis]
    # A loop stands within a map: a line by itself is a map of one point.
    others = [e for d, e in enumerate(kind.dims) if d != axis]
    parallel = Loops.of(place, "i", others or [symbolic.integer(1)])
    (step,) = place.params("r", 1)
    along = length - 1 - step if bool(op.reverse) else step
    lines = parallel.at if others else ()
    at = [*lines[:axis], along, *lines[axis:]]
    last = AllocOp(ArrayType((), kind.element_type, storage="register"))
    number = neutral(op.kind.data, kind.element_type)
    if number is None:
        fail(op, f"cannot start '{op.kind.data}' of {kind.element_type}")
    start = TaskletBuilder()
    begin = start.finish([(last.result, point(()))], [start.scalar(number)])
    builder = TaskletBuilder()
    before: SSAValue = builder.read(last.result, point(()))
    element = converted(builder, builder.read(x, point(at)), kind.element_type)
    after = combined(builder, op.kind.data, before, element)
    shown = before if bool(op.exclusive) else after
    update = builder.finish([(last.result, point(())), (y, point(at))], [after, shown])
    loop = ForOp(step.name, Range.of(0, length), [update])
    place.add(parallel.around([last, begin, loop]))
