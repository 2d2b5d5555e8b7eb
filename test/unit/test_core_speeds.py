"""The speeds of a core: measured once, kept by machine and threads, used by the driver."""

from dataclasses import replace
from pathlib import Path

import pytest
from unit.benchmarking import small_model

from sdfg.backends.openmp.compiler import Compiler, find_compiler
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools import core_speeds
from sdfg.tools.bench.limits import Limits, Speeds
from sdfg.tools.core_speeds import CoreSpeeds, kept_speeds, measure_speeds, rounded
from sdfg.tools.driver import CompileOptions, begin

LIMITS = Limits(1 << 20, 1 << 25, {2: Speeds(2, 4.81e11, 5e10, 4e10, 2.16e11, 4e11)})
FOUND = CoreSpeeds(core_gflops=240, core_gbytes=110, start_ns=810)


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up figures, in a cache of their own."""
    monkeypatch.setenv("SDFG_CACHE_DIR", str(tmp_path / "cache"))

    def limits(threads: tuple[int, ...]) -> Limits:
        assert threads == (2,)
        return LIMITS

    def start(compiler: Compiler, threads: int) -> float:
        assert compiler.macros
        assert threads == 2
        return 814.0

    monkeypatch.setattr("sdfg.tools.bench.limits.measure_limits", limits)
    monkeypatch.setattr(core_speeds, "start_nanoseconds", start)


def test_kept_by_number_of_threads(tmp_path: Path) -> None:
    compiler = find_compiler()
    assert kept_speeds(compiler, 2) is None
    assert measure_speeds(compiler, 2) == FOUND
    assert kept_speeds(compiler, 2) == FOUND
    assert kept_speeds(compiler, 3) is None
    (file,) = (tmp_path / "cache" / "machines").iterdir()
    for broken in ("", "{", "[1]", '{"core_gflops": 1}', '{"core_gflops": "x"}'):
        file.write_text(broken)
        assert kept_speeds(compiler, 2) is None


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(SDFGError, match="cannot be written"):
        measure_speeds(find_compiler(), 2)


def test_driver_schedules_for_what_was_measured(tmp_path: Path) -> None:
    (tmp_path / "small.onnx").write_bytes(small_model().SerializeToString())
    plain = begin(tmp_path / "small.onnx", CompileOptions(threads=2), lambda _: None)
    measuring = replace(plain, options=CompileOptions(threads=2, measure=True))
    assert (plain.machine().core_gflops, plain.machine().start_ns) == (240, 1000)
    machine = measuring.machine()
    assert (machine.core_gbytes, machine.start_ns) == (110, 810)
    assert plain.machine() == machine


@pytest.mark.parametrize(
    ("value", "wanted"), [(0.0, 1), (0.4, 1), (7, 7), (244.6, 240), (806.2, 810), (12345, 12000)]
)
def test_two_digits(value: float, wanted: int) -> None:
    assert rounded(value) == wanted


def test_threads_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert 0 <= core_speeds.start_nanoseconds(find_compiler(), 2) < 1e9
    with pytest.raises(SDFGError, match="measuring the threads failed"):
        core_speeds.start_nanoseconds(find_compiler(), 1)
