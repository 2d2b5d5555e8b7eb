"""Library nodes that multiply and add up: matrix products and convolutions."""

from collections.abc import Sequence

from xdsl.dialects.builtin import DenseArrayBase, IntegerAttr, UnitAttr, i64
from xdsl.ir import SSAValue
from xdsl.irdl import attr_def, irdl_op_definition, opt_attr_def
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.ops.library import INTEGERS, LibraryOp, integers


@irdl_op_definition
class MatmulOp(LibraryOp):
    """
    Matrix products `C[b..., m, n] = sum over k of A[b..., m, k] * B[b..., k, n]`, for each `b...`.

    Elements of A and B are converted to the type of C first (integers by sign extension). With
    `accumulate` the product is added to what C holds.

    ```mlir
    sdfg.matmul (%A, %B) -> (%C) {accumulate}
    ```
    """

    name = "sdfg.matmul"

    accumulate = opt_attr_def(UnitAttr)
    """Add to C instead of overwriting it."""

    def verify_(self) -> None:
        self.expect_counts(2, 1)
        a, b, c = (self.array(x) for x in (*self.inputs, *self.outputs))
        if c.rank < 2:
            raise VerifyException(f"the result has rank 2 or more, got {c.rank}")
        self.expect_rank("left operand", self.inputs[0], c.rank)
        self.expect_rank("right operand", self.inputs[1], c.rank)
        self.expect_same_numbers()
        batch = c.dims[:-2]
        self.expect_extents("right operand", b.dims, (*batch, a.dims[-1], c.dims[-1]))
        self.expect_extents("left operand", a.dims, (*batch, c.dims[-2], b.dims[-2]))


@irdl_op_definition
class ConvOp(LibraryOp):
    """
    Convolution as neural networks mean it (a correlation), over any number of spatial dimensions.

    `Y[n, f, o...] = sum over c, k... of X[n, g * C + c, o * strides + k * dilations...] * W[f, c,
    k...]`, where group `g` is that of `f` and `C` the channels of a group; X is already padded.
    With `accumulate` the sum is added to what Y holds.

    ```mlir
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1>, groups = 1 : i64,
      strides = array<i64: 2>}
    ```
    """

    name = "sdfg.conv"

    strides = attr_def(INTEGERS)
    """Step of the window per spatial dimension."""
    dilations = attr_def(INTEGERS)
    """Distance of the window's elements per spatial dimension."""
    groups = attr_def(IntegerAttr)
    """Number of groups that channels are split into."""
    accumulate = opt_attr_def(UnitAttr)
    """Add to Y instead of overwriting it."""

    @classmethod
    def of(
        cls,
        x: SSAValue,
        w: SSAValue,
        y: SSAValue,
        *,
        strides: Sequence[int],
        dilations: Sequence[int],
        groups: int = 1,
        accumulate: bool = False,
    ) -> "ConvOp":
        return cls(
            [x, w],
            [y],
            {
                "strides": DenseArrayBase.from_list(i64, strides),
                "dilations": DenseArrayBase.from_list(i64, dilations),
                "groups": IntegerAttr(groups, i64),
                "accumulate": UnitAttr() if accumulate else None,
            },
        )

    def verify_(self) -> None:
        self.expect_counts(2, 1)
        x, w, y = (self.array(a) for a in (*self.inputs, *self.outputs))
        spatial = x.rank - 2
        if spatial < 1 or len(self.strides) != spatial or len(self.dilations) != spatial:
            raise VerifyException(
                f"strides and dilations have one entry per spatial dimension, got "
                f"{len(self.strides)} and {len(self.dilations)} for {spatial}"
            )
        self.expect_rank("filter", self.inputs[1], x.rank)
        self.expect_rank("result", self.outputs[0], x.rank)
        self.expect_same_numbers()
        groups = self.groups.value.data
        channels = symbolic.constant(x.dims[1])
        if groups < 1 or (channels is not None and channels % groups):
            raise VerifyException(f"groups divide the channels, got {groups} for {x.dims[1]}")
        self.expect_extents(
            "filter",
            w.dims[:2],
            (y.dims[1], symbolic.FloorDiv(x.dims[1], symbolic.integer(groups))),
        )
        self.expect_extents("result", y.dims[:2], (x.dims[0], w.dims[0]))
        strides, dilations = integers(self.strides), integers(self.dilations)
        self.expect_windows(x.dims[2:], y.dims[2:], w.dims[2:], strides, dilations)
