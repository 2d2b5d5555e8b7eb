"""Vectors whose last lanes are no iteration touch nothing but what the loop touches."""

import ctypes
import mmap
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.emitted import parsed, sources
from xdsl.context import Context

from sdfg.backends.openmp.toolchain import Options, compile_library, copy_artifact
from sdfg.backends.runtime import CompiledModel
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.lowering.schedule.transforms.vectorize import VectorizePass

PROGRAM = """
sdfg.sdfg @main [N] (inout "a" %a: !sdfg.array<[{n}] x {t}>, in "b" %b: !sdfg.array<[{n}] x {t}>,
                     in "c" %c: !sdfg.array<[2 * {n}] x {t}>, out "s" %s: !sdfg.array<[] x {t}>) {{
  sdfg.state @in_place {{
    sdfg.map [i = 0:{n}] {{
      sdfg.tasklet (%x = %a[i], %y = %b[i], %z = %c[2 * i], %u = %c[0]) -> (%a[i]) {{
        %0 = arith.mulf %x, %y : {t}
        %1 = arith.addf %0, %z : {t}
        %2 = arith.subf %1, %u : {t}
        sdfg.yield %2 : {t}
      }}
    }}
  }}
  sdfg.state @reduction {{
    sdfg.tasklet () -> (%s[]) {{
      %0 = arith.constant 2.0 : {t}
      sdfg.yield %0 : {t}
    }}
    sdfg.map [i = 0:{n}] {{
      sdfg.tasklet (%x = %a[i], %y = %b[i]) -> (%s[] wcr {wcr}) {{
        %0 = arith.divf %y, %x : {t}
        sdfg.yield %0 : {t}
      }}
    }}
  }}
}}"""
MARCH = ("native", "haswell", "x86-64-v2")
"""With masks in registers of their own, with masks in vectors, with none."""


def guarded(array: NDArray[Any]) -> NDArray[Any]:
    """A copy that ends with a page, behind which there is no memory."""
    size = -(-array.nbytes // mmap.PAGESIZE) * mmap.PAGESIZE
    memory = mmap.mmap(-1, size + mmap.PAGESIZE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(start + size), mmap.PAGESIZE, 0) == 0
    copy = np.frombuffer(memory, array.dtype, array.size, size - array.nbytes)
    copy[:] = array
    return copy.reshape(array.shape)


@pytest.mark.parametrize("march", MARCH)
@pytest.mark.parametrize(("element", "wcr"), [("f32", "sum"), ("f64", "max")])
def test_compiled(element: str, wcr: str, march: str) -> None:
    check(11, "11", element, wcr, 8, march)
    check(3, "3", element, wcr, 16, march)


@pytest.mark.parametrize("march", MARCH)
def test_unknown_length(march: str) -> None:
    for size in (0, 8, 13):
        check(size, "N", "f32", "min", 8, march)


def check(size: int, text: str, element: str, wcr: str, lanes: int, march: str) -> None:
    """Interpreted, vectorized and interpreted, and compiled, all beside the end of memory."""
    dtype = {"f32": np.float32, "f64": np.float64}[element]
    random = np.random.default_rng(size)
    names = {"a": size, "b": size, "c": 2 * size or 1}
    given = {n: random.uniform(0.5, 2, k).astype(dtype) for n, k in names.items()}
    if size == 0:
        given["c"] = given["c"][:0]
    module = parsed(PROGRAM.format(n=text, t=element, wcr=wcr))
    wanted = interpret(module, "main", given, {"N": size})
    state = "in_place" if text == "N" else "*"
    VectorizePass("i", lanes, "v", masked=True, state=state).apply(Context(), module)
    module.verify()
    assert "vector<" in str(module)
    found = interpret(module, "main", given, {"N": size}, strict=True)
    compiled = run(module, given, size, march)
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-5, err_msg=name)
        np.testing.assert_allclose(compiled[name], array, rtol=1e-5, err_msg=name)


def run(
    module: Any, given: dict[str, NDArray[Any]], size: int, march: str
) -> dict[str, NDArray[Any]]:
    program, interface = sources(module)
    options = Options(native=False, extra=(f"-march={march}",))
    built = compile_library(program, options)
    assert built.warnings == (), built.log
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        copy_artifact(built, folder / interface.library)
        (folder / "model.json").write_text(interface.to_json())
        arrays = {name: guarded(array) for name, array in given.items()}
        with CompiledModel.load(folder / "model.json", threads=1) as model:
            inputs = [arrays[v.name] if v.symbol is None else size for v in model.interface.inputs]
            results = model.run(inputs)
            outputs = [v.name for v in model.interface.outputs]
    return {"a": arrays["a"], **dict(zip(outputs, results, strict=True))}
