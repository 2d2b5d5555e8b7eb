"""A softmax over rows between the scores that it reads and a sum of products over its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import AnyFloat, FloatAttr
from xdsl.ir import Block, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.containers import root, touching
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.schedule.nests import ReductionNest, split_allocs

Access = tuple[SSAValue, MemletAttr]


@dataclass(frozen=True)
class SoftmaxRows:
    """
    ```
    map [i] {
      m = -inf; map [j] { m max= S[i, j] }
      l = 0; map [j] { E[j] = exp(S[i, j] - m); l += E[j] }
      map [j] { P[i, j] = E[j] / l }
    }
    ```

    With `guarded`, a quotient that is no number becomes 0.
    """

    op: MapOp
    scores: Access
    """What is read, at the parameters `row` and `column`."""
    row: str
    column: str
    size: Range
    """The columns."""
    result: Access
    """What is written, at the parameters `row` and `swept`."""
    swept: str
    guarded: bool

    @classmethod
    def of(cls, op: MapOp) -> Self | None:
        """The softmax that a map is, or None."""
        _, nodes = split_allocs(op)
        if len(nodes) != 5 or len(op.param_names) != 1:
            return None
        first, maxima, second, sums, quotients = nodes
        passes = [leaf_of(m) for m in (maxima, sums, quotients)]
        if any(p is None for p in passes):
            return None
        (c0, r0, t0), (c1, r1, t1), (c2, r2, t2) = (p for p in passes if p is not None)
        guarded = is_quotient(t2)
        if not is_maximum(t0) or not is_exponential(t1) or guarded is None:
            return None
        if r0 != r1 or r1 != r2:
            return None
        scores, largest = t0.input_accesses[0], t0.output_accesses[0]
        again, subtracted = (t1.input_accesses[k] for k in (0, 1))
        kept, total = t1.output_accesses
        if not same(again, scores, {c1: c0}) or subtracted[0] is not largest[0]:
            return None
        if (
            not same(t2.input_accesses[0], kept, {c2: c1})
            or t2.input_accesses[1][0] is not total[0]
        ):
            return None
        if not starts(first, largest, "-inf") or not starts(second, total, "0.0"):
            return None
        own = {n.result for n in op.body.block.ops if isinstance(n, AllocOp)}
        if not {largest[0], total[0], kept[0]} <= own:
            return None
        (row,) = op.param_names
        return cls(op, scores, row, c0, r0, t2.output_accesses[0], c2, guarded)


@dataclass(frozen=True)
class Attention:
    """A softmax, the nest that computes what it reads, and the nest that sums up its rows."""

    scores: MapOp
    softmax: SoftmaxRows
    product: ReductionNest
    row: str
    """The parameter of `scores` that is the row; the other one is the column."""
    product_row: str
    """The parameter of `product` that is the row."""
    place: int
    """The operand of the product's body that is the probability."""

    @classmethod
    def of(cls, op: MapOp) -> Self | None:
        """The attention whose softmax is `op`, None where something else takes part."""
        softmax = SoftmaxRows.of(op)
        if softmax is None:
            return None
        source, result = root(softmax.scores[0]), root(softmax.result[0])
        block = op.parent_block()
        assert block is not None
        users = {node_in(block, n) for c in (source, result) for n, _ in touching(c)} - {op}
        before = [n for n in users if isinstance(n, MapOp) and n.is_before_in_block(op)]
        after = [n for n in users if isinstance(n, MapOp) and op.is_before_in_block(n)]
        if len(users) != 2 or len(before) != 1 or len(after) != 1:
            return None
        (scores,), (last,) = before, after
        product = ReductionNest.of(last)
        if product is None or not all(isinstance(c.owner, AllocOp) for c in (source, result)):
            return None
        row = row_of_scores(scores, softmax)
        operand = summed(product, softmax)
        if row is None or operand is None or interferes(scores, last):
            return None
        return cls(scores, softmax, product, row, *operand)

    @property
    def column(self) -> str:
        """The parameter of `scores` that is not the row."""
        return next(p for p in self.scores.param_names if p != self.row)


def leaf_of(op: Operation) -> tuple[str, Range, TaskletOp] | None:
    """The one parameter of a map of one tasklet, its range, and the tasklet."""
    if not isinstance(op, MapOp) or len(op.param_names) != 1:
        return None
    inner = op.body.block.first_op
    if not isinstance(inner, TaskletOp) or inner.next_op is not None or inner.stored_outputs:
        return None
    return op.param_names[0], op.ranges.data[0], inner


def is_maximum(op: TaskletOp) -> bool:
    """`tasklet (%s = S[..]) -> (m[] wcr max) { yield %s }`"""
    if len(op.inputs) != 1 or len(op.outputs) != 1:
        return False
    return op.writes.data[0].wcr == "max" and op.yielded[0] is op.body.block.args[0]


def is_exponential(op: TaskletOp) -> bool:
    """`tasklet (%s, %m) -> (E, l wcr sum) { %e = exp(%s - %m); yield %e, %e }`"""
    if len(op.inputs) != 2 or len(op.outputs) != 2:
        return False
    e, again = op.yielded
    if e is not again or not isinstance(e.owner, math.ExpOp):
        return False
    if op.writes.data[0].wcr is not None or op.writes.data[1].wcr != "sum":
        return False
    difference = e.owner.operand.owner
    args = op.body.block.args
    return isinstance(difference, arith.SubfOp) and [*difference.operands] == [*args]


