"""
Sizes at run time: symbols solved from the shapes of the inputs, the other sizes computed.

Expressions are compiled once, when a model is loaded, to Python code over a tuple of symbol values.
The code is made of checked tokens only.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdfg.backends.runtime_interface import Interface, Value
from sdfg.dialect.diagnostics import SDFGError

Shape = tuple[int, ...]
Values = Sequence[int | None]

_TOKEN = re.compile(r"\s*(\d+|[A-Za-z_]\w*|//|[-+*%(),])")
_INFIX = {"*": "*", "//": "//", "%": "%", "floordiv": "//", "mod": "%"}
_FUNCTIONS = {"min": "min", "max": "max", "Min": "min", "Max": "max", "ceildiv": "ceildiv"}


def _ceildiv(a: int, b: int) -> int:
    return -(-a // b)


@dataclass(frozen=True)
class SizeExpression:
    """An integer expression over symbols, such as `2*seq + 1` or `n floordiv 4`."""

    text: str
    symbols: frozenset[int]
    """Positions of the symbols that occur."""
    evaluate: Callable[[Values], int]
    """The value for values of all symbols, by position; those that do not occur may be `None`."""


def parse_size(text: str, symbols: Mapping[str, int]) -> SizeExpression:
    """
    The expression `text` over the symbols, given with their positions.

    `+ - * // %`, the words `floordiv`, `mod` and `ceildiv` between operands, `min(...)` and
    `max(...)`. Raises `ValueError` for anything else.
    """
    parser = _Parser(text, symbols)
    code = parser.whole()
    names: dict[str, Any] = {"min": min, "max": max, "ceildiv": _ceildiv, "__builtins__": {}}
    evaluate = eval(compile(f"lambda v: {code}", f"<size {text}>", "eval"), names)
    return SizeExpression(text, frozenset(parser.used), evaluate)


class _Parser:
    """Recursive descent from the text of a size to Python code with the same meaning."""

    def __init__(self, text: str, symbols: Mapping[str, int]) -> None:
        self.used: set[int] = set()
        self._text, self._symbols = text, symbols
        self._tokens: list[str] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"'{text}' is no size: '{text[at:].strip()}' is not understood")
            self._tokens.append(match[1])
            at = match.end()

    def whole(self) -> str:
        code = self._sum()
        if self._tokens:
            raise ValueError(f"'{self._text}' is no size: '{self._tokens[0]}' is left over")
        return code

    def _take(self, expected: str | None = None) -> str:
        if not self._tokens or (expected is not None and self._tokens[0] != expected):
            raise ValueError(f"'{self._text}' is no size: '{expected or 'a value'}' is missing")
        return self._tokens.pop(0)

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _sum(self) -> str:
        code = self._product()
        while self._next() in ("+", "-"):
            code = f"({code} {self._take()} {self._product()})"
        return code

    def _product(self) -> str:
        code = self._signed()
        while self._next() in (*_INFIX, "ceildiv"):
            operator = self._take()
            right = self._signed()
            infix = _INFIX.get(operator)
            code = f"ceildiv({code}, {right})" if infix is None else f"({code} {infix} {right})"
        return code

    def _signed(self) -> str:
        if self._next() == "-":
            self._take()
            return f"(-{self._signed()})"
        return self._atom()

    def _atom(self) -> str:
        token = self._take()
        if token.isdigit():
            return str(int(token))
        if token == "(":
            code = self._sum()
            self._take(")")
            return code
        if token in _FUNCTIONS and self._next() == "(":
            return self._call(_FUNCTIONS[token])
        if token not in self._symbols:
            raise ValueError(f"'{self._text}' is no size: there is no symbol '{token}'")
        self.used.add(self._symbols[token])
        return f"v[{self._symbols[token]}]"

    def _call(self, function: str) -> str:
        self._take("(")
        arguments = [self._sum()]
        while self._next() == ",":
            self._take()
            arguments.append(self._sum())
        self._take(")")
        return f"{function}({', '.join(arguments)})"


@dataclass(frozen=True)
class Sizes:
    """The sizes of one call."""

    symbols: tuple[int, ...]
    """Values of the symbols, in the order of the interface."""
    outputs: tuple[Shape, ...]


@dataclass(frozen=True)
class ShapeSolver:
    """
    Finds the sizes of a call from the shapes of its inputs.

    A dimension that is a symbol gives its value; a dimension that depends linearly on the one
    symbol yet unknown is solved for it. Everything is verified with the values found.
    """

    interface: Interface
    inputs: tuple[tuple[SizeExpression, ...], ...]
    outputs: tuple[tuple[SizeExpression, ...], ...]

    @staticmethod
    def of(interface: Interface) -> "ShapeSolver":
        """Raises `SDFGError` if a shape of the interface cannot be read."""
        symbols = {name: position for position, name in enumerate(interface.symbols)}
        try:
            inputs, outputs = (
                tuple(tuple(parse_size(text, symbols) for text in v.shape) for v in values)
                for values in (interface.inputs, interface.outputs)
            )
        except ValueError as error:
            raise SDFGError(f"the interface of '{interface.prefix}': {error}") from error
        return ShapeSolver(interface, inputs, outputs)

    def solve(self, shapes: Sequence[Shape], late: Sequence[int] = ()) -> Sizes:
        """
        The sizes for inputs of these shapes; for an input that is a symbol, `(its value,)`. `late`
        has the values of the symbols that data decides.

        Raises `SDFGError` that names the first input that does not fit.
        """
        values: list[int | None] = [None] * len(self.interface.symbols)
        for name, known_size in zip(self.interface.late, late, strict=True):
            values[self.interface.symbols.index(name)] = known_size
        pending: list[tuple[SizeExpression, int]] = []
        for value, expressions, shape in zip(
            self.interface.inputs, self.inputs, shapes, strict=True
        ):
            if value.symbol is not None:
                values[self.interface.symbols.index(value.symbol)] = shape[0]
            elif len(shape) != len(expressions):
                raise _mismatch(value, shape, f"{len(expressions)} dimensions are needed")
            else:
                pending.extend(zip(expressions, shape, strict=True))
        self._bind(values, pending)
        known = self._known(values, shapes)
        self._verify(known, shapes)
        results = zip(self.interface.outputs, self.outputs, strict=True)
        return Sizes(known, tuple(self._shape(v, e, known) for v, e in results))

    def _bind(self, values: list[int | None], pending: list[tuple[SizeExpression, int]]) -> None:
        by_difficulty = sorted(pending, key=lambda item: item[0].text not in self.interface.symbols)
        progress = True
        while progress:
            progress = False
            for expression, size in by_difficulty:
                unknown = [s for s in expression.symbols if values[s] is None]
                if len(unknown) == 1:
                    solution = _solve_linear(expression, values, unknown[0], size)
                    values[unknown[0]] = solution
                    progress |= solution is not None

    def _known(self, values: Values, shapes: Sequence[Shape]) -> tuple[int, ...]:
        known = tuple(value for value in values if value is not None)
        if len(known) == len(values):
            return known
        missing = list(values).index(None)
        name = self.interface.symbols[missing]
        for value, expressions, shape in zip(
            self.interface.inputs, self.inputs, shapes, strict=True
        ):
            for place, expression in enumerate(expressions):
                if missing in expression.symbols:
                    fact = f"no '{name}' makes dimension {place} = {expression.text}"
                    raise _mismatch(value, shape, f"{fact} equal to {shape[place]}")
        raise SDFGError(f"the size '{name}' does not follow from the shape of any input")

    def _verify(self, known: tuple[int, ...], shapes: Sequence[Shape]) -> None:
        for value, expressions, shape in zip(
            self.interface.inputs, self.inputs, shapes, strict=True
        ):
            if value.symbol is not None:
                continue
            for place, (expression, size) in enumerate(zip(expressions, shape, strict=True)):
                if (needed := expression.evaluate(known)) != size:
                    fact = f"dimension {place} must be {needed}"
                    if expression.symbols:
                        fact += f" = {expression.text} with {self._assignment(known)}"
                    raise _mismatch(value, shape, fact)

    def _shape(
        self, value: Value, expressions: tuple[SizeExpression, ...], known: tuple[int, ...]
    ) -> Shape:
        shape = tuple(expression.evaluate(known) for expression in expressions)
        if any(size < 0 for size in shape):
            raise SDFGError(
                f"output '{value.name}' would have the shape {shape}: "
                f"{value} with {self._assignment(known)}\nhint: the inputs are too small"
            )
        return shape

    def _assignment(self, known: tuple[int, ...]) -> str:
        pairs = zip(self.interface.symbols, known, strict=True)
        return ", ".join(f"{name} = {value}" for name, value in pairs)


def _solve_linear(
    expression: SizeExpression, values: Values, unknown: int, size: int
) -> int | None:
    """The value >= 0 of the unknown with which the expression is `size`, if it is linear."""

    def at(value: int) -> int:
        trial = [value if i == unknown else v for i, v in enumerate(values)]
        return expression.evaluate(trial)

    try:
        offset, slope = at(0), at(1) - at(0)
        if slope == 0 or (size - offset) % slope != 0:
            return None
        solution = (size - offset) // slope
        return solution if solution >= 0 and at(solution) == size else None
    except ZeroDivisionError:
        return None


def _mismatch(value: Value, shape: Shape, fact: str) -> SDFGError:
    expected = ", ".join(value.shape)
    got = ", ".join(str(size) for size in shape)
    return SDFGError(f"input '{value.name}': expected shape [{expected}], got [{got}]: {fact}")
