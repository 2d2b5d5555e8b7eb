"""Results that bypass the caches."""

from dataclasses import dataclass

from xdsl.dialects.builtin import UnitAttr, VectorType
from xdsl.ir import SSAValue

from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.ops.tasklet import TaskletOp, is_whole_vector
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.transforms.nest import Nest, refuse
from sdfg.lowering.schedule.transforms.transformation import Transformation


@dataclass(frozen=True)
class StreamPass(Transformation):
    """
    Let the vectors that a nest writes bypass the caches (non-temporal stores).

    Before, and after `sdfg-stream`:

    ```
    tasklet (..) -> (B[8 * i:8 * i + 8]) { .. }

    tasklet (..) -> (B[8 * i:8 * i + 8]) nontemporal { .. }
    ```

    Pays where the result is so large that the caches hold little of it when it is read again. It
    changes no result. Applied to tasklets that write whole vectors to memory that nothing in the
    nest reads; refused where there is none.
    """

    name = "sdfg-stream"

    def rewrite(self, nest: Nest) -> None:
        tasklets = [op for op in nest.walk() if isinstance(op, TaskletOp)]
        read = {root(c) for t in tasklets for c in t.inputs}
        found = [t for t in tasklets if t.outputs and writes_vectors(t, read)]
        if not found:
            refuse("nothing writes vectors to memory that the nest does not read")
        for tasklet in found:
            tasklet.attributes["nontemporal"] = UnitAttr()


def writes_vectors(tasklet: TaskletOp, read: set[SSAValue]) -> bool:
    """Whether all that a tasklet writes are vectors, side by side in memory that is not read."""
    if tasklet.stored_outputs:
        return False
    for value, (container, memlet) in zip(tasklet.yielded, tasklet.output_accesses, strict=True):
        kind = container.type
        if not isinstance(kind, ArrayType) or not is_whole_vector(value.type, memlet):
            return False
        if kind.storage.kind.data in ("register", "stack") or root(container) in read:
            return False
        if isinstance(array_type(container).element_type, VectorType) or memlet.wcr is not None:
            return False
        ranges = [(d, r) for d, r in enumerate(memlet.ranges) if not r.is_point]
        if len(ranges) != 1 or ranges[0][1].step * kind.strides.data[ranges[0][0]] != 1:
            return False
    return True
