"""torch-mlir's `tm_tensor` operations: scans, scatters and sorts become library nodes."""

from collections.abc import Sequence
from typing import Any, cast

from xdsl.dialects import arith
from xdsl.dialects.builtin import BoolAttr, IntegerAttr, StringAttr, i64
from xdsl.ir import BlockArgument, Operation, SSAValue
from xdsl.ir.affine import AffineMap

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.reductions import ScanOp
from sdfg.dialect.ops.reordering import ScatterOp, SortOp
from sdfg.dialect.ops.tasklet_body import LoadOp
from sdfg.lowering.to_sdfg.arithmetic import PREDICATES
from sdfg.lowering.to_sdfg.attributes import element_of, integers
from sdfg.lowering.to_sdfg.combiners import combiner, is_neutral
from sdfg.lowering.to_sdfg.layouts import Layout
from sdfg.lowering.to_sdfg.nests import mapped, point
from sdfg.lowering.to_sdfg.slices import overwritten
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.translation import Translation
from sdfg.lowering.to_sdfg.values import Array, Filled, array_type

# The classes of these operations live in the frontend, so their fields are untyped here.


def convert_scan(translation: Translation, op: Any) -> None:
    """
    `tm_tensor.scan`: a running reduction, and as a second result where it ended.

    ```
    %y, %end = tm_tensor.scan ins(%x) outs(%y0, %start)   ->   sdfg.scan (%x) -> (%y)
    ```
    """
    element, accumulator = _yield_arguments(op)
    found = combiner(accumulator, _yielded(op)) or combiner(element, _yielded(op))
    if found is None or found.value not in (element, accumulator):
        fail(op, "combines with an operation that is no conflict resolution")
    inclusive = bool(op.inclusive)
    start = translation.tensor(op.outputs[1])
    if not inclusive and not (isinstance(start, Filled) and is_neutral(start.value, found.kind)):
        fail(op, "starts an exclusive scan from something else than the neutral element")
    axis = int(op.dimension.value.data)
    x = translation.container(op.inputs[0], op)
    result, end = cast(Sequence[SSAValue], op.results)
    kind = array_type(x)
    y = translation.allocate(kind.dims, kind.element_type, op, result)
    attributes = {
        "kind": StringAttr(found.kind),
        "axis": IntegerAttr(axis, i64),
        "exclusive": BoolAttr.from_bool(not inclusive),
        "reverse": BoolAttr.from_bool(False),
    }
    translation.state(op, [ScanOp([x], [y], attributes)])
    translation.values[result] = Array(y, owned=end.first_use is None)
    if end.first_use is None:
        return
    if not inclusive:
        fail(op, "uses the end of an exclusive scan")
    layout = Layout.of(array_type(y))
    zero, one = symbolic.integer(0), symbolic.integer(1)
    offsets = [layout.dims[axis] - 1 if d == axis else zero for d in range(kind.rank)]
    sizes = [one if d == axis else e for d, e in enumerate(layout.dims)]
    last = layout.sliced(offsets, sizes, [one] * kind.rank).without([axis])
    translation.values[end] = Array(translation.view(y, last, op))


def convert_scatter(translation: Translation, op: Any) -> None:
    """
    `tm_tensor.scatter`: rows of updates to where rows of indices say, in order.

    ```
    %y = tm_tensor.scatter ins(%u, %index) outs(%x)   ->   sdfg.copy %x -> %y; sdfg.scatter ...
    ```
    """
    update, old = _yield_arguments(op)
    yielded = _yielded(op)
    found = combiner(old, yielded)
    if yielded is not update and (found is None or found.value is not update):
        fail(op, "combines with an operation that is no conflict resolution")
    updates, index = (translation.container(v, op) for v in op.inputs)
    named = integers(op.dimension_map)
    (result,) = op.results
    target = overwritten(translation, op.outputs[0], result, op)
    translation.values[result] = Array(target, owned=True)
    layout = Layout.of(array_type(target))
    rest = [d for d in range(len(layout.dims)) if d not in named]
    y = translation.view(target, layout.permuted([*named, *rest]), op)
    u = Layout.of(array_type(updates))
    if len(u.dims) == len(layout.dims) + 1:
        # A window over all dimensions: of size 1 along the ones that the index names.
        if any(u.dims[1 + d] != 1 for d in named):
            fail(op, "scatters windows of more than one row")
        u = u.without([1 + d for d in named])
    attributes = {"kind": StringAttr(found.kind)} if found is not None else {}
    node = ScatterOp([translation.view(updates, u, op), index], [y], attributes)
    translation.state(op, [node])


