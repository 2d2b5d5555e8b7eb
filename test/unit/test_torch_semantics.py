"""torch.compile beside eager: what is compiled, what PyTorch runs, and what both have to keep."""

import warnings
from importlib import import_module
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional

from sdfg.tools import driver, torch_backend
from sdfg.tools.torch_backend import SDFGRemark
from sdfg.tools.torch_call import CompiledPart
from sdfg.tools.torch_parts import Partition

torch_any: Any = torch
seeded: Any = torch.random


def compiled(function: Any, **options: Any) -> Any:
    torch.compiler.reset()
    return torch_any.compile(function, backend="sdfg", fullgraph=True, **options)


def test_what_cannot_be_compiled_runs_in_pytorch_with_one_remark() -> None:
    special: Any = torch.special

    def function(x: Tensor) -> Tensor:
        return special.bessel_j0(special.bessel_j0(x * 2) + 1) * x

    x = torch.randn(3)
    with pytest.warns(SDFGRemark, match=r"test_torch_semantics.*'aten.special_bessel_j0") as told:
        got = compiled(function)(x)
    assert len([w for w in told if w.category is SDFGRemark]) == 1
    torch.testing.assert_close(got, function(x))
    with pytest.raises(Exception, match=r"special_bessel_j0"):
        compiled(function, options={"fallback": False})(x)


def test_random_numbers_follow_the_generator() -> None:
    def function(x: Tensor) -> tuple[Tensor, ...]:
        drawn = torch.rand(3), torch.randn_like(x), torch.empty(4).uniform_(2, 3)
        dropped = functional.dropout(x, 0.3), functional.dropout(x.t(), 0.5)
        return *drawn, *dropped, torch.bernoulli(x.sigmoid()), functional.gumbel_softmax(x)

    x, function_ = torch.randn(5, 7, requires_grad=True), compiled(function)
    for _ in range(2):
        seeded.manual_seed(11)
        got = function_(x)
        seeded.manual_seed(11)
        torch.testing.assert_close(got, function(x))


def test_complex_numbers_are_pairs() -> None:
    def function(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
        turned = a * torch.polar(b.real, b.imag) - 2j
        return turned, (a @ b.mT).abs(), torch.view_as_real(a.conj() * b), torch.exp(a)

    a, b = torch.randn(2, 3, 4, dtype=torch.complex64)
    a.requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("error", SDFGRemark)
        got = compiled(function, options={"fallback": False})(a, b)
        total: Any = sum(x.abs().sum() for x in got)
        total.backward()
    grad, a.grad = a.grad, None
    torch.testing.assert_close(got, function(a, b))
    total = sum(x.abs().sum() for x in function(a, b))
    total.backward()
    torch.testing.assert_close(grad, a.grad)


def test_transforms_cut_the_graph() -> None:
    fft: Any = torch.fft

    def function(x: Tensor) -> Tensor:
        return fft.irfft(fft.rfft(x * 2) * 0.5) + 1

    x = torch.randn(3, 8)
    with pytest.warns(SDFGRemark, match="_fft_r2c"):
        got = compiled(function)(x)
    torch.testing.assert_close(got, function(x))


def test_buffers_views_and_graph_breaks() -> None:
    class Counter(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.calls = nn.Buffer(torch.zeros(()))

        def forward(self, x: Tensor) -> tuple[Tensor, ...]:
            self.calls += 1
            y = x.clone()
            y.view(-1)[2:5] = 0
            torch_any._dynamo.graph_break()
            x.mul_(self.calls)
            return y * self.calls, y.t(), y[1:], x.view(-1)

    torch.compiler.reset()
    ours, eager = Counter(), Counter()
    fast = torch_any.compile(ours, backend="sdfg")
    x, y = torch.randn(3, 4), torch.randn(3, 4)
    for _ in range(2):
        mine = x.clone()
        got, want = fast(mine), eager(y.copy_(x))
        torch.testing.assert_close(got, want)
        torch.testing.assert_close(mine, y)
        assert got[3].data_ptr() == mine.data_ptr()
        assert got[1].data_ptr() + 16 == got[2].data_ptr()
    assert ours.calls == 2


def test_recompilation_follows_the_guards() -> None:
    graphs: list[Any] = []
    kept = torch_backend.compile_graph

    def counted(*arguments: Any, **options: Any) -> Any:
        graphs.append(arguments)
        return kept(*arguments, **options)

    def function(x: Tensor, factor: int) -> Tensor:
        return functional.gelu(x) * factor + x.shape[0]

    torch.compiler.reset()
    fast = torch_any.compile(function, backend=counted, dynamic=True)
    for shape in ((3, 4), (5, 4), (2, 9)):
        x = torch.randn(shape)
        torch.testing.assert_close(fast(x, 3), function(x, 3))
        torch.testing.assert_close(fast(x, 5), function(x, 5))
    assert len(graphs) == 1
    torch.testing.assert_close(fast(x.double(), 5), function(x.double(), 5))
    assert len(graphs) == 2


@pytest.mark.parametrize("layer", [nn.Conv2d(2, 3, 3, 2, 1), nn.BatchNorm2d(2)])
def test_layers_of_open_sizes_are_trained(layer: nn.Module) -> None:
    def loss(x: Tensor) -> Tensor:
        return (layer(x) ** 2).sum()

    fast = compiled(loss, dynamic=True, options={"fallback": False})
    for shape in ((4, 2, 9, 8), (3, 2, 6, 10)):
        x = torch.randn(shape)
        mine, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
        fast(mine).backward()
        total: Any = loss(theirs)
        total.backward()
        torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-4, atol=1e-5)


def test_checkpoints_draw_the_same_again() -> None:
    checkpoint: Any = import_module("torch.utils.checkpoint").checkpoint

    def part(x: Tensor) -> Tensor:
        return functional.dropout(x.sin(), 0.4).exp()

    def function(x: Tensor) -> Tensor:
        return checkpoint(part, x, use_reentrant=False)

    grads: list[Any] = []
    for one in (compiled(function, options={"fallback": False}), function):
        x = torch.linspace(0, 3, 20).requires_grad_()
        seeded.manual_seed(2)
        total: Any = one(x).sum()
        total.backward()
        grads.append(x.grad)
    torch.testing.assert_close(*grads)


def test_tensors_without_data_go_through() -> None:
    def function(x: Tensor) -> list[Tensor]:
        return [x.exp() + 1]

    trace: Any = torch_any.fx.experimental.proxy_tensor.make_fx
    graph = trace(function, tracing_mode="fake")(torch.randn(3)).graph
    (part,) = Partition(graph, ()).parts.values()
    compiled_part = CompiledPart(part, driver.CompileOptions())
    torch.testing.assert_close(compiled_part(torch.ones(3))[0], torch.ones(3).exp() + 1)
    with FakeTensorMode() as mode:
        assert compiled_part(mode.from_tensor(torch.ones(3)))[0].shape == (3,)
