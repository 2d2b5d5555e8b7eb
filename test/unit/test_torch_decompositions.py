"""Our decompositions against PyTorch's own operators, and whole models decomposed."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from models import torch_zoo
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn import functional

from sdfg.lowering.frontend import torch_arithmetic as arithmetic
from sdfg.lowering.frontend import torch_decompositions as ours


def heads(heads: int, length: int, *, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(2, heads, length, 8, dtype=dtype)


def hiding(*shape: int) -> Tensor:
    """A random mask in which one row sees nothing."""
    mask = torch.rand(*shape) < 0.6
    mask[..., 1, :] = False
    return mask


random: Any = torch.random
random.manual_seed(3)  # for what parametrize draws below


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.manual_seed(3)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"is_causal": True},
        {"scale": 0.3},
        {"attn_mask": hiding(5, 7)},
        {"attn_mask": hiding(2, 1, 5, 7)},
        {"attn_mask": torch.randn(5, 7)},
        {"attn_mask": torch.randn(5, 7).masked_fill(~hiding(5, 7), float("-inf"))},
    ],
    ids=["plain", "causal", "scaled", "mask", "mask-per-item", "bias", "infinite-bias"],
)
def test_attention(options: dict[str, object]) -> None:
    q, k, v = heads(4, 5), heads(4, 7), heads(4, 7)
    want = functional.scaled_dot_product_attention(q, k, v, **options)  # pyright: ignore[reportArgumentType]
    got = ours.scaled_dot_product_attention(q, k, v, **options)  # pyright: ignore[reportArgumentType]
    torch.testing.assert_close(got, want)
    assert not got.isnan().any()


@pytest.mark.parametrize("source", [4, 9])
def test_causal_masks_start_at_the_upper_left(source: int) -> None:
    q, k, v = heads(2, 6), heads(2, source), heads(2, source)
    want = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    got = ours.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(got, want)


def test_heads_share_keys_in_groups() -> None:
    q, k, v = heads(6, 5), heads(2, 5), heads(2, 5)
    want = functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    got = ours.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    torch.testing.assert_close(got, want)


def test_attention_with_dropout() -> None:
    q = heads(2, 3)
    random.manual_seed(4)
    want = functional.scaled_dot_product_attention(q, q, q, dropout_p=0.5)
    random.manual_seed(4)
    torch.testing.assert_close(ours.scaled_dot_product_attention(q, q, q, dropout_p=0.5), want)


@pytest.mark.parametrize("mask", [None, torch.zeros(5, 5).masked_fill(~hiding(5, 5), -torch.inf)])
def test_flash_attention_returns_what_its_derivative_reads(mask: Tensor | None) -> None:
    q, k, v = heads(4, 5), heads(4, 5), heads(4, 5)
    operator = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    want = operator(q, k, v, 0.0, mask is None, attn_mask=mask)
    got = ours.flash_attention(q, k, v, 0.0, mask is None, attn_mask=mask)
    torch.testing.assert_close(got, want)


@pytest.mark.parametrize(("beta", "alpha"), [(1, 1), (0, 1), (0.5, 2.0)])
def test_addmm(beta: float, alpha: float) -> None:
    bias, left, right = torch.randn(6), torch.randn(4, 5), torch.randn(5, 6)
    want = torch.addmm(bias, left, right, beta=beta, alpha=alpha)
    torch.testing.assert_close(ours.addmm(bias, left, right, beta=beta, alpha=alpha), want)


@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm(affine: bool) -> None:
    x, mean, variance = torch.randn(2, 3, 4, 5), torch.randn(3), torch.rand(3) + 0.5
    weight, bias = (torch.randn(3), torch.randn(3)) if affine else (None, None)
    want = functional.batch_norm(x, mean, variance, weight, bias, eps=1e-3)
    got, _, _ = ours.batch_norm(x, weight, bias, mean, variance, 0.1, 1e-3)
    torch.testing.assert_close(got, want)


@pytest.mark.parametrize("exponent", [0.5, 2.0, 3.0, -1.0, -2.0])
def test_powers(exponent: float) -> None:
    x = torch.rand(20) + 0.1
    torch.testing.assert_close(ours.power(x, exponent), torch.pow(x, exponent))


def test_other_powers_stay() -> None:
    assert ours.power(torch.rand(3), 1.7) is NotImplemented
    assert ours.power(torch.arange(3), 2) is NotImplemented


def test_tracing_leaves_pytorch_as_it_was() -> None:
    torch_c = ours.torch_c
    before = torch_c._get_mkldnn_enabled()
    with pytest.raises(KeyError), ours.traceable():
        {}["an error while tracing"]
    with ours.traceable():
        assert not torch_c._get_mkldnn_enabled()
    assert torch_c._get_mkldnn_enabled() == before


@pytest.mark.parametrize("name", torch_zoo.SMALL)
def test_models_compute_the_same_when_decomposed(name: str) -> None:
    example = torch_zoo.build(name)
    with torch.no_grad():
        want = example.module(*example.inputs)
    program: Any = torch_zoo.export(example)
    with ours.traceable():
        program = program.run_decompositions(ours.decomposition_table())
    torch.testing.assert_close(program.module()(*example.inputs), want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("hidden", ["nothing", "keys", "pairs"])
def test_fused_transformer_layers(norm_first: bool, hidden: str) -> None:
    layer = nn.TransformerEncoderLayer(
        16, 2, 32, batch_first=True, norm_first=norm_first, activation="gelu"
    ).eval()
    x = torch.randn(3, 5, 16)
    masks: dict[str, Tensor] = {}
    if hidden == "keys":
        masks["src_key_padding_mask"] = torch.arange(5) > torch.tensor([[4], [2], [3]])
    if hidden == "pairs":
        masks["src_mask"] = torch.ones(5, 5, dtype=torch.bool).triu(1)

    def function(x: Tensor) -> Tensor:
        return layer(x, **masks)

    with torch.no_grad():
        want = function(x)
        traced = make_fx(function, decomposition_table=ours.decomposition_table())(x)
    operators = {str(node.target) for node in traced.graph.nodes}
    assert "aten._transformer_encoder_layer_fwd.default" not in operators
    torch.testing.assert_close(traced(x), want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("average", [True, False])
def test_fused_attention_with_its_weights(average: bool) -> None:
    attention = nn.MultiheadAttention(16, 4, batch_first=True).eval()
    x = torch.randn(2, 5, 16)

    def function(x: Tensor) -> Any:
        return attention(x, x, x, average_attn_weights=average)

    with torch.no_grad():
        want = function(x)
        traced = make_fx(function, decomposition_table=ours.decomposition_table())(x)
    operators = {str(node.target) for node in traced.graph.nodes}
    assert "aten._native_multi_head_attention.default" not in operators
    torch.testing.assert_close(traced(x), want, rtol=1e-4, atol=1e-5)


def dividends() -> tuple[Tensor, Tensor]:
    """Random pairs over many orders of magnitude, then every pair of special values."""
    x = torch.randn(1000) * 10.0 ** torch.randint(-3, 6, (1000,))
    y = torch.randn(1000) * 10.0 ** torch.randint(-2, 3, (1000,))
    special = torch.tensor([0.0, -0.0, 1.0, 0.1, -0.1, 6.0, -3.0, torch.inf, -torch.inf, torch.nan])
    pairs = torch.cartesian_prod(special, special)
    return torch.cat([x, pairs[:, 0]]), torch.cat([y, pairs[:, 1]])


def decomposed(function: Any, *inputs: Tensor) -> Any:
    return make_fx(function, decomposition_table=ours.decomposition_table())(*inputs)(*inputs)


Operator = Callable[[Tensor, Tensor], Tensor]


def test_lengths_that_overflow_when_squared() -> None:
    x, y = dividends()
    x, y = x * 1e30, y * 1e30
    torch.testing.assert_close(arithmetic.hypot(x, y), torch.hypot(x, y), equal_nan=True)


Derivative = Callable[[Tensor], Tensor]

DERIVATIVES: dict[str, tuple[Derivative, tuple[int, ...]]] = {
    "average": (lambda x: functional.avg_pool2d(x, 3, 2, 1, ceil_mode=True), (2, 3, 8, 7)),
    "average-inside": (
        lambda x: functional.avg_pool2d(x, 3, 2, 1, False, count_include_pad=False),
        (3, 8, 7),
    ),
    "average-3d": (lambda x: functional.avg_pool3d(x, 2), (1, 2, 4, 5, 4)),
    "adaptive": (lambda x: functional.adaptive_avg_pool2d(x, (3, 2)), (2, 3, 7, 5)),
    "maximum": (lambda x: functional.max_pool2d(x, 3, 2, 1), (2, 3, 7, 8)),
    "adaptive-maximum": (lambda x: functional.adaptive_max_pool2d(x, (3, 2)), (2, 3, 7, 5)),
    "maximum-3d": (lambda x: functional.max_pool3d(x, 2), (2, 4, 4, 5)),
    "border": (lambda x: functional.pad(x, (1, 2, 0, 3), mode="replicate"), (2, 3, 4, 5)),
    "convolution": (lambda x: functional.conv2d(x, x[:, :2, :3, :2], groups=2), (2, 4, 7, 6)),
    "strided": (
        lambda x: functional.conv2d(x, x[:3, :, :3, :2], None, (2, 3), (2, 1), (1, 2)),
        (4, 2, 9, 8),
    ),
    "row": (lambda x: functional.conv1d(x, x[:2, :, :3], x[0, 0, :2], 2, 3), (3, 4, 11)),
    "transposed": (
        lambda x: functional.conv_transpose2d(x, x[:, :2, :3, :3], None, 2, 1, 1, 2, 2),
        (4, 4, 6, 5),
    ),
    "causal": (
        lambda x: functional.scaled_dot_product_attention(x, x * 2, x + 1, is_causal=True),
        (2, 3, 5, 4),
    ),
    "masked": (
        lambda x: functional.scaled_dot_product_attention(x, x * 2, x + 1, x[0, 0, :, :1]),
        (2, 3, 5, 4),
    ),
}


@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives(name: str) -> None:
    function, shape = DERIVATIVES[name]
    x = torch.randn(shape)

    def derive(x: Tensor) -> Tensor:
        x = x.detach().requires_grad_()
        y = function(x)
        grad: Any = torch.autograd.grad
        return grad((y * torch.arange(y.numel()).view(y.shape).sin()).sum(), x)[0]

    table = ours.decomposition_table()
    graph = make_fx(derive, decomposition_table=table)(x)
    assert not any("backward" in str(node.target) for node in graph.graph.nodes)
    torch.testing.assert_close(graph(x), derive(x), rtol=1e-4, atol=1e-5)


DIVISIONS: list[Operator] = [
    torch.fmod,
    torch.remainder,
    torch.floor_divide,
    lambda x, _: torch.fmod(x, 0.3),
    lambda x, _: torch.div(x, -0.1, rounding_mode="floor"),
    lambda x, _: x // 3,
    lambda x, y: torch.div(x, y, rounding_mode="trunc"),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("function", DIVISIONS)
def test_divisions_are_exact(function: Any, dtype: torch.dtype) -> None:
    x, y = (tensor.to(dtype) for tensor in dividends())
    torch.testing.assert_close(
        decomposed(function, x, y), function(x, y), rtol=0, atol=0, equal_nan=True
    )


def test_remainders_of_integers() -> None:
    x, y = torch.randint(-100, 100, (2, 50))
    y = torch.where(y == 0, 7, y)
    functions: list[Operator] = [
        torch.fmod,
        lambda x, _: torch.fmod(x, 7),
        lambda x, _: torch.fmod(x, 2.5),
    ]
    for function in functions:
        torch.testing.assert_close(decomposed(function, x, y), function(x, y))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gelu_with_a_hyperbolic_tangent(dtype: torch.dtype) -> None:
    x = torch.linspace(-9, 9, 1001, dtype=dtype)
    want = functional.gelu(x, approximate="tanh")
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(arithmetic.gelu(x, approximate="tanh"), want, rtol=eps, atol=8 * eps)
    assert arithmetic.gelu(x) is NotImplemented


@pytest.mark.parametrize(
    ("shifts", "dims"),
    [(2, None), (-9, None), (1, 0), (-203, 1), ((3, -1), (0, 2)), ((1, 1), (1, 1))],
)
def test_roll(shifts: Any, dims: Any) -> None:
    def function(x: Tensor) -> Tensor:
        return torch.roll(x, shifts, dims)

    for x in (torch.randn(4, 5, 6), torch.randn(4, 0, 6), torch.randn(1, 1, 1)):
        torch.testing.assert_close(decomposed(function, x), function(x))


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64])
def test_comparisons_with_numbers_of_another_kind(dtype: torch.dtype) -> None:
    x = torch.arange(-5, 5).to(dtype)

    def function(x: Tensor) -> Tensor:
        return torch.stack([x == 3, x != 2.5, x < 0, x <= -0.5, x > 1.0, x >= 2])

    traced = make_fx(function, decomposition_table=ours.decomposition_table())(x)
    torch.testing.assert_close(traced(x), function(x))
    compared = [n for n in traced.graph.nodes if str(n.target).endswith(".Scalar")]
    assert len(compared) == 6
    for node in compared:
        assert isinstance(node.args[1], float) == node.args[0].meta["val"].is_floating_point()
