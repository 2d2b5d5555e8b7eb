"""The recipe of an attention: the first one for the kind `attention` that fits its sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.recipe import RecipeOp
from sdfg.lowering.schedule.recipes.binding import evaluated, holds, knobs_of
from sdfg.lowering.schedule.recipes.library import SEVERAL, Library

KIND = "attention"
STEP = SEVERAL[KIND]


@dataclass(frozen=True)
class Choice:
    """The sizes of blocks and tiles, and what chose them."""

    recipe: str
    knobs: Mapping[str, int]
    rows: int
    columns: int

    @classmethod
    def of(cls, library: Library, values: Mapping[str, int]) -> Self | None:
        """
        What a recipe says of an attention of which `values` holds the sizes, the facts of the
        machine included; None where none fits.
        """
        for recipe in library.for_kind(KIND):
            if holds(recipe.condition.data, values):
                return cls.by(recipe, values)
        return None

    @classmethod
    def by(cls, recipe: RecipeOp, values: Mapping[str, int]) -> Self:
        steps = list(recipe.steps)
        if len(steps) != 1:
            fail(recipe, f"has {len(steps)} steps, where an {KIND} has one: {STEP}")
        (step,) = steps
        if missing := sorted({"rows", "columns"} - step.texts.keys()):
            fail(step, f"{STEP} needs {', '.join(missing)}")
        try:
            known = knobs_of(recipe, values, {})
            sizes = {k: evaluated(symbolic.parse(step.texts[k]), known) for k in step.texts}
        except KeyError as error:
            hint = f"it may use {', '.join(values)}"
            fail(recipe, f"uses {error.args[0]}, which is not defined", hint=hint)
        except ValueError as error:
            fail(step, f"cannot be evaluated: {error}")
        if others := sorted(sizes.keys() - {"rows", "columns"}):
            fail(step, f"{STEP} has no option {others[0]}", hint="rows, columns")
        knobs = {k.knob.data: known[k.knob.data] for k in recipe.knobs}
        return cls(recipe.sym_name.data, knobs, sizes["rows"], sizes["columns"])
