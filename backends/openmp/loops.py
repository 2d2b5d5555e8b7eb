"""Maps and loops as C loops, with what their schedule says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from xdsl.ir import Region

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp.expressions import add
from sdfg.backends.openmp.failures import CONTEXT
from sdfg.backends.openmp.lanes import plan
from sdfg.backends.openmp.scope import Scope
from sdfg.dialect import symbolic
from sdfg.dialect.analysis.conflicts import conflicts
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbol_assigned

Statements = list[s.Statement]
Body = Callable[[Region, Scope], Statements]
"""Emits the nodes of a region."""


@dataclass(frozen=True)
class Loop:
    """One loop around a body that is not known yet."""

    variable: str
    start: c.Expression
    stop: c.Expression
    step: c.Expression

    def around(self, body: Sequence[s.Statement]) -> s.For:
        return s.For(self.variable, self.start, self.stop, self.step, tuple(body))


def bind(name: str, over: Range, outer: Scope, inner: Scope) -> tuple[Statements, Loop | None]:
    """
    Give a parameter its variable in `inner`: that of a loop, or one that holds its only value.
    """
    start = outer.expression(over.start)
    if symbolic.constant(over.extent) == 1:
        if isinstance(start, c.Integer | c.Name):
            inner.symbols[name] = start
            return [], None
        return [s.Declare(t.const(t.INT64), inner.bind_symbol(name), start)], None
    stop, step = outer.expression(over.end), outer.expression(over.step)
    return [], Loop(inner.bind_symbol(name), start, stop, step)


def is_empty(ranges: Sequence[Range]) -> bool:
    """Whether there is certainly no point."""
    extents = [symbolic.constant(r.extent) for r in ranges]
    return any(extent is not None and extent <= 0 for extent in extents)


def emit_map(op: MapOp, scope: Scope, body: Body) -> Statements:
    """The loops of a map."""
    kind = op.schedule.kind.data
    if is_empty(op.ranges.data):
        return []
    if kind == "unroll":
        return _unrolled(op, scope, body)
    if kind not in ("sequential", "parallel", "simd"):
        fail(op, f"is scheduled as {kind}, which OpenMP C does not have")
    parallel = kind == "parallel"
    if parallel and scope.parallel:
        fail(op, "is parallel within a parallel map", hint="make one of them sequential")
    inner = scope.inner(parallel=parallel, lanes=kind == "simd")
    before: Statements = []
    loops: list[Loop] = []
    shared: list[str] = []
    for name, over in zip(op.param_names, op.ranges.data, strict=True):
        declared, loop = bind(name, over, scope, inner)
        before += declared
        if loop is not None:
            loops.append(loop)
            shared.append(name)
    pragmas: Statements = []
    if parallel and loops:
        refuse_races(op, tuple(shared))
        pragmas = [parallel_for(op, len(loops), scope)]
    if kind == "simd" and loops:
        lanes = plan(op, shared[-1], inner)
        loop = loops.pop().around(body(op.body, inner))
        statements = scoped([*lanes.before, lanes.pragma, loop, *lanes.after])
    else:
        statements = body(op.body, inner)
    for loop in reversed(loops):
        statements = [loop.around(statements)]
    return scoped([*before, *pragmas, *statements])


def parallel_for(op: MapOp, loops: int, scope: Scope) -> s.Pragma:
    """`omp parallel for` over that many loops."""
    scope.uses.context = scope.uses.threads = True
    clauses = [s.Clause("collapse", (c.Integer(loops),))] if loops > 1 else []
    clauses.append(s.Clause("num_threads", (CONTEXT.arrow("threads"),)))
    condition = scope.expression(op.schedule.condition.data)
    if condition != c.TRUE:
        clauses.append(s.Clause("if", (condition,)))
    return s.Pragma("omp parallel for", tuple(clauses))


def refuse_races(op: MapOp, parameters: tuple[str, ...]) -> None:
    """Stop compilation if threads would write the same element at the same time."""
    for conflict in conflicts(op, parameters):
        name = conflict.container.name_hint or "?"
        what = (
            f"the program called writes '{name}'"
            if conflict.memlet is None
            else f"'{name}[{conflict.memlet.subset}]' is combined"
        )
        fail(
            conflict.op,
            f"races: {what} for several values of '{conflict.parameter}', which is parallel",
            hint=f"keep '{conflict.parameter}' out of the parallel map",
        )


def _unrolled(op: MapOp, scope: Scope, body: Body) -> Statements:
    """One copy of the body per point, in which the parameters are numbers behind their start."""
    steps: list[list[c.Expression]] = []
    for name, over in zip(op.param_names, op.ranges.data, strict=True):
        count, step = symbolic.constant(over.extent), symbolic.constant(over.step)
        if count is None or step is None:
            fail(
                op,
                f"is unrolled, but '{name}' takes a number of values known only at run time",
                hint="tile the map so that the inner one has a constant range",
            )
        start = scope.expression(over.start)
        steps.append([add(start, c.Integer(k * step)) for k in range(count)])
    result: Statements = []
    for point in product(*steps):
        inner = scope.inner().with_symbols(dict(zip(op.param_names, point, strict=True)))
        result += scoped(body(op.body, inner))
    return result


def emit_for(op: ForOp, scope: Scope, body: Body) -> Statements:
    """A loop whose iterations follow each other. Its bounds are those from before it starts."""
    if is_empty((op.range,)):
        return []
    inner = scope.inner()
    before, loop = bind(op.param, op.range, scope, inner)
    if loop is None:
        return scoped([*before, *body(op.body, inner)])
    changed = {symbol_assigned(node) for node in op.body.walk()}
    if any(s.name in changed for e in (op.range.end, op.range.step) for s in e.free_symbols):
        stop = scope.names.unique(f"{loop.variable}_stop")
        before.append(s.Declare(t.const(t.INT64), stop, loop.stop))
        step = scope.names.unique(f"{loop.variable}_step")
        before.append(s.Declare(t.const(t.INT64), step, loop.step))
        loop = Loop(loop.variable, loop.start, c.Name(stop), c.Name(step))
    return scoped([*before, loop.around(body(op.body, inner))])


def scoped(body: Statements) -> Statements:
    """`body`, in braces where it declares something at its top."""
    if any(isinstance(x, s.Declare) for x in body):
        return [s.Block(tuple(body))]
    return body
