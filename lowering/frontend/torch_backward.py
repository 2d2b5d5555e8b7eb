"""
Derivatives of operators in operators that have a lowering.

PyTorch's autograd calls one operator for the derivative of each other one; those for convolutions,
pooling and attention are no formulas in PyTorch, and so are here.
"""

from collections.abc import Callable, Sequence
from math import prod

import torch
from torch import Tensor

from sdfg.lowering.frontend.torch_attention import attention_scores
from sdfg.lowering.frontend.torch_bindings import aten

Sizes = Sequence[int]


def convolution_backward(
    grad: Tensor,
    x: Tensor,
    weight: Tensor,
    bias_sizes: Sizes | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
    output_mask: Sequence[bool],
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """
    The derivatives of a convolution by its input, its weights `(out, in / groups, ...)` and bias.

    Each is a convolution again. Those of a transposed convolution are those of the plain one whose
    derivative it is, with input and result in each other's place.
    """
    rank = x.dim() - 2
    steps, pads, spread = (_each(sizes, rank) for sizes in (stride, padding, dilation))
    by_input = by_weight = by_bias = None
    if output_mask[0] and transposed:
        by_input = aten.convolution(
            grad, weight, None, steps, pads, spread, False, [0] * rank, groups
        )
    elif output_mask[0]:
        by_input = _by_input(grad, x.shape[2:], weight, steps, pads, spread, groups)
    if output_mask[1]:
        small, large = (x, grad) if transposed else (grad, x)
        by_weight = _by_weight(small, large, weight.shape[2:], steps, pads, spread, groups)
    if output_mask[2]:
        by_bias = grad.sum([0, *range(2, grad.dim())])
    return by_input, by_weight, by_bias


def _each(sizes: Sizes, rank: int) -> list[int]:
    return list(sizes) * rank if len(sizes) == 1 else list(sizes)


def _by_input(
    grad: Tensor,
    sizes: Sizes,
    weight: Tensor,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    groups: int,
) -> Tensor:
    """
    A convolution of `grad`, spread by `stride`, with the weights turned around.

    Borders are padded, or cut, until the result has the `sizes` of the input.
    """
    spread = _spread(grad, stride)
    pad: list[int] = []
    for k in reversed(range(len(sizes))):
        reach = dilation[k] * (weight.shape[2 + k] - 1)
        before = reach - padding[k]
        pad += [before, sizes[k] + reach - before - spread.shape[2 + k]]
    kernel = weight.flip(list(range(2, weight.dim()))) if prod(weight.shape[2:]) != 1 else weight
    out, own, *rest = kernel.shape
    kernel = kernel.reshape(groups, out // groups, own, *rest).transpose(1, 2)
    kernel = kernel.reshape(groups * own, out // groups, *rest)
    ones, zeros = [1] * len(rest), [0] * len(rest)
    if any(isinstance(size, torch.SymInt) or size != 0 for size in pad):
        spread = torch.constant_pad_nd(spread, pad)
    return aten.convolution(spread, kernel, None, ones, zeros, list(dilation), False, zeros, groups)


def _spread(x: Tensor, stride: Sizes) -> Tensor:
    """`x` with `stride - 1` zeros between neighbours, along each dimension from the third on."""
    for k, step in enumerate(stride):
        if step != 1:
            shape = list(x.shape)
            shape[k + 2] = (shape[k + 2] - 1) * step + 1
            zeros = torch.full(shape, 0.0, dtype=x.dtype, device=x.device)
            x = torch.slice_scatter(zeros, x, k + 2, step=step)
    return x


def _by_weight(
    grad: Tensor,
    x: Tensor,
    kernel: Sizes,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    groups: int,
) -> Tensor:
    """
    A convolution of `x` with `grad` as its weights, images and channels in each other's place.

    `grad` is `(images, groups * out, ...)` and `x` `(images, groups * in, ...)`; the result
    `(groups * out, in, *kernel)`. Strides and dilations change places, too.
    """
    images, channels, *rest = x.shape
    data, weights = x.transpose(0, 1), grad.transpose(0, 1)
    if groups != 1:
        behind = range(3, 3 + len(rest))
        own, out = channels // groups, grad.shape[1]
        data = x.reshape(images, groups, own, *rest).permute(2, 1, 0, *behind)
        data = data.reshape(own, groups * images, *rest)
        weights = grad.reshape(images, groups, out // groups, *grad.shape[2:])
        weights = weights.permute(1, 2, 0, *behind).reshape(out, images, *grad.shape[2:])
    zeros = [0] * len(rest)
    result = aten.convolution(
        data, weights, None, list(dilation), list(padding), list(stride), False, zeros, groups
    )
    for k, size in enumerate(kernel):
        result = result.narrow(2 + k, 0, size)
    return result.transpose(0, 1).contiguous()


def _max_pool_backward(rank: int) -> Callable[..., Tensor]:
    def backward(
        grad: Tensor,
        x: Tensor,
        kernel_size: Sizes,
        stride: Sizes,
        padding: Sizes,
        dilation: Sizes,
        ceil_mode: bool,
        indices: Tensor,
    ) -> Tensor:
        """Each gradient goes to the element that was the maximum, whose number `indices` holds."""
        return _scattered(grad, x, indices, rank)

    return backward


def adaptive_max_pool2d_backward(grad: Tensor, x: Tensor, indices: Tensor) -> Tensor:
    """The same for windows whose number is given."""
    return _scattered(grad, x, indices, 2)


def _scattered(grad: Tensor, x: Tensor, indices: Tensor, rank: int) -> Tensor:
    rows, elements = prod(x.shape[:-rank]), prod(x.shape[-rank:])
    flat = torch.full((rows, elements), 0.0, dtype=grad.dtype, device=grad.device)
    places, values = indices.reshape(rows, -1), grad.reshape(rows, -1)
    return flat.scatter_add(1, places, values).reshape(x.shape)


def avg_pool_backward(
    grad: Tensor,
    x: Tensor,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Sizes,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    """Each gradient, divided by the number of elements in its window, goes to all of them."""
    rank = len(kernel_size)
    steps = list(stride) or list(kernel_size)
    share = grad
    for k in range(rank):
        size, count = x.shape[k - rank], grad.shape[k - rank]
        first = torch.arange(count, device=grad.device) * steps[k] - padding[k]
        end = (first + kernel_size[k]).clamp(max=size + padding[k])
        if not count_include_pad:
            first, end = first.clamp(min=0), end.clamp(max=size)
        if divisor_override is None:
            share = share / (end - first).to(grad.dtype).reshape(-1, *[1] * (rank - 1 - k))
    if divisor_override is not None:
        share = share / divisor_override
    share = share.reshape(-1, 1, *grad.shape[-rank:])
    ones = torch.full((1, 1, *kernel_size), 1.0, dtype=grad.dtype, device=grad.device)
    flat = _by_input(share, x.shape[-rank:], ones, steps, padding, [1] * rank, 1)
    return flat.reshape(x.shape)


def _replication_pad_backward(rank: int) -> Callable[..., Tensor]:
    def backward(grad: Tensor, x: Tensor, padding: Sizes) -> Tensor:
        """What was copied from a border is added to it again."""
        if any(size < 0 for size in padding):
            return NotImplemented
        for k in range(rank):
            dim = x.dim() - 1 - k
            before, after = padding[2 * k : 2 * k + 2]
            size = x.shape[dim]
            inner = grad.narrow(dim, before, size)
            if before:
                copies = grad.narrow(dim, 0, before).sum(dim, keepdim=True)
                inner = inner + torch.constant_pad_nd(copies, [0, 0] * k + [0, size - 1])
            if after:
                copies = grad.narrow(dim, before + size, after).sum(dim, keepdim=True)
                inner = inner + torch.constant_pad_nd(copies, [0, 0] * k + [size - 1, 0])
            grad = inner
        return grad

    return backward


def adaptive_avg_pool2d_backward(grad: Tensor, x: Tensor) -> Tensor:
    """Each gradient is spread evenly over its window: one product for each dimension."""
    rows = _shares(x.shape[-2], grad.shape[-2], grad)
    columns = _shares(x.shape[-1], grad.shape[-1], grad)
    return torch.matmul(torch.matmul(rows, grad), columns.t())


def _shares(size: int, windows: int, like: Tensor) -> Tensor:
    """`(size, windows)`: which share of the mean over each window an element has."""
    element = torch.arange(size, device=like.device).unsqueeze(1)
    window = torch.arange(windows, device=like.device).unsqueeze(0)
    first = torch.div(window * size, windows, rounding_mode="floor")
    end = torch.div((window + 1) * size + windows - 1, windows, rounding_mode="floor")
    inside = (element >= first) & (element < end)
    return inside.to(like.dtype) / (end - first).to(like.dtype)


def flash_attention_backward(
    grad: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    logsumexp: Tensor,
    dropout_p: float,
    is_causal: bool,
    *,
    attn_mask: Tensor | None = None,
    scale: float | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """
    The derivatives of attention by query, key and value.

    ```
    P = exp(S - logsumexp)      dV = P^T dO      dP = dO V^T
    dS = P * (dP - rowsum(dO * O)) * scale       dQ = dS K      dK = dS^T Q
    ```

    Source: Dao et al., FlashAttention, 2022, Algorithm 4.
    """
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    scores = attention_scores(query, key, attn_mask, is_causal, scale)
    shares = torch.exp(scores - logsumexp.unsqueeze(-1).to(scores.dtype))
    by_value = torch.matmul(shares.transpose(-2, -1), grad)
    by_shares = torch.matmul(grad, value.transpose(-2, -1))
    by_scores = shares * (by_shares - (grad * out).sum(-1, keepdim=True)) * factor
    by_query = torch.matmul(by_scores, key)
    by_key = torch.matmul(by_scores.transpose(-2, -1), query)
    return by_query, by_key, by_value


DECOMPOSITIONS = {
    aten._adaptive_avg_pool2d_backward.default: adaptive_avg_pool2d_backward,
    aten._scaled_dot_product_flash_attention_for_cpu_backward.default: flash_attention_backward,
    aten.adaptive_max_pool2d_backward.default: adaptive_max_pool2d_backward,
    aten.avg_pool2d_backward.default: avg_pool_backward,
    aten.avg_pool3d_backward.default: avg_pool_backward,
    aten.convolution_backward.default: convolution_backward,
    aten.max_pool2d_with_indices_backward.default: _max_pool_backward(2),
    aten.max_pool3d_with_indices_backward.default: _max_pool_backward(3),
    aten.replication_pad1d_backward.default: _replication_pad_backward(1),
    aten.replication_pad2d_backward.default: _replication_pad_backward(2),
    aten.replication_pad3d_backward.default: _replication_pad_backward(3),
}
"""For the table of `torch_decompositions`."""
