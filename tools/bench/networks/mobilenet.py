"""MobileNetV2 as published (Sandler et al. 2018)."""

from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import Definition, image
from sdfg.tools.bench.networks.layers import convolution


class InvertedResidual(nn.Module):
    """Expand with 1x1, filter each channel with 3x3, project with 1x1."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        expand = [*convolution(inputs, hidden, 1), nn.ReLU6()] if expansion != 1 else []
        self.body = nn.Sequential(
            *expand,
            *convolution(hidden, hidden, 3, stride=stride, groups=hidden),
            nn.ReLU6(),
            *convolution(hidden, outputs, 1),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.residual else self.body(x)


class MobileNetV2(nn.Module):
    """`(batch, 3, height, width)` to `(batch, classes)` logits."""

    STAGES = (
        # expansion, channels, blocks, stride of the first
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )

    def __init__(self, classes: int = 1000, stages: int = len(STAGES), last: int = 1280) -> None:
        super().__init__()
        features: list[nn.Module] = [convolution(3, 32, 3, stride=2), nn.ReLU6()]
        inputs = 32
        for expansion, outputs, blocks, stride in self.STAGES[:stages]:
            for block in range(blocks):
                first = stride if block == 0 else 1
                features.append(InvertedResidual(inputs, outputs, first, expansion))
                inputs = outputs
        self.features = nn.Sequential(*features, convolution(inputs, last, 1), nn.ReLU6())
        self.classifier = nn.Linear(last, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


def mobilenetv2() -> Definition:
    return Definition(MobileNetV2(), (image(),))
