"""The reference of the dialect as Markdown, from the definitions: `docs/dialect.md`."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from xdsl.dialects.builtin import ArrayOfConstraint, BoolAttr
from xdsl.ir import Attribute, Dialect, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import (
    AnyAttr,
    AttrConstraint,
    AttrSizedOperandSegments,
    BaseAttr,
    EqAttrConstraint,
    IRDLOperation,
    MessageConstraint,
    OptionalDef,
    ParamAttrConstraint,
    RangeConstraint,
    RangeLengthConstraint,
    RangeOf,
    VariadicDef,
    irdl_to_attr_constraint,
)
from xdsl.traits import IsolatedFromAbove, IsTerminator, Pure

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import SCHEDULES, STORAGES
from sdfg.dialect.dialect import CONTROL, DATAFLOW, LIBRARY, PROGRAM, RECIPES
from sdfg.dialect.memlet import CONFLICT_RESOLUTIONS
from sdfg.dialect.ops.containers import CONTENTS
from sdfg.dialect.types import CONTAINER, ELEMENT

GROUPS: Mapping[str, Sequence[type[Any]]] = {
    "Programs and containers": PROGRAM,
    "Control flow": CONTROL,
    "Dataflow": DATAFLOW,
    "Library nodes": LIBRARY,
    "Recipes": RECIPES,
}

TRAITS = {
    IsolatedFromAbove: "uses no values from outside of its region",
    IsTerminator: "ends its block",
    Pure: "has no side effects",
}
"""What readers should know of an op beyond its fields."""

WORDS: Mapping[AttrConstraint, str] = {
    CONTAINER: "[`!sdfg.array`](#sdfgarray) or [`!sdfg.stream`](#sdfgstream)",
    ELEMENT: "a number type or a vector of numbers",
    CONTENTS: "[`#sdfg.weight`](#sdfgweight) or dense elements",
    irdl_to_attr_constraint(BoolAttr): "`true` or `false`",
}
"""Constraints that read better in words."""

HEADER = """\
# The `sdfg` dialect

<!-- Printed by `sdfg-opt --emit-dialect-docs`. Do not edit: change the definitions instead. -->

A program is a *stateful dataflow multigraph*. Containers hold data: arrays with symbolic shapes,
and streams. States are dataflow graphs: their nodes (maps, tasklets, copies, library nodes) are
ordered only by the data they share. Structured control flow orders states. Every movement of data
is a *memlet*: a container, the subset that moves, and what happens where writes meet.

Sizes, ranges and conditions are symbolic expressions over integer *symbols*; they stay symbols
until the program runs. Data lives in containers, and in the scalars within tasklets.

```mlir
{example}```
"""

EXAMPLE = """\
// y = A x: each element of y begins at 0, and the products of its row are added to it.
sdfg.sdfg @matvec [N, M] (in "A" %A: !sdfg.array<[N, M] x f32>, in "x" %x: !sdfg.array<[M] x f32>,
                          out "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @matvec {
    sdfg.map [i = 0:N] schedule(parallel if N > 64) {
      sdfg.tasklet () -> (%y[i]) {
        %zero = arith.constant 0.0 : f32
        sdfg.yield %zero : f32
      }
      sdfg.map [k = 0:M] {
        sdfg.tasklet (%a = %A[i, k], %b = %x[k]) -> (%y[i] wcr sum) {
          %product = arith.mulf %a, %b : f32
          sdfg.yield %product : f32
        }
      }
    }
  }
}
"""

NOTES: Mapping[str, str] = {
    "Programs and containers": "What a program owns and is given.",
    "Control flow": "The order of states. Within a state, the same ops order nodes.",
    "Dataflow": "What happens to data within a state. The last five stand only in tasklets.",
    "Library nodes": "Operations whose meaning is known as a whole, on whole containers. The pass\n"
    "`sdfg-expand-library` replaces them by maps.",
    "Recipes": "How nests are mapped to a machine: no part of a program, they stand in files of\n"
    "their own or beside programs. The pass `sdfg-apply-recipes` applies them.",
}

EXPRESSIONS = """\
An expression is an integer over symbols and numbers, of any size; a condition is true or false.
From loosest to tightest binding:

