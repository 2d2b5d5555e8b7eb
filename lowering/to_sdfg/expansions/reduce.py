"""`sdfg.reduce` to a nest over the axes that stay, reducing over the others."""

from xdsl.ir import SSAValue

from sdfg.dialect.ops.reductions import ReduceOp
from sdfg.lowering.to_sdfg.attributes import integers
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops, converted, reduction
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


def expand_reduce(op: ReduceOp, place: Place) -> None:
    (x,), (y,) = op.inputs, op.outputs
    axes = set(integers(op.axes))
    dims, kind = array_type(x).dims, array_type(y)
    parallel = Loops.of(place, "i", [e for d, e in enumerate(dims) if d not in axes])
    reduced = Loops.of(place, "r", [e for d, e in enumerate(dims) if d in axes])
    kept, gone = iter(parallel.at), iter(reduced.at)
    at = [next(gone if d in axes else kept) for d in range(len(dims))]

    def element(builder: TaskletBuilder) -> SSAValue:
        return converted(builder, builder.read(x, point(at)), kind.element_type)

    target, accumulate = (y, parallel.at), op.accumulate is not None
    reduction(place, op.kind.data, target, (parallel, reduced), element, accumulate=accumulate)
