"""Symbolic expressions as C expressions over 64-bit integers."""

from collections.abc import Mapping, Sequence
from functools import reduce

from sdfg.backends.c_tree import expressions as c
from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

_COMPARISONS = {
    "Equality": "==",
    "Unequality": "!=",
    "StrictLessThan": "<",
    "LessThan": "<=",
    "StrictGreaterThan": ">",
    "GreaterThan": ">=",
}
Symbols = Mapping[str, c.Expression]
"""What stands for each symbol: a variable, or the number it has in an unrolled body."""


def add(left: c.Expression, right: c.Expression) -> c.Expression:
    """`left + right`, computed where both are numbers."""
    match left, right:
        case c.Integer(a), c.Integer(b):
            return c.Integer(a + b)
        case c.Integer(0), _:
            return right
        case _, c.Integer(0):
            return left
        case c.Integer(), _:
            return add(right, left)
        case _, c.Integer(b) if b < 0:
            return left - c.Integer(-b)
        case _, c.Unary("-", value):
            return left - value
        case _:
            return left + right


def multiply(left: c.Expression, right: c.Expression) -> c.Expression:
    """`left * right`, computed where both are numbers."""
    match left, right:
        case c.Integer(a), c.Integer(b):
            return c.Integer(a * b)
        case (c.Integer(0), _) | (_, c.Integer(0)):
            return c.Integer(0)
        case c.Integer(1), _:
            return right
        case _, c.Integer(1):
            return left
        case c.Integer(-1), _:
            return -right
        case _:
            return left * right


def call(name: str, a: c.Expression, b: c.Expression) -> c.Expression:
    """A runtime function of two integers, computed where both are numbers."""
    if isinstance(a, c.Integer) and isinstance(b, c.Integer):
        known = {
            "sdfg_floordiv": lambda x, y: x // y,
            "sdfg_floormod": lambda x, y: x % y,
            "sdfg_min": min,
            "sdfg_max": max,
        }
        return c.Integer(int(known[name](a.value, b.value)))  # pyright: ignore
    return c.call(name, a, b)


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
        terms = sorted(expr.args, key=_term_key)
        return reduce(add, [symbolic_to_c(t, symbols) for t in terms])
    if expr.is_Mul:
        factors = sorted(expr.args, key=_factor_key)
        return reduce(multiply, [symbolic_to_c(f, symbols) for f in factors])
    name = {
        "FloorDiv": "sdfg_floordiv",
        "Mod": "sdfg_floormod",
        "Min": "sdfg_min",
        "Max": "sdfg_max",
    }[type(expr).__name__]
    args = expr.args if name in ("sdfg_floordiv", "sdfg_floormod") else sorted(expr.args, key=str)
    return reduce(lambda a, b: call(name, a, b), [symbolic_to_c(a, symbols) for a in args])


def _condition(expr: Expr, symbols: Symbols) -> c.Expression:
    kind = type(expr).__name__
    if kind in _COMPARISONS:
        left, right = (symbolic_to_c(a, symbols) for a in expr.args)
        return c.Binary(_COMPARISONS[kind], left, right)
    if kind == "Not":
        return symbolic_to_c(expr.args[0], symbols).logical_not()
    if kind in ("And", "Or"):
        operator = "&&" if kind == "And" else "||"
        parts = [symbolic_to_c(a, symbols) for a in sorted(expr.args, key=str)]
        return reduce(lambda a, b: c.Binary(operator, a, b), parts)
    return c.TRUE if expr else c.FALSE


def _term_key(term: Expr) -> tuple[bool, bool, str]:
    """Order of a sum: numbers last, then what is subtracted."""
    return bool(term.is_Integer), bool(term.could_extract_minus_sign()), str(term)


def _factor_key(factor: Expr) -> tuple[bool, str]:
    return not factor.is_Integer, str(factor)


def linear_index(
    index: Sequence[Expr], strides: Sequence[Expr], offset: Expr, symbols: Symbols
) -> c.Expression:
    """Distance in elements from the start of a block: the sum of `index * stride`, and `offset`."""
    terms: list[c.Expression] = []
    known = 0
    for i, stride in zip(index, strides, strict=True):
        at, step = symbolic_to_c(i, symbols), symbolic_to_c(stride, symbols)
        term = multiply(at, step)
        if isinstance(term, c.Integer):
            known += term.value
        else:
            terms.append(term)
    start = symbolic_to_c(offset, symbols)
    if isinstance(start, c.Integer):
        known += start.value
    else:
        terms.append(start)
    return reduce(add, [*terms, c.Integer(known)])
