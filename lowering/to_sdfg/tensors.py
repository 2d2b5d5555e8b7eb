"""Operations of the tensor dialect that only give a tensor another shape, or read its shape."""

from collections.abc import Sequence
from typing import cast

from xdsl.dialects import arith, tensor
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import Attribute, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.interpreter.scalars import is_uniform
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.arithmetic import literal
from sdfg.lowering.to_sdfg.attributes import element_of, shape_of
from sdfg.lowering.to_sdfg.layouts import Layout
from sdfg.lowering.to_sdfg.translation import Translation, last_use
from sdfg.lowering.to_sdfg.values import (
    Array,
    Elements,
    Empty,
    Filled,
    Scalar,
    Stored,
    Symbolic,
    Tensor,
    array_type,
)


def shaped(
    kind: Attribute, translation: Translation, sizes: Sequence[SSAValue]
) -> tuple[Expr, ...]:
    """The sizes that a tensor type states, with `sizes` for the dynamic ones."""
    dynamic = iter(sizes)
    return tuple(
        symbolic.integer(n)
        if n >= 0
        else translation.symbol_of(size := next(dynamic), cast(Operation, size.owner))
        for n in shape_of(kind)
    )


def convert_constant(translation: Translation, op: arith.ConstantOp) -> None:
    """`arith.constant`: a number, one number everywhere, or a container with the elements."""
    scalar = literal(op.value)
    if scalar is not None:
        translation.values[op.result] = scalar
        return
    if not isinstance(op.value, DenseIntOrFPElementsAttr):
        fail(op, f"has a value of an unsupported kind: {op.value}")
    dims = tuple(symbolic.integer(n) for n in op.value.get_shape())
    element = op.value.get_element_type()
    elements = list(op.value.get_attrs()) if is_uniform(op.value) else []
    if elements:
        value = literal(elements[0])
        assert value is not None
        translation.values[op.result] = Filled(dims, element, value)
    else:
        translation.values[op.result] = Array(translation.constant(op.value, op))


def convert_empty(translation: Translation, op: tensor.EmptyOp) -> None:
    dims = shaped(op.tensor.type, translation, op.dynamic_sizes)
    translation.values[op.tensor] = Empty(dims, element_of(op.tensor.type))


def convert_splat(translation: Translation, op: tensor.SplatOp) -> None:
    dims = shaped(op.result.type, translation, op.dynamicSizes)
    value = translation.scalar(op.input)
    translation.values[op.result] = Filled(dims, element_of(op.result.type), value)


def convert_from_elements(translation: Translation, op: tensor.FromElementsOp) -> None:
    dims = shaped(op.result.type, translation, ())
    elements = tuple(translation.scalar(e) for e in op.elements)
    element = element_of(op.result.type)
    found: Tensor = Elements(dims, element, elements)
    if len(elements) == 1:
        found = Filled(dims, element, elements[0])
    translation.values[op.result] = found


def convert_dim(translation: Translation, op: tensor.DimOp) -> None:
    index = translation.scalar(op.index)
    if not isinstance(index, Symbolic) or not index.expr.is_Integer:
        fail(op, "needs a constant dimension")
    size = translation.dims(op.source)[int(index.expr)]
    translation.values[op.result] = Symbolic(size, op.result.type)


def convert_cast(translation: Translation, op: tensor.CastOp) -> None:
    """
    `tensor.cast`: the same tensor. A size that becomes fixed must follow from what is known; `cast
    ? -> 1` of a size that is not 1 is a known miscompile upstream and is refused.
    """
    dims = translation.merged_dims(op.dest.type, translation.dims(op.source), op)
    resize(translation, op, op.source, op.dest, dims)


def resize(
    translation: Translation,
    op: Operation,
    source: SSAValue,
    result: SSAValue,
    dims: Sequence[Expr],
) -> None:
    """Let `result` be the elements of `source` in row-major order in other sizes."""
    found = translation.tensor(source)
    sizes = tuple(dims)
    match found:
        case Filled(element=element, value=value):
            new: Tensor = Filled(sizes, element, value)
        case Empty(element=element):
            new = Empty(sizes, element)
        case Elements(element=element, elements=elements):
            new = Elements(sizes, element, elements)
        case Array(container=container, owned=owned):
            view = translation.reshaped(container, sizes, op, result)
            new = Array(view, owned and last_use(source, op))
    translation.values[result] = new


