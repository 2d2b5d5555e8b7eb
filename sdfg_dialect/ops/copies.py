"""Data that moves and stays the same: copies, and what is fetched ahead of its use."""

from xdsl.dialects.builtin import IntegerAttr, UnitAttr, i64
from xdsl.ir import SSAValue
from xdsl.irdl import IRDLOperation, attr_def, irdl_op_definition, operand_def, opt_attr_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.writing import verify_read, verify_write
from sdfg.dialect.types import CONTAINER, ArrayType, StreamType


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


@irdl_op_definition
class PrefetchOp(IRDLOperation):
    """
    Bring elements near before they are needed, into the cache of level 1, 2 or 3.

    This changes the time of a run, never its results, and the elements need not exist: the one that
    is needed in 8 steps may lie behind the end.

    ```mlir
    sdfg.prefetch %b[k + 8, 0:64] into 2
    sdfg.prefetch %c[i + 1, 0:16] into 1 to write
    sdfg.prefetch %d[k + 8, 0:64] into 1 once
    ```
    """

    name = "sdfg.prefetch"

    container = operand_def(ArrayType)
    """Where the elements are."""
    read = attr_def(MemletAttr)
    """Which they are."""
    level = attr_def(IntegerAttr)
    """The cache they should be in, 1 being the nearest."""
    to_write = opt_attr_def(UnitAttr)
    """Whether they will be written."""
    once = opt_attr_def(UnitAttr)
    """Whether they are needed once, so that caches should rather keep what they have."""

    def __init__(
        self,
        container: SSAValue,
        read: MemletAttr,
        *,
        level: int = 1,
        to_write: bool = False,
        once: bool = False,
    ):
        super().__init__(
            operands=[container],
            attributes={
                "read": read,
                "level": IntegerAttr(level, i64),
                "to_write": UnitAttr() if to_write else None,
                "once": UnitAttr() if once else None,
            },
        )

    @classmethod
    def parse(cls, parser: Parser) -> "PrefetchOp":
        container, read = syntax.parse_access(parser)
        parser.parse_keyword("into")
        level = parser.parse_integer(allow_boolean=False, allow_negative=False)
        to_write = parser.parse_optional_keyword("to") is not None
        if to_write:
            parser.parse_keyword("write")
        once = parser.parse_optional_keyword("once") is not None
        op = cls(container, read, level=level, to_write=to_write, once=once)
        op.attributes |= syntax.parse_extra_attributes(parser)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        syntax.print_access(printer, self.container, self.read)
        printer.print_string(f" into {self.level.value.data}")
        if self.to_write is not None:
            printer.print_string(" to write")
        if self.once is not None:
            printer.print_string(" once")
        syntax.print_extra_attributes(printer, self, {"read", "level", "to_write", "once"})

    def verify_(self) -> None:
        kind = self.container.type
        rank = kind.rank if isinstance(kind, ArrayType) else 0
        if self.read.subset.rank != rank:
            raise VerifyException(
                f"a memlet has one range per dimension of its container, got "
                f"{self.read.subset.rank} in [{self.read.subset}] for rank {rank}"
            )
        verify_read(self.read)
        if self.level.value.data not in (1, 2, 3):
            raise VerifyException(f"caches have levels 1 to 3, got {self.level.value.data}")
        if isinstance(kind, ArrayType) and kind.storage.kind.data == "register":
            raise VerifyException(f"what is fetched is in memory, got {kind}")
