"""Statements of the C tree. Every body is a tuple of statements and printed in braces."""

from dataclasses import dataclass

from sdfg.backends.c_tree.expressions import Expression, Operand
from sdfg.backends.c_tree.nodes import CType, Statement
from sdfg.backends.c_tree.types import INT64

Body = tuple[Statement, ...]

ASSIGNMENT_OPERATORS = frozenset(("", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"))


@dataclass(frozen=True)
class Declare(Statement):
    """`type name = value;`, with static storage or an alignment in bytes where asked for."""

    type: CType
    name: str
    value: Expression | None = None
    static: bool = False
    alignment: int | None = None


@dataclass(frozen=True)
class Assign(Statement):
    """`target = value;`, or with an operator `target += value;`."""

    target: Expression
    value: Expression
    operator: str = ""
    """What comes before `=`: empty or one of `+ - * / % & | ^ << >>`."""

    def __post_init__(self) -> None:
        if self.operator not in ASSIGNMENT_OPERATORS:
            raise ValueError(f"'{self.operator}=' is no assignment of C")


@dataclass(frozen=True)
class Evaluate(Statement):
    """`expression;`, for its effect."""

    expression: Expression


@dataclass(frozen=True)
class For(Statement):
    """`for (type variable = start; variable < stop; variable += step) { body }`."""

    variable: str
    start: Operand
    stop: Operand
    """Exclusive; inclusive when `step` is a negative number: there the loop runs while `>=`."""
    step: Operand
    body: Body
    type: CType = INT64


@dataclass(frozen=True)
class While(Statement):
    """`while (condition) { body }`."""

    condition: Expression
    body: Body


@dataclass(frozen=True)
class If(Statement):
    """`if (condition) { then } else { otherwise }`; one `If` as `otherwise` is an `else if`."""

    condition: Expression
    then: Body
    otherwise: Body = ()


@dataclass(frozen=True)
class Block(Statement):
    """`{ body }`: a scope of its own."""

    body: Body


@dataclass(frozen=True)
class Return(Statement):
    """`return value;`."""

    value: Expression | None = None


@dataclass(frozen=True)
class Break(Statement):
    """`break;`."""


@dataclass(frozen=True)
class Continue(Statement):
    """`continue;`."""


@dataclass(frozen=True)
class Comment(Statement):
    """A comment; several lines make a block."""

    text: str


@dataclass(frozen=True)
class Blank(Statement):
    """An empty line, to set apart what belongs together."""


@dataclass(frozen=True)
class Clause:
    """One clause of a pragma: `name(arguments, ...)`, or `name` alone without arguments."""

    name: str
    arguments: tuple[Expression | str, ...] = ()
    modifier: str = ""
    """What stands before a colon: `reduction(+ : sum)` has the modifier `+`."""


@dataclass(frozen=True)
class Pragma(Statement):
    """`#pragma directive clauses...`, for the statement that follows."""

    directive: str
    """Such as `omp parallel for` or `GCC unroll 4`."""
    clauses: tuple[Clause, ...] = ()
