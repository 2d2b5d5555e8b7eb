"""
Library nodes: operations whose meaning is known as a whole.

Each works on whole containers; a part of one is a view. Each has one or more expansions into maps,
in `lowering/to_sdfg`. What they compute is said by their docstrings, and by the interpreter.
"""

from abc import ABC
from collections.abc import Mapping, Sequence
from typing import Any, Self

from xdsl.dialects.builtin import (
    I64,
    AnyFloat,
    ComplexType,
    DenseArrayBase,
    IndexType,
    IntegerAttr,
    IntegerType,
    i64,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import AttrSizedOperandSegments, IRDLOperation, var_operand_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.writing import verify_written
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType

INTEGERS = DenseArrayBase.constr(i64)
"""Constraint of an attribute that lists integers."""


_NUMBERS: tuple[Any, ...] = (IntegerType, AnyFloat, ComplexType)


class LibraryOp(IRDLOperation, ABC):
    """What all library nodes share: containers read, containers written, and their textual form."""

    inputs = var_operand_def(ArrayType)
    """Containers read."""
    outputs = var_operand_def(ArrayType)
    """Containers written."""

    irdl_options = (AttrSizedOperandSegments(),)

    def __init__(
        self,
        inputs: Sequence[SSAValue],
        outputs: Sequence[SSAValue],
        attributes: Mapping[str, Attribute | None] | None = None,
    ):
        super().__init__(operands=[inputs, outputs], attributes=attributes or {})

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        def operand() -> SSAValue:
            return syntax.parse_container(parser)

        inputs = parser.parse_comma_separated_list(parser.Delimiter.PAREN, operand)
        parser.parse_punctuation("->")
        outputs = parser.parse_comma_separated_list(parser.Delimiter.PAREN, operand)
        attributes = parser.parse_optional_attr_dict()
        op = cls.build(operands=[inputs, outputs], attributes=attributes)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" (")
        printer.print_list(self.inputs, printer.print_ssa_value)
        printer.print_string(") -> (")
        printer.print_list(self.outputs, printer.print_ssa_value)
        printer.print_string(")")
        extra = {k: v for k, v in self.attributes.items() if k != "operandSegmentSizes"}
        if extra:
            printer.print_op_attributes(extra)

    def array(self, container: SSAValue) -> ArrayType:
        """The type of one of the containers."""
        assert isinstance(container.type, ArrayType)
        return container.type

    def expect_counts(self, inputs: int, outputs: int) -> None:
        """Hold the containers to their numbers, and those out to being writable."""
        if len(self.inputs) != inputs or len(self.outputs) != outputs:
            raise VerifyException(
                f"takes {inputs} containers in and {outputs} out, got {len(self.inputs)} "
                f"and {len(self.outputs)}"
            )
        for container in self.outputs:
            verify_written(container)

    def expect_same_elements(self, *containers: SSAValue) -> None:
        """Hold containers to one element type."""
        types = [self.array(c).element_type for c in containers]
        if len(set(types)) > 1:
            raise VerifyException(
                f"all containers have one element type, got {', '.join(map(str, types))}"
            )

    def expect_same_numbers(self) -> None:
        """Hold all containers to one kind of number: integers, floating point or complex."""
        types = [self.array(c).element_type for c in (*self.inputs, *self.outputs)]
        kinds = {next((k for k in _NUMBERS if isinstance(t, k)), None) for t in types}
        if len(kinds) > 1 or None in kinds:
            raise VerifyException(
                "all containers hold integers, or all floating point, or all complex numbers, "
                f"got {', '.join(map(str, types))}"
            )

    def expect_indices(self, container: SSAValue) -> None:
        """Hold a container to integers."""
        kind = self.array(container).element_type
        if not isinstance(kind, IntegerType | IndexType):
            raise VerifyException(f"indices are integers, got {kind}")

    def expect_windows(
        self,
        image: Sequence[Expr],
        result: Sequence[Expr],
        window: Sequence[Expr],
        strides: Sequence[int],
        dilations: Sequence[int],
    ) -> None:
        """Hold the last window of each dimension to the image, as far as numbers can tell."""
        for what, steps in (("strides", strides), ("dilations", dilations)):
            if any(s < 1 for s in steps):
                raise VerifyException(f"{what} are at least 1, got {list(steps)}")
        sizes = zip(image, result, window, strides, dilations, strict=True)
        for d, (size, count, width, stride, dilation) in enumerate(sizes):
            end = (count - 1) * stride + (width - 1) * dilation + 1
            beyond = symbolic.constant(symbolic.expanded(end - size))
            if beyond is not None and beyond > 0 and count != 0:
                raise VerifyException(
                    f"the windows lie within the image, got element {symbolic.text_of(end - 1)} in "
                    f"spatial dimension {d} of size {symbolic.text_of(size)}"
                )

    def expect_rank(self, what: str, container: SSAValue, rank: int) -> None:
        if self.array(container).rank != rank:
            raise VerifyException(f"the {what} has rank {rank}, got {self.array(container).rank}")

    def expect_extents(self, what: str, found: Sequence[Expr], wanted: Sequence[Expr]) -> None:
        """Hold `found` to `wanted` wherever both are numbers."""
        differs = any((a - b).is_Integer and a != b for a, b in zip(found, wanted, strict=False))
        if len(found) != len(wanted) or differs:
            texts = [", ".join(map(symbolic.text_of, e)) for e in (found, wanted)]
            raise VerifyException(f"the {what} has shape [{texts[1]}], got [{texts[0]}]")


def integers(values: DenseArrayBase[I64]) -> list[int]:
    return [int(v) for v in values.iter_values()]


def verify_axis(axis: IntegerAttr, rank: int) -> None:
    if not 0 <= axis.value.data < rank:
        raise VerifyException(f"the axis lies within rank {rank}, got {axis.value.data}")
