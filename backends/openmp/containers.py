"""Transient containers and constants as C: variables, arrays, memory, tables."""

from itertools import product
from typing import Any, cast

import ml_dtypes
import numpy as np
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, IntegerAttr
from xdsl.ir import Operation

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp import scalars
from sdfg.backends.openmp.failures import CONTEXT, located, note_failure, stop
from sdfg.backends.openmp.scope import Block, Scope
from sdfg.backends.openmp.types import byte_width, element_storage, scalar_type
from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, touching
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.containers import AllocOp, ConstantOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType

Statements = list[s.Statement]

ALIGNMENT = 64
"""Bytes, of every block of memory."""
_LARGEST_ON_STACK = 1 << 18
"""Bytes; threads may have little more than a megabyte."""
_STORAGES = ("heap", "stack", "register")


def label_of(op: AllocOp) -> str:
    """What people call a transient container."""
    return op.label.data if op.label is not None else op.result.name_hint or "t"


def kind_of(op: AllocOp) -> ArrayType:
    kind = op.result.type
    assert isinstance(kind, ArrayType)
    storage = kind.storage.kind.data
    if storage not in _STORAGES:
        fail(op, f"lives in {storage}, which OpenMP C does not have")
    return kind


def needs_memory(op: AllocOp) -> bool:
    """Whether a container is no variable and no array of its scope."""
    kind = op.result.type
    if not isinstance(kind, ArrayType) or kind.storage.kind.data == "register":
        return False
    size = symbolic.constant(kind.size)
    bytes_needed = (
        None if size is None else size * byte_width(element_storage(kind.element_type, op))
    )
    on_stack = bytes_needed is not None and bytes_needed <= _LARGEST_ON_STACK
    return kind.storage.kind.data == "heap" or not on_stack


def bind(op: AllocOp, scope: Scope) -> Block:
    """The name of a container in memory or on the stack."""
    element = element_storage(kind_of(op).element_type, op)
    scope.uses.note_vector(element)
    block = Block(scope.names.unique(label_of(op)), element)
    scope.blocks[op.result] = block
    return block


def declare(op: AllocOp, scope: Scope) -> Statements:
    """A container in registers or on the stack."""
    kind = kind_of(op)
    block = _in_registers(op, kind, scope) if kind.storage.kind.data == "register" else None
    if block is not None:
        places = [0] if block.elements is None else block.elements
        names = [block.variable(place).name for place in places]
        declared: Statements = [s.Declare(block.element, name) for name in names]
    else:
        block = bind(op, scope)
        size = max(1, symbolic.evaluate(kind.size, {}))
        declared = [s.Declare(t.Array(block.element, size), block.name, alignment=ALIGNMENT)]
        names = [block.name]
    if not is_read(op):
        declared += [s.Evaluate(c.cast(t.VOID, c.Name(name))) for name in names]
    return declared


def _in_registers(op: AllocOp, kind: ArrayType, scope: Scope) -> Block:
    element = element_storage(kind.element_type, op)
    scope.uses.note_vector(element)
    elements: tuple[int, ...] = ()
    if kind.rank > 0:
        indices = product(*(range(int(extent)) for extent in kind.dims))
        at = [kind.linear_index([symbolic.integer(i) for i in index]) for index in indices]
        elements = tuple(sorted({int(place) for place in at}))
    name = scope.names.unique_stem(label_of(op), (f"_{place}" for place in elements))
    block = Block(name, element, in_registers=True, elements=elements if kind.rank else None)
    scope.blocks[op.result] = block
    return block


def is_read(op: AllocOp) -> bool:
    """Whether anything reads the container: compilers warn of variables that nothing reads."""
    for user, index in touching(op.result):
        reads = cast(Any, user).inputs if user.name == "sdfg.tasklet" else ()
        if user.name != "sdfg.tasklet":
            if user.name != "sdfg.copy" or index == 0:
                return True
        elif index < len(reads) or cast(Any, user).output_accesses[index - len(reads)][1].wcr:
            return True
    return False


