"""SqueezeNet 1.1 (Iandola et al. 2016)."""

import torch
from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import Definition, image


class Fire(nn.Module):
    """Squeeze with 1x1; expand with 1x1 and 3x3 side by side."""

    def __init__(self, inputs: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, 1)
        self.narrow = nn.Conv2d(squeezed, expanded, 1)
        self.wide = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.squeeze(x))
        return torch.cat((torch.relu(self.narrow(y)), torch.relu(self.wide(y))), 1)


class SqueezeNet(nn.Module):
    """`(batch, 3, height, width)` to `(batch, classes)` logits."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        pool = [nn.MaxPool2d(3, 2, ceil_mode=True) for _ in range(3)]
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 64, 3, 2), nn.ReLU(), pool[0]),
            *(Fire(64, 16, 64), Fire(128, 16, 64), pool[1]),
            *(Fire(128, 32, 128), Fire(256, 32, 128), pool[2]),
            *(Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256)),
        )
        self.classifier = nn.Conv2d(512, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.classifier(self.features(x))).mean((2, 3))


def squeezenet() -> Definition:
    return Definition(SqueezeNet(), (image(),))
