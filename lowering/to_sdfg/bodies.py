"""Bodies of linalg operations and of paddings as bodies of tasklets."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from xdsl.dialects import arith, cf, linalg, tensor
from xdsl.ir import Block, BlockArgument, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived, fail
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.tasklet_body import LoadOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.arithmetic import evaluated, is_integer
from sdfg.lowering.to_sdfg.facts import TRUE
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.translation import Translation
from sdfg.lowering.to_sdfg.values import Array, Elements, Filled, Scalar, Symbolic, array_type


class BodyCloner:
    """
    Clones what a body computes into a tasklet, beginning at what it yields: what nothing needs
    stays behind.

    Integers that are expressions over symbols and map parameters are traced: a condition that
    always holds, a load at indices that are known, need no code.
    """

    def __init__(
        self,
        translation: Translation,
        builder: TaskletBuilder,
        argument: Callable[[BlockArgument], SSAValue | Scalar],
        indices: Sequence[Expr],
    ):
        """
        `argument` says what an argument of the body is in the tasklet; asked once for those that
        are needed. `indices`: the value of `linalg.index` per dimension.
        """
        self.translation = translation
        self.builder = builder
        self.argument = argument
        self.indices = indices
        self._values: dict[SSAValue, SSAValue] = {}
        self._scalars: dict[SSAValue, Scalar | None] = {}
        self._guarded = False

    def asserts(self, body: Block) -> None:
        """Clone the assertions of `body` that do not always hold."""
        for op in body.ops:
            if isinstance(op, cf.AssertOp):
                self._assertion(op)

    def _assertion(self, op: cf.AssertOp) -> None:
        scalar = self.scalar(op.arg)
        if isinstance(scalar, Symbolic) and scalar.expr == TRUE:
            return
        self.builder.assertion(self.value(op.arg), op.msg.data)
        self._guarded = True
        last = self.builder.block.last_op
        assert last is not None
        derived(last, op)

    def scalar(self, value: SSAValue) -> Scalar | None:
        """`value` as a number that is known outside of the tasklet's data, if it is one."""
        if value not in self._scalars:
            self._scalars[value] = self._traced(value)
        return self._scalars[value]

    def _traced(self, value: SSAValue) -> Scalar | None:
        found = self.translation.values.get(value)
        if found is not None:
            return found if isinstance(found, Scalar) else None
        if isinstance(value, BlockArgument):
            brought = self.argument(value)
            if isinstance(brought, SSAValue):
                self._values[value] = brought
                return None
            return brought
        op = value.owner
        assert isinstance(op, Operation)
        if isinstance(op, linalg.IndexOp):
            return Symbolic(self.indices[int(cast(Any, op).dim.value.data)], value.type)
        if isinstance(op, arith.ConstantOp):
            return evaluated(op, (), self.translation.facts)
        if isinstance(op, tensor.DimOp):
            return self._size(op)
        if not is_integer(value.type) or isinstance(op, tensor.ExtractOp):
            return None
        operands: list[Scalar] = []
        for operand in op.operands:
            scalar = self.scalar(operand)
            if scalar is None:
                return None
            operands.append(scalar)
        return evaluated(op, operands, self.translation.facts)

    def _size(self, op: tensor.DimOp) -> Scalar:
        axis = self.scalar(op.index)
        number = symbolic.constant(axis.expr) if isinstance(axis, Symbolic) else None
        if number is None:
            fail(op, "asks for the size of a dimension that is data")
        return Symbolic(self.translation.dims(op.source)[number], op.result.type)

    def value(self, value: SSAValue) -> SSAValue:
        """`value` inside of the tasklet."""
        if value not in self._values:
            scalar = self.scalar(value)
            if scalar is not None:
                self._values[value] = self.builder.scalar(scalar)
            elif value not in self._values:
                self._clone(value)
        return self._values[value]

    def _clone(self, value: SSAValue) -> None:
        op = value.owner
        assert isinstance(op, Operation)
        if isinstance(op, tensor.ExtractOp):
            self._values[value] = self._extract(op)
            return
        operands = {operand: self.value(operand) for operand in op.operands}
        clone = op.clone(operands)
        self.builder.block.add_op(clone)
        for old, new in zip(op.results, clone.results, strict=True):
            self._values[old] = new

    def _extract(self, op: tensor.ExtractOp) -> SSAValue:
        """An element of a tensor from outside: a point where the indices are known, else a load."""
        found = self.translation.tensor(op.tensor)
        if isinstance(found, Filled):
            return self.builder.scalar(found.value)
        scalars = [self.scalar(i) for i in op.indices]
        exprs = [s.expr for s in scalars if isinstance(s, Symbolic)]
        known = len(exprs) == len(scalars)
        if isinstance(found, Elements) and known and all(e.is_Integer for e in exprs):
            strides = symbolic.row_major(found.dims)
            at = sum(int(e * s) for e, s in zip(exprs, strides, strict=True))
            return self.builder.scalar(found.elements[at])
        container = (
            found.container
            if isinstance(found, Array)
            else self.translation.container(op.tensor, op)
        )
        # A memlet is read before the body starts, so before an assertion that guards it.
        if known and not self._guarded:
            return self.builder.read(container, MemletAttr(SubsetAttr.points(exprs)))
        dims = array_type(container).dims
        argument = self.builder.read(container, MemletAttr(SubsetAttr.full(dims), volume=1))
        indices = [
            self.value(i) if s is not None else self.builder.checked_index(self.value(i), d)
            for i, s, d in zip(op.indices, scalars, dims, strict=True)
        ]
        load = LoadOp(argument, indices)
        self.builder.block.add_op(derived(load, op))
        return load.result
