"""What a piece of work takes: wall time, CPU time and memory, those of child processes included."""

import os
import resource
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

_INTERVAL = 0.02


@dataclass(frozen=True)
class Usage:
    """What was taken."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    """Largest resident memory of the process and its children together, seen at 50 Hz."""


class Measuring:
    """A context around the work; `usage` is there when it has ended."""

    def __init__(self) -> None:
        self.usage = Usage(0.0, 0.0, 0)
        self._peak = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._start, self._cpu = 0.0, 0.0

    def __enter__(self) -> "Measuring":
        self._start, self._cpu = time.perf_counter(), _cpu_seconds()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()
        seconds, cpu = time.perf_counter() - self._start, _cpu_seconds() - self._cpu
        self.usage = Usage(seconds, cpu, max(self._peak, own_peak_bytes()))

    def _watch(self) -> None:
        try:
            psutil: Any = import_module("psutil")
        except ImportError:
            return  # the peak is then that of this process alone
        own = psutil.Process()
        while not self._end.wait(_INTERVAL):
            total = 0
            with suppress(psutil.Error):
                for process in (own, *own.children(recursive=True)):
                    with suppress(psutil.Error):  # has just ended
                        total += process.memory_info().rss
            self._peak = max(self._peak, total)


def own_peak_bytes() -> int:
    """The largest resident memory of this process so far."""
    # Not what getrusage() says, where Linux counts the memory of the parent before exec().
    return peak_bytes("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def peak_bytes(process: int | str) -> int:
    """The largest resident memory so far of a process; 0 if it has ended or nothing tells."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(x.split()[1]) * 1024 for x in lines if x.startswith("VmHWM:")), 0)


class Disturbance:
    """What others do on the machine from now on."""

    def __init__(self) -> None:
        self._busy, self._own, self._start = _busy_seconds(), _cpu_seconds(), time.perf_counter()

    def share(self) -> float | None:
        """CPU time that processes of others took, of all there was; None if nothing tells."""
        busy = _busy_seconds()
        if busy is None or self._busy is None:
            return None
        others = busy - self._busy - (_cpu_seconds() - self._own)
        return max(0.0, others / (time.perf_counter() - self._start) / (os.cpu_count() or 1))


def _busy_seconds() -> float | None:
    """CPU time of all processes since the system started."""
    try:
        psutil: Any = import_module("psutil")
    except ImportError:
        return None
    times = psutil.cpu_times()
    idle = sum(getattr(times, kind, 0.0) for kind in ("idle", "iowait", "guest", "guest_nice"))
    return float(sum(times) - idle)  # guests are counted twice


def _cpu_seconds() -> float:
    """Of this process and of the children that it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)
