"""Symbolic expressions as text, with the operators of some language."""

from collections.abc import Mapping
from typing import Any

import sympy  # pyright: ignore[reportMissingTypeStubs]

Expr = Any
"""A sympy expression: see `sdfg.dialect.symbolic`, which is written on top of this."""

_sympy: Any = sympy

_RELATIONS = {
    "Equality": "==",
    "Unequality": "ne",
    "StrictLessThan": "<",
    "LessThan": "<=",
    "StrictGreaterThan": ">",
    "GreaterThan": ">=",
}


class ExpressionPrinter:
    """Expressions as text with as few parentheses as the grammar needs."""

    OR, AND, NOT, COMPARE, SUM, TERM, UNARY, ATOM = range(8)

    def __init__(self, words: Mapping[str, str], suffix: str = ""):
        self.words = words
        self.suffix = suffix
        """Behind each symbol."""

    def print(self, expr: Expr, outer: int = 0) -> str:
        text, level = self.form(expr)
        return f"({text})" if level < outer else text

    def form(self, expr: Expr) -> tuple[str, int]:
        """The text of `expr` and the precedence of its outermost operator."""
        if expr.is_Integer:
            return str(int(expr)), self.ATOM if expr >= 0 else self.UNARY
        if expr.is_Symbol:
            return expr.name + self.suffix, self.ATOM
        if expr in (_sympy.true, _sympy.false):
            return self.words["true" if expr == _sympy.true else "false"], self.ATOM
        if expr.is_Add:
            return self.sum(expr), self.SUM
        if expr.is_Mul:
            return self.term(expr), self.TERM
        if expr.is_Pow:
            base, exponent = expr.as_base_exp()
            return " * ".join([self.print(base, self.UNARY)] * int(exponent)), self.TERM
        return self.operator(expr)

    def operator(self, expr: Expr) -> tuple[str, int]:
        match type(expr).__name__:
            case "FloorDiv" | "Mod" as name:
                a, b = (self.print(x, self.UNARY) for x in expr.args)
                return f"{a} {self.words[name]} {b}", self.TERM
            case "Min" | "Max" as name:
                args = sorted(self.print(x) for x in expr.args)
                return f"{name.lower()}({', '.join(args)})", self.ATOM
            case "And" | "Or" as name:
                level = self.AND if name == "And" else self.OR
                args = sorted(self.print(x, level + 1) for x in expr.args)
                return f" {name.lower()} ".join(args), level
            case "Not":
                return f"not {self.print(expr.args[0], self.COMPARE)}", self.NOT
            case name if name in _RELATIONS:
                a, b = (self.print(x, self.SUM) for x in expr.args)
                return f"{a} {self.words.get(name, _RELATIONS[name])} {b}", self.COMPARE
            case name:
                raise ValueError(f"'{expr}' ({name}) has no textual form")

    def sum(self, expr: Expr) -> str:
        terms = [(t.could_extract_minus_sign(), t) for t in expr.args]
        parts = sorted(
            ((t.is_Integer, self.print(-t if n else t, self.TERM), n) for n, t in terms),
            key=lambda part: (part[0], part[2], part[1]),
        )
        _, first, negative = parts[0]
        return (self.negated(first) if negative else first) + "".join(
            f" {'-' if n else '+'} {p}" for _, p, n in parts[1:]
        )

    def negated(self, text: str) -> str:
        """Minus `text`: the sign binds tighter than the division words."""
        divides = any(f" {self.words[w]} " in text for w in ("FloorDiv", "Mod"))
        return f"-({text})" if divides else f"-{text}"

    def term(self, expr: Expr) -> str:
        coefficient, factors = expr.as_coeff_mul()
        texts = sorted(self.print(f, self.UNARY if f.is_Pow else self.ATOM) for f in factors)
        if coefficient == -1:
            return self.negated(" * ".join(texts))
        return " * ".join(([str(int(coefficient))] if coefficient != 1 else []) + texts)
