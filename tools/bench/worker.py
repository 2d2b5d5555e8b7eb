"""
`python -m sdfg.tools.bench.worker`: one peer with one workload, asked through a pair of pipes.

A request is a line of JSON on standard input, the answer a line on the descriptor that the last
argument names: what peers print themselves is out of the way.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sdfg.tools.bench.cost import Cost
from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.peers.peer import PeerError, Ready, Task, load_peer
from sdfg.tools.bench.usage import Measuring, own_peak_bytes


class Worker:
    """Answers requests, each a method."""

    def __init__(self) -> None:
        self._ready: Ready | None = None

    def prepare(self, request: dict[str, Any]) -> dict[str, Any]:
        """Import the peer and make the workload ready: what it took."""
        peer = load_peer(request["peer"])
        task = task_of(request)
        with Measuring() as measuring:
            self._ready = ready = peer.prepare(task)
        ready.run()
        usage = ready.usage or measuring.usage
        return {
            "usage": asdict(usage),
            "artifact_bytes": ready.artifact_bytes,
            "artifact": None if ready.artifact is None else str(ready.artifact),
        }

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Warm up for `warm` seconds and once at least, then time runs for `seconds`."""
        assert self._ready is not None
        call = self._ready.run
        _repeat(call, request["warm"])
        return {"seconds": _repeat(call, request["seconds"]), "peak_bytes": own_peak_bytes()}

    def save(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write the results of the last run to `file`."""
        assert self._ready is not None
        results = self._ready.results()
        np.savez(
            request["file"],
            allow_pickle=False,
            **{f"{i}": array for i, array in enumerate(results)},
        )
        return {"count": len(results)}


def task_of(request: dict[str, Any]) -> Task:
    """The task that a request describes."""
    model = dict(request["model"])
    files = ModelFiles(
        model["name"], model["entry"], Path(model["folder"]), Cost(**model["cost"]), model["digest"]
    )
    folders = Path(request["kept"]), Path(request["scratch"])
    return Task(files, request["threads"], *folders, tuple(request["options"]))


def _repeat(call: Callable[[], Any], seconds: float) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


def answer(worker: Worker, request: dict[str, Any]) -> dict[str, Any]:
    """What the method that the request names returns, or why it failed."""
    try:
        return getattr(worker, request["do"])(request)
    except PeerError as error:
        return {"error": str(error)}
    except Exception as error:  # peers raise what they like; all of it goes into the table
        traceback.print_exc()
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return {"error": f"{type(error).__name__}: {lines[0] if lines else 'no message'}"}


def main() -> None:
    worker = Worker()
    with os.fdopen(int(sys.argv[-1]), "w") as answers:
        for line in sys.stdin:
            answers.write(json.dumps(answer(worker, json.loads(line))) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
