"""Types of the `sdfg` dialect: arrays and streams."""

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    AnyFloat,
    AnyFloatConstr,
    ComplexType,
    IndexType,
    IntegerType,
    VectorType,
)
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import BaseAttr, MessageConstraint, irdl_attr_definition, param_def
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import DimsAttr, ExprAttr, StorageAttr
from sdfg.dialect.symbolic import Expr

HEAP = StorageAttr("heap")


ELEMENT = MessageConstraint(
    AnyFloatConstr
    | BaseAttr(IntegerType)
    | BaseAttr(IndexType)
    | BaseAttr(ComplexType)
    | BaseAttr(VectorType),
    "element type must be a number or a vector of numbers",
)
"""What containers hold."""


def verify_element(element: Attribute) -> None:
    """Vectors hold numbers."""
    scalar = element.get_element_type() if isa(element, VectorType) else element
    if not isinstance(scalar, AnyFloat | IntegerType | IndexType | ComplexType):
        raise VerifyException(
            f"element type must be a number or a vector of numbers, got {element}"
        )


@irdl_attr_definition
class ArrayType(ParametrizedAttribute, TypeAttribute):
    """
    An array with symbolic shape, strides and offset, living in some storage.

    Element `(i, j, ...)` lies `offset + i * strides[0] + j * strides[1] + ...` elements behind the
    start of the block of memory. Strides are those of a dense array, last dimension fastest, unless
    stated. Rank 0 is a scalar.

    ```mlir
    !sdfg.array<[N, 128] x f32>
    !sdfg.array<[N, M] x f32, strides [1, N], offset 3, register>
    ```
    """

    name = "sdfg.array"

    shape: DimsAttr
    """Size of each dimension."""
    element_type: Attribute = param_def(ELEMENT)
    """Type of each element."""
    strides: DimsAttr
    """Distance in elements between neighbours, per dimension."""
    offset: ExprAttr
    """Distance in elements of the first element from the start of the block."""
    storage: StorageAttr
    """Where the block of memory lives."""

    def __init__(
        self,
        shape: Sequence[Expr | int],
        element_type: Attribute,
        strides: Sequence[Expr | int] | None = None,
        offset: Expr | int = 0,
        storage: StorageAttr | str = HEAP,
    ):
        dims = tuple(symbolic.as_expr(e) for e in shape)
        steps = (
            symbolic.row_major(dims)
            if strides is None
            else tuple(symbolic.as_expr(e) for e in strides)
        )
        super().__init__(
            DimsAttr(dims),
            element_type,
            DimsAttr(steps),
            ExprAttr(symbolic.as_expr(offset)),
            StorageAttr(storage) if isinstance(storage, str) else storage,
        )

    @property
    def dims(self) -> tuple[Expr, ...]:
        """The shape as expressions."""
        return self.shape.data

    @property
    def rank(self) -> int:
        return len(self.shape.data)

    @property
    def size(self) -> Expr:
        """Number of elements."""
        return symbolic.product(self.shape.data)

    @property
    def is_dense(self) -> bool:
        """Whether the elements fill one block without gaps, in row-major order from its start."""
        return self.strides.data == symbolic.row_major(self.dims) and self.offset.data == 0

    @property
    def symbols(self) -> frozenset[str]:
        return symbolic.symbols_of(*self.shape.data, *self.strides.data, self.offset.data)

    def linear_index(self, index: Sequence[Expr]) -> Expr:
        """Distance in elements of `index` from the start of the block of memory."""
        pairs = zip(index, self.strides.data, strict=True)
        return symbolic.total((self.offset.data, *(i * stride for i, stride in pairs)))

    def with_storage(self, storage: str) -> "ArrayType":
        return ArrayType(self.dims, self.element_type, self.strides.data, self.offset.data, storage)

    def verify(self) -> None:
        verify_element(self.element_type)
        if len(self.strides.data) != self.rank:
            raise VerifyException(
                f"an array has one stride per dimension, got {len(self.strides.data)} strides "
                f"for rank {self.rank}"
            )
        for extent in self.shape.data:
            if extent.is_Integer and extent < 0:
                raise VerifyException(f"a dimension cannot be negative, got {extent}")

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            dims = _parse_optional_dims(parser)
            if dims is None:
                return _parse_generic_parameters(parser)
            parser.parse_characters("x")
            element, strides, offset, storage = parser.parse_type(), None, symbolic.integer(0), HEAP
            while parser.parse_optional_punctuation(","):
                match parser.parse_identifier(" (strides, offset or a storage)"):
                    case "strides":
                        strides = _parse_optional_dims(parser)
                    case "offset":
                        offset = symbolic.parse_expr(parser)
                    case kind:
                        storage = StorageAttr(kind)
            return cls(dims, element, strides, offset, storage).parameters

    def print_parameters(self, printer: Printer) -> None:
        if printer.print_generic_format:
            printer.print_paramattr_parameters(self.parameters)
            return
        with printer.in_angle_brackets():
            printer.print_string(f"[{self.shape}] x ")
            printer.print_attribute(self.element_type)
            if self.strides.data != symbolic.row_major(self.dims):
                printer.print_string(f", strides [{self.strides}]")
            if self.offset.data != 0:
                printer.print_string(f", offset {self.offset}")
            if self.storage != HEAP:
                printer.print_string(f", {self.storage.kind.data}")


