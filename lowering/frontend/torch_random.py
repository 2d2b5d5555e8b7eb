"""
Random numbers, drawn as PyTorch draws them.

PyTorch runs all operators that use its generator, in their order, so that a seed gives the same
numbers as without us. Most are made from the sizes of a tensor alone, though they are written as a
change of it: cut off from its content, they are drawn before anything else runs, and what is
computed around them stays in one piece.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor

from sdfg.lowering.frontend.torch_bindings import aten

_drawing: ContextVar[bool] = ContextVar("drawing", default=False)
"""Whether the operator that is traced is already one that we made."""


def _drawn(operator: Any) -> Callable[..., Tensor]:
    def draw(x: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
        """
        `operator` on a new tensor like `x`, as it overwrites all of it.

        PyTorch draws in the order of the elements in memory.
        """
        if _drawing.get():
            return NotImplemented
        token = _drawing.set(True)
        order = sorted(range(x.dim()), key=x.stride, reverse=True)
        shape = [x.shape[k] for k in order]
        try:
            new = torch.empty(shape, dtype=x.dtype, device=x.device)
            drawn = operator(new, *arguments, **keywords)
        finally:
            _drawing.reset(token)
        return drawn.permute([order.index(k) for k in range(x.dim())])

    return draw


_bernoulli = _drawn(aten.bernoulli.p)


def dropout(x: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """Zeros for a share `p` of all elements, drawn as `functional.dropout` does; and the rest."""
    if not train or p == 0:
        return x.clone(), torch.ones_like(x, dtype=torch.bool)
    if p == 1:
        return torch.zeros_like(x), torch.zeros_like(x, dtype=torch.bool)
    kept = _bernoulli(x, 1 - p)
    return x * (kept / (1 - p)), kept != 0


DRAWN = (
    aten.bernoulli.p,
    aten.cauchy.default,
    aten.exponential.default,
    aten.geometric.default,
    aten.log_normal.default,
    aten.normal_functional.default,
    aten.rand_like.default,
    aten.randint_like.default,
    aten.randint_like.low_dtype,
    aten.randn_like.default,
    aten.random.default,
    getattr(aten.random, "from"),
    aten.random.to,
    aten.uniform.default,
)
"""Operators that look at the sizes of their first operand, not at its content."""

DECOMPOSITIONS = {
    aten.native_dropout.default: dropout,
    **{operator: _drawn(operator) for operator in DRAWN},
}
"""For the table of `torch_decompositions`."""


OTHERWISE_DRAWN = (aten.bernoulli, aten.rrelu, aten.rrelu_with_noise)
"""Operators that PyTorch decomposes into generators that draw other numbers."""


def undecomposed(table: dict[Any, Callable[..., Any]]) -> dict[Any, Callable[..., Any]]:
    """`table` without `OTHERWISE_DRAWN`, in all overloads."""
    return {
        operator: function
        for operator, function in table.items()
        if getattr(operator, "overloadpacket", None) not in OTHERWISE_DRAWN
    }
