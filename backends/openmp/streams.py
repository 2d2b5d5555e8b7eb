"""Streams as rings in an array: for one thread."""

from collections.abc import Callable

from xdsl.ir import Operation, Region

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp.failures import check_failed
from sdfg.backends.openmp.resolutions import to_storage
from sdfg.backends.openmp.scope import Block, Queue, Scope
from sdfg.backends.openmp.types import element_storage
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import ConsumeOp
from sdfg.dialect.types import StreamType

Statements = list[s.Statement]


def allocate(op: AllocOp, kind: StreamType, scope: Scope) -> Statements:
    """The ring of a stream, empty."""
    element = element_storage(kind.element_type, op)
    scope.uses.note_vector(element)
    depth = scope.expression(kind.depth.data)
    if not isinstance(depth, c.Integer):
        fail(op, f"has depth {kind.depth}; queues in C have a constant depth here")
    name = scope.names.unique(op.label.data if op.label else op.result.name_hint or "queue")
    first, count = (scope.names.unique(f"{name}_{part}") for part in ("first", "count"))
    shared = not scope.parallel
    queue = Queue(c.Name(name), c.Name(first), c.Name(count), depth, element, shared)
    scope.blocks[op.result] = queue
    return [
        s.Declare(t.Array(element, depth.value), name),
        s.Declare(t.INT64, first, c.Integer(0)),
        s.Declare(t.INT64, count, c.Integer(0)),
    ]


def push(op: Operation, queue: Queue, value: c.Expression, scope: Scope) -> Statements:
    """Put a value into the queue; a full one is an error at run time."""
    slot = queue.slots[(queue.first + queue.count) % queue.depth]
    put = s.Assign(slot, to_storage(value, queue.element))
    full = check_failed(op, "a stream is full where an element is put into it", scope)
    more = s.Assign(queue.count, c.Integer(1), "+")
    return [s.If(queue.count.lt(queue.depth), (put, more), (full,))]


def pop(op: Operation, queue: Queue, name: str, scope: Scope) -> Statements:
    """
    Take an element out of the queue, as the constant `name`; an empty one is an error at run time.
    """
    empty = check_failed(op, "a stream is empty where an element is taken from it", scope)
    return [
        s.Declare(t.const(queue.element), name, queue.slots[queue.first]),
        s.If(queue.count.gt(0), _advance(queue), (empty,)),
    ]


def _advance(queue: Queue) -> tuple[s.Statement, ...]:
    return (
        s.Assign(queue.first, (queue.first + 1) % queue.depth),
        s.Assign(queue.count, c.Integer(1), "-"),
    )


def consume(
    op: ConsumeOp, scope: Scope, region: Callable[[Region, Scope], Statements]
) -> Statements:
    """Run the body for each element until the queue is empty."""
    queue = scope.queue(op.stream, op)
    inner = scope.inner()
    argument = op.body.block.args[0]
    name = inner.names.unique(argument.name_hint or "element")
    inner.blocks[argument] = Block(name, queue.element, in_registers=True)
    take: Statements = [s.Declare(t.const(queue.element), name, queue.slots[queue.first])]
    if not argument.uses.get_length():
        take.append(s.Evaluate(c.cast(t.VOID, c.Name(name))))
    take += _advance(queue)
    return [s.While(queue.count.gt(0), (*take, *region(op.body, inner)))]
