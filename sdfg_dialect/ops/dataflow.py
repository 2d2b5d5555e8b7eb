"""
Dataflow: states, maps, tasklets, copies, streams. What happens to data, ordered by the data alone.
"""

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    ArrayAttr,
    IndexType,
    IntegerType,
    StringAttr,
    UnitAttr,
    VectorType,
)
from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, IsTerminator, NoTerminator, Pure
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ExprAttr, ScheduleAttr
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import (
    NO_ARGUMENTS,
    tasklet_around,
    verify_body,
    verify_tasklet_body,
)
from sdfg.dialect.ops.writing import verify_resolution, verify_written
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import CONTAINER, ArrayType, StreamType


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
    write the same element only through a conflict resolution. Containers allocated in the body are
    private to each point. The schedule says how the points meet the machine, and changes no result.

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
class YieldOp(IRDLOperation):
    """
    The values that a tasklet writes, one per memlet out that is a point or a vector.

    ```mlir
    sdfg.yield %sum : f32
    ```
    """

    name = "sdfg.yield"

    values = var_operand_def()
    """The values written, in the order of the memlets."""

    traits = traits_def(IsTerminator(), Pure())

    assembly_format = "attr-dict ($values^ `:` type($values))?"

    def __init__(self, *values: SSAValue):
        super().__init__(operands=[values])


@irdl_op_definition
class TaskletOp(IRDLOperation):
    """
    Pure computation on scalars or vectors: it reads and writes only through its memlets.

    Each memlet in gives the body one argument: the element for a point, a vector where the argument
    is a vector (the subset then has that many elements), and else the container itself, of which
    the body may read the elements of the subset with `sdfg.load`. Each memlet out that is a point,
    or whose yielded value is a vector, takes one value from `sdfg.yield`; any other gives the body
    one more argument, the container, into whose subset the body writes with `sdfg.store`. These
    stored outputs come last. The body is upstream `arith` and `math`.

    ```mlir
    sdfg.tasklet (%a = %A[i, k], %b: vector<8xf32> = %B[k, j:j + 8]) -> (%C[i, j:j + 8] wcr sum) {
      %s = vector.broadcast %a : f32 to vector<8xf32>
      %p = arith.mulf %s, %b : vector<8xf32>
      sdfg.yield %p : vector<8xf32>
    }
    ```
    """

    name = "sdfg.tasklet"

    inputs = var_operand_def(CONTAINER)
    """Containers read."""
    outputs = var_operand_def(CONTAINER)
    """Containers written, first those that take a yielded value."""
    reads = attr_def(ArrayAttr[MemletAttr])
    """Memlet of each container read."""
    writes = attr_def(ArrayAttr[MemletAttr])
    """Memlet of each container written."""
    body = region_def("single_block")
    """The computation; its arguments are what the memlets bring."""

    irdl_options = (AttrSizedOperandSegments(),)
    traits = traits_def(IsolatedFromAbove())

    def __init__(
        self,
        inputs: Sequence[tuple[SSAValue, MemletAttr]],
        outputs: Sequence[tuple[SSAValue, MemletAttr]],
        body: Region,
    ):
        super().__init__(
            operands=[[c for c, _ in inputs], [c for c, _ in outputs]],
            attributes={
                "reads": ArrayAttr(m for _, m in inputs),
                "writes": ArrayAttr(m for _, m in outputs),
            },
            regions=[body],
        )

    @property
    def input_accesses(self) -> tuple[tuple[SSAValue, MemletAttr], ...]:
        """Containers read and their memlets."""
        return tuple(zip(self.inputs, self.reads, strict=True))

    @property
    def output_accesses(self) -> tuple[tuple[SSAValue, MemletAttr], ...]:
        """Containers written and their memlets."""
        return tuple(zip(self.outputs, self.writes, strict=True))

    @property
    def yielded(self) -> tuple[SSAValue, ...]:
        last = self.body.block.last_op
        return tuple(last.values) if isinstance(last, YieldOp) else ()

    @property
    def stored_outputs(self) -> tuple[int, ...]:
        """
        Indices of the outputs that the body writes with `sdfg.store`, in the order of their
        arguments.
        """
        count = len(self.outputs)
        return tuple(range(count + len(self.inputs) - len(self.body.block.args), count))

    @property
    def yielded_outputs(self) -> tuple[int, ...]:
        """Indices of the outputs that take a value from `sdfg.yield`, in its order."""
        return tuple(range(len(self.outputs) - len(self.stored_outputs)))

    @classmethod
    def parse(cls, parser: Parser) -> "TaskletOp":
        args: list[Parser.Argument] = []
        inputs: list[tuple[SSAValue, MemletAttr]] = []
        outputs: list[tuple[SSAValue, MemletAttr]] = []

        def argument(accesses: list[tuple[SSAValue, MemletAttr]]) -> None:
            name = parser.parse_unresolved_operand()
            kind = parser.parse_type() if parser.parse_optional_punctuation(":") else None
            location = parser.parse_optional_location()
            parser.parse_punctuation("=")
            container, memlet = syntax.parse_access(parser)
            accesses.append((container, memlet))
            kind = syntax.element_type(container.type) if kind is None else kind
            args.append(parser.Argument(name.span, kind, location))

        parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: argument(inputs))
        parser.parse_punctuation("->")

        def result() -> None:
            if parser.parse_optional_keyword("store"):
                argument(outputs)
            elif len(args) > len(inputs):
                parser.raise_error("stored outputs come behind all others")
            else:
                outputs.append(syntax.parse_access(parser))

        parser.parse_comma_separated_list(parser.Delimiter.PAREN, result)
        extra = syntax.parse_extra_attributes(parser)
        op = cls(inputs, outputs, parser.parse_region(args))
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        args = self.body.block.args
        count = len(self.inputs)
        stored = dict(zip(self.stored_outputs, args[count:], strict=False))

        def argument(index: int) -> None:
            arg, (container, memlet) = args[index], self.input_accesses[index]
            printer.print_ssa_value(arg)
            if arg.type != syntax.element_type(container.type):
                printer.print_string(": ")
                printer.print_attribute(arg.type)
            syntax.print_argument(printer, arg)
            printer.print_string(" = ")
            syntax.print_access(printer, container, memlet)

        def result(index: int) -> None:
            container, memlet = self.output_accesses[index]
            if (arg := stored.get(index)) is not None:
                printer.print_string("store ")
                printer.print_ssa_value(arg)
                printer.print_string(": ")
                printer.print_attribute(arg.type)
                syntax.print_argument(printer, arg)
                printer.print_string(" = ")
            syntax.print_access(printer, container, memlet)

        printer.print_string(" (")
        printer.print_list(range(count), argument)
        printer.print_string(") -> (")
        printer.print_list(range(len(self.outputs)), result)
        printer.print_string(")")
        syntax.print_extra_attributes(printer, self, {"reads", "writes"})
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        if len(self.reads) != len(self.inputs) or len(self.writes) != len(self.outputs):
            raise VerifyException(
                f"a tasklet has one memlet per container, got {len(self.reads)} and "
                f"{len(self.writes)} for {len(self.inputs)} inputs and {len(self.outputs)} outputs"
            )
        if not self.outputs:
            raise VerifyException("a tasklet writes at least one container, got none")
        for container, memlet in (*self.input_accesses, *self.output_accesses):
            syntax.verify_bounds(container, memlet)
        for container, memlet in self.output_accesses:
            verify_write(container, memlet)
        if not isinstance(self.body.block.last_op, YieldOp):
            raise VerifyException("the body of a tasklet ends in 'sdfg.yield'")
        verify_tasklet_body(self.body)
        self.verify_arguments()
        self.verify_yielded()

    def verify_arguments(self) -> None:
        """Hold the arguments of the body to the memlets."""
        args = self.body.block.args
        count, outputs = len(self.inputs), len(self.outputs)
        if not count <= len(args) <= count + outputs:
            raise VerifyException(
                f"the body takes one argument per input and per stored output, got {len(args)} "
                f"for {count} inputs and {outputs} outputs"
            )
        for arg, (container, memlet) in zip(args, self.input_accesses, strict=False):
            verify_moved("argument", arg.type, container.type, memlet)
            verify_read(memlet)
        for arg, index in zip(args[count:], self.stored_outputs, strict=True):
            if arg.type != self.outputs[index].type:
                raise VerifyException(
                    f"a stored output comes in as its container, got {arg.type} "
                    f"for {self.outputs[index].type}"
                )

    def verify_yielded(self) -> None:
        """Hold the yielded values to the memlets out."""
        values = self.yielded
        if len(values) != len(self.yielded_outputs):
            raise VerifyException(
                f"the body yields one value per output that is not stored, got {len(values)} "
                f"for {len(self.yielded_outputs)}"
            )
        for value, index in zip(values, self.yielded_outputs, strict=True):
            container, memlet = self.output_accesses[index]
            verify_moved("yielded value", value.type, container.type, memlet)


