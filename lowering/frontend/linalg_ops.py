"""
Named linalg ops that xDSL lacks, from one table.

Each row is the op's name, what it computes per point, and the index formula: per operand the
index expressions in terms of loop names, inputs before the arrow, the output behind it.
`oh*sh+kh*dh` means stride and dilation, taken in order from the op's attributes. The loops are
the output's first, then the others, which reduce.
"""

from collections.abc import Sequence
from typing import ClassVar, cast

from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.dialects.builtin import (
    AffineMapAttr,
    AnyFloat,
    ArrayAttr,
    DenseIntElementsAttr,
    IntegerType,
)
from xdsl.dialects.linalg.abstract_ops import NamedOperation
from xdsl.dialects.linalg.attrs import IteratorTypeAttr
from xdsl.dialects.linalg.ops import YieldOp
from xdsl.ir import Attribute, BlockArgument, Operation, Region, SSAValue
from xdsl.ir.affine import AffineConstantExpr, AffineDimExpr, AffineExpr, AffineMap
from xdsl.irdl import irdl_op_definition, opt_prop_def

TABLE: tuple[tuple[str, str, str], ...] = (
    ("dot", "multiply_add", "k, k -> "),
    ("matvec", "multiply_add", "m k, k -> m"),
    ("vecmat", "multiply_add", "k, k n -> n"),
    ("batch_matmul", "multiply_add", "b m k, b k n -> b m n"),
    ("batch_matvec", "multiply_add", "b m k, b k -> b m"),
    ("conv_1d_ncw_fcw", "multiply_add", "n c ow*sw+kw*dw, f c kw -> n f ow"),
    ("conv_1d_nwc_wcf", "multiply_add", "n ow*sw+kw*dw c, kw c f -> n ow f"),
    (
        "conv_3d_ncdhw_fcdhw",
        "multiply_add",
        "n c od*sd+kd*dd oh*sh+kh*dh ow*sw+kw*dw, f c kd kh kw -> n f od oh ow",
    ),
    (
        "conv_3d_ndhwc_dhwcf",
        "multiply_add",
        "n od*sd+kd*dd oh*sh+kh*dh ow*sw+kw*dw c, kd kh kw c f -> n od oh ow f",
    ),
    (
        "depthwise_conv_1d_ncw_cw",
        "multiply_add",
        "n c ow*sw+kw*dw, c kw -> n c ow",
    ),
    (
        "depthwise_conv_2d_nchw_chw",
        "multiply_add",
        "n c oh*sh+kh*dh ow*sw+kw*dw, c kh kw -> n c oh ow",
    ),
    (
        "depthwise_conv_2d_nhwc_hwc",
        "multiply_add",
        "n oh*sh+kh*dh ow*sw+kw*dw c, kh kw c -> n oh ow c",
    ),
    (
        "conv_2d_nchw_fchw_q",
        "multiply_add_offset",
        "n c oh*sh+kh*dh ow*sw+kw*dw, f c kh kw, , -> n f oh ow",
    ),
    (
        "conv_2d_ngchw_gfchw_q",
        "multiply_add_offset",
        "n g c oh*sh+kh*dh ow*sw+kw*dw, g f c kh kw, , -> n g f oh ow",
    ),
    ("quantized_batch_matmul", "multiply_add_offset", "b m k, b k n, , -> b m n"),
    ("pooling_ncw_sum", "sum", "n c ow*sw+kw*dw, kw -> n c ow"),
    ("pooling_ncw_max", "max", "n c ow*sw+kw*dw, kw -> n c ow"),
    ("pooling_nchw_sum", "sum", "n c oh*sh+kh*dh ow*sw+kw*dw, kh kw -> n c oh ow"),
    ("pooling_nhwc_sum", "sum", "n oh*sh+kh*dh ow*sw+kw*dw c, kh kw -> n oh ow c"),
    ("pooling_nhwc_max", "max", "n oh*sh+kh*dh ow*sw+kw*dw c, kh kw -> n oh ow c"),
    ("pooling_nhwc_min", "min", "n oh*sh+kh*dh ow*sw+kw*dw c, kh kw -> n oh ow c"),
    (
        "pooling_ndhwc_sum",
        "sum",
        "n od*sd+kd*dd oh*sh+kh*dh ow*sw+kw*dw c, kd kh kw -> n od oh ow c",
    ),
    (
        "pooling_ndhwc_max",
        "max",
        "n od*sd+kd*dd oh*sh+kh*dh ow*sw+kw*dw c, kd kh kw -> n od oh ow c",
    ),
)


