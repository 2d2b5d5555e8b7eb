"""
Subsets and memlets: which elements of a container move, how many, and what happens where writes
meet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Data, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ExprAttr, parse_quoted
from sdfg.dialect.symbolic import Expr

CONFLICT_RESOLUTIONS = {
    "sum": "addition; for floating point in any order",
    "product": "multiplication; for floating point in any order",
    "min": "the smaller; NaN if any operand is NaN (signed for integers)",
    "max": "the larger; NaN if any operand is NaN (signed for integers)",
    "minnum": "the smaller; NaN only if all operands are NaN",
    "maxnum": "the larger; NaN only if all operands are NaN",
    "larger": "the larger of two numbers; where one is NaN, either",
    "minui": "the smaller, unsigned",
    "maxui": "the larger, unsigned",
    "and": "bitwise and",
    "or": "bitwise or",
    "xor": "bitwise exclusive or",
}
"""The associative and commutative operations that may resolve a write conflict."""


@dataclass(frozen=True)
class Range:
    """
    The integers `start, start + step, ...` below `stop`, or the single integer `start` where `stop`
    is None.

    A single integer is a *point*: it drops the dimension from the extents of a subset.
    """

    start: Expr
    stop: Expr | None = None
    step: Expr = field(default_factory=lambda: symbolic.integer(1))

    @classmethod
    def of(cls, start: Expr | int, stop: Expr | int, step: Expr | int = 1) -> Self:
        return cls(symbolic.as_expr(start), symbolic.as_expr(stop), symbolic.as_expr(step))

    @classmethod
    def point(cls, at: Expr | int) -> Self:
        return cls(symbolic.as_expr(at))

    @property
    def is_point(self) -> bool:
        return self.stop is None

    @cached_property
    def extent(self) -> Expr:
        """How many integers, for a range that is not empty the wrong way round."""
        if self.stop is None:
            return symbolic.integer(1)
        return symbolic.ceil_div(self.stop - self.start, self.step)

    @property
    def end(self) -> Expr:
        """The excluded upper end; one past a point."""
        return self.start + 1 if self.stop is None else self.stop

    @property
    def exprs(self) -> tuple[Expr, ...]:
        return (self.start,) if self.stop is None else (self.start, self.stop, self.step)

    @cached_property
    def symbols(self) -> frozenset[str]:
        return symbolic.symbols_of(*self.exprs)

    def substituted(self, values: Mapping[str, Expr | int]) -> "Range":
        if self.symbols.isdisjoint(values):
            return self
        stop = None if self.stop is None else symbolic.substitute(self.stop, values)
        start, step = (symbolic.substitute(e, values) for e in (self.start, self.step))
        return Range(start, stop, step)

    def __str__(self) -> str:
        text = symbolic.text_of(self.start)
        if self.stop is None:
            return text
        text += f":{symbolic.text_of(self.stop)}"
        return text if self.step == 1 else f"{text}:{symbolic.text_of(self.step)}"


def parse_range(parser: AttrParser) -> Range:
    """Read `i`, `lo:hi` or `lo:hi:step`."""
    start = symbolic.parse_expr(parser)
    if not parser.parse_optional_punctuation(":"):
        return Range(start)
    stop = symbolic.parse_expr(parser)
    if not parser.parse_optional_punctuation(":"):
        return Range.of(start, stop)
    at = parser.pos
    step = symbolic.parse_expr(parser)
    if step == 0:
        parser.raise_error("a range does not step by 0", at_position=at)
    return Range.of(start, stop, step)


@irdl_attr_definition
class SubsetAttr(Data[tuple[Range, ...]]):
    """
    The elements of a container that are meant: one range or point per dimension.

    ```mlir
    #sdfg.subset<"i, 0:N, 2 * j:2 * j + 16">
    ```
    """

    name = "sdfg.subset"

    @classmethod
    def points(cls, at: Sequence[Expr | int]) -> Self:
        return cls(tuple(Range.point(e) for e in at))

    @classmethod
    def full(cls, shape: Sequence[Expr]) -> Self:
        return cls(tuple(Range.of(0, e) for e in shape))

    @property
    def rank(self) -> int:
        return len(self.data)

    @property
    def is_point(self) -> bool:
        return all(r.is_point for r in self.data)

    @property
    def extents(self) -> tuple[Expr, ...]:
        """Sizes of the dimensions that are ranges."""
        return tuple(r.extent for r in self.data if not r.is_point)

    @cached_property
    def volume(self) -> Expr:
        return symbolic.product(r.extent for r in self.data)

    @cached_property
    def symbols(self) -> frozenset[str]:
        return frozenset[str]().union(*[r.symbols for r in self.data])

    def substituted(self, values: Mapping[str, Expr | int]) -> "SubsetAttr":
        return SubsetAttr(tuple(r.substituted(values) for r in self.data))

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> tuple[Range, ...]:
        with parser.in_angle_brackets():
            return parse_quoted(parser, parse_range)

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string_literal(str(self))

    def __str__(self) -> str:
        return ", ".join(map(str, self.data))


@irdl_attr_definition
class MemletAttr(ParametrizedAttribute):
    """
    One movement of data: the subset of a container, the number of elements that move, and the
    conflict resolution.

    The container itself is the operand that the memlet belongs to. `volume` is the size of the
    subset unless the access depends on data (a gather moves one element out of all). An empty
    `resolution` means that no two writes meet.

    ```mlir
    #sdfg.memlet<#sdfg.subset<"i, j">, #sdfg.expr<"1">, "sum">
    ```
    """

    name = "sdfg.memlet"

    subset: SubsetAttr
    """Which elements."""
    volume: ExprAttr
    """How many elements move."""
    resolution: StringAttr
    """The conflict resolution, or nothing."""

    def __init__(self, subset: SubsetAttr, resolution: str = "", volume: Expr | int | None = None):
        moved = subset.volume if volume is None else symbolic.as_expr(volume)
        super().__init__(subset, ExprAttr(moved), StringAttr(resolution))

    @property
    def ranges(self) -> tuple[Range, ...]:
        return self.subset.data

    @property
    def symbols(self) -> frozenset[str]:
        more = symbolic.symbols_of(self.volume.data)
        return self.subset.symbols | more if more else self.subset.symbols

    @property
    def wcr(self) -> str | None:
        """The conflict resolution, or None."""
        return self.resolution.data or None

    def substituted(self, values: Mapping[str, Expr | int]) -> "MemletAttr":
        volume = symbolic.substitute(self.volume.data, values)
        return MemletAttr(self.subset.substituted(values), self.resolution.data, volume)

    def verify(self) -> None:
        if self.resolution.data and self.resolution.data not in CONFLICT_RESOLUTIONS:
            raise VerifyException(
                f"conflict resolution must be one of {', '.join(CONFLICT_RESOLUTIONS)}, "
                f"got '{self.resolution.data}'"
            )

    @staticmethod
    def parse_inline(parser: AttrParser) -> "MemletAttr":
        """Read `[i, 0:N] volume 1 wcr sum`, as ops write it behind the container."""
        subset = SubsetAttr(
            tuple(
                parser.parse_comma_separated_list(
                    parser.Delimiter.SQUARE, lambda: parse_range(parser)
                )
            )
        )
        volume = symbolic.parse_expr(parser) if parser.parse_optional_keyword("volume") else None
        resolution = parser.parse_identifier() if parser.parse_optional_keyword("wcr") else ""
        return MemletAttr(subset, resolution, volume)

    def print_inline(self, printer: Printer) -> None:
        printer.print_string(f"[{self.subset}]")
        if self.volume.data != self.subset.volume:
            printer.print_string(f" volume {self.volume}")
        if self.resolution.data:
            printer.print_string(f" wcr {self.resolution.data}")