@irdl_attr_definition
class StreamType(ParametrizedAttribute, TypeAttribute):
    """
    A queue of elements, first in, first out, that holds at most `depth` of them.

    ```mlir
    !sdfg.stream<f32, depth 16>
    ```
    """

    name = "sdfg.stream"

    element_type: Attribute = param_def(ELEMENT)
    """Type of each element."""
    depth: ExprAttr
    """How many elements the queue holds at most."""
    storage: StorageAttr
    """Where the queue lives."""

    def __init__(
        self, element_type: Attribute, depth: Expr | int, storage: StorageAttr | str = HEAP
    ):
        super().__init__(
            element_type,
            ExprAttr(symbolic.as_expr(depth)),
            StorageAttr(storage) if isinstance(storage, str) else storage,
        )

    def verify(self) -> None:
        verify_element(self.element_type)
        if self.depth.data.is_Integer and self.depth.data < 1:
            raise VerifyException(f"a stream holds at least one element, got depth {self.depth}")

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            element = parser.parse_type()
            parser.parse_punctuation(",")
            if not parser.parse_optional_keyword("depth"):
                return [element, *_parse_generic_parameters(parser)]
            depth = symbolic.parse_expr(parser)
            storage = parser.parse_identifier() if parser.parse_optional_punctuation(",") else HEAP
            return cls(element, depth, storage).parameters

    def print_parameters(self, printer: Printer) -> None:
        if printer.print_generic_format:
            printer.print_paramattr_parameters(self.parameters)
            return
        with printer.in_angle_brackets():
            printer.print_attribute(self.element_type)
            printer.print_string(f", depth {self.depth}")
            if self.storage != HEAP:
                printer.print_string(f", {self.storage.kind.data}")


ContainerType = ArrayType | StreamType
"""What a memlet can name."""

CONTAINER = MessageConstraint(
    BaseAttr(ArrayType) | BaseAttr(StreamType), "a container is an array or a stream"
)
"""The same as the constraint of an operand or result."""


def _parse_optional_dims(parser: AttrParser) -> tuple[Expr, ...] | None:
    dims = parser.parse_optional_comma_separated_list(
        parser.Delimiter.SQUARE, lambda: symbolic.parse_expr(parser)
    )
    return None if dims is None else tuple(dims)


def _parse_generic_parameters(parser: AttrParser) -> list[Attribute]:
    return parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_attribute)
