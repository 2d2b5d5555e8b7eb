"""What the torch.compile backend refuses and remarks."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools import driver, torch_backend
from sdfg.tools.torch_backend import SDFGRemark

torch_any: Any = torch


def compiled(function: Any, **options: Any) -> Any:
    torch.compiler.reset()
    return torch_any.compile(function, backend="sdfg", fullgraph=True, **options)


def test_it_is_found_by_name() -> None:
    assert "sdfg" in torch_any.compiler.list_backends()
    assert torch_any._dynamo.lookup_backend("sdfg") is torch_backend.compile_graph


def test_modes_are_options_or_refused() -> None:
    with pytest.raises(Exception, match=r"mode 'reduce-overhead' is not supported\nhint: one of "):
        compiled(torch.sin, mode="reduce-overhead")(torch.randn(3))
    assert torch_backend.Settings.of({}, "max-autotune").options.measure
    assert torch_backend.Settings.of({"threads": 2}, None).options.threads == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fast": True}, r"unknown options: fast\nhint: there are .*fallback, fast_math"),
        ({"threads": "2"}, r"option 'threads' takes a value of type int, got '2'"),
        ({"without": ("nothing",)}, r"cannot leave out nothing\nhint: "),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(Exception, match=message):
        compiled(torch.sin, options=options)(torch.randn(3))


def test_copies_are_remarked() -> None:
    x = torch.randn(4, 6)
    function = compiled(torch.exp)
    with pytest.warns(SDFGRemark, match=r"inputs \[0\] are not contiguous"):
        got = function(x[:, ::2])
    np.testing.assert_allclose(got, x[:, ::2].exp(), rtol=1e-6)


def test_results_lie_in_memory_as_in_eager() -> None:
    x = torch.randn(2, 3, 4, 5)

    def function(x: Tensor) -> tuple[Tensor, ...]:
        y = x * 2
        return y.permute(0, 3, 1, 2), x.t() if x.dim() == 2 else x, y

    for got, want in zip(compiled(function)(x), function(x), strict=True):
        assert got.stride() == want.stride()
        np.testing.assert_allclose(got, want, rtol=1e-6)


def test_inputs_can_be_changed_in_place() -> None:
    def function(x: Tensor) -> Tensor:
        x.add_(1)
        return x * 2

    x, y = torch.ones(5), torch.ones(5)
    np.testing.assert_allclose(compiled(function)(x), function(y))
    np.testing.assert_allclose(x, y)


def test_transformer_layers_are_not_taken_by_fused_kernels() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True).eval()
    x = torch.randn(2, 5, 16)
    with torch.no_grad():
        want = layer(x)
        got = compiled(layer)(x)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def with_nan(*shape: int) -> Tensor:
    x = torch.randn(*shape)
    x[torch.rand(*shape) < 0.1] = torch.nan
    x[1] = torch.nan
    return x


def test_nan_in_maxima_of_activations() -> None:
    def function(x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        activated = (functional.relu6(x), functional.elu(x), functional.hardswish(x))
        clamped = (x.clamp(-0.5, 0.5), x.clamp_min(y), functional.max_pool2d(x[None, None], 2))
        return *activated, *clamped, torch.maximum(x, y[:1]), torch.fmin(x, y)

    x, y = with_nan(6, 10), with_nan(6, 10)
    for got, want in zip(compiled(function)(x, y), function(x, y), strict=True):
        torch.testing.assert_close(got, want, equal_nan=True)


def test_the_first_nan_is_the_maximum() -> None:
    def function(x: Tensor) -> tuple[Tensor, ...]:
        return *x.max(1), *x.min(0), x.argmax(1), x.argmin(), x.argmax(0)

    for x in (with_nan(6, 30), torch.full((3, 4), -torch.inf), torch.randn(4, 9)):
        for got, want in zip(compiled(function)(x), function(x), strict=True):
            torch.testing.assert_close(got, want, equal_nan=True)


def sums_and_products(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    return a + b, a * b - 3, -a, a.abs(), a - b, 5 - a, a << 2, a >> 1, ~a ^ b


def quotients(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    rounded = (torch.div(a, b, rounding_mode="trunc"), a // b, a // 3)
    return *rounded, a % b, a % 5, a / b


def orders(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    largest = (torch.maximum(a, b), a.amax(), a.view(-1, 5).max(1)[0], a.clamp(2, 50))
    return *largest, a < b, a >= 100, torch.where(a > b, a, b), a.view(-1, 5).argmin(1)


def conversions(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    narrow = (a.to(torch.uint8), a.to(torch.int8), (b.abs().float() * 0.4).to(a.dtype))
    made = (
        torch.ones_like(a) + a,
        torch.full((3,), 77, dtype=a.dtype) + a[:3],
        functional.pad(a, (1, 2)),
    )
    return *narrow, *made, a.float() * 0.5, a.long(), a.sum(), a.cumsum(0), torch.cat([a, b]), a


@pytest.mark.parametrize("function", [sums_and_products, quotients, orders, conversions])
@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int16])
def test_narrow_integers(function: Any, dtype: torch.dtype) -> None:
    limits = torch.iinfo(dtype)
    if dtype == torch.int16:
        pairs = torch.randint(limits.min, limits.max, (2, 500))
    else:
        values = torch.arange(limits.min, limits.max + 1)
        pairs = torch.cartesian_prod(values, values).T
    pairs = pairs[:, (pairs[1] != 0) & (pairs[1] != -1)]
    pairs = pairs[:, : pairs.shape[1] // 5 * 5]
    a, b = pairs.to(dtype).contiguous()
    for got, want in zip(compiled(function)(a, b), function(a, b), strict=True):
        torch.testing.assert_close(got, want)


def test_unsigned_integers_in_the_interface() -> None:
    class Model(nn.Module):
        def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
            return a // b, a.to(torch.int8)

    a, b = torch.randint(0, 256, (2, 50), dtype=torch.uint8)
    b |= 1
    program = torch.export.export(Model(), (a, b))
    model = driver.compile_module(import_exported(program))
    assert [v.dtype for v in model.interface.inputs] == ["uint8", "uint8"]
    assert [v.dtype for v in model.interface.outputs] == ["uint8", "int8"]
    for got, want in zip(model.run([a, b]), Model()(a, b), strict=True):
        torch.testing.assert_close(got, want)


def test_numbers_and_constants_are_assigned() -> None:
    table: Any = (
        np.random.default_rng(3).random((7, 90)).tolist()
    )  # large enough to be no part of the program's text

    def function(x: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
        x[0], x[-1], x[:, 2] = 0, 1.5, torch.tensor([0.25, 3.0])[:1]
        p = p.clone()
        p[0], p[-1] = p[1], p[-2]
        p[1:3] = torch.tensor(table)[2:4]
        return x * torch.arange(7), p + 1

    x, p = torch.randn(5, 7), torch.randn(6, 90)
    changed, kept = x.clone(), p.clone()
    got, want = compiled(function)(changed, kept), function(x, p)
    torch.testing.assert_close(got, want)
    torch.testing.assert_close(changed, x)
    torch.testing.assert_close(kept, p)


def test_comparisons_of_constants() -> None:
    def function(x: Tensor) -> Tensor:
        threes, halves = torch.full((3,), 3.0), torch.full((), 0.5)
        return torch.stack([(threes == 0) | (x > 9), (halves < 0) | (x > 9), threes >= halves])

    x = torch.randn(3)
    torch.testing.assert_close(compiled(function)(x), function(x))


@pytest.mark.parametrize("dynamic", [False, True])
def test_divisions_and_rolls(dynamic: bool) -> None:
    def function(x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        rolled = (x.roll(1, 1), x.roll((-1, 203), (0, 1)), x.roll(5))
        return *rolled, x % y, torch.fmod(x, y), x // 0.1, x // y, torch.fmod(x, 0.3)

    x, y = torch.randn(2, 4, 50) * 100
    for got, want in zip(compiled(function, dynamic=dynamic)(x, y), function(x, y), strict=True):
        torch.testing.assert_close(got, want, rtol=0, atol=0)


def test_nan_equals_nothing() -> None:
    def function(x: Tensor) -> tuple[Tensor, ...]:
        return x == x, x != x, x * 2 == x * 2, x.isfinite(), x.isnan(), x == x[:1]

    x = with_nan(4, 5)
    x[0, 0], x[2, 1] = torch.inf, -torch.inf
    for got, want in zip(compiled(function)(x), function(x), strict=True):
        torch.testing.assert_close(got, want)


def test_negative_padding_cuts() -> None:
    def function(x: Tensor) -> tuple[Tensor, ...]:
        shifted = functional.pad(x, (-1, 1)), functional.pad(x, (2, -2, -1, 1), value=3.0)
        return *shifted, functional.pad(x, (-1, -2)), functional.pad(x, (0, 0, 1, -3))

    x = torch.randn(4, 6)
    for got, want in zip(compiled(function)(x), function(x), strict=True):
        torch.testing.assert_close(got, want)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_negation_of_large_integers(dtype: torch.dtype) -> None:
    limits = torch.iinfo(dtype)
    x = torch.randint(limits.min, limits.max, (100,)).to(dtype)
    torch.testing.assert_close(compiled(torch.neg)(x), -x)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_long_sums_of_short_floats(dtype: torch.dtype) -> None:
    def function(x: Tensor) -> tuple[Tensor, ...]:
        norms = functional.layer_norm(x, x.shape[1:]), torch_any.linalg.vector_norm(x, dim=1)
        pooled = functional.avg_pool2d(x.reshape(1, 3, 50, 100), (50, 100))
        sums = x.sum(1), x.sum(), x.mean(1), x.cumsum(1)[:, ::500], x.var(1)
        return *norms, pooled, *sums, x @ x.T, x.softmax(1)

    x = (torch.rand(3, 5000) + 0.5).to(dtype)
    precision = torch.finfo(dtype).eps
    for got, want in zip(compiled(function)(x), function(x), strict=True):
        torch.testing.assert_close(got, want, rtol=4 * precision, atol=4 * precision)
