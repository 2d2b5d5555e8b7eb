"""
The oracle: run a program of the `sdfg` dialect on NumPy arrays, at any stage of its mapping.

Slow things are defined by simple ones: a schedule changes nothing, a library node is its NumPy
definition. A map runs all its points at once where its body allows it, else one after the other.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.interpreter import Interpreter, InterpreterFunctions, impl, register_impls
from xdsl.ir import Operation, SSAValue

from sdfg.dialect.diagnostics import SDFGError, fail
from sdfg.dialect.interpreter.dataflow import DataflowFunctions
from sdfg.dialect.interpreter.elements import dtype_of, vector_shape
from sdfg.dialect.interpreter.lanes import Array, evaluate, uniform
from sdfg.dialect.interpreter.library import LibraryFunctions
from sdfg.dialect.interpreter.machine import Frame, Machine, Stopped, Weights
from sdfg.dialect.interpreter.maps import MapFunctions
from sdfg.dialect.interpreter.memory import Block, Container, Stream, allocated, size_of
from sdfg.dialect.interpreter.program import ProgramFunctions, loaded
from sdfg.dialect.interpreter.scalars import IMPLEMENTATIONS, Implementation
from sdfg.dialect.interpreter.structured import StructuredFunctions
from sdfg.dialect.interpreter.support import refuse_unsupported
from sdfg.dialect.interpreter.tasklets import TaskletFunctions
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType, StreamType


def interpret(
    module: ModuleOp,
    program: str,
    arrays: Mapping[str, Array],
    symbols: Mapping[str, int] | None = None,
    weights: Weights | None = None,
    *,
    strict: bool = False,
    vectorize: bool = True,
) -> dict[str, Array]:
    """
    Run the program named `program` and return what it writes: each `out` and `inout` container.

    `arrays` holds each `in` and `inout` container by the name of its argument, in the exact element
    type (i1: bool, bf16: ml_dtypes.bfloat16) and logical shape; a stream is the list of its
    elements. Symbols that `symbols` leaves out follow from the shapes, where a dimension is a
    symbol by itself. `weights` holds the arrays that constants refer to. Nothing given is modified.

    With `strict`, races between points of a map and reads of what nothing has written are errors.
    `vectorize = False` runs the points of maps one by one, in order.

    Raises `SDFGError` for arguments that do not fit the program, for an access outside of a
    container, an assertion that fails, a stream that runs over or dry; and for operations and types
    that have no meaning here (complex numbers), all of them at once.
    """
    found = find(module, program)
    refuse_unsupported(module)
    machine = Machine(weights or {}, strict=strict, vectorize=vectorize)
    known = solved_symbols(found, arrays, symbols or {})
    machine.frame = Frame((), dict(known))
    interpreter = Interpreter(module)
    for functions in (
        ProgramFunctions,
        DataflowFunctions,
        TaskletFunctions,
        MapFunctions,
        LibraryFunctions,
    ):
        interpreter.register_implementations(functions(machine))
    interpreter.register_implementations(StructuredFunctions())
    interpreter.register_implementations(computations(module))
    try:
        with np.errstate(all="ignore"):
            containers = [
                bound(found, role, name, value, arrays, machine)
                for role, name, value in found.arguments
            ]
            interpreter.run_ssacfg_region(found.body, tuple(containers), program)
    except Stopped as stopped:
        raise stopped.error from None
    written = zip(found.arguments, containers, strict=True)
    return {name: contents(c) for (role, name, _), c in written if role != "in"}


def find(module: ModuleOp, program: str) -> SdfgOp:
    """The program of that name. Raises `SDFGError` if there is none."""
    programs = {op.sym_name.data: op for op in module.walk() if isinstance(op, SdfgOp)}
    if program not in programs:
        fail(module, f"has no program '{program}'", hint=f"it has: {', '.join(programs) or 'none'}")
    return programs[program]


def solved_symbols(
    program: SdfgOp, arrays: Mapping[str, Array], given: Mapping[str, int]
) -> dict[str, int]:
    """
    The value of each symbol: as given, else the size of a dimension that is that symbol.

    Raises `SDFGError` for a symbol without a value and for shapes that contradict the values.
    """
    values = {n: int(v) for n, v in given.items() if n in program.symbol_names}
    for _, name, container in program.arguments:
        if name not in arrays or not isinstance(container.type, ArrayType):
            continue
        for extent, size in zip(container.type.dims, np.shape(arrays[name]), strict=False):
            if extent.is_Symbol:
                values.setdefault(extent.name, size)
    missing = [n for n in program.symbol_names if n not in values]
    if missing:
        fail(
            program,
            f"'{program.sym_name.data}' needs a value for symbol {', '.join(missing)}",
            hint="give it: no dimension of an array given is that symbol alone",
        )
    return values


def bound(
    program: SdfgOp,
    role: str,
    name: str,
    argument: SSAValue,
    arrays: Mapping[str, Array],
    machine: Machine,
) -> Container | Stream:
    """The container that an argument becomes, with what is given for it."""
    symbols, kind = machine.symbols, argument.type
    if role != "out" and name not in arrays:
        fail(program, f"'{program.sym_name.data}' needs an array for '{name}'")
    if isinstance(kind, StreamType):
        depth = uniform(evaluate(kind.depth.data, symbols))
        assert depth is not None
        stream = Stream(kind, depth, name)
        for element in arrays[name] if role != "out" else ():
            stream.push(element)
        return stream
    assert isinstance(kind, ArrayType)
    if role == "out":
        container = allocated(kind, name, symbols, (), 0)
        if machine.strict:
            container.block.written = np.zeros(len(container.block.data), np.bool_)
        return container
    array = np.asarray(arrays[name])
    shape = tuple(evaluate(e, symbols) for e in kind.dims) + vector_shape(kind.element_type)
    if array.shape != shape or array.dtype != dtype_of(kind.element_type):
        fail(
            program,
            f"'{name}' is {dtype_of(kind.element_type)} of shape {list(shape)}, got {array.dtype} "
            f"of shape {list(array.shape)}",
        )
    if role == "in":
        return loaded(kind, array, name, dict(symbols))
    container = Container.of(kind, Block.empty(kind, size_of(kind, symbols), name), symbols)
    container.whole().write(array)
    return container


def contents(container: Container | Stream) -> Array:
    """The elements, as an array that nothing else uses any more."""
    if isinstance(container, Stream):
        dtype = dtype_of(container.kind.element_type)
        shape = (len(container.elements), *vector_shape(container.kind.element_type))
        return np.array(list(container.elements), dtype).reshape(shape)
    access = container.whole()
    shape = access.extents + container.block.data.shape[1:]
    values = access.read()
    if values.shape != shape:
        return np.broadcast_to(values, shape).copy()
    return np.asarray(values, order="C")


def computations(module: ModuleOp) -> InterpreterFunctions:
    """Implementations of all ops in `module` that tasklets compute with."""
    members: dict[str, Any] = {}

    def implementation(function: Implementation) -> Any:
        def run(self: Any, interpreter: Interpreter, op: Operation, args: Any) -> Any:
            return function(op, args)

        return run

    for kind in {type(op) for op in module.walk()}:
        if kind.name in IMPLEMENTATIONS:
            members[kind.name] = impl(kind)(implementation(IMPLEMENTATIONS[kind.name]))
    return register_impls(type("ComputeFunctions", (InterpreterFunctions,), members))()


__all__ = ["SDFGError", "interpret"]
