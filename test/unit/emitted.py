"""Compile programs of the dialect to C and run them, beside the interpreter."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64
from xdsl.parser import Parser

from sdfg.backends.openmp.emitter import emit_module, public_program
from sdfg.backends.openmp.harness import run_harness, with_harness
from sdfg.backends.openmp.interface import interface_of
from sdfg.backends.openmp.toolchain import (
    Options,
    Program,
    compile_library,
    compile_program,
    copy_artifact,
)
from sdfg.backends.runtime import CompiledModel
from sdfg.backends.runtime_interface import Interface
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.weights import Weights
from sdfg.tools.sdfg_opt import DIALECTS

Arrays = Mapping[str, NDArray[Any]]


def parsed(text: str) -> ModuleOp:
    """A module from its text, verified; all dialects that the package brings are known."""
    context = Context()
    for name, factory in DIALECTS.items():
        context.register_dialect(name, factory)
    module = Parser(context, text, "test.mlir").parse_module()
    module.verify()
    return module


def placed(module: ModuleOp, arrays: Arrays) -> Weights:
    """The weights as a file would hold them; gives each weight of `module` its place there."""
    weights = Weights.of(arrays)
    offsets = weights.offsets()
    for op in module.walk():
        key = getattr(op.value, "key", None) if isinstance(op, ConstantOp) else None
        if key is not None:
            op.attributes["offset"] = IntegerAttr(offsets[key.data], i64)
    return weights


def sources(module: ModuleOp) -> tuple[Program, Interface]:
    """The C files of a module, and how to call them."""
    files = emit_module(module)
    (prefix,) = (name.removesuffix("_parts.h") for name in files if name.endswith("_parts.h"))
    entry = public_program(module)
    has_weights = "context->weights" in "".join(files.values())
    interface = interface_of(
        entry, prefix, f"{prefix}.so", "w.safetensors" if has_weights else None
    )
    texts = {name: text for name, text in files.items() if name.endswith(".c")}
    headers = {name: text for name, text in files.items() if name.endswith(".h")}
    return Program(prefix, texts, headers), interface


def run_c(
    module: ModuleOp,
    arrays: Arrays,
    symbols: Mapping[str, int] | None = None,
    weights: Arrays | None = None,
    *,
    options: Options = Options(),
    threads: int = 2,
    runs: int = 2,
) -> dict[str, NDArray[Any]]:
    """
    What the compiled program writes, as `interpret` gives it. Compiler warnings are failures, and
    all `runs` must give the same.
    """
    stored = placed(module, weights or {})
    program, interface = sources(module)
    built = compile_library(program, options)
    assert built.warnings == (), built.log
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        copy_artifact(built, folder / interface.library)
        (folder / "model.json").write_text(interface.to_json())
        if interface.weights is not None:
            stored.write(folder / interface.weights)
        with CompiledModel.load(folder / "model.json", threads=threads) as model:
            results = [_run(model, module, arrays, symbols or {}) for _ in range(runs)]
    for other in results[1:]:
        for name, array in other.items():
            np.testing.assert_array_equal(array, results[0][name], err_msg=f"'{name}' in two runs")
    return results[0]


def _run(
    model: CompiledModel, module: ModuleOp, arrays: Arrays, symbols: Mapping[str, int]
) -> dict[str, NDArray[Any]]:
    interface = model.interface
    given = inputs_of(interface, arrays, symbols)
    results = dict(zip((v.name for v in interface.outputs), model.run(given), strict=True))
    changed = {name for role, name, _ in public_program(module).arguments if role == "inout"}
    pairs = zip(interface.inputs, given, strict=True)
    return results | {value.name: array for value, array in pairs if value.name in changed}


def run_sanitized(
    module: ModuleOp, arrays: Arrays, symbols: Mapping[str, int] | None = None
) -> dict[str, NDArray[Any]]:
    """The same in a process of its own, which stops at memory errors and undefined behaviour."""
    program, interface = sources(module)
    harnessed = with_harness(program, interface, f"{interface.prefix}.h")
    built = compile_program(harnessed, Options(sanitize=True))
    assert built.warnings == (), built.log
    given = inputs_of(interface, arrays, symbols or {})
    results = run_harness(built.path, interface, given, timeout=120)
    return dict(zip((v.name for v in interface.outputs), results, strict=True))


def inputs_of(interface: Interface, arrays: Arrays, symbols: Mapping[str, int]) -> list[Any]:
    """The inputs in order; copies, since containers with the role `inout` are changed."""
    return [
        np.array(arrays[v.name]) if v.symbol is None else symbols[v.symbol]
        for v in interface.inputs
    ]
