"""Tasklets as C statements: operands from memlets, a computation, results to memlets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xdsl.dialects import arith, vector
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import BlockArgument, Operation, SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp import scalars, streams, vectors
from sdfg.backends.openmp.expressions import add, multiply
from sdfg.backends.openmp.failures import check_failed
from sdfg.backends.openmp.resolutions import assigned, from_storage, to_storage
from sdfg.backends.openmp.scope import Scope
from sdfg.backends.openmp.types import element, is_vector, lanes, scalar_type, value_type
from sdfg.backends.openmp.vectors import Window
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.ops.tasklet_body import AssertOp, IndexOp, LoadOp, StoreOp
from sdfg.dialect.types import ArrayType, StreamType

_INLINE_SIZE = 8
"""An expression of more nodes than this gets a variable, so that lines stay readable."""


def size_of(expression: c.Expression) -> int:
    """Number of nodes of an expression."""
    match expression:
        case c.Binary(_, left, right):
            return 1 + size_of(left) + size_of(right)
        case c.Unary(_, value) | c.Cast(_, value):
            return 1 + size_of(value)
        case c.Ternary(a, b, d):
            return 1 + size_of(a) + size_of(b) + size_of(d)
        case c.Call(_, arguments) | c.Compound(_, arguments):
            return 1 + sum(map(size_of, arguments))
        case _:
            return 1


@dataclass
class TaskletEmitter:
    """The C statements of one tasklet."""

    op: TaskletOp
    scope: Scope
    values: dict[SSAValue, c.Expression] = field(default_factory=dict[SSAValue, c.Expression])
    containers: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])
    """The container outside for each argument that is a container."""
    live: frozenset[Operation] = frozenset()
    """The operations whose results decide what the tasklet writes."""
    stores: bool = False
    """Whether the body changes memory before its end."""

    def __post_init__(self) -> None:
        found: set[Operation] = set()
        ops = list(self.op.body.block.ops)
        self.stores = any(isinstance(op, StoreOp) for op in ops)
        for op in reversed(ops):
            if not op.results or any(u.operation in found for r in op.results for u in r.uses):
                found.add(op)
        self.live = frozenset(found)

    def uses(self, value: SSAValue) -> int:
        """How often a value is used."""
        return sum(use.operation in self.live for use in value.uses)

    def emit(self) -> list[s.Statement]:
        """All statements; in braces where they declare variables."""
        body: list[s.Statement] = []
        self.bind_arguments(body)
        body += self.emit_ops(list(self.op.body.block.ops))
        if any(isinstance(x, s.Declare) for x in body):
            return [s.Block(tuple(body))]
        return body

    # Operands

    def bind_arguments(self, body: list[s.Statement]) -> None:
        args = self.op.body.block.args
        for arg, (container, memlet) in zip(args, self.op.input_accesses, strict=False):
            if isinstance(arg.type, ArrayType):
                self.containers[arg] = container
            elif isinstance(container.type, StreamType):
                self.pop(arg, container, body)
            elif self.uses(arg):
                self.read(arg, container, memlet, body)
        stored = args[len(self.op.inputs) :]
        for arg, index in zip(stored, self.op.stored_outputs, strict=True):
            self.containers[arg] = self.op.outputs[index]

    def read(
        self, arg: BlockArgument, container: SSAValue, memlet: MemletAttr, body: list[s.Statement]
    ) -> None:
        """The value of an input; in a variable unless it is read once, before anything changes."""
        block = self.scope.block(container, self.op)
        kind = value_type(arg.type, self.op)
        if isinstance(kind, t.Vector) and not isinstance(block.element, t.Vector):
            value = self.window(kind, container, memlet).load()
        else:
            self.note(kind)
            value = from_storage(self.scope.start(container, memlet, self.op), block.element)
        if self.uses(arg) == 1 and not self.stores:
            self.values[arg] = value
        else:
            self.declare(arg, value, body)

    def pop(self, arg: BlockArgument, container: SSAValue, body: list[s.Statement]) -> None:
        queue = self.scope.queue(container, self.op)
        name = self.scope.names.unique(arg.name_hint or "element")
        body += streams.pop(self.op, queue, name, self.scope)
        self.values[arg] = from_storage(c.Name(name), queue.element)
        if not self.uses(arg):
            body.append(s.Evaluate(c.cast(t.VOID, c.Name(name))))

    def window(self, kind: t.Vector, container: SSAValue, memlet: MemletAttr) -> Window:
        self.note(kind)
        return Window(self.op, self.scope, container, memlet, kind)

    # Computation

    def emit_ops(self, ops: list[Operation]) -> list[s.Statement]:
        body: list[s.Statement] = []
        for position, op in enumerate(ops):
            if isinstance(op, AssertOp):
                rest = self.emit_ops(ops[position + 1 :])
                failed = check_failed(self.op, op.message.data, self.scope)
                otherwise = (failed, *self.zeros())
                body.append(s.If(self.values[op.condition], tuple(rest), otherwise))
                return body
            self.emit_op(op, body)
        return body

    def zeros(self) -> list[s.Statement]:
        """
        What is written on the stack where a check fails: the run ends with an error, but what
        follows in it still reads that.
        """
        body: list[s.Statement] = []
        for value, index in zip(self.op.yielded, self.op.yielded_outputs, strict=True):
            container, memlet = self.op.output_accesses[index]
            kind = value_type(value.type, self.op)
            array = container.type
            local = isinstance(array, ArrayType) and array.storage.kind.data == "stack"
            if local and isinstance(kind, t.Vector) and not memlet.wcr:
                zero = c.Compound(kind, (c.Integer(0),))
                name = self.scope.names.unique("lanes")
                body += self.window(kind, container, memlet).store(zero, name)
        return body

    def emit_op(self, op: Operation, body: list[s.Statement]) -> None:
        if op not in self.live:
            return
        match op:
            case YieldOp():
                self.write_results(body)
            case StoreOp():
                self.store(op, body)
            case LoadOp():
                self.bind(op, self.loaded(op), body)
            case IndexOp():
                self.bind(op, self.scope.expression(op.expr.data), body)
            case arith.ConstantOp():
                self.constant(op)
            case vector.BroadcastOp() | vector.ExtractOp() | vector.ReductionOp():
                self.rearrange(op, body)
            case vector.ShuffleOp():
                self.shuffle(op, body)
            case vector.InsertOp():
                self.insert(op, body)
            case _:
                self.compute(op, body)

    def constant(self, op: arith.ConstantOp) -> None:
        value = scalars.literal(op)
        if is_vector(op.result.type):
            value = vectors.constant_vector(self.vector(op), value)
        self.values[op.result] = value

    def rearrange(
        self,
        op: vector.BroadcastOp | vector.ExtractOp | vector.ReductionOp,
        body: list[s.Statement],
    ) -> None:
        source = op.operands[0]
        if isinstance(op, vector.BroadcastOp):
            if is_vector(source.type):
                fail(op, f"spreads {source.type}, which has no form in C here")
            self.bind(op, c.splat(self.vector(op), self.values[source]), body)
            return
        value = self.variable(source, body)
        if isinstance(op, vector.ExtractOp):
            self.bind(op, vectors.extracted(op, value), body)
            return
        kind = value_type(op.results[0].type, op)
        assert isinstance(kind, t.Scalar)
        start = None if op.acc is None else self.values[op.acc]
        kinds, count = scalars.Kinds(kind, kind), lanes(source.type, op)
        if FastMathFlag.REASSOC in op.fastmath.data:
            before, value, count = vectors.halved(op, value, kinds, self.scope)
            body += before
        self.bind(op, vectors.reduced(op, value, start, kinds, count), body)

    def insert(self, op: vector.InsertOp, body: list[s.Statement]) -> None:
        """One lane replaced; lanes that are replaced one after the other are listed in one go."""
        kind = self.vector(op)
        positions = [int(p) for p in op.static_position.get_values()]
        if len(positions) != 1 or op.dynamic_position:
            fail(op, "replaces a lane that is known only at run time, which has no form in C here")
        elements = list(self.lanes_of(op.dest, kind, body))
        elements[positions[0]] = self.values[op.source]
        value = c.Compound(kind, tuple(elements))
        if self.uses(op.result) == 1:
            self.values[op.result] = value
        else:
            self.declare(op.result, value, body)

    def lanes_of(
        self, value: SSAValue, kind: t.Vector, body: list[s.Statement]
    ) -> Sequence[c.Expression]:
        """Each lane of a vector."""
        known, start = self.values[value], value.owner
        if isinstance(known, c.Compound) and len(known.elements) == kind.lanes:
            return known.elements
        if isinstance(start, vector.BroadcastOp) and not is_vector(start.source.type):
            return [self.values[start.source]] * kind.lanes
        whole = self.variable(value, body)
        return [whole[k] for k in range(kind.lanes)]

    def shuffle(self, op: vector.ShuffleOp, body: list[s.Statement]) -> None:
        self.vector(op)
        positions = op.mask.get_values()
        if not op.operands[0].type == op.operands[1].type == op.results[0].type:
            fail(op, "has vectors of different sizes, which has no form in C here")
        if any(p < 0 for p in positions):
            fail(op, "leaves lanes open, which has no form in C here")
        operands = [self.variable(o, body) for o in op.operands]
        value = c.call("SDFG_SHUFFLE", *operands, *map(c.Integer, positions))
        self.bind(op, value, body)

    def compute(self, op: Operation, body: list[s.Statement]) -> None:
        if len(op.results) != 1:
            fail(op, "has no form in C", hint="lower it before emission")
        operands = tuple(self.values[o] for o in op.operands)
        stored = scalar_type(element(op.results[0].type), op)
        if not is_vector(op.results[0].type):
            value = scalars.scalar_form(op, operands)
            self.bind(op, from_storage(to_storage(value, stored), stored), body)
        elif stored.kind is t.Kind.STORAGE:
            self.lane_by_lane(op, stored, body)
        elif isinstance(op, scalars.VECTOR_OPERATORS):
            self.vector(op)
            self.bind(op, scalars.scalar_form(op, operands), body)
        elif (value := scalars.vector_form(op, operands, self.vector(op))) is not None:
            self.bind(op, value, body)
        else:
            self.lane_by_lane(op, stored, body)

    def lane_by_lane(self, op: Operation, stored: t.Scalar, body: list[s.Statement]) -> None:
        """An operation without a vector operator."""
        kind = self.vector(op)
        lane = c.Name(self.scope.names.inner().unique("lane"))
        operands = tuple(
            self.variable(o, body)[lane] if is_vector(o.type) else self.values[o]
            for o in op.operands
        )
        result = c.Name(self.scope.names.unique(op.results[0].name_hint or "t"))
        value = from_storage(to_storage(scalars.scalar_form(op, operands), stored), stored)
        body += vectors.by_lane(kind, result, lane, value)
        self.values[op.results[0]] = result

    def variable(self, value: SSAValue, body: list[s.Statement]) -> c.Expression:
        """A vector as a variable, whose lanes can be named."""
        known = self.values[value]
        return known if isinstance(known, c.Name) else self.declare(value, known, body)

    def vector(self, op: Operation) -> t.Vector:
        kind = value_type(op.results[0].type, op)
        assert isinstance(kind, t.Vector)
        self.note(kind)
        return kind

    def note(self, kind: t.Scalar | t.Vector) -> None:
        self.scope.uses.note_vector(kind)

    def bind(self, op: Operation, value: c.Expression, body: list[s.Statement]) -> None:
        """Give the result of `op` its expression, or a variable if it is long or used again."""
        result = op.results[0]
        simple = isinstance(value, c.Name | c.Integer | c.Float)
        short = size_of(value) <= _INLINE_SIZE or self.op.yielded == (result,)
        short = short and self.uses(result) == 1
        if simple or (short and not self.stores):
            self.values[result] = value
        else:
            self.declare(result, value, body)

    def declare(
        self, value: SSAValue, expression: c.Expression, body: list[s.Statement]
    ) -> c.Expression:
        name = self.scope.names.unique(value.name_hint or "t")
        kind = value_type(value.type, self.op)
        self.note(kind)
        body.append(s.Declare(t.const(kind), name, expression))
        self.values[value] = c.Name(name)
        return self.values[value]

    # Results

    def write_results(self, body: list[s.Statement]) -> None:
        yielded = self.op.yielded
        if len(yielded) > 1:  # all are computed before anything changes
            for value in yielded:
                if not isinstance(self.values[value], c.Name | c.Integer | c.Float):
                    self.declare(value, self.values[value], body)
        for value, index in zip(yielded, self.op.yielded_outputs, strict=True):
            self.write(value, *self.op.output_accesses[index], body)

    def write(
        self, value: SSAValue, container: SSAValue, memlet: MemletAttr, body: list[s.Statement]
    ) -> None:
        if isinstance(container.type, StreamType):
            queue = self.scope.queue(container, self.op)
            body += streams.push(self.op, queue, self.values[value], self.scope)
            return
        block = self.scope.block(container, self.op)
        kind = value_type(value.type, self.op)
        if isinstance(kind, t.Vector) and not isinstance(block.element, t.Vector):
            name = self.scope.names.unique("lanes")
            body += self.window(kind, container, memlet).store(self.values[value], name)
        else:
            target = self.scope.start(container, memlet, self.op)
            stored, new = block.element, self.values[value]
            body.append(assigned(self.op, target, new, stored, memlet.wcr))

    def loaded(self, op: LoadOp) -> c.Expression:
        """An element at indices that are values, or the vector that begins there."""
        stored = self.scope.block(self.containers[op.source], self.op).element
        value = self.element(op.source, op.indices)
        if not is_vector(op.result.type):
            return from_storage(value, stored)
        kind, array = self.vector(op), op.source.type
        assert isinstance(array, ArrayType)
        if stored != kind.element or array.strides.data[-1] != 1:
            fail(op, f"loads {op.result.type} of what does not lie side by side as such")
        return c.load(kind, value.address())

    def store(self, op: StoreOp, body: list[s.Statement]) -> None:
        index = self.op.body.block.args.index(op.target) - len(self.op.inputs)
        container, memlet = self.op.output_accesses[self.op.stored_outputs[index]]
        stored = self.scope.block(container, self.op).element
        target = self.element(op.target, op.indices)
        body.append(assigned(self.op, target, self.values[op.value], stored, memlet.wcr))

    def element(self, argument: SSAValue, indices: Sequence[SSAValue]) -> c.Expression:
        """The element of an argument at indices that are values."""
        container = self.containers[argument]
        kind = container.type
        assert isinstance(kind, ArrayType)
        terms = [
            multiply(self.values[i], self.scope.expression(stride))
            for i, stride in zip(indices, kind.strides.data, strict=True)
        ]
        position = add(*terms, self.scope.expression(kind.offset.data))
        return self.scope.place(container, position, self.op)
