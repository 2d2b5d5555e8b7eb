"""Containers of a program: allocated, constant, or views of others."""

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    MessageConstraint,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.writing import block_of
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import CONTAINER, ArrayType, StreamType


@irdl_op_definition
class AllocOp(IRDLOperation):
    """
    A transient container. It lives in the scope that allocates it; its contents are undefined until
    written.

    ```mlir
    %t = sdfg.alloc "fc1.out" : !sdfg.array<[N, 512] x f32>
    %q = sdfg.alloc : !sdfg.stream<f32, depth 16>
    ```
    """

    name = "sdfg.alloc"

    label = opt_attr_def(StringAttr)
    """Name of the value as the model calls it."""
    result = result_def(CONTAINER)
    """The container."""

    def __init__(self, kind: ArrayType | StreamType, label: str | None = None):
        super().__init__(
            attributes={"label": None if label is None else StringAttr(label)},
            result_types=[kind],
        )

    @classmethod
    def parse(cls, parser: Parser) -> "AllocOp":
        label = parser.parse_optional_str_literal()
        extra = syntax.parse_extra_attributes(parser)
        parser.parse_punctuation(":")
        at = parser.pos
        kind = parser.parse_type()
        if not isinstance(kind, ArrayType | StreamType):
            parser.raise_error(f"a container is an array or a stream, got {kind}", at_position=at)
        op = cls(kind, label)
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        if self.label is not None:
            printer.print_string(" ")
            printer.print_string_literal(self.label.data)
        syntax.print_extra_attributes(printer, self, {"label"})
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)

    def verify_(self) -> None:
        kind = self.result.type
        if isinstance(kind, ArrayType) and kind.storage.kind.data == "register":
            if any(not e.is_Integer for e in kind.dims):
                raise VerifyException(
                    f"a container in registers has a constant shape, got [{kind.shape}]"
                )


CONTENTS = MessageConstraint(
    BaseAttr(WeightAttr) | BaseAttr(DenseIntOrFPElementsAttr),
    "a constant is a weight or dense elements",
)
"""How the contents of a constant are given."""


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """
    A container whose contents are known and never written: a weight by reference, or a few numbers
    in place.

    ```mlir
    %w = sdfg.constant #sdfg.weight<"fc1.weight"> : !sdfg.array<[512, 784] x f32>
    %c = sdfg.constant dense<[1, 2]> : tensor<2xi64> : !sdfg.array<[2] x i64>
    ```
    """

    name = "sdfg.constant"

    value = attr_def(CONTENTS)
    """`#sdfg.weight` or dense elements."""
    result = result_def(ArrayType)
    """The container."""

    assembly_format = "$value attr-dict `:` type($result)"

    def __init__(self, value: WeightAttr | DenseIntOrFPElementsAttr, kind: ArrayType):
        super().__init__(attributes={"value": value}, result_types=[kind])

    def verify_(self) -> None:
        kind = self.result.type
        assert isinstance(kind, ArrayType)
        if isinstance(self.value, DenseIntOrFPElementsAttr):
            found = tuple(self.value.get_shape())
            wanted = tuple(symbolic.constant(e) for e in kind.dims)
            if found != wanted or self.value.get_element_type() != kind.element_type:
                raise VerifyException(
                    f"the elements fit the container {kind}, got {self.value.type}"
                )
        if kind.symbols:
            raise VerifyException(f"a constant has a constant shape, got [{kind.shape}]")


@irdl_op_definition
class ViewOp(IRDLOperation):
    """
    Another way to index the block of memory of a container: no data moves.

    Strides and offset of the result count from the start of the block that `source` lies in;
    strides and offset of `source` play no part. So a view of a view is a view of the container, and
    reshape, transpose, slice and (with stride 0, for reading) broadcast are all views.

    ```mlir
    %t = sdfg.view %a : !sdfg.array<[M, N] x f32, strides [1, M]>
    ```
    """

    name = "sdfg.view"

    source = operand_def(ArrayType)
    """The container."""
    result = result_def(ArrayType)
    """The same memory, indexed anew."""

    def __init__(self, source: SSAValue, kind: ArrayType):
        super().__init__(operands=[source], result_types=[kind])

    @classmethod
    def parse(cls, parser: Parser) -> "ViewOp":
        source = syntax.parse_container(parser)
        extra = syntax.parse_extra_attributes(parser)
        parser.parse_punctuation(":")
        op = cls(source, parser.parse_type())  # pyright: ignore[reportArgumentType]
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_ssa_value(self.source)
        syntax.print_extra_attributes(printer, self, ())
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)

    def verify_(self) -> None:
        source, result = self.source.type, self.result.type
        assert isinstance(source, ArrayType)
        assert isinstance(result, ArrayType)
        if source.element_type != result.element_type or source.storage != result.storage:
            raise VerifyException(
                f"a view keeps element type and storage, got {source} and {result}"
            )
        block = block_of(self.source).type
        assert isinstance(block, ArrayType)
        self.verify_within(block, result)

    @staticmethod
    def verify_within(block: ArrayType, result: ArrayType) -> None:
        """Hold the elements of the view to the block of memory, as far as numbers can tell."""
        if any(e == 0 for e in result.dims):
            return
        first, last = extreme_indices(result)
        _, end = extreme_indices(block)
        beyond = symbolic.constant(symbolic.expanded(last - end))
        before = symbolic.constant(first)
        if before is not None and before < 0:
            raise VerifyException(f"a view starts within its block of memory, got element {before}")
        if beyond is not None and beyond > 0:
            raise VerifyException(
                f"a view ends within its block of memory, got element {symbolic.text_of(last)}, "
                f"the last is {symbolic.text_of(end)}"
            )


def extreme_indices(kind: ArrayType) -> tuple[Expr, Expr]:
    """
    Distance in elements of the first and last element of an array from the start of its block.

    A stride that is no number counts as positive.
    """
    first = last = kind.offset.data
    for extent, stride in zip(kind.dims, kind.strides.data, strict=True):
        if stride.is_Integer and stride < 0:
            first = first + (extent - 1) * stride
        else:
            last = last + (extent - 1) * stride
    return symbolic.expanded(first), symbolic.expanded(last)
