"""Results of a point of a map in a register while it computes (scalar replacement)."""

from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.names import label
from sdfg.lowering.schedule.transforms.nest import Nest
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.vector_tasklets import move_tasklet
from sdfg.lowering.simplify.rewriting import set_memlet


@dataclass(frozen=True)
class ScalarizePass(Transformation):
    """
    Let each point of a map combine its result in a register of its own, and write it once.

    Before, and after `sdfg-scalarize`:

    ```
    map [i = 0:N] { C[i] = 0; map [k = 0:K] { C[i] += A[i, k] } }

    map [i = 0:N] { t = alloc [] register; t = 0; map [k = 0:K] { t += A[i, k] }; C[i] = t }
    ```

    To do a point twice then changes nothing. For elements to which a point of the map first gives a
    value and which nothing else in the nest uses; others stay as they are.
    """

    name = "sdfg-scalarize"

    def rewrite(self, nest: Nest) -> None:
        for loop in [op for op in nest.walk() if isinstance(op, MapOp)]:
            for first in [op for op in loop.body.block.ops if isinstance(op, TaskletOp)]:
                for container, memlet in first.output_accesses:
                    self.replace(nest, loop, first, container, memlet)

    def replace(
        self, nest: Nest, loop: MapOp, first: TaskletOp, container: SSAValue, memlet: MemletAttr
    ) -> None:
        """Let what `first` gives a value to be private to an iteration of `loop`."""
        if memlet.wcr is not None or not memlet.subset.is_point:
            return
        owner = root(container).owner
        if isinstance(owner, Operation) and any(r.is_ancestor(owner) for r in nest.roots):
            return
        uses = [
            (op, index)
            for op in nest.walk()
            for index, operand in enumerate(op.operands)
            if root(operand) is root(container)
        ]
        if len(uses) < 2 or uses[0][0] is not first or uses[0][1] < len(first.inputs):
            return
        found: list[tuple[TaskletOp, int, MemletAttr]] = []
        for op, index in uses:
            if not isinstance(op, TaskletOp) or not loop.is_ancestor(op):
                return
            access, at = (*op.input_accesses, *op.output_accesses)[index]
            whole = index - len(op.inputs) in op.stored_outputs
            if access is not container or at.subset != memlet.subset or whole:
                return
            found.append((op, index, at))
        element = array_type(container).element_type
        alloc = AllocOp(ArrayType([], element, storage="register"), label(container))
        alloc.result.name_hint = container.name_hint
        for op, index, at in found:
            here = MemletAttr(SubsetAttr(()), at.resolution.data)
            set_memlet(op, index, alloc.result, here)
        private = (alloc.result, MemletAttr(SubsetAttr(())))
        last = move_tasklet(private, (container, MemletAttr(memlet.subset)), element)
        block = loop.body.block
        first_op = block.first_op
        assert first_op is not None
        block.insert_op_before(derived(alloc, first), first_op)
        block.add_op(derived(last, first))
