"""Library nodes of the interpreter against loops that say what they mean, and PyTorch."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray
from unit.text import parsed

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret

Array = NDArray[Any]
DTYPES: dict[str, Any] = {
    "i1": np.bool_,
    "i8": np.int8,
    "i32": np.int32,
    "i64": np.int64,
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "f32": np.float32,
    "f64": np.float64,
}
NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}


def container(array: Array) -> str:
    """The type of a container for `array` that is not dense."""
    shape = ", ".join(map(str, array.shape))
    steps = (2 * int(np.prod(array.shape[d + 1 :])) for d in range(array.ndim))
    strides = ", ".join(map(str, steps))
    return f"!sdfg.array<[{shape}] x {NAMES[array.dtype]}, strides [{strides}], offset 1>"


def node(op: str, attributes: str, inputs: list[Array], outputs: list[Array]) -> list[Array]:
    """What a library node makes of containers that hold `inputs` and `outputs`."""
    given = [*inputs, *outputs]
    roles = ["in"] * len(inputs) + ["inout"] * len(outputs)
    arguments = ", ".join(
        f'{role} "c{k}" %c{k}: {container(a)}'
        for k, (role, a) in enumerate(zip(roles, given, strict=True))
    )
    names = [f"%c{k}" for k in range(len(given))]
    ins, outs = ", ".join(names[: len(inputs)]), ", ".join(names[len(inputs) :])
    text = f"""
    sdfg.sdfg @main ({arguments}) {{
      sdfg.state @s {{
        "sdfg.{op}"({ins}, {outs}) {{{attributes}operandSegmentSizes =
          array<i32: {len(inputs)}, {len(outputs)}>}} : ({", ".join(map(container, given))}) -> ()
      }}
    }}
    """
    module = parsed(text)
    module.verify()
    results = interpret(module, "main", {f"c{k}": a for k, a in enumerate(given)}, strict=True)
    return [results[f"c{len(inputs) + k}"] for k in range(len(outputs))]


def ints(**values: list[int]) -> str:
    lists = ((k, ", ".join(map(str, v))) for k, v in values.items())
    return "".join(f"{k} = array<i64: {v}>, " for k, v in lists)


@pytest.mark.parametrize("accumulate", [True, False])
def test_matmul(accumulate: bool, rng: np.random.Generator) -> None:
    a, b, c = (rng.standard_normal(s) for s in ((2, 3, 5), (2, 5, 4), (2, 3, 4)))
    (found,) = node("matmul", "accumulate, " if accumulate else "", [a, b], [c])
    wanted = np.einsum("bmk,bkn->bmn", a, b) + (c if accumulate else 0)
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_matmul_converts_first(rng: np.random.Generator) -> None:
    a, b = (rng.integers(-128, 128, s).astype(np.int8) for s in ((3, 40), (40, 2)))
    (found,) = node("matmul", "", [a, b], [np.zeros((3, 2), np.int32)])
    np.testing.assert_array_equal(found, a.astype(np.int32) @ b.astype(np.int32))
    half = [rng.standard_normal(s).astype(ml_dtypes.bfloat16) for s in ((3, 40), (40, 2))]
    (found,) = node("matmul", "", half, [np.zeros((3, 2), np.float32)])
    np.testing.assert_allclose(found, half[0].astype("f4") @ half[1].astype("f4"), rtol=1e-5)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("spatial", [1, 2])
def test_conv(groups: int, spatial: int, rng: np.random.Generator) -> None:
    torch: Any = pytest.importorskip("torch")
    x = rng.standard_normal((2, 4, *(11, 9)[:spatial]))
    w = rng.standard_normal((6, 4 // groups, *(3, 2)[:spatial]))
    strides, dilations = [2, 1][:spatial], [1, 3][:spatial]
    function = torch.nn.functional.conv1d if spatial == 1 else torch.nn.functional.conv2d
    wanted: Array = function(
        torch.from_numpy(x), torch.from_numpy(w), None, strides, 0, dilations, groups
    ).numpy()
    attributes = ints(strides=strides, dilations=dilations) + f"groups = {groups} : i64, "
    before = rng.standard_normal(wanted.shape)
    (found,) = node("conv", attributes, [x, w], [before])
    np.testing.assert_allclose(found, wanted, rtol=1e-10)
    (found,) = node("conv", attributes + "accumulate, ", [x, w], [before])
    np.testing.assert_allclose(found, wanted + before, rtol=1e-10)


@pytest.mark.parametrize("kind", ["sum", "max", "min", "product"])
def test_pool(kind: str, rng: np.random.Generator) -> None:
    x = rng.standard_normal((2, 3, 9, 8))
    functions: dict[str, Any] = {"sum": np.sum, "max": np.max, "min": np.min, "product": np.prod}
    wanted = np.empty((2, 3, 4, 2))
    for i, j in np.ndindex(4, 2):
        part = x[:, :, 2 * i : 2 * i + 3, 3 * j : 3 * j + 5 : 2]
        wanted[:, :, i, j] = functions[kind](part, axis=(2, 3))
    attributes = ints(window=[3, 3], strides=[2, 3], dilations=[1, 2]) + f'kind = "{kind}", '
    (found,) = node("pool", attributes, [x], [np.zeros_like(wanted)])
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_windows_stay_within_the_image(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[1, 1, N] x f64>,
                            out "y" %y: !sdfg.array<[1, 1, M] x f64>) {
      sdfg.state @s {
        sdfg.pool (%x) -> (%y) {dilations = array<i64: 1>, kind = "max", strides = array<i64: 2>,
                                window = array<i64: 3>}
      }
    }
    """
    x = rng.standard_normal((1, 1, 5))
    assert interpret(parsed(text), "main", {"x": x}, {"M": 2})["y"].shape == (1, 1, 2)
    with pytest.raises(SDFGError, match="a window of 3 at 4 leaves size 5"):
        interpret(parsed(text), "main", {"x": x}, {"M": 3})


