"""Recipes kept as files, one per kind of nest."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects.builtin import (
    Builtin,
    FileLineColLoc,
    IntAttr,
    ModuleOp,
    StringAttr,
    UnknownLoc,
)
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.utils.exceptions import ParseError, VerifyException

from sdfg.dialect.analysis.kinds import ROLES
from sdfg.dialect.diagnostics import SDFGError, fail
from sdfg.dialect.dialect import SDFG
from sdfg.dialect.ops.recipe import RecipeOp
from sdfg.lowering.schedule.recipes.transformations import TRANSFORMATIONS

_FOLDER = "files"

SEVERAL = {"attention": "online-softmax"}
"""Kinds of several nests together, and the pass that finds them: the one step of their recipes."""


@dataclass(frozen=True)
class Library:
    """Recipes, in an order."""

    recipes: tuple[RecipeOp, ...]

    def for_kind(self, kind: str) -> list[RecipeOp]:
        """
        Those for a kind of nest, the more special ones (for fewer kinds) first; `*` stands for
        every kind.
        """
        found = [r for r in self.recipes if any(k.data in (kind, "*") for k in r.kinds)]
        return sorted(found, key=lambda r: len(r.kinds))

    def without(self, names: Collection[str]) -> "Library":
        """The same without the steps that name one of these transformations."""
        copies = tuple(recipe.clone() for recipe in self.recipes)
        for step in [s for recipe in copies for s in recipe.steps]:
            if step.transformation.data in names:
                step.detach()
                step.erase()
        return Library(copies)

    @classmethod
    def read(cls, texts: Sequence[tuple[str, str]]) -> "Library":
        """From pairs of file name and text. Raises `SDFGError` where one is no recipe."""
        found: list[RecipeOp] = []
        for name, text in texts:
            found += parse_recipes(text, name)
        return cls(tuple(found))


class _LocatingParser(Parser):
    """Gives each operation its place in the file, so that errors can name it."""

    def parse_operation(self) -> Operation:
        at = self.pos
        op = super().parse_operation()
        if isinstance(op.location, UnknownLoc):
            before = self.lexer.input.content[:at]
            line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
            name = StringAttr(self.lexer.input.name)
            op.location = FileLineColLoc(name, IntAttr(line), IntAttr(column))
        return op


def parse_recipes(text: str, name: str) -> list[RecipeOp]:
    """The recipes in a text. Raises `SDFGError`, located in the file `name`."""
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(SDFG)
    try:
        module = _LocatingParser(context, text, name).parse_module()
        module.verify()
    except ParseError as error:
        raise SDFGError(f"{name}: is no recipe\n{error}") from error
    except VerifyException as error:
        raise SDFGError(f"{name}: is no recipe: {error}") from error
    return recipes_of(module, name)


def recipes_of(module: ModuleOp, name: str) -> list[RecipeOp]:
    recipes = [op for op in module.ops if isinstance(op, RecipeOp)]
    others = [op for op in module.ops if not isinstance(op, RecipeOp)]
    if others or not recipes:
        what = f"'{others[0].name}'" if others else "nothing"
        raise SDFGError(f"{name}: holds recipes alone, got {what}")
    for recipe in recipes:
        check_names(recipe)
    return recipes


def check_names(recipe: RecipeOp) -> None:
    """Raises `SDFGError`, located, for kinds and transformations that there are none of."""
    kinds = [text.data for text in recipe.kinds]
    for kind in kinds:
        if kind not in ROLES and kind not in SEVERAL and kind != "*":
            known = one_of([*ROLES, *SEVERAL])
            fail(recipe, f"is for a kind that there is none of: {kind}", hint=known)
    passes = [SEVERAL[kind] for kind in kinds if kind in SEVERAL]
    for step in recipe.steps:
        name = step.transformation.data
        if name not in (passes or TRANSFORMATIONS):
            fail(step, f"names no transformation: {name}", hint=one_of(passes or TRANSFORMATIONS))


def one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"


@cache
def default_library() -> Library:
    """The recipes that come with the compiler, in the order of the names of their files."""
    folder = files("sdfg.lowering.schedule.recipes") / _FOLDER
    entries = sorted(folder.iterdir(), key=lambda f: f.name)
    return Library.read([(e.name, e.read_text()) for e in entries if e.name.endswith(".mlir")])


def library_from(path: Path) -> Library:
    """The recipes of a file. Raises `SDFGError` where it cannot be read or holds none."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise SDFGError(f"{path}: cannot be read: {error}") from error
    return Library.read([(str(path), text)])
