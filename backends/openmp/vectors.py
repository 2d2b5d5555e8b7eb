"""Vectors as C: loads, stores, and what compilers do not offer on vectors lane by lane."""

from dataclasses import dataclass
from functools import cached_property

from xdsl.dialects import vector
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import Operation, SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp import hints, scalars
from sdfg.backends.openmp.expressions import add, multiply
from sdfg.backends.openmp.resolutions import assigned, from_storage
from sdfg.backends.openmp.scope import Scope
from sdfg.backends.openmp.types import lanes as lane_count
from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType

_REDUCTIONS = {
    **{"add": "+", "mul": "*", "and": "&", "or": "|", "xor": "^"},
    **{"minsi": "min", "maxsi": "max", "minui": "min", "maxui": "max"},
    **{"minimumf": "minimum", "maximumf": "maximum", "minnumf": "minnum", "maxnumf": "maxnum"},
}
"""`vector.reduction` kinds as operators of C, or as functions of the runtime."""


@dataclass(frozen=True)
class Window:
    """The elements of a container that one vector holds."""

    op: Operation
    scope: Scope
    container: SSAValue
    memlet: MemletAttr
    kind: t.Vector

    @cached_property
    def start(self) -> c.Expression:
        """The element in the first lane."""
        return self.scope.start(self.container, self.memlet, self.op)

    @cached_property
    def stored(self) -> t.Scalar | t.Vector:
        return self.scope.block(self.container, self.op).element

    @cached_property
    def step(self) -> c.Expression:
        """Distance in elements from one lane to the next."""
        array = self.container.type
        assert isinstance(array, ArrayType)
        ranged = [
            (r, stride)
            for r, stride in zip(self.memlet.ranges, array.strides.data, strict=True)
            if not r.is_point and r.extent != 1
        ]
        if not ranged:
            return c.Integer(1)
        if len(ranged) > 1:
            subset = self.memlet.subset
            fail(self.op, f"moves the vector [{subset}], which is not along one dimension")
        r, stride = ranged[0]
        return self.scope.expression(r.step * stride)

    @property
    def count(self) -> c.Expression | None:
        """How many lanes are elements; None where all are."""
        volume = self.memlet.subset.volume
        if symbolic.constant(volume) == self.kind.lanes:
            return None
        return self.scope.expression(volume)

    @property
    def in_memory(self) -> bool:
        """Whether the elements lie in memory as the vector has them."""
        stored = self.stored
        same = isinstance(stored, t.Scalar) and stored.kind is not t.Kind.STORAGE
        return same and isinstance(self.start, c.Index)

    @property
    def in_place(self) -> bool:
        """Whether they lie side by side as well."""
        return self.in_memory and self.step == c.Integer(1)

    def lanes(self) -> list[c.Expression]:
        """The elements one by one."""
        array = self.container.type
        assert isinstance(array, ArrayType)
        first = self.scope.position(array, [r.start for r in self.memlet.ranges])
        positions = [add(first, multiply(c.Integer(k), self.step)) for k in range(self.kind.lanes)]
        return [self.scope.place(self.container, p, self.op) for p in positions]

    def load(self) -> c.Expression:
        """The vector; what lies in lanes that are no element is 0."""
        if (count := self.count) is not None:
            return self.load_first(count)
        if self.in_place:
            return c.load(self.kind, self.start.address())
        if self.in_memory and self.step == c.Integer(2) and self.kind.lanes > 2:
            return self.every_other()
        lanes = tuple(from_storage(lane, self.stored) for lane in self.lanes())
        return c.Compound(self.kind, lanes)

    def load_first(self, count: c.Expression) -> c.Expression:
        """A vector of whose lanes the first `count` are elements."""
        if self.in_place:
            return first("load_first", self.kind, self.scope, self.start.address(), count)
        lanes = [from_storage(lane, self.stored) for lane in self.lanes()]
        if isinstance(count, c.Integer):
            return c.Compound(self.kind, tuple(lanes[: int(count.value)]))
        zero = c.Integer(0)
        some = (c.Ternary(c.Integer(k).lt(count), x, zero) for k, x in enumerate(lanes))
        return c.Compound(self.kind, tuple(some))

    def every_other(self) -> c.Expression:
        """
        Two vectors that overlap in one element, so that nothing behind the last one is read, and
        every other lane of them.
        """
        count = self.kind.lanes
        lanes = self.lanes()
        last = lanes[count // 2].address()
        low = c.load(self.kind, lanes[0].address())
        high = c.load(self.kind, c.Binary("-", last, c.Integer(1)))
        positions = [*range(0, count, 2), *range(count + 1, 2 * count, 2)]
        return c.call("SDFG_SHUFFLE", low, high, *map(c.Integer, positions))

    def store(self, value: c.Expression, name: str) -> list[s.Statement]:
        """Write a vector; `name` is for a variable that may be needed."""
        resolution = self.memlet.wcr
        if isinstance(self.op, TaskletOp) and self.op.nontemporal is not None:
            return self.store_nontemporal(value, c.Name(name))
        count = self.count
        if self.in_place and count is None:
            target = c.lvalue(self.kind, self.start.address())
            return [assigned(self.op, target, value, self.kind, resolution)]
        if self.in_place and count is not None and resolution is None:
            address = self.start.address()
            return [s.Evaluate(first("store_first", self.kind, self.scope, address, value, count))]
        whole = c.Name(name)
        lanes = [
            assigned(self.op, target, whole[lane], self.stored, resolution)
            for lane, target in enumerate(self.lanes())
        ]
        if isinstance(count, c.Integer):
            lanes = lanes[: int(count.value)]
        elif count is not None:
            lanes = [s.If(c.Integer(k).lt(count), (lane,)) for k, lane in enumerate(lanes)]
        return [s.Declare(t.const(self.kind), name, value), *lanes]

    def store_nontemporal(self, value: c.Expression, whole: c.Name) -> list[s.Statement]:
        """The same past the caches, which takes elements that lie side by side."""
        if not self.in_place:
            fail(
                self.op,
                f"is nontemporal, but the elements [{self.memlet.subset}] do not lie side by side",
                hint="write along the last dimension, or without 'nontemporal'",
            )
        declared = s.Declare(t.const(self.kind), whole.name, value)
        return [declared, hints.store_nontemporal(self.start, whole, self.kind)]


def first(name: str, kind: t.Vector, scope: Scope, *arguments: c.Expression) -> c.Expression:
    """A function of the runtime for vectors of whose lanes the first ones count."""
    scope.uses.note_partial(kind)
    return c.call(f"sdfg_{name}_{kind.name}", *arguments)


def by_lane(kind: t.Vector, result: c.Name, lane: c.Name, value: c.Expression) -> list[s.Statement]:
    """
    `result`, each lane of it computed by itself: a loop that compilers make vector code of.

    Without the pragma gcc writes the loop out before it looks for vectors, branches and all.
    """
    step = s.Assign(result[lane], value)
    loop = s.For(lane.name, 0, kind.lanes, 1, (step,), t.INT)
    return [s.Declare(kind, result.name), s.Pragma("omp simd"), loop]


def reduced(
    op: vector.ReductionOp,
    value: c.Expression,
    start: c.Expression | None,
    kinds: scalars.Kinds,
    count: int,
) -> c.Expression:
    """The first `count` lanes of a vector variable combined from the first to the last."""
    form = combination(op, kinds)
    lanes = [value[k] for k in range(count)]
    total = lanes.pop(0) if start is None else start
    for lane in lanes:
        total = form((total, lane), kinds)
    return total


def halved(
    op: vector.ReductionOp, value: c.Expression, kinds: scalars.Kinds, scope: Scope
) -> tuple[list[s.Statement], c.Expression, int]:
    """
    Both halves of a vector variable combined, again and again down to two lanes, as the flag
    `reassoc` allows. Returns the variable and its lanes, too.
    """
    body: list[s.Statement] = []
    count = lane_count(op.vector.type, op)
    form = combination(op, kinds)
    while count > 2 and count % 2 == 0:
        count //= 2
        kind = t.Vector(kinds.operand, count)
        scope.uses.note_vector(kind)
        lane = c.Name(scope.names.inner().unique("lane"))
        half = c.Name(scope.names.unique("half"))
        body += by_lane(kind, half, lane, form((value[lane], value[lane + count]), kinds))
        value = half
    return body, value, count


def combination(op: vector.ReductionOp, kinds: scalars.Kinds) -> scalars.Form:
    """What combines two lanes."""
    name = op.kind.data.value
    if name == "maximumf" and FastMathFlag.NO_NANS in op.fastmath.data:
        return scalars.runtime("larger")
    symbol = _REDUCTIONS.get(name)
    if symbol is None:
        fail(op, f"reduces by {name}, which has no form in C")
    return _reduction_form(name, symbol, kinds)


def _reduction_form(name: str, symbol: str, kinds: scalars.Kinds) -> scalars.Form:
    if kinds.operand.kind is not t.Kind.FLOAT and name in ("add", "mul"):
        return scalars.integer(name, symbol)
    if symbol.isalpha():
        return scalars.runtime(symbol, unsigned=name.endswith("ui"))
    return scalars.operator(symbol)


def extracted(op: vector.ExtractOp, value: c.Expression) -> c.Expression:
    """One lane of a vector variable."""
    positions = [int(p) for p in op.static_position.get_values()]
    if len(positions) != 1 or op.dynamic_position:
        fail(op, "takes a lane that is known only at run time, which has no form in C here")
    return value[positions[0]]


def constant_vector(kind: t.Vector, value: c.Expression) -> c.Expression:
    """`value` in every lane."""
    zero = isinstance(value, c.Float | c.Integer) and str(value.value) in ("0", "0.0")
    return c.Compound(kind, (c.Integer(0),)) if zero else c.splat(kind, value)
