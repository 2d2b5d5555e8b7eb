"""Embedding bags in gathers and scatters, forward and backward."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sdfg.lowering.frontend.torch_bindings import aten

_SUM, _MEAN, _MAX = 0, 1, 2
"""How PyTorch numbers what becomes of the rows of a bag."""


@dataclass(frozen=True)
class Bags:
    """Which bag each index is in."""

    count: int | torch.SymInt
    """How many bags there are."""
    of: Tensor
    """The bag of each index, `(indices,)`."""
    counted: Tensor
    """Whether an index takes part, `(indices,)`: all but those of padding."""

    @staticmethod
    def at(indices: Tensor, offsets: Tensor, include_last: bool, padding: int) -> "Bags":
        """
        Bags that begin at `offsets`, in order; the last offset may be the end of the last bag.

        A mark at each beginning, summed up so far, numbers the bags; empty ones count too.
        """
        starts = offsets[:-1] if include_last else offsets
        marks = torch.zeros(indices.shape[0] + 1, dtype=torch.int64, device=indices.device)
        marks = marks.index_add(0, starts, torch.ones_like(starts, dtype=torch.int64))
        return Bags(starts.shape[0], marks.cumsum(0)[:-1] - 1, indices != padding)

    def sums(self, rows: Tensor) -> Tensor:
        """Rows `(indices, ...)` summed up for each bag."""
        visible = torch.where(_column(self.counted, rows), rows, torch.zeros_like(rows))
        return rows.new_zeros((self.count, *rows.shape[1:])).index_add(0, self.of, visible)

    def sizes(self) -> Tensor:
        """How many indices of each bag take part."""
        return self.sums(torch.ones_like(self.of))

    def reduced(self, rows: Tensor, kind: str, start: float | int) -> Tensor:
        """The `amax` or `amin` of rows `(indices, features)`; `start` for a bag without any."""
        start_of = rows.new_full((), start)
        visible = torch.where(_column(self.counted, rows), rows, start_of)
        places = _column(self.of, rows).expand_as(rows)
        whole = rows.new_full((self.count, *rows.shape[1:]), start)
        return whole.scatter_reduce(0, places, visible, kind)


def _column(x: Tensor, rows: Tensor) -> Tensor:
    """One value for each row, with as many dimensions as `rows` have."""
    return x.reshape(-1, *(1,) * (rows.dim() - 1))


def embedding_bag(
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scale_grad_by_freq: bool = False,
    mode: int = _SUM,
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int = -1,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    The sum, mean or maximum of rows of `weight` for each bag; 0 for an empty one.

    The other results, which the backward pass reads: the bag of each index, the number of indices
    in each bag, and for the maximum the index that it came from, `(bags, features)`.
    """
    del scale_grad_by_freq, sparse
    bags = Bags.at(indices, offsets, include_last_offset, padding_idx)
    sizes = bags.sizes()
    rows = weight[indices]
    if mode == _MAX:
        largest = bags.reduced(rows, "amax", float("-inf"))
        found = torch.where(_column(sizes, rows) > 0, largest, torch.zeros_like(largest))
        return found, bags.of, sizes, _origins(bags, rows, largest, indices)
    if per_sample_weights is not None:
        rows = rows * per_sample_weights[:, None]
    total = bags.sums(rows)
    if mode == _MEAN:
        total = total / sizes.clamp(min=1)[:, None].to(total.dtype)
    return total, bags.of, sizes, torch.zeros_like(sizes)


def _origins(bags: Bags, rows: Tensor, largest: Tensor, indices: Tensor) -> Tensor:
    """The index whose row has the maximum of its bag, the first of several; 0 for empty bags."""
    count = indices.shape[0]
    places = torch.arange(count, device=rows.device)[:, None].expand_as(rows)
    hit = rows == largest[bags.of]
    first = bags.reduced(torch.where(hit, places, count), "amin", count)
    padded = torch.cat([indices.to(torch.int64), torch.zeros_like(bags.of[:1])])
    return padded[first]


def embedding_bag_backward(
    grad: Tensor,
    indices: Tensor,
    offsets: Tensor,
    offset2bag: Tensor,
    bag_size: Tensor,
    maximum_indices: Tensor,
    num_weights: int,
    scale_grad_by_freq: bool,
    mode: int,
    sparse: bool,
    per_sample_weights: Tensor | None,
    padding_idx: int = -1,
) -> Tensor:
    """The gradient of the table: each row's share of its bags' gradients, summed up."""
    if scale_grad_by_freq or sparse:
        return NotImplemented
    table = grad.new_zeros((num_weights, grad.shape[1]))
    if mode == _MAX:
        share = torch.where(bag_size[:, None] > 0, grad, torch.zeros_like(grad))
        return table.scatter_add(0, maximum_indices, share)
    if mode == _MEAN:
        grad = grad / bag_size.clamp(min=1)[:, None].to(grad.dtype)
    rows = grad[offset2bag]
    if per_sample_weights is not None:
        rows = rows * per_sample_weights[:, None]
    rows = torch.where((indices != padding_idx)[:, None], rows, torch.zeros_like(rows))
    return table.index_add(0, indices, rows)


def per_sample_weights_backward(
    grad: Tensor,
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    offset2bag: Tensor,
    mode: int,
    padding_idx: int = -1,
) -> Tensor:
    """The gradient of each index's weight: its row times the gradient of its bag."""
    found = (weight[indices] * grad[offset2bag]).sum(1)
    return torch.where(indices != padding_idx, found, torch.zeros_like(found))


DECOMPOSITIONS = {
    aten._embedding_bag.default: embedding_bag,
    aten._embedding_bag_forward_only.default: embedding_bag,
    aten._embedding_bag_backward.default: embedding_bag_backward,
    aten._embedding_bag_per_sample_weights_backward.default: per_sample_weights_backward,
}
"""For the table of `torch_decompositions`."""
