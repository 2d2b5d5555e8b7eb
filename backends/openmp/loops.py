"""Maps and loops as C loops, with what their schedule says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from xdsl.ir import Region

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp import hints, kernels
from sdfg.backends.openmp.expressions import add
from sdfg.backends.openmp.failures import place
from sdfg.backends.openmp.kernels import Dimension
from sdfg.backends.openmp.lanes import plan
from sdfg.backends.openmp.scope import Block, Scope
from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.conflicts import conflicts
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
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
    if kind not in ("sequential", "simd") and not op.schedule.on_threads:
        fail(op, f"is scheduled as {kind}, which OpenMP C does not have")
    if op.schedule.on_threads and scope.expression(op.schedule.condition.data) != c.FALSE:
        return _parallel(op, scope, body)
    inner = scope.inner(lanes=kind == "simd")
    before: Statements = []
    loops: list[Loop] = []
    names: list[str] = []
    for name, over in zip(op.param_names, op.ranges.data, strict=True):
        declared, loop = bind(name, over, scope, inner)
        before += declared
        if loop is not None:
            loops.append(loop)
            names.append(name)
    if kind == "simd" and loops:
        lanes = plan(op, names[-1], inner)
        loop = loops.pop().around(body(op.body, inner))
        statements = scoped([*lanes.before, lanes.pragma, loop, *lanes.after])
    else:
        statements = body(op.body, inner)
    for loop in reversed(loops):
        statements = [loop.around(statements)]
    return scoped([*before, *statements])


def _parallel(op: MapOp, scope: Scope, body: Body) -> Statements:
    """A map on threads: a kernel over its points."""
    if scope.parallel:
        fail(op, "is parallel within a parallel map", hint="make one of them sequential")
    if scope.lanes:
        fail(op, "is parallel within vector lanes", hint="make it sequential")
    inner = scope.inner(parallel=True)
    bounds = c.Name(inner.names.unique("begin")), c.Name(inner.names.unique("end"))
    before: Statements = []
    dimensions: list[Dimension] = []
    names: list[str] = []
    for name, over in zip(op.param_names, op.ranges.data, strict=True):
        if symbolic.constant(over.extent) == 1:
            before += bind(name, over, scope, inner)[0]
        else:
            dimensions.append(dimension(name, over, scope, inner))
            names.append(name)
    if not dimensions:
        return scoped([*before, *body(op.body, inner)])
    refuse_races(op, tuple(names))
    scope.uses.context = scope.uses.threads = True
    points = kernels.over_points(dimensions, bounds, body(op.body, inner), inner.names)
    if hints.bypasses(op, parallel=True):
        points.append(hints.ordered())
    kernel = kernels.make_kernel(layer(op), bounds, [*before, *points], scope, written(op, scope))
    condition = scope.expression(op.schedule.condition.data)
    run = "sdfg_team_run_parts" if op.schedule.kind.data == "static" else "sdfg_team_run"
    return scoped(kernel.run(run, kernels.count_of(dimensions), condition, scope.inner()))


def dimension(name: str, over: Range, outer: Scope, inner: Scope) -> Dimension:
    """Give a parameter of a parallel map its variable in `inner`, and a counter from 0."""
    start, step = outer.expression(over.start), outer.expression(over.step)
    extent = outer.expression(over.extent)
    variable = counter = inner.bind_symbol(name)
    if (start, step) != (c.Integer(0), c.Integer(1)):
        counter = inner.names.unique(f"{variable}_at")
    return Dimension(variable, counter, start, step, extent)


def written(op: MapOp, scope: Scope) -> frozenset[str]:
    """The blocks of memory outside of a map that it writes."""
    blocks = (scope.blocks.get(container) for container in Accesses.of(op).writes)
    return frozenset(block.name for block in blocks if isinstance(block, Block))


def layer(op: MapOp) -> str:
    """What a comment says of a map: its state and where it comes from."""
    around = op.parent_op()
    while around is not None and not isinstance(around, StateOp):
        around = around.parent_op()
    return "" if around is None else place(around, around.sym_name.data)


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
