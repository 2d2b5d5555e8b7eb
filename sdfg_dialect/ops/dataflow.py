"""Dataflow graphs: states, and the scopes in them that run a body many times."""

from collections.abc import Sequence

from xdsl.dialects.builtin import ArrayAttr, StringAttr
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
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
from sdfg.dialect.attrs import ExprAttr, ScheduleAttr
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import NO_ARGUMENTS, verify_body
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType, StreamType


@irdl_op_definition
class StateOp(IRDLOperation):
    """
    A dataflow graph. Its nodes are ordered only by the data they share.

    Two nodes that touch the same elements, one of them writing, run in the order of the text; all
    others may run in any order or at the same time. States follow each other in the order of the
    text.

    ```mlir
    sdfg.state @fc1 {
      sdfg.copy %x[0:N] -> %y[0:N]
    }
    ```
    """

    name = "sdfg.state"

    sym_name = attr_def(StringAttr)
    """A label, for people and for reports."""
    body = region_def("single_block", entry_args=NO_ARGUMENTS)
    """The nodes."""

    traits = traits_def(NoTerminator())

    def __init__(self, name: str, body: Region | Sequence[Operation] = ()):
        region = body if isinstance(body, Region) else Region(Block(body))
        super().__init__(attributes={"sym_name": StringAttr(name)}, regions=[region])

    @classmethod
    def parse(cls, parser: Parser) -> "StateOp":
        name = parser.parse_symbol_name()
        extra = syntax.parse_extra_attributes(parser)
        op = cls(name.data, parser.parse_region([]))
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        syntax.print_extra_attributes(printer, self, {"sym_name"})
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        verify_body(self, self.body)


@irdl_op_definition
class MapOp(IRDLOperation):
    """
    A parallel scope: run `body` once for each point of a box of integers, in no promised order.

    Parameter `d` takes the values of range `d`. Points may run at the same time, so two points may
    write the same element only through a conflict resolution, or if both write the same value and
    are not on threads. Containers allocated in the body are private to each point. The schedule
    says how the points meet the machine, and changes no result.

    ```mlir
    sdfg.map [i = 0:N, j = 0:M:16] schedule(parallel if N > 64) {
      ...
    }
    ```
    """

    name = "sdfg.map"

    params = attr_def(ArrayAttr[StringAttr])
    """Names of the parameters, outermost first; symbols within the body."""
    ranges = attr_def(SubsetAttr)
    """Range of each parameter."""
    schedule = attr_def(ScheduleAttr)
    """How the points meet the machine."""
    body = region_def("single_block", entry_args=NO_ARGUMENTS)
    """What runs for each point."""

    traits = traits_def(NoTerminator())

    def __init__(
        self,
        params: Sequence[str],
        ranges: Sequence[Range],
        body: Region | Sequence[Operation] = (),
        schedule: ScheduleAttr | str = "sequential",
    ):
        kind = ScheduleAttr(schedule) if isinstance(schedule, str) else schedule
        super().__init__(
            attributes={
                "params": syntax.strings(params),
                "ranges": SubsetAttr(tuple(ranges)),
                "schedule": kind,
            },
            regions=[body if isinstance(body, Region) else Region(Block(body))],
        )

    @property
    def param_names(self) -> tuple[str, ...]:
        return syntax.texts(self.params)

    @property
    def extents(self) -> tuple[Expr, ...]:
        """Number of values of each parameter."""
        return tuple(r.extent for r in self.ranges.data)

    @classmethod
    def parse(cls, parser: Parser) -> "MapOp":
        params, ranges = syntax.parse_ranges(parser)
        schedule = ScheduleAttr()
        if parser.parse_optional_keyword("schedule"):
            with parser.in_parens():
                schedule = ScheduleAttr.parse_inline(parser)
        extra = syntax.parse_extra_attributes(parser)
        op = cls(syntax.texts(params), ranges.data, parser.parse_region([]), schedule)
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        syntax.print_ranges(printer, self.param_names, self.ranges.data)
        if self.schedule != ScheduleAttr():
            printer.print_string(" schedule(")
            self.schedule.print_inline(printer)
            printer.print_string(")")
        syntax.print_extra_attributes(printer, self, {"params", "ranges", "schedule"})
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        names = self.param_names
        if len(names) != self.ranges.rank or not names:
            raise VerifyException(
                f"a map has one range per parameter and at least one, got {len(names)} parameters "
                f"and {self.ranges.rank} ranges"
            )
        if len(set(names)) != len(names):
            raise VerifyException(f"parameters of a map differ, got {', '.join(names)}")
        for name, r in zip(names, self.ranges.data, strict=True):
            if r.is_point:
                raise VerifyException(f"a parameter runs over a range, got the point {name} = {r}")
            if r.step.is_Integer and r.step < 1:
                raise VerifyException(f"every step is at least 1, got {name} = {r}")
            if own := symbolic.symbols_of(*r.exprs) & set(names):
                raise VerifyException(
                    f"ranges of one map do not depend on its parameters, got {name} = {r} "
                    f"with {', '.join(sorted(own))}"
                )
        if self.schedule.kind.data == "unroll" and any(not e.is_Integer for e in self.extents):
            raise VerifyException(f"an unrolled map has constant ranges, got [{self.ranges}]")
        verify_body(self, self.body)


