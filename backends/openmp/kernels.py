"""
Parallel maps as kernels: functions over a part of the points, run by the threads of a model.

A kernel takes what the points share as parameters: it reads and optimizes like any function.
Beside it stand the struct that carries these values to the threads, and the function that unpacks
it, which is what the runtime calls (`sdfg_team.h`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.names import Scope as Names
from sdfg.backends.openmp.expressions import add, multiply
from sdfg.backends.openmp.expressions import names_in as names_read
from sdfg.backends.openmp.failures import CONTEXT
from sdfg.backends.openmp.scope import Block, Scope
from sdfg.backends.openmp.tidy import names_in

Statements = list[s.Statement]
Bounds = tuple[c.Name, c.Name]
"""The variables for the first point of a kernel, and for the one behind its last."""

_RANGE: Bounds = (c.Name("begin"), c.Name("end"))
_VALUES, _SHARED = c.names("values shared")


@dataclass(frozen=True)
class Dimension:
    """One dimension of the points of a parallel map."""

    parameter: str
    """The variable of C for it."""
    counter: str
    """The variable that counts its values from 0; the same one where the range does that."""
    start: c.Expression
    step: c.Expression
    extent: c.Expression

    @property
    def declared(self) -> Statements:
        """The parameter, where it is not the counter."""
        if self.parameter == self.counter:
            return []
        value = add(self.start, multiply(c.Name(self.counter), self.step))
        return [s.Declare(t.const(t.INT64), self.parameter, value)]


def count_of(dimensions: Sequence[Dimension]) -> c.Expression:
    """Number of points; not more than 0 if a dimension has none."""
    extents = [dimension.extent for dimension in dimensions]
    if sum(not isinstance(extent, c.Integer) for extent in extents) > 1:
        extents = [
            e if isinstance(e, c.Integer) else c.call("sdfg_max", e, c.Integer(0)) for e in extents
        ]
    return reduce(multiply, extents)


def over_points(
    dimensions: Sequence[Dimension], bounds: Bounds, body: Statements, names: Names
) -> Statements:
    """
    The points within `bounds` of all dimensions counted as one, the last one fastest.

    The place of the first one is computed once; from there on the last dimension is a loop, and
    those before it count up.
    """
    begin, end = bounds
    *outer, last = dimensions
    inside = (*last.declared, *body)
    if not outer:
        return [s.For(last.counter, begin, end, 1, inside)]
    first, stop = (c.Name(names.unique(f"{last.counter}_{end}")) for end in ("first", "stop"))
    found: Statements = [s.Declare(t.INT64, first.name, _remainder(begin, last.extent))]
    place = _quotient(begin, last.extent)
    for dimension in reversed(outer):
        within = place if dimension is outer[0] else _remainder(place, dimension.extent)
        found.append(s.Declare(t.INT64, dimension.counter, within))
        place = _quotient(place, dimension.extent)
    row = c.call("sdfg_min", last.extent, add(first, end - begin))
    step: Statements = []
    for dimension in outer:
        counter = c.Name(dimension.counter)
        wrapped = (s.If(counter.eq(dimension.extent), (s.Assign(counter, c.Integer(0)), *step)),)
        step = [s.Assign(counter, c.Integer(1), "+"), *(wrapped if step else ())]
    return [
        *found,
        s.While(
            begin.lt(end),
            (
                s.Declare(t.const(t.INT64), stop.name, row),
                *(x for dimension in outer for x in dimension.declared),
                s.For(last.counter, first, stop, 1, inside),
                s.Assign(begin, stop - first, "+"),
                s.Assign(first, c.Integer(0)),
                *step,
            ),
        ),
    ]


def _quotient(value: c.Expression, by: c.Expression) -> c.Expression:
    return value / by if isinstance(by, c.Integer) else c.call("sdfg_floordiv", value, by)


def _remainder(value: c.Expression, by: c.Expression) -> c.Expression:
    return value % by if isinstance(by, c.Integer) else c.call("sdfg_floormod", value, by)


@dataclass(frozen=True)
class Kernel:
    """What is emitted for one parallel map."""

    points: str
    """The function that does the work."""
    part: str
    """The function that the threads call."""
    struct: str
    """What carries the values that points share to the threads."""
    shared: tuple[f.Parameter, ...]
    """These values."""

    def items(self, comment: str, bounds: Bounds, body: Statements) -> list[f.Item]:
        """The functions, and the struct between them."""
        parameters = (*self.shared, *_numbers(bounds))
        points = f.Function(
            self.points, t.VOID, parameters, tuple(body), linkage="static", comment=comment
        )
        if not self.shared:
            return [points, self.called()]
        fields = tuple(f.Field(p.name, _unrestricted(p.type)) for p in self.shared)
        return [points, f.Struct(self.struct, fields, typedef=False), self.called()]

    def called(self) -> f.Function:
        """The function that unpacks the values."""
        kind = t.pointer(t.const(t.Named(f"struct {self.struct}")))
        unpacked = s.Evaluate(c.cast(t.VOID, _VALUES))
        if self.shared:
            unpacked = s.Declare(kind, _SHARED.name, c.cast(kind, _VALUES))
        arguments = (_SHARED.arrow(p.name) for p in self.shared)
        call = s.Evaluate(c.call(self.points, *arguments, *_RANGE))
        parameters = (f.Parameter(_VALUES.name, t.pointer(t.const(t.VOID))), *_numbers(_RANGE))
        return f.Function(self.part, t.VOID, parameters, (unpacked, call), linkage="static")

    def run(
        self, function: str, count: c.Expression, condition: c.Expression, scope: Scope
    ) -> Statements:
        """The statements that do all points: by `function`, on threads, where `condition` holds."""
        given = tuple(c.Name(p.name) for p in self.shared)
        alone = s.Evaluate(c.call(self.points, *given, c.Integer(0), count))
        values = c.Name(scope.names.unique(_VALUES.name))
        team, address = CONTEXT.arrow("team"), values.address() if given else c.NULL
        run = s.Evaluate(c.call(function, team, c.Name(self.part), address, count))
        kind = t.const(t.Named(f"struct {self.struct}"))
        packed = [s.Declare(kind, values.name, c.Initializer(given))] if given else []
        return [*packed, run if condition == c.TRUE else s.If(condition, (run,), (alone,))]


def make_kernel(
    comment: str, bounds: Bounds, body: Statements, scope: Scope, written: frozenset[str]
) -> Kernel:
    """
    Make a kernel of `body`, which does the points within `bounds`.

    `scope` is that around the map, `written` are the blocks of memory that the body changes.
    """
    points, part, struct = (_function_name(e, scope) for e in ("points", "part", "values"))
    kernel = Kernel(points, part, struct, captured(body, scope, written))
    scope.kernels.items.extend(kernel.items(comment, bounds, body))
    return kernel


def _function_name(ending: str, scope: Scope) -> str:
    """A new name for a function, which no variable of `scope` has."""
    while True:
        name = scope.kernels.names.unique(f"{scope.kernels.function}_{ending}")
        if scope.names.unique(name) == name:
            return name


def _numbers(names: Bounds) -> tuple[f.Parameter, ...]:
    return tuple(f.Parameter(name.name, t.INT64) for name in names)


def _unrestricted(kind: t.CType) -> t.CType:
    return replace(kind, restrict=False) if isinstance(kind, t.Pointer) else kind


def captured(body: Statements, scope: Scope, written: frozenset[str]) -> tuple[f.Parameter, ...]:
    """
    The variables of `scope` that `body` mentions, as parameters: the context, memory, numbers.

    Pointers to memory that is not in `written` are to constants.
    """
    mentioned = names_in(body)
    found: dict[str, t.CType] = {}
    if CONTEXT.name in mentioned:
        found[CONTEXT.name] = t.pointer(t.Named("sdfg_context"))
    for block in scope.blocks.values():
        if not isinstance(block, Block):
            continue
        if block.in_registers:
            elements = [block.variable(k).name for k in block.elements or (0,)]
            found |= {name: block.element for name in elements if name in mentioned}
        elif block.name in mentioned:
            element = block.element if block.name in written else t.const(block.element)
            found[block.name] = t.pointer(element, restrict=True)
    for symbol in scope.symbols.values():
        found |= {name: t.INT64 for name in sorted(names_read(symbol) & mentioned)}
    return tuple(f.Parameter(name, kind) for name, kind in found.items())
