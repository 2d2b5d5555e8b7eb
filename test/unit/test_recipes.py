"""Recipes: applied as a whole or not at all, without a change of results, and printed back."""

from collections.abc import Hashable
from importlib.resources import files
from re import findall

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.choices import Choices, Drawn, Seeded, chance, pick, shuffled
from unit.interpreting import Array
from unit.random_nests import SIZES, SYMBOLS, NestBuilder
from unit.random_transformations import loops_of, random_transformation, usual_steps
from unit.strategies import contents, main_program
from unit.test_schedule import MACHINES, compare, detached_users
from unit.text import parsed, printed
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.analysis.kinds import ROLES
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.recipe import RecipeOp, StepOp
from sdfg.lowering.schedule.apply_recipes import ApplyRecipesPass
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.names import names_around
from sdfg.lowering.schedule.recipes.apply import apply_recipe
from sdfg.lowering.schedule.recipes.binding import Binding
from sdfg.lowering.schedule.recipes.extract import extracted_recipes
from sdfg.lowering.schedule.recipes.library import SEVERAL, default_library, parse_recipes
from sdfg.lowering.schedule.recipes.templates import Templates
from sdfg.lowering.schedule.transforms.nest import Refused
from sdfg.lowering.schedule.transforms.transformation import Transformation


def step_of(step: Transformation) -> StepOp:
    """A transformation as a step of a recipe."""
    texts: dict[str, str] = {}
    for key, value in vars(step).items():
        text = ",".join(value) if isinstance(value, tuple) else str(value)  # pyright: ignore
        texts[key] = text.lower() if isinstance(value, bool) else text
    return StepOp(step.name.removeprefix("sdfg-"), {k: v for k, v in texts.items() if k != "state"})


def random_recipe(choices: Choices, op: MapOp, module: ModuleOp) -> RecipeOp:
    """Usual steps, and a few of all kinds, for the loops of a nest."""
    binding = Binding.of(op, machine_of(module))
    roles = [binding.roles.get(name, name) for name in loops_of(module)]
    points = [binding.roles.get(name, name) for name in op.param_names]
    lane, *others = shuffled(choices, points)
    row = pick(choices, others) if others and chance(choices, 70) else None
    steps = usual_steps(choices, lane, row)
    for k in range(choices.integer(0, 2)):
        known = [*roles, "column", "line", "block", "band"]
        steps.insert(choices.integer(0, len(steps)), random_transformation(choices, known, f"s{k}"))
    return RecipeOp("random", ["*"], body=[step_of(step) for step in steps])


def try_recipe(choices: Choices, builder: NestBuilder, sizes: dict[str, int]) -> bool:
    """Whether a random recipe fits a random nest; it must not have changed anything if not."""
    module = builder.build(nests=1)
    pick(choices, MACHINES).apply(Context(), module)
    state = next(op for op in module.walk() if isinstance(op, StateOp))
    op = next(op for op in state.body.block.ops if isinstance(op, MapOp))
    arrays = contents(module, sizes)
    wanted = run(module, arrays, sizes, builder.weights)
    recipe = random_recipe(choices, op, module)
    text = printed(recipe)
    assert printed(parse_recipes(text, "text")[0]) == text
    before = printed(module)
    fits = applied(recipe, op, state, module)
    if not fits:
        assert printed(module) == before
    module.verify()
    assert not detached_users(module)
    after = printed(module)
    assert printed(parsed(after)) == after
    if fits:
        compare(run(module, arrays, sizes, builder.weights), wanted, text)
    return fits


def applied(recipe: RecipeOp, op: MapOp, state: StateOp, module: ModuleOp) -> bool:
    try:
        apply_recipe(recipe, op, state, names_around(state), Binding.of(op, machine_of(module)))
    except Refused:
        return False
    return True


def run(
    module: ModuleOp, arrays: dict[str, Array], sizes: dict[str, int], weights: dict[str, Array]
) -> dict[str, Array]:
    return interpret(module, main_program(module).sym_name.data, arrays, sizes, weights)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_recipe_changes_no_result(data: st.DataObject) -> None:
    choices = Drawn(data.draw)
    sizes = {name: data.draw(st.sampled_from(SIZES)) for name in SYMBOLS}
    try_recipe(choices, NestBuilder(choices), sizes)


def test_some_recipes_fit() -> None:
    fits: list[bool] = []
    for seed in range(40):
        choices = Seeded(seed)
        sizes = {name: pick(choices, SIZES) for name in SYMBOLS}
        fits.append(try_recipe(choices, NestBuilder(choices), sizes))
    assert any(fits)
    assert not all(fits)


def test_extracted_recipes_do_the_same() -> None:
    """What a program was made with makes it again."""
    found: set[str] = set()
    for seed in range(12):
        module = NestBuilder(Seeded(seed)).build(nests=1)
        MACHINES[seed % 3].apply(Context(), module)
        mapped = module.clone()
        ApplyRecipesPass().apply(Context(), mapped)
        recipes = extracted_recipes(mapped, default_library())
        found |= {recipe.sym_name.data for recipe in recipes}
        for recipe in recipes:
            again = module.clone()
            state = next(op for op in again.walk() if isinstance(op, StateOp))
            op = next(op for op in state.body.block.ops if isinstance(op, MapOp))
            assert applied(recipe, op, state, again)
            for node in mapped.walk():
                node.attributes.pop("recipe", None)
                node.attributes.pop("knobs", None)
            assert printed(again) == printed(mapped)
    assert found


def test_default_recipes_round_trip() -> None:
    for recipe in default_library().recipes:
        text = printed(recipe)
        assert printed(parse_recipes(text, "text")[0]) == text


def test_nests_that_write_other_containers_are_no_templates_of_each_other() -> None:
    """Both read `x`, then `y`; one then writes over the one, the other over the other."""
    templates = Templates()
    keys: list[Hashable] = []
    for written in "xy":
        module = parsed(f"""
        sdfg.sdfg @main (inout "x" %x: !sdfg.array<[4, 8] x f32>,
            inout "y" %y: !sdfg.array<[4, 8] x f32>, inout "s" %s: !sdfg.array<[4] x f32>) {{
          sdfg.state @s {{
            sdfg.map [i = 0:4] {{
              sdfg.map [j = 0:8] {{
                sdfg.tasklet (%a = %x[i, j]) -> (%s[i] wcr sum) {{ sdfg.yield %a : f32 }}
              }}
              sdfg.map [j = 0:8] {{
                sdfg.tasklet (%a = %y[i, j]) -> (%{written}[i, j]) {{ sdfg.yield %a : f32 }}
              }}
            }}
          }}
        }}""")
        keys.append(templates.key(next(op for op in module.walk() if isinstance(op, MapOp))))
    assert keys[0] != keys[1]


def test_table_of_kinds() -> None:
    """What the table beside the default recipes says of each kind is what happens."""
    folder = files("sdfg.lowering.schedule.recipes") / "files"
    rows = [line.split("|")[1:3] for line in (folder / "README.md").read_text().splitlines()]
    table = {
        findall(r"`(\w+)`", row[0])[0]: findall(r"`(\w+)`", row[1])
        for row in rows
        if len(row) == 2 and "`" in row[0]
    }
    kinds = (*ROLES, *SEVERAL)
    assert sorted(table) == sorted(kinds)
    for kind in kinds:
        known = [r.sym_name.data for r in default_library().for_kind(kind)]
        assert table[kind] == [name for name in known if name in table[kind]], kind
