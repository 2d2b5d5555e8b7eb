"""Operations that take tensors apart and put them together: slices, paddings, concatenations."""

from collections.abc import Sequence

from xdsl.dialects import tensor
from xdsl.dialects.builtin import DYNAMIC_INDEX
from xdsl.ir import Attribute, BlockArgument, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.attributes import element_of, integers, shape_of
from sdfg.lowering.to_sdfg.bodies import BodyCloner
from sdfg.lowering.to_sdfg.layouts import Layout
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.translation import Translation, last_use, whole
from sdfg.lowering.to_sdfg.values import Array, Empty, Filled, Symbolic, array_type


def mixed(
    translation: Translation,
    static: Attribute,
    dynamic: Sequence[SSAValue],
    op: Operation,
) -> list[Expr]:
    """Numbers of an attribute, with operands in place of the dynamic ones."""
    operands = iter(dynamic)
    return [
        translation.symbol_of(next(operands), op) if n == DYNAMIC_INDEX else symbolic.integer(n)
        for n in integers(static)
    ]


def _dropped(sizes: Sequence[Expr], kind: Attribute, stated: Attribute) -> list[int]:
    """The dimensions of size 1 that a slice of a smaller rank leaves out: the first that fit."""
    wanted = list(shape_of(kind))
    dropped: list[int] = []
    numbers = integers(stated)
    for d, number in enumerate(numbers):
        kept = len(wanted) and (wanted[0] == number or (wanted[0] < 0 and number < 0))
        spare = len(numbers) - len(dropped) > len(shape_of(kind))
        if number == 1 and spare and not (kept and _fits(numbers[d + 1 :], wanted[1:])):
            dropped.append(d)
        elif kept:
            wanted.pop(0)
    return dropped


def _fits(numbers: Sequence[int], wanted: Sequence[int]) -> bool:
    """Whether dropping some 1s from `numbers` leaves `wanted`."""
    rest = list(wanted)
    for number in numbers:
        if rest and (rest[0] == number or (rest[0] < 0 and number < 0)):
            rest.pop(0)
        elif number != 1:
            return False
    return not rest


def convert_extract_slice(translation: Translation, op: tensor.ExtractSliceOp) -> None:
    """A slice is a view."""
    offsets = mixed(translation, op.static_offsets, op.offsets, op)
    sizes = mixed(translation, op.static_sizes, op.sizes, op)
    steps = mixed(translation, op.static_strides, op.strides, op)
    dropped = _dropped(sizes, op.result.type, op.static_sizes)
    dims = tuple(e for d, e in enumerate(sizes) if d not in dropped)
    dims = translation.merged_dims(op.result.type, dims, op)
    found = translation.tensor(op.source)
    if isinstance(found, Filled):
        translation.values[op.result] = Filled(dims, found.element, found.value)
        return
    if isinstance(found, Empty) or any(size == 0 for size in dims):
        translation.values[op.result] = Empty(dims, found.element)
        return
    container = translation.container(op.source, op)
    layout = Layout.of(array_type(container)).sliced(offsets, sizes, steps).without(dropped)
    layout = Layout(dims, layout.strides, layout.offset)
    translation.values[op.result] = Array(translation.view(container, layout, op))


def convert_insert_slice(translation: Translation, op: tensor.InsertSliceOp) -> None:
    """
    ```
    %y = tensor.insert_slice %x into %d[...]   ->   sdfg.copy %x -> %y[...]
    ```
    In place where nothing else sees %d, else into a copy of it.
    """
    offsets = mixed(translation, op.static_offsets, op.offsets, op)
    sizes = mixed(translation, op.static_sizes, op.sizes, op)
    steps = mixed(translation, op.static_strides, op.strides, op)
    dropped = _dropped(sizes, op.source.type, op.static_sizes)
    source = translation.container(op.source, op)
    target = overwritten(translation, op.dest, op.result, op)
    ranges = tuple(
        Range.point(at) if d in dropped else _span(at, size, step)
        for d, (at, size, step) in enumerate(zip(offsets, sizes, steps, strict=True))
    )
    write = MemletAttr(SubsetAttr(ranges))
    translation.state(op, [CopyOp((source, whole(source)), (target, write))])
    translation.values[op.result] = Array(target, owned=True)


def _span(at: Expr, size: Expr, step: Expr) -> Range:
    if step == 1 or size == 0:
        return Range(at, at + size)
    return Range(at, at + (size - 1) * step + 1, step)


def overwritten(translation: Translation, old: SSAValue, new: SSAValue, op: Operation) -> SSAValue:
    """A container that holds `old` and may be changed into `new`."""
    found = translation.tensor(old)
    if isinstance(found, Array) and found.owned and last_use(old, op):
        if new not in translation.destinations:
            return found.container
    dims = translation.merged_dims(new.type, found.dims, op)
    target = translation.allocate(dims, found.element, op, new)
    translation.write(found, target, op)
    return target


def convert_insert(translation: Translation, op: tensor.InsertOp) -> None:
    """`tensor.insert` of one element."""
    at = [translation.symbol_of(i, op) for i in op.indices]
    target = overwritten(translation, op.dest, op.result, op)
    builder = TaskletBuilder()
    value = builder.scalar(translation.scalar(op.scalar))
    translation.state(op, [builder.finish([(target, point(at))], [value])])
    translation.values[op.result] = Array(target, owned=True)


