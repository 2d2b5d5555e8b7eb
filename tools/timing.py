"""How long a call takes: repeated, with the spread shown."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Times:
    """Wall time of each call, in seconds, in order; at least one."""

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        runs = f"{len(self.seconds)} runs" if len(self.seconds) > 1 else "1 run"
        return f"median {1e3 * self.median:.3f} ms, best {1e3 * self.best:.3f} ms, {runs}"


def measure(call: Callable[[], Any], seconds: float) -> Times:
    """Call it for about `seconds` (at least three times) after a tenth of that to warm up."""
    _repeat(call, seconds / 10, 1)
    return Times(tuple(_repeat(call, seconds, 3)))


def measure_in_turns(calls: dict[str, Callable[[], Any]], seconds: float) -> dict[str, Times]:
    """
    Measure several candidates for about `seconds` each, in turns of a fifth.

    What changes on the machine meanwhile (its clock, its neighbours) then meets all of them.
    """
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        _repeat(call, seconds / 10, 1)
    for _ in range(5):
        for name, call in calls.items():
            found[name] += _repeat(call, seconds / 5, 1)
    return {name: Times(tuple(times)) for name, times in found.items()}


def _repeat(call: Callable[[], Any], seconds: float, at_least: int) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < at_least or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times
