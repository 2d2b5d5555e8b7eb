"""What a workload is defined by: a torch module and inputs, the same on every call."""

import os
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Definition:
    """A module in evaluation mode, and example inputs in the order of its parameters."""

    module: nn.Module
    inputs: tuple[Tensor, ...]


def define(entry: str) -> Definition:
    """
    The definition that `entry` (`module:function`) makes, with seeded weights and inputs.

    Raises `ImportError` if something that it needs is not installed. The caller's random state is
    left as it was.
    """
    from importlib import import_module

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    module, _, function = entry.partition(":")
    random: Any = torch.random
    with random.fork_rng():
        random.manual_seed(0)
        definition = cast(Definition, getattr(import_module(module), function)())
        _randomize(definition.module)
    definition.module.eval()
    for parameter in definition.module.parameters():
        parameter.requires_grad_(False)
    return definition


def _randomize(module: nn.Module) -> None:
    """
    Weights under which activations neither vanish nor explode, and statistics of normalisations
    that a peer could not mistake for the identity.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
        randomize_normalisation(part)


def randomize_normalisation(part: nn.Module) -> None:
    """Give a normalisation weights and statistics that make it no identity; others stay."""
    if isinstance(part, nn.BatchNorm2d | nn.LayerNorm):
        nn.init.uniform_(part.weight, 0.5, 1.5)
        nn.init.uniform_(part.bias, -0.5, 0.5)
    if isinstance(part, nn.BatchNorm2d):
        for statistics, low in ((part.running_mean, -0.5), (part.running_var, 0.5)):
            assert statistics is not None
            nn.init.uniform_(statistics, low, low + 1)


def image(batch: int = 1) -> Tensor:
    """`(batch, 3, 224, 224)`, normal."""
    return torch.randn(batch, 3, 224, 224)
