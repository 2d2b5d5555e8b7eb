"""Programs that other compilers run and get wrong without a word, at both doors."""

from typing import Any

import numpy as np
import pytest
import torch
from end_to_end.doors import (
    Function,
    assert_same,
    normal,
    onnx_model,
    tensor,
    through_onnx,
    through_torch,
    torch_any,
)
from torch import Tensor

from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.tools import driver

# Masks whose two index operands must stay two: causal attention, a triangle.


def test_causal_attention(rng: np.random.Generator) -> None:
    q, k, v = (tensor(normal(rng, 2, 3, 9, 8)) for _ in range(3))

    def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)

    through_torch(attention, q, k, v, exact=False)


def test_triangle(rng: np.random.Generator) -> None:
    x = normal(rng, 7, 7)

    def triangle(x: Tensor) -> Tensor:
        rows, columns = torch.arange(7).unsqueeze(1), torch.arange(7).unsqueeze(0)
        lower = torch.tril(torch.ones(7, 7, dtype=torch.bool), diagonal=1)
        return torch.where(lower, x, -1.0) + torch.where(columns <= rows, 0.0, x)

    through_torch(triangle, tensor(x))


def test_causal_mask_in_onnx(rng: np.random.Generator) -> None:
    text = """
    masked (float[N,N] scores) => (float[N,N] weights)
    <float zero = {0}, int64 start = {0}, int64 step = {1}, int64[1] first = {0},
     int64[1] last = {1}, float low = {-10000}> {
      size = Shape <start = 0, end = 1> (scores)
      count = Squeeze (size, first)
      positions = Range (start, count, step)
      columns = Unsqueeze (positions, first)
      rows = Unsqueeze (positions, last)
      seen = LessOrEqual (columns, rows)
      masked = Where (seen, scores, low)
      weights = Softmax (masked)
    }"""
    got = through_onnx(text, normal(rng, 9, 9), exact=False)
    assert not np.triu(got, 1).any()


# Constants.


def test_small_constants(rng: np.random.Generator) -> None:
    x = normal(rng, 100) * np.float32(1e-9)
    through_torch(lambda x: (x + 1e-9) * 1e-30, tensor(x))
    got = through_onnx("f (float[100] x) => (float[100] y) <float c = {1e-9}> {y = Add(x, c)}", x)
    assert np.abs(got - x).min() > 0


def test_negative_zeros_among_zeros() -> None:
    x = np.array([3, -2, 1], np.float32)
    text = "f (float[3] x) => (float[3] y) <float[3] c = {0, -0.0, 0}> {y = Div (x, c)}"
    with np.errstate(divide="ignore"):
        through_onnx(text, x)


# Names that mean numbers elsewhere.


@pytest.mark.parametrize("name", ["E", "I", "pi", "oo", "N", "zoo", "S"])
def test_symbols_and_values_named_like_numbers(name: str, rng: np.random.Generator) -> None:
    other = "x" if name != "x" else "y"
    text = f"""
    f (float[{name},5] {name}) => (float[{name},{name}] {other}) {{
      t = Transpose <perm = [1, 0]> ({name})
      {other} = MatMul ({name}, t)
    }}"""
    for size in (1, 6):
        through_onnx(text, normal(rng, size, 5), exact=False)


def test_parameters_named_like_numbers(rng: np.random.Generator) -> None:
    def function(E: Tensor, I: Tensor, pi: Tensor) -> Tensor:  # noqa: E741
        return E * I - pi

    through_torch(function, *(tensor(normal(rng, 4, 3)) for _ in range(3)))


