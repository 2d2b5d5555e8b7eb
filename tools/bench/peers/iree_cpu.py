"""IREE, compiled for this CPU through LLVM."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sdfg.tools.bench.peers.kept import kept_artifact, run_tool
from sdfg.tools.bench.peers.peer import Ready, Task, arrays, required

_FLAGS = (
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
    "--iree-llvmcpu-target-cpu=host",
    "--iree-opt-data-tiling",
    "--iree-opt-level=O3",  # Llama does not compile without it, GPT-2 not without the next one
    "--iree-llvmcpu-stack-allocation-limit=131072",
)


class Iree:
    """`iree-compile` with data tiling; arguments on the device once."""

    def __init__(self) -> None:
        self._runtime = required("iree.runtime", "iree-base-runtime")
        required("iree.compiler", "iree-base-compiler")
        self._versions = (version("iree-base-compiler"), version("iree-base-runtime"))

    def prepare(self, task: Task) -> Ready:
        folder, usage = kept_artifact(
            task, "iree", (*self._versions, *_FLAGS), lambda made: _compile(task, made)
        )
        runtime = self._runtime
        runtime.flags.parse_flags(f"--task_topology_group_count={task.threads}")
        runtime.flags.FUNCTION_INPUT_VALIDATION = False
        configuration = runtime.Config("local-task" if task.threads > 1 else "local-sync")
        context = runtime.SystemContext(config=configuration)
        module = runtime.VmModule.mmap(context.instance, str(folder / "model.vmfb"))
        context.add_vm_module(module)
        function: Any = context.modules[module.name]["main_graph"]
        device = configuration.device
        feed = [runtime.asdevicearray(device, array) for array in task.model.inputs().values()]
        last: list[Any] = []

        def run() -> None:
            result = function(*feed)
            last[:] = result if isinstance(result, list | tuple) else [result]

        return Ready(
            run,
            lambda: arrays([np.array(result.to_host()) for result in last]),
            (folder / "model.vmfb").stat().st_size,
            folder,
            usage,
        )


def _compile(task: Task, folder: Path) -> None:
    imported = task.scratch / "model.mlir"
    importer = [sys.executable, "-m", "iree.compiler.tools.import_onnx"]
    run_tool("import_onnx", [*importer, str(task.model.onnx), "-o", str(imported)])
    tool: Any = required("iree.compiler.tools.binaries", "iree-base-compiler")
    compiler = tool.find_tool("iree-compile")
    run_tool("iree-compile", [compiler, *_FLAGS, str(imported), "-o", str(folder / "model.vmfb")])
