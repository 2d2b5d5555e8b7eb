"""`-t mlir-for-irdl`: programs as the IRDL of `--emit-irdl` declares them, for MLIR's own tools."""

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.printer import Printer
from xdsl.utils.target import Target

from sdfg.dialect.dialect import SDFG
from sdfg.dialect.irdl_export import spell_out


@dataclass(frozen=True)
class IRDLProgramTarget(Target):
    """MLIR's generic form, with variadic operands spelled out as the IRDL has them."""

    name = "mlir-for-irdl"

    locations: bool = True
    """Print where each operation comes from."""

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        program = spell_out(module, SDFG)
        Printer(output, print_generic_format=True, print_debuginfo=self.locations).print_op(program)
        output.write("\n")
