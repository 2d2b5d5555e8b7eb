"""What a model of the zoo is, and how its weights are drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import randomize_normalisation

Inputs = tuple[Tensor, ...]
Axes = tuple[Mapping[int, str], ...]


@dataclass(frozen=True)
class Sample:
    """A module in evaluation mode, and what it takes."""

    module: nn.Module
    inputs: Inputs
    axes: Axes = ()
    """Names of the dynamic axes of each input; empty for a model of one size."""
    resized: tuple[Inputs, ...] = field(default=())
    """Inputs of other sizes that a dynamic model must take without a second compilation."""

    def dynamic_shapes(self) -> tuple[Any, ...] | None:
        """As `torch.export.export` and `torch.onnx.export` take them."""
        if not self.axes:
            return None
        names = {name for axes in self.axes for name in axes.values()}
        sizes = {name: torch.export.Dim(name, min=2, max=64) for name in sorted(names)}
        return tuple({axis: sizes[name] for axis, name in axes.items()} for axes in self.axes)


class First(nn.Module):
    """A model of `transformers` with one tensor in, given as `name`, and the tensors `results`."""

    def __init__(self, model: nn.Module, name: str, results: Sequence[str], **fixed: Any) -> None:
        super().__init__()
        self.model = model
        self.name = name
        self.results = tuple(results)
        self.fixed = fixed

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        found = self.model(**{self.name: x}, **self.fixed)
        return tuple(found[result] for result in self.results)


class Pair(nn.Module):
    """A model of `transformers` with two tensors in, given as `names`, and those of `results`."""

    def __init__(
        self, model: nn.Module, names: tuple[str, str], results: Sequence[str], **fixed: Any
    ) -> None:
        super().__init__()
        self.model = model
        self.names = names
        self.results = tuple(results)
        self.fixed = fixed

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        first, second = self.names
        found = self.model(**{first: x, second: y}, **self.fixed)
        return tuple(found[result] for result in self.results)


def randomize(module: nn.Module) -> None:
    """
    Weights under which no part is nearly the identity, zero, or one-sided.

    Rows have length 1, so that activations keep their size; biases, scales and statistics of
    normalizations, which begin at 0 or 1, are moved by up to a half.
    """
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, parameter[0].numel() ** -0.5)
            else:
                parameter.add_(torch.rand_like(parameter) - 0.5)
        for part in module.modules():
            randomize_normalisation(part)


def ids(*shape: int, vocabulary: int = 100) -> Tensor:
    """Random token ids, none of which is one of the first few, which mean padding or ends."""
    return torch.randint(4, vocabulary, shape)
