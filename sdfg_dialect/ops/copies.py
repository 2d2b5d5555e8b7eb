"""Copies: data that moves and stays the same."""

from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import SSAValue
from xdsl.irdl import IRDLOperation, attr_def, irdl_op_definition, operand_def, opt_attr_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.writing import verify_read, verify_write
from sdfg.dialect.types import CONTAINER, StreamType


@irdl_op_definition
class CopyOp(IRDLOperation):
    """
    Move data from one memlet to another: between storages, layouts and devices.

    Both subsets have the same extents in their ranges (points do not count), element for element.
    An `async` copy may still be under way when the next node starts that does not touch its data.

    ```mlir
    sdfg.copy %a[0:N, 3] -> %b[0:N] async
    ```
    """

    name = "sdfg.copy"

    source = operand_def(CONTAINER)
    """Container read."""
    target = operand_def(CONTAINER)
    """Container written."""
    read = attr_def(MemletAttr)
    """What is read."""
    write = attr_def(MemletAttr)
    """Where it goes."""
    asynchronous = opt_attr_def(UnitAttr)
    """Whether the copy may overlap with what follows."""

    def __init__(
        self,
        source: tuple[SSAValue, MemletAttr],
        target: tuple[SSAValue, MemletAttr],
        *,
        asynchronous: bool = False,
    ):
        super().__init__(
            operands=[source[0], target[0]],
            attributes={
                "read": source[1],
                "write": target[1],
                "asynchronous": UnitAttr() if asynchronous else None,
            },
        )

    @classmethod
    def parse(cls, parser: Parser) -> "CopyOp":
        source = syntax.parse_access(parser)
        parser.parse_punctuation("->")
        target = syntax.parse_access(parser)
        asynchronous = parser.parse_optional_keyword("async") is not None
        op = cls(source, target, asynchronous=asynchronous)
        op.attributes |= syntax.parse_extra_attributes(parser)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        syntax.print_access(printer, self.source, self.read)
        printer.print_string(" -> ")
        syntax.print_access(printer, self.target, self.write)
        if self.asynchronous is not None:
            printer.print_string(" async")
        syntax.print_extra_attributes(printer, self, {"read", "write", "asynchronous"})

    def verify_(self) -> None:
        syntax.verify_bounds(self.source, self.read)
        syntax.verify_bounds(self.target, self.write)
        verify_read(self.read)
        verify_write(self.target, self.write)
        kinds = [syntax.element_type(c.type) for c in (self.source, self.target)]
        if kinds[0] != kinds[1]:
            raise VerifyException(f"a copy keeps the element type, got {kinds[0]} and {kinds[1]}")
        # A stream's memlet is a point, whatever the number of elements that pass.
        if any(isinstance(c.type, StreamType) for c in (self.source, self.target)):
            return
        extents = [m.subset.extents for m in (self.read, self.write)]
        pairs = list(zip(*extents, strict=False))
        if len(extents[0]) != len(extents[1]) or any(
            a.is_Integer and b.is_Integer and a != b for a, b in pairs
        ):
            raise VerifyException(
                f"both sides of a copy have the same extents, got [{self.read.subset}] "
                f"and [{self.write.subset}]"
            )
