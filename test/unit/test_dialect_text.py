"""Text of the dialect: what is printed reads back as the same program, in every form."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from unit.strategies import programs
from unit.text import parsed, printed
from xdsl.dialects.builtin import FileLineColLoc, IntAttr, ModuleOp, StringAttr

FOLDER = Path(__file__).parents[1] / "dialect"
FORMS = [{"generic": g, "locations": d} for g, d in product((False, True), repeat=2)]


def assert_same(text: str, module: ModuleOp, *, locations: bool) -> None:
    """`text` reads as `module`: names, order of attributes and locations included."""
    again = parsed(text)
    again.verify()
    assert printed(again, locations=locations) == printed(module, locations=locations)
    assert printed(again, generic=True) == printed(module, generic=True)
    assert again.is_structurally_equivalent(module)


def locate(module: ModuleOp) -> None:
    """Give each operation and block argument a place of its own."""
    for line, op in enumerate(module.walk()):
        op.location = FileLineColLoc(StringAttr("model.py"), IntAttr(line), IntAttr(1))
        for region in op.regions:
            for block in region.blocks:
                for column, arg in enumerate(block.args):
                    arg.location = FileLineColLoc(
                        StringAttr("model.py"), IntAttr(line), IntAttr(column + 2)
                    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_random_programs(module: ModuleOp) -> None:
    module.verify()
    locate(module)
    for form in FORMS:
        assert_same(printed(module, **form), module, locations=form["locations"])


def valid_files() -> list[Path]:
    return sorted(p for p in FOLDER.glob("*.mlir") if not p.stem.endswith("-invalid"))


@pytest.mark.parametrize("path", valid_files(), ids=lambda p: Path(p).stem)
def test_files(path: Path) -> None:
    module = parsed(path.read_text())
    for form in FORMS:
        assert_same(printed(module, **form), module, locations=form["locations"])
