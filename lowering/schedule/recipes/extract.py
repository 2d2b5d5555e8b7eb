"""The recipes that an optimised program was made with."""

from collections.abc import Iterator

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, IntegerAttr, ModuleOp, StringAttr
from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ExprAttr
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.recipe import RecipeOp
from sdfg.lowering.schedule.recipes.library import Library

Choice = tuple[str, tuple[tuple[str, int], ...]]
"""Name of a recipe, and the value of each knob."""


def extracted_recipes(module: ModuleOp, library: Library) -> list[RecipeOp]:
    """
    The recipes of `library` that the nests of `module` say they were made with, knobs fixed.

    One for each choice of knobs, in the order of the program; the attribute `states` names the
    states whose nests it made. Raises `SDFGError` for a recipe that `library` does not have, or has
    with other knobs.
    """
    known = {r.sym_name.data: r for r in library.recipes}
    found: dict[Choice, RecipeOp] = {}
    states: dict[Choice, dict[str, None]] = {}
    names: dict[str, int] = {}
    for op, choice in marked(module):
        states.setdefault(choice, {}).update(dict.fromkeys(state_around(op)))
        if choice in found:
            continue
        name, knobs = choice
        if name not in known:
            hint = "name the file that it is in: sdfg-extract-recipes{recipe=FILE}"
            fail(op, f"was made with @{name}, which is none of the recipes", hint=hint)
        recipe = fixed(op, known[name], dict(knobs))
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            recipe.attributes["sym_name"] = StringAttr(f"{name}_{names[name]}")
        found[choice] = recipe
    for choice, recipe in found.items():
        recipe.attributes["states"] = ArrayAttr(StringAttr(s) for s in states[choice])
    return list(found.values())


def marked(module: ModuleOp) -> Iterator[tuple[Operation, Choice]]:
    """The loops that recipes have made, each with the recipe and its knobs."""
    for op in module.walk():
        name = op.attributes.get("recipe")
        if not isinstance(op, MapOp | ForOp) or not isinstance(name, StringAttr):
            continue
        knobs = op.attributes.get("knobs", DictionaryAttr({}))
        items = knobs.data.items() if isinstance(knobs, DictionaryAttr) else ()
        values = [(k, v.value.data) for k, v in items if isinstance(v, IntegerAttr)]
        yield op, (name.data, tuple(values))


def fixed(op: Operation, recipe: RecipeOp, knobs: dict[str, int]) -> RecipeOp:
    """`recipe` with other defaults of its knobs."""
    copy = recipe.clone()
    if {k.knob.data for k in copy.knobs} != knobs.keys():
        fail(op, f"was made with other knobs than @{recipe.sym_name.data} has: {', '.join(knobs)}")
    for knob in copy.knobs:
        knob.attributes["value"] = ExprAttr(symbolic.integer(knobs[knob.knob.data]))
    return copy


def state_around(op: Operation) -> list[str]:
    """The label of the state that `op` stands in, if it stands in one."""
    parent = op.parent_op()
    while parent is not None:
        if isinstance(parent, StateOp):
            return [parent.sym_name.data]
        parent = parent.parent_op()
    return []
