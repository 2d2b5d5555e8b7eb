"""Pieces of textual form that several ops share."""

from collections.abc import Iterable, Sequence

from xdsl.dialects.builtin import ArrayAttr, StringAttr
from xdsl.ir import Attribute, BlockArgument, Operation, Region, SSAValue
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr, parse_range
from sdfg.dialect.types import ArrayType, StreamType


def strings(values: Iterable[str]) -> ArrayAttr[StringAttr]:
    return ArrayAttr(StringAttr(v) for v in values)


def texts(attr: ArrayAttr[StringAttr]) -> tuple[str, ...]:
    return tuple([a.data for a in attr.data])


def element_type(container: Attribute) -> Attribute:
    """The element type of an array or stream."""
    if isinstance(container, ArrayType | StreamType):
        return container.element_type
    raise VerifyException(f"a memlet names an array or a stream, got {container}")


def parse_symbol(parser: Parser) -> str:
    """Read the name of a symbol that is being defined."""
    name = parser.parse_identifier(" for a symbol")
    if name in symbolic.KEYWORDS:
        parser.raise_error(f"'{name}' is an operator of symbolic expressions, no symbol")
    return name


def parse_ranges(parser: Parser) -> tuple[ArrayAttr[StringAttr], SubsetAttr]:
    """Read `[i = 0:N, j = 0:M:16]`."""

    def one() -> tuple[str, Range]:
        name = parse_symbol(parser)
        parser.parse_punctuation("=")
        return name, parse_range(parser)

    pairs = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, one)
    return strings(n for n, _ in pairs), SubsetAttr(tuple(r for _, r in pairs))


def print_ranges(printer: Printer, names: Sequence[str], ranges: Sequence[Range]) -> None:
    pairs = (f"{n} = {r}" for n, r in zip(names, ranges, strict=True))
    printer.print_string(f"[{', '.join(pairs)}]")


def parse_container(parser: Parser) -> SSAValue:
    """Read the name of a container defined above; its type is not written again."""
    return parser.parse_operand()  # pyright: ignore[reportDeprecated]


def parse_access(parser: Parser) -> tuple[SSAValue, MemletAttr]:
    """Read `%A[i, 0:N] wcr sum`."""
    return parse_container(parser), MemletAttr.parse_inline(parser)


def print_access(printer: Printer, container: SSAValue, memlet: MemletAttr) -> None:
    printer.print_ssa_value(container)
    memlet.print_inline(printer)


def print_argument(printer: Printer, arg: BlockArgument) -> None:
    """Print the location of a block argument that has just been printed."""
    if printer.print_debuginfo:
        printer.print_string(" ")
        printer.print_attribute(arg.location)


def print_body(printer: Printer, body: Region) -> None:
    printer.print_string(" ")
    printer.print_region(body, print_entry_block_args=False, print_empty_block=False)


def print_extra_attributes(printer: Printer, op: Operation, known: Iterable[str]) -> None:
    """Print the attributes that the op's own syntax does not say."""
    hidden = {*known, "operandSegmentSizes"}
    extra = {k: v for k, v in op.attributes.items() if k not in hidden}
    if extra:
        printer.print_string(" attributes")
        printer.print_op_attributes(extra)


def parse_extra_attributes(parser: Parser) -> dict[str, Attribute]:
    attributes = parser.parse_optional_attr_dict_with_keyword()
    return {} if attributes is None else dict(attributes.data)


def verify_bounds(container: SSAValue, memlet: MemletAttr) -> None:
    """
    Hold a memlet to the rank of its container, and to its bounds where those are numbers.

    Raises `VerifyException` with the rule and the value found.
    """
    kind = container.type
    rank = kind.rank if isinstance(kind, ArrayType) else 0
    element_type(kind)
    if memlet.subset.rank != rank:
        raise VerifyException(
            f"a memlet has one range per dimension of its container, got {memlet.subset.rank} "
            f"in [{memlet.subset}] for rank {rank}"
        )
    if not isinstance(kind, ArrayType):
        return
    for dimension, (r, extent) in enumerate(zip(memlet.ranges, kind.dims, strict=True)):
        if r.step.is_Integer and r.step < 1:
            raise VerifyException(
                f"a subset has steps of 1 or more, got {r.step} in dimension {dimension}"
            )
        if r.start.is_Integer and r.end.is_Integer and r.end < r.start:
            raise VerifyException(
                f"a subset ends behind its start, got {r} in dimension {dimension}"
            )
        if r.start.is_Integer and r.start < 0:
            raise VerifyException(
                f"a subset starts at 0 or later, got {r.start} in dimension {dimension}"
            )
        if r.end.is_Integer and extent.is_Integer and r.end > extent:
            raise VerifyException(
                f"a subset ends within its container, got {r.end} in dimension {dimension} "
                f"of size {extent}"
            )
