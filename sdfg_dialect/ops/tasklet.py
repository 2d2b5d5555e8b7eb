"""Tasklets: where computation happens, and what is read and written there."""

from collections.abc import Sequence

from xdsl.dialects.builtin import ArrayAttr, UnitAttr, VectorType
from xdsl.ir import Attribute, Region, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    attr_def,
    irdl_op_definition,
    opt_attr_def,
    region_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, IsTerminator, Pure
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import verify_tasklet_body
from sdfg.dialect.ops.writing import verify_read, verify_write
from sdfg.dialect.types import CONTAINER, ArrayType


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

    A vector may have more lanes than its memlet has elements, as the last one of a row has: its
    first lanes are these elements, any other lane comes in with any value and is not written.

    With `nontemporal` behind the outputs, what is written bypasses the caches, because nobody reads
    it soon; the tasklet then yields vectors. It changes the time of a run, never its results.

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
    nontemporal = opt_attr_def(UnitAttr)
    """Whether what it writes bypasses the caches."""
    body = region_def("single_block")
    """The computation; its arguments are what the memlets bring."""

    irdl_options = (AttrSizedOperandSegments(),)
    traits = traits_def(IsolatedFromAbove())

    def __init__(
        self,
        inputs: Sequence[tuple[SSAValue, MemletAttr]],
        outputs: Sequence[tuple[SSAValue, MemletAttr]],
        body: Region,
        *,
        nontemporal: bool = False,
    ):
        super().__init__(
            operands=[[c for c, _ in inputs], [c for c, _ in outputs]],
            attributes={
                "reads": ArrayAttr(m for _, m in inputs),
                "writes": ArrayAttr(m for _, m in outputs),
                "nontemporal": UnitAttr() if nontemporal else None,
            },
            regions=[body],
        )

    @property
    def input_accesses(self) -> tuple[tuple[SSAValue, MemletAttr], ...]:
        """Containers read and their memlets."""
        memlets = self.reads.data
        return tuple(zip(self.operands[: len(memlets)], memlets, strict=True))

    @property
    def output_accesses(self) -> tuple[tuple[SSAValue, MemletAttr], ...]:
        """Containers written and their memlets."""
        memlets = self.writes.data
        return tuple(zip(self.operands[len(self.reads.data) :], memlets, strict=True))

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
        count = len(self.writes.data)
        return tuple(range(count + len(self.reads.data) - len(self.body.block.args), count))

    @property
    def yielded_outputs(self) -> tuple[int, ...]:
        """Indices of the outputs that take a value from `sdfg.yield`, in its order."""
        return tuple(range(len(self.writes.data) - len(self.stored_outputs)))

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
        nontemporal = parser.parse_optional_keyword("nontemporal") is not None
        extra = syntax.parse_extra_attributes(parser)
        op = cls(inputs, outputs, parser.parse_region(args), nontemporal=nontemporal)
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
        printer.print_string(") nontemporal" if self.nontemporal else ")")
        syntax.print_extra_attributes(printer, self, {"reads", "writes", "nontemporal"})
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
        if self.nontemporal is not None:
            self.verify_nontemporal()

    def verify_nontemporal(self) -> None:
        """Hold what bypasses the caches to vectors that are written as they are."""
        if self.stored_outputs:
            raise VerifyException("a nontemporal tasklet yields all that it writes, got a store")
        for value, (container, memlet) in zip(self.yielded, self.output_accesses, strict=True):
            if not is_whole_vector(value.type, memlet):
                kind: Attribute = value.type
                raise VerifyException(
                    f"a nontemporal tasklet yields vectors of several elements, got {kind} "
                    f"for [{memlet.subset}]"
                )
            if memlet.wcr is not None:
                raise VerifyException(
                    f"a nontemporal tasklet reads nothing that it writes, got wcr {memlet.wcr}"
                )
            array = container.type
            if isinstance(array, ArrayType) and array.storage.kind.data == "register":
                raise VerifyException(f"a nontemporal tasklet writes to memory, got {array}")


def verify_moved(what: str, kind: Attribute, container: Attribute, memlet: MemletAttr) -> None:
    """Hold the type of a value to the elements that its memlet moves."""
    element = syntax.element_type(container)
    if memlet.subset.is_point:
        if kind != element:
            raise VerifyException(
                f"the {what} of a point has the element type {element}, got {kind}"
            )
    elif isinstance(kind, VectorType):
        count, lanes = memlet.subset.volume, kind.element_count()
        known = symbolic.constant(count)
        fits = known == lanes or (kind.get_num_dims() == 1 and (known is None or known < lanes))
        if kind.get_element_type() != element or not fits:
            raise VerifyException(
                f"the {what} of [{memlet.subset}] is a vector of at least "
                f"{symbolic.text_of(count)} x {element}, got {kind}"
            )
    elif kind != container:
        raise VerifyException(
            f"the {what} of [{memlet.subset}] is a vector or the container {container}, got {kind}"
        )


def is_whole_vector(kind: Attribute, memlet: MemletAttr) -> bool:
    """Whether a memlet moves an element for each lane of a vector of type `kind`."""
    if memlet.subset.is_point or not isinstance(kind, VectorType):
        return False
    return symbolic.constant(memlet.subset.volume) == kind.element_count()
