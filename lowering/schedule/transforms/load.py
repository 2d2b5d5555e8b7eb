"""Operands brought into registers once for all that use them."""

from dataclasses import dataclass

from xdsl.dialects import vector
from xdsl.dialects.builtin import VectorType
from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue

from sdfg.dialect.analysis.containers import root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.names import label
from sdfg.lowering.schedule.transforms.distribute import numbered
from sdfg.lowering.schedule.transforms.nest import (
    Nest,
    around,
    map_chain_around,
    only_child,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.vector_tasklets import move_tasklet
from sdfg.lowering.simplify.rewriting import set_memlet


@dataclass(frozen=True)
class LoadPass(Transformation):
    """
    Bring operands into registers outside of the loops that they do not depend on.

    Before, and after `sdfg-load{loops=i,v}`:

    ```
    map [i, v] { acc[i, v] = fma(broadcast A[i], B[v], acc[i, v]) }

    map [v] { b[v] = B[v] }
    map [i] { a = broadcast A[i]; map [v] { acc[i, v] = fma(a, b[v], acc[i, v]) } }
    ```

    Legal where the tasklet does not write what it loads, and the loops have constant sizes.
    """

    name = "sdfg-load"

    loops: tuple[str, ...]
    """Two loops or more, outer before inner: perfectly nested around one tasklet."""

    def __post_init__(self) -> None:
        if len(self.loops) < 2:
            raise ValueError(f"{self.name}: loops names two or more, got {len(self.loops)}")

    def rewrite(self, nest: Nest) -> None:
        names = [nest.name(n) for n in self.loops]
        done = False
        for top in nest.maps(self.loops[0]):
            chain = map_chain_around(top)
            chain = chain[chain.index(top) :]
            if [parameter(op) for op in chain] != names:
                continue
            tasklet = only_child(chain[-1])
            if isinstance(tasklet, TaskletOp) and len(tasklet.inputs) > 1:
                self.load(nest, chain, tasklet)
                done = True
        if not done:
            refuse(f"loops {', '.join(self.loops)} hold no single tasklet")

    def load(self, nest: Nest, chain: list[MapOp], tasklet: TaskletOp) -> None:
        written = {root(o) for o in tasklet.outputs}
        for index, (container, memlet) in enumerate(tasklet.input_accesses):
            used = [op for op in chain if parameter(op) in memlet.symbols]
            if root(container) in written or used == chain:
                continue
            if isinstance(tasklet.body.block.args[index].type, ArrayType):
                continue  # the tasklet itself says which of its elements it reads
            place = next(op for op in chain if op not in used)
            loops = [op for op in used if chain.index(op) > chain.index(place)]
            if any(not range_of(op).extent.is_Integer for op in chain):
                refuse("registers hold a constant number of values")
            block = place.parent_block()
            assert block is not None
            ops = bring(tasklet, index, loops)
            for op in ops:
                derived(op, tasklet)
            block.insert_ops_before(ops, place)
            if place in nest.roots:
                nest.added += ops


def bring(tasklet: TaskletOp, index: int, loops: list[MapOp]) -> list[Operation]:
    """The operations that load operand `index`; the tasklet uses the registers from now on."""
    source = tasklet.input_accesses[index]
    argument = tasklet.body.block.args[index]
    wide = broadcast_of(argument)
    kind = argument.type if wide is None else wide.results[0].type
    shape = [range_of(op).extent for op in loops]
    name = argument.name_hint or label(source[0])
    registers = AllocOp(ArrayType(shape, kind, storage="register"), name)
    registers.result.name_hint = argument.name_hint
    headers = [(parameter(op), range_of(op)) for op in loops]
    at = SubsetAttr.points([numbered(name, r) for name, r in headers])
    access = (registers.result, MemletAttr(at))
    move = move_tasklet(source, access, kind) if wide is None else splatting(source, access, wide)
    set_memlet(tasklet, index, *access)
    if wide is not None:
        block = tasklet.body.block
        new = block.insert_arg(kind, index)
        new.name_hint = argument.name_hint
        wide.results[0].replace_all_uses_with(new)
        wide.detach()
        wide.erase()
        block.erase_arg(argument)
    return [registers, *around(headers, [move])]


def broadcast_of(argument: BlockArgument) -> vector.BroadcastOp | None:
    """What spreads an argument over the lanes, if that is all that uses it."""
    uses = list(argument.uses)
    if len(uses) != 1 or isinstance(argument.type, VectorType):
        return None
    op = uses[0].operation
    return op if isinstance(op, vector.BroadcastOp) else None


def splatting(
    source: tuple[SSAValue, MemletAttr], target: tuple[SSAValue, MemletAttr], wide: Operation
) -> TaskletOp:
    """`tasklet (%v = source) -> (target) { yield broadcast %v }`"""
    kind: Attribute = wide.operands[0].type
    block = Block(arg_types=[kind])
    broadcast = vector.BroadcastOp(block.args[0], wide.results[0].type)  # pyright: ignore
    block.add_ops([broadcast, YieldOp(broadcast.results[0])])
    return TaskletOp([source], [target], Region(block))
