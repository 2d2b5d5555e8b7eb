"""Ops of upstream dialects that xDSL lacks or verifies wrongly, other than named linalg ops."""

from typing import cast

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    AnySignlessIntegerType,
    BoolAttr,
    DenseArrayBase,
    IndexType,
    IntegerAttr,
    SymbolRefAttr,
    TensorType,
    i64,
)
from xdsl.ir import Attribute, Operation
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.traits import IsTerminator, Pure
from xdsl.utils.exceptions import VerifyException


@irdl_op_definition
class ReshapeOp(IRDLOperation):
    """
    The elements of `source`, in row-major order, in the sizes that `shape` holds.

    ```mlir
    %r = tensor.reshape %source(%shape) : (tensor<?x6xf32>, tensor<2xindex>) -> tensor<?x?xf32>
    ```
    """

    name = "tensor.reshape"

    source = operand_def(TensorType[Attribute])
    shape = operand_def(TensorType[AnySignlessIntegerType | IndexType])
    """The sizes of the result, one per dimension."""
    result = result_def(TensorType[Attribute])

    assembly_format = (
        "attr-dict $source `(` $shape `)` `:` `(` type($source) `,` type($shape) `)` "
        "`->` type($result)"
    )
    traits = traits_def(Pure())

    def verify_(self) -> None:
        source = cast(TensorType[Attribute], self.source.type)
        sizes = cast(TensorType[Attribute], self.shape.type)
        result = self.result.type
        if source.element_type != result.element_type:
            raise VerifyException("element types of source and result must be the same")
        if sizes.get_num_dims() != 1 or sizes.get_shape()[0] != result.get_num_dims():
            raise VerifyException(
                f"shape must hold one size for each of {result.get_num_dims()} dimensions, "
                f"got {sizes}"
            )
        static = DYNAMIC_INDEX not in (*source.get_shape(), *result.get_shape())
        if static and source.element_count() != result.element_count():
            raise VerifyException(
                f"source and result must have the same number of elements, got "
                f"{source.element_count()} and {result.element_count()}"
            )


@irdl_op_definition
class GlobalLoadOp(IRDLOperation):
    """Read a global of the module."""

    name = "ml_program.global_load"

    global_name = prop_def(SymbolRefAttr, prop_name="global")
    """The global's symbol."""
    result = result_def()


@irdl_op_definition
class GlobalStoreOp(IRDLOperation):
    """Write a global of the module."""

    name = "ml_program.global_store"

    global_name = prop_def(SymbolRefAttr, prop_name="global")
    """The global's symbol."""
    value = operand_def()


class TMTensorOp(IRDLOperation):
    """An op of torch-mlir's `tm_tensor` dialect: reads `inputs`, updates `outputs`."""

    inputs = var_operand_def()
    outputs = var_operand_def()
    """Tensors that give the initial values; `results` are what they become."""
    results_ = var_result_def()
    body = region_def()
    """Combines elements; for `tm_tensor.sort`, compares them."""

    irdl_options = (AttrSizedOperandSegments(as_property=True),)


@irdl_op_definition
class ScanOp(TMTensorOp):
    """
    Running reduction of `inputs[0]` along a dimension; `outputs` are the result and the
    accumulator.
    """

    name = "tm_tensor.scan"

    dimension = prop_def(IntegerAttr)
    """The dimension along which values accumulate."""
    inclusive = prop_def(BoolAttr)
    """Whether a value takes part in its own prefix."""


@irdl_op_definition
class ScatterOp(TMTensorOp):
    """`outputs[0][inputs[1][i]] = body(inputs[0][i], old value)` for each row `i` of indices."""

    name = "tm_tensor.scatter"

    dimension_map = prop_def(DenseArrayBase.constr(i64))
    """For each column of the indices, the dimension of the output it indexes."""
    unique_indices = prop_def(BoolAttr)
    """Whether no two rows of indices are equal; otherwise rows apply in order."""


@irdl_op_definition
class SortOp(TMTensorOp):
    """Sort all `outputs` together along a dimension, in the order given by `body`."""

    name = "tm_tensor.sort"

    dimension = opt_prop_def(IntegerAttr)
    """The dimension to sort along."""


@irdl_op_definition
class TopkOp(TMTensorOp):
    """The first values and indices along a dimension, in the order given by `body`."""

    name = "tm_tensor.topk"

    dimension = prop_def(IntegerAttr)
    """The dimension to select along."""


@irdl_op_definition
class AttentionOp(TMTensorOp):
    """Attention of query, key, value and an optional mask."""

    name = "tm_tensor.attention"


@irdl_op_definition
class TMYieldOp(IRDLOperation):
    """Ends the body of a `tm_tensor` op."""

    name = "tm_tensor.yield"

    values = var_operand_def()

    traits = traits_def(IsTerminator())


TM_TENSOR_OPS: list[type[Operation]] = [
    ScanOp,
    ScatterOp,
    SortOp,
    TopkOp,
    AttentionOp,
    TMYieldOp,
]
