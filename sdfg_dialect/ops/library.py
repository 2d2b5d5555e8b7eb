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
    BoolAttr,
    ComplexType,
    DenseArrayBase,
    IndexType,
    IntegerAttr,
    IntegerType,
    StringAttr,
    UnitAttr,
    i64,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    attr_def,
    irdl_op_definition,
    opt_attr_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.writing import verify_resolution, verify_written
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


def integers(values: DenseArrayBase[I64]) -> list[int]:
    return [int(v) for v in values.iter_values()]


def verify_axis(axis: IntegerAttr, rank: int) -> None:
    if not 0 <= axis.value.data < rank:
        raise VerifyException(f"the axis lies within rank {rank}, got {axis.value.data}")
