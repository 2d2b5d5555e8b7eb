"""
Sizes, ranges and conditions as symbolic integer expressions.

An expression is an object of `sdfg.dialect.algebra` over integer symbols. Text is read on xDSL's
lexer, symbols may have any name, and printing gives a text that reads back as the same object.

    or  and  not  == ne < <= > >=  + -  * floordiv mod ceildiv  min(a, b) max(a, b)
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from xdsl.context import Context
from xdsl.parser import AttrParser, Parser
from xdsl.utils.exceptions import ParseError

from sdfg.dialect.algebra import division
from sdfg.dialect.algebra.conditions import (
    FALSE,
    TRUE,
    And,
    Condition,
    Equality,
    GreaterThan,
    LessThan,
    Not,
    Or,
    StrictGreaterThan,
    StrictLessThan,
    Truth,
    Unequality,
)
from sdfg.dialect.algebra.functions import FloorDiv, Max, Min, Mod
from sdfg.dialect.algebra.polynomials import Symbol, as_number, number
from sdfg.dialect.symbolic_printer import ExpressionPrinter

Expr = Any
"""An expression or a condition; which of them it is depends on the text, so it stays untyped."""

KEYWORDS = frozenset(
    {"floordiv", "ceildiv", "mod", "min", "max", "and", "or", "not", "ne", "true", "false"}
)
"""Words of the grammar: no symbol can have one of these names."""


@cache
def symbol(name: str) -> Expr:
    """The integer symbol `name`. Raises `ValueError` if the grammar could not read it back."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name in KEYWORDS:
        raise ValueError(f"'{name}' cannot name a symbol")
    return Symbol(name)


