"""Tasklets as C statements: operands from memlets, a computation, results to memlets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xdsl.dialects import arith, vector
from xdsl.dialects.builtin import VectorType
from xdsl.ir import BlockArgument, Operation, SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp import scalars
from sdfg.backends.openmp.scope import Block, Scope
from sdfg.backends.openmp.types import element_storage, value_type
from sdfg.dialect.diagnostics import fail, source
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.dataflow import (
    AssertOp,
    IndexOp,
    LoadOp,
    StoreOp,
    TaskletOp,
    YieldOp,
)
from sdfg.dialect.types import ArrayType, StreamType

_INLINE_SIZE = 8
"""An expression of more nodes than this gets a variable, so that lines stay readable."""

_COMBINE = {
    "sum": {"float": "+", "int": "add"},
    "product": {"float": "*", "int": "mul"},
    "min": {"float": "minimum", "int": "min"},
    "max": {"float": "maximum", "int": "max"},
    "minnum": {"float": "minnum", "int": "min"},
    "maxnum": {"float": "maxnum", "int": "max"},
}
_BITWISE = {"and": "&", "or": "|", "xor": "^"}
_UNSIGNED = {"minui": "min", "maxui": "max"}


def size_of(expression: c.Expression) -> int:
    """Number of nodes of an expression."""
    match expression:
        case c.Binary(_, left, right):
            return 1 + size_of(left) + size_of(right)
        case c.Unary(_, value) | c.Cast(_, value):
            return 1 + size_of(value)
        case c.Ternary(a, b, d):
            return 1 + size_of(a) + size_of(b) + size_of(d)
        case c.Call(_, arguments):
            return 1 + sum(map(size_of, arguments))
        case _:
            return 1


def from_storage(value: c.Expression, stored: t.Scalar | t.Vector) -> c.Expression:
    """A stored element as a value: 16-bit floats become `float`."""
    if isinstance(stored, t.Scalar) and stored.kind is t.Kind.STORAGE:
        return c.call(f"sdfg_f32_from_{stored.short}", value)
    return value


def to_storage(value: c.Expression, stored: t.Scalar | t.Vector) -> c.Expression:
    """A value as a stored element."""
    if isinstance(stored, t.Scalar) and stored.kind is t.Kind.STORAGE:
        return c.call(f"sdfg_{stored.short}_from_f32", value)
    return value


@dataclass
class TaskletEmitter:
    """The C statements of one tasklet."""

    op: TaskletOp
    scope: Scope
    values: dict[SSAValue, c.Expression] = field(default_factory=dict[SSAValue, c.Expression])
    containers: dict[SSAValue, tuple[Block, ArrayType]] = field(
        default_factory=dict[SSAValue, tuple[Block, ArrayType]]
    )

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
                self.containers[arg] = self.scope.block(container, self.op), arg.type
            else:
                self.values[arg] = self.read(arg, container, memlet, body)
        stored = args[len(self.op.inputs) :]
        for arg, index in zip(stored, self.op.stored_outputs, strict=True):
            kind = self.op.outputs[index].type
            assert isinstance(kind, ArrayType)
            self.containers[arg] = self.scope.block(self.op.outputs[index], self.op), kind

    def read(
        self, arg: BlockArgument, container: SSAValue, memlet: MemletAttr, body: list[s.Statement]
    ) -> c.Expression:
        """The value of an input; in a variable unless it is read once and nothing is in between."""
        if isinstance(container.type, StreamType):
            return self.pop(arg, container, body)
        kind = value_type(arg.type, self.op)
        block = self.scope.block(container, self.op)
        if isinstance(kind, t.Vector) and not isinstance(block.element, t.Vector):
            value = self.load_vector(kind, container, memlet)
        else:
            value = from_storage(self.scope.start(container, memlet, self.op), block.element)
        if arg.uses.get_length() <= 1 and len(self.op.outputs) == 1:
            return value
        return self.declare(arg, kind, value, body)

    def pop(self, arg: BlockArgument, container: SSAValue, body: list[s.Statement]) -> c.Expression:
        queue = self.scope.queue(container, self.op)
        body += [
            *self.checked(queue.count.gt(0), "a stream is empty where an element is taken from it")
        ]
        value = self.declare(arg, value_type(arg.type, self.op), queue.slots[queue.first], body)
        body.append(s.Assign(queue.first, (queue.first + 1) % queue.depth))
        body.append(s.Assign(queue.count, queue.count - 1))
        return value

    def load_vector(self, kind: t.Vector, container: SSAValue, memlet: MemletAttr) -> c.Expression:
        self.note(kind)
        start = self.scope.start(container, memlet, self.op)
        step = self.lane_stride(container, memlet)
        if step == c.Integer(1):
            return c.load(kind, start.address())
        assert isinstance(start, c.Index)
        lanes = tuple(start.base[start.index + step * k] for k in range(kind.lanes))
        return c.Compound(kind, lanes)

    def lane_stride(self, container: SSAValue, memlet: MemletAttr) -> c.Expression:
        """Distance in elements from one lane to the next."""
        array = container.type
        assert isinstance(array, ArrayType)
        ranged = [
            (r, stride)
            for r, stride in zip(memlet.ranges, array.strides.data, strict=True)
            if not r.is_point and r.extent != 1
        ]
        if len(ranged) != 1:
            fail(self.op, f"moves the vector [{memlet.subset}], which is not along one dimension")
        r, stride = ranged[0]
        return self.scope.expression(r.step * stride)

    # Computation

    def emit_ops(self, ops: list[Operation]) -> list[s.Statement]:
        body: list[s.Statement] = []
        for position, op in enumerate(ops):
            if isinstance(op, AssertOp):
                rest = self.emit_ops(ops[position + 1 :])
                fails = self.failure(op.message.data)
                body.append(s.If(self.values[op.condition], tuple(rest), fails))
                return body
            self.emit_op(op, body)
        return body

    def emit_op(self, op: Operation, body: list[s.Statement]) -> None:
        match op:
            case YieldOp():
                self.write_results(body)
            case StoreOp():
                self.store(op, body)
            case LoadOp():
                block, kind = self.containers[op.source]
                position = self.data_position(kind, op.indices)
                value = from_storage(block.pointer[position], block.element)
                self.bind(op, value, body)
            case IndexOp():
                self.bind(op, self.scope.expression(op.expr.data), body)
            case arith.ConstantOp():
                self.constant(op)
            case vector.BroadcastOp():
                kind = self.vector(op)
                self.bind(op, c.splat(kind, self.values[op.operands[0]]), body)
            case _:
                self.compute(op, body)

    def constant(self, op: arith.ConstantOp) -> None:
        value = scalars.literal(op)
        if isinstance(op.result.type, VectorType):
            kind = self.vector(op)
            zero = isinstance(value, c.Float | c.Integer) and str(value.value) in ("0", "0.0")
            value = c.Compound(kind, (c.Integer(0),)) if zero else c.splat(kind, value)
        self.values[op.result] = value

    def compute(self, op: Operation, body: list[s.Statement]) -> None:
        if len(op.results) != 1:
            fail(op, "has no form in C", hint="lower it before emission")
        operands = tuple(self.values[o] for o in op.operands)
        if not isinstance(op.results[0].type, VectorType):
            value = scalars.scalar_form(op, operands)
            kind = self.stored(op)
            if isinstance(kind, t.Scalar) and kind.kind is t.Kind.STORAGE:
                value = from_storage(to_storage(value, kind), kind)
            self.bind(op, value, body)
        elif isinstance(op, scalars.VECTOR_OPERATORS):
            self.vector(op)
            self.bind(op, scalars.scalar_form(op, operands), body)
        else:
            self.lane_by_lane(op, body)

    def lane_by_lane(self, op: Operation, body: list[s.Statement]) -> None:
        """An operation without a vector operator: a loop over lanes, which compilers unroll."""
        kind = self.vector(op)
        operands: list[c.Expression] = []
        lane = c.Name(self.scope.names.inner().unique("lane"))
        for operand in op.operands:
            value = self.values[operand]
            if isinstance(operand.type, VectorType):
                if not isinstance(value, c.Name):
                    value = self.declare(operand, value_type(operand.type, op), value, body)
                value = value[lane]
            operands.append(value)
        result = c.Name(self.scope.names.unique(op.results[0].name_hint or "t"))
        body.append(s.Declare(kind, result.name))
        step = s.Assign(result[lane], scalars.scalar_form(op, tuple(operands)))
        body.append(s.For(lane.name, 0, kind.lanes, 1, (step,), t.INT))
        self.values[op.results[0]] = result

    def stored(self, op: Operation) -> t.Scalar | t.Vector:
        return element_storage(op.results[0].type, op)

    def vector(self, op: Operation) -> t.Vector:
        kind = value_type(op.results[0].type, op)
        assert isinstance(kind, t.Vector)
        self.note(kind)
        return kind

    def note(self, kind: t.Vector) -> None:
        self.scope.uses.vectors[kind.name] = kind

    def bind(self, op: Operation, value: c.Expression, body: list[s.Statement]) -> None:
        """Give the result of `op` its expression, or a variable if it is long or used again."""
        result = op.results[0]
        uses = result.uses.get_length()
        simple = isinstance(value, c.Name | c.Integer | c.Float)
        if simple or (uses <= 1 and size_of(value) <= _INLINE_SIZE and not self.blocked(result)):
            self.values[result] = value
        else:
            self.values[result] = self.declare(result, value_type(result.type, op), value, body)

    def blocked(self, value: SSAValue) -> bool:
        """Whether memory may change between `value` and its use."""
        return any(isinstance(op, StoreOp) for op in self.op.body.block.ops)

    def declare(
        self, value: SSAValue, kind: t.CType, expression: c.Expression, body: list[s.Statement]
    ) -> c.Expression:
        name = self.scope.names.unique(value.name_hint or "t")
        body.append(s.Declare(t.const(kind), name, expression))
        self.values[value] = c.Name(name)
        return self.values[value]

    # Results

    def write_results(self, body: list[s.Statement]) -> None:
        for value, index in zip(self.op.yielded, self.op.yielded_outputs, strict=True):
            container, memlet = self.op.output_accesses[index]
            if isinstance(container.type, StreamType):
                self.push(container, self.values[value], body)
                continue
            block = self.scope.block(container, self.op)
            kind = value_type(value.type, self.op)
            if isinstance(kind, t.Vector) and not isinstance(block.element, t.Vector):
                body += self.store_vector(kind, container, memlet, self.values[value])
            else:
                target = self.scope.start(container, memlet, self.op)
                body.append(self.combine(target, self.values[value], block.element, memlet.wcr))

    def store_vector(
        self, kind: t.Vector, container: SSAValue, memlet: MemletAttr, value: c.Expression
    ) -> list[s.Statement]:
        self.note(kind)
        start = self.scope.start(container, memlet, self.op)
        step = self.lane_stride(container, memlet)
        if step == c.Integer(1):
            target = c.lvalue(kind, start.address())
            return [self.combine(target, value, kind, memlet.wcr)]
        assert isinstance(start, c.Index)
        name = c.Name(self.scope.names.unique("lanes"))
        return [
            s.Declare(t.const(kind), name.name, value),
            *(
                self.combine(start.base[start.index + step * k], name[k], kind.element, memlet.wcr)
                for k in range(kind.lanes)
            ),
        ]

    def combine(
        self,
        target: c.Expression,
        value: c.Expression,
        stored: t.Scalar | t.Vector,
        resolution: str | None,
    ) -> s.Statement:
        """Assign `value`, or combine it with what `target` holds."""
        if resolution is None:
            return s.Assign(target, to_storage(value, stored))
        element = stored.element if isinstance(stored, t.Vector) else stored
        if resolution in _BITWISE:
            if element is t.BOOL:
                return s.Assign(target, c.Binary(_BITWISE[resolution], target, value))
            return s.Assign(target, value, _BITWISE[resolution])
        is_float = element.kind in (t.Kind.FLOAT, t.Kind.STORAGE)
        if is_float and resolution in ("sum", "product") and stored is not None:
            symbol = _COMBINE[resolution]["float"]
            if element.kind is t.Kind.FLOAT:
                return s.Assign(target, value, symbol)
        if isinstance(stored, t.Vector):
            fail(self.op, f"resolves conflicts of vectors by {resolution}, which has no form in C")
        return s.Assign(target, self.combined(target, value, stored, resolution))

    def combined(
        self, target: c.Expression, value: c.Expression, stored: t.Scalar, resolution: str
    ) -> c.Expression:
        old = from_storage(target, stored)
        if stored.kind in (t.Kind.FLOAT, t.Kind.STORAGE):
            name = _COMBINE[resolution]["float"]
            if name in ("+", "*"):
                new = c.Binary(name, old, value)
            else:
                short = "f32" if stored.kind is t.Kind.STORAGE else stored.short
                new = c.call(f"sdfg_{name}_{short}", old, value)
            return to_storage(new, stored)
        if stored is t.BOOL:
            symbol = {"sum": "^", "product": "&", "min": "|", "max": "&"}.get(resolution)
            symbol = {"minui": "&", "maxui": "|"}.get(resolution, symbol)
            if symbol is None:
                fail(self.op, f"resolves conflicts of i1 by {resolution}, which has no form in C")
            return c.Binary(symbol, old, value)
        if resolution in _UNSIGNED:
            form = scalars.runtime(_UNSIGNED[resolution], unsigned=True)
            return form((old, value), scalars.Kinds(stored, stored))
        return c.call(f"sdfg_{_COMBINE[resolution]['int']}_{stored.short}", old, value)

    def store(self, op: StoreOp, body: list[s.Statement]) -> None:
        block, kind = self.containers[op.target]
        index = self.op.body.block.args.index(op.target) - len(self.op.inputs)
        memlet = self.op.output_accesses[self.op.stored_outputs[index]][1]
        target = block.pointer[self.data_position(kind, op.indices)]
        body.append(self.combine(target, self.values[op.value], block.element, memlet.wcr))

    def data_position(self, kind: ArrayType, indices: Sequence[SSAValue]) -> c.Expression:
        """Position of an element whose indices are values."""
        terms: list[c.Expression] = [self.scope.expression(kind.offset.data)]
        for value, stride in zip(indices, kind.strides.data, strict=True):
            factor = self.scope.expression(stride)
            terms.append(_product(self.values[value], factor))
        nonzero = [x for x in terms if x != c.Integer(0)]
        return c.total(nonzero)

    def push(self, container: SSAValue, value: c.Expression, body: list[s.Statement]) -> None:
        queue = self.scope.queue(container, self.op)
        slot = queue.slots[(queue.first + queue.count) % queue.depth]
        body.append(
            s.If(
                queue.count.lt(queue.depth),
                (s.Assign(slot, value), s.Assign(queue.count, queue.count + 1)),
                self.failure("a stream is full where an element is put into it"),
            )
        )

    def checked(self, condition: c.Expression, message: str) -> list[s.Statement]:
        return [s.If(condition.logical_not(), self.failure(message))]

    def failure(self, message: str) -> tuple[s.Statement, ...]:
        """Statements that note a failed check; the program stops after the state."""
        self.scope.uses.context = self.scope.uses.checks = True
        text = f"{source(self.op.location)}: {message}"
        return (s.Evaluate(c.call("sdfg_check_failed", c.Name("context"), c.String(text))),)


def _product(value: c.Expression, factor: c.Expression) -> c.Expression:
    if factor == c.Integer(1):
        return value
    return c.Integer(0) if factor == c.Integer(0) else value * factor
