"""
`python -m conformance`: run ONNX's suite and write the table of results.

Outcomes are kept in build/conformance; a case is run again when our sources have changed.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from conformance.book import BOOK, Book
from conformance.onnx_suite import load_suite
from conformance.running import run_cases
from conformance.table import TABLE, write_table


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = _parser().parse_args(arguments)
    book = Book.open(chosen.book)
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        cases = load_suite(Path(folder))
        wanted = [case.name for case in cases if any(part in case.name for part in chosen.only)]
        number, count = chosen.shard
        names = book.to_run(wanted, failed=chosen.failed, again=chosen.again)
        # What a run that is cut off has seen stands for the rest.
        Random(0).shuffle(names)
        names = names[number - 1 :: count]
        print(f"{len(names)} of {len(cases)} cases to run", flush=True)
        by_name = {case.name: case for case in cases}
        outcomes = run_cases([by_name[n] for n in names], chosen.jobs, chosen.seconds, book.write)
    passed = sum(outcome.status == "pass" for outcome in outcomes.values())
    print(f"{passed} of {len(outcomes)} cases pass")
    if chosen.only == [""] and (known := book.complete(by_name)) is not None:
        write_table(TABLE, cases, known)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time")
    parser.add_argument("--seconds", type=float, default=120.0, help="that a case may take")
    parser.add_argument("--only", nargs="+", default=[""], help="names hold one of these")
    parser.add_argument("--failed", action="store_true", help="what did not pass last")
    parser.add_argument("--again", action="store_true", help="also what is known already")
    parser.add_argument("--shard", type=_shard, default=(1, 1), help="a part of them, as 1/4")
    parser.add_argument("--book", type=Path, default=BOOK, help="the file with the outcomes")
    return parser


def _shard(text: str) -> tuple[int, int]:
    number, count = map(int, text.split("/"))
    if not 1 <= number <= count:
        raise ValueError(text)
    return number, count


if __name__ == "__main__":
    main()
