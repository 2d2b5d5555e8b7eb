"""What layers of sparse experts consist of: counting, and products of groups of rows."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.fx.experimental.symbolic_shapes import statically_known_true

from sdfg.lowering.frontend.torch_bindings import aten


def histogram(x: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements lie in each of `bins` equal parts; the last one has its upper end too."""
    if min == max:  # then the smallest and the largest element are taken
        return NotImplemented
    flat = x.reshape(-1)
    inside = (flat >= min) & (flat <= max)
    part = ((flat - min) * bins / (max - min)).to(torch.int64).clamp(0, bins - 1)
    part = torch.where(inside, part, bins)
    return flat.new_zeros(bins + 1).index_add(0, part, torch.ones_like(flat))[:bins]


def grouped_product(
    rows: Tensor,
    weights: Tensor,
    offs: Tensor | None = None,
    bias: Tensor | None = None,
    out_dtype: torch.dtype | None = None,
) -> Tensor:
    """
    Rows `(rows, k)` times the matrix of their group, of `weights` `(groups, k, n)`.

    Group `g` ends before row `offs[g]`. Rows behind the last group become 0 (PyTorch leaves them
    undefined). Few rows fetch their matrices; for many, each matrix is multiplied by all rows and
    keeps those of its group: that needs more operations, but no memory for a matrix per row.
    """
    if rows.dim() != 2 or weights.dim() != 3 or offs is None or bias is not None:
        return NotImplemented
    groups = weights.shape[0]
    places = torch.arange(rows.shape[0], device=rows.device)
    group = (offs[None, :] <= places[:, None]).sum(1)
    if statically_known_true(rows.shape[0] <= groups):
        own = weights[group.clamp(max=groups - 1)]
        found = torch.bmm(rows[:, None, :], own)[:, 0]
        result = torch.where((group < groups)[:, None], found, torch.zeros_like(found))
    else:
        result = rows.new_zeros((rows.shape[0], weights.shape[2]))
        for number in range(groups):
            result = torch.where((group == number)[:, None], rows @ weights[number], result)
    return result if out_dtype is None else result.to(out_dtype)


def empty_permuted(size: list[int], physical_layout: list[int], **settings: Any) -> Tensor:
    """Memory in another order of dimensions; the compiled program chooses its own."""
    del physical_layout
    return torch.empty(size, **settings)


def decompositions() -> dict[Any, Callable[..., Any]]:
    """For the table of `torch_decompositions`; `transformers` has its own product, if loaded."""
    table: dict[Any, Callable[..., Any]] = {
        aten.empty_permuted.default: empty_permuted,
        aten.histc.default: histogram,
        aten._grouped_mm.default: grouped_product,
    }
    own: Any = torch.ops.transformers
    if hasattr(own, "grouped_mm_fallback"):
        table[own.grouped_mm_fallback.default] = grouped_product
    return table