@irdl_op_definition
class ConsumeOp(IRDLOperation):
    """
    Take elements from a stream until it is empty, and run `body` for each.

    The body sees the element as a container of rank 0 and may push to the same stream. `workers`
    elements may be under way at once; the order among them is open.

    ```mlir
    sdfg.consume (%x = %queue) workers 4 {
      sdfg.tasklet (%v = %x[]) -> (%out[] wcr sum) { ... }
    }
    ```
    """

    name = "sdfg.consume"

    stream = operand_def(StreamType)
    """The queue."""
    workers = attr_def(ExprAttr)
    """How many elements may be under way at once."""
    body = region_def("single_block")
    """What runs for each element; its one argument is the element as a container."""

    traits = traits_def(NoTerminator())

    def __init__(self, stream: SSAValue, body: Region, workers: Expr | int = 1):
        count = ExprAttr(symbolic.as_expr(workers))
        super().__init__(operands=[stream], attributes={"workers": count}, regions=[body])

    @staticmethod
    def element_container(stream: Attribute) -> ArrayType:
        """The type in which the body sees an element of `stream`."""
        return ArrayType((), syntax.element_type(stream), storage="register")

    @classmethod
    def parse(cls, parser: Parser) -> "ConsumeOp":
        with parser.in_parens():
            name = parser.parse_unresolved_operand()
            location = parser.parse_optional_location()
            parser.parse_punctuation("=")
            stream = syntax.parse_container(parser)
        workers = symbolic.parse_expr(parser) if parser.parse_optional_keyword("workers") else 1
        extra = syntax.parse_extra_attributes(parser)
        kind = cls.element_container(stream.type)
        region = parser.parse_region([parser.Argument(name.span, kind, location)])
        op = cls(stream, region, workers)
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" (")
        printer.print_ssa_value(self.body.block.args[0])
        syntax.print_argument(printer, self.body.block.args[0])
        printer.print_string(" = ")
        printer.print_ssa_value(self.stream)
        printer.print_string(")")
        if self.workers.data != 1:
            printer.print_string(f" workers {self.workers}")
        syntax.print_extra_attributes(printer, self, {"workers"})
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        if self.workers.data.is_Integer and self.workers.data < 1:
            raise VerifyException(f"at least one worker consumes, got {self.workers}")
        verify_body(self, self.body)
        expected = self.element_container(self.stream.type)
        found = self.body.block.arg_types
        if tuple(found) != (expected,):
            raise VerifyException(
                f"the body takes the element as {expected}, got ({', '.join(map(str, found))})"
            )
