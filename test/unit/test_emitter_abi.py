"""The compiled library as C programs see it: arguments, contexts, vector code."""

import ctypes
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.emitted import parsed, sources

from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.openmp.interface import interface_of
from sdfg.backends.openmp.toolchain import Options, compile_library, runtime_headers
from sdfg.backends.runtime_interface import Value
from sdfg.dialect.diagnostics import SDFGError

PROGRAM = """
sdfg.sdfg @net [N] (in "x.1/y:0" %x: !sdfg.array<[N, 8] x f32>, in "none" %n: !sdfg.array<[0] x f32>, out "int" %y: !sdfg.array<[N - 1, 8] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[N, 8] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:8] schedule(parallel) {
      sdfg.tasklet (%a = %x[i, j]) -> (%t[i, j]) {
        %0 = math.tanh %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.copy %t[1:N, 0:8] -> %y[0:N - 1, 0:8]
  }
}"""  # noqa: E501


class Library:
    """The four functions, by their addresses."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        self.run: Any = library.net_run
        self.init: Any = library.net_init
        self.exit: Any = library.net_exit
        self.message: Any = library.net_message
        pointer = ctypes.c_void_p
        self.run.argtypes = [pointer, pointer, pointer, pointer, ctypes.c_int64]
        self.init.argtypes = [ctypes.POINTER(pointer), pointer, ctypes.c_size_t, ctypes.c_int]
        self.exit.argtypes, self.exit.restype = [pointer], None
        self.message.argtypes, self.message.restype = [pointer], ctypes.c_char_p

    def context(self, threads: int = 2) -> ctypes.c_void_p:
        context = ctypes.c_void_p()
        assert self.init(ctypes.byref(context), None, 0, threads) == 0
        return context


@pytest.fixture(scope="module")
def library() -> Library:
    program, _ = sources(parsed(PROGRAM))
    built = compile_library(program)
    assert built.warnings == ()
    return Library(built.path)


@pytest.fixture
def context(library: Library) -> Iterator[ctypes.c_void_p]:
    context = library.context()
    yield context
    library.exit(context)


def address(array: NDArray[Any]) -> int:
    return array.ctypes.data


def test_arguments_are_checked(
    library: Library, context: ctypes.c_void_p, rng: np.random.Generator
) -> None:
    x = rng.standard_normal((5, 8)).astype(np.float32)
    y = np.empty((4, 8), np.float32)

    def fails(*arguments: Any) -> bytes:
        assert library.run(context, *arguments) == 3
        return library.message(context)

    assert fails(None, None, address(y), 5) == b"'x.1/y:0' is a null pointer"
    assert fails(address(x), None, None, 5) == b"'int' is a null pointer"
    assert fails(address(x), None, address(y), -2) == b"the size N is negative: -2"
    assert fails(address(x), None, address(y), 0) == b"the size N - 1 is negative: -1"
    assert library.run(context, address(x), None, address(y), 5) == 0
    np.testing.assert_allclose(y, np.tanh(x[1:]), rtol=1e-6, atol=1e-7)
    assert library.run(context, address(x), None, None, 1) == 0
    assert library.message(None) == b"no memory for a context"
    library.exit(None)


def test_contexts_run_at_the_same_time(library: Library, rng: np.random.Generator) -> None:
    def work(seed: int) -> None:
        random = np.random.default_rng(seed)
        context = library.context(threads=1 + seed % 3)
        for _ in range(20):
            x = random.standard_normal((int(random.integers(1, 400)), 8)).astype(np.float32)
            y = np.empty((len(x) - 1, 8), np.float32)
            assert library.run(context, address(x), None, address(y), len(x)) == 0
            np.testing.assert_allclose(y, np.tanh(x[1:]), rtol=1e-6, atol=1e-7)
        library.exit(context)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(6)))


# The interface


def test_interface() -> None:
    module = parsed("""
    sdfg.sdfg @main [N, E, k] (in "x" %x: !sdfg.array<[N, -(N floordiv 2) + 3 * E] x i8>, inout "e" %e: !sdfg.array<[E] x bf16>, out "y" %y: !sdfg.array<[] x i1>)
      attributes {input_order = ["k", "x"], element_types = {x = "uint8"}} {
    }""")  # noqa: E501
    (program,) = module.ops
    interface = interface_of(program, "main", "main.so", None)  # pyright: ignore
    assert interface.inputs == (
        Value("k", "int64", (), "k"),
        Value("x", "uint8", ("N", "3 * E - N floordiv 2")),
        Value("e", "bfloat16", ("E",), updated=True),
    )
    assert interface.outputs == (Value("y", "bool", ()),)
    assert interface.symbols == ("N", "E", "k")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("!sdfg.array<[4] x i7>", "takes 'x' with elements of i7, unknown to NumPy"),
        ("!sdfg.array<[4] x f32, offset 1>", "takes 'x' with strides or an offset"),
        ("!sdfg.stream<f32, depth 4>", "only arrays come from outside"),
    ],
)
def test_what_has_no_interface(kind: str, message: str) -> None:
    (program,) = parsed(f'sdfg.sdfg @main (in "x" %x: {kind}) {{}}').ops
    with pytest.raises(SDFGError, match=message):
        interface_of(program, "main", "main.so", None)  # pyright: ignore


# Vector code

LANES = {
    "chain": (
        "%y[i]",
        "%0 = math.exp %a : f32\n%1 = math.erf %0 : f32\n%r = arith.addf %1, %a : f32",
    ),
    "activation": ("%y[i]", "%0 = math.tanh %a : f32\n%r = arith.mulf %0, %a : f32"),
    "maximum": ("%s[] wcr max", "%r = arith.negf %a : f32"),
    "sum": ("%s[] wcr sum", "%r = arith.mulf %a, %a : f32"),
}


@pytest.mark.parametrize("name", LANES)
def test_lanes_become_vector_code(name: str, tmp_path: Path) -> None:
    compiler = find_compiler()
    if compiler.family != "gcc":
        pytest.skip("only gcc says what it made vector code of")
    target, body = LANES[name]
    role = "inout" if "wcr" in target else "out"
    container = (
        '"s" %s: !sdfg.array<[] x f32>' if "wcr" in target else '"y" %y: !sdfg.array<[N] x f32>'
    )
    module = parsed(f"""
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, {role} {container}) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N] schedule(simd) {{
          sdfg.tasklet (%a = %x[i]) -> ({target}) {{
            {body}
            sdfg.yield %r : f32
          }}
        }}
      }}
    }}""")
    program, _ = sources(module)
    for file, text in {**runtime_headers(), **program.headers, **program.sources}.items():
        (tmp_path / file).write_text(text)
    flags = (*Options().flags(compiler), "-fopt-info-vec-optimized")
    command = [*compiler.command, *flags, "-c", "main.c", "-o", "main.o"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = (tmp_path / "main.c").read_text().splitlines()
    loop = next(k for k, line in enumerate(lines, 1) if line.strip().startswith("for ("))
    places = {
        int(line.split(":")[1]) for line in done.stderr.splitlines() if line.startswith("main.c")
    }
    assert places & set(range(loop - 1, loop + 3)), done.stderr
