"""Artifacts that are compiled ahead of time: made once, kept with what making them took."""

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from sdfg.tools.bench.peers.peer import PeerError, Task
from sdfg.tools.bench.usage import Measuring, Usage
from sdfg.tools.bench.versions import remove_old, versioned

_VERSIONS = 3
"""Of one workload that are kept."""
_USAGE = "usage.json"
_FOLDERS = re.compile(r"/\S*/")
"""Of temporary files, in messages."""


def kept_artifact(
    task: Task, peer: str, identity: Iterable[str], compile_into: Callable[[Path], None]
) -> tuple[Path, Usage]:
    """
    The folder that `compile_into` filled, now or earlier with the same model and `identity`.

    Raises what `compile_into` raises; then nothing is kept.
    """
    digest = hashlib.sha256("\n".join((task.model.digest, *identity)).encode()).hexdigest()
    parent = task.kept / peer
    folder = versioned(parent, task.model.name, digest)
    if not (folder / _USAGE).exists():
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=parent) as text:
            made = Path(text) / "made"
            made.mkdir()
            with Measuring() as measuring:
                compile_into(made)
            (made / _USAGE).write_text(json.dumps(asdict(measuring.usage)) + "\n")
            if not folder.exists():
                made.rename(folder)
        remove_old(parent, task.model.name, keep=_VERSIONS)
    return folder, Usage(**json.loads((folder / _USAGE).read_text()))


def run_tool(name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a compiler, called `name`. Raises `PeerError` with the first error that it printed."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("error:") or " error: " in line]
        what = (errors or lines[-1:] or ["no message"])[0]
        what = _FOLDERS.sub("", what)
        raise PeerError(f"{name}: status {done.returncode}: {what.removeprefix('error: ')}")
