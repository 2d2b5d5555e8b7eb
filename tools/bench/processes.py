"""
Workers as the benchmark sees them: started, asked, stopped while another one computes.

A stopped process takes no time, whatever its threads were waiting for: thread pools of peers that
spin between two runs would take the cores of the peer that is measured. Each worker leads a process
group of this session: should the benchmark die, the system wakes stopped groups that it leaves
behind and hangs them up (POSIX, `_exit`), so that none stays.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.peers.peer import PeerEntry


class WorkerError(Exception):
    """A peer cannot do what it was asked; the text says why."""


class WorkerProcess:
    """A peer with one workload, in a process that is stopped between requests."""

    def __init__(self, peer: PeerEntry, threads: int, limit: float) -> None:
        """Start it. Each request may take `limit` seconds."""
        self.peer = peer
        self.threads = threads
        self._limit = limit
        self._scratch = tempfile.TemporaryDirectory(prefix="sdfg-bench-")
        self._log = Path(self._scratch.name) / "log.txt"
        reading, writing = os.pipe()
        self._answers = os.fdopen(reading, "rb")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sdfg.tools.bench.worker", str(writing)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(writing,),
                process_group=0,
                env=worker_environment(threads),
            )
        os.close(writing)

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it and all that it started."""
        for number in (signal.SIGKILL, signal.SIGCONT):
            self._signal(number)
        self._process.wait()
        self._answers.close()
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._scratch.cleanup()

    def prepare(
        self, model: ModelFiles, kept: Path, options: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Make it ready for `model`. Raises `WorkerError`."""
        scratch = Path(self._scratch.name) / "work"
        scratch.mkdir()
        return self.ask(
            "prepare",
            peer=self.peer.entry,
            model={**asdict(model), "folder": str(model.folder.absolute())},
            threads=self.threads,
            kept=str(kept.absolute()),
            scratch=str(scratch),
            options=(*options, *self.peer.options),
        )

    def ask(self, what: str, **request: Any) -> dict[str, Any]:
        """Let it run until it has answered. Raises `WorkerError`, also when it dies."""
        stdin = self._process.stdin
        assert stdin is not None
        self._signal(signal.SIGCONT)
        try:
            stdin.write(json.dumps({"do": what, **request}).encode() + b"\n")
            stdin.flush()
            answer = json.loads(self._line())
        except (BrokenPipeError, json.JSONDecodeError):
            raise WorkerError(self._death()) from None
        finally:
            self._stop()
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def _line(self) -> bytes:
        """The next line that it writes; not complete if it ends or takes too long."""
        end = time.monotonic() + self._limit
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while not parts or not parts[-1].endswith(b"\n"):
                if not selector.select(max(0.0, end - time.monotonic())):
                    self._signal(signal.SIGKILL)
                    raise WorkerError(f"took longer than {self._limit:.0f} s")
                part = os.read(self._answers.fileno(), 1 << 16)
                if not part:
                    break
                parts.append(part)
        return b"".join(parts)

    def _death(self) -> str:
        self._signal(signal.SIGCONT)
        status = self._process.wait(timeout=10)
        text = self._log.read_text(errors="replace").strip()
        last = text.splitlines()[-1:] or ["it printed nothing"]
        what = f"signal {-status}" if status < 0 else f"status {status}"
        return f"ended with {what}: {last[0]}"

    def _stop(self) -> None:
        """Stop it, and wait until none of its threads runs."""
        if self._process.poll() is not None:
            return
        self._signal(signal.SIGSTOP)
        process, status = os.waitpid(self._process.pid, os.WUNTRACED)
        if process and not os.WIFSTOPPED(status):
            self._process.returncode = os.waitstatus_to_exitcode(status)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def worker_environment(threads: int) -> dict[str, str]:
    """The environment of a worker that uses `threads` threads."""
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    quiet = {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    return {**os.environ, **dict.fromkeys(counts, str(threads)), **quiet}
