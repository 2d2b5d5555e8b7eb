"""What became of each case, kept as it is found: a run that is cut off is of use to the next."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import onnx

from conformance.onnx_suite import Outcome

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "build" / "conformance" / "outcomes.jsonl"
_SOURCES = ("sdfg_dialect", "lowering", "backends", "tools")
_KINDS = (".py", ".h", ".c", ".mlir")


@cache
def version() -> str:
    """Of all that decides about an outcome: our sources, and the cases of the installed ONNX."""
    digest = hashlib.sha256(onnx.__version__.encode())
    files = [f for name in _SOURCES for f in (ROOT / name).rglob("*") if f.suffix in _KINDS]
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Book:
    """One line of JSON for each outcome; the last one of a case counts. Runs may share a file."""

    file: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    versions: dict[str, str] = field(default_factory=dict[str, str])

    @staticmethod
    def open(file: Path = BOOK) -> "Book":
        """The book in `file`, empty if there is none; a line that was cut off is left out."""
        book = Book(file)
        for line in file.read_text().splitlines() if file.exists() else ():
            try:
                entry: dict[str, Any] = json.loads(line)
            except ValueError:
                continue
            found = Outcome(entry["status"], entry["reason"], tuple(entry["operators"]))
            book.outcomes[entry["case"]] = found
            book.versions[entry["case"]] = entry["version"]
        return book

    def write(self, case: str, outcome: Outcome) -> None:
        """Add an outcome, to the file too."""
        self.outcomes[case] = outcome
        self.versions[case] = version()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        entry = {"case": case, "version": version(), **asdict(outcome)}
        with self.file.open("a") as stream:
            stream.write(json.dumps(entry) + "\n")

    def to_run(self, names: Iterable[str], *, failed: bool, again: bool) -> list[str]:
        """
        Which of `names` are to be run: those whose outcome with these sources is not known; with
        `failed` what did not pass the last time, whatever the sources were; all with `again`.
        """
        return [name for name in names if again or self._is_open(name, failed)]

    def _is_open(self, name: str, failed: bool) -> bool:
        known = self.outcomes.get(name)
        if known is None:
            return True
        return known.status != "pass" if failed else self.versions[name] != version()

    def complete(self, names: Iterable[str]) -> Mapping[str, Outcome] | None:
        """The outcomes of `names`, if all have one."""
        wanted = list(names)
        if any(name not in self.outcomes for name in wanted):
            return None
        return {name: self.outcomes[name] for name in wanted}
