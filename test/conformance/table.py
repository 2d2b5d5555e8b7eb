"""The table of results, `docs/coverage.md`: per operator, and each case that does not pass."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import onnx

from conformance.left_out import reason_of
from conformance.onnx_suite import Case, Outcome

TABLE = Path(__file__).parents[2] / "docs" / "coverage.md"

_HEAD = """\
# What ONNX's own test suite says

<!-- cases: {digest} -->
Written by `make conformance`: each case of `onnx.backend.test` (onnx {version}), compiled, run and
compared as ONNX's runner does it. **{passed} of {count} cases pass ({share:.1f} %).**

| kind | cases | pass |
|---|---|---|
"""
_OPERATORS = """
## By operator

Of the node cases; those of an operator's expansion count as its own.

| operator | cases | pass |
|---|---|---|
"""
_OTHERS = """
## Cases that do not pass

| case | | reason |
|---|---|---|
"""
_LEFT_OUT = """
## Cases that are left out

They count as cases that do not pass above.

| case | | reason |
|---|---|---|
"""
_REASON = 160
"""Characters of a reason that are shown."""
_EXPANDED = re.compile(r"_expanded(_ver\d+)?$")


def digest_of(names: Iterable[str]) -> str:
    """A name for a list of cases; another version of ONNX has another list."""
    text = "\n".join([onnx.__version__, *sorted(names)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def statuses_in(text: str) -> dict[str, str]:
    """The status of each case that does not pass, as the table says."""
    return dict(re.findall(r"^\| (test_\S+) \| (\w+) \|", text, flags=re.MULTILINE))


def write_table(file: Path, cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> None:
    file.write_text(table_of(cases, outcomes))


def table_of(cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> str:
    """The table as Markdown."""
    passed = [case for case in cases if outcomes[case.name].status == "pass"]
    head = _HEAD.format(
        version=onnx.__version__,
        digest=digest_of(case.name for case in cases),
        passed=len(passed),
        count=len(cases),
        share=100 * len(passed) / max(len(cases), 1),
    )
    kinds, good = Counter(c.kind for c in cases), Counter(c.kind for c in passed)
    operators, fine = (_operators(some, outcomes) for some in (cases, passed))
    others = [case for case in cases if outcomes[case.name].status != "pass"]
    rows = (
        [f"| {kind} | {count} | {good[kind]} |" for kind, count in kinds.items()],
        [f"| {name} | {count} | {fine[name]} |" for name, count in sorted(operators.items())],
        [_row(c, outcomes[c.name]) for c in others if reason_of(c.name) is None],
        [_row(c, outcomes[c.name]) for c in others if reason_of(c.name)],
    )
    parts = zip((head, _OPERATORS, _OTHERS, _LEFT_OUT), rows, strict=True)
    return "".join(title + "".join(f"{line}\n" for line in lines) for title, lines in parts)


def _row(case: Case, found: Outcome) -> str:
    reason = reason_of(case.name) or found.reason.removeprefix(f"{case.name}: ")
    return f"| {case.name} | {found.status} | {reason.replace('|', '/')[:_REASON]} |"


def _operators(cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> Counter[str]:
    """How many node cases each operator has."""
    return Counter(_operator(case, outcomes) for case in cases if case.kind == "node")


def _operator(case: Case, outcomes: Mapping[str, Outcome]) -> str:
    """What a node case is about; an expansion is about the operator that was expanded."""
    whole = outcomes.get(_EXPANDED.sub("", case.name), outcomes[case.name])
    operators = dict.fromkeys(whole.operators)
    return next(iter(operators)) if len(operators) == 1 else "several"
