"""A network of fully connected layers, 784-512-512-10."""

from itertools import pairwise

import torch
from torch import nn

from sdfg.tools.bench.networks.definition import Definition

FEATURES = (784, 512, 512, 10)


def _mlp(batch: int) -> Definition:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(FEATURES):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return Definition(nn.Sequential(*layers[:-1]), (torch.randn(batch, FEATURES[0]),))


def mlp_1() -> Definition:
    return _mlp(1)


def mlp_128() -> Definition:
    return _mlp(128)
