"""Library nodes that move elements to places which data decides."""

from xdsl.dialects.builtin import BoolAttr, IntegerAttr, StringAttr
from xdsl.irdl import attr_def, irdl_op_definition, opt_attr_def
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.ops.library import LibraryOp, verify_axis
from sdfg.dialect.ops.writing import verify_resolution


@irdl_op_definition
class SortOp(LibraryOp):
    """
    Sort along one axis, stable: the keys, and with a second result the index that each key came
    from.

    NaN is larger than every number.

    ```mlir
    sdfg.sort (%keys) -> (%sorted, %indices) {axis = 0 : i64, descending = false}
    ```
    """

    name = "sdfg.sort"

    axis = attr_def(IntegerAttr)
    """The axis."""
    descending = attr_def(BoolAttr)
    """Largest first."""

    def verify_(self) -> None:
        self.expect_counts(1, 2 if len(self.outputs) == 2 else 1)
        self.expect_same_elements(self.inputs[0], self.outputs[0])
        for indices in self.outputs[1:]:
            self.expect_indices(indices)
        verify_axis(self.axis, self.array(self.inputs[0]).rank)
        for output in self.outputs:
            self.expect_extents("result", self.array(output).dims, self.array(self.inputs[0]).dims)


@irdl_op_definition
class GatherOp(LibraryOp):
    """
    Take slices at indices that are data: `Y[i..., j...] = X[index[i...], j...]`, along the first
    axis of X.

    An index outside `0 .. X.shape[0] - 1` stops the program with an error.

    ```mlir
    sdfg.gather (%X, %index) -> (%Y)
    ```
    """

    name = "sdfg.gather"

    def verify_(self) -> None:
        self.expect_counts(2, 1)
        x, index, y = (self.array(a) for a in (*self.inputs, *self.outputs))
        if x.rank < 1:
            raise VerifyException("the source has rank 1 or more, got 0")
        self.expect_same_elements(self.inputs[0], self.outputs[0])
        self.expect_indices(self.inputs[1])
        self.expect_extents("result", y.dims, (*index.dims, *x.dims[1:]))


@irdl_op_definition
class ScatterOp(LibraryOp):
    """
    Put slices at indices that are data: `Y[index[i, :]..., j...] = U[i, j...]`, one after the other
    in order of `i`.

    `index` has shape `[updates, depth]`: its rows name the first `depth` coordinates in Y. Y keeps
    what it holds elsewhere. With a `kind`, an update is combined with what Y holds instead of
    overwriting it. An index out of bounds stops the program with an error.

    ```mlir
    sdfg.scatter (%U, %index) -> (%Y) {kind = "sum"}
    ```
    """

    name = "sdfg.scatter"

    kind = opt_attr_def(StringAttr)
    """A conflict resolution, or none to overwrite."""

    def verify_(self) -> None:
        self.expect_counts(2, 1)
        updates, index, y = (self.array(a) for a in (*self.inputs, *self.outputs))
        self.expect_same_elements(self.inputs[0], self.outputs[0])
        self.expect_indices(self.inputs[1])
        if self.kind is not None:
            verify_resolution(self.kind.data, y.element_type)
        self.expect_rank("index", self.inputs[1], 2)
        depth = symbolic.constant(index.dims[1])
        if depth is None or depth > y.rank:
            raise VerifyException(
                f"the index names at most all {y.rank} coordinates, got {index.dims[1]}"
            )
        self.expect_extents("update", updates.dims, (index.dims[0], *y.dims[depth:]))
