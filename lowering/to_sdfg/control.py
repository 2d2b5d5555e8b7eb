"""Structured control flow over tensors and numbers."""

from collections.abc import Callable, Sequence

from xdsl.dialects import scf
from xdsl.dialects.builtin import IntegerType, TensorType
from xdsl.ir import Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived, fail
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.containers import ViewOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, WhileOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.facts import TRUE, not_zero
from sdfg.lowering.to_sdfg.translation import Translation
from sdfg.lowering.to_sdfg.values import (
    Array,
    Filled,
    Scalar,
    Stored,
    Symbolic,
    Tensor,
    Value,
    array_type,
)

Body = Callable[[Translation, Block], None]
"""Converts the operations of a block, its terminator aside."""


class Carried:
    """
    One value that a loop hands from iteration to iteration, or a branch hands out.

    A tensor or float lives in a container; an integer in a symbol where it is an expression at
    first, so that sizes and indices made from it stay expressions.
    """

    def __init__(self, translation: Translation, op: Operation, result: SSAValue):
        self.translation = translation
        self.op = op
        self.result = result
        self.container: SSAValue | None = None
        self.symbol: str | None = None

    def begin(self, value: Value) -> None:
        """Make the place that carries, with `value` in it."""
        if isinstance(value, Symbolic) and value.kind != IntegerType(1):
            self.symbol = self.translation.fresh_symbol("n")
            self._assign(value.expr)
            return
        self.reserve(value)
        assert self.container is not None
        self.translation.write(self._tensor(value), self.container, self.op)

    def reserve(self, like: Value) -> None:
        """Make a container for values like `like`."""
        if isinstance(like, Tensor):
            dims, element = like.dims, like.element
        else:
            dims, element = (), like.kind
        self.container = self.translation.allocate(dims, element, self.op, self.result)

    def value(self) -> Value:
        """What the carried value is where it is read."""
        if self.symbol is not None:
            return Symbolic(symbolic.symbol(self.symbol), self.result.type)
        assert self.container is not None
        if isinstance(self.result.type, TensorType):
            return Array(self.container, owned=True)
        return Stored(self.container)

    def source(self, value: Value) -> SSAValue | None:
        """The container that `value` lies in, if it does."""
        if isinstance(value, Array | Stored):
            return value.container
        return None

    def update(self, value: Value) -> None:
        """Put a new value into the place."""
        if self.symbol is not None:
            self._assign(self._integer(value))
            return
        assert self.container is not None
        new = self._tensor(value)
        for a, b in zip(array_type(self.container).dims, new.dims, strict=True):
            self.translation.require_equal(a, b, "a tensor that a loop carries", self.op)
        self.translation.write(new, self.container, self.op)

    def _assign(self, expr: Expr) -> None:
        assert self.symbol is not None
        if expr != symbolic.symbol(self.symbol):
            self.translation.add(AssignOp(self.symbol, expr), self.op)

    def _integer(self, value: Value) -> Expr:
        if isinstance(value, Symbolic):
            return value.expr
        assert isinstance(value, Scalar)
        return self.translation.read_symbol(value, self.op)

    def _tensor(self, value: Value) -> Tensor:
        if isinstance(value, Tensor):
            return value
        if isinstance(value, Stored):
            return Array(value.container)
        return Filled((), value.kind, value)


def _carry(
    translation: Translation, op: Operation, results: Sequence[SSAValue], inits: Sequence[Value]
) -> list[Carried]:
    carried = [Carried(translation, op, r) for r in results]
    for place, value in zip(carried, inits, strict=True):
        place.begin(value)
    return carried


def _update(translation: Translation, carried: Sequence[Carried], values: Sequence[Value]) -> None:
    """
    Give all carried values their next value at once.

    A value that lies where another one is about to be written is saved first; symbols change after
    everything that still reads them.
    """
    places = {c.container for c in carried if c.container is not None}
    ready: list[Value] = []
    for place, value in zip(carried, values, strict=True):
        source = place.source(value)
        root = source
        while root is not None and isinstance(root.owner, ViewOp):
            root = root.owner.source
        if source is not None and root in places and source is not place.container:
            copy = translation.copied(source, place.op)
            value = Array(copy) if isinstance(value, Array) else Stored(copy)
        ready.append(value)
    pairs = list(zip(carried, ready, strict=True))
    for place, value in pairs:
        if place.symbol is None:
            place.update(value)
    _assign_all(translation, [(p, v) for p, v in pairs if p.symbol is not None])


def _assign_all(translation: Translation, pairs: Sequence[tuple[Carried, Value]]) -> None:
    """Assign symbols at once: through others where one reads what another changes."""
    names = {p.symbol for p, _ in pairs}
    ready: list[tuple[Carried, Value]] = []
    for place, value in pairs:
        if isinstance(value, Symbolic) and len(names & symbolic.symbols_of(value.expr)) > 0:
            name = translation.fresh_symbol("n")
            translation.add(AssignOp(name, value.expr), place.op)
            value = Symbolic(symbolic.symbol(name), value.kind)
        ready.append((place, value))
    for place, value in ready:
        place.update(value)


