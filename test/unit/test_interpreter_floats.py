"""Floats of the interpreter, down to NaN, infinities and signs of zero."""

import math
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray
from unit.elementwise import computed
from xdsl.dialects.arith import Arith
from xdsl.dialects.math import Math

from sdfg.dialect.interpreter.scalars import IMPLEMENTATIONS
from sdfg.dialect.tolerances import unit_roundoff

Array = NDArray[Any]

DTYPES: dict[str, Any] = {
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "f32": np.float32,
    "f64": np.float64,
}
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, np.nan, np.inf, -np.inf, 65504.0, 1e-7, 3e5]


def pairs(kind: str, rng: np.random.Generator) -> tuple[Array, Array]:
    numbers = rounded(np.array([*SPECIAL, *(rng.standard_normal(12) * 10)]), kind)
    a, b = np.meshgrid(numbers.astype(np.float64), numbers.astype(np.float64))
    return a.reshape(-1).astype(DTYPES[kind]), b.reshape(-1).astype(DTYPES[kind])


def same(found: Array, wanted: Array) -> None:
    """Bit for bit, but for which NaN it is."""
    f, w = found.astype(np.float64), wanted.astype(np.float64)
    np.testing.assert_array_equal(f, w)
    numbers = ~np.isnan(w)
    np.testing.assert_array_equal(np.signbit(f[numbers]), np.signbit(w[numbers]))


def rounded(values: Array, kind: str) -> Array:
    """Once, from f64: right for results that fit into f64 exactly."""
    with np.errstate(over="ignore"):
        return values.astype(DTYPES[kind])


@pytest.mark.parametrize("kind", ["f16", "bf16", "f32", "f64"])
@pytest.mark.parametrize(
    ("op", "function"), [("addf", np.add), ("subf", np.subtract), ("mulf", np.multiply)]
)
def test_arithmetic_rounds_once(
    op: str, function: Callable[[Array, Array], Array], kind: str, rng: np.random.Generator
) -> None:
    a, b = pairs(kind, rng)
    (found,) = computed(f"%r0 = arith.{op} %a0, %a1 : {kind}", [kind, kind], [kind], a, b)
    with np.errstate(all="ignore"):
        wide = function(a.astype(np.float64), b.astype(np.float64))
        # Sums of f32 may not fit into f64, whose second rounding could go the other way.
        native = function(a, b) if kind in ("f32", "f64") else rounded(wide.astype("f4"), kind)
    same(found, native)


@pytest.mark.parametrize("kind", DTYPES)
def test_minimum_and_maximum(kind: str, rng: np.random.Generator) -> None:
    a, b = pairs(kind, rng)
    ops = ("maximumf", "minimumf", "maxnumf", "minnumf")
    body = "\n".join(f"%r{k} = arith.{op} %a0, %a1 : {kind}" for k, op in enumerate(ops))
    found = computed(body, [kind, kind], [kind] * 4, a, b)
    for k in range(len(a)):
        x, y = float(a[k]), float(b[k])
        results = [float(r[k]) for r in found]
        if math.isnan(x) or math.isnan(y):
            other = y if math.isnan(x) else x
            assert math.isnan(results[0])
            assert math.isnan(results[1])
            for result in results[2:]:
                assert result == other or (math.isnan(result) and math.isnan(other))
        else:
            assert results == [max(x, y), min(x, y), max(x, y), min(x, y)]