def convert_concat(translation: Translation, op: tensor.ConcatOp) -> None:
    """
    ```
    %c = tensor.concat dim(1) %a, %b   ->   sdfg.copy %a -> %c[0:N, 0:4]; %b -> %c[0:N, 4:9]
    ```
    """
    axis = op.dim.value.data
    parts = [translation.dims(i) for i in op.inputs]
    for dims in parts[1:]:
        for d, (a, b) in enumerate(zip(parts[0], dims, strict=True)):
            if d != axis:
                translation.require_equal(a, b, "operands", op)
    total = sum((p[axis] for p in parts), symbolic.integer(0))
    dims = translation.merged_dims(
        op.result.type, [total if d == axis else e for d, e in enumerate(parts[0])], op
    )
    sources = [translation.initial(i, op) for i in op.inputs]
    target = translation.allocate(dims, element_of(op.result.type), op, op.result)
    start = symbolic.integer(0)
    nodes: list[Operation] = []
    for source in sources:
        size = array_type(source).dims[axis]
        ranges = [Range.of(0, e) for e in dims]
        ranges[axis] = Range(start, start + size)
        nodes.append(
            CopyOp((source, whole(source)), (target, MemletAttr(SubsetAttr(tuple(ranges)))))
        )
        start = start + size
    translation.state(op, nodes)
    translation.values[op.result] = Array(target, owned=True)


def convert_pad(translation: Translation, op: tensor.PadOp) -> None:
    """
    ```
    map [i0 = ...] { tasklet () -> (%y[i0, ...]) { the padding } }   for each side
    sdfg.copy %x -> %y[the inside]
    ```
    Sides do not overlap, so every element is written once.
    """
    low = mixed(translation, op.static_low, op.low, op)
    high = mixed(translation, op.static_high, op.high, op)
    found = translation.tensor(op.source)
    sizes = [lo + e + hi for lo, e, hi in zip(low, found.dims, high, strict=True)]
    dims = translation.merged_dims(op.result.type, sizes, op)
    source = _cropped(translation, op, low, high)
    low, high = ([_positive(e) for e in amounts] for amounts in (low, high))
    target = translation.allocate(dims, found.element, op, op.result)
    inside = [Range(lo, lo + e) for lo, e in zip(low, array_type(source).dims, strict=True)]
    nodes: list[Operation] = []
    for side in _sides(inside, low, high, dims):
        nodes.append(_padding(translation, op, target, side))
    write = MemletAttr(SubsetAttr(tuple(inside)))
    nodes.append(CopyOp((source, whole(source)), (target, write)))
    translation.state(op, nodes)
    translation.values[op.result] = Array(target, owned=True)


def _cropped(
    translation: Translation, op: tensor.PadOp, low: Sequence[Expr], high: Sequence[Expr]
) -> SSAValue:
    """The source without what a negative padding takes away."""
    source = translation.initial(op.source, op)
    if all(_positive(e) == e for e in (*low, *high)):
        return source
    layout = Layout.of(array_type(source))
    starts = [_positive(-e) if e.is_Integer else symbolic.integer(0) for e in low]
    ends = [_positive(-e) if e.is_Integer else symbolic.integer(0) for e in high]
    sizes = [e - a - b for a, e, b in zip(starts, layout.dims, ends, strict=True)]
    ones = [symbolic.integer(1)] * len(sizes)
    return translation.view(source, layout.sliced(starts, sizes, ones), op)


def _positive(amount: Expr) -> Expr:
    """A number that is not negative, or 0 in its place; a symbolic padding is not negative."""
    return symbolic.integer(0) if amount.is_Integer and amount < 0 else amount


def _sides(
    inside: Sequence[Range], low: Sequence[Expr], high: Sequence[Expr], dims: Sequence[Expr]
) -> list[list[Range]]:
    """
    The boxes around the inside: before and behind it in each dimension, with all of the later
    dimensions.
    """
    sides: list[list[Range]] = []
    full = [Range.of(0, e) for e in dims]
    for d, (lo, hi) in enumerate(zip(low, high, strict=True)):
        for amount, side in ((lo, Range.of(0, lo)), (hi, Range(dims[d] - hi, dims[d]))):
            if amount != 0:
                sides.append([*inside[:d], side, *full[d + 1 :]])
    return sides


def _padding(
    translation: Translation, op: tensor.PadOp, target: SSAValue, side: Sequence[Range]
) -> Operation:
    params = translation.params("i", len(side))
    at = [symbolic.symbol(p) for p in params]
    builder = TaskletBuilder()

    def index(argument: BlockArgument) -> Symbolic:
        return Symbolic(at[argument.index], argument.type)

    ranges = {p: (r.start, r.end - 1) for p, r in zip(params, side, strict=True)}
    last = op.region.block.last_op
    assert last is not None
    with translation.facts.within(ranges):
        value = BodyCloner(translation, builder, index, at).value(last.operands[0])
    return MapOp(params, list(side), [builder.finish([(target, point(at))], [value])])
