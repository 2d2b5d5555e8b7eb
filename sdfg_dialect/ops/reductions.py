"""Library nodes that combine elements along axes or within windows."""

from xdsl.dialects.builtin import AnyFloat, BoolAttr, IntegerAttr, StringAttr, UnitAttr
from xdsl.irdl import attr_def, irdl_op_definition, opt_attr_def
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.ops.library import INTEGERS, LibraryOp, integers, verify_axis
from sdfg.dialect.ops.writing import verify_resolution


@irdl_op_definition
class PoolOp(LibraryOp):
    """
    Reduce each window of an image: `Y[n, c, o...] = kind over k... of X[n, c, o * strides + k *
    dilations...]`.

    X is already padded. With `accumulate` the result is combined with what Y holds.

    ```mlir
    sdfg.pool (%X) -> (%Y) {
      dilations = array<i64: 1>, kind = "max", strides = array<i64: 2>, window = array<i64: 3>
    }
    ```
    """

    name = "sdfg.pool"

    kind = attr_def(StringAttr)
    """A conflict resolution: `sum`, `max`, ..."""
    window = attr_def(INTEGERS)
    """Size of the window per spatial dimension."""
    strides = attr_def(INTEGERS)
    """Step of the window per spatial dimension."""
    dilations = attr_def(INTEGERS)
    """Distance of the window's elements per spatial dimension."""
    accumulate = opt_attr_def(UnitAttr)
    """Combine with Y instead of overwriting it."""

    def verify_(self) -> None:
        self.expect_counts(1, 1)
        self.expect_same_elements(*self.inputs, *self.outputs)
        x, y = self.array(self.inputs[0]), self.array(self.outputs[0])
        verify_resolution(self.kind.data, x.element_type)
        spatial = x.rank - 2
        lengths = [len(a) for a in (self.window, self.strides, self.dilations)]
        if spatial < 1 or lengths != [spatial] * 3:
            raise VerifyException(
                f"window, strides and dilations have one entry per spatial dimension, got "
                f"{lengths} for {spatial}"
            )
        self.expect_rank("result", self.outputs[0], x.rank)
        self.expect_extents("result", y.dims[:2], x.dims[:2])
        window = [symbolic.integer(k) for k in integers(self.window)]
        if any(k < 1 for k in window):
            raise VerifyException(f"windows have sizes of at least 1, got {window}")
        strides, dilations = integers(self.strides), integers(self.dilations)
        self.expect_windows(x.dims[2:], y.dims[2:], window, strides, dilations)


@irdl_op_definition
class ReduceOp(LibraryOp):
    """
    Combine the elements along some axes, in any order: `Y[rest] = kind over axes of X`.

    With `accumulate` the result is combined with what Y holds.

    ```mlir
    sdfg.reduce (%X) -> (%Y) {axes = array<i64: 1>, kind = "sum"}
    ```
    """

    name = "sdfg.reduce"

    kind = attr_def(StringAttr)
    """A conflict resolution: `sum`, `max`, ..."""
    axes = attr_def(INTEGERS)
    """Axes that vanish, increasing."""
    accumulate = opt_attr_def(UnitAttr)
    """Combine with Y instead of overwriting it."""

    def verify_(self) -> None:
        self.expect_counts(1, 1)
        self.expect_same_elements(*self.inputs, *self.outputs)
        x, y = self.array(self.inputs[0]), self.array(self.outputs[0])
        verify_resolution(self.kind.data, x.element_type)
        axes = integers(self.axes)
        if sorted(set(axes)) != axes or any(not 0 <= a < x.rank for a in axes):
            raise VerifyException(f"axes increase within rank {x.rank}, got {axes}")
        rest = [e for d, e in enumerate(x.dims) if d not in axes]
        self.expect_extents("result", y.dims, rest)


@irdl_op_definition
class SoftmaxOp(LibraryOp):
    """
    `Y = exp(X - max(X)) / sum(exp(X - max(X)))` along one axis, with max and sum over that axis.

    ```mlir
    sdfg.softmax (%X) -> (%Y) {axis = 1 : i64}
    ```
    """

    name = "sdfg.softmax"

    axis = attr_def(IntegerAttr)
    """The axis."""

    def verify_(self) -> None:
        self.expect_counts(1, 1)
        self.expect_same_elements(*self.inputs, *self.outputs)
        kind = self.array(self.inputs[0]).element_type
        if not isinstance(kind, AnyFloat):
            raise VerifyException(f"softmax is for floating point, got {kind}")
        verify_axis(self.axis, self.array(self.inputs[0]).rank)
        self.expect_extents(
            "result", self.array(self.outputs[0]).dims, self.array(self.inputs[0]).dims
        )


@irdl_op_definition
class ScanOp(LibraryOp):
    """
    Running combination along one axis, in order: `Y[i] = Y[i - 1] kind X[i]`.

    An exclusive scan leaves out element `i` itself and starts from the neutral element; a reverse
    scan runs from the end.

    ```mlir
    sdfg.scan (%X) -> (%Y) {axis = 0 : i64, exclusive = false, kind = "sum", reverse = false}
    ```
    """

    name = "sdfg.scan"

    kind = attr_def(StringAttr)
    """A conflict resolution: `sum`, `product`, ..."""
    axis = attr_def(IntegerAttr)
    """The axis."""
    exclusive = attr_def(BoolAttr)
    """Whether element `i` is left out of result `i`."""
    reverse = attr_def(BoolAttr)
    """Whether the scan runs from the end."""

    def verify_(self) -> None:
        self.expect_counts(1, 1)
        self.expect_same_elements(*self.inputs, *self.outputs)
        verify_resolution(self.kind.data, self.array(self.inputs[0]).element_type)
        verify_axis(self.axis, self.array(self.inputs[0]).rank)
        self.expect_extents(
            "result", self.array(self.outputs[0]).dims, self.array(self.inputs[0]).dims
        )