def test_dynamic_dimensions_named_like_numbers(rng: np.random.Generator) -> None:
    from sdfg.lowering.frontend.torch_import import import_exported

    class Sum(torch.nn.Module):
        def forward(self, a: Tensor, b: Tensor) -> Tensor:
            return a.sum(0, keepdim=True) * b.sum(1, keepdim=True)

    dims = ({0: torch.export.Dim("E", min=2)}, {0: torch.export.Dim("pi", min=2)})
    arrays = [tensor(normal(rng, n, 6)) for n in (3, 5)]
    program = torch.export.export(Sum(), tuple(arrays), dynamic_shapes=dims)
    model = driver.compile_module(import_exported(program, dynamic_shapes=dims))
    for sizes in ((3, 5), (7, 2)):
        inputs = [tensor(normal(rng, n, 6)) for n in sizes]
        assert_same(np.asarray(model.run(inputs)[0]), Sum()(*inputs).numpy(), exact=False)


# A product with a transposed operand.


def test_product_with_the_transpose(rng: np.random.Generator) -> None:
    a = normal(rng, 6, 4)
    through_torch(lambda a: a.T @ a, tensor(a), exact=False)
    through_torch(lambda a: a @ a.T, tensor(a), exact=False)
    through_onnx("f (float[6,4] a) => (float[4,4] y) {y = Gemm <transA=1> (a, a)}", a, exact=False)


# Integers.


def every_int8() -> tuple[np.ndarray, np.ndarray]:
    """All pairs of an eight-bit integer and one that is not zero, but for the one overflow."""
    values = np.arange(-128, 128, dtype=np.int8)
    a, b = (x.ravel() for x in np.meshgrid(values, values))
    kept = (b != 0) & ~((a == -128) & (b == -1))
    return a[kept], b[kept]


def test_division_of_integers_is_exact() -> None:
    through_torch(lambda x: x / 2, torch.arange(-9, 9))
    through_torch(lambda x: x / 3, torch.arange(-9, 9, dtype=torch.int8))


@pytest.mark.parametrize("rounding", ["floor", "trunc"])
def test_rounding_of_divisions(rounding: str) -> None:
    a, b = (tensor(x) for x in every_int8())
    through_torch(lambda a, b: torch.div(a, b, rounding_mode=rounding), a, b)
    through_torch(lambda a, b: torch.div(a, b, rounding_mode=rounding), a.float(), b.float())


