"""Single operations, of the sizes at which libraries are compared."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import Definition


class Function(nn.Module):
    """A function of tensors as a module."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.function(*inputs)


class GeluChain(nn.Module):
    """`gelu(x * a + b)` with a factor and a shift per column."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.randn(columns))
        self.b = nn.Parameter(torch.randn(columns))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.gelu(x * self.a + self.b)


def _multiply(a: Tensor, b: Tensor) -> Tensor:
    return a @ b


def _softmax(x: Tensor) -> Tensor:
    return torch.softmax(x, -1)


def _sum_rows(x: Tensor) -> Tensor:
    return x.sum(1)


def _transpose(x: Tensor) -> Tensor:
    return x.t().contiguous()


def _attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return nn.functional.scaled_dot_product_attention(q, k, v)


def _gemm(size: int) -> Definition:
    return Definition(Function(_multiply), (torch.randn(size, size), torch.randn(size, size)))


def gemm_512() -> Definition:
    return _gemm(512)


def gemm_1024() -> Definition:
    return _gemm(1024)


def gemm_2048() -> Definition:
    return _gemm(2048)


def conv3x3() -> Definition:
    return Definition(nn.Conv2d(64, 64, 3, padding=1, bias=False), (torch.randn(1, 64, 56, 56),))


def attention() -> Definition:
    """12 heads of 64 features at 128 positions."""
    q, k, v = (torch.randn(1, 12, 128, 64) for _ in range(3))
    return Definition(Function(_attention), (q, k, v))


def softmax() -> Definition:
    return Definition(Function(_softmax), (torch.randn(1024, 1024),))


def layernorm() -> Definition:
    return Definition(nn.LayerNorm(768), (torch.randn(512, 768),))


def gelu_chain() -> Definition:
    return Definition(GeluChain(4096), (torch.randn(4096, 4096),))


def row_sums() -> Definition:
    return Definition(Function(_sum_rows), (torch.randn(4096, 4096),))


def transpose() -> Definition:
    return Definition(Function(_transpose), (torch.randn(4096, 4096),))
