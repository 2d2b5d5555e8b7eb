"""Image models of `transformers` configurations, and those of `modules`."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from zoo.definition import First, Pair, Sample, ids
from zoo.modules import (
    Autoencoder,
    DenseNet,
    Generator,
    GraphNetwork,
    RaggedBags,
    Recommender,
    RecurrentLanguageModel,
    UNet,
)

_BATCHES = (1, 5, 3)
"""Batches that a dynamic model is tried on."""


def _images(name: str, results: tuple[str, ...], size: int = 32, **settings: Any) -> Sample:
    """Images `(batch, 3, size, size)` through the model `name` of `transformers`."""
    import transformers

    config = getattr(transformers, f"{name}Config")(**settings)
    module = First(getattr(transformers, f"{name}Model")(config), "pixel_values", results)
    return _batched(module, lambda batch: torch.randn(batch, 3, size, size))


def _batched(module: nn.Module, *inputs: Callable[[int], torch.Tensor]) -> Sample:
    """A module whose inputs share their first axis, of any size."""
    first, *resized = (tuple(make(batch) for make in inputs) for batch in (2, *_BATCHES))
    return Sample(module, first, tuple({0: "batch"} for _ in inputs), tuple(resized))


def _vit() -> Sample:
    widths = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    settings = {**widths, "intermediate_size": 64, "image_size": 32, "patch_size": 8}
    return _images("ViT", ("last_hidden_state", "pooler_output"), **settings)


def _swin() -> Sample:
    """Windows of 4 x 4 of 8 x 8 patches, shifted in each second layer, then merged."""
    settings = {"image_size": 32, "patch_size": 4, "window_size": 4, "embed_dim": 16}
    stages: dict[str, Any] = {"depths": (2, 2), "num_heads": (2, 4)}
    return _images("Swin", ("last_hidden_state", "pooler_output"), **settings, **stages)


def _convnext() -> Sample:
    stages: dict[str, Any] = {"num_stages": 3, "hidden_sizes": (8, 16, 32), "depths": (1, 2, 1)}
    return _images("ConvNext", ("last_hidden_state", "pooler_output"), image_size=32, **stages)


def _efficientnet() -> Sample:
    stages: dict[str, Any] = {
        "kernel_sizes": (3, 5, 3),
        "in_channels": (32, 8, 16),
        "out_channels": (8, 16, 24),
        "strides": (1, 2, 2),
        "num_block_repeats": (1, 2, 1),
        "expand_ratios": (1, 4, 4),
    }
    sizes: dict[str, Any] = {
        "image_size": 32,
        "hidden_dim": 1280,
        "width_coefficient": 1.0,
        "depth_coefficient": 1.0,
    }
    return _images("EfficientNet", ("pooler_output",), **stages, **sizes)


def _clip() -> Sample:
    """Texts and images to how well each pair fits."""
    from transformers import CLIPConfig, CLIPModel

    widths = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    common = {**widths, "intermediate_size": 64, "projection_dim": 16}
    special = {"bos_token_id": 1, "eos_token_id": 50, "pad_token_id": 2}
    text = {**common, "vocab_size": 100, "max_position_embeddings": 16, **special}
    vision = {**common, "image_size": 32, "patch_size": 8}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)
    results = ("logits_per_image", "text_embeds", "image_embeds")
    module = Pair(CLIPModel(config), ("input_ids", "pixel_values"), results)
    axes = {0: "texts"}, {0: "images"}
    inputs, *resized = (
        (ids(texts, 8), torch.randn(images, 3, 32, 32))
        for texts, images in ((3, 2), (2, 5), (4, 3))
    )
    return Sample(module, inputs, axes, tuple(resized))


def _recurrent(kind: type[nn.LSTM | nn.GRU]) -> Sample:
    """Of one length: layers are written out step by step."""
    return _batched(RecurrentLanguageModel(kind), lambda batch: ids(batch, 6))


def _graph() -> Sample:
    """Any number of nodes and edges."""

    def make(nodes: int, edges: int) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.randn(nodes, 16), torch.randint(0, nodes, (2, edges))

    axes = {0: "nodes"}, {1: "edges"}
    inputs, *resized = (make(*sizes) for sizes in ((9, 20), (5, 4), (12, 31)))
    return Sample(GraphNetwork(), inputs, axes, tuple(resized))


def _recommender() -> Sample:
    module = Recommender()
    return _batched(module, lambda b: torch.randn(b, 5), lambda b: torch.randint(0, 50, (b, 3, 4)))


def _bags() -> Sample:
    """Seven ids in four bags, one of which is empty."""
    offsets = torch.tensor([0, 3, 3, 5])
    return Sample(RaggedBags(), (torch.randint(0, 50, (7,)), offsets, torch.randn(7)))


OTHERS: Mapping[str, Callable[[], Sample]] = {
    "vit": _vit,
    "swin": _swin,
    "clip": _clip,
    "convnext": _convnext,
    "efficientnet": _efficientnet,
    "densenet": lambda: _batched(DenseNet(), lambda batch: torch.randn(batch, 3, 32, 32)),
    "unet": lambda: _batched(
        UNet(), lambda b: torch.randn(b, 3, 16, 16), lambda b: torch.randint(0, 1000, (b,))
    ),
    "vae": lambda: _batched(
        Autoencoder(), lambda b: torch.rand(b, 1, 16, 16), lambda b: torch.randn(b, 8)
    ),
    "gan": lambda: _batched(Generator(), lambda batch: torch.randn(batch, 16)),
    "lstm-lm": lambda: _recurrent(nn.LSTM),
    "gru-lm": lambda: _recurrent(nn.GRU),
    "graph": _graph,
    "dlrm": _recommender,
    "ragged-bags": _bags,
}
