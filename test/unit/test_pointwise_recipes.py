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


SOFTMAX = """
    sdfg.sdfg @main [N, K] (in "X" %X: !sdfg.array<[N, SIZE] x f32>,
        out "Y" %Y: !sdfg.array<[N, SIZE] x f32>) {
      sdfg.state @s {
        sdfg.map [i = 0:N] {
          %m = sdfg.alloc : !sdfg.array<[] x f32, register>
          %t = sdfg.alloc : !sdfg.array<[] x f32, register>
          sdfg.tasklet () -> (%m[]) { %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }
          sdfg.map [r = 0:SIZE] {
            sdfg.tasklet (%x = %X[i, r]) -> (%m[] wcr max) { sdfg.yield %x : f32 }
          }
          sdfg.tasklet () -> (%t[]) { %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }
          sdfg.map [q = 0:SIZE] {
            sdfg.tasklet (%x = %X[i, q], %b = %m[]) -> (%Y[i, q], %t[] wcr sum) {
              %0 = arith.subf %x, %b : f32
              %1 = math.exp %0 : f32
              sdfg.yield %1, %1 : f32, f32
            }
          }
          sdfg.map [e = 0:SIZE] {
            sdfg.tasklet (%y = %Y[i, e], %b = %t[]) -> (%Y[i, e]) {
              %0 = arith.divf %y, %b : f32
              sdfg.yield %0 : f32
            }
          }
        }
      }
    }"""
"""Three passes over rows; the second one keeps what it adds up."""


def softmax(size: str) -> ModuleOp:
    return parsed(SOFTMAX.replace("SIZE", size))


def guarded_softmax(size: str) -> ModuleOp:
    """As torch exports attention: a quotient that is no number counts as 0."""
    quotient = """%0 = arith.divf %y, %b : f32
              sdfg.yield %0 : f32"""
    guard = """%0 = arith.divf %y, %b : f32
              %1 = arith.cmpf une, %0, %0 : f32
              %2 = arith.constant 0.0 : f32
              %3 = arith.select %1, %2, %0 : f32
              sdfg.yield %3 : f32"""
    assert quotient in SOFTMAX
    return parsed(SOFTMAX.replace(quotient, guard).replace("SIZE", size))


def layer_norm(size: str, *, gathered: bool = False) -> ModuleOp:
    """
    Mean, variance and what comes of them, with a scale. With `gathered`, rows come from a table,
    chosen by data, and are kept.
    """
    kind = f"!sdfg.array<[32, {size}] x f32>"
    rows = f'in "I" %I: !sdfg.array<[N] x i64>, in "T" %T: {kind},' if gathered else ""
    role = "out" if gathered else "in"
    read = f"%k = %I[i], %t: {kind} = %T[0:32, 0:{size}] volume 1" if gathered else "%x = %X[i, r]"
    load = f"""%row = arith.index_cast %k : i64 to index
              %rows = arith.constant 32 : index
              %inside = arith.cmpi ult, %row, %rows : index
              sdfg.assert %inside, "index out of bounds"
              %at = sdfg.index r
              %x = sdfg.load %t[%row, %at] : {kind} -> f32"""
    keep, both, types = ("%X[i, r], ", "%x, %x", "f32, f32") if gathered else ("", "%x", "f32")
    return parsed(f"""
    sdfg.sdfg @main [N, K] ({rows} {role} "X" %X: !sdfg.array<[N, {size}] x f32>,
        in "G" %G: !sdfg.array<[{size}] x f32>, out "Y" %Y: !sdfg.array<[N, {size}] x f32>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N] {{
          %m = sdfg.alloc : !sdfg.array<[] x f32, register>
          %v = sdfg.alloc : !sdfg.array<[] x f32, register>
          %s = sdfg.alloc : !sdfg.array<[] x f32, register>
          sdfg.tasklet () -> (%m[]) {{ %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }}
          sdfg.map [r = 0:{size}] {{
            sdfg.tasklet ({read}) -> ({keep}%m[] wcr sum) {{
              {load if gathered else ""}
              sdfg.yield {both} : {types}
            }}
          }}
          sdfg.tasklet () -> (%v[]) {{ %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }}
          sdfg.map [q = 0:{size}] {{
            sdfg.tasklet (%x = %X[i, q], %b = %m[]) -> (%v[] wcr sum) {{
              %n = arith.constant 128.0 : f32
              %0 = arith.divf %b, %n : f32
              %1 = arith.subf %x, %0 : f32
              %2 = arith.mulf %1, %1 : f32
              sdfg.yield %2 : f32
            }}
          }}
          sdfg.tasklet (%a = %v[]) -> (%s[]) {{
            %e = arith.constant 1.0e-5 : f32
            %0 = arith.addf %a, %e : f32
            %1 = math.rsqrt %0 : f32
            sdfg.yield %1 : f32
          }}
          sdfg.map [e = 0:{size}] {{
            sdfg.tasklet (%x = %X[i, e], %a = %s[], %g = %G[e]) -> (%Y[i, e]) {{
              %0 = arith.mulf %x, %a : f32
              %1 = arith.mulf %0, %g : f32
              sdfg.yield %1 : f32
            }}
          }}
        }}
      }}
    }}""")


def gathered_layer_norm(size: str) -> ModuleOp:
    return layer_norm(size, gathered=True)


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
    program = draw(st.sampled_from(["rows", "reduction", "transpose", "elementwise"]))
    sizes = {"N": rows, "K": columns}
    match program:
        case "rows":
            build = draw(st.sampled_from([softmax, guarded_softmax, layer_norm]))
            return build(size), sizes
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
    "guarded softmax": (guarded_softmax, ("128",), "softmax"),
    "layer norm": (layer_norm, ("K",), "layer_norm"),
    "layer norm of 100": (layer_norm, ("100",), "layer_norm"),
    "layer norm of gathered rows": (gathered_layer_norm, ("90",), "layer_norm"),
    "layer norm of rows gathered by open size": (gathered_layer_norm, ("K",), "layer_norm"),
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
    with_vectors = [machine for machine in machines() if machine.vector_bytes > 4]
    machine = with_vectors[index % len(with_vectors)]
    module: ModuleOp = build(*arguments)
    sizes = {"N": 37, "K": 83}
    arrays: dict[str, Array] = contents(module, sizes, index)
    rows = arrays["T" if "T" in arrays else "X"]
    rows.ravel()[:: 5 * rows.shape[-1]] = np.nan
    if "I" in arrays:
        arrays["I"] %= len(rows)
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
