"""
Expressions of the C tree.

`a + b`, `-a`, `a[i]` build nodes; Python integers among the operands become literals. Comparisons
and logic are methods (`a.lt(b)`, `a.logical_and(b)`) so that `==` keeps comparing trees. The tree
is the meaning: the printer writes parentheses where C would otherwise read another tree.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sdfg.backends.c_tree.nodes import CType, Node
from sdfg.backends.c_tree.types import BOOL, DOUBLE, FLOAT, INT, Pointer, Scalar, Vector, const

BINARY_OPERATORS = frozenset("* / % + - << >> < <= > >= == != & ^ | && ||".split())
UNARY_OPERATORS = frozenset("- + ! ~ & *".split())


class Expression(Node):
    """An expression, with operators that build larger ones."""

    __iter__ = None
    """Not iterable, although `[...]` is defined."""

    def __add__(self, other: "Operand") -> "Binary":
        return Binary("+", self, operand(other))

    def __radd__(self, other: int) -> "Binary":
        return Binary("+", operand(other), self)

    def __sub__(self, other: "Operand") -> "Binary":
        return Binary("-", self, operand(other))

    def __rsub__(self, other: int) -> "Binary":
        return Binary("-", operand(other), self)

    def __mul__(self, other: "Operand") -> "Binary":
        return Binary("*", self, operand(other))

    def __rmul__(self, other: int) -> "Binary":
        return Binary("*", operand(other), self)

    def __truediv__(self, other: "Operand") -> "Binary":
        return Binary("/", self, operand(other))

    def __mod__(self, other: "Operand") -> "Binary":
        return Binary("%", self, operand(other))

    def __and__(self, other: "Operand") -> "Binary":
        return Binary("&", self, operand(other))

    def __or__(self, other: "Operand") -> "Binary":
        return Binary("|", self, operand(other))

    def __xor__(self, other: "Operand") -> "Binary":
        return Binary("^", self, operand(other))

    def __lshift__(self, other: "Operand") -> "Binary":
        return Binary("<<", self, operand(other))

    def __rshift__(self, other: "Operand") -> "Binary":
        return Binary(">>", self, operand(other))

    def __neg__(self) -> "Unary":
        return Unary("-", self)

    def __invert__(self) -> "Unary":
        return Unary("~", self)

    def __getitem__(self, index: "Operand") -> "Index":
        return Index(self, operand(index))

    def lt(self, other: "Operand") -> "Binary":
        """`self < other`."""
        return Binary("<", self, operand(other))

    def le(self, other: "Operand") -> "Binary":
        """`self <= other`."""
        return Binary("<=", self, operand(other))

    def gt(self, other: "Operand") -> "Binary":
        """`self > other`."""
        return Binary(">", self, operand(other))

    def ge(self, other: "Operand") -> "Binary":
        """`self >= other`."""
        return Binary(">=", self, operand(other))

    def eq(self, other: "Operand") -> "Binary":
        """`self == other`."""
        return Binary("==", self, operand(other))

    def ne(self, other: "Operand") -> "Binary":
        """`self != other`."""
        return Binary("!=", self, operand(other))

    def logical_and(self, other: "Operand") -> "Binary":
        """`self && other`."""
        return Binary("&&", self, operand(other))

    def logical_or(self, other: "Operand") -> "Binary":
        """`self || other`."""
        return Binary("||", self, operand(other))

    def logical_not(self) -> "Unary":
        """`!self`."""
        return Unary("!", self)

    def member(self, name: str) -> "Member":
        """`self.name`."""
        return Member(self, name)

    def arrow(self, name: str) -> "Member":
        """`self->name`."""
        return Member(self, name, through_pointer=True)

    def address(self) -> "Unary":
        """`&self`."""
        return Unary("&", self)

    def dereference(self) -> "Unary":
        """`*self`."""
        return Unary("*", self)


Operand = Expression | int


@dataclass(frozen=True)
class Name(Expression):
    """A variable, parameter, function, macro or constant by its identifier."""

    name: str


@dataclass(frozen=True)
class Integer(Expression):
    """
    An integer (or `bool`) literal that has exactly this value and fits its type.

    Of type `int` it is written plainly (`7`), and widened by C beside wider operands; other types
    get what C needs for a literal of that type (`INT64_C(7)`, `7U`, `true`). A value that `int`
    cannot hold becomes 64 bits wide by itself.
    """

    value: int
    type: Scalar = INT


@dataclass(frozen=True)
class Float(Expression):
    """
    A floating-point literal: the shortest decimal text that reads back as `value` in `type`.

    `value` is rounded to `type` first. NaN and the infinities are written as `NAN`, `INFINITY`.
    """

    value: float
    type: Scalar = FLOAT


@dataclass(frozen=True)
class String(Expression):
    """A string literal; anything outside printable ASCII is escaped."""

    value: str


@dataclass(frozen=True)
class Unary(Expression):
    """`operator value`, operator one of `UNARY_OPERATORS`."""

    operator: str
    value: Expression

    def __post_init__(self) -> None:
        if self.operator not in UNARY_OPERATORS:
            raise ValueError(f"'{self.operator}' is no unary operator of C")


@dataclass(frozen=True)
class Binary(Expression):
    """`left operator right`, operator one of `BINARY_OPERATORS`."""

    operator: str
    left: Expression
    right: Expression

    def __post_init__(self) -> None:
        if self.operator not in BINARY_OPERATORS:
            raise ValueError(f"'{self.operator}' is no binary operator of C")


@dataclass(frozen=True)
class Ternary(Expression):
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Call(Expression):
    """`function(arguments...)`."""

    function: Expression
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Cast(Expression):
    """`(type)value`."""

    type: CType
    value: Expression


@dataclass(frozen=True)
class Index(Expression):
    """`base[index]`."""

    base: Expression
    index: Expression


@dataclass(frozen=True)
class Member(Expression):
    """`base.name`, or `base->name` through a pointer."""

    base: Expression
    name: str
    through_pointer: bool = False


@dataclass(frozen=True)
class SizeOf(Expression):
    """`sizeof(type)`, in bytes."""

    type: CType


@dataclass(frozen=True)
class Initializer(Expression):
    """`{elements...}`, as the initial value of an array, a struct or a vector."""

    elements: tuple[Expression, ...]


@dataclass(frozen=True)
class Compound(Expression):
    """`(type){elements...}`: a value of an aggregate or vector type; missing elements are zero."""

    type: CType
    elements: tuple[Expression, ...]


def operand(value: Operand) -> Expression:
    """`value`, a Python integer made a literal."""
    return value if isinstance(value, Expression) else Integer(value)


def name(text: str) -> Name:
    """The identifier `text`."""
    return Name(text)


def names(text: str) -> tuple[Name, ...]:
    """One identifier per word of `text`."""
    return tuple(Name(word) for word in text.split())


def integer(value: int, type: Scalar = INT) -> Integer:
    """An integer literal; see `Integer` for how it is written."""
    return Integer(value, type)


def floating(value: float, type: Scalar = FLOAT) -> Float:
    """A floating-point literal."""
    return Float(value, type)


def call(function: str, *arguments: Operand) -> Call:
    """`function(arguments...)`."""
    return Call(Name(function), tuple(operand(a) for a in arguments))


def cast(type: CType, value: Operand) -> Cast:
    """`(type)value`."""
    return Cast(type, operand(value))


def total(terms: Iterable[Expression]) -> Expression:
    """The terms added from left to right; 0 for none."""
    first, *rest = tuple(terms) or (Integer(0),)
    for term in rest:
        first = first + term
    return first


def load(vector: Vector, address: Expression) -> Expression:
    """The `vector` that begins at `address`, a pointer to its element, of any alignment."""
    unaligned = Vector(vector.element, vector.lanes, unaligned=True)
    return Cast(Pointer(const(unaligned)), address).dereference()


def lvalue(vector: Vector, address: Expression) -> Expression:
    """What to assign to in order to store a `vector` at `address`, of any alignment."""
    unaligned = Vector(vector.element, vector.lanes, unaligned=True)
    return Cast(Pointer(unaligned), address).dereference()


def splat(vector: Vector, value: Expression) -> Expression:
    """
    A vector with `value`, of the type of its element, in every lane.

    Written `value - (f32x16){0}`: subtracting zero returns every value unchanged, -0 and NaN too
    (adding would turn -0 into 0), and both compilers make one broadcast of it. An element of an
    array goes through a macro, since gcc 12 would load a whole vector for it.
    """
    if isinstance(value, Index):
        return call("SDFG_BROADCAST", Name(vector.name), value)
    return value - Compound(vector, (Integer(0),))


TRUE = Integer(1, BOOL)
FALSE = Integer(0, BOOL)
FLOAT_ZERO = Float(0.0)
DOUBLE_ZERO = Float(0.0, DOUBLE)
NULL = Name("NULL")
