"""Recipes chosen by the kind of each nest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, ModuleOp, StringAttr, i64
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from sdfg.dialect.analysis.containers import is_constant
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbols_bound
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.schedule.machine import machine_of
from sdfg.lowering.schedule.names import names_around
from sdfg.lowering.schedule.recipes.apply import Applied, apply_recipe, kind_name
from sdfg.lowering.schedule.recipes.binding import Binding
from sdfg.lowering.schedule.recipes.library import Library, default_library, library_from
from sdfg.lowering.schedule.recipes.templates import Templates, externals
from sdfg.lowering.schedule.transforms.nest import Loop, Refused


@dataclass(frozen=True)
class ApplyRecipesPass(ModulePass):
    """
    Map each nest to the machine by the first recipe for its kind of which every step is legal.

    Before:

    ```
    map [i, j] { C[i, j] = 0; map [k] { C[i, j] += A[i, k] * B[k, j] } }
    ```

    After, with the default recipe for a product of matrices:

    ```
    map [laneo, rowo] attributes {recipe = "contraction"} { acc = 0; for [k] { .. }; C = acc }
    ```

    Where no recipe is legal for a nest of several nests, each of these is mapped on its own; others
    stay as they are. With `recipe` the recipes of that file
    alone are used, and a nest of a kind that they are for but that they do not fit stops
    compilation with the reason. Needs `#sdfg.machine` on the module.
    """

    name = "sdfg-apply-recipes"

    recipe: str = ""
    """A file of recipes; those that come with the compiler by default."""
    without: tuple[str, ...] = ()
    """Transformations that steps of recipes are left out for; what then fails is refused."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        machine = machine_of(op)
        library = library_from(Path(self.recipe)) if self.recipe else default_library()
        library = library.without(self.without) if self.without else library
        templates: dict[frozenset[str], Templates] = {}
        for state in [s for s in op.walk() if isinstance(s, StateOp)]:
            if not parent_is_program(state):
                continue
            taken = names_around(state)
            made = templates.setdefault(taken, Templates())
            around = Around(state, taken, library, machine, bool(self.recipe), made)
            nests = [n for n in state.body.block.ops if isinstance(n, MapOp)]
            for node in nests:
                around.map(node)
            for node in [n for n in state.body.block.ops if isinstance(n, MapOp)]:
                if node not in nests and is_packing(node):
                    around.map(node)


@dataclass(frozen=True)
class Around:
    """What nests stand in, and what they are mapped by."""

    scope: StateOp | MapOp
    taken: frozenset[str]
    library: Library
    machine: MachineAttr
    wanted: bool
    """Whether a nest that the recipes for its kind do not fit is an error."""
    templates: Templates

    def map(self, node: MapOp) -> None:
        """Map one nest, or else those in it."""
        key = self.templates.key(node) if isinstance(self.scope, StateOp) else None
        if key is not None and (template := self.templates.known.get(key)) is not None:
            assert isinstance(self.scope, StateOp)
            template.place(node, self.scope)
            return
        reasons: list[str] = []
        around = externals(node)
        binding = Binding.of(node, self.machine)
        recipes = self.library.for_kind(binding.kind.name)
        for recipe in recipes:
            try:
                applied = apply_recipe(recipe, node, self.scope, self.taken, binding)
                mark(applied)
                if key is not None:
                    self.templates.remember(key, around, applied.added, applied.nodes)
                return
            except Refused as reason:
                reasons.append(str(reason))
        if self.wanted and recipes:
            fail(node, f"does not fit the recipe: {'; '.join(reasons)}")
        children = maps_within(node)
        if len(children) == 1 and len(maps_within(children[0])) < 2:
            return
        bound = {name for child in children for name in names_between(child, node)}
        inside = replace(self, scope=node, taken=self.taken | bound)
        for child in children:
            nested = any(isinstance(n, MapOp) for n in child.body.block.ops)
            if nested or kind_name(child) == "transpose":
                inside.map(child)


def maps_within(op: MapOp | ForOp) -> list[MapOp]:
    """The maps in a body, those in its loops as well."""
    found: list[MapOp] = []
    for node in op.body.block.ops:
        found += [node] if isinstance(node, MapOp) else []
        found += maps_within(node) if isinstance(node, ForOp) else []
    return found


def names_between(op: MapOp, outer: MapOp) -> set[str]:
    """The parameters of what is around `op`, up to `outer`."""
    found: set[str] = set()
    parent = op.parent_op()
    while parent is not None:
        found |= set(symbols_bound(parent))
        if parent is outer:
            break
        parent = parent.parent_op()
    return found


def is_packing(op: MapOp) -> bool:
    """Whether a nest, put before another one, changes the order of what is not constant."""
    if "recipe" in op.attributes or kind_name(op) != "transpose":
        return False
    return not any(is_constant(c) for n in op.walk() if isinstance(n, TaskletOp) for c in n.inputs)


def mark(applied: Applied) -> None:
    """Write on each loop what made it."""
    for op in (node for node in applied.nodes if isinstance(node, Loop)):
        op.attributes["recipe"] = StringAttr(applied.recipe)
        if applied.knobs:
            op.attributes["knobs"] = numbers(applied.knobs)


def numbers(values: Mapping[str, int]) -> DictionaryAttr:
    return DictionaryAttr({k: IntegerAttr(v, i64) for k, v in values.items()})


def parent_is_program(state: StateOp) -> bool:
    """Whether a container can be allocated before `state`: not within a map."""
    parent: Operation | None = state.parent_op()
    while parent is not None and not isinstance(parent, SdfgOp):
        if isinstance(parent, MapOp):
            return False
        parent = parent.parent_op()
    return parent is not None
