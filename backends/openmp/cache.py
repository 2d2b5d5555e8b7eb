"""
The folder of compiled programs, by what they were compiled from.

An entry appears at once and complete, by renaming a folder that was filled elsewhere in the cache:
concurrent processes may fill the same entry (the first wins), and what interruption leaves behind
is never an entry.
"""

import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sdfg.dialect.diagnostics import SDFGError

_UNFINISHED, _FAILED = "unfinished", "failed"
_STALE_SECONDS = 24 * 3600


def default_cache_folder() -> Path:
    """`$SDFG_CACHE_DIR`, or the place of this platform for caches: `~/.cache/sdfg` on Linux."""
    if chosen := os.environ.get("SDFG_CACHE_DIR"):
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sdfg"
    if local := os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"):
        return Path(local) / "sdfg"
    return Path.home() / ".cache" / "sdfg"


@dataclass(frozen=True)
class Cache:
    """A cache in a folder, which need not exist yet."""

    folder: Path

    def entry(self, digest: str) -> Path:
        """The folder of an entry, whether it exists or not."""
        return self.folder / digest[:2] / digest

    @contextmanager
    def workspace(self) -> Generator[Path]:
        """
        A new empty folder to fill, gone after the block unless it was made an entry.

        Raises `SDFGError` if the cache cannot be written, here and for writes in the block.
        """
        with self._explained():
            unfinished = self.folder / _UNFINISHED
            unfinished.mkdir(parents=True, exist_ok=True)
            _remove_stale(unfinished)
            work = Path(tempfile.mkdtemp(dir=unfinished))
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def keep(self, work: Path, digest: str, product: str) -> Path:
        """
        Make the workspace the entry `digest`, unless another process was faster.

        An entry without its file `product` is no entry: somebody deleted from it.
        """
        entry = self.entry(digest)
        entry.parent.mkdir(parents=True, exist_ok=True)
        try:
            work.chmod(0o755)
            work.replace(entry)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            if not (entry / product).exists():
                shutil.rmtree(entry)
                work.replace(entry)
        return entry

    def keep_failed(self, work: Path, digest: str) -> Path:
        """Keep a workspace for the user to look at, in place of an earlier one for `digest`."""
        kept = self.folder / _FAILED / digest[:16]
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(kept, ignore_errors=True)
        with suppress(OSError):  # another process keeps the same failure
            work.replace(kept)
        return kept

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                fact, hint = "is full", "free some space, or set SDFG_CACHE_DIR to another folder"
            else:
                fact = f"is not writable ({error.strerror})"
                hint = "set SDFG_CACHE_DIR to a folder that can be written"
            raise SDFGError(f"the cache folder '{self.folder}' {fact}\nhint: {hint}") from error


def _remove_stale(unfinished: Path) -> None:
    """Remove what processes left behind that were killed, a day later."""
    for folder in unfinished.iterdir():
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
