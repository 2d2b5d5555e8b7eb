"""`sdfg.softmax` to maximum, exponential, sum and quotient."""

from collections.abc import Sequence

from xdsl.dialects import arith, math
from xdsl.ir import SSAValue

from sdfg.dialect.ops.reductions import SoftmaxOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops, reduction
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


def expand_softmax(op: SoftmaxOp, place: Place) -> None:
    """
    ```
    M[i] = max over r of X[i, r];  Y[i, r] = exp(X[i, r] - M[i])
    S[i] = sum over r of Y[i, r];  Y[i, r] = Y[i, r] / S[i]
    ```
    """
    (x,), (y,) = op.inputs, op.outputs
    axis = op.axis.value.data
    kind = array_type(y)
    rest = [e for d, e in enumerate(kind.dims) if d != axis]
    highest, total = (place.allocate(rest, kind.element_type) for _ in range(2))
    parallel = Loops.of(place, "i", rest)
    reduced = Loops.of(place, "r", [kind.dims[axis]])
    at = [*parallel.at[:axis], *reduced.at, *parallel.at[axis:]]
    every = Loops.of(place, "i", kind.dims)

    def largest(builder: TaskletBuilder) -> SSAValue:
        return builder.read(x, point(at))

    def exponential(builder: TaskletBuilder) -> SSAValue:
        return builder.read(y, point(at))

    loops = (parallel, reduced)
    reduction(place, "max", (highest, parallel.at), loops, largest, accumulate=False)
    _elementwise(place, every, axis, (x, highest, y), exponent=True)
    reduction(place, "sum", (total, parallel.at), loops, exponential, accumulate=False)
    _elementwise(place, every, axis, (y, total, y), exponent=False)


def _elementwise(
    place: Place, every: Loops, axis: int, containers: Sequence[SSAValue], *, exponent: bool
) -> None:
    """`exp(a - b)` or `a / b`, where `b` is the same along `axis`."""
    a, b, result = containers
    rest: list[Expr] = [p for d, p in enumerate(every.at) if d != axis]
    builder = TaskletBuilder()
    left, right = builder.read(a, point(every.at)), builder.read(b, point(rest))
    if exponent:
        value = builder.emit(math.ExpOp(builder.emit(arith.SubfOp(left, right))))
    else:
        value = builder.emit(arith.DivfOp(left, right))
    place.add(every.around([builder.finish([(result, point(every.at))], [value])]))
