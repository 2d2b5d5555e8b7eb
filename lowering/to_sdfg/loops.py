"""Structured operations as loops: sizes, index maps and bodies, the same for all of them."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from xdsl.dialects import cf, linalg
from xdsl.dialects.linalg import IteratorType
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
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
from sdfg.lowering.to_sdfg.attributes import shape_of
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
    arguments: tuple[BlockArgument, ...]
    """What the body sees of each operand, inputs then inits."""
    yielded: tuple[SSAValue, ...]
    """What the body gives for each result."""

    @staticmethod
    def of(op: Operation) -> "Loops":
        """The loops of any operation of the linalg dialect, for those of its results in use."""
        if isinstance(op, linalg.BroadcastOp):
            return _of_broadcast(op)._pruned()
        if isinstance(op, linalg.ReduceOp):
            return _of_reduce(op)._pruned()
        assert isinstance(op, LinalgStructuredOperation)
        maps = tuple(m.data for m in op.get_indexing_maps())
        reduced = tuple(i.data == IteratorType.REDUCTION for i in op.get_iterator_types())
        operands = (tuple(op.inputs), tuple(op.outputs), tuple(op.res))
        return _loops(op, operands, maps, reduced, op.body.block)._pruned()

    def _pruned(self) -> "Loops":
        """Without the results that nothing uses, and that no other result is computed from."""
        count = len(self.inputs)
        needed = {k for k, r in enumerate(self.results) if r.first_use is not None}
        # One result stays: what to do with an operation without any is up to others.
        needed = needed or {0}
        if len(needed) == len(self.results):
            return self
        asserted = [o.arg for o in self.body.ops if isinstance(o, cf.AssertOp)]
        while True:
            found = arguments_of([*asserted, *(self.yielded[k] for k in needed)])
            more = {k for k, a in enumerate(self.arguments[count:]) if a in found} | needed
            if more == needed:
                break
            needed = more
        kept = sorted(needed)
        which = [*range(count), *(count + k for k in kept)]
        return replace(
            self,
            inits=tuple(self.inits[k] for k in kept),
            results=tuple(self.results[k] for k in kept),
            maps=tuple(self.maps[k] for k in which),
            arguments=tuple(self.arguments[k] for k in which),
            yielded=tuple(self.yielded[k] for k in kept),
        )

    @property
    def input_maps(self) -> tuple[AffineMap, ...]:
        return self.maps[: len(self.inputs)]

    @property
    def init_maps(self) -> tuple[AffineMap, ...]:
        return self.maps[len(self.inputs) :]

    @property
    def what(self) -> str | None:
        """What a `linalg.generic` does, by the last operation of its body; None for others."""
        last = self.yielded[0].owner
        if self.op.name != "linalg.generic" or not isinstance(last, Operation):
            return None
        return last.name.split(".", 1)[1]

    @property
    def init_arguments(self) -> tuple[BlockArgument, ...]:
        """What the body sees of the inits."""
        return self.arguments[len(self.inputs) :]

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


Operands = tuple[tuple[SSAValue, ...], tuple[SSAValue, ...], tuple[SSAValue, ...]]


def _loops(
    op: Operation,
    operands: Operands,
    maps: tuple[AffineMap, ...],
    reduced: tuple[bool, ...],
    body: Block,
) -> Loops:
    last = body.last_op
    assert last is not None
    return Loops(op, *operands, maps, reduced, body, tuple(body.args), tuple(last.operands))


def arguments_of(values: Sequence[SSAValue]) -> set[SSAValue]:
    """The arguments of the body that `values` are computed from."""
    seen: set[SSAValue] = set()
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if value not in seen:
            seen.add(value)
            waiting += value.owner.operands if isinstance(value.owner, Operation) else ()
    return {v for v in seen if isinstance(v, BlockArgument)}


def _of_broadcast(op: linalg.BroadcastOp) -> Loops:
    rank = _rank(op.init)
    added = set(op.dimensions.get_values())
    kept = tuple(AffineDimExpr(d) for d in range(rank) if d not in added)
    maps = (AffineMap(rank, 0, kept), AffineMap.identity(rank))
    operands = ((op.input,), (op.init,), tuple(op.result))
    return _loops(op, operands, maps, (False,) * rank, op.hidden_region.block)


def _of_reduce(op: linalg.ReduceOp) -> Loops:
    rank = _rank(op.input)
    gone = set(op.dimensions.get_values())
    kept = tuple(AffineDimExpr(d) for d in range(rank) if d not in gone)
    maps = (AffineMap.identity(rank), AffineMap(rank, 0, kept))
    reduced = tuple(d in gone for d in range(rank))
    operands = ((op.input,), (op.init,), tuple(op.result))
    return _loops(op, operands, maps, reduced, op.region.block)


def _rank(value: SSAValue) -> int:
    return len(shape_of(value.type))


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


_OPERATIONS: dict[AffineBinaryOpKind, Callable[[Expr, Expr], Expr]] = {
    AffineBinaryOpKind.Add: operator.add,
    AffineBinaryOpKind.Mul: operator.mul,
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
