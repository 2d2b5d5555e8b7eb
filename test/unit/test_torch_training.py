"""Training steps: forward and backward compiled, beside PyTorch's own."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from sdfg.tools.torch_backend import SDFGRemark

torch_any: Any = torch
STEPS = 3


class Lstm(nn.Module):
    """A class for each sequence, from the last state of two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 8, num_layers=2, batch_first=True)
        self.head = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.lstm(x)
        return self.head(states[:, -1])


def mlp() -> tuple[nn.Module, Tensor]:
    net = nn.Sequential(nn.Linear(12, 16), nn.GELU(), nn.LayerNorm(16), nn.Linear(16, 4))
    return net, torch.randn(6, 12)


def convolutional() -> tuple[nn.Module, Tensor]:
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(8, 8, 3, stride=2, groups=2, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    )
    return net, torch.randn(4, 3, 10, 10)


class Encoder(nn.Module):
    """Words to a class by one layer of attention, with dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(20, 16, padding_idx=0)
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.2, batch_first=True)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.layer(self.words(x)).mean(1))


def encoder() -> tuple[nn.Module, Tensor]:
    return Encoder(), torch.randint(0, 20, (3, 5))


def lstm() -> tuple[nn.Module, Tensor]:
    return Lstm(), torch.randn(3, 4, 6)


@pytest.mark.parametrize("make", [mlp, convolutional, encoder, lstm])
def test_steps_of_training(make: Callable[[], tuple[nn.Module, Tensor]]) -> None:
    torch_any.random.manual_seed(5)
    ours, x = make()
    eager = copy.deepcopy(ours)
    labels = torch.randint(0, 4, (x.shape[0],))

    def loss_of(net: nn.Module, x: Tensor) -> Tensor:
        return functional.cross_entropy(net(x), labels)

    torch.compiler.reset()
    compiled = torch_any.compile(loss_of, backend="sdfg", fullgraph=True)
    losses = {True: train(ours, x, compiled), False: train(eager, x, loss_of)}
    torch.testing.assert_close(losses[True], losses[False], rtol=1e-4, atol=1e-5)
    for (name, got), want in zip(ours.named_parameters(), eager.parameters(), strict=True):
        torch.testing.assert_close(
            got, want, rtol=2e-3, atol=2e-5, msg=lambda m, n=name: f"{n}: {m}"
        )
        torch.testing.assert_close(got.grad, want.grad, rtol=2e-3, atol=2e-5)
    for got, want in zip(ours.buffers(), eager.buffers(), strict=True):
        torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)


def train(net: nn.Module, x: Tensor, loss_of: Callable[[nn.Module, Tensor], Tensor]) -> list[float]:
    """The losses of some steps; all of it must be compiled."""
    optimizer: Any = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    torch_any.random.manual_seed(7)
    losses: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", SDFGRemark)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss: Any = loss_of(net, x)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
