"""Scaled dot-product attention in operators that have a lowering."""

import torch
from torch import Tensor


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
    hides entirely gives zeros, not NaN.
    """
    if enable_gqa:
        key, value = _for_each_query_head(query, key), _for_each_query_head(query, value)
    scores = attention_scores(query, key, attn_mask, is_causal, scale)
    weights = torch.softmax(scores, -1) if attn_mask is None else softmax_or_zero(scores)
    if dropout_p > 0.0:
        weights = torch.dropout(weights, dropout_p, True)
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
    there, from which wrong gradients follow. Heads of `query` may share those of `key` and `value`.
    """
    key, value = _for_each_query_head(query, key), _for_each_query_head(query, value)
    result = scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale)
    scores = attention_scores(query, key, attn_mask, is_causal, scale)
    wide = scores.to(torch.promote_types(scores.dtype, torch.float32))
    sums = torch.logsumexp(wide, -1)
    nothing = torch.full((), float("-inf"), dtype=sums.dtype, device=sums.device)
    zero = torch.zeros((), dtype=sums.dtype, device=sums.device)
    return result, torch.where(sums == nothing, zero, sums)


def attention_scores(
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


def softmax_or_zero(scores: Tensor) -> Tensor:
    """Softmax of the last dimension; zeros where all of it is minus infinity."""
    zero = torch.zeros((), dtype=scores.dtype, device=scores.device)
    nothing = torch.full((), float("-inf"), dtype=scores.dtype, device=scores.device)
    none_visible = scores.amax(-1, keepdim=True) == nothing
    return torch.where(none_visible, zero, torch.softmax(scores, -1))
