"""
MLIR behind a process boundary.

The native passes can crash or hang on unusual models (13 crashes and one hang in the 2036 models
of the ONNX package's suite), so they run in a worker process with a time limit, and whatever
happens there becomes an `SDFGError`.
"""

import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sdfg.dialect.diagnostics import SDFGError

_WORKER = "sdfg.lowering.frontend.native_worker"


@dataclass(frozen=True)
class NativeJob:
    """One model for the worker."""

    kind: Literal["onnx", "torch"]
    """"onnx": `payload` is a serialised ONNX model without large initializers, in opset 17 or
    later. "torch": it is an MLIR module in the torch dialect, as text or bytecode."""
    payload: bytes
    time_limit: float = 600.0
    """Seconds of wall time after which the worker is killed."""
    name: str = "model"
    """What error messages call the model."""


def lower_to_linalg(job: NativeJob) -> str:
    """
    The model as linalg on tensors: generic MLIR text with inline locations.

    The module holds one public function, with upstream dialects (and `tm_tensor`) only. Raises
    `SDFGError` with one line per unsupported op, or saying in which phase the native passes
    crashed or ran out of time.
    """
    with tempfile.TemporaryDirectory(prefix="sdfg-native-") as folder:
        payload, result = Path(folder, "payload"), Path(folder, "result.json")
        payload.write_bytes(job.payload)
        log = _run(job, payload, result)
        if not result.exists():
            raise SDFGError(_crash(job, log))
        answer = json.loads(result.read_text(encoding="utf-8"))
    if "linalg" in answer:
        return answer["linalg"]
    problems: list[str] = answer["problems"]
    raise SDFGError(_refused(job, answer["phase"], problems))


@dataclass(frozen=True)
class _Log:
    """How the worker ended."""

    returncode: int | None
    phase: str
    stderr: str


def _run(job: NativeJob, payload: Path, result: Path) -> _Log:
    command = [sys.executable, "-P", "-m", _WORKER, job.kind, str(payload), str(result)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=job.time_limit, check=False)
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as expired:
        code, out, err = None, expired.stdout or b"", expired.stderr or b""
    phases = [
        line.removeprefix("phase: ")
        for line in out.decode(errors="replace").splitlines()
        if line.startswith("phase: ")
    ]
    return _Log(code, phases[-1] if phases else "start", err.decode(errors="replace"))


def _crash(job: NativeJob, log: _Log) -> str:
    """The message for a worker that left no result."""
    place = f"{job.name}: the native passes"
    if log.returncode is None:
        return (
            f"{place} did not finish phase '{log.phase}' within {job.time_limit:g} s\n"
            "hint: allow more time, or simplify the model before the import"
        )
    cause = f"exit status {log.returncode}"
    if log.returncode < 0:
        cause = signal.Signals(-log.returncode).name
    tail = "\n".join(f"  {line}" for line in log.stderr.splitlines()[-12:])
    return (
        f"{place} crashed in phase '{log.phase}' ({cause})\n{tail}\n"
        "hint: this is a defect of the MLIR passes; cut the model into halves to find the operation"
    )


def _refused(job: NativeJob, phase: str, problems: list[str]) -> str:
    lines = "\n".join(f"  {problem}" for problem in problems)
    return f"{job.name}: cannot be lowered to linalg (phase '{phase}')\n{lines}"
