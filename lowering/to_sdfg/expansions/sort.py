"""`sdfg.sort` to Batcher's odd-even merge sort, all lines and elements of a step in parallel."""

from collections.abc import Sequence
from typing import Any

import sympy  # pyright: ignore[reportMissingTypeStubs]
from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, IntegerType, i64
from xdsl.ir import Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived, fail
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.control import AssignOp, WhileOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.reordering import SortOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.attributes import width_of
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import Symbolic, array_type

_sympy: Any = sympy


def expand_sort(op: SortOp, place: Place) -> None:
    """
    ```
    copy X -> Y;  I = 0, 1, 2, ...
    while p < N { while k > 0 { each element exchanges with one k away, or stays }; p = 2 p }
    ```
    `O(N log(N)^2)` comparisons, in steps that do not depend on the data. Keys that are equal are
    ordered by where they came from, which makes the sort stable. Splits the state around the node.

    Source: Batcher, Sorting networks and their applications, AFIPS 1968; Knuth, The Art of Computer
    Programming 3, algorithm 5.2.2M.
    """
    state = op.parent_op()
    if not isinstance(state, StateOp):
        fail(op, "is expanded only where it stands directly in a state")
    _split_behind(state, op)
    keys = op.outputs[0]
    kind = array_type(keys)
    origin = op.outputs[1] if len(op.outputs) == 2 else place.allocate(kind.dims, i64)
    index_type = array_type(origin).element_type
    buffers = (place.allocate(kind.dims, kind.element_type), place.allocate(kind.dims, index_type))
    axis = op.axis.value.data
    place.add([_copy(op.inputs[0], keys), _count(place, origin, axis)])
    p, k = place.fresh_symbol("p"), place.fresh_symbol("k")
    step = _Step(place, axis, kind.dims[axis], symbolic.symbol(p), symbolic.symbol(k))
    exchange = StateOp(
        state.sym_name.data,
        [
            step.exchange((keys, origin), buffers, descending=bool(op.descending)),
            _copy(buffers[0], keys),
            _copy(buffers[1], origin),
        ],
    )
    inner = WhileOp(
        _sympy.Gt(step.k, 0), [exchange, AssignOp(k, symbolic.FloorDiv(step.k, 2 * step.one))]
    )
    outer = WhileOp(
        _sympy.Lt(step.p, step.length),
        [AssignOp(k, step.p), inner, AssignOp(p, 2 * step.p)],
    )
    block = state.parent_block()
    assert block is not None
    block.insert_ops_after(
        [derived(o, op) for o in (AssignOp(p, step.one), outer)],
        state,
    )


class _Step:
    """One step: which elements exchange, and what each becomes."""

    def __init__(self, place: Place, axis: int, length: Expr, p: Expr, k: Expr):
        self.place, self.axis, self.length, self.p, self.k = place, axis, length, p, k
        self.one = symbolic.integer(1)

    def lower(self, at: Expr) -> Expr:
        """Whether element `at` is the first of a pair, its partner `k` behind."""
        first = symbolic.Mod(self.k, self.p)
        return _sympy.And(
            _sympy.Ge(at, first),
            _sympy.Lt(at + self.k, self.length),
            _sympy.Lt(symbolic.Mod(at - first, 2 * self.k), self.k),
            _sympy.Eq(
                symbolic.FloorDiv(at, 2 * self.p), symbolic.FloorDiv(at + self.k, 2 * self.p)
            ),
        )

    def exchange(
        self,
        old: Sequence[SSAValue],
        new: Sequence[SSAValue],
        *,
        descending: bool,
    ) -> Operation:
        """
        Each element of `old` that is the first of a pair becomes the smaller one, the second the
        larger one, any other stays; written to `new`. Both are `(keys, origins)`.
        """
        every = Loops.of(self.place, "i", array_type(old[0]).dims)
        at = every.at[self.axis]
        builder = TaskletBuilder()

        def read(where: Expr) -> list[SSAValue]:
            index = [*every.at]
            index[self.axis] = where
            return [builder.read(c, point(index)) for c in old]

        here = read(at)
        behind = read(symbolic.minimum(at + self.k, self.length - 1))
        ahead = read(symbolic.maximum(at - self.k, symbolic.integer(0)))
        swaps_up = builder.emit(
            arith.AndIOp(
                self._holds(builder, self.lower(at)),
                precedes(builder, behind, here, descending=descending),
            )
        )
        swaps_down = builder.emit(
            arith.AndIOp(
                self._holds(builder, self.lower(at - self.k)),
                precedes(builder, here, ahead, descending=descending),
            )
        )
        values = [
            builder.emit(
                arith.SelectOp(swaps_up, up, builder.emit(arith.SelectOp(swaps_down, down, same)))
            )
            for up, down, same in zip(behind, ahead, here, strict=True)
        ]
        (nest,) = every.around([builder.finish([(c, point(every.at)) for c in new], values)])
        return nest

    def _holds(self, builder: TaskletBuilder, condition: Expr) -> SSAValue:
        return builder.scalar(Symbolic(condition, IntegerType(1)))


def precedes(
    builder: TaskletBuilder, a: Sequence[SSAValue], b: Sequence[SSAValue], *, descending: bool
) -> SSAValue:
    """Whether `a = (key, origin)` comes before `b`: by key, and by origin where keys are equal."""
    first, second = (b[0], a[0]) if descending else (a[0], b[0])
    before, behind = less(builder, first, second), less(builder, second, first)
    earlier = builder.emit(arith.CmpiOp(a[1], b[1], "slt"))
    true = builder.scalar(Symbolic(_sympy.true, IntegerType(1)))
    tie = builder.emit(arith.AndIOp(builder.emit(arith.XOrIOp(behind, true)), earlier))
    return builder.emit(arith.OrIOp(before, tie))


def less(builder: TaskletBuilder, a: SSAValue, b: SSAValue) -> SSAValue:
    """Whether `a < b`, where NaN is larger than every number."""
    if not isinstance(a.type, AnyFloat):
        # Of two truths false is the smaller: compared without a sign.
        return builder.emit(arith.CmpiOp(a, b, "ult" if width_of(a.type) == 1 else "slt"))
    smaller = builder.emit(arith.CmpfOp(a, b, "olt"))
    number = builder.emit(arith.CmpfOp(a, a, "ord"))
    nan = builder.emit(arith.CmpfOp(b, b, "uno"))
    return builder.emit(arith.OrIOp(smaller, builder.emit(arith.AndIOp(number, nan))))


def _count(place: Place, origin: SSAValue, axis: int) -> Operation:
    """Each element's own index along the axis."""
    every = Loops.of(place, "i", array_type(origin).dims)
    builder = TaskletBuilder()
    value = builder.integer(every.at[axis], array_type(origin).element_type)
    (nest,) = every.around([builder.finish([(origin, point(every.at))], [value])])
    return nest


def _copy(source: SSAValue, target: SSAValue) -> CopyOp:
    whole = [MemletAttr(SubsetAttr.full(array_type(c).dims)) for c in (source, target)]
    return CopyOp((source, whole[0]), (target, whole[1]))


def _split_behind(state: StateOp, op: Operation) -> None:
    """Move the nodes behind `op` into a state of their own, behind `state`."""
    rest: list[Operation] = []
    while (follower := op.next_op) is not None:
        follower.detach()
        rest.append(follower)
    if rest:
        behind = StateOp(state.sym_name.data, Region(Block(rest)))
        behind.location = state.location
        block = state.parent_block()
        assert block is not None
        block.insert_op_after(behind, state)