def convert_expand_shape(translation: Translation, op: tensor.ExpandShapeOp) -> None:
    dynamic = iter(op.dynamic_output_shape)
    dims = tuple(
        symbolic.integer(n) if n >= 0 else translation.symbol_of(next(dynamic), op)
        for n in op.static_output_shape.get_values()
    )
    dims = translation.merged_dims(op.result.type, dims, op)
    source = translation.dims(op.src)
    for group, size in zip(_groups(op.reassociation), source, strict=False):
        parts = symbolic.product(dims[d] for d in group)
        translation.require_equal(parts, size, "source and result", op)
    resize(translation, op, op.src, op.result, dims)


def convert_collapse_shape(translation: Translation, op: tensor.CollapseShapeOp) -> None:
    source = translation.dims(op.src)
    dims = [symbolic.product(source[d] for d in group) for group in _groups(op.reassociation)]
    dims = translation.merged_dims(op.result.type, dims, op)
    resize(translation, op, op.src, op.result, dims)


def _groups(reassociation: Attribute) -> list[list[int]]:
    return [[i.value.data for i in group] for group in reassociation]  # pyright: ignore


def convert_reshape(translation: Translation, op: Operation) -> None:
    """
    `tensor.reshape`: sizes come from a tensor, whose elements must be expressions; one may be -1.

    Raises `SDFGError` where the number of elements does not follow: a size that is only right for
    some sizes of the input means garbage for the others.
    """
    source, shape = op.operands
    (result,) = op.results
    old = translation.dims(source)
    sizes = _shape_elements(translation, shape, op)
    unknown = [d for d, e in enumerate(sizes) if e == -1]
    total = symbolic.product(old)
    if unknown:
        rest = symbolic.product(e for e in sizes if e != -1)
        sizes[unknown[0]] = symbolic.FloorDiv(total, rest)
    dims = translation.merged_dims(result.type, sizes, op)
    if not symbolic.equal(symbolic.product(dims), total):
        texts = [", ".join(map(symbolic.text_of, d)) for d in (old, dims)]
        fail(
            op,
            f"reshapes [{texts[0]}] to [{texts[1]}], "
            "which has another number of elements for most sizes",
            hint="give the model's input fixed sizes",
        )
    resize(translation, op, source, result, dims)


def _shape_elements(translation: Translation, shape: SSAValue, op: Operation) -> list[Expr]:
    found = translation.tensor(shape)
    scalars: Sequence[Scalar]
    match found:
        case Elements(elements=elements):
            scalars = elements
        case Filled(dims=dims, value=value):
            scalars = [value] * int(dims[0])
        case Array(container=container) if (known := constant_elements(container)) is not None:
            scalars = known
        case _:
            fail(op, "needs a shape whose elements are known expressions, but data decides it")
    exprs = [s.expr for s in scalars if isinstance(s, Symbolic)]
    if len(exprs) != len(scalars):
        fail(op, "needs a shape whose elements are known expressions, but data decides it")
    return exprs


def constant_elements(container: SSAValue) -> list[Scalar] | None:
    """The elements of a constant that stands in the text, whole and in order."""
    value = getattr(container.owner, "value", None)
    if not isinstance(value, DenseIntOrFPElementsAttr):
        return None
    return [cast(Scalar, literal(e)) for e in value.get_attrs()]


def convert_extract(translation: Translation, op: tensor.ExtractOp) -> None:
    """`tensor.extract` of one element: the number itself where it is known, else a view of it."""
    found = translation.tensor(op.tensor)
    if isinstance(found, Filled):
        translation.values[op.result] = found.value
        return
    at = [translation.symbol_of(i, op) for i in op.indices]
    known = found.elements if isinstance(found, Elements) else None
    if isinstance(found, Array):
        known = constant_elements(found.container)
    if known is not None and all(e.is_Integer for e in at):
        strides = symbolic.row_major(found.dims)
        translation.values[op.result] = known[sum(int(i * s) for i, s in zip(at, strides))]
        return
    container = translation.container(op.tensor, op)
    layout = Layout.of(array_type(container))
    ones = [symbolic.integer(1)] * len(at)
    scalar = layout.sliced(at, ones, ones).without(range(len(at)))
    translation.values[op.result] = Stored(translation.view(container, scalar, op))
