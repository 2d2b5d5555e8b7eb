"""Reduction nests in register tiles: the first schedule for products, convolutions and pooling."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.dialect.analysis.containers import root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.names import known_names
from sdfg.lowering.schedule.nests import ReductionNest, uses_index
from sdfg.lowering.schedule.register_tiles import Tiler
from sdfg.lowering.schedule.staging import insert_before
from sdfg.lowering.schedule.tile_choice import TileChoice, choose_tile


@dataclass(frozen=True)
class TileReductionsPass(ModulePass):
    """
    Keep tiles of reduction nests in registers: results in vectors along one parameter, several
    rows of another, the reduction loops around them; operands packed in the order they are read.

    Before:

    ```
    map [i, j] { C[i, j] = 0; map [k] { C[i, j] += A[i, k] * B[k, j] }; epilogue(C[i, j]) }
    ```

    After, for a machine with vectors of 16 numbers:

    ```
    map [jb, ib] {
      acc[14, 2] = 0
      map [k] { acc[row, v] = fma(A[14 * ib + row, k], P[jb, k, 16 * v:16 * v + 16], acc[row, v]) }
      tile = acc
      map [row, lane] { epilogue(tile[row, lane]) }
    }
    ```

    Ranges that are no multiple of the tile get further nests for the rest. Nests that it does not
    fit stay as they are. Needs `#sdfg.machine` on the module (`sdfg-set-machine`).
    """

    name = "sdfg-tile-reductions"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        machine = machine_of(op)
        for state in [s for s in op.walk() if isinstance(s, StateOp)]:
            for node in list(state.body.block.ops):
                if isinstance(node, MapOp):
                    self.tile(node, state, machine.fact("vector_bytes"), op)

    def tile(self, node: MapOp, state: StateOp, vector_bytes: int, module: ModuleOp) -> None:
        nest = ReductionNest.of(node)
        if nest is None or not parent_is_program(state):
            return
        choice = choose_tile(nest, machine_of(module))
        if choice is None or not can_tile(nest, choice):
            return
        known = frozenset(known_names(node))
        for new in Tiler(nest, choice, state, known).tiles():
            insert_before(node, derived(new, node))
        node.detach()
        node.erase()


def can_tile(nest: ReductionNest, choice: TileChoice) -> bool:
    """
    Whether the epilogue works element by element, on the tile and on nothing else of its kind.
    """
    tiled = (choice.lane_parameter, choice.row_parameter)
    for op in nest.rest:
        if not isinstance(op, TaskletOp) or any(
            len(b.args) != len(op.inputs) for b in op.body.blocks
        ):
            return False
        if any(uses_index(op, p) for p in tiled if p is not None) and op.stored_outputs:
            return False
        for container, memlet in (*op.input_accesses, *op.output_accesses):
            same = container is nest.target
            if root(container) is root(nest.target) and not same:
                return False
            if same and memlet.subset != nest.point.subset:
                return False
    init_reads = [root(c) for c in nest.init.inputs]
    return root(nest.target) not in init_reads


def parent_is_program(state: StateOp) -> bool:
    """Whether a container can be allocated before `state`: not within a map."""
    parent = state.parent_op()
    while parent is not None and not isinstance(parent, SdfgOp):
        if isinstance(parent, MapOp):
            return False
        parent = parent.parent_op()
    return parent is not None
