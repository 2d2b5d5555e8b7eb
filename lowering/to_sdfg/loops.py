"""Structured operations as loops: sizes, index maps and bodies, the same for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from xdsl.dialects import linalg
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import Block, Operation, SSAValue
from xdsl.ir.affine import (
    AffineBinaryOpExpr,
    AffineBinaryOpKind,
    AffineConstantExpr,
    AffineDimExpr,
    AffineExpr,
    AffineMap,
)

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.translation import Translation


@dataclass(frozen=True)
class Loops:
    """
    One structured operation: for each point of the loops, the body combines the elements that the
    index maps pick.
    """

    op: Operation
    inputs: tuple[SSAValue, ...]
    inits: tuple[SSAValue, ...]
    results: tuple[SSAValue, ...]
    maps: tuple[AffineMap, ...]
    """One per input, then one per init."""
    reduced: tuple[bool, ...]
    """Whether each loop reduces."""
    body: Block

    @staticmethod
    def of(op: Operation) -> "Loops":
        """The loops of any operation of the linalg dialect."""
        if isinstance(op, linalg.BroadcastOp):
            return _of_broadcast(op)
        if isinstance(op, linalg.ReduceOp):
            return _of_reduce(op)
        assert isinstance(op, LinalgStructuredOperation)
        return Loops(
            op,
            tuple(op.inputs),
            tuple(op.outputs),
            tuple(op.res),
            tuple(m.data for m in op.get_indexing_maps()),
            tuple(i.data.value == "reduction" for i in op.get_iterator_types()),
            op.body.block,
        )

    @property
    def input_maps(self) -> tuple[AffineMap, ...]:
        return self.maps[: len(self.inputs)]

    @property
    def init_maps(self) -> tuple[AffineMap, ...]:
        return self.maps[len(self.inputs) :]

    @property
    def yielded(self) -> tuple[SSAValue, ...]:
        last = self.body.last_op
        assert last is not None
        return tuple(last.operands)

    @property
    def init_arguments(self) -> Sequence[SSAValue]:
        """What the body sees of the inits."""
        return self.body.args[len(self.inputs) :]

    def extents(self, translation: Translation) -> tuple[Expr, ...]:
        """
        Number of iterations of each loop: the size of a dimension that the loop alone indexes.

        Sizes of operands that the same loop indexes must agree: that is checked.
        """
        found: list[Expr | None] = [None] * len(self.reduced)
        operands = (*self.inits, *self.inputs)
        maps = (*self.init_maps, *self.input_maps)
        for operand, index_map in zip(operands, maps, strict=True):
            if not index_map.results:
                continue
            for size, result in zip(translation.dims(operand), index_map.results, strict=True):
                if not isinstance(result, AffineDimExpr):
                    continue
                known = found[result.position]
                if known is None or (size.is_Integer and not known.is_Integer):
                    found[result.position] = size
                if known is not None:
                    translation.require_equal(known, size, "operands", self.op)
        missing = [d for d, e in enumerate(found) if e is None]
        if missing:
            fail(self.op, f"has no operand that gives the size of loop {missing[0]}")
        return tuple(found)


def _of_broadcast(op: linalg.BroadcastOp) -> Loops:
    init = op.init
    rank = len(init.type.get_shape())  # pyright: ignore
    added = set(op.dimensions.get_values())
    kept = tuple(AffineDimExpr(d) for d in range(rank) if d not in added)
    maps = (AffineMap(rank, 0, kept), AffineMap.identity(rank))
    return Loops(
        op,
        (op.input,),
        (init,),
        tuple(op.result),
        maps,
        (False,) * rank,
        op.hidden_region.block,
    )


def _of_reduce(op: linalg.ReduceOp) -> Loops:
    rank = len(op.input.type.get_shape())  # pyright: ignore
    gone = set(op.dimensions.get_values())
    kept = tuple(AffineDimExpr(d) for d in range(rank) if d not in gone)
    maps = (AffineMap.identity(rank), AffineMap(rank, 0, kept))
    return Loops(
        op,
        (op.input,),
        (op.init,),
        tuple(op.result),
        maps,
        tuple(d in gone for d in range(rank)),
        op.region.block,
    )


def indexed(index_map: AffineMap, at: Sequence[Expr]) -> list[Expr]:
    """The results of an index map for loop indices `at`."""
    return [_affine(result, tuple(at)) for result in index_map.results]


@lru_cache(maxsize=1 << 14)
def _affine(expr: AffineExpr, at: tuple[Expr, ...]) -> Expr:
    match expr:
        case AffineDimExpr():
            return at[expr.position]
        case AffineConstantExpr():
            return symbolic.integer(expr.value)
        case AffineBinaryOpExpr():
            a, b = _affine(expr.lhs, at), _affine(expr.rhs, at)
            return _OPERATIONS[expr.kind](a, b)
        case _:
            raise ValueError(f"'{expr}' in an index map")


_OPERATIONS = {
    AffineBinaryOpKind.Add: lambda a, b: a + b,
    AffineBinaryOpKind.Mul: lambda a, b: a * b,
    AffineBinaryOpKind.Mod: symbolic.Mod,
    AffineBinaryOpKind.FloorDiv: symbolic.FloorDiv,
    AffineBinaryOpKind.CeilDiv: symbolic.ceil_div,
}


def dimensions(index_map: AffineMap) -> tuple[int | None, ...] | None:
    """
    The loop that each result of a projected permutation is; None stands for the constant 0.

    None as a whole where the map is anything else, or names a loop twice.
    """
    found: list[int | None] = []
    for result in index_map.results:
        if isinstance(result, AffineDimExpr):
            found.append(result.position)
        elif isinstance(result, AffineConstantExpr) and result.value == 0:
            found.append(None)
        else:
            return None
    loops = [d for d in found if d is not None]
    return tuple(found) if len(set(loops)) == len(loops) else None
