"""Networks that no package brings: images, graphs, recommendations, recurrent language models."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    """Two convolutions with group normalization; an embedding of the time shifts the channels."""

    def __init__(self, inputs: int, outputs: int, time: int) -> None:
        super().__init__()
        self.first_norm = nn.GroupNorm(4, inputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.shift = nn.Linear(time, outputs)
        self.second_norm = nn.GroupNorm(4, outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        y = self.first(functional.silu(self.first_norm(x)))
        y = y + self.shift(functional.silu(time))[:, :, None, None]
        return self.skip(x) + self.second(functional.silu(self.second_norm(y)))


class SpatialAttention(nn.Module):
    """Attention between all pixels of `(batch, channels, height, width)`."""

    def __init__(self, channels: int, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(4, channels)
        self.projections = nn.Conv2d(channels, 3 * channels, 1)
        self.output = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        split = self.projections(self.norm(x)).view(batch, 3, self.heads, -1, height * width)
        q, k, v = split.transpose(-1, -2).unbind(1)
        y = functional.scaled_dot_product_attention(q, k, v).transpose(-1, -2)
        return x + self.output(y.reshape(batch, channels, height, width))


class UNet(nn.Module):
    """The network of a diffusion model: `(batch, 3, height, width)` noise and times `(batch,)`."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        time = 4 * width
        self.frequencies = width
        self.embed = nn.Sequential(nn.Linear(width, time), nn.SiLU(), nn.Linear(time, time))
        self.enter = nn.Conv2d(3, width, 3, padding=1)
        self.down = ResidualBlock(width, width, time)
        self.shrink = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.middle = ResidualBlock(2 * width, 2 * width, time)
        self.attention = SpatialAttention(2 * width)
        self.narrow = nn.Conv2d(2 * width, width, 3, padding=1)
        self.up = ResidualBlock(2 * width, width, time)
        self.leave = nn.Sequential(nn.GroupNorm(4, width), nn.SiLU(), nn.Conv2d(width, 3, 1))

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        half = self.frequencies // 2
        rates = torch.exp(-9.2 * torch.arange(half, dtype=torch.float32) / half)
        angles = time[:, None].float() * rates
        embedded = self.embed(torch.cat([angles.sin(), angles.cos()], dim=1))
        high = self.down(self.enter(x), embedded)
        low = self.attention(self.middle(self.shrink(high), embedded))
        large = functional.interpolate(low, scale_factor=2.0, mode="nearest")
        merged = torch.cat([high, self.narrow(large)], dim=1)
        return self.leave(self.up(merged, embedded))


class Autoencoder(nn.Module):
    """A variational autoencoder of `(batch, 1, 16, 16)`; the noise is an input."""

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1),
            nn.BatchNorm2d(8),
            nn.LeakyReLU(0.2),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ELU(),
            nn.Flatten(),
        )
        self.mean = nn.Linear(256, latent)
        self.log_variance = nn.Linear(256, latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent, 256),
            nn.Unflatten(1, (16, 4, 4)),
            nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(8, 1, 3, stride=2, padding=1, output_padding=1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """The image again, and the divergence of each latent from the normal distribution."""
        y = self.encoder(x)
        mean, log_variance = self.mean(y), self.log_variance(y)
        latent = mean + noise * torch.exp(log_variance / 2)
        divergence = (log_variance.exp() + mean**2 - 1 - log_variance).sum(1) / 2
        return self.decoder(latent), divergence


class Generator(nn.Module):
    """The generator of a DCGAN: noise `(batch, latent)` to images `(batch, 3, 32, 32)`."""

    def __init__(self, latent: int = 16, width: int = 8) -> None:
        super().__init__()
        widths = (latent, 4 * width, 2 * width, width)
        steps: list[nn.Module] = []
        for k, (inputs, outputs) in enumerate(pairwise(widths)):
            stride, padding = (2, 1) if k else (1, 0)
            steps.append(nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False))
            steps += [nn.BatchNorm2d(outputs), nn.ReLU()]
        self.layers = nn.Sequential(*steps, nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh())

    def forward(self, noise: Tensor) -> Tensor:
        return self.layers(noise[:, :, None, None])


class DenseLayer(nn.Module):
    """Normalize, narrow, convolve; the result stands behind what came in."""

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
            nn.Conv2d(inputs, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth),
            nn.ReLU(),
            nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.layers(x)], dim=1)