class TableOperation(NamedOperation):
    """A named op whose index maps follow from a formula; see `TABLE`."""

    PRINT_ATTRS_IN_FRONT: ClassVar[bool] = True
    FORMULA: ClassVar[str]
    COMBINE: ClassVar[str]

    strides = opt_prop_def(DenseIntElementsAttr)
    """Step of the input per output point, per spatial dimension."""
    dilations = opt_prop_def(DenseIntElementsAttr)
    """Step of the input per kernel point, per spatial dimension."""
    indexing_maps = opt_prop_def(ArrayAttr[AffineMapAttr])
    """Given by MLIR on contractions, where a transposed or broadcast operand deviates."""

    def get_default_indexing_maps(self) -> Sequence[AffineMap]:
        if self.indexing_maps is not None:
            return tuple(attribute.data for attribute in self.indexing_maps)
        loops = loop_names(self.FORMULA)
        steps = self._steps()
        return tuple(
            AffineMap(len(loops), 0, tuple(_index(text, loops, steps) for text in texts))
            for texts in operand_indices(self.FORMULA)
        )

    def get_indexing_maps(self) -> ArrayAttr[AffineMapAttr]:
        return ArrayAttr(AffineMapAttr(item) for item in self.get_default_indexing_maps())

    def get_iterator_types(self) -> ArrayAttr[IteratorTypeAttr]:
        parallel = len(operand_indices(self.FORMULA)[-1])
        reduction = len(loop_names(self.FORMULA)) - parallel
        return ArrayAttr(
            [IteratorTypeAttr.parallel()] * parallel + [IteratorTypeAttr.reduction()] * reduction
        )

    def _steps(self) -> dict[str, int]:
        """The value of each stride `s?` and dilation `d?` in the formula."""
        names = [part for part in self.FORMULA.replace("*", " ").replace("+", " ").split()]
        axes = [axis for axis in "dhw" if f"s{axis}" in " ".join(names)]
        strides = self.strides.get_values() if self.strides else [1] * len(axes)
        dilations = self.dilations.get_values() if self.dilations else [1] * len(axes)
        steps = {f"s{axis}": int(v) for axis, v in zip(axes, strides, strict=True)}
        return steps | {f"d{axis}": int(v) for axis, v in zip(axes, dilations, strict=True)}

    @classmethod
    def get_hidden_region(cls, inputs: Sequence[SSAValue], outputs: Sequence[SSAValue]) -> Region:
        kinds = cls.body_arg_types((*inputs, *outputs))

        @Builder.implicit_region(kinds)
        def body(args: tuple[BlockArgument, ...]) -> None:
            YieldOp(_combine(cls.COMBINE, args))

        return body


def operand_indices(formula: str) -> list[list[str]]:
    """The index expressions of each operand, the output last."""
    inputs, output = formula.split("->")
    return [part.split() for part in (*inputs.split(","), output)]


def loop_names(formula: str) -> list[str]:
    """The loops: the output's in order, then those that only inputs have."""
    loops = operand_indices(formula)[-1].copy()
    for text in (text for texts in operand_indices(formula) for text in texts):
        for term in text.split("+"):
            if (name := term.split("*")[0]) not in loops:
                loops.append(name)
    return loops


def _index(text: str, loops: list[str], steps: dict[str, int]) -> AffineExpr:
    result: AffineExpr | None = None
    for term in text.split("+"):
        name, _, step = term.partition("*")
        factor: AffineExpr = AffineDimExpr(loops.index(name))
        if step and steps[step] != 1:
            factor = factor * AffineConstantExpr(steps[step])
        result = factor if result is None else result + factor
    assert result is not None
    return result


def _combine(kind: str, args: Sequence[SSAValue]) -> Operation:
    """The last op of the hidden region of MLIR's definition, with all it needs before it."""
    into = args[-1]
    is_float = isinstance(into.type, AnyFloat)
    add, multiply = (arith.AddfOp, arith.MulfOp) if is_float else (arith.AddiOp, arith.MuliOp)
    if kind == "multiply_add":
        left, right = (_widen(value, into.type) for value in args[:2])
        return add(into, multiply(left, right))
    if kind == "multiply_add_offset":
        values = [_widen(value, into.type) for value in args[:4]]
        left, right = arith.SubiOp(values[0], values[2]), arith.SubiOp(values[1], values[3])
        return add(into, multiply(left, right))
    if kind == "sum":
        return add(into, _widen(args[0], into.type))
    float_op, int_op = {
        "max": (arith.MaximumfOp, arith.MaxSIOp),
        "min": (arith.MinimumfOp, arith.MinSIOp),
    }[kind]
    return (float_op if is_float else int_op)(into, _widen(args[0], into.type))


def _widen(value: SSAValue, target: Attribute) -> SSAValue:
    if value.type == target:
        return value
    if isinstance(target, IntegerType):
        return arith.ExtSIOp(value, cast(IntegerType, target)).result
    return arith.ExtFOp(value, cast(AnyFloat, target)).result


def _define(name: str, combine: str, formula: str) -> type[Operation]:
    fields = {
        "name": f"linalg.{name}",
        "COMBINE": combine,
        "FORMULA": formula,
        "__doc__": f"`{formula}`, combined by {combine.replace('_', ' ')}.",
        "__module__": __name__,
        "__annotations__": {"COMBINE": ClassVar[str], "FORMULA": ClassVar[str]},
    }
    return irdl_op_definition(type(name, (TableOperation,), fields))


NAMED_OPS: tuple[type[Operation], ...] = tuple(_define(*row) for row in TABLE)
