"""The C runtime's arithmetic against Python's, over edge values, under sanitizers."""

import ctypes
import math
import platform
import re
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from sdfg.backends.openmp.cache import Cache
from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.openmp.toolchain import (
    Options,
    Program,
    compile_library,
    compile_program,
)

F32_EDGES = (
    *(0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 1e-45, 1e38, -1e38, 2.0**31, -(2.0**31)),
    *(2.0**63, -(2.0**63), 2.0**64, 300.7, -300.7, math.inf, -math.inf, math.nan),
)


def _edges(dtype: str) -> list[int]:
    info = np.iinfo(dtype)
    near = [-7, -3, -2, -1, 0, 1, 2, 3, 7, 8, info.bits - 1, info.bits, info.bits + 1]
    return [v for v in near if v >= info.min] + [info.min, info.min + 1, info.max - 1, info.max]


def _wrap(value: int, dtype: str) -> int:
    info = np.iinfo(dtype)
    return (value - int(info.min)) % 2**info.bits + int(info.min)


def _truncated(a: int, b: int) -> int:
    return 0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _power(a: int, b: int) -> int:
    if b < 0:
        return {1: 1, -1: 1 if b % 2 == 0 else -1}.get(a, 0)
    return pow(a, b, 2**128) if abs(a) > 1 else a**b


BOTH: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, _: a + b,
    "sub": lambda a, b, _: a - b,
    "mul": lambda a, b, _: a * b,
    "min": lambda a, b, _: min(a, b),
    "max": lambda a, b, _: max(a, b),
    "div": lambda a, b, _: _truncated(a, b),
    "rem": lambda a, b, _: a - b * _truncated(a, b) if b else 0,
    "ceildiv": lambda a, b, _: -(-a // b) if b else 0,
    "shl": lambda a, b, bits: a << b if 0 <= b < bits else 0,
    "shr": lambda a, b, bits: a >> (b if 0 <= b < bits else bits),
}
SIGNED: dict[str, Callable[[int, int, int], int]] = {
    **BOTH,
    "floordiv": lambda a, b, _: a // b if b else 0,
    "floormod": lambda a, b, _: a % b if b else 0,
    "pow": lambda a, b, _: _power(a, b),
}


