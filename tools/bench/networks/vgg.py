"""VGG19 (Simonyan and Zisserman 2014)."""

from torch import nn

from sdfg.tools.bench.networks.definition import Definition, image

STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Channels and 3x3 convolutions of each stage; a pooling ends it."""


def vgg19() -> Definition:
    """`(1, 3, 224, 224)` to `(1, 1000)` logits."""
    layers: list[nn.Module] = []
    inputs = 3
    for channels, depth in STAGES:
        for _ in range(depth):
            layers += [nn.Conv2d(inputs, channels, 3, padding=1), nn.ReLU()]
            inputs = channels
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Linear(4096, 4096)]
    layers += [nn.ReLU(), nn.Linear(4096, 1000)]
    return Definition(nn.Sequential(*layers), (image(),))