def _yielded(translation: Translation, block: Block) -> list[Value]:
    last = block.last_op
    assert last is not None
    return [translation.values[v] for v in last.operands]


def convert_for(translation: Translation, op: scf.ForOp, body: Body) -> None:
    """
    ```
    %r = scf.for %i = ... iter_args(%a = %init) { yield %b }
    ->
    copy %init -> %carried;  sdfg.for [i = ...] { ...; copy %b -> %carried }
    ```
    """
    start, stop, step = (translation.symbol_of(v, op) for v in (op.lb, op.ub, op.step))
    carried = _carry(translation, op, op.results, [translation.values[v] for v in op.iter_args])
    name = translation.fresh_symbol("t0")
    inner = op.body.block
    translation.values[inner.args[0]] = Symbolic(symbolic.symbol(name), inner.args[0].type)
    loop = ForOp(name, Range.of(start, stop, step), Region(Block()))
    with (
        translation.inside(loop.body.block),
        translation.facts.within({name: (start, stop - 1)}),
    ):
        for argument, place in zip(inner.args[1:], carried, strict=True):
            translation.values[argument] = place.value()
        body(translation, inner)
        _update(translation, carried, _yielded(translation, inner))
    translation.add(loop, op)
    for result, place in zip(op.results, carried, strict=True):
        translation.values[result] = place.value()


def convert_if(translation: Translation, op: scf.IfOp, body: Body) -> None:
    """
    ```
    %r = scf.if %c { yield %a } else { yield %b }
    ->
    sdfg.if c { ...; copy %a -> %r } else { ...; copy %b -> %r }
    ```
    """
    condition = translation.symbol_of(op.cond, op)
    branches = [Block(), Block()]
    regions = (op.true_region, op.false_region)
    carried = [Carried(translation, op, r) for r in op.results]
    for branch, region in zip(branches, regions, strict=True):
        if not region.blocks:
            continue
        with translation.inside(branch):
            body(translation, region.block)
            values = _yielded(translation, region.block)
        for place, value in zip(carried, values, strict=True):
            if place.container is None:
                # Behind the branch's operations in time, in front of them in the text.
                place.reserve(value)
        with translation.inside(branch):
            for place, value in zip(carried, values, strict=True):
                place.update(value)
    translation.add(IfOp(condition, Region(branches[0]), Region(branches[1])), op)
    for result, place in zip(op.results, carried, strict=True):
        translation.values[result] = place.value()


def convert_while(translation: Translation, op: scf.WhileOp, body: Body) -> None:
    """
    ```
    %r = scf.while (%a = %init) { condition(%c) %x } do { yield %b }
    ->
    copy %init -> %a; [compute c, %x]; sdfg.while c { ...; copy %b -> %a; [compute c, %x] }
    ```
    What comes before the condition stands twice: it runs once more than the body.
    """
    before, after = op.before_region.block, op.after_region.block
    inits = [translation.values[v] for v in op.arguments]
    state = _carry(translation, op, before.args, inits)
    for argument, place in zip(before.args, state, strict=True):
        translation.values[argument] = place.value()
    decided = translation.fresh_symbol("again")
    handed: list[Carried] = []

    def decide() -> None:
        body(translation, before)
        last = before.last_op
        assert isinstance(last, scf.ConditionOp)
        values = [translation.values[v] for v in last.operands[1:]]
        if not handed:
            handed.extend(_carry(translation, op, op.results, values))
        else:
            _update(translation, handed, values)
        _decide(translation, decided, translation.scalar(last.operands[0]), op)

    # Its values get other containers below: what is made here must not be found there.
    with translation.inside(translation.block):
        decide()
    block = Block()
    with translation.inside(block):
        for argument, place in zip(after.args, handed, strict=True):
            translation.values[argument] = place.value()
        body(translation, after)
        _update(translation, state, _yielded(translation, after))
        decide()
    condition = not_zero(symbolic.symbol(decided))
    translation.add(WhileOp(condition, Region(block)), op)
    for result, place in zip(op.results, handed, strict=True):
        translation.values[result] = place.value()


def _decide(translation: Translation, name: str, condition: Scalar, op: Operation) -> None:
    """Set symbol `name` to 1 where `condition` holds, else to 0."""
    if isinstance(condition, Symbolic):
        translation.add(AssignOp(name, symbolic.integer(0)), op)
        yes = AssignOp(name, symbolic.integer(1))
        if condition.expr == TRUE:
            translation.add(yes, op)
        else:
            translation.add(IfOp(condition.expr, [derived(yes, op)]), op)
    elif isinstance(condition, Stored):
        translation.read_into(name, condition, op)
    else:
        fail(op, "needs a condition, got a float")
