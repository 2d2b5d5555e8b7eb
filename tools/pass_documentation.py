"""The reference of the passes as Markdown, from their docstrings and sources: `docs/passes.md`."""

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields

from xdsl.passes import ModulePass

from sdfg.dialect.documentation import anchor, field_texts

HEADER = """\
# Passes

<!-- Printed by `sdfg-opt --emit-pass-docs`. Do not edit: change the definitions instead. -->

Every pass runs alone (`sdfg-opt program.mlir -p 'sdfg-tile{loop=i size=8}'`), says what it makes of
what, and changes no result, up to the order in which a conflict resolution combines. Options take
their default where they are left out.
"""

GROUPS: Mapping[str, tuple[str, str]] = {
    "sdfg.lowering.schedule.transforms.": (
        "Transformations of nests",
        """\
A nest is a map at the top of a state (loops whose iterations follow each other, too, for those
that ask what their iterations share). As a pass a transformation rewrites each nest of the states
whose label matches `state`; in a recipe it is a step, named without `sdfg-`, on loops by their
roles. It does what is said or is refused, with the reason, and leaves the nest as it was; in a
recipe the next one is tried then. `distribute`, `stage` and `promote` say how a nest should be
rather than what to do: where it is like that already they change nothing.

A loop is a map of one parameter here: maps of several are taken apart before and joined afterwards,
and a map of one iteration disappears. All are refused where there is no loop of a name that they
are given, where a loop that must be a map is none, where a new name is taken, and where the nest
holds more than loops, tasklets and arrays.
""",
    ),
    "sdfg.lowering.schedule.": (
        "Schedules of whole programs",
        "What looks at all nests of a program: layouts, recipes, threads, memory.\n",
    ),
    "sdfg.lowering.simplify.": (
        "Simplification",
        "What pays on every machine.\n",
    ),
    "sdfg.lowering.": (
        "Into the dialect",
        "From tensors to maps.\n",
    ),
}
"""Where passes stand: title of the group, and what is said of all. The first that fits counts."""

NAMES = """\
## By the names of the literature

| name | here |
|---|---|
| strip-mining | `sdfg-tile` with `peel=loop`, or `rest=min`: one loop into two |
| tiling, several levels, peeled remainders | `sdfg-tile` once per level, `sdfg-interchange` |
| unroll-and-jam | `sdfg-unroll-and-jam`; for register tiles `sdfg-accumulate` does it, too |
| fission, distribution | `sdfg-distribute`, at each statement with `each` |
| fusion of producer and consumer, of epilogues of a reduction | `sdfg-fuse-maps` |
| horizontal fusion, fusion of siblings | `sdfg-fuse-loops` |
| skewing, wavefronts | `sdfg-skew` |
| privatization, array contraction | `sdfg-privatize`, and `sdfg-fuse-maps` after fusion |
| scalar replacement | `sdfg-scalarize`, `sdfg-load`, `sdfg-promote` |
| register tiling | `sdfg-accumulate` |
| packing, copy optimization | `sdfg-stage` |
| parallelization, collapse | `sdfg-parallelize-loop`; by cost alone `sdfg-parallelize` |
| if-free remainders | `rest=overlap` of `sdfg-tile` (tiles that overlap), `rest=halves` (peeled) |
| reduction splitting | `sdfg-partials` |
| in-place update | `sdfg-overwrite-operands`; of arguments `sdfg-update-in-place` |
"""


def markdown(passes: Iterable[type[ModulePass]]) -> str:
    """The reference of `passes`, sorted by name."""
    grouped: dict[str, list[type[ModulePass]]] = {}
    for kind in sorted(passes, key=lambda k: k.name):
        prefix = next(p for p in GROUPS if kind.__module__.startswith(p))
        grouped.setdefault(prefix, []).append(kind)
    parts = [HEADER]
    for prefix, (title, _) in GROUPS.items():
        links = ", ".join(f"[`{k.name}`](#{anchor(k.name)})" for k in grouped[prefix])
        parts.append(f"- [{title}](#{anchor(title)}): {links}")
    parts += ["", NAMES]
    for prefix, (title, about) in GROUPS.items():
        parts += [f"## {title}\n", about, *map(section, grouped[prefix])]
    return "\n".join(parts).rstrip() + "\n"


def section(kind: type[ModulePass]) -> str:
    """What a pass does, its options, and what it says where it does not."""
    parts = [f"### `{kind.name}`\n", f"{inspect.getdoc(kind)}\n"]
    told = field_texts(kind)
    options = [f for f in fields(kind) if f.init and f.name not in ("name", "state")]
    if options:
        parts += ["| option | default | meaning |", "|---|---|---|"]
        parts += [
            f"| `{f.name.replace('_', '-')}` | {default(f)} | {told.get(f.name, '')} |"
            for f in options
        ]
        parts.append("")
    found = list(dict.fromkeys(refusals(kind)))
    if found:
        parts += ["Refused with:\n", *(f"- {text}" for text in found), ""]
    return "\n".join(parts)


def default(option: Field[object]) -> str:
    """The default of an option as its text, or that there is none."""
    if option.default is MISSING:
        return "required"
    if option.default in ("", (), None):
        return "none"
    text = str(option.default)
    return f"`{text.lower() if isinstance(option.default, bool) else text.strip('(,)')}`"


def refusals(kind: type[ModulePass]) -> Iterator[str]:
    """The messages of the module of a pass, with `..` for what is said at the time."""
    tree = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        position = {"refuse": 0, "Refused": 0, "fail": 1}.get(node.func.id)
        if position is None or len(node.args) <= position:
            continue
        text = message(node.args[position])
        if text.strip(". :;"):
            yield text


def message(node: ast.expr) -> str:
    """A string of the source as people see it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(map(message, values))
        case ast.BoolOp(values=values):
            return message(values[-1])
        case _:
            return ".."
