"""
The PyTorch models that every door, pass and backend is tried on, by name.

`build("bert-tiny")` gives a module in evaluation mode with seeded random weights, example inputs
and its dynamic dimensions. `tiny` sizes are for tests; `base` sizes are the published ones.
"""

import logging
import os
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import randomize_normalisation
from sdfg.tools.bench.networks.mobilenet import MobileNetV2
from sdfg.tools.bench.networks.resnet import BasicBlock, ResNet
from sdfg.tools.bench.networks.transformer import Logits

DynamicShapes = tuple[Mapping[int, torch.export.Dim] | None, ...]


@dataclass(frozen=True)
class Example:
    """A model, and what it takes."""

    module: nn.Module
    inputs: tuple[Tensor, ...]
    dynamic_shapes: DynamicShapes | None = None
    """As `torch.export.export` takes them, one entry for each input."""
    resized: tuple[tuple[Tensor, ...], ...] = field(default=())
    """Inputs of other sizes that a dynamic model must take without a second compilation."""


class Mlp(nn.Module):
    """`(batch, features)` to `(batch, classes)`, with a GELU between."""

    def __init__(self, features: int = 32, hidden: int = 64, classes: int = 10) -> None:
        super().__init__()
        self.up = nn.Linear(features, hidden)
        self.down = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(nn.functional.gelu(self.up(x)))


class Lstm(nn.Module):
    """`(batch, steps, features)` to `(batch, classes)` from the last of two layers' last state."""

    def __init__(self, features: int = 16, hidden: int = 32, classes: int = 5) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.lstm(x)
        return self.head(states[:, -1])


