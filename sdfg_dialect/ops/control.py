"""Structured control flow over states: loops, branches, and symbols that change on the way."""

from collections.abc import Sequence

from xdsl.dialects.builtin import ArrayAttr, IndexType, IntegerType, StringAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    attr_def,
    irdl_op_definition,
    operand_def,
    region_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import NoTerminator
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ExprAttr
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import NO_ARGUMENTS, verify_body
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import CONTAINER


def _body(content: Region | Sequence[Operation]) -> Region:
    return content if isinstance(content, Region) else Region(Block(content))


@irdl_op_definition
class ForOp(IRDLOperation):
    """
    Run `body` once for each value of a range, one after the other: iterations may depend on earlier
    ones.

    ```mlir
    sdfg.for [t = 0:T] {
      ...
    }
    ```
    """

    name = "sdfg.for"

    params = attr_def(ArrayAttr[StringAttr])
    """Name of the one parameter; a symbol within the body."""
    ranges = attr_def(SubsetAttr)
    """Its range, in increasing order."""
    body = region_def("single_block", entry_args=NO_ARGUMENTS)
    """What runs for each value."""

    traits = traits_def(NoTerminator())

    def __init__(self, param: str, over: Range, body: Region | Sequence[Operation] = ()):
        super().__init__(
            attributes={"params": syntax.strings([param]), "ranges": SubsetAttr((over,))},
            regions=[_body(body)],
        )

    @property
    def param(self) -> str:
        return self.params.data[0].data

    @property
    def range(self) -> Range:
        return self.ranges.data[0]

    @classmethod
    def parse(cls, parser: Parser) -> "ForOp":
        params, ranges = syntax.parse_ranges(parser)
        extra = syntax.parse_extra_attributes(parser)
        op = cls("i", Range.of(0, 1), parser.parse_region([]))
        op.attributes |= {"params": params, "ranges": ranges, **extra}
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        syntax.print_ranges(printer, syntax.texts(self.params), self.ranges.data)
        syntax.print_extra_attributes(printer, self, {"params", "ranges"})
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        if len(self.params) != 1 or self.ranges.rank != 1:
            raise VerifyException(
                f"a loop has one parameter and one range, got {len(self.params)} "
                f"and {self.ranges.rank}"
            )
        if self.range.is_point:
            raise VerifyException(f"a loop runs over a range, got the point {self.range}")
        if self.range.step.is_Integer and self.range.step < 1:
            raise VerifyException(f"the step is at least 1, got {self.range.step}")
        verify_body(self, self.body)


@irdl_op_definition
class WhileOp(IRDLOperation):
    """
    Run `body` as long as `condition` holds; it is evaluated before each run.

    The condition is over symbols; a body that changes its outcome assigns them.

    ```mlir
    sdfg.while n > 0 {
      ...
      sdfg.assign n = n - 1
    }
    ```
    """

    name = "sdfg.while"

    condition = attr_def(ExprAttr)
    """What must hold for another run."""
    body = region_def("single_block", entry_args=NO_ARGUMENTS)
    """What runs."""

    traits = traits_def(NoTerminator())

    def __init__(self, condition: Expr, body: Region | Sequence[Operation] = ()):
        super().__init__(attributes={"condition": ExprAttr(condition)}, regions=[_body(body)])

    @classmethod
    def parse(cls, parser: Parser) -> "WhileOp":
        condition = symbolic.parse_condition(parser)
        extra = syntax.parse_extra_attributes(parser)
        op = cls(condition, parser.parse_region([]))
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {self.condition}")
        syntax.print_extra_attributes(printer, self, {"condition"})
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        verify_condition(self.condition)
        verify_body(self, self.body)