def test_reduce(rng: np.random.Generator) -> None:
    x = rng.standard_normal((3, 4, 5)).astype(np.float32)
    x[1, 2, 3] = np.nan
    before = rng.standard_normal(4).astype(np.float32)
    for kind, function in (("sum", np.sum), ("max", np.max), ("maxnum", np.fmax.reduce)):
        (found,) = node("reduce", ints(axes=[0, 2]) + f'kind = "{kind}", ', [x], [before])
        np.testing.assert_allclose(found, function(x, axis=(0, 2)), rtol=1e-6)
    (found,) = node("reduce", ints(axes=[0, 2]) + 'kind = "min", accumulate, ', [x], [before])
    np.testing.assert_array_equal(found, np.minimum(x.min(axis=(0, 2)), before))
    empty = np.zeros((4, 0), np.float32)
    (found,) = node("reduce", ints(axes=[1]) + 'kind = "max", ', [empty], [before])
    assert (found == -np.inf).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_softmax(dtype: Any, rng: np.random.Generator) -> None:
    x = (rng.standard_normal((3, 6, 2)) * 50).astype(dtype)
    (found,) = node("softmax", "axis = 1 : i64, ", [x], [np.zeros_like(x)])
    wide = np.exp(x.astype(np.longdouble))
    wanted = (wide / wide.sum(axis=1, keepdims=True)).astype(np.float64)
    eps = 2.0**-10 if dtype == np.float16 else 1e-6
    np.testing.assert_allclose(found.astype(np.float64), wanted, rtol=eps, atol=1e-7)


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("kind", ["sum", "product", "max"])
def test_scan(kind: str, reverse: bool, exclusive: bool, rng: np.random.Generator) -> None:
    x = rng.integers(-9, 9, (3, 7, 2))
    flags = f"exclusive = {str(exclusive).lower()}, reverse = {str(reverse).lower()}, "
    (found,) = node("scan", f'axis = 1 : i64, kind = "{kind}", {flags}', [x], [x])
    start = {"sum": 0, "product": 1, "max": np.iinfo(np.int64).min}[kind]
    for i, j in np.ndindex(3, 2):
        total, order = start, range(7)[:: -1 if reverse else 1]
        for k in order:
            value = int(x[i, k, j])
            after = {"sum": total + value, "product": total * value, "max": max(total, value)}[kind]
            assert found[i, k, j] == (total if exclusive else after)
            total = after


def test_scan_keeps_the_order_of_sums() -> None:
    x = np.array([1e8, 1, -1e8, 1], np.float32)
    flags = 'axis = 0 : i64, exclusive = false, kind = "sum", reverse = false, '
    (found,) = node("scan", flags, [x], [x])
    assert found.tolist() == [1e8, 1e8, 0, 1]


@pytest.mark.parametrize("descending", [True, False])
def test_sort_is_stable_and_nan_is_largest(descending: bool, rng: np.random.Generator) -> None:
    x = rng.integers(0, 4, (3, 9)).astype(np.float32)
    x[1, 3] = x[1, 5] = np.nan
    flags = f"axis = 1 : i64, descending = {str(descending).lower()}, "
    keys, order = node("sort", flags, [x], [x, np.zeros(x.shape, np.int64)])
    for i in range(3):
        value = [float("inf") if np.isnan(v) else float(v) for v in x[i]]
        wanted = sorted(range(9), key=lambda k, v=value: -v[k] if descending else v[k])
        assert order[i].tolist() == wanted
        np.testing.assert_array_equal(keys[i], x[i, wanted])


def test_gather_and_scatter(rng: np.random.Generator) -> None:
    x = rng.standard_normal((6, 3))
    index = rng.integers(0, 6, (4, 2))
    (found,) = node("gather", "", [x, index], [np.zeros((4, 2, 3))])
    np.testing.assert_array_equal(found, x[index])
    rows = np.array([[1, 2], [0, 1], [1, 2], [3, 0]])
    updates = rng.standard_normal((4, 2))
    before = rng.standard_normal((4, 3, 2))
    wanted, summed = before.copy(), before.copy()
    for row, update in zip(rows, updates, strict=True):
        wanted[tuple(row)] = update
        summed[tuple(row)] += update
    np.testing.assert_array_equal(node("scatter", "", [updates, rows], [before])[0], wanted)
    (found,) = node("scatter", 'kind = "sum", ', [updates, rows], [before])
    np.testing.assert_allclose(found, summed, rtol=1e-12)
    for bad in (-1, 6):
        index[1, 1] = bad
        with pytest.raises(SDFGError, match=f"takes index {bad} of a dimension of size 6"):
            node("gather", "", [x, index], [np.zeros((4, 2, 3))])
