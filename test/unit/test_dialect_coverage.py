"""Everything the dialect defines and refuses is shown by a lit test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdfg.dialect.dialect import CONTROL, DATAFLOW, LIBRARY, PROGRAM, SDFG
from sdfg.dialect.ops import placement

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "test" / "dialect").glob("*.mlir"))
SOURCES = sorted((ROOT / "sdfg_dialect").glob("*.py")) + sorted(
    (ROOT / "sdfg_dialect" / "ops").glob("*.py")
)


def messages(path: Path) -> Iterator[str]:
    """Each message that the file refuses a program with; ` .. ` where it puts something in."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called in ("VerifyException", "raise_error"):
            text = node.args[0]
            parts = text.values if isinstance(text, ast.JoinedStr) else [text]
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else " .. " for p in parts)


def threes(text: str) -> set[tuple[str, ...]]:
    """All three words in a row."""
    words = re.findall(r"[A-Za-z]+|\.\.", text)
    return {tuple(words[k : k + 3]) for k in range(len(words) - 2)}


def expected() -> set[tuple[str, ...]]:
    """All three words in a row of messages that the lit tests expect."""
    lines = [
        line.partition("CHECK:")[2]
        for path in TESTS
        if path.stem.endswith("-invalid")
        for line in path.read_text().splitlines()
    ]
    return set[tuple[str, ...]]().union(*map(threes, lines))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: Path(p).stem)
def test_each_message_is_expected_by_a_test(path: Path) -> None:
    known = expected()
    for message in messages(path):
        fixed = {t for t in threes(message) if ".." not in t}
        assert not fixed or fixed & known, message


@pytest.mark.parametrize("kind", [*SDFG.operations, *SDFG.attributes], ids=lambda k: k.name)
def test_each_definition_is_shown(kind: type) -> None:
    """Each op, type and attribute is parsed and printed by a test of valid programs."""
    text = "\n".join(p.read_text() for p in TESTS if not p.stem.endswith("-invalid"))
    assert f"{kind.name} " in text or f"{kind.name}<" in text or f"{kind.name}\n" in text  # pyright: ignore


@pytest.mark.parametrize("op", list(SDFG.operations), ids=lambda k: k.name)
def test_each_operation_is_refused_when_wrong(op: type) -> None:
    """Each op has tests of its own for what its verifier says."""
    name = op.name.removeprefix("sdfg.").replace("_", "-")  # pyright: ignore
    shared = {"index", "load", "store", "assert", "yield"}  # in tasklet-body-invalid.mlir
    untold = {"state"}  # a state is wrong only by what stands in it: placement-invalid.mlir
    stems = {p.stem for p in TESTS}
    assert name in shared | untold or f"{name}-invalid" in stems


def test_each_operation_has_a_place() -> None:
    """What may stand where is said for every op."""
    names = {op.name for op in (*PROGRAM, *CONTROL, *DATAFLOW, *LIBRARY)} - {"sdfg.sdfg"}
    assert names <= placement.PROGRAM_BODY | placement.DATAFLOW_BODY | placement.TASKLET_BODY
