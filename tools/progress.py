"""What a user sees while a model is compiled: the stage at work, and the seconds each one took."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status


class StageProgress:
    """
    A context that is called with the name of each stage as it begins.

    On a terminal the stage at work is animated; only then is rich loaded. With `lines`, what it
    took is printed when it has ended; all on stderr, so that stdout stays for results. `quiet`
    shows nothing.
    """

    def __init__(self, *, lines: bool = True, quiet: bool = False):
        self.lines = lines and not quiet
        self.animated = not quiet and sys.stderr.isatty()
        self.seconds: dict[str, float] = {}
        self._status: Status | None = None
        self._stage = ""
        self._start = 0.0

    def __call__(self, stage: str) -> None:
        """`stage` begins, and with it the one before has ended."""
        self._finish()
        self._stage, self._start = stage, time.perf_counter()
        if self.animated:
            from rich.console import Console

            self._status = Console(stderr=True).status(f"{stage} ..")
            self._status.start()

    def __enter__(self) -> "StageProgress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._finish()
        elif self._status is not None:
            self._status.stop()

    def _finish(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._stage:
            seconds = time.perf_counter() - self._start
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + seconds
            if self.lines:
                print(f"{seconds:8.2f} s  {self._stage}", file=sys.stderr)
            self._stage = ""
