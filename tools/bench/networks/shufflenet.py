"""ShuffleNetV2 1.0x (Ma et al. 2018)."""

import torch
from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import Definition, image
from sdfg.tools.bench.networks.layers import convolution


def shuffle(x: Tensor) -> Tensor:
    """Interleave the two halves of the channels."""
    batch, channels, height, width = x.shape
    halves = x.view(batch, 2, channels // 2, height, width)
    return halves.transpose(1, 2).reshape(batch, channels, height, width)


def branch(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """1x1, 3x3 per channel, 1x1."""
    return nn.Sequential(
        *(convolution(inputs, outputs, 1), nn.ReLU()),
        convolution(outputs, outputs, 3, stride=stride, groups=outputs),
        *(convolution(outputs, outputs, 1), nn.ReLU()),
    )


class Unit(nn.Module):
    """Half of the channels pass through, the other half is filtered; then they are shuffled."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.filter = branch(channels // 2, channels // 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept, filtered = x.chunk(2, 1)
        return shuffle(torch.cat((kept, self.filter(filtered)), 1))


class Downsampling(nn.Module):
    """Both branches filter all channels with stride 2."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.short = nn.Sequential(
            convolution(inputs, inputs, 3, stride=2, groups=inputs),
            *(convolution(inputs, outputs // 2, 1), nn.ReLU()),
        )
        self.long = branch(inputs, outputs // 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return shuffle(torch.cat((self.short(x), self.long(x)), 1))


class ShuffleNetV2(nn.Module):
    """`(batch, 3, height, width)` to `(batch, classes)` logits."""

    STAGES = ((116, 4), (232, 8), (464, 4))
    """Channels and units of each stage."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            convolution(3, 24, 3, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        ]  # fmt: skip
        inputs = 24
        for channels, units in self.STAGES:
            layers.append(Downsampling(inputs, channels))
            layers += [Unit(channels) for _ in range(units - 1)]
            inputs = channels
        self.features = nn.Sequential(*layers, convolution(inputs, 1024, 1), nn.ReLU())
        self.classifier = nn.Linear(1024, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


def shufflenet() -> Definition:
    return Definition(ShuffleNetV2(), (image(),))