@irdl_op_definition
class IfOp(IRDLOperation):
    """
    Run one of two bodies, by a condition over symbols.

    ```mlir
    sdfg.if N > 16 {
      ...
    } else {
      ...
    }
    ```
    """

    name = "sdfg.if"

    condition = attr_def(ExprAttr)
    """Decides."""
    then_body = region_def("single_block", entry_args=NO_ARGUMENTS)
    """Runs where the condition holds."""
    else_body = region_def("single_block", entry_args=NO_ARGUMENTS)
    """Runs where it does not; may be empty."""

    traits = traits_def(NoTerminator())

    def __init__(
        self,
        condition: Expr,
        then_body: Region | Sequence[Operation],
        else_body: Region | Sequence[Operation] = (),
    ):
        super().__init__(
            attributes={"condition": ExprAttr(condition)},
            regions=[_body(then_body), _body(else_body)],
        )

    @classmethod
    def parse(cls, parser: Parser) -> "IfOp":
        condition = symbolic.parse_condition(parser)
        extra = syntax.parse_extra_attributes(parser)
        then_body = parser.parse_region([])
        has_else = parser.parse_optional_keyword("else")
        op = cls(condition, then_body, parser.parse_region([]) if has_else else ())
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {self.condition}")
        syntax.print_extra_attributes(printer, self, {"condition"})
        syntax.print_body(printer, self.then_body)
        if not self.else_body.block.is_empty:
            printer.print_string(" else")
            syntax.print_body(printer, self.else_body)

    def verify_(self) -> None:
        verify_condition(self.condition)
        verify_body(self, self.then_body)
        verify_body(self, self.else_body)


def verify_condition(condition: ExprAttr) -> None:
    if not symbolic.is_condition(condition.data):
        raise VerifyException(f"a condition is true or false, got the number {condition}")


@irdl_op_definition
class AssignOp(IRDLOperation):
    """
    Give a symbol a value computed from symbols, for what follows in this block and in the blocks
    within.

    ```mlir
    sdfg.assign n = n - 1
    ```
    """

    name = "sdfg.assign"

    symbol = attr_def(StringAttr)
    """The symbol."""
    value = attr_def(ExprAttr)
    """Its new value."""

    def __init__(self, symbol: str, value: Expr):
        super().__init__(attributes={"symbol": StringAttr(symbol), "value": ExprAttr(value)})

    @classmethod
    def parse(cls, parser: Parser) -> "AssignOp":
        symbol = syntax.parse_symbol(parser)
        parser.parse_punctuation("=")
        op = cls(symbol, symbolic.parse_expr(parser))
        op.attributes |= syntax.parse_extra_attributes(parser)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {self.symbol.data} = {self.value}")
        syntax.print_extra_attributes(printer, self, {"symbol", "value"})

    def verify_(self) -> None:
        if symbolic.is_condition(self.value.data):
            raise VerifyException(f"a symbol is a number, got the condition {self.value}")


@irdl_op_definition
class ReadSymbolOp(IRDLOperation):
    """
    Give a symbol the value of an element of an integer container: where data decides sizes or
    control.

    ```mlir
    sdfg.read_symbol n = %lengths[3]
    ```
    """

    name = "sdfg.read_symbol"

    symbol = attr_def(StringAttr)
    """The symbol."""
    source = operand_def(CONTAINER)
    """The container."""
    read = attr_def(MemletAttr)
    """The element."""

    def __init__(self, symbol: str, source: SSAValue, read: MemletAttr):
        super().__init__(operands=[source], attributes={"symbol": StringAttr(symbol), "read": read})

    @classmethod
    def parse(cls, parser: Parser) -> "ReadSymbolOp":
        symbol = syntax.parse_symbol(parser)
        parser.parse_punctuation("=")
        source, read = syntax.parse_access(parser)
        op = cls(symbol, source, read)
        op.attributes |= syntax.parse_extra_attributes(parser)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {self.symbol.data} = ")
        syntax.print_access(printer, self.source, self.read)
        syntax.print_extra_attributes(printer, self, {"symbol", "read"})

    def verify_(self) -> None:
        syntax.verify_bounds(self.source, self.read)
        if self.read.wcr is not None:
            raise VerifyException(
                f"only writes resolve conflicts, got wcr {self.read.wcr} on a read"
            )
        kind = syntax.element_type(self.source.type)
        if not isinstance(kind, IntegerType | IndexType) or not self.read.subset.is_point:
            raise VerifyException(
                f"a symbol is read from one integer, got [{self.read.subset}] of {kind}"
            )
