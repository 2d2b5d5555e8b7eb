"""The table of ONNX's own suite; `make conformance` runs the suite."""

from pathlib import Path
from random import Random

import pytest

from conformance.book import Book
from conformance.onnx_suite import Case, Outcome, load_suite
from conformance.running import run_cases
from conformance.table import TABLE, digest_of, statuses_in, table_of

SLICE = 30
"""Cases that are run here, of those of single operators; less than a minute on one core."""


def test_the_table_has_all_cases_that_do_not_pass() -> None:
    cases = [Case(f"test_{op}{end}", "node") for op in ("a", "b") for end in ("", "_expanded")]
    outcomes = {
        "test_a": Outcome("pass", "", ("Abs",)),
        "test_a_expanded": Outcome("pass", "", ("Neg", "Max")),
        "test_b": Outcome("wrong", "test_b: 3 | 4", ("Bitwise",)),
        "test_b_expanded": Outcome("died", "exit code -11", ()),
    }
    table = table_of(cases, outcomes)
    assert "**2 of 4 cases pass (50.0 %).**" in table
    assert "| Abs | 2 | 2 |" in table
    assert "| Bitwise | 2 | 0 |" in table
    assert "| test_b | wrong | 3 / 4 |" in table
    assert statuses_in(table) == {"test_b": "wrong", "test_b_expanded": "died"}


def test_the_book_has_the_last_outcome_of_each_case(tmp_path: Path) -> None:
    file = tmp_path / "book"
    book = Book.open(file)
    book.write("a", Outcome("pass", "", ("Abs",)))
    book.write("b", Outcome("wrong", "1 | 2"))
    book.write("b", Outcome("refused", "no"))
    file.write_text(file.read_text() + '{"case": "c", "sta')
    again = Book.open(file)
    assert again.outcomes == book.outcomes
    assert again.to_run("abc", failed=False, again=False) == ["c"]
    assert again.to_run("abc", failed=True, again=False) == ["b", "c"]
    assert again.to_run("abc", failed=False, again=True) == ["a", "b", "c"]
    assert again.complete("abc") is None
    assert again.complete("ab") == again.outcomes


@pytest.mark.skipif(not TABLE.exists(), reason="make conformance writes docs/coverage.md")
def test_the_table_is_up_to_date(tmp_path: Path) -> None:
    """Its cases are those of the installed ONNX; some of them, run again, do what it says."""
    cases, text = load_suite(tmp_path), TABLE.read_text()
    assert digest_of(case.name for case in cases) in text, "run: make conformance"
    chosen = Random(4).sample([case for case in cases if case.kind == "node"], SLICE)
    found = run_cases(chosen, jobs=1, seconds=300)
    stated = statuses_in(text)
    differ = {n: (stated.get(n, "pass"), o) for n, o in found.items()}
    differ = {n: pair for n, pair in differ.items() if pair[0] != pair[1].status}
    assert not differ, "run: make conformance"
