"""`sdfg-opt -t openmp-c`: mapped programs as OpenMP C."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.target import Target

from sdfg.backends.openmp.emitter import emit_module
from sdfg.backends.openmp.toolchain import runtime_headers
from sdfg.dialect.diagnostics import SDFGError


@dataclass(frozen=True)
class OpenMPTarget(Target):
    """
    Print the C files of a mapped program, each behind a comment with its name.

    With `folder`, write them there instead, and beside them the headers that they include.
    """

    name = "openmp-c"

    folder: str = ""
    """Where to write the files; made if it does not exist."""

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        files = emit_module(module)
        if not self.folder:
            for name, text in files.items():
                output.write(f"/* file: {name} */\n{text}\n")
            return
        folder = Path(self.folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in {**runtime_headers(), **files}.items():
                (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise SDFGError(f"{folder}: cannot be written: {error.strerror}") from error