class DenseNet(nn.Module):
    """Huang et al. 2017: blocks in which each layer sees all before it, halved between."""

    def __init__(self, blocks: Sequence[int] = (2, 3), growth: int = 8, classes: int = 10) -> None:
        super().__init__()
        channels = 2 * growth
        steps: list[nn.Module] = [
            nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        ]
        for k, layers in enumerate(blocks):
            if k:
                steps += [nn.BatchNorm2d(channels), nn.ReLU()]
                steps += [nn.Conv2d(channels, channels // 2, 1, bias=False), nn.AvgPool2d(2)]
                channels //= 2
            steps += [DenseLayer(channels + growth * layer, growth) for layer in range(layers)]
            channels += growth * layers
        steps += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.layers = nn.Sequential(*steps, nn.Linear(channels, classes))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class RecurrentLanguageModel(nn.Module):
    """Token ids `(batch, steps)` to scores `(batch, steps, vocabulary)`."""

    def __init__(self, kind: type[nn.LSTM | nn.GRU], vocabulary: int = 100, size: int = 32) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size)
        self.recurrent = kind(size, size, num_layers=2, batch_first=True)
        self.scores = nn.Linear(size, vocabulary)

    def forward(self, ids: Tensor) -> Tensor:
        states, _ = self.recurrent(self.embedding(ids))
        return functional.log_softmax(self.scores(states), dim=-1)


class GraphNetwork(nn.Module):
    """
    Two rounds of messages along edges: features `(nodes, features)`, edges `(2, edges)`.

    What arrives at a node is summed up, averaged, and its maximum taken.
    """

    def __init__(self, features: int = 16, hidden: int = 32, classes: int = 4) -> None:
        super().__init__()
        self.message = nn.Linear(2 * features, hidden)
        self.update = nn.Linear(features + 3 * hidden, features)
        self.classes = nn.Linear(features, classes)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        source, target = edges[0], edges[1]
        for _ in range(2):
            messages = functional.relu(self.message(torch.cat([x[source], x[target]], dim=1)))
            empty = messages.new_zeros(x.shape[0], messages.shape[1])
            total = empty.index_add(0, target, messages)
            count = x.new_zeros(x.shape[0]).scatter_add(0, target, torch.ones_like(messages[:, 0]))
            largest = empty.scatter_reduce(
                0, target[:, None].expand_as(messages), messages, "amax", include_self=True
            )
            mean = total / count.clamp(min=1)[:, None]
            x = torch.tanh(self.update(torch.cat([x, total, mean, largest], dim=1)))
        return self.classes(x)


class Recommender(nn.Module):
    """
    A DLRM: numbers `(batch, dense)` and bags of ids `(batch, fields, ids)` to a probability.

    Each field has its own table, whose rows are summed up; pairs of fields interact by products.
    """

    def __init__(self, dense: int = 5, fields: int = 3, rows: int = 50, size: int = 8) -> None:
        super().__init__()
        self.bottom = nn.Sequential(nn.Linear(dense, 16), nn.ReLU(), nn.Linear(16, size), nn.ReLU())
        self.tables = nn.ModuleList(
            nn.EmbeddingBag(rows, size, mode=mode) for mode in ("sum", "mean", "max")[:fields]
        )
        pairs = fields * (fields + 1) // 2
        self.top = nn.Sequential(nn.Linear(size + pairs, 16), nn.ReLU(), nn.Linear(16, 1))
        first, second = torch.tril_indices(fields + 1, fields + 1, -1)
        self.first = nn.Buffer(first)
        self.second = nn.Buffer(second)

    def forward(self, dense: Tensor, ids: Tensor) -> Tensor:
        bottom = self.bottom(dense)
        bags = [table(ids[:, k]) for k, table in enumerate(self.tables)]
        vectors = torch.stack([bottom, *bags], dim=1)
        products = vectors @ vectors.transpose(1, 2)
        pairs = products[:, self.first, self.second]
        return torch.sigmoid(self.top(torch.cat([bottom, pairs], dim=1)))


class RaggedBags(nn.Module):
    """Bags of different lengths: ids `(ids,)` of all, where each begins `(bags,)`, weights."""

    def __init__(self, rows: int = 50, size: int = 8) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(rows, size, mode="sum", include_last_offset=False)

    def forward(self, ids: Tensor, offsets: Tensor, weights: Tensor) -> Tensor:
        return self.table(ids, offsets, per_sample_weights=weights)
