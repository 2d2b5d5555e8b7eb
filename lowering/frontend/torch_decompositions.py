"""What becomes of composite PyTorch operators before torch-mlir sees them."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

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
    aten.full,
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
    table.update(_OWN)
    return table


@contextmanager
def traceable() -> Generator[None]:
    """
    Keep torch from choosing fused kernels that nothing else understands while it traces.

    Without this an LSTM becomes `mkldnn_rnn_layer` and a transformer layer one opaque operator.
    """
    fast_attention = torch.backends.mha.get_fastpath_enabled()
    one_dnn = torch_c._get_mkldnn_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        torch_c._set_mkldnn_enabled(False)
        yield
    finally:
        torch_c._set_mkldnn_enabled(one_dnn)
        torch.backends.mha.set_fastpath_enabled(fast_attention)


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """
    `softmax(query @ key^T * scale + mask) @ value` over the last two dimensions.

    `query` is `(..., heads, target, features)`, `key` and `value` `(..., heads or groups, source,
    features)`. A causal mask is aligned at the upper left, as PyTorch does it; a row that the mask
    hides entirely gives zeros, not NaN. Raises `NotImplementedError` for dropout.
    """
    if dropout_p > 0.0:
        raise NotImplementedError("attention with dropout")
    if enable_gqa:
        key, value = _for_each_query_head(query, key), _for_each_query_head(query, value)
    scores = _attention_scores(query, key, attn_mask, is_causal, scale)
    weights = torch.softmax(scores, -1) if attn_mask is None else _softmax_or_zero(scores)
    return torch.matmul(weights, value)


def flash_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    attn_mask: Tensor | None = None,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """
    Attention as PyTorch's autograd sees it on the CPU, with what its derivative needs.

    The second result is the logarithm of each row's sum of exponentials, `(..., heads, target)`,
    zero for rows without anything visible. PyTorch's own decomposition returns another tensor
    there, from which wrong gradients follow.
    """
    result = scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale)
    scores = _attention_scores(query, key, attn_mask, is_causal, scale)
    wide = scores.to(torch.promote_types(scores.dtype, torch.float32))
    sums = torch.logsumexp(wide, -1)
    nothing = torch.full((), float("-inf"), dtype=sums.dtype, device=sums.device)
    zero = torch.zeros((), dtype=sums.dtype, device=sums.device)
    return result, torch.where(sums == nothing, zero, sums)


def _attention_scores(
    query: Tensor, key: Tensor, mask: Tensor | None, is_causal: bool, scale: float | None
) -> Tensor:
    """`query @ key^T * scale`, minus infinity where hidden; `(..., heads, target, source)`."""
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    scores = torch.matmul(query * factor, key.transpose(-2, -1))
    if is_causal:
        seen = _lower_triangle(scores.shape[-2], scores.shape[-1], scores.device)
        scores = _where_visible(seen, scores)
    if mask is None:
        return scores
    return _where_visible(mask, scores) if mask.dtype == torch.bool else scores + mask


def _for_each_query_head(query: Tensor, groups: Tensor) -> Tensor:
    """Repeat each of the `groups` of heads for the query heads that share it."""
    repeats = query.shape[-3] // groups.shape[-3]
    if repeats == 1:
        return groups
    shape = groups.shape
    repeated = groups.unsqueeze(-3).expand(*shape[:-2], repeats, *shape[-2:])
    return repeated.reshape(*shape[:-3], query.shape[-3], *shape[-2:])


def _lower_triangle(rows: int, columns: int, device: torch.device) -> Tensor:
    """`(rows, columns)`, true where the column is at most the row."""
    row, column = torch.arange(rows, device=device), torch.arange(columns, device=device)
    return column.unsqueeze(0) <= row.unsqueeze(1)


def _where_visible(mask: Tensor, scores: Tensor) -> Tensor:
    nothing = torch.full((), float("-inf"), dtype=scores.dtype, device=scores.device)
    return torch.where(mask, scores, nothing)


def _softmax_or_zero(scores: Tensor) -> Tensor:
    """Softmax of the last dimension; zeros where all of it is minus infinity."""
    zero = torch.zeros((), dtype=scores.dtype, device=scores.device)
    nothing = torch.full((), float("-inf"), dtype=scores.dtype, device=scores.device)
    none_visible = scores.amax(-1, keepdim=True) == nothing
    return torch.where(none_visible, zero, torch.softmax(scores, -1))


def cumsum(x: Tensor, dim: int, dtype: torch.dtype | None = None) -> Tensor:
    """Prefix sums along `dim`, as a masked sum: quadratic work, no order between elements."""
    if dtype is not None:
        x = x.to(dtype)
    elif not x.dtype.is_floating_point:
        x = x.to(torch.int64)
    zero = torch.zeros((), dtype=x.dtype, device=x.device)
    before = _lower_triangle(x.shape[dim], x.shape[dim], x.device)
    terms = torch.where(before, x.movedim(dim, -1).unsqueeze(-2), zero)
    return terms.sum(-1).movedim(-1, dim)


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
    aten.cumsum.default: cumsum,
    aten.addmm.default: addmm,
    aten._native_batch_norm_legit_no_training.default: batch_norm,
    aten.pow.Tensor_Scalar: power,
}
