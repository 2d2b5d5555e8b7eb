"""PyTorch as it is."""

import gc
from collections.abc import Callable, Sequence
from typing import Any

from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.peers.peer import Ready, Task, arrays, required


class Eager:
    """One kernel after the other, in inference mode."""

    def __init__(self) -> None:
        self._torch = required("torch")

    def prepare(self, task: Task) -> Ready:
        module, inputs, weights = load(self._torch, task.model, task.threads)
        return ready(self._torch, module, inputs, weights)


def load(torch: Any, model: ModelFiles, threads: int) -> tuple[Any, tuple[Any, ...], int]:
    """The module, its inputs, and the bytes of its weights."""
    from sdfg.tools.bench.networks.definition import define

    torch.set_num_threads(threads)
    definition = define(model.entry)
    inputs = tuple(torch.from_numpy(array) for array in model.inputs().values())
    weights = {t.data_ptr(): t.nbytes for t in definition.module.state_dict().values()}
    gc.collect()
    return definition.module, inputs, sum(weights.values())


def ready(
    torch: Any, call: Callable[..., Any], inputs: tuple[Any, ...], artifact_bytes: int
) -> Ready:
    """Run it once, which compiles what is compiled then."""
    last: list[Any] = []

    def run() -> None:
        with torch.inference_mode():
            result = call(*inputs)
        last[:] = result if isinstance(result, list | tuple) else [result]

    def results() -> Sequence[Any]:
        return arrays([tensor.numpy() for tensor in last])

    run()
    return Ready(run, results, artifact_bytes)
