"""Calls: one program as a part of another."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import ArrayAttr, FlatSymbolRefAttrConstr, StringAttr, SymbolRefAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import IRDLOperation, attr_def, irdl_op_definition, var_operand_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import SymbolTable
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import DimsAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import verify_names
from sdfg.dialect.ops.writing import verify_written
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import CONTAINER, ArrayType


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
