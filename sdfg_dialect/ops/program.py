"""Programs and their containers: `sdfg.sdfg`, allocation, constants, views, calls."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    FlatSymbolRefAttrConstr,
    IntegerAttr,
    StringAttr,
    SymbolRefAttr,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    MessageConstraint,
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
from xdsl.traits import IsolatedFromAbove, NoTerminator, SymbolOpInterface, SymbolTable
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import DimsAttr, WeightAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import verify_body
from sdfg.dialect.ops.scope import verify_names, verify_symbols
from sdfg.dialect.ops.writing import block_of, verify_written
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import CONTAINER, ArrayType, StreamType

VERSION = 1
"""
Version of the dialect's textual form: raised when text of an older version would change its
meaning.
"""

ROLES = ("in", "out", "inout")
"""What a program does with a container that it is given."""


@irdl_op_definition
class SdfgOp(IRDLOperation):
    """
    A program: named containers in and out, symbols (sizes), transient containers, states and
    structured control flow.

    Symbols are integers that hold for the whole run; shapes, ranges and conditions are expressions
    over them. The containers of a run do not overlap. States and control flow run in the order of
    the text.

    ```mlir
    sdfg.sdfg @f [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
      sdfg.state @copy { sdfg.copy %x[0:N] -> %y[0:N] }
    }
    ```
    """

    name = "sdfg.sdfg"

    sym_name = attr_def(StringAttr)
    """Name of the program."""
    symbols = attr_def(ArrayAttr[StringAttr])
    """Names of the symbols."""
    arg_names = attr_def(ArrayAttr[StringAttr])
    """Name of each container as the model calls it."""
    arg_roles = attr_def(ArrayAttr[StringAttr])
    """`in`, `out` or `inout` for each container."""
    version = attr_def(IntegerAttr[I64])
    """Version of the dialect that the text was written for."""
    sym_visibility = opt_attr_def(StringAttr)
    """`private` for a program that only this module calls."""
    body = region_def("single_block")
    """Containers, states and control flow, in order."""

    traits = traits_def(NoTerminator(), IsolatedFromAbove(), SymbolOpInterface())

    def __init__(
        self,
        name: str,
        symbols: Sequence[str],
        arg_names: Sequence[str],
        arg_roles: Sequence[str],
        body: Region,
        *,
        private: bool = False,
        version: int = VERSION,
    ):
        super().__init__(
            attributes={
                "sym_name": StringAttr(name),
                "symbols": syntax.strings(symbols),
                "arg_names": syntax.strings(arg_names),
                "arg_roles": syntax.strings(arg_roles),
                "version": IntegerAttr(version, i64),
                "sym_visibility": StringAttr("private") if private else None,
            },
            regions=[body],
        )

    @classmethod
    def with_arguments(
        cls,
        name: str,
        symbols: Sequence[str],
        arguments: Sequence[tuple[str, str, ArrayType | StreamType]],
        *,
        private: bool = False,
    ) -> "SdfgOp":
        """An empty program that takes `arguments`, each `(role, name, type)`."""
        body = Region(Block(arg_types=[kind for _, _, kind in arguments]))
        names, roles = [n for _, n, _ in arguments], [r for r, _, _ in arguments]
        return cls(name, symbols, names, roles, body, private=private)

    @property
    def symbol_names(self) -> tuple[str, ...]:
        return syntax.texts(self.symbols)

    @property
    def is_private(self) -> bool:
        return self.sym_visibility is not None and self.sym_visibility.data == "private"

    @property
    def arguments(self) -> tuple[tuple[str, str, SSAValue], ...]:
        """`(role, name, container)` of each container in and out."""
        return tuple(
            zip(
                syntax.texts(self.arg_roles),
                syntax.texts(self.arg_names),
                self.body.block.args,
                strict=True,
            )
        )

    @classmethod
    def parse(cls, parser: Parser) -> "SdfgOp":
        private = parser.parse_optional_keyword("private") is not None
        name = parser.parse_symbol_name()
        symbols = parser.parse_optional_comma_separated_list(
            parser.Delimiter.SQUARE, lambda: syntax.parse_symbol(parser)
        )

        def argument() -> tuple[str, str, Parser.Argument]:
            role = parser.parse_identifier(" (in, out or inout)")
            label = parser.parse_str_literal()
            ssa = parser.parse_unresolved_operand()
            parser.parse_punctuation(":")
            kind = parser.parse_type()
            return role, label, parser.Argument(ssa.span, kind, parser.parse_optional_location())

        args = parser.parse_comma_separated_list(parser.Delimiter.PAREN, argument)
        version = VERSION
        if parser.parse_optional_keyword("version"):
            at = parser.pos
            version = parser.parse_integer(allow_boolean=False, allow_negative=False)
            if version > VERSION:
                parser.raise_error(
                    f"version {version} of the sdfg dialect is newer than {VERSION}, "
                    "the newest that this compiler reads",
                    at_position=at,
                )
        extra = syntax.parse_extra_attributes(parser)
        body = parser.parse_region([a for _, _, a in args])
        names, roles = [n for _, n, _ in args], [r for r, _, _ in args]
        op = cls(name.data, symbols or (), names, roles, body, private=private, version=version)
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" private " if self.is_private else " ")
        printer.print_symbol_name(self.sym_name.data)
        if self.symbol_names:
            printer.print_string(f" [{', '.join(self.symbol_names)}]")

        def argument(entry: tuple[str, str, SSAValue]) -> None:
            role, label, container = entry
            printer.print_string(f"{role} ")
            printer.print_string_literal(label)
            printer.print_string(" ")
            printer.print_ssa_value(container)
            printer.print_string(": ")
            printer.print_attribute(container.type)
            if printer.print_debuginfo:
                printer.print_string(" ")
                printer.print_attribute(container.location)  # pyright: ignore

        printer.print_string(" (")
        printer.print_list(self.arguments, argument)
        printer.print_string(f") version {self.version.value.data}")
        known = {"sym_name", "symbols", "arg_names", "arg_roles", "version", "sym_visibility"}
        syntax.print_extra_attributes(printer, self, known)
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        if self.version.value.data > VERSION:
            raise VerifyException(
                f"version {self.version.value.data} of the sdfg dialect is newer than {VERSION}, "
                "the newest that this compiler reads"
            )
        if self.sym_visibility is not None and not self.is_private:
            raise VerifyException(
                f"the visibility of a program is private or left out, got {self.sym_visibility}"
            )
        self.verify_containers()
        names = self.symbol_names
        if len(set(names)) != len(names):
            raise VerifyException(f"symbols differ, got {', '.join(names)}")
        verify_body(self, self.body)
        verify_symbols(self, names)

    def verify_containers(self) -> None:
        """Hold names, roles and types of the containers in and out to each other."""
        args = self.body.block.args
        if len(self.arg_names) != len(args) or len(self.arg_roles) != len(args):
            raise VerifyException(
                f"each container has a name and a role, got {len(self.arg_names)} names and "
                f"{len(self.arg_roles)} roles for {len(args)} containers"
            )
        for role, name, container in self.arguments:
            if role not in ROLES:
                raise VerifyException(f"the role of '{name}' is in, out or inout, got '{role}'")
            if not isinstance(container.type, ArrayType | StreamType):
                raise VerifyException(f"'{name}' is an array or a stream, got {container.type}")
        for roles in (("in", "inout"), ("out", "inout")):
            names = [name for role, name, _ in self.arguments if role in roles]
            if len(set(names)) != len(names):
                raise VerifyException(
                    f"containers in have names of their own, and containers out, got "
                    f"{', '.join(names)}"
                )


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


@irdl_op_definition
class CallOp(IRDLOperation):
    """
    Run another program of this module on containers of this one: a node that is a program.

    ```mlir
    sdfg.call @layer(%x, %w, %y) [N = 2 * batch]
    ```
    """

    name = "sdfg.call"

    callee = attr_def(FlatSymbolRefAttrConstr)
    """The program."""
    containers = var_operand_def(CONTAINER)
    """One container per argument of the program."""
    symbols = attr_def(ArrayAttr[StringAttr])
    """Symbols of the program."""
    values = attr_def(DimsAttr)
    """Value of each symbol, over the symbols in scope here."""

    def __init__(self, callee: str, containers: Sequence[SSAValue], symbols: Mapping[str, Expr]):
        super().__init__(
            operands=[containers],
            attributes={
                "callee": SymbolRefAttr(callee),
                "symbols": syntax.strings(symbols),
                "values": DimsAttr(tuple(symbols.values())),
            },
        )

    @property
    def symbol_values(self) -> dict[str, Expr]:
        """Value of each symbol of the program."""
        return dict(zip(syntax.texts(self.symbols), self.values.data, strict=True))

    @classmethod
    def parse(cls, parser: Parser) -> "CallOp":
        callee = parser.parse_symbol_name()
        containers = parser.parse_comma_separated_list(
            parser.Delimiter.PAREN, lambda: syntax.parse_container(parser)
        )

        def value() -> tuple[str, Expr]:
            name = syntax.parse_symbol(parser)
            parser.parse_punctuation("=")
            return name, symbolic.parse_expr(parser)

        pairs = parser.parse_optional_comma_separated_list(parser.Delimiter.SQUARE, value)
        op = cls(callee.data, containers, dict(pairs or ()))
        op.attributes |= syntax.parse_extra_attributes(parser)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.callee.string_value())
        printer.print_string("(")
        printer.print_list(self.containers, printer.print_ssa_value)
        printer.print_string(")")
        if self.symbol_values:
            pairs = (f"{n} = {symbolic.text_of(e)}" for n, e in self.symbol_values.items())
            printer.print_string(f" [{', '.join(pairs)}]")
        syntax.print_extra_attributes(printer, self, {"callee", "symbols", "values"})

    def program(self) -> SdfgOp:
        """
        The program that is called. Raises `VerifyException` if the module has none of that name.
        """
        found = SymbolTable.lookup_symbol(self, self.callee)
        if not isinstance(found, SdfgOp):
            raise VerifyException(f"'{self.callee.string_value()}' names no program of this module")
        return found

    def verify_(self) -> None:
        if len(self.symbols) != len(self.values.data):
            raise VerifyException(
                f"each symbol has a value, got {len(self.symbols)} symbols "
                f"and {len(self.values.data)} values"
            )
        verify_names(syntax.texts(self.symbols))
        if self.parent_op() is None or _module_of(self) is None:
            return
        program = self.program()
        if program.is_ancestor(self):
            raise VerifyException(f"program '{program.sym_name.data}' calls itself")
        given = self.symbol_values
        if set(given) != set(program.symbol_names):
            raise VerifyException(
                f"a call gives each symbol of the program, got [{', '.join(given)}] "
                f"for [{', '.join(program.symbol_names)}]"
            )
        wanted = program.body.block.args
        if len(wanted) != len(self.containers):
            raise VerifyException(
                f"a call gives each container of the program, got {len(self.containers)} "
                f"for {len(wanted)}"
            )
        for (_, name, inner), outer in zip(program.arguments, self.containers, strict=True):
            verify_passed(name, outer.type, inner.type, given)
        self.verify_written(program)

    def verify_written(self, program: SdfgOp) -> None:
        """Hold containers that the program writes to being writable, and given once."""
        for (role, name, _), container in zip(program.arguments, self.containers, strict=True):
            if role == "in":
                continue
            verify_written(container)
            if self.containers.count(container) > 1:
                raise VerifyException(f"'{name}' is written, and given as another container too")


def verify_passed(
    name: str, given: Attribute, wanted: Attribute, values: Mapping[str, Expr]
) -> None:
    """
    Hold a container to the type of the argument that it becomes, as far as symbols can be compared.
    """
    if not isinstance(given, ArrayType) or not isinstance(wanted, ArrayType):
        if given != wanted:
            raise VerifyException(f"'{name}' is {wanted}, got {given}")
        return
    same_kind = given.element_type == wanted.element_type and given.storage == wanted.storage
    pairs = zip(
        (*given.dims, *given.strides.data, given.offset.data),
        (*wanted.dims, *wanted.strides.data, wanted.offset.data),
        strict=False,
    )
    differs = any(
        difference.is_Integer and difference != 0
        for difference in (a - symbolic.substitute(b, values) for a, b in pairs)
    )
    if not same_kind or given.rank != wanted.rank or differs:
        raise VerifyException(f"'{name}' is {wanted}, got {given}")


def _module_of(op: Operation) -> Operation | None:
    """The operation that holds the symbol table `op` looks names up in."""
    parent = op.parent_op()
    while parent is not None and not parent.has_trait(SymbolTable):
        parent = parent.parent_op()
    return parent
