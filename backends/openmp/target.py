"""`sdfg-opt -t openmp-c`: mapped programs as OpenMP C, all files one after the other."""

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.target import Target

from sdfg.backends.openmp.emitter import emit_module


@dataclass(frozen=True)
class OpenMPTarget(Target):
    """Print the C files of a mapped program, each behind a comment with its name."""

    name = "openmp-c"

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        for name, text in emit_module(module).items():
            output.write(f"/* file: {name} */\n{text}\n")
