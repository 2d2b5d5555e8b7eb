"""Loops whose points are lanes where nothing is reduced, and how much is written."""

from collections.abc import Iterable

from xdsl.dialects.builtin import AnyFloat, IntegerType
from xdsl.ir import Attribute, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.nests import stride
from sdfg.lowering.schedule.transforms.reciprocal import quotients, sums_exponentials
from sdfg.lowering.schedule.transforms.stage_gathers import gathering_sum


def lane_of_elements(op: MapOp) -> str | None:
    """
    The parameter of an elementwise nest along which most accesses are contiguous, later ones first.
    """
    best: tuple[int, str] | None = None
    tasklets = tasklets_in(op)
    accesses = [a for t in tasklets for a in (*t.input_accesses, *t.output_accesses)]
    for scope in op.walk():
        if not isinstance(scope, MapOp):
            continue
        for name in scope.param_names:
            found = sum(stride(c, m, name) == 1 for c, m in accesses)
            if found and (best is None or found >= best[0]):
                best = (found, name)
    return None if best is None else best[1]


def bytes_of(element: Attribute | None) -> int:
    """Bytes of a number; 4 where nothing says."""
    if isinstance(element, AnyFloat):
        return element.size
    if isinstance(element, IntegerType):
        return max(1, element.bitwidth // 8)
    return 4


def element_of(op: Operation) -> Attribute | None:
    """
    The widest type of number that the tasklets in `op` (or `op` itself) yield; None for none.

    Integers count only where there are no floats: beside these they are indices.
    """
    kinds = [v.type for t in op.walk() if isinstance(t, TaskletOp) for v in t.yielded]
    floats = [kind for kind in kinds if isinstance(kind, AnyFloat)]
    return max(floats or kinds, key=bytes_of, default=None)


def written_bytes(op: MapOp) -> int:
    """Bytes of the largest array outside of `op` that it writes; 0 where its size is not known."""
    return most_bytes(op, [c for t in tasklets_in(op) for c in t.outputs])


def read_bytes(op: MapOp) -> int:
    """Bytes of the largest array outside of `op` that it reads; 0 where its size is not known."""
    return most_bytes(op, [c for t in tasklets_in(op) for c in t.inputs])


def tasklets_in(op: MapOp) -> list[TaskletOp]:
    return [t for t in op.walk() if isinstance(t, TaskletOp)]


def most_bytes(op: MapOp, containers: Iterable[SSAValue]) -> int:
    """Bytes of the largest of some arrays that lies outside of `op`."""
    sizes = [0]
    for container in containers:
        owner = root(container).owner
        inside = isinstance(owner, Operation) and op.is_ancestor(owner)
        if inside or not isinstance(container.type, ArrayType):
            continue
        count = symbolic.constant(array_type(container).size)
        sizes.append((count or 0) * bytes_of(array_type(container).element_type))
    return max(sizes)


def reads(op: MapOp) -> int:
    """How many operands the tasklets in `op` read: 0 where it only sets elements."""
    return sum(len(t.inputs) for t in op.walk() if isinstance(t, TaskletOp))


def gathers(op: MapOp) -> int:
    """How many innermost loops in `op` sum up what they load at computed indices."""
    return sum(isinstance(n, MapOp) and gathering_sum(n) is not None for n in op.walk())


def quotients_of_exponentials(op: MapOp) -> int:
    """How many innermost loops in `op` divide by a sum of exponentials that stays the same."""
    loops = [loop for loop in op.walk() if isinstance(loop, MapOp) and loop is not op]
    return sum(
        any(sums_exponentials(tasklet, argument) for tasklet, _, argument in quotients(loop))
        for loop in loops
        if len(loop.param_names) == 1
    )
