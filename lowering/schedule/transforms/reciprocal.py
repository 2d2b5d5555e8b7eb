"""Products with a reciprocal instead of many quotients by one number."""

from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import Float32Type, Float64Type, FloatAttr
from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue

from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.transforms.nest import Nest, nodes, parameter, refuse
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import set_memlet

POLICIES = ("exponentials", "all")


@dataclass(frozen=True)
class ReciprocalPass(Transformation):
    """
    Divide once: a loop that divides by a number that stays the same multiplies by its reciprocal.

    Before, and after `sdfg-reciprocal{loop=i}`:

    ```
    map [i = 0:N] { B[i] = A[i] / S[] }

    reciprocal = alloc [] register; reciprocal[] = 1 / S[]
    map [i = 0:N] { B[i] = A[i] * reciprocal[] }
    ```

    The accuracy that this costs: a result is at most 1.5 units in the last place off, not 0.5. A
    divisor below 2^-126 or above 2^126 (f32) has no normal reciprocal; so by default only sums of
    exponentials are taken, which in a softmax are 1 or more. Refused where the loop has none.
    """

    name = "sdfg-reciprocal"

    loop: str
    """An innermost loop."""
    only: str = "exponentials"
    """Divisors: sums of `exponentials`, or `all`."""

    def __post_init__(self) -> None:
        if self.only not in POLICIES:
            raise ValueError(f"{self.name}: only is one of {', '.join(POLICIES)}, got {self.only}")

    def rewrite(self, nest: Nest) -> None:
        found = [
            (loop, *quotient)
            for loop in nest.maps(self.loop)
            for quotient in quotients(loop)
            if self.only == "all" or sums_exponentials(quotient[0], quotient[2])
        ]
        if not found:
            what = "the same number" if self.only == "all" else "a sum of exponentials"
            refuse(f"loop {self.loop} divides nothing by {what}")
        if any(loop in nest.roots for loop, *_ in found):
            refuse("the loop is the whole nest")
        for loop, tasklet, op, argument in found:
            multiply(loop, tasklet, op, argument)


Quotient = tuple[TaskletOp, arith.DivfOp, BlockArgument]


def quotients(loop: MapOp) -> Iterator[Quotient]:
    """The divisions by a number that no iteration of an innermost loop changes."""
    tasklets = [op for op in nodes(loop) if isinstance(op, TaskletOp)]
    written = {root(c) for t in tasklets for c in t.outputs}
    for tasklet in tasklets:
        for op in tasklet.body.block.ops:
            if not isinstance(op, arith.DivfOp) or not isinstance(op.rhs, BlockArgument):
                continue
            container, memlet = tasklet.input_accesses[op.rhs.index]
            if not isinstance(op.rhs.type, Float32Type | Float64Type):
                continue
            same = parameter(loop) not in memlet.symbols and memlet.subset.is_point
            if same and root(container) not in written:
                yield tasklet, op, op.rhs


def sums_exponentials(tasklet: TaskletOp, argument: BlockArgument) -> bool:
    """Whether what is read is only ever combined as a sum of exponentials, from a constant on."""
    container = tasklet.inputs[argument.index]
    writers = [
        (use.operation, use.index - len(use.operation.inputs))
        for use in container.uses
        if isinstance(use.operation, TaskletOp) and use.index >= len(use.operation.inputs)
    ]
    sums = 0
    for writer, index in writers:
        wcr = writer.output_accesses[index][1].wcr
        value = writer.yielded[index] if not writer.stored_outputs else None
        if wcr == "sum" and value is not None and isinstance(value.owner, math.ExpOp):
            sums += 1
        elif wcr is not None or value is None or not isinstance(value.owner, arith.ConstantOp):
            return False
    return sums > 0


def multiply(loop: MapOp, tasklet: TaskletOp, op: arith.DivfOp, argument: BlockArgument) -> None:
    """Compute the reciprocal before the loop, and use it in the tasklet."""
    if len(list(argument.uses)) > 1:
        refuse("the divisor is used a second time")
    source = tasklet.input_accesses[argument.index]
    element = array_type(source[0]).element_type
    registers = AllocOp(ArrayType((), element, storage="register"), "reciprocal")
    registers.result.name_hint = "reciprocal"
    target = (registers.result, MemletAttr(SubsetAttr(())))
    block = loop.parent_block()
    assert block is not None
    ops: list[Operation] = [registers, inverse(source, target, element)]
    for new in ops:
        derived(new, tasklet)
    block.insert_ops_before(ops, loop)
    set_memlet(tasklet, argument.index, *target)
    product = arith.MulfOp(op.lhs, argument)
    body = tasklet.body.block
    body.insert_op_before(derived(product, op), op)
    op.result.replace_all_uses_with(product.result)
    op.detach()
    op.erase()


def inverse(
    source: tuple[SSAValue, MemletAttr], target: tuple[SSAValue, MemletAttr], element: Attribute
) -> TaskletOp:
    """`tasklet (%s = source) -> (target) { yield 1 / %s }`"""
    assert isinstance(element, Float32Type | Float64Type)
    block = Block(arg_types=[element])
    one = arith.ConstantOp(FloatAttr(1.0, element))
    quotient = arith.DivfOp(one.result, block.args[0])
    block.add_ops([one, quotient, YieldOp(quotient.result)])
    return TaskletOp([source], [target], Region(block))