def is_quotient(op: TaskletOp) -> bool | None:
    """
    Whether `tasklet (%e, %l) -> (P) { yield %e / %l }` guards against what is no number; None for
    any other tasklet.
    """
    if len(op.inputs) != 2 or len(op.outputs) != 1 or op.writes.data[0].wcr is not None:
        return None
    value = op.yielded[0].owner
    args = [*op.body.block.args]
    if isinstance(value, arith.DivfOp):
        return False if [*value.operands] == args else None
    if not isinstance(value, arith.SelectOp):
        return None
    test, zero, quotient = (v.owner for v in value.operands)
    if not isinstance(quotient, arith.DivfOp) or [*quotient.operands] != args:
        return None
    if not isinstance(test, arith.CmpfOp) or test.predicate.value.data not in UNORDERED:
        return None
    if {*test.operands} != {quotient.result} or not is_constant(zero, "0.0"):
        return None
    return True


UNORDERED = (13, 14)
"""The predicates `une` and `uno` of `arith.cmpf`: true for a number and itself if it is none."""


def is_constant(op: Operation | Block, text: str) -> bool:
    value = op.value if isinstance(op, arith.ConstantOp) else None
    return isinstance(value, FloatAttr) and str(value.value.data) == text


def starts(op: Operation, target: Access, text: str) -> bool:
    """Whether a tasklet gives `target` a constant as its first value."""
    if not isinstance(op, TaskletOp) or op.inputs or len(op.outputs) != 1:
        return False
    return op.outputs[0] is target[0] and is_constant(op.yielded[0].owner, text)


def same(one: Access, other: Access, names: dict[str, str]) -> bool:
    """Whether two accesses are to the same element, the first one's parameters renamed."""
    values = {old: symbolic.symbol(new) for old, new in names.items()}
    return one[0] is other[0] and one[1].subset.substituted(values) == other[1].subset


def node_in(block: Block, op: Operation) -> Operation | None:
    """The node of `block` that `op` is or lies in."""
    while op.parent_block() is not block:
        parent = op.parent_op()
        if parent is None:
            return None
        op = parent
    return op


def indexed(subset: Sequence[Range], names: Sequence[str]) -> tuple[int, ...] | None:
    """The dimensions that the parameters index, each one alone, and nothing else."""
    found: list[int] = []
    for name in names:
        used = [d for d, r in enumerate(subset) if name in symbolic.symbols_of(*r.exprs)]
        if len(used) != 1 or subset[used[0]] != Range(symbolic.symbol(name)):
            return None
        found += used
    return tuple(found)


def row_of_scores(op: MapOp, softmax: SoftmaxRows) -> str | None:
    """The parameter of `op` that is the row of the scores that it writes, and nothing else."""
    container, read = softmax.scores
    at = indexed(read.ranges, (softmax.row, softmax.column))
    tasklets = [n for n in op.walk() if isinstance(n, TaskletOp)]
    writes = [a for t in tasklets for a in t.output_accesses if root(a[0]) is root(container)]
    if at is None or len(op.param_names) != 2 or not writes:
        return None
    for row, column in (op.param_names, op.param_names[::-1]):
        values = {row: symbolic.symbol(softmax.row), column: symbolic.symbol(softmax.column)}
        if all(m.subset.substituted(values) == read.subset for _, m in writes):
            sizes = dict(zip(op.param_names, op.ranges.data, strict=True))
            outer = softmax.op.ranges.data[0]
            return row if (sizes[row], sizes[column]) == (outer, softmax.size) else None
    return None


def summed(nest: ReductionNest, softmax: SoftmaxRows) -> tuple[str, int] | None:
    """
    The parameter that is the row of a sum of products with the probabilities, if it is linear in
    these, and which operand they are.
    """
    found = [k for k, c in enumerate(nest.body.inputs) if root(c) is root(softmax.result[0])]
    product = nest.body.yielded[0].owner
    if len(found) != 1 or len(nest.reduced) != 1 or len(nest.parallel) != 2:
        return None
    if nest.point.wcr != "sum" or not isinstance(product, arith.MulfOp):
        return None
    if not starts(nest.init, (nest.target, nest.point), "0.0"):
        return None
    argument = nest.body.body.block.args[found[0]]
    if [u.operation for u in argument.uses] != [product] or not isinstance(argument.type, AnyFloat):
        return None
    (reduced,) = nest.reduced
    read = nest.body.reads.data[found[0]]
    for row in nest.parallel:
        values = {row: symbolic.symbol(softmax.row), reduced: symbolic.symbol(softmax.swept)}
        if read.subset.substituted(values) == softmax.result[1].subset:
            sizes = (nest.parallel[row], nest.reduced[reduced])
            fits = sizes == (softmax.op.ranges.data[0], softmax.size)
            return (row, found[0]) if fits else None
    return None


def interferes(scores: MapOp, last: MapOp) -> bool:
    """Whether the scores cannot be computed where they are used."""
    mine = Accesses.of(scores)
    node = scores.next_op
    while node is not None and node is not last:
        others = Accesses.of(node)
        if not others.writes.isdisjoint(a.root for a in mine.all if not a.writes):
            return True
        node = node.next_op
    return False
