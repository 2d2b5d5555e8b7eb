"""Symbolic expressions as C expressions over 64-bit integers."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce

from sdfg.backends.c_tree import expressions as c
from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

Symbols = Mapping[str, c.Expression]
"""What stands for each symbol: a variable, or the number it has in an unrolled body."""

_COMPARISONS: Mapping[str, tuple[str, Callable[[int, int], bool]]] = {
    "Equality": ("==", int.__eq__),
    "Unequality": ("!=", int.__ne__),
    "StrictLessThan": ("<", int.__lt__),
    "LessThan": ("<=", int.__le__),
    "StrictGreaterThan": (">", int.__gt__),
    "GreaterThan": (">=", int.__ge__),
}
_FUNCTIONS: Mapping[str, tuple[str, Callable[[int, int], int]]] = {
    "FloorDiv": ("sdfg_floordiv", lambda a, b: a // b if b else 0),
    "Mod": ("sdfg_floormod", lambda a, b: a % b if b else 0),
    "Min": ("sdfg_min", min),
    "Max": ("sdfg_max", max),
}
"""Functions of the runtime, and what they come to on numbers."""


def add(*terms: c.Expression) -> c.Expression:
    """The sum: numbers added up and put last, what is subtracted behind what is added."""
    plus: list[c.Expression] = []
    minus: list[c.Expression] = []
    number = sum(_collect(term, plus, minus) for term in terms)
    if not plus and not minus:
        return c.Integer(number)
    if not plus:
        plus.append(c.Integer(number) if number else -minus.pop(0))
        number = 0
    total = reduce(lambda a, b: a - b, minus, reduce(lambda a, b: a + b, plus))
    if number == 0:
        return total
    return total + number if number > 0 else total - -number


def _collect(
    term: c.Expression, plus: list[c.Expression], minus: list[c.Expression], sign: int = 1
) -> int:
    """Sort the parts of a sum by sign; returns the number in it."""
    match term:
        case c.Integer(value):
            return sign * value
        case c.Unary("-", value):
            return _collect(value, plus, minus, -sign)
        case c.Binary("+" | "-" as operator, left, right):
            other = sign if operator == "+" else -sign
            return _collect(left, plus, minus, sign) + _collect(right, plus, minus, other)
        case _:
            (plus if sign > 0 else minus).append(term)
            return 0


def multiply(left: c.Expression, right: c.Expression) -> c.Expression:
    """`left * right`, computed where both are numbers."""
    match left, right:
        case c.Integer(a), c.Integer(b):
            return c.Integer(a * b)
        case (c.Integer(0), _) | (_, c.Integer(0)):
            return c.Integer(0)
        case (c.Integer(1), value) | (value, c.Integer(1)):
            return value
        case (c.Integer(-1), value) | (value, c.Integer(-1)):
            return -value
        case c.Integer(), _:
            return multiply(right, left)
        case c.Binary("*", value, c.Integer(a)), c.Integer(b):
            return multiply(value, c.Integer(a * b))
        case _, c.Binary("*", first, second):
            return multiply(multiply(left, first), second)
        case _:
            return left * right


def symbolic_to_c(expr: Expr, symbols: Symbols) -> c.Expression:
    """`expr` in C. Raises `KeyError` for a symbol that has no meaning here."""
    if expr.is_Integer:
        return c.Integer(int(expr))
    if expr.is_Symbol:
        return symbols[expr.name]
    if symbolic.is_condition(expr):
        return _condition(expr, symbols)
    if expr.is_Pow:
        base, exponent = expr.as_base_exp()
        return reduce(multiply, [symbolic_to_c(base, symbols)] * int(exponent))
    if expr.is_Add:
        return add(*(symbolic_to_c(term, symbols) for term in _ordered(expr)))
    if expr.is_Mul:
        factors = sorted(_ordered(expr), key=lambda factor: bool(factor.is_Integer))
        return reduce(multiply, [symbolic_to_c(factor, symbols) for factor in factors])
    name, function = _FUNCTIONS[type(expr).__name__]
    args = _ordered(expr) if name in ("sdfg_min", "sdfg_max") else expr.args
    values = [symbolic_to_c(a, symbols) for a in args]

    def call(a: c.Expression, b: c.Expression) -> c.Expression:
        if isinstance(a, c.Integer) and isinstance(b, c.Integer):
            return c.Integer(function(a.value, b.value))
        return c.call(name, a, b)

    return reduce(call, values)


@lru_cache(maxsize=1 << 16)
def _ordered(expr: Expr) -> tuple[Expr, ...]:
    """The parts of an expression in the order of their text."""
    return tuple(sorted(expr.args, key=str))


def _condition(expr: Expr, symbols: Symbols) -> c.Expression:
    """A condition, decided where it is about numbers."""
    kind = type(expr).__name__
    if kind in _COMPARISONS:
        operator, function = _COMPARISONS[kind]
        left, right = (symbolic_to_c(a, symbols) for a in expr.args)
        if isinstance(left, c.Integer) and isinstance(right, c.Integer):
            return c.TRUE if function(left.value, right.value) else c.FALSE
        return c.Binary(operator, left, right)
    if kind == "Not":
        value = symbolic_to_c(expr.args[0], symbols)
        return _opposite(value) if value in (c.TRUE, c.FALSE) else value.logical_not()
    if kind in ("And", "Or"):
        decisive = c.FALSE if kind == "And" else c.TRUE
        parts = [symbolic_to_c(a, symbols) for a in _ordered(expr)]
        open_parts = [p for p in parts if p != _opposite(decisive)]
        if decisive in open_parts or not open_parts:
            return decisive if open_parts else _opposite(decisive)
        operator = "&&" if kind == "And" else "||"
        return reduce(lambda a, b: c.Binary(operator, a, b), open_parts)
    return c.TRUE if expr else c.FALSE


def _opposite(value: c.Expression) -> c.Expression:
    return c.FALSE if value == c.TRUE else c.TRUE


def linear_index(
    index: Sequence[Expr], strides: Sequence[Expr], offset: Expr, symbols: Symbols
) -> c.Expression:
    """
    Distance in elements from the start of a block: the sum of `index * stride`, and `offset`.

    What is constant comes last, so that compilers see accesses beside each other as one pointer and
    constant distances: `band * 10192 + k + 784`, not `(band * 13 + 1) * 784 + k`.
    """
    terms: list[c.Expression] = []
    for i, stride in zip(index, strides, strict=True):
        if not stride.is_Integer:
            terms.append(multiply(symbolic_to_c(i, symbols), symbolic_to_c(stride, symbols)))
            continue
        constant, moving = _scaled(i, stride)
        terms.append(symbolic_to_c(moving, symbols))
        offset = offset + constant
    return add(*terms, symbolic_to_c(offset, symbols))


@lru_cache(maxsize=1 << 16)
def _scaled(index: Expr, stride: Expr) -> tuple[Expr, Expr]:
    """The number in `index * stride`, and the rest."""
    return symbolic.expanded(index * stride).as_coeff_Add()


def names_in(expression: c.Expression) -> set[str]:
    """The variables that an expression of this module reads."""
    match expression:
        case c.Name(name):
            return {name}
        case c.Unary(_, value) | c.Cast(_, value):
            return names_in(value)
        case c.Binary(_, left, right):
            return names_in(left) | names_in(right)
        case c.Call(_, arguments):
            return {name for argument in arguments for name in names_in(argument)}
        case _:
            return set()