def test_remainders() -> None:
    a, b = (tensor(x) for x in every_int8())
    through_torch(lambda a, b: a // b, a, b)
    through_torch(lambda a, b: a % b, a, b)
    through_torch(lambda a: (a // 2) - (a % 2) * 100, torch.arange(-9, 9))


def test_integer_division_in_onnx() -> None:
    a, b = every_int8()
    n = len(a)
    model = f"f (int8[{n}] a, int8[{n}] b) => (int8[{n}] y) {{y = %s (a, b)}}"
    got = through_onnx(model % "Mod", a, b)
    np.testing.assert_array_equal(got, np.mod(a, b))
    got = through_onnx(model % "Mod <fmod = 1>", a, b)
    np.testing.assert_array_equal(got, np.fmod(a, b))
    # ONNX truncates, which its reference does not do.
    compiled = driver.compile_module(import_onnx(onnx_model(model % "Div")))
    truncated = np.trunc(a.astype(np.float64) / b).astype(np.int8)
    np.testing.assert_array_equal(np.asarray(compiled.run([a, b])[0]), truncated)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
def test_integers_wrap(dtype: str, rng: np.random.Generator) -> None:
    limits = np.iinfo(dtype)
    x = rng.integers(limits.min, limits.max, 300, dtype=dtype, endpoint=True)
    through_torch(lambda x: x + x, tensor(x))
    through_torch(lambda x: x * x - 3, tensor(x))
    through_onnx(f"f ({dtype}[300] x) => ({dtype}[300] y) {{y = Add (x, x)}}", x)
    through_onnx(f"f ({dtype}[300] x) => ({dtype}[300] y) {{y = Mul (x, x)}}", x)


# Copies between overlapping parts of one array.


def test_overlapping_copy(rng: np.random.Generator) -> None:
    def shift(a: Tensor) -> Tensor:
        a[1:] = a[:-1].clone()
        a[:-2] = a[2:].clone()
        return a * 1

    a = tensor(normal(rng, 50))
    changed = a.clone()
    through_torch(shift, changed)
    want = a.clone()
    shift(want)
    np.testing.assert_array_equal(changed, want)


def test_shifted_update_in_onnx(rng: np.random.Generator) -> None:
    text = """
    shift (float[50] a) => (float[50] y)
    <int64[1] zero = {0}, int64[1] one = {1}, int64[1] last = {-1}> {
      head = Slice (a, zero, one)
      body = Slice (a, zero, last)
      y = Concat <axis = 0> (head, body)
    }"""
    through_onnx(text, normal(rng, 50))


# NaN.


def with_nans(rng: np.random.Generator) -> np.ndarray:
    x = normal(rng, 20, 33)
    x[rng.random(x.shape) < 0.02] = np.nan
    x[3, 4], x[5, :] = np.inf, np.nan
    return x


def test_nan_in_maxima(rng: np.random.Generator) -> None:
    x = with_nans(rng)
    a, b = tensor(x), tensor(x[::-1].copy())
    for function in (torch.maximum, torch.minimum):
        through_torch(function, a, b)
    rows: list[Function] = [lambda x: torch.amax(x, dim=1), lambda x: torch.amin(x, dim=1)]
    for function in rows:
        got = through_torch(function, a)
        assert 0 < got.isnan().sum() < len(got)
    through_torch(lambda x: torch.max(x), a)
    through_torch(lambda x: torch.relu(x) + torch.clamp(x, -1, 1), a)


@pytest.mark.parametrize("op", ["Max", "Min"])
def test_nan_in_maxima_in_onnx(op: str, rng: np.random.Generator) -> None:
    x = with_nans(rng)
    value = "float[20,33]"
    through_onnx(f"f ({value} a, {value} b) => ({value} y) {{y = {op} (a, b)}}", x, x[::-1].copy())
    through_onnx(f"f ({value} a) => (float[20,1] y) {{y = Reduce{op} <axes = [1]> (a)}}", x)


def test_reciprocals_of_zero() -> None:
    x = np.array([0, -0.0, 2, -np.inf, np.nan], np.float32)
    through_torch(torch.reciprocal, tensor(x))
    through_torch(lambda x: 1 / x + x**-1, tensor(x))
    through_onnx("f (float[5] x) => (float[5] y) {y = Reciprocal (x)}", x)


# Floating-point numbers in the order and with the roundings that were written.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_keep_their_order(dtype: Any, rng: np.random.Generator) -> None:
    large = 1e16 if dtype is np.float64 else 1e8
    x = rng.standard_normal(64).astype(dtype)
    big = np.full(64, large, dtype)
    got = through_torch(lambda x, big: (big + x) - big, *map(tensor, (x, big)))
    assert (got.numpy() != x).any()
    kind = "float" if dtype is np.float32 else "double"
    text = f"f ({kind}[64] x, {kind}[64] c) => ({kind}[64] y) {{s = Add (c, x) y = Sub (s, c)}}"
    through_onnx(text, x, big)


def test_products_are_rounded_before_sums(rng: np.random.Generator) -> None:
    """No contraction to fused multiply-add, which `fast_math` allows."""
    x, y, z = (normal(rng, 1000) for _ in range(3))
    through_torch(lambda x, y, z: x * y + z, *map(tensor, (x, y, z)))
    value = "float[1000]"
    text = f"""f ({value} x, {value} y, {value} z) => ({value} r) {{
      p = Mul (x, y)
      r = Add (p, z)
    }}"""
    through_onnx(text, x, y, z)
    got = through_onnx(text, x, y, z, exact=False, fast_math=True)
    assert (got != x * y + z).any()


# Indices out of bounds.


@pytest.mark.parametrize("index", [7, -8, 2**40])
def test_index_out_of_bounds(index: int, rng: np.random.Generator) -> None:
    x = normal(rng, 7, 3)
    indices = np.array([1, index, 0])
    text = "f (float[7,3] x, int64[3] i) => (float[3,3] y) {y = Gather <axis = 0> (x, i)}"
    through_onnx(text, x, np.array([-7, 6, 0]))
    model = onnx_model(text)
    with pytest.raises(Exception, match="out of bounds"):
        driver.compile_module(import_onnx(model)).run([x, indices])

    torch.compiler.reset()

    def rows(x: Tensor, i: Tensor) -> Tensor:
        return x[i] * 2

    compiled = torch_any.compile(rows, backend="sdfg", fullgraph=True)
    values = tensor(x)
    got = compiled(values, torch.tensor([1, -7, 6]))
    np.testing.assert_array_equal(got, values[torch.tensor([1, 0, 6])] * 2)
    with pytest.raises(Exception, match="out of bounds"):
        compiled(values, tensor(indices))


# Whole programs: triangular product, and the channel flow of NPBench.


def triangular_product(a: Tensor, b: Tensor) -> Tensor:
    """`b += a^T b` with the strictly lower triangle of `a`, row after row, in place."""
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            b[i, j] += torch.dot(a[i + 1 :, i], b[i + 1 :, j])
    return b * 1.5


def test_trmm(rng: np.random.Generator) -> None:
    a, b = tensor(normal(rng, 6, 6)), tensor(normal(rng, 6, 4))
    through_torch(triangular_product, a, b, exact=False)


def wrapped(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The inner rows of a field that is periodic in x: here, east of here, west of here."""
    return x[1:-1], x.roll(-1, 1)[1:-1], x.roll(1, 1)[1:-1]


def channel_flow(u: Tensor, v: Tensor, p: Tensor) -> Tensor:
    """Steps of a flow between two walls, periodic along them; pressure by Jacobi iterations."""
    d, dt, density, viscosity, force = 0.1, 0.01, 1.0, 0.1, 1.0
    for _ in range(3):
        (uc, ue, uw), (vc, ve, vw) = wrapped(u), wrapped(v)
        un, us, vn, vs = u[2:], u[:-2], v[2:], v[:-2]
        dudx, dvdy = (ue - uw) / (2 * d), (vn - vs) / (2 * d)
        shear = (un - us) * (ve - vw) / (4 * d * d)
        b = density * ((dudx + dvdy) / dt - dudx**2 - 2 * shear - dvdy**2)
        for _ in range(4):
            _, pe, pw = wrapped(p)
            p = p.clone()
            p[1:-1] = (pe + pw + p[2:] + p[:-2]) / 4 - d * d / 4 * b
            p[0], p[-1] = p[1], p[-2]
        _, pe, pw = wrapped(p)
        pn, ps = p[2:], p[:-2]
        u, v = u.clone(), v.clone()
        laplacian_u = (ue - 2 * uc + uw + un - 2 * uc + us) / d**2
        laplacian_v = (ve - 2 * vc + vw + vn - 2 * vc + vs) / d**2
        advected_u = uc * (uc - uw) / d + vc * (uc - us) / d
        advected_v = uc * (vc - vw) / d + vc * (vc - vs) / d
        slope_x, slope_y = (pe - pw) / (2 * density * d), (pn - ps) / (2 * density * d)
        u[1:-1] = uc + dt * (force - advected_u - slope_x + viscosity * laplacian_u)
        v[1:-1] = vc + dt * (viscosity * laplacian_v - advected_v - slope_y)
        u[0], u[-1], v[0], v[-1] = 0, 0, 0, 0
    return torch.stack([u, v, p])


def test_channel_flow(rng: np.random.Generator) -> None:
    fields = (tensor(normal(rng, 11, 13) / 10) for _ in range(3))
    through_torch(channel_flow, *fields, exact=False)
