"""Make one state of states that follow each other."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.lowering.simplify.rewriting import Definition, move_before


@dataclass(frozen=True)
class FuseStatesPass(ModulePass):
    """
    Append each state to the one before it, so that their nodes become neighbours.

    ```
    sdfg.state @a { A }                      %t = sdfg.alloc : ...
    %t = sdfg.alloc : ...          ->        sdfg.state @a { A B }
    sdfg.state @b { B }
    ```

    Nodes that touch the same elements run in the order of the text, within a state as across
    states: the order by data is kept. Containers defined between the two move up; control flow,
    calls and symbols that get a value between them keep the states apart. The nodes keep their
    locations; the state is named after the first. Linear.
    """

    name = "sdfg-fuse-states"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in list(op.walk()):
            if isinstance(program, SdfgOp):
                _fuse(program.body.block)


def _fuse(block: Block) -> None:
    group: list[StateOp] = []
    for op in list(block.ops):
        if isinstance(op, StateOp):
            group.append(op)
            continue
        if isinstance(op, Definition):
            if group:
                move_before(op, group[0])
            continue
        for region in op.regions:
            _fuse(region.block)
        _join(group)
        group = []
    _join(group)


def _join(group: list[StateOp]) -> None:
    if len(group) < 2:
        return
    first = group[0]
    for state in group[1:]:
        for node in list(state.body.block.ops):
            node.detach()
            first.body.block.add_op(node)
        Rewriter.erase_op(state)
