"""
Run a compiled model as a program of its own: under sanitizers, which Python cannot load.

`with_harness` adds a `main` to a program, `run_harness` calls the executable made of it.
"""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sdfg.backends.c_tree import expressions as e
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.printer import print_file
from sdfg.backends.openmp.toolchain import Program
from sdfg.backends.runtime_interface import DTYPES, Interface
from sdfg.backends.runtime_shapes import ShapeSolver
from sdfg.dialect.diagnostics import SDFGError

_SANITIZERS: Mapping[str, str] = {
    "ASAN_OPTIONS": "abort_on_error=0:detect_stack_use_after_return=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}
_HARNESS, _CONTEXT = e.names("harness context")
_START = (e.name("arguments") + 1, e.Initializer((e.NULL,)), e.integer(0))


def with_harness(program: Program, interface: Interface, header: str) -> Program:
    """`program` with a `main` that includes `header`, which declares the model's functions."""
    text = print_file(harness_file(interface, header))
    return Program(
        program.name, {**program.sources, f"{interface.prefix}_harness.c": text}, program.headers
    )


def harness_file(interface: Interface, header: str, *, mapped: bool = False) -> f.SourceFile:
    """
    The `main` for a model; with `mapped` the weights are not read but mapped.

    Its arguments: the weights file (`-` for none), the number of threads, the symbols, the files
    of the inputs that are arrays, the bytes of each output, the files to write the outputs to.
    """
    prefix = interface.prefix
    symbols = [f"symbol{i}" for i in range(len(interface.symbols))]
    inputs = [
        (f"input{i}", value)
        for i, value in enumerate(v for v in interface.inputs if v.symbol is None)
    ]
    outputs = [(f"output{i}", value) for i, value in enumerate(interface.outputs)]
    weights = _read("weights_bytes", "map" if mapped else "read")
    body: list[s.Statement] = [
        s.Declare(t.Named("sdfg_harness"), "harness", e.Initializer(_START)),
        s.Declare(t.SIZE, "bytes", e.integer(0)),
        s.Declare(t.SIZE, "weights_bytes", e.integer(0)),
        s.Declare(t.pointer(t.const(t.VOID)), "weights", weights),
        s.Declare(t.INT, "threads", e.cast(t.INT, _number())),
    ]
    body += [s.Declare(t.INT64, symbol, _number()) for symbol in symbols]
    for name, value in inputs:
        element = t.scalar_of(value.dtype)  # not const: the model may change it in place
        body.append(s.Declare(t.pointer(element), name, _read("bytes")))
    for name, value in outputs:
        memory = e.call("sdfg_harness_allocate", _HARNESS.address(), e.name(f"{name}_bytes"))
        body.append(s.Declare(t.SIZE, f"{name}_bytes", e.cast(t.SIZE, _number())))
        body.append(s.Declare(t.pointer(t.scalar_of(value.dtype)), name, memory))
    arrays = [name for name, _ in (*inputs, *outputs)]
    body += _calls(prefix, [e.name(name) for name in (*arrays, *symbols)])
    writes = [_write(name) for name, _ in outputs]
    body += [
        s.If(e.name("status").eq(0), tuple(writes)) if writes else s.Blank(),
        s.Evaluate(e.call(f"{prefix}_exit", _CONTEXT)),
        s.Evaluate(e.call("sdfg_harness_end", _HARNESS.address())),
        s.Evaluate(e.cast(t.VOID, e.name("count"))),
        s.Evaluate(e.cast(t.VOID, e.name("bytes"))),
        s.Return(e.name("status")),
    ]
    arguments = t.pointer(t.pointer(t.CHAR))
    parameters = (f.Parameter("count", t.INT), f.Parameter("arguments", arguments))
    return f.SourceFile(
        (
            f.Include(header, system=False),
            f.Include("sdfg_runtime.h", system=False),
            f.Include("sdfg_harness.h", system=False),
            f.Function("main", t.INT, parameters, tuple(body)),
        )
    )


def run_harness(
    executable: Path,
    interface: Interface,
    inputs: Sequence[Any],
    *,
    weights: Path | None = None,
    threads: int = 2,
    timeout: float | None = None,
) -> tuple[Any, ...]:
    """
    The outputs of a program made by `with_harness`, as NumPy arrays, for NumPy arrays as inputs.

    `timeout` is in seconds. Raises `SDFGError` with what the program wrote to its error stream if
    it fails: the model's message, or the report of a sanitizer.
    """
    shapes = [
        tuple(np.shape(x)) if v.symbol is None else (int(x),)
        for v, x in zip(interface.inputs, inputs, strict=True)
    ]
    sizes = ShapeSolver.of(interface).solve(shapes)
    dtypes = [DTYPES[value.dtype] for value in interface.outputs]
    with tempfile.TemporaryDirectory(prefix="sdfg-harness-") as text:
        folder = Path(text)
        arguments = [
            str(weights.absolute()) if weights else "-",
            str(threads),
            *map(str, sizes.symbols),
        ]
        for i, (value, x) in enumerate(zip(interface.inputs, inputs, strict=True)):
            if value.symbol is None:
                (folder / f"input{i}").write_bytes(np.asarray(x, DTYPES[value.dtype]).tobytes())
                arguments.append(f"input{i}")
        for dtype, shape in zip(dtypes, sizes.outputs, strict=True):
            arguments.append(str(int(np.prod(shape, dtype=np.int64)) * dtype.itemsize))
        arguments += [f"output{i}" for i in range(len(dtypes))]
        done = subprocess.run(
            [str(executable.absolute()), *arguments],
            cwd=folder,
            env={**_SANITIZERS, **os.environ},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout,
        )
        if done.returncode != 0:
            raise SDFGError(f"{executable.name}: status {done.returncode}\n{done.stderr}")
        return tuple(
            np.frombuffer((folder / f"output{i}").read_bytes(), dtype).reshape(shape)
            for i, (dtype, shape) in enumerate(zip(dtypes, sizes.outputs, strict=True))
        )


def _number() -> e.Expression:
    return e.call("sdfg_harness_number", _HARNESS.address())


def _read(size: str, how: str = "read") -> e.Expression:
    return e.call(f"sdfg_harness_{how}", _HARNESS.address(), e.name(size).address())


def _write(name: str) -> s.Statement:
    arguments = (_HARNESS.address(), e.name(name), e.name(f"{name}_bytes"))
    return s.Evaluate(e.call("sdfg_harness_write", *arguments))


def _calls(prefix: str, arguments: list[e.Name]) -> list[s.Statement]:
    """Begin, run, and say what went wrong."""
    status = e.name("status")
    init = e.call(f"{prefix}_init", _CONTEXT.address(), *e.names("weights weights_bytes threads"))
    message = e.call(f"{prefix}_message", _CONTEXT)
    return [
        s.Declare(t.pointer(t.Named(f"{prefix}_context")), "context", e.NULL),
        s.Declare(t.INT, "status", init),
        s.If(status.eq(0), (s.Assign(status, e.call(f"{prefix}_run", _CONTEXT, *arguments)),)),
        s.If(
            status.ne(0),
            (s.Evaluate(e.call("fprintf", e.name("stderr"), e.String("%s\n"), message)),),
        ),
    ]
