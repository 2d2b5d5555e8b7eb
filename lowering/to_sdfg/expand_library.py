"""Library nodes to canonical map nests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect.diagnostics import derived, fail
from sdfg.dialect.ops.contractions import ConvOp, MatmulOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.reductions import PoolOp, ReduceOp, ScanOp, SoftmaxOp
from sdfg.dialect.ops.reordering import GatherOp, ScatterOp, SortOp
from sdfg.dialect.ops.scope import symbol_assigned
from sdfg.lowering.to_sdfg.expansions.conv import expand_conv
from sdfg.lowering.to_sdfg.expansions.indexed import expand_gather, expand_scatter
from sdfg.lowering.to_sdfg.expansions.matmul import expand_matmul
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.pool import expand_pool
from sdfg.lowering.to_sdfg.expansions.reduce import expand_reduce
from sdfg.lowering.to_sdfg.expansions.scan import expand_scan
from sdfg.lowering.to_sdfg.expansions.softmax import expand_softmax
from sdfg.lowering.to_sdfg.expansions.sort import expand_sort

EXPANSIONS: dict[type[LibraryOp], Callable[[Any, Place], None]] = {
    MatmulOp: expand_matmul,
    ConvOp: expand_conv,
    PoolOp: expand_pool,
    ReduceOp: expand_reduce,
    SoftmaxOp: expand_softmax,
    ScanOp: expand_scan,
    SortOp: expand_sort,
    GatherOp: expand_gather,
    ScatterOp: expand_scatter,
}
"""How each library node becomes maps: appends its nodes at the place of the node."""


@dataclass(frozen=True)
class ExpandLibraryPass(ModulePass):
    """
    Replace each library node by maps and tasklets that compute the same.

    ```
    sdfg.matmul (%A, %B) -> (%C)
    ->
    map [i0 = 0:M, i1 = 0:N] {
      tasklet () -> (%C[i0, i1]) { 0 }
      map [r0 = 0:K] { tasklet (%A[i0, r0], %B[r0, i1]) -> (%C[i0, i1] wcr sum) { mul } }
    }
    ```
    """

    name = "sdfg-expand-library"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in list(op.walk()):
            if isinstance(program, SdfgOp):
                _expand_program(program)


def _expand_program(program: SdfgOp) -> None:
    taken = set(program.symbol_names)
    nodes: list[LibraryOp] = []
    for inner in program.walk():
        if (assigned := symbol_assigned(inner)) is not None:
            taken.add(assigned)
        if isinstance(inner, LibraryOp):
            nodes.append(inner)
    for node in nodes:
        expand(node, taken)


def expand(node: LibraryOp, taken: set[str]) -> None:
    """Replace one library node. `taken`: symbols of the program; new ones are added."""
    rule = EXPANSIONS.get(type(node))
    if rule is None:
        fail(node, "has no expansion")
    place = Place.of(node, taken)
    rule(node, place)
    for op in place.nodes:
        node.parent_block().insert_op_before(_located(op, node), node)  # pyright: ignore
    node.detach()
    node.erase()


def _located(op: Operation, node: Operation) -> Operation:
    return derived(op, node)
