"""What bypasses the caches and what is fetched ahead: both change the time of a run only."""

from xdsl.ir import Operation

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp.scope import Scope
from sdfg.backends.openmp.types import byte_width
from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.copies import PrefetchOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr

Statements = list[s.Statement]

_LINE = 64
"""Bytes that are fetched at once."""
_UNROLLED = 8
"""At most so many lines are fetched without a loop."""


def store_nontemporal(target: c.Expression, vector: c.Name, kind: t.Vector) -> s.Statement:
    """Write a vector variable past the caches; `target` is where its first element goes."""
    call = c.call("sdfg_store_nontemporal", target.address(), vector.address(), c.SizeOf(kind))
    return s.Evaluate(call)


def bypasses(op: Operation, *, parallel: bool) -> bool:
    """Whether something in `op` bypasses the caches; where not `parallel`, in no parallel map."""
    if isinstance(op, TaskletOp):
        return op.nontemporal is not None
    if not parallel and isinstance(op, MapOp) and op.schedule.on_threads:
        return False
    inner = (child for region in op.regions for block in region.blocks for child in block.ops)
    return any(bypasses(child, parallel=parallel) for child in inner)


def ordered() -> s.Statement:
    """What was written past the caches is seen by others before anything that follows."""
    return s.Evaluate(c.call("sdfg_order_nontemporal"))


def prefetch(op: PrefetchOp, scope: Scope) -> Statements:
    """Fetch each line of the subset: a loop per dimension, the last one over lines."""
    kind = array_type(op.container)
    block = scope.block(op.container, op)
    inner = scope.inner()
    per_line = max(1, _LINE // byte_width(block.element))
    index: list[Expr] = []
    loops: list[tuple[str, Range, int]] = []
    for place, (r, stride) in enumerate(zip(op.read.ranges, kind.strides.data, strict=True)):
        if r.is_point or r.extent == 1:
            index.append(r.start)
            continue
        side_by_side = place == len(op.read.ranges) - 1 and stride * r.step == 1
        name = symbolic.symbol_name(f"d{place}", inner.symbols)
        loops.append((name, r, per_line if side_by_side else 1))
        index.append(r.start + r.step * symbolic.symbol(name))
    return _fetched(op, index, loops, inner)


def _fetched(
    op: PrefetchOp, index: list[Expr], loops: list[tuple[str, Range, int]], scope: Scope
) -> Statements:
    """The loops that are left, each within the one before it."""
    if not loops:
        return [_line(op, index, scope)]
    (name, r, step), *rest = loops
    count = symbolic.constant(r.extent)
    if count is not None and -(-count // step) <= _UNROLLED:
        points = [{name: symbolic.integer(k)} for k in range(0, count, step)]
        bodies = [[symbolic.substitute(e, point) for e in index] for point in points]
        return [x for body in bodies for x in _fetched(op, body, rest, scope)]
    extent = scope.expression(r.extent)
    variable = scope.bind_symbol(name)
    body = _fetched(op, index, rest, scope)
    return [s.For(variable, c.Integer(0), extent, c.Integer(step), tuple(body))]


def _line(op: PrefetchOp, index: list[Expr], scope: Scope) -> s.Statement:
    """Fetch the line of one element. Its address is a number, as it may lie behind the end."""
    block = scope.block(op.container, op)
    position = scope.position(array_type(op.container), index)
    writes = c.Integer(0 if op.to_write is None else 1)
    locality = c.Integer(0 if op.once is not None else 4 - op.level.value.data)
    return s.Evaluate(c.call("SDFG_PREFETCH", block.pointer, position, writes, locality))
