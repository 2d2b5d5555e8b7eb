"""Greedy decoding with a cache of keys and values: token by token what eager PyTorch says."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from zoo.definition import ids, randomize
from zoo.doors import Counting, Trial, WrongResultError, fresh, torch_any
from zoo.language import GPT2, LLAMA, causal

NEW_TOKENS = 12
PROMPTS = (6, 9)
"""Lengths of two prompts, one after the other through the same compiled model."""


def generate(step: Callable[..., Any], cache: Any, prompt: Tensor) -> tuple[Tensor, list[Tensor]]:
    """
    The most probable `NEW_TOKENS` tokens after `prompt`, `(batch, length)`, and all logits.

    The first step fills the cache (prefill), each of the others extends it by one token (decode).
    """
    tokens, found = prompt, list[Tensor]()
    fresh = prompt
    for _ in range(NEW_TOKENS):
        begin = tokens.shape[1] - fresh.shape[1]
        positions = torch.arange(begin, tokens.shape[1])[None]
        logits = step(fresh, cache, positions)
        found.append(logits[:, -1].clone())
        fresh = found[-1].argmax(-1, keepdim=True)
        tokens = torch.cat([tokens, fresh], dim=1)
    return tokens, found


def _growing(_model: Any) -> Any:
    from transformers import DynamicCache

    return DynamicCache()


def _fixed(model: Any) -> Any:
    """Of 32 positions, which are written in place."""
    from transformers import StaticCache

    return StaticCache(config=model.config, max_cache_len=32)


def _decoding(model: nn.Module, make_cache: Callable[[Any], Any], trial: Trial) -> None:
    """Compare prompts of two lengths; at most two graphs may be compiled."""

    def step(fresh: Tensor, cache: Any, positions: Tensor) -> Tensor:
        found = model(fresh, past_key_values=cache, position_ids=positions, use_cache=True)
        return found.logits

    fresh()
    backend = Counting(fallback=False)
    compiled = torch_any.compile(step, backend=backend, fullgraph=True, dynamic=True)
    with torch.no_grad():
        for length in PROMPTS:
            prompt = ids(2, length)
            want, expected = generate(step, make_cache(model), prompt)
            with trial.compiling():
                got, found = generate(compiled, make_cache(model), prompt)
            trial.compare(found, expected)
            if not torch.equal(got, want):
                raise WrongResultError(f"{got} instead of {want}")
    trial.note = f"{backend.graphs} compilations"
    if backend.graphs > 2:
        raise WrongResultError(trial.note)


def _case(name: str, settings: Mapping[str, Any], make_cache: Callable[[Any], Any]) -> Any:
    def run(trial: Trial) -> None:
        random: Any = torch.random
        random.manual_seed(0)
        model = causal(name, **settings)
        randomize(model)
        _decoding(model.eval(), make_cache, trial)

    return run


GENERATION: Mapping[str, Callable[[Trial], None]] = {
    "gpt2-growing-cache": _case("GPT2", GPT2, _growing),
    "gpt2-fixed-cache": _case("GPT2", GPT2, _fixed),
    "llama-growing-cache": _case("Llama", LLAMA, _growing),
    "llama-fixed-cache": _case("Llama", LLAMA, _fixed),
}
