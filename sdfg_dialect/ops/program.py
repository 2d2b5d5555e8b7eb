"""Programs: named containers in and out, symbols, and what runs in order."""

from collections.abc import Sequence

from xdsl.dialects.builtin import I64, ArrayAttr, IntegerAttr, StringAttr, i64
from xdsl.ir import Block, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    attr_def,
    irdl_op_definition,
    opt_attr_def,
    region_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, NoTerminator, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import verify_body
from sdfg.dialect.ops.scope import verify_symbols
from sdfg.dialect.types import ArrayType, StreamType

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