def test_comparisons(rng: np.random.Generator) -> None:
    a, b = pairs("f32", rng)
    names = "false oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno true".split()
    body = "\n".join(f"%r{k} = arith.cmpf {n}, %a0, %a1 : f32" for k, n in enumerate(names))
    found = computed(body, ["f32", "f32"], ["i1"] * len(names), a, b)
    relations: dict[str, Callable[[float, float], bool]] = {
        "eq": lambda x, y: x == y,
        "gt": lambda x, y: x > y,
        "ge": lambda x, y: x >= y,
        "lt": lambda x, y: x < y,
        "le": lambda x, y: x <= y,
        "ne": lambda x, y: x != y,
    }
    for name, result in zip(names, found, strict=True):
        for x, y, z in zip(a.tolist(), b.tolist(), result.tolist(), strict=True):
            unordered = math.isnan(x) or math.isnan(y)
            known = {"false": False, "true": True, "ord": not unordered, "uno": unordered}
            if name in known:
                wanted = known[name]
            else:
                wanted = name[0] == "u" if unordered else relations[name[1:]](x, y)
            assert z == wanted, (name, x, y)


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "absf": abs,
    "acos": math.acos,
    "acosh": math.acosh,
    "asin": math.asin,
    "asinh": math.asinh,
    "atan": math.atan,
    "atanh": math.atanh,
    "cbrt": math.cbrt,
    "ceil": lambda x: float(math.ceil(x)),
    "cos": math.cos,
    "cosh": math.cosh,
    "erf": math.erf,
    "exp": math.exp,
    "exp2": math.exp2,
    "expm1": math.expm1,
    "floor": lambda x: float(math.floor(x)),
    "log": math.log,
    "log10": math.log10,
    "log1p": math.log1p,
    "log2": math.log2,
    "rsqrt": lambda x: 1 / math.sqrt(x),
    "sin": math.sin,
    "sinh": math.sinh,
    "sqrt": math.sqrt,
    "tan": math.tan,
    "tanh": math.tanh,
    "trunc": lambda x: float(math.trunc(x)),
}


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("op", FUNCTIONS)
def test_functions(op: str, kind: str, rng: np.random.Generator) -> None:
    numbers = rng.uniform(-3, 3, 40)
    if op in ("acos", "asin", "atanh", "log1p"):
        numbers = rng.uniform(-0.99, 0.99, 40)
    if op in ("acosh", "log", "log10", "log2", "rsqrt", "sqrt"):
        numbers = rng.uniform(1.01, 9, 40)
    a = numbers.astype(DTYPES[kind])
    (found,) = computed(f"%r0 = math.{op} %a0 : {kind}", [kind], [kind], a)
    wanted = np.array([FUNCTIONS[op](float(x)) for x in a])
    share = 2 * unit_roundoff(DTYPES[kind])
    np.testing.assert_allclose(found.astype(np.float64), wanted, rtol=2 * share, atol=1e-300)


@pytest.mark.parametrize("kind", DTYPES)
def test_rounding_to_integers(kind: str) -> None:
    numbers = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, -0.49, 3.0, 2.25, 2.75, np.inf, -0.0]
    a = np.array([*numbers, np.nextafter(np.float32(0.5), np.float32(0))]).astype(DTYPES[kind])
    body = f"%r0 = math.round %a0 : {kind}\n%r1 = math.roundeven %a0 : {kind}"
    away, even = computed(body, [kind], [kind, kind], a)
    wide = a.astype(np.float64)
    same(even, rounded(np.rint(wide), kind))
    halves = np.where(np.isinf(wide), wide, np.sign(wide) * np.floor(np.abs(wide) + 0.5))
    same(away, rounded(np.copysign(halves, wide), kind))


def test_functions_of_two(rng: np.random.Generator) -> None:
    a, b = pairs("f64", rng)
    body = """
    %r0 = math.atan2 %a0, %a1 : f64
    %r1 = math.copysign %a0, %a1 : f64
    %r2 = arith.divf %a0, %a1 : f64
    %r3 = math.powf %a0, %a1 : f64
    """
    found = computed(body, ["f64", "f64"], ["f64"] * 4, a, b)
    with np.errstate(all="ignore"):
        same(found[1], np.copysign(a, b))
        same(found[2], a / b)
    np.testing.assert_allclose(found[0], [math.atan2(x, y) for x, y in zip(a, b, strict=True)])
    for x, y, z in zip(a.tolist(), b.tolist(), found[3].tolist(), strict=True):
        try:
            assert z == pytest.approx(math.pow(x, y), rel=1e-14, nan_ok=True)
        except OverflowError:
            assert math.isinf(z)
        except ValueError:  # 0 ** negative is infinite, negative ** fraction is NaN
            assert math.isinf(z) if x == 0 else math.isnan(z)


def test_integer_powers(rng: np.random.Generator) -> None:
    base = rng.uniform(-2, 2, 60).astype(np.float32)
    exponent = rng.integers(-5, 6, 60).astype(np.int32)
    (found,) = computed(
        "%r0 = math.fpowi %a0, %a1 : f32, i32", ["f32", "i32"], ["f32"], base, exponent
    )
    wanted = [float(b) ** int(n) for b, n in zip(base, exponent, strict=True)]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("kind", ["f32", "f64"])
def test_fused_multiply_add_rounds_once(kind: str) -> None:
    # (1 + e)(1 - e) - 1 = -e^2, which a product that is rounded first loses.
    eps = 2.0**-23 if kind == "f32" else 2.0**-52
    a, b, c = (np.array([x], DTYPES[kind]) for x in (1 + eps, 1 - eps, -1.0))
    body = f"%r0 = math.fma %a0, %a1, %a2 : {kind}"
    (found,) = computed(body, [kind] * 3, [kind], a, b, c)
    assert found[0] == -eps * eps


