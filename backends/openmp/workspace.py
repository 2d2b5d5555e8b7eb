"""One block of memory for the transient containers of a run whose sizes its symbols decide."""

from collections.abc import Iterator

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp import containers
from sdfg.backends.openmp.expressions import add
from sdfg.backends.openmp.failures import CONTEXT
from sdfg.backends.openmp.scope import Block, Scope
from sdfg.dialect import symbolic
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.symbolic import Expr

Statements = list[s.Statement]
_BASE = CONTEXT.arrow("arena").member("base")


def planned(program: SdfgOp) -> Iterator[AllocOp]:
    """The containers at the level of the program that need memory of a size known at its start."""
    known = set(program.symbol_names)
    for op in program.body.block.ops:
        if isinstance(op, AllocOp) and containers.needs_memory(op):
            if containers.kind_of(op).symbols <= known:
                yield op


def workspace_bytes(program: SdfgOp) -> Expr:
    """Size of the workspace when a run begins, over the symbols of `program`."""
    return sum((containers.padded_bytes(op) for op in planned(program)), symbolic.integer(0))


def bind_workspace(program: SdfgOp, scope: Scope) -> Statements:
    """Begin the run with room for all of them, and a pointer to each."""
    blocks = [(op, containers.bind(op, scope)) for op in planned(program)]
    sizes = [scope.expression(containers.padded_bytes(op)) for op, _ in blocks]
    if all(isinstance(size, c.Integer) for size in sizes):
        return _fixed([block for _, block in blocks], sizes, scope)
    offset = c.Name(scope.names.unique("offset"))
    body = [*_reserve(add(*sizes), scope), s.Declare(t.INT64, offset.name, c.Integer(0))]
    for (_, block), size in zip(blocks, sizes, strict=True):
        body += [_pointer(block, offset), s.Assign(offset, size, "+")]
    return body[:-1]


def _fixed(blocks: list[Block], sizes: list[c.Expression], scope: Scope) -> Statements:
    numbers = [size.value for size in sizes if isinstance(size, c.Integer)]
    body = _reserve(c.Integer(sum(numbers)), scope)
    offset = 0
    for block, size in zip(blocks, numbers, strict=True):
        body.append(_pointer(block, c.Integer(offset)))
        offset += size
    return body


def _reserve(size: c.Expression, scope: Scope) -> Statements:
    status = c.Name(scope.names.unique("status"))
    call = c.call("sdfg_context_reserve", CONTEXT, size)
    failed = s.If(status.ne(c.Name("SDFG_OK")), (s.Return(status),))
    return [s.Declare(t.const(t.INT), status.name, call), failed]


def _pointer(block: Block, offset: c.Expression) -> s.Statement:
    address = _BASE if offset == c.Integer(0) else _BASE + offset
    value = c.cast(t.pointer(block.element), address)
    return s.Declare(t.pointer(block.element, restrict=True), block.name, value)
