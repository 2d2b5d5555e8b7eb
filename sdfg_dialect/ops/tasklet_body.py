"""What stands in a tasklet besides upstream arithmetic: symbols, elements at data, checks."""

from collections.abc import Sequence
from typing import cast

from xdsl.dialects.builtin import IndexType, IntegerType, StringAttr, VectorType
from xdsl.ir import Attribute, BlockArgument, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    attr_def,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ExprAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import tasklet_around
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@irdl_op_definition
class IndexOp(IRDLOperation):
    """
    The value of a symbolic expression, for use in a tasklet.

    ```mlir
    %i = sdfg.index i + 2 * k
    ```
    """

    name = "sdfg.index"

    expr = attr_def(ExprAttr)
    """The expression, over the symbols in scope of the tasklet."""
    result = result_def(IndexType)
    """Its value."""

    traits = traits_def(Pure())

    def __init__(self, expr: Expr):
        super().__init__(attributes={"expr": ExprAttr(expr)}, result_types=[IndexType()])

    @classmethod
    def parse(cls, parser: Parser) -> "IndexOp":
        op = cls(symbolic.parse_expr(parser))
        op.attributes |= syntax.parse_extra_attributes(parser)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {self.expr}")
        syntax.print_extra_attributes(printer, self, {"expr"})

    def verify_(self) -> None:
        tasklet_around(self)
        if symbolic.is_condition(self.expr.data):
            raise VerifyException(f"an index is a number, got the condition {self.expr}")


@irdl_op_definition
class LoadOp(IRDLOperation):
    """
    Read one element at indices that are data (a gather). Only within a tasklet, from an argument
    that is a container.

    ```mlir
    %v = sdfg.load %table[%row, %column] : !sdfg.array<[V, 64] x f32> -> f32
    ```

    A vector takes as many neighbours along the last dimension, the first of them at the indices.

    ```mlir
    %w = sdfg.load %table[%row, %column] : !sdfg.array<[V, 64] x f32> -> vector<8xf32>
    ```
    """

    name = "sdfg.load"

    source = operand_def(ArrayType)
    """The container."""
    indices = var_operand_def(IndexType)
    """One index per dimension."""
    result = result_def()
    """The element, or a vector of elements."""

    assembly_format = "$source `[` $indices `]` attr-dict `:` type($source) `->` type($result)"

    def __init__(self, source: SSAValue, indices: Sequence[SSAValue], lanes: int = 1):
        element = syntax.element_type(source.type)
        result = element if lanes == 1 else VectorType(element, [lanes])
        super().__init__(operands=[source, indices], result_types=[result])

    def verify_(self) -> None:
        verify_indices(self.source.type, len(self.indices))
        verify_argument(self, self.source)
        element, given = syntax.element_type(self.source.type), self.result.type
        loaded: Attribute = given
        if isinstance(given, VectorType) and given.get_num_dims() == 1 and self.indices:
            loaded = cast("VectorType[Attribute]", given).element_type
        if loaded != element:
            raise VerifyException(
                f"a load gives the element type {element}, or a vector of it, got {given}"
            )


@irdl_op_definition
class StoreOp(IRDLOperation):
    """
    Write one element at indices that are data (a scatter). Only within a tasklet, to an argument
    that is a container.

    The conflict resolution of the tasklet's memlet holds for each store.

    ```mlir
    sdfg.store %v, %out[%row] : f32, !sdfg.array<[V] x f32>
    ```
    """

    name = "sdfg.store"

    value = operand_def()
    """The element."""
    target = operand_def(ArrayType)
    """The container."""
    indices = var_operand_def(IndexType)
    """One index per dimension."""

    assembly_format = (
        "$value `,` $target `[` $indices `]` attr-dict `:` type($value) `,` type($target)"
    )

    def __init__(self, value: SSAValue, target: SSAValue, indices: Sequence[SSAValue]):
        super().__init__(operands=[value, target, indices])

    def verify_(self) -> None:
        verify_indices(self.target.type, len(self.indices))
        verify_argument(self, self.target, stored=True)
        if self.value.type != syntax.element_type(self.target.type):
            raise VerifyException(
                f"a store takes the element type {syntax.element_type(self.target.type)}, "
                f"got {self.value.type}"
            )


def verify_argument(op: Operation, container: SSAValue, *, stored: bool = False) -> None:
    """Hold a container to being an argument of the tasklet around `op`, if asked a stored one."""
    tasklet = tasklet_around(op)
    if tasklet is None:
        return
    assert isinstance(tasklet, TaskletOp)
    if not isinstance(container, BlockArgument) or container.owner is not tasklet.body.block:
        raise VerifyException("the container is an argument of the tasklet")
    if stored and container.index < len(tasklet.inputs):
        raise VerifyException("a store writes to a stored output of the tasklet, got an input")


def verify_indices(container: Attribute, count: int) -> None:
    if isinstance(container, ArrayType) and container.rank != count:
        raise VerifyException(f"one index per dimension, got {count} for rank {container.rank}")


@irdl_op_definition
class AssertOp(IRDLOperation):
    """
    Stop the program with an error where `condition` is false. Nothing behind it in the tasklet then
    takes effect.

    ```mlir
    sdfg.assert %inside, "index out of bounds"
    ```
    """

    name = "sdfg.assert"

    condition = operand_def(IntegerType(1))
    """What must hold."""
    message = attr_def(StringAttr)
    """What the user reads where it does not."""

    assembly_format = "$condition `,` $message attr-dict"

    def __init__(self, condition: SSAValue, message: str):
        super().__init__(operands=[condition], attributes={"message": StringAttr(message)})

    def verify_(self) -> None:
        tasklet_around(self)
