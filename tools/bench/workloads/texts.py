"""Language models, batch 1."""

from sdfg.tools.bench.workload import Workload

_TAGS = ("models", "texts")

TEXTS = (
    Workload("bert-base", "BERT base, 128 tokens", "transformer:bert_base", _TAGS),
    Workload("gpt2", "GPT-2, 128 tokens", "transformer:gpt2", _TAGS),
    Workload("llama", "Llama (512 wide, 8 layers), 128 tokens", "transformer:llama", _TAGS),
    Workload(
        "gpt2-decode",
        "GPT-2, decode step, 128 past",
        "transformer:gpt2_decode",
        _TAGS,
        options=("--in-place=past_*",),
    ),
)
