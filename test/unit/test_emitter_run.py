"""Programs as C do what the interpreter says."""

import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from unit.emitted import parsed, run_c, run_sanitized
from unit.strategies import contents, main_program, random_program
from xdsl.dialects.builtin import ModuleOp

from sdfg.backends.openmp.emitter import emit_module
from sdfg.backends.openmp.toolchain import Options
from sdfg.dialect import symbolic
from sdfg.dialect.analysis.conflicts import conflicts
from sdfg.dialect.attrs import ScheduleAttr
from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.dataflow import MapOp

QUICK = Options(optimize=1)


def check(
    module: ModuleOp,
    arrays: Mapping[str, NDArray[Any]],
    symbols: Mapping[str, int] | None = None,
    *,
    exact: bool = False,
    options: Options = Options(),
    weights: Mapping[str, NDArray[Any]] | None = None,
) -> dict[str, NDArray[Any]]:
    """Hold the compiled program to the interpreter; returns what it computed."""
    expected = interpret(module, "main", arrays, symbols, weights)
    got = run_c(module, arrays, symbols, weights, options=options)
    compare(got, expected, exact=exact)
    return got


def compare(
    got: Mapping[str, NDArray[Any]], expected: Mapping[str, NDArray[Any]], *, exact: bool = False
) -> None:
    assert got.keys() == expected.keys()
    for name, array in expected.items():
        assert got[name].dtype == array.dtype
        if exact or array.dtype.kind in "biu":
            np.testing.assert_array_equal(got[name], array, err_msg=name)
        else:
            a, b = (np.asarray(x, np.float64) for x in (got[name], array))
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-5, err_msg=name)


# Random programs


def schedule(module: ModuleOp, seed: int) -> None:
    """Give each map one of the schedules that its writes allow."""
    choices = random.Random(seed)
    for op in module.walk():
        if not isinstance(op, MapOp):
            continue
        kinds = ["sequential", "simd"]
        around = op.parent_op()
        while around is not None and not isinstance(around, MapOp):
            around = around.parent_op()
        if around is None and not any(conflicts(op, op.param_names)):
            kinds.append("parallel")
        extents = [symbolic.constant(extent) for extent in op.extents]
        if all(extent is not None and extent <= 4 for extent in extents):
            kinds.append("unroll")
        op.attributes["schedule"] = ScheduleAttr(choices.choice(kinds))
    module.verify()


@settings(max_examples=12)
@given(st.integers(0, 10_000))
def test_random_programs(seed: int) -> None:
    module = random_program(seed)
    sizes = dict.fromkeys(main_program(module).symbol_names, 1 + seed % 6)
    arrays = contents(module, sizes, seed)
    expected = interpret(module, "main", arrays, sizes)
    schedule(module, seed)
    compare(run_c(module, arrays, sizes, options=QUICK), expected)


@pytest.mark.parametrize("seed", [3, 14, 25])
def test_random_programs_under_sanitizers(seed: int) -> None:
    module = random_program(seed)
    sizes = dict.fromkeys(main_program(module).symbol_names, 5)
    arrays = contents(module, sizes, seed)
    expected = interpret(module, "main", arrays, sizes)
    schedule(module, seed)
    outputs = {name for role, name, _ in main_program(module).arguments if role == "out"}
    compare(run_sanitized(module, arrays, sizes), {n: expected[n] for n in outputs})


# What others get wrong (each of these gave a silent wrong answer in some compiler)


def elementwise(
    body: str, kind: str = "f32", result: str | None = None, inputs: int = 2
) -> ModuleOp:
    """`y[i] = body(a, b)` over `N` elements; `body` ends in a value `%r`."""
    result = result or kind
    names = [("a", "%x"), ("b", "%z")][:inputs]
    arguments = ", ".join(f'in "{n}" {v}: !sdfg.array<[N] x {kind}>' for n, v in names)
    reads = ", ".join(f"%{n} = {v}[i]" for n, v in names)
    return parsed(f"""
    sdfg.sdfg @main [N] ({arguments}, out "y" %y: !sdfg.array<[N] x {result}>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N] schedule(simd) {{
          sdfg.tasklet ({reads}) -> (%y[i]) {{
            {body}
            sdfg.yield %r : {result}
          }}
        }}
      }}
    }}""")


