"""`python -m conformance`: run ONNX's suite and write the table of results."""

import argparse
import tempfile
from collections.abc import Sequence
from concurrent.futures import TimeoutError as CaseTimeoutError
from multiprocessing import get_context
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from conformance.onnx_suite import Case, Outcome, load_suite
from conformance.table import TABLE, write_table

FORK = get_context("fork")
"""Children find the suite, and all that is imported, in memory."""
_cases: dict[str, Case] = {}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time")
    parser.add_argument("--seconds", type=float, default=120.0, help="that a case may take")
    parser.add_argument("--only", default="", help="cases whose name holds this; no table then")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        cases = [case for case in load_suite(Path(folder)) if chosen.only in case.name]
        outcomes = run_cases(cases, chosen.jobs, chosen.seconds)
    if not chosen.only:
        write_table(TABLE, cases, outcomes)
    passed = sum(outcome.status == "pass" for outcome in outcomes.values())
    print(f"{passed} of {len(outcomes)} cases pass")


def run_cases(cases: Sequence[Case], jobs: int, seconds: float) -> dict[str, Outcome]:
    """What became of each case, by name; says so on the way for those that do not pass."""
    _cases.update({case.name: case for case in cases})
    outcomes: dict[str, Outcome] = {}
    with ProcessPool(max_workers=jobs, context=FORK) as pool:
        waiting = [(c.name, pool.schedule(_run, args=(c.name,), timeout=seconds)) for c in cases]
        for name, future in waiting:
            try:
                outcome = future.result()
            except CaseTimeoutError:
                outcome = Outcome("timeout", f"takes more than {seconds:.0f} s")
            except ProcessExpired as error:
                outcome = Outcome("died", f"exit code {error.exitcode}")
            outcomes[name] = outcome
            if outcome.status != "pass":
                print(f"{name}: {outcome.status}: {outcome.reason}", flush=True)
    return outcomes


def _run(name: str) -> Outcome:
    return _cases[name].run()


if __name__ == "__main__":
    main()
