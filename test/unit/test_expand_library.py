"""Every library node computes the same before and after its expansion, on random data."""

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from xdsl.context import Context
from xdsl.parser import Parser

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.library import LibraryOp
from sdfg.lowering.to_sdfg.expand_library import ExpandLibraryPass
from sdfg.universe import SDFG_UNIVERSE

Arrays = Mapping[str, np.ndarray]

DTYPES: dict[str, Any] = {
    "f32": np.float32,
    "f64": np.float64,
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "i8": np.int8,
    "i32": np.int32,
    "i64": np.int64,
    "i1": np.bool_,
}


def context() -> Context:
    found = Context()
    for name, factory in SDFG_UNIVERSE.all_dialects.items():
        found.register_dialect(name, factory)
    for name in ("arith", "math", "builtin"):
        dialect = __import__(f"xdsl.dialects.{name}", fromlist=[name])
        found.load_dialect(getattr(dialect, name.capitalize()))
    return found


def random_array(kind: str, shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Random elements, some of them equal."""
    random = np.random.default_rng([seed, len(kind), *shape])
    if kind in ("f32", "f64", "f16", "bf16"):
        return (random.integers(-40, 40, shape) / 8).astype(DTYPES[kind])
    low, high = (0, 2) if kind == "i1" else (-100, 100)
    return random.integers(low, high, shape).astype(DTYPES[kind])


def expanded(text: str, arrays: Arrays) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The results of a program with library nodes, and of the same program with maps."""
    module = Parser(context(), text).parse_module()
    module.verify()
    wanted = interpret(module, "main", arrays)
    ExpandLibraryPass().apply(Context(), module)
    module.verify()
    assert not any(isinstance(op, LibraryOp) for op in module.walk())
    return wanted, interpret(module, "main", arrays, strict=True)


def compare(text: str, arrays: Arrays, tolerance: float = 1e-5) -> None:
    wanted, found = expanded(text, arrays)
    assert set(wanted) == set(found)
    for name, array in wanted.items():
        assert array.dtype == found[name].dtype
        a, b = (x.astype(np.float64) for x in (array, found[name]))
        if array.dtype.kind in "biu":
            np.testing.assert_array_equal(found[name], array)
        else:
            np.testing.assert_allclose(b, a, rtol=tolerance, atol=tolerance)


def program(symbols: str, arguments: str, nodes: str) -> str:
    return f"sdfg.sdfg @main {symbols} ({arguments}) {{ sdfg.state @s {{ {nodes} }} }}"


def array(role: str, name: str, dims: str, kind: str = "f32") -> str:
    return f'{role} "{name}" %{name}: !sdfg.array<[{dims}] x {kind}>'


@pytest.mark.parametrize("kinds", [("f32", "f32"), ("f16", "f32"), ("i8", "i32"), ("i64", "i64")])
@pytest.mark.parametrize("accumulate", ["", "{accumulate}"])
def test_matmul(kinds: tuple[str, str], accumulate: str):
    small, wide = kinds
    text = program(
        "[B, M, N, K]",
        ", ".join(
            [
                array("in", "a", "B, M, K", small),
                array("in", "b", "B, K, N", small),
                array("inout" if accumulate else "out", "c", "B, M, N", wide),
            ]
        ),
        f"sdfg.matmul (%a, %b) -> (%c) {accumulate}",
    )
    a, b = random_array(small, (3, 5, 7)), random_array(small, (3, 7, 4), 1)
    arrays = {"a": a, "b": b}
    if accumulate:
        arrays["c"] = random_array(wide, (3, 5, 4), 2)
    compare(text, arrays)


CONVOLUTIONS = [
    # groups, channels in, channels out, image, kernel, strides, dilations
    (1, 3, 4, (9, 8), (3, 2), (1, 1), (1, 1)),
    (1, 3, 4, (9, 11), (3, 3), (2, 3), (2, 1)),
    (2, 6, 4, (7, 7), (3, 3), (1, 1), (1, 1)),
    (2, 2, 6, (7, 7), (3, 3), (1, 1), (1, 1)),
    (4, 4, 4, (7, 7), (3, 3), (2, 2), (1, 1)),
    (4, 8, 4, (7, 7), (3, 3), (2, 2), (1, 1)),
    (1, 2, 3, (12,), (4,), (3,), (2,)),
    (1, 2, 3, (5, 6, 7), (2, 3, 2), (1, 2, 1), (1, 1, 2)),
]


def window_sizes(
    image: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    dilations: tuple[int, ...],
) -> list[int]:
    steps = zip(image, kernel, strides, dilations, strict=True)
    return [(i - (k - 1) * d - 1) // s + 1 for i, k, s, d in steps]


def listed(values: tuple[int, ...]) -> str:
    return f"array<i64: {', '.join(map(str, values))}>"


@pytest.mark.parametrize("case", CONVOLUTIONS)
@pytest.mark.parametrize("accumulate", [False, True])
def test_conv(case: tuple[Any, ...], accumulate: bool):
    groups, channels, filters, image, kernel, strides, dilations = case
    result = window_sizes(image, kernel, strides, dilations)
    dims = [
        ("N", channels, *image),
        (filters, channels // groups, *kernel),
        ("N", filters, *result),
    ]
    x, w, y = (", ".join(map(str, d)) for d in dims)
    attributes = (
        f"strides = {listed(strides)}, dilations = {listed(dilations)}, groups = {groups} : i64"
        + (", accumulate" if accumulate else "")
    )
    text = program(
        "[N]",
        f"{array('in', 'x', x)}, {array('in', 'w', w)}, "
        + array("inout" if accumulate else "out", "y", y),
        f"sdfg.conv (%x, %w) -> (%y) {{{attributes}}}",
    )
    arrays = {
        "x": random_array("f32", (2, channels, *image)),
        "w": random_array("f32", (filters, channels // groups, *kernel), 1),
    }
    if accumulate:
        arrays["y"] = random_array("f32", (2, filters, *result), 2)
    compare(text, arrays, 1e-4)


@pytest.mark.parametrize("kind", ["sum", "max", "min"])
@pytest.mark.parametrize("element", ["f32", "i32"])
@pytest.mark.parametrize("accumulate", [False, True])
def test_pool(kind: str, element: str, accumulate: bool):
    image, window, strides, dilations = (9, 8), (3, 2), (2, 1), (1, 2)
    result = window_sizes(image, window, strides, dilations)
    attributes = (
        f'kind = "{kind}", window = {listed(window)}, strides = {listed(strides)}, '
        f"dilations = {listed(dilations)}" + (", accumulate" if accumulate else "")
    )
    text = program(
        "[N]",
        f"{array('in', 'x', 'N, 3, 9, 8', element)}, "
        + array("inout" if accumulate else "out", "y", f"N, 3, {result[0]}, {result[1]}", element),
        f"sdfg.pool (%x) -> (%y) {{{attributes}}}",
    )
    arrays = {"x": random_array(element, (2, 3, *image))}
    if accumulate:
        arrays["y"] = random_array(element, (2, 3, *result), 2)
    compare(text, arrays)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize(
    ("kind", "element"),
    [
        *((k, "f32") for k in ("sum", "product", "max", "min", "maxnum", "minnum")),
        *((k, "i32") for k in ("sum", "product", "max", "min", "maxui", "minui")),
        *((k, "i8") for k in ("and", "or", "xor", "sum")),
        *((k, "i1") for k in ("and", "or", "xor")),
    ],
)
def test_reduce(axes: tuple[int, ...], kind: str, element: str):
    shape = (3, 5, 4)
    rest = ", ".join(n for d, n in enumerate("ABC") if d not in axes)
    text = program(
        "[A, B, C]",
        f"{array('in', 'x', 'A, B, C', element)}, {array('out', 'y', rest, element)}",
        f'sdfg.reduce (%x) -> (%y) {{kind = "{kind}", axes = {listed(axes)}}}',
    )
    x = random_array(element, shape)
    if element == "f32":
        x[1, 2, 3] = np.nan
    compare(text, {"x": x}, 1e-4)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_softmax(axis: int):
    text = program(
        "[A, B, C]",
        f"{array('in', 'x', 'A, B, C')}, {array('out', 'y', 'A, B, C')}",
        f"sdfg.softmax (%x) -> (%y) {{axis = {axis} : i64}}",
    )
    compare(text, {"x": random_array("f32", (3, 5, 4)) * 30})


@pytest.mark.parametrize("shape", [(6,), (3, 6, 2)])
@pytest.mark.parametrize("kind", ["sum", "product", "max"])
@pytest.mark.parametrize("exclusive", ["true", "false"])
@pytest.mark.parametrize("reverse", ["true", "false"])
def test_scan(shape: tuple[int, ...], kind: str, exclusive: str, reverse: str):
    dims = ", ".join("ABC"[: len(shape)])
    text = program(
        f"[{dims}]",
        f"{array('in', 'x', dims)}, {array('out', 'y', dims)}",
        f'sdfg.scan (%x) -> (%y) {{kind = "{kind}", axis = {len(shape) // 2} : i64, '
        f"exclusive = {exclusive}, reverse = {reverse}}}",
    )
    compare(text, {"x": random_array("f32", shape)}, 1e-4)


@pytest.mark.parametrize("element", ["f32", "f16", "i32", "i1"])
@pytest.mark.parametrize("shape", [(1,), (2,), (7,), (64,), (100,), (3, 13, 2)])
@pytest.mark.parametrize("descending", ["true", "false"])
@pytest.mark.parametrize("indices", [False, True])
def test_sort(element: str, shape: tuple[int, ...], descending: str, indices: bool):
    dims = ", ".join("ABC"[: len(shape)])
    origin = f", {array('out', 'origin', dims, 'i64')}" if indices else ""
    text = program(
        f"[{dims}]",
        f"{array('in', 'x', dims, element)}, {array('out', 'y', dims, element)}{origin}",
        f"sdfg.sort (%x) -> (%y{', %origin' if indices else ''}) "
        f"{{axis = {len(shape) // 2} : i64, descending = {descending}}}",
    )
    x = random_array(element, shape)
    if element == "f32" and x.size > 3:
        x.flat[1], x.flat[3] = np.nan, -np.inf
    compare(text, {"x": x})


@pytest.mark.parametrize("shape", [(5,), (2, 3), ()])
def test_gather(shape: tuple[int, ...]):
    dims = ", ".join("AB"[: len(shape)])
    text = program(
        "[A, B, N]",
        f"{array('in', 'x', 'N, 4')}, {array('in', 'index', dims, 'i64')}, "
        + array("out", "y", f"{dims}, 4" if dims else "4"),
        "sdfg.gather (%x, %index) -> (%y)",
    ).replace("[A, B, N]", "[" + ", ".join([*"AB"[: len(shape)], "N"]) + "]")
    index = np.random.default_rng(4).integers(0, 7, shape)
    compare(text, {"x": random_array("f32", (7, 4)), "index": np.array(index)})


@pytest.mark.parametrize("at", [-1, 7])
def test_gather_out_of_bounds(at: int):
    text = program(
        "[]",
        f"{array('in', 'x', '7')}, {array('in', 'index', '1', 'i64')}, {array('out', 'y', '1')}",
        "sdfg.gather (%x, %index) -> (%y)",
    ).replace("@main []", "@main")
    with pytest.raises(SDFGError, match=f"takes index {at}"):
        expanded(text, {"x": random_array("f32", (7,)), "index": np.array([at])})
    module = Parser(context(), text).parse_module()
    ExpandLibraryPass().apply(Context(), module)
    with pytest.raises(SDFGError, match="index out of bounds"):
        interpret(module, "main", {"x": random_array("f32", (7,)), "index": np.array([at])})


@pytest.mark.parametrize("kind", ["", "sum", "max"])
@pytest.mark.parametrize("depth", [1, 2])
def test_scatter(kind: str, depth: int):
    dims, inner = ("N, 4", "M, 4") if depth == 1 else ("N, 4", "M")
    text = program(
        "[N, M]",
        f"{array('in', 'u', inner)}, {array('in', 'index', f'M, {depth}', 'i64')}, "
        + array("inout", "y", dims),
        "sdfg.scatter (%u, %index) -> (%y)" + (f' {{kind = "{kind}"}}' if kind else ""),
    )
    shape = (9, 4) if depth == 1 else (9,)
    arrays = {
        "u": random_array("f32", shape),
        "index": np.random.default_rng(5).integers(0, 4, (9, depth)),
        "y": random_array("f32", (6, 4), 3),
    }
    compare(text, arrays)
