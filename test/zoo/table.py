"""The table of results, `docs/models.md`."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from zoo.entries import Outcome, cases

_ROOT = Path(__file__).parents[2]
TABLE = _ROOT / "docs" / "models.md"
KEPT = _ROOT / "build" / "zoo.json"
"""Outcomes of earlier runs, so that one of a part renews its rows alone."""

_HEAD = """\
# Published architectures, compiled

Written by `make zoo`: models from configurations of `transformers`, and networks of
[test/zoo](../test/zoo/modules.py), with random weights and few layers, compiled through each door
and compared with eager PyTorch. **{passed} of {count} pass.** The error is the largest
`|got - want|`; seconds are CPU seconds to compile, the C compiler's included.

| door | what it is |
|---|---|
| torch | `torch.compile(backend="sdfg", fullgraph=True)` |
| torch-dynamic | the same with `dynamic=True`, at several sizes without another compilation |
| onnx | `torch.onnx.export(dynamo=True)` and our importer, for one size |
| onnx-dynamic | the same with dynamic axes, at several sizes |
| export | `torch.export`, with dynamic axes where the model has some |
| training | loss and all gradients of a step through `torch.compile` |
| generate | greedy decoding with a cache, prompts of two lengths |

| door | cases | pass |
|---|---|---|
"""
_ROWS = """
| model | door | result | error | seconds | |
|---|---|---|---|---|---|
"""
_REASON = 200
"""Characters of a reason that are shown."""


def renew(outcomes: Iterable[Outcome]) -> None:
    """Put outcomes in the place of earlier ones, and write the table of all."""
    known = {(o.model, o.door): o for o in kept()} | {(o.model, o.door): o for o in outcomes}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps([asdict(o) for o in known.values()], indent=1))
    order = [*cases(), *cases(door="training")]
    models = list(dict.fromkeys(model for model, _ in order))
    rows = [known[case] for case in order if case in known]
    TABLE.write_text(table_of(sorted(rows, key=lambda o: models.index(o.model))))


def kept() -> list[Outcome]:
    """Outcomes of earlier runs."""
    return [Outcome(**one) for one in json.loads(KEPT.read_text())] if KEPT.exists() else []


def table_of(outcomes: Sequence[Outcome]) -> str:
    """The table as Markdown."""
    passed = [o for o in outcomes if o.status == "pass"]
    head = _HEAD.format(passed=len(passed), count=len(outcomes))
    all_of, good = Counter(o.door for o in outcomes), Counter(o.door for o in passed)
    doors = [f"| {door} | {count} | {good[door]} |" for door, count in all_of.items()]
    return head + "\n".join(doors) + "\n" + _ROWS + "".join(map(_row, outcomes))


def _row(o: Outcome) -> str:
    reason = o.reason.replace("|", "/")[:_REASON]
    reason = reason.replace("<", "&lt;").replace("](", "&#93;(")  # neither HTML nor a link
    numbers = f"{o.error:.1g} | {o.seconds:.0f}" if o.status == "pass" else " | "
    return f"| {o.model} | {o.door} | {o.status} | {numbers} | {reason} |\n"
