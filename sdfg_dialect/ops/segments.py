"""Ops with several variadic groups of operands, in text that MLIR's IRDL reads as well."""

from abc import ABC

from xdsl.irdl import AttrSizedOperandSegments, IRDLOperation

MLIR_NAME = "operand_segment_sizes"
"""Where an op that MLIR loads from IRDL keeps the sizes of its groups of operands."""

XDSL_NAME = AttrSizedOperandSegments.attribute_name


class OperandSegments(AttrSizedOperandSegments):
    """The sizes of the groups of operands, under the name that MLIR's IRDL looks for."""

    attribute_name = MLIR_NAME


class SegmentedOp(IRDLOperation, ABC):
    """An op whose groups of operands have sizes of their own."""

    irdl_options = (OperandSegments(),)

    def __post_init__(self) -> None:
        # xDSL's builder knows only its own name; this is the one place that every way to make an
        # op passes.
        sizes = self.attributes.pop(XDSL_NAME, None)
        if sizes is not None:
            self.attributes[MLIR_NAME] = sizes
        super().__post_init__()