def test_small_constant(rng: np.random.Generator) -> None:
    module = elementwise(
        "%c = arith.constant 1.0e-09 : f32\n%r = arith.addf %a, %c : f32", inputs=1
    )
    a = rng.uniform(-2e-9, 2e-9, 37).astype(np.float32)
    got = check(module, {"a": a}, exact=True)
    np.testing.assert_array_equal(got["y"], a + np.float32(1e-9))


@pytest.mark.parametrize("name", ["E", "I", "pi", "lambda", "int", "N", "S", "zoo"])
def test_symbols_of_any_name(name: str, rng: np.random.Generator) -> None:
    module = parsed(f"""
    sdfg.sdfg @main [{name}] (in "{name}" %x: !sdfg.array<[{name}] x f32>, out "y" %y: !sdfg.array<[2 * {name} + 1] x f32>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:2 * {name} + 1] {{
          sdfg.tasklet (%a = %x[i floordiv 3]) -> (%y[i]) {{ sdfg.yield %a : f32 }}
        }}
      }}
    }}""")  # noqa: E501
    x = rng.standard_normal(5).astype(np.float32)
    got = check(module, {name: x}, exact=True)
    np.testing.assert_array_equal(got["y"], x[np.arange(11) // 3])


def test_integer_division_rounds_down(rng: np.random.Generator) -> None:
    a = np.array([-7, 7, -7, 7, -6, 5, -(2**31), 0], np.int32)
    b = np.array([2, 2, -2, -2, 3, 0, -1, -3], np.int32)
    got = check(elementwise("%r = arith.floordivsi %a, %b : i32", "i32"), {"a": a, "b": b})
    assert list(got["y"][:5]) == [-4, 3, 3, -4, -2]
    got = check(elementwise("%r = arith.divsi %a, %b : i32", "i32"), {"a": a, "b": b})
    assert list(got["y"][:5]) == [-3, 3, 3, -3, -2]


def test_division_of_integers_as_floats() -> None:
    body = """%f = arith.sitofp %a : i32 to f32
    %g = arith.sitofp %b : i32 to f32
    %r = arith.divf %f, %g : f32"""
    a, b = np.array([7, -7, 1], np.int32), np.array([2, 2, 3], np.int32)
    got = check(elementwise(body, "i32", "f32"), {"a": a, "b": b}, exact=True)
    np.testing.assert_array_equal(got["y"], (a / b).astype(np.float32))


def test_small_integers_wrap(rng: np.random.Generator) -> None:
    a, b = (rng.integers(-128, 128, 300).astype(np.int8) for _ in range(2))
    for op in ("addi", "subi", "muli"):
        check(elementwise(f"%r = arith.{op} %a, %b : i8", "i8"), {"a": a, "b": b})


def test_maximum_keeps_nan(rng: np.random.Generator) -> None:
    a, b = (rng.standard_normal(64).astype(np.float32) for _ in range(2))
    a[3], b[5], a[7], b[7] = np.nan, np.nan, np.nan, np.inf
    got = check(elementwise("%r = arith.maximumf %a, %b : f32"), {"a": a, "b": b}, exact=True)
    assert np.isnan(got["y"][[3, 5, 7]]).all()
    check(elementwise("%r = arith.maxnumf %a, %b : f32"), {"a": a, "b": b}, exact=True)


@pytest.mark.parametrize("kind", ["max", "maxnum", "min", "minnum", "sum"])
@pytest.mark.parametrize("place", [0, 17, 40])
def test_reduction_in_lanes_keeps_nan(kind: str, place: int, rng: np.random.Generator) -> None:
    module = parsed(f"""
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, inout "y" %y: !sdfg.array<[] x f32>) {{
      sdfg.state @s {{
        sdfg.map [i = 0:N] schedule(simd) {{
          sdfg.tasklet (%a = %x[i]) -> (%y[] wcr {kind}) {{ sdfg.yield %a : f32 }}
        }}
      }}
    }}""")
    x = rng.standard_normal(41).astype(np.float32)
    y = np.float32(0.25)
    check(module, {"x": x, "y": np.array(y)})
    x[place] = np.nan
    got = check(module, {"x": x, "y": np.array(y)})
    assert np.isnan(got["y"]) == (not kind.endswith("num"))


def test_sums_keep_their_order() -> None:
    body = """%c = arith.constant 1.0e+16 : f64
    %s = arith.addf %c, %a : f64
    %r = arith.subf %s, %c : f64"""
    a = np.array([1.0, 3.0, -1.0, 2.0**-20], np.float64)
    got = check(elementwise(body, "f64", inputs=1), {"a": a}, exact=True)
    np.testing.assert_array_equal(got["y"], (1e16 + a) - 1e16)


def test_overlapping_copy(rng: np.random.Generator) -> None:
    for source, target in (("0:N - 1", "1:N"), ("1:N", "0:N - 1")):
        module = parsed(f"""
        sdfg.sdfg @main [N] (inout "v" %v: !sdfg.array<[N] x f32>) {{
          sdfg.state @s {{ sdfg.copy %v[{source}] -> %v[{target}] }}
        }}""")
        check(module, {"v": rng.standard_normal(1000).astype(np.float32)}, exact=True)


GATHER = """
sdfg.sdfg @main [N, M] (in "t" %t: !sdfg.array<[M] x f32>, in "k" %k: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] schedule(parallel) {
      sdfg.tasklet (%a: !sdfg.array<[M] x f32> = %t[0:M] volume 1, %b = %k[i]) -> (%y[i]) {
        %m = sdfg.index M
        %at = arith.index_cast %b : i64 to index
        %inside = arith.cmpi ult, %at, %m : index
        sdfg.assert %inside, "index out of bounds"
        %0 = sdfg.load %a[%at] : !sdfg.array<[M] x f32> -> f32
        sdfg.yield %0 : f32
      } loc("model.py":12:3)
    }
  }
}"""  # noqa: E501


@pytest.mark.parametrize("wrong", [-1, 9, 2**40])
def test_index_out_of_bounds_is_an_error(wrong: int, rng: np.random.Generator) -> None:
    table = rng.standard_normal(9).astype(np.float32)
    index = rng.integers(0, 9, 20)
    module = parsed(GATHER)
    got = check(module, {"t": table, "k": index}, exact=True)
    np.testing.assert_array_equal(got["y"], table[index])
    index[13] = wrong
    with pytest.raises(SDFGError, match=r"model.py:12:3: index out of bounds \(status 4\)"):
        run_c(module, {"t": table, "k": index})
    with pytest.raises(SDFGError, match="index out of bounds"):
        run_sanitized(module, {"t": table, "k": index})


# Memory


MEMORY = """
sdfg.sdfg private @inner [n] (in "a" %a: !sdfg.array<[n] x f32>, out "b" %b: !sdfg.array<[n] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[n] x f32>
  sdfg.state @s {
    sdfg.copy %a[0:n] -> %t[0:n]
    %u = sdfg.alloc "u" : !sdfg.array<[n] x f32>
    sdfg.map [i = 0:n] {
      sdfg.tasklet (%x = %t[n - 1 - i]) -> (%u[i]) { sdfg.yield %x : f32 }
    }
    sdfg.copy %u[0:n] -> %b[0:n]
  }
}
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, in "k" %k: !sdfg.array<[] x i64>, out "y" %y: !sdfg.array<[N] x f32>) {
  %a = sdfg.alloc "a" : !sdfg.array<[N] x f32>
  sdfg.read_symbol n = %k[]
  sdfg.for [t = 0:3] {
    %late = sdfg.alloc "late" : !sdfg.array<[n] x f32>
    sdfg.state @fill {
      sdfg.map [i = 0:n] {
        sdfg.tasklet () -> (%late[i]) {
          %0 = sdfg.index i + t
          %1 = arith.index_cast %0 : index to i32
          %2 = arith.sitofp %1 : i32 to f32
          sdfg.yield %2 : f32
        }
      }
      sdfg.call @inner(%x, %a) [n = N]
      sdfg.call @inner(%a, %y) [n = N]
      sdfg.map [i = 0:N] schedule(parallel) {
        %own = sdfg.alloc "own" : !sdfg.array<[n] x f32>
        sdfg.copy %late[0:n] -> %own[0:n]
        sdfg.tasklet (%v = %own[n - 1]) -> (%y[i] wcr sum) { sdfg.yield %v : f32 }
      }
    }
  }
}"""  # noqa: E501


def test_memory_of_scopes(rng: np.random.Generator) -> None:
    x = rng.standard_normal(23).astype(np.float32)
    arrays = {"x": x, "k": np.array(100_000)}
    check(parsed(MEMORY), arrays)
    module = parsed(MEMORY)
    compare(run_sanitized(module, arrays), interpret(module, "main", arrays))


def test_no_memory_is_an_error(rng: np.random.Generator) -> None:
    x = rng.standard_normal(4).astype(np.float32)
    with pytest.raises(SDFGError, match=r"no memory for 'late' \(status 1\)"):
        run_c(parsed(MEMORY), {"x": x, "k": np.array(2**52)})


def test_arrays_without_elements() -> None:
    none = np.zeros(0, np.float32)
    check(parsed(MEMORY), {"x": none, "k": np.array(1)}, {"N": 0})
    check(elementwise("%r = arith.mulf %a, %b : f32"), {"a": none, "b": none})


def test_weights(rng: np.random.Generator) -> None:
    module = parsed("""
    sdfg.sdfg private @scale (in "x" %x: !sdfg.array<[6] x f32>, out "y" %y: !sdfg.array<[6] x f32>) {
      %w = sdfg.constant #sdfg.weight<"a.w"> : !sdfg.array<[6] x f32>
      sdfg.state @s {
        sdfg.map [i = 0:6] {
          sdfg.tasklet (%a = %x[i], %b = %w[5 - i]) -> (%y[i]) {
            %0 = arith.mulf %a, %b : f32
            sdfg.yield %0 : f32
          }
        }
      }
    }
    sdfg.sdfg @main (in "x" %x: !sdfg.array<[6] x f32>, out "y" %y: !sdfg.array<[6] x f32>, out "z" %z: !sdfg.array<[3] x bf16>) {
      %b = sdfg.constant #sdfg.weight<"b"> : !sdfg.array<[3] x bf16>
      sdfg.call @scale(%x, %y)
      sdfg.state @s { sdfg.copy %b[0:3] -> %z[0:3] }
    }""")  # noqa: E501
    x, w = (rng.standard_normal(6).astype(np.float32) for _ in range(2))
    import ml_dtypes

    weights = {"a.w": w, "b": rng.standard_normal(3).astype(ml_dtypes.bfloat16)}
    check(module, {"x": x}, weights=weights, exact=True)


# Text


def test_text_does_not_depend_on_hashing(tmp_path: Path) -> None:
    file = tmp_path / "program.mlir"
    file.write_text(MEMORY)
    texts: set[bytes] = set()
    for seed in ("1", "2"):
        code = f"from sdfg.tools.sdfg_opt import main; main(['{file}', '-t', 'openmp-c'])"
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, capture_output=True, check=True, env={"PYTHONHASHSEED": seed, "PATH": ""}
        )
        texts.add(done.stdout)
    assert len(texts) == 1
    (text,) = texts
    assert b"main_inner" in text


def test_emitting_changes_nothing() -> None:
    module = parsed(MEMORY)
    before = str(module)
    assert emit_module(module) == emit_module(module)
    assert str(module) == before
