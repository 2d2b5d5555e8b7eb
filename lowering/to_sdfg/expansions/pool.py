"""`sdfg.pool` to a nest over `[n, c, o...]`, reducing over `[k...]`."""

from xdsl.ir import SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.ops.reductions import PoolOp
from sdfg.lowering.to_sdfg.attributes import integers
from sdfg.lowering.to_sdfg.expansions.conv import windowed
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops, converted, reduction
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


def expand_pool(op: PoolOp, place: Place) -> None:
    (x,), (y,) = op.inputs, op.outputs
    kind = array_type(y)
    parallel = Loops.of(place, "i", kind.dims)
    sizes = [symbolic.integer(e) for e in integers(op.window)]
    reduced = Loops.of(place, "r", sizes)
    n, c, *o = parallel.at
    window = windowed(o, reduced.at, integers(op.strides), integers(op.dilations))

    def element(builder: TaskletBuilder) -> SSAValue:
        return converted(builder, builder.read(x, point([n, c, *window])), kind.element_type)

    target, accumulate = (y, parallel.at), op.accumulate is not None
    reduction(place, op.kind.data, target, (parallel, reduced), element, accumulate=accumulate)