def symbol_name(text: str, taken: Iterable[str] = ()) -> str:
    """A valid symbol name that resembles `text` and is none of `taken`."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", text) or "n"
    if name[0].isdigit() or name in KEYWORDS:
        name = f"n_{name}"
    used = set(taken)
    if name not in used:
        return name
    return next(f"{name}_{k}" for k in range(1, len(used) + 2) if f"{name}_{k}" not in used)


def integer(value: int) -> Expr:
    return number(int(value))


def as_expr(value: "Expr | int | str") -> Expr:
    """An expression from an integer, from text, or from an expression."""
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, Condition):
        return value
    return Truth(value) if isinstance(value, bool) else as_number(value)


def ceil_div(a: Expr, b: Expr) -> Expr:
    """`a / b` rounded up, for positive `b`."""
    return FloorDiv(a + b - 1, b)


def minimum(*values: Expr) -> Expr:
    return Min(*values)


def largest_minimum(expr: Expr) -> Expr | None:
    """A minimum in `expr` that stands in no other one, or None; its arguments are `args`."""
    found = cast(set[Any], expr.atoms(Min))
    return max(found, key=lambda m: (len(list(m.walk())), str(m)), default=None)


@lru_cache(maxsize=1 << 14)
def minima(expr: Expr) -> list[Expr]:
    """The minima within an expression, in the order of their text."""
    return sorted(expr.atoms(Min), key=text_of)


def maximum(*values: Expr) -> Expr:
    return Max(*values)


def greater(a: Expr, b: Expr) -> Expr:
    """The condition `a > b`."""
    return StrictGreaterThan(as_expr(a), as_expr(b))


def total(values: Iterable[Expr]) -> Expr:
    """The sum of `values`."""
    return sum(values, integer(0))


def product(values: Iterable[Expr]) -> Expr:
    result = integer(1)
    for value in values:
        result = result * value
    return result


def quotient(a: Expr, b: Expr) -> Expr | None:
    """`a / b` if that is a sum of products with integer factors, else None."""
    return division.quotient(a, b)


def fraction(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """`a / b` as numerator and divisor, without a number or a power that divides both."""
    return division.fraction(a, b)


def denominator(expr: Expr) -> int:
    """The least number that makes the factors of `expr` integers."""
    return division.denominator(expr)


def symbols_of(*exprs: Expr) -> frozenset[str]:
    """Names of the free symbols."""
    if len(exprs) == 1:
        return exprs[0].symbols
    return frozenset[str]().union(*(e.symbols for e in exprs))


def is_condition(expr: Expr) -> bool:
    """Whether `expr` is true or false rather than a number."""
    return expr.is_Boolean


def constant(expr: Expr) -> int | None:
    """The value of `expr` if it is a number."""
    return int(expr) if expr.is_Integer else None


def equal(a: Expr, b: Expr) -> bool:
    """Whether `a` and `b` are provably the same for every value of their symbols."""
    return a == b


def expanded(expr: Expr) -> Expr:
    """`expr` as a sum of products, which it always is."""
    return expr


def factor_in_sum(expr: Expr, name: str) -> Expr | None:
    """The factor of a symbol in a sum of multiples of symbols; None where `expr` is no such sum."""
    found = integer(0)
    for monomial, factor in expr.terms.items():
        if not monomial:
            continue
        ((atom, exponent), *others) = monomial
        if others or exponent != 1 or not atom.is_Symbol:
            return None
        if atom.name == name:
            found = integer(factor)
    return found


def substitute(expr: Expr, values: Mapping[str, "Expr | int"]) -> Expr:
    """`expr` with symbols replaced, all at once."""
    if not values or expr.is_Integer:
        return expr
    hits = {symbol(n): as_expr(values[n]) for n in expr.symbols if n in values}
    return expr.xreplace(hits) if hits else expr


def evaluate(expr: Expr, values: Mapping[str, int]) -> int:
    """The number that `expr` is under `values`. Raises `KeyError` for a symbol without one."""
    if expr.is_Integer:
        return int(expr)
    names = tuple(sorted(symbols_of(expr)))
    return compiled(expr, names)(*(values[n] for n in names))


@lru_cache(maxsize=1 << 14)
def compiled(expr: Expr, names: tuple[str, ...]) -> Callable[..., int]:
    """`expr` as a Python function of the symbols `names`, in that order."""
    arguments = ", ".join(f"{n}_" for n in names)
    text = _PYTHON.print(expr)
    return cast(Callable[..., int], eval(f"lambda {arguments}: {text}", {"min": min, "max": max}))


# Printing

_TEXT = ExpressionPrinter({"FloorDiv": "floordiv", "Mod": "mod", "true": "true", "false": "false"})
_PYTHON = ExpressionPrinter(
    {"FloorDiv": "//", "Mod": "%", "Unequality": "!=", "true": "True", "false": "False"},
    suffix="_",  # a symbol may be called `lambda` or `min`
)


@lru_cache(maxsize=1 << 16)
def text_of(expr: Expr) -> str:
    """`expr` in the grammar of this module; reading it back gives `expr`."""
    return _TEXT.print(expr)


# Reading


@lru_cache(maxsize=1 << 16)
def parse(text: str) -> Expr:
    """The expression that `text` says. Raises `ValueError` where it does not fit the grammar."""
    if "//" in text:  # which the lexer would skip as a comment
        raise ValueError(f"'{text}' is no symbolic expression: write 'floordiv' for '//'")
    try:
        parser = Parser(Context(), text)
        expr = parse_condition(parser)
        end = parser.pos
    except (ParseError, ZeroDivisionError) as error:
        raise ValueError(f"'{text}' is no symbolic expression") from error
    if text[end:].strip():
        raise ValueError(f"'{text}' is no symbolic expression: unexpected '{text[end:].strip()}'")
    return expr


def parse_expr(parser: AttrParser) -> Expr:
    """Read an integer expression at the parser's place; a `<` or `>` behind it is left alone."""
    return _read(parser, _parse_sum, condition=False)


def parse_condition(parser: AttrParser) -> Expr:
    """Read a condition, or an integer expression, at the parser's place."""
    return _read(parser, _parse_or)


def _read(
    parser: AttrParser, part: Callable[[AttrParser], Expr], *, condition: bool | None = None
) -> Expr:
    """Read one part and hold it to being a condition, or a number, if that is asked for."""
    at = parser.pos
    try:
        value = part(parser)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        parser.raise_error(str(error), at_position=at)
    if condition is not None and is_condition(value) != condition:
        wanted = "a condition" if condition else "a number"
        parser.raise_error(f"expected {wanted}, got {text_of(value)}", at_position=at)
    return value


