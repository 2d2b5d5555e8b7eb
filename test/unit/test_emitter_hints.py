"""Stores past the caches and prefetches: results stay, whatever the alignment and the compiler."""

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.emitted import parsed, run_c, run_sanitized, sources

from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.openmp.toolchain import Options, compile_library
from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret

PROGRAM = """
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 16] x {kind}>, out "y" %y: !sdfg.array<[N, 16] x {kind}>) {{
  sdfg.state @s {{
    sdfg.map [i = 0:N] schedule(parallel) {{
      sdfg.prefetch %x[i + 4, 0:16] into 1
      sdfg.prefetch %y[i + 9:i + 12, 0:16] into 2 to write
      sdfg.tasklet (%a: vector<{lanes}x{kind}> = %x[i, 0:{lanes}], %b: vector<{lanes}x{kind}> = %x[i, {rest}:16])
          -> (%y[i, 0:{lanes}], %y[i, {rest}:16]) nontemporal {{
        sdfg.yield %b, %a : vector<{lanes}x{kind}>, vector<{lanes}x{kind}>
      }}
    }}
  }}
}}
"""  # noqa: E501


def _program(kind: str, lanes: int) -> Any:
    return parsed(PROGRAM.format(kind=kind, lanes=lanes, rest=16 - lanes))


@pytest.mark.parametrize(("kind", "lanes"), [("f32", 8), ("f64", 8), ("i8", 8), ("i16", 8)])
def test_results(kind: str, lanes: int) -> None:
    dtype = {"f32": np.float32, "f64": np.float64, "i8": np.int8, "i16": np.int16}[kind]
    module = _program(kind, lanes)
    x = np.random.default_rng(3).integers(-100, 100, (999, 16)).astype(dtype)
    expected = interpret(module, "main", {"x": x}, {"N": 999})["y"]
    np.testing.assert_array_equal(run_c(module, {"x": x}, {"N": 999})["y"], expected)


def test_under_sanitizers() -> None:
    x = np.random.default_rng(4).random((50, 16)).astype(np.float32)
    y = run_sanitized(_program("f32", 8), {"x": x}, {"N": 50})["y"]
    np.testing.assert_array_equal(y, np.roll(x, 8, axis=1))


@pytest.mark.parametrize("command", ["gcc", "clang"])
@pytest.mark.parametrize("flag", ["-march=native", "-mno-avx512f", "-mno-avx", "-mno-sse4"])
def test_alignments_and_instructions(command: str, flag: str, tmp_path: Path) -> None:
    try:
        compiler = find_compiler(command)
    except SDFGError:
        pytest.skip(f"no {command} here")
    if "__x86_64__" not in compiler.macros:
        pytest.skip("these flags are those of x86")
    program, _ = sources(_program("f32", 8))
    options = Options(native=flag != "-mno-sse4", extra=(flag,))
    built = compile_library(program, options, compiler=compiler)
    assert built.warnings == ()
    library = ctypes.CDLL(str(built.path))
    context = ctypes.c_void_p()
    assert library.main_init(ctypes.byref(context), None, 0, 2) == 0
    x = np.random.default_rng(5).random((40, 16)).astype(np.float32)
    for offset in range(0, 68, 4):
        memory = np.full(x.nbytes + 256, 0x7F, np.uint8)
        start = (-memory.ctypes.data) % 64 + offset
        address = ctypes.c_void_p(memory.ctypes.data + start)
        assert library.main_run(context, ctypes.c_void_p(x.ctypes.data), address, 40) == 0
        y = memory[start : start + x.nbytes].view(np.float32).reshape(x.shape)
        np.testing.assert_array_equal(y, np.roll(x, 8, axis=1))
        assert (memory[:start] == 0x7F).all()
        assert (memory[start + x.nbytes :] == 0x7F).all()
    library.main_exit(context)
