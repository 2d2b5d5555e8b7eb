"""`sdfg.matmul` to a nest over `[b..., m, n]`, reducing over `[k]`."""

from xdsl.ir import SSAValue

from sdfg.dialect.ops.contractions import MatmulOp
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops, multiplied, reduction
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


def expand_matmul(op: MatmulOp, place: Place) -> None:
    (a, b), (c,) = op.inputs, op.outputs
    kind = array_type(c)
    parallel = Loops.of(place, "i", kind.dims)
    reduced = Loops.of(place, "r", array_type(a).dims[-1:])
    (*batch, m, n), (k,) = parallel.at, reduced.at

    def product(builder: TaskletBuilder) -> SSAValue:
        left, right = builder.read(a, point([*batch, m, k])), builder.read(b, point([*batch, k, n]))
        return multiplied(builder, left, right, kind.element_type)

    accumulate = op.accumulate is not None
    reduction(place, "sum", (c, parallel.at), (parallel, reduced), product, accumulate=accumulate)