def test_conversions_to_integers_saturate_as_the_runtime() -> None:
    numbers = [0.9, -0.9, 127.6, -129.0, 300.0, 2**31, -(2**31), 2**32 - 512, 2**40, -(2**40)]
    a = np.array([*numbers, 2.0**63, -(2.0**63), 2.0**64, np.nan, np.inf, -np.inf], np.float64)
    kinds = ["i8", "i32", "i64"]
    body = "\n".join(
        f"%r{2 * k} = arith.fptosi %a0 : f64 to {kind}\n"
        f"%r{2 * k + 1} = arith.fptoui %a0 : f64 to {kind}"
        for k, kind in enumerate(kinds)
    )
    found = computed(body, ["f64"], [k for kind in kinds for k in (kind, kind)], a)

    def saturated(x: float, low: int, high: int) -> int:
        return 0 if math.isnan(x) else low if x <= low else high if x >= high else int(x)

    def bits(value: int, width: int) -> int:
        value &= (1 << width) - 1
        return value - (1 << width) if value >> (width - 1) else value

    int32, int64 = (-(2**31), 2**31 - 1), (-(2**63), 2**63 - 1)
    for k, x in enumerate(a.tolist()):
        unsigned = saturated(x, 0, 2**64 - 1) if x >= 2.0**63 else saturated(x, *int64)
        wanted = [
            bits(saturated(x, *int32), 8),
            bits(saturated(x, *int32), 8),
            saturated(x, *int32),
            bits(saturated(x, *int64), 32),
            saturated(x, *int64),
            bits(unsigned, 64),
        ]
        assert [int(r[k]) for r in found] == wanted, x


def test_conversions_from_integers() -> None:
    a = np.array([0, 1, -1, 2**24 + 1, -(2**31), 2**31 - 1, 77777], np.int32)
    body = """
    %r0 = arith.sitofp %a0 : i32 to f32
    %r1 = arith.uitofp %a0 : i32 to f32
    %r2 = arith.sitofp %a0 : i32 to bf16
    %odd = arith.trunci %a0 : i32 to i1
    %r3 = arith.sitofp %odd : i1 to f64
    %r4 = arith.uitofp %odd : i1 to f16
    %r5 = arith.bitcast %a0 : i32 to f32
    """
    kinds = ["f32", "f32", "bf16", "f64", "f16", "f32"]
    found = computed(body, ["i32"], kinds, a)
    assert found[0].tolist() == [float(np.float32(int(x))) for x in a]
    assert found[1].tolist() == [float(np.float32(int(x) & 0xFFFFFFFF)) for x in a]
    same(found[2], a.astype(np.float32).astype(ml_dtypes.bfloat16))
    assert found[3].tolist() == [-float(x & 1) for x in a]
    assert found[4].tolist() == [float(x & 1) for x in a]
    assert found[5].tobytes() == a.tobytes()


def test_conversions_between_floats(rng: np.random.Generator) -> None:
    a, _ = pairs("f32", rng)
    body = """
    %r0 = arith.truncf %a0 : f32 to f16
    %r1 = arith.truncf %a0 : f32 to bf16
    %r2 = arith.extf %a0 : f32 to f64
    %r3 = arith.extf %r0 : f16 to f32
    %r4 = arith.extf %r1 : bf16 to f32
    """
    found = computed(body, ["f32"], ["f16", "bf16", "f64", "f32", "f32"], a)
    same(found[0], rounded(a.astype(np.float64), "f16"))
    same(found[1], rounded(a, "bf16"))
    same(found[2], a)
    same(found[3], found[0])
    same(found[4], found[1])


def test_select_and_constants(rng: np.random.Generator) -> None:
    a, b = pairs("f32", rng)
    body = """
    %c = arith.constant 1.5 : f32
    %less = arith.cmpf olt, %a0, %c : f32
    %r0 = arith.select %less, %a0, %a1 : f32
    """
    (found,) = computed(body, ["f32", "f32"], ["f32"], a, b)
    same(found, np.where(a < 1.5, a, b))


def test_every_op_has_a_meaning() -> None:
    names = {op.name for dialect in (Arith, Math) for op in dialect.operations}
    assert not names - IMPLEMENTATIONS.keys()
