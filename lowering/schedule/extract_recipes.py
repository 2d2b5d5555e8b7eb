"""The recipes of an optimised program in place of the program."""

from dataclasses import dataclass
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.lowering.schedule.recipes.extract import extracted_recipes
from sdfg.lowering.schedule.recipes.library import default_library, library_from


@dataclass(frozen=True)
class ExtractRecipesPass(ModulePass):
    """
    Replace a mapped program by the recipes that it was made with, their knobs as they were chosen.

    Before:

    ```
    map [..] attributes {recipe = "rows", knobs = {size = 32}} { .. }
    ```

    After:

    ```
    sdfg.recipe @rows for "elementwise" attributes {states = ["relu"]} {
      sdfg.knob "size" = "32" in "16, 32, 64"
      ..
    }
    ```

    That is a file for `sdfg-apply-recipes{recipe=FILE}`, to edit or to store. Where nests of one
    program chose different knobs, there are several recipes, `@rows`, `@rows_2`, of which the first
    one for a kind of nest is used.
    """

    name = "sdfg-extract-recipes"

    recipe: str = ""
    """The file of recipes that were applied; those that come with the compiler by default."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        library = library_from(Path(self.recipe)) if self.recipe else default_library()
        recipes = extracted_recipes(op, library)
        for old in reversed(list(op.ops)):
            old.detach()
            old.erase()
        op.attributes.clear()
        op.body.block.add_ops(recipes)
