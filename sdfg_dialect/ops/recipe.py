"""Recipes: lists of transformations with parameters, as part of the IR."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, Block, Operation, Region
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
from xdsl.traits import HasParent, NoTerminator
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import DimsAttr, ExprAttr, parse_quoted
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.placement import NO_ARGUMENTS
from sdfg.dialect.symbolic import Expr


@irdl_op_definition
class RecipeOp(IRDLOperation):
    """
    How nests of some kinds are mapped to a machine: transformations, one a line, and their knobs.

    It addresses loops by role: those of the kind, and `lane` and `row` for the two loops whose
    points are kept in registers. Expressions are over the facts of the machine, `lanes` (numbers of
    the nest's type in a vector), `tile_rows` and `tile_vectors` (the register tile that a model of
    the core prefers), the knobs before, and for each role: the number of iterations under its name,
    `<role>_open` (1 if it is open until run time, and the number then large) and `<role>_step` (how
    many elements it moves the first operand). A recipe is used where `when` holds, and only if each
    of its steps is legal.

    ```mlir
    sdfg.recipe @rows for "elementwise" when "e0 > 1" {
      sdfg.knob "size" = "4 * lanes" in "lanes, 2 * lanes, 4 * lanes"
      sdfg.step "tile" {loop = "e0", size = "size"}
    }
    ```
    """

    name = "sdfg.recipe"

    sym_name = attr_def(StringAttr)
    """Name of the recipe."""
    kinds = attr_def(ArrayAttr[StringAttr])
    """The kinds of nests that it is for."""
    condition = attr_def(ExprAttr)
    """When it may be used."""
    body = region_def("single_block", entry_args=NO_ARGUMENTS)
    """Knobs and steps."""

    traits = traits_def(NoTerminator(), HasParent(ModuleOp))

    def __init__(
        self,
        name: str,
        kinds: Sequence[str],
        condition: Expr = symbolic.parse("true"),
        body: Region | Sequence[Operation] = (),
    ):
        super().__init__(
            attributes={
                "sym_name": StringAttr(name),
                "kinds": syntax.strings(kinds),
                "condition": ExprAttr(condition),
            },
            regions=[body if isinstance(body, Region) else Region(Block(body))],
        )

    @property
    def knobs(self) -> tuple["KnobOp", ...]:
        return tuple(op for op in self.body.block.ops if isinstance(op, KnobOp))

    @property
    def steps(self) -> tuple["StepOp", ...]:
        return tuple(op for op in self.body.block.ops if isinstance(op, StepOp))

    @classmethod
    def parse(cls, parser: Parser) -> "RecipeOp":
        name = parser.parse_symbol_name()
        parser.parse_keyword("for")
        kinds = [k.strip() for k in parser.parse_str_literal().split(",") if k.strip()]
        condition = symbolic.parse("true")
        if parser.parse_optional_keyword("when"):
            condition = parse_text(parser)
        extra = syntax.parse_extra_attributes(parser)
        op = cls(name.data, kinds, condition, parser.parse_region([]))
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        printer.print_string(" for ")
        printer.print_string_literal(", ".join(syntax.texts(self.kinds)))
        if self.condition.data != symbolic.parse("true"):
            printer.print_string(" when ")
            printer.print_string_literal(str(self.condition))
        syntax.print_extra_attributes(printer, self, {"sym_name", "kinds", "condition"})
        syntax.print_body(printer, self.body)

    def verify_(self) -> None:
        names = [op.knob.data for op in self.knobs]
        if len(set(names)) != len(names):
            raise VerifyException(f"knobs of a recipe differ, got {', '.join(names)}")
        if not self.kinds.data:
            raise VerifyException("a recipe is for at least one kind of nest")
        verify_condition(self.condition)
        for op in self.body.block.ops:
            if not isinstance(op, KnobOp | StepOp):
                raise VerifyException(f"a recipe holds knobs and steps, got '{op.name}'")


@irdl_op_definition
class KnobOp(IRDLOperation):
    """
    An open choice of a recipe: a number, its default, and what a search may try instead.

    ```mlir
    sdfg.knob "rows" = "min(14, m)" in "4, 8, 14"
    ```
    """

    name = "sdfg.knob"

    knob = attr_def(StringAttr)
    """Its name in the expressions that follow."""
    value = attr_def(ExprAttr)
    """The default."""
    choices = attr_def(DimsAttr)
    """What else to try."""

    traits = traits_def(HasParent(RecipeOp))

    def __init__(self, knob: str, value: Expr, choices: Sequence[Expr] = ()):
        super().__init__(
            attributes={
                "knob": StringAttr(knob),
                "value": ExprAttr(value),
                "choices": DimsAttr(tuple(choices)),
            }
        )

    @classmethod
    def parse(cls, parser: Parser) -> "KnobOp":
        name = parser.parse_str_literal()
        parser.parse_punctuation("=")
        value = parse_text(parser)
        choices: tuple[Expr, ...] = ()
        if parser.parse_optional_keyword("in"):
            choices = tuple(parse_quoted(parser, symbolic.parse_expr))
        extra = syntax.parse_extra_attributes(parser)
        op = cls(name, value, choices)
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_string_literal(self.knob.data)
        printer.print_string(" = ")
        printer.print_string_literal(str(self.value))
        if self.choices.data:
            printer.print_string(" in ")
            printer.print_string_literal(str(self.choices))
        syntax.print_extra_attributes(printer, self, {"knob", "value", "choices"})

    def verify_(self) -> None:
        if symbolic.is_condition(self.value.data):
            raise VerifyException(f"the value of a knob is a number, got {self.value}")
        try:
            symbolic.symbol(self.knob.data)
        except ValueError as error:
            raise VerifyException(f"a knob is a name in expressions: {error}") from error


@irdl_op_definition
class StepOp(IRDLOperation):
    """
    One transformation with its options: the pass `sdfg-<name>`, on one nest.

    Numbers may be expressions, lists are separated by commas. A step with `when` is left out where
    the expression is false.

    ```mlir
    sdfg.step "tile" {loop = "lane", size = "2 * lanes", into = "block, column"}
    ```
    """

    name = "sdfg.step"

    transformation = attr_def(StringAttr)
    """Name of the transformation."""
    options = attr_def(DictionaryAttr)
    """Its options, as text."""
    condition = opt_attr_def(ExprAttr)
    """When the step is taken; always by default."""

    traits = traits_def(HasParent(RecipeOp))

    def __init__(
        self, transformation: str, options: Mapping[str, str], condition: Expr | None = None
    ):
        texts: dict[str, Attribute] = {k: StringAttr(v) for k, v in options.items()}
        super().__init__(
            attributes={
                "transformation": StringAttr(transformation),
                "options": DictionaryAttr(texts),
                "condition": None if condition is None else ExprAttr(condition),
            }
        )

    @classmethod
    def parse(cls, parser: Parser) -> "StepOp":
        name = parser.parse_str_literal()
        at = parser.pos
        options = parser.parse_optional_dictionary_attr_dict()
        texts: dict[str, str] = {}
        for key, value in options.items():
            if not isinstance(value, StringAttr):
                parser.raise_error(f"options of a step are text, got {value}", at_position=at)
            texts[key] = value.data
        condition = parse_text(parser) if parser.parse_optional_keyword("when") else None
        extra = syntax.parse_extra_attributes(parser)
        op = cls(name, texts, condition)
        op.attributes |= extra
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_string_literal(self.transformation.data)
        if self.options.data:
            printer.print_string(" ")
            printer.print_attr_dict(self.options.data)
        if self.condition is not None:
            printer.print_string(" when ")
            printer.print_string_literal(str(self.condition))
        syntax.print_extra_attributes(printer, self, {"transformation", "options", "condition"})

    @property
    def texts(self) -> dict[str, str]:
        """The options."""
        return {k: v.data for k, v in self.options.data.items() if isinstance(v, StringAttr)}

    def verify_(self) -> None:
        if any(not isinstance(v, StringAttr) for v in self.options.data.values()):
            raise VerifyException("options of a step are text")
        if self.condition is not None:
            verify_condition(self.condition)


def verify_condition(condition: ExprAttr) -> None:
    if not symbolic.is_condition(condition.data):
        raise VerifyException(f"what follows when is true or false, got the number {condition}")


def parse_text(parser: Parser) -> Expr:
    """An expression or condition in quotes."""
    at = parser.pos
    try:
        return symbolic.parse(parser.parse_str_literal())
    except ValueError as error:
        parser.raise_error(str(error), at_position=at)
