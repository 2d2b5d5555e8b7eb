"""The same points of a map under more, or under fewer, parameters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.containers import ViewOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbols_read
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.ops.tasklet_body import IndexOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.simplify.rewriting import replace_access, substitute


@dataclass(frozen=True)
class Digits:
    """
    Parameters that count through one range together, like the digits of a number.

    `value` is `i0 * (N1 * N2) + i1 * N2 + i2` for parameters `i0, i1, i2` with ranges `0:N`.
    """

    names: tuple[str, ...]
    extents: tuple[Expr, ...]

    @classmethod
    def of(cls, expr: Expr, space: Mapping[str, Range]) -> Self | None:
        """The parameters of `space` that `expr` is the number of, if it is one of two or more."""
        left = {n for n in symbolic.symbols_of(expr) if n in space}
        names: list[str] = []
        weight = symbolic.integer(1)
        while left:
            found = [n for n in left if symbolic.equal(expr.coeff(symbolic.symbol(n)), weight)]
            if len(found) != 1 or not _counts(space[found[0]]):
                return None
            names.insert(0, found[0])
            left.discard(found[0])
            weight = weight * space[found[0]].end
        result = cls(tuple(names), tuple(space[n].end for n in names))
        if len(names) < 2 or not symbolic.equal(expr, result.value):
            return None
        return result

    @property
    def value(self) -> Expr:
        total = symbolic.integer(0)
        for name, extent in zip(self.names, self.extents, strict=True):
            total = total * extent + symbolic.symbol(name)
        return total.expand()

    @property
    def count(self) -> Expr:
        """Number of values."""
        return symbolic.product(self.extents)


def _counts(r: Range) -> bool:
    return r.start == 0 and r.step == 1


def split(op: MapOp, name: str, digits: Digits) -> None:
    """
    Let `name` be the number that new parameters with the names of `digits` make.

    ```
    map [i = 0:A * B] { .. i .. }   ->   map [a = 0:A, b = 0:B] { .. B * a + b .. }
    ```
    """
    params, ranges = list(op.param_names), list(op.ranges.data)
    at = params.index(name)
    params[at : at + 1] = digits.names
    ranges[at : at + 1] = [Range.of(0, e) for e in digits.extents]
    for inner in op.body.block.ops:
        substitute(inner, {name: digits.value})
    op.attributes["params"] = syntax.strings(params)
    op.attributes["ranges"] = SubsetAttr(tuple(ranges))


@dataclass(frozen=True)
class Merge:
    """A plan to make one parameter of several in a map of tasklets."""

    op: MapOp
    digits: Digits
    accesses: Mapping[tuple[Operation, int], tuple[ArrayType | None, SubsetAttr]]
    """For each access: the type of a view to name instead of the container, and the subset."""

    @classmethod
    def of(cls, op: MapOp, digits: Digits) -> Self | None:
        """
        The plan for `op`; None if an index, or what a body computes with, takes the parameters
        apart.
        """
        accesses: dict[tuple[Operation, int], tuple[ArrayType | None, SubsetAttr]] = {}
        for node in op.body.walk():
            if isinstance(node, TaskletOp):
                for operand, memlet in enumerate((*node.reads, *node.writes)):
                    found = _merged(node.operands[operand], memlet.subset, digits)
                    if found is None:
                        return None
                    accesses[node, operand] = found
            elif isinstance(node, IndexOp):
                if merged_index(node.expr.data, digits) is None:
                    return None
            elif not symbols_read(node).isdisjoint(digits.names):
                return None
        return cls(op, digits, accesses)

    def apply(self) -> None:
        """
        ```
        map [a = 0:A, b = 0:B] { .. %x[B * a + b] .. %y[a, b] .. }
        ->
        map [a = 0:A * B] { .. %x[a] .. %z[a] .. }          %z = view of %y as [A * B]
        ```
        """
        first, *rest = self.digits.names
        for (node, operand), (kind, subset) in self.accesses.items():
            assert isinstance(node, TaskletOp)
            container = node.operands[operand]
            memlet = (*node.reads, *node.writes)[operand]
            if kind is not None:
                container = view_as(container, kind)
            new = MemletAttr(subset, memlet.resolution.data, memlet.volume.data)
            replace_access(node, operand, container, new)
        for node in self.op.body.walk():
            if isinstance(node, IndexOp):
                index = merged_index(node.expr.data, self.digits)
                node.attributes["expr"] = IndexOp(index).expr
        pairs = list(zip(self.op.param_names, self.op.ranges.data, strict=True))
        kept = [
            (n, Range.of(0, self.digits.count) if n == first else r)
            for n, r in pairs
            if n not in rest
        ]
        self.op.attributes["params"] = syntax.strings(n for n, _ in kept)
        self.op.attributes["ranges"] = SubsetAttr(tuple(r for _, r in kept))


def merged_index(expr: Expr, digits: Digits) -> Expr | None:
    """`expr` over the number of `digits`, called like the first of them; None if it is no such."""
    if symbolic.symbols_of(expr).isdisjoint(digits.names):
        return expr
    factor = expr.expand().coeff(symbolic.symbol(digits.names[-1]))
    rest = (expr - factor * digits.value).expand()
    if not symbolic.symbols_of(rest, factor).isdisjoint(digits.names):
        return None
    return factor * symbolic.symbol(digits.names[0]) + rest


def _merged(
    container: SSAValue, subset: SubsetAttr, digits: Digits
) -> tuple[ArrayType | None, SubsetAttr] | None:
    """The access over the number of `digits`: by its indices, or by merged dimensions."""
    if subset.symbols.isdisjoint(digits.names):
        return None, subset
    if not subset.is_point or not isinstance(container.type, ArrayType):
        return None
    merged = [merged_index(r.start, digits) for r in subset.data]
    if all(e is not None for e in merged):
        return None, SubsetAttr.points(merged)
    at = [k for k, r in enumerate(subset.data) if r.start == symbolic.symbol(digits.names[0])]
    if len(at) != 1:
        return None
    return _merged_dimensions(container.type, subset, digits, at[0])


def _merged_dimensions(
    kind: ArrayType, subset: SubsetAttr, digits: Digits, at: int
) -> tuple[ArrayType, SubsetAttr] | None:
    count = len(digits.names)
    points = [r.start for r in subset.data]
    if points[at : at + count] != [symbolic.symbol(n) for n in digits.names]:
        return None
    rest = [*points[:at], *points[at + count :]]
    dims, strides = list(kind.dims), list(kind.strides.data)
    if not symbolic.symbols_of(*rest).isdisjoint(digits.names):
        return None
    for k in range(at + 1, at + count):
        if not symbolic.equal(dims[k], digits.extents[k - at]):
            return None
        if not symbolic.equal(strides[k - 1], strides[k] * dims[k]):
            return None
    merged = symbolic.product(dims[at : at + count])
    view = ArrayType(
        [*dims[:at], merged, *dims[at + count :]],
        kind.element_type,
        [*strides[:at], strides[at + count - 1], *strides[at + count :]],
        kind.offset.data,
        kind.storage,
    )
    index = [*points[: at + 1], *points[at + count :]]
    return view, SubsetAttr.points(index)


def view_as(container: SSAValue, kind: ArrayType) -> SSAValue:
    """The memory of `container` as `kind`: itself, a view there is, or a new one behind it."""
    base = root(container)
    if array_type(base) == kind:
        return base
    for use in base.uses:
        if isinstance(use.operation, ViewOp) and use.operation.result.type == kind:
            if _is_outside(use.operation, container):
                return use.operation.result
    owner = base.owner
    view = ViewOp(base, kind)
    if isinstance(owner, Operation):
        Rewriter.insert_op(derived(view, owner), InsertPoint.after(owner))
    else:
        Rewriter.insert_op(view, InsertPoint.at_start(owner))
    return view.result


def _is_outside(view: ViewOp, container: SSAValue) -> bool:
    """Whether `view` stands where the container itself is defined, so that all users see it."""
    owner = root(container).owner
    block = owner.parent if isinstance(owner, Operation) else owner
    return view.parent is block


def adapt(
    op: MapOp, other: Mapping[str, Range], hints: Iterable[tuple[SubsetAttr, SubsetAttr]]
) -> bool:
    """
    Merge or split parameters of `op`, a map of tasklets, so that it runs over the space `other`.

    `hints` are pairs of subsets, `(over other, over op)`, that should become the same. Returns
    whether `op` changed; it may still run over another space.
    """
    space = dict(zip(op.param_names, op.ranges.data, strict=True))
    merges: list[Digits] = []
    splits: dict[str, Digits] = {}
    for theirs, ours in hints:
        for a, b in zip(theirs.data, ours.data, strict=False):
            if not (a.is_point and b.is_point):
                continue
            if a.start.is_Symbol and a.start.name in other:
                digits = Digits.of(b.start, space)
                if digits and symbolic.equal(other[a.start.name].extent, digits.count):
                    merges.append(digits)
            elif b.start.is_Symbol and b.start.name in space and b.start.name not in splits:
                digits = Digits.of(a.start, other)
                if digits and symbolic.equal(space[b.start.name].extent, digits.count):
                    splits[b.start.name] = digits
    return _adapted(op, len(other), list(dict.fromkeys(merges)), splits)


def _adapted(
    op: MapOp, wanted: int, merges: Sequence[Digits], splits: Mapping[str, Digits]
) -> bool:
    found = len(op.param_names)
    found -= sum(len(d.names) - 1 for d in merges)
    found += sum(len(d.names) - 1 for d in splits.values())
    if found != wanted or not (merges or splits) or (merges and splits):
        return False
    if len({n for d in merges for n in d.names}) < sum(len(d.names) for d in merges):
        return False
    changed = False
    for digits in merges:
        if (plan := Merge.of(op, digits)) is None:
            return changed
        plan.apply()
        changed = True
    for name, digits in splits.items():
        taken = [n for n in op.param_names if n != name]
        fresh = tuple(symbolic.symbol_name(n, taken) for n in digits.names)
        split(op, name, Digits(fresh, digits.extents))
        changed = True
    return changed
