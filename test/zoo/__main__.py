"""`python -m zoo`: compile every model through every door and write the table of results."""

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import TimeoutError as CaseTimeoutError
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from zoo.doors import DOORS
from zoo.entries import Outcome, attempt, cases
from zoo.table import renew

FORK = get_context("fork")
"""Children find PyTorch, and all that is imported, in memory."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="zoo", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time")
    parser.add_argument("--seconds", type=float, default=300.0, help="that a case may take")
    parser.add_argument("--only", default="", help="models whose name holds this")
    parser.add_argument("--door", default="", choices=["", *DOORS, "generate"])
    chosen = parser.parse_args(arguments)
    os.environ["TQDM_DISABLE"] = os.environ["HF_HUB_OFFLINE"] = "1"
    outcomes = run_cases(cases(chosen.only, chosen.door), chosen.jobs, chosen.seconds)
    for o in outcomes:
        print(f"{o.model:20} {o.door:14} {o.status:8} {o.error:8.1g} {o.seconds:5.0f} s")
    passed = sum(o.status == "pass" for o in outcomes)
    print(f"{passed} of {len(outcomes)} pass")


def run_cases(wanted: Sequence[tuple[str, str]], jobs: int, seconds: float) -> list[Outcome]:
    """What became of each case; the table is renewed, and failures are printed, on the way."""
    outcomes: list[Outcome] = []
    with ProcessPool(max_workers=jobs, max_tasks=1, context=FORK) as pool:
        waiting = [(case, pool.schedule(attempt, args=case, timeout=seconds)) for case in wanted]
        for (model, door), future in waiting:
            try:
                outcome = future.result()
            except CaseTimeoutError:
                reason = f"takes more than {seconds:.0f} s"
                outcome = Outcome(model, door, "timeout", reason=reason)
            except ProcessExpired as error:
                outcome = Outcome(model, door, "died", reason=f"exit code {error.exitcode}")
            if outcome is None:
                continue
            outcomes.append(outcome)
            renew([outcome])
            if outcome.status != "pass":
                print(f"{model} {door}: {outcome.status}: {outcome.reason}", flush=True)
    return outcomes


if __name__ == "__main__":
    main()
