"""The table of ONNX's own suite; `make conformance` runs the suite."""

from conformance.onnx_suite import Case, Outcome
from conformance.table import table_of


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
