"""Every operation that has a form in C, on edge values of each type, against the interpreter."""

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray
from unit.emitted import parsed, run_c, run_sanitized
from xdsl.dialects import arith, math
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from sdfg.backends.openmp.scalars import FORMS
from sdfg.dialect.interpreter.interpret import interpret

Array = NDArray[Any]

DTYPES: Mapping[str, Any] = {
    **{"i1": np.bool_, "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64},
    **{"f16": np.float16, "bf16": ml_dtypes.bfloat16, "f32": np.float32, "f64": np.float64},
}
INTEGERS, FLOATS = ("i1", "i8", "i16", "i32", "i64"), ("f16", "bf16", "f32", "f64")
CASTS = {
    **{op: (FLOATS, FLOATS) for op in (arith.ExtFOp, arith.TruncFOp)},
    **{op: (INTEGERS, INTEGERS) for op in (arith.ExtSIOp, arith.ExtUIOp, arith.TruncIOp)},
    **{op: (INTEGERS, FLOATS) for op in (arith.SIToFPOp, arith.UIToFPOp)},
    **{op: (FLOATS, INTEGERS) for op in (arith.FPToSIOp, arith.FPToUIOp)},
}
WIDENING = (arith.ExtFOp, arith.ExtSIOp, arith.ExtUIOp)
NARROWING = (arith.TruncFOp, arith.TruncIOp)
WIDTHS = {"i1": 1, "i8": 8, "i16": 16, "f16": 16, "bf16": 16, "i32": 32, "f32": 32, "i64": 64}
WIDTHS["f64"] = 64
SPECIAL = (
    *(*CASTS, arith.SelectOp, arith.IndexCastOp, arith.BitcastOp, math.FPowIOp),
    *(arith.CmpiOp, arith.CmpfOp),
)
"""Operations with operands of several types, or with more than operands."""
CLOSE = {"f16": 2e-3, "bf16": 2e-2, "f32": 3e-6, "f64": 1e-13}
"""Relative tolerance for what the C library and NumPy compute each in its own way."""


def edges(kind: str) -> Array:
    """Values at which operations of a type go wrong."""
    if kind == "i1":
        return np.array([False, True])
    if kind in INTEGERS:
        info = np.iinfo(DTYPES[kind])
        near = [-7, -3, -1, 0, 1, 2, 5, 8, info.bits - 1, info.min, info.min + 1, info.max]
        return np.array(near, DTYPES[kind])
    values = [0.0, -0.0, 0.5, 1.0, -1.0, 2.5, -2.5, 3.7, -0.3, 1e-3, 30.0, -88.5, 300.7, -1e4]
    values += [np.inf, -np.inf, np.nan, 2.0**31, -(2.0**31), 2.0**63, 1e-40]
    with np.errstate(over="ignore"):
        return np.array(values).astype(DTYPES[kind])


def program(lines: list[tuple[str, tuple[str, ...], str]], sizes: Mapping[str, int]) -> ModuleOp:
    """A program of one map per line: generic text over operands `%a`, `%b`, `%c`, types, result."""
    kinds = sorted({k for _, operands, _ in lines for k in operands})
    arguments = [
        f'in "{k}_{n}" %{k}_{n}: !sdfg.array<[{sizes[k]}] x {k}>' for k in kinds for n in "abc"
    ]
    states: list[str] = []
    for number, (text, operands, result) in enumerate(lines):
        size = min(sizes[k] for k in operands)
        arguments.append(f'out "y{number}" %y{number}: !sdfg.array<[{size}] x {result}>')
        reads = ", ".join(f"%{n} = %{k}_{n}[i]" for n, k in zip("abc", operands, strict=False))
        states.append(f"""sdfg.state @s{number} {{
          sdfg.map [i = 0:{size}] {{
            sdfg.tasklet ({reads}) -> (%y{number}[i]) {{
              %r = {text}
              sdfg.yield %r : {result}
            }}
          }}
        }}""")
    return parsed(f"sdfg.sdfg @main ({', '.join(arguments)}) {{ {' '.join(states)} }}")


def generic(op: type[Operation], operands: tuple[str, ...], result: str, extra: str = "") -> str:
    names = ", ".join(f"%{n}" for n, _ in zip("abc", operands, strict=False))
    return f'"{op.name}"({names}) {extra}: ({", ".join(operands)}) -> {result}'


def homogeneous() -> list[tuple[str, tuple[str, ...], str]]:
    """Operations on operands and results of one type."""
    lines: list[tuple[str, tuple[str, ...], str]] = []
    for op in FORMS:
        if op in SPECIAL:
            continue
        count = len([n for n, _ in op.get_irdl_definition().operands])  # pyright: ignore
        name = op.name.split(".")[1]
        integers = name.endswith("i") or name in ("ctlz", "cttz", "ctpop")
        lines += [
            (generic(op, (k,) * count, k), (k,) * count, k)
            for k in (INTEGERS if integers else FLOATS)
        ]
    return lines


def conversions() -> list[tuple[str, tuple[str, ...], str]]:
    lines: list[tuple[str, tuple[str, ...], str]] = []
    for op, (sources, targets) in CASTS.items():
        for source, target in itertools.product(sources, targets):
            grows, shrinks = WIDTHS[target] > WIDTHS[source], WIDTHS[target] < WIDTHS[source]
            if (op in WIDENING and not grows) or (op in NARROWING and not shrinks):
                continue
            lines.append((generic(op, (source,), target), (source,), target))
    for a, b in (("f32", "i32"), ("i32", "f32"), ("f64", "i64"), ("i64", "f64")):
        lines.append((generic(arith.BitcastOp, (a,), b), (a,), b))
    return lines


def comparisons() -> list[tuple[str, tuple[str, ...], str]]:
    lines = [
        (generic(arith.CmpiOp, (k, k), "i1", f"<{{predicate = {p} : i64}}> "), (k, k), "i1")
        for k in INTEGERS
        for p in range(10)
    ]
    fast = "fastmath = #arith.fastmath<none>"
    lines += [
        (generic(arith.CmpfOp, (k, k), "i1", f"<{{predicate = {p} : i64, {fast}}}> "), (k, k), "i1")
        for k in FLOATS
        for p in range(16)
    ]
    lines += [(f"arith.select %a, %b, %c : {k}", ("i1", k, k), k) for k in (*INTEGERS, *FLOATS)]
    return lines


def operands(lines: list[tuple[str, tuple[str, ...], str]]) -> dict[str, Array]:
    """All pairs of edge values, and a third operand that runs differently."""
    kinds = sorted({k for _, operands, _ in lines for k in operands})
    arrays: dict[str, Array] = {}
    for k in kinds:
        values = edges(k)
        a, b = (x.ravel() for x in np.meshgrid(values, values, indexing="ij"))
        arrays |= {f"{k}_a": a, f"{k}_b": b, f"{k}_c": np.roll(a, 3)}
    return arrays


def compare(got: Array, expected: Array, what: str) -> None:
    if expected.dtype.kind in "biu":
        np.testing.assert_array_equal(got, expected, err_msg=what)
        return
    kind = next(k for k, dtype in DTYPES.items() if expected.dtype == np.dtype(dtype))
    a, b = (np.asarray(x, np.float64) for x in (got, expected))
    library: Any = ml_dtypes
    tiny = float(library.finfo(expected.dtype).tiny)
    np.testing.assert_allclose(a, b, rtol=CLOSE[kind], atol=tiny, err_msg=what)


Lines = list[tuple[str, tuple[str, ...], str]]
Run = Callable[[ModuleOp, Mapping[str, Array]], Mapping[str, Array]]


def check(lines: Lines, run: Run) -> None:
    arrays = operands(lines)
    module = program(lines, {k.removesuffix("_a"): len(v) for k, v in arrays.items()})
    expected = interpret(module, "main", arrays)
    got = run(module, arrays)
    for number, (text, _, _) in enumerate(lines):
        compare(got[f"y{number}"], expected[f"y{number}"], text)


@pytest.mark.parametrize("lines", [homogeneous(), conversions(), comparisons()], ids=len)
def test_operations(lines: Lines) -> None:
    check(lines, partial(run_c, runs=1))


@pytest.mark.parametrize("first", range(0, 450, 50))
def test_operations_under_sanitizers(first: int) -> None:
    lines = (homogeneous() + conversions())[first : first + 50]
    check(lines, run_sanitized)