| form | meaning |
|---|---|
| `a or b` | either condition |
| `a and b` | both conditions |
| `not a` | the opposite condition |
| `a == b`, `a ne b`, `a < b`, `a <= b`, `a > b`, `a >= b` | comparison |
| `a + b`, `a - b` | sum, difference |
| `a * b` | product |
| `a floordiv b` | quotient rounded towards minus infinity |
| `a ceildiv b` | quotient rounded up; printed as `(a + b - 1) floordiv b` |
| `a mod b` | remainder, with the sign of `b` |
| `-a` | minus, tighter than `*` and the division words |
| `min(a, b, ...)`, `max(a, b, ...)` | smallest, largest |
| `(a)`, `12`, `N`, `true`, `false` | group, number, symbol, constant conditions |

Symbols are letters, digits and `_`, not beginning with a digit; `E`, `I` and `pi` are symbols like
any other. Only {keywords} are reserved.
Expressions are kept in a canonical order, so equal ones mostly print alike, and what is printed
reads back as the same expression.

A *range* is `start:stop` or `start:stop:step` with `stop` excluded; a *point* is a single
expression. A *subset* lists one of them per dimension: `[i, 0:N, 2 * j:2 * j + 16]`.
"""

FORMS = """\
Each op has the syntax of its example, and MLIR's generic form, in which attributes stand alone:
`#sdfg.expr<"N + 1">`. `attributes {...}` in front of a body or type holds further attributes.
Locations follow operations, containers and arguments as `loc(...)`.