class CausalAttention(nn.Module):
    """Self-attention of `(batch, sequence, features)` in which no position sees a later one."""

    def __init__(self, features: int = 32, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.projections = nn.Linear(features, 3 * features)
        self.output = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        batch, sequence, features = x.shape
        split = self.projections(x).view(batch, sequence, 3, self.heads, features // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4).unbind(0)
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(y.transpose(1, 2).reshape(batch, sequence, features))


def _images(size: int, batch: int = 1) -> tuple[Tensor, ...]:
    return (torch.randn(batch, 3, size, size),)


def _ids(vocabulary: int, batch: int, sequence: int) -> tuple[Tensor, ...]:
    return (torch.randint(0, vocabulary, (batch, sequence)),)


def _resnet18(classes: int = 1000, width: int = 64) -> nn.Module:
    return ResNet(BasicBlock, (2, 2, 2, 2), classes, width)


def _bert(size: str) -> tuple[nn.Module, int]:
    from transformers import BertConfig, BertModel

    tiny = BertConfig(
        vocab_size=200,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=64,
    )
    config = tiny if size == "tiny" else BertConfig()
    return Logits(BertModel(config)), config.vocab_size


def _gpt2(size: str) -> tuple[nn.Module, int]:
    from transformers import GPT2Config, GPT2LMHeadModel

    tiny = GPT2Config(
        vocab_size=200,
        n_embd=64,
        n_layer=2,
        n_head=4,
        n_positions=64,
        bos_token_id=0,
        eos_token_id=0,
    )
    config = tiny if size == "tiny" else GPT2Config()
    return Logits(GPT2LMHeadModel(config), use_cache=False), config.vocab_size


def _llama(size: str) -> tuple[nn.Module, int]:
    from transformers import LlamaConfig, LlamaForCausalLM

    layers, hidden = (2, 64) if size == "tiny" else (12, 768)
    config = LlamaConfig(
        vocab_size=200 if size == "tiny" else 32000,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // (16 if size == "tiny" else 64),
        num_key_value_heads=hidden // (32 if size == "tiny" else 192),
        intermediate_size=8 * hidden // 3,
        max_position_embeddings=64 if size == "tiny" else 2048,
    )
    return Logits(LlamaForCausalLM(config), use_cache=False), config.vocab_size


Text = Callable[[str], tuple[nn.Module, int]]


def _text(model: Text, size: str) -> Example:
    module, vocabulary = model(size)
    return Example(
        module, _ids(vocabulary, 2 if size == "tiny" else 1, 16 if size == "tiny" else 128)
    )


def _text_dynamic(model: Text) -> Example:
    module, vocabulary = model("tiny")
    batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence", max=64)
    sizes = ((3, 11), (2, 32), (5, 7), (4, 64), (2, 3))
    return Example(
        module,
        _ids(vocabulary, 2, 16),
        ({0: batch, 1: sequence},),
        tuple(_ids(vocabulary, *size) for size in sizes),
    )


def _mlp_dynamic() -> Example:
    batches = tuple((torch.randn(batch, 32),) for batch in (2, 3, 8, 17, 64))
    return Example(Mlp(), (torch.randn(4, 32),), ({0: torch.export.Dim("batch")},), batches)


def _attention_dynamic() -> Example:
    batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence")
    sizes = ((2, 5), (3, 16), (4, 33), (7, 2), (2, 64))
    return Example(
        CausalAttention(),
        (torch.randn(2, 6, 32),),
        ({0: batch, 1: sequence},),
        tuple((torch.randn(*size, 32),) for size in sizes),
    )


BUILDERS: Mapping[str, Callable[[], Example]] = {
    "mlp": lambda: Example(Mlp(), (torch.randn(4, 32),)),
    "mlp-dynamic": _mlp_dynamic,
    "lstm": lambda: Example(Lstm(), (torch.randn(2, 6, 16),)),
    "attention": lambda: Example(CausalAttention(), (torch.randn(2, 6, 32),)),
    "attention-dynamic": _attention_dynamic,
    "resnet18-tiny": lambda: Example(_resnet18(classes=10, width=8), _images(32, 2)),
    "resnet18": lambda: Example(_resnet18(), _images(224)),
    "mobilenetv2-tiny": lambda: Example(MobileNetV2(10, stages=3, last=64), _images(32, 2)),
    "mobilenetv2": lambda: Example(MobileNetV2(), _images(224)),
    "bert-tiny": lambda: _text(_bert, "tiny"),
    "bert-dynamic": lambda: _text_dynamic(_bert),
    "bert": lambda: _text(_bert, "base"),
    "gpt2-tiny": lambda: _text(_gpt2, "tiny"),
    "gpt2-dynamic": lambda: _text_dynamic(_gpt2),
    "gpt2": lambda: _text(_gpt2, "base"),
    "llama-tiny": lambda: _text(_llama, "tiny"),
    "llama-dynamic": lambda: _text_dynamic(_llama),
    "llama": lambda: _text(_llama, "base"),
}
"""All models; those named neither `-tiny` nor `-dynamic` but `resnet18` to `llama` take seconds."""

SMALL = tuple(
    name for name in BUILDERS if not {name} & {"resnet18", "mobilenetv2", "bert", "gpt2", "llama"}
)


def build(name: str) -> Example:
    """
    The model called `name` with the same random weights and inputs on every call.

    Raises `KeyError` if there is no such model. The caller's random state is left as it was.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    random: Any = torch.random
    with random.fork_rng():
        random.manual_seed(0)
        example = BUILDERS[name]()
        _randomize(example.module)
    example.module.eval()
    return example


def _randomize(module: nn.Module) -> None:
    """Give normalisations weights and statistics that a wrong lowering could not mistake."""
    for part in module.modules():
        randomize_normalisation(part)


def export(example: Example) -> torch.export.ExportedProgram:
    """The example through `torch.export`, with its dynamic dimensions."""
    return torch.export.export(
        example.module, example.inputs, dynamic_shapes=example.dynamic_shapes, strict=False
    )


@contextmanager
def _quiet(*names: str) -> Generator[None]:
    """Without what the loggers `names` warn of, and without Python's warnings."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for logger in loggers:
                logger.setLevel(logging.ERROR)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def write_onnx(example: Example, path: Path) -> None:
    """
    The example as an ONNX file, through PyTorch's exporter.

    Weights lie in a file beside it where they are large. Takes seconds for the small models.
    """
    exporter: Any = torch.onnx
    with _quiet("torch.onnx", "onnxscript"):
        program = exporter.export(
            example.module,
            example.inputs,
            dynamic_shapes=example.dynamic_shapes,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    program.save(path, external_data=True)
