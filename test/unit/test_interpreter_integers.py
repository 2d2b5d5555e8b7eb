"""Integers of the interpreter against Python's, which have no width: i8 and i1 exhaustively."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.elementwise import computed

DTYPES: dict[str, Any] = {"i1": np.bool_, "i8": np.int8, "i32": np.int32, "i64": np.int64}
WIDTHS = {"i1": 1, "i8": 8, "i32": 32, "i64": 64, "index": 64}


def wrapped(value: int, width: int) -> int:
    """The number that the low bits mean in two's complement."""
    value &= (1 << width) - 1
    return value - (1 << width) if value >> (width - 1) else value


def trunc_div(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def power(a: int, n: int) -> int:
    if n < 0:
        return a ** (-n % 2) if abs(a) == 1 else 0
    return pow(a, n, 1 << 64)


SIGNED: dict[str, Callable[[int, int], int]] = {
    "arith.addi": lambda a, b: a + b,
    "arith.subi": lambda a, b: a - b,
    "arith.muli": lambda a, b: a * b,
    "arith.divsi": lambda a, b: trunc_div(a, b) if b else 0,
    "arith.floordivsi": lambda a, b: a // b if b else 0,
    "arith.ceildivsi": lambda a, b: -(-a // b) if b else 0,
    "arith.remsi": lambda a, b: a - trunc_div(a, b) * b if b else 0,
    "arith.minsi": min,
    "arith.maxsi": max,
    "arith.andi": lambda a, b: a & b,
    "arith.ori": lambda a, b: a | b,
    "arith.xori": lambda a, b: a ^ b,
    "math.ipowi": power,
}
UNSIGNED: dict[str, Callable[[int, int], int]] = {
    "arith.divui": lambda a, b: a // b if b else 0,
    "arith.ceildivui": lambda a, b: -(-a // b) if b else 0,
    "arith.remui": lambda a, b: a % b if b else 0,
    "arith.minui": min,
    "arith.maxui": max,
}


def pairs(kind: str, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """All pairs of narrow integers; else edges and random ones of all magnitudes."""
    width = WIDTHS[kind]
    if width <= 8:
        numbers = np.arange(-(1 << (width - 1)), 1 << (width - 1))
    else:
        low = -(1 << (width - 1))
        edges = [0, 1, 2, 3, -1, -2, -3, 7, -7, low, low + 1, -low - 1, width, width - 1]
        random = rng.integers(low, -low - 1, 12) >> rng.integers(0, width, 12)
        numbers = np.array([*edges, *random.tolist()], np.int64)
    a, b = np.meshgrid(numbers, numbers)
    dtype = DTYPES[kind]
    return a.reshape(-1).astype(dtype), b.reshape(-1).astype(dtype)


def as_python(values: NDArray[Any]) -> list[int]:
    numbers: list[int] = values.astype(np.int64).tolist()
    return [-n for n in numbers] if values.dtype == np.bool_ else numbers


def check(kind: str, found: NDArray[Any], wanted: list[int]) -> None:
    width = WIDTHS[kind]
    assert as_python(found) == [wrapped(v, width) for v in wanted]


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("op", SIGNED)
def test_signed(op: str, kind: str, rng: np.random.Generator) -> None:
    a, b = pairs(kind, rng)
    (found,) = computed(f"%r0 = {op} %a0, %a1 : {kind}", [kind, kind], [kind], a, b)
    check(kind, found, [SIGNED[op](x, y) for x, y in zip(as_python(a), as_python(b), strict=True)])


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("op", UNSIGNED)
def test_unsigned(op: str, kind: str, rng: np.random.Generator) -> None:
    a, b = pairs(kind, rng)
    (found,) = computed(f"%r0 = {op} %a0, %a1 : {kind}", [kind, kind], [kind], a, b)
    mask = (1 << WIDTHS[kind]) - 1
    values = zip(as_python(a), as_python(b), strict=True)
    check(kind, found, [UNSIGNED[op](x & mask, y & mask) for x, y in values])


@pytest.mark.parametrize("kind", DTYPES)
def test_shifts(kind: str, rng: np.random.Generator) -> None:
    a, b = pairs(kind, rng)
    width = WIDTHS[kind]
    body = "\n".join(
        f"%r{k} = arith.{op} %a0, %a1 : {kind}" for k, op in enumerate(("shli", "shrui", "shrsi"))
    )
    left, right, arithmetic = computed(body, [kind, kind], [kind] * 3, a, b)
    mask = (1 << width) - 1
    values = [(x, min(y & mask, width)) for x, y in zip(as_python(a), as_python(b), strict=True)]
    check(kind, left, [x << n for x, n in values])
    check(kind, right, [(x & mask) >> n for x, n in values])
    check(kind, arithmetic, [x >> n for x, n in values])


@pytest.mark.parametrize("kind", DTYPES)
def test_extended_products_and_sums(kind: str, rng: np.random.Generator) -> None:
    a, b = pairs(kind, rng)
    width, mask = WIDTHS[kind], (1 << WIDTHS[kind]) - 1
    body = f"""
    %r0, %r1 = arith.mulsi_extended %a0, %a1 : {kind}
    %r2, %r3 = arith.mului_extended %a0, %a1 : {kind}
    %r4, %r5 = arith.addui_extended %a0, %a1 : {kind}, i1
    """
    found = computed(body, [kind, kind], [*[kind] * 5, "i1"], a, b)
    values = list(zip(as_python(a), as_python(b), strict=True))
    products = [x * y for x, y in values]
    unsigned = [(x & mask) * (y & mask) for x, y in values]
    sums = [(x & mask) + (y & mask) for x, y in values]
    for result, wanted in zip(
        found[:5],
        (products, [p >> width for p in products], unsigned, [p >> width for p in unsigned], sums),
        strict=True,
    ):
        check(kind, result, wanted)
    assert found[5].tolist() == [bool(s >> width) for s in sums]


@pytest.mark.parametrize("kind", DTYPES)
def test_comparisons(kind: str, rng: np.random.Generator) -> None:
    a, b = pairs(kind, rng)
    mask = (1 << WIDTHS[kind]) - 1
    names = ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"]
    body = "\n".join(
        f"%r{k} = arith.cmpi {name}, %a0, %a1 : {kind}" for k, name in enumerate(names)
    )
    found = computed(body, [kind, kind], ["i1"] * len(names), a, b)
    values = list(zip(as_python(a), as_python(b), strict=True))
    relations: dict[str, Callable[[int, int], bool]] = {
        "eq": lambda x, y: x == y,
        "ne": lambda x, y: x != y,
        "lt": lambda x, y: x < y,
        "le": lambda x, y: x <= y,
        "gt": lambda x, y: x > y,
        "ge": lambda x, y: x >= y,
    }
    for name, result in zip(names, found, strict=True):
        relation = relations[name[-2:]]
        read = mask if name.startswith("u") else -1
        assert result.tolist() == [relation(x & read, y & read) for x, y in values], name


@pytest.mark.parametrize("kind", DTYPES)
def test_one_operand(kind: str, rng: np.random.Generator) -> None:
    a, _ = pairs(kind, rng)
    a = np.unique(a)
    width, mask = WIDTHS[kind], (1 << WIDTHS[kind]) - 1
    ops = ("ctpop", "ctlz", "cttz", "absi")
    body = "\n".join(f"%r{k} = math.{op} %a0 : {kind}" for k, op in enumerate(ops))
    ones, leading, trailing, absolute = computed(body, [kind], [kind] * 4, a)
    values = as_python(a)
    bits = [x & mask for x in values]
    check(kind, ones, [x.bit_count() for x in bits])
    check(kind, leading, [width - x.bit_length() for x in bits])
    check(kind, trailing, [(x & -x).bit_length() - 1 if x else width for x in bits])
    check(kind, absolute, [abs(x) for x in values])


def test_conversions(rng: np.random.Generator) -> None:
    a, _ = pairs("i32", rng)
    body = """
    %r0 = arith.extsi %a0 : i32 to i64
    %r1 = arith.extui %a0 : i32 to i64
    %r2 = arith.trunci %a0 : i32 to i8
    %r3 = arith.trunci %a0 : i32 to i1
    %r4 = arith.index_cast %a0 : i32 to index
    %r5 = arith.index_cast %r4 : index to i8
    %r6 = arith.extsi %r3 : i1 to i32
    %r7 = arith.extui %r3 : i1 to i32
    """
    kinds = ["i64", "i64", "i8", "i1", "index", "i8", "i32", "i32"]
    found = computed(body, ["i32"], kinds, a)
    values = as_python(a)
    low = [v & 1 for v in values]
    wanted = [values, [v & 0xFFFFFFFF for v in values], values, values, values, values]
    for kind, result, numbers in zip(kinds, found, [*wanted, [-v for v in low], low], strict=True):
        check(kind, result, numbers)