`sdfg-opt --emit-irdl` prints the dialect as IRDL for MLIR's own tools; `-t mlir-for-irdl` prints a
program that these tools read with it. IRDL checks types and attributes; everything else that the
verifiers say is checked here only.
"""


def markdown(dialect: Dialect) -> str:
    """The reference of `dialect`: operations, types, attributes, tables and grammar."""
    grouped = {op for ops in GROUPS.values() for op in ops}
    missing = [op.name for op in dialect.operations if op not in grouped]
    if missing:
        raise ValueError(f"no group of the reference has {', '.join(missing)}")
    types = [a for a in dialect.attributes if issubclass(a, TypeAttribute)]
    attributes = [a for a in dialect.attributes if not issubclass(a, TypeAttribute)]
    *words, last = (f"`{word}`" for word in sorted(symbolic.KEYWORDS))
    keywords = f"{', '.join(words)} and {last}"
    parts = [HEADER.format(example=EXAMPLE), contents(types, attributes)]
    for title, ops in GROUPS.items():
        parts += [f"## {title}\n", f"{NOTES[title]}\n", *map(operation, ops)]
    parts += ["## Types\n", *map(attribute, types)]
    parts += ["## Attributes\n", *map(attribute, attributes)]
    parts += ["## Expressions\n", EXPRESSIONS.format(keywords=keywords)]
    parts += ["## Storages\n", table(("storage", "where the container lives"), STORAGES)]
    parts += ["## Schedules\n", table(("schedule", "how the points run"), SCHEDULES)]
    parts += [
        "## Conflict resolutions\n",
        table(("resolution", "what becomes of writes that meet"), CONFLICT_RESOLUTIONS),
    ]
    parts += ["## Textual forms\n", FORMS]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def contents(types: Sequence[type[Attribute]], attributes: Sequence[type[Attribute]]) -> str:
    """Links to everything, a line per group."""
    lines = [f"- {title}: {links(op.name for op in ops)}" for title, ops in GROUPS.items()]
    lines.append(f"- Types: {links(f'!{t.name}' for t in types)}")
    lines.append(f"- Attributes: {links(f'#{a.name}' for a in attributes)}")
    tables = ("Expressions", "Storages", "Schedules", "Conflict resolutions", "Textual forms")
    lines.append(f"- {', '.join(f'[{t}](#{anchor(t)})' for t in tables)}")
    return "\n".join(lines)


def links(names: Iterable[str]) -> str:
    return ", ".join(f"[`{name}`](#{anchor(name)})" for name in names)


def anchor(title: str) -> str:
    """What Markdown calls a heading."""
    return re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")


def operation(op: type[IRDLOperation]) -> str:
    """The section of an operation."""
    definition, told = op.get_irdl_definition(), field_texts(op)
    rows = [
        row("operand", name, ranged(d.constr), told, several(d)) for name, d in definition.operands
    ]
    rows += [row("result", n, ranged(d.constr), told, several(d)) for n, d in definition.results]
    rows += [
        row("attribute", name, worded(d.constr), told, "optional" * isinstance(d, OptionalDef))
        for name, d in definition.attributes.items()
        if name != AttrSizedOperandSegments.attribute_name
    ]
    rows += [row("region", name, "operations", told) for name, _ in definition.regions]
    traits = [text for trait, text in TRAITS.items() if op.has_trait(trait)]
    notes = f"\nThe op {' and '.join(traits)}.\n" if traits else ""
    return f"### `{op.name}`\n\n{described(op)}\n{fields(rows)}{notes}"


def attribute(kind: type[Attribute]) -> str:
    """The section of a type or attribute."""
    sigil = "!" if issubclass(kind, TypeAttribute) else "#"
    rows: list[str] = []
    if issubclass(kind, ParametrizedAttribute):
        told = field_texts(kind)
        definitions = kind.get_irdl_definition().parameters
        rows = [row("parameter", name, worded(d.constr), told) for name, d in definitions]
    return f"### `{sigil}{kind.name}`\n\n{described(kind)}\n{fields(rows)}"


def described(kind: type[Any]) -> str:
    return f"{inspect.getdoc(kind)}\n"


def fields(rows: Sequence[str]) -> str:
    """The table of fields, if there are any."""
    if not rows:
        return ""
    return "\n".join(["| field | kind | type | meaning |", "|---|---|---|---|", *rows, ""])


def row(kind: str, name: str, holds: str, told: Mapping[str, str], number: str = "") -> str:
    word = f"{number} {kind}".strip()
    return f"| `{name}` | {word} | {holds} | {told.get(name, '')} |"


def several(definition: object) -> str:
    """How many values an operand or result stands for, if not one."""
    if isinstance(definition, OptionalDef):
        return "optional"
    return "variadic" if isinstance(definition, VariadicDef) else ""


def ranged(constraint: RangeConstraint) -> str:
    """What each element of a range is, in words."""
    match constraint:
        case RangeLengthConstraint():
            return ranged(constraint.constraint)
        case RangeOf():
            return worded(constraint.constr)
        case _:
            return ""


def worded(constraint: AttrConstraint) -> str:
    """What a constraint allows, in words."""
    if constraint in WORDS:
        return WORDS[constraint]
    match constraint:
        case MessageConstraint():
            return constraint.message
        case EqAttrConstraint():
            return f"`{constraint.attr}`"
        case BaseAttr():
            return spelled(constraint.attr)
        case ParamAttrConstraint():
            return spelled(constraint.base_attr)
        case ArrayOfConstraint():
            return f"array of {ranged(constraint.elem_range_constraint)}"
        case AnyAttr():
            return "anything"
        case _:
            return str(constraint)


PLAIN = {
    "string": "string",
    "integer": "integer",
    "unit": "present or absent",
    "symbol_ref": "symbol name",
    "array": "integers",
    "dictionary": "dictionary",
    "index": "`index`",
}
"""Builtin attributes and types as people call them."""


def spelled(kind: type[Attribute]) -> str:
    if not kind.name.startswith("sdfg."):
        return PLAIN.get(kind.name, kind.name)
    sigil = "!" if issubclass(kind, TypeAttribute) else "#"
    return f"[`{sigil}{kind.name}`](#{anchor(kind.name)})"


def field_texts(kind: type[Any]) -> dict[str, str]:
    """The docstring under each field of a class and its bases, by name of the field."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("sdfg."):
            texts |= dict(documented(base))
    return texts


def documented(kind: type[Any]) -> Iterator[tuple[str, str]]:
    """Each field of a class body with the string that follows it."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError):
        return
    assert isinstance(tree.body[0], ast.ClassDef)
    body = tree.body[0].body
    for line, after in pairwise(body):
        target = line.targets[0] if isinstance(line, ast.Assign) else None
        target = line.target if isinstance(line, ast.AnnAssign) else target
        if not isinstance(target, ast.Name) or not isinstance(after, ast.Expr):
            continue
        if isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            yield target.id, " ".join(after.value.value.split())


def table(titles: tuple[str, str], rows: Mapping[str, str]) -> str:
    lines = [f"| {titles[0]} | {titles[1]} |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in rows.items()]
    return "\n".join(lines)
