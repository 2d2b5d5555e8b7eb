"""
Attributes of the `sdfg` dialect other than memlets: expressions, storage, schedule, weights,
machine.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from xdsl.context import Context
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, StringAttr, i64
from xdsl.ir import Data, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser, Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import ParseError, VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

STORAGES = {
    "heap": "memory of the host, one block for the whole program",
    "stack": "memory of the host, private to the scope that allocates",
    "register": "registers: small, constant shape, every index known when code is emitted",
    "gpu_global": "memory of a GPU",
    "gpu_shared": "memory that one block of GPU threads shares",
    "gpu_local": "registers and stack of one GPU thread",
    "tensix_dram": "memory of a Tenstorrent card",
    "tensix_l1": "local memory of a Tensix core",
    "tensix_dst": "destination registers of a Tensix core",
}
"""Where a container can live. Targets add their own with `STORAGES[name] = meaning`."""

SCHEDULES = {
    "sequential": "one point after the other, in order of the range, last dimension fastest",
    "parallel": "the points of all dimensions on the threads of the host, a few at a time",
    "static": "the same, an equal part for each thread, in the order of the points",
    "simd": "points side by side in vector lanes, as far as the compiler can",
    "unroll": "a copy of the body for each point; the range is constant",
    "gpu_grid": "blocks of a GPU kernel",
    "gpu_block": "threads of a GPU block",
    "gpu_warp": "lanes of a GPU warp",
    "tensix_grid": "Tensix cores",
    "tile_stream": "tiles that flow through a reader, a compute and a writer kernel",
}
"""
How the points of a map meet the machine. Targets add their own with `SCHEDULES[name] = meaning`.
"""

T = TypeVar("T")


def parse_quoted(parser: AttrParser, item: Callable[[AttrParser], T]) -> tuple[T, ...]:
    """Read a string literal that holds a comma-separated list of items, possibly none."""
    start = parser.pos
    text = parser.parse_str_literal()
    inner = Parser(Context(), text)
    if not text.strip():
        return ()
    if "//" in text:  # which the lexer would skip as a comment
        parser.raise_error(f"'{text}' does not parse: write 'floordiv' for '//'", at_position=start)
    try:
        items = inner.parse_comma_separated_list(inner.Delimiter.NONE, lambda: item(inner))
    except (ParseError, ZeroDivisionError) as error:
        parser.raise_error(f"'{text}' does not parse: {error}", at_position=start)
    if text[inner.pos :].strip():
        parser.raise_error(f"unexpected '{text[inner.pos :]}' in '{text}'", at_position=start)
    return tuple(items)


@irdl_attr_definition
class ExprAttr(Data[Expr]):
    """
    A symbolic integer expression or condition.

    ```mlir
    #sdfg.expr<"2 * N + 1">
    ```
    """

    name = "sdfg.expr"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Expr:
        with parser.in_angle_brackets():
            (expr,) = parse_quoted(parser, symbolic.parse_condition)
            return expr

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string_literal(str(self))

    def __str__(self) -> str:
        return symbolic.text_of(self.data)


@irdl_attr_definition
class DimsAttr(Data[tuple[Expr, ...]]):
    """
    A list of symbolic integer expressions: a shape or strides.

    ```mlir
    #sdfg.dims<"N, 128">
    ```
    """

    name = "sdfg.dims"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> tuple[Expr, ...]:
        with parser.in_angle_brackets():
            return parse_quoted(parser, symbolic.parse_expr)

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string_literal(str(self))

    def __str__(self) -> str:
        return ", ".join(map(symbolic.text_of, self.data))


def verify_known(kind: str, name: str, known: Mapping[str, str]) -> None:
    if name not in known:
        raise VerifyException(f"{kind} must be one of {', '.join(known)}, got '{name}'")


@irdl_attr_definition
class StorageAttr(ParametrizedAttribute):
    """
    Where a container lives.

    ```mlir
    #sdfg.storage<"heap">
    ```
    """

    name = "sdfg.storage"

    kind: StringAttr
    """One of the storages."""

    def __init__(self, kind: str = "heap"):
        super().__init__(StringAttr(kind))

    def verify(self) -> None:
        verify_known("storage", self.kind.data, STORAGES)


@irdl_attr_definition
class ScheduleAttr(ParametrizedAttribute):
    """
    How the points of a map meet the machine.

    Where `condition` is false at run time, the map runs sequentially (a loop too small for
    threads).

    ```mlir
    #sdfg.schedule<"parallel", #sdfg.expr<"N > 64">>
    ```
    """

    name = "sdfg.schedule"

    kind: StringAttr
    """One of the schedules."""
    condition: ExprAttr
    """When it holds; sequential otherwise."""

    def __init__(self, kind: str = "sequential", condition: Expr = symbolic.parse("true")):
        super().__init__(StringAttr(kind), ExprAttr(condition))

    def verify(self) -> None:
        verify_known("schedule", self.kind.data, SCHEDULES)
        if not symbolic.is_condition(self.condition.data):
            raise VerifyException(
                f"the condition of a schedule is true or false, got {self.condition}"
            )

    @property
    def on_threads(self) -> bool:
        """Whether the points run on the threads of the host."""
        return self.kind.data in ("parallel", "static")

    @staticmethod
    def parse_inline(parser: AttrParser) -> "ScheduleAttr":
        """Read `parallel if N > 64`, as `sdfg.map` writes it."""
        kind = parser.parse_identifier(" for a schedule")
        if kind not in SCHEDULES:
            parser.raise_error(f"schedule must be one of {', '.join(SCHEDULES)}, got '{kind}'")
        if parser.parse_optional_keyword("if"):
            return ScheduleAttr(kind, symbolic.parse_condition(parser))
        return ScheduleAttr(kind)

    def print_inline(self, printer: Printer) -> None:
        printer.print_string(self.kind.data)
        if self.condition.data != symbolic.parse("true"):
            printer.print_string(f" if {self.condition}")


@irdl_attr_definition
class WeightAttr(ParametrizedAttribute):
    """
    The contents of a constant by reference: an entry of the weights file that goes with the
    program.

    ```mlir
    #sdfg.weight<"layer1.conv.weight">
    ```
    """

    name = "sdfg.weight"

    key: StringAttr
    """Name of the entry."""

    def __init__(self, key: str):
        super().__init__(StringAttr(key))


@irdl_attr_definition
class MachineAttr(ParametrizedAttribute):
    """
    Facts of the machine that the program is mapped to, as integers by name.

    Used today: `cores`, `vector_bytes` (of a SIMD register), `vector_registers`, `l1_bytes`,
    `l2_bytes` (per core), `l3_bytes` (shared); `core_gflops` and `core_gbytes`, what one core
    computes and reads from the shared cache in 10^9 a second; `start_ns`, what a loop on all
    threads costs.

    ```mlir
    #sdfg.machine<{cores = 2 : i64, vector_bytes = 64 : i64}>
    ```
    """

    name = "sdfg.machine"

    facts: DictionaryAttr
    """Counts by name."""

    def __init__(self, facts: Mapping[str, int]):
        super().__init__(DictionaryAttr({k: IntegerAttr(v, i64) for k, v in facts.items()}))

    def fact(self, name: str) -> int:
        """The value of one fact. Raises `KeyError` if the machine does not state it."""
        value: Any = self.facts.data[name]
        return int(value.value.data)

    def lanes(self, element_bytes: int) -> int:
        """Elements of this size in a vector: 1 on a machine without vectors."""
        return max(1, self.fact("vector_bytes") // element_bytes)

    def verify(self) -> None:
        for key, value in self.facts.data.items():
            if not isinstance(value, IntegerAttr) or value.value.data < 0:
                raise VerifyException(f"a machine's facts are counts, got {key} = {value}")