def take(op: AllocOp, scope: Scope) -> Statements:
    """Memory from the workspace, until its scope ends; the program stops if there is none."""
    block = bind(op, scope)
    scope.uses.memory = True
    memory = _memory("sdfg_push", op, block, scope)
    return [memory, s.If(block.pointer.eq(c.NULL), (stop(scope),))]


def take_for_point(op: AllocOp, scope: Scope) -> tuple[Block, s.Statement]:
    """Memory for one point of a parallel map, to be given back behind what uses it."""
    block = bind(op, scope)
    return block, _memory("sdfg_private", op, block, scope)


def _memory(function: str, op: AllocOp, block: Block, scope: Scope) -> s.Statement:
    note_failure(scope)
    message = located(op, f"no memory for '{label_of(op)}'")
    size = scope.expression(kind_of(op).size * byte_width(block.element))
    pointer = t.pointer(block.element, restrict=True)
    call = c.call(function, CONTEXT, size, message)
    return s.Declare(pointer, block.name, c.cast(t.pointer(block.element), call))


def padded_bytes(op: AllocOp) -> Expr:
    """Size of a container in memory, rounded up so that the next one is aligned."""
    kind = kind_of(op)
    size = kind.size * byte_width(element_storage(kind.element_type, op))
    return symbolic.ceil_div(size, symbolic.integer(ALIGNMENT)) * ALIGNMENT


# Constants


def constant(op: ConstantOp, scope: Scope) -> Statements:
    """A pointer into the weights file, or a table; nothing for a constant that nobody uses."""
    if not op.result.uses.get_length():
        return []
    kind = op.result.type
    assert isinstance(kind, ArrayType)
    element = element_storage(kind.element_type, op)
    scope.uses.note_vector(element)
    value = op.value
    if not isinstance(value, WeightAttr):
        name = scope.names.unique(op.result.name_hint or "constant")
        scope.blocks[op.result] = Block(name, element)
        return [table(op, cast(Any, value), name)]
    name = scope.names.unique(value.key.data)
    scope.blocks[op.result] = Block(name, element)
    scope.uses.context = True
    place = CONTEXT.arrow("weights") + weight_offset(op)
    pointer = t.pointer(t.const(element), restrict=True)
    return [s.Declare(pointer, name, c.cast(t.pointer(t.const(element)), place))]


def weight_offset(op: ConstantOp) -> int:
    """Place of a weight: bytes from the start of the weights file."""
    offset = cast(Any, op.attributes.get("offset"))
    if not isinstance(offset, IntegerAttr):
        fail(
            op,
            "has no place in the weights file",
            hint="the driver sets the attribute `offset`, in bytes from the start of the file",
        )
    return int(cast(Any, offset).value.data)


def weight_end(op: ConstantOp) -> int:
    """The first byte of the weights file behind a weight."""
    kind = op.result.type
    assert isinstance(kind, ArrayType)
    width = byte_width(element_storage(kind.element_type, op))
    return weight_offset(op) + symbolic.evaluate(kind.size, {}) * width


def table(op: ConstantOp, value: DenseIntOrFPElementsAttr[Any], name: str) -> s.Statement:
    """Elements in place, as a table of the function."""
    stored = scalar_type(value.get_element_type(), op)
    size = symbolic.evaluate(array_type(op.result).size, {})
    numbers = elements(value, stored, op)
    numbers = numbers * size if len(numbers) == 1 else numbers
    content = c.Initializer(tuple(numbers) or (c.Integer(0),))
    array = t.const(t.Array(stored, max(1, size)))
    return s.Declare(array, name, content, static=True, alignment=ALIGNMENT)


def elements(
    value: DenseIntOrFPElementsAttr[Any], stored: t.Scalar, op: Operation
) -> list[c.Expression]:
    """The elements of a constant as literals of what is stored."""
    if stored.kind is not t.Kind.STORAGE:
        return scalars.numbers(value, op)
    dtype = np.dtype(np.float16 if stored is t.FLOAT16 else ml_dtypes.bfloat16)
    bits = np.array(value.get_values(), np.float64).astype(np.float32).astype(dtype)
    return [c.Integer(int(number), t.UINT16) for number in bits.view(np.uint16)]
