"""All peers on one workload, in turns, so that what changes on the machine meets all of them."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sdfg.tools.accuracy import compare
from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.peers import OURS
from sdfg.tools.bench.peers.peer import PeerEntry
from sdfg.tools.bench.processes import WorkerError, WorkerProcess
from sdfg.tools.bench.results import Figures
from sdfg.tools.bench.usage import Usage

Array = npt.NDArray[Any]
Progress = Callable[[str], None]

WARM_SECONDS = 0.002
"""Of untimed runs in each turn, one at least: caches and clocks are then this peer's."""
TURN_SECONDS = 0.02
"""Of timed runs in each turn, one at least."""
LEAST_TURNS = 5
SLOW, SLOW_TURNS = 4, 3
"""A peer that has used four times its share after three turns gets no more of them."""
ENOUGH_TURNS = 15
PRECISE = 0.003
"""Standard error of the median, as a share of it, that is good enough to stop early."""


@dataclass(frozen=True)
class Plan:
    """How to measure."""

    seconds: float
    """Of timed runs for each peer on each workload, about."""
    limit: float
    """Seconds after which a peer that does not answer is given up."""
    kept: Path
    """Folder for what is compiled ahead of time."""
    options: tuple[str, ...] = ()
    """Further arguments for our compiler."""


@dataclass(frozen=True)
class Measured:
    """What was found, by peer."""

    figures: dict[str, Figures]
    artifacts: dict[str, Path]
    """Folders of what was compiled ahead of time."""


def measure(
    model: ModelFiles,
    peers: tuple[PeerEntry, ...],
    threads: int,
    plan: Plan,
    progress: Progress = lambda _: None,
) -> Measured:
    """The figures of each peer that gives some, and the reasons of the others."""
    artifacts: dict[str, Path] = {}
    figures = {entry.name: Figures(entry.name) for entry in peers}
    with ExitStack() as stack:
        workers: dict[str, WorkerProcess] = {}
        for entry in peers:
            progress(f"{entry.title} compiles")
            worker = stack.enter_context(WorkerProcess(entry, threads, plan.limit))
            answer = _prepare(worker, model, plan, figures[entry.name])
            if answer is None:
                continue
            workers[entry.name] = worker
            if answer["artifact"] is not None:
                artifacts[entry.name] = Path(answer["artifact"])
        progress("comparing results")
        _compare(workers, figures)
        progress("timing")
        _take_turns(workers, figures, plan.seconds)
    return Measured(figures, artifacts)


def _prepare(
    worker: WorkerProcess, model: ModelFiles, plan: Plan, figures: Figures
) -> dict[str, Any] | None:
    try:
        answer = worker.prepare(model, plan.kept, plan.options)
    except WorkerError as error:
        figures.failure = str(error)
        worker.close()
        return None
    figures.usage = Usage(**answer["usage"])
    figures.artifact_bytes = answer["artifact_bytes"]
    return answer


def _compare(workers: Mapping[str, WorkerProcess], figures: Mapping[str, Figures]) -> None:
    """Compare the results of all with ours, or with those of the first if there are none."""
    expected: list[Array] | None = None
    with tempfile.TemporaryDirectory(prefix="sdfg-bench-") as folder:
        for name, results in _all_results(workers, figures, Path(folder)):
            if expected is None:
                expected = results
            else:
                _judge(figures[name], results, expected)


def _all_results(
    workers: Mapping[str, WorkerProcess], figures: Mapping[str, Figures], folder: Path
) -> Iterator[tuple[str, list[Array]]]:
    for name in sorted(workers, key=lambda name: name != OURS):
        file = folder / f"{name}.npz"
        try:
            workers[name].ask("save", file=str(file))
        except WorkerError as error:
            figures[name].failure = str(error)
            continue
        with np.load(file) as arrays:
            yield name, [arrays[key] for key in arrays.files]
        file.unlink()


def _judge(figures: Figures, results: list[Array], expected: list[Array]) -> None:
    if len(results) != len(expected):
        figures.agrees = False
        figures.agreement = f"{len(results)} results instead of {len(expected)}"
        return
    found = [compare(got, want) for got, want in zip(results, expected, strict=True)]
    wrong = [f"result {i}: {a}" for i, a in enumerate(found) if not a.good]
    figures.agrees = not wrong
    figures.agreement = wrong[0] if wrong else "; ".join(sorted({str(a) for a in found})[-1:])


def _take_turns(
    workers: Mapping[str, WorkerProcess], figures: Mapping[str, Figures], seconds: float
) -> None:
    """Fill `figures` with times, for about `seconds` of timed runs each."""
    left = {name: worker for name, worker in workers.items() if figures[name].failure is None}
    turns = 0
    while left and (turns < LEAST_TURNS or not _finished(left, figures, turns, seconds)):
        for name, worker in tuple(left.items()):
            try:
                answer = worker.ask("run", warm=WARM_SECONDS, seconds=TURN_SECONDS)
            except WorkerError as error:
                figures[name].failure = str(error)
                figures[name].seconds.clear()
                del left[name]
                continue
            figures[name].seconds += answer["seconds"]
            figures[name].peak_bytes = max(figures[name].peak_bytes, answer["peak_bytes"])
            if turns + 1 >= SLOW_TURNS and sum(figures[name].seconds) > SLOW * seconds:
                del left[name]
        turns += 1


def _finished(
    workers: Mapping[str, WorkerProcess],
    figures: Mapping[str, Figures],
    turns: int,
    seconds: float,
) -> bool:
    """Whether the time is used up, or all medians are known well enough."""
    times = [figures[name].seconds for name in workers]
    if statistics.mean(sum(t) for t in times) >= seconds:
        return True
    return turns >= ENOUGH_TURNS and all(_error_of_median(t) < PRECISE for t in times)


def _error_of_median(times: list[float]) -> float:
    """Relative standard error of the median, as if the times were independent and normal."""
    low, middle, high = statistics.quantiles(times, n=4)
    return 1.2533 * (high - low) / 1.349 / middle / len(times) ** 0.5
