"""Language models of `transformers` configurations, two layers each."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from zoo.definition import First, Inputs, Pair, Sample, ids

BATCH, LENGTH = 2, 10
_SIZES = ((3, 7), (2, 16), (5, 3))
"""Batches and lengths that a dynamic model is tried on."""
_TEXT: Mapping[int, str] = {0: "batch", 1: "sequence"}

_COMMON: Mapping[str, Any] = {
    "vocab_size": 100,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}


def _encoder(name: str, **settings: Any) -> Sample:
    """Ids, and a mask of what is padding, to the last hidden states."""
    model = _model(f"{name}Model", f"{name}Config", **settings)
    module = Pair(model, ("input_ids", "attention_mask"), ["last_hidden_state"])
    sizes = (BATCH, LENGTH), *_SIZES
    inputs, *resized = ((ids(*size), _padding(*size)) for size in sizes)
    return Sample(module, inputs, (_TEXT, _TEXT), tuple(resized))


def _padding(batch: int, length: int) -> Tensor:
    """1 where there is text: the whole first row, one token less in each other, at least one."""
    lengths = (length - torch.arange(batch)).clamp(min=1)
    return (torch.arange(length) < lengths[:, None]).long()


def _decoder(name: str, **settings: Any) -> Sample:
    """Ids to logits, without a cache."""
    model = causal(name, **settings)
    module = First(model, "input_ids", ["logits"], use_cache=False)
    return Sample(module, *_texts())


def causal(name: str, **settings: Any) -> nn.Module:
    """The causal language model `{name}ForCausalLM`, or GPT-2, in evaluation mode."""
    head = "LMHeadModel" if name == "GPT2" else "ForCausalLM"
    return _model(f"{name}{head}", f"{name}Config", **settings)


def _texts() -> tuple[Inputs, tuple[Mapping[int, str], ...], tuple[Inputs, ...]]:
    return (ids(BATCH, LENGTH),), (_TEXT,), tuple((ids(*size),) for size in _SIZES)


def _translator(name: str, results: tuple[str, ...], **settings: Any) -> Sample:
    """Ids of a source and of the target so far, to logits."""
    model = _model(f"{name}ForConditionalGeneration", f"{name}Config", **settings)
    module = Pair(model, ("input_ids", "decoder_input_ids"), results, use_cache=False)
    axes = _TEXT, {0: "batch", 1: "target"}
    resized = tuple((ids(*size), ids(size[0], size[1] + 2)) for size in _SIZES)
    return Sample(module, (ids(BATCH, LENGTH), ids(BATCH, 6)), axes, resized)


def _model(model: str, config: str, **settings: Any) -> nn.Module:
    import transformers

    made = getattr(transformers, config)(**settings)
    return getattr(transformers, model)(made)


GPT2: Mapping[str, Any] = {
    "vocab_size": 100,
    "n_embd": 32,
    "n_layer": 2,
    "n_head": 4,
    "n_positions": 64,
    "bos_token_id": 0,
    "eos_token_id": 0,
}
LLAMA: Mapping[str, Any] = {**_COMMON, "num_key_value_heads": 2}


def _distilbert() -> Sample:
    settings = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}
    return _encoder("DistilBert", vocab_size=100, max_position_embeddings=64, **settings)


def _gemma() -> Sample:
    return _decoder("Gemma", **_COMMON, num_key_value_heads=1, head_dim=16)


def _phi() -> Sample:
    return _decoder(
        "Phi",
        **_COMMON,
        rope_parameters={
            "rope_type": "default",
            "rope_theta": 10000.0,
            "partial_rotary_factor": 0.5,
        },
    )


def _mixtral(experts: str) -> Sample:
    """Each token goes through two of four experts; `experts` says how they are computed."""
    settings = {**LLAMA, "num_local_experts": 4, "num_experts_per_tok": 2}
    return _decoder("Mixtral", **settings, experts_implementation=experts)


def _t5() -> Sample:
    settings = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
    more = {"relative_attention_num_buckets": 8, "relative_attention_max_distance": 16}
    results = ("logits", "encoder_last_hidden_state")
    return _translator("T5", results, vocab_size=100, **settings, **more)


def _bart() -> Sample:
    layers = {f"{side}_layers": 2 for side in ("encoder", "decoder")}
    heads = {f"{side}_attention_heads": 4 for side in ("encoder", "decoder")}
    widths = {f"{side}_ffn_dim": 64 for side in ("encoder", "decoder")}
    settings = {**layers, **heads, **widths, "d_model": 32, "max_position_embeddings": 64}
    return _translator("Bart", ("logits",), vocab_size=100, **settings)


def _whisper() -> Sample:
    """Spectra `(batch, bins, 2 * positions)`, of a fixed length, and target ids to logits."""
    layers = {f"{side}_layers": 2 for side in ("encoder", "decoder")}
    heads = {f"{side}_attention_heads": 4 for side in ("encoder", "decoder")}
    widths = {f"{side}_ffn_dim": 64 for side in ("encoder", "decoder")}
    special = {f"{token}_token_id": 1 for token in ("pad", "bos", "eos", "decoder_start")}
    model = _model(
        "WhisperForConditionalGeneration",
        "WhisperConfig",
        vocab_size=100,
        num_mel_bins=8,
        d_model=32,
        max_source_positions=12,
        max_target_positions=64,
        **layers,
        **heads,
        **widths,
        **special,
    )
    names = ("input_features", "decoder_input_ids")
    module = Pair(model, names, ["logits"], use_cache=False)
    axes = {0: "batch"}, {0: "batch", 1: "target"}
    inputs, *resized = (
        (torch.randn(batch, 8, 24), ids(batch, length)) for batch, length in ((BATCH, 6), *_SIZES)
    )
    return Sample(module, inputs, axes, tuple(resized))


def _mamba() -> Sample:
    """Of one length: the recurrence is written out step by step, or scanned with a tree."""
    settings = {"hidden_size": 32, "num_hidden_layers": 2, "state_size": 4, "vocab_size": 100}
    module = First(causal("Mamba", **settings), "input_ids", ["logits"], use_cache=False)
    return Sample(module, (ids(BATCH, 6),))


LANGUAGE: Mapping[str, Callable[[], Sample]] = {
    "bert": lambda: _encoder("Bert", **_COMMON),
    "distilbert": _distilbert,
    "roberta": lambda: _encoder("Roberta", **_COMMON),
    "gpt2": lambda: _decoder("GPT2", **GPT2),
    "gpt-neox": lambda: _decoder("GPTNeoX", **_COMMON),
    "llama": lambda: _decoder("Llama", **LLAMA),
    "mistral": lambda: _decoder("Mistral", **LLAMA, sliding_window=4),
    "qwen2": lambda: _decoder("Qwen2", **LLAMA),
    "gemma": _gemma,
    "phi": _phi,
    "mixtral": lambda: _mixtral("grouped_mm"),
    "mixtral-batched": lambda: _mixtral("batched_mm"),
    "t5": _t5,
    "bart": _bart,
    "whisper": _whisper,
    "mamba": _mamba,
}
