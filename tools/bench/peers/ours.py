"""What this project compiles."""

import hashlib
import os
import sys
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from sdfg.backends.c_tree.names import identifier
from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.runtime import CompiledModel
from sdfg.backends.runtime_interface import Interface
from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.peers.kept import kept_artifact, run_tool
from sdfg.tools.bench.peers.peer import Array, Ready, Task, folder_bytes
from sdfg.tools.bench.usage import Usage

_COMPILE = "from sdfg.tools.sdfg_compile import main; main()"
_PREFIX = "model"
_PARTS = ("dialect", "lowering", "backends", "tools")


class Ours:
    """`sdfg-compile`, then the library through ctypes with addresses bound once."""

    def prepare(self, task: Task) -> Ready:
        folder, usage = compiled(task)
        model = CompiledModel.load(folder / f"{_PREFIX}.json", threads=task.threads)
        inputs = arguments(model.interface, task.model)
        bound = model.bind(inputs)
        updated = [a for v, a in zip(model.interface.inputs, inputs, strict=True) if v.updated]
        shipped = sum(folder_bytes(folder, f"{_PREFIX}.{kind}") for kind in ("so", "safetensors"))
        return Ready(bound, lambda: [*bound.outputs, *updated], shipped, folder, usage)


def arguments(interface: Interface, model: ModelFiles) -> list[Array]:
    """
    The inputs of a model, each that is updated at the begin of an array with what is added to it.

    Models return what is updated in the order of the inputs, behind all other results.
    """
    feed = model.inputs()
    arrays: list[Array] = []
    for value in interface.inputs:
        array = feed[value.name]
        if value.updated:
            whole = np.zeros([int(size) for size in value.shape], array.dtype)
            whole[tuple(slice(size) for size in array.shape)] = array
            array = whole
        arrays.append(array)
    return arrays


def compiled(task: Task) -> tuple[Path, Usage]:
    """The folder with the artifact `model`, and what compiling it took."""

    def compile_into(folder: Path) -> None:
        command = [sys.executable, "-c", _COMPILE, str(task.model.onnx), "-o", str(folder)]
        command += ["--quiet", "--name", _PREFIX, *task.options]
        # A cache of its own: what the C compiler takes belongs to what is measured.
        run_tool(
            "sdfg-compile", command, {**os.environ, "SDFG_CACHE_DIR": str(task.scratch / "cache")}
        )

    name = identifier("_".join(("sdfg", *task.options)))
    identity = (_sources(), find_compiler().identity, *task.options)
    return kept_artifact(task, name, identity, compile_into)


@lru_cache(maxsize=1)
def _sources() -> str:
    """A digest of the compiler's own sources, without those of the benchmark."""
    digest = hashlib.sha256()
    root = Path(str(files("sdfg")))
    for part in _PARTS:
        for file in sorted((root / part).rglob("*")):
            if file.suffix in (".py", ".h", ".mlir") and "bench" not in file.parts:
                digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()
