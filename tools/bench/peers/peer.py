"""What a peer is: it makes a workload ready and then runs it, in a process of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.usage import Usage

Array = npt.NDArray[Any]


class PeerError(Exception):
    """A peer cannot do it; the text says why, and is complete."""


class MissingPeerError(PeerError):
    """A peer is not installed; the text says what is missing."""


@dataclass(frozen=True)
class Task:
    """What a peer is asked to do."""

    model: ModelFiles
    threads: int
    kept: Path
    """A folder for what is compiled once and serves several runs of the benchmark."""
    scratch: Path
    """A folder of this worker, empty at first and gone afterwards."""
    options: tuple[str, ...] = ()
    """Further command line arguments for our compiler."""


@dataclass(frozen=True)
class Ready:
    """A workload that can be run."""

    run: Callable[[], Any]
    """One run; returns when all results are there."""
    results: Callable[[], Sequence[Array]]
    """Those of the last run, in the model's order."""
    artifact_bytes: int
    """Of the files that a user would ship beside the peer's own libraries."""
    artifact: Path | None = None
    """The folder of what was compiled ahead of time."""
    usage: Usage | None = None
    """What compiling took, if it was done ahead of time and is not to be measured here."""


class Peer(Protocol):
    """
    One library. Its constructor imports it and raises `MissingPeerError` if that is not possible.
    """

    def prepare(self, task: Task) -> Ready:
        """Compile, load, and bind the inputs. What this takes is measured."""
        ...


@dataclass(frozen=True)
class PeerEntry:
    """A peer in the table of all."""

    name: str
    title: str
    short: str
    """For narrow columns."""
    entry: str
    """`module:class`."""
    options: tuple[str, ...] = ()
    """Command line arguments, for our compiler."""


def load_peer(entry: str) -> Peer:
    """Import the peer of an entry `module:class`. Raises `MissingPeerError`."""
    module, _, name = entry.partition(":")
    return cast(Peer, getattr(import_module(module), name)())


def required(module: str, package: str | None = None) -> Any:
    """The module called `module`. Raises `MissingPeerError` if `package` is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        name = package or module
        raise MissingPeerError(f"not installed: {name} ({error})") from error


def arrays(results: Sequence[Any]) -> list[Array]:
    return [np.asarray(result) for result in results]


def folder_bytes(folder: Path, pattern: str = "*") -> int:
    """The size of all files below `folder`."""
    return sum(file.stat().st_size for file in folder.rglob(pattern) if file.is_file())
