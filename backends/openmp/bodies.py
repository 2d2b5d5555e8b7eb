"""States, maps, control flow and copies as C statements: one method per op, nothing decided."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import singledispatchmethod
from itertools import product

from xdsl.ir import Block as IRBlock
from xdsl.ir import Operation, Region, SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp.scope import Block, Queue, Scope
from sdfg.backends.openmp.tasklets import TaskletEmitter
from sdfg.backends.openmp.types import element_storage
from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail, source
from sdfg.dialect.memlet import MemletAttr, Range
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.dataflow import ConsumeOp, CopyOp, MapOp, StateOp, TaskletOp
from sdfg.dialect.ops.program import AllocOp, CallOp, ConstantOp, ViewOp
from sdfg.dialect.types import ArrayType, StreamType

Statements = list[s.Statement]

_HOST_STORAGES = ("heap", "stack", "register")


@dataclass
class BodyEmitter:
    """Emits the bodies of one function."""

    call: Callable[[CallOp, Scope], Statements]
    """Emits a call: knows the functions of the other programs."""
    released: list[Block] = field(default_factory=list[Block])
    """Blocks on the heap that the function gives back at its end."""

    def region(self, region: Region, scope: Scope) -> Statements:
        """The nodes of a body, in a scope of its own."""
        return self.block(region.block, scope)

    def block(self, block: IRBlock, scope: Scope) -> Statements:
        """The operations of `block`, with its allocations given back behind them."""
        body: Statements = []
        outer, self.released = self.released, []
        for op in block.ops:
            body += self.emit(op, scope)
        free = [s.Evaluate(c.call("free", b.pointer)) for b in reversed(self.released)]
        self.released = outer
        return body + free

    @singledispatchmethod
    def emit(self, op: Operation, scope: Scope) -> Statements:
        """The statements of one operation. An operation without a form is an error at its place."""
        fail(op, "has no form in OpenMP C", hint="expand or lower it before `-t openmp-c`")

    @emit.register
    def _(self, op: StateOp, scope: Scope) -> Statements:
        body = self.region(op.body, scope.inner())
        if not body:
            return []
        return [s.Comment(place(op, op.sym_name.data)), *scoped(body)]

    @emit.register
    def _(self, op: TaskletOp, scope: Scope) -> Statements:
        return TaskletEmitter(op, scope.inner()).emit()

    # Loops

    @emit.register
    def _(self, op: MapOp, scope: Scope) -> Statements:
        kind = op.schedule.kind.data
        if kind == "unroll":
            return self.unrolled(op, scope)
        if kind not in ("sequential", "parallel", "simd"):
            fail(op, f"is scheduled as {kind}, which OpenMP C does not have")
        parallel = kind == "parallel"
        if parallel and scope.parallel:
            fail(op, "is parallel within a parallel map", hint="make one of them sequential")
        inner = scope.inner(parallel=parallel)
        loops = list(zip(op.param_names, op.ranges.data, strict=True))
        bounds = [[scope.expression(e) for e in (r.start, r.end, r.step)] for _, r in loops]
        names = [inner.bind_symbol(p) for p, _ in loops]
        body = self.region(op.body, inner)
        for depth, (name, (start, stop, step)) in reversed(
            list(enumerate(zip(names, bounds, strict=True)))
        ):
            loop: Statements = [s.For(name, start, stop, step, tuple(body))]
            innermost = depth == len(names) - 1
            if kind == "simd" and innermost:
                loop.insert(0, s.Pragma("omp simd"))
            if parallel and depth == 0:
                loop.insert(0, self.parallel_for(op, scope))
            body = loop
        return body

    def parallel_for(self, op: MapOp, scope: Scope) -> s.Pragma:
        scope.uses.context = True
        threads = c.Name("context").arrow("threads")
        clauses = [s.Clause("num_threads", (threads,))]
        condition = op.schedule.condition.data
        if condition != symbolic.parse("true"):
            clauses.append(s.Clause("if", (scope.expression(condition),)))
        return s.Pragma("omp parallel for", tuple(clauses))

    def unrolled(self, op: MapOp, scope: Scope) -> Statements:
        """One copy of the body per point; the parameters are numbers in each."""
        ranges: list[list[int]] = []
        for r in op.ranges.data:
            parts = [scope.expression(e) for e in (r.start, r.end, r.step)]
            numbers = [p.value for p in parts if isinstance(p, c.Integer)]
            if len(numbers) == 3:
                ranges.append(list(range(*numbers)))
            else:  # a constant number of points from a start known at run time
                ranges.append(list(range(int(r.extent))))
        body: Statements = []
        for point in product(*ranges):
            values: dict[str, c.Expression] = {}
            for name, r, value in zip(op.param_names, op.ranges.data, point, strict=True):
                start = scope.expression(r.start)
                known = isinstance(start, c.Integer)
                values[name] = c.Integer(value) if known else start + int(r.step) * value
            inner = scope.inner().with_symbols(values)
            body += scoped(self.region(op.body, inner))
        return body

    @emit.register
    def _(self, op: ForOp, scope: Scope) -> Statements:
        inner = scope.inner()
        start, stop, step = (
            scope.expression(e) for e in (op.range.start, op.range.end, op.range.step)
        )
        name = inner.bind_symbol(op.param)
        return [s.For(name, start, stop, step, tuple(self.region(op.body, inner)))]

    @emit.register
    def _(self, op: WhileOp, scope: Scope) -> Statements:
        body = self.region(op.body, scope.inner())
        return [s.While(scope.expression(op.condition.data), tuple(body))]

    @emit.register
    def _(self, op: IfOp, scope: Scope) -> Statements:
        condition = scope.expression(op.condition.data)
        then = self.region(op.then_body, scope.inner())
        otherwise = self.region(op.else_body, scope.inner())
        return [s.If(condition, tuple(then), tuple(otherwise))]

    # Symbols

    @emit.register
    def _(self, op: AssignOp, scope: Scope) -> Statements:
        return self.assign(op.symbol.data, scope.expression(op.value.data), scope)

    @emit.register
    def _(self, op: ReadSymbolOp, scope: Scope) -> Statements:
        value = scope.start(op.source, op.read, op)
        return self.assign(op.symbol.data, c.cast(t.INT64, value), scope)

    def assign(self, symbol: str, value: c.Expression, scope: Scope) -> Statements:
        known = scope.symbols.get(symbol)
        if known is None:
            return [s.Declare(t.INT64, scope.bind_symbol(symbol), value)]
        return [s.Assign(known, value)]

    # Containers

    @emit.register
    def _(self, op: AllocOp, scope: Scope) -> Statements:
        kind = op.result.type
        if isinstance(kind, StreamType):
            return self.allocate_stream(op, kind, scope)
        assert isinstance(kind, ArrayType)
        element = element_storage(kind.element_type, op)
        if isinstance(element, t.Vector):
            scope.uses.vectors[element.name] = element
        label = op.label.data if op.label is not None else op.result.name_hint or "t"
        name = scope.names.unique(label)
        storage = kind.storage.kind.data
        if storage not in _HOST_STORAGES:
            fail(op, f"lives in {storage}, which OpenMP C does not have")
        block = Block(name, element, in_registers=storage == "register")
        scope.blocks[op.result] = block
        if storage == "register":
            return self.declare_registers(block, kind)
        if storage == "stack":
            size = scope.expression(kind.size)
            return [s.Declare(t.Array(element, size), name, alignment=64)]
        return self.allocate(op, block, kind, scope)

    def declare_registers(self, block: Block, kind: ArrayType) -> Statements:
        if kind.rank == 0:
            return [s.Declare(block.element, block.name)]
        extents = [range(int(e)) for e in kind.dims]
        strides = [int(e) for e in kind.strides.data]
        positions = [
            sum(i * stride for i, stride in zip(at, strides, strict=True))
            for at in product(*extents)
        ]
        return [s.Declare(block.element, f"{block.name}_{p}") for p in positions]

    def allocate(self, op: AllocOp, block: Block, kind: ArrayType, scope: Scope) -> Statements:
        """Memory for one scope: `malloc` now, `free` at its end."""
        scope.uses.context = scope.uses.checks = True
        self.released.append(block)
        size = c.cast(t.SIZE, scope.expression(kind.size)) * c.SizeOf(block.element)
        pointer = t.Pointer(block.element)
        memory = c.cast(pointer, c.call("sdfg_allocate", size))
        return [s.Declare(pointer, block.name, memory)]

    def allocate_stream(self, op: AllocOp, kind: StreamType, scope: Scope) -> Statements:
        element = element_storage(kind.element_type, op)
        name = scope.names.unique(op.label.data if op.label else op.result.name_hint or "queue")
        depth = scope.expression(kind.depth.data)
        if not isinstance(depth, c.Integer):
            fail(op, f"has depth {kind.depth}; queues in C have a constant depth here")
        queue = Queue(name, element, depth)
        scope.blocks[op.result] = queue
        return [
            s.Declare(t.Array(element, depth.value), name),
            s.Declare(t.INT64, queue.first.name, c.Integer(0)),
            s.Declare(t.INT64, queue.count.name, c.Integer(0)),
        ]

    @emit.register
    def _(self, op: ConstantOp, scope: Scope) -> Statements:
        if op.result not in scope.blocks:
            fail(op, "has no place in the program", hint="constants stand at program level")
        return []

    @emit.register
    def _(self, op: ViewOp, scope: Scope) -> Statements:
        scope.blocks[op.result] = scope.blocks[op.source]
        return []

    # Data movement

    @emit.register
    def _(self, op: CopyOp, scope: Scope) -> Statements:
        if any(isinstance(x.type, StreamType) for x in (op.source, op.target)):
            fail(op, "copies to or from a stream, which has no form in C", hint="use a tasklet")
        inner = scope.inner()
        extents = op.read.subset.extents
        names = [inner.names.unique(f"i{d}") for d in range(len(extents))]
        reads = inner.with_symbols({f"@{k}": c.Name(n) for k, n in enumerate(names)})
        source_at = self.shifted(op.read, names, reads)
        target_at = self.shifted(op.write, names, reads)
        value = self.at(op.source, source_at, op, reads)
        body: Statements = [s.Assign(self.at(op.target, target_at, op, reads), value)]
        for name, extent in reversed(list(zip(names, extents, strict=True))):
            body = [s.For(name, 0, scope.expression(extent), 1, tuple(body))]
        return body

    def shifted(self, memlet: MemletAttr, names: list[str], scope: Scope) -> list[c.Expression]:
        """Index of the current element of a copy in each dimension."""
        counters = iter(names)
        result: list[c.Expression] = []
        for r in memlet.ranges:
            start = scope.expression(r.start)
            if not r.is_point:
                counter = _scaled(c.Name(next(counters)), r, scope)
                start = counter if start == c.Integer(0) else start + counter
            result.append(start)
        return result

    def at(
        self, container: SSAValue, index: list[c.Expression], op: Operation, scope: Scope
    ) -> c.Expression:
        kind = container.type
        assert isinstance(kind, ArrayType)
        stand_ins = {f"_copy{d}": value for d, value in enumerate(index)}
        symbols = [symbolic.symbol(n) for n in stand_ins]
        return scope.with_symbols(stand_ins).element(container, symbols, op)

    @emit.register
    def _(self, op: ConsumeOp, scope: Scope) -> Statements:
        queue = scope.queue(op.stream, op)
        inner = scope.inner()
        name = inner.names.unique(op.body.block.args[0].name_hint or "element")
        inner.blocks[op.body.block.args[0]] = Block(name, queue.element, in_registers=True)
        take: Statements = [
            s.Declare(t.const(queue.element), name, queue.slots[queue.first]),
            s.Assign(queue.first, (queue.first + 1) % queue.depth),
            s.Assign(queue.count, queue.count - 1),
        ]
        return [s.While(queue.count.gt(0), (*take, *self.region(op.body, inner)))]

    @emit.register
    def _(self, op: CallOp, scope: Scope) -> Statements:
        return self.call(op, scope)


def _scaled(counter: c.Expression, r: Range, scope: Scope) -> c.Expression:
    step = scope.expression(r.step)
    return counter if step == c.Integer(1) else counter * step


def scoped(body: Iterable[s.Statement]) -> Statements:
    """`body`, in braces where it declares something at its top."""
    statements = list(body)
    if any(isinstance(x, s.Declare) for x in statements):
        return [s.Block(tuple(statements))]
    return statements


def place(op: Operation, label: str) -> str:
    """What a comment says of an operation: its label, and where it comes from."""
    where = source(op.location)
    return label if where in ("<unknown>", label) else f"{label}: {where}"
