"""Folders `NAME-DIGEST`: what was made for the same name before is removed."""

import shutil
from pathlib import Path

_DIGITS = 16


def versioned(parent: Path, name: str, digest: str) -> Path:
    """The folder in `parent` for `name` as `digest`, in hexadecimal, identifies it."""
    return parent / f"{name}-{digest[:_DIGITS]}"


def remove_old(parent: Path, name: str, *, keep: int) -> None:
    """Remove the folders of `name` but the `keep` newest."""
    versions = [f for f in parent.glob(f"{name}-*") if len(f.name) == len(name) + 1 + _DIGITS]
    versions.sort(key=lambda folder: folder.stat().st_mtime)
    for folder in versions[:-keep]:
        shutil.rmtree(folder, ignore_errors=True)
