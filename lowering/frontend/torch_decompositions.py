"""What becomes of composite PyTorch operators before torch-mlir sees them."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from sdfg.lowering.frontend import (
    torch_arithmetic,
    torch_backward,
    torch_bags,
    torch_experts,
    torch_random,
    torch_transformer,
)
from sdfg.lowering.frontend.torch_attention import (
    flash_attention,
    scaled_dot_product_attention,
)
from sdfg.lowering.frontend.torch_bindings import aten, torch_c, torch_decompositions

LOWERED_BY_TORCH_MLIR = (
    # torch's own decomposition computes in f64 tensors
    aten.native_layer_norm.default,
)

MISSING_IN_TORCH_MLIR = (
    aten.native_group_norm,
    aten.upsample_bilinear2d.vec,
    aten._native_batch_norm_legit_functional,
    aten._native_batch_norm_legit,
    aten._native_batch_norm_legit.no_stats,
    aten.squeeze.dims,
    aten.grid_sampler_2d,
    aten._adaptive_avg_pool2d,
    aten.logsumexp,
    aten._log_softmax,
    aten._to_copy,
    aten.diag,
)


def decomposition_table() -> dict[Any, Callable[..., Any]]:
    """torch.export's decompositions, what torch-mlir lacks, and our own below."""
    table: dict[Any, Callable[..., Any]] = dict(torch.export.default_decompositions())
    table.update(torch_decompositions.get_decompositions(MISSING_IN_TORCH_MLIR))
    for operator in LOWERED_BY_TORCH_MLIR:
        table.pop(operator, None)
    table = torch_random.undecomposed(table)
    table.update(_OWN)
    for module in (
        torch_arithmetic,
        torch_backward,
        torch_bags,
        torch_random,
        torch_transformer,
    ):
        table.update(module.DECOMPOSITIONS)
    table.update(torch_experts.decompositions())
    return table


@contextmanager
def traceable() -> Generator[None]:
    """Keep torch from turning an LSTM into oneDNN's layers while it decomposes."""
    one_dnn = torch_c._get_mkldnn_enabled()
    torch_c._set_mkldnn_enabled(False)
    try:
        yield
    finally:
        torch_c._set_mkldnn_enabled(one_dnn)


def addmm(
    bias: Tensor, left: Tensor, right: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """`beta * bias + alpha * left @ right`, without multiplications by one."""
    product = torch.mm(left, right)
    product = product if alpha == 1 else product * alpha
    if beta == 0:
        return product
    return product + (bias if beta == 1 else bias * beta)


def batch_norm(
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor,
    variance: Tensor,
    momentum: float,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """
    Inference with known statistics, as one scale and one shift for each channel (dimension 1).

    Both follow from weights alone, so that they can be computed once and merged into a
    convolution. The two empty tensors stand for statistics that are saved for training only.
    """
    scale = torch.rsqrt(variance + eps)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    channels = (-1, *(1,) * (x.dim() - 2))
    result = x * scale.reshape(channels) + shift.reshape(channels)
    return result.to(x.dtype), x.new_empty((0,)), x.new_empty((0,))


_POWERS: Mapping[float, Callable[[Tensor], Tensor]] = {
    0.5: torch.sqrt,
    2.0: lambda x: x * x,
    3.0: lambda x: x * x * x,
    -1.0: torch.reciprocal,
    -2.0: lambda x: torch.reciprocal(x * x),
}
"""Exponents that PyTorch itself computes without a power function."""


def power(x: Tensor, exponent: float) -> Tensor:
    """`x ** exponent`, by products where the exponent allows it."""
    simple = _POWERS.get(exponent)
    if simple is None or not x.dtype.is_floating_point:
        return NotImplemented
    return simple(x)


_OWN: Mapping[Any, Callable[..., Any]] = {
    aten.scaled_dot_product_attention.default: scaled_dot_product_attention,
    aten._scaled_dot_product_flash_attention_for_cpu.default: flash_attention,
    aten.addmm.default: addmm,
    aten._native_batch_norm_legit_no_training.default: batch_norm,
    aten.pow.Tensor_Scalar: power,
}
