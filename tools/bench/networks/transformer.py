"""Language models of `transformers` configurations: prefill of 128 tokens, one decode step."""

from typing import Any

import torch
from torch import Tensor, nn

from sdfg.tools.bench.networks.definition import Definition

TOKENS = 128


class Logits(nn.Module):
    """A model reduced to token ids in, its first output tensor out, no cache."""

    def __init__(self, model: nn.Module, **fixed: bool) -> None:
        super().__init__()
        self.model = model
        self.fixed = fixed

    def forward(self, ids: Tensor) -> Tensor:
        return self.model(ids, return_dict=False, **self.fixed)[0]


class DecodeStep(nn.Module):
    """
    One token with the keys and values of those before it.

    `(1, 1)` ids and, for each layer, keys and values `(1, heads, past, features)`, to the logits
    and the keys and values with one more position.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        from transformers import DynamicCache

        cache: Any = DynamicCache(list(zip(past[::2], past[1::2], strict=True)))
        logits, *_ = self.model(ids, past_key_values=cache, use_cache=True, return_dict=False)
        present = (tensor for layer in cache.layers for tensor in (layer.keys, layer.values))
        return (logits, *present)


def _ids(vocabulary: int, tokens: int = TOKENS) -> Tensor:
    return torch.randint(0, vocabulary, (1, tokens))


def bert_base() -> Definition:
    from transformers import BertConfig, BertModel

    config = BertConfig()
    return Definition(Logits(BertModel(config)), (_ids(config.vocab_size),))


def gpt2() -> Definition:
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config()
    return Definition(Logits(GPT2LMHeadModel(config), use_cache=False), (_ids(config.vocab_size),))


def gpt2_decode() -> Definition:
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config()
    shape = (1, config.n_head, TOKENS, config.n_embd // config.n_head)
    past = tuple(torch.randn(shape) for _ in range(2 * config.n_layer))
    return Definition(DecodeStep(GPT2LMHeadModel(config)), (_ids(config.vocab_size, 1), *past))


def llama() -> Definition:
    """512 features, 8 layers, 8 heads."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=32000,
        hidden_size=512,
        num_hidden_layers=8,
        num_attention_heads=8,
        num_key_value_heads=8,
        intermediate_size=1376,
        max_position_embeddings=2048,
    )
    return Definition(Logits(LlamaForCausalLM(config), use_cache=False), (_ids(config.vocab_size),))
