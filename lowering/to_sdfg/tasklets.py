"""Building a tasklet: its memlets, and the values its body starts from."""

from collections.abc import Sequence
from typing import cast

from xdsl.dialects import arith
from xdsl.dialects.builtin import BoolAttr, IndexType, IntegerAttr, IntegerType
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.ops.tasklet_body import AssertOp, IndexOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.facts import FALSE, TRUE
from sdfg.lowering.to_sdfg.values import Literal, Scalar, Stored, Symbolic

_PREDICATES = {
    "Equality": "eq",
    "Unequality": "ne",
    "StrictLessThan": "slt",
    "LessThan": "sle",
    "StrictGreaterThan": "sgt",
    "GreaterThan": "sge",
}


class TaskletBuilder:
    """Collects the memlets in and the operations of one tasklet."""

    def __init__(self) -> None:
        self.block = Block()
        self._reads: dict[tuple[SSAValue, MemletAttr], SSAValue] = {}
        self._scalars: dict[Scalar, SSAValue] = {}

    def emit(self, op: Operation) -> SSAValue:
        """Append `op`; its first result."""
        self.block.add_op(op)
        return op.results[0]

    def read(self, container: SSAValue, memlet: MemletAttr) -> SSAValue:
        """What `memlet` brings: the element for a point, else the container."""
        key = (container, memlet)
        if key not in self._reads:
            element = syntax.element_type(container.type)
            kind = element if memlet.subset.is_point else container.type
            self._reads[key] = self.block.insert_arg(kind, len(self._reads))
        return self._reads[key]

    def store_target(self, container: SSAValue) -> SSAValue:
        """A container that the body writes with `sdfg.store`; in the order given to `finish`."""
        return self.block.insert_arg(container.type, len(self.block.args))

    def scalar(self, value: Scalar) -> SSAValue:
        """A number from outside of the tasklet."""
        if value not in self._scalars:
            self._scalars[value] = self._scalar(value)
        return self._scalars[value]

    def _scalar(self, value: Scalar) -> SSAValue:
        match value:
            case Stored(container=container):
                return self.read(container, MemletAttr(SubsetAttr.points(())))
            case Literal(value=literal):
                return self.emit(arith.ConstantOp(literal))
            case Symbolic(expr=expr, kind=IntegerType(width=width)) if width.data == 1:
                return self.condition(expr)
            case Symbolic(expr=expr, kind=kind):
                return self.integer(expr, kind)

    def index(self, expr: Expr) -> SSAValue:
        """The value of an expression as an `index`."""
        return self.scalar(Symbolic(expr, IndexType()))

    def integer(self, expr: Expr, kind: Attribute) -> SSAValue:
        """The value of an expression as an `index` or an integer type."""
        number = symbolic.constant(expr)
        if number is not None:
            value = IntegerAttr(number, cast("IntegerType[int]", kind), truncate_bits=True)
            return self.emit(arith.ConstantOp(value))
        index = self.emit(IndexOp(expr))
        if isinstance(kind, IndexType):
            return index
        return self.emit(arith.IndexCastOp(index, cast("IntegerType[int]", kind)))

    def condition(self, expr: Expr) -> SSAValue:
        """The truth of a condition over symbols, as an `i1`."""
        if expr in (TRUE, FALSE):
            return self.emit(arith.ConstantOp(BoolAttr(expr == TRUE, IntegerType(1))))
        kind = type(expr).__name__
        if kind in _PREDICATES:
            a, b = (self.scalar(Symbolic(e, IndexType())) for e in expr.args)
            return self.emit(arith.CmpiOp(a, b, _PREDICATES[kind]))
        parts = [self.scalar(Symbolic(e, IntegerType(1))) for e in expr.args]
        if kind == "Not":
            true = self.scalar(Symbolic(TRUE, IntegerType(1)))
            return self.emit(arith.XOrIOp(parts[0], true))
        combine = arith.AndIOp if kind == "And" else arith.OrIOp
        result = parts[0]
        for part in parts[1:]:
            result = self.emit(combine(result, part))
        return result

    def assertion(self, condition: SSAValue, message: str) -> None:
        """Stop the program with `message` where `condition` is false."""
        self.block.add_op(AssertOp(condition, message))

    def checked_index(self, value: SSAValue, size: Expr) -> SSAValue:
        """An index that is data, as an `index`; the program stops where it is not below `size`."""
        if not isinstance(value.type, IndexType):
            value = self.emit(arith.IndexCastOp(value, IndexType()))
        # Compared without signs, what is negative is too large as well.
        inside = self.emit(arith.CmpiOp(value, self.index(size), "ult"))
        self.assertion(inside, "index out of bounds")
        return value

    def finish(
        self,
        outputs: Sequence[tuple[SSAValue, MemletAttr]],
        values: Sequence[SSAValue],
        stored: Sequence[tuple[SSAValue, MemletAttr]] = (),
    ) -> TaskletOp:
        """
        The tasklet. It writes `values` to `outputs`, one each; its `sdfg.store`s write to `stored`.
        """
        self.block.add_op(YieldOp(*values))
        return TaskletOp(list(self._reads), [*outputs, *stored], Region(self.block))
