"""ResNet-18 and ResNet-50 as published (He et al. 2015; the stride in the 3x3, as is usual)."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import Definition, image
from sdfg.tools.bench.networks.layers import convolution


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut, projected where the shape changes."""

    EXPANSION = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(inputs, width, 3, stride=stride), nn.ReLU(), convolution(width, width, 3)
        )
        same = stride == 1 and inputs == width
        self.shortcut = nn.Identity() if same else convolution(inputs, width, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions with a shortcut, projected where the shape changes."""

    EXPANSION = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = self.EXPANSION * width
        self.body = nn.Sequential(
            convolution(inputs, width, 1),
            nn.ReLU(),
            convolution(width, width, 3, stride=stride),
            nn.ReLU(),
            convolution(width, outputs, 1),
        )
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else convolution(inputs, outputs, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


class ResNet(nn.Module):
    """`(batch, 3, height, width)` to `(batch, classes)` logits."""

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        depths: tuple[int, ...],
        classes: int = 1000,
        width: int = 64,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            convolution(3, width, 7, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        widths = [width << stage for stage in range(len(depths))]
        channels = [width, *(block.EXPANSION * w for w in widths)]
        layers: list[nn.Module] = []
        for stage, ((inputs, outputs), depth) in enumerate(
            zip(pairwise(channels), depths, strict=True)
        ):
            layers.append(block(inputs, widths[stage], 1 if stage == 0 else 2))
            layers += [block(outputs, widths[stage], 1) for _ in range(depth - 1)]
        self.layers = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.pool(self.layers(self.stem(x))).flatten(1))


def resnet18() -> Definition:
    return Definition(ResNet(BasicBlock, (2, 2, 2, 2)), (image(),))


def resnet50() -> Definition:
    return Definition(ResNet(Bottleneck, (3, 4, 6, 3)), (image(),))
