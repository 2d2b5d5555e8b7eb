"""States and control flow as C statements: one method per op, nothing decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.ir import Operation, Region

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.dispatch import method_by_type
from sdfg.backends.openmp import containers, hints, streams
from sdfg.backends.openmp.copies import emit_copy
from sdfg.backends.openmp.failures import CONTEXT, place, stop_on_failure
from sdfg.backends.openmp.loops import emit_for, emit_map, scoped
from sdfg.backends.openmp.scope import Scope
from sdfg.backends.openmp.tasklets import TaskletEmitter
from sdfg.backends.openmp.tidy import tidy
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.copies import CopyOp, PrefetchOp
from sdfg.dialect.ops.dataflow import ConsumeOp, MapOp, StateOp
from sdfg.dialect.ops.scope import symbols_read
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import StreamType

Statements = list[s.Statement]


@dataclass
class BodyEmitter:
    """Emits the bodies of one function."""

    call: Callable[[CallOp, Scope], Statements]
    """Emits a call: knows the functions of the other programs."""

    def region(self, region: Region, scope: Scope) -> Statements:
        """The operations of a body; `scope` is its own."""
        return tidy(self.operations(list(region.block.ops), scope))

    def operations(self, ops: Sequence[Operation], scope: Scope) -> Statements:
        """The operations of one block in order, with the memory that they take given back."""
        body: Statements = []
        mark = None
        for position, op in enumerate(ops):
            if isinstance(op, AllocOp) and op.result not in scope.blocks:
                if containers.needs_memory(op) and (scope.parallel or scope.lanes):
                    return [*body, *self.around_rest(op, ops[position + 1 :], scope)]
                if containers.needs_memory(op) and mark is None:
                    mark = c.Name(scope.names.unique("mark"))
                    used = CONTEXT.arrow("arena").member("used")
                    body.append(s.Declare(t.const(t.SIZE), mark.name, used))
            body += self.emit(op, scope)
        if mark is not None:
            arena = CONTEXT.arrow("arena").address()
            body.append(s.Evaluate(c.call("sdfg_arena_pop", arena, mark)))
        return body

    def around_rest(self, op: AllocOp, rest: Sequence[Operation], scope: Scope) -> Statements:
        """
        Memory in a loop that cannot be left: without it the rest of the body is skipped.
        """
        block, memory = containers.take_for_point(op, scope)
        body = self.operations(rest, scope)
        free = s.Evaluate(c.call("sdfg_private_end", CONTEXT, block.pointer))
        return [memory, s.If(block.pointer.ne(c.NULL), (*body, free))]

    @method_by_type
    def emit(self, op: Operation, scope: Scope) -> Statements:
        """The statements of one operation. An operation without a form is an error at its place."""
        fail(op, "has no form in OpenMP C", hint="expand or lower it before `-t openmp-c`")

    # Nodes

    @emit.register
    def _(self, op: StateOp, scope: Scope) -> Statements:
        before, scope.uses.fails = scope.uses.fails, False
        body = self.region(op.body, scope.inner())
        fails, scope.uses.fails = scope.uses.fails, scope.uses.fails or before
        if not body:
            return []
        if hints.bypasses(op, parallel=False):
            body.append(hints.ordered())
        after = [stop_on_failure(scope)] if fails else []
        return [s.Blank(), s.Comment(place(op, op.sym_name.data)), *scoped(body), *after]

    @emit.register
    def _(self, op: TaskletOp, scope: Scope) -> Statements:
        return TaskletEmitter(op, scope.inner()).emit()

    @emit.register
    def _(self, op: MapOp, scope: Scope) -> Statements:
        return emit_map(op, scope, self.region)

    @emit.register
    def _(self, op: CopyOp, scope: Scope) -> Statements:
        return emit_copy(op, scope)

    @emit.register
    def _(self, op: PrefetchOp, scope: Scope) -> Statements:
        return hints.prefetch(op, scope)

    @emit.register
    def _(self, op: ConsumeOp, scope: Scope) -> Statements:
        return streams.consume(op, scope, self.region)

    @emit.register
    def _(self, op: CallOp, scope: Scope) -> Statements:
        return self.call(op, scope)

    # Control flow

    @emit.register
    def _(self, op: ForOp, scope: Scope) -> Statements:
        return emit_for(op, scope, self.region)

    @emit.register
    def _(self, op: WhileOp, scope: Scope) -> Statements:
        body = self.region(op.body, scope.inner())
        return [s.While(scope.expression(op.condition.data), tuple(body))]

    @emit.register
    def _(self, op: IfOp, scope: Scope) -> Statements:
        condition = scope.expression(op.condition.data)
        if condition in (c.TRUE, c.FALSE):
            chosen = op.then_body if condition == c.TRUE else op.else_body
            return scoped(self.region(chosen, scope.inner()))
        then = tuple(self.region(op.then_body, scope.inner()))
        otherwise = tuple(self.region(op.else_body, scope.inner()))
        if not then:
            return [s.If(condition.logical_not(), otherwise)] if otherwise else []
        return [s.If(condition, then, otherwise)]

    @emit.register
    def _(self, op: AssignOp, scope: Scope) -> Statements:
        return assign(op, op.symbol.data, scope.expression(op.value.data), scope)

    @emit.register
    def _(self, op: ReadSymbolOp, scope: Scope) -> Statements:
        value = scope.start(op.source, op.read, op)
        return assign(op, op.symbol.data, c.cast(t.INT64, value), scope)

    # Containers

    @emit.register
    def _(self, op: AllocOp, scope: Scope) -> Statements:
        if op.result in scope.blocks:
            return []
        if isinstance(op.result.type, StreamType):
            return streams.allocate(op, op.result.type, scope)
        if containers.needs_memory(op):
            return containers.take(op, scope)
        return containers.declare(op, scope)

    @emit.register
    def _(self, op: ConstantOp, scope: Scope) -> Statements:
        return containers.constant(op, scope)

    @emit.register
    def _(self, op: ViewOp, scope: Scope) -> Statements:
        if op.source in scope.blocks:  # else it is a view of a constant that nobody uses
            scope.blocks[op.result] = scope.blocks[op.source]
        return []


def assign(op: Operation, symbol: str, value: c.Expression, scope: Scope) -> Statements:
    """Give a symbol a value: a new variable, or that of a symbol from outside."""
    known = scope.symbols.get(symbol)
    if symbol in scope.shared:
        fail(op, f"changes the symbol '{symbol}', which all points of a parallel map share")
    if known is not None:
        return [s.Assign(known, value)]
    declared: Statements = [s.Declare(t.INT64, scope.bind_symbol(symbol), value)]
    if not is_used_after(op, symbol):
        declared.append(s.Evaluate(c.cast(t.VOID, scope.symbols[symbol])))
    return declared


def is_used_after(op: Operation, symbol: str) -> bool:
    """Whether a symbol that `op` gives a value is read in the rest of its block."""
    following = op.next_op
    while following is not None:
        if any(symbol in symbols_read(inner) for inner in following.walk()):
            return True
        following = following.next_op
    return False