def _parse_or(parser: AttrParser) -> Expr:
    value = _parse_and(parser)
    if not parser.parse_optional_keyword("or"):
        return value
    parts = [value, _parse_and(parser)]
    while parser.parse_optional_keyword("or"):
        parts.append(_parse_and(parser))
    return Or(*_conditions(parser, parts))


def _parse_and(parser: AttrParser) -> Expr:
    value = _parse_not(parser)
    if not parser.parse_optional_keyword("and"):
        return value
    parts = [value, _parse_not(parser)]
    while parser.parse_optional_keyword("and"):
        parts.append(_parse_not(parser))
    return And(*_conditions(parser, parts))


def _conditions(parser: AttrParser, parts: list[Expr]) -> list[Expr]:
    for part in parts:
        if not is_condition(part):
            parser.raise_error(f"expected a condition, got {text_of(part)}")
    return parts


def _parse_not(parser: AttrParser) -> Expr:
    if parser.parse_optional_keyword("not"):
        return Not(_read(parser, _parse_not, condition=True))
    return _parse_comparison(parser)


def _parse_comparison(parser: AttrParser) -> Expr:
    left = _parse_sum(parser)
    if parser.parse_optional_keyword("ne"):
        return Unequality(left, _parse_sum(parser))
    # The lexer has no token for `==`, `<=` and `>=`.
    if parser.parse_optional_punctuation("="):
        parser.parse_punctuation("=")
        return Equality(left, _parse_sum(parser))
    if parser.parse_optional_punctuation("<"):
        relation = LessThan if parser.parse_optional_punctuation("=") else StrictLessThan
        return relation(left, _parse_sum(parser))
    if parser.parse_optional_punctuation(">"):
        relation = GreaterThan if parser.parse_optional_punctuation("=") else StrictGreaterThan
        return relation(left, _parse_sum(parser))
    return left


def _parse_sum(parser: AttrParser) -> Expr:
    value = _parse_term(parser)
    while True:
        if parser.parse_optional_punctuation("+"):
            value = value + _parse_term(parser)
        elif parser.parse_optional_punctuation("-"):
            value = value - _parse_term(parser)
        else:
            return value


def _parse_term(parser: AttrParser) -> Expr:
    negative = parser.parse_optional_punctuation("-") is not None
    value = _parse_atom(parser)
    if negative:
        value = -value
    while True:
        if parser.parse_optional_punctuation("*"):
            value = value * _parse_atom(parser)
        elif parser.parse_optional_keyword("floordiv"):
            value = FloorDiv(value, _parse_atom(parser))
        elif parser.parse_optional_keyword("ceildiv"):
            value = ceil_div(value, _parse_atom(parser))
        elif parser.parse_optional_keyword("mod"):
            value = Mod(value, _parse_atom(parser))
        else:
            return value


def _parse_atom(parser: AttrParser) -> Expr:
    if parser.parse_optional_punctuation("("):
        value = parse_condition(parser)
        parser.parse_punctuation(")")
        return value
    if parser.parse_optional_punctuation("-"):
        return -_parse_atom(parser)
    number = parser.parse_optional_integer(allow_boolean=False, allow_negative=False)
    if number is not None:
        return integer(number)
    word = parser.parse_identifier(" in a symbolic expression")
    if word in ("min", "max"):
        args = parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: parse_expr(parser))
        if not args:
            parser.raise_error(f"{word} takes at least one number")
        return minimum(*args) if word == "min" else maximum(*args)
    if word in ("true", "false"):
        return TRUE if word == "true" else FALSE
    if word in KEYWORDS:
        parser.raise_error(f"'{word}' is an operator of symbolic expressions")
    return symbol(word)


def row_major(shape: Sequence[Expr]) -> tuple[Expr, ...]:
    """Strides in elements of a dense array with this shape, last dimension fastest."""
    strides: list[Expr] = []
    stride = integer(1)
    for extent in reversed(shape):
        strides.append(stride)
        stride = stride * extent
    return tuple(reversed(strides))