def convert_sort(translation: Translation, op: Any) -> None:
    """
    `tm_tensor.sort` by its first tensor; the others are put in the same order.

    ```
    %k, %i = tm_tensor.sort outs(%keys, %iota)   ->   sdfg.sort (%keys) -> (%k, %i)
    ```
    """
    descending = _descending(op)
    axis = 0 if op.dimension is None else int(op.dimension.value.data)
    keys = translation.container(op.outputs[0], op)
    kind = array_type(keys)
    results: list[SSAValue] = list(op.results)
    sorted_keys = translation.allocate(kind.dims, kind.element_type, op, results[0])
    translation.values[results[0]] = Array(sorted_keys, owned=True)
    attributes = {
        "axis": IntegerAttr(axis, i64),
        "descending": BoolAttr.from_bool(descending),
    }
    outputs = [sorted_keys]
    others = list(zip(op.outputs[1:], results[1:], strict=True))
    counting = [r for v, r in others if _is_count(v, axis)]
    if others:
        value = counting[0] if counting else None
        origin = translation.allocate(kind.dims, i64, op, value)
        outputs.append(origin)
        translation.state(op, [SortOp([keys], outputs, attributes)])
        for tensor, result in others:
            if result in counting:
                translation.values[result] = Array(origin)
            else:
                _reorder(translation, op, (tensor, result), origin, axis)
    else:
        translation.state(op, [SortOp([keys], outputs, attributes)])


def _descending(op: Any) -> bool:
    compare = _yielded(op).owner
    first, second = op.body.block.args[:2]
    if not isinstance(compare, arith.CmpfOp | arith.CmpiOp):
        fail(op, "orders by something else than a comparison of its first tensor")
    names = arith.CMPF_COMPARISON_OPERATIONS
    if isinstance(compare, arith.CmpiOp):
        names = list(PREDICATES)
    name = names[compare.predicate.value.data]
    operands = (compare.lhs, compare.rhs)
    if name[1:] not in ("lt", "le", "gt", "ge") or set(operands) != {first, second}:
        fail(op, "orders by something else than a comparison of its first tensor")
    return (name[1] == "g") == (operands == (first, second))


def _is_count(value: SSAValue, axis: int) -> bool:
    """Whether a tensor of `i64` counts along `axis`: what a sort then brings is where from."""
    op: Any = value.owner
    if isinstance(value, BlockArgument) or op.name != "linalg.generic":
        return False
    if len(op.results) != 1 or len(op.inputs):
        return False
    (index_map,) = op.indexing_maps
    source: Any = op.body.block.last_op.operands[0].owner
    if isinstance(source, arith.IndexCastOp):
        source = source.input.owner
    counts = source.name == "linalg.index" and source.dim.value.data == axis
    identity = AffineMap.identity(index_map.data.num_dims)
    return bool(counts and index_map.data == identity) and element_of(value.type) == i64


def _reorder(
    translation: Translation,
    op: Operation,
    values: tuple[SSAValue, SSAValue],
    origin: SSAValue,
    axis: int,
) -> None:
    """A tensor in the order of the keys: an element comes from where its key came from."""
    source = translation.container(values[0], op)
    kind = array_type(source)
    target = translation.allocate(kind.dims, kind.element_type, op, values[1])
    params = translation.params("i", kind.rank)
    at = [symbolic.symbol(p) for p in params]
    builder = TaskletBuilder()
    row = builder.read(origin, point(at))
    whole = MemletAttr(SubsetAttr.full(kind.dims), volume=1)
    container = builder.read(source, whole)
    where = builder.emit(arith.IndexCastOp(row, builder.index(at[axis]).type))
    indices = [where if d == axis else builder.index(e) for d, e in enumerate(at)]
    value = builder.emit(LoadOp(container, indices))
    tasklet = builder.finish([(target, point(at))], [value])
    translation.state(op, mapped(params, kind.dims, [tasklet]), "reorder")
    translation.values[values[1]] = Array(target, owned=True)


def _yield_arguments(op: Any) -> tuple[BlockArgument, BlockArgument]:
    first, second = op.body.block.args
    return first, second


def _yielded(op: Any) -> SSAValue:
    last = op.body.block.last_op
    return last.operands[0]
