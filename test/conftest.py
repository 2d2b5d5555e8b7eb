"""What all tests share: seeded randomness, an own cache, and the C compilers to try."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from xdsl.ir import Operation

# The machine is shared and compiling takes its time: a slow example is no error. Failures must
# come back on the next run, so examples are drawn from a fixed seed.
hypothesis.settings.register_profile("sdfg", deadline=None, derandomize=True, max_examples=25)
hypothesis.settings.load_profile("sdfg")

# Two workers with two threads each share what may be two cores: threads that spin while they wait
# would take most of the time. Before anything loads an OpenMP runtime.
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

COMPILERS = ("gcc", "clang")


def _print_text(op: Operation, printer: Any, _cycle: bool) -> None:
    """A failure's example is its text instead of hundreds of nested objects."""
    printer.text(str(op))


# What hypothesis looks for.
Operation._repr_pretty_ = _print_text  # pyright: ignore[reportAttributeAccessIssue]


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that depend on the test's name only."""
    return np.random.default_rng(list(request.node.nodeid.encode()))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled code is cached in a folder of this run, unless `SDFG_CACHE_DIR` names another."""
    with pytest.MonkeyPatch.context() as patch:
        folder = Path(os.environ.get("SDFG_CACHE_DIR") or tmp_path_factory.mktemp("cache"))
        patch.setenv("SDFG_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(params=COMPILERS)
def each_compiler(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test with `CC` set to gcc, and again with clang; skip one that is not there."""
    name = str(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("CC", name)
    return name
