"""Numbers between tensors: sizes stay expressions, the rest is computed in tasklets."""

from xdsl.dialects import cf
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.lowering.to_sdfg.arithmetic import evaluated
from sdfg.lowering.to_sdfg.attributes import element_of
from sdfg.lowering.to_sdfg.nests import mapped, point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.translation import Translation
from sdfg.lowering.to_sdfg.values import Array, Filled, Scalar, Stored, Symbolic


def convert_scalar(translation: Translation, op: Operation) -> None:
    """
    An operation of `arith` or `math` on numbers.

    ```
    %r = arith.addf %a, %b : f32   ->   sdfg.tasklet (%x = %a[], %y = %b[]) -> (%r[]) { ... }
    ```
    """
    if isinstance(op.results[0].type, TensorType):
        _convert_elementwise(translation, op)
        return
    operands = [translation.scalar(o) for o in op.operands]
    result = evaluated(op, operands, translation.facts)
    if result is not None:
        translation.values[op.results[0]] = result
        return
    builder = TaskletBuilder()
    values = {
        old: builder.scalar(scalar) for old, scalar in zip(op.operands, operands, strict=True)
    }
    clone = op.clone(values)
    builder.block.add_op(derived(clone, op))
    outputs: list[tuple[SSAValue, MemletAttr]] = []
    for value in op.results:
        container = translation.allocate((), value.type, op, value)
        translation.values[value] = Stored(container)
        outputs.append((container, MemletAttr(SubsetAttr.points(()))))
    translation.state(op, [builder.finish(outputs, clone.results)])


def _convert_elementwise(translation: Translation, op: Operation) -> None:
    """An operation of `arith` or `math` on tensors: the same for each element."""
    shaped = [o for o in op.operands if isinstance(o.type, TensorType)]
    dims = translation.dims(shaped[0])
    for operand in shaped[1:]:
        for a, b in zip(dims, translation.dims(operand), strict=True):
            translation.require_equal(a, b, "operands", op)
    params = translation.params("i", len(dims))
    at = [symbolic.symbol(p) for p in params]
    builder = TaskletBuilder()

    def element(operand: SSAValue) -> SSAValue:
        found = translation.values[operand]
        if isinstance(found, Filled):
            return builder.scalar(found.value)
        if isinstance(found, Scalar):
            return builder.scalar(found)
        return builder.read(translation.container(operand, op), point(at))

    elements = [element(o) for o in op.operands]
    kinds = [element_of(r.type) for r in op.results]
    clone = type(op).create(
        operands=elements,
        result_types=kinds,
        properties=dict(op.properties),
        attributes=dict(op.attributes),
    )
    builder.block.add_op(derived(clone, op))
    outputs: list[tuple[SSAValue, MemletAttr]] = []
    for value, kind in zip(op.results, kinds, strict=True):
        sizes = translation.merged_dims(value.type, dims, op)
        container = translation.allocate(sizes, kind, op, value)
        translation.values[value] = Array(container, owned=True)
        outputs.append((container, point(at)))
    tasklet = builder.finish(outputs, clone.results)
    translation.state(op, mapped(params, dims, [tasklet]))


def convert_assert(translation: Translation, op: cf.AssertOp) -> None:
    """`cf.assert`: nothing where it always holds, else a state that checks."""
    condition: Scalar = translation.scalar(op.arg)
    if isinstance(condition, Symbolic):
        translation.require(condition.expr, op.msg.data, op)
    else:
        translation.assert_scalar(condition, op.msg.data, op)
