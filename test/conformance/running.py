"""Cases in processes of their own: one that crashes or hangs stops no other."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as CaseTimeoutError
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from conformance.onnx_suite import Case, Outcome

FORK = get_context("fork")
"""Children find the suite, and all that is imported, in memory."""
_cases: dict[str, Case] = {}


def run_cases(
    cases: Sequence[Case],
    jobs: int,
    seconds: float,
    found: Callable[[str, Outcome], None] = lambda name, outcome: None,
) -> dict[str, Outcome]:
    """
    What became of each case, by name. `found` hears of each as soon as it is known; what does not
    pass is printed.
    """
    _cases.update({case.name: case for case in cases})
    outcomes: dict[str, Outcome] = {}
    with ProcessPool(max_workers=jobs, context=FORK) as pool:
        waiting = [(c.name, pool.schedule(_run, args=(c.name,), timeout=seconds)) for c in cases]
        for name, future in waiting:
            outcomes[name] = outcome = _outcome(future, seconds)
            found(name, outcome)
            if outcome.status != "pass":
                print(f"{name}: {outcome.status}: {outcome.reason}", flush=True)
    return outcomes


def _outcome(future: Future[Outcome], seconds: float) -> Outcome:
    try:
        return future.result()
    except CaseTimeoutError:
        return Outcome("timeout", f"takes more than {seconds:.0f} s")
    except ProcessExpired as error:
        return Outcome("died", f"exit code {error.exitcode}")


def _run(name: str) -> Outcome:
    return _cases[name].run()
