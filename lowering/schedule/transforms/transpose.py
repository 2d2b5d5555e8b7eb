"""Squares of what is read turned around in registers, so that loads and stores are contiguous."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import vector
from xdsl.dialects.builtin import DenseArrayBase, Float32Type, Float64Type, VectorType, i64
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.nests import is_contiguous, stride
from sdfg.lowering.schedule.transforms.interchange import reorder
from sdfg.lowering.schedule.transforms.nest import (
    Nest,
    map_chain_around,
    only_child,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.vector_tasklets import Lanes
from sdfg.lowering.simplify.rewriting import set_memlet


@dataclass(frozen=True)
class TransposePass(Transformation):
    """
    Load a square in vectors along one loop, and turn it around for vectors along the other.

    Before, and after `sdfg-transpose{loops=m,n}`:

    ```
    map [m = 0:4, n = 0:4] { B[m, n] = A[n, m] }

    tile = alloc [4, 4] stack
    (tile[0, 0:4], .., tile[3, 0:4]) = shuffle(A[0, 0:4], .., A[3, 0:4])
    map [m = 0:4, n = 0:4] { B[m, n] = tile[m, n] }
    ```

    `n` comes to stand innermost. Legal for two innermost maps of the same constant size, a power of
    two, around one tasklet that does not write what is turned around: floating-point numbers that
    are contiguous along the first loop and not along the second. Pieces of another size stay.
    """

    name = "sdfg-transpose"

    loops: tuple[str, ...]
    """The loop along which memory is read, and the one along which it is written."""

    def __post_init__(self) -> None:
        if len(self.loops) != 2:
            raise ValueError(f"{self.name}: loops names two, got {len(self.loops)}")

    def rewrite(self, nest: Nest) -> None:
        pair = [nest.name(n) for n in self.loops]
        done = 0
        for loop in nest.maps(self.loops[0]):
            chain = map_chain_around(loop)[-2:]
            if {parameter(op) for op in chain} != {*pair} or not is_square(chain):
                continue
            if chain[0] in nest.roots:
                refuse("the square is the whole nest: tile its loops first")
            reorder(chain, pair)
            done += turn(chain)
        if not done:
            refuse(f"loops {', '.join(self.loops)} hold no square that is read across")


def is_square(chain: Sequence[MapOp]) -> bool:
    """Whether two loops of the same constant size, a power of two, hold one tasklet."""
    if len(chain) != 2:
        return False
    first, second = (symbolic.constant(range_of(op).extent) for op in chain)
    if first is None or first != second or first < 2 or first & (first - 1):
        return False
    names = {parameter(op) for op in chain}
    fixed = not any(symbolic.symbols_of(*range_of(op).exprs) & names for op in chain)
    unit = all(range_of(op).step == 1 for op in chain)
    return fixed and unit and isinstance(only_child(chain[-1]), TaskletOp)


def turn(chain: Sequence[MapOp]) -> int:
    """Turn each operand around that is read across. Returns how many there are."""
    outer, inner = chain
    tasklet = only_child(inner)
    assert isinstance(tasklet, TaskletOp)
    written = {root(o) for o in tasklet.outputs}
    done = 0
    for index, (container, memlet) in enumerate(tasklet.input_accesses):
        across = stride(container, memlet, parameter(inner))
        if not is_contiguous(container, memlet, parameter(outer)) or across in (0, 1, None):
            continue
        element = array_type(container).element_type
        if root(container) in written or not isinstance(element, Float32Type | Float64Type):
            continue
        size = symbolic.constant(range_of(outer).extent)
        assert size is not None
        tile = AllocOp(ArrayType((size, size), element, storage="stack"), "square")
        tile.result.name_hint = "square"
        block = outer.parent_block()
        assert block is not None
        move = turned((container, memlet), tile.result, chain, size)
        block.insert_ops_before([derived(tile, tasklet), derived(move, tasklet)], outer)
        at = [symbolic.symbol(parameter(op)) - range_of(op).start for op in chain]
        set_memlet(tasklet, index, tile.result, MemletAttr(SubsetAttr.points(at)))
        done += 1
    return done


def turned(
    source: tuple[SSAValue, MemletAttr], tile: SSAValue, chain: Sequence[MapOp], size: int
) -> TaskletOp:
    """The tasklet that loads `size` vectors along the outer loop and writes them turned around."""
    outer, inner = chain
    container, memlet = source
    kind = VectorType(array_type(tile).element_type, [size])
    inputs: list[tuple[SSAValue, MemletAttr]] = []
    outputs: list[tuple[SSAValue, MemletAttr]] = []
    for k in range(size):
        row = memlet.substituted({parameter(inner): range_of(inner).start + k})
        inputs.append((container, Lanes(parameter(outer), range_of(outer).start, size).memlet(row)))
        line = SubsetAttr((Range(symbolic.integer(k)), Range.of(0, size)))
        outputs.append((tile, MemletAttr(line)))
    block = Block(arg_types=[kind] * size)
    rows: list[SSAValue] = list(block.args)
    for _ in range(size.bit_length() - 1):
        rows = interleaved(rows, kind, block)
    block.add_op(YieldOp(*rows))
    return TaskletOp(inputs, outputs, Region(block))


def interleaved(
    rows: Sequence[SSAValue], kind: VectorType[Attribute], block: Block
) -> list[SSAValue]:
    """
    Rows of the first half shuffled with those of the second: `(a, b)` gives `a0 b0 a1 b1 ..`, in
    two vectors. As often as the number of rows can be halved, this turns a square around.
    """
    half = len(rows) // 2
    low = [k // 2 + (k % 2) * len(rows) for k in range(len(rows))]
    high = [k + half for k in low]
    result: list[SSAValue] = []
    for a, b in zip(rows[:half], rows[half:], strict=True):
        for mask in (low, high):
            positions = DenseArrayBase.from_list(i64, mask)
            op: Operation = vector.ShuffleOp(a, b, positions, result_type=kind)
            block.add_op(op)
            result.append(op.results[0])
    return result
