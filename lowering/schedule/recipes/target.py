"""`-t recipe`: the recipes that a mapped program was made with, in place of the program."""

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.printer import Printer
from xdsl.utils.target import Target

from sdfg.lowering.schedule.extract_recipes import ExtractRecipesPass


@dataclass(frozen=True)
class RecipeTarget(Target):
    """The recipes that a mapped program was made with, their knobs as they were chosen."""

    name = "recipe"

    recipe: str = ""
    """The file of recipes that were applied; those that come with the compiler by default."""

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        copy = module.clone()
        ExtractRecipesPass(self.recipe).apply(ctx, copy)
        printer = Printer(output)
        for op in copy.ops:
            printer.print_op(op)
            output.write("\n")
