"""What this project compiles."""

import hashlib
import os
import sys
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from sdfg.backends.c_tree.names import identifier
from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.runtime import CompiledModel
from sdfg.tools.bench.peers.kept import kept_artifact, run_tool
from sdfg.tools.bench.peers.peer import Ready, Task, folder_bytes
from sdfg.tools.bench.usage import Usage

_COMPILE = "from sdfg.tools.sdfg_compile import main; main()"
_PREFIX = "model"
_PARTS = ("dialect", "lowering", "backends", "tools")


class Ours:
    """`sdfg-compile`, then the library through ctypes with addresses bound once."""

    def prepare(self, task: Task) -> Ready:
        folder, usage = compiled(task)
        model = CompiledModel.load(folder / f"{_PREFIX}.json", threads=task.threads)
        feed = task.model.inputs()
        bound = model.bind([feed[value.name] for value in model.interface.inputs])
        shipped = sum(folder_bytes(folder, f"{_PREFIX}.{kind}") for kind in ("so", "safetensors"))
        return Ready(bound, lambda: bound.outputs, shipped, folder, usage)


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
