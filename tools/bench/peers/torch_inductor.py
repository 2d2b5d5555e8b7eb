"""`torch.compile` with its own compiler."""

import os
from typing import Any

from sdfg.tools.bench.peers.peer import Ready, Task, folder_bytes, required
from sdfg.tools.bench.peers.torch_eager import load, ready


class Inductor:
    """As it is by default."""

    SETTINGS: dict[str, Any] = {}

    def __init__(self) -> None:
        self._torch = required("torch")

    def prepare(self, task: Task) -> Ready:
        torch = self._torch
        cache = task.scratch / "inductor"
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(cache)
        inductor = required("torch._inductor.config", "torch")
        inductor.compile_threads = 1  # compilers are then children, whose CPU time is counted
        module, inputs, weights = load(torch, task.model, task.threads)
        call = torch.compile(module, dynamic=False, options=self.SETTINGS or None)
        made = ready(torch, call, inputs, weights)
        code = folder_bytes(cache, "*.so") + folder_bytes(cache, "*.py")
        return Ready(made.run, made.results, weights + code)


class Frozen(Inductor):
    """Weights as constants, and kernels chosen by measurement."""

    SETTINGS = {"freezing": True, "max_autotune": True}
