"""The threads of a model: nothing is done twice or left out, with any way to wait."""

import subprocess
from pathlib import Path

import pytest

from sdfg.backends.openmp.cache import Cache
from sdfg.backends.openmp.toolchain import Options, Program, compile_program

STRESS = (Path(__file__).parent / "c" / "team_stress.c").read_text(encoding="utf-8")
THREAD = ("-fsanitize=thread", "-g1", "-O1")


@pytest.mark.parametrize("waits", [(), ("-DSDFG_WAIT_PORTABLE",)], ids=["futex", "condition"])
def test_races(tmp_path: Path, waits: tuple[str, ...]) -> None:
    _run(tmp_path, Options(native=False, extra=(*THREAD, *waits)))


@pytest.mark.parametrize("waits", [(), ("-DSDFG_WAIT_PORTABLE",)], ids=["futex", "condition"])
def test_memory_and_children(tmp_path: Path, waits: tuple[str, ...]) -> None:
    _run(tmp_path, Options(native=False, sanitize=True, extra=waits), "fork")


def test_threads_that_never_wait_awake(tmp_path: Path) -> None:
    _run(tmp_path, Options(extra=("-DSDFG_IDLE_NANOSECONDS=0", "-DSDFG_JOIN_NANOSECONDS=0")), "fork")


def test_threads_of_openmp(tmp_path: Path) -> None:
    _run(tmp_path, Options(openmp=True))


def _run(folder: Path, options: Options, *arguments: str) -> None:
    built = compile_program(
        Program("team_stress", {"team_stress.c": STRESS}), options, cache=Cache(folder)
    )
    assert built.warnings == ()
    done = subprocess.run(
        [built.path, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout + done.stderr