def _run(name: str, body: str, folder: Path) -> list[str]:
    text = f'#include "sdfg_runtime.h"\nint main(void)\n{{\n{body}\n}}\n'
    built = compile_program(
        Program(name, {f"{name}.c": text}), Options(sanitize=True), cache=Cache(folder)
    )
    assert built.warnings == ()
    done = subprocess.run([built.path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def _c(value: int, dtype: str) -> str:
    if value == np.iinfo("int64").min:
        return "INT64_MIN"
    return f"{value}{'U' if dtype[0] == 'u' else ''}LL"


@pytest.mark.parametrize("bits", [8, 16, 32, 64])
@pytest.mark.parametrize("sign", ["i", "u"])
def test_integer_functions(sign: str, bits: int, tmp_path: Path) -> None:
    dtype = f"{'u' if sign == 'u' else ''}int{bits}"
    functions = SIGNED if sign == "i" else BOTH
    edges = _edges(dtype)
    array = ", ".join(_c(v, dtype) for v in edges)
    calls = "".join(
        f'printf("%lld ", (long long)sdfg_{name}_{sign}{bits}(a, b));\n' for name in functions
    )
    body = f"""static const {dtype}_t v[] = {{{array}}};
    for (int i = 0; i < {len(edges)}; ++i) {{ for (int j = 0; j < {len(edges)}; ++j) {{
    {dtype}_t a = v[i], b = v[j];
    {calls} }} }} return 0;"""
    output = iter(_run("integers", body, tmp_path))
    for a in edges:
        for b in edges:
            for name, function in functions.items():
                expected = _wrap(function(a, b, bits), dtype)
                assert _wrap(int(next(output)), dtype) == expected, (name, a, b)
    assert next(output, None) is None


def test_indices_and_bits(tmp_path: Path) -> None:
    edges = [-(2**63), -8, -7, -1, 0, 1, 2, 3, 7, 8, 2**63 - 1]
    array = ", ".join(_c(v, "int64") for v in edges)
    names = ("floordiv", "floormod", "ceildiv", "min", "max")
    calls = "".join(f'printf("%lld ", (long long)sdfg_{n}(v[i], v[j]));\n' for n in names)
    bits = "".join(
        f'printf("%d ", sdfg_{n}_i32((int32_t)v[i]));\n' for n in ("ctlz", "cttz", "ctpop")
    )
    body = f"""static const int64_t v[] = {{{array}}};
    for (int i = 0; i < {len(edges)}; ++i) {{ for (int j = 0; j < {len(edges)}; ++j) {{ {calls} }}
    {bits} }} return 0;"""
    output = iter(_run("indices", body, tmp_path))
    for a in edges:
        for b in edges:
            expected = [a // b, a % b, -(-a // b)] if b else [0, 0, 0]
            for value in (*expected, min(a, b), max(a, b)):
                assert int(next(output)) == _wrap(value, "int64"), (a, b)
        low = a % 2**32
        zeros = f"{low:032b}"
        assert int(next(output)) == len(zeros) - len(zeros.lstrip("0"))
        assert int(next(output)) == len(zeros) - len(zeros.rstrip("0"))
        assert int(next(output)) == zeros.count("1")


def test_float_to_integer(tmp_path: Path) -> None:
    types = [f"{s}{b}" for s in "iu" for b in (8, 16, 32, 64)]
    values = [np.float32(x).item() for x in F32_EDGES]
    array = ", ".join(
        "NAN" if math.isnan(x) else repr(x).replace("inf", "INFINITY") for x in values
    )
    calls = "".join(
        f'printf("%lld ", (long long)sdfg_{t}_from_{f}(({c})v[i]));\n'
        for t in types
        for f, c in (("f32", "float"), ("f64", "double"))
    )
    body = f"""static const double v[] = {{{array}}};
    for (int i = 0; i < {len(values)}; ++i) {{ {calls} }} return 0;"""
    output = iter(_run("conversions", body, tmp_path))
    for x in values:
        for ctype in types:
            # 8 and 16 bits are the lower bits of 32; unsigned 32 those of 64.
            low, high = -(2**31), 2**31 - 1
            if ctype in ("i64", "u32", "u64"):
                low, high = -(2**63), 2**64 - 1 if ctype == "u64" else 2**63 - 1
            whole = 0 if math.isnan(x) else int(max(min(x, 1e30), -1e30))
            dtype = f"{'u' if ctype[0] == 'u' else ''}int{ctype[1:]}"
            expected = _wrap(min(max(whole, low), high), dtype)
            for _ in ("f32", "f64"):
                assert _wrap(int(next(output)), dtype) == expected, (x, ctype)


@pytest.fixture(scope="module")
def loops(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Loops around the functions on floats, `name(n, x, y)`."""
    loop = (
        "void {0}(int64_t n, const {1} *x, {2} *y)\n"
        "{{ for (int64_t i = 0; i < n; ++i) {{ y[i] = {3}; }} }}\n"
    )
    text = '#include "sdfg_runtime.h"\n' + "".join(
        loop.format(name, source, target, value)
        for name, source, target, value in (
            *(
                (f"{f}_f32", "float", "float", f"sdfg_{f}_f32(x[i])")
                for f in ("exp", "exp_nonpositive", "erf", "tanh", "log", "log1p")
            ),
            *(
                (f"{f}_f64", "double", "double", f"sdfg_{f}_f64(x[i])")
                for f in ("exp", "tanh", "log")
            ),
            ("pow_f32", "float", "float", "sdfg_pow_f32(x[i], y[i])"),
            ("to_bf16", "float", "sdfg_bf16", "sdfg_bf16_from_f32(x[i])"),
            ("to_f16", "float", "sdfg_f16", "sdfg_f16_from_f32(x[i])"),
            ("of_bf16", "sdfg_bf16", "float", "sdfg_f32_from_bf16(x[i])"),
            ("of_f16", "sdfg_f16", "float", "sdfg_f32_from_f16(x[i])"),
            ("maximum", "float", "float", "sdfg_maximum_f32(x[i], y[i])"),
            ("minimum", "float", "float", "sdfg_minimum_f32(x[i], y[i])"),
            ("larger", "float", "float", "sdfg_larger_f32(x[i], y[i])"),
            ("roundeven", "float", "float", "sdfg_roundeven_f32(x[i])"),
        )
    )
    built = compile_library(
        Program("loops", {"loops.c": text}), cache=Cache(tmp_path_factory.mktemp("cache"))
    )
    return ctypes.CDLL(str(built.path))


def _apply(function: Any, x: Any, y: Any) -> Any:
    pointer = ctypes.c_void_p
    function(ctypes.c_int64(x.size), pointer(x.ctypes.data), pointer(y.ctypes.data))
    return y


def _floats(seed: int, count: int = 20000) -> Any:
    """Random floats of all magnitudes, and the edges."""
    random = np.random.default_rng(seed)
    bits = random.integers(0, 2**32, count, dtype=np.uint32).view(np.float32)
    usual = random.uniform(-20, 20, count).astype(np.float32)
    return np.concatenate([bits, usual, np.array(F32_EDGES, np.float32)])


ULPS = {
    **{"exp_f32": 1.1, "erf_f32": 1.3, "tanh_f32": 1.4, "log_f32": 1.2, "log1p_f32": 1.6},
    **{
        "exp_nonpositive_f32": 4.8,
        "exp_f64": 1.0,
        "tanh_f64": 1.4,
        "log_f64": 2.0,
        "pow_f32": 0.51,
    },
}
"""Largest errors that `sdfg_math.h` states, in units of the last place."""

EXACT: dict[str, Callable[[Any], Any]] = {
    **{"exp": np.exp, "tanh": np.tanh, "log": np.log, "log1p": np.log1p},
    "exp_nonpositive": lambda x: np.where(np.exp(x) < 2.0**-126, 0.0, np.exp(x)),
}


def _worst(y: Any, exact: Any) -> float:
    """The largest error of finite results, in units of the last place; others must be equal."""
    with np.errstate(all="ignore"):
        rounded = exact.astype(y.dtype)
        finite = np.isfinite(rounded)
        np.testing.assert_array_equal(y[~finite], rounded[~finite])
        unit = np.spacing(np.abs(rounded[finite])).astype(exact.dtype)
        assert np.array_equal(np.signbit(y[finite]), np.signbit(rounded[finite]))
        return float(np.max(np.abs(y[finite] - exact[finite]) / unit))


@pytest.mark.parametrize("name", [n for n in ULPS if n != "pow_f32"])
def test_functions_are_accurate(loops: Any, name: str) -> None:
    function, _, kind = name.rpartition("_")
    x: Any = _floats(11)
    if function == "exp_nonpositive":
        x = -np.abs(np.concatenate([x, np.linspace(0, 90, 99999, dtype=np.float32)]))
    if kind == "f64":
        x = x[np.isfinite(x)]
        bits: Any = np.random.default_rng(12).integers(0, 2**64, 20000, dtype=np.uint64)
        x = np.concatenate([x.astype(float), bits.view(np.float64), np.linspace(-750, 720, 9999)])
    with np.errstate(all="ignore"):
        y = _apply(loops[name], x, np.empty_like(x))
        wide = x.astype(np.longdouble if kind == "f64" else np.float64)
        exact = np.vectorize(math.erf)(x) if function == "erf" else EXACT[function](wide)
    assert _worst(y, exact) <= ULPS[name] * 1.01


def test_power_is_accurate(loops: Any) -> None:
    edges = np.array([*F32_EDGES, 1, -1, 2, -2, 3, -3, 1e-40, -1e-40, 0.3, 1 - 2**-24], np.float32)
    x = np.concatenate([np.repeat(edges, edges.size), np.abs(_floats(15)), _floats(16)])
    y = np.concatenate([np.tile(edges, edges.size), _floats(17) / 2, _floats(18)])
    with np.errstate(all="ignore"):
        exact = np.power(x.astype(np.float64), y.astype(np.float64))
        assert _worst(_apply(loops["pow_f32"], x, y.copy()), exact) <= ULPS["pow_f32"]


@pytest.mark.parametrize("flags", [(), ("-mavx2", "-mfma"), ("-march=native",)])
@pytest.mark.parametrize("name", ULPS)
def test_functions_become_vector_code(name: str, flags: tuple[str, ...], tmp_path: Path) -> None:
    """Nothing is called, and more than one number is multiplied at a time."""
    if platform.machine() != "x86_64" or (name == "pow_f32" and not flags):
        pytest.skip("other assembly, or no instruction that truncates")
    kind = "float" if name.endswith("f32") else "double"
    value = f"sdfg_{name}(x[i], y[i])" if name == "pow_f32" else f"sdfg_{name}(x[i])"
    text = f"""#include "sdfg_runtime.h"
    void loop(int64_t n, const {kind} *restrict x, {kind} *restrict y)
    {{
        #pragma omp simd
        for (int64_t i = 0; i < n; ++i) {{ y[i] = {value}; }}
    }}"""
    options = Options(native=False, extra=flags)
    compiler = find_compiler()
    (tmp_path / "loop.c").write_text(text)
    folder = str(files("sdfg.backends.openmp").joinpath("runtime"))
    command = [*compiler.command, *options.flags(compiler), "-I", folder, "-S", "loop.c", "-o", "-"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    code = done.stdout.partition("\nloop:")[2].partition(".size")[0]
    assert not re.search(r"\bcall", code)
    assert len(re.findall(r"\bv?(?:mul|fmadd\d*)p[sd]\b", code)) > 1


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float16])
def test_16_bit_formats(loops: Any, dtype: Any) -> None:
    name = "bf16" if dtype is ml_dtypes.bfloat16 else "f16"
    everything = np.arange(2**16, dtype=np.uint32).astype(np.uint16)
    widened = _apply(loops[f"of_{name}"], everything, np.empty(2**16, np.float32))
    np.testing.assert_array_equal(widened, everything.view(dtype).astype(np.float32))
    assert np.array_equal(np.signbit(widened), everything >= 2**15)
    with np.errstate(all="ignore"):
        halves = (widened[:-1].astype(float) + widened[1:].astype(float)) / 2  # ties
        x = np.concatenate([_floats(12), widened, halves.astype(np.float32)])
        narrowed = _apply(loops[f"to_{name}"], x, np.empty(x.size, np.uint16)).view(dtype)
        expected = x.astype(dtype)
    numbers = ~np.isnan(x)
    assert np.array_equal(narrowed[numbers].view(np.uint16), expected[numbers].view(np.uint16))
    assert np.all(np.isnan(narrowed[~numbers].astype(np.float32)))


def test_nan_wins_and_halves_go_to_even(loops: Any) -> None:
    others = _floats(13)[-60:]
    a: Any = np.repeat(np.array(F32_EDGES, np.float32), len(others))
    b: Any = np.tile(others, len(F32_EDGES))
    for name in ("maximum", "minimum"):
        np.testing.assert_array_equal(_apply(loops[name], a, b.copy()), getattr(np, name)(a, b))
    numbers = ~(np.isnan(a) | np.isnan(b))
    larger = _apply(loops.larger, a, b.copy())
    np.testing.assert_array_equal(larger[numbers], np.maximum(a, b)[numbers])
    x = _floats(14)
    with np.errstate(all="ignore"):
        expected = np.rint(x)
    np.testing.assert_array_equal(_apply(loops.roundeven, x, np.empty_like(x)), expected)


@pytest.mark.parametrize("flags", [(), ("-mavx2", "-mfma"), ("-march=native",)])
@pytest.mark.parametrize("lanes", [2, 4, 8, 16, 32])
@pytest.mark.parametrize(("kind", "short"), [("float", "f32"), ("double", "f64")])
def test_functions_of_vectors(
    kind: str, short: str, lanes: int, flags: tuple[str, ...], tmp_path: Path
) -> None:
    """
    Each lane is what the function of one number gives, to the bit. (Without an instruction for it,
    only the one of a single double is fused.)
    """
    if flags and platform.machine() != "x86_64":
        pytest.skip("flags of another machine")
    functions = ("maximum", "minimum", "maxnum", "minnum")
    fused = f"sdfg_fma_{short}(x[i], y[j], x[j])"
    several = [f"sdfg_{f}_v(a, b)" for f in functions] + ["sdfg_fma_v(a, b, c)"]
    single = [f"sdfg_{f}_{short}(x[i], y[j])" for f in functions] + [fused]
    loops = "".join(
        f"""void {name}_loop(int64_t n, const {kind} *x, const {kind} *y, v *whole, {kind} *lane)
        {{
            for (int64_t i = 0; i < n; ++i) {{ for (int64_t j = 0; j < n; ++j) {{
                v a = SDFG_BROADCAST(v, x[i]), b = SDFG_BROADCAST(v, y[j]);
                v c = SDFG_BROADCAST(v, x[j]);
                whole[i * n + j] = {vector};
                lane[i * n + j] = {one};
                (void)c;
            }} }}
        }}
        """
        for name, vector, one in zip((*functions, "fma"), several, single, strict=True)
    )
    text = f"""#include "sdfg_runtime.h"
    typedef {kind} v __attribute__((vector_size({lanes} * sizeof({kind})), aligned(8)));
    SDFG_VECTOR_FUNCTIONS(v)
    {loops}"""
    options = Options(native=False, extra=flags)
    built = compile_library(Program("v", {"v.c": text}), options, cache=Cache(tmp_path))
    assert built.warnings == ()
    library = ctypes.CDLL(str(built.path))
    x = np.array([*F32_EDGES, 1e-3, 1 + 2**-20], dtype=short.replace("f", "float"))
    y: Any = -x[::-1].copy()
    for name in functions if short == "f64" and not flags else (*functions, "fma"):
        whole = np.empty((x.size, y.size, lanes), x.dtype)
        lane = np.empty((x.size, y.size), x.dtype)
        places = [ctypes.c_void_p(array.ctypes.data) for array in (x, y, whole, lane)]
        library[f"{name}_loop"](ctypes.c_int64(x.size), *places)
        np.testing.assert_array_equal(whole, np.broadcast_to(lane[..., None], whole.shape), name)
