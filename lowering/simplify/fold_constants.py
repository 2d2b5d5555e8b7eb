"""Compute what is known when the program is compiled."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.control import ForOp, IfOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.simplify.fold_bodies import fold_body, fold_inputs
from sdfg.lowering.simplify.rewriting import erase_unused_containers, move_before, substitute

TRUE, FALSE = symbolic.parse("true"), symbolic.parse("false")


@dataclass(frozen=True)
class FoldConstantsPass(ModulePass):
    """
    Compute with constants, drop dimensions of one point, decide branches.

    ```
    sdfg.map [i = 0:1, j = 0:N] {                      sdfg.map [j = 0:N] {
      sdfg.tasklet (%a = %x[i, j], %b = %c[]) -> ..      sdfg.tasklet (%a = %x[0, j]) -> ..
        %0 = arith.mulf %a, %b : f32             ->        sdfg.yield %a : f32
        sdfg.yield %0 : f32                            }
    }
    ```

    with `%c` the constant 1. Folding is exact: it computes as the interpreter does, leaves library
    functions to the target, and simplifies only what holds for NaN, infinities and both zeros.
    Small powers become products, which are as accurate. Linear.
    """

    name = "sdfg-fold-constants"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for region in op.regions:
            _fold_block(region.block)
        erase_unused_containers(op)


def _fold_block(block: Block) -> None:
    """Fold everything in `block`, the inner first."""
    for op in list(block.ops):
        if isinstance(op, TaskletOp):
            fold_body(fold_inputs(op).body.block)
            continue
        for region in op.regions:
            for inner in region.blocks:
                _fold_block(inner)
        match op:
            case MapOp():
                drop_points(op)
            case ForOp() if op.range.extent == 1:
                substitute_all(op.body.block, {op.param: op.range.start})
                inline(op, op.body.block)
            case IfOp() if op.condition.data in (TRUE, FALSE):
                taken = op.then_body if op.condition.data == TRUE else op.else_body
                inline(op, taken.block)
            case _:
                pass


def drop_points(op: MapOp) -> None:
    """Drop the parameters of a map that take one value; a map without any others is its body."""
    points = {
        name: r.start
        for name, r in zip(op.param_names, op.ranges.data, strict=True)
        if r.extent == 1
    }
    if not points:
        return
    substitute_all(op.body.block, points)
    if len(points) == len(op.param_names):
        inline(op, op.body.block)
        return
    kept = [n for n in op.param_names if n not in points]
    pairs = zip(op.param_names, op.ranges.data, strict=True)
    op.attributes["ranges"] = SubsetAttr(tuple(r for n, r in pairs if n not in points))
    op.attributes["params"] = syntax.strings(kept)


def substitute_all(block: Block, values: dict[str, symbolic.Expr]) -> None:
    for op in block.ops:
        substitute(op, values)


def inline(op: Operation, body: Block) -> None:
    """Replace a scope by what it holds."""
    for inner in list(body.ops):
        move_before(inner, op)
    Rewriter.erase_op(op)