def verify_read(memlet: MemletAttr) -> None:
    if memlet.wcr is not None:
        raise VerifyException(f"only writes resolve conflicts, got wcr {memlet.wcr} on a read")


def verify_write(container: SSAValue, memlet: MemletAttr) -> None:
    verify_written(container)
    if memlet.wcr is not None:
        verify_resolution(memlet.wcr, syntax.element_type(container.type))


def verify_moved(what: str, kind: Attribute, container: Attribute, memlet: MemletAttr) -> None:
    """Hold the type of a value to the elements that its memlet moves."""
    element = syntax.element_type(container)
    if memlet.subset.is_point:
        if kind != element:
            raise VerifyException(
                f"the {what} of a point has the element type {element}, got {kind}"
            )
    elif isinstance(kind, VectorType):
        count = memlet.subset.volume
        if kind.get_element_type() != element or kind.element_count() != symbolic.constant(count):
            raise VerifyException(
                f"the {what} of [{memlet.subset}] is a vector of {symbolic.text_of(count)} x "
                f"{element}, got {kind}"
            )
    elif kind != container:
        raise VerifyException(
            f"the {what} of [{memlet.subset}] is a vector or the container {container}, got {kind}"
        )


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
    """

    name = "sdfg.load"

    source = operand_def(ArrayType)
    """The container."""
    indices = var_operand_def(IndexType)
    """One index per dimension."""
    result = result_def()
    """The element."""

    assembly_format = "$source `[` $indices `]` attr-dict `:` type($source) `->` type($result)"

    def __init__(self, source: SSAValue, indices: Sequence[SSAValue]):
        element = syntax.element_type(source.type)
        super().__init__(operands=[source, indices], result_types=[element])

    def verify_(self) -> None:
        verify_indices(self.source.type, len(self.indices))
        verify_argument(self, self.source)
        if self.result.type != syntax.element_type(self.source.type):
            raise VerifyException(
                f"a load gives the element type {syntax.element_type(self.source.type)}, "
                f"got {self.result.type}"
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
