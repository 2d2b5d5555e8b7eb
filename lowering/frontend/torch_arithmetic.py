"""Operators that torch-mlir computes inexactly, or lacks, in exact ones."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import SymInt, Tensor
from torch.fx.experimental.symbolic_shapes import statically_known_true

from sdfg.lowering.frontend.torch_bindings import aten

Operand = Tensor | int | float


def fmod(x: Operand, divisor: Operand) -> Tensor:
    """
    The remainder with the sign of `x`, exact; torch-mlir subtracts a rounded multiple.

    ```
    fmod(x, y) = sign(x) * remainder(|x|, |y|)
    ```
    """
    if not _result_type(x, divisor).is_floating_point:
        return NotImplemented if isinstance(divisor, Tensor) else torch.fmod(*_tensors(x, divisor))
    x, divisor = _tensors(x, divisor)
    size = torch.remainder(x.abs(), divisor.abs())
    return torch.where(x < 0, -size, size)


def divide(x: Operand, divisor: Operand, *, rounding_mode: str | None = None) -> Tensor:
    """
    Division, of floating-point numbers rounded down, as Python and PyTorch define it.

    The floor of the rounded quotient may be one too large: `1.0 // 0.1` is 9. The remainder tells;
    it is subtracted before dividing.
    """
    if rounding_mode != "floor" or not _result_type(x, divisor).is_floating_point:
        return NotImplemented
    x, divisor = _tensors(x, divisor)
    rest = torch.fmod(x, divisor)
    exact = (x - rest) / divisor
    below = (rest != 0) & ((divisor < 0) != (rest < 0))
    exact = torch.where(below, exact - 1, exact)
    floor = torch.floor(exact)
    rounded = torch.where(exact - floor > 0.5, floor + 1, floor)
    plain = x / divisor
    return torch.where(divisor == 0, plain, torch.where(exact == 0, plain * 0, rounded))


_result_type: Any = torch.result_type


def _tensors(*operands: Operand) -> tuple[Tensor, ...]:
    """All operands of an operator as tensors of its result's type."""
    kind = _result_type(*operands)
    device, *_ = (x.device for x in operands if isinstance(x, Tensor))
    return tuple(
        x.to(kind) if isinstance(x, Tensor) else torch.full((), x, dtype=kind, device=device)
        for x in operands
    )


def equal(x: Tensor, other: Tensor) -> Tensor:
    """Elements that are equal; torch-mlir takes NaN for equal to itself."""
    if not torch.promote_types(x.dtype, other.dtype).is_floating_point:
        return NotImplemented
    return torch.logical_not(torch.ne(x, other))


def constant_pad(x: Tensor, pad: list[int], value: float = 0) -> Tensor:
    """Padding, from the last dimension on; what is negative cuts, which torch-mlir may ignore."""
    cuts = [-size if statically_known_true(size < 0) else 0 for size in pad]
    if not any(cuts):
        return NotImplemented
    for k in range(0, len(pad), 2):
        dim = x.dim() - 1 - k // 2
        x = x.narrow(dim, cuts[k], x.shape[dim] - cuts[k] - cuts[k + 1])
    added = [0 if cut else size for cut, size in zip(cuts, pad, strict=True)]
    return torch.constant_pad_nd(x, added, value)


def gelu(x: Tensor, *, approximate: str = "none") -> Tensor:
    """The approximation with a hyperbolic tangent; torch-mlir's has a constant of four digits."""
    if approximate != "tanh":
        return NotImplemented
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))
    return 0.5 * x * (1 + torch.tanh(inner))


def roll(x: Tensor, shifts: list[int], dims: list[int] | None = None) -> Tensor:
    """
    Shift the elements along each of `dims`, around the end; without `dims`, in flattened order.

    ```
    roll(x, 2)  ->  cat([x[n - 2:], x[:n - 2]])
    ```
    """
    if not dims:
        return _rolled(x.reshape(-1), shifts[0], 0).reshape(x.shape)
    for shift, dim in zip(shifts, dims, strict=True):
        x = _rolled(x, shift, dim)
    return x.clone()


def _rolled(x: Tensor, shift: int, dim: int) -> Tensor:
    size = x.shape[dim]
    if not isinstance(size, SymInt):
        shift = shift % size if size else 0
    elif not statically_known_true(-size <= shift) or not statically_known_true(shift <= size):
        places = torch.remainder(torch.arange(size, device=x.device) - shift, size)
        return torch.index_select(x, dim, places)
    if shift == 0:
        return x
    first = size - shift if shift > 0 else -shift
    return torch.cat([x.narrow(dim, first, size - first), x.narrow(dim, 0, first)], dim)


def hypot(x: Tensor, y: Tensor) -> Tensor:
    """`sqrt(x * x + y * y)` without squares that overflow, or vanish."""
    x, y = x.abs(), y.abs()
    large, small = torch.maximum(x, y), torch.minimum(x, y)
    ratio = torch.where(large == 0, large, small / large)
    length = large * torch.sqrt(1 + ratio * ratio)
    infinite = torch.isinf(x) | torch.isinf(y)
    return torch.where(infinite, torch.full_like(length, math.inf), length)


def _comparison(operator: Any) -> Callable[[Tensor, Any], Tensor]:
    def compare(x: Tensor, number: Any) -> Tensor:
        """
        The comparison with a number of the kind of `x`.

        torch-mlir folds the comparison of a constant with a number of another kind to nonsense,
        or crashes.
        """
        kind = torch.result_type(x, number)
        convert = float if kind.is_floating_point else int
        if type(number) not in (int, float) or (x.dtype == kind and type(number) is convert):
            return NotImplemented
        return operator(x.to(kind), convert(number))

    return compare


DECOMPOSITIONS = {
    aten.fmod.Tensor: fmod,
    aten.fmod.Scalar: fmod,
    aten.div.Tensor_mode: divide,
    aten.div.Scalar_mode: divide,
    aten.eq.Tensor: equal,
    aten.constant_pad_nd.default: constant_pad,
    aten.gelu.default: gelu,
    aten.hypot.default: hypot,
    aten.roll.default: roll,
    **{
        operator: _comparison(operator)
        for operator in (
            *(aten.eq.Scalar, aten.ne.Scalar, aten.lt.Scalar),
            *(aten.le.Scalar, aten.gt.Scalar, aten.ge.Scalar),
        )
    },
}
"""For the table of `torch_decompositions`."""
