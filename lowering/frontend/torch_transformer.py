"""
PyTorch's fused transformer layers, taken apart.

`nn.TransformerEncoderLayer` and `nn.MultiheadAttention` call these operators whenever no gradients
are needed, before a compiler is asked.
"""

import torch
from torch import Tensor
from torch.nn import functional

from sdfg.lowering.frontend.torch_attention import attention_scores, softmax_or_zero
from sdfg.lowering.frontend.torch_bindings import aten

_KEYS = 1
"""The mask type for one truth value for each key: `(batch, source)`. Others fit the scores."""


def native_multi_head_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim: int,
    num_head: int,
    qkv_weight: Tensor,
    qkv_bias: Tensor,
    proj_weight: Tensor,
    proj_bias: Tensor,
    mask: Tensor | None = None,
    need_weights: bool = True,
    average_attn_weights: bool = True,
    mask_type: int | None = None,
) -> tuple[Tensor, Tensor]:
    """
    Attention of `(batch, length, embed_dim)` with the three projections stacked in `qkv_weight`.

    Non-zero elements of `mask` hide. The second result holds the attention weights, their mean over
    the heads if `average_attn_weights`; it is empty unless `need_weights`.
    """
    weights, biases = qkv_weight.chunk(3), qkv_bias.chunk(3)

    def project(x: Tensor, k: int) -> Tensor:
        y = functional.linear(x, weights[k], biases[k])
        return y.reshape(*x.shape[:-1], num_head, embed_dim // num_head).transpose(1, 2)

    q, k, v = project(query, 0), project(key, 1), project(value, 2)
    visible = None
    if mask is not None:
        hidden = mask[:, None, None, :] if mask_type == _KEYS else mask
        visible = (hidden != 0).logical_not()
    shares = softmax_or_zero(attention_scores(q, k, visible, False, None))
    merged = torch.matmul(shares, v).transpose(1, 2).flatten(2)
    result = functional.linear(merged, proj_weight, proj_bias)
    if not need_weights:
        return result, query.new_empty((0,))
    return result, shares.mean(1) if average_attn_weights else shares


def transformer_encoder_layer(
    src: Tensor,
    embed_dim: int,
    num_heads: int,
    qkv_weight: Tensor,
    qkv_bias: Tensor,
    proj_weight: Tensor,
    proj_bias: Tensor,
    use_gelu: bool,
    norm_first: bool,
    eps: float,
    norm_weight_1: Tensor,
    norm_bias_1: Tensor,
    norm_weight_2: Tensor,
    norm_bias_2: Tensor,
    ffn_weight_1: Tensor,
    ffn_bias_1: Tensor,
    ffn_weight_2: Tensor,
    ffn_bias_2: Tensor,
    mask: Tensor | None = None,
    mask_type: int | None = None,
) -> Tensor:
    """One encoder layer on `(batch, length, embed_dim)`, normalised before or after each half."""

    def attend(x: Tensor) -> Tensor:
        projections = (qkv_weight, qkv_bias, proj_weight, proj_bias)
        return native_multi_head_attention(
            x, x, x, embed_dim, num_heads, *projections, mask, False, True, mask_type
        )[0]

    def feed_forward(x: Tensor) -> Tensor:
        hidden = functional.linear(x, ffn_weight_1, ffn_bias_1)
        hidden = functional.gelu(hidden) if use_gelu else torch.relu(hidden)
        return functional.linear(hidden, ffn_weight_2, ffn_bias_2)

    def first(x: Tensor) -> Tensor:
        return functional.layer_norm(x, (embed_dim,), norm_weight_1, norm_bias_1, eps)

    def second(x: Tensor) -> Tensor:
        return functional.layer_norm(x, (embed_dim,), norm_weight_2, norm_bias_2, eps)

    if norm_first:
        x = src + attend(first(src))
        return x + feed_forward(second(x))
    x = first(src + attend(src))
    return second(x + feed_forward(x))


DECOMPOSITIONS = {
    aten._native_multi_head_attention.default: native_multi_head_attention,
    aten._transformer_encoder_layer_fwd.default: transformer_encoder_layer,
}
"""For the table of `torch_decompositions`."""
