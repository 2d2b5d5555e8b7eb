"""Numbers between tensors: sizes stay expressions, the rest is computed in tasklets."""

from xdsl.dialects import cf
from xdsl.ir import Operation, SSAValue

from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.lowering.to_sdfg.arithmetic import evaluated
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.translation import Translation
from sdfg.lowering.to_sdfg.values import Scalar, Stored, Symbolic


def convert_scalar(translation: Translation, op: Operation) -> None:
    """
    An operation of `arith` or `math` on numbers.

    ```
    %r = arith.addf %a, %b : f32   ->   sdfg.tasklet (%x = %a[], %y = %b[]) -> (%r[]) { ... }
    ```
    """
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


def convert_assert(translation: Translation, op: cf.AssertOp) -> None:
    """`cf.assert`: nothing where it always holds, else a state that checks."""
    condition: Scalar = translation.scalar(op.arg)
    if isinstance(condition, Symbolic):
        translation.require(condition.expr, op.msg.data, op)
    else:
        translation.assert_scalar(condition, op.msg.data, op)
