"""The reference of the dialect: up to date, complete, and its examples are programs."""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from unit.text import context, parsed
from xdsl.parser import Parser
from xdsl.passes import ModulePass

from sdfg.dialect.dialect import SDFG
from sdfg.dialect.documentation import EXAMPLE, anchor, field_texts, markdown
from sdfg.tools.pass_documentation import markdown as pass_page
from sdfg.universe import SDFG_UNIVERSE

PAGE = Path(__file__).parents[2] / "docs" / "dialect.md"
PASSES = PAGE.parent / "passes.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == markdown(SDFG), (
        "run: sdfg-opt --emit-dialect-docs -o docs/dialect.md"
    )


def test_the_page_of_passes_is_up_to_date() -> None:
    made = pass_page([load() for load in SDFG_UNIVERSE.all_passes.values()])
    assert PASSES.read_text() == made, "run: sdfg-opt --emit-pass-docs -o docs/passes.md"


@pytest.mark.parametrize("load", SDFG_UNIVERSE.all_passes.values())
def test_each_option_of_a_pass_is_explained(load: Callable[[], type[ModulePass]]) -> None:
    kind = load()
    names = {f.name for f in fields(kind) if f.init and f.name != "name"}
    assert not names - set(field_texts(kind))


def test_each_definition_has_a_section_with_an_example() -> None:
    sections = re.split(r"^### ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    named = {re.match(r"`[!#]?(\S+)`", s).group(1): s for s in sections}  # pyright: ignore
    for kind in (*SDFG.operations, *SDFG.attributes):
        assert "```mlir" in named[kind.name], kind.name


@pytest.mark.parametrize("kind", [*SDFG.operations, *SDFG.attributes], ids=lambda k: k.name)
def test_each_field_is_explained(kind: type) -> None:
    definition = getattr(kind, "get_irdl_definition", None)
    if definition is None:
        return  # one parameter, explained by the docstring
    found = definition()
    groups = ("operands", "results", "regions", "parameters")
    names = [name for group in groups for name, _ in getattr(found, group, ())]
    names += [n for n in getattr(found, "attributes", ()) if n != "operandSegmentSizes"]
    assert not set(names) - set(field_texts(kind))


@pytest.mark.parametrize("page", [PAGE, PASSES], ids=lambda p: p.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    headings = {anchor(h) for h in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def test_the_example_is_a_program() -> None:
    parsed(EXAMPLE).verify()


def test_examples_of_types_and_attributes_parse() -> None:
    for kind in SDFG.attributes:
        example = re.search(r"```mlir\n(.*?)```", kind.__doc__ or "", flags=re.DOTALL)
        assert example is not None
        for line in example.group(1).splitlines():
            if line.strip():
                Parser(context(), line.strip()).parse_attribute()
