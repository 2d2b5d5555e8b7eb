"""The small computations of a softmax that is computed piece by piece."""

from collections.abc import Callable, Sequence

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import Float32Type, Float64Type, FloatAttr, UnitAttr
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.facts import NONPOSITIVE
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.symbolic import Expr

Access = tuple[SSAValue, MemletAttr]


class Body:
    """A tasklet's body on its way."""

    def __init__(self, kinds: Sequence[Attribute], element: Attribute):
        self.block = Block(arg_types=kinds)
        self.element = element

    def add(self, op: Operation) -> SSAValue:
        self.block.add_op(op)
        return op.results[0]

    def number(self, value: float) -> SSAValue:
        assert isinstance(self.element, Float32Type | Float64Type)
        return self.add(arith.ConstantOp(FloatAttr(value, self.element)))


def at(container: SSAValue, *index: Expr, wcr: str = "") -> Access:
    """An element of a container."""
    return container, MemletAttr(SubsetAttr.points(index), wcr)


def tasklet(
    inputs: Sequence[Access], target: Access, compute: Callable[..., SSAValue]
) -> TaskletOp:
    """`compute` is given the body, then the numbers read."""
    kinds = [array_type(c).element_type for c, _ in inputs]
    body = Body(kinds, array_type(target[0]).element_type)
    body.block.add_op(YieldOp(compute(body, *body.block.args)))
    return TaskletOp(list(inputs), [target], Region(body.block))


def constant(value: float, target: Access) -> TaskletOp:
    def compute(body: Body) -> SSAValue:
        return body.number(value)

    return tasklet([], target, compute)


def move(source: Access, target: Access) -> TaskletOp:
    def compute(body: Body, x: SSAValue) -> SSAValue:
        return x

    return tasklet([source], target, compute)


def exponential(score: Access, largest: Access, target: Access) -> TaskletOp:
    """`exp(score - largest)`: the largest is not less than the score."""

    def compute(body: Body, s: SSAValue, m: SSAValue) -> SSAValue:
        op = math.ExpOp(body.add(arith.SubfOp(s, m)))
        op.attributes[NONPOSITIVE] = UnitAttr()
        return body.add(op)

    return tasklet([score, largest], target, compute)


def finite(largest: Access, target: Access) -> TaskletOp:
    """The largest score, 0 where it is -inf: what is subtracted then leaves exp(-inf) = 0."""

    def compute(body: Body, m: SSAValue) -> SSAValue:
        nothing = body.add(arith.CmpfOp(m, body.number(float("-inf")), "oeq"))
        return body.add(arith.SelectOp(nothing, body.number(0.0), m))

    return tasklet([largest], target, compute)


def scaled(value: Access, factor: Access, target: Access) -> TaskletOp:
    def compute(body: Body, x: SSAValue, c: SSAValue) -> SSAValue:
        return body.add(arith.MulfOp(x, c))

    return tasklet([value, factor], target, compute)


def added(total: Access, factor: Access, more: Access) -> TaskletOp:
    """`total * factor + more`, in place of `total`"""

    def compute(body: Body, x: SSAValue, c: SSAValue, y: SSAValue) -> SSAValue:
        return body.add(arith.AddfOp(body.add(arith.MulfOp(x, c)), y))

    return tasklet([total, factor, more], total, compute)


def normalized(value: Access, total: Access, target: Access, *, guarded: bool) -> TaskletOp:
    """`value / total`; with `guarded` 0 where a quotient by `total` is no number."""

    def compute(body: Body, x: SSAValue, n: SSAValue) -> SSAValue:
        quotient = body.add(arith.DivfOp(x, n))
        if not guarded:
            return quotient
        one = body.add(arith.DivfOp(n, n))
        bad = body.add(arith.CmpfOp(one, one, "une"))
        return body.add(arith.SelectOp(bad, body.number(0.0), quotient))

    return tasklet([value, total], target, compute)
