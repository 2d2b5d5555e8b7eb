"""Rows, reductions along memory, transposes and elementwise loops, in vectors of every width."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emitted import run_c
from unit.interpreting import Array
from unit.strategies import contents
from unit.test_schedule import MACHINES, check, compare, whole
from unit.text import parsed
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.backends.openmp.toolchain import Options
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.lowering.schedule.expand_copies import ExpandCopiesPass
from sdfg.lowering.schedule.set_machine import SetMachinePass

SIZES = (1, 2, 7, 16, 17, 33, 64, 100, 129, 200)
RESOLUTIONS = {
    **{"sum": "0.0", "product": "1.0", "max": "0xff800000", "min": "0x7f800000"},
    **{"maxnum": "0x7fc00000", "minnum": "0x7fc00000"},
}
"""What each begins with, for f32."""


def softmax(size: str) -> ModuleOp:
    """Three passes over rows; the second one keeps what it adds up."""
    return parsed(f"""
    sdfg.sdfg @main [N, K] (in "X" %X: !sdfg.array<[N, {size}] x f32>,
        out "Y" %Y: !sdfg.array<[N, {size}] x f32>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N] {{
          %m = sdfg.alloc : !sdfg.array<[] x f32, register>
          %t = sdfg.alloc : !sdfg.array<[] x f32, register>
          sdfg.tasklet () -> (%m[]) {{ %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }}
          sdfg.map [r = 0:{size}] {{
            sdfg.tasklet (%x = %X[i, r]) -> (%m[] wcr max) {{ sdfg.yield %x : f32 }}
          }}
          sdfg.tasklet () -> (%t[]) {{ %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }}
          sdfg.map [q = 0:{size}] {{
            sdfg.tasklet (%x = %X[i, q], %b = %m[]) -> (%Y[i, q], %t[] wcr sum) {{
              %0 = arith.subf %x, %b : f32
              %1 = math.exp %0 : f32
              sdfg.yield %1, %1 : f32, f32
            }}
          }}
          sdfg.map [e = 0:{size}] {{
            sdfg.tasklet (%y = %Y[i, e], %b = %t[]) -> (%Y[i, e]) {{
              %0 = arith.divf %y, %b : f32
              sdfg.yield %0 : f32
            }}
          }}
        }}
      }}
    }}""")


def reduction(size: str, wcr: str, element: str) -> ModuleOp:
    start = RESOLUTIONS[wcr] if element == "f32" else "0.0"
    return parsed(f"""
    sdfg.sdfg @main [N, K] (in "X" %X: !sdfg.array<[N, {size}] x {element}>,
        out "Y" %Y: !sdfg.array<[N] x {element}>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N] {{
          sdfg.tasklet () -> (%Y[i]) {{
            %0 = arith.constant {start} : {element}
            sdfg.yield %0 : {element}
          }}
          sdfg.map [r = 0:{size}] {{
            sdfg.tasklet (%x = %X[i, r]) -> (%Y[i] wcr {wcr}) {{
              %0 = math.absf %x : {element}
              sdfg.yield %0 : {element}
            }}
          }}
        }}
      }}
    }}""")


def transpose(rows: str, columns: str, element: str) -> ModuleOp:
    return parsed(f"""
    sdfg.sdfg @main [N, K] (in "X" %X: !sdfg.array<[3, {rows}, {columns}] x {element}>,
        out "Y" %Y: !sdfg.array<[3, {columns}, {rows}] x {element}>) {{
      %t = sdfg.view %X : !sdfg.array<[3, {columns}, {rows}] x {element},
        strides [{rows} * {columns}, 1, {columns}]>
      sdfg.state @s {{
        sdfg.copy %t[0:3, 0:{columns}, 0:{rows}] -> %Y[0:3, 0:{columns}, 0:{rows}]
      }}
    }}""")


def elementwise(columns: str) -> ModuleOp:
    """The bias moves with the first loop only."""
    return parsed(f"""
    sdfg.sdfg @main [N, K] (in "X" %X: !sdfg.array<[N, {columns}, 12] x f32>,
        in "c" %c: !sdfg.array<[N] x f32>, out "Y" %Y: !sdfg.array<[N, {columns}, 12] x f32>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N, j = 0:{columns}, k = 0:12] {{
          sdfg.tasklet (%x = %X[i, j, k], %b = %c[i]) -> (%Y[i, j, k]) {{
            %0 = math.tanh %x : f32
            %1 = arith.addf %0, %b : f32
            sdfg.yield %1 : f32
          }}
        }}
      }}
    }}""")


def steps(machine: SetMachinePass) -> list[ModulePass]:
    return [ExpandCopiesPass(least=1), *whole(machine)]


def machines() -> list[SetMachinePass]:
    """Those of the other tests; the last one has caches that hold nothing."""
    return [*MACHINES, SetMachinePass(cores=2, vector_bytes=32, l3_bytes=1)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[ModuleOp, dict[str, int]]:
    """A program and its sizes, some of them known only at run time."""
    rows, columns = draw(st.sampled_from(SIZES)), draw(st.sampled_from(SIZES))
    size = draw(st.sampled_from(["K", str(columns)]))
    element = draw(st.sampled_from(["f32", "f64"]))
    program = draw(st.sampled_from(["softmax", "reduction", "transpose", "elementwise"]))
    sizes = {"N": rows, "K": columns}
    match program:
        case "softmax":
            return softmax(size), sizes
        case "reduction":
            wcr = draw(st.sampled_from(list(RESOLUTIONS))) if element == "f32" else "sum"
            return reduction(size, wcr, element), sizes
        case "transpose":
            first = draw(st.sampled_from(["N", str(rows)]))
            return transpose(first, size, element), sizes
        case _:
            return elementwise(size), sizes


@settings(max_examples=40, deadline=None)
@given(case=cases(), machine=st.sampled_from(machines()))
def test_steps(case: tuple[ModuleOp, dict[str, int]], machine: SetMachinePass) -> None:
    module, sizes = case
    check(module, steps(machine), sizes)


def recipes_of(module: ModuleOp) -> set[str]:
    found = (op.attributes.get("recipe") for op in module.walk())
    return {str(name).strip('"') for name in found if name is not None}


PROGRAMS = {
    "softmax": (softmax, ("K",), "softmax"),
    "softmax of 100": (softmax, ("100",), "softmax"),
    "largest": (reduction, ("K", "max", "f32"), "reduction"),
    "largest number": (reduction, ("77", "maxnum", "f32"), "reduction"),
    "sum": (reduction, ("129", "sum", "f64"), "reduction"),
    "transpose": (transpose, ("N", "K", "f32"), "transpose"),
    "transpose of 40": (transpose, ("40", "72", "f64"), "transpose"),
    "elementwise": (elementwise, ("K",), "elementwise"),
    "elementwise of 5": (elementwise, ("5",), "elementwise"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled(name: str) -> None:
    """Each machine, with and without instructions of this one; NaN among the numbers."""
    build, arguments, recipe = PROGRAMS[name]
    index = list(PROGRAMS).index(name)
    machine = machines()[index % 4]
    module: ModuleOp = build(*arguments)
    sizes = {"N": 37, "K": 83}
    arrays: dict[str, Array] = contents(module, sizes, index)
    arrays["X"].ravel()[:: 5 * arrays["X"].shape[-1]] = np.nan
    wanted = interpret(module, "main", arrays, sizes)
    for step in steps(machine):
        step.apply(Context(), module)
    module.verify()
    assert any(found.startswith(recipe) for found in recipes_of(module))
    options = Options(optimize=2 + index % 2, native=index % 3 == 0)
    compare(run_c(module, arrays, sizes, options=options, threads=2), wanted, name)


def test_softmax_of_edges() -> None:
    """Rows with NaN of any payload, infinities, and differences beyond the range of `exp`."""
    module = softmax("64")
    x = np.random.default_rng(3).normal(size=(8, 64)).astype(np.float32)
    x[0, 5] = np.uint32(0x7FC12345).view(np.float32)
    x[1, 63] = np.uint32(0xFFC00001).view(np.float32)
    x[2], x[3, 7], x[4, ::2] = -np.inf, np.inf, -np.inf
    x[5] *= 300
    x[6, 1] = 3e38
    arrays: dict[str, Array] = {"X": x, "Y": np.zeros_like(x)}
    wanted = interpret(module, "main", arrays, {"N": 8, "K": 64})
    assert np.isnan(wanted["Y"]).any(axis=1).tolist() == [True] * 4 + [False] * 4
    for step in steps(machines()[0]):
        step.apply(Context(), module)
    made = run_c(module, arrays, {"N": 8, "K": 64}, options=Options(), threads=1)
    compare(made, wanted, "edges")
