"""Copies as maps, which schedules can tile and distribute."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.names import known_names
from sdfg.lowering.schedule.vector_tasklets import move_tasklet


@dataclass(frozen=True)
class ExpandCopiesPass(ModulePass):
    """
    Make large copies between arrays maps, so that they are mapped to the machine like others.

    Before, and after:

    ```
    sdfg.copy %A[0:N, 0:64] -> %B[8:N + 8, 0:64]

    sdfg.map [i0 = 0:N, i1 = 0:64] { tasklet (%a = %A[i0, i1]) -> (%B[8 + i0, i1]) { yield %a } }
    ```

    Copies within maps, within one block of memory and of fewer elements than `least` stay copies.
    """

    name = "sdfg-expand-copies"

    least: int = 4096
    """Elements from which a copy becomes a map."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for copy in [c for c in op.walk() if isinstance(c, CopyOp)]:
            if self.is_large(copy) and not is_inner(copy):
                expand(copy)

    def is_large(self, copy: CopyOp) -> bool:
        arrays = isinstance(copy.source.type, ArrayType) and isinstance(copy.target.type, ArrayType)
        if not arrays or copy.asynchronous is not None or copy.write.wcr is not None:
            return False
        same = array_type(copy.source).element_type == array_type(copy.target).element_type
        volume = symbolic.constant(copy.read.subset.volume)
        large = volume is None or volume >= self.least
        return same and large and root(copy.source) is not root(copy.target)


def is_inner(copy: CopyOp) -> bool:
    """Whether the copy stands in a map or in anything else but a state of its own level."""
    state = copy.parent_op()
    if not isinstance(state, StateOp):
        return True
    parent = state.parent_op()
    while parent is not None and not isinstance(parent, MapOp):
        parent = parent.parent_op()
    return parent is not None


def expand(copy: CopyOp) -> None:
    """Put a map in the place of a copy."""
    taken = known_names(copy)
    moving = [r for r in copy.write.ranges if not r.is_point]
    names: list[str] = []
    for d in range(len(moving)):
        names.append(symbolic.symbol_name(f"i{d}", {*taken, *names}))
    source = (copy.source, at(copy.read, names))
    target = (copy.target, at(copy.write, names))
    body = move_tasklet(source, target, array_type(copy.source).element_type)
    ranges = [Range.of(0, r.extent) for r in moving]
    new = MapOp(names, ranges, [derived(body, copy)]) if names else body
    block = copy.parent_block()
    assert block is not None
    block.insert_op_before(derived(new, copy), copy)
    copy.detach()
    copy.erase()


def at(memlet: MemletAttr, names: list[str]) -> MemletAttr:
    """The element of a subset that the parameters number, each from 0 on."""
    free = iter(names)
    index = [
        r.start if r.is_point else r.start + symbolic.symbol(next(free)) * r.step
        for r in memlet.ranges
    ]
    return MemletAttr(SubsetAttr.points(index))
